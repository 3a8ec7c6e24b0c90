/* SPDX-License-Identifier: Apache-2.0 */
#include "fmt/enc.h"
#include "server/cli/runs.h"

struct asked {
    const char *what;
    struct sv job, step;
};

/* JOB/STEP; the key of a job may have slashes in it, and where only one job has such a step its name is enough. */
static void split(const char *from, struct asked *ret)
{
    struct sv text = sv_of(from);
    ptrdiff_t slash = sv_rchr(text, '/');
    ret->what = "from";
    ret->job = slash > 0 ? sv_cut(text, (size_t)slash) : SV_NONE;
    ret->step = sv_from(text, (size_t)(slash + 1));
}

/* What is empty was not said. */
static void put_query(struct buf *path, const char *name, struct sv value)
{
    if (!value.n)
        return;
    buf_str(path, name);
    url_put(path, value);
}

static int send(struct remote *r, const char *id, const struct asked *q, struct jdoc **ret)
{
    AUTO(buf_free) struct buf path = {0};
    AUTO(remote_answer_free) struct remote_answer answer = {0};
    struct err e = {0};
    int rc = remote_path("runs", id, "/rerun?what=", &path);
    if (rc != CLI_OK)
        return rc;
    buf_str(&path, q->what);
    put_query(&path, "&job=", q->job);
    put_query(&path, "&step=", q->step);
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

int runs_rerun(struct remote *r, const struct listing *l, const char *id, const struct runs_again *what)
{
    struct asked q = {.what = what->failed ? "failed" : what->job ? "job" : "all", .job = sv_of(what->job)};
    struct jdoc *doc = NULL;
    if (what->from)
        split(what->from, &q);
    int rc = send(r, id, &q, &doc);
    if (rc == CLI_OK)
        rc = print(doc, l, id);
    jdoc_free(&doc);
    return rc;
}
