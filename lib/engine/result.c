/* SPDX-License-Identifier: Apache-2.0 */
/* What a step left behind, into its row: nothing that is in there may be a secret. */
#include "engine/scene.h"

static const char *const stars = "***";

static const char *object_of(struct scene *s, const struct name_values *v)
{
    AUTO(buf_free) struct buf json = {0};
    struct jout o = {.buf = &json};
    jout_open(&o, '{');
    for (size_t i = 0; i < v->v.n; i++) {
        bool again = false; /* the last one of a name counts */
        for (size_t k = i + 1; k < v->v.n; k++)
            again |= strcmp(v->v.at[k].name, v->v.at[i].name) == 0;
        if (!again)
            jout_kstrz(&o, v->v.at[i].name, secret_veil(s, v->v.at[i].value));
    }
    jout_close(&o, '}');
    return arena_dup(s->a, buf_view(&json));
}

static const char *exports_of(struct scene *s, const struct step_result *x)
{
    AUTO(buf_free) struct buf json = {0};
    struct jout o = {.buf = &json};
    jout_open(&o, '{');
    jout_key(&o, "env");
    jout_raw(&o, sv_of(object_of(s, &x->env)));
    jout_key(&o, "path");
    jout_open(&o, '[');
    for (size_t i = 0; i < x->path.v.n; i++)
        jout_strz(&o, secret_veil(s, x->path.v.at[i]));
    jout_close(&o, ']');
    jout_close(&o, '}');
    return arena_dup(s->a, buf_view(&json));
}

/* For people: the value of a secret is not put back here. */
static const char *masked(struct scene *s, const char *text)
{
    const char *const *masks = scene_masks(s);
    for (; text && masks && *masks; masks++) {
        const char *at;
        while ((at = strstr(text, *masks)))
            text = arena_fmt(s->a, "%.*s%s%s", (int)(at - text), text, stars, at + strlen(*masks));
    }
    return text;
}

static const char *note_of(struct scene *s, const struct step_note *n)
{
    AUTO(buf_free) struct buf json = {0};
    struct jout o = {.buf = &json};
    jout_open(&o, '{');
    jout_kstrz(&o, "level", note_level_name[n->level]);
    jout_kstrz(&o, "file", masked(s, n->file));
    if (n->line)
        jout_kint(&o, "line", n->line);
    if (n->end_line)
        jout_kint(&o, "end_line", n->end_line);
    if (n->col)
        jout_kint(&o, "col", n->col);
    if (n->end_col)
        jout_kint(&o, "end_col", n->end_col);
    jout_kstrz(&o, "title", masked(s, n->title));
    jout_kstrz(&o, "text", masked(s, n->text));
    jout_close(&o, '}');
    return arena_dup(s->a, buf_view(&json));
}

/* Behind those that it had when it started, of earlier tries too: what these have said is not said again. */
static const char *notes_of(struct scene *s, const char *before, const struct step_result *x)
{
    AUTO(buf_free) struct buf json = {0};
    struct jout o = {.buf = &json};
    jout_open(&o, '[');
    for (size_t i = 0; i < x->notes.v.n; i++) {
        const char *note = note_of(s, &x->notes.v.at[i]);
        if (!before || !strstr(before, note))
            jout_raw(&o, sv_of(note));
    }
    jout_close(&o, ']');
    if (before && json.n > 2)
        return arena_fmt(s->a, "%.*s,%s", (int)strlen(before) - 1, before, json.p + 1);
    return before ? arena_strdup(s->a, before) : arena_dup(s->a, buf_view(&json));
}

/* The log is masked when it is written; reports of tests are not. */
void result_mask(struct engine *e, struct live_job *j, struct arena *a, struct failure *f)
{
    struct scene s;
    const char **tests = arena_new(a, (f->n_tests + 1) * sizeof *tests);
    scene_open(&s, SCENE_STEP, e, j->run, j, a);
    for (size_t i = 0; i < f->n_tests; i++)
        tests[i] = masked(&s, f->tests[i]);
    f->tests = tests;
    f->evidence = masked(&s, f->evidence);
    f->excerpt = masked(&s, f->excerpt);
    scene_close(&s);
}

bool result_keep(struct engine *e, struct live_job *j, struct step *t, const struct step_result *x,
                 const char **ret_problem)
{
    AUTO(arena_free) struct arena a = {0};
    struct arena *keep = &j->run->arena;
    struct scene s;
    scene_open(&s, SCENE_STEP, e, j->run, j, &a);
    if (x->outputs.v.n)
        t->outputs = arena_strdup(keep, object_of(&s, &x->outputs));
    if (x->env.v.n || x->path.v.n)
        t->exports = arena_strdup(keep, exports_of(&s, x));
    if (x->notes.v.n)
        t->notes = arena_strdup(keep, notes_of(&s, t->notes, x));
    t->summary = arena_strdup(keep, masked(&s, x->summary));
    *ret_problem = x->problem ? arena_strdup(keep, masked(&s, x->problem)) : NULL;
    scene_close(&s);
    return x->problem != NULL;
}
