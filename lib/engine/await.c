/* SPDX-License-Identifier: Apache-2.0 */
/* A step that is over when the forge has taken its effect, or will not: its job waits on hold meanwhile, without a
 * slot. Which effect it is stands nowhere but in its key, which follows from the run, the step and the try; so a
 * start-up finds it again, and what the effect came to and the end of the step are one change-set. */
#include "engine/recover.h"
#include "fmt/json.h"

static struct step *waiting_step(struct live_job *j)
{
    for (size_t i = 0; j->row->hold == HOLD_EFFECT && i < j->row->n_steps; i++)
        if (j->row->steps[i].state == WORK_RUNNING)
            return &j->row->steps[i];
    return NULL;
}

static bool is_of_step(const struct effect *x, const struct live_job *j, const struct step *s)
{
    AUTO(arena_free) struct arena a = {0};
    char key[27];
    if (x->run_id != j->row->run_id)
        return false;
    effect_key(x->run_id, x->kind, sv_of(report_step_name(j, s, &a)), s->attempts, key);
    return strcmp(key, x->key) == 0;
}

void await_effect(struct engine *e, struct live_job *j, const struct live_effect *x)
{
    AUTO(arena_free) struct arena a = {0};
    job_hold(e, j, HOLD_EFFECT, 0,
             arena_fmt(&a, "waits until the forge has taken its %s", effect_kind_name[x->row->kind]));
}

static const char *outputs_of(const struct effect *x, struct arena *a)
{
    AUTO(buf_free) struct buf json = {0};
    struct jout o = {.buf = &json};
    jout_open(&o, '{');
    if (x->remote_id)
        jout_kstrz(&o, "number", x->remote_id);
    if (x->remote_url)
        jout_kstrz(&o, "url", x->remote_url);
    jout_close(&o, '}');
    return json.n > 2 ? arena_dup(a, buf_view(&json)) : NULL;
}

static void end(struct engine *e, struct live_job *j, struct step *s, const struct effect *x)
{
    struct arena *a = &j->run->arena;
    if (x && x->state == EFFECT_SENT) {
        s->outputs = outputs_of(x, a);
        step_end(e, j, s, CONC_SUCCESS, NULL);
    } else if (x && x->state == EFFECT_COALESCED) {
        step_end(e, j, s, CONC_SUCCESS, "a newer one was sent in its place");
    } else {
        step_end(e, j, s, CONC_FAILURE, x && x->last_error ? arena_strdup(a, x->last_error) : "its effect is gone");
    }
    job_release(e, j, "the forge has answered");
}

void await_settled(struct engine *e, const struct effect *x)
{
    struct live_run *r = map_get_id(&e->runs, x->run_id);
    for (size_t i = 0; r && i < r->jobs.n; i++) {
        struct step *s = waiting_step(r->jobs.at[i]);
        if (s && is_of_step(x, r->jobs.at[i], s)) {
            end(e, r->jobs.at[i], s, x);
            e->awaited = true;
            return;
        }
    }
}

void await_cancelled(struct engine *e, struct live_job *j)
{
    struct step *s = waiting_step(j);
    if (s)
        step_end(e, j, s, CONC_CANCELLED, "cancelled; what it says may reach the forge all the same");
}

static bool is_open(struct engine *e, const struct live_job *j, const struct step *s)
{
    struct sv key;
    void *v;
    for (size_t at = 0; map_each(&e->effects, &at, &key, &v);)
        if (is_of_step(((struct live_effect *)v)->row, j, s))
            return true;
    return false;
}

void await_adopt(struct engine *e, struct live_run *r)
{
    for (size_t i = 0; i < r->jobs.n; i++) {
        struct step *s = waiting_step(r->jobs.at[i]);
        if (s && !is_open(e, r->jobs.at[i], s)) /* no committed change-set leaves that behind */
            end(e, r->jobs.at[i], s, NULL);
        else if (!s && r->jobs.at[i]->row->hold == HOLD_EFFECT)
            job_release(e, r->jobs.at[i], "nothing of it waits for a forge");
    }
}
