/* SPDX-License-Identifier: Apache-2.0 */
/* What is read from the store: deliveries, runs, effects, journal, logs. */
#include "core/trace.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>
#include "fmt/json.h"
#include "server/api/page.h"
#include "server/api/run_answer.h"
#include "server/artifacts.h"

enum { LOG_PIECE = 1 << 20 };

void api_deliveries(const struct api_call *c)
{
    api_page(c, LIST_DELIVERIES, "deliveries");
}

void api_runs(const struct api_call *c)
{
    api_page(c, LIST_RUNS, "runs");
}

void api_recoveries(const struct api_call *c)
{
    api_page(c, LIST_RECOVERIES, "recoveries");
}

void api_flaky(const struct api_call *c)
{
    api_page_on(c, LIST_FLAKY, "flaky", NULL);
}

void api_journal(const struct api_call *c)
{
    api_page_on(c, LIST_JOURNAL, "journal", NULL);
}

void api_run_journal(const struct api_call *c)
{
    char id[24];
    snprintf(id, sizeof id, "%lld", (long long)c->id);
    api_page_on(c, LIST_JOURNAL, "journal", id);
}

void api_delivery(const struct api_call *c)
{
    struct err e = {0};
    AUTO(arena_free) struct arena a = {0};
    AUTO(buf_free) struct buf b = {0};
    struct delivery d;
    const char *event;
    struct reader *r = intake_reader(c->intake);
    int rc = r ? read_delivery(r, c->id, &a, &d, &event, &e) : -1;
    if (rc != 0) {
        if (rc > 0)
            api_problem(c, 404, "no such delivery", NULL);
        else
            api_no_store(c, &e);
        return;
    }
    char at[25];
    struct jout j = {.buf = &b};
    jout_open(&j, '{');
    jout_kid(&j, "id", d.id);
    jout_kstrz(&j, "forge", d.forge);
    jout_kstrz(&j, "kind", d.kind);
    jout_kstrz(&j, "hook", d.hook);
    jout_kstrz(&j, "event", d.event);
    jout_kstrz(&j, "guid", d.guid);
    jout_kbool(&j, "system", d.system);
    jout_kbool(&j, "form", d.form);
    jout_kint(&j, "size", d.size);
    jout_kstrz(&j, "received_at", when_text(d.received_at, at));
    jout_kstrz(&j, "state", delivery_state_name[d.state]);
    jout_kstrz(&j, "reason", d.reason);
    jout_kstrz(&j, "source", delivery_source_name[d.source]);
    jout_kstrz(&j, "happened_at", d.happened_at ? when_text(d.happened_at, at) : NULL);
    jout_key(&j, "trace");
    if (trace_id(d.trace).p)
        jout_str(&j, trace_id(d.trace));
    else
        jout_null(&j);
    jout_key(&j, "headers");
    jout_raw(&j, sv_of(d.headers ? d.headers : "{}"));
    jout_key(&j, "normalised");
    jout_raw(&j, sv_of(event ? event : "null"));
    jout_close(&j, '}');
    buf_chr(&b, '\n');
    api_json(c, 200, buf_view(&b));
}

void api_delivery_body(const struct api_call *c)
{
    struct err e = {0};
    AUTO(buf_free) struct buf b = {0};
    struct reader *r = intake_reader(c->intake);
    if (!r || read_body(r, c->id, &b, &e) < 0)
        api_problem(c, r ? 404 : 503, "the body is not there", e.msg);
    else
        http_req_answer(c->req, 200, "application/octet-stream", "X-Content-Type-Options: nosniff\r\n", buf_view(&b));
}

static void ask_of_delivery(const struct api_call *c, enum app_letter_kind kind)
{
    struct err e = {0};
    AUTO(arena_free) struct arena a = {0};
    struct delivery d;
    const char *event;
    struct reader *r = intake_reader(c->intake);
    int rc = r ? read_delivery(r, c->id, &a, &d, &event, &e) : -1;
    if (rc < 0)
        api_no_store(c, &e);
    else if (rc > 0)
        api_problem(c, 404, "no such delivery", NULL);
    else
        api_ask(c, kind, c->id);
}

void api_replay(const struct api_call *c)
{
    ask_of_delivery(c, LETTER_REPLAY);
}

