/* SPDX-License-Identifier: Apache-2.0 */
/* fettle sessions: who is signed in to the dashboard. */
#include "server/cli/list.h"
#include "server/cli/term.h"

static const char *const heads[] = {"ID", "NAME", "MAY", "SIGNED IN", "SEEN", "ENDS", NULL};

static void row(struct table *t, const struct jval *x)
{
    AUTO(buf_free) struct buf may = {0};
    const struct jval *scopes = jval_get(x, "scopes");
    for (size_t i = 0; i < jval_len(scopes); i++)
        buf_fmt(&may, "%s%.*s", i ? "," : "", SV_ARG(jval_str(jval_item(scopes, i))));
    table_member(t, x, "id");
    table_member(t, x, "name");
    table_add(t, buf_view(&may));
    table_time(t, x, "created_at");
    table_time(t, x, "seen_at");
    table_time(t, x, "ends_at");
}

struct asked {
    struct cli_call call;
    struct listing l;
    const char *id;
};

static int list(struct remote *r, const struct asked *q)
{
    static const struct list_kind kind = {"sessions", heads, row, "001423"};
    return list_print(&kind, r, &q->l);
}

static int end(struct remote *r, const struct asked *q)
{
    AUTO(buf_free) struct buf path = {0};
    AUTO(remote_answer_free) struct remote_answer a = {0};
    int rc = remote_path("sessions", q->id, "", &path);
    if (rc == CLI_OK)
        rc = remote_send(r, "DELETE", path.p, &a);
    if (rc == CLI_OK)
        rc = remote_verdict(&a);
    if (rc != CLI_OK)
        return rc;
    if (q->l.format == FORMAT_JSON)
        printf("{\"schema\":1,\"session\":\"%s\",\"status\":\"accepted\"}\n", q->id);
    else if (!q->l.quiet)
        printf("the session %s has ended\n", q->id);
    return CLI_OK;
}

static int run_with(const struct asked *q, int (*run)(struct remote *r, const struct asked *q))
{
    struct remote *r = NULL;
    int rc = remote_open(q->call.conf, &r);
    if (rc == CLI_OK)
        rc = run(r, q);
    remote_close(&r);
    return rc;
}

static int run_list(void *args)
{
    return run_with(args, list);
}

static int run_end(void *args)
{
    return run_with(args, end);
}

enum { SHOWN = offsetof(struct asked, l) };
static const struct cli_arg ended[] = {
    {"SESSION", .kind = CLI_TEXT, .at = offsetof(struct asked, id), .flags = CLI_NEEDED,
     .doc = "an id of `fettle sessions`"},
    {.name = NULL},
};
static const struct cli_verb subs[] = {
    {.name = "list",
     .doc = "the newest first",
     .options = {{cli_output_group, SHOWN}, {cli_screen_group, 0}, {cli_config_group, 0}},
     .run = run_list},
    {.name = "end",
     .doc = "the next request of that browser is refused",
     .operands = ended,
     .options = {{cli_output_group, SHOWN}, {cli_screen_group, 0}, {cli_config_group, 0}},
     .run = run_end},
    {.name = NULL},
};
const struct cli_verb verb_sessions = {
    .name = "sessions",
    .doc = "who is signed in to the dashboard, and an end to it",
    .examples = "fettle sessions\n"
                "fettle sessions end 0apn5w42bzg00\n",
    .exits = CLI_EXITS_SERVER,
    .subs = subs,
    .first_sub = true,
    .size = sizeof(struct asked),
};
