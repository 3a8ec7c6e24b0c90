/* SPDX-License-Identifier: Apache-2.0 */
/* A step that starts: its condition, its texts, and the intent of its attempt. */
#include "core/trace.h"
#include "engine/policy.h"
#include "engine/recover.h"

static const msec_t GRACE_MS = 10000, CLEANUP_MS = 300000, JOB_MS = 6 * 3600000;

/* A step that runs because something went wrong, or because it always does. */
static bool cleans_up(struct engine *e, struct live_job *j, const struct step *s)
{
    if (s->cond == COND_EXPR)
        return steps_failed(j, s) || job_was_told(j) || job_is_cancelled(e, j);
    return s->cond != COND_SUCCESS;
}

/* What still runs when the run's time is over is there to clean up. */
static msec_t run_time_left(struct engine *e, const struct live_job *j)
{
    msec_t deadline = j->run->row->deadline_at, left = deadline ? deadline - e->now : INT64_MAX;
    return left < CLEANUP_MS && job_was_told(j) ? CLEANUP_MS : left;
}

/* What is left of the job's time, in which it was not on hold, or of the run's, or of the step's own if that is less.
 * Steps that clean up get their minutes even when there are none left. */
static msec_t time_left(struct engine *e, struct live_job *j, const struct step *s)
{
    msec_t job = j->row->timeout_ms ? j->row->timeout_ms : JOB_MS;
    msec_t left = job - (e->now - j->row->started_at - j->row->held_ms);
    /* The engine ends a run whose time is over: the shim only where nobody is there to do so. */
    if (run_time_left(e, j) < left - GRACE_MS)
        left = run_time_left(e, j) + GRACE_MS;
    if (left < CLEANUP_MS && cleans_up(e, j, s))
        left = CLEANUP_MS;
    return s->timeout_ms && s->timeout_ms < left ? s->timeout_ms : left;
}

/* For the shim, which also counts while the engine is away or the attempt waits for its start. */
static msec_t deadline_of(struct engine *e, struct live_job *j, const struct step *s)
{
    msec_t deadline = j->run->row->deadline_at;
    return deadline && !cleans_up(e, j, s) && !job_was_told(j) ? deadline + GRACE_MS : 0;
}

static struct attempt *attempt_new(struct engine *e, struct live_job *j, struct step *s)
{
    struct attempt *a = arena_new(&j->run->arena, sizeof *a);
    *a = (struct attempt){.id = engine_id(e),
                          .step_id = s->id,
                          .job_id = j->row->id,
                          .run_id = j->row->run_id,
                          .no = s->attempts,
                          .epoch = ++j->row->epoch,
                          .role = j->role,
                          .state = ATTEMPT_INTENT,
                          .created_at = e->now,
                          .exit_code = -1};
    job_doing(j)->attempt = a;
    map_put_id(&e->attempts, a->id, j);
    record_attempt_new(e, a);
    record_job(e, j->row);
    return a;
}

/* ---- a step that starts ---- */

struct start {
    struct engine *e;
    struct live_job *j;
    struct step *s;
    struct arena *arena; /* of the scene, and then of the executor */
    struct scene scene;
    struct step_spec spec;
    bool given; /* the arena is the executor's */
};

static void fail(struct start *t, enum conclusion c, const char *detail)
{
    step_end(t->e, t->j, t->s, c, detail);
}

/* What earlier steps put in front of PATH, the newest first. */
static const char *const *path_of(struct start *t)
{
    VEC(const char *) all = {0};
    for (size_t i = 0; i < t->j->row->n_steps && &t->j->row->steps[i] != t->s; i++) {
        const char *json = t->j->row->steps[i].exports;
        struct val list = val_get(scene_json(&t->scene, secret_unveil(&t->scene, json)), SV("path"), t->arena);
        for (size_t k = 0; k < val_len(list); k++)
            VEC_PUSH(&all, arena_dup(t->arena, val_to_string(val_at(list, k, t->arena), t->arena)));
    }
    const char **path = all.n ? arena_new(t->arena, (all.n + 1) * sizeof *path) : NULL;
    for (size_t i = 0; i < all.n; i++)
        path[i] = all.at[all.n - 1 - i];
    VEC_FREE(&all);
    return path;
}

