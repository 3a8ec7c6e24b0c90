/* SPDX-License-Identifier: Apache-2.0 */
/* The environment of a step: what we say, then what workflow and job say, then what earlier steps wrote to GITHUB_ENV,
 * then the step's own; the later one wins. */
#include "engine/recover.h"

static void set(struct env_list *l, const char *name, const char *value)
{
    for (size_t i = 0; i < l->list.n; i++)
        if (strcmp(l->list.at[i].name, name) == 0) {
            l->list.at[i].value = value;
            return;
        }
    VEC_PUSH(&l->list, ((struct action_input){name, value ? value : ""}));
}

static int set_all(struct scene *s, struct env_list *l, const char *const *names, const char *const *values, size_t n,
                   struct err *e)
{
    const char **made = arena_new(s->a, (n + 1) * sizeof *made);
    /* Values of one level do not see each other. */
    for (size_t i = 0; i < n; i++)
        if (scene_text(s, arena_fmt(s->a, "env: %s", names[i]), values[i], &made[i], e) < 0)
            return -1;
    for (size_t i = 0; i < n; i++)
        set(l, names[i], made[i]);
    return 0;
}

/* In the order of the steps: a later one replaces what an earlier one wrote. */
static void set_exports(struct scene *s, struct env_list *l)
{
    for (size_t i = 0; i < s->job->row->n_steps; i++) {
        const struct step *t = &s->job->row->steps[i];
        if (t == s->step)
            break;
        if (!t->exports)
            continue;
        struct val env = val_get(scene_json(s, secret_unveil(s, t->exports)), SV("env"), s->a), v;
        struct sv key;
        for (size_t k = 0; val_each(env, &k, &key, &v);)
            set(l, arena_dup(s->a, key), arena_dup(s->a, val_to_string(v, s->a)));
    }
}

static int make(struct scene *s, struct env_list *l, struct err *e)
{
    const struct job_spec *x = s->spec;
    s->env = l;
    if (set_all(s, l, x->workflow_env.names, x->workflow_env.values, x->workflow_env.n, e) < 0 ||
        set_all(s, l, x->job.env.names, x->job.env.values, x->job.env.n, e) < 0)
        return -1;
    set_exports(s, l);
    const struct step_spec *t = s->step_spec;
    for (size_t i = 0; t && i < t->n_env; i++) {
        const char *value;
        if (scene_text(s, arena_fmt(s->a, "env: %s", t->env[i].name), t->env[i].value, &value, e) < 0)
            return -1;
        set(l, t->env[i].name, value);
    }
    return 0;
}

int scene_environment(struct scene *s, const struct env_list **ret, struct err *e)
{
    if (!s->env) {
        struct env_list made = {0}, *kept = arena_new(s->a, sizeof *kept);
        s->env_busy = true;
        int rc = make(s, &made, e);
        s->env_busy = false;
        s->env = NULL;
        if (rc == 0) {
            kept->list.at = arena_new(s->a, (made.list.n + 1) * sizeof *kept->list.at);
            kept->list.n = made.list.n;
            if (made.list.n)
                memcpy(kept->list.at, made.list.at, made.list.n * sizeof *made.list.at);
            s->env = kept;
        }
        VEC_FREE(&made.list);
        if (rc < 0)
            return -1;
    }
    *ret = s->env;
    return 0;
}

/* ---- what we say ourselves ---- */

static const char *short_ref(const char *ref)
{
    for (int i = 0; i < 2; i++)
        if (ref && (ref = strchr(ref, '/')))
            ref++;
    return ref ? ref : "";
}

/* The same value under GitHub's name and ours. */
static void both(struct scene *s, struct env_list *l, const char *name, const char *value)
{
    set(l, arena_fmt(s->a, "GITHUB_%s", name), value);
    set(l, arena_fmt(s->a, "FETTLE_%s", name), value);
}

static void from_context(struct scene *s, struct env_list *l, const char *name, const char *key)
{
    both(s, l, name, arena_dup(s->a, jval_str(jval_at(run_context(s->run), "github", key))));
}

/* What its locks are fenced with: whoever had one before it had a smaller number. */
static void lock_tokens(struct scene *s, struct env_list *l)
{
    AUTO(buf_free) struct buf all = {0};
    const struct job *j = s->job->row;
    for (size_t i = 0; i < j->n_locks; i++) {
        int64_t token = j->lock_token + (int64_t)i;
        buf_fmt(&all, "%s%s=%lld", i ? "\n" : "", j->locks[i], (long long)token);
    }
    if (!j->n_locks)
        return;
    set(l, "FETTLE_LOCK_TOKEN", arena_fmt(s->a, "%lld", (long long)j->lock_token));
    set(l, "FETTLE_LOCK_TOKENS", arena_dup(s->a, buf_view(&all)));
}

static void builtin(struct scene *s, struct env_list *l)
{
    const struct run *r = s->run->row;
    const struct job *j = s->job->row;
    const char *colon = j->repo_id ? strchr(j->repo_id, ':') : NULL;
    char id[ID_TEXT];
    set(l, "CI", "true");
    set(l, "GITHUB_ACTIONS", "true");
    set(l, "FETTLE", "true");
    set(l, "RUNNER_OS", "Linux");
    both(s, l, "EVENT_NAME", r->event);
    both(s, l, "WORKFLOW", r->workflow);
    both(s, l, "JOB", job_asked(s->job)->row->key);
    both(s, l, "RUN_ID", arena_strdup(s->a, id_text(r->id, id)));
    both(s, l, "RUN_NUMBER", arena_fmt(s->a, "%lld", (long long)r->number));
    both(s, l, "RUN_ATTEMPT", arena_fmt(s->a, "%d", r->generation));
    both(s, l, "REPOSITORY", colon ? colon + 1 : "");
    both(s, l, "SHA", j->sha);
    both(s, l, "REF", j->ref);
    both(s, l, "REF_NAME", short_ref(j->ref));
    both(s, l, "REF_TYPE", j->ref && strncmp(j->ref, "refs/tags/", 10) == 0 ? "tag" : "branch");
    from_context(s, l, "HEAD_REF", "head_ref");
    from_context(s, l, "BASE_REF", "base_ref");
    from_context(s, l, "ACTOR", "actor");
    from_context(s, l, "REPOSITORY_OWNER", "repository_owner");
    from_context(s, l, "SERVER_URL", "server_url");
    from_context(s, l, "API_URL", "api_url");
    set(l, "FETTLE_REPOSITORY_ID", j->repo_id);
    set(l, "FETTLE_EVENT_REPOSITORY_ID", r->repo_id);
    set(l, "FETTLE_EVENT_ACTION", r->action);
    set(l, "FETTLE_HOPS", arena_fmt(s->a, "%d", run_hops(s->run) + 1));
    lock_tokens(s, l);
}

int scene_process_environment(struct scene *s, const char ***ret, struct err *e)
{
    const struct env_list *said;
    struct env_list all = {0};
    if (scene_environment(s, &said, e) < 0)
        return -1;
    if (s->job->row->spec || s->job->parent) /* an earlier version kept ours with the step */
        builtin(s, &all);
    for (size_t i = 0; i < said->list.n; i++)
        set(&all, said->list.at[i].name, said->list.at[i].value);
    recover_environment(s, &all);
    *ret = arena_new(s->a, (all.list.n + 1) * sizeof **ret);
    for (size_t i = 0; i < all.list.n; i++)
        (*ret)[i] = arena_fmt(s->a, "%s=%s", all.list.at[i].name, all.list.at[i].value);
    VEC_FREE(&all.list);
    return 0;
}
