/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include "hooks/text.h"

static void a_line_for_the_pusher_is_text_and_nothing_else(void **state)
{
    (void)state;
    static const char *const good[] = {"", "run 0am5: job build failed",
                                       "gr\xc3\xbc\xc3\x9f \xe2\x9c\x93 \xf0\x9f\x91\x8d", "\xc2\xa0",
                                       "\xe2\x80\xa7\xe2\x80\xaf"};
    static const char *const bad[] = {"\033[31mred",
                                      "a\tb",
                                      "a\n",
                                      "\x7f",
                                      "\xc2\x80",
                                      ("\xc2\x9b"
                                       "31m"),
                                      "\xe2\x80\xa8",
                                      "\xe2\x80\xae",
                                      "\xe2\x81\xa6",
                                      "\xd8\x9c",
                                      "\xe2\x80\x8f",
                                      "\xff",
                                      "\xc3",
                                      "\xed\xa0\x80",
                                      "\xc0\xaf"};
    for (size_t i = 0; i < ARRAY_LEN(good); i++)
        if (!hook_text_is_clean(sv_of(good[i])))
            fail_msg("refused: %s", good[i]);
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        if (hook_text_is_clean(sv_of(bad[i])))
            fail_msg("taken: row %zu", i);
    assert_false(hook_text_is_clean(sv_n("a\0b", 3)));
}

static void what_must_not_be_in_a_line_is_taken_out(void **state)
{
    (void)state;
    static const struct {
        const char *in, *want;
    } rows[] = {
        {"plain \xc3\xbc", "plain \xc3\xbc"},
        {"\033[2Ja\tb\r\n", " [2Ja b  "},
        {"a\xff"
         "b\xc3",
         "a\xef\xbf\xbd"
         "b\xef\xbf\xbd"},
        {"x\xe2\x80\xaey\xc2\x9bz", "x y z"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        AUTO(buf_free) struct buf out = {0};
        hook_text_clean(sv_of(rows[i].in), &out);
        assert_string_equal(out.p, rows[i].want);
        assert_true(hook_text_is_clean(buf_view(&out)));
    }
}

static void a_line_ends_after_a_thousand_bytes_and_never_inside_a_character(void **state)
{
    (void)state;
    AUTO(buf_free) struct buf in = {0};
    AUTO(buf_free) struct buf out = {0};
    buf_chr(&in, 'x');
    for (size_t i = 0; i < 600; i++)
        buf_str(&in, "\xc3\xbc");
    hook_text_clean(buf_view(&in), &out);
    assert_true(out.n >= HOOK_TEXT_MOST - 3 && out.n <= HOOK_TEXT_MOST && hook_text_is_clean(buf_view(&out)));
    buf_clear(&in);
    buf_clear(&out);
    for (size_t i = 0; i < 900; i++)
        buf_chr(&in, '\xff');
    buf_str(&out, "kept");
    hook_text_clean(buf_view(&in), &out);
    assert_true(sv_starts(buf_view(&out), SV("kept")) && out.n == 4 + HOOK_TEXT_MOST / 3 * 3);
    assert_true(hook_text_is_clean(sv_from(buf_view(&out), 4)));
    assert_false(hook_text_is_clean(sv_n(in.p, HOOK_TEXT_MOST + 1 < in.n ? HOOK_TEXT_MOST + 1 : in.n)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_for_the_pusher_is_text_and_nothing_else),
        cmocka_unit_test(what_must_not_be_in_a_line_is_taken_out),
        cmocka_unit_test(a_line_ends_after_a_thousand_bytes_and_never_inside_a_character),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
