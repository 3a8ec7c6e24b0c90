/* SPDX-License-Identifier: Apache-2.0 */
#include "server/cli/explain.h"
#include <stdlib.h>
#include <unistd.h>
#include "base/file.h"
#include "engine/gather.h"
#include "base/suggest.h"
#include "server/cli/peek.h"
#include "server/cli/remote.h"
#include "server/cli/term.h"

struct asked { /* what stands on the command line */
    struct cli_call call;
    const char *forge, *event, *payload, *id;
    enum explain_form form;
};

enum { BODY_MAX = 81 << 20 };

/* The server's, where this person may read them; NULL = they may not, or there are none. */
static struct gits *open_mirrors(const struct conf *c)
{
    AUTO(buf_free) struct buf mirrors = {0};
    struct gits *ret = NULL;
    struct err e = {0};
    buf_fmt(&mirrors, "%s/mirrors", c && c->state_dir ? c->state_dir : "");
    /* Opening makes the folder where there is none. */
    if (!c || !c->state_dir || access(mirrors.p, R_OK | X_OK) != 0 || gits_open(c->state_dir, &ret, &e) < 0)
        return NULL;
    return ret;
}

/* Frees x. */
static int explain(struct explained *x, const struct conf *c, const struct forge_ops *ops, const struct delivery *d,
                   struct sv body, enum explain_form form)
{
    struct gits *gits = open_mirrors(c);
    int rc = explain_decode(x, ops, d, body);
    if (x->event)
        explain_workflows(x, c, gits);
    gits_close(&gits);
    int printed = explain_print(x, form);
    if (rc < 0)
        cli_fail(CLI_FAILED, "the payload cannot be decoded: %s", x->reason);
    explained_free(x);
    return rc < 0 ? CLI_FAILED : printed;
}

/* ---- from a file ---- */

static bool is_configured(const struct conf *c, const char *name)
{
    for (size_t i = 0; c && i < c->n_forges; i++)
        if (strcmp(c->forges[i].name, name) == 0)
            return true;
    return false;
}

static int unknown_forge(const struct conf *c, const char *name)
{
    AUTO(buf_free) struct buf known = {0};
    const char *names[64];
    size_t n = 0;
    for (size_t i = 0; c && i < c->n_forges && n < ARRAY_LEN(names); i++)
        names[n++] = c->forges[i].name;
    for (const struct forge_ops *const *f = forge_all; *f && n < ARRAY_LEN(names); f++)
        if (!is_configured(c, (*f)->kind) && strcmp((*f)->kind, "internal") != 0)
            names[n++] = (*f)->kind;
    for (size_t i = 0; i < n; i++)
        buf_fmt(&known, "%s%s", i ? ", " : "", names[i]);
    const char *near = suggest(sv_of(name), names, n);
    if (near)
        return cli_fail(CLI_USAGE, "there is no forge \"%s\" (did you mean \"%s\"?): it is one of %s", name, near,
                        known.p);
    return cli_fail(CLI_USAGE, "there is no forge \"%s\": it is one of %s", name, known.p);
}

static int exit_of(const struct err *e)
{
    return e->cls == ERR_MISSING ? CLI_MISSING : e->cls == ERR_DENIED ? CLI_DENIED : CLI_INVALID;
}

static int explain_file(const struct conf *c, const struct asked *q)
{
    AUTO(buf_free) struct buf body = {0};
    struct err e = {0};
    const struct conf_forge *f = c ? conf_forge_by_name(c, sv_of(q->forge)) : NULL;
    const struct forge_ops *ops = f ? f->ops : forge_find(sv_of(q->forge));
    const char *file = strcmp(q->payload, "-") == 0 ? "/dev/stdin" : q->payload;
    if (!ops)
        return unknown_forge(c, q->forge);
    if (file_read(file, BODY_MAX, &body, &e) < 0)
        return cli_fail(exit_of(&e), "%s", e.msg);
    struct delivery d = {.forge = q->forge,
                         .kind = ops->kind,
                         .event = q->event,
                         .system = strcmp(ops->kind, "gitlab") == 0 && strcmp(q->event, "System Hook") == 0,
                         .form = sv_starts(buf_view(&body), SV("payload=")),
                         .size = (int64_t)body.n};
    struct explained x = {0};
    return explain(&x, c, ops, &d, buf_view(&body), q->form);
}

/* ---- from the server ---- */

/* The row of the delivery as the API tells it, copied into the arena. NULL when its forge is unknown. */
static const struct forge_ops *read_row(const struct jval *row, struct arena *a, struct delivery *ret)
{
    *ret = (struct delivery){.forge = arena_dup(a, jval_str(jval_get(row, "forge"))),
                             .event = arena_dup(a, jval_str(jval_get(row, "event"))),
                             .guid = arena_dup(a, jval_str(jval_get(row, "guid"))),
                             .system = jval_true(jval_get(row, "system")),
                             .form = jval_true(jval_get(row, "form"))};
    const struct forge_ops *ops = forge_find(jval_str(jval_get(row, "kind")));
    ret->kind = ops ? ops->kind : NULL;
    return ret->forge && ret->event ? ops : NULL;
}

