/* SPDX-License-Identifier: Apache-2.0 */
#include "hooks/client/ask.h"
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <sys/random.h>
#include <unistd.h>
#include "hooks/client/line.h"
#include "hooks/client/offers.h"
#include "hooks/client/pack.h"
#include "hooks/client/place.h"

enum { LINE_FULL = 256 << 10, INPUT_MOST = HOOK_FRAME_MOST, SOON_MS = 2 };

struct asking {
    const struct hook_options *o;
    struct say *say;
    struct ask_result *ret;
    bool is_over;
    msec_t deadline, heard, offers_until;
    struct arena arena;
    struct buf input;
    bool input_ended, input_too_long;
    bool has_push, is_called;
    struct push push;
    struct offers offers;
    struct line line;
    struct packing pack;
    struct hook_in *in;
    struct hook_out *out;
    VEC(struct sv) haves;
};

static void end(struct asking *a, enum ask_state state)
{
    a->ret->state = state;
    a->is_over = true;
}

/* ---- what git says ---- */

static void read_input(struct asking *a)
{
    enum { PIECE = 64 << 10 };
    buf_reserve(&a->input, PIECE);
    ssize_t n = read(0, a->input.p + a->input.n, PIECE);
    if (n < 0 && (errno == EINTR || errno == EAGAIN))
        return;
    a->input_ended = n <= 0;
    if (n > 0)
        a->input.n += (size_t)n;
    a->input.p[a->input.n] = 0;
    if (a->input.n > INPUT_MOST) { /* git is heard to the end all the same */
        a->input_too_long = true;
        buf_clear(&a->input);
    }
}

static void read_push(struct asking *a)
{
    struct err *e = &a->ret->e;
    if (a->input_too_long)
        err_set(e, ERR_INVALID, "it has more refs than may be pushed at once");
    else if (push_read(a->o, buf_view(&a->input), &a->arena, &a->push, e) == 0 &&
             push_options(&a->arena, &a->push, e) == 0)
        a->has_push = true;
    if (!a->has_push)
        end(a, ASK_UNFIT);
}

/* ---- the call ---- */

static struct sv new_id(struct arena *arena)
{
    unsigned char random[16];
    char *text = arena_new(arena, 2 * sizeof random + 1);
    if (getrandom(random, sizeof random, 0) != (ssize_t)sizeof random)
        return SV("");
    for (size_t i = 0; i < sizeof random; i++)
        snprintf(text + 2 * i, 3, "%02x", random[i]);
    return sv_of(text);
}

/* The server says `background` when it has waited so long: that needs a moment to get here. */
static msec_t wait_of(msec_t left)
{
    msec_t moment = left / 10 < 250 ? left / 10 : 250;
    return left > moment ? left - moment : 0;
}

static void add_skip(struct asking *a)
{
    struct sv *options = arena_new(&a->arena, HOOK_OPTIONS_MOST * sizeof *options);
    size_t n = a->push.n_options < HOOK_OPTIONS_MOST ? a->push.n_options : HOOK_OPTIONS_MOST - 1;
    memcpy(options, a->push.options, n * sizeof *options);
    options[n] = SV("fettle.skip=1");
    a->push.options = options;
    a->push.n_options = n + 1;
}

static void write_call(struct asking *a, msec_t now)
{
    const struct hook_options *o = a->o;
    struct hook_call call = {.hook = sv_of(git_hook_names[o->hook]), .id = new_id(&a->arena)};
    if (o->skips)
        add_skip(a);
    call.actor = place_actor(&a->arena);
    call.updates = a->push.updates;
    call.n_updates = a->push.n_updates;
    call.options = a->push.options;
    call.n_options = a->push.n_options;
    call.offers = a->offers.list.at;
    call.n_offers = a->offers.list.n;
    call.wait_ms = wait_of(a->deadline - now);
    if (o->hook == PRE_PUSH && o->n_args == 2 && *o->args[1])
        call.remote = place_remote(&a->arena, sv_of(o->args[1]));
    if (place_repository(&a->arena, &call.repository, &a->ret->e) < 0 ||
        hook_frame_write(&call, &a->line.out, &a->ret->e) < 0) {
        end(a, ASK_UNFIT);
        return;
    }
    a->is_called = true;
    a->heard = now;
}

