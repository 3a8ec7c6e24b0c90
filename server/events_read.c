/* SPDX-License-Identifier: Apache-2.0 */
/* From rows of the journal to events. */
#include "metrics/metrics.h"
#include "server/events_inside.h"
#include "store/journal.h"

static void put_row(struct sheet *s, const struct journal_row *row)
{
    buf_fmt(&s->text, "id: %lld\nevent: journal\ndata: ", (long long)row->seq);
    buf_sv(&s->text, row->json);
    buf_str(&s->text, "\n\n");
    VEC_PUSH(&s->rows, ((struct place){.seq = row->seq, .run = row->run, .end = s->text.n}));
}

static void clear(struct sheet *s)
{
    buf_clear(&s->text);
    s->rows.n = 0;
}

/* ---- what is new ---- */

static void on_new(void *ctx, const struct journal_row *row)
{
    put_row(ctx, row);
}

/* What v wants of the sheet, and how many rows that are. */
static struct sv cut(struct events *e, const struct viewer *v, size_t *ret_n)
{
    const struct sheet *s = &e->sheet;
    size_t from = 0;
    *ret_n = s->rows.n;
    if (!v->run && v->at < s->rows.at[0].seq)
        return buf_view(&s->text);
    buf_clear(&e->cut);
    *ret_n = 0;
    for (size_t i = 0; i < s->rows.n; i++) {
        const struct place *p = &s->rows.at[i];
        if (p->seq > v->at && (!v->run || v->run == p->run)) {
            buf_add(&e->cut, s->text.p + from, p->end - from);
            ++*ret_n;
        }
        from = p->end;
    }
    return buf_view(&e->cut);
}

/* How many bytes that were. */
static int64_t tell_live(struct events *e)
{
    int64_t told = 0, bytes = 0;
    LIST_EACH(&e->live, x)
    {
        struct viewer *v = CONTAINER_OF(x, struct viewer, node);
        size_t n;
        struct sv text = cut(e, v, &n);
        if (n == 0 || !viewer_tell(v, text))
            continue;
        told += (int64_t)n;
        bytes += (int64_t)text.n;
    }
    metric_add(M_VIEWER_EVENTS, NULL, told);
    return bytes;
}

static void reset_all(struct events *e, int64_t seq)
{
    struct list before;
    list_init(&before);
    e->seq = seq;
    for (size_t i = 0; i < ARRAY_LEN(e->all); i++)
        for (struct list *x; (x = list_shift(e->all[i]));)
            list_push(&before, x);
    for (struct list *x; (x = list_shift(&before));)
        viewer_reset(CONTAINER_OF(x, struct viewer, node));
}

static void send_all_away(struct events *e)
{
    for (size_t i = 0; i < ARRAY_LEN(e->all); i++)
        LIST_EACH(e->all[i], x)
    viewer_drop(CONTAINER_OF(x, struct viewer, node), "store");
}

static bool is_whole(const struct events *e)
{
    for (size_t i = 0; i < e->sheet.rows.n; i++)
        if (e->sheet.rows.at[i].seq != e->seq + 1 + (int64_t)i)
            return false;
    return true;
}

static int rows_at_once(const struct events *e)
{
    int n = LOOK_BYTES / ROW_BYTES / (e->n ? e->n : 1);
    return n > PAGE_ROWS ? PAGE_ROWS : n < 1 ? 1 : n;
}

void events_look(struct events *e)
{
    struct reader *r = intake_reader(e->intake);
    struct err why = {0};
    int64_t end = 0;
    e->nudged = false;
    e->next = clk_mono_ms() + TURN_MS;
    clear(&e->sheet);
    if (!r || read_journal(r, 0, e->seq, rows_at_once(e), on_new, &e->sheet, &why) < 0 ||
        read_journal_end(r, &end, &why) < 0) {
        log_warn("live events: the store cannot be read", LS("cause", why.msg));
        send_all_away(e);
        return;
    }
    if (end < e->seq || end - e->seq > FAR_ROWS || !is_whole(e)) {
        e->next += end - e->seq > FAR_ROWS ? FLOOD_MS : 0;
        reset_all(e, end);
        return;
    }
    if (!e->sheet.rows.n)
        return;
    e->seq = e->sheet.rows.at[e->sheet.rows.n - 1].seq;
    msec_t cost = tell_live(e) / BYTES_A_MS;
    if (end > e->seq)
        e->next += BUSY_MS - TURN_MS;
    e->next += cost;
    if (end > e->seq)
        events_grew(e);
}

/* ---- what was missed ---- */

struct catching {
    const struct viewer *v;
    struct sheet *sheet;
    int64_t last;
    size_t seen;
    bool gap, end; /* end: those who are live were told of no more */
};

static void on_missed(void *ctx, const struct journal_row *row)
{
    struct catching *m = ctx;
    m->seen++;
    if (m->end || m->gap)
        return;
    m->gap = !m->v->run && row->seq != m->last + 1;
    m->end = row->seq > m->v->home->seq;
    if (m->end || m->gap)
        return;
    m->last = row->seq;
    put_row(m->sheet, row);
}

void events_catch_up(struct events *e)
{
    if (list_empty(&e->behind))
        return;
    struct viewer *v = CONTAINER_OF(e->behind.next, struct viewer, node);
    struct reader *r = intake_reader(e->intake);
    struct err why = {0};
    struct catching m = {.v = v, .sheet = &e->sheet, .last = v->at};
    clear(&e->sheet);
    if (!r || read_journal(r, v->run, v->at, PAGE_ROWS, on_missed, &m, &why) < 0) {
        viewer_drop(v, "store");
        return;
    }
    if (m.gap) {
        viewer_reset(v);
        return;
    }
    if (e->sheet.rows.n && !http_stream_send(v->stream, buf_view(&e->sheet.text))) {
        viewer_move(v, &e->held);
        return;
    }
    v->told |= e->sheet.rows.n > 0;
    v->at = m.last;
    metric_add(M_VIEWER_EVENTS, NULL, (int64_t)e->sheet.rows.n);
    viewer_move(v, m.end || m.seen < PAGE_ROWS ? &e->live : &e->behind);
}
