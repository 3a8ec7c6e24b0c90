/* SPDX-License-Identifier: Apache-2.0 */
/* contract_client LAB: every conversation that we have with GitLab and Gitea, held for real with the emulated ones, one
 * after the other, each on what the one before left there. What was sent is in the lab's ledger, which is judged by
 * tests/contract. Exit 0 when every conversation ended well. */
#include <stdio.h>
#include "fmt/json.h"
#include "http/client.h"
#include "io/loop.h"
#include "port/forge.h"

#define SHA "6dcb09b5b57875f334f61aebed695e2e4193db5e"
#define MARK "<!-- fettle:fp=0123456789abcdefghjkmnpqrs -->"
#define NOTED "<!-- fettle:fp=1123456789abcdefghjkmnpqrs -->"

struct speaker {
    struct loop *loop;
    struct http_client *client;
    const struct forge_ops *forge;
    const char *repo;
    struct buf base;
    const struct effect *x;
    struct effect_talk talk;
    enum talk_next next;
    struct api_request request;
    struct err err;
    struct buf head;     /* of the change, as the last answer about it said */
    char id[64];         /* where the last conversation ended */
    int requests, bad;
};

static void on_answer(void *ctx, const struct http_answer *a);

static void send(struct speaker *s)
{
    AUTO(buf_free) struct buf url = {0}, token = {0};
    const char *headers[10];
    size_t n = 0;
    buf_sv(&url, buf_view(&s->base));
    buf_sv(&url, buf_view(&s->request.path));
    s->forge->authorize(SV("not-a-secret"), &token);
    for (; s->request.headers[n]; n++)
        headers[n] = s->request.headers[n];
    headers[n++] = token.p;
    if (s->request.body.n)
        headers[n++] = "Content-Type: application/json";
    headers[n] = NULL;
    s->requests++;
    http_client_call(s->client, "lab", s->request.method, url.p, headers, buf_view(&s->request.body), on_answer, s);
}

static void learn_head(struct speaker *s, struct sv json)
{
    AUTO(jdoc_free) struct jdoc *doc = NULL;
    struct err ignored = {0};
    if (jdoc_parse(json, NULL, &doc, &ignored) < 0)
        return;
    struct sv sha = jval_str(jval_at(jdoc_root(doc), "head", "sha"));
    if (!sha.p)
        sha = jval_str(jval_get(jdoc_root(doc), "sha"));
    if (!sha.p)
        return;
    buf_clear(&s->head);
    buf_sv(&s->head, sha);
}

static void on_answer(void *ctx, const struct http_answer *a)
{
    struct speaker *s = ctx;
    struct api_reply r = {.status = a->status, .maybe_sent = a->maybe_sent, .body = a->body, .problem = a->problem,
                          .link = a->header(a, "link"), .date = a->header(a, "date")};
    if (s->x->kind == EFFECT_PULL)
        learn_head(s, a->body);
    s->next = s->forge->talk(s->x, &s->talk, &r, &s->request, &s->err);
    if (s->next == TALK_CALL)
        send(s);
    else
        loop_stop(s->loop);
}

static void hold(struct speaker *s, const char *what, struct effect x, const char *known)
{
    x.repo = s->repo;
    s->x = &x;
    s->talk.look_first = x.state == EFFECT_UNCERTAIN;
    snprintf(s->talk.remote_id, sizeof s->talk.remote_id, "%s", known ? known : "");
    s->next = s->forge->talk(&x, &s->talk, NULL, &s->request, &s->err);
    if (s->next == TALK_CALL) {
        send(s);
        loop_run(s->loop);
    }
    if (s->next != TALK_SENT) {
        printf("%s: %s ended with %d: %s\n", s->forge->kind, what, s->next, s->err.msg);
        s->bad++;
    }
    snprintf(s->id, sizeof s->id, "%s", s->talk.remote_id);
    api_request_done(&s->request);
    effect_talk_done(&s->talk);
}

/* ---- conversations ---- */

static void statuses(struct speaker *s)
{
    for (int i = 0; i < STATUS_STATE_N; i++) {
        char context[32];
        snprintf(context, sizeof context, "CI/%d \xe2\x98\x95", i);
        struct effect x = {.kind = EFFECT_STATUS,
                           .status = {.sha = SHA, .context = context, .description = "said so", .ref = "refs/heads/main",
                                      .target_url = i % 2 ? "https://ci.example.com/runs/1" : NULL,
                                      .state = (enum status_state)i}};
        hold(s, "a status", x, NULL);
        x.state = EFFECT_UNCERTAIN;
        hold(s, "a status that may be there", x, NULL);
    }
}

static void issues(struct speaker *s)
{
    static const char *labels[] = {"automation", "needs \"care\", soon"};
    struct effect x = {.kind = EFFECT_ISSUE,
                       .issue = {.title = "Build broke", .body = "see @team\n/close", .marker = MARK, .labels = labels,
                                 .n_labels = 1}};
    char number[64];
    hold(s, "a new issue", x, NULL);
    memcpy(number, s->id, sizeof number);
    x.issue.n_labels = 2;
    hold(s, "a known issue", x, number);
    x.issue.close = true;
    hold(s, "the end of a known issue", x, number);
    hold(s, "the end of one that is closed", x, NULL);
    x.issue.close = false;
    hold(s, "a closed issue that is wanted again", x, NULL);
}

