/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/policy_json.h"

/* Words and not numbers: rows outlive the version that wrote them. */

static int word_at(const char *const *words, int n, struct sv word)
{
    for (int i = 0; i < n; i++)
        if (sv_is(word, words[i]))
            return i;
    return -1;
}

static int64_t number(const struct jval *v, const char *key)
{
    int64_t n = 0;
    return jval_int(jval_get(v, key), &n) ? n : 0;
}

static void put_number(struct jout *o, const char *key, int64_t n)
{
    if (n)
        jout_kint(o, key, n);
}

static void put_list(struct jout *o, const char *key, const char *const *at, size_t n)
{
    if (n == 0)
        return;
    jout_key(o, key);
    jout_strs(o, at, n);
}

static const char **list(const struct jval *v, const char *key, struct arena *a, size_t *ret_n, bool *ok)
{
    const struct jval *all = jval_get(v, key);
    size_t n = jval_len(all);
    const char **at = n ? arena_new(a, n * sizeof *at) : NULL;
    for (size_t i = 0; i < n; i++) {
        at[i] = arena_dup(a, jval_str(jval_item(all, i)));
        *ok &= at[i] != NULL;
    }
    *ret_n = n;
    return at;
}

static void put_classes(struct jout *o, unsigned on)
{
    jout_key(o, "on");
    jout_open(o, '[');
    for (unsigned c = 1; c < FAILURE_CLASS_N; c++)
        if (on & FAILURE_BIT(c))
            jout_strz(o, failure_class_name[c]);
    jout_close(o, ']');
}

static bool classes(const struct jval *v, unsigned *ret)
{
    const struct jval *all = jval_get(v, "on");
    *ret = 0;
    for (size_t i = 0; i < jval_len(all); i++) {
        int c = word_at(failure_class_name, FAILURE_CLASS_N, jval_str(jval_item(all, i)));
        if (c < 0)
            return false;
        *ret |= FAILURE_BIT((unsigned)c);
    }
    return true;
}

/* ---- retry ---- */

static void put_retry(struct jout *o, const struct wf_retry *r)
{
    if (!r->said)
        return;
    jout_key(o, "retry");
    jout_open(o, '{');
    jout_kint(o, "attempts", r->attempts);
    jout_kint(o, "backoff", r->backoff);
    jout_kint(o, "max", r->max_backoff);
    put_classes(o, r->on);
    jout_close(o, '}');
}

static bool retry(const struct jval *v, struct wf_retry *ret)
{
    const struct jval *r = jval_get(v, "retry");
    *ret = (struct wf_retry){.said = r != NULL};
    if (!r)
        return true;
    ret->attempts = (int)number(r, "attempts");
    ret->backoff = number(r, "backoff");
    ret->max_backoff = number(r, "max");
    return classes(r, &ret->on) && ret->attempts >= 1 && ret->backoff >= 0 && ret->max_backoff >= ret->backoff;
}

/* ---- recovery ---- */

static const char *const then_word[] = {"fail", "continue"};

static void put_ways(struct jout *o, const struct wf_ways *w)
{
    const char *names[WAY_N];
    for (int i = 0; i < w->n; i++)
        names[i] = conflict_way_name[w->at[i]];
    put_list(o, "ways", names, (size_t)w->n);
}

static bool ways(const struct jval *v, struct wf_ways *ret)
{
    const struct jval *all = jval_get(v, "ways");
    for (size_t i = 0; i < jval_len(all); i++) {
        int way = word_at(conflict_way_name, WAY_N, jval_str(jval_item(all, i)));
        if (way < 0 || ret->n == WAY_N)
            return false;
        ret->at[ret->n++] = (enum conflict_way)way;
    }
    return true;
}

static void put_recovery(struct jout *o, const struct wf_job *j)
{
    if (j->n_recovery == 0)
        return;
    jout_key(o, "recovery");
    jout_open(o, '[');
    for (size_t i = 0; i < j->n_recovery; i++) {
        const struct wf_recovery *x = &j->recovery[i];
        jout_open(o, '{');
        put_classes(o, x->on);
        jout_kstrz(o, "do", recovery_strategy_name[x->strategy]);
        put_number(o, "attempts", x->attempts);
        put_ways(o, &x->ways);
        if (x->issue_repo)
            jout_kstrz(o, "issue_repo", x->issue_repo);
        put_list(o, "labels", x->issue_labels, x->n_issue_labels);
        put_list(o, "by", x->by, x->n_by);
        put_number(o, "deadline", x->deadline);
        jout_kstrz(o, "then", then_word[x->then]);
        if (x->rerun)
            jout_kstrz(o, "rerun", x->rerun);
        if (x->fix)
            jout_kstrz(o, "fix", x->fix);
        if (x->fix_job)
            jout_kstrz(o, "fix_job", x->fix_job);
        jout_close(o, '}');
    }
    jout_close(o, ']');
}

