/* SPDX-License-Identifier: Apache-2.0 */
#include "config/schema.h"
#include "config/problem.h"
#include "server/cli/cli.h"

int cli_schema(int argc, char **argv)
{
    AUTO(buf_free) struct buf out = {0};
    if (argc != 2)
        return cli_usage("schema");
    for (int kind = 0; kind < SCHEMA_N; kind++)
        if (strcmp(argv[1], schema_name[kind]) == 0) {
            schema_write((enum schema_kind)kind, &out);
            return cli_print(&out);
        }
    const char *near = suggest(sv_of(argv[1]), schema_name, SCHEMA_N);
    if (near)
        return cli_fail(CLI_USAGE, "there is no schema of \"%s\" (did you mean \"%s\"?)", argv[1], near);
    return cli_usage("schema");
}