static int fetch(struct remote *r, const char *id, struct jdoc **ret_row, struct buf *ret_body)
{
    AUTO(buf_free) struct buf path = {0};
    int rc = remote_path("deliveries", id, "", &path);
    if (rc == CLI_OK)
        rc = remote_get_json(r, path.p, ret_row);
    if (rc == CLI_OK)
        rc = remote_path("deliveries", id, "/body", &path);
    return rc == CLI_OK ? remote_get(r, path.p, ret_body) : rc;
}

enum explain_compared { EXPLAIN_ALONE, EXPLAIN_COMPARED };

/* server: the configuration that leads to it. */
static int explain_stored(const struct conf *c, const char *server, const char *id, enum explain_form form,
                          enum explain_compared compared)
{
    struct remote *r = NULL;
    struct jdoc *row = NULL;
    struct delivery d;
    struct explained x = {0};
    AUTO(buf_free) struct buf body = {0};
    AUTO(arena_free) struct arena a = {0};
    int rc = remote_open(server, &r);
    if (rc == CLI_OK)
        rc = fetch(r, id, &row, &body);
    if (rc == CLI_OK && compared == EXPLAIN_COMPARED)
        rc = explain_fetch_then(&x, r, id);
    remote_close(&r);
    if (rc == CLI_OK) {
        const struct forge_ops *ops = read_row(jdoc_root(row), &a, &d);
        rc = ops ? explain(&x, c, ops, &d, buf_view(&body), form)
                 : cli_fail(CLI_FAILED, "this program does not know the forge of that delivery");
    }
    explained_free(&x);
    jdoc_free(&row);
    return rc;
}

/* ---- the verb ---- */

/* A configuration that is named must be right. One that just lies there is used when there is one. */
static int open_conf(const char *named, struct conf **ret)
{
    const char *file = cli_config_file(named);
    *ret = NULL;
    if (!named && access(file, R_OK) != 0)
        return CLI_OK;
    return peek_workflows(file, ret);
}

int explain_delivery(const char *id, const char *conf_file, enum explain_form form)
{
    struct conf *c = NULL;
    int rc = open_conf(conf_file, &c);
    if (rc == CLI_OK)
        rc = explain_stored(c, conf_file, id, form, EXPLAIN_ALONE);
    conf_unref(&c);
    return rc;
}

/* The configuration whose server is asked: not the one that is only tried out. */
static const char *server_of(const char *conf_file)
{
    const char *named = getenv("FETTLE_CONFIG"), *usual = named && *named ? named : "fettle.yaml";
    return access(usual, R_OK) == 0 ? usual : conf_file;
}

int explain_replay(const char *id, const char *conf_file, enum explain_form form)
{
    struct conf *c = NULL;
    int rc = open_conf(conf_file, &c);
    if (rc == CLI_OK)
        rc = explain_stored(c, conf_file ? server_of(conf_file) : NULL, id, form, EXPLAIN_COMPARED);
    conf_unref(&c);
    return rc;
}

static int run(void *args)
{
    const struct asked *q = args;
    bool any = q->forge || q->event || q->payload, all = q->forge && q->event && q->payload;
    if (q->id && !any)
        return explain_delivery(q->id, q->call.conf, q->form);
    if (q->id || !all)
        return cli_misuse(&q->call, "a delivery, or --forge, --event and --payload together");
    struct conf *c = NULL;
    int rc = open_conf(q->call.conf, &c);
    if (rc == CLI_OK)
        rc = explain_file(c, q);
    conf_unref(&c);
    return rc;
}

static const struct cli_arg operands[] = {
    {"DELIVERY", .kind = CLI_DELIVERY, .at = offsetof(struct asked, id), .doc = "an id of `fettle deliveries`"},
    {.name = NULL},
};
static const struct cli_arg options[] = {
    {"forge", 0, CLI_TEXT, "NAME", offsetof(struct asked, forge),
     .doc = "a configured name, else a kind: github, gitlab, gitea or standard"},
    {"event", 0, CLI_TEXT, "EVENT", offsetof(struct asked, event),
     .doc = "the forge's header word for word: push, \"Merge Request Hook\"; for Gitea that of X-Gitea-Event-Type"},
    {"payload", 0, CLI_FILE, "FILE", offsetof(struct asked, payload), .doc = "the body; - is standard input"},
    {"json", 0, CLI_SET, NULL, offsetof(struct asked, form), .doc = "one JSON object with \"schema\": 1",
     .low = EXPLAIN_JSON},
    {.name = NULL},
};
const struct cli_verb verb_explain = {
    .name = "explain",
    .doc = "what an event means, and per workflow: matched or the first reason why not",
    .examples = "fettle explain --forge github --event push --payload push.json\n"
                "fettle deliveries list -o name | head -n 1 | xargs fettle explain\n",
    .exits = CLI_EXITS_SERVER,
    .text =
        "Filters for paths, and the workflow files of repositories, are read from the server's mirrors where you may "
        "read them (`state` of the configuration) and have the commit; else the server alone decides those. A job "
        "that calls a workflow stands there as the jobs of that file (`caller / job`), or with the reason why its "
        "file cannot be read here.\n",
    .operands = operands,
    .options = {{options, 0}, {cli_screen_group, 0}, {cli_config_group, 0}},
    .size = sizeof(struct asked),
    .start = &(const struct asked){.form = EXPLAIN_TEXT},
    .run = run,
};
