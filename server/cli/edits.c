/* SPDX-License-Identifier: Apache-2.0 */
#include "server/cli/edits.h"

size_t edits_line_end(struct sv s, size_t at)
{
    static const char *const ends[] = {"\r\n", "\n", "\r", "\xc2\x85", "\xe2\x80\xa8", "\xe2\x80\xa9"};
    struct sv rest = sv_from(s, at);
    for (size_t i = 0; i < ARRAY_LEN(ends); i++)
        if (sv_starts(rest, sv_of(ends[i])))
            return strlen(ends[i]);
    return 0;
}

void edits_open(struct edits *x, struct sv source)
{
    *x = (struct edits){.source = source};
    VEC_PUSH(&x->lines, 0);
    for (size_t i = 0, n; i < source.n; i += n ? n : 1)
        if ((n = edits_line_end(source, i)))
            VEC_PUSH(&x->lines, i + n);
}

void edits_free(struct edits *x)
{
    VEC_FREE(&x->lines);
    VEC_FREE(&x->list);
}

size_t edits_offset(const struct edits *x, struct ymark at)
{
    size_t line = at.line < 1 ? 0 : (size_t)at.line - 1;
    if (line >= x->lines.n)
        return x->source.n;
    size_t from = x->lines.at[line];
    return from + sv_cut_chars(sv_from(x->source, from), at.col < 1 ? 0 : (size_t)at.col - 1).n;
}

struct ymark edits_mark(const struct edits *x, size_t offset)
{
    size_t low = 0, high = x->lines.n;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (x->lines.at[middle] <= offset)
            low = middle;
        else
            high = middle;
    }
    struct ymark m = {(int)low + 1, 1};
    for (size_t i = x->lines.at[low]; i < offset && i < x->source.n; i++)
        m.col += ((unsigned char)x->source.p[i] & 0xc0) != 0x80;
    return m;
}

void edits_put(struct edits *x, size_t at, size_t len, const char *text)
{
    for (size_t i = 0; i < x->list.n; i++)
        if (x->list.at[i].at == at && x->list.at[i].len == len && strcmp(x->list.at[i].text, text) == 0)
            return;
    VEC_PUSH(&x->list, ((struct edit){at, len, text}));
}

static void sort(struct edits *x)
{
    for (size_t i = 1; i < x->list.n; i++) {
        struct edit e = x->list.at[i];
        size_t k = i;
        for (; k > 0 && x->list.at[k - 1].at > e.at; k--)
            x->list.at[k] = x->list.at[k - 1];
        x->list.at[k] = e;
    }
}

static void drop_overlaps(struct edits *x)
{
    size_t kept = 0, end = 0;
    for (size_t i = 0; i < x->list.n; i++) {
        if (x->list.at[i].at < end)
            continue;
        end = x->list.at[i].at + x->list.at[i].len;
        x->list.at[kept++] = x->list.at[i];
    }
    x->list.n = kept;
}

void edits_apply(struct edits *x, struct buf *out)
{
    size_t at = 0;
    sort(x);
    drop_overlaps(x);
    for (size_t i = 0; i < x->list.n; i++) {
        const struct edit *e = &x->list.at[i];
        buf_add(out, x->source.p + at, e->at - at);
        buf_str(out, e->text);
        at = e->at + e->len;
    }
    buf_sv(out, sv_from(x->source, at));
}

size_t edits_origin(const struct edits *x, size_t offset)
{
    size_t in_source = 0, in_result = 0;
    for (size_t i = 0; i < x->list.n; i++) {
        const struct edit *e = &x->list.at[i];
        size_t begins = in_result + (e->at - in_source), ends = begins + strlen(e->text);
        if (offset < begins)
            break;
        if (offset < ends)
            return e->at;
        in_source = e->at + e->len;
        in_result = ends;
    }
    return in_source + (offset - in_result);
}
