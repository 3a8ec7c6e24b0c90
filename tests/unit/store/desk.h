/* SPDX-License-Identifier: Apache-2.0 */
/* A store in a folder of its own, and one thread that posts to it and waits for the answers. */
#pragma once
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include <stdio.h>
#include "base/file.h"
#include "port/store.h"
#include <sqlite3.h>

struct desk {
    char dir[64], path[96];
    struct store *s;
    struct mailbox *reply;
};

#define OK(call) ok_at((int)(call), &e, __FILE__, __LINE__)
static inline void ok_at(int rc, const struct err *e, const char *file, int line)
{
    if (rc != 0) {
        print_error("%s\n", e->msg);
        _fail(file, line);
    }
}

static inline void desk_start(struct desk *d)
{
    struct err e = {0};
    OK(store_open(d->path, &d->s, &e));
}

static inline void desk_open_in(struct desk *d, const char *parent)
{
    snprintf(d->dir, sizeof d->dir, "%s/store-XXXXXX", parent);
    assert_non_null(mkdtemp(d->dir));
    snprintf(d->path, sizeof d->path, "%s/fettle.db", d->dir);
    d->reply = mailbox_new();
    desk_start(d);
}

static inline void desk_open(struct desk *d)
{
    desk_open_in(d, "/tmp");
}

static inline void desk_close(struct desk *d)
{
    struct err e = {0};
    store_close(&d->s);
    mailbox_free(&d->reply);
    OK(file_remove_tree(d->dir, &e));
}

static inline struct letter *desk_wait(struct desk *d)
{
    static struct list waiting; /* answers that came together with an earlier one */
    if (!waiting.next)
        list_init(&waiting);
    for (int tries = 0; list_empty(&waiting) && tries < 100; tries++) {
        mailbox_wait(d->reply, 200);
        mailbox_take(d->reply, &waiting);
        if (!list_empty(&waiting))
            break;
    }
    struct list *node = list_shift(&waiting);
    assert_non_null(node);
    return CONTAINER_OF(node, struct letter, node);
}

/* A delivery with a body in memory; guid may be NULL. */
static inline struct delivery_put *desk_delivery(struct desk *d, const char *kind, const char *guid, struct sv body)
{
    struct delivery_put *p = delivery_put_new();
    p->reply = d->reply;
    p->d.forge = p->d.kind = arena_strdup(&p->arena, kind);
    p->d.hook = "/hook/one";
    p->d.event = "push";
    p->d.guid = arena_strdup(&p->arena, guid);
    p->d.headers = "{\"X-Test\":\"1\"}";
    p->d.received_at = clk_wall_ms();
    p->body = mem_dup(body.p, body.n);
    p->d.size = (int64_t)body.n;
    sha256(body.p, body.n, p->d.digest);
    return p;
}

/* Stores it and waits; the answer's id goes to ret_id (may be NULL). */
static inline enum put_verdict desk_put(struct desk *d, struct delivery_put *p, int64_t *ret_id)
{
    store_put(d->s, p);
    struct delivery_put *back = CONTAINER_OF(desk_wait(d), struct delivery_put, letter);
    assert_ptr_equal(back, p);
    enum put_verdict v = p->verdict;
    if (ret_id)
        *ret_id = p->d.id;
    delivery_put_free(&p);
    return v;
}

static inline int desk_commit(struct desk *d, struct change_set *cs)
{
    cs->reply = d->reply;
    store_commit(d->s, cs);
    assert_ptr_equal(CONTAINER_OF(desk_wait(d), struct change_set, letter), cs);
    int failed = cs->failed;
    change_set_free(&cs);
    return failed;
}

static inline struct reader *desk_reader(struct desk *d)
{
    struct reader *r = NULL;
    struct err e = {0};
    OK(reader_open(d->path, &r, &e));
    return r;
}

/* A run with jobs of two steps each, in the arena of the set; ids count up from `id`. */
static inline struct run *desk_run(struct change_set *cs, int64_t id, size_t jobs)
{
    struct arena *a = &cs->arena;
    struct run *r = arena_new(a, sizeof *r);
    *r = (struct run){.id = id,
                      .shard = 7,
                      .delivery_id = 5,
                      .workflow = "ci",
                      .file = "workflows/ci.yml",
                      .event = "push",
                      .repo_id = "github:acme/backend",
                      .sha = "0123456789012345678901234567890123456789",
                      .ref = "refs/heads/main",
                      .trusted = true,
                      .report_context = "fettle/ci",
                      .state = WORK_READY,
                      .created_at = 1700000000000,
                      .n_jobs = jobs,
                      .version = 1};
    r->jobs = arena_new(a, (jobs ? jobs : 1) * sizeof *r->jobs);
    for (size_t i = 0; i < jobs; i++) {
        struct job *j = r->jobs[i] = arena_new(a, sizeof *j);
        *j = (struct job){.id = ++id,
                          .run_id = r->id,
                          .no = (int)i,
                          .key = arena_fmt(a, "job%zu", i),
                          .name = "a job",
                          .repo_id = r->repo_id,
                          .repo_alias = "backend",
                          .sha = r->sha,
                          .ref = r->ref,
                          .timeout_ms = 3600000,
                          .state = i ? WORK_WAITING : WORK_READY,
                          .n_steps = 2,
                          .version = 1};
        if (i) {
            j->needs = arena_new(a, sizeof *j->needs);
            j->needs[0] = arena_fmt(a, "job%zu", i - 1);
            j->n_needs = 1;
        }
        j->steps = arena_new(a, 2 * sizeof *j->steps);
        for (int k = 0; k < 2; k++)
            j->steps[k] = (struct step){.id = ++id,
                                        .job_id = j->id,
                                        .no = k,
                                        .key = k ? "test" : "",
                                        .name = "make test",
                                        .spec = "{\"script\":\"make test\"}",
                                        .timeout_ms = 60000,
                                        .cond = k ? COND_ALWAYS : COND_SUCCESS,
                                        .version = 1};
    }
    struct change *c = change_add(cs, CHANGE_RUN_NEW);
    c->run = r;
    return r;
}
