/* SPDX-License-Identifier: Apache-2.0 */
/* fettle connect | disconnect FORGE:REPO: the webhook of a repository, made by the forge's API. */
#include "server/cli/hook_events.h"
#include "server/cli/trip.h"

static const msec_t TRIP_MS = 15000;

struct request { /* one call of the verb */
    struct cli_call call;
    const char *name, *url, *path, *events;
    enum { SAYS_TEXT, SAYS_JSON } says;
    bool dry, no_ping, quiet;
    struct arena arena;
    struct desk *desk;
    const struct conf_forge *forge;
    const char *repo;
    const struct conf_webhook *hook;
    struct buf address;
};

static void request_free(struct request *q)
{
    desk_close(&q->desk);
    buf_free(&q->address);
    arena_free(&q->arena);
}

static int request_open(struct request *q)
{
    int rc = desk_open(q->call.conf, &q->desk);
    if (rc == CLI_OK)
        rc = desk_repo(q->desk, q->name, &q->forge, &q->repo, &q->arena);
    if (rc == CLI_OK)
        rc = desk_webhook(q->forge, q->path, &q->hook);
    if (rc == CLI_OK)
        rc = desk_address(desk_conf(q->desk), q->hook, q->url, &q->address);
    return rc;
}

static struct hook_wish wish_of(const struct request *q, enum hook_verb verb, struct hook_answer *answer)
{
    return (struct hook_wish){.effect = {.repo = q->repo},
                              .ops = q->forge->ops->hooks,
                              .verb = verb,
                              .url = q->address.p,
                              .secret = q->hook->secrets[0].value.p,
                              .answer = answer};
}

/* ---- what is told ---- */

struct result {
    const struct request *q;
    const struct hook_events *events;
    const struct hook_answer *answer;
    const struct hook_wish *wish;
    const char *did; /* "created", "would be created", … */
    bool tried;      /* a ping was asked for */
    struct trip_found trip;
};

static const char *did(const struct hook_answer *a, const struct hook_wish *w, bool dry)
{
    static const char *const words[] = {
        [HOOK_NOTHING] = "nothing", [HOOK_CREATED] = "created", [HOOK_REPAIRED] = "repaired",
        [HOOK_KEPT] = "kept",       [HOOK_REMOVED] = "removed", [HOOK_PINGED] = "tried"};
    if (!dry)
        return words[a->done];
    return a->found.n == 0                                        ? "would-create"
           : a->found.n > 1 || !hook_is_right(w, &a->found.at[0]) ? "would-repair"
                                                                  : "would-keep";
}

static void put_list(struct buf *b, const char *head, const char *const *at, size_t n)
{
    if (n == 0)
        return;
    buf_fmt(b, "%-9s", head);
    for (size_t i = 0; i < n; i++)
        buf_fmt(b, "%s%s", i ? ", " : "", at[i]);
    buf_chr(b, '\n');
}

/* In what way the hook that was there differs. */
static void put_differences(const struct result *r, struct buf *b)
{
    const struct hook_found *f = r->answer->found.n ? &r->answer->found.at[0] : NULL;
    if (!f)
        return;
    AUTO(buf_free) struct buf raw = {0};
    for (size_t i = 0; i < r->wish->n_events; i++) {
        bool has = false;
        for (size_t k = 0; k < f->n_events; k++)
            has |= strcmp(f->events[k], r->wish->events[i]) == 0;
        if (!has)
            buf_fmt(&raw, "+%s ", r->wish->events[i]);
    }
    for (size_t k = 0; k < f->n_events; k++)
        if (!hook_is_wanted(r->wish, f->events[k]) && !hook_is_added(r->wish, f->events[k]))
            buf_fmt(&raw, "-%s ", f->events[k]);
    buf_str(&raw, f->active ? "" : "it was off ");
    buf_str(&raw, f->json ? "" : "it sent forms ");
    buf_str(&raw, f->verifies ? "" : "certificates were not verified ");
    if (r->answer->found.n > 1)
        buf_fmt(&raw, "%d more at the same address ", (int)r->answer->found.n - 1);
    cli_text(sv_trim(buf_view(&raw)), b);
}

static int tell_text(const struct result *r)
{
    AUTO(buf_free) struct buf b = {0}, differs = {0};
    const struct request *q = r->q;
    buf_fmt(&b, "%s:%s  %s\n", q->forge->name, q->repo, q->address.p);
    put_list(&b, "events", r->events->wanted.at, r->events->wanted.n);
    put_list(&b, "App only", r->events->of_app.at, r->events->of_app.n);
    if (r->answer->id)
        buf_fmt(&b, "hook     %lld %s\n", (long long)r->answer->id, r->did);
    else
        buf_fmt(&b, "hook     %s\n", r->did);
    put_differences(r, &differs);
    if (differs.n)
        buf_fmt(&b, "changes  %s\n", differs.p);
    if (r->trip.id[0])
        buf_fmt(&b, "ping     arrived after %lld ms as delivery %s, answered %d%s%s\n", (long long)r->trip.ms,
                r->trip.id, r->trip.status, r->trip.secret[0] ? ", signed with " : "", r->trip.secret);
    return cli_print(&b);
}