static bool entry(const struct jval *v, struct arena *a, struct wf_recovery *ret)
{
    bool ok = classes(v, &ret->on);
    int how = word_at(recovery_strategy_name, STRATEGY_N, jval_str(jval_get(v, "do")));
    int then = word_at(then_word, ARRAY_LEN(then_word), jval_str(jval_get(v, "then")));
    if (!ok || how < 0 || then < 0)
        return false;
    ret->strategy = (enum recovery_strategy)how;
    ret->then = (enum wf_then)then;
    ret->attempts = (int)number(v, "attempts");
    ok &= ways(v, &ret->ways);
    ret->issue_repo = arena_dup(a, jval_str(jval_get(v, "issue_repo")));
    ret->issue_labels = list(v, "labels", a, &ret->n_issue_labels, &ok);
    ret->by = list(v, "by", a, &ret->n_by, &ok);
    ret->deadline = number(v, "deadline");
    ret->rerun = arena_dup(a, jval_str(jval_get(v, "rerun")));
    ret->fix = arena_dup(a, jval_str(jval_get(v, "fix")));
    ret->fix_job = arena_dup(a, jval_str(jval_get(v, "fix_job")));
    return ok;
}

static bool recovery(const struct jval *v, struct arena *a, struct wf_job *ret)
{
    const struct jval *all = jval_get(v, "recovery");
    bool ok = true;
    ret->n_recovery = jval_len(all);
    ret->recovery = ret->n_recovery ? arena_new(a, ret->n_recovery * sizeof *ret->recovery) : NULL;
    for (size_t i = 0; i < ret->n_recovery; i++)
        ok &= entry(jval_item(all, i), a, &ret->recovery[i]);
    return ok;
}

/* ---- approve, resources, limits ---- */

static void put_approve(struct jout *o, const struct wf_approve *x)
{
    if (!x->present)
        return;
    jout_key(o, "approve");
    jout_open(o, '{');
    put_list(o, "by", x->by, x->n_by);
    jout_kbool(o, "sha", x->bind_sha);
    put_number(o, "deadline", x->deadline);
    jout_kstrz(o, "then", then_word[x->then]);
    jout_close(o, '}');
}

static bool approve(const struct jval *v, struct arena *a, struct wf_approve *ret)
{
    const struct jval *x = jval_get(v, "approve");
    bool ok = true;
    *ret = (struct wf_approve){.present = x != NULL};
    if (!x)
        return true;
    int then = word_at(then_word, ARRAY_LEN(then_word), jval_str(jval_get(x, "then")));
    ret->by = list(x, "by", a, &ret->n_by, &ok);
    ret->bind_sha = jval_true(jval_get(x, "sha"));
    ret->deadline = number(x, "deadline");
    ret->then = then > 0 ? THEN_CONTINUE : THEN_FAIL;
    return ok && then >= 0;
}

static void put_limits(struct jout *o, const struct wf_limits *l)
{
    put_number(o, "queue_ms", l->queue_ms);
    put_number(o, "silence_ms", l->silence_ms);
    put_number(o, "log", l->log);
}

static struct wf_limits limits(const struct jval *v)
{
    return (struct wf_limits){
        .queue_ms = number(v, "queue_ms"), .silence_ms = number(v, "silence_ms"), .log = number(v, "log")};
}

/* ---- jobs and steps ---- */

void job_policy_write(struct jout *o, const struct wf_job *j)
{
    put_retry(o, &j->retry);
    put_recovery(o, j);
    put_approve(o, &j->approve);
    put_number(o, "slots", j->resources.slots);
    put_list(o, "locks", j->resources.locks, j->resources.n_locks);
    put_limits(o, &j->limits);
    put_number(o, "estimate_ms", j->estimate_ms);
}

bool job_policy_read(const struct jval *v, struct arena *a, struct wf_job *ret)
{
    bool ok = retry(v, &ret->retry);
    ok &= recovery(v, a, ret);
    ok &= approve(v, a, &ret->approve);
    ret->resources.slots = (int)number(v, "slots");
    ret->resources.locks = list(v, "locks", a, &ret->resources.n_locks, &ok);
    ret->limits = limits(v);
    ret->estimate_ms = number(v, "estimate_ms");
    return ok;
}

static const char *const checkpoint_word[] = {"outputs", "workspace"};

void step_policy_write(struct jout *o, const struct step_spec *s)
{
    put_retry(o, &s->retry);
    if (s->once)
        jout_kbool(o, "once", true);
    if (s->checkpoint != CHECKPOINT_OUTPUTS)
        jout_kstrz(o, "checkpoint", checkpoint_word[s->checkpoint]);
    put_limits(o, &s->limits);
}

bool step_policy_read(const struct jval *v, struct step_spec *ret)
{
    const struct jval *kept = jval_get(v, "checkpoint");
    int checkpoint = kept ? word_at(checkpoint_word, ARRAY_LEN(checkpoint_word), jval_str(kept)) : 0;
    ret->once = jval_true(jval_get(v, "once"));
    ret->checkpoint = checkpoint > 0 ? CHECKPOINT_WORKSPACE : CHECKPOINT_OUTPUTS;
    ret->limits = limits(v);
    return retry(v, &ret->retry) && checkpoint >= 0;
}
