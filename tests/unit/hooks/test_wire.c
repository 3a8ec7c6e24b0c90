/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include "hooks/wire.h"

#define A    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define ZERO "0000000000000000000000000000000000000000"

static struct hook_update update;
static struct sv option, offer;
static struct hook_call call;

static int usual(void **state)
{
    (void)state;
    update = (struct hook_update){SV(ZERO), SV(A), SV("refs/heads/main")};
    option = SV("ci.skip");
    offer = SV(A);
    call = (struct hook_call){SV("pre-push"),
                              SV("/home/ann/api"),
                              SV("0am5-X"),
                              SV("ann"),
                              &update,
                              1,
                              &option,
                              1,
                              SV("git@forge:team/api.git"),
                              &offer,
                              1,
                              30000};
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
    assert_true(sv_is(got.hook, "pre-push") && sv_is(got.repository, "/home/ann/api") && sv_is(got.id, "0am5-X"));
    assert_true(sv_is(got.actor, "ann") && got.n_updates == 1 && got.n_options == 1);
    assert_true(sv_is(got.updates[0].before, ZERO) && sv_is(got.updates[0].ref, "refs/heads/main"));
    assert_true(sv_is(got.options[0], "ci.skip"));
    assert_true(sv_is(got.remote, "git@forge:team/api.git") && got.n_offers == 1 && sv_is(got.offers[0], A));
    assert_int_equal(got.wait_ms, 30000);
}

static void git_with_nothing_to_push_is_a_call_of_no_refs(void **state)
{
    (void)state;
    AUTO(arena_free) struct arena a = {0};
    AUTO(buf_free) struct buf frame = {0};
    struct hook_call got;
    struct err e = {0};
    call.n_updates = call.n_options = call.n_offers = 0;
    call.remote = SV_NONE;
    call.wait_ms = 0;
    assert_int_equal(hook_frame_write(&call, &frame, &e), 0);
    assert_int_equal(hook_frame_read(buf_view(&frame), &a, &got, &e), 0);
    assert_true(!got.n_updates && !got.n_options && !got.n_offers && !got.remote.p && !got.wait_ms);
}

