/* SPDX-License-Identifier: Apache-2.0 */
#include "base/id.h"
#include "unit/store/desk.h"

static void put_ref(struct change_set *cs, const char *name, const char *sha)
{
    change_add(cs, CHANGE_SEEN_REF)->seen_ref = (struct seen_ref_row){
        .forge = "lab", .forge_id = 7, .name = name, .sha = sha, .loose = "p", .base = "main", .at = 17};
}

static void what_was_seen_of_a_repository_comes_back_and_gone_refs_do_not(void **state)
{
    (void)state;
    struct desk d;
    struct err e = {0};
    struct open_work w;
    desk_open(&d);
    struct change_set *cs = change_set_new();
    struct seen_repo_row repo = {.forge = "lab", .forge_id = 7, .path = "acme/old", .looked_at = 3};
    change_add(cs, CHANGE_SEEN_REPO)->seen_repo = repo;
    repo.path = "acme/new", repo.looked_at = 4, repo.gone = true;
    change_add(cs, CHANGE_SEEN_REPO)->seen_repo = repo;
    put_ref(cs, "refs/heads/main", "a");
    put_ref(cs, "refs/heads/main", "b");
    put_ref(cs, "change/3", "c");
    put_ref(cs, "change/4", "d");
    put_ref(cs, "change/4", NULL);
    struct made_row *made = &change_add(cs, CHANGE_MADE)->made;
    *made = (struct made_row){.delivery = 5, .real = 6, .at = 7};
    memset(made->tip, 9, SAME_KEY);
    assert_int_equal(desk_commit(&d, cs), 0);
    struct reader *r = desk_reader(&d);
    OK(read_open_work(r, &w, &e));
    assert_int_equal(w.n_seen_repos, 1);
    assert_string_equal(w.seen_repos[0].path, "acme/new");
    assert_int_equal(w.seen_repos[0].looked_at, 4);
    assert_true(w.seen_repos[0].gone);
    assert_int_equal(w.n_seen_refs, 2);
    assert_string_equal(w.seen_refs[0].name, "change/3");
    assert_string_equal(w.seen_refs[1].sha, "b");
    assert_string_equal(w.seen_refs[1].loose, "p");
    assert_string_equal(w.seen_refs[1].base, "main");
    assert_int_equal(w.n_made, 1);
    assert_int_equal(w.made[0].real, 6);
    assert_int_equal(w.made[0].tip[15], 9);
    arena_free(&w.arena);
    reader_close(&r);
    desk_close(&d);
}

static void an_event_that_was_taken_is_found_by_its_key(void **state)
{
    (void)state;
    struct desk d;
    struct err e = {0};
    struct same_row row;
    uint8_t key[SAME_KEY] = {1, 2, 3}, other[SAME_KEY] = {1, 2, 4};
    desk_open(&d);
    struct change_set *cs = change_set_new();
    for (int64_t i = 1; i < 3; i++) {
        struct change *c = change_add(cs, CHANGE_SAME);
        memcpy(c->same.key, key, SAME_KEY);
        c->same.delivery = i;
        c->same.at = 10 * i;
    }
    assert_int_equal(desk_commit(&d, cs), 0);
    struct reader *r = desk_reader(&d);
    OK(read_same(r, key, &row, &e));
    assert_int_equal(row.delivery, 2);
    assert_int_equal(row.at, 20);
    assert_int_equal(read_same(r, other, &row, &e), 1);
    reader_close(&r);
    desk_close(&d);
}

static void a_delivery_says_how_it_came(void **state)
{
    (void)state;
    struct desk d;
    struct err e = {0};
    AUTO(arena_free) struct arena a = {0};
    struct delivery row;
    const char *event;
    int64_t id;
    desk_open(&d);
    struct delivery_put *p = desk_delivery(&d, "github", "g", SV("{}"));
    p->d.source = SOURCE_RECOVERED;
    p->d.happened_at = 1234;
    assert_int_equal(desk_put(&d, p, &id), PUT_ACCEPTED);
    struct reader *r = desk_reader(&d);
    OK(read_delivery(r, id, &a, &row, &event, &e));
    assert_int_equal(row.source, SOURCE_RECOVERED);
    assert_int_equal(row.happened_at, 1234);
    reader_close(&r);
    desk_close(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_seen_of_a_repository_comes_back_and_gone_refs_do_not),
        cmocka_unit_test(an_event_that_was_taken_is_found_by_its_key),
        cmocka_unit_test(a_delivery_says_how_it_came),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
