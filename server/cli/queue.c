/* SPDX-License-Identifier: Apache-2.0 */
/* fettle queue: what waits, in the order in which it is expected to start; and what people want about that. */
#include "core/policy.h"
#include "server/cli/list.h"
#include "server/cli/term.h"

static const char *const heads[] = {"RUN", "WORKFLOW", "JOB", "REPOSITORY", "PRIORITY", "UNTIL", "WHY", NULL};

static void row(struct table *t, const struct jval *x)
{
    table_member(t, x, "run");
    table_member(t, x, "workflow");
    table_member(t, x, "key");
    table_member(t, x, "repository");
    table_add(t, jval_true(jval_get(x, "bumped")) ? SV("first") : jval_str(jval_get(x, "priority")));
    table_time(t, x, "until");
    table_member(t, x, "why");
}

static int64_t count(const struct jval *o, const char *key)
{
    int64_t n = 0;
    jval_int(jval_get(o, key), &n);
    return n;
}

static void print_locks(const struct jval *locks, struct buf *b)
{
    for (size_t i = 0; i < jval_len(locks); i++) {
        const struct jval *l = jval_item(locks, i), *holders = jval_get(l, "holders");
        AUTO(buf_free) struct buf line = {0};
        buf_fmt(&line, "lock %.*s: %lld of %lld held", SV_ARG(jval_str(jval_get(l, "name"))),
                (long long)count(l, "used"), (long long)count(l, "capacity"));
        for (size_t k = 0; k < jval_len(holders); k++)
            buf_fmt(&line, "%s run %.*s, job %.*s", k ? ";" : " by",
                    SV_ARG(jval_str(jval_get(jval_item(holders, k), "run"))),
                    SV_ARG(jval_str(jval_get(jval_item(holders, k), "key"))));
        if (count(l, "waiting"))
            buf_fmt(&line, ", %lld wait", (long long)count(l, "waiting"));
        cli_text(buf_view(&line), b);
        buf_chr(b, '\n');
    }
}

static int print_table(const struct jval *q, const struct listing *l)
{
    AUTO(table_free) struct table t = {.heads = heads, .ranks = "0325141"};
    AUTO(buf_free) struct buf b = {0};
    const struct jval *jobs = jval_get(q, "jobs");
    for (size_t i = 0; i < jval_len(jobs); i++)
        row(&t, jval_item(jobs, i));
    int rc = table_print(&t, l);
    if (rc != CLI_OK || l->quiet)
        return rc;
    print_locks(jval_get(q, "locks"), &b);
    buf_fmt(&b, "%lld of %lld slots are busy, %lld jobs wait%s\n", (long long)count(q, "slots_busy"),
            (long long)count(q, "slots"), (long long)count(q, "waiting"),
            jval_true(jval_get(q, "paused")) ? "; the queue is paused (fettle queue resume)" : "");
    return cli_print(&b);
}

static int print_names(const struct jval *q)
{
    AUTO(buf_free) struct buf b = {0};
    const struct jval *jobs = jval_get(q, "jobs");
    for (size_t i = 0; i < jval_len(jobs); i++) {
        cli_text(jval_str(jval_get(jval_item(jobs, i), "job")), &b);
        buf_chr(&b, '\n');
    }
    return cli_print(&b);
}

static int list(struct remote *r, const struct listing *l, const char *id)
{
    (void)id;
    AUTO(buf_free) struct buf path = {0};
    struct jdoc *doc = NULL;
    buf_str(&path, "/api/v1/queue");
    if (l->limit)
        buf_fmt(&path, "?limit=%lld", (long long)l->limit);
    int rc = remote_get_json(r, path.p, &doc);
    if (rc == CLI_OK && l->format == FORMAT_JSON)
        rc = print_object(jdoc_root(doc));
    else if (rc == CLI_OK && l->format == FORMAT_NAME)
        rc = print_names(jdoc_root(doc));
    else if (rc == CLI_OK)
        rc = print_table(jdoc_root(doc), l);
    jdoc_free(&doc);
    return rc;
}

enum dispatching { PAUSE, RESUME };

static int set_dispatching(struct remote *r, const struct listing *l, enum dispatching to)
{
    bool pause = to == PAUSE;
    int rc = remote_post(r, pause ? "/api/v1/queue/pause" : "/api/v1/queue/resume");
    if (rc != CLI_OK)
        return rc;
    if (l->format == FORMAT_JSON)
        printf("{\"schema\":1,\"paused\":%s,\"status\":\"accepted\"}\n", pause ? "true" : "false");
    else if (!l->quiet)
        printf("%s\n", pause ? "nothing starts any more; what runs goes on" : "the queue goes on");
    return CLI_OK;
}

static int wish(struct remote *r, const char *id, const char *wanted)
{
    AUTO(buf_free) struct buf path = {0};
    struct jdoc *doc = NULL;
    /* The engine knows open runs alone; which one never was is asked first. */
    int rc = remote_path("runs", id, "", &path);
    if (rc == CLI_OK)
        rc = remote_get_json(r, path.p, &doc);
    jdoc_free(&doc);
    buf_str(&path, wanted);
    return rc == CLI_OK ? remote_post(r, path.p) : rc;
}

