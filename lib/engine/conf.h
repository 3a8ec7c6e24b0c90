/* SPDX-License-Identifier: Apache-2.0 */
/* What the engine needs of the configuration. */
#pragma once
#include "core/repo.h"
#include "core/workflow.h"
#include "port/forge.h"
#include "port/missed.h"

struct engine_forge {
    const char *name;
    const struct forge_ops *ops;
    bool can_post;                    /* has a token */
    msec_t reconcile_ms;              /* how often it is looked for what was missed; 0 = never */
    const struct missed_place *hooks; /* where its webhooks come in */
    size_t n_hooks;
    bool is_app;                      /* its credentials are for one repository each, and nobody's account */
    bool looks;                       /* it may be asked for more than people's permissions; see lookout.h */
    const char *api_url, *server_url; /* for the context `github`; may be NULL */
    struct call_limits limits;        /* of its credential */
};

struct engine_secret { /* never in rows, journal or messages; only trusted runs see it */
    const char *name, *value;
    const char *const *repos; /* aliases whose workflows see it; none = all */
    size_t n_repos;
    const char *const *environments; /* only jobs of these see it; none = all */
    size_t n_environments;
};
struct engine_var {
    const char *name, *value;
};
struct engine_environment {
    const char *name;
    const struct globs *branches;     /* that may deploy; NULL = all */
    const struct wf_approve *approve; /* before a job of it starts; NULL = nobody is asked */
};
struct engine_lock { /* of jobs' resources */
    const char *name;
    int capacity; /* so many may hold it at once; 1 for those that are not here */
};

struct engine_weight {
    const char *owner; /* forge:organisation, or forge:organisation/repository */
    int weight;        /* 1..1000 */
};
struct engine_scheduling { /* who runs next; see struct ready_rules */
    int critical_percent, ageing_percent;
    const struct engine_weight *weights;
    size_t n_weights;
    enum lookahead_switch lookahead;
    msec_t lookahead_ms; /* how long a better order is looked for */
};

/* What the engine needs of the configuration; borrowed until the next EV_CONF has been stepped. */
struct engine_conf {
    const struct workflow_set *workflows; /* the server's folder */
    const struct repo_set *repos;
    const struct engine_forge *forges;
    size_t n_forges;
    int slots;
    int64_t log_limit;
    const char *public_url; /* NULL = none */
    bool isolated;          /* steps run under isolation; untrusted runs are refused without */
    const struct engine_secret *secrets;
    size_t n_secrets;
    const struct engine_var *vars;
    size_t n_vars;
    const struct engine_environment *environments; /* NULL = any name will do, and gives nothing */
    size_t n_environments;
    const struct engine_lock *locks;
    size_t n_locks;
    const struct engine_scheduling *scheduling; /* NULL = nothing is said of it */
    int hops;     /* of our own that may lead to one another; 0 = five */
    int bot_runs; /* of one workflow and repository that bots may start within bot_window; 0 = no bound */
    msec_t bot_window;
    bool central_only; /* workflow files of repositories start nothing by themselves; they may be called */
    const char *const *labels; /* what `runs-on` may name, NULL at the end; NULL = anything */
};
