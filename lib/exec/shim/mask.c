/* SPDX-License-Identifier: Apache-2.0 */
#include "exec/shim/mask.h"

static const char stars[] = "***";

enum { WINDOW_MAX = 8 };

static unsigned pair_of(uint8_t a, uint8_t b)
{
    return (unsigned)a << 8 | b;
}

static unsigned pair_at(const char *p)
{
    return pair_of((uint8_t)p[0], (uint8_t)p[1]);
}

static uint32_t child_of(const struct mask *m, uint32_t node, uint8_t c)
{
    if (node == 0)
        return m->root[c];
    if (m->nodes[node].depth == 1)
        return m->pairs->node[pair_of(m->nodes[node].byte, c)];
    uint32_t at = m->nodes[node].child;
    while (at && m->nodes[at].byte != c)
        at = m->nodes[at].sibling;
    return at;
}

static uint32_t make_child(struct mask *m, uint32_t node, uint8_t c)
{
    uint32_t at = m->n++;
    m->nodes[at] = (struct mask_node){.byte = c, .depth = m->nodes[node].depth + 1, .sibling = m->nodes[node].child};
    m->nodes[node].child = at;
    if (node == 0)
        m->root[c] = at;
    else if (m->nodes[node].depth == 1)
        m->pairs->node[pair_of(m->nodes[node].byte, c)] = at;
    return at;
}

static void insert(struct mask *m, struct sv word)
{
    uint32_t at = 0;
    m->window = word.n < m->window ? word.n : m->window;
    for (size_t i = 0; i < word.n; i++) {
        uint32_t next = child_of(m, at, (uint8_t)word.p[i]);
        at = next ? next : make_child(m, at, (uint8_t)word.p[i]);
    }
    m->nodes[at].ends = m->stale = true;
}

static void make_root(struct mask *m)
{
    m->n = 1;
    m->window = WINDOW_MAX;
    m->pairs = mem_new(sizeof *m->pairs);
}

/* Room for so many nodes more. Grown by hand, because the old memory is wiped. */
static bool reserve(struct mask *m, size_t more)
{
    if (more > MASK_NODES_MAX || m->n + more + 1 > MASK_NODES_MAX)
        return false;
    if (m->n + more + 1 <= m->cap)
        return true;
    uint32_t cap = m->cap ? m->cap : 256;
    while (cap < m->n + more + 1)
        cap *= 2;
    struct mask_node *grown = mem_new(cap * sizeof *grown);
    if (m->n)
        memcpy(grown, m->nodes, m->n * sizeof *grown);
    else
        make_root(m);
    if (m->nodes)
        explicit_bzero(m->nodes, m->cap * sizeof *m->nodes);
    mem_free(m->nodes);
    m->nodes = grown;
    m->cap = cap;
    return true;
}

static bool add_word(struct mask *m, struct sv word)
{
    if (word.n < MASK_MIN)
        return true;
    if (!reserve(m, word.n))
        return false;
    insert(m, word);
    return true;
}

static void put_base64(struct buf *b, struct sv s)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < s.n; i += 3) {
        size_t left = s.n - i;
        unsigned v = (unsigned)(unsigned char)s.p[i] << 16;
        v |= left > 1 ? (unsigned)(unsigned char)s.p[i + 1] << 8 : 0;
        v |= left > 2 ? (unsigned char)s.p[i + 2] : 0;
        for (size_t d = 0; d < 4; d++)
            buf_chr(b, d > left ? '=' : digits[v >> (18 - 6 * d) & 63]);
    }
}

/* The form itself, as base64 of URLs, and its pieces when it is written in lines. */
static bool add_base64(struct mask *m, struct sv form)
{
    enum { COLUMNS = 76, SHORTEST = 4 };
    AUTO(buf_free) struct buf url = {0};
    bool ok = form.n < SHORTEST || add_word(m, form);
    for (size_t i = 0; form.n > COLUMNS && i < form.n; i += COLUMNS) {
        struct sv line = sv_cut(sv_from(form, i), COLUMNS);
        ok = ok && (line.n < SHORTEST || add_word(m, line));
    }
    buf_sv(&url, form);
    for (size_t i = 0; i < url.n; i++)
        url.p[i] = url.p[i] == '+' ? '-' : url.p[i] == '/' ? '_' : url.p[i];
    return ok && (form.n < SHORTEST || add_word(m, buf_view(&url)));
}

