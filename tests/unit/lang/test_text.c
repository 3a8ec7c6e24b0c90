/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include "lang/text.h"

static bool context_named(void *ctx, const char *name, struct val *ret)
{
    (void)ctx;
    *ret = val_string(sv_of(name));
    return true;
}

static int answer(void *ctx, const char *name, const struct val *args, size_t n, struct arena *a, struct val *ret,
                  struct err *e)
{
    (void)ctx, (void)args, (void)n, (void)a, (void)e;
    *ret = val_bool(strcmp(name, "success") == 0);
    return 0;
}

static const struct expr_world world = {.context = context_named, .special = answer};

static void a_text_has_the_value_of_its_expressions(void **state)
{
    (void)state;
    static const struct {
        const char *raw, *want; /* "byte: message" for an error */
    } rows[] = {
        {"", "\"\""},
        {"plain", "\"plain\""},
        {"a $ {{ b }}", "\"a $ {{ b }}\""},
        {"}}", "\"}}\""},
        {"${{ 1 }}", "1"},
        {" ${{ null }}\n", "null"},
        {"${{ fromJSON('[1]') }}", "[1]"},
        {"x${{ 1 }}", "\"x1\""},
        {"${{ a }}${{ b }}", "\"ab\""},
        {"${{a}} ${{ true }}", "\"a true\""},
        {"${{ '}}' }}", "\"}}\""},
        {"${{ 'it''s }}' }}!", "\"it's }}!\""},
        {"v${{ null }}w", "\"vw\""},
        {"${{ fromJSON('{}') }}x", "\"Objectx\""},
        {"${{ '${{' }}", "\"${{\""},
        {"$${{ 1 }}", "\"$1\""},
        {"a ${{ b", "2: this ${{ has no }}"},
        {"${{ 'a }}", "0: this ${{ has no }}"},
        {"${{}}", "0: there is no expression between ${{ and }}"},
        {"ok ${{ 1 }} ${{  }}", "12: there is no expression between ${{ and }}"},
        {"ab ${{ 1 + }}", "9: Unexpected symbol: '+'"},
        {"ab ${{ nosuch() }}", "7: Unrecognized function: 'nosuch'"},
        {"ab ${{ fromJSON(a) }}", "7: Error parsing JSON when evaluating fromJson, at byte 0 of the text"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        AUTO(arena_free) struct arena a = {0};
        AUTO(buf_free) struct buf out = {0};
        struct val v;
        struct err e = {0};
        if (text_value(sv_of(rows[i].raw), &world, &a, &v, &e) < 0)
            buf_fmt(&out, "%d: %s", e.code, e.msg);
        else
            val_write(v, VAL_ONE_LINE, &out);
        if (strcmp(out.p, rows[i].want) != 0)
            fail_msg("%s gives %s, not %s", rows[i].raw, out.p, rows[i].want);
        assert_int_equal(text_has_expr(sv_of(rows[i].raw)), strstr(rows[i].raw, "${{") != NULL);
    }
}

static void a_condition_asks_for_success_unless_it_asks_itself(void **state)
{
    (void)state;
    static const struct {
        const char *raw, *want;
    } rows[] = {
        {NULL, "success()"},
        {"", "success()"},
        {"a == 'a'", "success() && a == 'a'"},
        {"${{ a }}", "success() && a"},
        {" ${{ a || b }} ", "success() && (a || b)"},
        {"a && b", "success() && a && b"},
        {"always()", "always()"},
        {"${{ !cancelled() && a }}", "!cancelled() && a"},
        {"contains(a, failure())", "contains(a, failure())"},
        {"false", "success() && false"},
        {"${{ a }} == 'x'", "0: a condition with text around its ${{ }} is always true: put all of it between ${{ and "
                            "}}, or leave them out"},
        {"a ==", "2: Unexpected end of expression: '=='"},
        {"${{ a == }}", "6: Unexpected end of expression: '=='"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        AUTO(arena_free) struct arena a = {0};
        AUTO(buf_free) struct buf out = {0};
        const struct expr *x;
        struct err e = {0};
        if (cond_compile(sv_of(rows[i].raw), NULL, &a, &x, &e) < 0)
            buf_fmt(&out, "%d: %s", e.code, e.msg);
        else
            expr_write(x, &out);
        assert_string_equal(out.p, rows[i].want);
    }
}

static void the_expressions_of_a_text_come_in_order(void **state)
{
    (void)state;
    AUTO(arena_free) struct arena a = {0};
    AUTO(buf_free) struct buf out = {0};
    const struct text *t;
    struct err e = {0};
    assert_int_equal(text_compile(SV("x ${{ a.b }} y ${{ c }} z"), NULL, &a, &t, &e), 0);
    expr_write(text_expr(t, 0), &out);
    expr_write(text_expr(t, 1), &out);
    assert_string_equal(out.p, "a.bc");
    assert_null(text_expr(t, 2));
}

static void a_text_does_not_grow_beyond_the_limit(void **state)
{
    (void)state;
    AUTO(arena_free) struct arena a = {0};
    AUTO(buf_free) struct buf raw = {0};
    struct val v;
    struct err e = {0};
    for (int i = 0; i < 30; i++)
        buf_str(&raw, "${{ format('{0}{0}{0}{0}{0}{0}{0}{0}{0}{0}', format('{0}{0}{0}{0}{0}{0}{0}{0}{0}{0}', "
                      "format('{0}{0}{0}{0}{0}{0}{0}{0}{0}{0}', format('{0}{0}{0}{0}{0}{0}{0}{0}{0}{0}', "
                      "'0123456789012345678901234567890123456789')))) }}");
    assert_int_equal(text_value(buf_view(&raw), &world, &a, &v, &e), -1);
    assert_string_equal(e.msg, "The maximum allowed memory size was exceeded");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_text_has_the_value_of_its_expressions),
        cmocka_unit_test(a_condition_asks_for_success_unless_it_asks_itself),
        cmocka_unit_test(the_expressions_of_a_text_come_in_order),
        cmocka_unit_test(a_text_does_not_grow_beyond_the_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
