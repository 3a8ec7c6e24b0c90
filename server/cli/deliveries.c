/* SPDX-License-Identifier: Apache-2.0 */
#include "core/delivery.h"
#include "server/cli/explain.h"
#include "server/cli/list.h"
#include "server/cli/term.h"

static const char *const heads[] = {"ID", "RECEIVED", "FORGE", "EVENT", "SOURCE", "STATE", "REASON", NULL};

static void row(struct table *t, const struct jval *d)
{
    table_member(t, d, "id");
    table_time(t, d, "received_at");
    table_member(t, d, "forge");
    table_member(t, d, "event");
    table_member(t, d, "source");
    table_member(t, d, "state");
    table_member(t, d, "reason");
}

static int list(struct remote *r, const struct listing *l, const char *id)
{
    (void)id;
    static const struct list_kind kind = {"deliveries", heads, row, "0123143"};
    return list_print(&kind, r, l);
}

static int print_delivery(const struct jval *d)
{
    static const char *const members[] = {"id",    "forge",       "hook",        "event",  "guid",   "size",
                                          "state", "received_at", "happened_at", "source", "reason", "trace"};
    AUTO(buf_free) struct buf b = {0}, line = {0};
    for (size_t i = 0; i < ARRAY_LEN(members); i++)
        field_member(&b, members[i], d, members[i]);
    const struct jval *normalised = jval_get(d, "normalised");
    if (jval_kind(normalised) == J_OBJECT)
        explain_event_lines(normalised, &b);
    struct sv name;
    const struct jval *value;
    for (size_t at = 0; jval_each(jval_get(d, "headers"), &at, &name, &value);) {
        buf_clear(&line);
        struct sv shown = jval_kind(value) == J_NULL ? SV("*** (redacted: a secret or a signature)") : jval_str(value);
        buf_fmt(&line, "%.*s: %.*s", SV_ARG(name), SV_ARG(shown));
        field_text(&b, "header", buf_view(&line));
    }
    return cli_print(&b);
}

static int show(struct remote *r, const struct listing *l, const char *id)
{
    AUTO(buf_free) struct buf path = {0};
    struct jdoc *doc = NULL;
    int rc = remote_path("deliveries", id, "", &path);
    if (rc != CLI_OK || (rc = remote_get_json(r, path.p, &doc)) != CLI_OK)
        return rc;
    if (l->format == FORMAT_JSON) {
        rc = print_object(jdoc_root(doc));
    } else if (l->format == FORMAT_NAME) {
        printf("%s\n", id);
    } else {
        rc = print_delivery(jdoc_root(doc));
    }
    jdoc_free(&doc);
    return rc;
}

static int replay(struct remote *r, const struct listing *l, const char *id)
{
    AUTO(buf_free) struct buf path = {0};
    int rc = remote_path("deliveries", id, "/replay", &path);
    if (rc != CLI_OK || (rc = remote_post(r, path.p)) != CLI_OK)
        return rc;
    if (l->format == FORMAT_JSON)
        printf("{\"schema\":1,\"delivery\":\"%s\",\"status\":\"accepted\"}\n", id);
    else if (l->format == FORMAT_NAME)
        printf("%s\n", id);
    else if (!l->quiet)
        printf("delivery %s is decided once more: fettle deliveries show %s\n", id, id);
    return CLI_OK;
}

/* ---- the verb ---- */

struct asked {
    struct cli_call call;
    struct listing l;
    const char *id;
    bool dry;
};

static int run_with(const struct asked *q, int (*run)(struct remote *r, const struct listing *l, const char *id))
{
    struct remote *r = NULL;
    int rc = remote_open(q->call.conf, &r);
    if (rc == CLI_OK)
        rc = run(r, &q->l, q->id);
    remote_close(&r);
    return rc;
}

static int run_list(void *args)
{
    return run_with(args, list);
}

static int run_show(void *args)
{
    return run_with(args, show);
}

static int run_replay(void *args)
{
    const struct asked *q = args;
    if (q->dry)
        return explain_replay(q->id, q->call.conf, q->l.format == FORMAT_JSON ? EXPLAIN_JSON : EXPLAIN_TEXT);
    return run_with(q, replay);
}

static const char *const states[] = {
#define X(id, name) name,
    DELIVERY_STATES(X)
#undef X
        NULL};
static const struct cli_arg operands[] = {
    {"ID", .kind = CLI_DELIVERY, .at = offsetof(struct asked, id), .flags = CLI_NEEDED, .doc = "of a delivery"},
    {.name = NULL},
};
static const struct cli_arg list_options[] = {
    {"state", .kind = CLI_WORD, .at = offsetof(struct asked, l.state), .words = states, .doc = "only those"},
    {.name = NULL},
};
static const struct cli_arg replay_options[] = {
    {"dry-run", .kind = CLI_FLAG, .at = offsetof(struct asked, dry),
     .doc = "only says what that would start, and what of it started then"},
    {.name = NULL},
};
enum { SHOWN = offsetof(struct asked, l) };
static const struct cli_verb subs[] = {
    {.name = "list",
     .doc = "the newest first",
     .examples = "fettle deliveries --state invalid\n",
     .options = {{list_options, 0},
                 {cli_page_group, SHOWN},
                 {cli_output_group, SHOWN},
                 {cli_screen_group, 0},
                 {cli_config_group, 0}},
     .run = run_list},
    {.name = "show",
     .doc = "one of them, with the normalised event",
     .text = "Of headers that carry a secret or a signature only the name is kept; `***` stands for what they said, in "
             "JSON null.\n",
     .examples = "fettle deliveries show 0apkn2cdqzg00\n",
     .exits = CLI_EXITS_SERVER,
     .operands = operands,
     .options = {{cli_output_group, SHOWN}, {cli_screen_group, 0}, {cli_config_group, 0}},
     .run = run_show},
    {.name = "replay",
     .doc = "decides it once more",
     .examples = "fettle deliveries replay 0apkn2cdqzg00 --dry-run -c new.yaml\n",
     .exits = CLI_EXITS_SERVER,
     .text =
         "With `--dry-run -c OTHER` it is the configuration OTHER that is asked; the server is that of FETTLE_CONFIG "
         "or ./fettle.yaml where there is one.\n",
     .operands = operands,
     .options = {{replay_options, 0}, {cli_output_group, SHOWN}, {cli_screen_group, 0}, {cli_config_group, 0}},
     .run = run_replay},
    {.name = NULL},
};
const struct cli_verb verb_deliveries = {
    .name = "deliveries",
    .doc = "stored deliveries",
    .examples = "fettle deliveries --state invalid\n"
                "fettle deliveries list --json --limit 5\n",
    .exits = CLI_EXITS_SERVER,
    .subs = subs,
    .first_sub = true,
    .size = sizeof(struct asked),
};
