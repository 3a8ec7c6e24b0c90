/* SPDX-License-Identifier: Apache-2.0 */
/* What expressions can know before anything runs: the event and what comes from it. */
#include "server/explain/explain.h"

static struct val parsed(struct explained *x, struct sv json)
{
    struct jdoc *d = NULL;
    struct err ignored;
    if (!json.p || jdoc_parse(json, NULL, &d, &ignored) < 0)
        return VAL_NONE;
    VEC_PUSH(&x->docs, d);
    return val_json(jdoc_root(d));
}

static const char *behind(const char *ref, const char *prefix)
{
    size_t n = strlen(prefix);
    return ref && strncmp(ref, prefix, n) == 0 ? ref + n : NULL;
}

static const char *ref_name(const char *ref)
{
    static const char *const prefixes[] = {"refs/heads/", "refs/tags/", "refs/pull/", "refs/merge-requests/"};
    for (size_t i = 0; i < ARRAY_LEN(prefixes); i++)
        if (behind(ref, prefixes[i]))
            return behind(ref, prefixes[i]);
    return ref;
}

static struct val github(struct explained *x, const char *workflow)
{
    const struct hook_event *ev = x->event;
    struct val_object o = {.arena = &x->arena};
    struct sv path = sv_of(ev->repo.full_name);
    ptrdiff_t slash = sv_chr(path, '/');
    val_object_putz(&o, "event_name", val_strz(ev->name));
    val_object_putz(&o, "event", parsed(x, x->payload));
    val_object_putz(&o, "repository", val_string(path));
    val_object_putz(&o, "repository_owner", val_string(slash < 0 ? path : sv_cut(path, (size_t)slash)));
    val_object_putz(&o, "ref", val_strz(ev->ref));
    val_object_putz(&o, "ref_name", val_strz(ref_name(ev->ref)));
    val_object_putz(&o, "ref_type", val_strz(behind(ev->ref, "refs/tags/") ? "tag" : ev->ref ? "branch" : NULL));
    val_object_putz(&o, "sha", val_strz(ev->after));
    val_object_putz(&o, "head_ref", val_strz(ev->change.head_ref ? ev->change.head_ref : ""));
    val_object_putz(&o, "base_ref", val_strz(ev->change.base_ref ? ev->change.base_ref : ""));
    val_object_putz(&o, "actor", val_strz(ev->sender.login));
    val_object_putz(&o, "workflow", val_strz(workflow));
    return val_object_done(&o);
}

static bool context(void *ctx, const char *name, struct val *ret)
{
    struct explain_world *w = ctx;
    if (strcmp(name, "github") == 0)
        *ret = w->github;
    else if (strcmp(name, "event") == 0)
        *ret = w->event;
    else
        return false;
    return true;
}

/* As long as nothing failed. */
static int special(void *ctx, const char *name, const struct val *args, size_t n, struct arena *a, struct val *ret,
                   struct err *e)
{
    (void)ctx, (void)args, (void)n, (void)a;
    if (strcmp(name, "success") != 0 && strcmp(name, "always") != 0)
        return err_set(e, ERR_TRANSIENT, "%s() is known when it runs", name);
    *ret = val_bool(true);
    return 0;
}

void explain_world_open(struct explain_world *ret, struct explained *x, const char *workflow)
{
    AUTO(buf_free) struct buf event = {0};
    hook_event_write(x->event, &event);
    *ret = (struct explain_world){.github = github(x, workflow),
                                  .event = parsed(x, arena_sv(&x->arena, buf_view(&event))),
                                  .world = {.ctx = ret, .context = context, .special = special}};
}

static void look(void *ctx, const struct expr_use *u)
{
    bool *known = ctx;
    if (strcmp(u->context, "event") == 0)
        return;
    /* These are made when the run is. */
    static const char *const later[] = {"run_id", "run_number", "run_attempt", "job", "server_url", "api_url"};
    if (strcmp(u->context, "github") != 0)
        *known = false;
    for (size_t i = 0; i < ARRAY_LEN(later) && u->n; i++)
        *known = *known && strcmp(u->path[0], later[i]) != 0;
}

static bool is_known(const struct expr *x)
{
    static const char *const later[] = {"failure", "cancelled", "hashfiles", "changed"};
    bool known = true;
    expr_each_use(x, look, &known);
    for (size_t i = 0; i < ARRAY_LEN(later); i++)
        known = known && !expr_calls(x, later[i]);
    return known;
}

enum explain_runs explain_cond(struct explain_world *w, struct explained *x, const char *text, bool *ret_status)
{
    const struct expr *cond;
    struct err e = {0};
    struct val v;
    *ret_status = false;
    if (cond_compile(sv_of(text), NULL, &x->arena, &cond, &e) < 0)
        return EXPLAIN_LATER;
    /* Asks for a status itself: what it needs may have failed. */
    *ret_status = text && (expr_calls(cond, "always") || expr_calls(cond, "failure") || expr_calls(cond, "cancelled"));
    if (!is_known(cond) || expr_eval(cond, &w->world, &x->arena, &v, &e) < 0)
        return EXPLAIN_LATER;
    return val_truthy(v) ? EXPLAIN_YES : EXPLAIN_NO;
}

bool explain_matrix(struct explain_world *w, struct explained *x, const char *matrix, struct matrix_leg **ret,
                    size_t *ret_n, struct err *e)
{
    const struct text *t;
    struct val v;
    bool known = true;
    const struct expr *one;
    if (text_compile(sv_of(matrix), NULL, &x->arena, &t, e) < 0)
        return false;
    for (size_t i = 0; (one = text_expr(t, i)); i++)
        known = known && is_known(one);
    if (!known) {
        err_set(e, ERR_TRANSIENT, "its matrix is known when it starts");
        return false;
    }
    return matrix_value(sv_of(matrix), &w->world, &x->arena, &v, e) == 0 &&
           matrix_expand(v, &x->arena, ret, ret_n, e) == 0;
}
