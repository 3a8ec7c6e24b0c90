/* SPDX-License-Identifier: Apache-2.0 */
/* Workflows started by hand: POST workflows/{name}/dispatch and POST dispatch (what GitHub calls repository_dispatch).
 * Each becomes a delivery of our own, stored before it is answered like any other. */
#include "core/dispatch.h"
#include "core/internal_event.h"
#include "fmt/enc.h"
#include "server/api/api.h"

enum { BODY_MOST = 256 << 10, PAYLOAD_MOST = 64 << 10, TYPE_MOST = 100 };
static const struct json_limits limits = {.bytes = BODY_MOST, .depth = 32, .nodes = 20000};

struct request { /* one request whose body comes in */
    struct handler handler;
    struct api_call call;
    bool by_type; /* POST dispatch */
    struct buf name, body;
};

struct dispatch { /* what is made of it; text in the arena */
    struct arena *a;
    const struct conf *conf;
    const struct jval *body;
    struct hook_event ev;
    enum own_checked checked;
    int status; /* of the refusal */
    struct err e;
};

static int refuse(struct dispatch *d, int status)
{
    d->status = status;
    return -1;
}

static int check_keys(struct dispatch *d, const char *const *keys)
{
    struct sv key;
    const struct jval *v;
    if (jval_kind(d->body) != J_OBJECT) {
        (void)err_set(&d->e, ERR_INVALID, "the body must be a JSON object");
        return refuse(d, 422);
    }
    for (size_t at = 0; jval_each(d->body, &at, &key, &v);) {
        size_t i = 0;
        while (keys[i] && !sv_is(key, keys[i]))
            i++;
        if (!keys[i]) {
            (void)err_set(&d->e, ERR_INVALID, "unknown member \"%.*s\"", SV_ARG(sv_cut_utf8(key, 60)));
            return refuse(d, 422);
        }
    }
    return 0;
}

/* By alias or id. None said: the first one of the workflow, or the only one there is. */
static int take_repo(struct dispatch *d, const struct workflow *w)
{
    const struct repo_set *repos = &d->conf->repos;
    const struct jval *said = jval_get(d->body, "repository");
    struct sv name = jval_str(said);
    const struct repo *r = NULL;
    if (jval_kind(said) != J_ABSENT && jval_kind(said) != J_NULL) {
        r = repo_by_alias(repos, name) ? repo_by_alias(repos, name) : repo_by_id(repos, name);
        if (!r) {
            (void)err_set(&d->e, ERR_INVALID, "there is no repository \"%.*s\"", SV_ARG(sv_cut_utf8(name, 100)));
            return refuse(d, 422);
        }
    } else if (w && w->n_repositories) {
        r = repo_by_alias(repos, sv_of(w->repositories[0]));
    } else if (repos->n == 1) {
        r = &repos->at[0];
    }
    if (r)
        d->ev.repo = (struct event_repo){
            .id = r->id, .full_name = r->path, .default_branch = r->default_branch, .is_private = UNKNOWN};
    return 0;
}

static int take_ref(struct dispatch *d)
{
    const struct jval *said = jval_get(d->body, "ref");
    if (jval_kind(said) == J_ABSENT || jval_kind(said) == J_NULL)
        return 0;
    d->ev.ref = dispatch_ref(jval_str(said), d->a);
    if (d->ev.ref && d->ev.repo.id)
        return 0;
    (void)err_set(&d->e, ERR_INVALID, d->ev.ref ? "\"ref\" needs \"repository\"" : "\"ref\" is no branch or tag");
    return refuse(d, 422);
}

/* By its name or the name of its file. */
static const struct workflow *workflow_named(const struct workflow_set *set, struct sv name)
{
    for (size_t i = 0; i < set->n; i++) {
        struct sv file = sv_of(set->at[i]->file);
        if (sv_is(name, set->at[i]->name) || sv_eq(name, sv_from(file, (size_t)(sv_rchr(file, '/') + 1))))
            return set->at[i];
    }
    return NULL;
}

static const char *raw(struct dispatch *d, const struct jval *v)
{
    AUTO(buf_free) struct buf b = {0};
    struct jout j = {.buf = &b};
    if (jval_kind(v) != J_OBJECT)
        return NULL;
    jout_val(&j, v);
    return arena_dup(d->a, buf_view(&b));
}

