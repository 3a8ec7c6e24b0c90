/* SPDX-License-Identifier: Apache-2.0 */
/* prism_hooks URL: every request about webhooks, what they missed and of an App that we send to GitHub, sent for real
 * to a mock that judges requests by GitHub's own description of its API. Exit 0 when none was called invalid and every
 * operation was used. */
#include <stdio.h>
#include "http/client.h"
#include "io/loop.h"
#include "port/forge_app.h"
#include "port/hook_talk.h"
#include "port/missed.h"

struct judge {
    struct loop *loop;
    struct http_client *client;
    const char *base;
    struct api_request request;
    int status, requests, invalid;
    struct buf body;
    unsigned seen; /* bits of operations */
};

static const struct {
    const char *method, *part;
} operations[] = {{"GET", "/hooks?"},
                  {"POST", "/hooks"},
                  {"PATCH", "/hooks/"},
                  {"DELETE", "/hooks/"},
                  {"POST", "/pings"},
                  {"GET", "/installation"},
                  {"GET", "/installations/"},
                  {"POST", "/access_tokens"},
                  {"GET", "/app/hook/config"},
                  {"GET", "/app/hook/deliveries?"},
                  {"GET", "/app/hook/deliveries/"},
                  {"GET", "/repos/acme/back%20end/hooks/1/deliveries?"},
                  {"PATCH", "/repos/acme/back%20end/hooks/1"},
                  {"GET", "/orgs/acme/hooks?"},
                  {"PATCH", "/orgs/acme/hooks/1"}};

static void note_operation(struct judge *j)
{
    struct sv path = buf_view(&j->request.path);
    for (size_t i = 0; i < ARRAY_LEN(operations); i++) {
        struct sv part = sv_of(operations[i].part);
        bool inside = part.p[part.n - 1] == '?' || part.p[part.n - 1] == '/';
        if (!strcmp(j->request.method, operations[i].method) &&
            (inside ? sv_find(path, part) >= 0 : sv_ends(path, part)))
            j->seen |= 1u << i;
    }
}

static void on_answer(void *ctx, const struct http_answer *a)
{
    struct judge *j = ctx;
    struct sv why = a->header(a, "sl-violations");
    bool bad = a->status < 200 || a->status > 299 || sv_find(why, SV("[\"request\"")) >= 0 ||
               sv_find(a->body, SV("stoplight.io/prism/errors")) >= 0;
    j->requests++;
    j->status = a->status;
    buf_clear(&j->body);
    buf_sv(&j->body, a->body);
    if (bad) {
        j->invalid++;
        printf("invalid: %s %.*s %.*s\n  -> %d %.*s%s\n", j->request.method, SV_ARG(buf_view(&j->request.path)),
               SV_ARG(buf_view(&j->request.body)), a->status, SV_ARG(why.n ? why : sv_cut(a->body, 600)),
               a->problem ? a->problem : "");
    }
    loop_stop(j->loop);
}

/* Sends j->request and waits. */
static struct api_reply send(struct judge *j)
{
    AUTO(buf_free) struct buf url = {0};
    const char *headers[10];
    size_t n = 0;
    note_operation(j);
    buf_str(&url, j->base);
    buf_sv(&url, buf_view(&j->request.path));
    for (; j->request.headers[n]; n++)
        headers[n] = j->request.headers[n];
    headers[n++] = "Authorization: Bearer not-a-secret";
    if (j->request.body.n)
        headers[n++] = "Content-Type: application/json";
    headers[n] = NULL;
    http_client_call(j->client, "prism", j->request.method, url.p, headers, buf_view(&j->request.body), on_answer, j);
    loop_run(j->loop);
    return (struct api_reply){.status = j->status, .body = buf_view(&j->body)};
}

/* 0 when the conversation ended well. */
static int hold(struct judge *j, enum hook_verb verb, const char *url)
{
    static const char *const events[] = {"push", "pull_request", "issue_comment", "repository"};
    AUTO(hook_answer_free) struct hook_answer answer = {0};
    struct hook_wish w = {.effect = {.repo = "acme/back end"},
                          .ops = forge_find(SV("github"))->hooks,
                          .verb = verb,
                          .url = url,
                          .secret = "It's a Secret to Everybody",
                          .events = events,
                          .n_events = ARRAY_LEN(events),
                          .id = 12345678,
                          .answer = &answer};
    struct effect_talk talk = {0};
    struct err e = {0};
    int before = j->invalid;
    enum talk_next next = hook_talk(&w, &talk, NULL, &j->request, &e);
    while (next == TALK_CALL) {
        struct api_reply r = send(j);
        next = hook_talk(&w, &talk, &r, &j->request, &e);
    }
    if (next != TALK_SENT)
        printf("ended with %d: %s\n", next, e.msg);
    api_request_done(&j->request);
    effect_talk_done(&talk);
    return next == TALK_SENT && j->invalid == before ? 0 : 1;
}

