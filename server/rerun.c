/* SPDX-License-Identifier: Apache-2.0 */
/* A person wants a run again. */
#include <stdio.h>
#include "server/host.h"

static enum rerun_what what_of(struct sv word)
{
    return sv_is(word, "failed") ? RERUN_FAILED
           : sv_is(word, "job")  ? RERUN_JOB
           : sv_is(word, "from") ? RERUN_FROM
                                 : RERUN_ALL;
}

/* The parts of the text end with a zero byte each; an empty one is not there. */
static const char *next(struct sv *rest)
{
    struct sv part = SV_NONE;
    sv_next(rest, 0, &part);
    return part.n ? part.p : NULL;
}

void rerun_letter(struct app *a, struct app_letter *l)
{
    AUTO(buf_free) struct buf asked = l->text;
    AUTO(arena_free) struct arena arena = {0};
    struct sv rest = buf_view(&asked);
    struct rerun_answer answer;
    const char *what = next(&rest), *job = next(&rest), *step = next(&rest), *by = next(&rest);
    struct rerun want = {.what = what_of(sv_of(what)), .job = job, .step = step};
    want.cause = arena_fmt(&arena, "asked for by %s", by ? by : "a person");
    l->text = (struct buf){0};
    host_rerun(a->host, l->id, &want, &answer);
    l->ok = answer.run != 0;
    l->id = answer.run;
    snprintf(l->trace, sizeof l->trace, "%s", answer.trace);
    buf_str(&l->text, answer.text);
}
