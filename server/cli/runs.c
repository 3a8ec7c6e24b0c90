/* SPDX-License-Identifier: Apache-2.0 */
#include "server/cli/runs.h"
#include "core/run.h"
#include "server/cli/term.h"

static const char *const heads[] = {"ID", "CREATED", "WORKFLOW", "EVENT", "REPOSITORY", "REF", "STATE", NULL};

static void row(struct table *t, const struct jval *x)
{
    table_member(t, x, "id");
    table_time(t, x, "created_at");
    table_member(t, x, "workflow");
    table_member(t, x, "event");
    table_member(t, x, "repository");
    table_member(t, x, "ref");
    table_add(t, shown_state(x));
}

static int list(struct remote *r, const struct listing *l, const char *id)
{
    static const struct list_kind kind = {"runs", heads, row, "0125341"};
    (void)id;
    return list_print(&kind, r, l);
}

int runs_fetch(struct remote *r, const char *id, struct jdoc **ret)
{
    AUTO(buf_free) struct buf path = {0};
    int rc = remote_path("runs", id, "", &path);
    return rc == CLI_OK ? remote_get_json(r, path.p, ret) : rc;
}

static void put_step(struct buf *b, const struct jval *step)
{
    AUTO(buf_free) struct buf name = {0};
    const struct jval *attempts = jval_get(step, "attempts");
    const struct jval *last = jval_len(attempts) ? jval_item(attempts, jval_len(attempts) - 1) : NULL;
    struct sv detail = jval_str(jval_get(last, "detail")), id = jval_str(jval_get(last, "id"));
    cli_text(jval_str(jval_get(step, "name")), &name);
    buf_fmt(b, "    %s  ", name.n ? name.p : "-");
    put_word(b, shown_state(step));
    if (id.n)
        buf_fmt(b, "  attempt %.*s", SV_ARG(id));
    if (detail.n) {
        buf_str(b, "  ");
        cli_text(detail, b);
    }
    buf_chr(b, '\n');
    put_failure(b, last);
}

static void put_job(struct buf *b, const struct jval *job)
{
    struct sv detail = jval_str(jval_get(job, "detail"));
    buf_str(b, "  ");
    cli_text(jval_str(jval_get(job, "key")), b);
    buf_str(b, "  ");
    put_word(b, shown_state(job));
    if (detail.n) {
        buf_str(b, "  ");
        cli_text(detail, b);
    }
    buf_chr(b, '\n');
    const struct jval *steps = jval_get(job, "steps");
    for (size_t i = 0; i < jval_len(steps); i++)
        put_step(b, jval_item(steps, i));
}

static void put_artifacts(struct buf *b, const struct jval *all)
{
    for (size_t i = 0; i < jval_len(all); i++) {
        const struct jval *x = jval_item(all, i);
        AUTO(buf_free) struct buf line = {0};
        int64_t size = 0, files = 0;
        jval_int(jval_get(x, "size"), &size);
        jval_int(jval_get(x, "files"), &files);
        buf_fmt(&line, "%.*s  %lld bytes  %lld files", SV_ARG(jval_str(jval_get(x, "name"))), (long long)size,
                (long long)files);
        field_text(b, "artifact", buf_view(&line));
    }
}

static int print_run(const struct jval *run)
{
    static const char *const members[] = {"id",         "workflow", "file",       "event",    "action",
                                          "repository", "ref",      "sha",        "delivery", "state",
                                          "conclusion", "detail",   "created_at", "ended_at", "trace"};
    int64_t generation;
    AUTO(buf_free) struct buf b = {0};
    for (size_t i = 0; i < ARRAY_LEN(members); i++)
        field_member(&b, members[i], run, members[i]);
    if (jval_int(jval_get(run, "generation"), &generation) && generation > 1) {
        field_member(&b, "repeats", run, "rerun_of");
        field_member(&b, "generation", run, "generation");
    }
    field_text(&b, "trusted", jval_true(jval_get(run, "trusted")) ? SV("yes") : SV("no"));
    const struct jval *jobs = jval_get(run, "jobs"), *effects = jval_get(run, "effects");
    if (jval_len(jobs))
        buf_str(&b, "jobs\n");
    for (size_t i = 0; i < jval_len(jobs); i++)
        put_job(&b, jval_item(jobs, i));
    put_story(&b, run);
    put_artifacts(&b, jval_get(run, "artifacts"));
    for (size_t i = 0; i < jval_len(effects); i++) {
        const struct jval *x = jval_item(effects, i);
        AUTO(buf_free) struct buf line = {0};
        buf_fmt(&line, "%.*s on %.*s:%.*s: %.*s %.*s", SV_ARG(jval_str(jval_get(x, "kind"))),
                SV_ARG(jval_str(jval_get(x, "forge"))), SV_ARG(jval_str(jval_get(x, "repository"))),
                SV_ARG(jval_str(jval_get(x, "state"))), SV_ARG(jval_str(jval_get(x, "last_error"))));
        field_text(&b, "effect", sv_trim(buf_view(&line)));
    }
    return cli_print(&b);
}

