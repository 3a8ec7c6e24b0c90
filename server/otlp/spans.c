/* SPDX-License-Identifier: Apache-2.0 */
/* What becomes a span: deliveries that were decided, runs, jobs, attempts and recoveries that ended, once that is on
 * disk, and calls to forges. A span has the id of its row, so that nothing has to be remembered while it lasts. */
#include <stdio.h>
#include "engine/engine_trace.h"
#include "server/host.h"
#include "server/otlp/otlp.h"
#include "server/otlp/span.h"

struct maker {
    struct app *app;
    const struct change_set *cs;
    struct span span;
    struct buf text;
    struct jout j;
};

/* False: nobody wants it. kept: as of trace_keep. */
static bool begin(struct maker *m, const char *kept, int64_t id, int64_t parent)
{
    m->span = (struct span){.kind = SPAN_INTERNAL};
    m->text = (struct buf){0};
    m->j = (struct jout){.buf = &m->text};
    span_id(id, m->span.id);
    span_id(parent, m->span.parent);
    return trace_recall(kept, &m->span.trace) && otlp_wants(m->app->otlp, &m->span.trace);
}

static void end(struct maker *m, const char *error)
{
    span_close(&m->j, &m->span, error);
    otlp_add(m->app->otlp, &m->text);
}

static void put_id(struct maker *m, const char *key, int64_t id)
{
    char text[ID_TEXT];
    if (id)
        span_str(&m->j, key, id_text(id, text));
}

/* ---- words of the semantic conventions ---- */

static const char *result_of(enum conclusion c)
{
    static const char *const words[CONC_N] = {
        [CONC_SUCCESS] = "success",   [CONC_FAILURE] = "failure",        [CONC_ERROR] = "error",
        [CONC_TIMED_OUT] = "timeout", [CONC_CANCELLED] = "cancellation", [CONC_SKIPPED] = "skip"};
    return words[c];
}

static const char *error_of(enum conclusion c, const char *detail)
{
    bool bad = c == CONC_FAILURE || c == CONC_ERROR || c == CONC_TIMED_OUT;
    return bad ? detail ? detail : "" : NULL;
}

/* "github:acme/web/api": the forge as it is configured, the owner, and the name. */
static void put_repository(struct maker *m, const char *repo_id)
{
    struct sv id = sv_of(repo_id);
    ptrdiff_t colon = sv_chr(id, ':');
    if (colon < 0)
        return;
    struct sv path = sv_from(id, (size_t)colon + 1);
    const struct conf_forge *f = conf_forge_by_name(m->app->conf, sv_cut(id, (size_t)colon));
    ptrdiff_t slash = sv_rchr(path, '/');
    span_sv(&m->j, "vcs.repository.name", sv_from(path, (size_t)(slash + 1)));
    if (slash > 0)
        span_sv(&m->j, "vcs.owner.name", sv_cut(path, (size_t)slash));
    if (!f)
        return;
    AUTO(buf_free) struct buf url = {0};
    span_str(&m->j, "vcs.provider.name", f->kind);
    if (f->url) {
        buf_fmt(&url, "%s/%.*s", f->url, SV_ARG(path));
        span_str(&m->j, "vcs.repository.url.full", url.p);
    }
}

static void put_ref(struct maker *m, const char *ref, const char *sha)
{
    static const char heads[] = "refs/heads/", tags[] = "refs/tags/";
    struct sv full = sv_of(ref);
    if (sv_starts(full, sv_of(heads))) {
        span_sv(&m->j, "vcs.ref.head.name", sv_from(full, sizeof heads - 1));
        span_str(&m->j, "vcs.ref.head.type", "branch");
    } else if (sv_starts(full, sv_of(tags))) {
        span_sv(&m->j, "vcs.ref.head.name", sv_from(full, sizeof tags - 1));
        span_str(&m->j, "vcs.ref.head.type", "tag");
    } else if (full.n) {
        span_sv(&m->j, "vcs.ref.head.name", full);
    }
    span_str(&m->j, "vcs.ref.head.revision", sha);
}

/* ---- rows ---- */

static const struct change *find(const struct maker *m, enum change_kind kind, int64_t id)
{
    const struct change *ret = NULL;
    for (const struct change *c = m->cs->first; c; c = c->next)
        if (c->kind == kind && (kind == CHANGE_RUN        ? c->run->id
                                : kind == CHANGE_JOB      ? c->job->id
                                : kind == CHANGE_DELIVERY ? c->delivery.id
                                                          : 0) == id)
            ret = c;
    return ret;
}

