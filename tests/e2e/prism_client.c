/* SPDX-License-Identifier: Apache-2.0 */
/* prism_client URL: every request that we send to GitHub, sent for real to a mock that judges requests by GitHub's own
 * description of its API. Exit 0 when none was called invalid and every operation was used. */
#include <fnmatch.h>
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
    const char *instead; /* what the mock would have to answer to the first GET, that it goes on from there; or NULL */
    uint64_t seen;       /* bits of operations */
    int requests, invalid;
};

static const struct {
    const char *method, *below; /* the repository: a pattern, each * a segment */
} operations[] = {
    {"POST", "statuses/*"},
    {"GET", "commits/*/statuses"},
    {"GET", "issues"},
    {"POST", "issues"},
    {"GET", "issues/*"},
    {"PATCH", "issues/*"},
    {"GET", "issues/*/labels"},
    {"POST", "issues/*/labels"},
    {"DELETE", "issues/*/labels/*"},
    {"POST", "check-runs"},
    {"PATCH", "check-runs/*"},
    {"GET", "check-runs/*"},
    {"GET", "commits/*/check-runs"},
    {"GET", "issues/*/comments"},
    {"POST", "issues/*/comments"},
    {"PATCH", "issues/comments/*"},
    {"DELETE", "issues/comments/*"},
    {"GET", "pulls"},
    {"POST", "pulls"},
    {"GET", "pulls/*"},
    {"PATCH", "pulls/*"},
    {"PUT", "pulls/*/merge"},
    {"POST", "actions/workflows/*/dispatches"},
    {"GET", "actions/workflows/*/runs"},
    {"POST", "dispatches"},
};

static uint64_t operation(const struct api_request *q)
{
    AUTO(buf_free) struct buf path = {0};
    struct sv whole = buf_view(&q->path);
    ptrdiff_t query = sv_chr(whole, '?');
    buf_sv(&path, query < 0 ? whole : sv_cut(whole, (size_t)query));
    for (size_t i = 0; i < ARRAY_LEN(operations); i++) {
        AUTO(buf_free) struct buf pattern = {0};
        buf_fmt(&pattern, "/repos/*/*/%s", operations[i].below);
        if (!strcmp(q->method, operations[i].method) && fnmatch(pattern.p, path.p, FNM_PATHNAME) == 0)
            return UINT64_C(1) << i;
    }
    printf("an operation of no name: %s %s\n", q->method, path.p);
    return 0;
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
    j->seen |= operation(&j->request);
    if (is_invalid(a)) {
        struct sv why = a->header(a, "sl-violations");
        j->invalid++;
        printf("invalid: %s %.*s %.*s\n  -> %d %.*s%s\n", j->request.method, SV_ARG(buf_view(&j->request.path)),
               SV_ARG(buf_view(&j->request.body)), a->status, SV_ARG(why.n ? why : sv_cut(a->body, 600)),
               a->problem ? a->problem : "");
    }
    if (j->instead && !strcmp(j->request.method, "GET")) {
        r.body = sv_of(j->instead);
        j->instead = NULL;
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

/* The conversation goes on from `answer`, which is what the mock cannot know. */
static int hold_from(struct judge *j, const struct effect *x, const char *known_id, const char *answer)
{
    j->instead = answer;
    int bad = hold(j, x, known_id);
    j->instead = NULL;
    return bad;
}

static int comments(struct judge *j)
{
    static const char *add[] = {"ready", "area/web ui"}, *drop[] = {"bug"};
    const struct effect says = {.kind = EFFECT_COMMENT, .repo = "acme/backend",
                                .comment = {.number = 5, .body = "see \xe2\x98\x95 @team", .marker = MARK}};
    const struct effect gone = {.kind = EFFECT_COMMENT, .repo = "acme/backend",
                                .comment = {.number = 5, .marker = MARK, .remove = true}};
    const struct effect labels = {.kind = EFFECT_LABEL, .repo = "acme/backend",
                                  .label = {.number = 5, .add = add, .n_add = 2, .remove = drop, .n_remove = 1}};
    const struct effect close = {.kind = EFFECT_ISSUE, .repo = "acme/backend",
                                 .issue = {.title = "t", .body = "mended", .marker = MARK, .close = true}};
    return hold(j, &says, "") + hold(j, &says, "31") + hold(j, &gone, "31") + hold(j, &gone, "") +
           hold_from(j, &labels, "", "[{\"name\":\"bug\"}]") + hold(j, &close, "") +
           hold_from(j, &close, "7", "{\"number\":7,\"state\":\"open\"}");
}

#define END(ref) "{\"ref\":\"" ref "\",\"repo\":{\"id\":1}}"

static int pulls(struct judge *j)
{
    static const char *labels[] = {"automation"};
    struct effect x = {.kind = EFFECT_PULL, .repo = "acme/backend",
                       .pull = {.head = "fix/lint \xe2\x98\x95", .base = "main", .title = "Fix lint", .body = "by rule",
                                .marker = MARK, .labels = labels, .n_labels = 1, .draft = true}};
    int bad = hold_from(j, &x, "", "[]");
    x.pull.head = "fix";
    bad += hold_from(j, &x, "", "[{\"number\":12,\"title\":\"t\",\"body\":\"" MARK "\",\"head\":" END("fix")
                                ",\"base\":" END("main") "}]");
    for (int m = 0; m < MERGE_METHOD_N; m++) {
        struct effect merge = {.kind = EFFECT_MERGE, .repo = "acme/backend",
                               .merge = {.number = 12, .sha = SHA, .method = (enum merge_method)m,
                                         .title = m ? "Fix #1" : NULL, .message = m ? "closes #1" : NULL}};
        bad += hold(j, &merge, "");
        merge.state = EFFECT_UNCERTAIN;
        bad += hold_from(j, &merge, "",
                         "{\"number\":12,\"state\":\"open\",\"merged\":false,\"head\":{\"sha\":\"" SHA "\"}}");
    }
    return bad;
}

static int starts(struct judge *j)
{
    struct effect x = {.kind = EFFECT_DISPATCH, .repo = "acme/backend", .created_at = 1795428000000,
                       .dispatch = {.workflow = "deploy.yml", .ref = "main", .inputs = "{\"env\":\"prod\"}",
                                    .token = "0123456789abcdefghjkmnpqrs", .hops = 1}};
    const struct effect event = {.kind = EFFECT_DISPATCH, .repo = "acme/backend",
                                 .dispatch = {.event = "deployed", .inputs = "{\"env\":\"prod\"}",
                                              .token = "0123456789abcdefghjkmnpqrs", .hops = 1}};
    int bad = hold(j, &x, "") + hold(j, &event, "");
    x.state = EFFECT_UNCERTAIN;
    return bad + hold_from(j, &x, "", "{\"workflow_runs\":[{\"id\":7,\"display_title\":"
                                      "\"0123456789abcdefghjkmnpqrs\"}]}");
}

/* A judge that finds nothing wrong with nonsense is asleep. */
static int asleep(struct judge *j)
{
    const struct effect odd = {.kind = EFFECT_ISSUE, .repo = "acme/backend",
                               .issue = {.title = "t", .body = "", .marker = MARK}};
    int before = j->invalid, requests = j->requests;
    uint64_t seen = j->seen;
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
    int bad = statuses(&j) + issues(&j) + checks(&j) + comments(&j) + pulls(&j) + starts(&j);
    for (size_t i = 0; i < ARRAY_LEN(operations); i++)
        if (!(j.seen & UINT64_C(1) << i)) {
            printf("never used: %s %s\n", operations[i].method, operations[i].below);
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
