/* SPDX-License-Identifier: Apache-2.0 */
#include <fcntl.h>
#include <stdatomic.h>
#include <unistd.h>
#include "base/file.h"
#include "hooks/head.h"
#include "hooks/text.h"
#include "metrics/metrics.h"
#include "server/hooksock/line_inside.h"

enum { PING_MS = 1000, PACK_MS = 30000, LEFT_MS = 60000 };

static _Atomic int64_t numbers;
static _Atomic int64_t open_calls; /* of all threads */

/* ---- the end ---- */

static void line_free(struct hook_line *l)
{
    map_remove_id(&l->home->all, l->no);
    metric_set(M_HOOK_CALLS_OPEN, NULL, atomic_fetch_sub(&open_calls, 1) - 1);
    timer_free(&l->ping);
    hook_in_free(&l->in);
    hook_out_free(&l->out);
    fd_closep(&l->spool);
    mem_free(l);
}

static void count(const struct hook_line *l, const char *verdict, const char *reason)
{
    COUNT3(M_HOOK_CALLS, course_hook_name[l->hook], verdict, reason);
    metric_observe_ms(M_HOOK_TIME, NULL, clk_mono_ms() - l->since);
}

static void forget_case(const struct hook_line *l)
{
    if (l->state != LINE_CALL)
        hook_desk_ask(intake_app(l->home->intake), hook_ask_new(ASK_GONE, l->no));
}

/* Without a verdict: what the client does then is its own policy. */
static void line_drop(struct hook_line *l, const char *reason)
{
    count(l, "none", reason);
    forget_case(l);
    if (l->stream)
        http_stream_drop(l->stream);
    line_free(l);
}

/* ---- out ---- */

/* False: it was not taken, and nothing of it went out. */
static bool say(struct hook_line *l, enum hook_kind kind, struct sv value)
{
    AUTO(buf_free) struct buf bytes = {0};
    struct err e = {0};
    if (hook_out_put(l->out, (struct hook_item){kind, value}, &bytes, &e) < 0) {
        log_error("a local hook cannot be told", LS("cause", e.msg));
        return false;
    }
    return http_stream_send(l->stream, buf_view(&bytes));
}

void line_text(struct hook_line *l, struct sv text)
{
    AUTO(buf_free) struct buf clean = {0};
    hook_text_clean(text, &clean);
    (void)say(l, HOOK_TEXT, buf_view(&clean)); /* who does not read misses some */
}

void line_verdict(struct hook_line *l, enum verdict_state verdict, const char *reason)
{
    bool allow = verdict == VERDICT_ALLOW;
    if (!say(l, allow ? HOOK_ALLOW : HOOK_DENY, sv_of(reason))) {
        count(l, "none", "slow");
        http_stream_drop(l->stream);
    } else {
        count(l, allow ? "allow" : "deny", reason);
        http_stream_close(l->stream);
    }
    line_free(l);
}

static void say_send(struct hook_line *l, struct sv haves)
{
    struct sv have;
    while (haves.n && sv_next(&haves, '\n', &have))
        if (!say(l, HOOK_HAVE, have))
            break;
    if (say(l, HOOK_SEND, SV(""))) {
        l->state = LINE_PACK;
        l->bytes_at = clk_mono_ms();
    }
}

void line_told(void *ctx, struct letter *x)
{
    struct hook_lines *home = ctx;
    struct hook_tell *t = CONTAINER_OF(x, struct hook_tell, letter);
    struct hook_line *l = map_get_id(&home->all, t->no);
    if (l && t->kind == TELL_TEXT) {
        line_text(l, buf_view(&t->text));
    } else if (l && t->kind == TELL_SEND) {
        say_send(l, buf_view(&t->text));
    } else if (l && t->kind == TELL_VERDICT) {
        line_verdict(l, t->verdict, t->reason);
    } else if (l) {
        count(l, "none", t->reason);
        http_stream_close(l->stream);
        line_free(l);
    }
    hook_tell_free(&t);
}

static void on_ping(void *ctx)
{
    struct hook_line *l = ctx;
    const struct conf *c = intake_conf_of(l->home->intake);
    msec_t now = clk_mono_ms();
    if (l->state == LINE_CALL && now - l->since > c->limits.head_time)
        line_drop(l, "slow");
    else if (l->state == LINE_PACK && now - l->bytes_at > PACK_MS)
        line_drop(l, "slow");
    else if (l->until && now > l->until)
        line_drop(l, "left");
    else if (l->state == LINE_CALL)
        timer_start(l->ping, PING_MS);
    else {
        (void)say(l, HOOK_PING, SV(""));
        timer_start(l->ping, PING_MS);
    }
}

/* ---- in ---- */

