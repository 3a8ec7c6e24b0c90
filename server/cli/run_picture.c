/* SPDX-License-Identifier: Apache-2.0 */
#include "server/cli/list.h"
#include "server/cli/picture.h"
#include "server/cli/term.h"

enum { STATE_COLUMNS = 9, TIME_COLUMNS = 7, FRAME_ROWS = 4 /* head, blank, asks, what was left out */ };

enum worth { WELL, IDLE, READY, BUSY, BAD, WORTHS }; /* what is left out first */

struct row {
    const struct graph_node *node;
    struct buf label;
    enum worth worth;
    bool hidden;
};

struct rows {
    const struct picture *p;
    const struct graph *g;
    VEC(struct row) v;
    size_t label_columns;
};

static struct sv text_of(const struct jval *o, const char *member)
{
    return jval_str(jval_get(o, member));
}

static enum worth worth_of(struct sv state)
{
    if (sv_is(state, "success") || sv_is(state, "skipped"))
        return WELL;
    if (sv_is(state, "waiting"))
        return IDLE;
    return sv_is(state, "ready") ? READY : sv_is(state, "running") ? BUSY : BAD;
}

static const char *sign_of(enum graph_signs signs, struct sv state)
{
    static const char *const lines[] = {[WELL] = "✓", [IDLE] = "○", [READY] = "◌", [BUSY] = "●", [BAD] = "✗"};
    static const char *const ascii[] = {[WELL] = "+", [IDLE] = ".", [READY] = "o", [BUSY] = "*", [BAD] = "x"};
    if (sv_is(state, "skipped"))
        return "-";
    return (signs == GRAPH_LINES ? lines : ascii)[worth_of(state)];
}

static void take_row(void *ctx, const char *lead, const struct graph_node *x)
{
    struct rows *r = ctx;
    struct row row = {.node = x};
    buf_str(&row.label, lead);
    buf_fmt(&row.label, "%s ", sign_of(r->p->signs, shown_state(x->job)));
    cli_text(text_of(x->job, x->inside >= 0 ? "name" : "key"), &row.label);
    graph_other_needs(r->g, x, " + ", &row.label);
    row.worth = worth_of(shown_state(x->job));
    size_t columns = text_width(buf_view(&row.label));
    r->label_columns = columns > r->label_columns ? columns : r->label_columns;
    VEC_PUSH(&r->v, row);
}

static void rows_free(struct rows *r)
{
    for (size_t i = 0; i < r->v.n; i++)
        buf_free(&r->v.at[i].label);
    VEC_FREE(&r->v);
}

/* The last of those that are worth least, until the others have room. */
static size_t hide(struct rows *r, size_t room)
{
    size_t hidden = 0, n = r->v.n;
    for (enum worth w = WELL; w < WORTHS && n - hidden > room; w++)
        for (size_t i = n; i > 0 && n - hidden > room; i--)
            if (r->v.at[i - 1].worth == w) {
                r->v.at[i - 1].hidden = true;
                hidden++;
            }
    return hidden;
}

/* ---- what a job is at ---- */

static void put_step(const struct jval *steps, struct buf *out)
{
    for (size_t i = 0; i < jval_len(steps); i++) {
        const struct jval *s = jval_item(steps, i);
        struct sv state = shown_state(s);
        if (!sv_is(state, "running"))
            continue;
        buf_fmt(out, "%zu/%zu ", i + 1, jval_len(steps));
        buf_sv(out, text_of(s, "name"));
        return;
    }
}

static void put_detail(const struct jval *job, struct buf *out)
{
    struct sv hold = text_of(job, "hold"), state = shown_state(job), detail = text_of(job, "detail");
    if (hold.n) {
        buf_fmt(out, "waits: %.*s", SV_ARG(hold));
        if (text_of(job, "hold_until").n)
            buf_fmt(out, " until %.*s", SV_ARG(sv_cut(sv_from(text_of(job, "hold_until"), 11), 8)));
    } else if (sv_is(state, "ready")) {
        buf_str(out, "waits for its turn");
    } else if (detail.n && !sv_is(state, "success")) {
        buf_sv(out, detail); /* names the step */
    } else {
        put_step(jval_get(job, "steps"), out);
    }
}

