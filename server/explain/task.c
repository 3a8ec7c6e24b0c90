/* SPDX-License-Identifier: Apache-2.0 */
/* A stored delivery explained by the server itself: on a pool thread, for its body, rows and mirrors are read. */
#include "base/vec.h"
#include "engine/gather.h"
#include "server/explain/explain.h"
#include "server/host.h"

enum { RUNS_MOST = 200 };
static const uint64_t LANE = 0x6578706c61696e; /* one at a time: the threads are there for those who work */

struct explain_task {
    struct app_task app_task;
    struct conf *conf;
    struct gits *gits;
    char *db_path;
    struct app_letter *letter;
    VEC(struct jdoc *) runs; /* that it started, the newest first */
    int status;              /* of the refusal; 0 = it is explained */
    struct buf text;
};

/* ---- pool thread ---- */

static void keep_run(void *ctx, struct sv json)
{
    struct explain_task *t = ctx;
    struct jdoc *doc = NULL;
    struct err ignored;
    if (jdoc_parse(json, NULL, &doc, &ignored) == 0)
        VEC_PUSH(&t->runs, doc);
}

static void refuse(struct explain_task *t, int status, const char *why)
{
    t->status = status;
    buf_str(&t->text, why);
}

/* The end of the object is taken off, and more is put before it. */
static void put_more(struct explain_task *t, const struct explained *x)
{
    struct jout j = {.buf = &t->text, .comma = true};
    t->text.n--;
    jout_kbool(&j, "files_known", x->files_known);
    jout_key(&j, "runs");
    jout_open(&j, '[');
    for (size_t i = 0; i < t->runs.n; i++)
        jout_val(&j, jdoc_root(t->runs.at[i]));
    jout_close(&j, ']');
    jout_close(&j, '}');
}

static void explain(struct explain_task *t, const struct delivery *d, struct sv body)
{
    struct explained x = {.compared = true};
    const struct forge_ops *ops = forge_find(sv_of(d->kind));
    if (!ops) {
        refuse(t, 409, "this program does not know the forge of that delivery");
        return;
    }
    for (size_t i = 0; i < t->runs.n; i++)
        explain_then(&x, jdoc_root(t->runs.at[i]));
    if (explain_decode(&x, ops, d, body) == 0)
        explain_workflows(&x, t->conf, t->gits);
    explain_json(&x, &t->text);
    put_more(t, &x);
    explained_free(&x);
}

static void look(struct explain_task *t, struct reader *r)
{
    AUTO(arena_free) struct arena a = {0};
    AUTO(buf_free) struct buf body = {0};
    struct err e = {0};
    struct delivery d;
    const char *ignored;
    int rc = read_delivery(r, t->letter->id, &a, &d, &ignored, &e);
    if (rc > 0)
        refuse(t, 404, "there is no such delivery");
    else if (rc < 0 || read_runs_of_delivery(r, d.id, RUNS_MOST, keep_run, t, &e) < 0)
        refuse(t, 503, e.msg);
    else if (read_body(r, d.id, &body, &e) < 0)
        refuse(t, e.cls == ERR_MISSING || e.cls == ERR_BUG ? 409 : 503, e.msg);
    else
        explain(t, &d, buf_view(&body));
}

static void run(struct task *task)
{
    struct explain_task *t = CONTAINER_OF(CONTAINER_OF(task, struct app_task, task), struct explain_task, app_task);
    struct reader *r = NULL;
    struct err e = {0};
    if (reader_open(t->db_path, &r, &e) < 0)
        refuse(t, 503, e.msg);
    else
        look(t, r);
    reader_close(&r);
}

/* ---- engine thread ---- */

static void done(struct app_task *at)
{
    struct explain_task *t = CONTAINER_OF(at, struct explain_task, app_task);
    struct app_letter *l = STEAL(t->letter);
    l->ok = t->status == 0;
    l->status = t->status;
    buf_clear(&l->text);
    buf_sv(&l->text, buf_view(&t->text));
    if (at->task.stopping) {
        mem_free(l->owner); /* its request went away with the intakes */
        app_letter_free(l);
    } else {
        mailbox_post(l->reply, &l->letter);
    }
    for (size_t i = 0; i < t->runs.n; i++)
        jdoc_free(&t->runs.at[i]);
    VEC_FREE(&t->runs);
    conf_unref(&t->conf);
    mem_free(t->db_path);
    buf_free(&t->text);
    mem_free(t);
}

void explain_letter(struct app *a, struct app_letter *l)
{
    struct explain_task *t = mem_new(sizeof *t);
    t->conf = conf_ref(a->conf);
    t->gits = a->gits;
    t->db_path = mem_strdup(a->db_path);
    t->letter = l;
    app_task_post(a, a->pool, &t->app_task, run, done, LANE);
}