/* The address of the hook in GitHub's own example, and one that is not there. */
static int hooks(struct judge *j)
{
    static const char there[] = "https://example.com/webhook", not_there[] = "https://ci.example.com/hook/github";
    int bad = 0;
    for (int verb = HOOK_LOOK; verb <= HOOK_REMOVE; verb++)
        bad += hold(j, (enum hook_verb)verb, there) + hold(j, (enum hook_verb)verb, not_there);
    return bad;
}

static int app(struct judge *j)
{
    const struct forge_app_ops *ops = forge_find(SV("github"))->app;
    struct forge_installation at = {.id = 1};
    struct err e = {0};
    AUTO(buf_free) struct buf token = {0};
    msec_t expires;
    int bad = 0;
    buf_str(&at.permissions, "{\"checks\":\"write\",\"contents\":\"write\",\"issues\":\"write\",\"metadata\":\"read\","
                             "\"pull_requests\":\"write\",\"repository_hooks\":\"write\",\"statuses\":\"write\","
                             "\"workflows\":\"write\"}");
    for (int64_t known = 0; known < 2; known++) {
        struct forge_installation found = {0};
        ops->ask_installation("acme/back end", known, &j->request);
        struct api_reply r = send(j);
        bad += ops->read_installation(&r, &found, &e) < 0;
        buf_free(&found.permissions);
        api_request_done(&j->request);
    }
    for (int use = 0; use < USE_N; use++) {
        bad += ops->ask_token(&at, "acme/back end", (enum credential_use)use, &j->request, &e) < 0;
        struct api_reply r = send(j);
        bad += ops->read_token(&r, &token, &expires, &e) < 0;
        api_request_done(&j->request);
    }
    if (e.msg[0])
        printf("%s\n", e.msg);
    buf_free(&at.permissions);
    return bad;
}

static int64_t since(void *ctx, const char *name)
{
    (void)ctx, (void)name;
    return 1790000000000;
}

static bool may_switch(void *ctx, const struct missed_hook *h)
{
    (void)ctx, (void)h;
    return true;
}

/* The lists that GitHub's examples hold tell of nothing that is off or was missed: ours do. */
static struct sv list_of(const struct judge *j, struct sv body)
{
    struct sv path = buf_view(&j->request.path);
    if (sv_find(path, SV("/deliveries?")) >= 0)
        return SV("[{\"id\":12,\"guid\":\"b\",\"status_code\":502,\"delivered_at\":\"2026-09-21T14:10:00Z\"}]");
    if (sv_find(path, SV("/hooks?")) >= 0)
        return SV("[{\"id\":1,\"active\":false,\"config\":{\"url\":\"https://example.com/webhook\"}}]");
    return body;
}

static int missed(struct judge *j, enum missed_of of)
{
    static const struct missed_place here[] = {{"/webhook", false}};
    const struct forge_ops *ops = forge_find(SV("github"));
    struct err e = {0};
    struct missed m = {.of = of,
                       .repo = of == MISSED_APP ? "" : "acme/back end",
                       .owner = of == MISSED_APP ? NULL : "acme",
                       .now = 1790000000000,
                       .public_url = "https://example.com",
                       .places = here,
                       .n_places = 1,
                       .since = since,
                       .may_switch = may_switch};
    enum talk_next next = ops->missed(&m, NULL, &j->request, &e);
    while (next == TALK_CALL) {
        struct api_reply r = send(j);
        r.body = list_of(j, r.body);
        api_request_done(&j->request);
        next = ops->missed(&m, &r, &j->request, &e);
    }
    missed_free(&m);
    return next != TALK_SENT;
}

/* A judge that finds nothing wrong with nonsense is asleep. */
static int asleep(struct judge *j)
{
    int before = j->invalid;
    printf("one request that must be called invalid follows\n");
    j->request.method = "POST";
    buf_str(&j->request.path, "/repos/acme/api/hooks");
    buf_str(&j->request.body, "{\"events\":\"push\"}");
    send(j);
    api_request_done(&j->request);
    bool refused = j->invalid > before;
    j->invalid = before;
    return !refused;
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "usage: prism_hooks URL\n");
        return 2;
    }
    struct judge j = {.base = argv[1], .loop = loop_new()};
    j.client = http_client_new(j.loop, &(struct http_client_conf){.total_ms = 20000});
    int bad = hooks(&j) + app(&j) + missed(&j, MISSED_REPO) + missed(&j, MISSED_APP);
    for (unsigned i = 0; i < ARRAY_LEN(operations); i++)
        if (!(j.seen & 1u << i)) {
            printf("never used: %s %s\n", operations[i].method, operations[i].part);
            bad++;
        }
    if (asleep(&j)) {
        printf("the judge accepts events that are no list\n");
        bad++;
    }
    printf("%d requests, %d called invalid\n", j.requests, j.invalid);
    buf_free(&j.body);
    http_client_free(&j.client);
    loop_free(&j.loop);
    return bad || j.invalid ? 1 : 0;
}