static int tell_json(const struct result *r)
{
    AUTO(buf_free) struct buf b = {0}, differs = {0};
    struct jout j = {.buf = &b};
    put_differences(r, &differs);
    jout_open(&j, '{');
    jout_kint(&j, "schema", 1);
    jout_kstrz(&j, "forge", r->q->forge->name);
    jout_kstrz(&j, "repository", r->q->repo);
    jout_kstrz(&j, "url", r->q->address.p);
    jout_kstrz(&j, "result", r->did);
    jout_key(&j, "hook");
    if (r->answer->id)
        jout_int(&j, r->answer->id);
    else
        jout_null(&j);
    jout_key(&j, "events");
    jout_strs(&j, r->events->wanted.at, r->events->wanted.n);
    jout_key(&j, "app_events");
    jout_strs(&j, r->events->of_app.at, r->events->of_app.n);
    jout_kstr(&j, "changes", differs.n ? buf_view(&differs) : SV_NONE);
    jout_key(&j, "ping");
    if (r->trip.id[0]) {
        jout_open(&j, '{');
        jout_kstrz(&j, "delivery", r->trip.id);
        jout_kint(&j, "status", r->trip.status);
        jout_kint(&j, "ms", r->trip.ms);
        jout_kstrz(&j, "secret", r->trip.secret[0] ? r->trip.secret : NULL);
        jout_close(&j, '}');
    } else {
        jout_null(&j);
    }
    jout_close(&j, '}');
    buf_chr(&b, '\n');
    return cli_print(&b);
}

static int tell(const struct result *r)
{
    return r->q->says == SAYS_JSON ? tell_json(r) : r->q->quiet ? CLI_OK : tell_text(r);
}

/* ---- connect ---- */

static int try_it(struct request *q, struct trip *t, struct result *r)
{
    AUTO(hook_answer_free) struct hook_answer answer = {0};
    struct hook_wish w = wish_of(q, HOOK_PING, &answer);
    struct trip_want want = {
        .path = q->hook->path, .event = w.ops->ping_event, .repo = q->repo, .sent = clk_wall_ms(), .most = TRIP_MS};
    w.id = r->answer->id;
    int rc = desk_talk(q->desk, q->forge, &w);
    if (rc != CLI_OK)
        return rc;
    r->tried = true;
    return trip_wait(t, &want, &r->trip);
}

/* A look asks nothing about the secret. */
static int rehearse_secret(const struct request *q, const struct hook_wish *w)
{
    struct err e = {0};
    if (!w->ops || !w->ops->check || w->ops->check(w, &e) == 0)
        return CLI_OK;
    return cli_fail(CLI_INVALID, "%s:%s: %s", q->forge->name, q->repo, e.msg);
}

static int connect_repo(struct request *q, const struct hook_events *events)
{
    AUTO(hook_answer_free) struct hook_answer answer = {0};
    AUTO(trip_end) struct trip trip = {0};
    struct hook_wish w = wish_of(q, q->dry ? HOOK_LOOK : HOOK_SET, &answer);
    struct result r = {.q = q, .events = events, .answer = &answer, .wish = &w};
    bool pings = !q->dry && !q->no_ping;
    w.events = events->wanted.at;
    w.n_events = events->wanted.n;
    if (!events->listened)
        return cli_fail(CLI_INVALID,
                        "no workflow listens to anything that %s:%s could tell: there is nothing to connect",
                        q->forge->name, q->repo);
    int rc = pings ? trip_begin(q->call.conf, &trip) : q->dry ? rehearse_secret(q, &w) : CLI_OK;
    if (rc == CLI_OK)
        rc = desk_talk(q->desk, q->forge, &w);
    if (rc != CLI_OK)
        return rc;
    if (q->dry && answer.found.n)
        answer.id = answer.found.at[0].id;
    r.did = did(&answer, &w, q->dry);
    int tried = pings && trip.remote ? try_it(q, &trip, &r) : CLI_OK;
    if ((rc = tell(&r)) != CLI_OK || tried == CLI_OK)
        return rc != CLI_OK || !pings || trip.remote ? rc : CLI_UNREACHABLE;
    if (r.tried)
        cli_fail(tried,
                 "the hook is set, and the forge was asked to try it, but nothing arrived at %s within %d s: can "
                 "the forge reach this address, and does it trust its certificate?",
                 q->address.p, (int)(TRIP_MS / 1000));
    return tried;
}

static int connect_open(struct request *q)
{
    AUTO(hook_events_free) struct hook_events events = {0};
    int rc = request_open(q);
    if (rc == CLI_OK)
        rc = q->events ? hook_events_named(q->forge, sv_of(q->events), &events)
                       : hook_events_find(q->desk, q->forge, q->repo, &events);
    return rc == CLI_OK ? connect_repo(q, &events) : rc;
}

