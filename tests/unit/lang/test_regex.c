/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>
#include "lang/needles.h"
#include "lang/regex.h"

static enum regex_found find(const char *pattern, enum regex_case which, struct sv text, struct sv *ret)
{
    AUTO(regex_free) struct regex *r = NULL;
    struct err e = {0};
    assert_int_equal(regex_compile(sv_of(pattern), which, &r, &e), 0);
    return regex_find(r, text, ret);
}

static void a_place_is_found(void **state)
{
    struct sv at;
    (void)state;
    assert_int_equal(find("b+c", REGEX_AS_WRITTEN, SV("aabbcc"), &at), REGEX_YES);
    assert_true(sv_is(at, "bbc"));
    assert_int_equal(find("B+C", REGEX_AS_WRITTEN, SV("aabbcc"), NULL), REGEX_NO);
    assert_int_equal(find("B+C", REGEX_ANY_CASE, SV("aabbcc"), NULL), REGEX_YES);
    assert_int_equal(find("^$", REGEX_AS_WRITTEN, SV_NONE, &at), REGEX_YES);
    assert_int_equal(at.n, 0);
}

static void text_is_utf_8_where_it_is_well_formed(void **state)
{
    struct sv at;
    (void)state;
    assert_int_equal(find("^.\xc3\xbc.$", REGEX_AS_WRITTEN, SV("\xc3\xa4\xc3\xbc\xe2\x82\xac"), NULL), REGEX_YES);
    assert_int_equal(find("error: .", REGEX_AS_WRITTEN, SV("\xff\xfe error: \xc3\xa4 \xff"), &at), REGEX_YES);
    assert_int_equal(at.n, 9);
    assert_int_equal(find("\xff", REGEX_AS_WRITTEN, SV("a\xff"), NULL), REGEX_YES);
}

static void what_is_wrong_is_said_with_its_place(void **state)
{
    static const struct {
        const char *pattern, *text;
        int at;
    } rows[] = {
        {"ab(c", "regular expression, character 5: missing closing parenthesis", 4},
        {"*", "regular expression, character 1: quantifier does not follow a repeatable item", 0},
        {"[z-a]", "regular expression, character 4: range out of order in character class", 3},
        {"a\\C", "regular expression, character 4: using \\C is disabled by the application", 3},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct regex *r = NULL;
        struct err e = {0};
        assert_int_equal(regex_compile(sv_of(rows[i].pattern), REGEX_AS_WRITTEN, &r, &e), -1);
        assert_null(r);
        assert_string_equal(e.msg, rows[i].text);
        assert_int_equal(e.code, rows[i].at);
        assert_int_equal(e.cls, ERR_INVALID);
    }
    AUTO(buf_free) struct buf b = {0};
    struct regex *r = NULL;
    struct err e = {0};
    while (b.n <= REGEX_LENGTH)
        buf_chr(&b, 'a');
    assert_int_equal(regex_compile(buf_view(&b), REGEX_AS_WRITTEN, &r, &e), -1);
}

static void one_that_takes_too_long_gives_up(void **state)
{
    static const char *const rows[] = {"(a+)+$", "(a|aa)+$", "(.*)*b(.*)*c$", "^(([a-z])+.)+[A-Z]$"};
    AUTO(buf_free) struct buf b = {0};
    (void)state;
    for (int i = 0; i < 2000; i++)
        buf_chr(&b, 'a');
    buf_chr(&b, '!');
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        assert_int_not_equal(find(rows[i], REGEX_AS_WRITTEN, buf_view(&b), NULL), REGEX_YES);
}

static void words_are_what_must_be_there(void **state)
{
    static const struct {
        const char *pattern, *words; /* with "|" between; "" = none */
    } rows[] = {
        {"Connection RESET", "connection reset"},
        {"a connection", "a connection"},
        {"abc|defg", "abc|defg"},
        {"abc|d.*", ""},
        {"(timed out|timeout) x", "timed out|timeout"},
        {"(timed out|timeout)?xyz", "xyz"},
        {"abcd?efg", "abc"},
        {"abcd*ef", "abc"},
        {"abcd+ef", "abcd"},
        {"abcd{0,3}efgh", "efgh"},
        {"ab{x", ""},
        {"\\[rejected\\]", "[rejected]"},
        {"error E\\d{4}: ", "error e"},
        {"[abc]def[]x]ghij", "ghij"},
        {"[[:digit:]]abc", "abc"},
        {"(?i)Foo", "foo"},
        {"(?:foo|bar)", "foo|bar"},
        {"(?=foo)bar", ""},
        {"(?x)f o o", ""},
        {"\\Qa.b\\E", ""},
        {"\\x41bc", ""},
        {"(*UTF)abc", ""},
        {"(a(b(cde)+)f)", "cde"},
        {"(a(b(cde)*)f)", ""},
        {"(abc", ""},
        {"abc)", ""},
        {"abcdefghijklmnopqrst", "abcdefghijklmnop"},
        {"(failed|error) .{0,20}sign", "sign"}, /* what is on every other line says less than a short word */
        {"(error|reload) (abc|defg)", "abc|defg"},
        {"error:? (404|410)", "404|410"},
        {"error: \\d+", "error: "},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        AUTO(arena_free) struct arena a = {0};
        AUTO(buf_free) struct buf b = {0};
        struct regex_words w;
        bool any = regex_words(sv_of(rows[i].pattern), &a, &w);
        for (size_t k = 0; k < w.v.n; k++)
            buf_fmt(&b, "%s%.*s", k ? "|" : "", SV_ARG(w.v.at[k]));
        assert_true(sv_is(buf_view(&b), rows[i].words));
        assert_int_equal(any, b.n > 0);
        VEC_FREE(&w.v);
    }
}

struct hits {
    char text[400];
};

static void note_hit(void *ctx, size_t word, size_t end)
{
    struct hits *h = ctx;
    size_t n = strlen(h->text);
    snprintf(h->text + n, sizeof h->text - n, "%zu@%zu ", word, end);
}

static void every_place_of_every_word_is_found(void **state)
{
    static const struct sv words[] = {{"he", 2}, {"she", 3}, {"his", 3}, {"HERS", 4}, {"he", 2}, {"\xc3\xa4", 2}};
    struct hits h = {""};
    (void)state;
    AUTO(needles_free) struct needles *n = needles_new(words, ARRAY_LEN(words));
    needles_find(n, SV("uShers hi\xc3\xa4his"), note_hit, &h);
    assert_string_equal(h.text, "1@4 4@4 0@4 3@6 5@11 2@14 ");
    h.text[0] = 0;
    needles_find(n, SV(""), note_hit, &h);
    assert_string_equal(h.text, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_place_is_found),
        cmocka_unit_test(text_is_utf_8_where_it_is_well_formed),
        cmocka_unit_test(what_is_wrong_is_said_with_its_place),
        cmocka_unit_test(one_that_takes_too_long_gives_up),
        cmocka_unit_test(words_are_what_must_be_there),
        cmocka_unit_test(every_place_of_every_word_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
