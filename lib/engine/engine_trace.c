/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/engine_trace.h"
#include "engine/state.h"
#include "engine/undecided.h"

int64_t engine_run_of(const struct engine *e, int64_t effect)
{
    const struct live_effect *x = map_get_id(&e->effects, effect);
    return x ? x->row->run_id : 0;
}

const char *engine_trace(const struct engine *e, int64_t id)
{
    const struct live_effect *x = map_get_id(&e->effects, id);
    const struct live_run *r = map_get_id(&e->runs, x ? x->row->run_id : id);
    const struct undecided *u = map_get_id(&e->undecided, id);
    return r ? r->row->trace : x ? x->trace : u ? u->trace : NULL;
}

const struct step *engine_step_row(const struct engine *e, int64_t run, int64_t step)
{
    const struct live_run *r = map_get_id(&e->runs, run);
    for (size_t i = 0; r && i < r->row->n_jobs; i++)
        for (size_t k = 0; k < r->row->jobs[i]->n_steps; k++)
            if (r->row->jobs[i]->steps[k].id == step)
                return &r->row->jobs[i]->steps[k];
    return NULL;
}
