/* SPDX-License-Identifier: Apache-2.0 */
/* The values that workflow, job and step have in common. */
#include <math.h>
#include "config/braces.h"
#include "config/workflow_parts.h"
#include "lang/number.h"

enum { ENTRIES_MAX = 1000, ID_MAX = 100, VALUE_MAX = 64 * 1024, SIX_HOURS_MS = 6 * 3600 * 1000 };

const struct shape shape_env = {SHAPE_MAP, .pattern = "^(?!GITHUB_|FETTLE_)[A-Za-z_][A-Za-z0-9_]{0,99}$",
                                .of = &shape_expr, .looks = "names and values"};
const struct shape shape_flag_expr = {SHAPE_FLAG, .expr = true, .looks = "true or false"};
const struct shape shape_minutes = {SHAPE_NUMBER, .expr = true, .fraction = true,
                                    .max = 360,   .more = true, .looks = "minutes"};
const struct shape shape_job_minutes = {SHAPE_NUMBER, .expr = true, .fraction = true,
                                        .min = 1,     .max = 360,   .looks = "minutes"};
const struct shape shape_description = {SHAPE_TEXT, .null = true, .looks = "text"};
const struct shape shape_cond = {SHAPE_TEXT, .null = true, .looks = "a condition"};

bool is_id(struct sv s)
{
    if (s.n == 0 || s.n > ID_MAX || (s.p[0] >= '0' && s.p[0] <= '9'))
        return false;
    return is_word(s, "_-");
}

const char *id_fault(struct sv s)
{
    if (!is_id(s))
        return "is made of letters, digits, _ and -, and begins with a letter or _";
    if (s.n == ID_MAX)
        return "has less than 100 characters";
    return sv_starts(s, SV("__")) ? "may not begin with __: such ids are reserved" : NULL;
}

const struct ynode *key_node(const struct ynode *map, const char *key)
{
    for (size_t i = 0; map->kind == Y_MAP && i < map->n; i++)
        if (sv_is(map->keys[i]->text, key))
            return map->keys[i];
    return NULL;
}

size_t words_count(const char *const *words)
{
    size_t n = 0;
    while (words[n])
        n++;
    return n;
}

bool is_one_of(struct sv s, const char *const *words)
{
    for (; *words; words++)
        if (sv_is(s, *words))
            return true;
    return false;
}

static const char *env_name_fault(struct sv s)
{
    if (!is_id(s) || sv_chr(s, '-') >= 0)
        return "is made of letters, digits and _, and does not begin with a digit";
    if (sv_istarts(s, SV("GITHUB_")) || sv_istarts(s, SV("FETTLE_")))
        return "may not begin with GITHUB_ or FETTLE_: those are set by the server";
    return NULL;
}

/* `NAME:` with nothing behind it is the empty text, as in the language this is taken from. */
static bool value_read(struct reading *r, const struct ynode *n, const char *what, enum scope scope, struct sv *ret)
{
    *ret = SV("");
    if (!ynode_is_null(n) && !expr_text(r, n, what, scope, ret))
        return false;
    if (ret->n <= VALUE_MAX)
        return true;
    say(r, n, "too-large", "%s is longer than 64 KiB", what);
    return false;
}

static bool entries_open(struct reading *r, const struct ynode *n, const char *what, struct wf_env *env)
{
    if (n->kind == Y_SCALAR && sv_find(n->text, SV("${{")) >= 0) {
        say(r, n, "expression-not-allowed", "%s cannot be one expression: name the entries, each may have one", what);
        return false;
    }
    if (!want_map(r, n, what))
        return false;
    if (n->n > ENTRIES_MAX) {
        say(r, n, "too-large", "%s has more than %d entries", what, ENTRIES_MAX);
        return false;
    }
    env->names = arena_new(r->arena, (n->n + 1) * sizeof *env->names);
    env->values = arena_new(r->arena, (n->n + 1) * sizeof *env->values);
    return true;
}

static void entry_add(struct wf_env *env, struct sv name, struct sv value)
{
    env->names[env->n] = name.p;
    env->values[env->n++] = value.p;
}

