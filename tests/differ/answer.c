/* SPDX-License-Identifier: Apache-2.0 */
/* What the languages of workflow files say, many questions to one process. A line of JSON in, a line of JSON out:
 *   {"expr": "…", "contexts": {…}}        {"kind": "Number", "value": 3} or {"error": "…", "at": byte, "phase": "parse"}
 *   {"globs": ["…", …], "names": ["…"]}   {"match": [true, …]} or {"error": "…"}
 *   {"cron": "…", "zone": "…", "after": ms, "count": n}   {"times": [ms, …]} or {"error": "…"}
 *   {"workflow": "…"}                     {"name": "…" or null, "errors": ["line:column code: text", …]} */
#include <stdio.h>
#include <stdlib.h>
#include "config/conf.h"
#include "config/workflow_set.h"
#include "lang/cron.h"
#include "lang/expr.h"
#include "lang/glob.h"

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

static void answer_workflow(const struct jval *q, struct arena *a, struct jout *j)
{
    AUTO(problems_free) struct problems problems = {0};
    struct workflow_file file;
    workflow_file_read(jval_str(jval_get(q, "workflow")), "main.yml", NULL, NULL, a, &problems, &file);
    workflow_set_check(&file, 1, a, &problems);
    jout_kstrz(j, "name", file.w ? file.w->name : NULL);
    jout_key(j, "errors");
    jout_open(j, '[');
    for (size_t i = 0; i < problems.list.n; i++) {
        const struct problem *p = &problems.list.at[i];
        if (p->level == PROBLEM_ERROR)
            jout_strz(j, arena_fmt(a, "%d:%d %s: %s", p->at.line, p->at.col, p->code, p->text));
    }
    jout_close(j, ']');
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