static void changes(struct speaker *s)
{
    static const char *labels[] = {"bot", "again"};
    struct effect x = {.kind = EFFECT_PULL,
                       .pull = {.head = "fettle/up", .base = "main", .title = "Up", .body = "/merge\n@team", .marker = MARK}};
    hold(s, "a new change", x, NULL);
    x.pull.title = "Further up";
    hold(s, "a change that is there", x, NULL);
    x.pull.labels = labels;
    x.pull.n_labels = 2;
    hold(s, "labels of a change that is there", x, NULL);
}

static void comments(struct speaker *s, int64_t number, enum thread_kind at)
{
    struct effect x = {.kind = EFFECT_COMMENT,
                       .comment = {.number = number, .at = at, .body = "/close\n@team", .marker = NOTED}};
    char id[64];
    hold(s, "a new comment", x, NULL);
    memcpy(id, s->id, sizeof id);
    x.comment.body = "all well";
    hold(s, "a known comment", x, id);
    hold(s, "a comment that says so", x, NULL);
    x.comment.remove = true;
    hold(s, "a comment removed", x, id);
}

static void labels(struct speaker *s, int64_t number, enum thread_kind at)
{
    static const char *add[] = {"ready", "fresh"}, *gone[] = {"again", "automation"};
    struct effect x = {.kind = EFFECT_LABEL,
                       .label = {.number = number, .at = at, .add = add, .n_add = 2, .remove = gone, .n_remove = 2}};
    hold(s, "labels", x, NULL);
}

static void merges(struct speaker *s, int64_t number)
{
    struct effect x = {.kind = EFFECT_MERGE, .state = EFFECT_UNCERTAIN,
                       .merge = {.number = number, .sha = s->head.p, .method = MERGE_BY_SQUASH, .title = "Up",
                                 .message = "Fixes #1"}};
    hold(s, "a merge", x, NULL);
    hold(s, "a merge that is done", x, NULL);
    x.state = EFFECT_PENDING;
    x.merge.method = MERGE_BY_MERGE;
    hold(s, "a merge that is done, sent again", x, NULL);
}

static void dispatches(struct speaker *s)
{
    bool gitlab = !strcmp(s->forge->kind, "gitlab");
    struct effect x = {.kind = EFFECT_DISPATCH,
                       .dispatch = {.ref = "main", .workflow = gitlab ? NULL : "release.yml", .token = "t1",
                                    .inputs = "{\"where\":\"prod\"}", .hops = 1}};
    hold(s, "a dispatch", x, NULL);
    x.state = EFFECT_UNCERTAIN;
    if (gitlab)
        hold(s, "a dispatch that is there", x, NULL);
}

static void on_member(void *ctx, const struct http_answer *a)
{
    struct speaker *s = ctx;
    enum member_level level;
    struct api_reply r = {.status = a->status, .body = a->body};
    if (s->forge->read_member(&r, &level, &s->err) < 0) {
        printf("%s: a member: %s\n", s->forge->kind, s->err.msg);
        s->bad++;
    }
    loop_stop(s->loop);
}

static void members(struct speaker *s)
{
    AUTO(buf_free) struct buf url = {0}, token = {0}, repo = {0};
    struct api_request q = {0};
    buf_fmt(&repo, "%s:%s", s->forge->kind, s->repo);
    struct hook_event ev = {.repo = {.id = repo.p},
                            .sender = {.present = true, .id = 7, .login = "ann"}};
    if (!s->forge->ask_member(&ev, &q)) {
        s->bad++;
        return;
    }
    buf_sv(&url, buf_view(&s->base));
    buf_sv(&url, buf_view(&q.path));
    s->forge->authorize(SV("not-a-secret"), &token);
    const char *headers[] = {q.headers[0], token.p, NULL};
    http_client_call(s->client, "lab", q.method, url.p, headers, SV(""), on_member, s);
    loop_run(s->loop);
    s->requests++;
    api_request_done(&q);
}

static int speak(const char *lab, const char *kind, const char *repo)
{
    struct speaker s = {.forge = forge_find(sv_of(kind)), .repo = repo, .loop = loop_new()};
    buf_fmt(&s.base, "%s/%s", lab, kind);
    s.client = http_client_new(s.loop, &(struct http_client_conf){.total_ms = 20000, .user_agent = "fettle/contract"});
    int64_t change = !strcmp(kind, "gitlab") ? 1 : 2; /* GitLab counts its merge requests for themselves */
    statuses(&s);
    issues(&s);
    changes(&s);
    comments(&s, change, THREAD_CHANGE);
    comments(&s, 1, THREAD_ISSUE);
    labels(&s, change, THREAD_CHANGE);
    labels(&s, 1, THREAD_ISSUE);
    merges(&s, change);
    dispatches(&s);
    members(&s);
    printf("%s: %d requests, %d conversations ended badly\n", kind, s.requests, s.bad);
    http_client_free(&s.client);
    loop_free(&s.loop);
    buf_free(&s.base);
    buf_free(&s.head);
    return s.bad;
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "usage: contract_client LAB\n");
        return 2;
    }
    int bad = speak(argv[1], "gitlab", "acme/web/front") + speak(argv[1], "gitea", "acme/docs");
    return bad ? 1 : 0;
}
