/* SPDX-License-Identifier: Apache-2.0 */
#include "merge/seq.h"
#include <ctype.h>

struct pieces {
    struct arena *a;
    struct seq_names *names;
    struct sv *at;
    uint32_t *id;
    size_t n, cap;
};

static uint32_t number_of(struct seq_names *names, struct sv key)
{
    void *known = map_get(&names->ids, key);
    if (known)
        return (uint32_t)((uintptr_t)known - 1);
    map_put(&names->ids, key, (void *)((uintptr_t)names->next + 1));
    return names->next++;
}

static void add(struct pieces *p, struct sv piece, struct sv key)
{
    if (p->n == p->cap) {
        size_t cap = p->cap ? p->cap * 2 : 64;
        struct sv *at = arena_new(p->a, cap * sizeof *at);
        uint32_t *id = arena_new(p->a, cap * sizeof *id);
        if (p->n) {
            memcpy(at, p->at, p->n * sizeof *at);
            memcpy(id, p->id, p->n * sizeof *id);
        }
        p->at = at;
        p->id = id;
        p->cap = cap;
    }
    p->at[p->n] = piece;
    p->id[p->n++] = number_of(p->names, key);
}

static struct seq made(const struct pieces *p, struct sv text)
{
    return (struct seq){p->at, p->id, p->n, text.p + text.n};
}

static struct sv without_space(struct sv line, struct buf *scratch)
{
    buf_clear(scratch);
    buf_chr(scratch, '=');
    for (size_t i = 0; i < line.n; i++)
        if (!isspace((unsigned char)line.p[i]))
            buf_chr(scratch, line.p[i]);
    return buf_view(scratch);
}

void seq_lines(struct seq_names *names, struct sv text, enum seq_equal how, struct arena *a, struct seq *ret)
{
    struct pieces p = {.a = a, .names = names};
    AUTO(buf_free) struct buf scratch = {0};
    if (!text.p)
        text = SV("");
    for (size_t at = 0; at < text.n;) {
        ptrdiff_t lf = sv_chr(sv_from(text, at), '\n');
        struct sv line = sv_cut(sv_from(text, at), lf < 0 ? text.n : (size_t)lf + 1);
        add(&p, line, how == SEQ_EXACT ? line : without_space(line, &scratch));
        at += line.n;
    }
    *ret = made(&p, text);
}

static bool is_word(char c)
{
    return isalnum((unsigned char)c) || c == '_' || (unsigned char)c >= 0x80;
}

static size_t quoted_length(struct sv s)
{
    for (size_t i = 1; i < s.n && s.p[i] != '\n'; i++) {
        if (s.p[i] == '\\')
            i++;
        else if (s.p[i] == s.p[0])
            return i + 1;
    }
    return 1;
}

/* A number goes on over dots between digits: half a version is nothing to merge. */
static size_t word_length(struct sv s)
{
    size_t n = 1;
    bool number = isdigit((unsigned char)s.p[0]);
    while (n < s.n && (is_word(s.p[n]) || (number && n + 1 < s.n && (s.p[n] == '.' || s.p[n] == '-') &&
                                           isalnum((unsigned char)s.p[n + 1]))))
        n++;
    return n;
}

static size_t piece_length(struct sv s)
{
    size_t n = 1;
    char c = s.p[0];
    if (c == '"' || c == '`')
        return quoted_length(s);
    if (is_word(c))
        return word_length(s);
    if (c == '\r' && s.n > 1 && s.p[1] == '\n')
        return 2;
    if (c == ' ' || c == '\t')
        while (n < s.n && (s.p[n] == ' ' || s.p[n] == '\t'))
            n++;
    return n;
}

void seq_words(struct seq_names *names, struct sv text, struct arena *a, struct seq *ret)
{
    struct pieces p = {.a = a, .names = names};
    if (!text.p)
        text = SV("");
    for (size_t at = 0; at < text.n;) {
        struct sv rest = sv_from(text, at);
        struct sv piece = sv_cut(rest, piece_length(rest));
        add(&p, piece, piece);
        at += piece.n;
    }
    *ret = made(&p, text);
}

void seq_names_free(struct seq_names *names)
{
    map_free(&names->ids);
}

struct sv seq_range(const struct seq *s, size_t at, size_t n)
{
    const char *from = at < s->n ? s->at[at].p : s->end;
    const char *to = at + n < s->n ? s->at[at + n].p : s->end;
    return sv_n(from, (size_t)(to - from));
}

struct sv line_body(struct sv line)
{
    if (line.n && line.p[line.n - 1] == '\n')
        line.n--;
    if (line.n && line.p[line.n - 1] == '\r')
        line.n--;
    return line;
}

struct sv line_indent(struct sv line)
{
    size_t n = 0;
    while (n < line.n && (line.p[n] == ' ' || line.p[n] == '\t'))
        n++;
    return sv_cut(line, n);
}

bool line_is_blank(struct sv line)
{
    return sv_trim(line).n == 0;
}
