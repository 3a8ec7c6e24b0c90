/* SPDX-License-Identifier: Apache-2.0 */
/* The API's rooms: one row a resource. A resource answers at once from a reader, or asks the engine thread. */
#pragma once
#include "fmt/json.h"
#include "server/intake.h"

enum api_shown { SHOWN_NOTHING, SHOWN_TOKEN, SHOWN_SESSION };
struct api_caller {
    enum api_shown shown;
    bool local;                 /* he needs no sign-in */
    unsigned scopes;            /* enum api_scope; of the token, of the session, or all */
    uint8_t hash[SESSION_HASH]; /* of what he has shown */
    int64_t session, ends;      /* SHOWN_SESSION */
    char csrf[48];              /* what goes into X-Fettle-CSRF */
};

struct api_call {
    struct intake *intake;
    struct http_req *req;
    struct sv rest; /* what stands at the first place of the path, {id} or {name}, as it came */
    struct sv more; /* at the second */
    int64_t id;     /* the first as an id; 0 = it is none */
    struct sv query;
    bool stranger; /* of a route of API_PROBE: names are not for who asks */
    char by[80];   /* of all but reads: "token:NAME", "session:NAME", or the user at the other end of the local socket;
                    * "" = not known */
    struct api_caller who;
};

/* A row is all there is to say about a resource: requests are led by it and their queries checked against it, and
 * openapi.json is written from it. */
struct api_route {
    const char *method, *path; /* path with at most two places: {id}, {name} … */
    unsigned scope;            /* enum api_scope: what a token needs for it */
    void (*answer)(const struct api_call *c);
    const char *doc;
    const char *params;  /* of its query, by their words in server/api/params.c; NULL = it takes none */
    const char *body;    /* name of the schema of its JSON body (server/api/schemas.c); NULL = it reads none */
    const char *answers; /* "200:runs 503": status and schema, or media type; a status alone is a problem document.
                          * What every route can answer is not said: see server/api/openapi.c */
};
extern const struct api_route api_routes[]; /* path NULL at the end */

void api_json(const struct api_call *c, int status, struct sv json);
void api_json_with(const struct api_call *c, int status, const char *headers, struct sv json);
/* RFC 9457 problem document. */
void api_problem(const struct api_call *c, int status, const char *title, const char *detail);
void api_problem_with(const struct api_call *c, int status, const char *headers, const char *title, const char *detail);
/* 503: the store cannot be read; e->msg may be empty. */
void api_no_store(const struct api_call *c, const struct err *e);
/* The members of a repository of the configuration, into an object that is open. */
void api_repository_put(const struct repo *r, struct jout *j);
/* Value of a query parameter, percent-decoded into the buffer; SV_NONE if absent or malformed. */
struct sv api_query(const struct api_call *c, const char *name, struct buf *ret);
/* Asks the engine thread; the answer comes by itself: 202 or a problem. */
void api_ask(const struct api_call *c, enum app_letter_kind kind, int64_t id);
void api_ask_with(const struct api_call *c, enum app_letter_kind kind, int64_t id, struct sv text);
/* Posts a letter to the engine thread, which takes it; `answer` is called when it comes back, unless the request has
 * gone away. The body of the request has come. */
typedef void api_answer_fn(const struct api_call *c, struct app_letter *l);
void api_post(const struct api_call *c, struct app_letter *l, api_answer_fn *answer);
/* Takes the body of the request, at most so many bytes, and calls `done` with it. */
typedef void api_body_fn(const struct api_call *c, struct sv body);
void api_body(const struct api_call *c, int64_t most, api_body_fn *done);
/* c->by, or NULL: whoever comes over loopback says nothing of that. */
const char *api_sender(const struct api_call *c);

/* Of LETTER_RERUN. */
void api_rerun_answer(const struct api_call *c, const struct app_letter *l);

/* Gives the engine thread a delivery of our own (core/internal_event.h); the answer comes by itself: 202 with its id
 * once it is stored, or 503; 404 and 422 where the file of a workflow is read first. `event` is a literal. The body of
 * the request has come. */
enum own_checked { OWN_CHECKED, OWN_IN_REPOSITORY };
void api_deliver(const struct api_call *c, const char *event, struct sv payload, enum own_checked checked);
/* A dispatch that is refused: 404 = there is no such workflow. */
void api_not_started(const struct api_call *c, int status, const char *why);

/* How the calls of each forge go: the member "forges" of what is being written. */
void api_forges_put(const struct conf *c, struct jout *j);

/* resources */
void api_openapi(const struct api_call *c);
void api_health(const struct api_call *c);
void api_ready(const struct api_call *c);
void api_metrics(const struct api_call *c);
void api_deliveries(const struct api_call *c);
void api_delivery(const struct api_call *c);
void api_delivery_body(const struct api_call *c);
void api_explain(const struct api_call *c);
void api_replay(const struct api_call *c);
void api_runs(const struct api_call *c);
void api_run(const struct api_call *c);
void api_run_artifact(const struct api_call *c);
void api_journal(const struct api_call *c);
void api_run_journal(const struct api_call *c);
void api_stream(const struct api_call *c);
void api_cancel(const struct api_call *c);
void api_bump(const struct api_call *c);
void api_priority(const struct api_call *c);
void api_run_why(const struct api_call *c);
void api_queue(const struct api_call *c);
void api_hooks(const struct api_call *c);
void api_queue_pause(const struct api_call *c);
void api_queue_resume(const struct api_call *c);
void api_approve(const struct api_call *c);
void api_reject(const struct api_call *c);
void api_rerun(const struct api_call *c);
void api_effects(const struct api_call *c);
void api_redrive(const struct api_call *c);
void api_recoveries(const struct api_call *c);
void api_run_graph(const struct api_call *c);
void api_run_graph_svg(const struct api_call *c);
void api_badge(const struct api_call *c);
void api_job(const struct api_call *c);
void api_step_log(const struct api_call *c);
void api_repositories(const struct api_call *c);
void api_matrix(const struct api_call *c);
void api_workflows(const struct api_call *c);
void api_flaky(const struct api_call *c);
void api_errors(const struct api_call *c);
void api_error(const struct api_call *c);
void api_durations(const struct api_call *c);
void api_attempt_log(const struct api_call *c);
void api_stats(const struct api_call *c);
void api_overview(const struct api_call *c);
void api_dispatch(const struct api_call *c);
void api_dispatch_workflow(const struct api_call *c);
void api_session(const struct api_call *c);
void api_sign_in(const struct api_call *c);
void api_sign_out(const struct api_call *c);
void api_one_time(const struct api_call *c);
void api_sessions(const struct api_call *c);
void api_session_end(const struct api_call *c);
void api_log(const struct api_call *c);
void api_reload(const struct api_call *c);
void api_settings(const struct api_call *c);
