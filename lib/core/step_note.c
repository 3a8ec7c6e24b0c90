/* SPDX-License-Identifier: Apache-2.0 */
#include "core/step_note.h"

const char *const note_level_name[] = {"notice", "warning", "error"};

static void put_well_formed(struct buf *b, struct sv s)
{
    for (ptrdiff_t bad; (bad = sv_bad_utf8(s)) >= 0; s = sv_from(s, (size_t)bad + 1)) {
        buf_add(b, s.p, (size_t)bad);
        buf_str(b, "\xef\xbf\xbd");
    }
    buf_sv(b, s);
}

const char *result_text(struct arena *a, struct sv s)
{
    AUTO(buf_free) struct buf b = {0};
    for (ptrdiff_t nul; (nul = sv_chr(s, 0)) >= 0; s = sv_from(s, (size_t)nul + 1)) {
        put_well_formed(&b, sv_cut(s, (size_t)nul));
        buf_str(&b, "\xef\xbf\xbd");
    }
    put_well_formed(&b, s);
    return arena_dup(a, buf_view(&b));
}

/* Length of the terminal sequence that starts at ESC: ECMA-48 control sequences, else ESC and one byte. */
static size_t escape_len(struct sv s)
{
    if (s.n < 2 || s.p[1] != '[')
        return s.n < 2 ? s.n : 2;
    size_t i = 2;
    while (i < s.n && s.p[i] >= ' ' && s.p[i] <= '?')
        i++;
    return i < s.n ? i + 1 : i;
}

void note_plain(struct buf *b, struct sv s)
{
    for (size_t i = 0; i < s.n;) {
        unsigned char c = (unsigned char)s.p[i];
        if (c == 27) {
            i += escape_len(sv_from(s, i));
            continue;
        }
        if (c >= ' ' ? c != 127 : c == '\n' || c == '\t')
            buf_chr(b, (char)c);
        i++;
    }
}

const char *note_text(struct arena *a, struct sv s, size_t max)
{
    AUTO(buf_free) struct buf seen = {0}, b = {0};
    note_plain(&seen, sv_cut(s, max * 2)); /* what is not seen may be long, but not for ever */
    put_well_formed(&b, sv_trim(buf_view(&seen)));
    return arena_dup(a, sv_trim(sv_cut_utf8(buf_view(&b), max)));
}

static bool same_text(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

static bool is_known(const struct step_result *r, const struct step_note *n)
{
    for (size_t i = 0; i < r->notes.v.n; i++) {
        const struct step_note *o = &r->notes.v.at[i];
        if (o->level == n->level && o->line == n->line && o->col == n->col && same_text(o->text, n->text) &&
            same_text(o->file, n->file))
            return true;
    }
    return false;
}

/* The last note of the least level below this one; -1 = there is none. */
static ptrdiff_t least_below(const struct step_result *r, enum note_level level)
{
    ptrdiff_t found = -1;
    for (size_t i = 0; i < r->notes.v.n; i++) {
        enum note_level l = r->notes.v.at[i].level;
        if (l < level && (found < 0 || l <= r->notes.v.at[found].level))
            found = (ptrdiff_t)i;
    }
    return found;
}

void note_add(struct step_result *r, const struct step_note *n, enum note_origin origin)
{
    if (!n->text || !*n->text || (origin == NOTE_FOUND && is_known(r, n)))
        return;
    if (r->notes.v.n >= RESULT_NOTES_MAX) {
        ptrdiff_t out = least_below(r, n->level);
        if (r->notes_cut < INT32_MAX)
            r->notes_cut++;
        if (out < 0)
            return;
        VEC_REMOVE(&r->notes.v, (size_t)out);
    }
    struct step_note kept = *n;
    kept.text = arena_strdup(&r->arena, n->text);
    kept.file = arena_strdup(&r->arena, n->file);
    kept.title = arena_strdup(&r->arena, n->title);
    VEC_PUSH(&r->notes.v, kept);
}

/* Appends the parts of a path; false when `..` leads out of what is there. */
static bool put_parts(struct buf *b, struct sv path)
{
    struct sv part;
    while (path.n && sv_next(&path, '/', &part)) {
        if (part.n == 0 || sv_is(part, "."))
            continue;
        if (!sv_is(part, "..")) {
            if (b->n)
                buf_chr(b, '/');
            buf_sv(b, part);
            continue;
        }
        if (b->n == 0)
            return false;
        ptrdiff_t slash = sv_rchr(buf_view(b), '/');
        b->n = slash < 0 ? 0 : (size_t)slash;
    }
    return true;
}

const char *note_file(struct arena *a, struct sv file, struct sv workspace, struct sv base)
{
    AUTO(buf_free) struct buf b = {0};
    if (file.n > RESULT_TEXT_MAX)
        return NULL;
    file = sv_of(note_text(a, file, RESULT_TEXT_MAX));
    if (sv_istarts(file, SV("file://")))
        file = sv_from(file, 7);
    if (file.n && file.p[0] == '/') {
        if (!workspace.n || !sv_starts(file, workspace) || file.n <= workspace.n || file.p[workspace.n] != '/')
            return NULL;
        file = sv_from(file, workspace.n);
        base = SV_NONE;
    }
    if (!put_parts(&b, base) || !put_parts(&b, file) || b.n == 0 || b.n > RESULT_TEXT_MAX)
        return NULL;
    return arena_dup(a, buf_view(&b));
}