static int show(struct remote *r, const struct listing *l, const char *id)
{
    struct jdoc *doc = NULL;
    int rc = runs_fetch(r, id, &doc);
    if (rc != CLI_OK)
        return rc;
    if (l->format == FORMAT_JSON)
        rc = print_object(jdoc_root(doc));
    else if (l->format == FORMAT_NAME)
        printf("%s\n", id);
    else
        rc = print_run(jdoc_root(doc));
    jdoc_free(&doc);
    return rc;
}

/* ---- the verb ---- */

struct asked {
    struct cli_call call;
    struct listing l;
    const char *id, *sha, *name;
    struct runs_output output;
    struct runs_again again;
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
RUN(show, show)
RUN(watch, runs_watch)
RUN(why, runs_why)
RUN(graph, runs_graph)
RUN(cancel, runs_cancel)
#undef RUN

static int run_logs(void *args)
{
    const struct asked *q = args;
    struct remote *r = NULL;
    int rc = remote_open(q->call.conf, &r);
    if (rc == CLI_OK)
        rc = runs_logs(r, &q->l, q->id, &q->output);
    remote_close(&r);
    return rc;
}

static int run_answer(void *args)
{
    const struct asked *q = args;
    struct remote *r = NULL;
    int rc = remote_open(q->call.conf, &r);
    if (rc == CLI_OK)
        rc = runs_answer(r, &q->l, q->call.sub->name, q->id, q->sha);
    remote_close(&r);
    return rc;
}

static int run_download(void *args)
{
    const struct asked *q = args;
    struct remote *r = NULL;
    int rc = remote_open(q->call.conf, &r);
    if (rc == CLI_OK)
        rc = runs_download(r, &q->l, q->id, q->name);
    remote_close(&r);
    return rc;
}

static int run_rerun(void *args)
{
    const struct asked *q = args;
    struct remote *r = NULL;
    int rc = remote_open(q->call.conf, &r);
    if (rc == CLI_OK)
        rc = runs_rerun(r, &q->l, q->id, &q->again);
    remote_close(&r);
    return rc;
}

static const char *const states[] = {
#define X(id, name) name,
    WORK_STATES(X)
#undef X
        "success",
    "failure",
    "error",
    "timed_out",
    "cancelled",
    "skipped",
    NULL};
static const struct cli_arg one[] = {
    {"RUN", .kind = CLI_RUN, .at = offsetof(struct asked, id), .flags = CLI_NEEDED, .doc = "an id of `fettle runs`"},
    {.name = NULL},
};
static const struct cli_arg answered[] = {
    {"RUN", .kind = CLI_RUN, .at = offsetof(struct asked, id), .flags = CLI_NEEDED, .doc = "an id of `fettle runs`"},
    {"SHA", .kind = CLI_TEXT, .at = offsetof(struct asked, sha), .doc = "only what it asks about that commit"},
    {.name = NULL},
};
static const struct cli_arg downloaded[] = {
    {"RUN", .kind = CLI_RUN, .at = offsetof(struct asked, id), .flags = CLI_NEEDED, .doc = "an id of `fettle runs`"},
    {"NAME", .kind = CLI_TEXT, .at = offsetof(struct asked, name), .doc = "of one artifact"},
    {.name = NULL},
};
static const struct cli_arg list_options[] = {
    {"state", .kind = CLI_WORD, .value = "STATE", .at = offsetof(struct asked, l.state), .words = states,
     .doc = "only those"},
    {.name = NULL},
};
static const struct cli_arg logs_options[] = {
    {"follow", 'f', CLI_FLAG, NULL, offsetof(struct asked, output.follow), .doc = "goes on until the run is done"},
    {"from", 0, CLI_TEXT, "OFFSET", offsetof(struct asked, output.from),
     .doc = "passes over so many bytes of output, or over what an interrupted -f names"},
    {.name = NULL},
};
static const struct cli_arg rerun_options[] = {
    {"failed", .kind = CLI_FLAG, .at = offsetof(struct asked, again.failed), .apart = 1,
     .doc = "jobs that did not succeed, and those that need them"},
    {"job", .kind = CLI_TEXT, .value = "JOB", .at = offsetof(struct asked, again.job), .apart = 1,
     .doc = "that one, and those that need it"},
    {"from", .kind = CLI_TEXT, .value = "JOB/STEP", .at = offsetof(struct asked, again.from), .apart = 1,
     .doc = "likewise, from that step, or behind the newest snapshot before it"},
    {.name = NULL},
};
enum { SHOWN = offsetof(struct asked, l) };
#define SHOW                                                                                                           \
    {cli_output_group, SHOWN}, {cli_screen_group, 0},                                                                  \
    {                                                                                                                  \
        cli_config_group, 0                                                                                            \
    }
static const struct cli_verb subs[] = {
    {.name = "list",
     .doc = "the newest first",
     .examples = "fettle runs --state failure --limit 5\n"
                 "fettle runs list -o name\n",
     .exits = CLI_EXITS_SERVER,
     .options = {{list_options, 0}, {cli_page_group, SHOWN}, SHOW},
     .run = run_list},
    {.name = "show",
     .doc = "its jobs, steps, attempts and effects",
     .examples = "fettle runs show 0apmxcxtg0000\n",
     .operands = one,
     .options = {SHOW},
     .run = run_show},
    {.name = "logs",
     .doc = "the output of all attempts in order",
     .text =
         "With -f it waits for a server that is started again, and goes on where it was. Interrupted it says how to "
         "go on: --from with the number of bytes in the order in which they come without -f, or with "
         "ATTEMPT:OFFSET,… of jobs side by side.\n",
     .examples = "fettle runs logs -f 0apmxcxtg0000\n",
     .operands = one,
     .options = {{logs_options, 0}, SHOW},
     .run = run_logs},
    {.name = "watch",
     .doc = "the graph of its jobs, live, until the run is done",
     .examples = "fettle runs watch 0apmxcxtg0000 && make deploy\n",
     .failed = "the run did not succeed",
     .operands = one,
     .options = {SHOW},
     .text = "Drawn on terminals; elsewhere a line for every change of state. Exit 0 when it "
             "succeeded, else 1.\n",
     .run = run_watch},
    {.name = "why",
     .doc = "what each job waits for, or why it ended so",
     .examples = "fettle runs why 0apmxcxtg0000\n",
     .operands = one,
     .options = {SHOW},
     .run = run_why},
    {.name = "graph",
     .doc = "the jobs below what they need",
     .examples = "fettle runs graph 0apmxcxtg0000\n",
     .operands = one,
     .options = {SHOW},
     .run = run_graph},
    {.name = "cancel",
     .doc = "stops it",
     .examples = "fettle runs cancel 0apmxcxtg0000\n",
     .exits = CLI_EXITS_SERVER | 1u << CLI_CONFLICT,
     .operands = one,
     .options = {SHOW},
     .run = run_cancel},
    {.name = "approve",
     .doc = "answers what it asks with yes",
     .examples = "fettle runs approve 0apmxcxtg0000\n",
     .exits = CLI_EXITS_SERVER | 1u << CLI_CONFLICT,
     .operands = answered,
     .options = {SHOW},
     .text = "A job may start, a failed step is tried once more, a step of which nobody knew counts as done.\n",
     .run = run_answer},
    {.name = "reject",
     .doc = "answers what it asks with no",
     .examples = "fettle runs reject 0apmxcxtg0000\n",
     .exits = CLI_EXITS_SERVER | 1u << CLI_CONFLICT,
     .operands = answered,
     .options = {SHOW},
     .run = run_answer},
    {.name = "rerun",
     .doc = "the same again, as a new run",
     .examples = "fettle runs rerun 0apmxcxtg0000 --failed\n"
                 "fettle runs rerun 0apmxcxtg0000 --from build/compile\n",
     .exits = CLI_EXITS_SERVER | 1u << CLI_CONFLICT,
     .operands = one,
     .text = "Of the same event, commits and texts; nothing is read from files again. With --failed jobs go on behind "
             "the newest snapshot of their workspace (checkpoint: workspace), else with their first step.\n",
     .options = {{rerun_options, 0}, SHOW},
     .run = run_rerun},
    {.name = "download",
     .doc = "its artifacts as tar files into this folder",
     .examples = "fettle runs download 0apmxcxtg0000 report\n",
     .failed = "a file cannot be written, or is there already",
     .operands = downloaded,
     .options = {SHOW},
     .run = run_download},
    {.name = NULL},
};
const struct cli_verb verb_runs = {
    .name = "runs",
    .doc = "runs, their jobs and their output",
    .examples = "fettle runs --state failure\n"
                "fettle runs watch 0apmxcxtg0000\n",
    .exits = CLI_EXITS_SERVER,
    .subs = subs,
    .first_sub = true,
    .size = sizeof(struct asked),
};
