/* SPDX-License-Identifier: Apache-2.0 */
/* What the languages of workflow files say, many questions to one process. A line of JSON in, a line of JSON out:
 *   {"expr": "…", "contexts": {…}}        {"kind": "Number", "value": 3} or {"error": "…", "at": byte, "phase": "parse"}
 *   {"globs": ["…", …], "names": ["…"]}   {"match": [true, …]} or {"error": "…"}
 *   {"cron": "…", "zone": "…", "after": ms, "count": n}   {"times": [ms, …]} or {"error": "…"}
 *   {"harmless": "…"}                     {"text": "…"}: Markdown as it is posted
 *   {"workflow": "…"}                     what was read, and {"errors": ["line:column code: text", …]} */
#include <stdio.h>
#include <stdlib.h>
#include "config/conf.h"
#include "config/workflow_set.h"
#include "lang/cron.h"
#include "lang/expr.h"
#include "lang/glob.h"
#include "port/harmless.h"

static void put_error(struct jout *j, const struct err *e)
{
    jout_kstrz(j, "error", e->msg);
    jout_kint(j, "at", e->code);
}

static bool context_named(void *ctx, const char *name, struct val *ret)
{
    return val_find(val_json(ctx), sv_of(name), ret);
}

static void answer_expr(const struct jval *q, struct arena *a, struct jout *j)
{
    static const char *const kinds[] = {"Null", "Boolean", "Number", "String", "Array", "Object"};
    AUTO(buf_free) struct buf text = {0};
    const char *names[64] = {NULL};
    const struct jval *value, *contexts = jval_get(q, "contexts");
    const struct expr *x;
    struct err e = {0};
    struct sv key;
    struct val v;
    size_t n = 0;
    for (size_t at = 0; n < ARRAY_LEN(names) - 1 && jval_each(contexts, &at, &key, &value);)
        names[n++] = key.p;
    struct expr_scope scope = {.contexts = names};
    struct expr_world world = {.ctx = (void *)(uintptr_t)contexts, .context = context_named};
    if (expr_compile(jval_str(jval_get(q, "expr")), &scope, a, &x, &e) < 0) {
        put_error(j, &e);
        jout_kstrz(j, "phase", "parse");
    } else if (expr_eval(x, &world, a, &v, &e) < 0) {
        put_error(j, &e);
        jout_kstrz(j, "phase", "evaluate");
    } else {
        val_write(v, VAL_ONE_LINE, &text);
        jout_kstrz(j, "kind", kinds[v.kind]);
        jout_key(j, "value");
        jout_raw(j, buf_view(&text));
    }
}

static void answer_globs(const struct jval *q, struct arena *a, struct jout *j)
{
    const struct jval *patterns = jval_get(q, "globs"), *names = jval_get(q, "names");
    struct globs list = {0};
    struct err e = {0};
    for (size_t i = 0; i < jval_len(patterns); i++)
        if (globs_add(&list, jval_str(jval_item(patterns, i)), a, &e) < 0) {
            put_error(j, &e);
            return;
        }
    jout_key(j, "match");
    jout_open(j, '[');
    for (size_t i = 0; i < jval_len(names); i++)
        jout_bool(j, globs_match(&list, jval_str(jval_item(names, i))));
    jout_close(j, ']');
}

static void answer_cron(const struct jval *q, struct arena *a, struct jout *j)
{
    const struct cron *c;
    const struct cron_zone *zone;
    struct err e = {0};
    int64_t after = 0, count = 0;
    jval_int(jval_get(q, "after"), &after);
    jval_int(jval_get(q, "count"), &count);
    if (cron_compile(jval_str(jval_get(q, "cron")), a, &c, &e) < 0 ||
        cron_zone(jval_str(jval_get(q, "zone")).p, a, &zone, &e) < 0) {
        put_error(j, &e);
        return;
    }
    jout_key(j, "times");
    jout_open(j, '[');
    while (count-- > 0 && (after = cron_next(c, zone, after)) != INT64_MAX)
        jout_int(j, after);
    jout_close(j, ']');
}

static void put_env(struct jout *j, const struct wf_env *env)
{
    jout_key(j, "env");
    jout_open(j, '{');
    for (size_t i = 0; i < env->n; i++)
        jout_kstrz(j, env->names[i], env->values[i]);
    jout_close(j, '}');
}

