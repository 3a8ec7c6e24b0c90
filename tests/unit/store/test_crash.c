/* SPDX-License-Identifier: Apache-2.0 */
#include "unit/store/desk.h"
#include <signal.h>
#include <sqlite3.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ROUNDS = 50, MOST = 4096, FLIGHT = 16 };

/* What the child was answered, in memory that outlives it. */
struct ledger {
    _Atomic int n_deliveries, n_sets;
    int64_t delivery[MOST], guid[MOST], run[MOST];
};

static void child_post(struct desk *d, int64_t no)
{
    char guid[24];
    snprintf(guid, sizeof guid, "%lld", (long long)no);
    if (no % 4) {
        struct delivery_put *p = desk_delivery(d, "gitlab", guid, sv_of(guid));
        p->owner = (void *)(intptr_t)no;
        store_put(d->s, p);
    } else {
        struct change_set *cs = change_set_new();
        desk_run(cs, no * 100, 3);
        cs->seq = no;
        cs->reply = d->reply;
        store_commit(d->s, cs);
    }
}

static void child_note(struct ledger *l, struct list *node, int64_t no)
{
    if (no % 4) {
        struct delivery_put *p = CONTAINER_OF(node, struct delivery_put, letter.node);
        MUST(p->verdict == PUT_ACCEPTED && (int64_t)(intptr_t)p->owner == no);
        int i = l->n_deliveries;
        l->delivery[i] = p->d.id;
        l->guid[i] = no;
        l->n_deliveries = i + 1;
        delivery_put_free(&p);
    } else {
        struct change_set *cs = CONTAINER_OF(node, struct change_set, letter.node);
        MUST(cs->failed == 0 && cs->seq == no);
        int i = l->n_sets;
        l->run[i] = no * 100;
        l->n_sets = i + 1;
        change_set_free(&cs);
    }
}

__attribute__((noreturn)) static void child(const char *path, struct ledger *l, int64_t first)
{
    struct desk d = {.reply = mailbox_new()};
    struct err e = {0};
    MUST(store_open(path, &d.s, &e) == 0);
    int64_t posted = first, back = first;
    for (;;) {
        for (; posted - back < FLIGHT; posted++)
            child_post(&d, posted);
        struct list letters;
        mailbox_wait(d.reply, -1);
        mailbox_take(d.reply, &letters);
        for (struct list *x = list_shift(&letters); x; x = list_shift(&letters))
            child_note(l, x, back++);
    }
}

static void check_integrity(const char *path)
{
    sqlite3 *h;
    sqlite3_stmt *st;
    assert_int_equal(sqlite3_open(path, &h), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(h, "PRAGMA integrity_check", -1, &st, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(st), SQLITE_ROW);
    assert_string_equal((const char *)sqlite3_column_text(st, 0), "ok");
    sqlite3_finalize(st);
    sqlite3_close(h);
}

static void check_ledger(struct desk *d, const struct ledger *l)
{
    struct err e = {0};
    struct reader *r = desk_reader(d);
    for (int i = 0; i < l->n_deliveries; i++) {
        AUTO(buf_free) struct buf body = {0};
        char guid[24];
        snprintf(guid, sizeof guid, "%lld", (long long)l->guid[i]);
        OK(read_body(r, l->delivery[i], &body, &e));
        assert_true(sv_is(buf_view(&body), guid));
    }
    for (int i = 0; i < l->n_sets; i++) {
        AUTO(buf_free) struct buf json = {0};
        OK(read_run_json(r, l->run[i], &json, &e));
        assert_non_null(strstr(json.p, "\"key\":\"job2\"")); /* whole */
    }
    reader_close(&r);
}

/* The child is killed at a random moment; whatever was answered must be there, and be known when it comes again. */
static void what_was_answered_survives_kill_9(void **state)
{
    (void)state;
    struct ledger *l = mmap(NULL, sizeof *l, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_true(l != MAP_FAILED);
    struct desk d;
    int answered = 0;
    desk_open(&d);
    store_close(&d.s);
    srand(7);
    for (int round = 0; round < ROUNDS; round++) {
        l->n_deliveries = l->n_sets = 0;
        pid_t pid = fork();
        assert_true(pid >= 0);
        if (pid == 0)
            child(d.path, l, 4 + (int64_t)round * 1000000);
        clk_sleep_ms(5 + rand() % 60);
        assert_int_equal(kill(pid, SIGKILL), 0);
        int status;
        assert_int_equal(waitpid(pid, &status, 0), pid);
        assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL); /* and not of an abort */
        desk_start(&d);
        check_ledger(&d, l);
        if (l->n_deliveries) {
            char guid[24];
            int64_t id;
            snprintf(guid, sizeof guid, "%lld", (long long)l->guid[l->n_deliveries - 1]);
            assert_int_equal(desk_put(&d, desk_delivery(&d, "gitlab", guid, sv_of(guid)), &id), PUT_DUPLICATE);
            assert_true(id == l->delivery[l->n_deliveries - 1]);
        }
        store_close(&d.s);
        answered += l->n_deliveries + l->n_sets;
    }
    check_integrity(d.path);
    print_message("%d answers over %d kills\n", answered, ROUNDS);
    assert_true(answered > ROUNDS);
    munmap(l, sizeof *l);
    desk_close(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(what_was_answered_survives_kill_9)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
