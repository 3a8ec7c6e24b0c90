/* SPDX-License-Identifier: Apache-2.0 */
#include "server/lab/fault.h"
#include "server/lab/change.h"
#include "fmt/enc.h"

const char *const fault_names[FAULT_KINDS] = {
    [FAULT_LATENCY] = "latency",
    [FAULT_STATUS_500] = "status-500",
    [FAULT_STATUS_502] = "status-502",
    [FAULT_RATE_LIMIT] = "rate-limit",
    [FAULT_SECONDARY] = "secondary",
    [FAULT_CONFLICT] = "conflict-409",
    [FAULT_UNKNOWN_SHA] = "unknown-sha",
    [FAULT_GONE] = "gone",
    [FAULT_DENIED] = "denied",
    [FAULT_REDIRECT] = "redirect",
    [FAULT_LOST] = "lost",
    [FAULT_TRUNCATE] = "truncate",
    [FAULT_AWAY] = "away",
    [FAULT_SECONDARY_429] = "secondary-429",
    [FAULT_PARTIAL] = "partial",
    [FAULT_UNAVAILABLE] = "unavailable",
    [FAULT_LAG] = "lag",
    [FAULT_MISSED] = "missed",
    [FAULT_SWALLOWED] = "swallowed",
    [FAULT_DUPLICATE] = "duplicate",
    [FAULT_LATE] = "late",
    [FAULT_REORDERED] = "reordered",
};

enum fault_kind fault_find(struct sv name)
{
    for (int i = FAULT_NONE + 1; i < FAULT_KINDS; i++)
        if (sv_is(name, fault_names[i]))
            return (enum fault_kind)i;
    return FAULT_NONE;
}

/* ---- what is armed ---- */

void faults_add(struct faults *f, struct fault fault, msec_t now)
{
    fault.until = now + fault.ms;
    fault.random = (uint64_t)f->seed * 1000003u + (uint64_t)++f->added;
    fault.match = mem_strdup(fault.match);
    VEC_PUSH(&f->armed, fault);
}

static void remove_at(struct faults *f, size_t i)
{
    mem_free((void *)(uintptr_t)f->armed.at[i].match);
    VEC_REMOVE(&f->armed, i);
}

void faults_clear(struct faults *f)
{
    while (f->armed.n)
        remove_at(f, f->armed.n - 1);
    VEC_FREE(&f->armed);
}

static bool meets(const struct fault *f, struct sv line)
{
    return !f->match || sv_find(line, sv_of(f->match)) >= 0;
}

static bool is_of_time(const struct fault *f)
{
    return f->kind == FAULT_AWAY || f->kind == FAULT_UNAVAILABLE || f->kind == FAULT_LAG;
}

static struct fault take(struct faults *f, struct sv line, bool sent)
{
    for (size_t i = 0; i < f->armed.n; i++) {
        struct fault *a = &f->armed.at[i], hit = *a;
        if (is_of_time(a) || sent != (a->kind >= FAULT_MISSED) || !meets(a, line))
            continue;
        if (a->chance && draw_next(&a->random) % 100 >= (uint64_t)a->chance)
            continue;
        if (hit.left && --f->armed.at[i].left == 0)
            remove_at(f, i);
        hit.match = NULL;
        return hit;
    }
    return (struct fault){0};
}

struct fault faults_take(struct faults *f, struct sv line)
{
    return take(f, line, false);
}

struct fault faults_take_sent(struct faults *f, struct sv line)
{
    return take(f, line, true);
}

enum fault_kind faults_away(struct faults *f, struct sv line, msec_t now)
{
    for (size_t i = f->armed.n; i-- > 0;) {
        const struct fault *a = &f->armed.at[i];
        if (a->kind != FAULT_AWAY && a->kind != FAULT_UNAVAILABLE)
            continue;
        if (now >= a->until)
            remove_at(f, i);
        else if (meets(a, line))
            return a->kind;
    }
    return FAULT_NONE;
}

msec_t faults_lag(const struct faults *f, struct sv line)
{
    for (size_t i = 0; i < f->armed.n; i++)
        if (f->armed.at[i].kind == FAULT_LAG && meets(&f->armed.at[i], line))
            return f->armed.at[i].ms;
    return 0;
}

void faults_list(const struct faults *f, struct buf *out)
{
    struct jout j = {.buf = out};
    jout_open(&j, '[');
    for (size_t i = 0; i < f->armed.n; i++) {
        const struct fault *a = &f->armed.at[i];
        jout_open(&j, '{');
        jout_kstrz(&j, "kind", fault_names[a->kind]);
        jout_kint(&j, "count", a->left);
        jout_kint(&j, "ms", a->ms);
        jout_kint(&j, "chance", a->chance ? a->chance : 100);
        jout_kstrz(&j, "match", a->match);
        jout_close(&j, '}');
    }
    jout_close(&j, ']');
    buf_chr(out, '\n');
}

/* ---- answers ---- */

static void answer_text(struct lab_call *c, int status, const char *type, const char *text)
{
    c->status = status;
    c->type = type;
    buf_str(&c->out, text);
}

static bool is_graphql(const struct lab_call *c)
{
    return c->forge == LAB_GITHUB && c->n_segs && sv_is(c->segs[c->n_segs - 1], "graphql");
}

/* GraphQL has no status of its own for it. */
static void answer_limit_graphql(struct lab_call *c)
{
    struct jout *j = call_open(c, 200);
    jout_open(j, '{');
    jout_key(j, "errors");
    jout_open(j, '[');
    jout_open(j, '{');
    jout_kstrz(j, "type", "RATE_LIMITED");
    jout_kstrz(j, "message", "API rate limit exceeded for user ID 1.");
    jout_close(j, '}');
    jout_close(j, ']');
    jout_close(j, '}');
}