static void put_steps(struct jout *j, const struct wf_job *job)
{
    jout_key(j, "steps");
    jout_open(j, '[');
    for (size_t i = 0; i < job->n_steps; i++) {
        const struct wf_step *s = &job->steps[i];
        jout_open(j, '{');
        jout_kstrz(j, "name", s->name);
        jout_kstrz(j, "run", s->run);
        jout_kint(j, "timeout-minutes", s->timeout_ms);
        put_env(j, &s->env);
        jout_close(j, '}');
    }
    jout_close(j, ']');
}

/* What was read, as far as it is text, a number or a list of them. */
static void put_values(struct jout *j, const struct workflow *w)
{
    jout_kstrz(j, "name", w->name);
    jout_kstrz(j, "run-name", w->run_name);
    put_env(j, &w->env);
    jout_key(j, "jobs");
    jout_open(j, '{');
    for (size_t i = 0; i < w->n_jobs; i++) {
        const struct wf_job *job = &w->jobs[i];
        jout_key(j, job->key);
        jout_open(j, '{');
        jout_kstrz(j, "name", job->name);
        jout_kint(j, "timeout-minutes", job->timeout_ms);
        jout_key(j, "matrix");
        jout_raw(j, sv_of(job->matrix ? job->matrix : "null"));
        put_env(j, &job->env);
        put_steps(j, job);
        jout_close(j, '}');
    }
    jout_close(j, '}');
    jout_key(j, "branches");
    jout_open(j, '{');
    for (size_t i = 0; i < w->n_triggers; i++) {
        const struct globs *g = &w->triggers[i].branches.globs;
        jout_key(j, wf_event_name[w->triggers[i].event]);
        jout_open(j, '[');
        for (size_t k = 0; k < g->n; k++)
            jout_strz(j, g->text[k]);
        jout_close(j, ']');
    }
    jout_close(j, '}');
}

static void answer_workflow(const struct jval *q, struct arena *a, struct jout *j)
{
    AUTO(problems_free) struct problems problems = {0};
    struct workflow_file file;
    workflow_file_read(jval_str(jval_get(q, "workflow")), "main.yml", NULL, NULL, a, &problems, &file);
    workflow_set_check(&file, 1, a, &problems);
    if (file.w)
        put_values(j, file.w);
    jout_key(j, "errors");
    jout_open(j, '[');
    for (size_t i = 0; i < problems.list.n; i++) {
        const struct problem *p = &problems.list.at[i];
        if (p->level == PROBLEM_ERROR)
            jout_strz(j, arena_fmt(a, "%d:%d %s: %s", p->at.line, p->at.col, p->code, p->text));
    }
    jout_close(j, ']');
}

static void answer_harmless(const struct jval *q, struct jout *j)
{
    AUTO(buf_free) struct buf text = {0};
    harmless_markdown(jval_str(jval_get(q, "harmless")), SLASH_PLAIN, &text);
    jout_kstr(j, "text", buf_view(&text));
}

static void answer(struct sv line, struct buf *out)
{
    AUTO(arena_free) struct arena a = {0};
    struct jout j = {.buf = out};
    struct jdoc *doc = NULL;
    struct err e = {0};
    jout_open(&j, '{');
    if (jdoc_parse(line, NULL, &doc, &e) < 0) {
        jout_kstrz(&j, "question", e.msg);
    } else {
        const struct jval *q = jdoc_root(doc);
        if (jval_get(q, "expr"))
            answer_expr(q, &a, &j);
        else if (jval_get(q, "globs"))
            answer_globs(q, &a, &j);
        else if (jval_get(q, "cron"))
            answer_cron(q, &a, &j);
        else if (jval_get(q, "harmless"))
            answer_harmless(q, &j);
        else
            answer_workflow(q, &a, &j);
    }
    jout_close(&j, '}');
    buf_chr(out, '\n');
    jdoc_free(&doc);
}

int main(void)
{
    AUTO(buf_free) struct buf out = {0};
    char *line = NULL;
    size_t cap = 0;
    for (ssize_t n; (n = getline(&line, &cap, stdin)) > 0; buf_clear(&out)) {
        answer(sv_trim(sv_n(line, (size_t)n)), &out);
        fwrite(out.p, 1, out.n, stdout);
    }
    free(line);
    return 0;
}
