/* SPDX-License-Identifier: Apache-2.0 */
/* `uses: issue`: an issue at the forge. The same fingerprint in the same repository is the same issue: it is opened
 * once. */
#include "port/action.h"

enum { TITLE_MAX = 255, BODY_MAX = 60000, FINGERPRINT_MAX = 1000, LABEL_MAX = 255, LABELS_MAX = 100 };

static const struct action_param issue_params[] = {
    {"repo", false, "alias of the repository; default: the job's"},
    {"title", true, "one line"},
    {"body", false, "Markdown; default: which job says it, with a link to its run"},
    {"fingerprint", false, "equal for what is the same issue; default: <workflow>/<job>"},
    {"labels", false, "a list, or separated by commas"},
    {NULL, false, NULL},
};

static const struct action_input *input(const struct action_call *c, const char *name)
{
    for (size_t i = 0; i < c->n_with; i++)
        if (strcmp(c->with[i].name, name) == 0 && c->with[i].value[0])
            return &c->with[i];
    return NULL;
}

static int refuse(const struct action_call *c, const struct action_input *in, struct err *e, const char *why)
{
    (void)err_set(e, ERR_INVALID, "\"%s\" of issue %s", in->name, why);
    e->code = (int)(in - c->with) + 1;
    return -1;
}

static bool one_line(const char *s)
{
    for (; *s; s++)
        if ((unsigned char)*s < 0x20 || *s == 0x7f)
            return false;
    return true;
}

static int set_title(const struct action_call *c, struct action_result *ret, struct err *e)
{
    const struct action_input *in = input(c, "title");
    if (!in)
        return err_set(e, ERR_INVALID, "issue needs \"title\"");
    ret->effect.issue.title = in->value;
    if (!one_line(in->value))
        return refuse(c, in, e, "must be one line");
    return strlen(in->value) > TITLE_MAX ? refuse(c, in, e, "is longer than 255 bytes") : 0;
}

static const char *default_body(const struct action_call *c)
{
    struct arena *a = c->arena;
    return arena_fmt(a, "Reported by job `%s` of workflow `%s`%s%s.", c->job ? c->job : "",
                     c->workflow ? c->workflow : "", c->run_url ? ": " : "", c->run_url ? c->run_url : "");
}

static int set_body(const struct action_call *c, struct action_result *ret, struct err *e)
{
    const struct action_input *in = input(c, "body");
    ret->effect.issue.body = in ? in->value : default_body(c);
    return in && strlen(in->value) > BODY_MAX ? refuse(c, in, e, "is longer than 60000 bytes") : 0;
}

static int set_fingerprint(const struct action_call *c, struct action_result *ret, struct err *e)
{
    const struct action_input *in = input(c, "fingerprint");
    ret->effect.fingerprint =
        in ? in->value : arena_fmt(c->arena, "%s/%s", c->workflow ? c->workflow : "", c->job ? c->job : "");
    return in && strlen(in->value) > FINGERPRINT_MAX ? refuse(c, in, e, "is longer than 1000 bytes") : 0;
}

static bool has_label(const struct issue_body *x, struct sv label)
{
    for (size_t i = 0; i < x->n_labels; i++)
        if (sv_is(label, x->labels[i]))
            return true;
    return false;
}

/* A YAML list arrives as lines, and then a comma belongs to a label. */
static int set_labels(const struct action_call *c, struct action_result *ret, struct err *e)
{
    const struct action_input *in = input(c, "labels");
    struct issue_body *x = &ret->effect.issue;
    if (!in)
        return 0;
    struct sv rest = sv_of(in->value), one;
    char between = sv_chr(rest, '\n') >= 0 ? '\n' : ',';
    x->labels = arena_new(c->arena, LABELS_MAX * sizeof *x->labels);
    while (sv_next(&rest, between, &one)) {
        one = sv_trim(one);
        if (one.n == 0 || has_label(x, one))
            continue;
        if (one.n > LABEL_MAX || x->n_labels == LABELS_MAX)
            return refuse(c, in, e, "has a label longer than 255 bytes, or more than 100 of them");
        x->labels[x->n_labels++] = arena_dup(c->arena, one);
    }
    return 0;
}

static int issue_resolve(const struct action_call *c, struct action_result *ret, struct err *e)
{
    *ret = (struct action_result){.does = ACTION_EFFECT};
    ret->effect.kind = EFFECT_ISSUE;
    const struct action_input *repo = input(c, "repo");
    ret->effect.repo = repo ? repo->value : NULL;
    if (set_title(c, ret, e) < 0 || set_body(c, ret, e) < 0 || set_fingerprint(c, ret, e) < 0)
        return -1;
    return set_labels(c, ret, e);
}

const struct action_ops action_issue = {
    .name = "issue",
    .params = issue_params,
    .resolve = issue_resolve,
};
