/* SPDX-License-Identifier: Apache-2.0 */
#include "server/cli/cli.h"
#include <stdlib.h>
#include <unistd.h>
#include "base/suggest.h"
#include "server/cli/args.h"
#include "server/cli/help.h"
#include "server/cli/term.h"

const struct cli_arg cli_config_group[] = {
    {"config", 'c', CLI_FILE, "FILE", offsetof(struct cli_call, conf),
     .doc = "the configuration; else FETTLE_CONFIG, ./fettle.yaml or /etc/fettle/fettle.yaml"},
    {.name = NULL},
};

const char *cli_config_file(const char *named)
{
    const char *file = named ? named : getenv("FETTLE_CONFIG");
    if (!file || !*file)
        file = access("fettle.yaml", F_OK) == 0 ? "fettle.yaml" : "/etc/fettle/fettle.yaml";
    return file;
}

/* ---- one command line ---- */

static int unknown(const char *verb)
{
    const char *names[64];
    size_t n = 0;
    for (const struct cli_verb *const *v = cli_verbs; *v && n < ARRAY_LEN(names); v++)
        names[n++] = (*v)->name;
    const char *near = suggest(sv_of(verb), names, n);
    if (near)
        return cli_fail(CLI_USAGE, "there is no verb \"%s\" (did you mean \"%s\"?) [unknown-verb]", verb, near);
    return cli_fail(CLI_USAGE, "there is no verb \"%s\"; `fettle help` lists them [unknown-verb]", verb);
}

static bool asks_for_help(const char *word)
{
    return strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0;
}

static int run(const struct cli_verb *v, int argc, char **argv)
{
    AUTO(args_free) struct args a;
    AUTO(buf_free) struct buf text = {0};
    int rc;
    switch (args_read(v, argc, argv, &a)) {
    case ARGS_HELP:
        rc = help_on(v, a.sub);
        break;
    case ARGS_WRONG:
        args_complain(&a, argc, argv, &text);
        fwrite(text.p, 1, text.n, stderr);
        rc = CLI_USAGE;
        break;
    default:
        term_setup((const struct cli_call *)(void *)a.into);
        rc = args_row(v, a.sub)->run(a.into);
    }
    term_close();
    return rc;
}

int cli_main(int argc, char **argv)
{
    if (argc < 2) {
        fprintf(stderr, "usage: fettle VERB [ARGUMENTS]; `fettle help` lists the verbs\n");
        return CLI_USAGE;
    }
    const char *name = asks_for_help(argv[1]) ? "help" : strcmp(argv[1], "--version") == 0 ? "version" : argv[1];
    const struct cli_verb *v = args_verb(name);
    if (!v)
        return unknown(argv[1]);
    char *shown = argv[1];
    argv[1] = (char *)(uintptr_t)name; /* only read */
    int rc = run(v, argc - 1, argv + 1);
    argv[1] = shown;
    return rc;
}

/* ---- complaints ---- */

int cli_misuse(const struct cli_call *c, const char *fmt, ...)
{
    AUTO(buf_free) struct buf said = {0}, out = {0}, usage = {0};
    va_list ap;
    va_start(ap, fmt);
    buf_vfmt(&said, fmt, ap);
    va_end(ap);
    buf_fmt(&out, "fettle: %s%s%s: ", c->verb->name, c->sub ? " " : "", c->sub ? c->sub->name : "");
    cli_text(buf_view(&said), &out);
    usage_write(c->verb, c->sub, &usage);
    buf_str(&out, " [usage]\nusage: ");
    text_wrap(buf_view(&usage), 7, 11, term_width(), &out);
    fwrite(out.p, 1, out.n, stderr);
    return CLI_USAGE;
}

int cli_fail(int code, const char *fmt, ...)
{
    AUTO(buf_free) struct buf said = {0}, line = {0};
    va_list ap;
    va_start(ap, fmt);
    buf_vfmt(&said, fmt, ap);
    va_end(ap);
    cli_text(buf_view(&said), &line);
    fprintf(stderr, "fettle: %s\n", line.n ? line.p : "");
    return code;
}
