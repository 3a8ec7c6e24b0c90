/* SPDX-License-Identifier: Apache-2.0 */
/* prism_client URL: every request that we send to GitHub, sent for real to a mock that judges requests by GitHub's own
 * description of its API. Exit 0 when none was called invalid and every operation was used. */
#include <stdio.h>
#include "http/client.h"
#include "io/loop.h"
#include "port/forge.h"

#define SHA "6dcb09b5b57875f334f61aebed695e2e4193db5e"
#define MARK "<!-- fettle:fp=0123456789abcdefghjkmnpqrs -->"

struct judge {
    struct loop *loop;
    struct http_client *client;
    const struct forge_ops *forge;
    const char *base;
    const struct effect *x;
    struct effect_talk talk;
    enum talk_next next;
    struct api_request request;
    struct err err;
    unsigned seen; /* bits of operations */
    int requests, invalid;
};

static const char *const operations[] = {"POST statuses", "GET issues", "POST issues", "PATCH issue", "POST labels",
                                         "GET statuses", "POST check-runs", "PATCH check-run",
                                         "GET check-run", "GET check-runs of a commit"};

static unsigned operation(const struct api_request *q)
{
    struct sv path = buf_view(&q->path);
    bool labels = sv_ends(path, SV("/labels"));
    if (sv_find(path, SV("/check-runs?")) >= 0)
        return 9;
    if (sv_find(path, SV("/check-runs")) >= 0)
        return !strcmp(q->method, "GET") ? 8 : !strcmp(q->method, "PATCH") ? 7 : 6;
    if (sv_find(path, SV("/statuses")) >= 0)
        return !strcmp(q->method, "GET") ? 5 : 0;
    return !strcmp(q->method, "GET") ? 1 : !strcmp(q->method, "PATCH") ? 3 : labels ? 4 : 2;
}

/* With its own 422 described, the mock answers in GitHub's form and puts the judgement into a header. */
static bool is_invalid(const struct http_answer *a)
{
    struct sv violations = a->header(a, "sl-violations");
    return a->status < 200 || a->status > 299 || sv_find(violations, SV("[\"request\"")) >= 0 ||
           sv_find(a->body, SV("stoplight.io/prism/errors")) >= 0;
}

static void on_answer(void *ctx, const struct http_answer *a);

static void send(struct judge *j)
{
    AUTO(buf_free) struct buf url = {0}, token = {0};
    const char *headers[10];
    size_t n = 0;
    buf_str(&url, j->base);
    buf_sv(&url, buf_view(&j->request.path));
    j->forge->authorize(SV("not-a-secret"), &token);
    for (; j->request.headers[n]; n++)
        headers[n] = j->request.headers[n];
    headers[n++] = token.p;
    if (j->request.body.n)
        headers[n++] = "Content-Type: application/json";
    headers[n] = NULL;
    http_client_call(j->client, "prism", j->request.method, url.p, headers, buf_view(&j->request.body), on_answer, j);
}

static void on_answer(void *ctx, const struct http_answer *a)
{
    struct judge *j = ctx;
    struct api_reply r = {.status = a->status, .maybe_sent = a->maybe_sent, .body = a->body, .problem = a->problem,
                          .link = a->header(a, "link"), .date = a->header(a, "date")};
    j->requests++;
    j->seen |= 1u << operation(&j->request);
    if (is_invalid(a)) {
        struct sv why = a->header(a, "sl-violations");
        j->invalid++;
        printf("invalid: %s %.*s %.*s\n  -> %d %.*s%s\n", j->request.method, SV_ARG(buf_view(&j->request.path)),
               SV_ARG(buf_view(&j->request.body)), a->status, SV_ARG(why.n ? why : sv_cut(a->body, 600)),
               a->problem ? a->problem : "");
    }
    j->next = j->forge->talk(j->x, &j->talk, &r, &j->request, &j->err);
    if (j->next == TALK_CALL)
        send(j);
    else
        loop_stop(j->loop);
}

/* 0 when the conversation ended well. */
static int hold(struct judge *j, const struct effect *x, const char *known_id)
{
    int before = j->invalid;
    j->x = x;
    j->talk.look_first = x->state == EFFECT_UNCERTAIN;
    snprintf(j->talk.remote_id, sizeof j->talk.remote_id, "%s", known_id);
    j->next = j->forge->talk(x, &j->talk, NULL, &j->request, &j->err);
    if (j->next == TALK_CALL) {
        send(j);
        loop_run(j->loop);
    }
    if (j->next != TALK_SENT)
        printf("ended with %d: %s\n", j->next, j->err.msg);
    api_request_done(&j->request);
    effect_talk_done(&j->talk);
    return j->next == TALK_SENT && j->invalid == before ? 0 : 1;
}

