/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>
#include "fmt/yaml.h"

/* The tree as one line: plain scalars as they are, others in quotes, [a b] and {k:v k:v}. */
static void show(struct buf *b, const struct ynode *n)
{
    if (!n) {
        buf_str(b, "NONE");
        return;
    }
    if (n->kind == Y_SCALAR) {
        buf_fmt(b, n->plain ? "%.*s" : "'%.*s'", SV_ARG(n->text));
        return;
    }
    buf_chr(b, n->kind == Y_MAP ? '{' : '[');
    for (size_t i = 0; i < n->n; i++) {
        buf_str(b, i ? " " : "");
        if (n->kind == Y_MAP)
            buf_fmt(b, "%.*s:", SV_ARG(n->keys[i]->text));
        show(b, n->items[i]);
    }
    buf_chr(b, n->kind == Y_MAP ? '}' : ']');
}

static void texts_become_trees(void **state)
{
    (void)state;
    static const struct {
        const char *text, *tree;
    } cases[] = {
        {"", "NONE"}, {"\n\n# only a comment\n", "NONE"}, {"---\n", "NONE"}, {"---\n...\n", "NONE"}, {"~", "~"},
        {"a", "a"}, {"'a'", "'a'"}, {"\"a\\n\\u00e9\"", "'a\n\xc3\xa9'"}, {"a: 1", "{a:1}"}, {"a:", "{a:}"},
        {"a: 1\nb: 2\n", "{a:1 b:2}"}, {"- 1\n- 2\n", "[1 2]"}, {"a:\n- 1\n- 2\nb: c", "{a:[1 2] b:c}"},
        {"{a: 1, b: [x, 'y', \"z\"]}", "{a:1 b:[x 'y' 'z']}"}, {"[]", "[]"}, {"{}", "{}"}, {"{a, b: 1}", "{a: b:1}"},
        {"a: {}\nb: []", "{a:{} b:[]}"}, {"on: push", "{on:push}"}, {"on:\n  push:\n    branches: [main]", "{on:{push:{branches:[main]}}}"},
        {"a: on\nb: no\nc: 010\nd: 1.0", "{a:on b:no c:010 d:1.0}"},
        {"run: |\n  a\n  b\nx: 1", "{run:'a\nb\n' x:1}"}, {"run: >-\n  a\n  b\n", "{run:'a b'}"},
        {"run: |+\n  a\n\n", "{run:'a\n\n'}"}, {"a: b\n  c", "{a:b c}"}, {"? a\n: b", "{a:b}"},
        {"'a': 1\n\"b\": 2", "{a:1 b:2}"}, {"1: a\nnull: b\ntrue: c", "{1:a null:b true:c}"},
        {"\"\": x", "{:x}"}, {"'<<': x", "{<<:x}"}, {"a: <<", "{a:<<}"}, {"a: # c\n  b: 1 # d\n", "{a:{b:1}}"},
        {"a: &x 1\nb: *x", "{a:1 b:1}"}, {"a: &x [1, 2]\nb: *x\nc: *x", "{a:[1 2] b:[1 2] c:[1 2]}"},
        {"&k a: 1\nb: *k", "{a:1 b:a}"}, {"a: &x 1\nb: &x 2\nc: *x", "{a:1 b:2 c:2}"}, {"a: &x {b: 1}\nc: [*x, *x]", "{a:{b:1} c:[{b:1} {b:1}]}"},
        {"- - - 1", "[[[1]]]"}, {"- a: 1\n  b: 2\n- c: 3", "[{a:1 b:2} {c:3}]"}, {"\xef\xbb\xbf" "a: 1", "{a:1}"},
        {"%YAML 1.2\n---\na: 1\n", "{a:1}"}, {"a: 'it''s'", "{a:'it's'}"}, {"a: b: c", NULL}, {"a: \"\xc3\xa9\"", "{a:'\xc3\xa9'}"},
        {"a: 1\r\nb: 2\r\n", "{a:1 b:2}"}, {"a: ${{ x }}", "{a:${{ x }}}"}, {"a: 'x'\n...\n", "{a:'x'}"},
        {"a: {a: {a: 1}}", "{a:{a:{a:1}}}"}, {"a:\tb", "{a:b}"}, {"a: b\t# c", "{a:b}"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        AUTO(arena_free) struct arena arena = {0};
        AUTO(buf_free) struct buf b = {0};
        struct ynode *root = NULL;
        struct ymark at = {0};
        struct err e = {0};
        int rc = yaml_load(sv_of(cases[i].text), NULL, &arena, &root, &at, &e);
        if (rc != (cases[i].tree ? 0 : -1))
            fail_msg("%s: %d:%d %s", cases[i].text, at.line, at.col, e.msg);
        show(&b, root);
        if (rc == 0)
            assert_string_equal(b.p, cases[i].tree);
    }
}

static void what_is_not_our_yaml_is_refused_with_its_place(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int line, col;
        const char *part;
    } cases[] = {
        {"a: 1\nb: 2\na: 3\n", 3, 1, "duplicate key \"a\", first in line 1"},
        {"a: 1\n'a': 3\n", 2, 1, "duplicate key"},
        {"\"\\u0061\": 1\na: 3\n", 2, 1, "duplicate key"},
        {"x: {b: 1, b: 2}", 1, 11, "duplicate key \"b\""},
        {"- a: 1\n  a: 2", 2, 3, "duplicate key"},
        {"\xc3\xa9\xc3\xa9: {\xc3\xa9: 1, \xc3\xa9: 2}", 1, 12, "duplicate key"},
        {"a: !!str x", 1, 4, "tags"},
        {"a: !mine x", 1, 4, "tags"},
        {"a: ! x", 1, 4, "tags"},
        {"!!map {a: 1}", 1, 1, "tags"},
        {"a:\n  - !!seq []", 2, 5, "tags"},
        {"!!str a: 1", 1, 1, "tags"},
        {"%TAG ! tag:x,2000:\n---\na: 1", 1, 1, "tags"},
        {"a: 1\n...\n%TAG ! tag:x,2000:\n---\nb: 1", 3, 1, "tags"},
        {"<<: {a: 1}", 1, 1, "merge keys"},
        {"a: &x {b: 1}\nc:\n  <<: *x", 3, 3, "merge keys"},
        {"a: 1\n---\nb: 2\n", 2, 1, "only one document"},
        {"--- a\n--- b\n", 2, 1, "only one document"},
        {"a: &x\n  b: *x", 2, 6, "contain itself"},
        {"&x [1, *x]", 1, 8, "contain itself"},
        {"a: *nobody", 1, 4, "unknown anchor \"nobody\""},
        {"[a, b]: 1", 1, 1, "key must be text, not a sequence"},
        {"{a: 1}: 1", 1, 1, "key must be text, not a mapping"},
        {"? - a\n: 1", 1, 3, "key must be text"},
        {"a: &x k\n*x : 1", 2, 1, "not an alias"},
        {": 1", 1, 1, "expected key"},
        {"?\n: 1", 1, 2, "key expected"},
        {"a: [1, 2", 1, 9, "did not find expected"},
        {"a: {b: 1", 1, 9, "did not find expected"},
        {"a: 'x", 1, 6, "unexpected end of stream"},
        {"a: b: c", 1, 5, "mapping values are not allowed"},
        {"a:\n\tb: 1", 2, 1, "tab"},
        {"a: 1\n b: 2", 2, 3, "mapping values are not allowed"},
        {"a:\n  b: 1\n c: 2", 3, 2, "did not find expected"},
        {"a: @x", 1, 4, "cannot start any token"},
        {"a: `x`", 1, 4, "cannot start any token"},
        {"a: \"\\q\"", 1, 5, "escape"},
        {"a: ]", 1, 4, "did not find expected"},
        {"a: \x01", 1, 4, "control characters"},
        {"a: 1\nb: \xc3\xa9\xc3\xa9 \xff", 2, 7, "UTF-8"},
        {"\xff\xfe" "a", 1, 1, "UTF-8"},
        {"a: \"x\\0y\"", 1, 4, "NUL"},
        {"\"a\\0\": 1", 1, 1, "NUL"},
        {"%FOO\n%YAML 1.2\n---\na", 1, 5, "directive"},
        {"%YAML 2.0\n---\na", 1, 1, "incompatible"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        AUTO(arena_free) struct arena arena = {0};
        struct ynode *root = NULL;
        struct ymark at = {0};
        struct err e = {0};
        if (yaml_load(sv_of(cases[i].text), NULL, &arena, &root, &at, &e) != -1)
            fail_msg("accepted: %s", cases[i].text);
        assert_int_equal(e.cls, ERR_INVALID);
        assert_null(root);
        if (at.line != cases[i].line || at.col != cases[i].col || !strstr(e.msg, cases[i].part))
            fail_msg("%s: %d:%d %s", cases[i].text, at.line, at.col, e.msg);
    }
}

static void a_raw_nul_is_refused(void **state)
{
    (void)state;
    AUTO(arena_free) struct arena arena = {0};
    struct ynode *root;
    struct ymark at;
    struct err e;
    assert_int_equal(yaml_load(SV("a: 1\0b: 2"), NULL, &arena, &root, &at, &e), -1);
    assert_int_equal(yaml_load(SV("a: 1\nb: 'x\0'"), NULL, &arena, &root, &at, &e), -1);
    assert_int_equal(at.line, 2);
    assert_int_equal(at.col, 6);
    assert_int_equal(yaml_load(SV_NONE, NULL, &arena, &root, &at, &e), 0);
    assert_null(root);
}

static struct ynode *load(struct arena *arena, const char *text)
{
    struct ynode *root = NULL;
    struct ymark at;
    struct err e;
    if (yaml_load(sv_of(text), NULL, arena, &root, &at, &e) != 0)
        fail_msg("%s: %d:%d %s", text, at.line, at.col, e.msg);
    return root;
}

static void marks_count_lines_and_code_points_from_one(void **state)
{
    (void)state;
    AUTO(arena_free) struct arena arena = {0};
    const struct ynode *root = load(&arena, "\xc3\xa9\xc3\xa9: {\xf0\x9f\x98\x80: xy, k: 'z'} # c\n"
                                            "b:\n"
                                            "  - one\n"
                                            "  - c: |\n"
                                            "      text\n"
                                            "      more\n"
                                            "\n"
                                            "# end\n"
                                            "d: e\n");
    const struct ynode *flow = root->items[0], *seq = root->items[1], *map = seq->items[1], *d = root->items[2];
    const struct {
        const struct ynode *n;
        struct ymark at, end;
    } rows[] = {
        {root, {1, 1}, {9, 5}},          {root->keys[0], {1, 1}, {1, 3}}, {flow, {1, 5}, {1, 20}},
        {flow->keys[0], {1, 6}, {1, 7}}, {flow->items[0], {1, 9}, {1, 11}}, {flow->items[1], {1, 16}, {1, 19}},
        {seq, {3, 3}, {8, 1}},           {seq->items[0], {3, 5}, {3, 8}}, {map, {4, 5}, {8, 1}},
        {map->items[0], {4, 8}, {8, 1}}, {root->keys[2], {9, 1}, {9, 2}}, {d, {9, 4}, {9, 5}},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        const struct ynode *n = rows[i].n;
        if (n->at.line != rows[i].at.line || n->at.col != rows[i].at.col || n->end.line != rows[i].end.line ||
            n->end.col != rows[i].end.col)
            fail_msg("row %zu: %d:%d to %d:%d", i, n->at.line, n->at.col, n->end.line, n->end.col);
    }
}

static void scalars_are_resolved_by_the_core_schema(void **state)
{
    (void)state;
    enum { NONE = 0, NUL = 1, YES = 2, NO = 3, INT = 4 };
    static const struct {
        const char *text;
        int is;
        int64_t n;
    } cases[] = {
        {"", NUL, 0}, {"~", NUL, 0}, {"null", NUL, 0}, {"Null", NUL, 0}, {"NULL", NUL, 0}, {"nULL", NONE, 0},
        {"'null'", NONE, 0}, {"''", NONE, 0}, {"true", YES, 0}, {"True", YES, 0}, {"TRUE", YES, 0}, {"tRUE", NONE, 0},
        {"false", NO, 0}, {"False", NO, 0}, {"FALSE", NO, 0}, {"yes", NONE, 0}, {"no", NONE, 0}, {"on", NONE, 0},
        {"off", NONE, 0}, {"y", NONE, 0}, {"'true'", NONE, 0}, {"\"false\"", NONE, 0}, {"0", INT, 0}, {"1", INT, 1},
        {"-1", INT, -1}, {"+1", INT, 1}, {"010", INT, 10}, {"-010", INT, -10}, {"0", INT, 0}, {"-0", INT, 0},
        {"9223372036854775807", INT, INT64_MAX}, {"-9223372036854775808", INT, INT64_MIN},
        {"000000000000000000000000000012", INT, 12}, {"-000000000000000000000000000012", INT, -12},
        {"9223372036854775808", NONE, 0}, {"-9223372036854775809", NONE, 0}, {"99999999999999999999999999", NONE, 0},
        {"1.0", NONE, 0}, {"1e3", NONE, 0}, {"0x10", NONE, 0}, {"0o10", NONE, 0}, {"1_000", NONE, 0}, {"+-1", NONE, 0},
        {"--1", NONE, 0}, {"+", NONE, 0}, {"'1'", NONE, 0}, {"\"1\"", NONE, 0}, {"|\n  1", NONE, 0}, {"1 2", NONE, 0},
        {"12:30", NONE, 0}, {"[1]", NONE, 0}, {"{a: 1}", NONE, 0}, {".inf", NONE, 0},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        AUTO(arena_free) struct arena arena = {0};
        AUTO(buf_free) struct buf b = {0};
        buf_fmt(&b, "k: %s\n", cases[i].text);
        const struct ynode *n = ynode_get(load(&arena, b.p), "k");
        bool v = cases[i].is != YES;
        int64_t num = 77;
        int is = cases[i].is;
        if (ynode_is_null(n) != (is == NUL) || ynode_bool(n, &v) != (is == YES || is == NO) || ynode_int(n, &num) != (is == INT))
            fail_msg("%s", cases[i].text);
        assert_true(is == INT ? num == cases[i].n : num == 77);
        assert_true((is != YES && is != NO) || v == (is == YES));
    }
    int64_t num;
    bool v;
    assert_false(ynode_is_null(NULL) || ynode_bool(NULL, &v) || ynode_int(NULL, &num));
    assert_null(ynode_get(NULL, "a"));
}

static void numbers_are_those_of_the_core_schema(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        double n;
    } numbers[] = {{"0", 0},          {"-0", 0},     {"007", 7},    {"+12", 12},  {"0o17", 15},          {"0x1F", 31},
                   {"0xff", 255},     {"1.5", 1.5},  {".5", .5},    {"5.", 5},    {"-.5", -.5},          {"3.10", 3.1},
                   {"1e3", 1000},     {"1E-2", .01}, {"-2.5e+1", -25}, {"1e999", (double)INFINITY},
                   {".inf", (double)INFINITY}, {"-.Inf", (double)-INFINITY}, {"+.INF", (double)INFINITY}};
    static const char *const others[] = {"",    "'1'", "\"1\"", "|\n  1", "1_000", "0b11", "0X1F", "0O17",  "-0x1", "0x",  "0o8",
                                         "0xg", ".",   "+",     "+.",     "e3",    "1e",   "1e+",  "1.2.3", "inf",  "NaN", "nan",
                                         "1 2", "true", "~",    "+.nan",  ".inF",  "1:30", "[1]",  "{a: 1}", "--1", "1a",  "0x1.5"};
    double n = 77;
    for (size_t i = 0; i < ARRAY_LEN(numbers); i++) {
        AUTO(arena_free) struct arena arena = {0};
        const char *text = arena_fmt(&arena, "k: %s\n", numbers[i].text);
        if (!ynode_number(ynode_get(load(&arena, text), "k"), &n) || n < numbers[i].n || n > numbers[i].n)
            fail_msg("%s", numbers[i].text);
    }
    for (size_t i = 0; i < ARRAY_LEN(others); i++) {
        AUTO(arena_free) struct arena arena = {0};
        const char *text = arena_fmt(&arena, "k: %s\n", others[i]);
        if (ynode_number(ynode_get(load(&arena, text), "k"), &n))
            fail_msg("%s", others[i]);
    }
    AUTO(arena_free) struct arena arena = {0};
    assert_true(ynode_number(ynode_get(load(&arena, "k: .NaN\n"), "k"), &n) && isnan(n));
    assert_false(ynode_number(NULL, &n));
}

