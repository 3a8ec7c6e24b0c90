/* SPDX-License-Identifier: Apache-2.0 */
/* GitHub's comments, labels, pull requests, merges and dispatches. What exists twice that may exist once is a broken
 * invariant, at once. */
#include <stdlib.h>
#include "world.h"

static const char *text_of(struct world *w, const struct jval *v, const char *key)
{
    return arena_dup(&w->arena, jval_str(jval_get(v, key)));
}

/* The part of "/repos/acme/api/<part>…" behind the repository. */
static bool below(struct world *w, const struct api_request *r, const char **ret_repo, struct sv *ret_rest)
{
    struct sv path = buf_view(&r->path), rest = sv_from(path, strlen("/repos/"));
    if (!sv_starts(path, SV("/repos/")))
        return false;
    ptrdiff_t owner = sv_chr(rest, '/'), name = owner < 0 ? -1 : sv_chr(sv_from(rest, (size_t)owner + 1), '/');
    if (name < 0)
        return false;
    size_t n = (size_t)owner + 1 + (size_t)name;
    *ret_repo = arena_dup(&w->arena, sv_cut(rest, n));
    *ret_rest = sv_from(rest, n + 1);
    return true;
}

static long number_in(struct sv rest, const char *prefix)
{
    return sv_starts(rest, sv_of(prefix)) ? strtol(rest.p + strlen(prefix), NULL, 10) : 0;
}

/* ---- comments ---- */

static void put_comment(const struct sim_comment *c, struct jout *j)
{
    jout_open(j, '{');
    jout_kint(j, "id", c->id);
    jout_kstrz(j, "body", c->body);
    jout_kstrz(j, "html_url", "https://github.example/comment");
    jout_close(j, '}');
}

static const char *marker_of(struct world *w, const char *body)
{
    const char *at = strstr(body, "<!-- fettle:fp=");
    return at ? arena_dup(&w->arena, sv_cut(sv_of(at), 45)) : "";
}

static int one_comment(struct world *w, const struct api_request *r, long id, const struct jval *body, struct buf *out)
{
    for (size_t i = 0; i < w->forge.comments.n; i++) {
        struct sim_comment *c = &w->forge.comments.at[i];
        if (c->id != id || !c->body)
            continue;
        if (strcmp(r->method, "DELETE") == 0) {
            c->body = NULL;
            return 204;
        }
        c->body = text_of(w, body, "body");
        c->edits++;
        put_comment(c, &(struct jout){.buf = out});
        return 200;
    }
    return 404;
}

static int comments(struct world *w, const struct api_request *r, const char *repo, long number,
                    const struct jval *body, struct buf *out)
{
    struct sim_forge *f = &w->forge;
    struct jout j = {.buf = out};
    if (strcmp(r->method, "GET") == 0) {
        jout_open(&j, '[');
        for (size_t i = 0; i < f->comments.n; i++)
            if (f->comments.at[i].body && f->comments.at[i].number == number &&
                strcmp(f->comments.at[i].repo, repo) == 0)
                put_comment(&f->comments.at[i], &j);
        jout_close(&j, ']');
        return 200;
    }
    struct sim_comment c = {
        .id = (int64_t)f->comments.n + 1000, .repo = repo, .number = number, .body = text_of(w, body, "body")};
    const char *marker = marker_of(w, c.body ? c.body : "");
    for (size_t i = 0; i < f->comments.n; i++)
        if (marker[0] && f->comments.at[i].body && strstr(f->comments.at[i].body, marker))
            world_fail(w, "I4: a second comment of %s", marker);
    VEC_PUSH(&f->comments, c);
    put_comment(&c, &j);
    return 201;
}

/* ---- labels: those of an issue or a change ---- */

