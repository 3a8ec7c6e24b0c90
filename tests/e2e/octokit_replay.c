/* SPDX-License-Identifier: Apache-2.0 */
/* octokit_replay FOLDER: conversations with GitHub that @octokit/fixtures recorded, held again with our side in place
 * of Octokit's and the recorded answers. FOLDER/<scenario>/normalized-fixture.json; 77 = skipped, it is not there.
 *
 * Where both do the same, the request must be the recorded one: method, path, query where the forge made it (the next
 * page), and every member of the body with its value. What may differ, and is not compared: members that only ours
 * has (the marker in a body), `per_page`, the media type's name (v3+json is the older one of the same), and questions
 * that only we ask, which are answered with what the recording says elsewhere or with "[]".
 * Where Octokit did something that we never do, its answer alone is given to a request of ours, and must be
 * understood: that is what `answer` is for. At last every answer of every scenario is judged by its status. */
#include <dirent.h>
#include <stdio.h>
#include "base/file.h"
#include "fmt/json.h"
#include "port/forge.h"

#define MARK "<!-- fettle:fp=0123456789abcdefghjkmnpqrs -->"
#define SHA  "0000000000000000000000000000000000000001"
static const struct json_limits limits = {.bytes = 64 << 20, .depth = 64, .nodes = 2000000};

struct recorded {
    struct arena arena;
    struct jdoc *doc;
};

struct talk { /* one of ours */
    const char *name;
    const struct effect *x;
    struct effect_talk t;
    struct api_request q;
    struct err e;
    enum talk_next next;
};

static int bad, compared, judged;

static void differ(const char *name, const char *what, const char *have, const char *want)
{
    printf("%s: %s is %s, recorded: %s\n", name, what, have, want);
    bad++;
}

/* ---- recordings ---- */

static bool load(const char *folder, const char *scenario, struct recorded *ret)
{
    AUTO(buf_free) struct buf path = {0}, text = {0};
    struct err e = {0};
    *ret = (struct recorded){0};
    buf_fmt(&path, "%s/%s/normalized-fixture.json", folder, scenario);
    if (file_read(path.p, 64 << 20, &text, &e) < 0 || jdoc_parse(buf_view(&text), &limits, &ret->doc, &e) < 0) {
        printf("%s: %s\n", scenario, e.msg);
        return false;
    }
    return true;
}

static void unload(struct recorded *r)
{
    jdoc_free(&r->doc);
    arena_free(&r->arena);
}

static const struct jval *exchange(const struct recorded *r, size_t i)
{
    return jval_item(jdoc_root(r->doc), i);
}

static struct sv header(const struct jval *x, const char *name)
{
    return jval_str(jval_at(x, "headers", name));
}

static struct api_reply reply_of(struct recorded *r, const struct jval *x)
{
    const struct jval *v = jval_get(x, "response");
    AUTO(buf_free) struct buf json = {0};
    int64_t status = 0;
    jval_int(jval_get(x, "status"), &status);
    if (jval_kind(v) != J_STRING)
        jout_val(&(struct jout){.buf = &json}, v);
    const char *body = arena_dup(&r->arena, jval_kind(v) == J_STRING ? jval_str(v) : buf_view(&json));
    return (struct api_reply){.status = (int)status,
                              .body = sv_of(body),
                              .link = header(x, "link"),
                              .location = header(x, "location"),
                              .retry_after = header(x, "retry-after"),
                              .rate_remaining = header(x, "x-ratelimit-remaining"),
                              .rate_reset = header(x, "x-ratelimit-reset"),
                              .date = header(x, "date")};
}

/* ---- ours ---- */

static void begin(struct talk *k, const char *name, const struct effect *x, const char *known, bool look)
{
    *k = (struct talk){.name = name, .x = x, .t = {.look_first = look}};
    snprintf(k->t.remote_id, sizeof k->t.remote_id, "%s", known);
    k->next = forge_find(SV("github"))->talk(x, &k->t, NULL, &k->q, &k->e);
}

static void answer_with(struct talk *k, struct api_reply r)
{
    if (k->next != TALK_CALL)
        differ(k->name, "the conversation", "over", "going on");
    else
        k->next = forge_find(SV("github"))->talk(k->x, &k->t, &r, &k->q, &k->e);
}

