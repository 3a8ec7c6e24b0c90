/* SPDX-License-Identifier: Apache-2.0 */
#include "config/problem.h"
#include "server/cli/cli.h"
#include "server/cli/topic.h"

static const struct cli_verb *verb_named(const char *name)
{
    for (const struct cli_verb *v = cli_verbs; v->name; v++)
        if (strcmp(v->name, name) == 0)
            return v;
    return NULL;
}

/* False when there is no such topic. */
static bool topic_write(const char *name, struct buf *out)
{
    for (const struct topic *t = topics; t->name; t++)
        if (strcmp(t->name, name) == 0) {
            buf_str(out, t->text);
            return true;
        }
    for (const struct topic_written *t = topics_written; t->name; t++)
        if (strcmp(t->name, name) == 0) {
            t->write(out);
            return true;
        }
    return false;
}

static int unknown(const char *name)
{
    const char *names[64];
    size_t n = 0;
    for (const struct cli_verb *v = cli_verbs; v->name && n < ARRAY_LEN(names); v++)
        names[n++] = v->name;
    for (const struct topic *t = topics; t->name && n < ARRAY_LEN(names); t++)
        names[n++] = t->name;
    for (const struct topic_written *t = topics_written; t->name && n < ARRAY_LEN(names); t++)
        names[n++] = t->name;
    const char *near = suggest(sv_of(name), names, n);
    if (near)
        return cli_fail(CLI_USAGE, "there is no help on \"%s\" (did you mean \"%s\"?)", name, near);
    return cli_fail(CLI_USAGE, "there is no help on \"%s\"; `fettle help` lists what there is", name);
}

static int overview(void)
{
    printf("fettle " FETTLE_VERSION ": runs workflows on what git forges tell it\n\n"
           "usage: fettle VERB [ARGUMENTS]\n\n");
    for (const struct cli_verb *v = cli_verbs; v->name; v++)
        printf("  %-12s %s\n", v->name, v->doc);
    printf("\ntopics:");
    for (const struct topic *t = topics; t->name; t++)
        if (!verb_named(t->name))
            printf(" %s", t->name);
    for (const struct topic_written *t = topics_written; t->name; t++)
        printf(" %s", t->name);
    printf("\n\n`fettle help VERB` and `fettle help TOPIC` say more.\n");
    return CLI_OK;
}

int cli_help(int argc, char **argv)
{
    if (argc < 2)
        return overview();
    if (argc > 2)
        return cli_usage("help");
    const struct cli_verb *v = verb_named(argv[1]);
    AUTO(buf_free) struct buf text = {0};
    bool topic = topic_write(argv[1], &text);
    if (!v && !topic)
        return unknown(argv[1]);
    if (v)
        printf("usage: fettle %s%s%s\n\n%s\n%s", v->name, *v->args ? " " : "", v->args, v->doc, topic ? "\n" : "");
    return cli_print(&text);
}

int cli_version(int argc, char **argv)
{
    (void)argv;
    if (argc > 1)
        return cli_usage("version");
    printf("fettle " FETTLE_VERSION "\n");
    return CLI_OK;
}
