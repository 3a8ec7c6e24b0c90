/* SPDX-License-Identifier: Apache-2.0 */
/* The values that workflow, job and step have in common. */
#include "config/workflow_parts.h"

enum { ENV_MAX = 1000, VALUE_MAX = 64 * 1024, SIX_HOURS_MS = 6 * 3600 * 1000 };

bool is_id(struct sv s)
{
    if (s.n == 0 || s.n > 100 || (s.p[0] >= '0' && s.p[0] <= '9'))
        return false;
    return is_word(s, "_-");
}

static const char *env_name_fault(struct sv s)
{
    if (!is_id(s) || sv_chr(s, '-') >= 0)
        return "is made of letters, digits and _, and does not begin with a digit";
    if (sv_istarts(s, SV("GITHUB_")) || sv_istarts(s, SV("FETTLE_")))
        return "may not begin with GITHUB_ or FETTLE_: those are set by the server";
    return NULL;
}

static void env_entry_read(struct reading *r, const struct ynode *key, const struct ynode *n, struct wf_env *env)
{
    struct sv name, value = SV("");
    if (!node_text(r, key, "the name of a variable", &name))
        return;
    const char *fault = env_name_fault(name);
    if (fault) {
        say(r, key, "bad-name", "the name of a variable %s", fault);
        return;
    }
    /* `NAME:` with nothing behind it is the empty text, as in the language this is taken from. */
    if (!ynode_is_null(n) && !node_text(r, n, arena_fmt(r->arena, "the variable %s", name.p), &value))
        return;
    if (value.n > VALUE_MAX) {
        say(r, n, "too-large", "the variable %s is longer than 64 KiB", name.p);
        return;
    }
    env->names[env->n] = name.p;
    env->values[env->n++] = value.p;
}

void env_read(struct reading *r, const struct ynode *n, void *into)
{
    struct wf_env *env = into;
    if (ynode_is_null(n) || !want_map(r, n, "\"env\""))
        return;
    if (n->n > ENV_MAX) {
        say(r, n, "too-large", "\"env\" has more than %d variables", ENV_MAX);
        return;
    }
    env->names = arena_new(r->arena, (n->n + 1) * sizeof *env->names);
    env->values = arena_new(r->arena, (n->n + 1) * sizeof *env->values);
    for (size_t i = 0; i < n->n; i++)
        env_entry_read(r, n->keys[i], n->items[i], env);
}

static struct sv without_braces(struct sv s)
{
    s = sv_trim(s);
    if (!sv_starts(s, SV("${{")) || !sv_ends(s, SV("}}")) || s.n < 5)
        return s;
    return sv_trim(sv_cut(sv_from(s, 3), s.n - 5));
}

/* "name ( )" with any blanks. */
static bool is_call(struct sv s, const char *name)
{
    size_t n = strlen(name);
    if (!sv_istarts(s, sv_of(name)))
        return false;
    s = sv_trim(sv_from(s, n));
    if (s.n < 2 || s.p[0] != '(' || s.p[s.n - 1] != ')')
        return false;
    return sv_trim(sv_cut(sv_from(s, 1), s.n - 2)).n == 0;
}

void cond_read(struct reading *r, const struct ynode *n, void *into)
{
    enum wf_cond *cond = into;
    if (n->kind != Y_SCALAR || ynode_is_null(n)) {
        say(r, n, "bad-type", "\"if\" must be a condition");
        return;
    }
    for (enum wf_cond c = COND_SUCCESS; c <= COND_CANCELLED; c++)
        if (is_call(without_braces(n->text), wf_cond_name[c])) {
            *cond = c;
            return;
        }
    say(r, n, "unsupported-expression",
        "this version knows only these conditions: success(), failure(), always(), cancelled()");
}

/* Decimal minutes to milliseconds; -1 if it is no number. */
static msec_t minutes_parse(struct sv s)
{
    int64_t whole = 0, part = 0, scale = 1;
    size_t i = 0;
    for (; i < s.n && i < 6 && s.p[i] >= '0' && s.p[i] <= '9'; i++)
        whole = whole * 10 + (s.p[i] - '0');
    if (i == 0)
        return -1;
    if (i < s.n && s.p[i] == '.') {
        size_t first = ++i;
        for (; i < s.n && i < first + 6 && s.p[i] >= '0' && s.p[i] <= '9'; i++, scale *= 10)
            part = part * 10 + (s.p[i] - '0');
        if (i == first)
            return -1;
    }
    return i < s.n ? -1 : whole * 60000 + part * 60000 / scale;
}

void minutes_read(struct reading *r, const struct ynode *n, msec_t least_ms, msec_t *ret)
{
    struct sv s;
    if (!node_text(r, n, "\"timeout-minutes\"", &s))
        return;
    msec_t ms = minutes_parse(s);
    if (ms < 0)
        say(r, n, "bad-value", "\"timeout-minutes\" must be a number of minutes");
    else if (ms < least_ms || ms > SIX_HOURS_MS)
        say(r, n, "bad-value", "\"timeout-minutes\" must be between %s and 360", least_ms >= 60000 ? "1" : "0.01");
    else
        *ret = ms;
}

bool alias_check(struct reading *r, const struct ynode *n, const char *alias)
{
    if (!is_word(sv_of(alias), "._-")) {
        say(r, n, "bad-name", "a repository is named by its alias, which is made of letters, digits and ._-");
        return false;
    }
    if (!r->repos || repo_by_alias(r->repos, sv_of(alias)))
        return true;
    const char **names = arena_new(r->arena, (r->repos->n + 1) * sizeof *names);
    for (size_t i = 0; i < r->repos->n; i++)
        names[i] = r->repos->at[i].alias;
    say(r, n, "unknown-repository", "there is no repository \"%s\"%s", alias,
        did_you_mean(r, sv_of(alias), names, r->repos->n));
    return false;
}