static int load_with(struct sv text, struct yaml_limits limits, struct err *e)
{
    AUTO(arena_free) struct arena arena = {0};
    struct ynode *root;
    struct ymark at;
    return yaml_load(text, &limits, &arena, &root, &at, e);
}

static void limits_hold_to_the_last_one(void **state)
{
    (void)state;
    struct err e;
    assert_int_equal(load_with(SV("[[[a]]]"), (struct yaml_limits){.depth = 3}, &e), 0);
    assert_int_equal(load_with(SV("[[[a]]]"), (struct yaml_limits){.depth = 2}, &e), -1);
    assert_int_equal(load_with(SV("a: [b]"), (struct yaml_limits){.nodes = 4}, &e), 0); /* keys count too */
    assert_int_equal(load_with(SV("a: [b]"), (struct yaml_limits){.nodes = 3}, &e), -1);
    assert_int_equal(load_with(SV("a: bc"), (struct yaml_limits){.bytes = 5}, &e), 0);
    assert_int_equal(load_with(SV("a: bcd"), (struct yaml_limits){.bytes = 5}, &e), -1);
    assert_int_equal(load_with(SV("[&a 1, *a, *a]"), (struct yaml_limits){.aliases = 2}, &e), 0);
    assert_int_equal(load_with(SV("[&a 1, *a, *a]"), (struct yaml_limits){.aliases = 1}, &e), -1);
    /* An alias counts as what it stands for: 1 + (1 + 2) + 3. */
    assert_int_equal(load_with(SV("[&a [1, 2], *a]"), (struct yaml_limits){.nodes = 7}, &e), 0);
    assert_int_equal(load_with(SV("[&a [1, 2], *a]"), (struct yaml_limits){.nodes = 6}, &e), -1);
    assert_int_equal(load_with(SV("[&a [[1]], [[*a]]]"), (struct yaml_limits){.depth = 5}, &e), 0);
    assert_int_equal(load_with(SV("[&a [[1]], [[*a]]]"), (struct yaml_limits){.depth = 4}, &e), -1);
    /* Texts as well: "long" and "er" twice. */
    assert_int_equal(load_with(SV("[&a {long: er},*a]"), (struct yaml_limits){.bytes = 18}, &e), 0);
    assert_int_equal(load_with(SV("[&a [longer], *a,*a]"), (struct yaml_limits){.bytes = 20}, &e), 0);
    assert_int_equal(load_with(SV("[&a [longer],*a,*a,*a]"), (struct yaml_limits){.bytes = 23}, &e), -1);
    assert_string_equal(e.msg, "more than 23 bytes, aliases counted as what they stand for");
}

