/* SPDX-License-Identifier: Apache-2.0 */
#include "unit/store/desk.h"
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include "store/retain.h"
#include "store/sqlite/put.h"

static void a_stored_delivery_is_read_back_byte_for_byte(void **state)
{
    (void)state;
    struct desk d;
    struct err e = {0};
    int64_t id;
    desk_open(&d);
    struct delivery_put *p = desk_delivery(&d, "gitlab", "g-1", sv_n("a\0b\xff", 4));
    p->d.system = true;
    p->d.form = true;
    msec_t at = p->d.received_at;
    assert_int_equal(desk_put(&d, p, &id), PUT_ACCEPTED);
    assert_true(id > 0);
    struct reader *r = desk_reader(&d);
    AUTO(buf_free) struct buf body = {0};
    AUTO(arena_free) struct arena a = {0};
    struct delivery got;
    const char *event = "x";
    OK(read_body(r, id, &body, &e));
    assert_true(sv_eq(buf_view(&body), sv_n("a\0b\xff", 4)));
    OK(read_delivery(r, id, &a, &got, &event, &e));
    assert_null(event);
    assert_string_equal(got.guid, "g-1");
    assert_string_equal(got.hook, "/hook/one");
    assert_string_equal(got.headers, "{\"X-Test\":\"1\"}");
    assert_true(got.system && got.form && got.size == 4 && got.received_at == at);
    assert_int_equal(got.state, DELIVERY_RECEIVED);
    assert_int_equal(read_delivery(r, id + 1, &a, &got, &event, &e), 1);
    assert_int_equal(read_body(r, id + 1, &body, &e), -1);
    assert_int_equal(e.cls, ERR_MISSING);
    reader_close(&r);
    desk_close(&d);
}

struct arrival {
    const char *kind, *hook, *event, *guid, *body;
    int64_t days; /* after the first */
    enum put_verdict want;
    int same_as; /* index of the arrival whose id a duplicate gets; -1 = an id of its own */
};

static const struct arrival arrivals[] = {
    {"github", "/a", "push", "1", "x", 0, PUT_ACCEPTED, -1},
    {"github", "/a", "push", "1", "x", 0, PUT_DUPLICATE, 0},
    {"github", "/a", "push", "1", "other", 0, PUT_DUPLICATE, 0}, /* the id decides */
    {"github", "/b", "push", "1", "x", 0, PUT_ACCEPTED, -1},     /* another hook */
    {"github", "/a", "push", "2", "x", 0, PUT_SUSPECT, -1},      /* the same body under a new id */
    {"github", "/a", "push", "2", "x", 0, PUT_DUPLICATE, 4},     /* … which is known from then on */
    {"github", "/a", "push", "3", "x", 0, PUT_SUSPECT, -1},
    {"github", "/a", "create", "4", "x", 0, PUT_SUSPECT, -1},  /* the event is not signed either */
    {"gitlab", "/l", "Push Hook", "1", "x", 0, PUT_ACCEPTED, -1},
    {"gitlab", "/l", "Push Hook", "2", "x", 0, PUT_ACCEPTED, -1}, /* only GitHub's id is unsigned */
    {"gitlab", "/l", "Push Hook", NULL, "y", 0, PUT_ACCEPTED, -1},
    {"gitlab", "/l", "Push Hook", NULL, "y", 0, PUT_DUPLICATE, 10},
    {"gitlab", "/l", "Note Hook", NULL, "y", 0, PUT_ACCEPTED, -1},
    {"gitlab", "/l", "Push Hook", NULL, "z", 0, PUT_ACCEPTED, -1},
    {"gitlab", "/l", "Push Hook", "", "z", 0, PUT_ACCEPTED, -1}, /* an empty id is an id */
    {"github", "/a", "create", NULL, "x", 0, PUT_DUPLICATE, 0}, /* nor does it help to leave the id out */
    {"github", "/a", "push", "1", "x", 89, PUT_DUPLICATE, 0},
    {"github", "/a", "push", "1", "x", 91, PUT_ACCEPTED, -1}, /* forgotten */
    {"github", "/a", "push", "1", "x", 92, PUT_DUPLICATE, 17},
};

static struct delivery_put *arrive(struct desk *d, const struct arrival *x)
{
    struct delivery_put *p = desk_delivery(d, x->kind, x->guid, sv_of(x->body));
    p->d.hook = x->hook;
    p->d.event = x->event;
    p->d.received_at = 1750000000000 + x->days * 24 * 3600 * 1000;
    return p;
}

