/* SPDX-License-Identifier: Apache-2.0 */
/* Complaints that name a line of a file, in the forms of common programs. A line is looked at closely only when it has
 * one of the words that all of them have. */
#include "core/step_note.h"

enum hint { HINT_LEVEL = 1, HINT_ERROR = 2, HINT_GO = 4, HINT_ARROW = 8, HINT_FRAME = 16, HINT_EXCEPTION = 32 };

static unsigned hints(struct sv line)
{
    static const struct {
        struct sv word; /* its first character leads here through `starts` */
        unsigned hint;
    } words[] = {
        {{"rror", 4}, HINT_LEVEL | HINT_ERROR}, {{"arning", 6}, HINT_LEVEL}, {{"RROR", 4}, HINT_LEVEL},
        {{"ARNING", 6}, HINT_LEVEL},            {{".go:", 4}, HINT_GO},      {{"> ", 2}, HINT_ARROW},
        {{"File \"", 6}, HINT_FRAME},           {{"xception", 8}, HINT_EXCEPTION},
    };
    static const unsigned char starts[256] = {
        ['r'] = 1, ['a'] = 2, ['R'] = 3, ['A'] = 4, ['.'] = 5, ['>'] = 6, ['F'] = 7, ['x'] = 8,
    };
    unsigned found = 0;
    for (size_t i = 0; i < line.n; i++) {
        unsigned k = starts[(unsigned char)line.p[i]];
        if (k && sv_starts(sv_from(line, i), words[k - 1].word))
            found |= words[k - 1].hint;
    }
    return found;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_word(char c)
{
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

/* Takes `c` and then a number off the front. */
static bool take_number(struct sv *s, char c, int *ret)
{
    struct sv rest = *s;
    if (rest.n < 2 || rest.p[0] != c)
        return false;
    int64_t v = 0;
    size_t i = 1;
    while (i < rest.n && i < 10 && is_digit(rest.p[i]))
        v = v * 10 + (rest.p[i++] - '0');
    if (i == 1 || (i < rest.n && is_digit(rest.p[i])) || v > INT32_MAX)
        return false;
    *ret = (int)v;
    *s = sv_from(rest, i);
    return true;
}

static struct sv skip_blanks(struct sv s)
{
    while (s.n && (s.p[0] == ' ' || s.p[0] == '\t'))
        s = sv_from(s, 1);
    return s;
}

/* Takes "error", "fatal error", "warning", in any case and perhaps in brackets, off the front, and what separates it
 * from the text. */
static bool take_level(struct sv *s, enum note_level *ret)
{
    struct sv rest = skip_blanks(*s);
    bool bracket = sv_starts(rest, SV("["));
    rest = sv_from(rest, bracket);
    if (sv_istarts(rest, SV("fatal ")))
        rest = sv_from(rest, 6);
    bool is_error = sv_istarts(rest, SV("error"));
    if (!is_error && !sv_istarts(rest, SV("warning")))
        return false;
    rest = sv_from(rest, is_error ? 5 : 7);
    if (rest.n && is_word(rest.p[0]))
        return false;
    if (bracket && !sv_starts(rest, SV("]")))
        return false;
    rest = skip_blanks(sv_from(rest, bracket));
    if (sv_starts(rest, SV(":")) || sv_starts(rest, SV("- ")))
        rest = sv_from(rest, 1);
    *ret = is_error ? NOTE_ERROR : NOTE_WARNING;
    *s = skip_blanks(rest);
    return true;
}

/* A name of a file, not a time of day, an address or half a sentence. Nearly no file has a colon in its name. */
static bool is_path(struct sv s)
{
    bool letter = false, plain = s.n && !is_digit(s.p[0]);
    for (size_t i = 0; i < s.n; i++) {
        if ((unsigned char)s.p[i] <= ' ' || strchr("\"'`<>|*?:", s.p[i]))
            return false;
        letter |= is_word(s.p[i]) && !is_digit(s.p[i]);
        plain |= s.p[i] == '/' || s.p[i] == '.';
    }
    return letter && plain;
}

struct found {
    enum note_level level;
    struct sv file, text;
    int line, col;
};

static bool is_exception(struct sv s)
{
    size_t n = 0;
    while (n < s.n && (is_word(s.p[n]) || s.p[n] == '.'))
        n++;
    struct sv name = sv_cut(s, n);
    return (n == s.n || s.p[n] == ':') && (sv_ends(name, SV("Error")) || sv_ends(name, SV("Exception")));
}

/* file:line:col: error: text (gcc, clang, and most others); file:line: error: text; file:line: SomeError (pytest);
 * file.go:line:col: text. */
static bool colon_form(struct sv line, struct found *ret)
{
    ptrdiff_t at = sv_chr(line, ':');
    ret->file = sv_cut(line, at < 0 ? 0 : (size_t)at);
    ret->col = 0;
    struct sv rest = sv_from(line, ret->file.n);
    if (!take_number(&rest, ':', &ret->line) || !is_path(ret->file))
        return false;
    bool col = take_number(&rest, ':', &ret->col);
    bool colon = sv_starts(rest, SV(":"));
    if (!colon && !sv_starts(rest, SV(" ")))
        return false;
    ret->text = skip_blanks(sv_from(rest, colon));
    if (take_level(&ret->text, &ret->level))
        return ret->text.n > 0;
    ret->level = NOTE_ERROR;
    return colon && ((!col && is_exception(ret->text)) || (col && sv_ends(ret->file, SV(".go")) && ret->text.n));
}

/* file(line,col): error CODE: text (tsc, msbuild, many linkers). */
static bool paren_form(struct sv line, struct found *ret)
{
    ptrdiff_t end = sv_find(line, SV("):"));
    struct sv head = sv_cut(line, end < 0 ? 0 : (size_t)end);
    ptrdiff_t open = sv_rchr(head, '(');
    if (open <= 0)
        return false;
    struct sv place = sv_from(head, (size_t)open);
    ret->file = sv_cut(head, (size_t)open);
    ret->text = sv_from(line, (size_t)end + 2);
    if (!is_path(ret->file) || !take_number(&place, '(', &ret->line))
        return false;
    if (place.n && !take_number(&place, ',', &ret->col))
        return false;
    return take_level(&ret->text, &ret->level) && ret->text.n > 0;
}

/* file: line 1, col 2, Error - text (eslint -f compact) */
static bool eslint_compact(struct sv line, struct found *ret)
{
    ptrdiff_t at = sv_find(line, SV(": line "));
    if (at <= 0)
        return false;
    struct sv rest = sv_from(line, (size_t)at + 6);
    ret->file = sv_cut(line, (size_t)at);
    if (!is_path(ret->file) || !take_number(&rest, ' ', &ret->line) || !sv_starts(rest, SV(", col")))
        return false;
    rest = sv_from(rest, 5);
    if (!take_number(&rest, ' ', &ret->col) || !sv_starts(rest, SV(",")))
        return false;
    ret->text = sv_from(rest, 1);
    return take_level(&ret->text, &ret->level) && ret->text.n > 0;
}

/* [ERROR] /dir/File.java:[1,2] text (maven) */
static bool maven_form(struct sv line, struct found *ret)
{
    ptrdiff_t at = sv_find(line, SV(":["));
    struct sv head = sv_cut(line, at < 0 ? 0 : (size_t)at), rest = sv_from(line, head.n + 1);
    if (at < 0 || !sv_starts(line, SV("[")) || !take_level(&head, &ret->level) || !is_path(head))
        return false;
    ret->file = head;
    if (!take_number(&rest, '[', &ret->line) || !take_number(&rest, ',', &ret->col) || !sv_starts(rest, SV("]")))
        return false;
    ret->text = skip_blanks(sv_from(rest, 1));
    return ret->text.n > 0;
}

static void add(struct note_match *m, const struct found *f)
{
    AUTO(arena_free) struct arena a = {0};
    struct step_note n = {.level = f->level, .line = f->line, .col = f->col};
    n.file = note_file(&a, f->file, m->place->workspace, m->place->workdir);
    /* A place that nobody can look at is worth less than none. */
    if (!n.file)
        return;
    n.text = note_text(&a, f->text, RESULT_TEXT_MAX);
    note_add(m->r, &n, NOTE_FOUND);
}

/* Below a heading: "  1:2  error  text  rule" (eslint's default) */
static bool under_heading(struct note_match *m, struct sv line)
{
    struct found f = {.file = m->heading};
    struct sv rest = skip_blanks(line);
    AUTO(buf_free) struct buf b = {0};
    if (!m->heading.n || rest.n == line.n || !rest.n || !is_digit(rest.p[0]))
        return false;
    buf_chr(&b, ':');
    buf_sv(&b, rest);
    rest = buf_view(&b);
    if (!take_number(&rest, ':', &f.line) || !take_number(&rest, ':', &f.col) || !sv_starts(rest, SV(" ")) ||
        !take_level(&rest, &f.level) || !rest.n)
        return false;
    f.text = rest;
    add(m, &f);
    return true;
}

/* File "x.py", line 3, in f: the innermost one in the workspace is where the exception below it is shown. */
static void take_frame(struct note_match *m, struct sv line)
{
    struct sv rest = skip_blanks(line);
    if (!sv_starts(rest, SV("File \"")))
        return;
    rest = sv_from(rest, 6);
    ptrdiff_t quote = sv_chr(rest, '"');
    struct sv file = sv_cut(rest, quote < 0 ? 0 : (size_t)quote);
    rest = sv_from(rest, file.n);
    if (!file.n || file.p[0] == '<' || !sv_starts(rest, SV("\", line")))
        return;
    AUTO(arena_free) struct arena a = {0};
    int no;
    rest = sv_from(rest, 7);
    if (take_number(&rest, ' ', &no) && note_file(&a, file, m->place->workspace, m->place->workdir)) {
        m->frame_file = file;
        m->frame_line = no;
    }
}

static bool end_of_traceback(struct note_match *m, struct sv line)
{
    if (!m->frame_file.n || !is_exception(line))
        return false;
    struct found f = {.level = NOTE_ERROR, .file = m->frame_file, .line = m->frame_line, .text = line};
    m->frame_file = SV_NONE;
    add(m, &f);
    return true;
}

/* error[E0308]: text, and below it "  --> src/main.rs:1:2" (rustc) */
static void rustc_place(struct note_match *m, struct sv line)
{
    struct sv rest = skip_blanks(line);
    struct found f = {.level = m->message_level, .text = m->message};
    if (!m->message.n || !sv_starts(rest, SV("--> ")))
        return;
    m->message = SV_NONE;
    rest = sv_trim(sv_from(rest, 4));
    ptrdiff_t colon = sv_chr(rest, ':');
    f.file = sv_cut(rest, colon < 0 ? 0 : (size_t)colon);
    rest = sv_from(rest, f.file.n);
    if (is_path(f.file) && take_number(&rest, ':', &f.line) && take_number(&rest, ':', &f.col) && rest.n == 0)
        add(m, &f);
}

static void rustc_message(struct note_match *m, struct sv line)
{
    struct sv rest = line;
    bool coded = sv_starts(line, SV("error["));
    ptrdiff_t end = coded ? sv_find(line, SV("]: ")) : -1;
    if (coded && end > 0) {
        m->message = sv_from(line, 5);
        m->message_level = NOTE_ERROR;
    } else if ((sv_starts(line, SV("error: ")) || sv_starts(line, SV("warning: "))) &&
               take_level(&rest, &m->message_level)) {
        m->message = rest;
    }
}

static void look_at(struct note_match *m, struct sv line, unsigned have)
{
    struct found f = {0};
    if (line.n && (unsigned char)line.p[0] > ' ')
        m->heading = is_path(line) && sv_chr(line, ':') < 0 ? line : SV_NONE;
    if (!have)
        return;
    if (have & HINT_ARROW)
        rustc_place(m, line);
    if (have & HINT_FRAME)
        take_frame(m, line);
    if (have & (HINT_ERROR | HINT_EXCEPTION) && end_of_traceback(m, line))
        return;
    if (have & (HINT_LEVEL | HINT_GO | HINT_EXCEPTION) &&
        (colon_form(skip_blanks(line), &f) || paren_form(line, &f) || eslint_compact(line, &f) ||
         maven_form(line, &f))) {
        add(m, &f);
    } else if (have & HINT_LEVEL && !under_heading(m, line)) {
        rustc_message(m, line);
    }
}

static void remember(struct note_match *m)
{
    struct sv *const views[] = {&m->heading, &m->frame_file, &m->message};
    for (size_t i = 0; i < ARRAY_LEN(views); i++) {
        if (!m->plain.p || views[i]->p < m->plain.p || views[i]->p > m->plain.p + m->plain.n)
            continue;
        buf_clear(&m->kept[i]);
        buf_sv(&m->kept[i], *views[i]);
        *views[i] = buf_view(&m->kept[i]);
    }
}

void note_match(struct note_match *m, struct sv line)
{
    if (line.n == 0)
        return;
    if (!memchr(line.p, 27, line.n)) {
        look_at(m, line, hints(line));
        return;
    }
    buf_clear(&m->plain);
    note_plain(&m->plain, line);
    look_at(m, buf_view(&m->plain), hints(buf_view(&m->plain)));
    remember(m);
}

void note_match_end(struct note_match *m)
{
    buf_free(&m->plain);
    for (size_t i = 0; i < ARRAY_LEN(m->kept); i++)
        buf_free(&m->kept[i]);
}
