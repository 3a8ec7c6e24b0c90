/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include "lang/expr.h"

static const char contexts[] =
    "{\"github\": {\"ref\": \"refs/heads/main\", \"run\": 42, \"Event\": {\"action\": \"opened\", \"labels\": "
    "[{\"name\": "
    "\"bug\"}, {\"name\": \"Area: UI\"}, {\"id\": 3}], \"commits\": [{\"files\": [\"a\", \"b\"]}, {\"files\": "
    "[\"c\"]}]}},"
    " \"event\": {\"pull_request\": {\"labels\": [\"Full-Stack\", \"ready\"]}, \"issue\": null},"
    " \"env\": {\"with-dash\": \"d\", \"_x\": \"u\", \"9\": \"nine\", \"1.5\": \"half\", \"true\": \"t\", \"\": "
    "\"none\"},"
    " \"matrix\": {\"os\": [\"linux\", \"mac\"], \"n\": [0, 1, 2.5], \"mixed\": [null, true, \"1\", 1, [], {}]},"
    " \"empty\": {}, \"nothing\": null, \"list\": [[1, 2], [3, 4, [5]], {\"k\": 6}], \"s\": \"text\", \"long\": 1e300}";

struct rig {
    struct jdoc *doc;
    struct arena arena;
};

static bool context_named(void *ctx, const char *name, struct val *ret)
{
    return val_find(val_json(jdoc_root(ctx)), sv_of(name), ret);
}

static int answer(void *ctx, const char *name, const struct val *args, size_t n, struct arena *a, struct val *ret,
                  struct err *e)
{
    (void)ctx;
    if (strcmp(name, "hashFiles") == 0)
        return err_set(e, ERR_TRANSIENT, "on its way");
    if (strcmp(name, "changed") == 0)
        *ret = val_string(sv_of(arena_fmt(a, "%zu %.*s", n, SV_ARG(args[0].str))));
    else
        *ret = val_bool(strcmp(name, "failure") != 0);
    return 0;
}

static int set_up(void **state)
{
    struct rig *r = mem_new(sizeof *r);
    struct err e = {0};
    if (jdoc_parse(sv_of(contexts), NULL, &r->doc, &e) < 0)
        fail_msg("%s", e.msg);
    *state = r;
    return 0;
}

static int tear_down(void **state)
{
    struct rig *r = *state;
    jdoc_free(&r->doc);
    arena_free(&r->arena);
    mem_free(r);
    return 0;
}

static const char *const names[] = {"github", "event", "env", "matrix", "empty", "nothing", "list", "s", "long", NULL};
static const struct expr_scope scope = {.contexts = names};

/* The value as JSON, or "byte: message". */
static char *outcome(struct rig *r, const char *text)
{
    struct expr_world world = {.ctx = r->doc, .context = context_named, .special = answer};
    AUTO(buf_free) struct buf out = {0};
    const struct expr *x;
    struct val v;
    struct err e = {0};
    if (expr_compile(sv_of(text), &scope, &r->arena, &x, &e) < 0 || expr_eval(x, &world, &r->arena, &v, &e) < 0)
        return arena_fmt(&r->arena, "%d: %s", e.code, e.msg);
    val_write(v, VAL_ONE_LINE, &out);
    return arena_strdup(&r->arena, out.p);
}

struct row {
    const char *text, *want;
};

static void check_rows(void **state, const struct row *rows, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const char *got = outcome(*state, rows[i].text);
        if (strcmp(got, rows[i].want) != 0)
            fail_msg("%s\n gives %s\n  not  %s", rows[i].text, got, rows[i].want);
    }
}

