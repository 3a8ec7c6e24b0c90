/* SPDX-License-Identifier: Apache-2.0 */
#include "server/lab/change.h"
#include <stdio.h>
#include <stdlib.h>
#include "core/hook_event.h"
#include "fmt/enc.h"
#include "fmt/hmac.h"

const char ZERO_OID[] = "0000000000000000000000000000000000000000";

bool is_oid(struct sv s)
{
    for (size_t i = 0; i < s.n; i++)
        if (!strchr("0123456789abcdef", s.p[i]))
            return false;
    return s.n == 40 || s.n == 64;
}

void world_oid(struct lab_world *w, char ret[41])
{
    uint8_t d[SHA256_LEN];
    char text[64];
    AUTO(buf_free) struct buf hex = {0};
    int n = snprintf(text, sizeof text, "oid %lld %lld", (long long)w->seed, (long long)++w->last_oid);
    sha256(text, (size_t)n, d);
    hex_put(&hex, d, 20);
    memcpy(ret, hex.p, 41);
}

/* ---- refs ---- */

struct lab_ref *ref_find(const struct lab_repo *r, struct sv name)
{
    for (size_t i = 0; i < r->refs.n; i++)
        if (sv_is(name, r->refs.at[i]->name))
            return r->refs.at[i];
    return NULL;
}

static void heads_follow(struct lab_world *w, struct lab_repo *r, struct sv name, struct sv sha, msec_t now)
{
    if (!sv_starts(name, SV("refs/heads/")))
        return;
    struct sv branch = sv_from(name, strlen("refs/heads/"));
    for (size_t i = 0; i < w->repos.n; i++) {
        struct lab_repo *at = w->repos.at[i];
        for (size_t k = 0; k < at->changes.n; k++) {
            struct lab_change *x = at->changes.at[k];
            if (x->head_repo == r && !x->issue->closed && sv_is(branch, x->head_ref))
                change_sync(w, x, sha, now);
        }
    }
}

const char *ref_set(struct lab_world *w, struct lab_repo *r, struct sv name, struct sv sha, msec_t now)
{
    struct lab_ref *ref = ref_find(r, name);
    const char *before = ref ? ref->sha : ZERO_OID;
    if (oid_sv_is_zero(sha)) {
        for (size_t i = r->refs.n; i-- > 0;)
            if (r->refs.at[i] == ref)
                VEC_REMOVE(&r->refs, i);
        return before;
    }
    if (!ref) {
        ref = arena_new(&w->arena, sizeof *ref);
        ref->name = arena_dup(&w->arena, name);
        VEC_PUSH(&r->refs, ref);
    }
    ref->sha = arena_dup(&w->arena, sha);
    ref->updated = now;
    heads_follow(w, r, name, sha, now);
    return before;
}

static int by_name(const void *a, const void *b)
{
    return strcmp((*(struct lab_ref *const *)a)->name, (*(struct lab_ref *const *)b)->name);
}

size_t refs_below(const struct lab_repo *r, struct sv prefix, struct lab_ref ***ret)
{
    VEC(struct lab_ref *) found = {0};
    for (size_t i = 0; i < r->refs.n; i++)
        if (sv_starts(sv_of(r->refs.at[i]->name), prefix))
            VEC_PUSH(&found, r->refs.at[i]);
    if (found.n)
        qsort(found.at, found.n, sizeof *found.at, by_name);
    *ret = found.at;
    return found.n;
}

struct sv ref_short(const struct lab_ref *r)
{
    struct sv name = sv_of(r->name);
    return sv_starts(name, SV("refs/heads/"))  ? sv_from(name, strlen("refs/heads/"))
           : sv_starts(name, SV("refs/tags/")) ? sv_from(name, strlen("refs/tags/"))
                                               : name;
}

/* ---- commits ---- */

struct lab_commit *commit_find(const struct lab_repo *r, struct sv sha)
{
    for (size_t i = r->commits.n; i-- > 0;)
        if (sv_is(sha, r->commits.at[i]->sha))
            return r->commits.at[i];
    return NULL;
}

struct lab_commit *commit_add(struct lab_world *w, struct lab_repo *r, struct sv sha, struct sv message,
                              struct sv author, msec_t now)
{
    struct lab_commit *c = commit_find(r, sha);
    if (c)
        return c;
    c = arena_new(&w->arena, sizeof *c);
    c->sha = arena_dup(&w->arena, sha);
    c->message = arena_dup(&w->arena, message.n ? message : SV("a commit"));
    c->author = arena_dup(&w->arena, author.n ? author : SV("ann"));
    c->at = now;
    VEC_PUSH(&r->commits, c);
    return c;
}

struct sv commit_named(const struct lab_repo *r, struct sv name)
{
    static const char *const forms[] = {"", "refs/heads/", "refs/tags/", "refs/"};
    if (commit_find(r, name))
        return name;
    for (size_t i = 0; i < ARRAY_LEN(forms); i++) {
        AUTO(buf_free) struct buf full = {0};
        buf_str(&full, forms[i]);
        buf_sv(&full, name);
        const struct lab_ref *ref = ref_find(r, buf_view(&full));
        if (ref)
            return sv_of(ref->sha);
    }
    for (size_t i = 0; i < r->changes.n; i++)
        if (sv_is(name, r->changes.at[i]->head_sha))
            return name;
    return SV_NONE;
}

