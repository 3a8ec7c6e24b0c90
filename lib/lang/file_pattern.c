/* SPDX-License-Identifier: Apache-2.0 */
#include "lang/file_pattern.h"
#include "fmt/utf8.h"

struct file_pattern {
    bool negative, folder; /* folder: it ends with a slash */
    size_t n;
    struct sv *segments;
};

/* ---- one segment ---- */

static size_t char_length(struct sv s)
{
    const uint8_t *p = (const uint8_t *)s.p;
    size_t n = s.n ? utf8_len(p, p + s.n) : 0;
    return n ? n : s.n > 0;
}

/* Takes one character off; bytes of a character stand in it big-endian, which keeps the order of UTF-8. */
static uint32_t take_char(struct sv *s)
{
    uint32_t c = 0;
    size_t n = char_length(*s);
    for (size_t i = 0; i < n; i++)
        c = c << 8 | (uint8_t)s->p[i];
    *s = sv_from(*s, n);
    return c;
}

static uint32_t take_class_char(struct sv *s)
{
    if (s->n > 1 && s->p[0] == '\\')
        *s = sv_from(*s, 1);
    return take_char(s);
}

/* *p is behind a [. False: it is not closed, and the [ is itself. Else *p is behind the ]. */
static bool class_has(struct sv *p, uint32_t c, bool *ret)
{
    struct sv rest = *p;
    bool turned = rest.n && (rest.p[0] == '!' || rest.p[0] == '^'), found = false;
    if (turned)
        rest = sv_from(rest, 1);
    for (bool first = true; rest.n && (first || rest.p[0] != ']'); first = false) {
        uint32_t from = take_class_char(&rest), to = from;
        if (rest.n > 1 && rest.p[0] == '-' && rest.p[1] != ']') {
            rest = sv_from(rest, 1);
            to = take_class_char(&rest);
        }
        found |= c >= from && c <= to;
    }
    if (rest.n == 0)
        return false;
    *p = sv_from(rest, 1);
    *ret = found != turned;
    return true;
}

/* The pattern's next item against one character; the item is taken off. */
static bool item_takes(struct sv *p, uint32_t c)
{
    bool has;
    uint32_t item = take_char(p);
    if (item == '?')
        return true;
    if (item == '[' && class_has(p, c, &has))
        return has;
    if (item == '\\' && p->n)
        item = take_char(p);
    return item == c;
}

/* The last star is the only one that is ever tried again, so this takes pattern × name steps. */
static bool segment_matches(struct sv p, struct sv name)
{
    struct sv star = SV_NONE, retry = SV_NONE;
    while (name.n || p.n) {
        if (p.n && p.p[0] == '*') {
            while (p.n && p.p[0] == '*')
                p = sv_from(p, 1);
            star = p;
            retry = name;
            if (p.n == 0)
                return true;
            continue;
        }
        struct sv p_next = p, name_next = name;
        if (p.n && name.n && item_takes(&p_next, take_char(&name_next))) {
            p = p_next;
            name = name_next;
            continue;
        }
        if (!star.p || retry.n == 0)
            return false;
        (void)take_char(&retry);
        p = star;
        name = retry;
    }
    return true;
}

/* ---- paths ---- */

static bool is_any_run(struct sv segment)
{
    return sv_is(segment, "**");
}

/* A bit for each number of segments done; `**` may stand for none. */
static uint64_t skip_runs(const struct file_pattern *p, uint64_t state)
{
    for (size_t i = 0; i < p->n; i++)
        if ((state >> i & 1) && is_any_run(p->segments[i]))
            state |= (uint64_t)2 << i;
    return state;
}

static uint64_t step_into(const struct file_pattern *p, uint64_t state, struct sv name)
{
    uint64_t next = 0;
    for (size_t i = 0; i < p->n; i++) {
        if (!(state >> i & 1))
            continue;
        if (is_any_run(p->segments[i]))
            next |= (uint64_t)1 << i;
        else if (segment_matches(p->segments[i], name))
            next |= (uint64_t)2 << i;
    }
    return skip_runs(p, next);
}

struct verdict {
    bool match; /* of a file */
    bool reach;
};