static struct exec_spec process_of(struct start *t, const struct attempt *a)
{
    bool trusted = t->j->run->row->trusted;
    struct wf_limits limits = limits_of(job_spec_of(t->j), &t->spec);
    int64_t log = t->e->conf->log_limit;
    return (struct exec_spec){.attempt_id = a->id,
                              .epoch = a->epoch,
                              .job_id = job_workspace(t->j),
                              .run_id = a->run_id,
                              .event = t->j->run->row->delivery_id,
                              .masks = scene_masks(&t->scene),
                              .timeout_ms = time_left(t->e, t->j, t->s),
                              .silence_ms = limits.silence_ms,
                              .grace_ms = GRACE_MS,
                              .deadline = deadline_of(t->e, t->j, t->s),
                              .log_limit = limits.log && limits.log < log ? limits.log : log,
                              .network = trusted,
                              .trusted = trusted};
}

/* What the step calls belongs to its attempt, unless its file says another. */
static const char **with_trace(const struct start *t, const struct attempt *a, const char **env)
{
    struct trace trace;
    char value[TRACE_PARENT];
    size_t n = 0;
    if (!trace_recall(t->j->run->row->trace, &trace))
        return env;
    for (; env[n]; n++)
        if (strncmp(env[n], "TRACEPARENT=", 12) == 0)
            return env;
    trace_parent(&trace, a->id, value);
    const char **ret = arena_new(t->scene.a, (n + 2) * sizeof *ret);
    memcpy(ret, env, n * sizeof *ret);
    ret[n] = arena_fmt(t->scene.a, "TRACEPARENT=%s", value);
    return ret;
}

static void start_script(struct start *t)
{
    struct err err = {0};
    const char *shell, *workdir, **env;
    struct scene *s = &t->scene;
    if (scene_process_environment(s, &env, &err) < 0 || scene_text(s, "shell", t->spec.shell, &shell, &err) < 0 ||
        scene_text(s, "working-directory", t->spec.workdir, &workdir, &err) < 0) {
        fail(t, CONC_ERROR, err.msg);
        return;
    }
    if (workdir && workdir[0] && !workspace_path_ok(sv_of(workdir))) {
        fail(t, CONC_ERROR, "working-directory: it is not a folder below the workspace");
        return;
    }
    struct attempt *a = attempt_new(t->e, t->j, t->s);
    struct engine_action *act = engine_after(t->e, ACT_START);
    act->start.arena = t->arena;
    act->start.spec = process_of(t, a);
    const char *other = recover_script(t->j, a->role);
    act->start.spec.script = other ? other : t->spec.script;
    act->start.spec.shell = shell && shell[0] ? shell : NULL;
    act->start.spec.workdir = workdir && workdir[0] ? workdir : NULL;
    act->start.spec.reports = t->spec.reports;
    act->start.spec.failed_attempt = recover_failed_attempt(t->j);
    act->start.spec.env = with_trace(t, a, env);
    act->start.spec.path = path_of(t);
    t->given = true;
}

static void start_checkout(struct engine *e, struct live_job *j, struct step *s, const struct action_result *want)
{
    const char *repo = j->row->repo_id, *commit = j->row->sha;
    if (want->checkout.repo && (!j->row->repo_alias || strcmp(want->checkout.repo, j->row->repo_alias) != 0)) {
        ptrdiff_t colon = sv_chr(sv_of(repo), ':');
        struct sv forge = sv_cut(sv_of(repo), colon > 0 ? (size_t)colon : 0);
        const struct repo *r = repo_by_word(e->conf->repos, sv_of(want->checkout.repo), forge);
        bool own = r && repo && strcmp(r->id, repo) == 0; /* said in full: its commit is the job's all the same */
        repo = r ? arena_strdup(&j->run->arena, r->id) : NULL;
        commit = own ? commit : r ? arena_fmt(&j->run->arena, "refs/heads/%s", r->default_branch) : NULL;
    }
    if (want->checkout.ref)
        commit = arena_strdup(&j->run->arena, want->checkout.ref);
    if (!repo || !commit || !repo_by_id(e->conf->repos, sv_of(repo))) {
        step_end(e, j, s, CONC_ERROR,
                 repo ? "checkout: the repository is not in repositories.yaml" : "checkout: the job has no repository");
        return;
    }
    struct attempt *a = attempt_new(e, j, s);
    struct engine_action *act = engine_after(e, ACT_CHECKOUT);
    act->checkout.attempt = a->id;
    act->checkout.job = job_workspace(j);
    act->checkout.repo_id = repo;
    act->checkout.commit = commit;
    act->checkout.path = arena_strdup(&j->run->arena, want->checkout.path);
    act->checkout.depth = want->checkout.depth;
}

