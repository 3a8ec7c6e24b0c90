/* SPDX-License-Identifier: Apache-2.0 */
#include "config/problem.h"
#include "server/cli/cli.h"

static bool asks_for_help(const char *word)
{
    return strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0;
}

static int unknown(const char *verb)
{
    const char *names[64];
    size_t n = 0;
    for (const struct cli_verb *v = cli_verbs; v->name && n < ARRAY_LEN(names); v++)
        names[n++] = v->name;
    const char *near = suggest(sv_of(verb), names, n);
    if (near)
        return cli_fail(CLI_USAGE, "there is no verb \"%s\" (did you mean \"%s\"?)", verb, near);
    return cli_fail(CLI_USAGE, "there is no verb \"%s\"; `fettle help` lists them", verb);
}

int main(int argc, char **argv)
{
    char *overview[] = {"help", NULL};
    if (argc < 2) {
        fprintf(stderr, "usage: fettle VERB [ARGUMENTS]; `fettle help` lists the verbs\n");
        return CLI_USAGE;
    }
    const char *verb = argv[1];
    if (asks_for_help(verb))
        return cli_help(1, overview);
    if (strcmp(verb, "--version") == 0)
        return cli_version(1, overview);
    for (const struct cli_verb *v = cli_verbs; v->name; v++) {
        if (strcmp(verb, v->name) != 0)
            continue;
        char *about[] = {"help", argv[1], NULL};
        return argc == 3 && asks_for_help(argv[2]) ? cli_help(2, about) : v->run(argc - 1, argv + 1);
    }
    return unknown(verb);
}
