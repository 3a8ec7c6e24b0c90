/* SPDX-License-Identifier: Apache-2.0 */
/* Pushes that are judged before they happen: which run has judged the same content already, and what a call of a hook
 * waits for (engine/verdict.h). Private to lib/engine; comes with state.h.
 *
 * A run of pre_push or pre_receive is the verdict about what it ran with: repository, workflow, tree, base, and the
 * files it is made of (struct run, `verdict`). It says nothing at the forge until a push of the same content is told
 * of: then it speaks at that commit, and nothing runs again. Runs that are over are asked of the store. */
#pragma once
#include "engine/state.h"
#include "engine/verdict.h"

/* ---- judged.c: verdicts ---- */

struct judged {           /* what is known of an event and one workflow */
    struct live_run *run; /* that judges it, or has: nothing runs again; NULL = none */
    const char *key;      /* of the run to come, when it judges; NULL = it does not, or what it is about is not known */
    bool unjudged;        /* a push that the same workflow should have judged before */
};
bool judged_any(const struct engine *e); /* a workflow of the server's folder judges pushes */
static inline bool judged_is_verdict(const struct run *r)
{
    return strcmp(r->event, "pre_push") == 0 || strcmp(r->event, "pre_receive") == 0;
}
bool judged_is_asked(const struct hook_event *ev); /* pre_push, pre_receive */
/* v: what trigger_match said of w. Text in `a`. */
void judged_find(struct engine *e, const struct undecided *u, const struct gather *g, const struct workflow *w,
                 const struct trigger_input *in, const struct trigger_verdict *v, struct arena *a, struct judged *ret);
void judged_adopt(struct engine *e, struct live_run *r); /* it is in memory: later ones find it. Safe for any run */
void judged_forget(struct engine *e, const struct live_run *r);

/* ---- verdict.c: calls ---- */

enum join { JOIN_STARTED, JOIN_FOUND };
void call_begin(struct engine *e, const struct delivery *d); /* does nothing for those that nobody waits for */
void call_join(struct engine *e, int64_t delivery, struct live_run *r, const struct wf_trigger *t, enum join how);
void call_decided(struct engine *e, const struct undecided *u, enum delivery_state state, const char *reason);
void call_run_over(struct engine *e, const struct live_run *r);
/* Is a call about this very commit on its way to a decision? What a forge tells of it has to wait for that. */
bool call_is_pending(const struct engine *e, const struct hook_event *ev);
void calls_init(struct engine *e);
void calls_committed(struct engine *e, int64_t seq);
void calls_free(struct engine *e);