static void answer_limit(const struct fault *f, struct lab_call *c)
{
    msec_t seconds = f->ms <= 1000 ? 1 : (f->ms + 999) / 1000;
    if (is_graphql(c)) {
        buf_fmt(&c->headers, "X-RateLimit-Limit: 5000\r\nX-RateLimit-Remaining: 0\r\nX-RateLimit-Reset: %lld\r\n",
                (long long)c->now / 1000 + seconds);
        answer_limit_graphql(c);
        return;
    }
    buf_fmt(&c->headers, "Retry-After: %lld\r\n", (long long)seconds);
    if (c->forge == LAB_GITLAB) {
        answer_text(c, 429, "text/plain", "Retry later\n");
        return;
    }
    if (c->forge == LAB_GITHUB)
        buf_fmt(&c->headers, "X-RateLimit-Limit: 5000\r\nX-RateLimit-Remaining: 0\r\nX-RateLimit-Reset: %lld\r\n",
                (long long)c->now / 1000 + seconds);
    call_message(c, 429, "API rate limit exceeded");
}

static const char secondary_text[] =
    "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.";

static void answer_secondary(struct lab_call *c, int status)
{
    buf_str(&c->headers, "X-RateLimit-Limit: 5000\r\nX-RateLimit-Remaining: 4321\r\n");
    call_message(c, status, secondary_text);
}

void fault_limited(struct lab_call *c, const struct limit_verdict *v)
{
    c->type = "application/json; charset=utf-8";
    if (v->says_wait)
        buf_fmt(&c->headers, "Retry-After: %lld\r\n", (long long)(v->wait + 999) / 1000);
    if (c->forge == LAB_GITLAB && v->kind == LIMITED_RESOURCE) {
        struct jout *j = call_open(c, v->status);
        jout_open(j, '{');
        jout_key(j, "message");
        jout_open(j, '{');
        jout_kstrz(j, "error", "This endpoint has been requested too many times. Try again later.");
        jout_close(j, '}');
        jout_close(j, '}');
    } else if (c->forge == LAB_GITLAB) {
        char at[25];
        buf_fmt(&c->headers, "RateLimit-ResetTime: %s\r\n", when_text(c->now + v->wait, at));
        answer_text(c, v->status, "text/plain", "Retry later\n");
    } else if (v->kind == LIMITED_PRIMARY && is_graphql(c)) {
        answer_limit_graphql(c);
    } else {
        call_message(c, v->status,
                     v->kind == LIMITED_PRIMARY ? "API rate limit exceeded for user ID 1." : secondary_text);
    }
}

static void answer_redirect(struct lab_call *c)
{
    if (c->forge == LAB_GITEA && !sv_ends(sv_of(c->own_path), SV("-renamed")))
        c->own_path = arena_fmt(c->arena, "%s-renamed", c->own_path);
    buf_str(&c->headers, "Location: ");
    call_location(c, &c->headers);
    buf_str(&c->headers, "\r\n");
    call_message(c, 307, "Moved Permanently");
}

static void answer_unknown_sha(struct lab_call *c, struct sv sha)
{
    AUTO(buf_free) struct buf text = {0};
    buf_fmt(&text, "No commit found for SHA: %.*s", SV_ARG(sha));
    if (c->forge == LAB_GITHUB)
        call_message(c, 422, text.p);
    else
        call_message(c, 404, c->forge == LAB_GITLAB ? "404 Commit Not Found" : "The target couldn't be found.");
}

bool fault_answer(const struct fault *f, struct lab_call *c)
{
    c->type = "application/json; charset=utf-8";
    switch (f->kind) {
    case FAULT_STATUS_500:
        call_message(c, 500, "Server Error");
        return true;
    case FAULT_STATUS_502:
        answer_text(c, 502, "text/html", "<html><body><h1>502 Bad Gateway</h1></body></html>\n");
        return true;
    case FAULT_RATE_LIMIT:
        answer_limit(f, c);
        return true;
    case FAULT_SECONDARY:
        answer_secondary(c, 403);
        return true;
    case FAULT_SECONDARY_429:
        answer_secondary(c, 429);
        return true;
    case FAULT_CONFLICT:
        call_message(c, 409, "Another update to this commit status is in progress");
        return true;
    case FAULT_UNKNOWN_SHA:
        answer_unknown_sha(c, c->n_segs > 1 ? c->segs[1] : SV(""));
        return true;
    case FAULT_GONE:
        lab_dialect(c->forge)->missing(c);
        return true;
    case FAULT_DENIED:
        call_message(c, 403, c->forge == LAB_GITLAB ? "403 Forbidden" : "Resource not accessible by integration");
        return true;
    case FAULT_REDIRECT:
        if (c->repo)
            answer_redirect(c);
        return c->repo != NULL;
    default:
        return false;
    }
}

bool fault_lag_answer(struct lab_call *c, msec_t lag)
{
    struct sv named = jval_str(jval_get(c->body, "head_sha"));
    const struct lab_token *t = world_token(c->world, c->token);
    c->type = "application/json; charset=utf-8";
    if (t && c->now - t->minted < lag) {
        lab_dialect(c->forge)->denied(c);
        return true;
    }
    for (size_t i = 0; c->repo && i <= c->n_segs; i++) {
        struct sv sha = i < c->n_segs ? c->segs[i] : named;
        const struct lab_commit *m = is_oid(sha) ? commit_find(c->repo, sha) : NULL;
        if (m && c->now - m->at < lag) {
            answer_unknown_sha(c, sha);
            return true;
        }
    }
    return false;
}
