/* SPDX-License-Identifier: Apache-2.0 */
#include "server/dash/dash.h"
#include <stdio.h>

/* The paths of the pages; what stands behind the second / is looked at by the page. */
static const char *const pages[] = {"",        "runs",       "deliveries", "repositories", "queue", "errors",
                                    "effects", "recoveries", "settings",   "costs",        "login"};
static const char *const pages_of_one[] = {"runs", "deliveries"};

/* Nothing from elsewhere, nothing inline, no text that becomes script or markup (Trusted Types). Source: CSP level 3;
 * report-uri rather than report-to, which browsers use over https alone. Links lead to forges, which need not know
 * from where people come. */
static const char policy[] =
    "Content-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; manifest-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'; report-uri /csp-report\r\n"
    "X-Content-Type-Options: nosniff\r\n"
    "Referrer-Policy: no-referrer\r\n"
    "Cross-Origin-Opener-Policy: same-origin\r\n"
    "Cross-Origin-Resource-Policy: same-origin\r\n"
    "Permissions-Policy: camera=(), geolocation=(), microphone=(), payment=(), usb=()\r\n"
    "Vary: Accept-Encoding\r\n";

static const struct dash_asset *asset(enum dash_kind kind, struct sv path)
{
    for (const struct dash_asset *a = dash_assets; a->path; a++)
        if (a->kind == kind && sv_is(path, a->path))
            return a;
    return NULL;
}

static bool is_page(struct sv path)
{
    ptrdiff_t slash = sv_chr(path, '/');
    struct sv first = sv_cut(path, slash < 0 ? path.n : (size_t)slash);
    struct sv more = slash < 0 ? SV_NONE : sv_from(path, (size_t)slash + 1);
    for (size_t i = 0; slash < 0 && i < ARRAY_LEN(pages); i++)
        if (sv_is(path, pages[i]))
            return true;
    for (size_t i = 0; more.n && sv_chr(more, '/') < 0 && i < ARRAY_LEN(pages_of_one); i++)
        if (sv_is(first, pages_of_one[i]))
            return true;
    return false;
}

const struct dash_asset *dash_find(struct sv path)
{
    static const struct sv fixed = {"/a/", 3};
    size_t n = strlen(dash_digest);
    if (!sv_starts(path, SV("/")))
        return NULL;
    if (is_page(sv_from(path, 1)))
        return asset(DASH_ROOT, SV("index.html"));
    if (!sv_starts(path, fixed))
        return asset(DASH_ROOT, sv_from(path, 1));
    struct sv rest = sv_from(path, fixed.n);
    if (rest.n <= n || rest.p[n] != '/' || !sv_is(sv_cut(rest, n), dash_digest))
        return NULL;
    return asset(DASH_FIXED, sv_from(rest, n + 1));
}

bool dash_takes_gzip(struct sv accept)
{
    struct sv part;
    while (sv_next(&accept, ',', &part)) {
        ptrdiff_t semicolon = sv_chr(part, ';');
        struct sv coding = sv_trim(sv_cut(part, semicolon < 0 ? part.n : (size_t)semicolon));
        struct sv weight = semicolon < 0 ? SV_NONE : sv_trim(sv_from(part, (size_t)semicolon + 1));
        if (!sv_ieq(coding, SV("gzip")))
            continue;
        bool none = sv_starts(weight, SV("q=0"));
        for (size_t i = 3; none && i < weight.n; i++)
            none = weight.p[i] == '.' || weight.p[i] == '0';
        return !none;
    }
    return false;
}

bool dash_tag_is(struct sv if_none_match, const char *etag)
{
    struct sv part;
    while (sv_next(&if_none_match, ',', &part)) {
        part = sv_trim(part);
        if (sv_starts(part, SV("W/")))
            part = sv_from(part, 2);
        if (sv_is(part, "*") || sv_is(part, etag))
            return true;
    }
    return false;
}

static void answer(struct intake *i, struct http_req *r, const struct dash_asset *a)
{
    const struct http_head *h = http_req_head(r);
    AUTO(buf_free) struct buf headers = {0};
    bool packed = a->gz.n && dash_takes_gzip(http_header(h, "accept-encoding"));
    const char *etag = packed ? a->etag_gz : a->etag;
    buf_fmt(&headers, "%sETag: %s\r\nCache-Control: %s\r\n", policy, etag,
            a->kind == DASH_FIXED ? "public, max-age=31536000, immutable" : "no-cache");
    if (intake_listen(i, http_req_tag(r))->kind == CONF_HTTPS)
        buf_fmt(&headers, "Strict-Transport-Security: max-age=31536000\r\n");
    if (dash_tag_is(http_header(h, "if-none-match"), etag)) {
        http_req_answer(r, 304, NULL, headers.p, SV_NONE);
        return;
    }
    if (packed)
        buf_fmt(&headers, "Content-Encoding: gzip\r\n");
    http_req_answer(r, 200, a->type, headers.p, packed ? a->gz : a->raw);
}

static bool is_webhook(const struct conf *c, struct sv path)
{
    for (size_t f = 0; f < c->n_forges; f++)
        for (size_t k = 0; k < c->forges[f].n_webhooks; k++)
            if (sv_is(path, c->forges[f].webhooks[k].path))
                return true;
    return false;
}

bool dash_start(struct intake *i, struct http_req *r)
{
    const struct http_head *h = http_req_head(r);
    bool hooks = intake_listen(i, http_req_tag(r))->serves & SERVES_HOOKS;
    if (hooks && is_webhook(intake_conf_of(i), h->path))
        return false;
    if (sv_is(h->path, "/csp-report") && sv_is(h->method, "POST")) {
        dash_report_start(r);
        return true;
    }
    const struct dash_asset *a = dash_find(h->path);
    if (!a || (!sv_is(h->method, "GET") && !sv_is(h->method, "HEAD")))
        return false;
    answer(i, r, a);
    return true;
}
