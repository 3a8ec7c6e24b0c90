/* SPDX-License-Identifier: Apache-2.0 */
#include "fmt/json.h"
#include "server/api/api.h"
#include "server/trace.h"

static void put(struct buf *text, const char *part)
{
    buf_str(text, part ? part : "");
    buf_chr(text, 0);
}

static void ask(const struct api_call *c, const char *what, const char *job, const char *step)
{
    AUTO(buf_free) struct buf text = {0};
    put(&text, what);
    put(&text, job);
    put(&text, step);
    put(&text, api_sender(c));
    api_ask_with(c, LETTER_RERUN, c->id, buf_view(&text));
}

void api_rerun(const struct api_call *c)
{
    AUTO(buf_free) struct buf what = {0}, job = {0}, step = {0}, run = {0};
    struct err e = {0};
    struct reader *r = intake_reader(c->intake);
    int rc = r ? read_run_json(r, c->id, &run, &e) : -1;
    api_query(c, "what", &what);
    api_query(c, "job", &job);
    api_query(c, "step", &step);
    bool no_job = sv_is(buf_view(&what), "job") && !job.n, no_step = sv_is(buf_view(&what), "from") && !step.n;
    if (rc > 0)
        api_problem(c, 404, "no such run", NULL);
    else if (rc < 0)
        api_problem(c, 503, "the store cannot be read", e.msg);
    else if (no_job || no_step)
        api_problem(c, 400, no_job ? "job is missing" : "step is missing", NULL);
    else
        ask(c, what.p, job.p, step.p);
}

void api_rerun_answer(const struct api_call *c, const struct app_letter *l)
{
    AUTO(buf_free) struct buf b = {0};
    struct jout j = {.buf = &b};
    char header[TRACE_HEADER];
    if (!l->ok) {
        api_problem(c, 409, "refused", l->text.n ? l->text.p : NULL);
        return;
    }
    jout_open(&j, '{');
    jout_kid(&j, "run", l->id);
    jout_kstrz(&j, "status", "accepted");
    jout_kstrz(&j, "remark", l->text.n ? l->text.p : NULL);
    jout_close(&j, '}');
    buf_chr(&b, '\n');
    api_json_with(c, 202, trace_header(l->trace, l->id, header), buf_view(&b));
}
