/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include "base/vec.h"
#include "http/conn.h"

enum { BACKLOG = 1024, ACCEPT_AT_ONCE = 64, PAUSE_MS = 100, SHORT_MS = 1000 };

/* "127.0.0.1:80", "[::]:443", "localhost:80" */
static int resolve(const char *text, struct addrinfo **ret, struct err *e)
{
    struct sv s = sv_of(text), host, port;
    ptrdiff_t colon = sv_rchr(s, ':');
    if (colon < 0)
        return err_set(e, ERR_INVALID, "%s: an address is HOST:PORT", text);
    host = sv_cut(s, (size_t)colon);
    port = sv_from(s, (size_t)colon + 1);
    if (host.n >= 2 && host.p[0] == '[' && host.p[host.n - 1] == ']')
        host = sv_n(host.p + 1, host.n - 2);
    else if (sv_is(host, "localhost"))
        host = SV("127.0.0.1");
    AUTO(mem_freep) char *h = sv_dup(host);
    AUTO(mem_freep) char *p = sv_dup(port);
    struct addrinfo hints = {.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE, .ai_socktype = SOCK_STREAM};
    int bad = getaddrinfo(h, p, &hints, ret);
    return bad ? err_set(e, ERR_INVALID, "%s: %s", text, gai_strerror(bad)) : 0;
}

static int set_options(int fd, int family)
{
    int on = 1, off = 0;
    if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) < 0 ||
        setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on) < 0 ||
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) < 0) /* accepted sockets inherit it on Linux */
        return -1;
    return family == AF_INET6 ? setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off) : 0;
}

static int bind_tcp(const char *address, int *ret_port, struct err *e)
{
    struct addrinfo *ai = NULL;
    if (resolve(address, &ai, e) < 0)
        return -1;
    AUTO(fd_closep) int fd = socket(ai->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    int bad = fd < 0 || set_options(fd, ai->ai_family) < 0 || bind(fd, ai->ai_addr, ai->ai_addrlen) < 0;
    freeaddrinfo(ai);
    struct sockaddr_storage sa;
    socklen_t n = sizeof sa;
    if (bad || listen(fd, BACKLOG) < 0 || getsockname(fd, (struct sockaddr *)&sa, &n) < 0)
        return err_errno(e, "%s", address);
    if (ret_port)
        *ret_port = ntohs(sa.ss_family == AF_INET6 ? ((struct sockaddr_in6 *)&sa)->sin6_port
                                                   : ((struct sockaddr_in *)&sa)->sin_port);
    int got = fd;
    fd = -1;
    return got;
}

/* A socket file that nobody answers on is left from a crash. */
static int remove_stale(int fd, const struct sockaddr_un *sa, struct err *e)
{
    struct stat st;
    if (lstat(sa->sun_path, &st) < 0)
        return errno == ENOENT ? 0 : err_errno(e, "%s", sa->sun_path);
    if (!S_ISSOCK(st.st_mode))
        return err_set(e, ERR_INVALID, "%s: exists and is not a socket", sa->sun_path);
    if (connect(fd, (const struct sockaddr *)sa, sizeof *sa) == 0 || errno != ECONNREFUSED)
        return err_set(e, ERR_CONFLICT, "%s: another server listens there", sa->sun_path);
    return unlink(sa->sun_path) < 0 ? err_errno(e, "%s", sa->sun_path) : 0;
}

static int bind_unix(const char *path, unsigned mode, struct err *e)
{
    struct sockaddr_un sa = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof sa.sun_path)
        return err_set(e, ERR_INVALID, "%s: longer than a socket path may be (%zu)", path, sizeof sa.sun_path - 1);
    memcpy(sa.sun_path, path, strlen(path));
    AUTO(fd_closep) int probe = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    AUTO(fd_closep) int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0 || probe < 0)
        return err_errno(e, "%s", path);
    if (remove_stale(probe, &sa, e) < 0)
        return -1;
    /* The mode of the socket becomes that of the file, with no moment in between. */
    if (fchmod(fd, mode) < 0 || bind(fd, (struct sockaddr *)&sa, sizeof sa) < 0 || chmod(path, mode) < 0 ||
        listen(fd, BACKLOG) < 0)
        return err_errno(e, "%s", path);
    int got = fd;
    fd = -1;
    return got;
}

static void on_acceptable(evutil_socket_t fd, short what, void *ctx)
{
    (void)fd;
    (void)what;
    listener_accept(ctx);
}

