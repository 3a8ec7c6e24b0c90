/* SPDX-License-Identifier: Apache-2.0 */
/* "${{ }}" in a script becomes a variable: its value goes through the environment and is never part of the script. */
#include "server/cli/import.h"

enum { PLACES = 200 };
enum language { LANG_SHELL, LANG_PYTHON, LANG_OTHER };

struct script {
    struct import *x;
    const struct ynode *step, *run;
    enum language language;
    char style; /* ' " | > or 0 = plain, of the YAML text */
    struct import_variable vars[PLACES];
    size_t n;
};

/* What the server sets for every step. */
static const struct {
    const char *expression, *name;
} always_set[] = {
    {"github.sha", "GITHUB_SHA"},           {"github.ref", "GITHUB_REF"},
    {"github.ref_name", "GITHUB_REF_NAME"}, {"github.ref_type", "GITHUB_REF_TYPE"},
    {"github.actor", "GITHUB_ACTOR"},       {"github.repository", "GITHUB_REPOSITORY"},
    {"github.run_id", "GITHUB_RUN_ID"},     {"github.workflow", "GITHUB_WORKFLOW"},
    {"github.job", "GITHUB_JOB"},           {"github.event_name", "GITHUB_EVENT_NAME"},
    {"github.head_ref", "GITHUB_HEAD_REF"}, {"github.base_ref", "GITHUB_BASE_REF"},
};

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool in_name(char c)
{
    return is_letter(c) || (c >= '0' && c <= '9');
}

static bool is_variable(struct sv s)
{
    bool ok = s.n > 0 && is_letter(s.p[0]);
    for (size_t i = 0; i < s.n; i++)
        ok = ok && in_name(s.p[i]);
    return ok;
}

/* "a.b-c.d" */
static bool is_path(struct sv s)
{
    bool ok = s.n > 0 && is_letter(s.p[0]) && sv_chr(s, '.') > 0;
    for (size_t i = 0; i < s.n; i++)
        ok = ok && (in_name(s.p[i]) || s.p[i] == '-' || s.p[i] == '.');
    return ok;
}

static void put_upper(struct buf *b, struct sv s)
{
    for (size_t i = 0; i < s.n && b->n < 60; i++) {
        char c = s.p[i];
        buf_chr(b, c >= 'a' && c <= 'z' ? (char)(c - 32) : in_name(c) ? c : '_');
    }
}

/* "github.event.pull_request.title" -> TITLE, "steps.meta.outputs.tags" -> META_TAGS */
static void name_of(struct sv expression, struct buf *b)
{
    struct sv rest = expression, part, last = SV_NONE, second = SV_NONE;
    size_t n = 0;
    if (!is_path(expression)) {
        buf_str(b, sv_istarts(expression, SV("hashFiles(")) ? "HASH" : "VALUE");
        return;
    }
    while (sv_next(&rest, '.', &part)) {
        if (n++ == 1)
            second = part;
        last = part;
    }
    bool of_another = sv_istarts(expression, SV("steps.")) || sv_istarts(expression, SV("needs."));
    if (of_another && n > 2) {
        put_upper(b, second);
        buf_chr(b, '_');
    }
    put_upper(b, last);
}

static bool is_taken(const struct script *s, const char *name)
{
    static const char *const own[] = {"PATH", "HOME", "TMPDIR", "LANG", "PWD", "OLDPWD", "SHELL", "USER", "IFS", "UID",
                                      "RANDOM", "SECONDS", "LINENO", "HOSTNAME", "CI", "FETTLE", "PS1", "ENV"};
    const struct ynode *maps[] = {ynode_get(s->step, "env"), s->x->env[0], s->x->env[1]};
    for (size_t i = 0; i < ARRAY_LEN(own); i++)
        if (strcmp(own[i], name) == 0)
            return true;
    for (size_t i = 0; i < ARRAY_LEN(maps); i++)
        if (maps[i] && ynode_get(maps[i], name))
            return true;
    for (size_t i = 0; i < s->n; i++)
        if (strcmp(s->vars[i].name, name) == 0)
            return true;
    return false;
}

