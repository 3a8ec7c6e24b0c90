/* SPDX-License-Identifier: Apache-2.0 */
/* All verbs as Markdown: server/cli/commands.md, which a test compares with this. */
#include "server/cli/args.h"
#include "server/cli/help.h"
#include "server/cli/term.h"

enum { LINE = 120 };

/* Behind a | in a table. */
static void put_cell(struct sv text, struct buf *out)
{
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] == '|')
            buf_chr(out, '\\');
        buf_chr(out, text.p[i]);
    }
}

static void put_usage(const struct cli_verb *v, const struct cli_verb *sub, struct buf *out)
{
    AUTO(buf_free) struct buf usage = {0};
    usage_write(v, sub, &usage);
    buf_str(out, "```\n");
    text_wrap(buf_view(&usage), 0, 4, LINE, out);
    buf_str(out, "```\n\n");
}

static void put_option(const struct cli_arg *a, struct buf *out)
{
    AUTO(buf_free) struct buf name = {0}, doc = {0};
    help_arg_doc(a, &doc);
    if (a->name[0] >= 'a')
        help_arg_name(a, &name);
    else
        buf_str(&name, a->name);
    buf_str(out, "| `");
    put_cell(buf_view(&name), out);
    buf_str(out, "` | ");
    put_cell(buf_view(&doc), out);
    buf_str(out, " |\n");
}

static void put_args(const struct cli_verb *row, struct buf *out)
{
    AUTO(buf_free) struct buf own = {0}, shared = {0};
    for (const struct cli_arg *a = row->operands; a && a->name; a++)
        put_option(a, &own);
    for (const struct cli_group *g = row->options; g < row->options + ARRAY_LEN(row->options) && g->args; g++)
        for (const struct cli_arg *a = g->args; a->name; a++) {
            if (help_is_shared(g->args))
                buf_fmt(&shared, " `--%s`", a->name);
            else
                put_option(a, &own);
        }
    if (own.n)
        buf_fmt(out, "| | |\n|---|---|\n%s\n", own.p);
    if (shared.n)
        buf_fmt(out, "[And](#options-that-many-have)%s.\n\n", shared.p);
}

/* Lines that begin with a blank are shown as they are. */
static void put_text(const char *text, struct buf *out)
{
    struct sv rest = sv_of(text), line;
    bool open = false;
    if (!text)
        return;
    while (rest.n && sv_next(&rest, '\n', &line)) {
        bool literal = line.n && line.p[0] == ' ';
        if (literal != open && (literal || line.n)) {
            buf_str(out, literal ? "```\n" : "```\n\n");
            open = literal;
        }
        if (open && !line.n)
            continue;
        if (open)
            buf_fmt(out, "%.*s\n", SV_ARG(sv_from(line, sv_starts(line, SV("  ")) ? 2 : 0)));
        else if (line.n)
            text_wrap(line, 0, 0, LINE, out);
        else
            buf_chr(out, '\n');
    }
    buf_str(out, open ? "```\n\n" : "\n");
}

static void put_end(const struct cli_verb *v, const struct cli_verb *sub, struct buf *out)
{
    const struct cli_verb *row = args_row(v, sub);
    AUTO(buf_free) struct buf line = {0};
    const char *what;
    if (row->examples)
        buf_fmt(out, "```\n%s```\n\n", row->examples);
    if (row->subs)
        return;
    buf_str(&line, "Exit codes:");
    for (int code = 0; code <= CLI_CONFLICT; code++)
        if ((what = help_exit(v, sub, code)))
            buf_fmt(&line, "%s %d %s", code ? "," : "", code, what);
    buf_chr(&line, '.');
    text_wrap(buf_view(&line), 0, 0, LINE, out);
    buf_chr(out, '\n');
}

static void put_row(const struct cli_verb *v, const struct cli_verb *sub, struct buf *out)
{
    const struct cli_verb *row = args_row(v, sub);
    buf_fmt(out, sub ? "### fettle %s %s\n\n" : "## fettle %s\n\n", v->name, sub ? sub->name : "");
    text_wrap(sv_of(row->doc), 0, 0, LINE, out);
    buf_chr(out, '\n');
    put_usage(v, sub, out);
    if (!row->subs)
        put_args(row, out);
    put_text(row->text, out);
    put_end(v, sub, out);
}

void reference_of_commands(struct buf *out)
{
    buf_str(
        out,
        "# The commands of fettle\n\n"
        "Made by `fettle help commands`, of the table of the program; what a verb says with `--help` is the same.\n\n");
    buf_str(out, "## Options that many have\n\n| | |\n|---|---|\n");
    for (size_t i = 0; help_shared[i]; i++)
        for (const struct cli_arg *a = help_shared[i]; a->name; a++)
            put_option(a, out);
    buf_chr(out, '\n');
    for (const struct cli_verb *const *v = cli_verbs; *v; v++) {
        if ((*v)->name[0] == '_')
            continue;
        put_row(*v, NULL, out);
        for (const struct cli_verb *s = (*v)->subs; s && s->name; s++)
            put_row(*v, s, out);
    }
    while (out->n > 1 && out->p[out->n - 2] == '\n')
        out->n--;
}
