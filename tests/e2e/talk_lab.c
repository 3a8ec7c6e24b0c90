/* SPDX-License-Identifier: Apache-2.0 */
/* talk_lab URL FORGE: our conversations held for real with an emulated forge, one story a fault: an issue, a comment
 * written and written over, labels, a change opened, written over and merged, something started, the comment removed,
 * the issue closed. Each fault meets one request of one method in each story, and what is tried again is tried as the
 * outbox does it: after an uncertain end by looking first. At the end there is exactly one of everything, or of what is
 * started at most one. FORGE is the forge's name in the lab. Exit 0 when that is so. */
#include <stdio.h>
#include <time.h>
#include "base/clk.h"
#include "fmt/json.h"
#include "http/client.h"
#include "io/loop.h"
#include "port/forge.h"

#define MARK(of) "<!-- fettle:fp=" of "00000000000000000000000000 -->"
enum { TRIES = 9 }; /* the outbox gives up what is refused eight times */

struct rig {
    struct loop *loop;
    struct http_client *client;
    const char *url, *name; /* of the lab; of the forge in it */
    const struct forge_ops *forge;
    char repo[32];
    const char *fault, *method;
    /* the request that is out */
    int status;
    bool maybe_sent;
    struct buf body, link, location, problem;
    int requests, bad;
};

/* ---- requests ---- */

static void keep(struct buf *b, struct sv s)
{
    buf_clear(b);
    buf_sv(b, s);
}

static void on_answer(void *ctx, const struct http_answer *a)
{
    struct rig *r = ctx;
    r->status = a->status;
    r->maybe_sent = a->maybe_sent;
    keep(&r->body, a->body);
    keep(&r->link, a->header(a, "link"));
    keep(&r->location, a->header(a, "location"));
    keep(&r->problem, sv_of(a->problem ? a->problem : ""));
    loop_stop(r->loop);
}

static void ask(struct rig *r, const char *method, const char *path, const char *const *more, struct sv body)
{
    AUTO(buf_free) struct buf url = {0}, token = {0};
    const char *headers[10];
    size_t n = 0;
    buf_fmt(&url, "%s%s", r->url, path);
    r->forge->authorize(SV("not-a-secret"), &token);
    for (; more && more[n]; n++)
        headers[n] = more[n];
    headers[n++] = token.p;
    if (body.n)
        headers[n++] = "Content-Type: application/json";
    headers[n] = NULL;
    r->requests++;
    http_client_call(r->client, "lab", method, url.p, headers, body, on_answer, r);
    loop_run(r->loop);
}

static struct sv present(const struct buf *b)
{
    return b->n ? buf_view(b) : SV_NONE;
}

static enum talk_next talk_once(struct rig *r, const struct effect *x, struct effect_talk *t, struct err *e)
{
    struct api_request q = {0};
    enum talk_next next = r->forge->talk(x, t, NULL, &q, e);
    while (next == TALK_CALL) {
        AUTO(buf_free) struct buf path = {0};
        buf_fmt(&path, "/%s%.*s", r->name, SV_ARG(buf_view(&q.path)));
        ask(r, q.method, path.p, q.headers, buf_view(&q.body));
        struct api_reply a = {.status = r->status,
                              .maybe_sent = r->maybe_sent,
                              .body = buf_view(&r->body),
                              .link = present(&r->link),
                              .location = present(&r->location),
                              .problem = r->problem.p};
        next = r->forge->talk(x, t, &a, &q, e);
    }
    api_request_done(&q);
    return next;
}

/* As the outbox does it, but for nearly all of the waiting. `known`: 64 bytes, what is remembered of earlier ones; may
 * be NULL. */
static enum talk_next settle(struct rig *r, struct effect *x, char *known, struct err *e)
{
    enum talk_next next = TALK_RETRY;
    bool uncertain = false;
    for (int i = 0; i < TRIES && (next == TALK_RETRY || next == TALK_UNCERTAIN); i++) {
        struct effect_talk t = {.look_first = uncertain};
        snprintf(t.remote_id, sizeof t.remote_id, "%s", known ? known : "");
        *e = (struct err){0};
        x->tries = i + 1;
        next = talk_once(r, x, &t, e);
        uncertain = next == TALK_UNCERTAIN || (uncertain && next == TALK_RETRY);
        if (next != TALK_SENT && r->status == 0) /* a forge that is away is away for a while */
            nanosleep(&(struct timespec){.tv_nsec = 12000000}, NULL);
        if (known && next == TALK_SENT)
            snprintf(known, 64, "%s", t.remote_id);
        effect_talk_done(&t);
    }
    return next;
}

