/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include "port/harmless.h"

#define ZW   "\xe2\x80\x8b"
#define MARK "<!-- fettle:fp=abc -->"

struct row {
    const char *text, *plain, *runs; /* Markdown where a / is plain, and where it runs an action; NULL: the same */
};

static void check(const struct row *rows, size_t n)
{
    for (size_t i = 0; i < n; i++)
        for (int slash = SLASH_PLAIN; slash <= SLASH_RUNS; slash++) {
            AUTO(buf_free) struct buf out = {0};
            harmless_markdown(sv_of(rows[i].text), (enum text_slash)slash, &out);
            assert_string_equal(out.p, slash && rows[i].runs ? rows[i].runs : rows[i].plain);
        }
}

static void nobody_is_mentioned_and_no_action_is_run(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"hello @team, a@b.example", "hello @" ZW "team, a@b.example", NULL},
        {"@all\n(@x) @ y", "@" ZW "all\n(@" ZW "x) @ y", NULL},
        {"_@team_ **@x** \\@y `@z` \xc3\xa9@w", "_@" ZW "team_ **@" ZW "x** \\@" ZW "y `@" ZW "z` \xc3\xa9@" ZW "w",
         NULL},
        {"&#64;team &#x40;team &commat;team", "&#" ZW "64;team &#" ZW "x40;team &" ZW "commat;team", NULL},
        {"a &lt;b&gt; &c #x", "a &lt;b&gt; &c #x", NULL},
        {"/close\n  /label ~x\nand/or /tmp", "/close\n  /label ~x\nand/or /tmp",
         ZW "/close\n  " ZW "/label ~x\nand/or /tmp"},
        {"log: <!-- fettle:fp=other -->", "log: <!-- fettle:" ZW "fp=other -->", NULL},
        {"fettle: fine", "fettle: fine", NULL},
    };
    check(rows, ARRAY_LEN(rows));
}

static void no_issue_is_referred_to_or_closed(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"Fixes #12, closes acme/web#3", "Fixes #" ZW "12, closes acme/web#" ZW "3", NULL},
        {"see !7 and &8", "see !" ZW "7 and &8", "see !" ZW "7 and &" ZW "8"},
        {"GH-12 gl-7 nigh-3 a-1", "GH-" ZW "12 gl-" ZW "7 nigh-3 a-1", NULL},
        {"[issue:12] [work_item:a/b/3] [epic:4] [x:1]", "[" ZW "issue:12] [" ZW "work_item:a/b/3] [" ZW "epic:4] [x:1]",
         NULL},
        {"Fixes https://github.com/o/r/issues/1", "F" ZW "ixes https://github.com/o/r/issues/1", NULL},
        {"closed:\n<HTTPS://x/1>", "c" ZW "losed:\n<HTTPS://x/1>", NULL},
        {"Resolving issues [x](http://x/1)", "Resolving issues [x](http://x/1)", NULL},
        {"Resolving issues http://x/1", "R" ZW "esolving issues http://x/1", NULL},
        {"the fix: see https://x/1; prefix https://x/2", "the fix: see https://x/1; prefix https://x/2", NULL},
        {"https://ci.example/runs/7#job-2", "https://ci.example/runs/7#job-2", NULL},
        {"# 1\n#!/bin/sh\na && b", "# 1\n#!/bin/sh\na && b", NULL},
    };
    check(rows, ARRAY_LEN(rows));
}

static void fenced_code_stays_readable(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"```\n@team #1\n```\n@team", "```\n@team #1\n```\n@" ZW "team", NULL},
        {"~~~~ sh\n@a\n~~~\n@a\n~~~~~ \n@a", "~~~~ sh\n@a\n~~~\n@a\n~~~~~ \n@" ZW "a", NULL},
        {"```\r\n@a\r\n```c\r\n@a\r\n```\r\n@a", "```\r\n@a\r\n```c\r\n@a\r\n```\r\n@" ZW "a", NULL},
        {"x\n\n<details>\n\n```\n@a\n```\n\n</details>\n@a", "x\n\n<details>\n\n```\n@a\n```\n\n</details>\n@" ZW "a",
         NULL},
        {"```\n/close <!-- fettle:fp=x\n```", "```\n/close <!-- fettle:" ZW "fp=x\n```",
         "```\n" ZW "/close <!-- fettle:" ZW "fp=x\n```"},
    };
    check(rows, ARRAY_LEN(rows));
}

/* Each of these is outside of code for one forge at least. */
static void what_only_looks_like_a_fence_protects_nobody(void **state)
{
    (void)state;
    static const char *const rows[] = {
        "- ```\n  ```\n  @a",
        "  ```\n@a",
        "> ```\n@a",
        "\xef\xbb\xbf```\n```\n@a",
        "a ```\n@a",
        "<details>\n```\n@a",
        "<details>\r\n```\r\n@a",
        "<!--\n\n```\n-->\n@a",
        "<pre>\n\n```\n</pre>\n@a",
        "---\n```\n---\n@a",
        "# coding: x\n---\n```\n---\n@a",
        "``` a`b\n@a",
        "``\n@a",
        "```\n```\f\n@a",
        "```\n\t```\n@a",
        "```\n```\n@a",
        "~~~\n   ~~~\n@a",
        "`````````````````\n@a",
        "- ~~~\n  ~~~\n```\n@a",
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        AUTO(buf_free) struct buf out = {0};
        harmless_markdown(sv_of(rows[i]), SLASH_PLAIN, &out);
        if (sv_find(buf_view(&out), SV("@a")) >= 0)
            fail_msg("mentioned: %s", rows[i]);
    }
}

