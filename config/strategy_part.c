/* SPDX-License-Identifier: Apache-2.0 */
/* `strategy:` — a matrix as JSON (see struct wf_job), fail-fast, max-parallel. */
#include <math.h>
#include "config/workflow_parts.h"
#include "fmt/json.h"
#include "lang/number.h"

enum { KEYS_MAX = 64, LEGS_MAX = 256 };

static bool has_expr(const struct ynode *n)
{
    return n->kind == Y_SCALAR && sv_find(n->text, SV("${{")) >= 0;
}

/* ---- values as JSON ---- */

#define EXACT 9007199254740992.0 /* 2^53: whole numbers below are exact in a double */

static void number_write(double number, struct jout *j)
{
    char digits[32];
    if (!isfinite(number)) /* JSON has none of these: the text that they would become */
        jout_str(j, number_text(number, digits));
    else if (fabs(number) < EXACT && (double)(int64_t)number >= number && (double)(int64_t)number <= number)
        jout_int(j, (int64_t)number);
    else
        jout_real(j, number);
}

static bool value_write(struct reading *r, const struct ynode *n, struct jout *j)
{
    bool flag, ok = true;
    double number;
    struct sv s;
    if (n->kind == Y_SEQ) {
        jout_open(j, '[');
        for (size_t i = 0; i < n->n; i++)
            ok &= value_write(r, n->items[i], j);
        jout_close(j, ']');
    } else if (n->kind == Y_MAP) {
        jout_open(j, '{');
        for (size_t i = 0; i < n->n; i++) {
            jout_keyv(j, n->keys[i]->text);
            ok &= value_write(r, n->items[i], j);
        }
        jout_close(j, '}');
    } else if (ynode_is_null(n)) {
        jout_null(j);
    } else if (ynode_bool(n, &flag)) {
        jout_bool(j, flag);
    } else if (ynode_number(n, &number)) {
        number_write(number, j);
    } else {
        ok = expr_text(r, n, "a value of the matrix", SCOPE_JOB_STRATEGY, &s);
        jout_str(j, s);
    }
    return ok;
}

/* ---- the parts of a matrix ---- */

static bool combinations_check(struct reading *r, const struct ynode *key, const struct ynode *n)
{
    bool ok = true;
    const char *what = quoted(r->arena, key->text);
    if (has_expr(n) || ynode_is_null(n))
        return true;
    if (!want_seq(r, n, what))
        return false;
    for (size_t i = 0; i < n->n; i++) {
        if (!has_expr(n->items[i]))
            ok &= want_map(r, n->items[i], arena_fmt(r->arena, "an entry of %s", what));
        if (n->items[i]->kind == Y_MAP && n->items[i]->n == 0) {
            say(r, n->items[i], "bad-value", "an entry of %s is empty", what);
            ok = false;
        }
    }
    return ok;
}

static bool vector_check(struct reading *r, const struct ynode *key, const struct ynode *n)
{
    const char *what = arena_fmt(r->arena, "\"%s\" of the matrix", key->text.p);
    if (!is_id(key->text)) {
        say(r, key, "bad-name",
            "a key of the matrix is made of letters, digits, _ and -, and begins with a letter or _");
        return false;
    }
    if (has_expr(n))
        return true;
    if (!want_seq(r, n, what))
        return false;
    if (n->n == 0)
        say(r, n, "bad-value", "%s is an empty list: there would be no job", what);
    return n->n > 0;
}

static bool is_combination(const struct ynode *key)
{
    return sv_is(key->text, "include") || sv_is(key->text, "exclude");
}

/* Keys that "exclude" names must be keys of the matrix: else it excludes nothing. */
static void exclude_check(struct reading *r, const struct ynode *map, const struct ynode *exclude)
{
    const char *names[KEYS_MAX];
    size_t n = 0;
    for (size_t i = 0; i < map->n && n < KEYS_MAX; i++)
        if (!is_combination(map->keys[i]))
            names[n++] = map->keys[i]->text.p;
    for (size_t i = 0; exclude && exclude->kind == Y_SEQ && i < exclude->n; i++) {
        const struct ynode *one = exclude->items[i];
        for (size_t k = 0; one->kind == Y_MAP && k < one->n; k++)
            if (!ynode_get(map, one->keys[k]->text.p))
                say(r, one->keys[k], "unknown-key", "the matrix has no key \"%s\" to exclude by%s",
                    one->keys[k]->text.p, did_you_mean(r, one->keys[k]->text, names, n));
    }
}