/* The variable that has the value of an expression, a new one if there is none. */
static const char *variable(struct script *s, struct sv expression)
{
    struct arena *a = &s->x->arena;
    AUTO(buf_free) struct buf b = {0};
    if (sv_istarts(expression, SV("env.")) && is_variable(sv_from(expression, 4)))
        return arena_dup(a, sv_from(expression, 4));
    for (size_t i = 0; i < ARRAY_LEN(always_set); i++)
        if (sv_is(expression, always_set[i].expression))
            return always_set[i].name;
    const char *value = arena_fmt(a, "${{ %.*s }}", SV_ARG(expression));
    for (size_t i = 0; i < s->n; i++)
        if (strcmp(s->vars[i].value, value) == 0)
            return s->vars[i].name;
    name_of(expression, &b);
    buf_str(&b, b.n ? "" : "VALUE"); /* "a." */
    bool bad = !is_letter(b.p[0]) || sv_istarts(buf_view(&b), SV("GITHUB_")) || sv_istarts(buf_view(&b), SV("FETTLE_"));
    const char *base = bad ? arena_fmt(a, "VALUE_%s", b.p) : arena_dup(a, buf_view(&b)), *name = base;
    for (int i = 2; is_taken(s, name); i++)
        name = arena_fmt(a, "%s_%d", base, i);
    s->vars[s->n++] = (struct import_variable){name, value};
    return name;
}

/* As it has to be written in the YAML text. */
static const char *in_style(const struct script *s, const char *text)
{
    AUTO(buf_free) struct buf b = {0};
    for (; *text; text++) {
        if (s->style == '\'' && *text == '\'')
            buf_chr(&b, '\'');
        if (s->style == '"' && *text == '"')
            buf_chr(&b, '\\');
        buf_chr(&b, *text);
    }
    return arena_dup(&s->x->arena, buf_view(&b));
}

struct spot { /* one ${{ }} */
    struct sv expression;
    size_t text_at, text_end;     /* in the text of the script */
    size_t source_at, source_end; /* in the file */
};

static void refuse(struct script *s, const struct spot *p, const char *why)
{
    import_say(s->x, edits_mark(&s->x->edits, p->source_at), IMPORT_REFUSED, "expression-in-script",
               "write it by hand: the value under \"env\" of the step, read by the script", "${{ %.*s }} stands %s",
               SV_ARG(p->expression), why);
}

static void replace(struct script *s, const struct spot *p, const char *text, const char *shown)
{
    edits_put(&s->x->edits, p->source_at, p->source_end - p->source_at, in_style(s, text));
    import_say(s->x, edits_mark(&s->x->edits, p->source_at), IMPORT_REWRITTEN, "expression-in-script", shown,
               "the text of a script takes no ${{ }}, because a value from outside would run as a command");
}

/* '${{ x }}' */
static bool is_all_quoted(struct sv text, const struct spot *p)
{
    return p->text_at > 0 && text.p[p->text_at - 1] == '\'' && p->text_end < text.n && text.p[p->text_end] == '\'';
}

static void shell_spot(struct script *s, const struct spot *p)
{
    struct arena *a = &s->x->arena;
    struct sv text = s->run->text;
    enum shell_place place = shell_place_at(text, p->text_at);
    if (place == SHELL_VERBATIM) {
        refuse(s, p, "in a text that the shell takes as it is (<<'…')");
        return;
    }
    if (place == SHELL_COMMENT) {
        replace(s, p, arena_fmt(a, "%.*s", SV_ARG(p->expression)), "in a comment: without the braces");
        return;
    }
    const char *name = variable(s, p->expression);
    bool glued = p->text_end < text.n && in_name(text.p[p->text_end]);
    bool quotes = place == SHELL_SINGLE && s->style != '\'' && is_all_quoted(text, p);
    const char *use = arena_fmt(a, quotes                   ? "\"$%s\""
                                   : place == SHELL_SINGLE ? "'\"$%s\"'"
                                   : glued                 ? "${%s}"
                                                           : "$%s", name);
    if (sv_trim(text).n == p->text_end - p->text_at)
        import_say(s->x, s->run->at, IMPORT_NOTE, "script-from-value", NULL,
                   "the whole script is a value: its words are run, but quotes, | and && in it are not read");
    bool set = sv_istarts(p->expression, SV("env.")) || sv_starts(sv_of(name), SV("GITHUB_"));
    struct spot whole = *p;
    whole.source_at -= quotes;
    whole.source_end += quotes;
    replace(s, &whole, use, set ? arena_fmt(a, "$%s, which is set already", name)
                           : arena_fmt(a, "env: {%s: \"${{ %.*s }}\"}, and $%s in the script", name,
                                       SV_ARG(p->expression), name));
}