static void literals_are_what_they_say(void **state)
{
    static const struct row rows[] = {
        {"", "null"},
        {" \t\n", "null"},
        {"null", "null"},
        {"true", "true"},
        {"false", "false"},
        {"1", "1"},
        {"-1", "-1"},
        {"+1", "1"},
        {"1.", "1"},
        {".5", "0.5"},
        {"-.5", "-0.5"},
        {"0xFf", "255"},
        {"0xffffffff", "4294967295"},
        {"0o17", "15"},
        {"1e3", "1000"},
        {"1E+3", "1000"},
        {"25e-2", "0.25"},
        {"1e400", "\"Infinity\""},
        {"-1e400", "\"-Infinity\""},
        {"NaN", "\"NaN\""},
        {"Infinity", "\"Infinity\""},
        {"+Infinity", "\"Infinity\""},
        {"-Infinity", "\"-Infinity\""},
        {"-0", "0"},
        {"9007199254740991", "9007199254740991"},
        {"0.1", "0.1"},
        {"''", "\"\""},
        {"'it''s'", "\"it's\""},
        {"''''", "\"'\""},
        {"'a''''b'", "\"a''b\""},
        {"'\xc3\xbc'", "\"\xc3\xbc\""},
        {"'\\n'", "\"\\\\n\""},
        {"'a\nb'", "\"a\\nb\""},
        {"\xc2\xa0"
         "1\xe3\x80\x80",
         "1"},
        {"0x", "0: Unexpected symbol: '0x'"},
        {"0xg", "0: Unexpected symbol: '0xg'"},
        {"0o8", "0: Unexpected symbol: '0o8'"},
        {"1e", "0: Unexpected symbol: '1e'"},
        {"1.2.3", "0: Unexpected symbol: '1.2.3'"},
        {"1-2", "0: Unexpected symbol: '1-2'"},
        {"-", "0: Unexpected symbol: '-'"},
        {".", "0: Unexpected symbol: '.'"},
        {"-NaN", "0: Unexpected symbol: '-NaN'"},
        {"'a", "0: Unexpected symbol: ''a'"},
        {"'", "0: Unexpected symbol: '''"},
        {"\"a\"", "0: Unexpected symbol: '\"a\"'"},
        {"True", "0: Unrecognized named-value: 'True'"},
        {"a$", "0: Unexpected symbol: 'a$'"},
    };
    check_rows(state, rows, ARRAY_LEN(rows));
}

static void operators_keep_their_order_and_operands(void **state)
{
    static const struct row rows[] = {
        {"1 && 'a'", "\"a\""},
        {"0 && 'a'", "0"},
        {"'' || 0 || null", "null"},
        {"'' || 'x' || 'y'", "\"x\""},
        {"empty && 1", "1"},
        {"NaN || 1", "1"},
        {"!empty", "false"},
        {"!''", "true"},
        {"!!'0'", "true"},
        {"1 || 0 && 0", "1"},
        {"(1 || 0) && 0", "0"},
        {"1 < 2 == true", "true"},
        {"!1 == false", "true"},
        {"2 > 1 > 0", "true"},
        {"1 == 1 == 2", "false"},
        {"1 != 1 == false", "true"},
        {"1 <= 1 && 1 >= 1", "true"},
        {"null == 0", "true"},
        {"null == ''", "true"},
        {"true == 1", "true"},
        {"'true' == true", "false"},
        {"' 1 ' == 1", "true"},
        {"'0x10' == 16", "true"},
        {"'x' == 0", "false"},
        {"NaN == NaN", "false"},
        {"NaN != NaN", "true"},
        {"NaN <= NaN", "false"},
        {"null < 1", "true"},
        {"null <= null", "true"},
        {"null < null", "false"},
        {"'a' < 'B'", "true"},
        {"'Z' > 'a'", "true"},
        {"'a' == 'A'", "true"},
        {"'10' < '9'", "true"},
        {"'10' < 9", "false"},
        {"'\xcf\x82' == '\xce\xa3'", "true"},
        {"'\xc3\x9f' == 'SS'", "false"},
        {"'\xc4\xb1' == 'I'", "false"},
        {"'\xc4\xb0' == 'i'", "false"},
        {"'\xf0\x90\x90\xa8' == '\xf0\x90\x90\x80'", "true"},
        {"'\xf0\x9f\x98\x80' < '\xef\xbf\xbd'", "true"},
        {"'a' < 'ab'", "true"},
        {"empty == empty", "true"},
        {"matrix.os == matrix.os", "true"},
        {"list[0] == list[1]", "false"},
        {"fromJSON('[]') == fromJSON('[]')", "false"},
        {"empty < empty", "false"},
        {"empty >= empty", "true"},
        {"matrix.os == 'Array'", "false"},
        {"empty == NaN", "false"},
        {"false && nothing.x.y", "false"},
        {"true || case(1, 2, 3)", "true"},
        {"long > 1e299", "true"},
        {"1 == 1 && 2 == 2 || 3 == 4", "true"},
        {"true<false", "false"},
        {"!true||true", "true"},
        {"1 =", "2: Unexpected symbol: '='"},
        {"1 & 2", "2: Unexpected symbol: '&'"},
        {"1 && ", "2: Unexpected end of expression: '&&'"},
        {"&& 1", "0: Unexpected symbol: '&&'"},
        {"!", "0: Unexpected end of expression: '!'"},
        {"()", "1: Unexpected symbol: ')'"},
        {"(1", "1: Unexpected end of expression: '1'"},
        {"1)", "1: Unexpected symbol: ')'"},
        {"1 2", "2: Unexpected symbol: '2'"},
        {"1 < > 2", "4: Unexpected symbol: '>'"},
        {"*", "0: Unexpected symbol: '*'"},
        {"1 * 2", "2: Unexpected symbol: '*'"},
    };
    check_rows(state, rows, ARRAY_LEN(rows));
}

