/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include "hooks/wire.h"

#define A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define ZERO "0000000000000000000000000000000000000000"

static struct hook_update update;
static struct sv option;
static struct hook_call call;

static int usual(void **state)
{
    (void)state;
    update = (struct hook_update){SV(ZERO), SV(A), SV("refs/heads/main")};
    option = SV("ci.skip");
    call = (struct hook_call){SV("post-receive"), SV("/srv/git/api.git"), SV("0am5-X"), SV("ann"), &update, 1, &option, 1};
    return 0;
}

static void a_call_comes_out_as_it_went_in(void **state)
{
    (void)state;
    AUTO(arena_free) struct arena a = {0};
    AUTO(buf_free) struct buf frame = {0};
    struct hook_call got;
    struct err e = {0};
    assert_int_equal(hook_frame_write(&call, &frame, &e), 0);
    assert_int_equal(hook_frame_read(buf_view(&frame), &a, &got, &e), 0);
    assert_true(sv_is(got.hook, "post-receive") && sv_is(got.repository, "/srv/git/api.git") && sv_is(got.id, "0am5-X"));
    assert_true(sv_is(got.actor, "ann") && got.n_updates == 1 && got.n_options == 1);
    assert_true(sv_is(got.updates[0].before, ZERO) && sv_is(got.updates[0].ref, "refs/heads/main"));
    assert_true(sv_is(got.options[0], "ci.skip"));
}

static void the_bytes_are_those_of_the_protocol(void **state)
{
    (void)state;
    AUTO(buf_free) struct buf frame = {0};
    struct err e = {0};
    static const char want[] = "FHK1\1\0\0\0\14post-receive\2\0\0\0\2/r\3\0\0\0\1i\4\0\0\0\0\5\0\0\0\50" ZERO
                               "\6\0\0\0\50" A "\7\0\0\0\6refs/x\11\0\0\0";
    update.ref = SV("refs/x");
    call = (struct hook_call){SV("post-receive"), SV("/r"), SV("i"), SV(""), &update, 1, NULL, 0};
    assert_int_equal(hook_frame_write(&call, &frame, &e), 0);
    assert_int_equal(frame.n, sizeof want); /* the last NUL is the last byte of the length */
    assert_memory_equal(frame.p, want, sizeof want);
}

/* Every frame that is cut short, and every one with a byte too many, is refused. */
static void part_of_a_frame_is_none(void **state)
{
    (void)state;
    AUTO(arena_free) struct arena a = {0};
    AUTO(buf_free) struct buf frame = {0};
    struct hook_call got;
    struct err e = {0};
    assert_int_equal(hook_frame_write(&call, &frame, &e), 0);
    for (size_t n = 0; n < frame.n; n++)
        assert_int_equal(hook_frame_read(sv_n(frame.p, n), &a, &got, &e), -1);
    buf_chr(&frame, 'x');
    assert_int_equal(hook_frame_read(buf_view(&frame), &a, &got, &e), -1);
    assert_string_equal(e.msg, "1 bytes stand behind the frame");
}

static void fields_that_are_not_of_their_form_are_refused(void **state)
{
    AUTO(buf_free) struct buf out = {0};
    struct err e = {0};
    static const struct {
        struct sv *at;
        const char *value, *want;
    } rows[] = {
        {&call.hook, "", "hook"},         {&call.hook, "Post", "hook"},      {&call.repository, "git/api", "repository"},
        {&call.repository, "", "repository"}, {&call.repository, "/a\nb", "repository"}, {&call.id, "", "id"},
        {&call.id, "a/b", "id"},          {&call.actor, "a\tb", "actor"},    {&update.before, "abc", "before"},
        {&update.after, "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "after"}, {&update.ref, "main", "ref"},
        {&update.after, A "aaaaaaaaaaaaaaaaaaaaaaaa", "after"}, {&option, "\x7f", "option"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        usual(state);
        *rows[i].at = sv_of(rows[i].value);
        if (hook_frame_write(&call, &out, &e) == 0 || !strstr(e.msg, rows[i].want) || out.n)
            fail_msg("%s as %s: %s", rows[i].value, rows[i].want, e.msg);
    }
}

static void a_push_of_nothing_or_of_too_much_is_refused(void **state)
{
    (void)state;
    AUTO(buf_free) struct buf out = {0};
    struct err e = {0};
    call.n_updates = 0;
    assert_int_equal(hook_frame_write(&call, &out, &e), -1);
    call.n_updates = HOOK_UPDATES_MOST + 1;
    assert_int_equal(hook_frame_write(&call, &out, &e), -1);
    call.n_updates = 1;
    call.n_options = HOOK_OPTIONS_MOST + 1;
    assert_int_equal(hook_frame_write(&call, &out, &e), -1);
    assert_string_equal(e.msg, "a frame has at most 64 options");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_call_comes_out_as_it_went_in, usual),
        cmocka_unit_test_setup(the_bytes_are_those_of_the_protocol, usual),
        cmocka_unit_test_setup(part_of_a_frame_is_none, usual),
        cmocka_unit_test(fields_that_are_not_of_their_form_are_refused),
        cmocka_unit_test_setup(a_push_of_nothing_or_of_too_much_is_refused, usual),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
