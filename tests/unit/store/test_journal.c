/* SPDX-License-Identifier: Apache-2.0 */
#include "fmt/json.h"
#include "store/journal.h"
#include "unit/store/desk.h"

struct seen {
    int64_t seq[64], run[64];
    int n;
};

static void add(void *ctx, const struct journal_row *row)
{
    struct seen *s = ctx;
    AUTO(jdoc_free) struct jdoc *doc = NULL;
    struct err e = {0};
    int64_t seq = 0;
    OK(jdoc_parse(row->json, NULL, &doc, &e));
    assert_true(jval_int(jval_get(jdoc_root(doc), "seq"), &seq) && seq == row->seq);
    assert_int_equal(jval_kind(jval_get(jdoc_root(doc), "run")), row->run ? J_STRING : J_NULL);
    s->seq[s->n] = row->seq;
    s->run[s->n++] = row->run;
}

static void write_rows(struct desk *d, int n)
{
    for (int i = 0; i < n; i++) {
        struct change_set *cs = change_set_new();
        change_add(cs, CHANGE_JOURNAL)->journal =
            (struct journal){.at = 1, .kind = "run", .ref_id = 7, .run_id = i % 3 ? 1000 + i % 3 : 0, .to = "done"};
        assert_int_equal(desk_commit(d, cs), 0);
    }
}

static void rows_are_read_with_their_places_from_one_on(void **state)
{
    (void)state;
    struct desk d;
    struct reader *r;
    struct err e = {0};
    struct seen all = {0}, some = {0}, of_run = {0}, none = {0};
    int64_t end = -1;
    desk_open(&d);
    OK(reader_open(d.path, &r, &e));
    OK(read_journal_end(r, &end, &e));
    assert_int_equal(end, 0);
    write_rows(&d, 9);
    OK(read_journal_end(r, &end, &e));
    assert_int_equal(end, 9);
    OK(read_journal(r, 0, 0, 64, add, &all, &e));
    assert_int_equal(all.n, 9);
    for (int i = 0; i < 9; i++) {
        assert_int_equal(all.seq[i], i + 1);
        assert_int_equal(all.run[i], i % 3 ? 1000 + i % 3 : 0);
    }
    OK(read_journal(r, 0, 4, 3, add, &some, &e));
    assert_int_equal(some.n, 3);
    assert_int_equal(some.seq[0], 5);
    OK(read_journal(r, 1001, 2, 64, add, &of_run, &e));
    assert_int_equal(of_run.n, 2);
    assert_true(of_run.seq[0] == 5 && of_run.seq[1] == 8);
    OK(read_journal(r, 77, 0, 64, add, &none, &e));
    assert_int_equal(none.n, 0);
    reader_close(&r);
    desk_close(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_are_read_with_their_places_from_one_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
