/* SPDX-License-Identifier: Apache-2.0 */
#include "server/exit_class.h"
#include "server/app.h"

void exit_rules(struct app *a)
{
    struct log_rules *fresh = NULL;
    struct err e = {0};
    /* Each expression has been compiled when the file was read. */
    if (log_rules_new(a->conf->failure_rules, a->conf->n_failure_rules, &fresh, &e) < 0)
        panic_at(__FILE__, __LINE__, e.msg);
    log_rules_free(&a->rules);
    a->rules = fresh;
}

static enum attempt_end end_of(enum exit_reason r)
{
    switch (r) {
    case EXIT_TIMEOUT:
        return END_TIMEOUT;
    case EXIT_SILENT:
        return END_SILENT;
    case EXIT_CANCELLED:
        return END_CANCELLED;
    case EXIT_NOT_STARTED:
        return END_NOT_STARTED;
    case EXIT_LOST:
        return END_LOST;
    case EXIT_NORMAL:
        break;
    }
    return END_ITSELF;
}

const struct failure *exit_class(const struct app *a, const struct exit_record *x, const struct step_result *left,
                                 const struct err *err, struct arena *arena, struct failure *ret)
{
    struct failure_signs s = {.end = end_of(x->reason),
                              .exit_code = x->exit_code,
                              .signal = x->signal,
                              .oom = x->oom,
                              .remark = x->detail[0] ? x->detail : NULL,
                              .err = err,
                              .result = left};
    bool ok = s.end == END_ITSELF && x->exit_code == 0 && !x->signal && (!err || err->cls == ERR_OK);
    if (ok && !(left && left->problem))
        return NULL;
    if (left) {
        s.problem = left->problem;
        s.tests = left->tests.files ? &left->tests : NULL;
        s.tail = left->tail;
    }
    /* The shim's remark about output that it could not store. */
    s.output_lost = s.end == END_ITSELF && sv_find(sv_of(x->detail), SV("bytes of output could not be stored")) >= 0;
    failure_classify(&s, a->rules, arena, ret);
    return ret;
}
