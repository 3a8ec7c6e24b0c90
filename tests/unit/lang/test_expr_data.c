/* SPDX-License-Identifier: Apache-2.0 */
/* The cases of actions/languageservices, as far as they are there: {group: [{expr, result: {kind, value} | err, …}]}.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <stdio.h>
#include <cmocka.h>
#include <glob.h>
#include "base/file.h"
#include "lang/expr.h"

struct tally {
    size_t cases, wrong;
};

static bool context_named(void *ctx, const char *name, struct val *ret)
{
    return val_find(val_json(ctx), sv_of(name), ret);
}

static const char *kind_name(enum val_kind k)
{
    static const char *const names[] = {"Null", "Boolean", "Number", "String", "Array", "Object"};
    return names[k];
}

/* An error as GitHub tells it: the text, the place, the expression. */
static void put_error(const struct err *e, struct sv text, struct buf *out)
{
    buf_fmt(out, "%s. Located at position %zu within expression: %.*s", e->msg, expr_place(text, (size_t)e->code),
            SV_ARG(text));
}

/* What came out: "Number 3", "error: …" */
static void put_outcome(const struct jval *one, struct buf *out)
{
    AUTO(arena_free) struct arena a = {0};
    const char *names[64] = {NULL};
    size_t n = 0;
    struct sv key, text = jval_str(jval_get(one, "expr"));
    const struct jval *value, *contexts = jval_get(one, "contexts");
    struct err e = {0};
    const struct expr *x;
    struct val v;
    for (size_t at = 0; jval_each(contexts, &at, &key, &value);)
        names[n++] = key.p;
    struct expr_scope scope = {.contexts = names};
    struct expr_world world = {.ctx = (void *)(uintptr_t)contexts, .context = context_named};
    if (expr_compile(text, &scope, &a, &x, &e) < 0 || expr_eval(x, &world, &a, &v, &e) < 0) {
        put_error(&e, text, out);
    } else {
        buf_fmt(out, "%s ", kind_name(v.kind));
        val_write(v, VAL_ONE_LINE, out);
    }
}

static bool is_right(const struct jval *one, const struct buf *outcome)
{
    AUTO(buf_free) struct buf want = {0};
    struct sv fault = jval_str(jval_at(one, "err", "value"));
    const struct jval *result = jval_get(one, "result");
    if (fault.p)
        return sv_find(buf_view(outcome), fault) >= 0;
    buf_sv(&want, jval_str(jval_get(result, "kind")));
    buf_chr(&want, ' ');
    val_write(val_json(jval_get(result, "value")), VAL_ONE_LINE, &want);
    return sv_eq(buf_view(&want), buf_view(outcome));
}

static void run_group(const char *file, const struct jval *group, struct tally *t)
{
    for (size_t i = 0; i < jval_len(group); i++) {
        AUTO(buf_free) struct buf outcome = {0};
        const struct jval *one = jval_item(group, i);
        put_outcome(one, &outcome);
        t->cases++;
        if (is_right(one, &outcome))
            continue;
        t->wrong++;
        print_error("%s: %.*s\n  gives %.300s\n", file, SV_ARG(jval_str(jval_get(one, "expr"))), outcome.p);
    }
}

static void run_file(const char *path, struct tally *t)
{
    AUTO(buf_free) struct buf text = {0};
    struct err e = {0};
    struct jdoc *doc;
    struct sv key;
    const struct jval *group;
    assert_int_equal(file_read(path, 1 << 20, &text, &e), 0);
    if (jdoc_parse(buf_view(&text), NULL, &doc, &e) < 0)
        fail_msg("%s: %s", path, e.msg);
    for (size_t at = 0; jval_each(jdoc_root(doc), &at, &key, &group);)
        run_group(path, group, t);
    jdoc_free(&doc);
}

static void the_cases_of_the_language_service_come_out_the_same(void **state)
{
    (void)state;
    const char *shared = getenv("FETTLE_SHARED");
    char pattern[512];
    glob_t found;
    struct tally t = {0};
    snprintf(pattern, sizeof pattern, "%s/expressions/*.json", shared ? shared : "../shared/data");
    if (glob(pattern, 0, NULL, &found) != 0) {
        print_message("skipped: there is no %s\n", pattern);
        return;
    }
    for (size_t i = 0; i < found.gl_pathc; i++)
        run_file(found.gl_pathv[i], &t);
    globfree(&found);
    print_message("%zu of %zu cases\n", t.cases - t.wrong, t.cases);
    assert_true(t.cases >= 500);
    assert_int_equal(t.wrong, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(the_cases_of_the_language_service_come_out_the_same)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
