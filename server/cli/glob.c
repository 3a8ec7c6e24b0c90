/* SPDX-License-Identifier: Apache-2.0 */
#include "lang/glob.h"
#include "server/cli/cli.h"

/* No options: a name or a pattern may begin with anything. */
int cli_glob(int argc, char **argv)
{
    AUTO(arena_free) struct arena a = {0};
    struct globs patterns = {0};
    struct err e = {0};
    int first = argc > 1 && strcmp(argv[1], "--") == 0 ? 2 : 1;
    if (argc < first + 2)
        return cli_usage("glob");
    for (int i = first + 1; i < argc; i++)
        if (globs_add(&patterns, sv_of(argv[i]), &a, &e) < 0)
            return cli_fail(CLI_USAGE, "%s: %s", argv[i], e.msg);
    bool matches = globs_match(&patterns, sv_of(argv[first]));
    printf("%s\n", matches ? "match" : "no match");
    return matches ? CLI_OK : CLI_FAILED;
}
