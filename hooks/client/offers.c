/* SPDX-License-Identifier: Apache-2.0 */
#include "hooks/client/offers.h"
#include <stdio.h>
#include <stdlib.h>

/* ---- sets of ids ---- */

static int compare(const void *a, const void *b)
{
    const struct sv *x = a, *y = b;
    int order = memcmp(x->p, y->p, x->n < y->n ? x->n : y->n);
    return order ? order : (x->n > y->n) - (x->n < y->n);
}

static void sort(struct offer_ids *ids)
{
    size_t kept = 0;
    if (ids->n)
        qsort(ids->at, ids->n, sizeof *ids->at, compare);
    for (size_t i = 0; i < ids->n; i++)
        if (!kept || !sv_eq(ids->at[i], ids->at[kept - 1]))
            ids->at[kept++] = ids->at[i];
    ids->n = kept;
}

static bool holds(const struct offer_ids *sorted, struct sv id)
{
    return sorted->n && bsearch(&id, sorted->at, sorted->n, sizeof id, compare);
}

static void add(struct offers *f, struct sv id)
{
    if (f->list.n < HOOK_OFFERS_MOST)
        VEC_PUSH(&f->list, id);
}

/* ---- asking git ---- */

/* A push to a URL has that for the name of its remote: the tips of all remotes then. */
static void list_pattern(const struct hook_options *o, char *ret, size_t size)
{
    bool is_named = o->n_args == 2 && strcmp(o->args[0], o->args[1]) != 0;
    if (o->hook == PRE_PUSH)
        snprintf(ret, size, "refs/remotes%s%s", is_named ? "/" : "", is_named ? o->args[0] : "");
    else
        snprintf(ret, size, "refs/heads");
}

void offers_begin(struct offers *f, const struct hook_options *o)
{
    char pattern[1024], count[32];
    struct err e = {0};
    *f = (struct offers){.state = OFFERS_LISTED, .git = child_none, .trusts_old = o->hook == POST_RECEIVE};
    if (o->skips || o->hook == POST_RECEIVE)
        return;
    list_pattern(o, pattern, sizeof pattern);
    snprintf(count, sizeof count, "--count=%d", HOOK_OFFERS_MOST);
    const char *const argv[] = {"git", "for-each-ref", count, "--format=%(objectname)", pattern, NULL};
    if (child_start(CHILD_LIST, argv, &f->git, &e) == 0)
        f->state = OFFERS_LIST;
}

/* The ids of the lines; of `git cat-file` of those that it found. */
static void read_ids(struct offers *f, struct offer_ids *ret)
{
    struct sv rest = buf_view(&f->text), line, id;
    while (rest.n && sv_next(&rest, '\n', &line))
        if (!sv_ends(line, SV(" missing")) && sv_next(&line, ' ', &id) && id.n)
            VEC_PUSH(ret, arena_sv(&f->arena, id));
    buf_clear(&f->text);
}

static void start_check(struct offers *f)
{
    static const char *const argv[] = {"git", "cat-file", "--batch-check", NULL};
    struct err e = {0};
    f->state = OFFERS_DONE;
    if (!f->unsure.n || child_start(CHILD_FILTER, argv, &f->git, &e) < 0)
        return;
    for (size_t i = 0; i < f->unsure.n; i++) {
        buf_sv(&f->git.input, f->unsure.at[i]);
        buf_chr(&f->git.input, '\n');
    }
    f->state = OFFERS_CHECK;
}

static void offer_old(struct offers *f, const struct push *p)
{
    for (size_t i = 0; i < p->n_updates; i++)
        if (!push_is_absent(p->updates[i].before))
            VEC_PUSH(&f->old, arena_sv(&f->arena, p->updates[i].before));
    sort(&f->old);
    for (size_t i = 0; i < f->old.n; i++) {
        if (f->trusts_old || holds(&f->tips, f->old.at[i]))
            add(f, f->old.at[i]);
        else if (f->unsure.n < HOOK_OFFERS_MOST)
            VEC_PUSH(&f->unsure, f->old.at[i]);
    }
}

static void offer_tips(struct offers *f)
{
    for (size_t i = 0; i < f->tips.n; i++)
        if (!holds(&f->old, f->tips.at[i]))
            add(f, f->tips.at[i]);
}

/* True: it has said everything. */
static bool hear(struct offers *f)
{
    int got;
    child_feed(&f->git);
    child_read_errors(&f->git);
    while ((got = child_read(&f->git, &f->text)) > 0)
        ;
    return got < 0;
}

void offers_step(struct offers *f, const struct push *p)
{
    if (f->state == OFFERS_LIST && hear(f)) {
        read_ids(f, &f->tips);
        sort(&f->tips);
        child_close(&f->git, 0);
        f->state = OFFERS_LISTED;
    }
    if (f->state == OFFERS_LISTED && p) {
        offer_old(f, p);
        start_check(f);
        if (f->state == OFFERS_DONE)
            offer_tips(f);
    }
    if (f->state == OFFERS_CHECK && hear(f)) {
        struct offer_ids found = {0};
        read_ids(f, &found);
        for (size_t i = 0; i < found.n; i++)
            add(f, found.at[i]);
        VEC_FREE(&found);
        offer_tips(f);
        f->state = OFFERS_DONE;
    }
}

bool offers_has(const struct offers *f, struct sv id)
{
    for (size_t i = 0; i < f->list.n; i++)
        if (sv_eq(f->list.at[i], id))
            return true;
    return false;
}

void offers_free(struct offers *f, msec_t until)
{
    child_close(&f->git, until);
    buf_free(&f->text);
    VEC_FREE(&f->tips);
    VEC_FREE(&f->old);
    VEC_FREE(&f->unsure);
    VEC_FREE(&f->list);
    arena_free(&f->arena);
}
