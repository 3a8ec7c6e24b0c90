/* SPDX-License-Identifier: Apache-2.0 */
#include "config/reading.h"
#include <unistd.h>
#include "base/file.h"
#include "config/name_index.h"
#include "lang/number.h"

enum { FILE_MAX = YAML_BYTES + 1, NAME_MAX_BYTES = 255, LINE_MAX_BYTES = 4096 };

char *path_absolute(struct arena *a, const char *file)
{
    AUTO(mem_freep) char *cwd = NULL;
    if (file[0] == '/')
        return arena_strdup(a, file);
    cwd = getcwd(NULL, 0);
    return arena_fmt(a, "%s/%s", cwd ? cwd : ".", file);
}

bool reading_open(struct reading *r, const char *path, struct buf *text)
{
    struct err e = {0};
    char *full = path_absolute(r->arena, path);
    ptrdiff_t slash = sv_rchr(sv_of(full), '/');
    r->dir = slash > 0 ? arena_dup(r->arena, sv_cut(sv_of(full), (size_t)slash)) : "/";
    if (file_read(path, FILE_MAX, text, &e) < 0) {
        say(r, NULL, "unreadable", "%s", e.msg);
        return false;
    }
    r->source = buf_view(text);
    return true;
}

struct places *places_of(struct reading *r)
{
    if (!r->places)
        r->places = places_new(r->source, r->arena);
    return r->places;
}

bool reading_parse(struct reading *r, const struct ynode **ret)
{
    struct ynode *root = NULL;
    struct ymark at = {0};
    struct err e = {0};
    r->first = r->problems->list.n;
    *ret = NULL;
    if (yaml_load(r->source, NULL, r->arena, &root, &at, &e) < 0) {
        problem_add(r->problems, PROBLEM_ERROR, r->file, places_of(r), at, (struct ymark){at.line, at.col + 1},
                    "syntax", "%s", e.msg);
        return false;
    }
    *ret = root;
    return true;
}

PRINTF_LIKE(6, 0)
static void add(struct reading *r, enum problem_level level, struct places *source, const struct ynode *n,
                const char *code, const char *fmt, va_list ap)
{
    static const struct ymark nowhere;
    problem_vadd(r->problems, level, r->file, source, n ? n->at : nowhere, n ? n->end : nowhere, code, fmt, ap);
}

void say(struct reading *r, const struct ynode *n, const char *code, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    add(r, PROBLEM_ERROR, places_of(r), n, code, fmt, ap);
    va_end(ap);
}

void say_warning(struct reading *r, const struct ynode *n, const char *code, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    add(r, PROBLEM_WARNING, places_of(r), n, code, fmt, ap);
    va_end(ap);
}

void say_hidden(struct reading *r, const struct ynode *n, const char *code, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    add(r, PROBLEM_ERROR, NULL, n, code, fmt, ap);
    va_end(ap);
}

void say_at(struct reading *r, struct ymark at, int n, const char *code, const char *fmt, ...)
{
    const struct ynode place = {.at = at, .end = {at.line, at.col + n}};
    va_list ap;
    va_start(ap, fmt);
    add(r, PROBLEM_ERROR, places_of(r), &place, code, fmt, ap);
    va_end(ap);
}

void say_warning_at(struct reading *r, struct ymark at, int n, const char *code, const char *fmt, ...)
{
    const struct ynode place = {.at = at, .end = {at.line, at.col + n}};
    va_list ap;
    va_start(ap, fmt);
    add(r, PROBLEM_WARNING, places_of(r), &place, code, fmt, ap);
    va_end(ap);
}

bool only_counted(struct reading *r)
{
    bool full = !problems_room(r->problems);
    r->problems->n_errors += full;
    return full;
}

const char *quoted(struct arena *a, struct sv s)
{
    char *p = arena_new(a, s.n + 3);
    p[0] = p[s.n + 1] = '"';
    if (s.n)
        memcpy(p + 1, s.p, s.n);
    return p;
}

