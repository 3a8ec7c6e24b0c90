/* SPDX-License-Identifier: Apache-2.0 */
/* A server of local hooks that does what its script says, also what no server should do.
 *     hook_server [--record FILE] [--tls CERT KEY] SOCKET|0 WORD…
 * SOCKET: the path of a unix socket; 0: a port of 127.0.0.1, said on stdout. Each connection is a process that goes
 * through the words and closes:
 *     head          reads the client's head and changes over         status:N      ... and answers N
 *     call          reads the call and records it                    pack:FILE     reads a pack into FILE, records its
 * end piece         reads one piece of a pack                        eof           reads until the client has closed
 *     text:LINE ping have:all have:HEX send allow:R deny:R           says that
 *     pings:N:MS    N pings, one each MS                             raw:HEX       says bytes
 *     huge          a field of 4 GiB is announced                    flood         lines without end
 *     sleep:MS      hang: for 30 s, reading nothing                  kill          the whole server, with SIGKILL */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include "base/clk.h"
#include "base/file.h"
#include "hooks/talk.h"
#include "hooks/wire.h"

enum { HANG_MS = 30000, PIECE = 16 << 10 };

struct peer {
    int fd, record;
    SSL *tls; /* NULL = none */
    struct hook_in *in;
    struct hook_out *out;
    struct arena arena;
    struct hook_call call;
};

__attribute__((noreturn)) static void die(const char *what)
{
    fprintf(stderr, "hook_server: %s: %s\n", what, strerror(errno));
    exit(1);
}

/* ---- bytes ---- */

static void say_bytes(struct peer *p, struct sv bytes)
{
    while (bytes.n) {
        ssize_t n = p->tls ? SSL_write(p->tls, bytes.p, (int)bytes.n) : send(p->fd, bytes.p, bytes.n, MSG_NOSIGNAL);
        if (n <= 0)
            exit(0); /* the client has gone */
        bytes = sv_from(bytes, (size_t)n);
    }
}

static struct sv hear_bytes(struct peer *p, char *room, size_t size)
{
    ssize_t n = p->tls ? SSL_read(p->tls, room, (int)size) : recv(p->fd, room, size, 0);
    return sv_n(room, n > 0 ? (size_t)n : 0);
}

static void record(struct peer *p, const struct buf *text)
{
    if (p->record >= 0 && fd_write_all(p->record, text->p, text->n) < 0)
        die("record");
}

static void read_head(struct peer *p)
{
    AUTO(buf_free) struct buf head = {0};
    char room[PIECE];
    ptrdiff_t end;
    while ((end = sv_find(buf_view(&head), SV("\r\n\r\n"))) < 0) {
        struct sv got = hear_bytes(p, room, sizeof room);
        if (!got.n)
            exit(0);
        buf_sv(&head, got);
    }
    hook_in_add(p->in, sv_from(buf_view(&head), (size_t)end + 4));
    head.n = (size_t)end + 2;
    record(p, &head);
}

/* ---- what the client says ---- */

static bool hear(struct peer *p, struct hook_item *ret)
{
    char room[PIECE];
    struct err e = {0};
    int got;
    while ((got = hook_in_next(p->in, ret, &e)) == 0) {
        struct sv bytes = hear_bytes(p, room, sizeof room);
        if (!bytes.n)
            return false;
        hook_in_add(p->in, bytes);
    }
    if (got < 0) {
        AUTO(buf_free) struct buf text = {0};
        buf_fmt(&text, "bad %s\n", e.msg);
        record(p, &text);
        exit(1);
    }
    return true;
}

static void record_call(struct peer *p)
{
    AUTO(buf_free) struct buf t = {0};
    const struct hook_call *c = &p->call;
    buf_fmt(&t, "hook %.*s\nrepository %.*s\nid %.*s\nactor %.*s\n", SV_ARG(c->hook), SV_ARG(c->repository),
            SV_ARG(c->id), SV_ARG(c->actor));
    for (size_t i = 0; i < c->n_updates; i++)
        buf_fmt(&t, "ref %.*s %.*s %.*s\n", SV_ARG(c->updates[i].before), SV_ARG(c->updates[i].after),
                SV_ARG(c->updates[i].ref));
    for (size_t i = 0; i < c->n_options; i++)
        buf_fmt(&t, "option %.*s\n", SV_ARG(c->options[i]));
    if (c->remote.p)
        buf_fmt(&t, "remote %.*s\n", SV_ARG(c->remote));
    for (size_t i = 0; i < c->n_offers; i++)
        buf_fmt(&t, "offer %.*s\n", SV_ARG(c->offers[i]));
    buf_fmt(&t, "wait %lld\n", (long long)c->wait_ms);
    record(p, &t);
}

