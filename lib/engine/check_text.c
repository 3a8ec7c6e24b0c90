/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/check_text.h"
#include "core/check.h"

enum { CELL_CHARS = 200, TABLE_BYTES = 24 << 10, ELSEWHERE_LINES = 50, LEVELS = NOTE_ERROR + 1 };

struct composing {
    const struct run *run;
    struct arena *a;
    struct {
        VEC(struct check_note) v;
    } notes[LEVELS]; /* of each, as many as could be taken */
    size_t n_notes;  /* all, taken or not */
    struct buf elsewhere;
    size_t n_elsewhere;
};

/* Text on one line in Markdown: nothing in it is markup, whoever chose it. */
static void put_plain(const char *text, struct buf *out)
{
    static const char marks[] = "\\`*_{}[]<>()#+!|~&";
    struct sv s = sv_of(text ? text : ""), cut = sv_cut_chars(s, CELL_CHARS);
    for (size_t i = 0; i < cut.n; i++) {
        char c = cut.p[i];
        if (c > ' ' && strchr(marks, c))
            buf_chr(out, '\\');
        buf_chr(out, (unsigned char)c < ' ' || c == 0x7f ? ' ' : c);
    }
    if (cut.n < s.n)
        buf_str(out, "\xe2\x80\xa6");
}

/* ---- annotations ---- */

static int number_of(const struct jval *v, const char *key)
{
    int64_t n;
    return jval_int(jval_get(v, key), &n) && n > 0 && n < INT32_MAX ? (int)n : 0;
}

static enum note_level level_of(const struct jval *v)
{
    struct sv name = jval_str(jval_get(v, "level"));
    return sv_is(name, note_level_name[NOTE_ERROR])     ? NOTE_ERROR
           : sv_is(name, note_level_name[NOTE_WARNING]) ? NOTE_WARNING
                                                        : NOTE_NOTICE;
}

static const char *text_of(struct composing *c, const struct jval *v, const char *key)
{
    return arena_dup(c->a, jval_str(jval_get(v, key)));
}

/* A complaint about a file without its line is shown at its first one. */
static void add_note(struct composing *c, const struct jval *v)
{
    struct check_note n = {.level = level_of(v), .line = number_of(v, "line"), .end_line = number_of(v, "end_line")};
    c->n_notes++;
    if (c->notes[n.level].v.n >= CHECK_NOTES_MAX)
        return;
    n.path = text_of(c, v, "file");
    n.title = text_of(c, v, "title");
    n.text = text_of(c, v, "text");
    n.line = n.line ? n.line : 1;
    n.end_line = n.end_line > n.line ? n.end_line : n.line;
    if (n.line == n.end_line && number_of(v, "line")) {
        n.col = number_of(v, "col");
        n.end_col = n.col && number_of(v, "end_col") > n.col ? number_of(v, "end_col") : n.col;
    }
    VEC_PUSH(&c->notes[n.level].v, n);
}

static void add_elsewhere(struct composing *c, const struct job *j, const struct jval *v)
{
    struct buf *b = &c->elsewhere;
    const char *file = text_of(c, v, "file");
    if (++c->n_elsewhere > ELSEWHERE_LINES)
        return;
    buf_fmt(b, "- %s in ", note_level_name[level_of(v)]);
    put_plain(j->name, b);
    buf_str(b, ": ");
    if (file) {
        put_plain(file, b);
        if (number_of(v, "line"))
            buf_fmt(b, ":%d", number_of(v, "line"));
        buf_str(b, ": ");
    }
    put_plain(text_of(c, v, "text"), b);
    buf_chr(b, '\n');
}

static bool same(const char *a, const char *b)
{
    return a && b && strcmp(a, b) == 0;
}

static void take_notes(struct composing *c, const struct job *j, const char *notes)
{
    struct err ignored;
    AUTO(jdoc_free) struct jdoc *doc = NULL;
    bool own = same(j->repo_id, c->run->repo_id) && same(j->sha, c->run->sha);
    if (!notes || jdoc_parse(sv_of(notes), NULL, &doc, &ignored) < 0)
        return;
    for (size_t i = 0; i < jval_len(jdoc_root(doc)); i++) {
        const struct jval *v = jval_item(jdoc_root(doc), i);
        if (!jval_str(jval_get(v, "text")).n)
            continue;
        if (own && jval_str(jval_get(v, "file")).n)
            add_note(c, v);
        else
            add_elsewhere(c, j, v);
    }
}

