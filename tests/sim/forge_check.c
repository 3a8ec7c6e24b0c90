/* SPDX-License-Identifier: Apache-2.0 */
/* GitHub's check runs. What a real one would refuse is a broken invariant here: it must not be asked for. */
#include <stdlib.h>
#include "world.h"

enum { NOTES_MOST = 50 };

static const char *text_of(struct world *w, const struct jval *v, const char *key, const char *before)
{
    struct sv s = jval_str(jval_get(v, key));
    return s.p ? arena_dup(&w->arena, s) : before;
}

static void put_check(size_t number, const struct sim_check *c, struct jout *j)
{
    jout_open(j, '{');
    jout_kint(j, "id", (int64_t)number);
    jout_kstrz(j, "external_id", c->external_id);
    jout_kstrz(j, "status", c->status);
    jout_kstrz(j, "conclusion", c->conclusion);
    jout_key(j, "output");
    jout_open(j, '{');
    jout_kstrz(j, "title", c->title);
    jout_kint(j, "annotations_count", (int64_t)c->notes.n);
    jout_close(j, '}');
    jout_close(j, '}');
}

static bool same(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

static void take(struct world *w, struct sim_check *c, const struct jval *body)
{
    const struct jval *output = jval_get(body, "output"), *notes = jval_get(output, "annotations");
    bool was_done = same(c->status, "completed");
    c->status = text_of(w, body, "status", c->status);
    c->conclusion = text_of(w, body, "conclusion", NULL);
    c->title = text_of(w, output, "title", c->title);
    if (was_done && !same(c->status, "completed"))
        world_fail(w, "I5: a check run that is completed becomes %s", c->status);
    if (same(c->status, "completed") != (c->conclusion != NULL))
        world_fail(w, "forge: a check run is %s and concluded as %s", c->status,
                   c->conclusion ? c->conclusion : "nothing");
    if (jval_len(notes) > NOTES_MOST)
        world_fail(w, "forge: %zu annotations in one request", jval_len(notes));
    for (size_t i = 0; i < jval_len(notes); i++)
        VEC_PUSH(&c->notes, text_of(w, jval_item(notes, i), "message", NULL));
    VEC_PUSH(&c->history, c->status);
}

static int create(struct world *w, struct sv path, const struct jval *body, struct buf *out)
{
    struct sim_check *c = arena_new(&w->arena, sizeof *c);
    struct sv repo = sv_from(path, strlen("/repos/"));
    c->repo = arena_dup(&w->arena, sv_cut(repo, (size_t)sv_find(repo, SV("/check-runs"))));
    c->sha = text_of(w, body, "head_sha", NULL);
    c->name = text_of(w, body, "name", NULL);
    c->external_id = text_of(w, body, "external_id", NULL);
    if (forge_check(w, c->external_id))
        world_fail(w, "I4: a second check run of %s", c->external_id);
    VEC_PUSH(&w->forge.checks, c);
    take(w, c, body);
    put_check(w->forge.checks.n, c, &(struct jout){.buf = out});
    return 201;
}

/* "/repos/acme/api/commits/SHA/check-runs?check_name=…&filter=all&per_page=100", newest first. */
static int list(struct world *w, struct sv path, struct buf *out)
{
    struct sv sha = sv_cut(path, (size_t)sv_find(path, SV("/check-runs")));
    sha = sv_from(sha, (size_t)sv_rchr(sha, '/') + 1);
    struct jout j = {.buf = out};
    jout_open(&j, '{');
    jout_key(&j, "check_runs");
    jout_open(&j, '[');
    for (size_t i = w->forge.checks.n; i-- > 0;)
        if (sv_is(sha, w->forge.checks.at[i]->sha))
            put_check(i + 1, w->forge.checks.at[i], &j);
    jout_close(&j, ']');
    jout_close(&j, '}');
    return 200;
}

int forge_checks(struct world *w, const struct api_request *r, const struct jval *body, struct buf *out)
{
    struct sv path = buf_view(&r->path);
    const char *one = strstr(r->path.p, "/check-runs/");
    bool reads = strcmp(r->method, "GET") == 0;
    if (strstr(r->path.p, "/commits/") && strstr(r->path.p, "/check-runs?"))
        return list(w, path, out);
    if (sv_ends(path, SV("/check-runs")) && !reads)
        return create(w, path, body, out);
    if (!one)
        return 0;
    size_t number = strtoul(one + strlen("/check-runs/"), NULL, 10);
    if (number < 1 || number > w->forge.checks.n)
        return 404;
    if (!reads)
        take(w, w->forge.checks.at[number - 1], body);
    put_check(number, w->forge.checks.at[number - 1], &(struct jout){.buf = out});
    return 200;
}

const struct sim_check *forge_check(const struct world *w, const char *external_id)
{
    for (size_t i = 0; i < w->forge.checks.n; i++)
        if (same(w->forge.checks.at[i]->external_id, external_id))
            return w->forge.checks.at[i];
    return NULL;
}
