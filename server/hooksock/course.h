/* SPDX-License-Identifier: Apache-2.0 */
/* The course of one call of a local hook: what happened, and what is to be done next. Pure: `now` is a parameter, in
 * the engine's time. Whoever carries the call out (desk.c) does one thing at a time and says how it ended.
 *
 *   find the repository ─► is something missing? ─► the client sends a pack ─► it is looked through
 *                                    └──────────────────────────────────────────────┴─► deliveries stored ─► judged
 */
#pragma once
#include "base/clk.h"
#include "base/err.h"
#include "engine/verdict.h"
#include "hooks/wire.h"

enum course_hook { COURSE_PRE_PUSH, COURSE_PRE_RECEIVE, COURSE_UPDATE, COURSE_POST_RECEIVE, COURSE_HOOK_N };
extern const char *const course_hook_name[]; /* "pre-push", … ; "other" at the end */

enum course_state {
    COURSE_FINDING,
    COURSE_SENDING, /* the client sends */
    COURSE_TAKING,
    COURSE_STORING,
    COURSE_JUDGING,
    COURSE_OVER
};
enum course_step {
    STEP_NONE, /* go on with what is under way */
    STEP_FIND,
    STEP_SEND,
    STEP_TAKE,
    STEP_STORE,
    STEP_JUDGE,   /* ask for the answers of the engine, now, after each of its commits, and at c->next */
    STEP_VERDICT, /* c->verdict and c->reason */
    STEP_END      /* close without a verdict: we cannot say, and the client's own policy decides. c->reason counts */
};

struct course {
    enum course_state state;
    enum course_hook hook;
    bool skip;          /* only recorded: FETTLE_SKIP */
    bool wants_objects; /* the new ids have to be here before it is judged */
    size_t n_refs, n_stored;
    msec_t until;               /* the client waits no longer */
    msec_t next;                /* STEP_JUDGE: the time at which an answer is due in any case */
    enum verdict_state verdict; /* ALLOW or DENY, once known */
    const char *reason;         /* literal, of hooks/PROTOCOL.md; of STEP_END: of the metric */
    size_t by;                  /* STEP_VERDICT behind STEP_JUDGE: the answer that decided */
};

enum course_step course_begin(struct course *c, const struct hook_call *call, msec_t now);
enum course_found { FOUND_NO_REPO, FOUND_WHOLE, FOUND_LACKS, FOUND_FAILED };
enum course_step course_found(struct course *c, enum course_found what);
enum course_pack { PACK_CAME, PACK_NONE, PACK_TOO_LARGE, PACK_NO_ROOM };
enum course_step course_pack(struct course *c, enum course_pack what);
enum course_step course_taken(struct course *c, enum err_class cls);
/* Once for each ref. ERR_CONFLICT: another call had this id, which said something else. */
enum course_step course_stored(struct course *c, enum err_class cls);
/* v: the answers, one a ref. */
enum course_step course_judged(struct course *c, const struct engine_verdict *v, size_t n, msec_t now);