static void keep_notes(struct composing *c, struct check_body *ret)
{
    size_t bytes = 0, most = c->n_notes < CHECK_NOTES_MAX ? c->n_notes : CHECK_NOTES_MAX;
    ret->notes = arena_new(c->a, (most + 1) * sizeof *ret->notes);
    for (int level = NOTE_ERROR; level >= NOTE_NOTICE; level--)
        for (size_t i = 0; i < c->notes[level].v.n && ret->n_notes < most; i++) {
            const struct check_note *n = &c->notes[level].v.at[i];
            bytes += strlen(n->path) + strlen(n->text) + (n->title ? strlen(n->title) : 0);
            if (bytes > CHECK_NOTES_BYTES)
                return;
            ret->notes[ret->n_notes++] = *n;
        }
}

/* ---- the summary ---- */

static void put_time(const struct job *j, struct buf *out)
{
    if (j->started_at && j->ended_at >= j->started_at)
        buf_fmt(out, "%lld s", (long long)((j->ended_at - j->started_at + 500) / 1000));
}

static void put_jobs(const struct run *r, struct buf *out)
{
    size_t i = 0;
    if (r->detail) {
        put_plain(r->detail, out);
        buf_str(out, "\n\n");
    }
    if (r->n_jobs)
        buf_str(out, "| Job | Result | Time |\n|---|---|---|\n");
    for (; i < r->n_jobs && out->n < TABLE_BYTES; i++) {
        const struct job *j = r->jobs[i];
        buf_str(out, "| ");
        put_plain(j->name, out);
        buf_str(out, " | ");
        buf_str(out, j->state == WORK_DONE ? conclusion_name[j->conclusion] : work_state_name[j->state]);
        if (j->detail) {
            buf_str(out, ": ");
            put_plain(j->detail, out);
        }
        buf_str(out, " | ");
        put_time(j, out);
        buf_str(out, " |\n");
    }
    if (i < r->n_jobs)
        buf_fmt(out, "\n%zu more jobs are not shown.\n", r->n_jobs - i);
}

static void put_summaries(const struct run *r, struct buf *out)
{
    for (size_t i = 0; i < r->n_jobs; i++)
        for (size_t k = 0; k < r->jobs[i]->n_steps && out->n <= CHECK_SUMMARY_MAX; k++) {
            const struct step *s = &r->jobs[i]->steps[k];
            if (!s->summary || !s->summary[0])
                continue;
            buf_str(out, "\n### ");
            put_plain(r->jobs[i]->name, out);
            buf_str(out, ": ");
            put_plain(s->name, out);
            buf_str(out, "\n\n");
            buf_sv(out, sv_cut_utf8(sv_of(s->summary), CHECK_SUMMARY_MAX + 1));
            buf_chr(out, '\n');
        }
}

static void put_all(const struct composing *c, const struct check_body *b, struct buf *out)
{
    if (c->n_notes > b->n_notes)
        buf_fmt(out, "%zu more annotations are not shown here.\n\n", c->n_notes - b->n_notes);
    put_jobs(c->run, out);
    if (c->n_elsewhere)
        buf_str(out, "\nNot at a line of this commit:\n\n");
    buf_sv(out, buf_view(&c->elsewhere));
    if (c->n_elsewhere > ELSEWHERE_LINES)
        buf_fmt(out, "- and %zu more\n", c->n_elsewhere - ELSEWHERE_LINES);
    put_summaries(c->run, out);
    if (!out->n)
        buf_str(out, "There are no jobs.\n"); /* an empty one is refused */
}

void check_compose(const struct run *r, struct arena *a, struct check_body *ret)
{
    static const char cut_mark[] = "\n\xe2\x80\xa6\n";
    AUTO(buf_free) struct buf text = {0};
    struct composing c = {.run = r, .a = a};
    ret->n_notes = 0;
    for (size_t i = 0; status_is_final(ret->state) && i < r->n_jobs; i++)
        for (size_t k = 0; k < r->jobs[i]->n_steps; k++)
            take_notes(&c, r->jobs[i], r->jobs[i]->steps[k].notes);
    keep_notes(&c, ret);
    put_all(&c, ret, &text);
    struct sv whole = buf_view(&text), kept = sv_cut_utf8(whole, CHECK_SUMMARY_MAX);
    if (kept.n < whole.n)
        kept = sv_cut_utf8(whole, CHECK_SUMMARY_MAX - strlen(cut_mark));
    ret->summary = arena_fmt(a, "%.*s%s", SV_ARG(kept), kept.n < whole.n ? cut_mark : "");
    for (size_t i = 0; i < LEVELS; i++)
        VEC_FREE(&c.notes[i].v);
    buf_free(&c.elsewhere);
}