static int bump(struct remote *r, const struct listing *l, const char *id)
{
    int rc = wish(r, id, "/bump");
    if (rc != CLI_OK)
        return rc;
    if (l->format == FORMAT_JSON)
        printf("{\"schema\":1,\"run\":\"%s\",\"status\":\"accepted\"}\n", id);
    else if (!l->quiet)
        printf("run %s goes first in its repository\n", id);
    return CLI_OK;
}

static int prioritise(struct remote *r, const struct listing *l, const char *id, const char *to)
{
    AUTO(buf_free) struct buf wanted = {0};
    buf_fmt(&wanted, "/priority?to=%s", to);
    int rc = wish(r, id, wanted.p);
    if (rc != CLI_OK)
        return rc;
    if (l->format == FORMAT_JSON)
        printf("{\"schema\":1,\"run\":\"%s\",\"priority\":\"%s\",\"status\":\"accepted\"}\n", id, to);
    else if (!l->quiet)
        printf("the priority of run %s is %s\n", id, to);
    return CLI_OK;
}

static int pause_it(struct remote *r, const struct listing *l, const char *id)
{
    (void)id;
    return set_dispatching(r, l, PAUSE);
}

static int resume(struct remote *r, const struct listing *l, const char *id)
{
    (void)id;
    return set_dispatching(r, l, RESUME);
}

/* ---- the verb ---- */

struct asked {
    struct cli_call call;
    struct listing l;
    const char *id, *to;
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

#define RUN(verb, function)                                                                                            \
    static int run_##verb(void *args)                                                                                  \
    {                                                                                                                  \
        return run_with(args, function);                                                                               \
    }
RUN(list, list)
RUN(pause, pause_it)
RUN(resume, resume)
RUN(bump, bump)
#undef RUN

static int run_priority(void *args)
{
    const struct asked *q = args;
    struct remote *r = NULL;
    int rc = remote_open(q->call.conf, &r);
    if (rc == CLI_OK)
        rc = prioritise(r, &q->l, q->id, q->to);
    remote_close(&r);
    return rc;
}

enum { SHOWN = offsetof(struct asked, l) };
static const struct cli_arg list_options[] = {
    {"limit", 0, CLI_NUMBER, "N", offsetof(struct asked, l.limit), .doc = "at most so many", .low = 1, .high = 1000},
    {.name = NULL},
};
static const struct cli_arg bumped[] = {
    {"RUN", .kind = CLI_RUN, .at = offsetof(struct asked, id), .flags = CLI_NEEDED, .doc = "an id of `fettle runs`"},
    {.name = NULL},
};
static const char *const priorities[] = {
#define X(id, name) name,
    PRIORITIES(X)
#undef X
        NULL};
static const struct cli_arg prioritised[] = {
    {"RUN", .kind = CLI_RUN, .at = offsetof(struct asked, id), .flags = CLI_NEEDED, .doc = "an id of `fettle runs`"},
    {"PRIORITY", .kind = CLI_WORD, .at = offsetof(struct asked, to), .words = priorities, .flags = CLI_NEEDED,
     .doc = "how urgent it is from now on, whatever its workflow says"},
    {.name = NULL},
};
#define SHOW                                                                                                           \
    {cli_output_group, SHOWN}, {cli_screen_group, 0},                                                                  \
    {                                                                                                                  \
        cli_config_group, 0                                                                                            \
    }
static const struct cli_verb subs[] = {
    {.name = "list",
     .doc = "jobs whose needs are met, and the locks with their holders",
     .options = {{list_options, 0}, SHOW},
     .run = run_list},
    {.name = "pause",
     .doc = "nothing starts any more, also after a restart; what runs goes on",
     .options = {SHOW},
     .run = run_pause},
    {.name = "resume", .doc = "it goes on", .options = {SHOW}, .run = run_resume},
    {.name = "bump",
     .doc = "the run goes first in its repository, and that one comes next",
     .exits = CLI_EXITS_SERVER | 1u << CLI_CONFLICT,
     .operands = bumped,
     .options = {SHOW},
     .run = run_bump},
    {.name = "priority",
     .doc = "the run is more urgent, or less; what it has started goes on",
     .exits = CLI_EXITS_SERVER | 1u << CLI_CONFLICT,
     .operands = prioritised,
     .options = {SHOW},
     .run = run_priority},
    {.name = NULL},
};
const struct cli_verb verb_queue = {
    .name = "queue",
    .doc = "what waits to start, in order, for what and until when",
    .examples = "fettle queue\n"
                "fettle queue bump 0apmxcxtg0000\n"
                "fettle queue priority 0apmxcxtg0000 critical\n",
    .exits = CLI_EXITS_SERVER,
    .text = "Critical runs go first, on a quarter of the slots; then the organisation and the repository that had the "
            "least; then runs with little left to do and runs that have waited long; of a run the job with the longest "
            "way behind it. Times are estimates: from earlier runs, or of the file (estimate: 4m).\n",
    .subs = subs,
    .first_sub = true,
    .size = sizeof(struct asked),
};