const char *words_text(struct reading *r, const char *const *words)
{
    AUTO(buf_free) struct buf all = {0};
    for (size_t i = 0; words[i]; i++)
        buf_fmt(&all, "%s%s", i ? ", " : "", words[i]);
    return arena_dup(r->arena, buf_view(&all));
}

const char *did_you_mean(struct reading *r, struct sv word, const char *const *names, size_t n)
{
    /* Thousands of wrong words against thousands of names take long, and nobody would see the result. */
    const char *best = r->problems->list.n < PROBLEMS_MAX ? suggest(word, names, n) : NULL;
    return best ? arena_fmt(r->arena, " (did you mean \"%s\"?)", best) : "";
}

static const char *kind_name(const struct ynode *n)
{
    return n->kind == Y_MAP ? "a mapping" : n->kind == Y_SEQ ? "a list" : ynode_is_null(n) ? "empty" : "a plain value";
}

bool want_map(struct reading *r, const struct ynode *n, const char *what)
{
    if (n->kind != Y_MAP)
        say(r, n, "bad-type", "%s must be a mapping, and is %s", what, kind_name(n));
    return n->kind == Y_MAP;
}

bool want_seq(struct reading *r, const struct ynode *n, const char *what)
{
    if (n->kind != Y_SEQ)
        say(r, n, "bad-type", "%s must be a list, and is %s", what, kind_name(n));
    return n->kind == Y_SEQ;
}

void site_add(struct reading *r, const struct ynode *n, enum scope scope, enum site_kind kind)
{
    if (r->sites)
        VEC_PUSH(&r->sites->v, ((struct expr_site){n, scope, r->job, r->step, kind}));
}

/* Expressions are shown where they stand, not where the text begins. */
static bool refuse_expression(struct reading *r, const struct ynode *n, const char *what)
{
    struct ymark at = n->at;
    bool there = find_in_node(r, n, "${{", &at);
    say_at(r, at, there ? 3 : 1, "expression-not-allowed",
           "%s takes no expression: it must be known before anything runs", what);
    return false;
}

/* In workflow files a number or a truth value without quotes is one, and becomes the text of its value: 3.10 is 3.1 and
 * True is true, as GitHub reads them. */
static struct sv plain_text(struct reading *r, const struct ynode *n, const char *what)
{
    char digits[32];
    double number;
    bool flag;
    if (r->kind != READ_WORKFLOW)
        return n->text;
    if (ynode_bool(n, &flag))
        return flag ? SV("true") : SV("false");
    if (!ynode_number(n, &number))
        return n->text;
    struct sv text = number_text(number, digits);
    if (!sv_eq(text, n->text))
        say_warning(r, n, "number", "%s is the number %.*s here: put it in quotes to keep it as it stands", what,
                    SV_ARG(text));
    return arena_sv(r->arena, text);
}

static bool scalar_text(struct reading *r, const struct ynode *n, const char *what, struct sv *ret)
{
    *ret = n->text;
    if (n->kind != Y_SCALAR || ynode_is_null(n))
        say(r, n, "bad-type", "%s must be a text, and is %s", what, kind_name(n));
    else if (sv_chr(n->text, 0) >= 0)
        say(r, n, "bad-value", "%s has a NUL character", what);
    else
        *ret = plain_text(r, n, what);
    return n->kind == Y_SCALAR && !ynode_is_null(n) && sv_chr(n->text, 0) < 0;
}

bool node_text(struct reading *r, const struct ynode *n, const char *what, struct sv *ret)
{
    if (!scalar_text(r, n, what, ret))
        return false;
    return r->kind != READ_WORKFLOW || sv_find(n->text, SV("${{")) < 0 || refuse_expression(r, n, what);
}

bool expr_text(struct reading *r, const struct ynode *n, const char *what, enum scope scope, struct sv *ret)
{
    if (scope == SCOPE_NONE)
        return node_text(r, n, what, ret);
    if (!scalar_text(r, n, what, ret))
        return false;
    if (sv_find(n->text, SV("${{")) >= 0)
        site_add(r, n, scope, SITE_TEXT);
    return true;
}