static void put_row(const struct rows *r, const struct row *x)
{
    const struct picture *p = r->p;
    AUTO(buf_free) struct buf since = {0}, detail = {0};
    size_t columns = (size_t)p->size.columns - 1, label = r->label_columns;
    size_t most = columns > STATE_COLUMNS + TIME_COLUMNS + 6 ? columns - STATE_COLUMNS - TIME_COLUMNS - 6 : 8;
    struct sv state = shown_state(x->node->job);
    label = label > most ? most : label;
    text_put_cut(buf_view(&x->label), label, p->out);
    for (size_t n = text_width(buf_view(&x->label)); n < label + 2; n++)
        buf_chr(p->out, ' ');
    put_word(p->out, state);
    picture_since(x->node->job, "-", p->now, &since);
    buf_fmt(p->out, "%*s%*s", (int)(state.n < STATE_COLUMNS ? STATE_COLUMNS - state.n : 0) + 1, "", TIME_COLUMNS,
            since.n ? since.p : "");
    put_detail(x->node->job, &detail);
    size_t used = label + 2 + STATE_COLUMNS + 1 + TIME_COLUMNS + 2;
    if (detail.n && used + 8 < columns) {
        buf_str(p->out, "  ");
        picture_cell(buf_view(&detail), columns - used, p->out);
    }
    picture_end_line(p->out);
}

/* ---- around the jobs ---- */

static void put_head(const struct picture *p, const struct jval *run)
{
    static const char *const members[] = {"id", "name", "event", "repository", "ref"};
    AUTO(buf_free) struct buf text = {0}, since = {0};
    struct sv state = shown_state(run);
    picture_since(run, "created_at", p->now, &since);
    size_t right = state.n + 2 + since.n, columns = (size_t)p->size.columns - 1;
    for (size_t i = 0; i < ARRAY_LEN(members); i++)
        if (text_of(run, members[i]).n)
            buf_fmt(&text, "%s%.*s", text.n ? "  " : "", SV_ARG(text_of(run, members[i])));
    picture_cell(buf_view(&text), columns > right + 2 ? columns - right - 2 : 1, p->out);
    buf_str(p->out, "  ");
    put_word(p->out, state);
    buf_fmt(p->out, "  %s\n\n", since.n ? since.p : "");
}

static void put_hidden(const struct rows *r, size_t hidden)
{
    static const char *const words[] = {
        [WELL] = "done", [IDLE] = "waiting", [READY] = "ready", [BUSY] = "running", [BAD] = "failed"};
    size_t counts[WORTHS] = {0};
    const char *comma = ": ";
    for (size_t i = 0; i < r->v.n; i++)
        counts[r->v.at[i].worth] += r->v.at[i].hidden;
    buf_fmt(r->p->out, "%zu more", hidden);
    for (int w = 0; w < WORTHS; w++)
        if (counts[w]) {
            buf_fmt(r->p->out, "%s%zu %s", comma, counts[w], words[w]);
            comma = ", ";
        }
    buf_chr(r->p->out, '\n');
}

static void put_question(const struct picture *p, const struct jval *run)
{
    const struct jval *all = jval_get(run, "approvals");
    for (size_t i = 0; i < jval_len(all); i++) {
        const struct jval *x = jval_item(all, i);
        AUTO(buf_free) struct buf line = {0};
        if (!sv_is(text_of(x, "state"), "asked"))
            continue;
        buf_fmt(&line, "it asks: %.*s  (fettle runs approve %.*s)", SV_ARG(text_of(x, "question")),
                SV_ARG(text_of(run, "id")));
        picture_cell(buf_view(&line), (size_t)p->size.columns - 1, p->out);
        picture_end_line(p->out);
        return; /* one at a time: the lines are few */
    }
}

void picture_run(const struct picture *p, const struct jval *run)
{
    AUTO(graph_close) struct graph g = {0};
    struct rows r = {.p = p, .g = &g};
    graph_open(jval_get(run, "jobs"), &g);
    graph_each(&g, p->signs, take_row, &r);
    size_t room = p->size.rows > FRAME_ROWS + 2 ? (size_t)p->size.rows - FRAME_ROWS - 1 : 1;
    size_t hidden = hide(&r, room);
    put_head(p, run);
    for (size_t i = 0; i < r.v.n; i++)
        if (!r.v.at[i].hidden)
            put_row(&r, &r.v.at[i]);
    if (hidden)
        put_hidden(&r, hidden);
    put_question(p, run);
    rows_free(&r);
}
