/* SPDX-License-Identifier: Apache-2.0 */
#include "core/check.h"

static void note_write(const struct check_note *n, struct jout *j)
{
    jout_open(j, '{');
    jout_kstrz(j, "level", note_level_name[n->level]);
    jout_kstrz(j, "path", n->path);
    jout_kint(j, "line", n->line);
    jout_kint(j, "end_line", n->end_line);
    if (n->col) {
        jout_kint(j, "col", n->col);
        jout_kint(j, "end_col", n->end_col);
    }
    if (n->title)
        jout_kstrz(j, "title", n->title);
    jout_kstrz(j, "text", n->text);
    jout_close(j, '}');
}

void check_write(const struct check_body *c, struct jout *j)
{
    jout_kstrz(j, "sha", c->sha);
    jout_kstrz(j, "name", c->name);
    jout_kstrz(j, "external_id", c->external_id);
    jout_kstrz(j, "details_url", c->details_url);
    jout_kstrz(j, "state", status_state_name[c->state]);
    jout_kbool(j, "superseded", c->superseded);
    jout_kbool(j, "buttons", c->buttons);
    jout_kstrz(j, "title", c->title);
    jout_kstrz(j, "summary", c->summary);
    jout_kint(j, "started_at", c->started_at);
    jout_kint(j, "completed_at", c->completed_at);
    jout_key(j, "annotations");
    jout_open(j, '[');
    for (size_t i = 0; i < c->n_notes; i++)
        note_write(&c->notes[i], j);
    jout_close(j, ']');
}

static const char *text_of(const struct jval *v, const char *key, struct arena *arena)
{
    return arena_dup(arena, jval_str(jval_get(v, key)));
}

/* 0 where there is none; -1 = it is no place in a file. */
static int place_of(const struct jval *v, const char *key)
{
    int64_t n;
    const struct jval *x = jval_get(v, key);
    if (!x)
        return 0;
    return jval_int(x, &n) && n > 0 && n <= INT32_MAX ? (int)n : -1;
}

static bool level_of(struct sv name, enum note_level *ret)
{
    for (int i = NOTE_NOTICE; i <= NOTE_ERROR; i++)
        if (sv_is(name, note_level_name[i])) {
            *ret = (enum note_level)i;
            return true;
        }
    return false;
}

static bool note_read(const struct jval *v, struct arena *arena, struct check_note *ret)
{
    struct check_note n = {.path = text_of(v, "path", arena),
                           .title = text_of(v, "title", arena),
                           .text = text_of(v, "text", arena),
                           .line = place_of(v, "line"),
                           .end_line = place_of(v, "end_line"),
                           .col = place_of(v, "col"),
                           .end_col = place_of(v, "end_col")};
    if (!n.path || !n.text || !level_of(jval_str(jval_get(v, "level")), &n.level) || n.line < 1 ||
        n.end_line < n.line || n.col < 0 || n.end_col < n.col || (n.col && n.line != n.end_line))
        return false;
    *ret = n;
    return true;
}

static int notes_read(const struct jval *v, struct arena *arena, struct check_body *b, struct err *e)
{
    size_t n = jval_len(v);
    if (n > CHECK_NOTES_MAX)
        return err_set(e, ERR_INVALID, "more than %d annotations", CHECK_NOTES_MAX);
    b->notes = arena_new(arena, (n + 1) * sizeof *b->notes);
    for (; b->n_notes < n; b->n_notes++)
        if (!note_read(jval_item(v, b->n_notes), arena, &b->notes[b->n_notes]))
            return err_set(e, ERR_INVALID, "annotation %zu is damaged", b->n_notes + 1);
    return 0;
}

static msec_t time_of(const struct jval *v, const char *key)
{
    int64_t at;
    return jval_int(jval_get(v, key), &at) && at > 0 ? at : 0;
}

int check_read(const struct jval *v, struct arena *arena, struct check_body *ret, struct err *e)
{
    struct check_body b = {.sha = text_of(v, "sha", arena),
                           .name = text_of(v, "name", arena),
                           .external_id = text_of(v, "external_id", arena),
                           .details_url = text_of(v, "details_url", arena),
                           .superseded = jval_true(jval_get(v, "superseded")),
                           .buttons = jval_true(jval_get(v, "buttons")),
                           .title = text_of(v, "title", arena),
                           .summary = text_of(v, "summary", arena),
                           .started_at = time_of(v, "started_at"),
                           .completed_at = time_of(v, "completed_at")};
    struct sv state = jval_str(jval_get(v, "state"));
    if (!b.sha || !b.name || !b.external_id || !b.external_id[0] || !b.title || !b.summary)
        return err_set(e, ERR_INVALID, "check without sha, name, external_id, title or summary");
    if (!status_state_find(state, &b.state))
        return err_set(e, ERR_INVALID, "unknown state of a check \"%.*s\"", SV_ARG(sv_cut_utf8(state, 40)));
    if (notes_read(jval_get(v, "annotations"), arena, &b, e) < 0)
        return -1;
    *ret = b;
    return 0;
}
