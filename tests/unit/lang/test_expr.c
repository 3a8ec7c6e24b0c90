/* SPDX-License-Identifier: Apache-2.0 */
/* What expressions come to: literals, operators, members, functions. */
#include "unit/lang/expr_rig.h"

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

int main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        CASE(literals_are_what_they_say),
        CASE(operators_keep_their_order_and_operands),
        CASE(members_and_items_are_found),
        CASE(functions_take_and_give_what_they_should),
        CASE(functions_of_ours_work),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