static void size_check(struct reading *r, const struct ynode *map)
{
    size_t legs = 1, vectors = 0;
    for (size_t i = 0; i < map->n && legs <= LEGS_MAX; i++) {
        if (is_combination(map->keys[i]))
            continue;
        if (map->items[i]->kind != Y_SEQ)
            return; /* not known yet */
        vectors++;
        legs *= map->items[i]->n;
    }
    if (vectors && legs > LEGS_MAX && !ynode_get(map, "exclude"))
        say(r, map, "too-large", "the matrix makes more than %d jobs", LEGS_MAX);
}

static bool map_check(struct reading *r, const struct ynode *n)
{
    bool ok = true;
    if (n->n == 0 || n->n > KEYS_MAX) {
        say(r, n, "bad-value", n->n ? "\"matrix\" has more than %d keys" : "\"matrix\" has no key", KEYS_MAX);
        return false;
    }
    for (size_t i = 0; i < n->n; i++)
        ok &= is_combination(n->keys[i]) ? combinations_check(r, n->keys[i], n->items[i])
                                         : vector_check(r, n->keys[i], n->items[i]);
    if (ok) {
        exclude_check(r, n, ynode_get(n, "exclude"));
        size_check(r, n);
    }
    return ok;
}

void matrix_read(struct reading *r, const struct ynode *n, void *into)
{
    AUTO(buf_free) struct buf b = {0};
    struct jout j = {.buf = &b};
    if (!has_expr(n) && (!want_map(r, n, "\"matrix\"") || !map_check(r, n)))
        return;
    if (value_write(r, n, &j))
        *(const char **)into = arena_dup(r->arena, buf_view(&b));
}

/* ---- strategy ---- */

static void max_parallel_read(struct reading *r, const struct ynode *n, void *into)
{
    struct sv s;
    int64_t v;
    if (!expr_text(r, n, "\"max-parallel\"", SCOPE_JOB_STRATEGY, &s))
        return;
    if (!has_expr(n) && (!n->plain || !sv_int(s, &v) || v < 1 || v > LEGS_MAX))
        say(r, n, "bad-value", "\"max-parallel\" must be a number from 1 to %d%s", LEGS_MAX,
            n->plain ? "" : ", without quotes");
    *(const char **)into = s.p;
}

static const struct shape shape_any = {SHAPE_ANY, .looks = "a value"};
static const struct shape shape_vector = {SHAPE_LIST, .expr = true, .min = 1, .max = 100000, .of = &shape_any};
static const struct shape shape_combination = {SHAPE_MAP, .expr = true, .min = 1, .of = &shape_any};
static const struct shape shape_combinations = {SHAPE_LIST, .expr = true, .null = true, .of = &shape_combination};
static const struct field combination_fields[] = {
    {"include", F_READ, .read = field_skip, .shape = &shape_combinations, .doc = "adds to combinations, or adds some"},
    {"exclude", F_READ, .read = field_skip, .shape = &shape_combinations, .doc = "takes combinations away"},
};
static const struct object combinations = {OBJECT("matrix", "\"matrix\"", combination_fields)};
const struct shape shape_matrix = {SHAPE_MAP,
                                   .expr = true,
                                   .pattern = "^[A-Za-z_][A-Za-z0-9_-]{0,99}$",
                                   .object = &combinations,
                                   .min = 1,
                                   .max = KEYS_MAX,
                                   .of = &shape_vector,
                                   .looks = "lists by name, with include and exclude"};
static const struct shape shape_max_parallel = {SHAPE_NUMBER, .expr = true, .min = 1, .max = LEGS_MAX};

#define AT(member) .at = offsetof(struct wf_job, member)
static const struct field strategy_fields[] = {
    {"matrix", F_READ, .read = matrix_read, AT(matrix), .scope = SCOPE_JOB_STRATEGY, .shape = &shape_matrix,
     .doc = "one job for each combination, at most 256; with `include` and `exclude`"},
    {"fail-fast", F_READ, .read = flag_text_read, AT(fail_fast), .scope = SCOPE_JOB_STRATEGY, .shape = &shape_flag_expr,
     .doc = "the first failure cancels the others; default true"},
    {"max-parallel", F_READ, .read = max_parallel_read, AT(max_parallel), .scope = SCOPE_JOB_STRATEGY,
     .shape = &shape_max_parallel, .doc = "at once; default: all"},
};
#undef AT
static const struct object strategy = {OBJECT("strategy", "\"strategy\"", strategy_fields)};
const struct shape shape_strategy = {SHAPE_OBJECT, .object = &strategy};

void strategy_read(struct reading *r, const struct ynode *n, void *into)
{
    object_read(r, n, &strategy, into);
}
