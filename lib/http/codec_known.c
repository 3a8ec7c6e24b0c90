/* SPDX-License-Identifier: Apache-2.0 */
/* The fields that decide how a request is framed and whether its connection lives on: RFC 9112 sections 3.2, 6 and 9,
 * RFC 9110 sections 7.2, 8.6 and 10.1.1. Where the RFC leaves a choice, the answer here is no. */
#include "http/codec_state.h"
#include <arpa/inet.h>
#include <strings.h>

static bool is_ipv6(struct sv s)
{
    char text[INET6_ADDRSTRLEN];
    struct in6_addr address;
    if (s.n >= sizeof text)
        return false;
    memcpy(text, s.p, s.n);
    text[s.n] = '\0';
    return inet_pton(AF_INET6, text, &address) == 1;
}

static bool port_ok(struct sv port) /* may be empty */
{
    int64_t n = 0;
    for (size_t i = 0; i < port.n; i++) {
        if (port.p[i] < '0' || port.p[i] > '9' || port.n > 5)
            return false;
        n = n * 10 + (port.p[i] - '0');
    }
    return n <= 65535;
}

/* Stricter than reg-name: no sub-delims and no percent signs, which no host that we serve has. */
bool codec_host_ok(struct sv host)
{
    size_t end;
    if (host.n > 0 && host.p[0] == '[') {
        ptrdiff_t close = sv_chr(host, ']');
        if (close < 0 || !is_ipv6(sv_n(host.p + 1, (size_t)close - 1)))
            return false;
        end = (size_t)close + 1;
    } else {
        end = codec_span(host, CH_HOST);
        if (end == 0 || end > 255)
            return false;
    }
    if (end == host.n)
        return true;
    return host.p[end] == ':' && port_ok(sv_from(host, end + 1));
}

static bool on_host(struct http_codec *c, struct sv value)
{
    if (c->facts.hosts++ > 0)
        return codec_refuse(c, 400, "two-hosts");
    if (!codec_host_ok(value))
        return codec_refuse(c, 400, "bad-host");
    c->facts.host = (struct span){(uint32_t)(value.p - c->head.p), (uint32_t)value.n};
    return true;
}

static bool on_content_length(struct http_codec *c, struct sv value)
{
    if (c->facts.lengths++ > 0)
        return codec_refuse(c, 400, "two-content-lengths");
    int64_t n = 0;
    for (size_t i = 0; i < value.n; i++) {
        int digit = value.p[i] - '0';
        if (digit < 0 || digit > 9)
            return codec_refuse(c, 400, "bad-content-length");
        if (n > (INT64_MAX - digit) / 10)
            return codec_refuse(c, 400, "content-length-overflow");
        n = n * 10 + digit;
    }
    if (value.n == 0)
        return codec_refuse(c, 400, "bad-content-length");
    c->facts.length = n;
    return true;
}

static struct sv trim(struct sv s)
{
    while (s.n > 0 && (s.p[0] == ' ' || s.p[0] == '\t'))
        s = sv_from(s, 1);
    while (s.n > 0 && (s.p[s.n - 1] == ' ' || s.p[s.n - 1] == '\t'))
        s.n--;
    return s;
}

/* Well framed but not by us: other codings below one final `chunked`. */
static bool layered(struct sv value)
{
    ptrdiff_t comma = sv_rchr(value, ',');
    if (comma < 0 || !sv_ieq(trim(sv_from(value, (size_t)comma + 1)), SV("chunked")))
        return false;
    struct sv rest = sv_cut(value, (size_t)comma), item;
    while (sv_next(&rest, ',', &item)) {
        item = trim(item);
        if (item.n == 0 || codec_span(item, CH_TOKEN) != item.n || sv_ieq(item, SV("chunked")))
            return false;
    }
    return true;
}

static bool on_transfer_encoding(struct http_codec *c, struct sv value)
{
    if (c->facts.codings++ > 0)
        return codec_refuse(c, 400, "two-transfer-encodings");
    if (sv_ieq(value, SV("chunked")))
        return true;
    if (layered(value))
        return codec_refuse(c, 501, "transfer-coding");
    return codec_refuse(c, 400, "bad-transfer-encoding");
}

static bool on_connection(struct http_codec *c, struct sv value)
{
    struct sv item;
    while (sv_next(&value, ',', &item)) {
        item = trim(item);
        if (codec_span(item, CH_TOKEN) != item.n)
            return codec_refuse(c, 400, "bad-connection");
        c->facts.close |= sv_ieq(item, SV("close"));
        c->facts.keep_alive |= sv_ieq(item, SV("keep-alive"));
    }
    return true;
}

static bool on_expect(struct http_codec *c, struct sv value)
{
    if (!sv_ieq(value, SV("100-continue")))
        return codec_refuse(c, 417, "expectation");
    c->facts.expect = true;
    return true;
}

bool codec_known_field(struct http_codec *c, struct sv name, struct sv value)
{
    switch (name.n) {
    case 4:
        return strncasecmp(name.p, "Host", 4) != 0 || on_host(c, value);
    case 6:
        return strncasecmp(name.p, "Expect", 6) != 0 || on_expect(c, value);
    case 10:
        return strncasecmp(name.p, "Connection", 10) != 0 || on_connection(c, value);
    case 14:
        return strncasecmp(name.p, "Content-Length", 14) != 0 || on_content_length(c, value);
    case 17:
        return strncasecmp(name.p, "Transfer-Encoding", 17) != 0 || on_transfer_encoding(c, value);
    default:
        return true;
    }
}
