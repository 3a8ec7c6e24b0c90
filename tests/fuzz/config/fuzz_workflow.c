/* SPDX-License-Identifier: Apache-2.0 */
/* Any text as a workflow file. What is accepted must hold all that the planner takes for granted; what is refused must
 * say where; and reading is a function of the text. */
#include "config/conf.h"
#include "port/action.h"

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

static void check_env(const struct wf_env *env)
{
    for (size_t i = 0; i < env->n; i++) {
        MUST(env->names[i][0] && env->values[i] && !strchr(env->names[i], '='));
        MUST(!sv_istarts(sv_of(env->names[i]), SV("GITHUB_")) && !strstr(env->values[i], "${{"));
    }
}

static void check_step(const struct wf_step *s)
{
    MUST(s->name && s->timeout_ms >= 0 && s->timeout_ms <= 6 * 3600 * 1000);
    MUST(s->kind == STEP_RUN ? s->run && !s->uses : s->uses && !s->run);
    MUST(!s->run || (s->run[0] && !strstr(s->run, "${{")));
    MUST(!s->uses || action_find(sv_of(s->uses)));
    MUST(!s->workdir || (s->workdir[0] != '/' && workspace_path_ok(sv_of(s->workdir))));
    check_env(&s->env);
    check_env(&s->with);
}

static void check_workflow(const struct workflow *w)
{
    MUST(w->name && w->name[0] && w->n_triggers >= 1);
    for (size_t i = 0; i < w->n_triggers; i++) {
        const struct wf_trigger *t = &w->triggers[i];
        MUST(t->line > 0 && t->event < WF_EVENT_N);
        MUST(!(t->branches.present && t->branches_ignore.present));
        MUST(!t->branches.present || t->branches.globs.n > 0);
        MUST(t->event != WF_PULL_REQUEST || t->types.globs.n > 0);
    }
    for (size_t i = 0; i < w->n_repositories; i++)
        MUST(repo_by_alias(&repos, sv_of(w->repositories[i])));
    check_env(&w->env);
    check_graph(w);
    for (size_t i = 0; i < w->n_jobs; i++) {
        const struct wf_job *j = &w->jobs[i];
        MUST(j->name && j->n_steps >= 1 && j->n_steps <= 256 && j->timeout_ms >= 60000);
        MUST(!j->repo || repo_by_alias(&repos, sv_of(j->repo)));
        check_env(&j->env);
        for (size_t k = 0; k < j->n_steps; k++)
            check_step(&j->steps[k]);
    }
}

static void check_problems(const struct problems *p)
{
    MUST(p->n_errors > 0 && p->list.n > 0);
    for (size_t i = 0; i < p->list.n; i++) {
        const struct problem *x = &p->list.at[i];
        MUST(x->text[0] && x->code[0] && (x->at.line == 0 || x->at.col >= 1));
        MUST(sv_bad_utf8(sv_of(x->text)) < 0);
        MUST(i == 0 || x->at.line >= p->list.at[i - 1].at.line);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sv text = sv_n((const char *)data, size);
    AUTO(buf_free) struct buf shown = {0}, again = {0};
    for (int turn = 0; turn < 2; turn++) {
        AUTO(arena_free) struct arena a = {0};
        AUTO(problems_free) struct problems p = {0};
        struct workflow *w = workflow_read(text, "fuzz.yml", NULL, &repos, &a, &p);
        if (w)
            check_workflow(w);
        else
            check_problems(&p);
        MUST(!w == (p.n_errors > 0));
        problems_write(&p, turn ? &again : &shown);
    }
    MUST(sv_eq(buf_view(&shown), buf_view(&again)));
    return 0;
}
