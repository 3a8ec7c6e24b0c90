/* SPDX-License-Identifier: Apache-2.0 */
#include "config/schema.h"
#include "server/cli/cli.h"

struct asked {
    struct cli_call call;
    int kind; /* enum schema_kind */
};

static int run(void *args)
{
    const struct asked *q = args;
    AUTO(buf_free) struct buf out = {0};
    schema_write((enum schema_kind)q->kind, &out);
    return cli_print(&out);
}

static const char *const kinds[] = {[SCHEMA_WORKFLOW] = "workflow",
                                    [SCHEMA_SERVER] = "server",
                                    [SCHEMA_REPOSITORIES] = "repositories",
                                    [SCHEMA_N] = NULL};
static const struct cli_arg operands[] = {
    {"KIND", .kind = CLI_CHOICE, .words = kinds, .at = offsetof(struct asked, kind), .flags = CLI_NEEDED,
     .doc = "of the file"},
    {.name = NULL},
};
const struct cli_verb verb_schema = {
    .name = "schema",
    .doc = "JSON Schema (draft-07) for editors",
    .examples = "fettle schema workflow > workflow.json\n",
    .text = "For editors: `fettle schema workflow > workflow.json`, and in the first line of a workflow file\n"
            "\n"
            "  # yaml-language-server: $schema=workflow.json\n",
    .operands = operands,
    .size = sizeof(struct asked),
    .run = run,
};
