/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include "hooks/talk.h"
#include "hooks/wire.h"

#define A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

/* Everything that can be said, in the order in which it may be. */
static const struct hook_item answer[] = {
    {HOOK_PING, {"", 0}}, {HOOK_TEXT, {"one", 3}}, {HOOK_HAVE, {A, 40}},
    {HOOK_TEXT, {"", 0}}, {HOOK_SEND, {"", 0}},    {HOOK_PING, {"", 0}},
    {HOOK_PING, {"", 0}}, {HOOK_TEXT, {"2", 1}},   {HOOK_DENY, {"judged", 6}},
};
static const struct hook_item pack[] = {{HOOK_PACK, {"PACK", 4}}, {HOOK_PACK, {"\0x", 2}}, {HOOK_PACK_END, {"", 0}}};

static void write_all(enum hook_side side, const struct hook_item *items, size_t n, struct buf *out)
{
    AUTO(hook_out_free) struct hook_out *w = hook_out_new(side);
    struct err e = {0};
    for (size_t i = 0; i < n; i++)
        if (hook_out_put(w, items[i], out, &e) < 0)
            fail_msg("item %zu: %s", i, e.msg);
}

static void write_call(struct buf *out)
{
    struct hook_update u = {SV(A), SV(A), SV("refs/heads/main")};
    struct hook_call call = {
        .hook = SV("pre-push"), .repository = SV("/r"), .id = SV("i"), .actor = SV(""), .updates = &u, .n_updates = 1};
    struct err e = {0};
    assert_int_equal(hook_frame_write(&call, out, &e), 0);
}

/* Reads them back, `piece` bytes at a time. */
static void read_all(enum hook_side side, struct sv bytes, size_t piece, const struct hook_item *want, size_t n)
{
    AUTO(hook_in_free) struct hook_in *in = hook_in_new(side);
    struct hook_item got;
    struct err e = {0};
    size_t at = 0;
    for (struct sv rest = bytes; rest.n; rest = sv_from(rest, piece)) {
        hook_in_add(in, sv_cut(rest, piece));
        for (int more; (more = hook_in_next(in, &got, &e)) != 0; at++)
            if (more < 0 || at >= n || got.kind != want[at].kind || !sv_eq(got.value, want[at].value))
                fail_msg("item %zu in pieces of %zu: %s", at, piece, e.msg);
        assert_int_equal(hook_in_is_done(in), at == n);
    }
    assert_int_equal(at, n);
}

static void what_the_server_says_is_read_in_pieces_of_any_size(void **state)
{
    (void)state;
    AUTO(buf_free) struct buf bytes = {0};
    write_all(HOOK_SERVER, answer, ARRAY_LEN(answer), &bytes);
    for (size_t piece = 1; piece <= bytes.n; piece++)
        read_all(HOOK_SERVER, buf_view(&bytes), piece, answer, ARRAY_LEN(answer));
}

static void a_call_and_the_pack_behind_it_are_read_in_pieces_of_any_size(void **state)
{
    (void)state;
    AUTO(buf_free) struct buf call = {0};
    AUTO(buf_free) struct buf bytes = {0};
    write_call(&call);
    buf_sv(&bytes, buf_view(&call));
    write_all(HOOK_CLIENT, pack, ARRAY_LEN(pack), &bytes);
    struct hook_item want[1 + ARRAY_LEN(pack)] = {{HOOK_CALL, buf_view(&call)}};
    memcpy(want + 1, pack, sizeof pack);
    for (size_t piece = 1; piece <= bytes.n; piece++)
        read_all(HOOK_CLIENT, buf_view(&bytes), piece, want, ARRAY_LEN(want));
}

