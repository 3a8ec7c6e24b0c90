/* SPDX-License-Identifier: Apache-2.0 */
/* What was done about the failures of a run, and what it asked people, for `fettle runs show`. */
#include "server/cli/runs.h"

static struct sv member(const struct jval *x, const char *name)
{
    return jval_str(jval_get(x, name));
}

static struct sv key_of_job(const struct jval *run, struct sv id)
{
    const struct jval *jobs = jval_get(run, "jobs");
    for (size_t i = 0; i < jval_len(jobs); i++)
        if (sv_eq(member(jval_item(jobs, i), "id"), id))
            return member(jval_item(jobs, i), "key");
    return SV("?");
}

static void put_recovery(struct buf *b, const struct jval *run, const struct jval *x)
{
    AUTO(buf_free) struct buf line = {0};
    char at[20];
    cli_text(key_of_job(run, member(x, "job")), &line);
    buf_fmt(&line, ": %.*s after %.*s: %.*s", SV_ARG(member(x, "strategy")), SV_ARG(member(x, "class")),
            SV_ARG(member(x, "outcome")));
    if (member(x, "detail").n) {
        buf_str(&line, ", ");
        cli_text(member(x, "detail"), &line);
    }
    buf_fmt(&line, "  (%.*s)", SV_ARG(time_short(member(x, "at"), at)));
    field_text(b, "recovery", buf_view(&line));
}

static void put_approval(struct buf *b, const struct jval *run, const struct jval *x)
{
    AUTO(buf_free) struct buf line = {0};
    struct sv by = member(x, "answered_by"), sha = member(x, "sha"), until = member(x, "deadline");
    cli_text(key_of_job(run, member(x, "job")), &line);
    buf_str(&line, ": ");
    cli_text(member(x, "question"), &line);
    buf_fmt(&line, "  %.*s", SV_ARG(member(x, "state")));
    if (by.n) {
        buf_str(&line, " by ");
        cli_text(by, &line);
    }
    if (sha.n)
        buf_fmt(&line, ", for %.*s", SV_ARG(sv_cut(sha, 12)));
    if (until.n && sv_is(member(x, "state"), "asked"))
        buf_fmt(&line, ", until %.*s (then: %.*s)", SV_ARG(until), SV_ARG(member(x, "then")));
    field_text(b, "approval", buf_view(&line));
}

void put_story(struct buf *b, const struct jval *run)
{
    const struct jval *recoveries = jval_get(run, "recoveries"), *approvals = jval_get(run, "approvals");
    for (size_t i = 0; i < jval_len(recoveries); i++)
        put_recovery(b, run, jval_item(recoveries, i));
    for (size_t i = 0; i < jval_len(approvals); i++)
        put_approval(b, run, jval_item(approvals, i));
}