static void read_call(struct peer *p)
{
    struct hook_item item;
    struct err e = {0};
    if (!hear(p, &item))
        exit(0);
    char *frame = arena_dup(&p->arena, item.value);
    MUST(hook_frame_read(sv_n(frame, item.value.n), &p->arena, &p->call, &e) == 0);
    record_call(p);
}

static void read_pack(struct peer *p, const char *file)
{
    AUTO(fd_closep) int fd = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    AUTO(buf_free) struct buf t = {0};
    struct hook_item item;
    bool more;
    while ((more = hear(p, &item)) && item.kind == HOOK_PACK)
        if (fd_write_all(fd, item.value.p, item.value.n) < 0)
            die(file);
    if (!more)
        exit(0);
    buf_fmt(&t, item.kind == HOOK_PACK_END ? "pack end\n" : "no pack %.*s\n", SV_ARG(item.value));
    record(p, &t);
}

/* ---- what it says ---- */

static void say(struct peer *p, enum hook_kind kind, struct sv value)
{
    AUTO(buf_free) struct buf out = {0};
    struct err e = {0};
    MUST(hook_out_put(p->out, (struct hook_item){kind, value}, &out, &e) == 0);
    say_bytes(p, buf_view(&out));
}

static void say_raw(struct peer *p, struct sv hex)
{
    for (; hex.n >= 2; hex = sv_from(hex, 2)) {
        char digits[3] = {hex.p[0], hex.p[1], 0}, byte = (char)strtol(digits, NULL, 16);
        say_bytes(p, sv_n(&byte, 1));
    }
}

static void say_status(struct peer *p, struct sv status)
{
    AUTO(buf_free) struct buf out = {0};
    buf_fmt(&out, "HTTP/1.1 %.*s No\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}", SV_ARG(status));
    say_bytes(p, buf_view(&out));
}

static void say_pings(struct peer *p, struct sv rest)
{
    struct sv word;
    int64_t n = 0, each = 0;
    MUST(sv_next(&rest, ':', &word) && sv_int(word, &n) && sv_int(rest, &each));
    for (; n > 0; n--) {
        say(p, HOOK_PING, SV(""));
        clk_sleep_ms(each);
    }
}

static void say_haves(struct peer *p, struct sv which)
{
    if (!sv_is(which, "all")) {
        say(p, HOOK_HAVE, which);
        return;
    }
    for (size_t i = 0; i < p->call.n_offers; i++)
        say(p, HOOK_HAVE, p->call.offers[i]);
}

/* ---- the words ---- */

static void read_to_end(struct peer *p)
{
    char room[PIECE];
    while (hear_bytes(p, room, sizeof room).n)
        ;
}

static bool do_plain(struct peer *p, const char *word)
{
    struct hook_item item;
    if (strcmp(word, "head") == 0) {
        read_head(p);
        say_bytes(p, SV("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: fettle-hook/1\r\n\r\n"));
    } else if (strcmp(word, "call") == 0) {
        read_call(p);
    } else if (strcmp(word, "piece") == 0) {
        hear(p, &item);
    } else if (strcmp(word, "eof") == 0) {
        read_to_end(p);
    } else if (strcmp(word, "ping") == 0 || strcmp(word, "send") == 0) {
        say(p, word[0] == 'p' ? HOOK_PING : HOOK_SEND, SV(""));
    } else if (strcmp(word, "huge") == 0) {
        say_bytes(p, SV("FHK1 \xff\xff\xff\xff"));
    } else if (strcmp(word, "hang") == 0) {
        clk_sleep_ms(HANG_MS);
    } else if (strcmp(word, "kill") == 0) {
        kill(getppid(), SIGKILL);
        clk_sleep_ms(HANG_MS); /* we end with it */
    } else {
        return false;
    }
    return true;
}