static void answer(struct talk *k, struct recorded *r, size_t i)
{
    answer_with(k, reply_of(r, exchange(r, i)));
}

static void end(struct talk *k, enum talk_next want, enum err_class cls, const char *id)
{
    AUTO(buf_free) struct buf have = {0};
    if (k->next != want || (want != TALK_SENT && want != TALK_CALL && k->e.cls != cls)) {
        buf_fmt(&have, "%d, %s, %s", k->next, err_class_name(k->e.cls), k->e.msg);
        differ(k->name, "the end", have.p, err_class_name(cls));
    }
    if (id && strcmp(k->t.remote_id, id) != 0)
        differ(k->name, "the number", k->t.remote_id, id);
    compared++;
    api_request_done(&k->q);
    effect_talk_done(&k->t);
}

enum query { QUERY_OURS, QUERY_RECORDED };

static void same_path(const struct talk *k, const struct jval *x, enum query query)
{
    struct sv have = buf_view(&k->q.path), want = jval_str(jval_get(x, "path"));
    AUTO(buf_free) struct buf a = {0}, b = {0};
    ptrdiff_t at = sv_chr(have, '?');
    buf_fmt(&a, "%s %.*s", k->q.method, SV_ARG(query == QUERY_OURS && at >= 0 ? sv_cut(have, (size_t)at) : have));
    at = sv_chr(want, '?');
    if (query == QUERY_OURS && at >= 0)
        want = sv_cut(want, (size_t)at);
    for (size_t i = 0; i < jval_str(jval_get(x, "method")).n; i++)
        buf_chr(&b, (char)(jval_str(jval_get(x, "method")).p[i] - 'a' + 'A'));
    buf_fmt(&b, " %.*s", SV_ARG(want));
    if (strcmp(a.p, b.p) != 0)
        differ(k->name, "the request", a.p, b.p);
}

/* Every member of the recorded body is in ours, and as many others as are ours. */
static void same_body(const struct talk *k, const struct jval *x, size_t ours_alone)
{
    AUTO(jdoc_free) struct jdoc *doc = NULL;
    const struct jval *want = jval_get(x, "body"), *v;
    struct err e = {0};
    struct sv key;
    if (jdoc_parse(buf_view(&k->q.body), NULL, &doc, &e) < 0) {
        differ(k->name, "the body", e.msg, "JSON");
        return;
    }
    for (size_t at = 0; jval_each(want, &at, &key, &v);) {
        AUTO(buf_free) struct buf a = {0}, b = {0}, name = {0};
        buf_sv(&name, key);
        jout_val(&(struct jout){.buf = &b}, v);
        jout_val(&(struct jout){.buf = &a}, jval_get(jdoc_root(doc), name.p));
        if (!a.p || strcmp(a.p, b.p) != 0)
            differ(k->name, name.p, a.p ? a.p : "not there", b.p);
    }
    if (jval_len(jdoc_root(doc)) != jval_len(want) + ours_alone)
        differ(k->name, "the body", k->q.body.p, "without these members");
}

static void same(struct talk *k, struct recorded *r, size_t i, size_t ours_alone)
{
    same_path(k, exchange(r, i), QUERY_OURS);
    same_body(k, exchange(r, i), ours_alone);
    answer(k, r, i);
}

static struct api_reply nothing(void)
{
    return (struct api_reply){.status = 200, .body = SV("[]")};
}

/* ---- scenarios ---- */

static struct effect status(const char *context, const char *text, enum status_state state)
{
    return (struct effect){
        .kind = EFFECT_STATUS,
        .repo = "octokit-fixture-org/create-status",
        .status = {
            .sha = SHA, .context = context, .description = text, .state = state, .target_url = "https://example.com"}};
}

static void create_status(struct recorded *r)
{
    const struct effect one = status("example/1", "create-status failure test", STATUS_FAILED);
    const struct effect two = status("example/2", "create-status success test", STATUS_SUCCESS);
    const struct effect other = status("example/2", "create-status success test", STATUS_FAILED);
    struct talk k;
    begin(&k, "create-status 1", &one, "", false);
    same(&k, r, 0, 0);
    end(&k, TALK_SENT, ERR_OK, "1000");
    begin(&k, "create-status 2", &two, "", false);
    same(&k, r, 1, 0);
    end(&k, TALK_SENT, ERR_OK, "1001");
    begin(&k, "create-status looked for", &one, "", true);
    same_path(&k, exchange(r, 2), QUERY_OURS);
    answer(&k, r, 2);
    end(&k, TALK_SENT, ERR_OK, NULL);
    begin(&k, "create-status not found", &other, "", true);
    answer(&k, r, 2);
    end(&k, TALK_CALL, ERR_OK, NULL);
}

