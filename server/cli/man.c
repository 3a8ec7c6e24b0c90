/* SPDX-License-Identifier: Apache-2.0 */
/* Man pages, in the macros of man(7) that groff and mandoc both know: fettle.1 and one a verb. */
#include "base/file.h"
#include "server/cli/args.h"
#include "server/cli/help.h"
#include "server/cli/term.h"
#include "server/cli/topic.h"

enum { LINE = 66 };

/* Text as roff: no line of it is a request. `x` becomes bold. */
static void put(struct sv text, struct buf *out)
{
    bool bold = false;
    if (text.n && (text.p[0] == '.' || text.p[0] == '\''))
        buf_str(out, "\\&");
    for (size_t i = 0; i < text.n; i++) {
        struct sv rest = sv_from(text, i);
        char c = text.p[i];
        if (c == '`') {
            buf_str(out, bold ? "\\fR" : "\\fB");
            bold = !bold;
        } else if (c == '\\') {
            buf_str(out, "\\e");
        } else if (c == '-') {
            buf_str(out, "\\-");
        } else if (c == '\x1f') {
            buf_str(out, "\\ ");
        } else if (c == '\'') {
            buf_str(out, "\\(aq");
        } else if (c == '^') {
            buf_str(out, "\\(ha");
        } else if (c == '~') {
            buf_str(out, "\\(ti");
        } else if (sv_starts(rest, SV("…"))) {
            buf_str(out, "...");
            i += strlen("…") - 1;
        } else {
            buf_chr(out, c);
        }
    }
    buf_str(out, bold ? "\\fR" : "");
}

static void put_lines(struct sv lines, struct buf *out)
{
    struct sv line;
    while (lines.n && sv_next(&lines, '\n', &line)) {
        put(line, out);
        buf_chr(out, '\n');
    }
}

/* A sentence, in lines that are not long. */
static void put_line(const char *text, struct buf *out)
{
    AUTO(buf_free) struct buf lines = {0};
    text_wrap(sv_of(text), 0, 0, LINE, &lines);
    put_lines(buf_view(&lines), out);
}

static void put_text(const char *text, struct buf *out)
{
    struct sv rest = sv_of(text), line;
    bool literal = false;
    while (rest.n && sv_next(&rest, '\n', &line)) {
        bool blank = line.n == 0, wants = !blank && line.p[0] == ' ';
        if (wants && !literal)
            buf_str(out, ".PP\n.nf\n");
        if (literal && !wants && !blank)
            buf_str(out, ".fi\n.PP\n");
        if (!blank)
            literal = wants;
        if (blank) {
            if (rest.n && !literal && rest.p[0] != ' ')
                buf_str(out, ".PP\n");
            continue;
        }
        AUTO(buf_free) struct buf lines = {0};
        if (!literal)
            text_wrap(line, 0, 0, LINE, &lines);
        put_lines(literal ? line : buf_view(&lines), out);
    }
    buf_str(out, literal ? ".fi\n" : "");
}

static void put_literal(const char *text, struct buf *out)
{
    buf_str(out, ".nf\n");
    put_lines(sv_of(text), out);
    buf_str(out, ".fi\n");
}

static void put_usage(const struct cli_verb *v, const struct cli_verb *sub, struct buf *out)
{
    AUTO(buf_free) struct buf usage = {0}, lines = {0};
    usage_write(v, sub, &usage);
    text_wrap(buf_view(&usage), 0, 4, LINE, &lines);
    put_literal(lines.p, out);
}

/* ---- one verb ---- */

static void put_arg(const struct cli_arg *a, struct buf *out)
{
    AUTO(buf_free) struct buf name = {0}, doc = {0};
    help_arg_doc(a, &doc);
    if (a->name[0] >= 'a')
        help_arg_name(a, &name);
    else
        buf_str(&name, a->name);
    buf_str(out, a->name[0] >= 'a' ? ".TP\n\\fB" : ".TP\n\\fI");
    put(buf_view(&name), out);
    buf_str(out, "\\fR\n");
    put_line(doc.p, out);
}

/* Without those that put_shared tells. */
static void put_args(const struct cli_verb *row, struct buf *out)
{
    for (const struct cli_arg *a = row->operands; a && a->name; a++)
        put_arg(a, out);
    for (const struct cli_group *g = row->options; g < row->options + ARRAY_LEN(row->options) && g->args; g++)
        for (const struct cli_arg *a = g->args; a->name && !help_is_shared(g->args); a++)
            put_arg(a, out);
}

static bool has_group(const struct cli_verb *row, const struct cli_arg *group)
{
    for (size_t i = 0; i < ARRAY_LEN(row->options) && row->options[i].args; i++)
        if (row->options[i].args == group)
            return true;
    return false;
}

static void put_shared(const struct cli_verb *v, struct buf *out)
{
    for (size_t i = 0; help_shared[i]; i++) {
        bool any = has_group(v, help_shared[i]);
        for (const struct cli_verb *s = v->subs; s && s->name; s++)
            any |= has_group(s, help_shared[i]);
        for (const struct cli_arg *a = help_shared[i]; any && a->name; a++)
            put_arg(a, out);
    }
}

/* Of the verb and its second words together. */
static void put_exits(const struct cli_verb *v, struct buf *out)
{
    for (int code = 0; code <= CLI_CONFLICT; code++) {
        const char *what = help_exit(v, NULL, code);
        for (const struct cli_verb *s = v->subs; s && s->name && !what; s++)
            what = help_exit(v, s, code);
        if (!what)
            continue;
        buf_fmt(out, ".TP\n%d\n", code);
        put_line(what, out);
    }
}

