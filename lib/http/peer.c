/* SPDX-License-Identifier: Apache-2.0 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/socket.h>
#include "http/conn.h"

struct peer peer_of(int fd, const struct sockaddr *sa)
{
    struct peer p = {.family = sa->sa_family};
    if (sa->sa_family == AF_INET) {
        memcpy(p.ip, &((const struct sockaddr_in *)(const void *)sa)->sin_addr, 4);
    } else if (sa->sa_family == AF_INET6) {
        const struct in6_addr *a = &((const struct sockaddr_in6 *)(const void *)sa)->sin6_addr;
        bool mapped = IN6_IS_ADDR_V4MAPPED(a);
        p.family = mapped ? AF_INET : AF_INET6;
        memcpy(p.ip, mapped ? a->s6_addr + 12 : a->s6_addr, mapped ? 4 : 16);
    } else {
        struct ucred who = {.uid = (uid_t)-1};
        socklen_t n = sizeof who;
        p.family = AF_UNIX;
        if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &n) < 0)
            who.uid = (uid_t)-1;
        p.uid = who.uid;
    }
    return p;
}

const char *peer_text(const struct peer *p, char ret[64])
{
    if (p->family == AF_UNIX)
        snprintf(ret, 64, "unix:%u", p->uid);
    else if (!inet_ntop(p->family, p->ip, ret, 64))
        ret[0] = 0;
    return ret;
}

static void key_of(const struct peer *p, struct address *ret)
{
    ret->key_n = p->family == AF_INET ? 5 : 9;
    ret->key[0] = (uint8_t)p->family;
    memcpy(ret->key + 1, p->ip, ret->key_n - 1u);
}

static struct sv key_view(const struct address *a)
{
    return sv_n((const char *)a->key, a->key_n);
}

struct address *address_take(struct http_server *s, const struct peer *p)
{
    struct address want = {0};
    key_of(p, &want);
    struct address *a = map_get(&s->addresses, key_view(&want));
    if (a && a->n >= s->conf.per_address)
        return NULL;
    if (!a) {
        a = mem_new(sizeof *a);
        *a = want;
        map_put(&s->addresses, key_view(a), a);
    }
    a->n++;
    return a;
}

void address_release(struct http_server *s, struct address *a)
{
    if (!a || --a->n > 0)
        return;
    map_remove(&s->addresses, key_view(a));
    mem_free(a);
}
