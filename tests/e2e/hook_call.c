/* SPDX-License-Identifier: Apache-2.0 */
/* One call of a local hook, as the protocol allows it and as it does not, for tests of the server.
 * usage: hook_call SOCKET HOOK REPOSITORY [NAME=VALUE…] < updates     ("before after ref" a line)
 *   id= actor= remote= wait= option= offer= (the last two more than once); repo= where the objects are (REPOSITORY)
 *   bad=bytes   garbage behind the head        bad=pack    garbage as pack        bad=stop   no byte of the pack
 *   bad=none    there is no pack               bad=early   a pack that nobody asked for
 *   bad=print   head (with token=) and call go to stdout, and that is all
 * Prints what the server says, "have N", "send", and the verdict. Exit code: 0 allow, 1 deny, 3 closed without a
 * verdict, 4 refused by HTTP, 5 the server was silent for more than 6 s. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>
#include "base/clk.h"
#include "base/file.h"
#include "base/vec.h"
#include "hooks/head.h"
#include "hooks/talk.h"
#include "hooks/wire.h"

enum { SILENT_MS = 6000, PIECE = 65536 };

struct test {
    const char *socket, *objects, *bad;
    struct sv token;
    struct hook_call call;
    VEC(struct hook_update) updates;
    VEC(struct sv) options, offers;
    VEC(const char *) haves;
    struct arena a;
    int fd;
    struct hook_out *out;
};

static void give_up(const char *what, int code)
{
    fprintf(stderr, "hook_call: %s: %s\n", what, strerror(errno));
    exit(code);
}

static void read_updates(struct test *t)
{
    AUTO(buf_free) struct buf text = {0};
    struct sv rest, line;
    for (ssize_t n = 1; n > 0;) {
        buf_reserve(&text, PIECE);
        n = read(0, text.p + text.n, PIECE);
        text.n += n > 0 ? (size_t)n : 0;
    }
    rest = arena_sv(&t->a, buf_view(&text));
    while (rest.n && sv_next(&rest, '\n', &line)) {
        struct hook_update u;
        if (sv_next(&line, ' ', &u.before) && sv_next(&line, ' ', &u.after) && line.n) {
            u.ref = line;
            VEC_PUSH(&t->updates, u);
        }
    }
}

static void read_argument(struct test *t, const char *word)
{
    struct sv value = sv_of(strchr(word, '=') + 1), name = sv_n(word, (size_t)(value.p - 1 - word));
    if (sv_is(name, "id"))
        t->call.id = value;
    else if (sv_is(name, "actor"))
        t->call.actor = value;
    else if (sv_is(name, "remote"))
        t->call.remote = value;
    else if (sv_is(name, "wait"))
        t->call.wait_ms = atoll(value.p);
    else if (sv_is(name, "option"))
        VEC_PUSH(&t->options, value);
    else if (sv_is(name, "offer"))
        VEC_PUSH(&t->offers, value);
    else if (sv_is(name, "repo"))
        t->objects = value.p;
    else if (sv_is(name, "token"))
        t->token = value;
    else if (sv_is(name, "bad"))
        t->bad = value.p;
    else
        give_up(word, 2);
}

static void send_all(struct test *t, struct sv bytes)
{
    if (fd_write_all(t->fd, bytes.p, bytes.n) < 0 && errno != EPIPE)
        give_up("write", 3);
}

static void send_item(struct test *t, enum hook_kind kind, struct sv value)
{
    AUTO(buf_free) struct buf b = {0};
    struct err e = {0};
    if (hook_out_put(t->out, (struct hook_item){kind, value}, &b, &e) < 0)
        give_up(e.msg, 2);
    send_all(t, buf_view(&b));
}

static void open_call(struct test *t)
{
    struct sockaddr_un sa = {.sun_family = AF_UNIX};
    AUTO(buf_free) struct buf b = {0};
    struct err e = {0};
    bool print = strcmp(t->bad, "print") == 0;
    snprintf(sa.sun_path, sizeof sa.sun_path, "%s", t->socket);
    t->fd = print ? 1 : socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (t->fd < 0 || (!print && connect(t->fd, (struct sockaddr *)&sa, sizeof sa) < 0))
        give_up(t->socket, 3);
    if (hook_head_write(SV("fettle"), t->token, sv_of(getenv("TRACEPARENT")), &b, &e) < 0)
        give_up(e.msg, 2);
    if (strcmp(t->bad, "bytes") == 0)
        buf_str(&b, "FHK1 and then nothing that it knows");
    else if (hook_frame_write(&t->call, &b, &e) < 0)
        give_up(e.msg, 2);
    if (strcmp(t->bad, "early") == 0 && hook_out_put(t->out, (struct hook_item){HOOK_PACK, SV("PACK")}, &b, &e) < 0)
        give_up(e.msg, 2);
    send_all(t, buf_view(&b)); /* in one: nobody can have asked for what stands behind the call */
    if (print)
        exit(0);
}

/* ---- the pack ---- */