static void the_bytes_are_those_of_the_protocol(void **state)
{
    (void)state;
    AUTO(buf_free) struct buf out = {0};
    static const char want[] = "FHK1\x24\0\0\0\0\x20\0\0\0\3one\x21\0\0\0\x28" A "\x20\0\0\0\0\x22\0\0\0\0\x24\0\0\0\0"
                               "\x24\0\0\0\0\x20\0\0\0\1"
                               "2\x23\0\0\0\xb"
                               "deny judged";
    static const char packed[] = "\x10\0\0\0\4PACK\x10\0\0\0\2\0x\x11\0\0\0";
    write_all(HOOK_SERVER, answer, ARRAY_LEN(answer), &out);
    assert_int_equal(out.n, sizeof want - 1);
    assert_memory_equal(out.p, want, out.n);
    buf_clear(&out);
    write_all(HOOK_CLIENT, pack, ARRAY_LEN(pack), &out);
    assert_int_equal(out.n, sizeof packed);
    assert_memory_equal(out.p, packed, out.n);
}

static void what_a_side_may_not_say_is_not_written(void **state)
{
    (void)state;
    static const struct {
        enum hook_side side;
        struct hook_item before, item;
        const char *want;
    } rows[] = {
        {HOOK_SERVER, {HOOK_SEND, SV("")}, {HOOK_HAVE, SV(A)}, "the field \"have\" may not stand here"},
        {HOOK_SERVER, {HOOK_SEND, SV("")}, {HOOK_SEND, SV("")}, "the field \"send\" may not stand here"},
        {HOOK_SERVER, {HOOK_ALLOW, SV("nothing")}, {HOOK_PING, SV("")}, "the field \"ping\" may not stand here"},
        {HOOK_SERVER, {HOOK_PING, SV("")}, {HOOK_TEXT, SV("a\nb")}, "the field \"text\" is not of its form"},
        {HOOK_SERVER, {HOOK_PING, SV("")}, {HOOK_DENY, SV("Bad")}, "the field \"verdict\" is not of its form"},
        {HOOK_SERVER, {HOOK_PING, SV("")}, {HOOK_DENY, SV("")}, "the field \"verdict\" is not of its form"},
        {HOOK_SERVER, {HOOK_PING, SV("")}, {HOOK_DENY, SV(A A)}, "the field \"verdict\" is not of its form"},
        {HOOK_SERVER, {HOOK_PING, SV("")}, {HOOK_PACK, SV("x")}, "this is not for that side to say"},
        {HOOK_CLIENT, {HOOK_PACK, SV("x")}, {HOOK_TEXT, SV("x")}, "this is not for that side to say"},
        {HOOK_CLIENT, {HOOK_PACK, SV("x")}, {HOOK_PACK, SV("")}, "the field \"pack\" is not of its form"},
        {HOOK_CLIENT, {HOOK_NO_PACK, SV("x")}, {HOOK_PACK_END, SV("")}, "the field \"pack end\" may not stand here"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        AUTO(hook_out_free) struct hook_out *w = hook_out_new(rows[i].side);
        AUTO(buf_free) struct buf out = {0};
        struct err e = {0};
        assert_int_equal(hook_out_put(w, rows[i].before, &out, &e), 0);
        size_t n = out.n;
        if (hook_out_put(w, rows[i].item, &out, &e) == 0 || out.n != n || strcmp(e.msg, rows[i].want) != 0)
            fail_msg("row %zu: %s", i, e.msg);
    }
    AUTO(hook_out_free) struct hook_out *first = hook_out_new(HOOK_CLIENT);
    AUTO(buf_free) struct buf out = {0};
    struct err e = {0};
    assert_int_equal(hook_out_put(first, (struct hook_item){HOOK_PACK_END, SV("")}, &out, &e), -1);
}

static void garbage_is_refused_as_soon_as_it_shows_and_stays_refused(void **state)
{
    (void)state;
    static const struct {
        enum hook_side side;
        struct sv bytes;
        const char *want;
    } rows[] = {
        {HOOK_SERVER, SV("FHX"), "this is no frame of version 1"},
        {HOOK_SERVER, SV("HTTP/1.1"), "this is no frame of version 1"},
        {HOOK_SERVER, SV("FHK1\7"), "the field \"ref\" may not stand here"},
        {HOOK_SERVER, SV("FHK1\x7f"), "there is no field 127"},
        {HOOK_SERVER, SV("FHK1\xff"), "there is no field 255"},
        {HOOK_SERVER, SV("FHK1\0"), "there is no field 0"},
        {HOOK_SERVER, SV("FHK1\x20\0\0\3\xe9"), "the field \"text\" is not of its form"},
        {HOOK_SERVER, SV("FHK1\x20\xff\xff\xff\xff"), "the field \"text\" is not of its form"},
        {HOOK_SERVER,
         SV("FHK1\x23\0\0\0\5"
            "allow"),
         "the field \"verdict\" is not of its form"},
        {HOOK_SERVER,
         SV("FHK1\x23\0\0\0\7"
            "maybe x"),
         "the field \"verdict\" is not of its form"},
        {HOOK_SERVER,
         SV("FHK1\x23\0\0\0\6"
            "deny x\x24"),
         "the field \"ping\" may not stand here"},
        {HOOK_CLIENT, SV("FHK1\x10"), "the field \"pack\" may not stand here"},
        {HOOK_CLIENT, SV("FHK1\1\0\0\0\x21"), "the field \"hook\" is not of its form"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        AUTO(hook_in_free) struct hook_in *in = hook_in_new(rows[i].side);
        struct hook_item got;
        struct err e = {0};
        int rc = 0;
        hook_in_add(in, rows[i].bytes);
        while ((rc = hook_in_next(in, &got, &e)) > 0) {
        }
        if (rc == 0 || e.cls != ERR_INVALID || strcmp(e.msg, rows[i].want) != 0)
            fail_msg("row %zu: %s", i, e.msg);
        hook_in_add(in, SV("FHK1"));
        assert_int_equal(hook_in_next(in, &got, &e), -1);
        assert_string_equal(e.msg, rows[i].want);
    }
}

static void more_haves_than_offers_can_be_are_refused(void **state)
{
    (void)state;
    AUTO(hook_in_free) struct hook_in *in = hook_in_new(HOOK_SERVER);
    struct hook_item got;
    struct err e = {0};
    hook_in_add(in, SV("FHK1"));
    for (int i = 0; i < HOOK_OFFERS_MOST; i++) {
        hook_in_add(in, SV("\x21\0\0\0\x28" A));
        assert_int_equal(hook_in_next(in, &got, &e), 1);
    }
    hook_in_add(in, SV("\x21\0\0\0\x28" A));
    assert_int_equal(hook_in_next(in, &got, &e), -1);
    assert_string_equal(e.msg, "a frame has at most 1000 haves");
}

static void a_call_that_grows_beyond_its_limit_is_refused_before_it_ends(void **state)
{
    (void)state;
    AUTO(hook_in_free) struct hook_in *in = hook_in_new(HOOK_CLIENT);
    AUTO(buf_free) struct buf call = {0};
    struct hook_item got;
    struct err e = {0};
    int rc = 0;
    write_call(&call);
    size_t update = 45 + 45 + 5 + strlen("refs/heads/main"), tail = 6 + 5; /* wait, end */
    struct sv one = sv_n(call.p + call.n - tail - update, update);
    hook_in_add(in, sv_n(call.p, call.n - tail));
    for (int i = 0; i < HOOK_UPDATES_MOST && rc == 0; i++) {
        hook_in_add(in, one);
        rc = hook_in_next(in, &got, &e);
        assert_int_equal(rc < 0, i == HOOK_UPDATES_MOST - 1);
    }
    assert_string_equal(e.msg, "a frame has at most 10000 updates");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_the_server_says_is_read_in_pieces_of_any_size),
        cmocka_unit_test(a_call_and_the_pack_behind_it_are_read_in_pieces_of_any_size),
        cmocka_unit_test(the_bytes_are_those_of_the_protocol),
        cmocka_unit_test(what_a_side_may_not_say_is_not_written),
        cmocka_unit_test(garbage_is_refused_as_soon_as_it_shows_and_stays_refused),
        cmocka_unit_test(more_haves_than_offers_can_be_are_refused),
        cmocka_unit_test(a_call_that_grows_beyond_its_limit_is_refused_before_it_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