static void wrong(struct rig *r, const char *what, const char *why)
{
    printf("%s, %s at %s: %s: %s\n", r->name, r->fault ? r->fault : "no fault", r->method, what, why);
    r->bad++;
}

/* The next request of that method to that forge meets the fault. */
static void arm(struct rig *r)
{
    AUTO(buf_free) struct buf fault = {0};
    ask(r, "DELETE", "/_lab/faults", NULL, SV(""));
    if (!r->fault)
        return;
    buf_fmt(&fault, "{\"kind\":\"%s\",\"count\":1,\"ms\":10,\"match\":\"%s /%s/\"}", r->fault, r->method, r->name);
    ask(r, "POST", "/_lab/faults", NULL, buf_view(&fault));
}

/* It must arrive in the end. */
static void must(struct rig *r, const char *what, struct effect x, char *known)
{
    struct err e = {0};
    x.repo = r->repo;
    x.forge = r->name;
    arm(r);
    if (settle(r, &x, known, &e) != TALK_SENT)
        wrong(r, what, e.msg);
}

/* ---- what is there ---- */

static size_t count(struct rig *r, const struct jdoc *state, const char *list, const char *key, const char *value)
{
    size_t n = 0;
    const struct jval *all = jval_get(jdoc_root(state), list);
    for (size_t i = 0; i < jval_len(all); i++) {
        const struct jval *v = jval_item(all, i);
        struct sv have = jval_str(jval_get(v, key));
        n += sv_is(jval_str(jval_get(v, "repo")), r->repo) && sv_is(jval_str(jval_get(v, "forge")), r->name) &&
             (!value || (have.p && sv_find(have, sv_of(value)) >= 0));
    }
    return n;
}

static void there(struct rig *r, const char *list, const char *key, const char *value, size_t least, size_t most)
{
    AUTO(jdoc_free) struct jdoc *state = NULL;
    AUTO(buf_free) struct buf why = {0};
    struct err e = {0};
    ask(r, "GET", "/_lab/state", NULL, SV(""));
    if (jdoc_parse(buf_view(&r->body), NULL, &state, &e) < 0) {
        wrong(r, "the state", e.msg);
        return;
    }
    size_t n = count(r, state, list, key, value), all = count(r, state, list, key, NULL);
    buf_fmt(&why, "%zu of %zu with %s %s", n, all, key, value);
    if (n < least || n > most || all != n)
        wrong(r, list, why.p);
}

/* The head of the one change. */
static void head_of(struct rig *r, char ret[65])
{
    AUTO(jdoc_free) struct jdoc *state = NULL;
    struct err e = {0};
    ret[0] = 0;
    ask(r, "GET", "/_lab/state", NULL, SV(""));
    if (jdoc_parse(buf_view(&r->body), NULL, &state, &e) < 0)
        return;
    const struct jval *all = jval_get(jdoc_root(state), "changes");
    for (size_t i = 0; i < jval_len(all); i++)
        if (sv_is(jval_str(jval_get(jval_item(all, i), "repo")), r->repo))
            snprintf(ret, 65, "%.*s", SV_ARG(jval_str(jval_get(jval_item(all, i), "sha"))));
}

/* ---- the story ---- */

static struct effect comment(const char *text, bool remove)
{
    return (struct effect){
        .kind = EFFECT_COMMENT,
        .comment = {.number = 1, .at = THREAD_ISSUE, .body = text, .marker = MARK("b"), .remove = remove}};
}

static struct effect pull(const char *title)
{
    static const char *labels[] = {"automation"};
    return (struct effect){.kind = EFFECT_PULL,
                           .pull = {.head = "fix",
                                    .base = "main",
                                    .title = title,
                                    .body = "by rule",
                                    .marker = MARK("c"),
                                    .labels = labels,
                                    .n_labels = 1}};
}