static bool do_word(struct peer *p, const char *word)
{
    struct sv value = sv_of(word), key;
    int64_t ms = 0;
    if (do_plain(p, word))
        return true;
    sv_next(&value, ':', &key);
    if (sv_is(key, "flood"))
        for (;;)
            say(p, HOOK_TEXT, SV("and another line, of which there are very many, as nobody stops this server"));
    if (sv_is(key, "status")) {
        read_head(p);
        say_status(p, value);
        read_to_end(p); /* closed with bytes unread, TCP would take the answer back */
    } else if (sv_is(key, "pack")) {
        read_pack(p, value.p);
    } else if (sv_is(key, "text")) {
        say(p, HOOK_TEXT, value);
    } else if (sv_is(key, "have")) {
        say_haves(p, value);
    } else if (sv_is(key, "allow") || sv_is(key, "deny")) {
        say(p, sv_is(key, "allow") ? HOOK_ALLOW : HOOK_DENY, value);
    } else if (sv_is(key, "pings")) {
        say_pings(p, value);
    } else if (sv_is(key, "raw")) {
        say_raw(p, value);
    } else if (sv_is(key, "sleep") && sv_int(value, &ms)) {
        clk_sleep_ms(ms);
    } else {
        return false;
    }
    return true;
}

__attribute__((noreturn)) static void serve(int fd, int record_fd, SSL_CTX *tls, char **words)
{
    struct peer p = {.fd = fd, .record = record_fd, .in = hook_in_new(HOOK_CLIENT), .out = hook_out_new(HOOK_SERVER)};
    if (tls) {
        p.tls = SSL_new(tls);
        if (!p.tls || SSL_set_fd(p.tls, fd) != 1 || SSL_accept(p.tls) != 1)
            exit(0);
    }
    for (; *words; words++)
        if (!do_word(&p, *words)) {
            fprintf(stderr, "hook_server: there is no word %s\n", *words);
            exit(2);
        }
    if (p.tls)
        SSL_shutdown(p.tls);
    SSL_free(p.tls);
    hook_in_free(&p.in);
    hook_out_free(&p.out);
    arena_free(&p.arena);
    exit(0);
}

/* ---- listening ---- */

static int listen_unix(const char *path)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    snprintf(at.sun_path, sizeof at.sun_path, "%s", path);
    (void)unlink(path);
    if (fd < 0 || bind(fd, (struct sockaddr *)&at, sizeof at) < 0 || listen(fd, 64) < 0)
        die(path);
    return fd;
}

static int listen_port(void)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t n = sizeof at;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || bind(fd, (struct sockaddr *)&at, sizeof at) < 0 || listen(fd, 64) < 0 ||
        getsockname(fd, (struct sockaddr *)&at, &n) < 0)
        die("listen");
    printf("%d\n", ntohs(at.sin_port));
    fflush(stdout);
    return fd;
}

static SSL_CTX *read_tls(const char *cert, const char *key)
{
    SSL_CTX *tls = SSL_CTX_new(TLS_server_method());
    if (!tls || SSL_CTX_use_certificate_chain_file(tls, cert) != 1 ||
        SSL_CTX_use_PrivateKey_file(tls, key, SSL_FILETYPE_PEM) != 1)
        die(cert);
    return tls;
}

int main(int argc, char **argv)
{
    int record_fd = -1, at = 1;
    SSL_CTX *tls = NULL;
    if (at + 1 < argc && strcmp(argv[at], "--record") == 0) {
        record_fd = open(argv[at + 1], O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
        at += 2;
    }
    if (at + 2 < argc && strcmp(argv[at], "--tls") == 0) {
        tls = read_tls(argv[at + 1], argv[at + 2]);
        at += 3;
    }
    if (at >= argc) {
        fprintf(stderr, "usage: hook_server [--record FILE] [--tls CERT KEY] SOCKET|0 WORD...\n");
        return 2;
    }
    int fd = strcmp(argv[at], "0") == 0 ? listen_port() : listen_unix(argv[at]);
    signal(SIGCHLD, SIG_IGN);
    signal(SIGPIPE, SIG_IGN);
    for (;;) {
        int peer = accept4(fd, NULL, NULL, SOCK_CLOEXEC);
        if (peer >= 0 && fork() == 0) {
            prctl(PR_SET_PDEATHSIG, SIGKILL);
            serve(peer, record_fd, tls, argv + at + 1);
        }
        fd_closep(&peer);
    }
}