static void saw_delivery(struct maker *m, const struct journal *j)
{
    AUTO(jdoc_free) struct jdoc *doc = NULL;
    struct err ignored;
    const struct change *c = find(m, CHANGE_DELIVERY, j->ref_id);
    if (!c || !begin(m, j->trace, j->ref_id, 0))
        return;
    if (!c->delivery.event_json || jdoc_parse(sv_of(c->delivery.event_json), NULL, &doc, &ignored) < 0)
        doc = NULL;
    const struct jval *ev = doc ? jdoc_root(doc) : NULL;
    AUTO(buf_free) struct buf name = {0}, repo = {0};
    struct sv event = ev ? jval_str(jval_get(ev, "name")) : SV_NONE;
    buf_fmt(&name, "receive%s%.*s", event.n ? " " : "", SV_ARG(event));
    memcpy(m->span.parent, m->span.trace.span, sizeof m->span.parent);
    m->span.far = m->span.parent[0] != 0;
    m->span.name = name.p;
    m->span.kind = SPAN_SERVER;
    m->span.start = id_time_ms(j->ref_id);
    m->span.end = j->at;
    span_open(&m->j, &m->span);
    put_id(m, "fettle.delivery.id", j->ref_id);
    span_str(&m->j, "fettle.delivery.state", j->to);
    span_sv(&m->j, "fettle.event.name", event);
    if (ev) {
        buf_sv(&repo, jval_str(jval_at(ev, "repository", "id")));
        put_repository(m, repo.n ? repo.p : NULL);
    }
    end(m, c->delivery.state == DELIVERY_INVALID ? j->cause ? j->cause : "" : NULL);
}

static void saw_run(struct maker *m, const struct run *r)
{
    AUTO(buf_free) struct buf name = {0}, url = {0};
    const char *error = error_of(r->conclusion, r->detail), *base = m->app->conf->public_url;
    char id[ID_TEXT];
    if (!begin(m, r->trace, r->id, r->delivery_id))
        return;
    buf_fmt(&name, "RUN %s", r->workflow);
    m->span.name = name.p;
    m->span.kind = SPAN_SERVER;
    m->span.start = r->created_at;
    m->span.end = r->ended_at;
    span_id(r->rerun_of, m->span.link);
    span_open(&m->j, &m->span);
    span_str(&m->j, "cicd.pipeline.action.name", "RUN");
    span_str(&m->j, "cicd.pipeline.name", r->workflow);
    put_id(m, "cicd.pipeline.run.id", r->id);
    span_str(&m->j, "cicd.pipeline.result", result_of(r->conclusion));
    if (base) {
        buf_fmt(&url, "%s/runs/%s", base, id_text(r->id, id));
        span_str(&m->j, "cicd.pipeline.run.url.full", url.p);
    }
    span_str(&m->j, "error.type", error ? conclusion_name[r->conclusion] : NULL);
    put_repository(m, r->repo_id);
    put_ref(m, r->ref, r->sha);
    if (r->change) {
        snprintf(id, sizeof id, "%lld", (long long)r->change);
        span_str(&m->j, "vcs.change.id", id);
    }
    span_str(&m->j, "fettle.event.name", r->event);
    span_int(&m->j, "fettle.run.generation", r->generation);
    end(m, error);
}

static void put_task(struct maker *m, const char *name, int64_t id, const char *result, int64_t run)
{
    span_str(&m->j, "cicd.pipeline.task.name", name);
    put_id(m, "cicd.pipeline.task.run.id", id);
    span_str(&m->j, "cicd.pipeline.task.run.result", result);
    put_id(m, "cicd.pipeline.run.id", run);
}

static void saw_job(struct maker *m, const struct job *x)
{
    const char *error = error_of(x->conclusion, x->detail);
    const char *trace = engine_trace(host_engine(m->app->host), x->run_id);
    if (!x->started_at || !begin(m, trace, x->id, x->parent_id ? x->parent_id : x->run_id))
        return;
    m->span.name = x->key;
    m->span.start = x->started_at;
    m->span.end = x->ended_at;
    span_open(&m->j, &m->span);
    put_task(m, x->key, x->id, result_of(x->conclusion), x->run_id);
    span_str(&m->j, "error.type", error ? conclusion_name[x->conclusion] : NULL);
    put_repository(m, x->repo_id);
    put_ref(m, x->ref, x->sha);
    span_int(&m->j, "fettle.job.tries", x->tries);
    end(m, error);
}

static void saw_attempt(struct maker *m, const struct attempt *x)
{
    const struct engine *e = host_engine(m->app->host);
    const struct step *s = engine_step_row(e, x->run_id, x->step_id);
    const char *name = s && s->name && s->name[0] ? s->name : "step";
    if (!begin(m, engine_trace(e, x->run_id), x->id, x->job_id))
        return;
    m->span.name = name;
    m->span.start = x->created_at;
    m->span.end = x->ended_at;
    span_open(&m->j, &m->span);
    put_task(m, name, x->id, x->class_name ? x->state == ATTEMPT_LOST ? "error" : "failure" : "success", x->run_id);
    put_id(m, "fettle.step.id", x->step_id);
    span_int(&m->j, "fettle.attempt.number", x->no);
    span_str(&m->j, "fettle.attempt.role", attempt_role_name[x->role]);
    if (x->exit_code >= 0)
        span_int(&m->j, "process.exit.code", x->exit_code);
    span_str(&m->j, "error.type", x->class_name);
    end(m, x->class_name ? x->detail ? x->detail : "" : NULL);
}