static void start_archive(struct start *t, const struct action_result *want)
{
    struct archive_want *kept = arena_new(t->arena, sizeof *kept);
    *kept = want->archive;
    kept->maker = t->s->id;
    const struct archive_scopes *scopes = archive_scopes_of(&t->scene);
    struct attempt *a = attempt_new(t->e, t->j, t->s);
    struct engine_action *act = engine_after(t->e, ACT_ARCHIVE);
    act->start.arena = t->arena;
    act->start.archive = kept;
    act->start.scopes = scopes;
    act->start.spec = process_of(t, a);
    act->start.spec.network = false;
    t->given = true;
}

/* Why a step that follows another at the end of the job has nothing to do; NULL = it has. */
static const char *post_idle(struct start *t)
{
    if (!t->spec.post)
        return NULL;
    struct post_of_cache x = archive_post(&t->scene, t->spec.post);
    return !x.key ? "the cache was not asked for" : x.hit ? "the cache was there under its key: it is not saved" : NULL;
}

static void start_effect(struct start *t, const struct action_result *want)
{
    const char *problem = report_refused(t->j, want);
    struct live_effect *x = NULL;
    if (problem)
        fail(t, t->j->run->row->trusted ? CONC_ERROR : CONC_SKIPPED, problem);
    else if (!(x = report_step(t->e, t->j, t->s, want, &problem)))
        fail(t, CONC_ERROR, problem);
    else if (want->effect.wait == EFFECT_AWAITED)
        await_effect(t->e, t->j, x);
    else
        fail(t, CONC_SUCCESS, NULL);
}

static int action_inputs(struct start *t, struct action_call *call, struct err *e)
{
    struct action_input *with = arena_new(t->arena, (t->spec.n_with + 1) * sizeof *with);
    for (size_t i = 0; i < t->spec.n_with; i++) {
        with[i].name = t->spec.with[i].name;
        const char *key = arena_fmt(t->arena, "with: %s", with[i].name);
        if (scene_text(&t->scene, key, t->spec.with[i].value, &with[i].value, e) < 0)
            return -1;
        if (t->spec.post && strcmp(with[i].name, "key") == 0)
            with[i].value = archive_post(&t->scene, t->spec.post).key;
        if (!with[i].value)
            with[i].value = "";
    }
    call->with = with;
    call->n_with = t->spec.n_with;
    return 0;
}

static void start_action(struct start *t)
{
    struct err err = {0};
    char id[ID_TEXT];
    struct live_job *j = t->j;
    const struct action_ops *ops = action_find(sv_of(t->spec.uses));
    const char *public = t->e->conf->public_url, *problem = NULL;
    const char *url = public ? arena_fmt(t->arena, "%s/runs/%s", public, id_text(j->row->run_id, id)) : NULL;
    struct action_call call = {
        .arena = t->arena, .workflow = j->run->row->workflow, .job = j->row->key, .run_url = url};
    struct action_result want = {0};
    if ((problem = post_idle(t)))
        fail(t, CONC_SKIPPED, problem);
    else if (!ops)
        fail(t, CONC_ERROR, arena_fmt(t->arena, "there is no action \"%s\"", t->spec.uses));
    else if (action_inputs(t, &call, &err) < 0 || ops->resolve(&call, &want, &err) < 0)
        fail(t, CONC_ERROR, err.msg);
    else if (want.does == ACTION_CHECKOUT)
        start_checkout(t->e, j, t->s, &want);
    else if (want.does == ACTION_ARCHIVE)
        start_archive(t, &want);
    else
        start_effect(t, &want);
}

