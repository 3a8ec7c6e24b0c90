/* SPDX-License-Identifier: Apache-2.0 */
#include "core/dispatch.h"
#include "base/suggest.h"

enum { TEXT_MAX = 65535, NAMES_MAX = 256 };

const struct wf_trigger *dispatch_trigger(const struct workflow *w)
{
    for (size_t i = 0; i < w->n_triggers; i++)
        if (w->triggers[i].event == WF_WORKFLOW_DISPATCH)
            return &w->triggers[i];
    return NULL;
}

static const struct wf_input *input_named(const struct wf_trigger *t, struct sv name)
{
    for (size_t i = 0; i < t->n_inputs; i++)
        if (sv_ieq(name, sv_of(t->inputs[i].name)))
            return &t->inputs[i];
    return NULL;
}

static int unknown(const struct wf_trigger *t, struct sv name, struct err *e)
{
    const char *names[NAMES_MAX] = {0};
    size_t n = 0;
    for (; n < t->n_inputs && n < NAMES_MAX; n++)
        names[n] = t->inputs[n].name;
    const char *meant = suggest(name, names, n);
    name = sv_cut_utf8(name, 60);
    if (meant)
        return err_set(e, ERR_INVALID, "there is no input \"%.*s\" (did you mean \"%s\"?)", SV_ARG(name), meant);
    return err_set(e, ERR_INVALID, "there is no input \"%.*s\": the workflow has %s", SV_ARG(name),
                   n ? "others" : "none");
}

static bool is_number(struct sv s)
{
    AUTO(jdoc_free) struct jdoc *d = NULL;
    struct err ignored;
    if (jdoc_parse(s, NULL, &d, &ignored) < 0)
        return false;
    return jval_kind(jdoc_root(d)) == J_INT || jval_kind(jdoc_root(d)) == J_REAL;
}

static int check_choice(const struct wf_input *x, struct sv text, struct err *e)
{
    AUTO(buf_free) struct buf all = {0};
    for (size_t i = 0; i < x->n_options; i++) {
        if (sv_is(text, x->options[i]))
            return 0;
        buf_fmt(&all, "%s%s", i ? ", " : "", x->options[i]);
    }
    return err_set(e, ERR_INVALID, "the input \"%s\" must be one of: %s", x->name, all.n ? all.p : "");
}

static int check_text(const struct wf_input *x, struct sv text, struct err *e)
{
    if (text.n > TEXT_MAX)
        return err_set(e, ERR_INVALID, "the input \"%s\" is longer than %d bytes", x->name, TEXT_MAX);
    if (!text.n && !x->required)
        return 0;
    if (!text.n)
        return err_set(e, ERR_INVALID, "the input \"%s\" is required, and is empty", x->name);
    if (x->type == INPUT_BOOLEAN && !sv_is(text, "true") && !sv_is(text, "false"))
        return err_set(e, ERR_INVALID, "the input \"%s\" must be true or false", x->name);
    if (x->type == INPUT_NUMBER && !is_number(text))
        return err_set(e, ERR_INVALID, "the input \"%s\" must be a number", x->name);
    return x->type == INPUT_CHOICE ? check_choice(x, text, e) : 0;
}

static int check_value(const struct wf_input *x, const struct jval *v, struct err *e)
{
    static const char *const wanted[] = {[INPUT_STRING] = "a text",      [INPUT_BOOLEAN] = "true or false",
                                         [INPUT_NUMBER] = "a number",    [INPUT_CHOICE] = "one of its choices",
                                         [INPUT_ENVIRONMENT] = "a text"};
    enum jkind kind = jval_kind(v);
    if (kind == J_STRING)
        return check_text(x, jval_str(v), e);
    if ((kind == J_BOOL && x->type == INPUT_BOOLEAN) || ((kind == J_INT || kind == J_REAL) && x->type == INPUT_NUMBER))
        return 0;
    return err_set(e, ERR_INVALID, "the input \"%s\" must be %s", x->name, wanted[x->type]);
}

int dispatch_check(const struct wf_trigger *t, const struct jval *inputs, struct err *e)
{
    struct sv name;
    const struct jval *v;
    for (size_t at = 0; jval_each(inputs, &at, &name, &v);) {
        const struct wf_input *x = input_named(t, name);
        if (!x)
            return unknown(t, name, e);
        if (!sv_is(name, x->name))
            return err_set(e, ERR_INVALID, "the input \"%.*s\" is written \"%s\"", SV_ARG(name), x->name);
        if (check_value(x, v, e) < 0)
            return -1;
    }
    for (size_t i = 0; i < t->n_inputs; i++) {
        const struct wf_input *x = &t->inputs[i];
        if (x->required && !x->preset && !jval_get(inputs, x->name))
            return err_set(e, ERR_INVALID, "the input \"%s\" is required", x->name);
    }
    return 0;
}

int dispatch_admit(const struct workflow *w, const struct jval *inputs, struct err *e)
{
    const struct wf_trigger *t = dispatch_trigger(w);
    if (!t)
        return err_set(e, ERR_INVALID, "the workflow has no \"on: workflow_dispatch\"");
    return dispatch_check(t, inputs, e);
}

const char *dispatch_ref(struct sv ref, struct arena *a)
{
    if (!ref.n || ref.n > 255 || ref.p[0] == '-' || ref.p[0] == '/' || sv_find(ref, SV("..")) >= 0 ||
        sv_find(ref, SV("//")) >= 0 || sv_find(ref, SV("@{")) >= 0 || ref.p[ref.n - 1] == '/')
        return NULL;
    for (size_t i = 0; i < ref.n; i++)
        if ((unsigned char)ref.p[i] <= ' ' || ref.p[i] == 0x7f || strchr("~^:?*[\\", ref.p[i]))
            return NULL;
    return sv_starts(ref, SV("refs/")) ? arena_dup(a, ref) : arena_fmt(a, "refs/heads/%.*s", SV_ARG(ref));
}