static void where_no_markdown_is_read_there_is_no_code(void **state)
{
    (void)state;
    AUTO(buf_free) struct buf out = {0};
    harmless_plain(SV("```\nfixes #1 @a\n```"), SLASH_PLAIN, &out);
    assert_string_equal(out.p, "```\nfixes #" ZW "1 @" ZW "a\n```");
}

static void a_body_is_cut_and_keeps_its_marker(void **state)
{
    (void)state;
    for (size_t n = TEXT_BODY_MAX - 80; n < TEXT_BODY_MAX + 10; n++) {
        AUTO(buf_free) struct buf text = {0}, out = {0};
        for (size_t i = 0; i < n / 2; i++)
            buf_str(&text, "\xc3\xa9");
        harmless_body(text.p, MARK, SLASH_PLAIN, &out);
        assert_true(out.n <= TEXT_BODY_MAX);
        assert_true(sv_ends(buf_view(&out), SV("\n\n" MARK)));
        assert_int_equal(sv_bad_utf8(buf_view(&out)), -1);
    }
    static const struct {
        const char *text, *want;
    } rows[] = {
        {"", MARK},
        {NULL, MARK},
        {"a @b", "a @" ZW "b\n\n" MARK},
        {"```sh\nls\n", "```sh\nls\n\n```\n\n" MARK},
        {"~~~~\nx\n~~~", "~~~~\nx\n~~~\n~~~~\n\n" MARK},
        {"```\nx\n```", "```\nx\n```\n\n" MARK},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        AUTO(buf_free) struct buf out = {0};
        harmless_body(rows[i].text, MARK, SLASH_PLAIN, &out);
        assert_string_equal(out.p, rows[i].want);
        assert_true(is_marked(buf_view(&out), MARK));
    }
}

static void a_long_log_is_cut_inside_its_fence_and_the_fence_is_closed(void **state)
{
    (void)state;
    AUTO(buf_free) struct buf text = {0}, out = {0};
    buf_str(&text, "````\n");
    while (text.n < 70000)
        buf_str(&text, "line @a\n");
    buf_str(&text, "````\n");
    harmless_body(text.p, MARK, SLASH_PLAIN, &out);
    assert_true(out.n <= TEXT_BODY_MAX);
    assert_true(sv_ends(buf_view(&out), SV("\n````\n\n\xe2\x80\xa6\n\n" MARK)));
}

static void a_title_is_one_short_line(void **state)
{
    (void)state;
    AUTO(buf_free) struct buf text = {0}, out = {0};
    buf_str(&text, "a\r\n@b #1 ");
    for (int i = 0; i < 300; i++)
        buf_str(&text, "\xc3\xa9");
    harmless_title(text.p, &out);
    assert_true(sv_starts(buf_view(&out), SV("a  @" ZW "b #" ZW "1 ")));
    assert_int_equal(sv_cut_chars(buf_view(&out), TEXT_TITLE_MAX).n, out.n);
    assert_true(sv_cut_chars(buf_view(&out), TEXT_TITLE_MAX - 1).n < out.n);
}

static void a_quoted_marker_is_not_ours(void **state)
{
    (void)state;
    static const struct {
        const char *body;
        bool ours;
    } rows[] = {
        {"x\n\n" MARK, true},
        {MARK, true},
        {"x\r\n\r\n" MARK "\r\n", true},
        {"x\n" MARK "  \n\n", true},
        {"> x\n> " MARK, false},
        {MARK "\n\nthanks", false},
        {"x " MARK, false},
        {"", false},
        {"x", false},
        {"x\n<!-- fettle:fp=abcd -->", false},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        assert_int_equal(is_marked(sv_of(rows[i].body), MARK), rows[i].ours);
    assert_false(is_marked(SV_NONE, MARK));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nobody_is_mentioned_and_no_action_is_run),
        cmocka_unit_test(no_issue_is_referred_to_or_closed),
        cmocka_unit_test(fenced_code_stays_readable),
        cmocka_unit_test(what_only_looks_like_a_fence_protects_nobody),
        cmocka_unit_test(where_no_markdown_is_read_there_is_no_code),
        cmocka_unit_test(a_body_is_cut_and_keeps_its_marker),
        cmocka_unit_test(a_long_log_is_cut_inside_its_fence_and_the_fence_is_closed),
        cmocka_unit_test(a_title_is_one_short_line),
        cmocka_unit_test(a_quoted_marker_is_not_ours),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