static int take_texts(struct start *t, struct err *e)
{
    struct step *s = t->s;
    const char *name = NULL;
    double minutes;
    if (scene_text(&t->scene, "name", t->spec.name, &name, e) < 0)
        return -1;
    if (name && name[0])
        s->name = arena_dup(&t->j->run->arena, sv_cut_utf8(sv_of(name), 500));
    if (t->spec.timeout_text) {
        if (scene_number(&t->scene, "timeout-minutes", t->spec.timeout_text, &minutes, e) < 0)
            return -1;
        s->timeout_ms = (msec_t)(minutes * 60000);
    }
    if (t->spec.continue_text &&
        scene_flag(&t->scene, "continue-on-error", t->spec.continue_text, &s->continue_on_error, e) < 0)
        return -1;
    /* Asked for before anything is begun: a file that is to be hashed makes the step wait. */
    const struct env_list *env;
    struct action_call with;
    return scene_environment(&t->scene, &env, e) < 0 || action_inputs(t, &with, e) < 0 ? -1 : 0;
}

static void begin(struct start *t)
{
    t->s->attempts++;
    if (t->s->state == WORK_WAITING) {
        t->s->state = WORK_RUNNING;
        t->s->started_at = t->e->now;
    }
    record_step(t->e, t->s);
}

static void skip(struct start *t)
{
    t->s->state = WORK_DONE;
    t->s->conclusion = t->s->outcome = CONC_SKIPPED;
    record_step(t->e, t->s);
}

static void wait_for_digest(struct start *t)
{
    hash_ask(t->e, t->j, t->scene.hash_wanted, t->scene.n_hash_wanted);
}

/* What it will be, as far as texts say. */
static void start(struct start *t)
{
    struct err err = {0};
    bool holds = false, again = t->s->state == WORK_RUNNING;
    int rc = scene_cond(&t->scene, t->s->cond, t->spec.cond_text, &holds, &err);
    if (rc == 0 && !holds && !again) {
        skip(t);
        return;
    }
    if (rc == 0 && holds)
        rc = take_texts(t, &err);
    if (rc < 0 && err.cls == ERR_TRANSIENT && t->scene.hash_wanted) {
        wait_for_digest(t);
        return;
    }
    if (rc == 0 && holds && !t->s->notes)
        t->s->notes = arena_strdup(&t->j->run->arena, secret_notes(&t->scene));
    begin(t);
    if (rc < 0)
        fail(t, CONC_ERROR, err.msg);
    else if (!holds && job_is_cancelled(t->e, t->j))
        fail(t, CONC_CANCELLED, "cancelled"); /* it was to be started again after a restart */
    else if (time_left(t->e, t->j, t->s) <= 0 || run_time_left(t->e, t->j) <= 0)
        fail(t, CONC_TIMED_OUT, run_time_left(t->e, t->j) <= 0 ? "the run's time is over" : "the job's time is over");
    else if (t->spec.uses)
        start_action(t);
    else
        start_script(t);
}

void attempt_start(struct engine *e, struct live_job *j, struct step *s)
{
    struct err err = {0};
    struct start t = {.e = e, .j = j, .s = s, .arena = mem_new(sizeof *t.arena)};
    MUST(!job_attempt(j));
    if (step_spec_read(s->spec, t.arena, &t.spec, &err) < 0) {
        begin(&t);
        fail(&t, CONC_ERROR, err.msg);
    } else {
        scene_open(&t.scene, SCENE_STEP, e, j->run, j, t.arena);
        scene_step(&t.scene, s, &t.spec);
        start(&t);
        scene_close(&t.scene);
    }
    if (j->doing && !j->doing->hashing)
        hash_forget(e, j);
    if (!t.given) {
        arena_free(t.arena);
        mem_free(t.arena);
    }
}
