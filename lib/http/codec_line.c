/* SPDX-License-Identifier: Apache-2.0 */
/* The request line, RFC 9112 section 3: token SP target SP version, one space each. */
#include "http/codec_state.h"

static struct span span_of(const struct http_codec *c, struct sv s)
{
    return (struct span){(uint32_t)(s.p - c->head.p), (uint32_t)s.n};
}

static bool method_ok(struct http_codec *c, struct sv method)
{
    if (method.n == 0 || codec_span(method, CH_TOKEN) != method.n)
        return codec_refuse(c, 400, "bad-method");
    if (method.n > METHOD_MAX)
        return codec_refuse(c, 501, "method-too-long");
    return true;
}

static bool digit(char ch)
{
    return ch >= '0' && ch <= '9';
}

static bool version_ok(struct http_codec *c, struct sv v)
{
    if (v.n != 8 || memcmp(v.p, "HTTP/", 5) != 0 || !digit(v.p[5]) || v.p[6] != '.' || !digit(v.p[7]))
        return codec_refuse(c, 400, "bad-version");
    if (v.p[5] != '1' || v.p[7] > '1')
        return codec_refuse(c, 505, "version-not-supported");
    c->facts.minor = v.p[7] - '0';
    return true;
}

static bool percents_ok(struct sv target)
{
    const char *end = target.p + target.n;
    for (const char *p = target.p; (p = memchr(p, '%', (size_t)(end - p))) != NULL; p += 3) {
        if (end - p < 3 || !codec_is(p[1], CH_HEX) || !codec_is(p[2], CH_HEX))
            return false;
    }
    return true;
}

static const char *target_char_reason(char bad)
{
    if (bad == '#')
        return "target-fragment";
    return bad == ' ' ? "target-blank" : "target-char";
}

/* Origin-form, or "*" for OPTIONS. We are no proxy: absolute-form and authority-form are refused. */
static bool target_ok(struct http_codec *c, struct sv method, struct sv target)
{
    if (target.n == 0)
        return codec_refuse(c, 400, "no-target");
    size_t good = codec_span(target, CH_TARGET);
    if (good != target.n)
        return codec_refuse(c, 400, target_char_reason(target.p[good]));
    c->facts.target_query = target.n;
    if (sv_is(target, "*"))
        return sv_is(method, "OPTIONS") || codec_refuse(c, 400, "target-form");
    if (target.p[0] != '/')
        return codec_refuse(c, 400, "target-form");
    if (!percents_ok(target))
        return codec_refuse(c, 400, "target-percent");
    ptrdiff_t query = sv_chr(target, '?');
    if (query >= 0)
        c->facts.target_query = (size_t)query;
    return true;
}

bool codec_request_line(struct http_codec *c, struct sv line)
{
    ptrdiff_t first = sv_chr(line, ' ');
    struct sv method = first < 0 ? line : sv_cut(line, (size_t)first);
    if (!method_ok(c, method))
        return false;
    ptrdiff_t last = sv_rchr(line, ' ');
    if (first < 0 || last == first) /* as HTTP/0.9 had it */
        return codec_refuse(c, 400, "no-version");
    struct sv target = sv_n(line.p + first + 1, (size_t)(last - first - 1));
    if (!version_ok(c, sv_from(line, (size_t)last + 1)) || !target_ok(c, method, target))
        return false;
    c->facts.method = span_of(c, method);
    c->facts.target = span_of(c, target);
    return true;
}
