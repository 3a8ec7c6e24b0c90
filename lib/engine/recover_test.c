/* SPDX-License-Identifier: Apache-2.0 */
/* Tests that failed. First they alone are run again, on the same tree: what passes then is flaky, and said to be. Else
 * the workflow's own fix is run, with the names of the tests and what they said, and the step judges what it did: it is
 * kept, or dropped as if it had not been. */
#include "engine/recover.h"

bool recover_by_testfix(struct engine *e, const struct trouble *t, const struct wf_recovery *p)
{
    struct live_job *j = t->job;
    if (job_recovery(j) && t->attempt->role != ROLE_RERUN)
        return recover_drop(e, j);
    if (!p || p->strategy != STRATEGY_TESTFIX)
        return false;
    if (t->step->kind != STEP_RUN) {
        recover_refuse(e, t, STRATEGY_TESTFIX, "the step is no script");
        return false;
    }
    if (!job_recovery(j)) {
        recover_open(e, t, STRATEGY_TESTFIX, p->fix || p->fix_job ? "run again, then fix" : "run again");
        j->role = ROLE_RERUN;
        return true;
    }
    if ((!p->fix && !p->fix_job) || t->failure->class == FAILURE_CANCELLED || job_was_told(j))
        return false;
    j->role = ROLE_FIX;
    recover_part(e, j, PART_KEEP);
    return true;
}

const char *recover_script(struct live_job *j, enum attempt_role role)
{
    const struct wf_recovery *p = policy_entry(j);
    if (!p || p->strategy != STRATEGY_TESTFIX)
        return NULL;
    return role == ROLE_RERUN ? p->rerun : role == ROLE_FIX ? p->fix : NULL;
}

static const char *lines_of(struct arena *a, const char *tests)
{
    AUTO(jdoc_free) struct jdoc *d = NULL;
    AUTO(buf_free) struct buf b = {0};
    struct err ignored;
    if (!tests || jdoc_parse(sv_of(tests), NULL, &d, &ignored) < 0)
        return "";
    for (size_t i = 0; i < jval_len(jdoc_root(d)); i++) {
        buf_str(&b, i ? "\n" : "");
        buf_sv(&b, jval_str(jval_item(jdoc_root(d), i)));
    }
    return b.n ? arena_dup(a, buf_view(&b)) : "";
}

/* What an attempt is to mend, or to look at once more; NULL = nothing. */
static const struct recovery *mended_by(const struct live_job *j)
{
    if (!j)
        return NULL;
    if (job_is_fix(j))
        return job_recovery(j->parent);
    return j->role == ROLE_STEP ? NULL : job_recovery(j);
}

int64_t recover_failed_attempt(const struct live_job *j)
{
    const struct recovery *r = mended_by(j);
    return r ? r->attempt_id : 0;
}

void recover_environment(struct scene *s, struct env_list *list)
{
    const struct recovery *r = mended_by(s->job);
    if (!r)
        return;
    const struct action_input all[] = {
        {"FETTLE_RECOVERY", attempt_role_name[job_is_fix(s->job) ? ROLE_FIX : s->job->role]},
        {"FETTLE_FAILED_CLASS", failure_class_name[r->class]},
        {"FETTLE_FAILED_TESTS", lines_of(s->a, r->tests)},
    };
    for (size_t i = 0; i < ARRAY_LEN(all); i++)
        VEC_PUSH(&list->list, all[i]);
}