static void members_and_items_are_found(void **state)
{
    static const struct row rows[] = {
        {"github.ref", "\"refs/heads/main\""},
        {"GitHub.REF", "\"refs/heads/main\""},
        {"github['Ref']", "\"refs/heads/main\""},
        {"github.event.ACTION", "\"opened\""},
        {"github.none", "null"},
        {"github.none.further[3].x", "null"},
        {"env.with-dash", "\"d\""},
        {"env._x", "\"u\""},
        {"env[9]", "\"nine\""},
        {"env[1.5]", "\"half\""},
        {"env.true", "\"t\""},
        {"env[true]", "\"t\""},
        {"env[null]", "\"none\""},
        {"env['']", "\"none\""},
        {"env[empty]", "null"},
        {"matrix.os[0]", "\"linux\""},
        {"matrix.os[1.9]", "\"mac\""},
        {"matrix.os['1']", "\"mac\""},
        {"matrix.os[-1]", "null"},
        {"matrix.os[2]", "null"},
        {"matrix.os[NaN]", "null"},
        {"matrix.os[1e99]", "null"},
        {"matrix.os['x']", "null"},
        {"matrix.os[false]", "\"linux\""},
        {"matrix.os.linux", "null"},
        {"s.length", "null"},
        {"s[0]", "null"},
        {"github.event.labels.*.name", "[\"bug\",\"Area: UI\"]"},
        {"github.event.labels[*]['NAME']", "[\"bug\",\"Area: UI\"]"},
        {"github.event.commits.*.files", "[[\"a\",\"b\"],[\"c\"]]"},
        {"github.event.commits.*.files.*", "[\"a\",\"b\",\"c\"]"},
        {"github.event.commits.*.files[0]", "[\"a\",\"c\"]"},
        {"github.event.commits.*.files[1]", "[\"b\"]"},
        {"list.*.*", "[1,2,3,4,[5],6]"},
        {"list.*.k", "[6]"},
        {"list.*[1]", "[2,4]"},
        {"list.*.*.*", "[5]"},
        {"(list.*)[2]", "[[5]]"},
        {"empty.*", "[]"},
        {"nothing.*", "[]"},
        {"s.*.x", "[]"},
        {"list[*][*][0]", "[5]"},
        {"list[0][0]", "1"},
        {"fromJSON('{\"a\":{\"b\":[7]}}').a.b[0]", "7"},
        {"fromJSON('{\"a\":1}').*", "[1]"},
        {"(github).run", "42"},
        {"env['*']", "null"},
        {"github . run", "42"},
        {"github [ 'run' ]", "42"},
        {"matrix.os[matrix.n[1]]", "\"mac\""},
        {"github.", "6: Unexpected end of expression: '.'"},
        {"github.1", "7: Unexpected symbol: '1'"},
        {"github..ref", "7: Unexpected symbol: '.ref'"},
        {"github['ref'", "7: Unexpected end of expression: 'ref'"},
        {"github 'it''s'", "7: Unexpected symbol: 'it's'"},
        {"github 'it", "7: Unexpected symbol: ''it'"},
        {"github[]", "7: Unexpected symbol: ']'"},
        {"'a'.b", "3: Unexpected symbol: '.b'"},
        {"'a'[0]", "3: Unexpected symbol: '['"},
        {"github.-a", "7: Unexpected symbol: '-a'"},
        {"git.ref", "0: Unrecognized named-value: 'git'"},
        {"githb.ref", "0: Unrecognized named-value: 'githb' (did you mean \"github\"?)"},
        {"true && matix.os", "8: Unrecognized named-value: 'matix' (did you mean \"matrix\"?)"},
    };
    check_rows(state, rows, ARRAY_LEN(rows));
}