int http_server_listen(struct http_server *s, const struct http_listen *conf, int *ret_port, struct err *e)
{
    SSL_CTX *tls = NULL;
    if (conf->kind == LISTEN_HTTPS && !(tls = tls_new(conf->cert, conf->key, e)))
        return -1;
    int fd = conf->kind == LISTEN_UNIX ? bind_unix(conf->address, conf->mode ? conf->mode : 0600, e)
                                       : bind_tcp(conf->address, ret_port, e);
    if (fd < 0) {
        SSL_CTX_free(tls);
        return -1;
    }
    struct listener *l = mem_new(sizeof *l);
    *l = (struct listener){.s = s, .fd = fd, .tag = conf->tag, .tls = tls};
    if (tls) {
        l->cert = mem_strdup(conf->cert);
        l->key = mem_strdup(conf->key);
    }
    if (conf->kind == LISTEN_UNIX)
        l->path = mem_strdup(conf->address);
    l->ev = event_new(loop_base(s->loop), fd, EV_READ | EV_PERSIST, on_acceptable, l);
    MUST(l->ev && event_add(l->ev, NULL) == 0);
    list_push(&s->listeners, &l->node);
    return 0;
}

/* All or none: a listener with the new certificate beside one with the old would be hard to explain. */
int http_server_reload(struct http_server *s, struct err *e)
{
    VEC(SSL_CTX *) fresh = {0};
    bool bad = false;
    LIST_EACH(&s->listeners, x) {
        struct listener *l = CONTAINER_OF(x, struct listener, node);
        SSL_CTX *tls = l->tls && !bad ? tls_new(l->cert, l->key, e) : NULL;
        bad = bad || (l->tls && !tls);
        VEC_PUSH(&fresh, tls);
    }
    size_t i = 0;
    LIST_EACH(&s->listeners, x) {
        struct listener *l = CONTAINER_OF(x, struct listener, node);
        SSL_CTX *drop = bad ? fresh.at[i] : l->tls;
        if (!bad)
            l->tls = fresh.at[i];
        SSL_CTX_free(drop);
        i++;
    }
    VEC_FREE(&fresh);
    return bad ? -1 : 0;
}

void listener_free(struct listener **lp)
{
    struct listener *l = STEAL(*lp);
    list_remove(&l->node);
    event_free(l->ev);
    fd_closep(&l->fd);
    if (l->path)
        (void)unlink(l->path);
    SSL_CTX_free(l->tls);
    mem_free(l->cert);
    mem_free(l->key);
    mem_free(l->path);
    mem_free(l);
}

void accept_pause(struct http_server *s, msec_t now)
{
    s->accept_paused = true;
    s->paused_at = now;
    LIST_EACH(&s->listeners, x)
        event_del(CONTAINER_OF(x, struct listener, node)->ev);
    server_tick(s);
}

void accept_sweep(struct http_server *s, msec_t now)
{
    if (!s->accept_paused || now - s->paused_at < PAUSE_MS)
        return;
    s->accept_paused = false;
    LIST_EACH(&s->listeners, x)
        event_add(CONTAINER_OF(x, struct listener, node)->ev, NULL);
}

/* Those who wait for longer than a moment are told by closing, through the descriptor kept for this. */
static void turn_away(struct listener *l)
{
    struct http_server *s = l->s;
    for (int i = 0; i < ACCEPT_AT_ONCE && s->spare_fd >= 0; i++) {
        fd_closep(&s->spare_fd);
        int fd = accept4(l->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        bool none = fd < 0;
        fd_closep(&fd);
        s->spare_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
        if (none)
            break;
        server_refused(s, "no-descriptors", 0);
    }
}

static void out_of_descriptors(struct listener *l)
{
    struct http_server *s = l->s;
    msec_t now = clk_mono_ms();
    if (server_shed(s))
        return;
    if (!s->short_since)
        s->short_since = now;
    if (now - s->short_since >= SHORT_MS)
        turn_away(l);
    accept_pause(s, now);
}

static void admit(struct listener *l, int fd, const struct sockaddr *sa)
{
    struct http_server *s = l->s;
    struct peer p = peer_of(fd, sa);
    struct address *a = NULL;
    const char *reason = NULL;
    if (s->n >= s->conf.connections && !server_shed(s))
        reason = "too-many-connections";
    else if (p.family != AF_UNIX && !(a = address_take(s, &p)))
        reason = "too-many-from-address";
    if (reason) {
        server_refused(s, reason, 0);
        close(fd);
        return;
    }
    conn_open(l, fd, &p, a);
}

void listener_accept(struct listener *l)
{
    int most = l->s->draining ? BACKLOG : ACCEPT_AT_ONCE;
    for (int i = 0; i < most; i++) {
        struct sockaddr_storage sa = {0};
        socklen_t n = sizeof sa;
        int fd = accept4(l->fd, (struct sockaddr *)&sa, &n, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd >= 0) {
            l->s->short_since = 0;
            admit(l, fd, (struct sockaddr *)&sa);
        } else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
            out_of_descriptors(l);
            if (l->s->accept_paused)
                return;
        } else if (errno != EINTR && errno != ECONNABORTED) {
            return;
        }
    }
}
