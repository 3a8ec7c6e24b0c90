/* SPDX-License-Identifier: Apache-2.0 */
/* From a place in the text of a node to its line and column in the source. Blanks in front of lines, and how lines are
 * joined, differ between the two: what is not blank is counted. */
#include "config/reading.h"

static struct sv source_of(struct reading *r, const struct ynode *n)
{
    struct sv source = places_source(places_of(r));
    size_t from = places_offset(places_of(r), n->at), to = places_offset(places_of(r), n->end);
    return sv_cut(sv_from(source, from), to > from ? to - from : 0);
}

static void step_mark(struct ymark *m, char c)
{
    if (c == '\n')
        *m = (struct ymark){m->line + 1, 1};
    else if (((unsigned char)c & 0xc0) != 0x80)
        m->col++;
}

bool find_in_node(struct reading *r, const struct ynode *n, const char *part, struct ymark *ret)
{
    if (!problems_room(r->problems))
        return false;
    struct sv text = source_of(r, n);
    ptrdiff_t at = sv_find(text, sv_of(part));
    if (at < 0)
        return false;
    *ret = n->at;
    for (size_t i = 0; i < (size_t)at; i++)
        step_mark(ret, text.p[i]);
    return true;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static char style_of(const struct text_place *p)
{
    return p->node->plain || p->source.n == 0 ? 0 : p->source.p[0];
}

/* At the first character of the text. */
static struct text_place place_open(struct reading *r, const struct ynode *n)
{
    struct text_place p = {.node = n, .source = source_of(r, n), .mark = n->at};
    char style = style_of(&p);
    bool block = style == '|' || style == '>';
    for (; p.i < p.source.n && ((style && p.i == 0) || (block && (p.i == 0 || p.source.p[p.i - 1] != '\n'))); p.i++)
        step_mark(&p.mark, p.source.p[p.i]);
    return p;
}

static void place_advance(struct text_place *p, size_t at)
{
    struct sv text = p->node->text, s = p->source;
    char style = style_of(p);
    size_t left = 0;
    for (; p->at < at && p->at < text.n; p->at++)
        left += !is_blank(text.p[p->at]);
    for (; p->i < s.n && (left > 0 || is_blank(s.p[p->i])); p->i++) {
        if (left > 0 && !is_blank(s.p[p->i])) {
            bool pair = (style == '\'' && s.p[p->i] == '\'') || (style == '"' && s.p[p->i] == '\\');
            if (pair && p->i + 1 < s.n)
                step_mark(&p->mark, s.p[p->i++]);
            left--;
        }
        step_mark(&p->mark, s.p[p->i]);
    }
}

bool find_in_text(struct reading *r, const struct ynode *n, size_t from, size_t at, struct ymark *ret)
{
    if (!problems_room(r->problems) || n->kind != Y_SCALAR)
        return false;
    if (r->place.node != n || r->place.at > from)
        r->place = place_open(r, n);
    place_advance(&r->place, from);
    struct text_place found = r->place;
    place_advance(&found, at);
    *ret = found.mark;
    return found.i < found.source.n;
}
