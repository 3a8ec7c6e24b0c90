/* SPDX-License-Identifier: Apache-2.0 */
/* What ended how, and what follows from it for those behind. */
#include "engine/state.h"

bool conclusion_failed(enum conclusion c)
{
    return c == CONC_FAILURE || c == CONC_ERROR || c == CONC_TIMED_OUT;
}

/* github.com/actions/runner/issues/1161: "continue-on-error means that even if the job errors, the result is set to
 * `success` (note that the UI still shows failure)". */
enum conclusion job_counts_as(const struct job *j)
{
    return j->continue_on_error && conclusion_failed(j->conclusion) ? CONC_SUCCESS : j->conclusion;
}

const char *result_word(enum conclusion c)
{
    return conclusion_failed(c) ? "failure" : c == CONC_NONE ? "" : conclusion_name[c];
}

/* All jobs before j, each looked at once: the ways through a dense graph are too many to walk. True when one of them
 * `is` what is asked for. A called workflow is a world of its own: its callers are not before its jobs. */
static bool any_before(struct live_job *j, bool (*is)(const struct job *row))
{
    struct live_run *r = j->run;
    const struct live_job **pending = mem_new((r->jobs.n + 1) * sizeof *pending);
    size_t n = 0;
    bool found = false;
    r->walks++;
    pending[n++] = j;
    while (n && !found) {
        const struct live_job *x = pending[--n];
        for (size_t i = 0; i < x->n_needs && !found; i++) {
            struct live_job *need = x->needs[i];
            if (need->mark == r->walks)
                continue;
            need->mark = r->walks;
            found = is(need->row);
            pending[n++] = need;
        }
    }
    mem_free(pending);
    return found;
}

static bool has_failed(const struct job *row)
{
    return conclusion_failed(job_counts_as(row));
}

static bool is_no_success(const struct job *row)
{
    return job_counts_as(row) != CONC_SUCCESS;
}

/* GitHub asks all jobs before it here as well: a job behind one that was skipped is skipped, also when one between them
 * ran all the same (actions/runner#491). */
bool job_needs_succeeded(struct live_job *j)
{
    return j->n_needs == 0 || !any_before(j, is_no_success);
}

bool job_needs_failed(struct live_job *j)
{
    return j->n_needs > 0 && any_before(j, has_failed);
}

const struct job *job_blocker(struct live_job *j)
{
    for (size_t i = 0; i < j->n_needs; i++)
        if (is_no_success(j->needs[i]->row))
            return j->needs[i]->row;
    /* All that it names went well: it is one before them. The walk left marks on what it saw. */
    if (any_before(j, is_no_success))
        for (size_t i = 0; i < j->run->jobs.n; i++)
            if (j->run->jobs.at[i]->mark == j->run->walks && is_no_success(j->run->jobs.at[i]->row))
                return j->run->jobs.at[i]->row;
    return NULL;
}

bool steps_failed(const struct live_job *j, const struct step *before)
{
    for (size_t i = 0; i < j->row->n_steps && &j->row->steps[i] != before; i++)
        if (conclusion_failed(j->row->steps[i].conclusion))
            return true;
    return false;
}

enum conclusion steps_conclusion(struct engine *e, struct live_job *j)
{
    enum conclusion c = CONC_SUCCESS;
    bool cancelled = job_is_cancelled(e, j);
    for (size_t i = 0; i < j->row->n_steps; i++) {
        const struct step *s = &j->row->steps[i];
        if (s->conclusion == CONC_CANCELLED || (cancelled && s->conclusion == CONC_SKIPPED && s->cond == COND_SUCCESS))
            return CONC_CANCELLED;
        if (c == CONC_SUCCESS && conclusion_failed(s->conclusion))
            c = s->conclusion;
    }
    return c;
}
