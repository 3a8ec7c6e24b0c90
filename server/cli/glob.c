/* SPDX-License-Identifier: Apache-2.0 */
#include "lang/glob.h"
#include "server/cli/cli.h"

struct asked {
    struct cli_call call;
    const char *name;
    struct cli_values patterns;
};

static int run(void *args)
{
    const struct asked *q = args;
    AUTO(arena_free) struct arena a = {0};
    struct globs patterns = {0};
    struct err e = {0};
    for (size_t i = 0; i < q->patterns.v.n; i++)
        if (globs_add(&patterns, sv_of(q->patterns.v.at[i]), &a, &e) < 0)
            return cli_fail(CLI_USAGE, "%s: %s", q->patterns.v.at[i], e.msg);
    bool matches = globs_match(&patterns, sv_of(q->name));
    printf("%s\n", matches ? "match" : "no match");
    return matches ? CLI_OK : CLI_FAILED;
}

static const struct cli_arg operands[] = {
    {"NAME", .kind = CLI_TEXT, .at = offsetof(struct asked, name), .flags = CLI_NEEDED,
     .doc = "of a branch, tag or path"},
    {"PATTERN", .kind = CLI_TEXT, .at = offsetof(struct asked, patterns), .flags = CLI_NEEDED | CLI_MANY,
     .doc = "as in `branches` or `paths`: the last that matches wins, ! takes away again"},
    {.name = NULL},
};
const struct cli_verb verb_glob = {
    .name = "glob",
    .doc = "applies filter patterns, prints match or no match",
    .examples = "fettle glob src/a.c 'src/**' '!**/*.md'\n",
    .failed = "no match",
    .text =
        "`*` stops at `/`, `**` does not. No word is an option: a name or a pattern may begin with anything. Exit 0 or "
        "1.\n",
    .operands = operands,
    .words = CLI_NO_OPTIONS, /* a name or a pattern may begin with anything */
    .size = sizeof(struct asked),
    .run = run,
};
