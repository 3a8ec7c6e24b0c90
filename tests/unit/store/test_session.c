/* SPDX-License-Identifier: Apache-2.0 */
#include "unit/store/desk.h"

static struct session session_of(int64_t id, msec_t seen)
{
    struct session s = {.id = id, .name = "ann", .scopes = 3, .created = 100, .seen = seen, .ends = 1000};
    memset(s.hash, (int)(id & 0xff), sizeof s.hash);
    s.hash[0] = (uint8_t)(id >> 8);
    return s;
}

static void put(struct change_set *cs, struct session s)
{
    change_add(cs, CHANGE_SESSION_NEW)->session = s;
}

static int find(struct reader *r, struct session *s)
{
    static struct arena a;
    struct err e = {0};
    arena_free(&a);
    struct session wanted = *s;
    return read_session(r, wanted.hash, &a, s, &e);
}

static void a_session_is_found_by_its_digest_and_gone_when_it_ended(void **state)
{
    (void)state;
    struct desk d;
    desk_open(&d);
    struct change_set *cs = change_set_new();
    struct session s = session_of(7, 100);
    s.of_token = true;
    memset(s.token, 9, sizeof s.token);
    put(cs, s);
    change_add(cs, CHANGE_SESSION_SEEN)->session = (struct session){.id = 7, .seen = 300};
    change_add(cs, CHANGE_SESSION_SEEN)->session = (struct session){.id = 7, .seen = 200}; /* late */
    change_add(cs, CHANGE_SESSION_SEEN)->session = (struct session){.id = 8, .seen = 200}; /* of none */
    assert_int_equal(desk_commit(&d, cs), 0);
    struct reader *r = desk_reader(&d);
    assert_int_equal(find(r, &s), 0);
    assert_int_equal(s.id, 7);
    assert_string_equal(s.name, "ann");
    assert_int_equal(s.scopes, 3);
    assert_true(s.of_token);
    assert_int_equal(s.token[31], 9);
    assert_int_equal(s.created, 100);
    assert_int_equal(s.seen, 300);
    assert_int_equal(s.ends, 1000);
    struct session other = session_of(6, 0);
    assert_int_equal(find(r, &other), 1);
    cs = change_set_new();
    change_add(cs, CHANGE_SESSION_END)->session.id = 7;
    change_add(cs, CHANGE_SESSION_END)->session.id = 8;
    assert_int_equal(desk_commit(&d, cs), 0);
    s = session_of(7, 0);
    assert_int_equal(find(r, &s), 1);
    reader_close(&r);
    desk_close(&d);
}

static void count(void *ctx, const struct session *s)
{
    int64_t *ids = ctx;
    ids[++ids[0]] = s->id;
}

static void what_is_over_is_swept(void **state)
{
    (void)state;
    struct desk d;
    struct err e = {0};
    int64_t ids[SESSIONS_MOST + 8] = {0};
    desk_open(&d);
    struct change_set *cs = change_set_new();
    struct session ended = session_of(3, 500);
    ended.ends = 400;
    put(cs, session_of(1, 499));
    put(cs, session_of(2, 500));
    put(cs, ended);
    put(cs, session_of(4, 501));
    change_add(cs, CHANGE_SESSIONS_SWEEP)->session = (struct session){.seen = 500, .ends = 401};
    assert_int_equal(desk_commit(&d, cs), 0);
    struct reader *r = desk_reader(&d);
    OK(read_sessions(r, count, ids, &e));
    assert_int_equal(ids[0], 2);
    assert_int_equal(ids[1], 4); /* the newest first */
    assert_int_equal(ids[2], 2);
    reader_close(&r);
    desk_close(&d);
}

static void with_one_too_many_the_one_that_was_seen_longest_ago_ends(void **state)
{
    (void)state;
    struct desk d;
    struct err e = {0};
    int64_t ids[SESSIONS_MOST + 8] = {0};
    desk_open(&d);
    struct change_set *cs = change_set_new();
    for (int i = 1; i <= SESSIONS_MOST + 1; i++)
        put(cs, session_of(i, i == 5 ? 1 : 10 + i));
    assert_int_equal(desk_commit(&d, cs), 0);
    struct reader *r = desk_reader(&d);
    OK(read_sessions(r, count, ids, &e));
    assert_int_equal(ids[0], SESSIONS_MOST);
    struct session s = session_of(5, 0), kept = session_of(1, 0);
    assert_int_equal(find(r, &s), 1);
    assert_int_equal(find(r, &kept), 0);
    reader_close(&r);
    desk_close(&d);
}

static void two_sessions_never_have_one_cookie(void **state)
{
    (void)state;
    struct desk d;
    desk_open(&d);
    struct change_set *cs = change_set_new();
    struct session twin = session_of(1, 1);
    put(cs, twin);
    twin.id = 2;
    put(cs, twin);
    assert_int_equal(desk_commit(&d, cs), -1);
    desk_close(&d);
}

static void it_ends_when_idle_and_at_the_latest_after_its_time(void **state)
{
    (void)state;
    struct session s = {.created = 0, .seen = 1000, .ends = SESSION_LONGEST};
    assert_false(session_is_over(&s, 1000 + SESSION_IDLE - 1));
    assert_true(session_is_over(&s, 1000 + SESSION_IDLE));
    s.seen = SESSION_LONGEST - 1;
    assert_false(session_is_over(&s, SESSION_LONGEST - 1));
    assert_true(session_is_over(&s, SESSION_LONGEST));
}

static void a_setting_is_read_by_its_name(void **state)
{
    (void)state;
    struct desk d;
    struct err e = {0};
    int64_t v = 0;
    desk_open(&d);
    struct change_set *cs = change_set_new();
    change_add(cs, CHANGE_SETTING)->setting = (struct setting){"signed-in", 42};
    assert_int_equal(desk_commit(&d, cs), 0);
    struct reader *r = desk_reader(&d);
    OK(read_setting(r, "signed-in", &v, &e));
    assert_int_equal(v, 42);
    assert_int_equal(read_setting(r, "nothing", &v, &e), 1);
    reader_close(&r);
    desk_close(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_session_is_found_by_its_digest_and_gone_when_it_ended),
        cmocka_unit_test(what_is_over_is_swept),
        cmocka_unit_test(with_one_too_many_the_one_that_was_seen_longest_ago_ends),
        cmocka_unit_test(two_sessions_never_have_one_cookie),
        cmocka_unit_test(it_ends_when_idle_and_at_the_latest_after_its_time),
        cmocka_unit_test(a_setting_is_read_by_its_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