/* At each of three offsets in what is encoded: the characters that depend on the value alone. */
static bool add_base64_forms(struct mask *m, struct sv value)
{
    bool ok = true;
    for (size_t skip = 0; skip < 3 && skip < value.n; skip++) {
        AUTO(buf_free) struct buf b = {0};
        struct sv rest = sv_from(value, skip);
        put_base64(&b, rest);
        if (skip == 0 && rest.n > 2)
            ok = ok && add_base64(m, buf_view(&b));
        size_t sure = rest.n * 8 / 6; /* the next one has bits of what follows */
        ok = ok && add_base64(m, sv_cut(buf_view(&b), sure));
        if (b.p)
            explicit_bzero(b.p, b.n);
    }
    return ok;
}

static void put_json(struct buf *b, struct sv s)
{
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        const char *name = strchr("\"\"\\\\\tt\rr\bb\ff", c);
        if (c >= ' ' && c != '"' && c != '\\')
            buf_chr(b, (char)c);
        else if (c && name)
            buf_fmt(b, "\\%c", name[1]);
        else
            buf_fmt(b, "\\u%04x", c);
    }
}

static void put_url(struct buf *b, struct sv s)
{
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        bool plain = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || strchr("-._~", c);
        if (plain && c)
            buf_chr(b, (char)c);
        else
            buf_fmt(b, "%%%02X", c);
    }
}

static bool add_line(struct mask *m, struct sv line)
{
    AUTO(buf_free) struct buf json = {0}, url = {0};
    struct sv inner = sv_trim(line);
    if (inner.n < MASK_MIN)
        return true;
    put_json(&json, inner);
    put_url(&url, inner);
    bool ok = add_word(m, line) && add_word(m, inner) && add_word(m, buf_view(&json)) && add_word(m, buf_view(&url));
    explicit_bzero(json.p, json.n);
    explicit_bzero(url.p, url.n);
    return ok;
}

bool mask_add(struct mask *m, struct sv value)
{
    struct sv inner = sv_trim(value), rest = inner, line;
    if (inner.n < MASK_MIN)
        return true;
    if (inner.n > MASK_NODES_MAX / 16)
        return false;
    bool ok = add_base64_forms(m, inner);
    if (value.n != inner.n)
        ok = ok && add_base64_forms(m, value);
    /* Not the whole of several lines: each would be held until it is certain that it is not the next one's begin. */
    while (ok && rest.n && sv_next(&rest, '\n', &line)) {
        if (line.n && line.p[line.n - 1] == '\r')
            line.n--;
        ok = add_line(m, line);
    }
    return ok;
}

bool mask_is_empty(const struct mask *m)
{
    return m->n == 0;
}

static void set_jump(struct mask *m, const struct mask_node *up, const struct mask_node *node)
{
    if (node->depth < 2 || node->depth > m->window)
        return;
    uint8_t *jump = &m->pairs->jump[pair_of(up->byte, node->byte)], by = (uint8_t)(m->window - node->depth);
    *jump = by < *jump ? by : *jump;
}

/* Breadth first, so that what a node falls back to is known before. */
static void build(struct mask *m)
{
    uint32_t *queue = mem_new(m->n * sizeof *queue), head = 0, tail = 0;
    memset(m->pairs->jump, (int)m->window - 1, sizeof m->pairs->jump);
    for (uint32_t at = m->nodes[0].child; at; at = m->nodes[at].sibling) {
        m->nodes[at].fail = m->nodes[at].longest = 0; /* none is so short */
        queue[tail++] = at;
    }
    while (head < tail) {
        uint32_t up = queue[head++];
        for (uint32_t at = m->nodes[up].child; at; at = m->nodes[at].sibling) {
            uint32_t f = m->nodes[up].fail, to;
            while (!(to = child_of(m, f, m->nodes[at].byte)) && f)
                f = m->nodes[f].fail;
            m->nodes[at].fail = to;
            m->nodes[at].longest = m->nodes[at].ends ? m->nodes[at].depth : m->nodes[to].longest;
            set_jump(m, &m->nodes[up], &m->nodes[at]);
            queue[tail++] = at;
        }
    }
    mem_free(queue);
    m->stale = false;
}

