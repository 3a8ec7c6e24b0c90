/* SPDX-License-Identifier: Apache-2.0 */
/* What an expression asks for, before it is evaluated, and its text. */
#include "unit/lang/expr_rig.h"

static void a_place_is_told_in_characters_of_utf16(void **state)
{
    (void)state;
    struct sv text = SV("a\u00fc\u20ac\U0001f680z");
    static const size_t places[][2] = {{0, 1}, {1, 2}, {3, 3}, {6, 4}, {10, 6}, {11, 7}, {99, 7}};
    for (size_t i = 0; i < ARRAY_LEN(places); i++)
        assert_int_equal(expr_place(text, places[i][0]), places[i][1]);
}

static void put_use(void *ctx, const struct expr_use *u)
{
    buf_fmt(ctx, "%zu:%s", u->at, u->context);
    for (size_t i = 0; i < u->n; i++)
        buf_fmt(ctx, "/%s", u->path[i]);
    buf_chr(ctx, ' ');
}

static void uses_are_listed_with_their_static_paths(void **state)
{
    static const struct row rows[] = {
        {"1", ""},
        {"github", "0:github "},
        {"github.event.action", "0:github/event/action "},
        {"toJSON(GitHub) && a['b'].c", "7:github 18:a/b/c "},
        {"a[b.c].d", "0:a 2:b/c "},
        {"a.b.*.c", "0:a/b "},
        {"a.b[0].c", "0:a/b "},
        {"format('{0}', a.b).c[d]", "14:a/b 21:d "},
        {"!(a || b.c == d)", "2:a 7:b/c 14:d "},
        {"hasLabel(a.b)", "0:event/pull_request/labels 0:event/issue/labels 9:a/b "},
        {"(a.b).c", "1:a/b/c "},
    };
    struct rig *r = *state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        AUTO(buf_free) struct buf out = {0};
        const struct expr *x;
        struct err e = {0};
        assert_int_equal(expr_compile(sv_of(rows[i].text), NULL, &r->arena, &x, &e), 0);
        buf_str(&out, "");
        expr_each_use(x, put_use, &out);
        assert_string_equal(out.p, rows[i].want);
    }
}

static void calls_are_known_without_evaluation(void **state)
{
    static const struct {
        const char *text;
        bool status, hash;
    } rows[] = {
        {"", false, false},
        {"true", false, false},
        {"always()", true, false},
        {"a || !(b && FAILURE())", true, false},
        {"format('{0}', hashFiles('x'))", false, true},
        {"a[cancelled()].b", true, false},
        {"'success()'", false, false},
    };
    struct rig *r = *state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        const struct expr *x;
        struct err e = {0};
        assert_int_equal(expr_compile(sv_of(rows[i].text), NULL, &r->arena, &x, &e), 0);
        assert_int_equal(expr_has_status(x), rows[i].status);
        assert_int_equal(expr_calls(x, "hashfiles"), rows[i].hash);
    }
}

static void an_expression_is_written_with_the_brackets_it_needs(void **state)
{
    static const struct row rows[] = {
        {"", ""},
        {"( 1 )", "1"},
        {"((a||b))&&c", "(a || b) && c"},
        {"a||(b&&c)", "a || b && c"},
        {"a&&(b&&(c))", "a && b && c"},
        {"!(a)", "!a"},
        {"!(a==b)", "!(a == b)"},
        {"(a==b)==c", "a == b == c"},
        {"a==(b==c)", "a == (b == c)"},
        {"(a<b)==c", "a < b == c"},
        {"a<(b==c)", "a < (b == c)"},
        {"(!a).b", "(!a).b"},
        {"('x')[0]", "('x')[0]"},
        {"a['b-c']['d e']['*'][*].*", "a.b-c['d e']['*'].*.*"},
        {"A [ 0x10 ]", "a[16]"},
        {"'it''s'", "'it''s'"},
        {"NaN", "NaN"},
        {"-Infinity", "-Infinity"},
        {"1e30", "1e+30"},
        {"TOJSON( null )", "toJSON(null)"},
        {"a[true]", "a[true]"},
        {"contains((a || b), !c)", "contains(a || b, !c)"},
        {"!!a", "!!a"},
        {"-0", "0"},
    };
    struct rig *r = *state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        AUTO(buf_free) struct buf out = {0}, again = {0};
        const struct expr *x;
        struct err e = {0};
        assert_int_equal(expr_compile(sv_of(rows[i].text), NULL, &r->arena, &x, &e), 0);
        buf_str(&out, "");
        expr_write(x, &out);
        assert_string_equal(out.p, rows[i].want);
        assert_int_equal(expr_compile(buf_view(&out), NULL, &r->arena, &x, &e), 0);
        buf_str(&again, "");
        expr_write(x, &again);
        assert_string_equal(again.p, out.p);
    }
}

/* Written down its name would be in lower case, and another expression. */
static void a_literal_in_the_wrong_case_is_no_context_of_any_name(void **state)
{
    struct rig *r = *state;
    static const char *const wrong[] = {"True", "a && FALSE", "contains(nULL, 'x')"};
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
        const struct expr *x;
        struct err e = {0};
        assert_int_equal(expr_compile(sv_of(wrong[i]), NULL, &r->arena, &x, &e), -1);
        assert_non_null(strstr(e.msg, "did you mean"));
    }
}

static void a_scope_says_where_a_name_cannot_stand(void **state)
{
    static const char *const some[] = {"github", "needs", NULL}, *const status[] = {"always", "success", NULL};
    static const struct expr_scope here = {.contexts = some, .functions = status, .where = "\"if\" of a job"};
    static const struct row rows[] = {
        {"needs.a", ""},
        {"always() && Success()", ""},
        {"contains('a', 'b')", ""},
        {"steps.a", "Unrecognized named-value: 'steps' in \"if\" of a job"},
        {"hashFiles('a')", "Unrecognized function: 'hashFiles' in \"if\" of a job"},
        {"hasLabel('a')", "Unrecognized function: 'hasLabel' in \"if\" of a job"},
        {"sucess()", "Unrecognized function: 'sucess' (did you mean \"success\"?) in \"if\" of a job"},
    };
    struct rig *r = *state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        const struct expr *x;
        struct err e = {0};
        (void)!expr_compile(sv_of(rows[i].text), &here, &r->arena, &x, &e);
        assert_string_equal(e.msg, rows[i].want);
    }
}

static void without_a_world_nothing_is_known(void **state)
{
    struct rig *r = *state;
    const struct expr *x;
    struct val v;
    struct err e = {0};
    assert_int_equal(expr_compile(SV("a.b || success()"), NULL, &r->arena, &x, &e), 0);
    assert_int_equal(expr_eval(x, NULL, &r->arena, &v, &e), -1);
    assert_string_equal(e.msg, "success() cannot be answered here");
    assert_int_equal(e.code, 7);
}

int main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        CASE(a_place_is_told_in_characters_of_utf16),
        CASE(uses_are_listed_with_their_static_paths),
        CASE(calls_are_known_without_evaluation),
        CASE(an_expression_is_written_with_the_brackets_it_needs),
        CASE(a_literal_in_the_wrong_case_is_no_context_of_any_name),
        CASE(a_scope_says_where_a_name_cannot_stand),
        CASE(without_a_world_nothing_is_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
