/* SPDX-License-Identifier: Apache-2.0 */
#include "server/cli/runs.h"

static const char *const heads[] = {"ID", "CREATED", "WORKFLOW", "EVENT", "REPOSITORY", "REF", "STATE", NULL};

static void row(struct table *t, const struct jval *x)
{
    char at[20];
    table_member(t, x, "id");
    table_add(t, time_short(jval_str(jval_get(x, "created_at")), at));
    table_member(t, x, "workflow");
    table_member(t, x, "event");
    table_member(t, x, "repository");
    table_member(t, x, "ref");
    table_add(t, shown_state(x));
}

static int list(struct remote *r, const struct listing *l, const char *id)
{
    static const struct list_kind kind = {"runs", heads, row};
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
    static const char *const members[] = {"id",  "workflow", "file",  "event",      "action", "repository", "ref",
                                          "sha", "delivery", "state", "conclusion", "detail", "created_at", "ended_at"};
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

static const struct {
    const char *word;
    int args;
    int (*run)(struct remote *r, const struct listing *l, const char *id);
} parts[] = {
    {"list", 0, list},        {"show", 1, show},    {"logs", 1, runs_logs},   {"cancel", 1, runs_cancel},
    {"watch", 1, runs_watch}, {"why", 1, runs_why}, {"graph", 1, runs_graph},
};

static int download(const char *conf, const struct listing *l, int argc, char **argv)
{
    struct remote *r = NULL;
    if (argc < 1 || argc > 2 || l->dry_run || l->follow)
        return cli_usage("runs");
    int rc = remote_open(conf, &r);
    if (rc == CLI_OK)
        rc = runs_download(r, l, argv[0], argc > 1 ? argv[1] : NULL);
    remote_close(&r);
    return rc;
}

static int answer(const char *conf, const struct listing *l, int argc, char **argv)
{
    struct remote *r = NULL;
    if (argc < 2 || argc > 3 || l->dry_run || l->follow)
        return cli_usage("runs");
    int rc = remote_open(conf, &r);
    if (rc == CLI_OK)
        rc = runs_answer(r, l, argv[0], argv[1], argc > 2 ? argv[2] : NULL);
    remote_close(&r);
    return rc;
}

int cli_runs(int argc, char **argv)
{
    struct listing l;
    struct remote *r = NULL;
    const char *conf = cli_config_named(&argc, argv);
    if (argc > 1 && strcmp(argv[1], "rerun") == 0)
        return runs_rerun(conf, argc - 1, argv + 1);
    argc = listing_options(argc, argv, &l);
    if (argc < 0)
        return CLI_USAGE;
    const char *what = argc > 1 ? argv[1] : "list";
    if (strcmp(what, "download") == 0)
        return download(conf, &l, argc - 2, argv + 2);
    if (strcmp(what, "approve") == 0 || strcmp(what, "reject") == 0)
        return answer(conf, &l, argc - 1, argv + 1);
    size_t i = 0;
    while (i < ARRAY_LEN(parts) && strcmp(parts[i].word, what) != 0)
        i++;
    if (i == ARRAY_LEN(parts) || (argc > 1 ? argc - 2 : 0) != parts[i].args || l.dry_run ||
        (l.follow && parts[i].run != runs_logs))
        return cli_usage("runs");
    int rc = remote_open(conf, &r);
    if (rc == CLI_OK)
        rc = parts[i].run(r, &l, argv[2]);
    remote_close(&r);
    return rc;
}
