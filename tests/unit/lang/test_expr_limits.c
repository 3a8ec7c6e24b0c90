/* SPDX-License-Identifier: Apache-2.0 */
/* How much an expression may take. */
#include "unit/lang/expr_rig.h"

static char *repeated(struct arena *a, const char *before, const char *part, size_t n, const char *after)
{
    AUTO(buf_free) struct buf b = {0};
    buf_str(&b, before);
    for (size_t i = 0; i < n; i++)
        buf_str(&b, part);
    buf_str(&b, after);
    return arena_strdup(a, b.p);
}

static void limits_hold(void **state)
{
    struct rig *r = *state;
    struct arena *a = &r->arena;
    const struct row rows[] = {
        {repeated(a, "", "!", 49, "true"), "false"},
        {repeated(a, "", "!", 50, "true"), "0: Exceeded max expression depth 50"},
        {repeated(a, "", "!", 20000, "true"), "256: Exceeded max expression depth 50"},
        {repeated(a, "", "(", 20000, "1"), "256: Exceeded max expression depth 50"},
        {repeated(a, "s", "[s", 10000, "1"), "512: Exceeded max expression depth 50"},
        {repeated(a, "1", " == 1", 49, ""), "true"},
        {repeated(a, "1", " == 1", 50, ""), "247: Exceeded max expression depth 50"},
        {repeated(a, "0", " || 0", 4000, ""), "0"},
        {repeated(a, "(((1", " && 1", 4000, ")))"), "1"},
        {repeated(a, "'", "a", 20998, "'") + 0, repeated(a, "\"", "a", 20998, "\"")},
        {repeated(a, "'", "a", 20999, "'"), "0: Exceeded max expression length 21000"},
        {repeated(a, "'", "\u00fc", 20992, "' == ''"), "false"}, /* characters, not bytes */
        {repeated(a, "'", "\u00fc", 20994, "' == ''"), "0: Exceeded max expression length 21000"},
        {repeated(a, "'", "\U0001f680", 10496, "' == ''"), "false"}, /* two characters of UTF-16 each */
        {repeated(a, "'", "\U0001f680", 10497, "' == ''"), "0: Exceeded max expression length 21000"},
        {repeated(a, "format('", "{0}", 20, "', format('{0}{0}', 'x'))"), repeated(a, "\"", "xx", 20, "\"")},
        {repeated(a, "format('", "{0}", 6000,
                  "', 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
                  "aaaaaaaaaaaaaaaaaaaa')"),
         "0: The maximum allowed memory size was exceeded"},
        {repeated(a, "contains('a', 'b'", ", 'c'", 300, ")"), "0: Too many parameters supplied: 'contains'"},
    };
    check_rows(state, rows, ARRAY_LEN(rows));
}

static struct val big;

static bool big_context(void *ctx, const char *name, struct val *ret)
{
    (void)ctx;
    (void)name;
    *ret = big;
    return true;
}

static const char *big_outcome(struct rig *r, const char *text)
{
    struct expr_world world = {.context = big_context};
    const struct expr *x;
    struct val v;
    struct err e = {0};
    if (expr_compile(sv_of(text), NULL, &r->arena, &x, &e) < 0)
        return "not compiled";
    return expr_eval(x, &world, &r->arena, &v, &e) == 0 ? "ok" : arena_strdup(&r->arena, e.msg);
}

static void growth_is_caught_wherever_it_comes_from(void **state)
{
    struct rig *r = *state;
    static const char *const memory = "The maximum allowed memory size was exceeded";
    size_t n = 400000;
    struct val *items = arena_new(&r->arena, n * sizeof *items);
    for (size_t i = 0; i < n; i++)
        items[i] = val_number((double)i);
    big = val_array(items, n);
    assert_string_equal(big_outcome(r, "join(x)"), memory);
    assert_string_equal(big_outcome(r, "x.*"), memory);
    assert_string_equal(big_outcome(r, "toJSON(x) && toJSON(x) && toJSON(x) && toJSON(x)"), memory);
    assert_string_equal(big_outcome(r, "contains(x, 'a') || contains(x, 'b')"), "ok");
    assert_string_equal(big_outcome(r, "contains(x, 'a') || contains(x, 'b') || contains(x, 'c') || contains(x, 'd')"),
                        "The expression takes more than 1000000 steps");
    AUTO(buf_free) struct buf text = {0};
    for (size_t i = 0; i < 1 << 20; i++)
        buf_chr(&text, 'a');
    big = val_string(buf_view(&text));
    assert_string_equal(big_outcome(r, "contains(x, x) && endsWith(x, x) && x == x"), "ok");
    assert_string_equal(big_outcome(r, "format('{0}', x)"), memory);
    assert_string_equal(big_outcome(r, "toJSON(toJSON(x))"), "ok");
    assert_string_equal(big_outcome(r, "fromJSON(x)"),
                        "Error parsing JSON when evaluating fromJson, at byte 0 of the text");
}

static void json_is_read_a_hundred_levels_deep(void **state)
{
    struct rig *r = *state;
    struct arena *a = &r->arena;
    const char *deep = arena_fmt(a, "fromJSON('%s%s') == 1", repeated(a, "", "[", 100, ""), repeated(a, "", "]", 100, ""));
    const char *deeper = arena_fmt(a, "fromJSON('[%s%s]')", repeated(a, "", "[", 100, ""), repeated(a, "", "]", 100, ""));
    assert_string_equal(outcome(r, deep), "false");
    assert_string_equal(outcome(r, deeper),
                        "0: Error parsing JSON when evaluating fromJson, at byte 100 of the text");
}

int main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        CASE(limits_hold),
        CASE(growth_is_caught_wherever_it_comes_from),
        CASE(json_is_read_a_hundred_levels_deep),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
