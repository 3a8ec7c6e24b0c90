/* SPDX-License-Identifier: Apache-2.0 */
#include "fmt/xml.h"

static int wrong(const struct xml *x, struct err *e, const char *what)
{
    int line = 1;
    for (const char *p = x->all.p; p < x->rest.p; p++)
        line += *p == '\n';
    err_set(e, ERR_INVALID, "XML, line %d: %s", line, what);
    e->code = line;
    return -1;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static bool is_name_start(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == ':' || (unsigned char)c >= 128;
}

static bool is_name(char c)
{
    return is_name_start(c) || (c >= '0' && c <= '9') || c == '-' || c == '.';
}

static bool take(struct xml *x, struct sv word)
{
    bool there = sv_starts(x->rest, word);
    if (there)
        x->rest = sv_from(x->rest, word.n);
    return there;
}

static bool skip_blanks(struct xml *x)
{
    size_t i = 0;
    while (i < x->rest.n && is_blank(x->rest.p[i]))
        i++;
    x->rest = sv_from(x->rest, i);
    return i > 0;
}

static int take_name(struct xml *x, struct sv *ret, struct err *e)
{
    size_t i = 0;
    if (!x->rest.n || !is_name_start(x->rest.p[0]))
        return wrong(x, e, "a name is missing");
    while (i < x->rest.n && is_name(x->rest.p[i]))
        i++;
    if (i > XML_NAME)
        return wrong(x, e, "a name is too long");
    *ret = sv_cut(x->rest, i);
    x->rest = sv_from(x->rest, i);
    return 0;
}

/* Behind "&#", up to the semicolon. */
static bool put_character(struct buf *b, struct sv digits)
{
    bool hex = sv_starts(digits, SV("x"));
    uint32_t c = 0;
    digits = sv_from(digits, hex);
    for (size_t i = 0; i < digits.n && c <= 0x10ffff; i++) {
        char d = digits.p[i];
        int v = d >= '0' && d <= '9'          ? d - '0'
                : hex && d >= 'a' && d <= 'f' ? d - 'a' + 10
                : hex && d >= 'A' && d <= 'F' ? d - 'A' + 10
                                              : -1;
        if (v < 0)
            return false;
        c = c * (hex ? 16 : 10) + (uint32_t)v;
    }
    if (!digits.n || c > 0x10ffff || (c >= 0xd800 && c < 0xe000) || (c < 32 && c != '\t' && c != '\n' && c != '\r'))
        return false;
    if (c < 0x80) {
        buf_chr(b, (char)c);
        return true;
    }
    int more = c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
    static const unsigned char lead[] = {0, 0xc0, 0xe0, 0xf0};
    buf_chr(b, (char)(lead[more] | (c >> (6 * more))));
    while (more-- > 0)
        buf_chr(b, (char)(0x80 | ((c >> (6 * more)) & 0x3f)));
    return true;
}

static bool put_entity(struct buf *b, struct sv name)
{
    static const struct {
        struct sv name;
        char c;
    } known[] = {{{"lt", 2}, '<'}, {{"gt", 2}, '>'}, {{"amp", 3}, '&'}, {{"quot", 4}, '"'}, {{"apos", 4}, '\''}};
    if (sv_starts(name, SV("#")))
        return put_character(b, sv_from(name, 1));
    for (size_t i = 0; i < ARRAY_LEN(known); i++)
        if (sv_eq(name, known[i].name)) {
            buf_chr(b, known[i].c);
            return true;
        }
    return false;
}

/* A text with its entities replaced; the piece itself when it has none. */
static int replace(struct xml *x, struct sv s, struct sv *ret, struct err *e)
{
    AUTO(buf_free) struct buf b = {0};
    ptrdiff_t at = sv_chr(s, '&');
    *ret = s;
    if (at < 0)
        return 0;
    for (; at >= 0; at = sv_chr(s, '&')) {
        buf_add(&b, s.p, (size_t)at);
        s = sv_from(s, (size_t)at + 1);
        ptrdiff_t end = sv_chr(sv_cut(s, 12), ';');
        if (end < 0 || !put_entity(&b, sv_cut(s, (size_t)end)))
            return wrong(x, e, "an entity is not known");
        s = sv_from(s, (size_t)end + 1);
    }
    buf_sv(&b, s);
    *ret = arena_sv(&x->arena, buf_view(&b));
    return 0;
}

static int take_attribute(struct xml *x, struct err *e)
{
    struct xml_attribute a;
    if (take_name(x, &a.name, e) < 0)
        return -1;
    skip_blanks(x);
    if (!take(x, SV("=")))
        return wrong(x, e, "an attribute has no value");
    skip_blanks(x);
    char quote = x->rest.n ? x->rest.p[0] : 0;
    if (quote != '"' && quote != '\'')
        return wrong(x, e, "the value of an attribute has no quotes");
    x->rest = sv_from(x->rest, 1);
    ptrdiff_t end = sv_chr(x->rest, quote);
    if (end < 0)
        return wrong(x, e, "the value of an attribute does not end");
    struct sv value = sv_cut(x->rest, (size_t)end);
    if (sv_chr(value, '<') >= 0)
        return wrong(x, e, "< stands in the value of an attribute");
    if (x->attributes.v.n == XML_ATTRIBUTES)
        return wrong(x, e, "there are too many attributes");
    for (size_t i = 0; i < x->attributes.v.n; i++)
        if (sv_eq(x->attributes.v.at[i].name, a.name))
            return wrong(x, e, "an attribute is there twice");
    if (replace(x, value, &a.value, e) < 0)
        return -1;
    x->rest = sv_from(x->rest, (size_t)end + 1);
    VEC_PUSH(&x->attributes.v, a);
    return 0;
}

/* Behind "<". */
static int take_open(struct xml *x, struct err *e)
{
    if (x->done)
        return wrong(x, e, "there is more than one outermost element");
    if (take_name(x, &x->name, e) < 0)
        return -1;
    if (x->open.n == XML_DEPTH)
        return wrong(x, e, "elements lie too deep in each other");
    for (;;) {
        bool gap = skip_blanks(x);
        x->empty = take(x, SV("/>"));
        if (x->empty || take(x, SV(">")))
            break;
        if (!x->rest.n)
            return wrong(x, e, "a tag does not end");
        if (!gap)
            return wrong(x, e, "a blank is missing in front of an attribute");
        if (take_attribute(x, e) < 0)
            return -1;
    }
    VEC_PUSH(&x->open, x->name);
    x->began = true;
    return 0;
}

static void close_element(struct xml *x)
{
    x->name = x->open.at[--x->open.n];
    x->empty = false;
    x->done = x->open.n == 0;
}

/* Behind "</". */
static int take_close(struct xml *x, struct err *e)
{
    struct sv name;
    if (take_name(x, &name, e) < 0)
        return -1;
    skip_blanks(x);
    if (!take(x, SV(">")))
        return wrong(x, e, "an end tag does not end");
    if (!x->open.n || !sv_eq(name, x->open.at[x->open.n - 1]))
        return wrong(x, e, "an end tag has no beginning");
    close_element(x);
    return 0;
}

/* Up to and with `end`. */
static int take_until(struct xml *x, struct sv end, struct sv *ret, struct err *e)
{
    ptrdiff_t at = sv_find(x->rest, end);
    if (at < 0)
        return wrong(x, e, "a comment, an instruction or a CDATA section does not end");
    *ret = sv_cut(x->rest, (size_t)at);
    x->rest = sv_from(x->rest, (size_t)at + end.n);
    return 0;
}

static int take_instruction(struct xml *x, struct err *e)
{
    struct sv inside;
    bool first = x->rest.p == x->all.p + 2;
    if (take_until(x, SV("?>"), &inside, e) < 0)
        return -1;
    bool declaration = sv_starts(inside, SV("xml")) && inside.n > 3 && is_blank(inside.p[3]);
    if (declaration && !first)
        return wrong(x, e, "the declaration is not at the beginning");
    ptrdiff_t at = declaration ? sv_find(inside, SV("encoding")) : -1;
    struct sv name = sv_trim(sv_from(inside, at < 0 ? inside.n : (size_t)at + 8));
    if (at >= 0 && sv_starts(name, SV("=")))
        name = sv_trim(sv_from(name, 1));
    if (at >= 0 && !sv_istarts(sv_from(name, 1), SV("utf-8")) && !sv_istarts(sv_from(name, 1), SV("us-ascii")))
        return wrong(x, e, "an encoding other than UTF-8");
    return 0;
}

static int take_text(struct xml *x, struct err *e)
{
    ptrdiff_t at = sv_chr(x->rest, '<');
    struct sv text = sv_cut(x->rest, at < 0 ? x->rest.n : (size_t)at);
    if (!x->open.n && sv_trim(text).n)
        return wrong(x, e, "text outside of the outermost element");
    if (sv_find(text, SV("]]>")) >= 0)
        return wrong(x, e, "]]> in a text");
    /* What follows the part that is kept is not looked at for entities. */
    struct sv part = sv_cut_utf8(text, XML_TEXT_KEPT);
    ptrdiff_t amp = part.n < text.n ? sv_rchr(part, '&') : -1;
    if (amp >= 0 && part.n - (size_t)amp < 12)
        part = sv_cut(part, (size_t)amp);
    if (replace(x, part, &x->text, e) < 0)
        return -1;
    x->rest = sv_from(x->rest, text.n);
    return 0;
}

/* Markup that is no element: 1 when it was a piece to be told. */
static int take_other(struct xml *x, struct err *e)
{
    struct sv inside;
    if (take(x, SV("<!--"))) {
        if (take_until(x, SV("-->"), &inside, e) < 0)
            return -1;
        return sv_find(inside, SV("--")) >= 0 ? wrong(x, e, "-- in a comment") : 0;
    }
    if (take(x, SV("<?")))
        return take_instruction(x, e);
    if (take(x, SV("<![CDATA["))) {
        if (!x->open.n)
            return wrong(x, e, "text outside of the outermost element");
        if (take_until(x, SV("]]>"), &inside, e) < 0)
            return -1;
        x->text = sv_cut_utf8(inside, XML_TEXT_KEPT);
        return 1;
    }
    return wrong(x, e, "document types are refused");
}

int xml_begin(struct xml *x, struct sv text, struct err *e)
{
    *x = (struct xml){.all = text, .rest = text};
    if (!text.p)
        x->all = x->rest = SV("");
    if (sv_bad_utf8(text) >= 0 || sv_chr(text, 0) >= 0)
        return wrong(x, e, "the text is not UTF-8");
    if (take(x, SV("\xef\xbb\xbf")))
        x->all = x->rest;
    return 0;
}

int xml_next(struct xml *x, enum xml_piece *ret, struct err *e)
{
    arena_free(&x->arena);
    VEC_CLEAR(&x->attributes.v);
    if (x->empty) {
        close_element(x);
        *ret = XML_CLOSE;
        return 0;
    }
    while (x->rest.n) {
        if (x->rest.p[0] != '<') {
            bool told = x->open.n > 0;
            if (take_text(x, e) < 0)
                return -1;
            *ret = XML_TEXT;
            if (told)
                return 0;
        } else if (sv_starts(x->rest, SV("<!")) || sv_starts(x->rest, SV("<?"))) {
            int rc = take_other(x, e);
            *ret = XML_TEXT;
            if (rc)
                return rc < 0 ? -1 : 0;
        } else {
            bool close = take(x, SV("</"));
            *ret = close ? XML_CLOSE : XML_OPEN;
            return close ? take_close(x, e) : (take(x, SV("<")), take_open(x, e));
        }
    }
    if (!x->done)
        return wrong(x, e, x->began ? "an element does not end" : "there is no element");
    *ret = XML_END;
    return 0;
}

struct sv xml_attribute(const struct xml *x, const char *name)
{
    for (size_t i = 0; i < x->attributes.v.n; i++)
        if (sv_is(x->attributes.v.at[i].name, name))
            return x->attributes.v.at[i].value;
    return SV_NONE;
}

void xml_free(struct xml *x)
{
    VEC_FREE(&x->open);
    VEC_FREE(&x->attributes.v);
    arena_free(&x->arena);
}
