/* SPDX-License-Identifier: Apache-2.0 */
/* Any text as a workflow file. What is accepted must hold all that the planner takes for granted, and each of its texts
 * compiles again; what is refused must say where, inside of the file; reading is a function of the text, and takes
 * time and memory in its proportion, which is asked of large texts made of it. */
#include "config/conf.h"
#include "config/workflow_set.h"
#include "fmt/json.h"
#include "lang/cron.h"
#include "lang/text.h"
#include "port/action.h"
#include "tests/fuzz/grown.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct repo repos_at[] = {
    {.alias = "backend", .id = "github:acme/backend", .forge = "github", .path = "acme/backend"},
    {.alias = "frontend", .id = "gitlab:acme/frontend", .forge = "gitlab", .path = "acme/frontend"},
};
static const struct repo_set repos = {.at = repos_at, .n = 2};

static ptrdiff_t job_index(const struct workflow *w, const char *key)
{
    for (size_t i = 0; i < w->n_jobs; i++)
        if (strcmp(w->jobs[i].key, key) == 0)
            return (ptrdiff_t)i;
    return -1;
}

/* Every need exists, and taking jobs whose needs are taken takes all of them: there is no circle. */
static void check_graph(const struct workflow *w)
{
    bool taken[256] = {false};
    size_t n = 0;
    MUST(w->n_jobs >= 1 && w->n_jobs <= 256);
    for (size_t round = 0; round < w->n_jobs; round++)
        for (size_t i = 0; i < w->n_jobs; i++) {
            bool ready = !taken[i];
            for (size_t k = 0; k < w->jobs[i].n_needs; k++) {
                ptrdiff_t at = job_index(w, w->jobs[i].needs[k]);
                MUST(at >= 0);
                ready = ready && taken[at];
            }
            taken[i] |= ready;
            n += ready;
        }
    MUST(n == w->n_jobs);
}

/* What the engine will do with it, later and without a position. */
static void check_text(const char *raw)
{
    AUTO(arena_free) struct arena a = {0};
    const struct text *t;
    struct err e = {0};
    MUST(!raw || text_compile(sv_of(raw), NULL, &a, &t, &e) == 0);
}

static void check_cond(enum wf_cond cond, const char *raw)
{
    AUTO(arena_free) struct arena a = {0};
    const struct expr *x;
    struct err e = {0};
    MUST(raw || cond == COND_SUCCESS);
    MUST(!raw || cond_compile(sv_of(raw), NULL, &a, &x, &e) == 0);
}

static void check_texts(const struct wf_env *env)
{
    for (size_t i = 0; i < env->n; i++) {
        MUST(env->names[i][0] && env->values[i] && !strchr(env->names[i], '='));
        check_text(env->values[i]);
    }
}

static void check_env(const struct wf_env *env)
{
    check_texts(env);
    for (size_t i = 0; i < env->n; i++)
        MUST(!sv_istarts(sv_of(env->names[i]), SV("GITHUB_")));
}

static void check_matrix_value(const struct jval *v)
{
    struct sv key;
    const struct jval *one;
    size_t at = 0;
    if (jval_kind(v) == J_STRING) {
        AUTO(mem_freep) char *z = sv_dup(jval_str(v));
        check_text(z);
    }
    for (size_t i = 0; jval_kind(v) == J_ARRAY && i < jval_len(v); i++)
        check_matrix_value(jval_item(v, i));
    while (jval_kind(v) == J_OBJECT && jval_each(v, &at, &key, &one))
        check_matrix_value(one);
}

static void check_strategy(const struct wf_job *j)
{
    struct jdoc *doc = NULL;
    struct err e = {0};
    check_text(j->fail_fast);
    check_text(j->max_parallel);
    if (!j->matrix)
        return;
    MUST(jdoc_parse(sv_of(j->matrix), NULL, &doc, &e) == 0);
    MUST(jval_kind(jdoc_root(doc)) == J_OBJECT || jval_kind(jdoc_root(doc)) == J_STRING);
    check_matrix_value(jdoc_root(doc));
    jdoc_free(&doc);
}