static void add_labels(struct recorded *r)
{
    static const char *labels[] = {"Foo", "bAr", "baZ"}, *gone[] = {"absent"};
    const struct effect issue = {.kind = EFFECT_ISSUE,
                                 .repo = "octokit-fixture-org/add-labels-to-issue",
                                 .issue = {.title = "Issue without a label", .body = "", .marker = MARK}};
    const struct effect add = {
        .kind = EFFECT_LABEL, .repo = issue.repo, .label = {.number = 1, .add = labels, .n_add = 3}};
    const struct effect both = {.kind = EFFECT_LABEL,
                                .repo = issue.repo,
                                .label = {.number = 1, .add = labels, .n_add = 3, .remove = gone, .n_remove = 1}};
    struct effect labelled = issue;
    struct talk k;
    begin(&k, "add-labels: the issue", &issue, "", false);
    answer_with(&k, nothing());
    same(&k, r, 0, 1);
    end(&k, TALK_SENT, ERR_OK, "1");
    begin(&k, "add-labels", &add, "", false);
    same(&k, r, 1, 0);
    end(&k, TALK_SENT, ERR_OK, NULL);
    begin(&k, "add-labels: they are there", &both, "", false);
    answer(&k, r, 1);
    end(&k, TALK_SENT, ERR_OK, NULL);
    labelled.issue.labels = labels; /* an update is answered with an issue that has none */
    labelled.issue.n_labels = 3;
    begin(&k, "add-labels: to an issue", &labelled, "1", false);
    answer(&k, r, 0);
    same(&k, r, 1, 0);
    end(&k, TALK_SENT, ERR_OK, "1");
}

/* Five pages, walked by Link alone. */
static void paginate_issues(struct recorded *r)
{
    const struct effect issue = {.kind = EFFECT_ISSUE,
                                 .repo = "octokit-fixture-org/paginate-issues",
                                 .issue = {.title = "t", .body = "", .marker = MARK}};
    struct effect close = issue;
    struct talk k;
    begin(&k, "paginate-issues", &issue, "", false);
    for (size_t i = 0; i < 5; i++) {
        same_path(&k, exchange(r, i), i ? QUERY_RECORDED : QUERY_OURS);
        answer(&k, r, i);
    }
    if (strcmp(k.q.method, "POST") != 0)
        differ(k.name, "after the last page", k.q.method, "POST");
    end(&k, TALK_CALL, ERR_OK, NULL);
    close.issue.close = true;
    begin(&k, "paginate-issues: none to close", &close, "", false);
    for (size_t i = 0; i < 5; i++)
        answer(&k, r, i);
    end(&k, TALK_SENT, ERR_OK, "");
}

/* A renamed repository: 301 to a GET, 307 to a PATCH; the same method goes to the new place, with the same body. */
static void rename_repository(struct recorded *r)
{
    const struct effect comment = {.kind = EFFECT_COMMENT,
                                   .repo = "octokit-fixture-org/rename-repository",
                                   .comment = {.number = 1, .body = "b", .marker = MARK}};
    struct talk k;
    AUTO(buf_free) struct buf before = {0};
    begin(&k, "rename-repository: GET", &comment, "", false);
    answer(&k, r, 1);
    same_path(&k, exchange(r, 2), QUERY_RECORDED);
    end(&k, TALK_CALL, ERR_OK, NULL);
    begin(&k, "rename-repository: PATCH", &comment, "7", false);
    buf_sv(&before, buf_view(&k.q.body));
    answer(&k, r, 3);
    same_path(&k, exchange(r, 4), QUERY_RECORDED);
    if (!sv_eq(buf_view(&before), buf_view(&k.q.body)))
        differ(k.name, "the body", k.q.body.p, before.p);
    end(&k, TALK_CALL, ERR_OK, NULL);
}

