/* SPDX-License-Identifier: Apache-2.0 */
/* The check run of a run, beside its status: one of its own, so that annotations are its own, which a forge only ever
 * appends. What was begun is ended: by the run's end, or when a newer run speaks for its commit and context. */
#include "engine/check_text.h"
#include "engine/state.h"

static bool is_own(const struct run *row, const char *sha)
{
    return row->sha && strcmp(row->sha, sha) == 0;
}

/* What tells the check runs of one run apart: those at commits that are not its own. */
static const char *name_at(const struct run *row, const char *sha, struct arena *a)
{
    return is_own(row, sha) ? row->report_context : arena_fmt(a, "%s\n%s", row->report_context, sha);
}

static struct live_effect *effect_of(struct engine *e, struct live_run *r, struct sv forge, const char *path,
                                     const char *sha)
{
    const struct run *row = r->row;
    struct live_effect *x = effect_new(e, forge, path, row->id, EFFECT_CHECK);
    struct arena *a = &x->arena;
    char id[ID_TEXT], external[27];
    /* Numbers begin with 1: this is the key of none of its effects. */
    effect_key(row->id, EFFECT_CHECK, sv_of(name_at(row, sha, a)), 0, external);
    x->row->serial_key = arena_fmt(a, "check:%s:%s:%s:%s", x->row->forge, path, sha, row->report_context);
    x->row->remote_id = is_own(row, sha) ? arena_strdup(a, r->check_id) : NULL;
    x->row->check = (struct check_body){
        .sha = arena_strdup(a, sha),
        .name = arena_strdup(a, row->report_context),
        .external_id = arena_strdup(a, external),
        .buttons = true,
        .details_url =
            e->conf->public_url ? arena_fmt(a, "%s/runs/%s", e->conf->public_url, id_text(row->id, id)) : NULL,
        .started_at = row->started_at ? row->started_at : row->created_at,
    };
    return x;
}

void check_report(struct engine *e, struct live_run *r, const char *sha, int64_t seq, enum status_state s,
                  const char *title)
{
    struct sv forge;
    const char *path;
    if (!r->row->report_check || (r->check_refused && !r->check_id) || !report_address(r->row->repo_id, &forge, &path))
        return;
    struct live_effect *x = effect_of(e, r, forge, path, sha);
    struct check_body *b = &x->row->check;
    b->state = s;
    b->title = arena_strdup(&x->arena, title);
    b->completed_at = status_is_final(s) ? e->now : 0;
    check_compose(r->row, &x->arena, b);
    x->row->seq = seq;
    effect_finish(e, x, sv_of(name_at(r->row, sha, &x->arena)), x->row->seq);
}

/* Cancelled, as far as this commit goes: a branch rule must not take it for a success. */
void check_supersede(struct engine *e, struct live_run *r, const char *sha, int64_t seq)
{
    struct sv forge;
    const char *path;
    if (!r->row->report_check || seq < 1 || r->row->state == WORK_DONE || (r->check_refused && !r->check_id) ||
        !report_address(r->row->repo_id, &forge, &path))
        return;
    struct live_effect *x = effect_of(e, r, forge, path, sha);
    struct check_body *b = &x->row->check;
    b->state = STATUS_CANCELLED;
    b->superseded = true;
    b->title = "a newer run reports here";
    b->summary = "A newer run of this commit reports under this name. This one goes on, and says no more here.";
    b->completed_at = e->now;
    x->row->seq = seq + 1;
    effect_finish(e, x, sv_of(name_at(r->row, sha, &x->arena)), x->row->seq);
}

bool check_is_same(const struct effect *a, const struct effect *b)
{
    return a->kind == EFFECT_CHECK && b->kind == EFFECT_CHECK &&
           strcmp(a->check.external_id, b->check.external_id) == 0;
}

/* Steps have check runs of their own, and so have other commits. */
static bool is_of_run(const struct live_run *r, const struct effect *x)
{
    return r->row->report_context && is_own(r->row, x->check.sha) && strcmp(x->check.name, r->row->report_context) == 0;
}

void check_learn(struct engine *e, const struct live_effect *x, const char *id)
{
    struct live_run *r = map_get_id(&e->runs, x->row->run_id);
    if (r && !r->check_id && is_of_run(r, x->row))
        r->check_id = arena_strdup(&r->arena, id);
    LIST_EACH(&x->serial->waiting, n)
    {
        struct live_effect *o = CONTAINER_OF(n, struct live_effect, node);
        if (check_is_same(o->row, x->row))
            o->row->remote_id = arena_strdup(&o->arena, id);
    }
}

void check_dead(struct engine *e, const struct live_effect *x)
{
    struct live_run *r = map_get_id(&e->runs, x->row->run_id);
    if (r && is_of_run(r, x->row))
        r->check_refused = true;
}
