/* SPDX-License-Identifier: Apache-2.0 */
/* Closing a socket with unread bytes resets the connection, and the reset may overtake the answer. So we say that we
 * are done and throw away what still comes, for a while, without decrypting or even copying it. RFC 9112 9.6 */
#include <errno.h>
#include <event2/bufferevent.h>
#include <openssl/err.h>
#include <sys/socket.h>
#include "http/conn.h"

static void on_discard(evutil_socket_t fd, short what, void *ctx)
{
    struct conn *c = ctx;
    (void)what;
    ssize_t n = recv(fd, c->s->room, ROOM, MSG_TRUNC);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    c->lingered += n > 0 ? (size_t)n : 0;
    if (n <= 0 || c->lingered > LINGER_BYTES)
        conn_close(c);
}

void conn_linger(struct conn *c)
{
    if (c->ssl) {
        ERR_clear_error();
        (void)SSL_shutdown(c->ssl);
        ERR_clear_error();
    }
    if (c->bev)
        bufferevent_free(STEAL(c->bev));
    SSL_free(STEAL(c->ssl));
    /* The codec stays: the handler may still be looking at its head. */
    buf_free(&c->held);
    c->held_at = 0;
    if (shutdown(c->fd, SHUT_WR) < 0) {
        conn_close(c);
        return;
    }
    if (event_initialized(&c->rd))
        event_del(&c->rd);
    event_assign(&c->rd, loop_base(c->s->loop), c->fd, EV_READ | EV_PERSIST, on_discard, c);
    event_add(&c->rd, NULL);
    conn_move(c, CONN_LINGER);
}