/* ---- disconnect ---- */

static int disconnect(struct request *q)
{
    AUTO(hook_answer_free) struct hook_answer answer = {0};
    AUTO(buf_free) struct buf b = {0};
    struct jout j = {.buf = &b};
    int rc = request_open(q);
    if (rc != CLI_OK)
        return rc;
    struct hook_wish w = wish_of(q, q->dry ? HOOK_LOOK : HOOK_REMOVE, &answer);
    if ((rc = desk_talk(q->desk, q->forge, &w)) != CLI_OK)
        return rc;
    if (q->says == SAYS_JSON) {
        jout_open(&j, '{');
        jout_kint(&j, "schema", 1);
        jout_kstrz(&j, "forge", q->forge->name);
        jout_kstrz(&j, "repository", q->repo);
        jout_kstrz(&j, "url", q->address.p);
        jout_kint(&j, q->dry ? "would_remove" : "removed", (int64_t)answer.found.n);
        jout_close(&j, '}');
        buf_chr(&b, '\n');
        return cli_print(&b);
    }
    if (answer.found.n == 0)
        return cli_fail(CLI_MISSING, "%s:%s has no hook that points at %s", q->forge->name, q->repo, q->address.p);
    if (!q->quiet)
        buf_fmt(&b, "%s:%s  %d hook%s at %s %s\n", q->forge->name, q->repo, (int)answer.found.n,
                answer.found.n > 1 ? "s" : "", q->address.p, q->dry ? "would be removed" : "removed");
    return cli_print(&b);
}

/* ---- the verbs ---- */

static int run_connect(void *args)
{
    int rc = connect_open(args);
    request_free(args);
    return rc;
}

static int run_disconnect(void *args)
{
    int rc = disconnect(args);
    request_free(args);
    return rc;
}

static const struct cli_arg operands[] = {
    {"FORGE:REPO", .kind = CLI_FORGE_REPOSITORY, .at = offsetof(struct request, name), .flags = CLI_NEEDED,
     .doc = "FORGE is a name in fettle.yaml: github:acme/api"},
    {.name = NULL},
};
static const struct cli_arg options[] = {
    {"url", 0, CLI_TEXT, "URL", offsetof(struct request, url),
     .doc = "where the forge finds this server, in place of public-url"},
    {"path", 0, CLI_TEXT, "PATH", offsetof(struct request, path), .doc = "another webhook of the forge than its first"},
    {"dry-run", .kind = CLI_FLAG, .at = offsetof(struct request, dry), .doc = "only says what would be done"},
    {.name = NULL},
};
static const struct cli_arg more_options[] = {
    {"events", 0, CLI_TEXT, "LIST", offsetof(struct request, events),
     .doc = "these (a,b), in the forge's words, in place of what was found out"},
    {"no-ping", .kind = CLI_FLAG, .at = offsetof(struct request, no_ping), .doc = "the forge is not asked to try it"},
    {.name = NULL},
};
static const char *const forms[] = {[SAYS_TEXT] = "table", [SAYS_JSON] = "json", NULL};
static const struct cli_arg says[] = {
    {"json", 0, CLI_SET, NULL, offsetof(struct request, says), .doc = "one JSON object with \"schema\": 1",
     .low = SAYS_JSON},
    {"output", 'o', CLI_CHOICE, "FORMAT", offsetof(struct request, says), .doc = "for people, or JSON", .words = forms},
    {"quiet", 'q', CLI_FLAG, NULL, offsetof(struct request, quiet), .doc = "says only what is wrong"},
    {.name = NULL},
};
const struct cli_verb verb_connect = {
    .name = "connect",
    .doc = "makes or mends the webhook of a repository, with the events that the workflows need, and tries it",
    .examples = "fettle connect github:acme/api --dry-run\n",
    .failed = "the forge refused",
    .exits = CLI_EXITS_SERVER,
    .text =
        "Reads the whole configuration with its secrets. Wanted are the events that workflows listen to (the "
        "server's, and those of the repository's default branch), comments, and news of the repository itself.\n"
        "\n"
        "Exit 6: made, but no server runs here that could have seen the trial. Exit 7: made, and nothing arrived.\n",
    .operands = operands,
    .options = {{options, 0}, {more_options, 0}, {says, 0}, {cli_config_group, 0}},
    .size = sizeof(struct request),
    .run = run_connect,
};
const struct cli_verb verb_disconnect = {
    .name = "disconnect",
    .doc = "removes the webhooks of a repository that point at this server, and no other",
    .examples = "fettle disconnect github:acme/api\n",
    .failed = "the forge refused",
    .exits = CLI_EXITS_SERVER,
    .operands = operands,
    .options = {{options, 0}, {says, 0}, {cli_config_group, 0}},
    .size = sizeof(struct request),
    .run = run_disconnect,
};