/* ---- changes ---- */

struct lab_change *change_make(struct lab_world *w, struct lab_repo *r, const struct lab_change_new *n, msec_t now)
{
    struct lab_change *x = arena_new(&w->arena, sizeof *x);
    struct sv base = n->base_ref.n ? n->base_ref : sv_of(r->default_branch), at = commit_named(r, base);
    if (r->forge == LAB_GITLAB) {
        x->issue = arena_new(&w->arena, sizeof *x->issue);
        x->issue->id = ++w->last_issue;
        x->issue->number = (int64_t)r->changes.n + 1;
        x->issue->title = arena_dup(&w->arena, n->title);
        x->issue->body = arena_dup(&w->arena, n->body);
        x->issue->created = x->issue->updated = now;
    } else {
        x->issue = issue_add(w, r, n->title, n->body, now);
    }
    x->issue->change = x;
    x->head_repo = n->head_repo ? n->head_repo : r;
    x->head_ref = arena_dup(&w->arena, n->head_ref);
    x->head_sha = arena_dup(&w->arena, n->head_sha);
    x->base_ref = arena_dup(&w->arena, base);
    x->base_sha = arena_dup(&w->arena, at.n ? at : sv_of(ZERO_OID));
    x->author = arena_dup(&w->arena, n->author.n ? n->author : SV("ann"));
    x->draft = n->draft;
    VEC_PUSH(&r->changes, x);
    return x;
}

struct lab_change *change_find(const struct lab_repo *r, int64_t number)
{
    for (size_t i = 0; i < r->changes.n; i++)
        if (r->changes.at[i]->issue->number == number)
            return r->changes.at[i];
    return NULL;
}

struct lab_change *change_open_of(const struct lab_repo *r, const struct lab_repo *head_repo, struct sv head_ref,
                                  struct sv base_ref)
{
    for (size_t i = 0; i < r->changes.n; i++) {
        struct lab_change *x = r->changes.at[i];
        if (!x->issue->closed && x->head_repo == head_repo && sv_is(head_ref, x->head_ref) &&
            (!base_ref.n || sv_is(base_ref, x->base_ref)))
            return x;
    }
    return NULL;
}

void change_sync(struct lab_world *w, struct lab_change *x, struct sv sha, msec_t now)
{
    x->head_sha = arena_dup(&w->arena, sha);
    x->issue->updated = now;
}

void change_merge(struct lab_world *w, struct lab_repo *r, struct lab_change *x, struct sv sha, msec_t now)
{
    AUTO(buf_free) struct buf base = {0};
    x->merged = true;
    x->merged_at = now;
    x->merge_sha = arena_dup(&w->arena, sha);
    issue_close(x->issue, now);
    x->issue->updated = now;
    buf_fmt(&base, "refs/heads/%s", x->base_ref);
    ref_set(w, r, buf_view(&base), sha, now);
}

void changes_free(struct lab_repo *r)
{
    for (size_t i = 0; i < r->changes.n; i++)
        if (r->forge == LAB_GITLAB)
            VEC_FREE(&r->changes.at[i]->issue->labels);
    VEC_FREE(&r->changes);
    VEC_FREE(&r->refs);
    VEC_FREE(&r->commits);
}

/* ---- for tests ---- */

static void put_change(const struct lab_repo *r, const struct lab_change *x, struct jout *j)
{
    jout_open(j, '{');
    jout_kstrz(j, "forge", lab_forge_names[r->forge]);
    jout_kstrz(j, "repo", r->path);
    jout_kint(j, "number", x->issue->number);
    jout_kstrz(j, "title", x->issue->title);
    jout_kstrz(j, "head", x->head_ref);
    jout_kstrz(j, "head_repo", x->head_repo->path);
    jout_kstrz(j, "sha", x->head_sha);
    jout_kstrz(j, "base", x->base_ref);
    jout_kstrz(j, "state", x->merged ? "merged" : x->issue->closed ? "closed" : "open");
    jout_kstrz(j, "merge_sha", x->merge_sha);
    jout_close(j, '}');
}

void changes_state(const struct lab_world *w, struct jout *j)
{
    jout_key(j, "refs");
    jout_open(j, '[');
    for (size_t i = 0; i < w->repos.n; i++)
        for (size_t k = 0; k < w->repos.at[i]->refs.n; k++) {
            jout_open(j, '{');
            jout_kstrz(j, "forge", lab_forge_names[w->repos.at[i]->forge]);
            jout_kstrz(j, "repo", w->repos.at[i]->path);
            jout_kstrz(j, "ref", w->repos.at[i]->refs.at[k]->name);
            jout_kstrz(j, "sha", w->repos.at[i]->refs.at[k]->sha);
            jout_close(j, '}');
        }
    jout_close(j, ']');
    jout_key(j, "changes");
    jout_open(j, '[');
    for (size_t i = 0; i < w->repos.n; i++)
        for (size_t k = 0; k < w->repos.at[i]->changes.n; k++)
            put_change(w->repos.at[i], w->repos.at[i]->changes.at[k], j);
    jout_close(j, ']');
}
