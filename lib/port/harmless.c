/* SPDX-License-Identifier: Apache-2.0 */
#include "port/harmless.h"
#include "port/talk.h"

#define INVISIBLE "\xe2\x80\x8b" /* U+200B */
enum { FENCE_MAX = 16, GAP_MAX = 8 };

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

static char at(struct sv s, size_t i)
{
    return i < s.n ? s.p[i] : 0;
}

/* An underscore may be Markdown's, and then nothing is before what follows. */
static bool begins_word(struct sv s, size_t i)
{
    return i == 0 || !(is_letter(s.p[i - 1]) || is_digit(s.p[i - 1]));
}

/* ---- what acts ---- */

static bool is_one_of(struct sv s, const char *const *starts)
{
    for (; *starts; starts++)
        if (sv_istarts(s, sv_of(*starts)))
            return true;
    return false;
}

static bool is_address(struct sv s)
{
    static const char *const schemes[] = {"http://", "https://", NULL};
    return is_one_of(s, schemes);
}

static struct sv skip_gap(struct sv s)
{
    size_t n = 0;
    while (n < s.n && n < GAP_MAX && !is_letter(s.p[n]) && !is_digit(s.p[n]))
        n++;
    return n ? sv_from(s, n) : SV_NONE;
}

/* "Fixes https://…/issues/1", "closes: issue <https://…>". Other references are broken themselves. */
static bool closes_address(struct sv s)
{
    static const char *const stems[] = {"clos", "fix", "resolv", "implement", "reopen", NULL};
    size_t n = 0;
    if (!is_one_of(s, stems))
        return false;
    while (n < s.n && is_letter(s.p[n]))
        n++;
    s = skip_gap(sv_from(s, n));
    if (sv_istarts(s, SV("issue")))
        s = skip_gap(sv_from(s, strlen("issue") + (at(s, strlen("issue")) == 's' ? 1 : 0)));
    return is_address(s);
}

static bool acts(struct sv s, size_t i, enum text_slash slash)
{
    static const char *const entities[] = {"&commat;", "&num;", "&sol;", "&excl;", NULL};
    static const char *const things[] = {"[issue:", "[work_item:", "[epic:", NULL};
    char next = at(s, i + 1);
    switch (s.p[i]) {
    case '@':
        return begins_word(s, i) && (is_letter(next) || is_digit(next) || next == '_');
    case '#':
        return is_digit(next) || ((next == 'x' || next == 'X') && i && s.p[i - 1] == '&');
    case '!':
        return is_digit(next);
    case '&':
        return (slash == SLASH_RUNS && is_digit(next)) || is_one_of(sv_from(s, i), entities);
    case '[':
        return is_one_of(sv_from(s, i), things);
    case '-':
        return is_digit(next) && i >= 2 && begins_word(s, i - 2) &&
               (sv_istarts(sv_from(s, i - 2), SV("gh")) || sv_istarts(sv_from(s, i - 2), SV("gl")));
    default:
        return is_letter(s.p[i]) && begins_word(s, i) && closes_address(sv_from(s, i));
    }
}

static bool is_mark(struct sv s, size_t i)
{
    return s.p[i] == ':' && sv_ends(sv_cut(s, i + 1), SV("fettle:")) && sv_starts(sv_from(s, i + 1), SV("fp="));
}

static bool begins_line(struct sv s, size_t i)
{
    while (i && (s.p[i - 1] == ' ' || s.p[i - 1] == '\t'))
        i--;
    return i == 0 || s.p[i - 1] == '\n' || s.p[i - 1] == '\r';
}

enum what { WHAT_TEXT, WHAT_CODE };

static void put(struct sv s, size_t from, size_t to, enum text_slash slash, enum what what, struct buf *out)
{
    for (size_t i = from; i < to; i++) {
        if (slash == SLASH_RUNS && s.p[i] == '/' && begins_line(s, i))
            buf_str(out, INVISIBLE);
        buf_chr(out, s.p[i]);
        if (is_mark(s, i) || (what == WHAT_TEXT && acts(s, i, slash)))
            buf_str(out, INVISIBLE);
    }
}

/* ---- fences: CommonMark §4.5 (fenced code), §4.6 (HTML blocks), and GitLab's front matter ---- */

struct fence {
    char c;      /* ` or ~ */
    size_t n;    /* length of the one that is open; 0 = none */
    bool html;   /* up to a blank line */
    bool unsure; /* from here on everything is text */
    int lines;   /* that are not blank, so far */
};

static size_t run(struct sv s, char c)
{
    size_t n = 0;
    while (n < s.n && s.p[n] == c)
        n++;
    return n;
}

static struct sv trim(struct sv s)
{
    while (s.n && (s.p[s.n - 1] == ' ' || s.p[s.n - 1] == '\t'))
        s.n--;
    while (s.n && (s.p[0] == ' ' || s.p[0] == '\t'))
        s = sv_from(s, 1);
    return s;
}

