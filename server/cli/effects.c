/* SPDX-License-Identifier: Apache-2.0 */
#include "core/effect.h"
#include "server/cli/list.h"
#include "server/cli/term.h"

static const char *const heads[] = {"ID", "CREATED", "KIND", "REPOSITORY", "STATE", "TRIES", "AT THE FORGE", NULL};

static void row(struct table *t, const struct jval *x)
{
    table_member(t, x, "id");
    table_time(t, x, "created_at");
    table_member(t, x, "kind");
    AUTO(buf_free) struct buf repo = {0};
    buf_fmt(&repo, "%.*s:%.*s", SV_ARG(jval_str(jval_get(x, "forge"))), SV_ARG(jval_str(jval_get(x, "repository"))));
    table_add(t, buf_view(&repo));
    table_member(t, x, "state");
    table_member(t, x, "tries");
    struct sv error = jval_str(jval_get(x, "last_error"));
    struct sv url = jval_str(jval_get(x, "remote_url"));
    table_add(t, url.n ? url : error.n ? error : jval_str(jval_get(x, "remote_id")));
}

struct asked {
    struct cli_call call;
    struct listing l;
    const char *id;
};

static int redrive(struct remote *r, const struct listing *l, const char *id)
{
    AUTO(buf_free) struct buf path = {0};
    int rc = remote_path("effects", id, "/redrive", &path);
    if (rc != CLI_OK || (rc = remote_post(r, path.p)) != CLI_OK)
        return rc;
    if (l->format == FORMAT_JSON)
        printf("{\"schema\":1,\"effect\":\"%s\",\"status\":\"accepted\"}\n", id);
    else if (l->format == FORMAT_NAME)
        printf("%s\n", id);
    else if (!l->quiet)
        printf("effect %s is sent once more: fettle effects\n", id);
    return CLI_OK;
}

static int run_redrive(void *args)
{
    const struct asked *q = args;
    struct remote *r = NULL;
    int rc = remote_open(q->call.conf, &r);
    if (rc == CLI_OK)
        rc = redrive(r, &q->l, q->id);
    remote_close(&r);
    return rc;
}

static int run_list(void *args)
{
    static const struct list_kind kind = {"effects", heads, row, "0213124"};
    const struct asked *q = args;
    struct remote *r = NULL;
    int rc = remote_open(q->call.conf, &r);
    if (rc == CLI_OK)
        rc = list_print(&kind, r, &q->l);
    remote_close(&r);
    return rc;
}

static const char *const states[] = {
#define X(id, name) name,
    EFFECT_STATES(X)
#undef X
        NULL};
static const struct cli_arg options[] = {
    {"state", .kind = CLI_WORD, .at = offsetof(struct asked, l.state), .words = states, .doc = "only those"},
    {.name = NULL},
};
static const struct cli_arg one[] = {
    {"EFFECT", .kind = CLI_EFFECT, .at = offsetof(struct asked, id), .flags = CLI_NEEDED,
     .doc = "an id of `fettle effects`"},
    {.name = NULL},
};
enum { SHOWN = offsetof(struct asked, l) };
static const struct cli_verb subs[] = {
    {.name = "list",
     .doc = "the newest first",
     .options = {{options, 0},
                 {cli_page_group, SHOWN},
                 {cli_output_group, SHOWN},
                 {cli_screen_group, 0},
                 {cli_config_group, 0}},
     .run = run_list},
    {.name = "redrive",
     .doc = "one that is dead is sent once more, under the same key",
     .exits = CLI_EXITS_SERVER | 1u << CLI_CONFLICT,
     .operands = one,
     .options = {{cli_output_group, SHOWN}, {cli_screen_group, 0}, {cli_config_group, 0}},
     .run = run_redrive},
    {.name = NULL},
};
const struct cli_verb verb_effects = {
    .name = "effects",
    .doc = "what was told to the forges, and what was not yet",
    .examples = "fettle effects --state pending\n"
                "fettle effects list --state dead -o name | xargs -n 1 fettle effects redrive\n",
    .text =
        "What a forge refuses for good is dead. When the cause is mended there, re-drive it: it is looked for first "
        "where an earlier try may have arrived, so nothing is said twice. A status, check run, comment, issue or "
        "pull request stays dead when a newer word of the same was sent since: that one is right.\n",
    .exits = CLI_EXITS_SERVER,
    .subs = subs,
    .first_sub = true,
    .size = sizeof(struct asked),
};
