/* SPDX-License-Identifier: Apache-2.0 */
#include "fmt/enc.h"
#include "server/cli/runs.h"

struct asked {
    const char *what;
    struct sv job, step;
};

static bool take_flag(int *argc, char **argv, const char *name)
{
    int kept = 0;
    for (int i = 0; i < *argc; i++)
        if (strcmp(argv[i], name) != 0)
            argv[kept++] = argv[i];
    bool had = kept != *argc;
    *argc = kept;
    return had;
}

/* JOB/STEP; the key of a job may have slashes in it, and where only one job has such a step its name is enough. */
static void split(const char *from, struct asked *ret)
{
    struct sv text = sv_of(from);
    ptrdiff_t slash = sv_rchr(text, '/');
    ret->what = "from";
    ret->job = slash > 0 ? sv_cut(text, (size_t)slash) : SV_NONE;
    ret->step = sv_from(text, (size_t)(slash + 1));
}

static int read_options(int *argc, char **argv, struct asked *ret)
{
    struct cli_values jobs = {0}, steps = {0};
    bool failed = take_flag(argc, argv, "--failed");
    int n = cli_repeated(*argc, argv, "--job", &jobs);
    if (n >= 0)
        n = cli_repeated(n, argv, "--from", &steps);
    *argc = n;
    *ret = (struct asked){.what = failed ? "failed" : "all"};
    if (jobs.v.n) {
        ret->what = "job";
        ret->job = sv_of(jobs.v.at[0]);
    }
    if (steps.v.n)
        split(steps.v.at[0], ret);
    bool many = jobs.v.n + steps.v.n + (size_t)failed > 1;
    VEC_FREE(&jobs.v);
    VEC_FREE(&steps.v);
    if (n < 0)
        return CLI_USAGE;
    return many ? cli_fail(CLI_USAGE, "runs rerun: one of --failed, --job and --from") : CLI_OK;
}

static int send(struct remote *r, const char *id, const struct asked *q, struct jdoc **ret)
{
    AUTO(buf_free) struct buf path = {0};
    AUTO(remote_answer_free) struct remote_answer answer = {0};
    struct err e = {0};
    int rc = remote_path("runs", id, "/rerun?what=", &path);
    if (rc != CLI_OK)
        return rc;
    buf_fmt(&path, "%s&job=", q->what);
    url_put(&path, q->job);
    buf_str(&path, "&step=");
    url_put(&path, q->step);
    rc = remote_send(r, "POST", path.p, &answer);
    if (rc == CLI_OK)
        rc = remote_verdict(&answer);
    if (rc == CLI_OK && jdoc_parse(buf_view(&answer.body), NULL, ret, &e) < 0)
        rc = cli_fail(CLI_FAILED, "the server's answer is no JSON: %s", e.msg);
    return rc;
}

static int print(const struct jdoc *doc, const struct listing *l, const char *of)
{
    AUTO(buf_free) struct buf remark = {0};
    struct sv run = jval_str(jval_get(jdoc_root(doc), "run"));
    cli_text(jval_str(jval_get(jdoc_root(doc), "remark")), &remark);
    if (l->format == FORMAT_JSON)
        return print_object(jdoc_root(doc));
    if (l->format == FORMAT_NAME)
        printf("%.*s\n", SV_ARG(run));
    else if (!l->quiet)
        printf("run %.*s repeats %s%s%s\n", SV_ARG(run), of, remark.n ? "; " : "", remark.n ? remark.p : "");
    return CLI_OK;
}

int runs_rerun(const char *conf, int argc, char **argv)
{
    struct asked q;
    struct listing l;
    struct remote *r = NULL;
    struct jdoc *doc = NULL;
    int rc = read_options(&argc, argv, &q);
    if (rc != CLI_OK)
        return rc;
    argc = listing_options(argc, argv, &l);
    if (argc < 0)
        return CLI_USAGE;
    if (argc != 2 || l.dry_run || l.follow)
        return cli_usage("runs");
    rc = remote_open(conf, &r);
    if (rc == CLI_OK)
        rc = send(r, argv[1], &q, &doc);
    if (rc == CLI_OK)
        rc = print(doc, &l, argv[1]);
    jdoc_free(&doc);
    remote_close(&r);
    return rc;
}
