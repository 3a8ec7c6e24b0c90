/* SPDX-License-Identifier: Apache-2.0 */
/* ACT_MERGE and ACT_PUSH as the host carries them out: the pool's threads, real repositories, and a store. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include "server/host.h"
#include "unit/git/lab.h"

#define ID "bare:acme/api"
enum { LOOK_MS = 5, LOOKS_MOST = 4000 };

struct site {
    struct lab l;
    struct app app;
    struct timer *look;
    struct mailbox *reply;
    const char *ours, *theirs;
    const char *ref, *at; /* what is waited for in the mirror, and the commit found there */
    int looks;
};

static void open_app(struct site *s)
{
    struct problems p = {0};
    struct err e = {0};
    AUTO(buf_free) struct buf text = {0};
    const char *file = lab_path(&s->l, "fettle.yaml");
    MUST(file_make_dirs(lab_path(&s->l, "workflows"), &e) == 0);
    buf_fmt(&text, "listen: [{unix: run.sock}]\nstore: sqlite:fettle.db\nstate: state\nworkflows: workflows\n"
                   "repositories: repositories.yaml\nslots: 1\nforges: {bare: {kind: github, url: http://127.0.0.1:9}}\n");
    MUST(file_write(file, buf_view(&text), 0600, &e) == 0);
    buf_clear(&text);
    buf_fmt(&text, "repositories:\n  - {name: api, id: %s, url: %s, default_branch: main}\n", ID, s->l.origin);
    MUST(file_write(lab_path(&s->l, "repositories.yaml"), buf_view(&text), 0600, &e) == 0);
    if (conf_load(file, &s->app.conf, &p) < 0)
        fail_msg("%s", p.list.at[0].text);
    problems_free(&p);
    s->app.gits = s->l.g;
    s->app.db_path = sv_dup(sv_of(lab_path(&s->l, "fettle.db")));
    MUST(store_open(s->app.db_path, &s->app.store, &e) == 0);
    s->app.loop = loop_new();
    s->app.pool = pool_new(2);
    s->app.host = host_new(&s->app);
    s->reply = mailbox_new();
}

/* Two branches with a conflict that no rule resolves. */
static void site_open(struct site *s)
{
    *s = (struct site){0};
    lab_open(&s->l, "sha1");
    GIT(&s->l, s->l.origin, "checkout", "--quiet", "-b", "main");
    lab_write(&s->l, "a.c", "limit = 1;\n");
    const char *base = lab_commit(&s->l, "base");
    GIT(&s->l, s->l.origin, "checkout", "--quiet", "-b", "topic");
    lab_write(&s->l, "a.c", "limit = 2;\n");
    s->ours = lab_commit(&s->l, "ours");
    GIT(&s->l, s->l.origin, "checkout", "--quiet", "-B", "main", base);
    lab_write(&s->l, "a.c", "limit = 3;\n");
    s->theirs = lab_commit(&s->l, "theirs");
    open_app(s);
}

static void site_close(struct site *s)
{
    pool_free(&s->app.pool);
    store_close(&s->app.store);
    timer_free(&s->look);
    host_free(&s->app.host);
    mailbox_free(&s->reply);
    loop_free(&s->app.loop);
    conf_unref(&s->app.conf);
    mem_free(s->app.db_path);
    lab_close(&s->l);
}

static void on_look(void *ctx)
{
    struct site *s = ctx;
    s->at = lab_resolve(&s->l, s->ref);
    if (s->at || ++s->looks == LOOKS_MOST)
        loop_stop(s->app.loop);
    else
        timer_start(s->look, LOOK_MS);
}

/* Carries it out and waits for the ref; NULL when it does not come. */
static const char *act_until(struct site *s, const struct engine_action *x, const char *ref, int looks)
{
    s->ref = ref;
    s->looks = LOOKS_MOST - looks;
    merge_start(&s->app, x);
    if (!s->look)
        s->look = timer_new(s->app.loop, on_look, s);
    timer_start(s->look, LOOK_MS);
    loop_run(s->app.loop);
    return s->at;
}

static struct engine_action merge_action(struct site *s)
{
    return (struct engine_action){.kind = ACT_MERGE,
                                  .merge = {.id = 7,
                                            .want = {.repo_id = ID,
                                                     .ours = s->ours,
                                                     .theirs = "refs/heads/main",
                                                     .key = "r7",
                                                     .message = "Merge main\n",
                                                     .name = "fettle",
                                                     .email = "fettle@example.org",
                                                     .when = 1700000000000}}};
}

static void keep(struct site *s, const struct merge_lesson *x)
{
    struct change_set *cs = change_set_new();
    struct change *c = change_add(cs, CHANGE_RESOLUTION);
    struct list done;
    c->resolution.hunk = arena_strdup(&cs->arena, x->key);
    c->resolution.text = arena_sv(&cs->arena, x->text);
    c->resolution.at = 1;
    cs->reply = s->reply;
    store_commit(s->app.store, cs);
    for (mailbox_take(s->reply, &done); list_empty(&done); mailbox_take(s->reply, &done))
        clk_sleep_ms(1);
    cs = CONTAINER_OF(CONTAINER_OF(list_shift(&done), struct letter, node), struct change_set, letter);
    assert_int_equal(cs->failed, 0);
    change_set_free(&cs);
}

static void a_conflict_is_resolved_once_a_person_has_shown_how_and_is_pushed(void **state)
{
    (void)state;
    AUTO(site_close) struct site s;
    struct merge_lessons lessons;
    site_open(&s);
    struct engine_action x = merge_action(&s);
    assert_null(act_until(&s, &x, "refs/fettle/resolve/r7", 100));
    /* somebody merges it by hand elsewhere */
    GIT(&s.l, s.l.origin, "checkout", "--quiet", "-b", "by-hand", "topic");
    GIT(&s.l, s.l.origin, "merge", "--quiet", "-s", "ours", "--no-commit", "main");
    lab_write(&s.l, "a.c", "limit = 23;\n");
    const char *by_hand = lab_commit(&s.l, "by hand");
    assert_int_equal(lab_fetch(&s.l, NULL), 0);
    assert_int_equal(merge_learn(s.l.g, ID, by_hand, &s.l.a, &lessons, &s.l.e), 0);
    assert_int_equal(lessons.n, 1);
    keep(&s, &lessons.at[0]);
    const char *merged = act_until(&s, &x, "refs/fettle/resolve/r7", LOOKS_MOST);
    assert_non_null(merged);
    AUTO(buf_free) struct buf text = {0};
    assert_int_equal(git_file(s.l.g, ID, merged, "a.c", 100, &text, &s.l.e), 0);
    assert_string_equal(text.p, "limit = 23;\n");
    /* and what was made goes where the branch was */
    struct engine_action push = {.kind = ACT_PUSH,
                                 .push = {.id = 8, .repo_id = ID, .push = {merged, "refs/heads/topic", s.ours}}};
    (void)act_until(&s, &push, "refs/heads/never", 200);
    assert_string_equal(GIT(&s.l, s.l.origin, "rev-parse", "refs/heads/topic"), merged);
}

static void what_is_not_configured_is_not_merged(void **state)
{
    (void)state;
    AUTO(site_close) struct site s;
    site_open(&s);
    struct engine_action x = merge_action(&s);
    x.merge.want.repo_id = "github:who/knows";
    assert_null(act_until(&s, &x, "refs/fettle/resolve/r7", 20));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_conflict_is_resolved_once_a_person_has_shown_how_and_is_pushed),
        cmocka_unit_test(what_is_not_configured_is_not_merged),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
