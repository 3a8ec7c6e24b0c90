/* SPDX-License-Identifier: Apache-2.0 */
/* The whole configuration as one immutable value: fettle.yaml, repositories.yaml and the folder of workflows. A reload
 * builds a new one and swaps it, or changes nothing. References are counted; any thread may hold one. */
#pragma once
#include "base/clk.h"
#include "base/log.h"
#include "config/api_token.h"
#include "config/conf_forge.h"
#include "config/problem.h"
#include "core/log_rules.h"
#include "core/repo.h"
#include "core/workflow.h"

enum serves { SERVES_HOOKS = 1, SERVES_API = 2, SERVES_DASHBOARD = 4 };
enum listen_kind { CONF_HTTPS, CONF_HTTP, CONF_UNIX };

struct conf_listen {
    enum listen_kind kind;
    const char *address, *cert, *key; /* paths are absolute */
    unsigned serves;
    bool behind_proxy, loopback;
};
/* Who comes that way is on this machine, and no proxy speaks for others. */
static inline bool conf_listen_is_local(const struct conf_listen *l)
{
    return l->kind == CONF_UNIX || (l->loopback && !l->behind_proxy);
}

/* What steps see as `secrets.NAME`. */
struct conf_work_secret {
    const char *name;
    const struct ynode *node; /* of the name */
    struct conf_secret source;
    const char **repos; /* aliases; none = all */
    const struct ynode **repo_nodes;
    size_t n_repos;
    const char **environments; /* names of `environments`; none = all jobs */
    const struct ynode **environment_nodes;
    size_t n_environments;
};
struct conf_var {
    const char *name, *value;
};
struct conf_environment { /* where jobs deploy to */
    const char *name;
    struct wf_filter branches; /* that may; not present = all */
    struct wf_approve approve;
};
struct conf_lock { /* of `resources.locks`, where more than one job may hold it */
    const char *name;
    int capacity;
};

struct conf_weight {
    const char *owner; /* forge:organisation, or forge:organisation/repository */
    int weight;
    const struct ynode *node; /* of the owner */
};
struct conf_scheduling { /* who runs next */
    int critical_percent, ageing_percent;
    struct conf_weight *weights;
    size_t n_weights;
    enum lookahead_switch lookahead;
    msec_t lookahead_ms;
};

enum { OTLP_HEADERS = 20 };
struct conf_header {
    const char *name;
    struct conf_secret value;
};
struct conf_otlp {        /* where spans go */
    const char *endpoint; /* without trailing slash; NULL = nowhere */
    struct conf_header *headers;
    size_t n_headers;
    const char *service_name;
    int sample_percent;
};

struct conf_hook_user { /* of this machine, who may call with a local git hook */
    const char *name;
    int64_t uid; /* -1 = this machine does not know the name */
    bool trusted;
};

struct conf {
    struct arena arena;
    int refs;
    const char *file, *dir;                   /* absolute */
    const struct ynode *root;                 /* of the server file; NULL = it is empty */
    msec_t loaded_at;                         /* wall clock; set by who loads it */
    char digest[65], repositories_digest[65]; /* SHA-256 of the texts, in hexadecimal digits */
    struct conf_listen *listens;
    size_t n_listens;
    const char *store_path;                                    /* of sqlite:, absolute */
    const char *state_dir, *workflows_dir, *repositories_file; /* absolute; the last two may be NULL */
    int slots, intake_threads;
    struct conf_forge *forges;
    size_t n_forges;
    struct conf_work_secret *secrets;
    size_t n_secrets;
    struct conf_var *vars;
    size_t n_vars;
    struct conf_environment *environments;
    size_t n_environments;
    struct conf_lock *locks;
    size_t n_locks;
    struct conf_scheduling scheduling;
    struct conf_otlp otlp;
    struct log_rule *failure_rules; /* in their order; each expression compiles */
    size_t n_failure_rules;
    struct {
        struct conf_hook_user *users;
        size_t n_users;
    } hooks;
    struct {
        int64_t body, form_body, log;
        int64_t cache, caches;       /* packed: one, and all together */
        int64_t artifact, artifacts; /* packed: one, and those of a run together */
        int64_t checkpoint;          /* a snapshot of a workspace */
        int64_t pack;                /* what a local hook sends of a push */
        int connections, per_address, viewers;
        int hops, bot_runs;
        msec_t head_time, body_time, tls_time, bot_window, stall;
    } limits;
    struct {
        msec_t payloads, deliveries, logs, runs, caches, checkpoints;
    } retention;
    struct {
        const struct conf_api_token *tokens;
        size_t n_tokens;
    } api;
    const char *public_url; /* without trailing slash; NULL = none */
    enum log_level log_level;
    enum log_format log_format;
    struct {
        bool isolate;
        const char **labels;
        size_t n_labels;
    } runner;
    const char *ca_file; /* forge-ca: PEM of a private CA that signs the forges' certificates; NULL = the system's */
    struct repo_set repos;
    struct workflow_set workflows; /* the server's folder; broken files are problems and left out */
};

/* A socket for local hooks alone: everybody may open it, and is known by the user he is. */
bool conf_listen_is_open(const struct conf_listen *l);

/* Reads everything. 0 with *ret (one reference); -1 when fettle.yaml or repositories.yaml has an error: *ret is
 * untouched. An error in a workflow file of the server's folder is in *problems as well (n_errors > 0), but only that
 * file is left out. Warnings may be there in any case. */
MUST_USE int conf_load(const char *file, struct conf **ret, struct problems *problems);
struct conf *conf_ref(struct conf *c);
void conf_unref(struct conf **c);
const struct conf_forge *conf_forge_by_name(const struct conf *c, struct sv name);
/* It has a credential, or needs none: its API can be asked for more than what is public. */
static inline bool conf_forge_can_ask(const struct conf_forge *f)
{
    return f->has_token || f->has_app || (f->ops && f->ops->local);
}

/* ---- single files, for `fettle check` and for workflow files out of repositories ---- */

/* Kind by content and name: server, repositories or workflow. 0 if it has no error. A server file is checked with its
 * secrets and certificates, without the files it names. */
int conf_check_file(const char *path, struct problems *problems);
/* Of a workflow file without errors: warnings about what the forges of that configuration do not have. */
void conf_check_forges(const char *path, const struct conf *around, struct problems *problems);
/* One workflow. `file` is what messages call it. repos may be NULL (aliases are then not checked). Text and structs
 * live in the arena. NULL when it has an error (see problems). */
struct workflow *workflow_read(struct sv text, const char *file, const char *origin, const struct repo_set *repos,
                               struct arena *arena, struct problems *problems);