static void the_bytes_are_those_of_the_protocol(void **state)
{
    (void)state;
    AUTO(buf_free) struct buf frame = {0};
    struct err e = {0};
    static const char want[] = "FHK1\1\0\0\0\14post-receive\2\0\0\0\2/r\3\0\0\0\1i\4\0\0\0\0\5\0\0\0\50" ZERO
                               "\6\0\0\0\50" A "\7\0\0\0\6refs/x\12\0\0\0\1u\13\0\0\0\50" A "\14\0\0\0\00212\11\0\0\0";
    update.ref = SV("refs/x");
    call = (struct hook_call){.hook = SV("post-receive"),
                              .repository = SV("/r"),
                              .id = SV("i"),
                              .actor = SV(""),
                              .updates = &update,
                              .n_updates = 1,
                              .remote = SV("u"),
                              .offers = &offer,
                              .n_offers = 1,
                              .wait_ms = 12};
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
        {&call.hook, "", "hook"},
        {&call.hook, "Post", "hook"},
        {&call.repository, "git/api", "repository"},
        {&call.repository, "", "repository"},
        {&call.repository, "/a\nb", "repository"},
        {&call.id, "", "id"},
        {&call.id, "a/b", "id"},
        {&call.actor, "a\tb", "actor"},
        {&update.before, "abc", "before"},
        {&update.after, "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "after"},
        {&update.ref, "main", "ref"},
        {&update.after, A "aaaaaaaaaaaaaaaaaaaaaaaa", "after"},
        {&option, "\x7f", "option"},
        {&call.remote, "", "remote"},
        {&call.remote, "a\033b", "remote"},
        {&offer, "", "offer"},
        {&offer, A "a", "offer"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        usual(state);
        *rows[i].at = sv_of(rows[i].value);
        if (hook_frame_write(&call, &out, &e) == 0 || !strstr(e.msg, rows[i].want) || out.n)
            fail_msg("%s as %s: %s", rows[i].value, rows[i].want, e.msg);
    }
}

static void too_much_of_anything_is_refused(void **state)
{
    AUTO(buf_free) struct buf out = {0};
    struct err e = {0};
    static struct hook_update updates[HOOK_UPDATES_MOST + 1];
    static struct sv words[HOOK_OFFERS_MOST + 1];
    for (size_t i = 0; i < ARRAY_LEN(updates); i++)
        updates[i] = update;
    for (size_t i = 0; i < ARRAY_LEN(words); i++)
        words[i] = offer;
    call.updates = updates;
    call.n_updates = HOOK_UPDATES_MOST + 1;
    assert_int_equal(hook_frame_write(&call, &out, &e), -1);
    assert_string_equal(e.msg, "a frame has at most 10000 updates");
    usual(state);
    call.options = words;
    call.n_options = HOOK_OPTIONS_MOST + 1;
    assert_int_equal(hook_frame_write(&call, &out, &e), -1);
    assert_string_equal(e.msg, "a frame has at most 64 options");
    usual(state);
    call.offers = words;
    call.n_offers = HOOK_OFFERS_MOST + 1;
    assert_int_equal(hook_frame_write(&call, &out, &e), -1);
    assert_string_equal(e.msg, "a frame has at most 1000 offers");
    usual(state);
    call.wait_ms = HOOK_WAIT_MOST + 1;
    assert_int_equal(hook_frame_write(&call, &out, &e), -1);
    call.wait_ms = -1;
    assert_int_equal(hook_frame_write(&call, &out, &e), -1);
    assert_int_equal(out.n, 0);
}

/* The bytes of one field are exchanged for others of the same length. */
static void fields_out_of_their_order_are_refused(void **state)
{
    (void)state;
    AUTO(arena_free) struct arena a = {0};
    AUTO(buf_free) struct buf frame = {0};
    struct hook_call got;
    struct err e = {0};
    static const struct {
        struct sv was, is;
        const char *want;
    } rows[] = {
        {SV("\1\0\0\0\10"), SV("\2\0\0\0\10"), "the field \"repository\" may not stand here"},
        {SV("\7\0\0\0\17"), SV("\10\0\0\0\17"), "the field \"option\" may not stand here"},
        {SV("\10\0\0\0\7"), SV("\15\0\0\0\7"), "there is no field 13"},
        {SV("\10\0\0\0\7"), SV("\40\0\0\0\7"), "the field \"text\" may not stand here"},
        {SV("\14\0\0\0\00530000"), SV("\14\0\0\0\00503000"), "the field \"wait\" is not of its form"},
        {SV("\14\0\0\0\005"), SV("\14\1\0\0\005"), "the field \"wait\" is not of its form"},
        {SV("\11\0\0\0\0"), SV("\14\0\0\0\0"), "the field \"wait\" may not stand here"},
        {SV("FHK1"), SV("FHK2"), "this is no frame of version 1"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        buf_clear(&frame);
        assert_int_equal(hook_frame_write(&call, &frame, &e), 0);
        ptrdiff_t at = sv_find(buf_view(&frame), rows[i].was);
        assert_true(at >= 0 && rows[i].is.n == rows[i].was.n);
        memcpy(frame.p + at, rows[i].is.p, rows[i].is.n);
        if (hook_frame_read(buf_view(&frame), &a, &got, &e) == 0 || strcmp(e.msg, rows[i].want) != 0)
            fail_msg("row %zu: %s", i, e.msg);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_call_comes_out_as_it_went_in, usual),
        cmocka_unit_test_setup(the_bytes_are_those_of_the_protocol, usual),
        cmocka_unit_test_setup(part_of_a_frame_is_none, usual),
        cmocka_unit_test(fields_that_are_not_of_their_form_are_refused),
        cmocka_unit_test_setup(too_much_of_anything_is_refused, usual),
        cmocka_unit_test_setup(fields_out_of_their_order_are_refused, usual),
        cmocka_unit_test_setup(git_with_nothing_to_push_is_a_call_of_no_refs, usual),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
