/* SPDX-License-Identifier: Apache-2.0 */
/* Viewers: how they come, how they are kept and how they go. */
#include <stdatomic.h>
#include "core/backoff.h"
#include "metrics/metrics.h"
#include "server/events_inside.h"
#include "store/journal.h"

static msec_t spread(struct events *e, msec_t most)
{
    return (msec_t)(random_next(&e->random) % (uint64_t)most);
}

static void put_retry(struct events *e, struct buf *b)
{
    msec_t ms = RETRY_MS + spread(e, RETRY_SPREAD_MS);
    buf_fmt(b, "retry: %lld\n", (long long)ms);
}

/* ---- how they go ---- */

static void viewer_free(struct viewer *v)
{
    struct events *e = v->home;
    list_remove(&v->node);
    mem_free(v);
    metric_add(M_VIEWERS, NULL, -1);
    intake_app(e->intake)->viewers--;
    if (--e->n == 0) {
        timer_stop(e->turn);
        timer_stop(e->beat);
        e->nudged = false;
    }
}

void viewer_drop(struct viewer *v, const char *reason)
{
    COUNT1(M_VIEWERS_DROPPED, reason);
    http_stream_drop(v->stream);
    viewer_free(v);
}

/* Who reads hears when to come back; who does not would only hold up the end. */
static void dismiss(struct viewer *v)
{
    AUTO(buf_free) struct buf b = {0};
    put_retry(v->home, &b);
    buf_chr(&b, '\n');
    if (http_stream_unsent(v->stream) == 0 && http_stream_send(v->stream, buf_view(&b)))
        http_stream_close(v->stream);
    else
        http_stream_drop(v->stream);
    viewer_free(v);
}

static void on_gone(void *ctx)
{
    viewer_free(ctx);
}

static void on_drain(void *ctx, struct http_stream *s)
{
    (void)s;
    dismiss(ctx);
}

/* ---- what they hear ---- */

void viewer_move(struct viewer *v, struct list *to)
{
    list_remove(&v->node);
    list_push(to, &v->node);
    if (to == &v->home->behind)
        timer_start(v->home->page, PAGE_MS);
}

bool viewer_tell(struct viewer *v, struct sv text)
{
    v->told = true;
    if (http_stream_send(v->stream, text))
        return true;
    viewer_drop(v, "slow");
    return false;
}

static void put_place(struct buf *b, const char *event, int64_t seq)
{
    buf_fmt(b, "id: %lld\nevent: %s\ndata: {\"seq\":%lld}\n\n", (long long)seq, event, (long long)seq);
}

void viewer_reset(struct viewer *v)
{
    AUTO(buf_free) struct buf b = {0};
    v->at = v->home->seq;
    put_place(&b, "reset", v->at);
    if (viewer_tell(v, buf_view(&b)))
        viewer_move(v, &v->home->live);
}

static void on_room(void *ctx, struct http_stream *s)
{
    struct viewer *v = ctx;
    (void)s;
    for (struct list *x = v->home->held.next; x != &v->home->held; x = x->next)
        if (x == &v->node) {
            viewer_move(v, &v->home->behind);
            return;
        }
}

/* ---- how they come ---- */

static void mark(void *ctx, const struct journal_row *row)
{
    (void)row;
    *(bool *)ctx = true;
}

/* Before the request is answered. *ret_end: the newest row. */
static enum viewer_verdict judge(struct events *e, struct http_req *r, const struct viewer_wish *w, int64_t *ret_end)
{
    const struct conf *c = intake_conf_of(e->intake);
    struct reader *reader = intake_reader(e->intake);
    struct err why = {0};
    bool known = w->run == 0;
    int here = c->limits.per_address / 2;
    if (intake_app(e->intake)->viewers >= c->limits.viewers || e->n >= (intake_connections(e->intake) + 1) / 2)
        return VIEWER_TOO_MANY;
    if (http_req_streams(r) >= (here ? here : 1))
        return VIEWER_TOO_MANY_HERE;
    if (!reader || read_journal_end(reader, ret_end, &why) < 0 ||
        (!known && read_journal(reader, w->run, 0, 1, mark, &known, &why) < 0))
        return VIEWER_NO_STORE;
    return known ? VIEWER_WELCOME : VIEWER_NO_RUN;
}

/* Rows of one run are few enough to be told, and are kept as long as the run. */
static bool can_be_told(const struct viewer_wish *w, int64_t end)
{
    return w->after <= end && (w->run || end - w->after <= FAR_ROWS);
}