static void billion_laughs_are_refused(void **state)
{
    (void)state;
    AUTO(buf_free) struct buf b = {0};
    buf_str(&b, "a0: &a0 [x, x, x, x, x, x, x, x, x]\n");
    for (int i = 1; i < 10; i++) {
        buf_fmt(&b, "a%d: &a%d [", i, i);
        for (int j = 0; j < 9; j++)
            buf_fmt(&b, "%s*a%d", j ? ", " : "", i - 1);
        buf_str(&b, "]\n");
    }
    struct err e;
    assert_int_equal(load_with(buf_view(&b), (struct yaml_limits){0}, &e), -1);
    assert_non_null(strstr(e.msg, "more than 100000 values"));
    const struct yaml_limits few_aliases = {.bytes = SIZE_MAX, .nodes = SIZE_MAX, .aliases = 50};
    assert_int_equal(load_with(buf_view(&b), few_aliases, &e), -1);
    assert_non_null(strstr(e.msg, "more than 50 aliases"));
}

/* A megabyte of each; libyaml alone needs minutes for some. */
static void bombs_are_refused_and_long_texts_read_without_much_memory(void **state)
{
    (void)state;
    static const char *const parts[] = {
        "[",    "{",     "- ",    "? ",   "{a: ", "[\n",  "&a [",  "a: [",  "[a, ",        "- - ",   "[[],",    "[{a: ",
        "*a ",  "\"",    "'",     "|\n",  "a\n",  "#\n",  "...\n", "---\n", "%YAML 1.2\n", "%FOO\n", ":\n",     "\t",
        "- ? ", "'a': ", "!!a b ", "&b ", "? [",  "a: &a ", "\\",  "\"\\",  "%TAG !a! b\n", "a: b\n", "\n- a: ", "{? ",
    };
    for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
        AUTO(buf_free) struct buf b = {0};
        AUTO(arena_free) struct arena arena = {0};
        while (b.n < 1 << 20)
            buf_str(&b, parts[i]);
        struct ynode *root;
        struct ymark at = {0};
        struct err e;
        int rc = yaml_load(sv_n(b.p, 1 << 20), NULL, &arena, &root, &at, &e);
        assert_true(rc == 0 || (at.line >= 1 && at.col >= 1));
        assert_true(arena.used < 32 << 20);
    }
}

