/* SPDX-License-Identifier: Apache-2.0 */
/* The calls of one credential. Whoever wants something of a forge's API, an effect, a question, a look, asks here: the
 * call waits until the budget of the credential (core/limit.h), the rest that the forge asked for and the breaker let
 * it go, and then becomes the action that its owner named. Private to lib/engine; comes with state.h.
 *
 * How to use it: put a struct lane_call, zeroed, into the struct that waits for the answer. Set `what` and `id`, call
 * lane_call with a request. When the event with the answer comes (the one of `what`, with `id`), call lane_answered
 * first of all; if that says no, the answer is not the one waited for. Then lane_call again, or outbox_pump: others may
 * go now. lane_drop before the struct is freed. An event first goes to lane_stray: a call that was dropped under way is
 * still a call to the forge until its answer is there, and what the answer says of limits counts. */
#pragma once
#include "base/list.h"
#include "base/map.h"
#include "core/breaker.h"
#include "engine/engine.h"
#include "engine/wake.h"

enum lane_call_state { LANE_CALL_NONE, LANE_CALL_HELD, LANE_CALL_WAITS, LANE_CALL_FLIES };
struct lane_call {
    enum engine_action_kind what; /* ACT_CALL, ACT_ASK, ACT_LOOK; another one needs a line in lane.c */
    int64_t id;                   /* names the owner in the action and in the event that answers */
    /* of lane.c: */
    enum lane_call_state state;
    enum call_kind kind;
    struct lane *lane;
    int64_t seq;                /* LANE_CALL_HELD: the change-set that must be on disk first */
    struct api_request request; /* until it flies */
    struct list node;
};

/* In which order effects begin: those that say an end and those that make something take turns, before those that say a
 * beginning, which the next ones may make needless. Within one, repositories take turns. */
enum lane_ring { RING_FINAL, RING_CREATE, RING_PENDING, RING_N };

struct serial;
struct lane {
    const char *name;
    const struct forge_ops *ops; /* NULL when the forge left the configuration */
    bool can_post;
    struct budget budget;
    struct breaker breaker;
    int fails, limited; /* answers in a row: none at all; "you call too often" */
    msec_t not_before;  /* after those that never came */
    struct list strays; /* dropped calls that are still under way */
    struct list held;   /* calls whose intent is not on disk yet, in order */
    struct list waiting[CALL_KIND_N];
    int n_waiting[CALL_KIND_N], held_writes;
    /* outbox.c: conversations under way, and what waits for one */
    int talks, creating;
    struct map by_key, repos;
    struct list serials; /* all of them */
    struct list rings[RING_N];
    enum lane_ring last; /* of RING_FINAL and RING_CREATE: who had the last turn */
    struct heap later;   /* serial queues that must not speak yet */
    struct wake wake;
    bool waits;
    int64_t coalesced, spaced; /* since the start: effects; calls that had to wait for the budget */
};

/* lane.c */
struct lane *lane_new(struct engine *e, const char *name);
void lane_free(struct lane *l);
void lane_boot(struct engine *e, const struct setting *at, size_t n); /* the time is known; rest from before */
void lane_conf(struct engine *e, struct lane *l, const struct engine_forge *f); /* f NULL = it is there no more */

/* Takes what is in *request. Goes at once, if it may. `c` has no call. */
void lane_call(struct engine *e, struct lane *l, struct lane_call *c, struct api_request *request);
/* The same, but not before the change-set of this step is on disk. */
void lane_call_held(struct engine *e, struct lane *l, struct lane_call *c, struct api_request *request);
/* False: there is no call under way that this could answer. */
bool lane_answered(struct engine *e, struct lane_call *c, const struct api_reply *r);
void lane_drop(struct lane_call *c); /* nobody waits for it any more */
/* True: this is the answer to a call of `id` that was dropped; there is nothing more to do with it. */
bool lane_stray(struct engine *e, enum engine_action_kind what, int64_t id, const struct api_reply *r);
/* The forge wants rest until then (a limit that only a body tells of); kept over restarts. */
void lane_rest(struct engine *e, struct lane *l, msec_t until);

void lane_committed(struct engine *e, int64_t seq);
void lane_go(struct engine *e, struct lane *l); /* what waits and may go, goes */
/* When a call of this kind may go, were it the next one; BUDGET_LATER = when one under way has ended. */
msec_t lane_when(const struct engine *e, const struct lane *l, enum call_kind k);
msec_t lane_next(const struct engine *e, const struct lane *l); /* when the first that waits may; as above */