static struct verdict look(const struct file_pattern *p, struct sv path)
{
    struct sv rest = path.n ? path : SV_NONE, name;
    uint64_t state = skip_runs(p, 1), done = (uint64_t)1 << p->n;
    bool above = state & done; /* one of the folders on the way is meant */
    bool here = above;
    while (sv_next(&rest, '/', &name)) {
        above |= here;
        state = step_into(p, state, name);
        here = state & done;
    }
    bool last_run = p->n && is_any_run(p->segments[p->n - 1]);
    return (struct verdict){.match = above || (here && (!p->folder || last_run)), .reach = above || here || state};
}

bool file_patterns_match(const struct file_patterns *l, struct sv path)
{
    bool meant = false;
    for (size_t i = 0; i < l->n; i++)
        if (meant == l->at[i].negative && look(&l->at[i], path).match)
            meant = !meant;
    return meant;
}

bool file_patterns_reach(const struct file_patterns *l, struct sv path)
{
    for (size_t i = 0; i < l->n; i++)
        if (!l->at[i].negative && look(&l->at[i], path).reach)
            return true;
    return false;
}

/* ---- reading ---- */

static int refuse(struct err *e, const char *why)
{
    return err_set(e, ERR_INVALID, "a file pattern %s", why);
}

static int strip_root(struct sv *line, struct sv root, struct err *e)
{
    if (sv_starts(*line, SV("~")))
        return refuse(e, "begins with ~: only files of the workspace can be named");
    if (!sv_starts(*line, SV("/")))
        return 0;
    while (sv_ends(root, SV("/")))
        root.n--;
    if (!root.n || !sv_starts(*line, root) || (line->n > root.n && line->p[root.n] != '/'))
        return refuse(e, "begins with /: only files of the workspace can be named");
    *line = sv_from(*line, root.n);
    return 0;
}

static int split(struct sv line, struct arena *arena, struct file_pattern *ret, struct err *e)
{
    struct sv part, *segments = arena_new(arena, FILE_PATTERN_SEGMENTS * sizeof *segments);
    bool first = true;
    ret->folder = sv_ends(line, SV("/"));
    for (struct sv rest = line.n ? line : SV_NONE; sv_next(&rest, '/', &part);) {
        if (part.n == 0)
            continue;
        if (sv_is(part, "..") || (sv_is(part, ".") && !first))
            return refuse(e, "has a . or .. in it: that is not allowed");
        if (ret->n == FILE_PATTERN_SEGMENTS)
            return refuse(e, "has too many segments");
        if (!sv_is(part, "."))
            segments[ret->n++] = arena_sv(arena, part);
        first = false;
    }
    ret->segments = segments;
    return 0;
}

static int add_line(struct file_patterns *l, struct sv line, struct sv root, struct arena *arena, struct err *e)
{
    struct file_pattern p = {0};
    if (line.n > FILE_PATTERN_LENGTH)
        return refuse(e, "is longer than 1024 bytes");
    if (l->n == FILE_PATTERNS)
        return err_set(e, ERR_INVALID, "there are more than %d file patterns", FILE_PATTERNS);
    if (sv_starts(line, SV("--")))
        return refuse(e, "begins with --: options like --follow-symbolic-links are not taken");
    for (; sv_starts(line, SV("!")); line = sv_trim(sv_from(line, 1)))
        p.negative = !p.negative;
    if (line.n == 0)
        return refuse(e, "is empty behind its !");
    if (strip_root(&line, root, e) < 0 || split(line, arena, &p, e) < 0)
        return -1;
    if (l->n == l->cap) {
        size_t cap = l->cap ? l->cap * 2 : 8;
        struct file_pattern *more = arena_new(arena, cap * sizeof *more);
        if (l->n)
            memcpy(more, l->at, l->n * sizeof *more);
        l->at = more;
        l->cap = cap;
    }
    l->at[l->n++] = p;
    return 0;
}

int file_patterns_add(struct file_patterns *l, struct sv lines, struct sv root, struct arena *arena, struct err *e)
{
    struct sv line;
    while (sv_next(&lines, '\n', &line)) {
        line = sv_trim(line);
        if (line.n && line.p[0] != '#' && add_line(l, line, root, arena, e) < 0)
            return -1;
    }
    return 0;
}