/* A workflow of a repository is not known here: that it is there and what it takes is looked at by dispatch.c. */
static int by_workflow(struct dispatch *d, struct sv name)
{
    static const char *const keys[] = {"inputs", "ref", "repository", NULL};
    const struct jval *inputs;
    const struct workflow *w = workflow_named(&d->conf->workflows, name);
    if (check_keys(d, keys) < 0 || take_repo(d, w) < 0 || take_ref(d) < 0)
        return -1;
    inputs = jval_get(d->body, "inputs");
    if (!w && jval_kind(jval_get(d->body, "repository")) != J_STRING) {
        (void)err_set(&d->e, ERR_MISSING,
                      "there is no workflow \"%.*s\" in the server's folder; one of a repository "
                      "needs \"repository\"",
                      SV_ARG(sv_cut_utf8(name, 100)));
        return refuse(d, 404);
    }
    if (jval_kind(inputs) != J_ABSENT && jval_kind(inputs) != J_NULL && jval_kind(inputs) != J_OBJECT) {
        (void)err_set(&d->e, ERR_INVALID, "\"inputs\" must be an object");
        return refuse(d, 422);
    }
    if (w && dispatch_admit(w, inputs, &d->e) < 0)
        return refuse(d, 422);
    d->checked = w ? OWN_CHECKED : OWN_IN_REPOSITORY;
    d->ev.name = "workflow_dispatch";
    d->ev.workflow = arena_dup(d->a, w ? sv_of(w->name) : name);
    d->ev.inputs = raw(d, inputs) ? raw(d, inputs) : "{}";
    return 0;
}

static bool is_line(struct sv s)
{
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] < ' ' || s.p[i] == 0x7f)
            return false;
    return s.n > 0 && s.n <= TYPE_MOST;
}

static int by_type(struct dispatch *d)
{
    static const char *const keys[] = {"event_type", "client_payload", "repository", NULL};
    if (check_keys(d, keys) < 0 || take_repo(d, NULL) < 0)
        return -1;
    struct sv type = jval_str(jval_get(d->body, "event_type"));
    const struct jval *payload = jval_get(d->body, "client_payload");
    bool given = jval_kind(payload) != J_ABSENT && jval_kind(payload) != J_NULL;
    d->ev.name = "repository_dispatch";
    d->ev.action = is_line(type) ? arena_dup(d->a, type) : NULL;
    d->ev.client_payload = raw(d, payload) ? raw(d, payload) : "{}";
    const char *wrong = !d->ev.action    ? "\"event_type\" must be a text of 1 to 100 bytes on one line"
                        : !d->ev.repo.id ? "say in \"repository\" which one it is about"
                        : given && jval_kind(payload) != J_OBJECT     ? "\"client_payload\" must be an object"
                        : strlen(d->ev.client_payload) > PAYLOAD_MOST ? "\"client_payload\" is larger than 64 KiB"
                                                                      : NULL;
    if (!wrong)
        return 0;
    (void)err_set(&d->e, ERR_INVALID, "%s", wrong);
    return refuse(d, 422);
}

/* ---- the request ---- */

static void request_free(struct request *q)
{
    buf_free(&q->name);
    buf_free(&q->body);
    mem_free(q);
}

static void on_body(struct handler *h, struct http_req *r, const char *p, size_t n)
{
    (void)r;
    buf_add(&CONTAINER_OF(h, struct request, handler)->body, p, n);
}

static void on_gone(struct handler *h)
{
    request_free(CONTAINER_OF(h, struct request, handler));
}

static void take_sender(struct dispatch *d, const struct api_call *c)
{
    d->ev.sender.login = api_sender(c);
    d->ev.sender.present = d->ev.sender.login != NULL;
}

static void on_end(struct handler *h, struct http_req *r)
{
    struct request *q = CONTAINER_OF(h, struct request, handler);
    AUTO(arena_free) struct arena a = {0};
    AUTO(jdoc_free) struct jdoc *doc = NULL;
    AUTO(buf_free) struct buf payload = {0};
    struct dispatch d = {.a = &a, .conf = intake_conf_of(q->call.intake), .ev = {.trusted = YES}};
    struct sv text = q->body.n ? buf_view(&q->body) : SV("{}");
    http_req_set(r, NULL);
    int rc = jdoc_parse(text, &limits, &doc, &d.e) < 0 ? refuse(&d, 400) : 0;
    d.body = jdoc_root(doc);
    if (rc == 0)
        rc = q->by_type ? by_type(&d) : by_workflow(&d, buf_view(&q->name));
    if (rc < 0) {
        api_not_started(&q->call, d.status, d.e.msg);
    } else {
        take_sender(&d, &q->call);
        internal_event_write(&d.ev, &payload);
        api_deliver(&q->call, d.ev.name, buf_view(&payload), d.checked);
    }
    request_free(q);
}

static struct request *request_new(const struct api_call *c)
{
    struct request *q = mem_new(sizeof *q);
    q->handler = (struct handler){on_body, on_end, on_gone};
    q->call = *c;
    return q;
}

void api_dispatch_workflow(const struct api_call *c)
{
    struct request *q = request_new(c);
    if (!url_get(c->rest, &q->name) || !q->name.n) {
        request_free(q);
        api_problem(c, 404, "no such workflow", NULL);
        return;
    }
    http_req_limit(c->req, BODY_MOST);
    http_req_set(c->req, q);
}

void api_dispatch(const struct api_call *c)
{
    struct request *q = request_new(c);
    q->by_type = true;
    http_req_limit(c->req, BODY_MOST);
    http_req_set(c->req, q);
}
