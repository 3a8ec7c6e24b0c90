/* SPDX-License-Identifier: Apache-2.0 */
#include "server/session/origin.h"

enum said { SAID_NOT, SAID_ONCE, SAID_TWICE };

static enum said field(const struct http_head *h, struct sv name, struct sv *ret)
{
    enum said said = SAID_NOT;
    *ret = SV_NONE;
    for (size_t i = 0; i < h->n_fields; i++)
        if (sv_ieq(h->fields[i].name, name)) {
            said = said == SAID_NOT ? SAID_ONCE : SAID_TWICE;
            *ret = h->fields[i].value;
        }
    return said;
}

static bool any_of(const struct http_head *h, const char *const *names, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (http_header(h, names[i]).p)
            return true;
    return false;
}

bool origin_is_browser(const struct http_head *h)
{
    static const char *const names[] = {"Origin",         "Referer",        "Cookie",
                                        "Sec-Fetch-Site", "Sec-Fetch-Mode", "Sec-Fetch-Dest"};
    return any_of(h, names, ARRAY_LEN(names));
}

bool origin_is_passed_on(const struct http_head *h)
{
    static const char *const names[] = {"X-Forwarded-For", "X-Real-IP", "Forwarded", "Via"};
    return any_of(h, names, ARRAY_LEN(names));
}

bool origin_only_reads(const struct http_head *h)
{
    return sv_is(h->method, "GET") || sv_is(h->method, "HEAD");
}

bool origin_names_this_machine(struct sv host)
{
    ptrdiff_t colon = sv_rchr(host, ':');
    struct sv name = colon > 0 && host.p[host.n - 1] != ']' ? sv_cut(host, (size_t)colon) : host;
    if (sv_ieq(name, SV("localhost")) || sv_is(name, "[::1]"))
        return true;
    bool digits = sv_starts(name, SV("127."));
    for (size_t i = 0; i < name.n; i++)
        digits &= (name.p[i] >= '0' && name.p[i] <= '9') || name.p[i] == '.';
    return digits;
}

/* "https://ci.example.com:8443" out of a URL; it is written without a default port, as browsers do. */
static struct sv origin_part(const char *url)
{
    struct sv all = sv_of(url);
    ptrdiff_t at = sv_find(all, SV("://"));
    ptrdiff_t slash = at < 0 ? -1 : sv_chr(sv_from(all, (size_t)at + 3), '/');
    return slash < 0 ? all : sv_cut(all, (size_t)(at + 3 + slash));
}

static bool is_ours(struct sv origin, const struct http_head *h, const struct conf_listen *l, const char *public_url)
{
    static const struct sv secure = {"https://", 8}, plain = {"http://", 7};
    if (l->behind_proxy && public_url && sv_ieq(origin, origin_part(public_url)))
        return true;
    bool tls = sv_starts(origin, secure);
    if (!tls && (l->kind == CONF_HTTPS || l->behind_proxy || !sv_starts(origin, plain)))
        return false;
    return h->host.n && sv_ieq(sv_from(origin, tls ? secure.n : plain.n), h->host);
}

/* A link that somebody follows shows what he reads to him alone. */
static bool is_followed_link(const struct http_head *h)
{
    return origin_only_reads(h) && sv_is(http_header(h, "Sec-Fetch-Mode"), "navigate") &&
           sv_is(http_header(h, "Sec-Fetch-Dest"), "document");
}

enum origin origin_of(const struct http_head *h, const struct conf_listen *l, const char *public_url)
{
    struct sv origin, site;
    enum said by_origin = field(h, SV("origin"), &origin), by_site = field(h, SV("sec-fetch-site"), &site);
    if (by_origin == SAID_TWICE || by_site == SAID_TWICE)
        return ORIGIN_FOREIGN;
    if (by_site == SAID_ONCE && !sv_is(site, "same-origin") && !sv_is(site, "none") && !is_followed_link(h))
        return ORIGIN_FOREIGN;
    if (by_origin == SAID_NOT)
        return ORIGIN_UNSAID;
    return is_ours(origin, h, l, public_url) ? ORIGIN_OWN : ORIGIN_FOREIGN;
}