/* Answers that Octokit was given to requests that we never make. */
static void answers_alone(struct recorded *errors, struct recorded *lock, struct recorded *labels)
{
    static const char *names[] = {"BUG", "absent"};
    const struct effect label = {.kind = EFFECT_LABEL,
                                 .repo = "octokit-fixture-org/labels",
                                 .label = {.number = 1, .add = names, .n_add = 1, .remove = names, .n_remove = 2}};
    const struct effect add = {
        .kind = EFFECT_LABEL, .repo = label.repo, .label = {.number = 1, .add = names, .n_add = 1}};
    const struct effect gone = {
        .kind = EFFECT_COMMENT, .repo = label.repo, .comment = {.number = 1, .marker = MARK, .remove = true}};
    const struct effect event = {.kind = EFFECT_DISPATCH, .repo = label.repo, .dispatch = {.event = "e", .token = "t"}};
    struct talk k;
    begin(&k, "errors", &add, "", false);
    answer(&k, errors, 0);
    if (strcmp(k.e.msg, "refused (422): Validation Failed") != 0)
        differ(k.name, "the reason", k.e.msg, "Validation Failed");
    end(&k, TALK_DEAD, ERR_INVALID, NULL);
    begin(&k, "lock-issue: 204", &gone, "7", false);
    answer(&k, lock, 0);
    end(&k, TALK_SENT, ERR_OK, "");
    begin(&k, "lock-issue: 204 again", &event, "", false);
    answer(&k, lock, 1);
    end(&k, TALK_SENT, ERR_OK, NULL);
    begin(&k, "labels: the list", &label, "", false);
    answer(&k, labels, 0);
    if (!sv_is(buf_view(&k.q.path), "/repos/octokit-fixture-org/labels/issues/1/labels/BUG"))
        differ(k.name, "the request", k.q.path.p, "the removal of bug");
    answer(&k, labels, 4);
    end(&k, TALK_SENT, ERR_OK, NULL);
}

/* ---- every answer ---- */

static enum talk_next meant(int status, enum err_class *ret_cls)
{
    *ret_cls = status == 404 ? ERR_MISSING : ERR_INVALID;
    return status < 300 ? TALK_SENT : status < 400 ? TALK_CALL : TALK_DEAD;
}

static void judge(const char *scenario, struct recorded *r)
{
    const struct effect x = status("c", "d", STATUS_SUCCESS);
    for (size_t i = 0; i < jval_len(jdoc_root(r->doc)); i++, judged++) {
        struct api_reply reply = reply_of(r, exchange(r, i));
        struct talk k;
        enum err_class cls;
        enum talk_next want = meant(reply.status, &cls);
        if (want == TALK_CALL && sv_find(reply.location, SV("/repositories/")) < 0)
            want = TALK_DEAD; /* to where archives are */
        begin(&k, scenario, &x, "", false);
        answer_with(&k, reply);
        end(&k, want, cls, NULL);
    }
}

static void judge_all(const char *folder)
{
    DIR *d = opendir(folder);
    for (const struct dirent *f; d && (f = readdir(d));) {
        struct recorded r;
        if (f->d_name[0] == '.' || !load(folder, f->d_name, &r))
            continue;
        judge(f->d_name, &r);
        unload(&r);
    }
    if (d)
        closedir(d);
}

int main(int argc, char **argv)
{
    static const char *const names[] = {"create-status", "add-labels-to-issue", "paginate-issues", "rename-repository",
                                        "errors",        "lock-issue",          "labels"};
    struct recorded r[ARRAY_LEN(names)];
    if (argc != 2) {
        fprintf(stderr, "usage: octokit_replay FOLDER\n");
        return 2;
    }
    if (!file_exists(argv[1])) {
        printf("skipped: contrib/octokit-setup was not run\n");
        return 77;
    }
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (!load(argv[1], names[i], &r[i]))
            return 1;
    create_status(&r[0]);
    add_labels(&r[1]);
    paginate_issues(&r[2]);
    rename_repository(&r[3]);
    answers_alone(&r[4], &r[5], &r[6]);
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        unload(&r[i]);
    printf("%d conversations held again", compared);
    judge_all(argv[1]);
    printf(", %d answers judged, %d differences\n", judged, bad);
    return bad ? 1 : 0;
}
