/* SPDX-License-Identifier: Apache-2.0 */
#include "config/workflow_parts.h"
#include "port/action.h"

enum { INPUTS_MAX = 64 };

/* Actions of the language that this version does not have, and what to do instead. */
static const struct {
    const char *name, *advice;
} later[] = {
    {"artifact", "use \"upload-artifact\" and \"download-artifact\""},
    {"http", "use \"run\" with curl"},
    {"wait", "use \"run\" with sleep"},
    {"call", "use \"uses\" of a job"},
    {"ai", NULL},
    {"plugin", "use \"run\""},
};

static struct sv without_version(struct sv uses)
{
    ptrdiff_t at = sv_chr(uses, '@');
    return at < 0 ? uses : sv_cut(uses, (size_t)at);
}

static bool refuse_later(struct reading *r, const struct ynode *n, struct sv uses)
{
    for (size_t i = 0; i < ARRAY_LEN(later); i++)
        if (sv_is(without_version(uses), later[i].name)) {
            say(r, n, "unsupported-action", "the action \"%.*s\" is not supported by this version%s%s",
                SV_ARG(sv_cut_chars(uses, 80)), later[i].advice ? ": " : "", later[i].advice ? later[i].advice : "");
            return true;
        }
    return false;
}

static void refuse_action(struct reading *r, const struct ynode *n, struct sv uses)
{
    const char *known[32];
    size_t count = 0;
    struct sv shown = sv_cut_chars(uses, 80);
    for (; count < ARRAY_LEN(known) && action_all[count]; count++)
        known[count] = action_all[count]->name;
    if (refuse_later(r, n, uses))
        return;
    if (sv_starts(uses, SV("docker://")))
        say(r, n, "unsupported-action",
            "\"%.*s\": containers are not run here: install the tool on the machine and "
            "call it with \"run\"",
            SV_ARG(shown));
    else if (sv_starts(uses, SV("./")) || sv_starts(uses, SV("../")))
        say(r, n, "unsupported-action", "\"%.*s\": actions in folders are not run here: call their script with \"run\"",
            SV_ARG(shown));
    else if (sv_chr(uses, '/') >= 0)
        say(r, n, "unsupported-action", "\"%.*s\": remote actions are not run here: call the tool with \"run\"",
            SV_ARG(shown));
    else
        say(r, n, "unknown-action", "unknown action \"%.*s\"%s", SV_ARG(shown), did_you_mean(r, uses, known, count));
}

/* ---- actions/setup-* ---- */

/* What the tool of a setup action is called on the host. */
static const char *program_of(struct reading *r, struct sv tool)
{
    static const struct {
        const char *tool, *program;
    } rows[] = {{"python", "python3"}, {"java", "javac"}, {"gradle", "gradle"}, {"copilot", "copilot"}};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        if (sv_is(tool, rows[i].tool))
            return rows[i].program;
    return arena_dup(r->arena, tool);
}

/* It installs a tool; here the tool has to be there. The step says so and goes on. */
static bool setup_read(struct reading *r, const struct ynode *n, struct sv uses, struct wf_step *s)
{
    struct sv name = without_version(uses), tool = sv_from(name, sizeof "actions/setup-" - 1);
    if (!sv_starts(name, SV("actions/setup-")) || !is_word(tool, "-"))
        return false;
    const char *program = program_of(r, tool);
    say_warning(r, n, "expects-tool",
                "\"%.*s\" installs nothing here: \"%s\" is expected on the machine, and the step "
                "only looks whether it is there",
                SV_ARG(sv_cut_chars(uses, 80)), program);
    s->kind = STEP_RUN;
    s->name = s->name ? s->name : arena_dup(r->arena, uses);
    s->shell = "sh";
    s->run =
        arena_fmt(r->arena,
                  "if command -v %s; then\n  echo \"::notice::%s is on this machine\"\nelse\n"
                  "  echo \"::warning::actions/setup-%.*s installs nothing here, and %s is not on this machine\"\nfi\n",
                  program, program, SV_ARG(tool), program);
    return true;
}

/* A list is joined with newlines. */
static bool input_read(struct reading *r, const struct ynode *key, const struct ynode *n, const char **ret)
{
    const char *what = quoted(r->arena, key->text);
    struct sv text = SV("");
    if (n->kind != Y_SEQ) {
        bool ok = ynode_is_null(n) || expr_text(r, n, what, SCOPE_STEP, &text);
        *ret = text.p;
        return ok;
    }
    AUTO(buf_free) struct buf all = {0};
    for (size_t i = 0; i < n->n; i++) {
        if (!expr_text(r, n->items[i], what, SCOPE_STEP, &text))
            return false;
        buf_fmt(&all, "%s%s", i ? "\n" : "", text.p);
    }
    *ret = arena_dup(r->arena, buf_view(&all));
    return true;
}