static FILE *start_git(struct test *t, pid_t *ret)
{
    int in[2], out[2];
    if (pipe2(in, O_CLOEXEC) < 0 || pipe2(out, O_CLOEXEC) < 0)
        give_up("pipe", 2);
    *ret = fork();
    if (*ret == 0) {
        dup2(in[0], 0);
        dup2(out[1], 1);
        execlp("git", "git", "-C", t->objects, "pack-objects", "--revs", "--thin", "--stdout", "--delta-base-offset",
               "-q", (char *)NULL);
        _exit(127);
    }
    close(in[0]);
    close(out[1]);
    AUTO(buf_free) struct buf list = {0};
    for (size_t i = 0; i < t->updates.n; i++)
        if (strspn(t->updates.at[i].after.p, "0") < t->updates.at[i].after.n)
            buf_fmt(&list, "%.*s\n", SV_ARG(t->updates.at[i].after));
    for (size_t i = 0; i < t->haves.n; i++)
        buf_fmt(&list, "^%s\n", t->haves.at[i]);
    if (fd_write_all(in[1], list.p, list.n) < 0)
        give_up("git", 2);
    close(in[1]);
    return fdopen(out[0], "r");
}

static void send_pack(struct test *t)
{
    char piece[PIECE];
    pid_t pid;
    size_t n;
    printf("have %zu\nsend\n", t->haves.n);
    fflush(stdout);
    if (strcmp(t->bad, "stop") == 0)
        return;
    if (strcmp(t->bad, "none") == 0) {
        send_item(t, HOOK_NO_PACK, SV("git would not make one"));
        return;
    }
    if (strcmp(t->bad, "pack") == 0) {
        send_item(t, HOOK_PACK, SV("this is no pack"));
    } else {
        FILE *f = start_git(t, &pid);
        while ((n = fread(piece, 1, sizeof piece, f)) > 0)
            send_item(t, HOOK_PACK, sv_n(piece, n));
        fclose(f);
        waitpid(pid, NULL, 0);
    }
    send_item(t, HOOK_PACK_END, SV(""));
}

/* ---- what the server says ---- */

static void take(struct test *t, const struct hook_item *x)
{
    switch (x->kind) {
    case HOOK_TEXT:
        printf("%.*s\n", SV_ARG(x->value));
        break;
    case HOOK_HAVE:
        VEC_PUSH(&t->haves, arena_dup(&t->a, x->value));
        break;
    case HOOK_SEND:
        send_pack(t);
        break;
    case HOOK_ALLOW:
    case HOOK_DENY:
        printf("%s %.*s\n", x->kind == HOOK_ALLOW ? "allow" : "deny", SV_ARG(x->value));
        fflush(stdout);
        exit(x->kind == HOOK_ALLOW ? 0 : 1);
    default:
        break;
    }
    fflush(stdout);
}

static void listen_to(struct test *t)
{
    AUTO(buf_free) struct buf head = {0};
    AUTO(hook_in_free) struct hook_in *in = hook_in_new(HOOK_SERVER);
    bool changed = false;
    for (;;) {
        struct pollfd p = {t->fd, POLLIN, 0};
        char piece[PIECE];
        if (poll(&p, 1, SILENT_MS) == 0)
            give_up("silence", 5);
        ssize_t n = read(t->fd, piece, sizeof piece);
        if (n <= 0)
            exit(3);
        struct sv bytes = sv_n(piece, (size_t)n);
        struct err e = {0};
        size_t used;
        if (!changed) {
            buf_sv(&head, bytes);
            int rc = hook_answer_read(buf_view(&head), &used, &e);
            if (rc < 0) {
                printf("http %d\n", e.code);
                exit(4);
            }
            if (rc == 0)
                continue;
            changed = true;
            bytes = sv_from(buf_view(&head), used);
        }
        hook_in_add(in, bytes);
        struct hook_item x;
        int rc;
        while ((rc = hook_in_next(in, &x, &e)) > 0)
            take(t, &x);
        if (rc < 0)
            give_up(e.msg, 2);
    }
}

int main(int argc, char **argv)
{
    struct test t = {.bad = "", .out = hook_out_new(HOOK_CLIENT)};
    if (argc < 4)
        return 2;
    signal(SIGPIPE, SIG_IGN);
    t.socket = argv[1];
    t.objects = argv[3];
    t.call = (struct hook_call){.hook = sv_of(argv[2]), .repository = sv_of(argv[3]), .wait_ms = 30000};
    t.call.id = sv_of(arena_fmt(&t.a, "%lld-%d", (long long)clk_mono_us(), (int)getpid()));
    t.call.actor = SV("");
    for (int i = 4; i < argc; i++)
        read_argument(&t, argv[i]);
    read_updates(&t);
    t.call.updates = t.updates.at;
    t.call.n_updates = t.updates.n;
    t.call.options = t.options.at;
    t.call.n_options = t.options.n;
    t.call.offers = t.offers.at;
    t.call.n_offers = t.offers.n;
    open_call(&t);
    listen_to(&t);
}
