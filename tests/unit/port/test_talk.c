/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include "port/issue_talk.h"

#define ZW "\xe2\x80\x8b"
#define MARK "<!-- fettle:fp=abc -->"

static void what_would_act_at_the_forge_is_made_harmless(void **state)
{
    (void)state;
    static const struct {
        const char *text, *plain, *runs;
    } rows[] = {
        {"hello @team, a@b.example", "hello @" ZW "team, a@b.example", NULL},
        {"@all\n(@x) @ y", "@" ZW "all\n(@" ZW "x) @ y", NULL},
        {"/close\n  /label ~x\nand/or /tmp", "/close\n  /label ~x\nand/or /tmp",
         ZW "/close\n  " ZW "/label ~x\nand/or /tmp"},
        {"log: <!-- fettle:fp=other -->", "log: <!-- fettle:" ZW "fp=other -->", NULL},
        {"fettle: fine", "fettle: fine", NULL},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        for (int slash = ISSUE_SLASH_PLAIN; slash <= ISSUE_SLASH_RUNS; slash++) {
            AUTO(buf_free) struct buf out = {0}, want = {0};
            struct issue_body b = {.title = "", .body = rows[i].text, .marker = MARK};
            issue_text(&b, (enum issue_slash)slash, &out);
            buf_fmt(&want, "%s\n\n" MARK, slash && rows[i].runs ? rows[i].runs : rows[i].plain);
            assert_string_equal(out.p, want.p);
        }
}

static void a_body_is_cut_and_keeps_its_marker(void **state)
{
    (void)state;
    for (size_t n = ISSUE_BODY_MAX - 60; n < ISSUE_BODY_MAX + 10; n++) {
        AUTO(buf_free) struct buf text = {0}, out = {0};
        for (size_t i = 0; i < n / 2; i++)
            buf_str(&text, "\xc3\xa9");
        struct issue_body b = {.title = "", .body = text.p, .marker = MARK};
        issue_text(&b, ISSUE_SLASH_PLAIN, &out);
        assert_true(out.n <= ISSUE_BODY_MAX);
        assert_true(sv_ends(buf_view(&out), SV("\n\n" MARK)));
        assert_int_equal(sv_bad_utf8(buf_view(&out)), -1);
    }
    AUTO(buf_free) struct buf out = {0};
    issue_text(&(struct issue_body){.title = "", .body = "", .marker = MARK}, ISSUE_SLASH_PLAIN, &out);
    assert_string_equal(out.p, MARK);
}

static void a_title_is_one_short_line(void **state)
{
    (void)state;
    AUTO(buf_free) struct buf text = {0}, out = {0};
    buf_str(&text, "a\r\n@b ");
    for (int i = 0; i < 300; i++)
        buf_str(&text, "\xc3\xa9");
    issue_title(&(struct issue_body){.title = text.p}, &out);
    assert_true(sv_starts(buf_view(&out), SV("a  @" ZW "b ")));
    assert_int_equal(sv_cut_chars(buf_view(&out), ISSUE_TITLE_MAX).n, out.n);
    assert_true(sv_cut_chars(buf_view(&out), ISSUE_TITLE_MAX - 1).n < out.n);
}

static void the_next_page_is_read_from_link(void **state)
{
    (void)state;
    static const struct {
        const char *link, *want;
    } rows[] = {
        {NULL, NULL},
        {"", NULL},
        {"<a?p=1,2>; rel=\"prev\", <b?p=3,4>; rel=\"next\", <c>; rel=\"last\"", "b?p=3,4"},
        {"<b>; rel=next", "b"},
        {"<b>; rel=\"last\"", NULL},
        {"<b", NULL},
        {"> <b>; rel=\"next\"", NULL},
        {"b; rel=\"next\"", NULL},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct sv got = talk_link_next(sv_of(rows[i].link));
        assert_int_equal(got.p != NULL, rows[i].want != NULL);
        if (rows[i].want)
            assert_true(sv_is(got, rows[i].want));
    }
}

static void an_address_is_cut_to_what_is_below_the_base(void **state)
{
    (void)state;
    static const char *const roots[] = {"/repos/", "/repositories/", NULL};
    static const char *const none[] = {NULL};
    const struct talk_dialect d = {roots, none};
    static const struct {
        const char *url, *want;
    } rows[] = {
        {"https://api.github.com/repos/a/b/issues?page=2", "/repos/a/b/issues?page=2"},
        {"https://evil.example/api/v3/repositories/1/x?u=/repos/", "/repositories/1/x?u=/repos/"},
        {"/repos/a/.github/issues", "/repos/a/.github/issues"},
        {"https://api.github.com/user?next=/repos/a", NULL},
        {"https://api.github.com/repos/a/../../user", NULL},
        {"https://api.github.com/repos/a/%2E%2e/user", NULL},
        {"https://api.github.com/repos/a/./b", NULL},
        {"https://api.github.com/repos/a/..?page=2", NULL},
        {"https://api.github.com/repos/a?u=/../b", NULL},
        {"https://api.github.com/repos/a?u=x/..", NULL},
        {"https://api.github.com/repos/a b", NULL},
        {"https://api.github.com/repos/a\r\nX: y", NULL},
        {"https://api.github.com/repos/a#b", NULL},
        {"https://api.github.com/repos/caf\xc3\xa9", NULL},
        {"", NULL},
        {NULL, NULL},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        AUTO(buf_free) struct buf out = {0};
        assert_int_equal(talk_below(&d, sv_of(rows[i].url), &out), rows[i].want != NULL);
        if (rows[i].want)
            assert_string_equal(out.p, rows[i].want);
    }
}

static void a_repository_path_keeps_its_slashes_alone(void **state)
{
    (void)state;
    AUTO(buf_free) struct buf out = {0};
    talk_repo_path("acme/a b?c/..%2f", &out);
    assert_string_equal(out.p, "acme/a%20b%3Fc/..%252f");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_would_act_at_the_forge_is_made_harmless),
        cmocka_unit_test(a_body_is_cut_and_keeps_its_marker),
        cmocka_unit_test(a_title_is_one_short_line),
        cmocka_unit_test(the_next_page_is_read_from_link),
        cmocka_unit_test(an_address_is_cut_to_what_is_below_the_base),
        cmocka_unit_test(a_repository_path_keeps_its_slashes_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