static void check_trigger(const struct wf_trigger *t)
{
    MUST(t->line > 0 && t->event < WF_EVENT_N);
    MUST(!(t->branches.present && t->branches_ignore.present));
    MUST(!t->branches.present || t->branches.globs.n > 0);
    MUST(t->event != WF_PULL_REQUEST || t->types.globs.n > 0);
    MUST(!t->commands.present || (t->permission && t->types.present));
    MUST((t->event == WF_SCHEDULE) == (t->n_schedules > 0));
    for (size_t i = 0; i < t->n_schedules; i++) {
        AUTO(arena_free) struct arena a = {0};
        const struct cron *c;
        struct err e = {0};
        MUST(cron_compile(sv_of(t->schedules[i].cron), &a, &c, &e) == 0);
    }
    for (size_t i = 0; i < t->n_inputs; i++) {
        MUST(t->inputs[i].name[0] && (t->inputs[i].type != INPUT_CHOICE || t->inputs[i].n_options > 0));
        check_text(t->inputs[i].preset);
    }
    check_texts(&t->outputs);
}

/* ---- order, trouble and people ---- */

static void check_retry(const struct wf_retry *r)
{
    unsigned others = FAILURE_ANY & ~FAILURE_BIT(FAILURE_CANCELLED);
    MUST(!r->said || (r->attempts >= 1 && r->attempts <= 10 && r->on && !(r->on & ~others)));
    MUST(!r->said || (r->backoff > 0 && r->max_backoff >= r->backoff));
}

static void check_recovery(const struct wf_recovery *all, size_t n)
{
    MUST(n <= 16);
    for (size_t i = 0; i < n; i++) {
        const struct wf_recovery *x = &all[i];
        bool asks = x->strategy == STRATEGY_MANUAL;
        MUST(x->on && x->strategy < STRATEGY_N && x->then <= THEN_CONTINUE);
        MUST(asks ? x->deadline > 0 && x->attempts == 0 : x->attempts >= 1 && x->deadline == 0);
        MUST(asks || (!x->issue_repo && x->n_by == 0));
        MUST(!x->issue_repo || repo_by_alias(&repos, sv_of(x->issue_repo)));
        MUST(x->strategy == STRATEGY_TESTFIX || (!x->rerun && !x->fix));
    }
}

static void check_limits(const struct wf_limits *l)
{
    MUST(l->queue_ms >= 0 && l->silence_ms >= 0 && l->log >= 0 && l->run_ms >= 0);
}

static void check_policies(const struct wf_job *j)
{
    check_retry(&j->retry);
    check_recovery(j->recovery, j->n_recovery);
    check_limits(&j->limits);
    MUST(!j->approve.present || j->approve.deadline > 0);
    MUST(j->resources.slots >= 0 && j->resources.slots <= 64 && j->resources.n_locks <= 16);
    MUST(!j->uses || (j->resources.slots == 0 && j->resources.n_locks == 0));
    for (size_t i = 0; i < j->resources.n_locks; i++)
        check_text(j->resources.locks[i]);
}

static void check_step(const struct wf_step *s)
{
    check_retry(&s->retry);
    check_limits(&s->limits);
    MUST(!s->once || s->retry.attempts <= 1);
    MUST(s->checkpoint <= CHECKPOINT_WORKSPACE);
    MUST(s->name && s->timeout_ms >= 0 && s->timeout_ms <= 6 * 3600 * 1000);
    MUST(s->kind == STEP_RUN ? s->run && !s->uses : s->uses && !s->run);
    MUST(!s->run || (s->run[0] && !strstr(s->run, "${{")));
    MUST(!s->uses || action_find(sv_of(s->uses)));
    MUST(!s->workdir || strstr(s->workdir, "${{") || workspace_path_ok(sv_of(s->workdir)));
    check_env(&s->env);
    check_texts(&s->with);
    check_cond(s->cond, s->cond_text);
    check_text(s->name);
    check_text(s->shell);
    check_text(s->workdir);
    check_text(s->timeout_text);
    check_text(s->continue_text);
}