static void check_arrival(size_t i, const struct delivery_put *p, int64_t *ids)
{
    const struct arrival *x = &arrivals[i];
    ids[i] = p->d.id;
    if ((int)p->verdict != (int)x->want || (x->same_as >= 0 && p->d.id != ids[x->same_as]))
        fail_msg("arrival %zu: verdict %d, not %d", i, p->verdict, x->want);
    for (size_t k = 0; x->same_as < 0 && k < i; k++)
        assert_int_not_equal(ids[i], ids[k]);
    if (x->want == PUT_SUSPECT)
        assert_non_null(strstr(p->d.reason, "came again under a new id"));
}

/* What happens after every nth arrival; 0 = never. */
static const struct {
    size_t restart, fold;
} interruptions[] = {{0, 0}, {5, 0}, {1, 0}, {0, 4}, {3, 4}, {4, 4}};

static void the_same_delivery_is_recognised_by_hook_and_id_or_by_its_body(void **state)
{
    (void)state;
    for (size_t k = 0; k < ARRAY_LEN(interruptions); k++) {
        struct desk d;
        int64_t ids[ARRAY_LEN(arrivals)];
        size_t restart = interruptions[k].restart, fold = interruptions[k].fold;
        desk_open(&d);
        for (size_t i = 0; i < ARRAY_LEN(arrivals); i++) {
            struct delivery_put *p = arrive(&d, &arrivals[i]);
            store_put(d.s, p);
            assert_ptr_equal(CONTAINER_OF(desk_wait(&d), struct delivery_put, letter), p);
            check_arrival(i, p, ids);
            delivery_put_free(&p);
            if (fold && i % fold == fold - 1) { /* keys move from memory into their table in the next idle moment */
                store_retain(d.s, clk_wall_ms(), (struct retain_ages){0});
                clk_sleep_ms(120);
            }
            if (restart && i % restart == restart - 1) {
                store_close(&d.s);
                desk_start(&d);
            }
        }
        desk_close(&d);
    }
}

static void the_same_delivery_is_recognised_within_one_group(void **state)
{
    (void)state;
    struct desk d;
    int64_t ids[ARRAY_LEN(arrivals)];
    desk_open(&d);
    for (size_t i = 0; i < ARRAY_LEN(arrivals); i++)
        store_put(d.s, arrive(&d, &arrivals[i]));
    for (size_t i = 0; i < ARRAY_LEN(arrivals); i++) {
        struct delivery_put *p = CONTAINER_OF(desk_wait(&d), struct delivery_put, letter);
        check_arrival(i, p, ids);
        delivery_put_free(&p);
    }
    desk_close(&d);
}

static int spool_of(struct desk *d, size_t n)
{
    char name[128];
    snprintf(name, sizeof name, "%s/spool", d->dir);
    int fd = open(name, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    char *bytes = mem_new(n);
    for (size_t i = 0; i < n; i++)
        bytes[i] = (char)(i * 7 + i / 4096);
    assert_int_equal(fd_write_all(fd, bytes, n), 0);
    mem_free(bytes);
    return fd;
}

static struct delivery_put *spooled(struct desk *d, const char *guid, size_t in_file, int64_t size)
{
    struct delivery_put *p = desk_delivery(d, "gitlab", guid, SV(""));
    mem_free(p->body);
    p->body = NULL;
    p->spool = spool_of(d, in_file);
    p->d.size = size;
    AUTO(buf_free) struct buf all = {0};
    struct err e = {0};
    char name[128];
    snprintf(name, sizeof name, "%s/spool", d->dir);
    OK(file_read(name, in_file, &all, &e));
    sha256(all.p, all.n, p->d.digest);
    return p;
}

static void a_spooled_body_is_copied_in_pieces(void **state)
{
    (void)state;
    static const size_t sizes[] = {1, 256 * 1024, 256 * 1024 + 1, 3000000};
    struct desk d;
    struct err e = {0};
    desk_open(&d);
    for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
        int64_t id;
        char guid[8];
        snprintf(guid, sizeof guid, "s%zu", i);
        assert_int_equal(desk_put(&d, spooled(&d, guid, sizes[i], (int64_t)sizes[i]), &id), PUT_ACCEPTED);
        struct reader *r = desk_reader(&d);
        AUTO(buf_free) struct buf body = {0};
        OK(read_body(r, id, &body, &e)); /* compares the digest */
        assert_int_equal(body.n, sizes[i]);
        reader_close(&r);
    }
    desk_close(&d);
}