static void put_head(const char *name, const char *doc, struct buf *out)
{
    AUTO(buf_free) struct buf line = {0};
    buf_str(out, ".\\\" Made by fettle itself, of its table of commands.\n.TH ");
    for (const char *p = name; *p; p++)
        buf_chr(out, *p >= 'a' && *p <= 'z' ? (char)(*p - 32) : *p);
    buf_str(out, " 1 \"" FETTLE_DATE "\" \"fettle " FETTLE_VERSION "\" \"fettle\"\n.SH NAME\n");
    buf_fmt(&line, "%s - %s", name, doc);
    put_line(line.p, out);
    buf_str(out, ".SH SYNOPSIS\n");
}

static void put_sub(const struct cli_verb *v, const struct cli_verb *s, struct buf *out)
{
    buf_fmt(out, ".SS \"fettle %s %s\"\n", v->name, s->name);
    put_line(s->doc, out);
    buf_str(out, ".PP\n");
    put_usage(v, s, out);
    put_args(s, out);
    if (s->text) {
        buf_str(out, ".PP\n");
        put_text(s->text, out);
    }
    if (s->failed)
        buf_fmt(out, ".PP\nExit status 1: %s.\n", s->failed);
}

static void write_verb(const struct cli_verb *v, struct buf *out)
{
    AUTO(buf_free) struct buf name = {0}, examples = {0}, shared = {0};
    buf_fmt(&name, "fettle-%s", v->name);
    put_head(name.p, v->doc, out);
    put_usage(v, NULL, out);
    buf_str(out, ".SH DESCRIPTION\n");
    if (v->text)
        put_text(v->text, out);
    else
        put_line(v->doc, out);
    if (!v->subs && (v->operands || v->options[0].args)) {
        buf_str(out, ".SH OPTIONS\n");
        put_args(v, out);
        put_shared(v, out);
    }
    if (v->subs)
        buf_str(out, ".SH COMMANDS\n");
    for (const struct cli_verb *s = v->subs; s && s->name; s++) {
        put_sub(v, s, out);
        buf_str(&examples, s->examples ? s->examples : "");
    }
    if (v->subs) {
        put_shared(v, &shared);
        buf_fmt(out, "%s%s", shared.n ? ".SH COMMON OPTIONS\n" : "", shared.n ? shared.p : "");
    }
    buf_str(out, ".SH EXIT STATUS\n");
    put_exits(v, out);
    if (!examples.n)
        buf_str(&examples, v->examples ? v->examples : "");
    if (examples.n) {
        buf_str(out, ".SH EXAMPLES\n");
        put_literal(examples.p, out);
    }
    buf_str(out, ".SH SEE ALSO\n.BR fettle (1)\n");
}

/* ---- the program ---- */

static void write_program(struct buf *out)
{
    put_head("fettle", "runs workflows on what git forges tell it", out);
    buf_str(out, ".B fettle\n.I VERB\n[\\fIARGUMENTS\\fR]\n.SH DESCRIPTION\n");
    put_line(
        "A server that takes webhooks of GitHub, GitLab, Gitea and Forgejo, and what git hooks say, and runs workflows "
        "of steps on them; and the command line that belongs to it.",
        out);
    buf_str(out, ".SH COMMANDS\n");
    for (const struct cli_verb *const *v = cli_verbs; *v; v++) {
        if ((*v)->name[0] == '_')
            continue;
        buf_fmt(out, ".TP\n.BR fettle\\-%s (1)\n", (*v)->name);
        put_line((*v)->doc, out);
    }
    static const char *const heads[][2] = {
        {"files", "FILES"}, {"environment", "ENVIRONMENT"}, {"exit-codes", "EXIT STATUS"}};
    for (size_t i = 0; i < ARRAY_LEN(heads); i++)
        for (const struct topic *t = topics; t->name; t++)
            if (strcmp(t->name, heads[i][0]) == 0) {
                buf_fmt(out, ".SH %s\n", heads[i][1]);
                put_literal(t->text, out);
            }
}

/* ---- into files ---- */

struct asked {
    struct cli_call call;
    const char *dir;
};

static int write_page(const char *dir, const char *name, const struct buf *text)
{
    struct err e = {0};
    AUTO(buf_free) struct buf path = {0};
    buf_fmt(&path, "%s/fettle%s%s.1", dir, *name ? "-" : "", name);
    return file_write(path.p, buf_view(text), 0644, &e) < 0 ? cli_fail(CLI_FAILED, "%s", e.msg) : CLI_OK;
}

static int run(void *args)
{
    const struct asked *q = args;
    struct err e = {0};
    AUTO(buf_free) struct buf text = {0};
    if (file_make_dirs(q->dir, &e) < 0)
        return cli_fail(CLI_FAILED, "%s", e.msg);
    write_program(&text);
    int rc = write_page(q->dir, "", &text);
    for (const struct cli_verb *const *v = cli_verbs; *v && rc == CLI_OK; v++) {
        if ((*v)->name[0] == '_')
            continue;
        buf_clear(&text);
        write_verb(*v, &text);
        rc = write_page(q->dir, (*v)->name, &text);
    }
    return rc;
}

static const struct cli_arg operands[] = {
    {"DIR", .kind = CLI_FOLDER, .at = offsetof(struct asked, dir), .flags = CLI_NEEDED,
     .doc = "where they are written"},
    {.name = NULL},
};
const struct cli_verb verb__man = {
    .name = "_man",
    .doc = "writes the man pages",
    .operands = operands,
    .size = sizeof(struct asked),
    .run = run,
};