static void check_job(const struct wf_job *j)
{
    MUST(j->name && j->n_steps <= 256 && j->timeout_ms >= 60000 && (j->uses ? j->n_steps == 0 : j->n_steps > 0));
    MUST(!j->repo || strstr(j->repo, "${{") || repo_by_alias(&repos, sv_of(j->repo)));
    check_env(&j->env);
    check_texts(&j->outputs);
    check_texts(&j->with);
    check_texts(&j->secrets);
    check_cond(j->cond, j->cond_text);
    check_strategy(j);
    check_text(j->name);
    check_text(j->repo);
    check_text(j->environment);
    check_text(j->environment_url);
    check_text(j->concurrency.group);
    check_policies(j);
    for (size_t k = 0; k < j->n_runs_on; k++)
        check_text(j->runs_on[k]);
    for (size_t k = 0; k < j->n_steps; k++)
        check_step(&j->steps[k]);
}

static void check_workflow(const struct workflow *w)
{
    MUST(w->name && w->name[0] && w->n_triggers >= 1);
    for (size_t i = 0; i < w->n_triggers; i++)
        check_trigger(&w->triggers[i]);
    check_text(w->run_name);
    check_text(w->concurrency.group);
    check_text(w->concurrency.cancel_in_progress);
    check_text(w->priority);
    check_texts(&w->priority_by_event);
    check_retry(&w->retry);
    check_recovery(w->recovery, w->n_recovery);
    check_limits(&w->limits);
    for (size_t i = 0; i < w->n_repositories; i++)
        MUST(repo_by_alias(&repos, sv_of(w->repositories[i])));
    check_env(&w->env);
    check_graph(w);
    for (size_t i = 0; i < w->n_jobs; i++)
        check_job(&w->jobs[i]);
}

static void check_problems(const struct problems *p, struct sv text)
{
    int lines = 1;
    for (size_t i = 0; i < text.n; i++)
        lines += strchr("\n\r\x85\xa8\xa9", text.p[i]) != NULL; /* YAML knows more ends of lines; and NUL */
    MUST(p->n_errors > 0 && p->list.n > 0);
    for (size_t i = 0; i < p->list.n; i++) {
        const struct problem *x = &p->list.at[i];
        MUST(x->text[0] && x->code[0] && (x->at.line == 0 || x->at.col >= 1));
        MUST(x->at.line <= lines + 1 && (size_t)x->at.col <= text.n + 1);
        MUST(sv_bad_utf8(sv_of(x->text)) < 0);
        MUST(i == 0 || x->at.line >= p->list.at[i - 1].at.line);
    }
}

/* An alias brings in again what it stands for. Jobs and problems take room of their own, and are limited in number. */
static void check_memory(const struct arena *a, const struct problems *p, struct sv text)
{
    enum { ROOM = 2 << 20, PER_BYTE = 256 };
    size_t parts = 1;
    for (size_t i = 0; i < text.n && parts <= YAML_ALIASES; i++)
        parts += text.p[i] == '*';
    MUST(a->used + p->arena.used <= ROOM + parts * PER_BYTE * text.n);
}

static void read_grown(struct sv text)
{
    AUTO(buf_free) struct buf large = {0}, shown = {0};
    AUTO(arena_free) struct arena a = {0};
    AUTO(problems_free) struct problems p = {0};
    struct workflow_file file;
    if (!grown(text, &large))
        return;
    int64_t start = clk_cpu_us();
    workflow_file_read(buf_view(&large), "fuzz.yml", NULL, &repos, &a, &p, &file);
    workflow_set_check(&file, 1, &a, &p);
    problems_write(&p, &shown);
    MUST(grown_in_time(start, large.n));
    check_memory(&a, &p, buf_view(&large));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sv text = sv_n((const char *)data, size);
    AUTO(buf_free) struct buf shown = {0}, again = {0};
    int64_t start = clk_cpu_us();
    for (int turn = 0; turn < 2; turn++) {
        AUTO(arena_free) struct arena a = {0};
        AUTO(problems_free) struct problems p = {0};
        struct workflow *w = workflow_read(text, "fuzz.yml", NULL, &repos, &a, &p);
        if (w)
            check_workflow(w);
        else
            check_problems(&p, text);
        MUST(!w == (p.n_errors > 0));
        problems_write(&p, turn ? &again : &shown);
        check_memory(&a, &p, text);
    }
    MUST(sv_eq(buf_view(&shown), buf_view(&again)));
    MUST(grown_in_time(start, 2 * size));
    read_grown(text);
    return 0;
}