static void saw_recovery(struct maker *m, const struct recovery *x)
{
    AUTO(buf_free) struct buf name = {0};
    const char *trace = engine_trace(host_engine(m->app->host), x->run_id);
    bool well = x->outcome == RECOVERY_RECOVERED;
    if (!begin(m, trace, x->id, x->job_id))
        return;
    buf_fmt(&name, "recover %s", recovery_strategy_name[x->strategy]);
    m->span.name = name.p;
    m->span.start = x->at;
    m->span.end = x->ended_at;
    span_open(&m->j, &m->span);
    put_id(m, "cicd.pipeline.run.id", x->run_id);
    put_id(m, "fettle.attempt.id", x->attempt_id);
    span_str(&m->j, "fettle.recovery.strategy", recovery_strategy_name[x->strategy]);
    span_str(&m->j, "fettle.recovery.outcome", recovery_outcome_name[x->outcome]);
    span_str(&m->j, "fettle.failure.class", failure_class_name[x->class]);
    end(m, well ? NULL : x->detail ? x->detail : "");
}

/* A line of the journal tells of an end once, where a row may be written again after it. */
static void saw_journal(struct maker *m, const struct journal *j)
{
    const struct change *c;
    if (strcmp(j->kind, "delivery") == 0 && j->from && strcmp(j->from, j->to) != 0 &&
        strcmp(j->to, delivery_state_name[DELIVERY_RECEIVED]) != 0)
        saw_delivery(m, j);
    else if (strcmp(j->kind, "run") == 0 && (c = find(m, CHANGE_RUN, j->ref_id)) && c->run->state == WORK_DONE &&
             strcmp(j->to, conclusion_name[c->run->conclusion]) == 0)
        saw_run(m, c->run);
    else if (strcmp(j->kind, "job") == 0 && (c = find(m, CHANGE_JOB, j->ref_id)) && c->job->state == WORK_DONE &&
             strcmp(j->to, conclusion_name[c->job->conclusion]) == 0)
        saw_job(m, c->job);
}

void otlp_saw(struct app *a, const struct change_set *cs)
{
    struct maker m = {.app = a, .cs = cs};
    if (!a->otlp || !a->conf->otlp.endpoint)
        return;
    for (const struct change *c = cs->first; c; c = c->next) {
        if (c->kind == CHANGE_JOURNAL)
            saw_journal(&m, &c->journal);
        else if (c->kind == CHANGE_ATTEMPT &&
                 (c->attempt->state == ATTEMPT_EXITED || c->attempt->state == ATTEMPT_LOST))
            saw_attempt(&m, c->attempt);
        else if ((c->kind == CHANGE_RECOVERY || c->kind == CHANGE_RECOVERY_NEW) &&
                 c->recovery->outcome != RECOVERY_OPEN)
            saw_recovery(&m, c->recovery);
    }
}

/* ---- calls ---- */

static void put_server(struct maker *m, const char *url)
{
    struct sv rest = sv_of(url);
    ptrdiff_t scheme = sv_find(rest, SV("://"));
    if (scheme < 0)
        return;
    rest = sv_from(rest, (size_t)scheme + 3);
    ptrdiff_t slash = sv_chr(rest, '/');
    rest = slash < 0 ? rest : sv_cut(rest, (size_t)slash);
    ptrdiff_t colon = sv_rchr(rest, ':');
    int64_t port = 0;
    if (colon > 0 && sv_int(sv_from(rest, (size_t)colon + 1), &port))
        rest = sv_cut(rest, (size_t)colon);
    span_sv(&m->j, "server.address", rest);
    span_int(&m->j, "server.port", port ? port : sv_starts(sv_of(url), SV("https:")) ? 443 : 80);
}

void otlp_called(struct app *a, const struct otlp_call *c)
{
    struct maker m = {.app = a};
    char status[12];
    uint64_t id = a->otlp && c->trace[0] ? otlp_random(a->otlp) : 0;
    const struct conf_forge *f = conf_forge_by_name(a->conf, sv_of(c->forge));
    if (!id || !begin(&m, c->trace, (int64_t)id, c->parent))
        return;
    m.span.name = c->method;
    m.span.kind = SPAN_CLIENT;
    m.span.start = c->start;
    m.span.end = clk_wall_ms();
    span_open(&m.j, &m.span);
    span_str(&m.j, "http.request.method", c->method);
    span_str(&m.j, "url.full", c->url);
    put_server(&m, c->url);
    if (c->status)
        span_int(&m.j, "http.response.status_code", c->status);
    span_str(&m.j, "vcs.provider.name", f ? f->kind : NULL);
    span_str(&m.j, "fettle.forge", c->forge);
    snprintf(status, sizeof status, "%d", c->status);
    bool bad = c->status == 0 || c->status >= 400;
    span_str(&m.j, "error.type", bad ? c->status ? status : "unreachable" : NULL);
    end(&m, bad ? c->problem ? c->problem : "" : NULL);
}