static int statuses(struct judge *j)
{
    int bad = 0;
    for (int s = 0; s < STATUS_STATE_N; s++) {
        struct effect x = {.kind = EFFECT_STATUS, .repo = "acme/backend",
                           .status = {.sha = SHA, .context = "CI/Build \xe2\x98\x95", .description = "said so",
                                      .target_url = s % 2 ? "https://ci.example.com/runs/1" : NULL,
                                      .state = (enum status_state)s}};
        bad += hold(j, &x, "");
        x.state = EFFECT_UNCERTAIN;
        bad += hold(j, &x, "");
    }
    return bad;
}

static int issues(struct judge *j)
{
    static const char *labels[] = {"automation", "needs \"care\""};
    const struct effect with = {.kind = EFFECT_ISSUE, .repo = "acme/backend",
                                .issue = {.title = "Build broke", .body = "see @team\n/close", .marker = MARK,
                                          .labels = labels, .n_labels = 2}};
    const struct effect without = {.kind = EFFECT_ISSUE, .repo = "acme/backend",
                                   .issue = {.title = "t", .body = "", .marker = MARK}};
    return hold(j, &with, "") + hold(j, &without, "") + hold(j, &with, "1347") + hold(j, &without, "1347");
}

/* The mock says of every check run that it is the same one, which is not ours. */
static int checks(struct judge *j)
{
    static struct check_note notes[120];
    int bad = 0;
    for (int i = 0; i < (int)ARRAY_LEN(notes); i++)
        notes[i] = (struct check_note){.level = (enum note_level)(i % 3), .path = "src/a.c", .text = "x \xe2\x98\x95",
                                       .title = i % 2 ? "T" : NULL, .line = i + 1, .end_line = i % 4 ? i + 1 : i + 5,
                                       .col = i % 4 == 1 ? 3 : 0, .end_col = i % 4 == 1 ? 9 : 0};
    for (int s = 0; s < STATUS_STATE_N; s++) {
        struct effect x = {.kind = EFFECT_CHECK, .repo = "acme/backend", .seq = 1,
                           .check = {.sha = SHA, .name = "CI/Build \xe2\x98\x95", .external_id = "0123456789abcdefghjkmnpqrs",
                                     .title = "said so", .summary = "| a |", .state = (enum status_state)s,
                                     .details_url = s % 2 ? "https://ci.example.com/runs/1" : NULL,
                                     .started_at = 1795428000000, .completed_at = 1795428060000,
                                     .notes = notes, .n_notes = status_is_final((enum status_state)s) ? ARRAY_LEN(notes) : 0}};
        bad += hold(j, &x, "");
        bad += hold(j, &x, "4");
        x.state = EFFECT_UNCERTAIN;
        bad += hold(j, &x, "");
        bad += hold(j, &x, "4");
    }
    return bad;
}

/* A judge that finds nothing wrong with nonsense is asleep. */
static int asleep(struct judge *j)
{
    const struct effect odd = {.kind = EFFECT_ISSUE, .repo = "acme/backend",
                               .issue = {.title = "t", .body = "", .marker = MARK}};
    int before = j->invalid, requests = j->requests;
    unsigned seen = j->seen;
    printf("one request that must be called invalid follows\n");
    int refused = hold(j, &odd, "not-a-number");
    j->invalid = before;
    j->requests = requests;
    j->seen = seen;
    return !refused;
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "usage: prism_client URL\n");
        return 2;
    }
    struct judge j = {.base = argv[1], .forge = forge_find(SV("github")), .loop = loop_new()};
    j.client = http_client_new(j.loop, &(struct http_client_conf){.total_ms = 20000});
    int bad = statuses(&j) + issues(&j) + checks(&j);
    for (unsigned i = 0; i < ARRAY_LEN(operations); i++)
        if (!(j.seen & 1u << i)) {
            printf("never used: %s\n", operations[i]);
            bad++;
        }
    if (asleep(&j)) {
        printf("the judge accepts an issue number that is none\n");
        bad++;
    }
    printf("%d requests, %d called invalid\n", j.requests, j.invalid);
    http_client_free(&j.client);
    loop_free(&j.loop);
    return bad ? 1 : 0;
}