static void threads(struct rig *r)
{
    static const char *labels[] = {"bug"}, *add[] = {"ready", "later"}, *drop[] = {"bug", "absent"};
    char known[64] = "", none[64] = "", again[64] = "";
    struct effect issue = {
        .kind = EFFECT_ISSUE,
        .issue = {.title = "Build broke", .body = "log", .marker = MARK("a"), .labels = labels, .n_labels = 1}};
    const struct effect label = {
        .kind = EFFECT_LABEL,
        .label = {.number = 1, .at = THREAD_ISSUE, .add = add, .n_add = 2, .remove = drop, .n_remove = 2}};
    must(r, "the issue", issue, known);
    must(r, "the comment", comment("one", false), again);
    must(r, "the comment, its number known", comment("two", false), again);
    must(r, "the comment, its number forgotten", comment("three", false), none);
    there(r, "comments", "body", "three", 1, 1);
    must(r, "labels", label, NULL);
    must(r, "the removal", comment(NULL, true), none);
    there(r, "comments", "body", "", 0, 0);
    issue.issue.close = true;
    must(r, "the end of the issue", issue, known);
    there(r, "issues", "state", "closed", 1, 1);
}

static void change(struct rig *r)
{
    char sha[65];
    must(r, "the change", pull("Fix lint"), NULL);
    must(r, "the change again", pull("Fix lint again"), NULL);
    there(r, "changes", "title", "Fix lint again", 1, 1);
    head_of(r, sha);
    must(r, "the merge",
         (struct effect){.kind = EFFECT_MERGE,
                         .merge = {.number = strcmp(r->name, "gitlab") == 0 ? 1 : 2,
                                   .sha = sha,
                                   .method = MERGE_BY_SQUASH,
                                   .title = "Fix lint"}},
         NULL);
    there(r, "changes", "state", "merged", 1, 1);
}

/* Never twice; and once when it is said that it was sent. */
static void start(struct rig *r, const char *key, const char *value, struct dispatch_body d)
{
    struct err e = {0};
    struct effect x = {
        .kind = EFFECT_DISPATCH, .repo = r->repo, .forge = r->name, .created_at = clk_wall_ms(), .dispatch = d};
    x.dispatch.token = "0123456789abcdefghjkmnpqrs";
    x.dispatch.inputs = "{\"env\":\"prod\"}";
    arm(r);
    bool sent = settle(r, &x, NULL, &e) == TALK_SENT;
    if (!sent && !e.msg[0])
        wrong(r, value, "given up without a reason");
    there(r, "starts", key, value, sent ? 1 : 0, 1);
}

static void story(struct rig *r, const char *fault, const char *method)
{
    static int number;
    r->fault = fault;
    r->method = method;
    snprintf(r->repo, sizeof r->repo, "acme/r%d", ++number);
    threads(r);
    change(r);
    if (strcmp(r->name, "gitlab") == 0)
        start(r, "ref", "main", (struct dispatch_body){.ref = "main"});
    else
        start(r, "workflow", "deploy.yml", (struct dispatch_body){.workflow = "deploy.yml", .ref = "main"});
    if (strcmp(r->name, "github") != 0)
        return;
    snprintf(r->repo, sizeof r->repo, "acme/e%d", number);
    start(r, "event", "deployed", (struct dispatch_body){.event = "deployed"});
}

int main(int argc, char **argv)
{
    static const char *const faults[] = {"lost",       "truncate", "status-500",   "status-502", "secondary",
                                         "rate-limit", "redirect", "conflict-409", "away"};
    static const char *const methods[] = {"GET", "POST", "PATCH", "PUT", "DELETE"};
    if (argc != 3 || !forge_find(sv_of(argv[2]))) {
        fprintf(stderr, "usage: talk_lab URL FORGE\n");
        return 2;
    }
    struct rig r = {.loop = loop_new(), .url = argv[1], .name = argv[2], .forge = forge_find(sv_of(argv[2]))};
    r.client = http_client_new(r.loop, &(struct http_client_conf){.total_ms = 10000, .user_agent = "fettle/talk"});
    story(&r, NULL, "nothing");
    for (size_t f = 0; f < ARRAY_LEN(faults); f++)
        for (size_t m = 0; m < ARRAY_LEN(methods); m++)
            story(&r, faults[f], methods[m]);
    printf("%s: %d requests, %d wrong\n", r.name, r.requests, r.bad);
    struct buf *const bufs[] = {&r.body, &r.link, &r.location, &r.problem};
    for (size_t i = 0; i < ARRAY_LEN(bufs); i++)
        buf_free(bufs[i]);
    http_client_free(&r.client);
    loop_free(&r.loop);
    return r.bad ? 1 : 0;
}
