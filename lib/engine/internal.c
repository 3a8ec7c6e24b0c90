/* SPDX-License-Identifier: Apache-2.0 */
/* Events that we make ourselves: effects of the outbox, so that they are decided in the change-set of what caused them
 * and happen once. They come back as deliveries, and are matched like any other. */
#include "core/internal_event.h"
#include "core/trace.h"
#include "engine/judged.h"
#include "fmt/json.h"

enum { CHAIN_MOST = 3 }; /* GitHub: "can't chain more than three levels of workflows" with workflow_run */

static void send(struct engine *e, int64_t run, const char *guid, const struct hook_event *ev)
{
    AUTO(buf_free) struct buf payload = {0};
    struct live_effect *x = effect_new(e, SV(INTERNAL_FORGE), "", run, EFFECT_EVENT);
    struct arena *a = &x->arena;
    internal_event_write(ev, &payload);
    x->row->event = (struct event_body){
        .guid = arena_strdup(a, guid), .event = arena_strdup(a, ev->name), .payload = arena_dup(a, buf_view(&payload))};
    x->row->serial_key = arena_fmt(a, "event:%s", guid);
    x->row->event.made_up = ev->made_up;
    const struct live_run *from = run ? map_get_id(&e->runs, run) : NULL;
    char trace[TRACE_KEPT];
    if (from && trace_child(from->row->trace, run, trace))
        x->row->event.trace = arena_strdup(a, trace);
    effect_finish(e, x, sv_of(guid), 1);
}

void internal_made_up(struct engine *e, const struct hook_event *ev, const char *guid)
{
    send(e, 0, guid, ev);
}

static void at_repo(const struct engine *e, struct hook_event *ev, const char *id, struct arena *a)
{
    const struct repo *r = id ? repo_by_id(e->conf->repos, sv_of(id)) : NULL;
    ev->repo.is_private = UNKNOWN;
    if (!r)
        return;
    ev->repo.id = r->id;
    ev->repo.full_name = r->path;
    ev->repo.default_branch = r->default_branch;
    ev->ref = arena_fmt(a, "refs/heads/%s", r->default_branch);
}

void internal_schedule(struct engine *e, const struct scheduled *s, msec_t at)
{
    AUTO(arena_free) struct arena a = {0};
    char when[25];
    struct hook_event ev = {.name = "schedule", .schedule = s->cron_text, .workflow = s->file, .trusted = YES};
    at_repo(e, &ev, s->repo ? s->repo->id : NULL, &a);
    when_text(at, when);
    send(e, 0, arena_fmt(&a, "schedule:%s:%s:%s:%.16s", s->repo ? s->repo->id : "", s->file, s->cron_text, when), &ev);
}

/* ---- workflow_run ---- */

static int64_t chain_of(struct live_run *r)
{
    int64_t n = 0;
    return jval_int(jval_at(run_context(r), "event", "client_payload", "chain"), &n) ? n : 0;
}

static const char *branch_of(const char *ref)
{
    return ref && strncmp(ref, "refs/heads/", 11) == 0 ? ref + 11 : NULL;
}

/* At one of the commits that it is about. */
static void run_at(struct engine *e, struct live_run *r, const char *action, const char *sha)
{
    static const char *const words[CONC_N] = {
        [CONC_SUCCESS] = "success",     [CONC_FAILURE] = "failure",     [CONC_ERROR] = "failure",
        [CONC_TIMED_OUT] = "timed_out", [CONC_CANCELLED] = "cancelled", [CONC_SKIPPED] = "skipped",
    };
    AUTO(arena_free) struct arena a = {0};
    const struct run *row = r->row;
    bool done = strcmp(action, "completed") == 0;
    char id[ID_TEXT];
    if (!standing_listens(e, row->workflow, row->repo_id))
        return;
    int64_t chain = chain_of(r) + 1;
    if (chain > CHAIN_MOST) {
        record_journal(e, "run", row->id, row->id, action, action,
                       "no further workflow_run: three levels are the most");
        return;
    }
    struct hook_event ev = {.name = "workflow_run", .action = action, .trusted = YES};
    at_repo(e, &ev, row->repo_id, &a);
    id_text(row->id, id);
    const struct jval *branch = jval_at(run_context(r), "github", "head_ref");
    ev.workflow_run = (struct event_workflow_run){.present = true,
                                                  .run = id,
                                                  .name = row->workflow,
                                                  .event = row->event,
                                                  .status = done ? "completed" : "requested",
                                                  .conclusion = done ? words[row->conclusion] : NULL,
                                                  .head_branch = jval_str(branch).n ? arena_dup(&a, jval_str(branch))
                                                                                    : branch_of(row->ref),
                                                  .head_sha = sha};
    ev.client_payload = arena_fmt(&a, "{\"chain\":%lld}", (long long)chain);
    bool own = !sha || !row->sha || strcmp(row->sha, sha) == 0;
    send(e, row->id, arena_fmt(&a, "workflow_run:%s:%s%s%s", id, action, own ? "" : ":", own ? "" : sha), &ev);
}

/* What judges a push is heard of with the push: nothing is to be deployed that was never pushed. */
void internal_run(struct engine *e, struct live_run *r, const char *action)
{
    const struct run *row = r->row;
    if (row->report_seq != REPORT_HELD)
        run_at(e, r, action, row->sha);
    for (size_t i = 0; judged_is_verdict(row) && i < row->n_involved; i++)
        run_at(e, r, action, row->involved[i].sha);
}

void internal_heard(struct engine *e, struct live_run *r, const char *sha)
{
    run_at(e, r, "requested", sha);
    if (r->row->state == WORK_DONE)
        run_at(e, r, "completed", sha);
}