static int labels(struct world *w, const struct api_request *r, const char *repo, long number, struct sv rest,
                  const struct jval *body, struct buf *out)
{
    struct sim_forge *f = &w->forge;
    const struct jval *names = jval_get(body, "labels");
    bool reads = strcmp(r->method, "GET") == 0;
    ptrdiff_t slash = sv_find(rest, SV("/labels/"));
    struct jout j = {.buf = out};
    for (size_t i = 0; !reads && i < jval_len(names); i++)
        VEC_PUSH(&f->labels, ((struct sim_label){repo, number, arena_dup(&w->arena, jval_str(jval_item(names, i)))}));
    for (size_t i = 0; slash >= 0 && i < f->labels.n; i++)
        if (f->labels.at[i].number == number && strcmp(f->labels.at[i].repo, repo) == 0 &&
            sv_is(sv_from(rest, (size_t)slash + 8), f->labels.at[i].name)) {
            VEC_REMOVE(&f->labels, i);
            i--;
        }
    jout_open(&j, '[');
    for (size_t i = 0; i < f->labels.n; i++) {
        if (f->labels.at[i].number != number || strcmp(f->labels.at[i].repo, repo) != 0)
            continue;
        jout_open(&j, '{');
        jout_kstrz(&j, "name", f->labels.at[i].name);
        jout_close(&j, '}');
    }
    jout_close(&j, ']');
    return 200;
}

/* ---- pull requests ---- */

static void put_side(const char *key, const char *ref, const char *sha, struct jout *j)
{
    jout_key(j, key);
    jout_open(j, '{');
    jout_kstrz(j, "ref", ref);
    jout_kstrz(j, "sha", sha);
    jout_key(j, "repo");
    jout_open(j, '{');
    jout_kint(j, "id", 1);
    jout_close(j, '}');
    jout_close(j, '}');
}

static void put_pull(const struct sim_pull *p, struct jout *j)
{
    jout_open(j, '{');
    jout_kint(j, "number", p->number);
    jout_kstrz(j, "title", p->title);
    jout_kstrz(j, "body", p->body);
    jout_kstrz(j, "state", p->merged ? "closed" : "open");
    jout_kbool(j, "merged", p->merged != NULL);
    jout_kstrz(j, "merge_commit_sha", p->merged);
    jout_kstrz(j, "html_url", "https://github.example/pull");
    put_side("head", p->head, p->sha, j);
    put_side("base", p->base, NULL, j);
    jout_close(j, '}');
}

static struct sim_pull *pull_at(struct world *w, const char *repo, long number)
{
    for (size_t i = 0; i < w->forge.pulls.n; i++)
        if (w->forge.pulls.at[i].number == number && strcmp(w->forge.pulls.at[i].repo, repo) == 0)
            return &w->forge.pulls.at[i];
    return NULL;
}

static int open_pull(struct world *w, const char *repo, const struct jval *body, struct buf *out)
{
    struct sim_forge *f = &w->forge;
    struct sim_pull p = {.repo = repo,
                         .number = 500 + (int64_t)f->pulls.n,
                         .title = text_of(w, body, "title"),
                         .body = text_of(w, body, "body"),
                         .head = text_of(w, body, "head"),
                         .base = text_of(w, body, "base"),
                         .sha = "4444444444444444444444444444444444444444"};
    for (size_t i = 0; i < f->pulls.n; i++)
        if (!f->pulls.at[i].merged && strcmp(f->pulls.at[i].repo, repo) == 0 &&
            strcmp(f->pulls.at[i].head, p.head) == 0 && strcmp(f->pulls.at[i].base, p.base) == 0) {
            buf_str(out, "{\"message\":\"Validation Failed\",\"errors\":[{\"message\":\"A pull request already exists "
                         "for x.\"}]}");
            return 422;
        }
    VEC_PUSH(&f->pulls, p);
    put_pull(&p, &(struct jout){.buf = out});
    return 201;
}

