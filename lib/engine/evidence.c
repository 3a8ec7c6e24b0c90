/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/recover.h"

/* What came of the same failure before, when it was tried again: the last source, when nothing else is known. */
static void put_history(struct jout *o, const struct failure_stat *seen)
{
    jout_key(o, "history");
    jout_open(o, '{');
    jout_kint(o, "passed", seen->passed);
    jout_kint(o, "failed", seen->failed);
    jout_close(o, '}');
}

const char *evidence_json(struct arena *a, const struct failure *f, const struct failure_stat *seen)
{
    AUTO(buf_free) struct buf json = {0};
    struct jout o = {.buf = &json};
    jout_open(&o, '{');
    bool known = seen && seen->passed + seen->failed > 0;
    enum failure_source source = known && f->source == FAILURE_BY_NOTHING ? FAILURE_BY_HISTORY : f->source;
    jout_kstrz(&o, "source", failure_source_name[source]);
    jout_kint(&o, "confidence", f->confidence);
    jout_kstrz(&o, "text", f->evidence);
    jout_kstrz(&o, "rule", f->rule);
    jout_kstrz(&o, "hint", f->hint);
    jout_kstrz(&o, "excerpt", f->excerpt);
    if (f->retry_after)
        jout_kint(&o, "retry_after_ms", f->retry_after);
    if (known)
        put_history(&o, seen);
    if (f->n_tests) {
        jout_key(&o, "tests");
        jout_strs(&o, f->tests, f->n_tests);
    }
    jout_close(&o, '}');
    return arena_dup(a, buf_view(&json));
}

const char *tests_json(struct arena *a, const struct failure *f)
{
    AUTO(buf_free) struct buf json = {0};
    struct jout o = {.buf = &json};
    if (!f->n_tests)
        return NULL;
    jout_strs(&o, f->tests, f->n_tests);
    return arena_dup(a, buf_view(&json));
}

/* As ::warning would, behind what is there. */
void recover_note(struct live_job *j, struct step *s, enum attempt_role role)
{
    AUTO(buf_free) struct buf json = {0};
    AUTO(arena_free) struct arena a = {0};
    struct arena *keep = &j->run->arena;
    const struct recovery *r = job_recovery(j);
    const char *what = role == ROLE_VERIFY ? "its tests were mended"
                       : r->tests          ? "tests that failed passed on the same tree: they are flaky"
                                           : "it passed when it was tried again";
    struct jout o = {.buf = &json};
    jout_open(&o, '[');
    jout_open(&o, '{');
    jout_kstrz(&o, "level", "warning");
    jout_kstrz(&o, "title", "Recovered");
    jout_kstrz(&o, "text",
               arena_fmt(&a, "%s: %s (%s)%s%s", s->name, what, failure_class_name[r->class], r->tests ? " " : "",
                         r->tests ? r->tests : ""));
    jout_close(&o, '}');
    jout_close(&o, ']');
    s->notes = s->notes && s->notes[0] == '[' && s->notes[1] != ']'
                   ? arena_fmt(keep, "%.*s,%s", (int)strlen(s->notes) - 1, s->notes, json.p + 1)
                   : arena_dup(keep, buf_view(&json));
}
