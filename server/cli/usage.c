/* SPDX-License-Identifier: Apache-2.0 */
/* What a verb takes, in one line. */
#include "server/cli/args.h"

enum { WORDS_WIDTH = 44 };
#define GAP "\x1f" /* a blank at which no line ends */

void arg_value_text(const struct cli_arg *a, struct buf *out)
{
    size_t before = out->n;
    if (a->value || !a->words) {
        buf_str(out, a->value ? a->value : a->name);
        return;
    }
    for (size_t i = 0; a->words[i]; i++)
        buf_fmt(out, "%s%s", i ? "|" : "", a->words[i]);
    if (out->n - before <= WORDS_WIDTH)
        return;
    out->n = before;
    for (const char *p = a->name; *p; p++)
        buf_chr(out, *p >= 'a' && *p <= 'z' ? (char)(*p - 32) : *p);
}

static void put_option(const struct cli_arg *a, struct buf *out)
{
    if (a->letter)
        buf_fmt(out, "-%c", a->letter);
    else
        buf_fmt(out, "--%s", a->name);
    if (arg_has_value(a)) {
        buf_str(out, GAP);
        arg_value_text(a, out);
    }
}

static void put_operands(const struct cli_arg *operands, struct buf *out)
{
    for (const struct cli_arg *o = operands; o && o->name; o++) {
        bool needed = o->flags & CLI_NEEDED;
        buf_str(out, needed ? " " : " [");
        if (o->words)
            arg_value_text(o, out);
        else
            buf_str(out, o->name);
        buf_str(out, o->flags & CLI_MANY ? "…" : "");
        buf_str(out, needed ? "" : "]");
    }
}

/* Those that exclude one another stand together, where the first of them stands. */
static void put_apart(const struct cli_verb *row, const struct cli_arg *first, struct buf *out)
{
    const struct cli_arg *o;
    bool any = false;
    buf_str(out, " [");
    for (size_t at = 0, base; (o = args_each(row, &at, &base));) {
        if (o->apart != first->apart)
            continue;
        buf_str(out, any ? GAP "|" GAP : "");
        put_option(o, out);
        any = true;
    }
    buf_chr(out, ']');
}

static bool is_first_apart(const struct cli_verb *row, const struct cli_arg *a)
{
    const struct cli_arg *o;
    for (size_t at = 0, base; (o = args_each(row, &at, &base));)
        if (o->apart == a->apart)
            return o == a;
    return false;
}

enum which { NEEDED, OTHERS };

static void put_options(const struct cli_verb *row, enum which which, struct buf *out)
{
    const struct cli_arg *o;
    const bool needed = which == NEEDED;
    for (size_t at = 0, base; (o = args_each(row, &at, &base));) {
        if (!(o->flags & CLI_NEEDED) == needed || (o->apart && !is_first_apart(row, o)))
            continue;
        if (o->apart) {
            put_apart(row, o, out);
            continue;
        }
        buf_str(out, needed ? " " : " [");
        put_option(o, out);
        buf_str(out, needed ? "" : "]");
        buf_str(out, o->flags & CLI_MANY ? "…" : "");
    }
}

void usage_write(const struct cli_verb *verb, const struct cli_verb *sub, struct buf *out)
{
    const struct cli_verb *row = args_row(verb, sub);
    buf_fmt(out, "fettle %s", verb->name);
    if (sub)
        buf_fmt(out, verb->first_sub && sub == &verb->subs[0] ? " [%s]" : " %s", sub->name);
    if (verb->subs && !sub) {
        buf_str(out, " ");
        for (const struct cli_verb *s = verb->subs; s->name; s++)
            buf_fmt(out, "%s%s", s == verb->subs ? verb->first_sub ? "[" : "" : GAP "| ", s->name);
        buf_str(out, verb->first_sub ? "] …" : " …");
        return;
    }
    put_options(row, NEEDED, out);
    put_operands(row->operands, out);
    put_options(row, OTHERS, out);
}
