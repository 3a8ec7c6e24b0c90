/* SPDX-License-Identifier: Apache-2.0 */
/* Changes of a workflow file that keep the rest of it as it was written. */
#include "server/cli/import.h"

const struct ynode *import_key(const struct ynode *map, const char *key)
{
    for (size_t i = 0; map && map->kind == Y_MAP && i < map->n; i++)
        if (sv_is(map->keys[i]->text, key))
            return map->keys[i];
    return NULL;
}

bool import_is_flow(const struct import *x, const struct ynode *map)
{
    size_t at = edits_offset(&x->edits, map->at);
    return at < x->source.n && x->source.p[at] == '{';
}

static const char *newline(const struct import *x)
{
    return sv_find(x->source, SV("\r\n")) >= 0 ? "\r\n" : "\n";
}

static void put_value(struct buf *b, const char *value, const bool *flow)
{
    struct sv v = sv_of(value);
    if (!*flow && sv_find(v, SV(": ")) < 0 && sv_find(v, SV(" #")) < 0) {
        buf_sv(b, v);
        return;
    }
    buf_chr(b, '\'');
    for (size_t i = 0; i < v.n; i++)
        buf_fmt(b, v.p[i] == '\'' ? "''" : "%c", v.p[i]);
    buf_chr(b, '\'');
}

/* "A: 1, B: 2, " */
static void put_flow(struct buf *b, const struct import_variable *v, size_t n)
{
    const bool flow = true;
    for (size_t i = 0; i < n; i++) {
        buf_fmt(b, "%s: ", v[i].name);
        put_value(b, v[i].value, &flow);
        buf_str(b, ", ");
    }
}

/* Each on a line of its own, indented by `indent`. */
static void put_lines(const struct import *x, struct buf *b, const struct import_variable *v, size_t n, int indent)
{
    const bool flow = false;
    for (size_t i = 0; i < n; i++) {
        buf_fmt(b, "%s%*s%s: ", newline(x), indent, "", v[i].name);
        put_value(b, v[i].value, &flow);
    }
}

static void put_env_key(struct import *x, const struct ynode *step, const struct ynode *key,
                        const struct import_variable *v, size_t n)
{
    AUTO(buf_free) struct buf b = {0};
    buf_str(&b, "env:");
    if (import_is_flow(x, step)) {
        buf_str(&b, " {");
        put_flow(&b, v, n);
        b.n -= 2;
        buf_str(&b, "}, ");
    } else {
        put_lines(x, &b, v, n, key->at.col + 1);
        buf_fmt(&b, "%s%*s", newline(x), key->at.col - 1, "");
    }
    edits_put(&x->edits, edits_offset(&x->edits, key->at), 0, arena_dup(&x->arena, buf_view(&b)));
}

/* Behind the colon of `env:` with nothing behind it; 0 = that is written in a way that is not meant here. */
static size_t behind_colon(const struct import *x, const struct ynode *key)
{
    size_t at = edits_offset(&x->edits, key->end);
    while (at < x->source.n && x->source.p[at] == ' ')
        at++;
    return at < x->source.n && x->source.p[at] == ':' ? at + 1 : 0;
}

bool import_takes_env(const struct import *x, const struct ynode *step)
{
    const struct ynode *key = import_key(step, "env"), *env = ynode_get(step, "env");
    return !key || env->kind == Y_MAP || (ynode_is_null(env) && !import_is_flow(x, step) && behind_colon(x, key));
}

static void put_into_env(struct import *x, const struct ynode *key, const struct ynode *env,
                         const struct import_variable *v, size_t n)
{
    AUTO(buf_free) struct buf b = {0};
    size_t at;
    if (env->kind != Y_MAP) { /* `env:` with nothing behind it */
        at = behind_colon(x, key);
        put_lines(x, &b, v, n, key->at.col + 1);
    } else if (import_is_flow(x, env)) {
        at = edits_offset(&x->edits, env->at) + 1;
        put_flow(&b, v, n);
    } else {
        at = edits_offset(&x->edits, env->keys[0]->at);
        put_lines(x, &b, v, n, env->keys[0]->at.col - 1);
        /* The first stands where the first one stood. */
        size_t skip = strlen(newline(x)) + (size_t)env->keys[0]->at.col - 1;
        memmove(b.p, b.p + skip, b.n - skip);
        b.n -= skip;
        buf_fmt(&b, "%s%*s", newline(x), env->keys[0]->at.col - 1, "");
    }
    edits_put(&x->edits, at, 0, arena_dup(&x->arena, buf_view(&b)));
}

void import_put_env(struct import *x, const struct ynode *step, const struct ynode *run,
                    const struct import_variable *v, size_t n)
{
    const struct ynode *key = import_key(step, "env"), *env = ynode_get(step, "env");
    if (n == 0)
        return;
    if (!key)
        put_env_key(x, step, run, v, n);
    else
        put_into_env(x, key, env, v, n);
}

static struct sv line_of(const struct import *x, size_t line)
{
    const struct edits *e = &x->edits;
    size_t over = line + 1 < e->lines.n ? e->lines.at[line + 1] : x->source.n;
    return sv_cut(sv_from(x->source, e->lines.at[line]), over - e->lines.at[line]);
}

static size_t indent_of(struct sv line)
{
    size_t n = 0;
    while (n < line.n && line.p[n] == ' ')
        n++;
    return n;
}

/* The last line of a value. A block text ends at the beginning of the line behind it, and a value that is not there
 * where the next thing begins. */
static size_t last_line(const struct import *x, const struct ynode *key, const struct ynode *value)
{
    size_t last = (size_t)value->end.line - 1, end = edits_offset(&x->edits, value->end);
    while (last > (size_t)key->at.line - 1 &&
           (last >= x->edits.lines.n || end <= x->edits.lines.at[last] + indent_of(line_of(x, last))))
        last--;
    return last;
}

bool import_comment_out(struct import *x, const struct ynode *key, const struct ynode *value)
{
    size_t first = (size_t)key->at.line - 1, column = (size_t)key->at.col - 1, last = last_line(x, key, value);
    if (indent_of(line_of(x, first)) != column)
        return false;
    for (size_t line = first; line <= last; line++) {
        size_t indent = indent_of(line_of(x, line));
        /* A text in quotes may go on further to the left. */
        if (sv_trim(line_of(x, line)).n)
            edits_put(&x->edits, x->edits.lines.at[line] + (indent < column ? indent : column), 0, "# ");
    }
    return true;
}