static int list_pulls(struct world *w, const struct api_request *r, const char *repo, struct buf *out)
{
    struct jout j = {.buf = out};
    jout_open(&j, '[');
    for (size_t i = 0; i < w->forge.pulls.n; i++) {
        const struct sim_pull *p = &w->forge.pulls.at[i];
        const char *head = strstr(r->path.p, p->head), *base = strstr(r->path.p, p->base);
        if (!p->merged && head && (base || !strstr(r->path.p, "&base=")) && strcmp(p->repo, repo) == 0)
            put_pull(p, &j);
    }
    jout_close(&j, ']');
    return 200;
}

static int merge(struct world *w, struct sim_pull *p, const struct jval *body, struct buf *out)
{
    struct jout j = {.buf = out};
    if (p->merged)
        return 405;
    if (!sv_is(jval_str(jval_get(body, "sha")), p->sha))
        return 409;
    p->merged = "5555555555555555555555555555555555555555";
    w->forge.merges++;
    jout_open(&j, '{');
    jout_kstrz(&j, "sha", p->merged);
    jout_kbool(&j, "merged", true);
    jout_close(&j, '}');
    return 200;
}

static int pulls(struct world *w, const struct api_request *r, const char *repo, struct sv rest,
                 const struct jval *body, struct buf *out)
{
    bool reads = strcmp(r->method, "GET") == 0;
    struct sim_pull *p = pull_at(w, repo, number_in(rest, "pulls/"));
    if (sv_starts(rest, SV("pulls?")) && reads)
        return list_pulls(w, r, repo, out);
    if (sv_is(rest, "pulls") && !reads)
        return open_pull(w, repo, body, out);
    if (!p)
        return 404;
    if (sv_ends(rest, SV("/merge")))
        return merge(w, p, body, out);
    if (!reads) {
        p->title = text_of(w, body, "title");
        p->body = text_of(w, body, "body");
    }
    put_pull(p, &(struct jout){.buf = out});
    return 200;
}

/* ---- dispatches: each has a token of its own, which comes once ---- */

static int dispatched(struct world *w, const struct jval *body)
{
    const struct jval *inputs = jval_get(body, "inputs"), *payload = jval_get(body, "client_payload");
    const char *token = text_of(w, payload ? payload : inputs, "fettle_token");
    for (size_t i = 0; token && i < w->forge.dispatched.n; i++)
        if (strcmp(w->forge.dispatched.at[i], token) == 0)
            world_fail(w, "I4: the dispatch %s came twice", token);
    VEC_PUSH(&w->forge.dispatched, token ? token : "");
    return 204;
}

static int list_runs(struct world *w, struct buf *out)
{
    struct jout j = {.buf = out};
    jout_open(&j, '{');
    jout_kint(&j, "total_count", (int64_t)w->forge.dispatched.n);
    jout_key(&j, "workflow_runs");
    jout_open(&j, '[');
    for (size_t i = w->forge.dispatched.n; i-- > 0;) {
        jout_open(&j, '{');
        jout_kint(&j, "id", (int64_t)i + 1);
        jout_kstrz(&j, "display_title", w->forge.dispatched.at[i]);
        jout_close(&j, '}');
    }
    jout_close(&j, ']');
    jout_close(&j, '}');
    return 200;
}

int forge_threads(struct world *w, const struct api_request *r, const struct jval *body, struct buf *out)
{
    const char *repo;
    struct sv rest;
    if (!below(w, r, &repo, &rest))
        return 0;
    long one = number_in(rest, "issues/comments/"), number = number_in(rest, "issues/");
    if (one)
        return one_comment(w, r, one, body, out);
    if (number && sv_find(rest, SV("/comments")) >= 0)
        return comments(w, r, repo, number, body, out);
    if (number && sv_find(rest, SV("/labels")) >= 0)
        return labels(w, r, repo, number, rest, body, out);
    if (sv_starts(rest, SV("pulls")))
        return pulls(w, r, repo, rest, body, out);
    if (sv_ends(rest, SV("dispatches")))
        return dispatched(w, body);
    if (sv_find(rest, SV("/runs?")) >= 0 && sv_starts(rest, SV("actions/")))
        return list_runs(w, out);
    return 0;
}