static void a_spool_that_ends_early_fails_alone(void **state)
{
    (void)state;
    struct desk d;
    desk_open(&d);
    struct delivery_put *p[] = {desk_delivery(&d, "gitlab", "a", SV("a")), spooled(&d, "b", 10, 11),
                                desk_delivery(&d, "gitlab", "c", SV("c"))};
    static const enum put_verdict want[] = {PUT_ACCEPTED, PUT_FAILED, PUT_ACCEPTED};
    for (size_t i = 0; i < ARRAY_LEN(p); i++)
        store_put(d.s, p[i]);
    for (size_t i = 0; i < ARRAY_LEN(p); i++) {
        assert_ptr_equal(CONTAINER_OF(desk_wait(&d), struct delivery_put, letter), p[i]);
        assert_int_equal(p[i]->verdict, want[i]);
    }
    assert_non_null(strstr(p[1]->err.msg, "ends at byte 10"));
    for (size_t i = 0; i < ARRAY_LEN(p); i++)
        delivery_put_free(&p[i]);
    /* It left no key behind: the forge may send it again. */
    assert_int_equal(desk_put(&d, desk_delivery(&d, "gitlab", "b", SV("b")), NULL), PUT_ACCEPTED);
    desk_close(&d);
}

static void ids_rise_across_restarts(void **state)
{
    (void)state;
    struct desk d;
    int64_t last = 0, id;
    desk_open(&d);
    for (int i = 0; i < 20; i++) {
        char guid[8];
        snprintf(guid, sizeof guid, "%d", i);
        assert_int_equal(desk_put(&d, desk_delivery(&d, "gitlab", guid, SV("x")), &id), PUT_ACCEPTED);
        assert_true(id > last);
        last = id;
        store_close(&d.s);
        desk_start(&d);
    }
    desk_close(&d);
}

static void a_database_belongs_to_one_store_and_to_its_user(void **state)
{
    (void)state;
    struct desk d;
    struct err e = {0};
    struct store *second = NULL;
    struct stat st;
    desk_open(&d);
    assert_int_equal(store_open(d.path, &second, &e), -1);
    assert_int_equal(e.cls, ERR_CONFLICT);
    assert_non_null(strstr(e.msg, "in use"));
    char wal[128];
    snprintf(wal, sizeof wal, "%s-wal", d.path);
    assert_int_equal(desk_put(&d, desk_delivery(&d, "gitlab", "1", SV("x")), NULL), PUT_ACCEPTED);
    assert_int_equal(stat(d.path, &st), 0);
    assert_int_equal(st.st_mode & 077, 0);
    assert_int_equal(stat(wal, &st), 0);
    assert_int_equal(st.st_mode & 077, 0);
    desk_close(&d);
}

static void a_body_that_was_changed_on_disk_is_not_given_out(void **state)
{
    (void)state;
    struct desk d;
    struct err e = {0};
    int64_t id;
    sqlite3 *h;
    desk_open(&d);
    assert_int_equal(desk_put(&d, desk_delivery(&d, "gitlab", "1", SV("{\"a\":1}")), &id), PUT_ACCEPTED);
    store_close(&d.s);
    assert_int_equal(sqlite3_open(d.path, &h), SQLITE_OK);
    assert_int_equal(sqlite3_exec(h, "UPDATE body SET bytes = CAST('{\"a\":2}' AS BLOB)", NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(h);
    desk_start(&d);
    struct reader *r = desk_reader(&d);
    AUTO(buf_free) struct buf body = {0};
    assert_int_equal(read_body(r, id, &body, &e), -1);
    assert_int_equal(e.cls, ERR_BUG);
    assert_int_equal(body.n, 0);
    reader_close(&r);
    desk_close(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_stored_delivery_is_read_back_byte_for_byte),
        cmocka_unit_test(the_same_delivery_is_recognised_by_hook_and_id_or_by_its_body),
        cmocka_unit_test(the_same_delivery_is_recognised_within_one_group),
        cmocka_unit_test(a_spooled_body_is_copied_in_pieces),
        cmocka_unit_test(a_spool_that_ends_early_fails_alone),
        cmocka_unit_test(ids_rise_across_restarts),
        cmocka_unit_test(a_database_belongs_to_one_store_and_to_its_user),
        cmocka_unit_test(a_body_that_was_changed_on_disk_is_not_given_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