static void a_large_but_honest_file_is_read(void **state)
{
    (void)state;
    AUTO(buf_free) struct buf b = {0};
    AUTO(arena_free) struct arena arena = {0};
    buf_str(&b, "jobs:\n");
    for (int i = 0; i < 6000; i++)
        buf_fmt(&b, "  job%d:\n    needs: [a, b]\n    steps:\n      - run: |\n          make all\n      - uses: checkout\n", i);
    const struct ynode *jobs = ynode_get(load(&arena, b.p), "jobs");
    assert_int_equal(jobs->n, 6000);
    assert_true(sv_is(jobs->keys[5999]->text, "job5999"));
    assert_int_equal(jobs->keys[5999]->at.line, 2 + 5999 * 6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_become_trees),
        cmocka_unit_test(what_is_not_our_yaml_is_refused_with_its_place),
        cmocka_unit_test(a_raw_nul_is_refused),
        cmocka_unit_test(numbers_are_those_of_the_core_schema),
        cmocka_unit_test(marks_count_lines_and_code_points_from_one),
        cmocka_unit_test(scalars_are_resolved_by_the_core_schema),
        cmocka_unit_test(limits_hold_to_the_last_one),
        cmocka_unit_test(billion_laughs_are_refused),
        cmocka_unit_test(bombs_are_refused_and_long_texts_read_without_much_memory),
        cmocka_unit_test(a_large_but_honest_file_is_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
