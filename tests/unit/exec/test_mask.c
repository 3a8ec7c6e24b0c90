/* SPDX-License-Identifier: Apache-2.0 */
/* The sources themselves, because they belong to a program, not to a library. */
#include "exec/shim/mask.c"
#include "exec/shim/screen.c"
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

/* Feeds in parts of so many bytes. */
static void screen_text(struct screen *s, struct sv text, size_t step, struct buf *ret)
{
    while (text.n) {
        buf_sv(ret, screen_feed(s, sv_cut(text, step)));
        text = sv_from(text, step);
    }
    buf_sv(ret, screen_end(s));
    buf_str(ret, "");
}

static void values_are_replaced_wherever_reads_cut_them(void **state)
{
    (void)state;
    static const struct {
        const char *masks[4], *text, *want;
    } rows[] = {
        {{"secret"}, "a secret b", "a *** b"},
        {{"secret"}, "secret", "***"},
        {{"secret"}, "secre", "secre"},
        {{"secret"}, "secresecret secretsecret", "secre*** ***"},
        {{"secret"}, "sesecret\nsecret\n", "se***\n***\n"},
        {{"aba"}, "ababa abab", "*** ***b"},
        {{"aa"}, "aaaaaaa a aa", "*** a ***"},
        {{"ab", "abcd"}, "abcd abc ab", "*** ***c ***"},
        {{"abcd", "bc"}, "abcx abcd", "a***x ***"},
        {{"abcde", "cd"}, "abcdx", "ab***x"},
        {{"abc", "cde", "def"}, "abcdefg", "***g"},
        {{"abc", "def"}, "abcdef abcxdef", "*** ***x***"},
        {{"x"}, "xxx", "xxx"},
        {{" pad "}, "a pad b pad", "a *** b ***"},
        {{"one\ntwo\nthree"}, "two\none\nthree\n", "***\n***\n***\n"},
        {{"one\r\ntwo"}, "one two", "*** ***"},
        {{"{\n  \"k\": \"v\"\n}"}, "{ } \"k\": \"v\"", "{ } ***"},
        {{"\xc3\xa9t\xc3\xa9"}, "l'\xc3\xa9t\xc3\xa9", "l'***"},
        {{"pass\"word"}, "{\"a\":\"pass\\\"word\"}", "{\"a\":\"***\"}"},
        {{"a b&c"}, "?q=a%20b%26c", "?q=***"},
        {{"hunter2!"}, "aHVudGVyMiE=", "***"},
        {{"hunter2!"}, "eDpodW50ZXIyIQ== ", "eDpo***Q== "}, /* x:hunter2! */
        {{""}, "text", "text"},
        {{" \n "}, "a \n b", "a \n b"},
        {{NULL}, "plain\n:: \n  ::x", "plain\n:: \n  ::x"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        for (size_t step = 1; step < 12; step++) {
            struct screen s = {0};
            AUTO(buf_free) struct buf b = {0};
            for (size_t k = 0; k < 4 && rows[i].masks[k]; k++)
                screen_mask(&s, sv_of(rows[i].masks[k]));
            screen_text(&s, sv_of(rows[i].text), step, &b);
            if (strcmp(b.p, rows[i].want) != 0)
                fail_msg("row %zu in steps of %zu: %s\n got: %s\nwant: %s", i, step, rows[i].text, b.p, rows[i].want);
            screen_free(&s);
        }
    }
}

static void base64_of_a_value_is_masked_at_any_offset(void **state)
{
    (void)state;
    const char *value = "correct horse battery staple, and a good deal more so that it takes more than one line";
    for (size_t before = 0; before < 7; before++) {
        AUTO(buf_free) struct buf plain = {0}, b64 = {0}, got = {0};
        struct screen s = {0};
        buf_add(&plain, "{}[]()<>", before);
        buf_str(&plain, value);
        buf_str(&plain, "\n");
        put_base64(&b64, buf_view(&plain));
        screen_mask(&s, sv_of(value));
        screen_text(&s, buf_view(&b64), 10, &got);
        assert_non_null(strstr(got.p, "***"));
        assert_true(got.n <= (before + 2) / 3 * 4 + 3 + 4);
        screen_free(&s);
    }
    struct screen s = {0};
    AUTO(buf_free) struct buf b64 = {0}, lines = {0}, got = {0};
    put_base64(&b64, sv_of(value));
    buf_add(&lines, b64.p, 76);
    buf_fmt(&lines, "\n%s\n", b64.p + 76);
    screen_mask(&s, sv_of(value));
    screen_text(&s, buf_view(&lines), 9, &got);
    assert_string_equal(got.p, "***\n***\n");
    screen_free(&s);
}

static void commands_add_masks_and_are_not_stored_with_them(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {"::add-mask::abc\nxabc\n", "::add-mask::***\nx***\n"},
        {"abc\n::add-mask::abc\nabc", "abc\n::add-mask::***\n***"},
        {"  ::Add-Mask x=y::abc\r\nabc", "::add-mask::***\n***"},
        {"::add-mask::a%25b%0Acd\na%b cd a%25b", "::add-mask::***\n*** *** ***"},
        {"::add-mask::abc\n::add-mask::def\nabc def", "::add-mask::***\n::add-mask::***\n*** ***"},
        {"::add-mask::abc", "::add-mask::***\n"},
        {"x ::add-mask::abc\nabc", "x ::add-mask::abc\nabc"},
        {"::add-mask::\nx\n", "::add-mask::***\n[fettle: a mask of less than two characters is not applied]\nx\n"},
        {"::add-mask::x\nx\n", "::add-mask::***\n[fettle: a mask of less than two characters is not applied]\nx\n"},
        {"::stop-commands::t\n::add-mask::abc\nabc\n::T::\n::add-mask::abc\nabc\n",
         "::stop-commands::t\n::add-mask::abc\nabc\n::T::\n::add-mask::***\n***\n"},
        {"::group::g\n::error::x\n: x\n::\n:\n", "::group::g\n::error::x\n: x\n::\n:\n"},
        {"\n\n  \n\t:\n", "\n\n  \n\t:\n"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        for (size_t step = 1; step < 40; step++) {
            struct screen s = {0};
            AUTO(buf_free) struct buf b = {0};
            screen_text(&s, sv_of(rows[i][0]), step, &b);
            if (strcmp(b.p, rows[i][1]) != 0)
                fail_msg("row %zu in steps of %zu\n got: %s\nwant: %s", i, step, b.p, rows[i][1]);
            screen_free(&s);
        }
    }
}

/* Marks every occurrence of every word, then writes runs of marks as one. */
static void replace_slowly(struct sv text, const struct sv *words, size_t n, struct buf *ret)
{
    char *mark = mem_new(text.n + 1);
    for (size_t w = 0; w < n; w++)
        for (size_t i = 0; i + words[w].n <= text.n; i++)
            if (memcmp(text.p + i, words[w].p, words[w].n) == 0)
                memset(mark + i, 1, words[w].n);
    /* Ranges that touch are one already; those that do not are apart by at least one byte. */
    for (size_t i = 0; i < text.n; i++) {
        if (!mark[i])
            buf_chr(ret, text.p[i]);
        else if (i == 0 || !mark[i - 1])
            buf_str(ret, "***");
    }
    buf_str(ret, "");
    mem_free(mark);
}

static void a_slow_way_gives_the_same(void **state)
{
    (void)state;
    unsigned seed = 7;
    for (int round = 0; round < 3000; round++) {
        struct mask m = {0};
        AUTO(buf_free) struct buf text = {0}, want = {0}, got = {0};
        char room[6][12];
        struct sv words[6];
        size_t n = 1 + (size_t)round % 6;
        unsigned letters = 2 + (unsigned)round % 3;
        for (size_t w = 0; w < n; w++) {
            words[w] = sv_n(room[w], 2 + (size_t)rand_r(&seed) % 9);
            for (size_t i = 0; i < words[w].n; i++)
                room[w][i] = (char)('a' + (unsigned)rand_r(&seed) % letters);
            assert_true(add_word(&m, words[w]));
        }
        for (int i = 0; i < 200; i++)
            buf_chr(&text, (char)('a' + (unsigned)rand_r(&seed) % letters));
        replace_slowly(buf_view(&text), words, n, &want);
        for (size_t at = 0; at < text.n;) {
            size_t step = 1 + (size_t)rand_r(&seed) % 30;
            mask_feed(&m, sv_cut(sv_from(buf_view(&text), at), step), &got);
            at += step;
        }
        mask_flush(&m, &got);
        if (!sv_eq(buf_view(&got), buf_view(&want)))
            fail_msg("round %d: %s\n got: %s\nwant: %s", round, text.p, got.p, want.p);
        mask_free(&m);
    }
}

static void too_many_values_end_the_log_instead_of_showing_them(void **state)
{
    (void)state;
    struct screen s = {0};
    AUTO(buf_free) struct buf text = {0}, got = {0};
    buf_str(&text, "before\n");
    unsigned seed = 1;
    for (int i = 0; i < 4000; i++) {
        buf_str(&text, "::add-mask::");
        for (int k = 0; k < 400; k++)
            buf_chr(&text, (char)('a' + rand_r(&seed) % 26));
        buf_chr(&text, '\n');
    }
    buf_fmt(&text, "%.400s after\n", text.p + text.n - 401);
    screen_text(&s, buf_view(&text), 32768, &got);
    assert_memory_equal(got.p, "before\n::add-mask::***\n", 23);
    assert_non_null(strstr(got.p, "the output from here on is not stored]\n"));
    assert_null(strstr(got.p, "after"));
    assert_true(s.mask.n <= MASK_NODES_MAX);
    screen_free(&s);
}

static void values_of_the_worst_kind_take_linear_time(void **state)
{
    (void)state;
    struct screen s = {0};
    AUTO(buf_free) struct buf value = {0}, text = {0}, got = {0};
    while (value.n < 50000)
        buf_chr(&value, 'a');
    buf_chr(&value, 'b');
    screen_mask(&s, buf_view(&value));
    while (text.n < 4 << 20)
        buf_chr(&text, 'a');
    screen_text(&s, buf_view(&text), 32768, &got);
    assert_int_equal(got.n, text.n);
    screen_free(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_replaced_wherever_reads_cut_them),
        cmocka_unit_test(base64_of_a_value_is_masked_at_any_offset),
        cmocka_unit_test(commands_add_masks_and_are_not_stored_with_them),
        cmocka_unit_test(a_slow_way_gives_the_same),
        cmocka_unit_test(too_many_values_end_the_log_instead_of_showing_them),
        cmocka_unit_test(values_of_the_worst_kind_take_linear_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