static void functions_take_and_give_what_they_should(void **state)
{
    static const struct row rows[] = {
#include "unit/lang/function_rows.h"
    };
    check_rows(state, rows, ARRAY_LEN(rows));
}

static void functions_of_ours_work(void **state)
{
    static const struct row rows[] = {
        {"glob('src/a.c', 'src/**')", "true"},
        {"glob('src/a.c', '*.c')", "false"},
        {"glob('a', '**', '!a')", "false"},
        {"glob('a', '**', '!a', 'a')", "true"},
        {"glob('linux', matrix.os)", "true"},
        {"glob('x', matrix.os)", "false"},
        {"glob(matrix.os, '**')", "false"},
        {"glob(42, '4*')", "true"},
        {"true && glob('a', '[')", "18: glob(): "},
        {"changed('[')", "8: changed(): "},
        {"semver('1.2.3', '>=1.2.0 <2')", "true"},
        {"semver('v2.0.0', '^1.2')", "false"},
        {"semver('1.2', '1')", "11: semver(): this is no version: a version has three numbers"},
        {"semver('1.2.3', '>= 1 &')", "22: semver(): this is no range of versions: a number is missing in the version"},
        {"semver(s, '1')", "7: semver(): this is no version: a number is missing in the version"},
        {"hasLabel('full-stack')", "true"},
        {"hasLabel('x', 'READY')", "true"},
        {"hasLabel('x')", "false"},
        {"hasLabel(fromJSON('[\"x\",\"ready\"]'))", "true"},
        {"hasLabel()", "0: Too few parameters supplied: 'hasLabel'"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        const char *got = outcome(*state, rows[i].text);
        bool open_end = sv_ends(sv_of(rows[i].want), SV("(): "));
        if (open_end ? !sv_starts(sv_of(got), sv_of(rows[i].want)) : strcmp(got, rows[i].want) != 0)
            fail_msg("%s\n gives %s\n  not  %s", rows[i].text, got, rows[i].want);
    }
}

/* ---- limits ---- */

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

/* ---- what is asked for, and as text again ---- */

static void a_place_is_told_in_characters_of_utf16(void **state)
{
    (void)state;
    struct sv text = SV("a\u00fc\u20ac\U0001f680z");
    static const size_t places[][2] = {{0, 1}, {1, 2}, {3, 3}, {6, 4}, {10, 6}, {11, 7}, {99, 7}};
    for (size_t i = 0; i < ARRAY_LEN(places); i++)
        assert_int_equal(expr_place(text, places[i][0]), places[i][1]);
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
        CASE(literals_are_what_they_say),
        CASE(operators_keep_their_order_and_operands),
        CASE(members_and_items_are_found),
        CASE(functions_take_and_give_what_they_should),
        CASE(functions_of_ours_work),
        CASE(limits_hold),
        CASE(growth_is_caught_wherever_it_comes_from),
        CASE(a_place_is_told_in_characters_of_utf16),
        CASE(json_is_read_a_hundred_levels_deep),
        CASE(uses_are_listed_with_their_static_paths),
        CASE(calls_are_known_without_evaluation),
        CASE(an_expression_is_written_with_the_brackets_it_needs),
        CASE(a_literal_in_the_wrong_case_is_no_context_of_any_name),
        CASE(a_scope_says_where_a_name_cannot_stand),
        CASE(without_a_world_nothing_is_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