/* Where a forge could see the beginning of a fence, or of something that swallows one. */
static bool is_doubtful(const struct fence *f, struct sv line)
{
    static const char *const swallow[] = {"<pre", "<script", "<style", "<textarea", "<!", "<?", NULL};
    static const char *const matter[] = {"---", "+++", ";;;", NULL};
    struct sv s = trim(line);
    return sv_find(line, SV("```")) >= 0 || sv_find(line, SV("~~~")) >= 0 || is_one_of(s, swallow) ||
           (f->lines <= 2 && is_one_of(s, matter));
}

static bool opens(struct fence *f, struct sv line)
{
    char c = at(line, 0);
    size_t n = c == '`' || c == '~' ? run(line, c) : 0;
    struct sv info = trim(sv_from(line, n));
    if (n < 3 || n > FENCE_MAX || f->html)
        return false;
    for (size_t i = 0; i < info.n; i++)
        if (!is_letter(info.p[i]) && !is_digit(info.p[i]) && !strchr("+-_.", info.p[i]))
            return false;
    f->c = c;
    f->n = n;
    return true;
}

static enum what in_code(struct fence *f, struct sv line)
{
    struct sv s = trim(line);
    size_t n = run(s, f->c), indent = run(line, ' ');
    if (n < f->n)
        return WHAT_CODE;
    if (is_letter(at(s, n)) || is_digit(at(s, n)))
        return WHAT_CODE;
    f->n = 0;
    if (n == s.n && indent <= 3 && line.p[indent] == f->c)
        return WHAT_CODE;
    f->unsure = true;
    return WHAT_TEXT;
}

static enum what fence_line(struct fence *f, struct sv line)
{
    struct sv s = trim(line);
    f->lines += s.n > 0;
    if (f->unsure)
        return WHAT_TEXT;
    if (f->n)
        return in_code(f, line);
    if (!s.n)
        f->html = false;
    if (opens(f, line))
        return WHAT_CODE;
    f->unsure = is_doubtful(f, line);
    f->html = f->html || at(s, 0) == '<';
    return WHAT_TEXT;
}

/* Index behind the line that begins at `from`, its end with it; *ret_line is the line without. */
static size_t next_line(struct sv s, size_t from, struct sv *ret_line)
{
    size_t end = from;
    while (end < s.n && s.p[end] != '\n' && s.p[end] != '\r')
        end++;
    *ret_line = sv_n(s.p + from, end - from);
    return end + (at(s, end) == '\r' && at(s, end + 1) == '\n' ? 2 : end < s.n ? 1 : 0);
}

void harmless_markdown(struct sv s, enum text_slash slash, struct buf *out)
{
    struct fence f = {0};
    struct sv line;
    for (size_t from = 0, to; from < s.n; from = to) {
        to = next_line(s, from, &line);
        enum what what = fence_line(&f, line);
        put(s, from, to, slash, what, out);
    }
}

void harmless_plain(struct sv s, enum text_slash slash, struct buf *out)
{
    put(s, 0, s.n, slash, WHAT_TEXT, out);
}

static void close_fence(struct sv s, struct buf *out)
{
    struct fence f = {0};
    struct sv line;
    for (size_t from = 0; from < s.n;) {
        from = next_line(s, from, &line);
        fence_line(&f, line);
    }
    if (f.n)
        buf_chr(out, '\n');
    for (size_t i = 0; i < f.n; i++)
        buf_chr(out, f.c);
}

void harmless_body(const char *text, const char *marker, enum text_slash slash, struct buf *out)
{
    AUTO(buf_free) struct buf whole = {0};
    size_t tail = strlen(marker) + FENCE_MAX + sizeof "\n\n\n\xe2\x80\xa6\n\n";
    size_t room = tail < TEXT_BODY_MAX ? TEXT_BODY_MAX - tail : 0;
    harmless_markdown(sv_of(text ? text : ""), slash, &whole);
    struct sv kept = sv_cut_utf8(buf_view(&whole), room);
    buf_sv(out, kept);
    close_fence(kept, out);
    if (kept.n < whole.n)
        buf_str(out, "\n\n\xe2\x80\xa6");
    if (whole.n)
        buf_str(out, "\n\n");
    buf_str(out, marker);
}

void harmless_title(const char *text, struct buf *out)
{
    AUTO(buf_free) struct buf whole = {0};
    harmless_plain(sv_of(text ? text : ""), SLASH_PLAIN, &whole);
    talk_line(whole.p, TEXT_TITLE_MAX, out);
}

bool is_marked(struct sv body, const char *marker)
{
    struct sv s = sv_trim(body), mark = sv_of(marker);
    return sv_ends(s, mark) && (s.n == mark.n || s.p[s.n - mark.n - 1] == '\n');
}