static void found(struct mask *m, struct mask_range r)
{
    while (m->ranges.v.n && m->ranges.v.at[m->ranges.v.n - 1].to >= r.from) {
        size_t from = m->ranges.v.at[--m->ranges.v.n].from;
        r.from = from < r.from ? from : r.from;
    }
    VEC_PUSH(&m->ranges.v, r);
}

/* Where, from `i` on, a value may begin. */
static size_t next_start(const struct mask *m, struct sv all, size_t i)
{
    const struct mask_pairs *pairs = m->pairs;
    for (size_t w = m->window, by; i + w <= all.n; i += by ? by : 1) {
        by = pairs->jump[pair_at(all.p + i + w - 2)];
        if (by == 0 && pairs->node[pair_at(all.p + i)])
            return i;
    }
    while (i + 1 < all.n && !pairs->node[pair_at(all.p + i)])
        i++;
    return i + 1 == all.n && !m->root[(unsigned char)all.p[i]] ? all.n : i;
}

static void match(struct mask *m, struct sv all, size_t i)
{
    uint32_t at = m->state;
    while (i < all.n) {
        if (at == 0 && (i = next_start(m, all, i)) == all.n)
            break;
        uint8_t c = (uint8_t)all.p[i++];
        uint32_t next;
        while (!(next = child_of(m, at, c)) && at)
            at = m->nodes[at].fail;
        at = next;
        if (m->nodes[at].longest)
            found(m, (struct mask_range){i - m->nodes[at].longest, i});
    }
    m->state = at;
}

/* Puts out all[0..sure), and keeps what follows. */
static void put_out(struct mask *m, struct sv all, size_t sure, struct buf *out)
{
    size_t at = m->open ? m->open_to : 0, done = 0;
    while (done < m->ranges.v.n && m->ranges.v.at[done].from < sure) {
        struct mask_range r = m->ranges.v.at[done++];
        if (!m->open || r.from > at) {
            buf_add(out, all.p + at, r.from - at);
            buf_add(out, stars, sizeof stars - 1);
        }
        m->open = true;
        at = r.to > at ? r.to : at;
    }
    if (at < sure) {
        buf_add(out, all.p + at, sure - at);
        m->open = false;
        at = sure;
    }
    m->open_to = at - sure;
    size_t left = m->ranges.v.n - done;
    for (size_t i = 0; i < left; i++) {
        struct mask_range r = m->ranges.v.at[done + i];
        m->ranges.v.at[i] = (struct mask_range){r.from - sure, r.to - sure};
    }
    m->ranges.v.n = left;
}

static void hold(struct mask *m, struct sv rest)
{
    if (m->held.p && rest.p >= m->held.p && rest.p <= m->held.p + m->held.n) {
        memmove(m->held.p, rest.p, rest.n);
        m->held.n = rest.n;
        return;
    }
    buf_clear(&m->held);
    buf_sv(&m->held, rest);
}

void mask_feed(struct mask *m, struct sv part, struct buf *out)
{
    if (m->n == 0) {
        buf_sv(out, part);
        return;
    }
    if (m->stale) {
        mask_flush(m, out);
        build(m);
    }
    size_t before = m->held.n;
    if (before)
        buf_sv(&m->held, part);
    struct sv all = before ? buf_view(&m->held) : part;
    match(m, all, before);
    size_t sure = all.n - m->nodes[m->state].depth;
    put_out(m, all, sure, out);
    hold(m, sv_from(all, sure));
}

void mask_flush(struct mask *m, struct buf *out)
{
    if (m->n == 0)
        return;
    put_out(m, buf_view(&m->held), m->held.n, out);
    m->held.n = 0;
    m->state = 0;
    m->open = false;
}

void mask_free(struct mask *m)
{
    if (m->nodes)
        explicit_bzero(m->nodes, m->cap * sizeof *m->nodes);
    if (m->held.p)
        explicit_bzero(m->held.p, m->held.cap);
    mem_free(m->nodes);
    if (m->pairs)
        explicit_bzero(m->pairs, sizeof *m->pairs);
    mem_free(m->pairs);
    buf_free(&m->held);
    VEC_FREE(&m->ranges.v);
    *m = (struct mask){0};
}
