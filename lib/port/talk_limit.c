/* SPDX-License-Identifier: Apache-2.0 */
/* What a forge's answers say about limits, and which of them a request counts for. */
#include <stdio.h>
#include "port/talk.h"
#include "fmt/enc.h"

enum { MAX_WAIT_MS = 2 * 3600 * 1000, SECONDARY_MS = 60 * 1000 };

bool talk_date(struct sv s, msec_t *ret)
{
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    if (s.n != 29 || !sv_ends(s, SV(" GMT")))
        return false;
    ptrdiff_t month = sv_find(sv_of(months), sv_n(s.p + 8, 3));
    if (month < 0 || month % 3)
        return false;
    char text[32];
    snprintf(text, sizeof text, "%.4s-%02d-%.2sT%.8sZ", s.p + 12, (int)(month / 3 + 1), s.p + 5, s.p + 17);
    return when_parse(sv_of(text), ret);
}

static msec_t bounded(msec_t ms)
{
    return ms < 0 ? 0 : ms > MAX_WAIT_MS ? MAX_WAIT_MS : ms;
}

static msec_t after_header(const struct api_reply *r)
{
    int64_t s;
    msec_t until, now;
    if (sv_int(r->retry_after, &s) && s >= 0)
        return bounded(s > MAX_WAIT_MS / 1000 ? MAX_WAIT_MS : s * 1000);
    if (talk_date(r->retry_after, &until) && talk_date(r->date, &now))
        return bounded(until - now);
    return -1;
}

/* One second more than the difference, since both are whole seconds of the forge's clock. */
static msec_t reset_in(const struct api_reply *r)
{
    int64_t reset;
    msec_t now;
    if (!sv_int(r->rate_reset, &reset) || !talk_date(r->date, &now))
        return -1;
    if (reset < 0 || reset > INT64_MAX / 2000)
        return -1;
    return bounded(reset * 1000 - now + 1000);
}

static msec_t until_reset(const struct api_reply *r)
{
    return sv_is(r->rate_remaining, "0") ? reset_in(r) : -1;
}

/* Searches and GraphQL have counts of their own: what they say is not about the others. */
bool talk_rate(const struct api_reply *r, int64_t *ret_remaining, msec_t *ret_reset_in)
{
    if (!r->status || !sv_int(r->rate_remaining, ret_remaining) || *ret_remaining < 0 ||
        (r->rate_resource.p && !sv_is(r->rate_resource, "core")))
        return false;
    *ret_reset_in = reset_in(r);
    return *ret_remaining > 0 || *ret_reset_in >= 0;
}

bool talk_has_word(struct sv body, struct sv word)
{
    body = sv_cut(body, 4096);
    for (size_t i = 0; i + word.n <= body.n; i++)
        if (sv_istarts(sv_from(body, i), word))
            return true;
    return false;
}

static bool too_often(const struct api_reply *r)
{
    return talk_has_word(r->body, SV("secondary rate limit")) || talk_has_word(r->body, SV("abuse detection"));
}

msec_t talk_limit(const struct api_reply *r, int tries)
{
    if (r->status != 403 && r->status != 429 && r->status != 503)
        return -1;
    msec_t ms = after_header(r);
    if (ms >= 0 || r->status == 503)
        return ms;
    bool secondary = too_often(r);
    msec_t back = bounded((msec_t)SECONDARY_MS << (tries < 0 ? 0 : tries > 5 ? 5 : tries));
    if ((ms = until_reset(r)) >= 0) /* the end of the hour may be nearer than what the other limit asks for */
        return secondary && back > ms ? back : ms;
    if (r->status == 429 || secondary || sv_is(r->rate_remaining, "0") ||
        talk_has_word(r->body, SV("rate limit exceeded")))
        return back;
    return -1;
}

/* The last word of a path without its query. */
static struct sv last_word(struct sv path)
{
    ptrdiff_t query = sv_chr(path, '?');
    path = query < 0 ? path : sv_cut(path, (size_t)query);
    return sv_from(path, (size_t)(sv_rchr(path, '/') + 1));
}

enum call_kind talk_kind(const struct api_request *r)
{
    static const char *const creates[] = {"issues",         "comments", "notes",   "discussions", "pulls",
                                          "merge_requests", "merge",    "reviews", "releases"};
    struct sv word = last_word(buf_view(&r->path));
    if (strcmp(r->method, "GET") == 0 || strcmp(r->method, "HEAD") == 0 || sv_is(word, "graphql"))
        return CALL_READ;
    for (size_t i = 0; i < ARRAY_LEN(creates) && strcmp(r->method, "PATCH") != 0; i++)
        if (sv_is(word, creates[i]))
            return CALL_CREATE;
    return CALL_WRITE;
}