/* ---- the answer ---- */

static void give_pack(struct asking *a)
{
    struct err e = {0};
    if (pack_begin(&a->pack, &a->push, a->haves.at, a->haves.n, &e) < 0)
        pack_refuse(&a->pack, a->out, sv_of(e.msg), &a->line.out);
}

static void hear_item(struct asking *a, struct hook_item item)
{
    switch (item.kind) {
    case HOOK_TEXT:
        say_line(a->say, SAY_PLAIN, item.value);
        break;
    case HOOK_HAVE:
        if (offers_has(&a->offers, item.value)) {
            VEC_PUSH(&a->haves, arena_sv(&a->arena, item.value));
            break;
        }
        err_set(&a->ret->e, ERR_INVALID, "the server has an object that it was not asked for");
        end(a, ASK_FAILED);
        break;
    case HOOK_SEND:
        if (a->is_called) {
            give_pack(a);
            break;
        }
        err_set(&a->ret->e, ERR_INVALID, "the server wants a pack before it was called");
        end(a, ASK_FAILED);
        break;
    case HOOK_ALLOW:
    case HOOK_DENY:
        snprintf(a->ret->reason, sizeof a->ret->reason, "%.*s", SV_ARG(item.value));
        end(a, item.kind == HOOK_ALLOW ? ASK_ALLOWED : ASK_DENIED);
        break;
    default: /* a ping; the client's own kinds do not come out of that reader */
        break;
    }
}

static void hear(struct asking *a)
{
    struct hook_item item;
    struct err e = {0};
    int rc = 1, got = line_hear(&a->line, a->in, &e);
    if (got > 0)
        a->heard = clk_mono_ms();
    while (got > 0 && !a->is_over && (rc = hook_in_next(a->in, &item, &e)) > 0)
        hear_item(a, item);
    if ((got < 0 || rc < 0) && !a->is_over) {
        if (rc < 0)
            err_add(&e, "the server's answer is none");
        a->ret->e = e;
        end(a, ASK_FAILED);
    }
}

/* ---- the loop ---- */

enum { AT_INPUT, AT_SAY, AT_LINE, AT_RELAY, AT_OFFERS, AT_OFFERS_IN, AT_PACK, AT_PACK_IN, AT_PACK_ERR, AT_N };

static void watch(struct pollfd *p, int fd, short events)
{
    *p = (struct pollfd){.fd = events ? fd : -1, .events = events};
}

static bool can_say(const struct asking *a)
{
    return a->say->out.n - a->say->done < SAY_FULL;
}

static void watch_all(const struct asking *a, struct pollfd p[AT_N])
{
    bool can_send = line_pending(&a->line) < LINE_FULL;
    short line = (short)((can_say(a) ? POLLIN : 0) | (line_pending(&a->line) ? POLLOUT : 0));
    watch(&p[AT_INPUT], 0, a->input_ended ? 0 : POLLIN);
    watch(&p[AT_SAY], 2, say_waits(a->say) ? POLLOUT : 0);
    watch(&p[AT_LINE], a->line.fd, line);
    watch(&p[AT_RELAY], a->line.relay.err, POLLIN);
    watch(&p[AT_OFFERS], a->offers.git.out, POLLIN);
    watch(&p[AT_OFFERS_IN], a->offers.git.in, POLLOUT);
    watch(&p[AT_PACK], a->pack.git.out, can_send ? POLLIN : 0);
    watch(&p[AT_PACK_IN], a->pack.git.in, POLLOUT);
    watch(&p[AT_PACK_ERR], a->pack.git.err, POLLIN);
}