static bool is_line(struct reading *r, const struct ynode *n, const char *what, struct sv s, size_t most)
{
    bool clean = true;
    for (size_t i = 0; i < s.n; i++)
        clean = clean && (unsigned char)s.p[i] >= 0x20 && s.p[i] != 0x7f;
    if (s.n == 0)
        say(r, n, "bad-value", "%s is empty", what);
    else if (s.n > most)
        say(r, n, "bad-value", "%s is longer than %zu bytes", what, most);
    else if (!clean)
        say(r, n, "bad-value", "%s must be one line without control characters", what);
    return s.n > 0 && s.n <= most && clean;
}

bool node_name(struct reading *r, const struct ynode *n, const char *what, const char **ret)
{
    struct sv s;
    if (!node_text(r, n, what, &s))
        return false;
    *ret = s.p;
    return is_line(r, n, what, s, NAME_MAX_BYTES);
}

bool expr_line(struct reading *r, const struct ynode *n, const char *what, enum scope scope, const char **ret)
{
    struct sv s;
    if (!expr_text(r, n, what, scope, &s))
        return false;
    *ret = s.p;
    return is_line(r, n, what, s, sv_find(s, SV("${{")) >= 0 ? LINE_MAX_BYTES : NAME_MAX_BYTES);
}

bool node_path(struct reading *r, const struct ynode *n, const char *what, const char **ret)
{
    struct sv s;
    if (!node_text(r, n, what, &s))
        return false;
    if (s.n == 0 || s.n > 4000) {
        say(r, n, "bad-value", s.n ? "%s is longer than 4000 bytes" : "%s is empty", what);
        return false;
    }
    *ret = s.p[0] == '/' || !r->dir ? arena_dup(r->arena, s) : arena_fmt(r->arena, "%s/%s", r->dir, s.p);
    return true;
}

static bool add_name(struct reading *r, const struct ynode *n, const char *what, enum scope scope, struct names *ret,
                     struct name_index *seen)
{
    const char *name;
    if (!expr_line(r, n, what, scope, &name))
        return false;
    if (name_index_add(seen, name) < ret->n) {
        say(r, n, "duplicate", "\"%s\" stands twice in %s", name, what);
        return false;
    }
    ret->nodes[ret->n] = n;
    ret->at[ret->n++] = name;
    return true;
}

bool expr_names(struct reading *r, const struct ynode *n, const char *what, enum scope scope, struct names *ret)
{
    size_t count = n->kind == Y_SEQ ? n->n : 1;
    AUTO(name_index_free) struct name_index seen = {0};
    bool ok = count > 0 && count <= 1000;
    *ret = (struct names){0};
    if (!ok) {
        say(r, n, "bad-value", count ? "%s has more than 1000 entries" : "%s is an empty list", what);
        return false;
    }
    ret->at = arena_new(r->arena, count * sizeof *ret->at);
    ret->nodes = arena_new(r->arena, count * sizeof *ret->nodes);
    for (size_t i = 0; i < count; i++)
        ok &= add_name(r, n->kind == Y_SEQ ? n->items[i] : n, what, scope, ret, &seen);
    return ok;
}

bool node_names(struct reading *r, const struct ynode *n, const char *what, struct names *ret)
{
    return expr_names(r, n, what, SCOPE_NONE, ret);
}

bool size_parse(struct sv s, int64_t *ret)
{
    static const struct {
        const char *name;
        int shift;
    } units[] = {{"KiB", 10}, {"MiB", 20}, {"GiB", 30}, {"TiB", 40}};
    int shift = 0;
    for (size_t i = 0; i < ARRAY_LEN(units); i++)
        if (sv_ends(s, sv_of(units[i].name))) {
            shift = units[i].shift;
            s = sv_trim(sv_cut(s, s.n - 3));
        }
    if (!sv_int(s, ret) || *ret < 0 || *ret > INT64_MAX >> (shift + 1))
        return false;
    *ret <<= shift;
    return true;
}

bool is_word(struct sv s, const char *others)
{
    if (s.n == 0 || s.n > 100 || s.p[0] == '-' || s.p[0] == '.')
        return false;
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!plain && (c == 0 || !strchr(others, c)))
            return false;
    }
    return true;
}