/* Only a text that is nothing but the value: "${{ x }}". */
static void python_spot(struct script *s, struct spot p)
{
    struct sv text = s->run->text;
    char q = p.text_at ? text.p[p.text_at - 1] : 0;
    bool whole = (q == '"' || q == '\'') && p.text_end < text.n && text.p[p.text_end] == q;
    if (!whole || (s->style && s->style != '|')) {
        refuse(s, &p, "in a script of python, where it is no text of its own");
        return;
    }
    const char *name = variable(s, p.expression);
    p.source_at--;
    p.source_end++;
    replace(s, &p, arena_fmt(&s->x->arena, "__import__('os').environ['%s']", name),
            arena_fmt(&s->x->arena, "os.environ['%s'], with %s under \"env\"", name, name));
}

/* The next ${{ in text and file at once; false behind the last. */
static bool next_spot(struct script *s, struct spot *p)
{
    struct sv text = s->run->text, file = s->x->source;
    ptrdiff_t a = sv_find(sv_from(text, p->text_end), SV("${{")), b = sv_find(sv_from(file, p->source_end), SV("${{"));
    if (a < 0 || b < 0)
        return false;
    p->text_at = p->text_end + (size_t)a;
    p->source_at = p->source_end + (size_t)b;
    p->text_end = expression_end(text, p->text_at);
    p->source_end = expression_end(file, p->source_at);
    /* Escapes of YAML can hide one of them. */
    if (!p->text_end || !p->source_end || p->source_end > edits_offset(&s->x->edits, s->run->end))
        return false;
    AUTO(buf_free) struct buf one_line = {0};
    struct sv inner = sv_trim(sv_cut(sv_from(text, p->text_at + 3), p->text_end - p->text_at - 5));
    for (size_t i = 0, n; i < inner.n; i += n ? n : 1) {
        n = edits_line_end(inner, i);
        if (!n)
            buf_chr(&one_line, inner.p[i]);
        else if (one_line.n && one_line.p[one_line.n - 1] != ' ')
            buf_chr(&one_line, ' ');
    }
    p->expression = arena_sv(&s->x->arena, buf_view(&one_line));
    return true;
}

static enum language language_of(const char *shell)
{
    struct sv s = sv_of(shell);
    if (!shell || sv_is(s, "bash") || sv_is(s, "sh") || sv_starts(s, SV("bash ")) || sv_starts(s, SV("sh ")))
        return LANG_SHELL;
    return sv_starts(s, SV("python")) ? LANG_PYTHON : LANG_OTHER;
}

void import_script(struct import *x, const struct ynode *step, const struct ynode *run, const char *shell)
{
    struct script *s = arena_new(&x->arena, sizeof *s);
    size_t from = edits_offset(&x->edits, run->at), count = 0;
    char c = from < x->source.n ? x->source.p[from] : 0;
    *s = (struct script){.x = x, .step = step, .run = run, .language = language_of(shell)};
    s->style = !run->plain && strchr("'\"|>", c) ? c : 0;
    struct spot p = {.source_end = from};
    if (!import_takes_env(x, step))
        return;
    while (count++ < PLACES && next_spot(s, &p)) {
        if (s->language == LANG_SHELL)
            shell_spot(s, &p);
        else if (s->language == LANG_PYTHON)
            python_spot(s, p);
        else
            refuse(s, &p, "in a script of another language");
    }
    import_put_env(x, step, import_key(step, "run"), s->vars, s->n);
}
