/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include "lang/expr_fn.h"
#include "lang/number.h"

static const struct {
    int level; /* how firmly it binds */
    const char *text;
} forms[] = {
    [NODE_VALUE] = {7, ""},      [NODE_CONTEXT] = {8, ""},
    [NODE_CALL] = {8, ""},       [NODE_INDEX] = {8, ""},
    [NODE_STAR] = {8, "*"},      [NODE_NOT] = {6, "!"},
    [NODE_AND] = {2, " && "},    [NODE_OR] = {1, " || "},
    [NODE_EQUAL] = {3, " == "},  [NODE_UNEQUAL] = {3, " != "},
    [NODE_LESS] = {4, " < "},    [NODE_LESS_EQUAL] = {4, " <= "},
    [NODE_GREATER] = {4, " > "}, [NODE_GREATER_EQUAL] = {4, " >= "},
};

static void write_node(const struct node *n, int least, struct buf *out);

static void write_literal(struct val v, struct buf *out)
{
    char digits[32];
    if (v.kind == VAL_NUMBER && isfinite(v.num)) {
        val_write(v, VAL_ONE_LINE, out);
    } else if (v.kind == VAL_NUMBER) {
        buf_sv(out, number_text(v.num, digits));
    } else if (v.kind != VAL_STRING) {
        val_write(v, VAL_ONE_LINE, out);
    } else {
        buf_chr(out, '\'');
        for (size_t i = 0; i < v.str.n; i++) {
            buf_chr(out, v.str.p[i]);
            if (v.str.p[i] == '\'')
                buf_chr(out, '\'');
        }
        buf_chr(out, '\'');
    }
}

static void write_index(const struct node *n, struct buf *out)
{
    const struct node *by = n->args[1];
    write_node(n->args[0], 8, out);
    if (by->kind == NODE_STAR) {
        buf_str(out, ".*");
    } else if (by->kind == NODE_VALUE && by->value.kind == VAL_STRING && name_is_plain(by->value.str)) {
        buf_chr(out, '.');
        buf_sv(out, by->value.str);
    } else {
        buf_chr(out, '[');
        write_node(by, 0, out);
        buf_chr(out, ']');
    }
}

static void write_call(const struct node *n, struct buf *out)
{
    buf_str(out, n->function->name);
    buf_chr(out, '(');
    for (size_t i = 0; i < n->n; i++) {
        buf_str(out, i ? ", " : "");
        write_node(n->args[i], 0, out);
    }
    buf_chr(out, ')');
}

static void write_inner(const struct node *n, struct buf *out)
{
    switch (n->kind) {
    case NODE_VALUE:
        write_literal(n->value, out);
        break;
    case NODE_CONTEXT:
        buf_str(out, n->name);
        break;
    case NODE_CALL:
        write_call(n, out);
        break;
    case NODE_INDEX:
        write_index(n, out);
        break;
    case NODE_NOT:
        buf_chr(out, '!');
        write_node(n->args[0], 6, out);
        break;
    default:
        for (size_t i = 0; i < n->n; i++) {
            buf_str(out, i ? forms[n->kind].text : "");
            write_node(n->args[i], forms[n->kind].level + (i ? 1 : 0), out);
        }
    }
}

/* In brackets when it binds less than its place asks for. */
static void write_node(const struct node *n, int least, struct buf *out)
{
    bool brackets = forms[n->kind].level < least;
    buf_str(out, brackets ? "(" : "");
    write_inner(n, out);
    buf_str(out, brackets ? ")" : "");
}

void expr_write(const struct expr *x, struct buf *out)
{
    if (x->root)
        write_node(x->root, 0, out);
}