static int time_left(const struct asking *a, msec_t now)
{
    msec_t until = a->deadline;
    if (!a->is_called && a->offers_until > now && a->offers_until < until)
        until = a->offers_until;
    if (a->is_called && a->heard + SILENCE_MS < until)
        until = a->heard + SILENCE_MS;
    if (pack_is_ending(&a->pack) && now + SOON_MS < until)
        until = now + SOON_MS;
    return until > now ? (int)(until - now) : 0;
}

/* What needs no descriptor to be ready. */
static void go_on(struct asking *a)
{
    msec_t now = clk_mono_ms();
    if (a->input_ended && !a->has_push)
        read_push(a);
    if (a->is_over)
        return;
    offers_step(&a->offers, a->has_push ? &a->push : NULL);
    if (a->has_push && !a->is_called && (a->offers.state == OFFERS_DONE || now >= a->offers_until))
        write_call(a, now);
    if (line_pending(&a->line) < LINE_FULL)
        pack_step(&a->pack, a->out, LINE_FULL, &a->line.out);
    line_flush(&a->line);
}

static void look_at_time(struct asking *a)
{
    msec_t now = clk_mono_ms();
    if (now >= a->deadline)
        err_set(&a->ret->e, ERR_TRANSIENT, "there was no verdict within %lld ms", (long long)a->o->deadline_ms);
    else if (a->is_called && now >= a->heard + SILENCE_MS)
        err_set(&a->ret->e, ERR_TRANSIENT, "the server has been silent for %d ms", SILENCE_MS);
    else
        return;
    end(a, ASK_FAILED);
}

static void turn(struct asking *a)
{
    struct pollfd p[AT_N];
    go_on(a);
    if (a->is_over)
        return;
    watch_all(a, p);
    if (poll(p, AT_N, time_left(a, clk_mono_ms())) < 0)
        memset(p, 0, sizeof p); /* a signal */
    if (!can_say(a))
        a->heard = clk_mono_ms(); /* it is we who do not listen: nobody reads what it said before */
    if (p[AT_INPUT].revents)
        read_input(a);
    if (p[AT_SAY].revents)
        say_some(a->say);
    if (p[AT_RELAY].revents)
        child_read_errors(&a->line.relay);
    if (p[AT_LINE].revents & ~POLLOUT)
        hear(a);
    if (!a->is_over)
        look_at_time(a);
}

/* Whoever writes to us is not made to fail by what we think of it. */
static void drain_input(struct asking *a)
{
    while (!a->input_ended) {
        msec_t left = a->deadline - clk_mono_ms();
        struct pollfd p = {.fd = 0, .events = POLLIN};
        if (left <= 0 || poll(&p, 1, (int)left) == 0)
            return;
        if (p.revents)
            read_input(a);
    }
}

void ask_server(const struct hook_options *o, struct say *say, msec_t start, struct ask_result *ret)
{
    struct asking a = {.o = o, .say = say, .ret = ret, .deadline = start + o->deadline_ms};
    a.offers_until = start + (o->deadline_ms / 4 < OFFERS_MS ? o->deadline_ms / 4 : OFFERS_MS);
    a.pack.git = a.offers.git = child_none;
    a.in = hook_in_new(HOOK_SERVER);
    a.out = hook_out_new(HOOK_CLIENT);
    *ret = (struct ask_result){.state = ASK_FAILED};
    if (line_open(&a.line, o, a.deadline, &ret->e) < 0) {
        end(&a, ASK_FAILED);
    } else {
        line_flush(&a.line); /* before anything that takes time */
        offers_begin(&a.offers, o);
    }
    while (!a.is_over)
        turn(&a);
    msec_t until = (clk_mono_ms() < a.deadline ? clk_mono_ms() : a.deadline) + END_MS;
    line_close(&a.line, until);
    offers_free(&a.offers, until);
    pack_free(&a.pack, until);
    drain_input(&a);
    hook_in_free(&a.in);
    hook_out_free(&a.out);
    VEC_FREE(&a.haves);
    buf_free(&a.input);
    arena_free(&a.arena);
}