void api_explain(const struct api_call *c)
{
    ask_of_delivery(c, LETTER_EXPLAIN);
}

void api_run(const struct api_call *c)
{
    struct err e = {0};
    AUTO(buf_free) struct buf b = {0};
    struct reader *r = intake_reader(c->intake);
    int rc = r ? read_run_json(r, c->id, &b, &e) : -1;
    if (rc > 0)
        api_problem(c, 404, "no such run", NULL);
    else if (rc < 0)
        api_no_store(c, &e);
    else
        run_answer(c, &b);
}

void api_job(const struct api_call *c)
{
    struct err e = {0};
    AUTO(buf_free) struct buf b = {0};
    struct reader *r = intake_reader(c->intake);
    int rc = r ? read_job_json(r, c->id, &b, &e) : -1;
    buf_chr(&b, '\n');
    if (rc > 0)
        api_problem(c, 404, "no such job", NULL);
    else if (rc < 0)
        api_no_store(c, &e);
    else
        api_json(c, 200, buf_view(&b));
}

void api_cancel(const struct api_call *c)
{
    api_ask(c, LETTER_CANCEL, c->id);
}

/* From ?offset= on, at most LOG_PIECE bytes. fd < 0: of what is empty. */
static void answer_piece(const struct api_call *c, int fd, const char *type, const char *more_headers)
{
    AUTO(buf_free) struct buf offset = {0}, piece = {0}, headers = {0};
    int64_t at = 0;
    struct sv v = api_query(c, "offset", &offset);
    if (v.p && !sv_int(v, &at))
        at = 0;
    buf_reserve(&piece, LOG_PIECE);
    ssize_t n = fd < 0 ? 0 : pread(fd, piece.p, LOG_PIECE, at);
    buf_fmt(&headers, "X-Content-Type-Options: nosniff\r\nContent-Security-Policy: sandbox\r\n%s", more_headers);
    http_req_answer(c->req, 200, type, headers.p, sv_n(piece.p, n > 0 ? (size_t)n : 0));
}

/* One that has written nothing, or nothing yet, has an empty log: who follows it asks again. */
static void answer_log(const struct api_call *c, int64_t attempt, const char *more_headers)
{
    AUTO(buf_free) struct buf path = {0};
    struct err e = {0};
    struct reader *r = intake_reader(c->intake);
    exec_log_path(intake_state_dir(c->intake), attempt, &path);
    AUTO(fd_closep) int fd = open(path.p, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0 && (!r || read_attempt_silent(r, attempt, &e) <= 0))
        api_problem(c, 404, "there is no log", NULL);
    else
        answer_piece(c, fd, "text/plain; charset=utf-8", more_headers);
}

void api_attempt_log(const struct api_call *c)
{
    answer_log(c, c->id, "");
}

/* Of its newest attempt. Which that is, is said: who reads on by offset asks that one from then on, and finds no other
 * text when the step is tried again. */
void api_step_log(const struct api_call *c)
{
    AUTO(buf_free) struct buf header = {0};
    struct err e = {0};
    char id[ID_TEXT];
    int64_t attempt = 0;
    struct reader *r = intake_reader(c->intake);
    int rc = r ? read_newest_attempt(r, c->id, &attempt, &e) : -1;
    if (rc < 0) {
        api_no_store(c, &e);
        return;
    }
    if (rc > 0) {
        api_problem(c, 404, "there is no log", NULL);
        return;
    }
    buf_fmt(&header, "Content-Location: /api/v1/attempts/%s/log\r\n", id_text(attempt, id));
    answer_log(c, attempt, header.p);
}

void api_run_artifact(const struct api_call *c)
{
    AUTO(buf_free) struct buf path = {0}, name = {0};
    struct sv v = api_query(c, "name", &name);
    if (!v.n || !artifact_name_ok(name.p)) {
        api_problem(c, 400, "name is that of an artifact", NULL);
        return;
    }
    artifact_folder(intake_state_dir(c->intake), c->id, name.p, &path);
    buf_str(&path, "/archive");
    AUTO(fd_closep) int fd = open(path.p, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0)
        api_problem(c, 404, "the run has no such artifact", NULL);
    else
        answer_piece(c, fd, "application/octet-stream", "");
}