void env_read(struct reading *r, const struct ynode *n, void *into)
{
    struct wf_env *env = into;
    enum scope scope = r->scope;
    if (!entries_open(r, n, "\"env\"", env))
        return;
    AUTO(buf_free) struct buf what = {0};
    for (size_t i = 0; i < n->n; i++) {
        struct sv name, value;
        if (!node_text(r, n->keys[i], "the name of a variable", &name))
            continue;
        const char *fault = env_name_fault(name);
        if (fault) {
            say(r, n->keys[i], "bad-name", "the name of a variable %s", fault);
            continue;
        }
        buf_clear(&what);
        buf_str(&what, "the variable ");
        buf_sv(&what, name);
        if (value_read(r, n->items[i], what.p, scope, &value))
            entry_add(env, name, value);
    }
}

void texts_read(struct reading *r, const struct ynode *n, const char *what, enum scope scope, struct wf_env *ret)
{
    if (!entries_open(r, n, what, ret))
        return;
    for (size_t i = 0; i < n->n; i++) {
        struct sv name, value;
        if (!node_text(r, n->keys[i], "a name", &name))
            continue;
        if (!is_id(name))
            say(r, n->keys[i], "bad-name",
                "a name under %s is made of letters, digits, _ and -, and begins with a letter "
                "or _",
                what);
        else if (value_read(r, n->items[i], quoted(r->arena, name), scope, &value))
            entry_add(ret, name, value);
    }
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

void cond_read(struct reading *r, const struct ynode *n, enum scope scope, enum wf_cond *ret, const char **ret_text)
{
    if (n->kind != Y_SCALAR) {
        say(r, n, "bad-type", "\"if\" must be a condition");
        return;
    }
    struct sv text = ynode_is_null(n) ? SV("") : braces_strip(n->text);
    struct braces_at open;
    bool empty = ynode_is_null(n) || sv_trim(n->text).n == 0;
    if (empty)
        return; /* success(), as in the language this is taken from */
    if (text.n == 0 || braces_next(text, 0, &open) == BRACES_OPEN) {
        site_add(r, n, scope, SITE_TEXT); /* says where */
        return;
    }
    if (sv_find(text, SV("${{")) >= 0) {
        say(r, n, "bad-condition",
            "\"if\" mixes ${{ }} with other text, and a text is always true: write the whole condition without ${{ }}");
        return;
    }
    *ret = COND_EXPR;
    *ret_text = arena_dup(r->arena, text);
    for (enum wf_cond c = COND_SUCCESS; c <= COND_CANCELLED; c++)
        if (is_call(text, wf_cond_name[c]))
            *ret = c;
    site_add(r, n, scope, SITE_CONDITION);
}

void minutes_read(struct reading *r, const struct ynode *n, msec_t least_ms, msec_t *ret, const char **ret_text)
{
    struct sv s;
    double minutes;
    if (ynode_number(n, &minutes)) {
        if (minutes * 60000 >= (double)least_ms && minutes * 60000 <= SIX_HOURS_MS)
            *ret = (msec_t)(minutes * 60000);
        else
            say(r, n, "bad-value", "\"timeout-minutes\" must be between %s and 360", least_ms >= 60000 ? "1" : "0.01");
    } else if (expr_text(r, n, "\"timeout-minutes\"", r->scope, &s)) {
        if (sv_find(s, SV("${{")) >= 0)
            *ret_text = s.p;
        else
            say(r, n, "bad-value", "\"timeout-minutes\" must be a number of minutes%s",
                n->plain ? "" : ", without quotes");
    }
}

void flag_read(struct reading *r, const struct ynode *n, const char *what, bool *ret, const char **ret_text)
{
    struct sv s;
    if (n->kind == Y_SCALAR && sv_find(n->text, SV("${{")) >= 0) {
        if (expr_text(r, n, what, r->scope, &s))
            *ret_text = s.p;
    } else if (!ynode_bool(n, ret)) {
        say(r, n, "bad-value", "%s must be true or false, or an expression", what);
    }
}

void description_read(struct reading *r, const struct ynode *n, void *into)
{
    struct sv s;
    if (!ynode_is_null(n) && node_text(r, n, "\"description\"", &s))
        *(const char **)into = s.p;
}

void flag_text_read(struct reading *r, const struct ynode *n, void *into)
{
    bool flag = false;
    const char *text = NULL;
    size_t before = r->problems->n_errors;
    flag_read(r, n, r->key, &flag, &text);
    if (r->problems->n_errors == before)
        *(const char **)into = text ? text : flag ? "true" : "false";
}

bool is_number(struct sv s)
{
    return sv_trim(s).n > 0 && !isnan(number_parse(s));
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