static void greet(struct viewer *v, const struct viewer_wish *w, int64_t end)
{
    struct events *e = v->home;
    AUTO(buf_free) struct buf b = {0};
    bool resumes = w->after >= 0 && can_be_told(w, end);
    v->at = resumes ? w->after : e->seq;
    list_push(&e->live, &v->node);
    put_retry(e, &b);
    put_place(&b, "hello", v->at);
    if (!viewer_tell(v, buf_view(&b)))
        return;
    if (resumes)
        viewer_move(v, &e->behind);
    else if (w->after >= 0)
        viewer_reset(v);
}

enum viewer_verdict events_open(struct events *e, struct http_req *r, const struct viewer_wish *w)
{
    static const struct http_stream_handler handler = {.on_room = on_room, .on_drain = on_drain, .on_gone = on_gone};
    static const char headers[] = "Cache-Control: no-store, no-transform\r\nX-Accel-Buffering: no\r\n"
                                  "X-Content-Type-Options: nosniff\r\n";
    int64_t end = 0;
    enum viewer_verdict verdict = judge(e, r, w, &end);
    if (verdict != VIEWER_WELCOME)
        return verdict;
    struct viewer *v = mem_new(sizeof *v);
    v->home = e;
    v->run = w->run;
    v->who = w->who;
    v->holds = w->holds;
    v->until = clk_mono_ms() + LIFE_MS - spread(e, LIFE_SPREAD_MS);
    v->stream = http_req_stream(r, "text/event-stream", headers, &handler, v);
    if (!v->stream) {
        mem_free(v);
        return VIEWER_WELCOME;
    }
    if (e->n++ == 0) { /* nobody was told of anything: all begins here */
        e->seq = end;
        e->next = 0;
        timer_start(e->beat, BEAT_MS);
    }
    metric_add(M_VIEWERS, NULL, 1);
    intake_app(e->intake)->viewers++;
    greet(v, w, end);
    return VIEWER_WELCOME;
}

/* ---- life ---- */

bool events_nudge(struct events *e)
{
    return e->n > 0 && !atomic_exchange(&e->nudged, true);
}

void events_grew(struct events *e)
{
    msec_t wait = e->next - clk_mono_ms();
    if (e->n > 0)
        timer_start(e->turn, wait > 0 ? wait : 0);
    else
        e->nudged = false;
}

static void on_turn(void *ctx)
{
    events_look(ctx);
}

static void on_page(void *ctx)
{
    struct events *e = ctx;
    events_catch_up(e);
    if (!list_empty(&e->behind))
        timer_start(e->page, PAGE_MS);
}

static void on_beat(void *ctx)
{
    struct events *e = ctx;
    msec_t now = clk_mono_ms();
    timer_start(e->beat, BEAT_MS); /* stopped by the last who goes */
    for (size_t i = 0; i < ARRAY_LEN(e->all); i++)
        LIST_EACH(e->all[i], x)
        {
            struct viewer *v = CONTAINER_OF(x, struct viewer, node);
            bool quiet = !v->told;
            if (now >= v->until || (v->holds && !v->holds(e->intake, &v->who)))
                dismiss(v);
            else if (!quiet || viewer_tell(v, SV(":\n\n")))
                v->told = false;
        }
    if (e->n > 0)
        events_grew(e); /* or less: of what the upkeep of the store takes away nobody tells */
}

struct events *events_new(struct intake *i)
{
    struct events *e = mem_new(sizeof *e);
    e->intake = i;
    e->random = (uint64_t)clk_mono_us();
    e->all[0] = &e->live;
    e->all[1] = &e->behind;
    e->all[2] = &e->held;
    for (size_t k = 0; k < ARRAY_LEN(e->all); k++)
        list_init(e->all[k]);
    e->turn = timer_new(intake_loop(i), on_turn, e);
    e->page = timer_new(intake_loop(i), on_page, e);
    e->beat = timer_new(intake_loop(i), on_beat, e);
    return e;
}

void events_free(struct events **ep)
{
    struct events *e = STEAL(*ep);
    if (!e)
        return;
    MUST(e->n == 0);
    timer_free(&e->turn);
    timer_free(&e->page);
    timer_free(&e->beat);
    buf_free(&e->sheet.text);
    VEC_FREE(&e->sheet.rows);
    buf_free(&e->cut);
    mem_free(e);
}
