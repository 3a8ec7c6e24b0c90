/* SPDX-License-Identifier: Apache-2.0 */
#include "server/host.h"
#include "metrics/metrics.h"

static void forges_of(const struct app *app, struct arena *a, struct engine_conf *ret)
{
    const struct conf *c = app->conf;
    struct engine_forge *at = arena_new(a, (c->n_forges + 1) * sizeof *at);
    for (size_t i = 0; i < c->n_forges; i++) {
        struct missed_place *hooks = arena_new(a, (c->forges[i].n_webhooks + 1) * sizeof *hooks);
        for (size_t k = 0; k < c->forges[i].n_webhooks; k++)
            hooks[k] = (struct missed_place){c->forges[i].webhooks[k].path, c->forges[i].webhooks[k].system};
        at[i] = (struct engine_forge){.name = c->forges[i].name,
                                      .ops = c->forges[i].ops,
                                      .can_post = conf_forge_can_ask(&c->forges[i]),
                                      .is_app = c->forges[i].has_app,
                                      .looks = !app->on_call,
                                      .reconcile_ms = c->forges[i].reconcile,
                                      .hooks = hooks,
                                      .n_hooks = c->forges[i].n_webhooks,
                                      .api_url = c->forges[i].url,
                                      .limits = c->forges[i].limits};
    }
    ret->forges = at;
    ret->n_forges = c->n_forges;
}

static void secrets_of(const struct conf *c, struct arena *a, struct engine_conf *ret)
{
    struct engine_secret *at = arena_new(a, (c->n_secrets + 1) * sizeof *at);
    for (size_t i = 0; i < c->n_secrets; i++) {
        const struct conf_work_secret *s = &c->secrets[i];
        at[i] = (struct engine_secret){.name = s->name,
                                       .value = s->source.value.p,
                                       .repos = s->repos,
                                       .n_repos = s->n_repos,
                                       .environments = s->environments,
                                       .n_environments = s->n_environments};
    }
    ret->secrets = at;
    ret->n_secrets = c->n_secrets;
}

static void vars_of(const struct conf *c, struct arena *a, struct engine_conf *ret)
{
    struct engine_var *at = arena_new(a, (c->n_vars + 1) * sizeof *at);
    for (size_t i = 0; i < c->n_vars; i++)
        at[i] = (struct engine_var){c->vars[i].name, c->vars[i].value};
    ret->vars = at;
    ret->n_vars = c->n_vars;
}

static void environments_of(const struct conf *c, struct arena *a, struct engine_conf *ret)
{
    struct engine_environment *at = arena_new(a, (c->n_environments + 1) * sizeof *at);
    for (size_t i = 0; i < c->n_environments; i++) {
        const struct conf_environment *e = &c->environments[i];
        at[i] = (struct engine_environment){e->name, e->branches.present ? &e->branches.globs : NULL,
                                            e->approve.present ? &e->approve : NULL};
    }
    ret->environments = c->environments ? at : NULL; /* none said: any name will do */
    ret->n_environments = c->n_environments;
}

static void locks_of(const struct conf *c, struct arena *a, struct engine_conf *ret)
{
    struct engine_lock *at = arena_new(a, (c->n_locks + 1) * sizeof *at);
    for (size_t i = 0; i < c->n_locks; i++)
        at[i] = (struct engine_lock){c->locks[i].name, c->locks[i].capacity};
    ret->locks = at;
    ret->n_locks = c->n_locks;
}

static void scheduling_of(const struct conf *c, struct arena *a, struct engine_conf *ret)
{
    const struct conf_scheduling *from = &c->scheduling;
    struct engine_scheduling *to = arena_new(a, sizeof *to);
    struct engine_weight *at = arena_new(a, (from->n_weights + 1) * sizeof *at);
    for (size_t i = 0; i < from->n_weights; i++)
        at[i] = (struct engine_weight){from->weights[i].owner, from->weights[i].weight};
    *to = (struct engine_scheduling){.critical_percent = from->critical_percent,
                                     .ageing_percent = from->ageing_percent,
                                     .weights = at,
                                     .n_weights = from->n_weights,
                                     .lookahead = from->lookahead,
                                     .lookahead_ms = from->lookahead_ms};
    ret->scheduling = to;
}

void engine_conf_build(const struct app *app, struct arena *a, struct engine_conf *ret)
{
    const struct conf *c = app->conf;
    const char **labels = arena_new(a, (c->runner.n_labels + 1) * sizeof *labels);
    for (size_t i = 0; i < c->runner.n_labels; i++)
        labels[i] = c->runner.labels[i];
    *ret = (struct engine_conf){.workflows = &c->workflows,
                                .repos = &c->repos,
                                .slots = c->slots,
                                .log_limit = c->limits.log,
                                .public_url = c->public_url,
                                .isolated = c->runner.isolate,
                                .hops = c->limits.hops,
                                .bot_runs = c->limits.bot_runs,
                                .bot_window = c->limits.bot_window,
                                .central_only = app->central_only,
                                .labels = c->runner.n_labels ? labels : NULL}; /* none said: any will do */
    forges_of(app, a, ret);
    secrets_of(c, a, ret);
    vars_of(c, a, ret);
    environments_of(c, a, ret);
    locks_of(c, a, ret);
    scheduling_of(c, a, ret);
    metric_set(M_SLOTS, NULL, c->slots);
}