static int take_call(struct hook_line *l, struct sv frame, struct err *e)
{
    struct hook_ask *a = hook_ask_new(ASK_CALL, l->no);
    struct sv copy = arena_sv(&a->arena, frame);
    if (hook_frame_read(copy, &a->arena, &a->call, e) < 0) {
        hook_ask_free(&a);
        return -1;
    }
    for (l->hook = 0; l->hook < COURSE_HOOK_N && !sv_is(a->call.hook, course_hook_name[l->hook]);)
        l->hook++;
    l->state = LINE_ASKED;
    l->until = clk_mono_ms() + a->call.wait_ms + LEFT_MS;
    a->reply = l->home->told;
    a->caller = l->caller;
    hook_desk_ask(intake_app(l->home->intake), a);
    return 0;
}

static void hand_over(struct hook_line *l, enum course_pack what, struct sv text)
{
    struct hook_ask *a = hook_ask_new(ASK_PACK, l->no);
    l->state = LINE_SENT;
    a->pack = what;
    buf_sv(&a->text, text);
    if (what == PACK_CAME) {
        a->fd = l->spool;
        l->spool = -1;
    }
    fd_closep(&l->spool);
    hook_desk_ask(intake_app(l->home->intake), a);
}

static bool spool(struct hook_line *l, struct sv bytes)
{
    if (l->spool < 0) {
        AUTO(buf_free) struct buf path = {0};
        buf_fmt(&path, "%s/spool", intake_state_dir(l->home->intake));
        l->spool = open(path.p, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    }
    return l->spool >= 0 && fd_write_all(l->spool, bytes.p, bytes.n) == 0;
}

static void take_pack(struct hook_line *l, struct sv bytes)
{
    l->bytes_at = clk_mono_ms();
    l->spooled += (int64_t)bytes.n;
    metric_add(M_HOOK_PACK_BYTES, NULL, (int64_t)bytes.n);
    if (l->spooled > intake_conf_of(l->home->intake)->limits.pack)
        hand_over(l, PACK_TOO_LARGE, SV(""));
    else if (!spool(l, bytes))
        hand_over(l, PACK_NO_ROOM, SV(""));
}

/* -1: the client may not say this now. */
static int take_item(struct hook_line *l, const struct hook_item *x, struct err *e)
{
    if (x->kind == HOOK_CALL)
        return take_call(l, x->value, e);
    if (l->state == LINE_SENT) /* more of a pack that was refused already */
        return 0;
    if (l->state != LINE_PACK)
        return err_set(e, ERR_INVALID, "a pack that nobody asked for");
    if (x->kind == HOOK_PACK)
        take_pack(l, x->value);
    else if (x->kind == HOOK_PACK_END)
        hand_over(l, PACK_CAME, SV(""));
    else
        hand_over(l, PACK_NONE, x->value);
    return 0;
}

static void on_bytes(void *ctx, struct http_stream *s, const char *p, size_t n)
{
    struct hook_line *l = ctx;
    struct hook_item x;
    struct err e = {0};
    int rc;
    (void)s;
    hook_in_add(l->in, sv_n(p, n));
    while ((rc = hook_in_next(l->in, &x, &e)) > 0 && (rc = take_item(l, &x, &e)) == 0)
        ;
    if (rc < 0) {
        log_info("a local hook was not understood", LS("user", l->caller.user), LS("cause", e.msg));
        line_drop(l, "bad-bytes");
    }
}

static void on_drain(void *ctx, struct http_stream *s)
{
    struct hook_line *l = ctx;
    (void)s;
    if (l->state != LINE_CALL)
        line_text(l, SV("fettle is being stopped"));
    count(l, "none", "draining");
    forget_case(l);
    http_stream_close(l->stream);
    line_free(l);
}

static void on_gone(void *ctx)
{
    struct hook_line *l = ctx;
    l->stream = NULL;
    line_drop(l, "gone");
}

/* ---- the beginning ---- */

static const struct http_stream_handler handler = {.on_bytes = on_bytes, .on_drain = on_drain, .on_gone = on_gone};

struct hook_line *line_new(struct hook_lines *home, struct http_req *r, const struct hook_caller *c)
{
    struct hook_line *l = mem_new(sizeof *l);
    l->home = home;
    l->no = atomic_fetch_add(&numbers, 1) + 1;
    l->caller = *c;
    l->in = hook_in_new(HOOK_CLIENT);
    l->out = hook_out_new(HOOK_SERVER);
    l->hook = COURSE_HOOK_N;
    l->spool = -1;
    l->since = clk_mono_ms();
    l->ping = timer_new(intake_loop(home->intake), on_ping, l);
    timer_start(l->ping, PING_MS);
    map_put_id(&home->all, l->no, l);
    metric_set(M_HOOK_CALLS_OPEN, NULL, atomic_fetch_add(&open_calls, 1) + 1);
    l->stream = http_req_upgrade(r, HOOK_PROTOCOL, &handler, l);
    return l;
}