/* What a setup action is given has no meaning here, but has to be something that one can be given. */
static void setup_inputs_check(struct reading *r, const struct ynode *n)
{
    const char *unused;
    if (!want_map(r, n, "\"with\""))
        return;
    for (size_t i = 0; i < n->n; i++)
        (void)input_read(r, n->keys[i], n->items[i], &unused);
}

static bool param_known(struct reading *r, const struct ynode *key, const struct action_ops *a)
{
    const char *names[INPUTS_MAX];
    size_t count = 0;
    for (; count < INPUTS_MAX && a->params[count].name; count++) {
        names[count] = a->params[count].name;
        if (sv_is(key->text, names[count]))
            return true;
    }
    say(r, key, "unknown-input", "%s has no input \"%.*s\"%s", a->name, SV_ARG(sv_cut_chars(key->text, 60)),
        did_you_mean(r, key->text, names, count));
    return false;
}

static bool inputs_read(struct reading *r, const struct ynode *n, const struct action_ops *a, struct wf_env *with)
{
    bool ok = true;
    if (!want_map(r, n, "\"with\""))
        return false;
    if (n->n > INPUTS_MAX) {
        say(r, n, "too-large", "\"with\" has more than %d entries", INPUTS_MAX);
        return false;
    }
    with->names = arena_new(r->arena, (n->n + 1) * sizeof *with->names);
    with->values = arena_new(r->arena, (n->n + 1) * sizeof *with->values);
    for (size_t i = 0; i < n->n; i++) {
        if (!param_known(r, n->keys[i], a) || !input_read(r, n->keys[i], n->items[i], &with->values[with->n])) {
            ok = false;
            continue;
        }
        with->names[with->n++] = n->keys[i]->text.p;
    }
    return ok;
}

static bool required_given(struct reading *r, const struct ynode *n, const struct action_ops *a,
                           const struct ynode *with)
{
    bool ok = true;
    for (const struct action_param *p = a->params; p->name; p++) {
        const struct ynode *value = with ? ynode_get(with, p->name) : NULL;
        bool given = value && !ynode_is_null(value) && !(value->kind == Y_SCALAR && value->text.n == 0);
        if (p->required && !given) {
            say(r, n, "missing-input", "%s needs \"%s\" under \"with\"", a->name, p->name);
            ok = false;
        }
    }
    return ok;
}

/* The aliases that an action's inputs name. */
static void check_aliases(struct reading *r, const struct ynode *with, const struct action_result *res)
{
    const char *alias = res->does == ACTION_CHECKOUT ? res->checkout.repo
                        : res->does == ACTION_EFFECT ? res->effect.repo
                                                     : NULL;
    for (size_t i = 0; alias && i < with->n; i++)
        if (with->items[i]->kind == Y_SCALAR && sv_is(with->items[i]->text, alias) &&
            (sv_is(with->keys[i]->text, "repo") || sv_is(with->keys[i]->text, "repository")) &&
            !(res->does == ACTION_CHECKOUT && r->repos && repo_by_word(r->repos, sv_of(alias), SV_NONE)))
            (void)alias_check(r, with->items[i], alias);
}

static void ask_action(struct reading *r, const struct ynode *uses, const struct ynode *with,
                       const struct action_ops *a, const struct wf_env *env)
{
    struct action_input in[INPUTS_MAX];
    struct action_result res;
    struct err e = {0};
    for (size_t i = 0; i < env->n; i++)
        if (strstr(env->values[i], "${{"))
            return; /* the action is asked when the value is known */
    for (size_t i = 0; i < env->n; i++)
        in[i] = (struct action_input){env->names[i], env->values[i]};
    const struct action_call call = {.with = in, .n_with = env->n, .arena = r->arena};
    if (a->resolve(&call, &res, &e) < 0)
        say(r, e.code > 0 && with ? with->items[e.code - 1] : uses, "bad-input", "%s", e.msg);
    else if (with && with->kind == Y_MAP)
        check_aliases(r, with, &res);
}

void uses_read(struct reading *r, const struct ynode *n, const struct ynode *with, struct wf_step *s)
{
    struct sv text;
    s->kind = STEP_USES;
    if (!node_text(r, n, "\"uses\"", &text))
        return;
    const struct action_ops *a = action_find(text);
    if (!a && setup_read(r, n, text, s)) {
        if (with)
            setup_inputs_check(r, with);
        return;
    }
    if (!a) {
        refuse_action(r, n, text);
        return;
    }
    s->uses = a->name;
    bool ok = !with || inputs_read(r, with, a, &s->with);
    ok &= required_given(r, n, a, with);
    if (ok)
        ask_action(r, n, with, a, &s->with);
}
