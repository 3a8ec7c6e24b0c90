/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/scene.h"

/* ---- functions that ask for the state of things ---- */

static bool told(const struct scene *s)
{
    return s->job ? job_was_told(s->job) : s->run->row->cancelling;
}

static bool ask_success(struct scene *s)
{
    if (s->step)
        return !job_is_cancelled(s->e, s->job) && !steps_failed(s->job, s->step);
    return !told(s) && job_needs_succeeded(job_asked(s->job));
}

static bool ask_failure(struct scene *s)
{
    if (s->step)
        return !job_is_cancelled(s->e, s->job) && steps_failed(s->job, s->step);
    return !told(s) && job_needs_failed(job_asked(s->job));
}

/* Patterns are joined by newlines for the key, which no pattern of a file can hold. */
static int hash_files(struct scene *s, const struct val *args, size_t n, struct arena *a, struct val *ret,
                      struct err *e)
{
    AUTO(buf_free) struct buf key = {0};
    if (!s->step)
        return err_set(e, ERR_INVALID, "hashFiles() needs the files of a step");
    for (size_t i = 0; i < n; i++)
        buf_fmt(&key, "%s%.*s", i ? "\n" : "", SV_ARG(val_to_string(args[i], a)));
    const char *known = s->job->doing ? map_get(&s->job->doing->digests, buf_view(&key)) : NULL;
    if (known && known[0] == '!')
        return err_set(e, ERR_INVALID, "hashFiles(): %s", known + 1);
    if (known) {
        *ret = val_strz(arena_strdup(a, known));
        return 0;
    }
    s->hash_wanted = arena_new(s->a, (n + 1) * sizeof *s->hash_wanted);
    s->n_hash_wanted = n;
    for (size_t i = 0; i < n; i++)
        s->hash_wanted[i] = arena_dup(s->a, val_to_string(args[i], a));
    return err_set(e, ERR_TRANSIENT, "the files are not hashed yet");
}

static int ask_changed(struct scene *s, const struct val *args, size_t n, struct arena *a, struct val *ret,
                       struct err *e)
{
    const struct jval *changed = jval_get(run_context(s->run), "changed");
    struct sv problem = jval_str(changed);
    struct globs patterns = {0};
    if (!changed)
        return err_set(e, ERR_INVALID, "changed(): the paths of this event are not known");
    if (problem.p)
        return err_set(e, ERR_INVALID, "changed(): %.*s", SV_ARG(problem));
    for (size_t i = 0; i < n; i++)
        if (globs_add(&patterns, val_to_string(args[i], a), a, e) < 0)
            return err_add(e, "changed()");
    bool yes = n == 0 && jval_len(changed) > 0;
    for (size_t i = 0; !yes && i < jval_len(changed); i++)
        yes = globs_match(&patterns, jval_str(jval_item(changed, i)));
    *ret = val_bool(yes);
    return 0;
}

static int special(void *ctx, const char *name, const struct val *args, size_t n, struct arena *a, struct val *ret,
                   struct err *e)
{
    struct scene *s = ctx;
    struct sv f = sv_of(name);
    if (sv_ieq(f, SV("hashFiles")))
        return hash_files(s, args, n, a, ret, e);
    if (sv_ieq(f, SV("changed")))
        return ask_changed(s, args, n, a, ret, e);
    if (sv_ieq(f, SV("always")))
        *ret = val_bool(true);
    else if (sv_ieq(f, SV("cancelled")))
        *ret = val_bool(told(s));
    else if (sv_ieq(f, SV("success")) && s->job)
        *ret = val_bool(ask_success(s));
    else if (sv_ieq(f, SV("failure")) && s->job)
        *ret = val_bool(ask_failure(s));
    else
        return err_set(e, ERR_INVALID, "%s() means nothing here", name);
    return 0;
}

/* ---- life ---- */

void scene_open(struct scene *s, enum scene_stage stage, struct engine *e, struct live_run *r, struct live_job *j,
                struct arena *a)
{
    *s = (struct scene){.e = e, .run = r, .job = j, .stage = stage, .a = a};
    s->spec = j ? job_spec_of(j) : NULL;
    s->world = (struct expr_world){.ctx = s, .context = scene_context, .special = special};
}

void scene_step(struct scene *s, const struct step *step, const struct step_spec *spec)
{
    s->step = step;
    s->step_spec = spec;
}

void scene_close(struct scene *s)
{
    for (size_t i = 0; i < s->docs.n; i++)
        jdoc_free(&s->docs.at[i]);
    VEC_FREE(&s->docs);
}

/* ---- texts ---- */

static int placed(const struct scene *s, const char *key, struct err *e)
{
    const char *file = s->spec ? s->spec->file : s->run->row->file;
    int line = s->step_spec && s->step_spec->line ? s->step_spec->line : s->spec ? s->spec->job.line : 0;
    if (e->cls == ERR_TRANSIENT)
        return -1;
    return line ? err_add(e, "%s:%d: %s", file, line, key) : err_add(e, "%s: %s", file, key);
}

int scene_value(struct scene *s, const char *key, const char *raw, struct val *ret, struct err *e)
{
    if (!text_has_expr(sv_of(raw))) {
        *ret = val_strz(raw);
        return 0;
    }
    return text_value(sv_of(raw), &s->world, s->a, ret, e) < 0 ? placed(s, key, e) : 0;
}

int scene_text(struct scene *s, const char *key, const char *raw, const char **ret, struct err *e)
{
    struct val v;
    if (!raw || !text_has_expr(sv_of(raw))) {
        *ret = raw;
        return 0;
    }
    if (scene_value(s, key, raw, &v, e) < 0)
        return -1;
    *ret = arena_dup(s->a, val_to_string(v, s->a));
    return 0;
}

int scene_flag(struct scene *s, const char *key, const char *raw, bool *ret, struct err *e)
{
    struct val v;
    if (scene_value(s, key, raw, &v, e) < 0)
        return -1;
    struct sv text = v.kind == VAL_STRING ? v.str : SV_NONE;
    bool yes = v.kind == VAL_BOOL ? v.b : sv_is(text, "true");
    if (v.kind != VAL_BOOL && !yes && !sv_is(text, "false")) {
        err_set(e, ERR_INVALID, "it is neither true nor false");
        return placed(s, key, e);
    }
    *ret = yes;
    return 0;
}

int scene_number(struct scene *s, const char *key, const char *raw, double *ret, struct err *e)
{
    struct val v;
    if (scene_value(s, key, raw, &v, e) < 0)
        return -1;
    *ret = val_to_number(v);
    if (v.kind != VAL_NULL && *ret >= 0 && *ret <= 1e9)
        return 0;
    err_set(e, ERR_INVALID, "it is no number of a use here");
    return placed(s, key, e);
}

int scene_cond(struct scene *s, enum wf_cond cond, const char *text, bool *ret, struct err *e)
{
    static const struct expr_scope any = {.where = "if"};
    const struct expr *x;
    struct val v;
    switch (cond) {
    case COND_SUCCESS:
        *ret = ask_success(s);
        return 0;
    case COND_FAILURE:
        *ret = ask_failure(s);
        return 0;
    case COND_ALWAYS:
        *ret = true;
        return 0;
    case COND_CANCELLED:
        *ret = told(s);
        return 0;
    case COND_EXPR:
        break;
    }
    if (cond_compile(sv_of(text), &any, s->a, &x, e) < 0 || expr_eval(x, &s->world, s->a, &v, e) < 0)
        return placed(s, "if", e);
    *ret = val_truthy(v);
    return 0;
}
