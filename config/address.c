/* SPDX-License-Identifier: Apache-2.0 */
#include "config/address.h"
#include <arpa/inet.h>

static bool host_is_v4(struct sv host, bool *ret_loopback)
{
    struct in_addr a;
    char text[64];
    if (host.n >= sizeof text)
        return false;
    memcpy(text, host.p, host.n);
    text[host.n] = 0;
    if (inet_pton(AF_INET, text, &a) != 1)
        return false;
    *ret_loopback = (ntohl(a.s_addr) >> 24) == 127;
    return true;
}

static bool host_is_v6(struct sv host, bool *ret_loopback)
{
    struct in6_addr a;
    char text[64];
    if (host.n < 2 || host.n >= sizeof text || host.p[0] != '[' || host.p[host.n - 1] != ']')
        return false;
    memcpy(text, host.p + 1, host.n - 2);
    text[host.n - 2] = 0;
    if (inet_pton(AF_INET6, text, &a) != 1)
        return false;
    *ret_loopback = IN6_IS_ADDR_LOOPBACK(&a);
    return true;
}

bool address_read(struct reading *r, const struct ynode *n, struct address *ret)
{
    struct sv s;
    int64_t port = -1;
    if (!node_text(r, n, "an address", &s))
        return false;
    ptrdiff_t colon = sv_rchr(s, ':');
    struct sv host = colon < 0 ? s : sv_cut(s, (size_t)colon);
    struct sv number = colon < 0 ? SV("") : sv_from(s, (size_t)colon + 1);
    if (sv_is(host, "localhost"))
        host = SV("127.0.0.1");
    bool numeric = number.n > 0 && number.p[0] >= '0' && number.p[0] <= '9' && sv_int(number, &port);
    if (!numeric || port > 65535 || (!host_is_v4(host, &ret->loopback) && !host_is_v6(host, &ret->loopback))) {
        say(r, n, "bad-address", "\"%.*s\" is no address: write 127.0.0.1:8080, 0.0.0.0:8443 or [::]:8443",
            SV_ARG(sv_cut_chars(s, 80)));
        return false;
    }
    ret->text = arena_fmt(r->arena, "%.*s:%d", SV_ARG(host), (int)port);
    return true;
}

static struct sv url_host(struct sv url)
{
    ptrdiff_t at = sv_find(url, SV("://"));
    struct sv host = sv_from(url, (size_t)at + 3);
    ptrdiff_t slash = sv_chr(host, '/');
    return slash < 0 ? host : sv_cut(host, (size_t)slash);
}

static bool host_is_plausible(struct sv host)
{
    if (host.n == 0 || host.n > 255 || host.p[0] == ':')
        return false;
    for (size_t i = 0; i < host.n; i++) {
        char c = host.p[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!plain && (c == 0 || !strchr(".-:[]_", c)))
            return false;
    }
    return true;
}

static const char *url_fault(struct sv s)
{
    if (!sv_starts(s, SV("https://")) && !sv_starts(s, SV("http://")))
        return "must begin with https:// or http://";
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] <= 0x20 || (unsigned char)s.p[i] >= 0x7f)
            return "has a blank or a character that must be written as %XX";
    if (sv_chr(s, '?') >= 0 || sv_chr(s, '#') >= 0)
        return "has a query or a fragment, and must have none";
    return host_is_plausible(url_host(s)) ? NULL : "has no proper host";
}

bool url_read(struct reading *r, const struct ynode *n, const char *what, struct sv *ret)
{
    struct sv s;
    if (!node_text(r, n, what, &s))
        return false;
    if ((sv_starts(s, SV("https://")) || sv_starts(s, SV("http://"))) && sv_chr(url_host(s), '@') >= 0) {
        say_hidden(r, n, "bad-url", "%s has a user name or password in it, and must have none", what);
        return false;
    }
    const char *fault = url_fault(s);
    if (fault) {
        say(r, n, "bad-url", "%s %s", what, fault);
        return false;
    }
    while (sv_ends(s, SV("/")))
        s = sv_cut(s, s.n - 1);
    *ret = arena_sv(r->arena, s);
    return true;
}

bool url_is_open(struct sv url)
{
    if (!sv_starts(url, SV("http://")))
        return false;
    struct sv host = url_host(url);
    bool loopback = false;
    ptrdiff_t colon = sv_rchr(host, ':');
    struct sv name = colon >= 0 && !sv_ends(host, SV("]")) ? sv_cut(host, (size_t)colon) : host;
    if (sv_is(name, "localhost"))
        return false;
    return !((host_is_v4(name, &loopback) || host_is_v6(name, &loopback)) && loopback);
}
