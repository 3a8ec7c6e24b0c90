/* SPDX-License-Identifier: Apache-2.0 */
/* Which part of the engine an event is for. */
#include "engine/checkpoint.h"
#include "engine/command.h"
#include "engine/lookout.h"
#include "engine/member.h"
#include "engine/recover.h"

static void cancel(struct engine *e, int64_t run, const char *cause)
{
    struct live_run *r = map_get_id(&e->runs, run);
    if (r && r->row->state != WORK_DONE)
        run_cancel(e, r, cause);
}

static void take_delivery(struct engine *e, struct engine_event *ev)
{
    if (ev->kind == EV_DELIVERY)
        intake_delivery(e, ev->delivery);
    else if (ev->kind == EV_REPLAY)
        intake_replay(e, ev->replay);
    else if (ev->kind == EV_DECODED)
        intake_decoded(e, ev);
    else if (ev->kind == EV_GATHERED)
        intake_gathered(e, ev->gathered);
    else if (ev->kind == EV_FOUND)
        command_found(e, ev);
    else if (!lane_stray(e, ACT_ASK, ev->asked.delivery, ev->asked.reply))
        intake_asked(e, ev->asked.delivery, ev->asked.reply);
}

/* What came of a step, or of its workspace. */
static void take_work(struct engine *e, struct engine_event *ev)
{
    if (ev->kind == EV_EXITED)
        attempt_exited(e, &ev->exited.record, ev->exited.result, ev->exited.failure);
    else if (ev->kind == EV_CHECKED_OUT)
        attempt_checked_out(e, ev->checked_out.attempt, &ev->checked_out.err);
    else if (ev->kind == EV_ARCHIVED)
        attempt_archived(e, &ev->archived.record, &ev->archived.err, ev->archived.result, ev->archived.failure);
    else if (ev->kind == EV_HASHED)
        hash_answer(e, ev->hashed.job, ev->hashed.key, ev->hashed.digest, &ev->hashed.err);
    else if (ev->kind == EV_KEPT)
        checkpoint_kept(e, ev->kept.job, ev->kept.tree, ev->kept.note, &ev->kept.err);
    else
        checkpoint_restored(e, ev->restored.job, &ev->restored.err);
}

static void take_merge(struct engine *e, struct engine_event *ev)
{
    if (ev->kind == EV_MERGED)
        recover_merged(e, ev);
    else if (ev->kind == EV_LEARNED)
        recover_learned(e, ev);
    else
        recover_pushed(e, ev);
}

static void take_wish(struct engine *e, struct engine_event *ev)
{
    if (ev->kind == EV_CANCEL)
        cancel(e, ev->cancel.run, ev->cancel.cause);
    else if (ev->kind == EV_RERUN)
        rerun(e, ev->rerun.want, ev->rerun.answer);
    else if (ev->kind == EV_REDRIVE)
        outbox_redrive(e, ev->redrive);
    else if (ev->kind == EV_QUEUE)
        order_wish(e, ev);
    else
        approval_answer(e, ev->answer.run, ev->answer.how, ev->answer.by, ev->answer.sha);
}

static void take_reply(struct engine *e, struct engine_event *ev)
{
    if (ev->kind == EV_DELIVERED)
        outbox_delivered(e, ev->delivered.effect, &ev->delivered.err);
    else if (!lane_stray(e, ACT_CALL, ev->reply.effect, ev->reply.reply))
        outbox_reply(e, ev->reply.effect, ev->reply.reply);
}

static void take_foresight(struct engine *e, struct engine_event *ev)
{
    foresight_answer(e, ev->foresight);
}

static void take_look(struct engine *e, struct engine_event *ev)
{
    if (ev->kind == EV_TAKEN_IN)
        lookout_taken_in(e, ev->taken_in.talk, &ev->taken_in.err);
    else if (!lane_stray(e, ACT_LOOK, ev->looked.talk, ev->looked.reply))
        lookout_heard(e, ev->looked.talk, ev->looked.reply);
}

void event_take(struct engine *e, struct engine_event *ev)
{
    static void (*const take[])(struct engine *, struct engine_event *) = {
        [EV_DELIVERY] = take_delivery, [EV_REPLAY] = take_delivery,  [EV_DECODED] = take_delivery,
        [EV_GATHERED] = take_delivery, [EV_ASKED] = take_delivery,   [EV_FOUND] = take_delivery,
        [EV_EXITED] = take_work,       [EV_CHECKED_OUT] = take_work, [EV_ARCHIVED] = take_work,
        [EV_HASHED] = take_work,       [EV_KEPT] = take_work,        [EV_RESTORED] = take_work,
        [EV_DELIVERED] = take_reply,   [EV_REPLY] = take_reply,      [EV_MERGED] = take_merge,
        [EV_LEARNED] = take_merge,     [EV_PUSHED] = take_merge,     [EV_LOOKAHEAD] = take_foresight,
        [EV_CANCEL] = take_wish,       [EV_RERUN] = take_wish,       [EV_QUEUE] = take_wish,
        [EV_REDRIVE] = take_wish,      [EV_ANSWER] = take_wish,      [EV_LOOKED] = take_look,
        [EV_TAKEN_IN] = take_look,
    };
    MUST(ev->kind < ARRAY_LEN(take) && take[ev->kind]);
    take[ev->kind](e, ev);
}
