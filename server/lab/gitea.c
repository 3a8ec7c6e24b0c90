/* SPDX-License-Identifier: Apache-2.0 */
/* Gitea's and Forgejo's API v1, as far as it is used. Labels are ids here and never made by the way. */
#include "server/lab/gitea.h"

void gitea_missing(struct lab_call *c)
{
    call_message(c, 404, "The target couldn't be found.");
}

/* 301 whatever the method is, to a path without scheme and host: RedirectToRepo of services/context/repo.go. Older
 * versions said 307: fault "redirect". */
static void moved(struct lab_call *c)
{
    AUTO(buf_free) struct buf url = {0};
    call_location(c, &url);
    struct sv rest = buf_view(&url);
    rest = sv_from(rest, (size_t)sv_find(rest, SV("://")) + 3);
    buf_fmt(&c->headers, "Location: %.*s\r\n", SV_ARG(sv_from(rest, (size_t)sv_chr(rest, '/'))));
    c->status = 301;
    c->type = "text/html; charset=utf-8";
}

static void denied(struct lab_call *c)
{
    call_message(c, 401, "token is required");
}

/* ---- statuses ---- */

/* The better the later: the worst of a commit's contexts is its state. */
static const char *const states[] = {"error", "failure", "warning", "pending", "success"};

static int state_index(struct sv state)
{
    for (size_t i = 0; i < ARRAY_LEN(states); i++)
        if (sv_is(state, states[i]))
            return (int)i;
    return -1;
}

static void put_status(struct lab_call *c, const struct lab_context *x, const struct lab_status *s)
{
    struct jout *j = &c->j;
    AUTO(buf_free) struct buf url = {0};
    buf_fmt(&url, "%.*s/api/v1/repos/%s/statuses/%s", SV_ARG(c->base), c->repo->path, x->sha);
    jout_open(j, '{');
    jout_kint(j, "id", s->id);
    jout_kstrz(j, "status", s->state);
    jout_kstrz(j, "target_url", s->target_url ? s->target_url : "");
    jout_kstrz(j, "description", s->description ? s->description : "");
    jout_kstr(j, "url", buf_view(&url));
    jout_kstrz(j, "context", x->name);
    call_user(c, "creator");
    call_time(c, "created_at", s->created);
    call_time(c, "updated_at", s->updated);
    jout_close(j, '}');
}

static void post_status(struct lab_call *c)
{
    struct sv sha = c->segs[1], state = call_text(c, "state"), context = call_text(c, "context");
    if (sha.n != 40 && sha.n != 64) {
        gitea_missing(c);
    } else if (state_index(state) < 0) {
        call_message(c, 422, "invalid commit status state");
    } else {
        struct lab_context *x = repo_context(c->world, c->repo, sha, context.n ? context : SV("default"));
        struct lab_status *s = context_add(c->world, x, c->now);
        status_set(c->world, x, s, state, call_text(c, "description"), call_text(c, "target_url"));
        tell_status(c, x, s);
        call_open(c, 201);
        put_status(c, x, s);
    }
}

static void list_statuses(struct lab_call *c)
{
    struct lab_line *lines;
    size_t n = repo_lines(c->repo, c->segs[1], ROWS_ALL, &lines);
    struct lab_page p = call_page(c, n);
    jout_open(call_open(c, 200), '[');
    for (size_t i = p.from; i < p.to; i++)
        put_status(c, lines[i].context, lines[i].status);
    jout_close(&c->j, ']');
    mem_free(lines);
}

static void combined_status(struct lab_call *c)
{
    struct lab_line *lines;
    size_t n = repo_lines(c->repo, c->segs[1], ROWS_LAST, &lines);
    struct lab_page p = call_page(c, n);
    int worst = (int)ARRAY_LEN(states) - 1;
    for (size_t i = 0; i < n; i++) {
        int k = state_index(sv_of(lines[i].status->state));
        worst = k < worst ? k : worst;
    }
    struct jout *j = call_open(c, 200);
    jout_open(j, '{');
    jout_kstrz(j, "state", n ? states[worst] : "");
    jout_kstr(j, "sha", c->segs[1]);
    jout_kint(j, "total_count", (int64_t)n);
    jout_key(j, "statuses");
    jout_open(j, '[');
    for (size_t i = p.from; i < p.to; i++)
        put_status(c, lines[i].context, lines[i].status);
    jout_close(j, ']');
    jout_close(j, '}');
    mem_free(lines);
}

/* ---- labels ---- */

static void put_label(struct lab_call *c, const struct lab_label *l)
{
    jout_open(&c->j, '{');
    jout_kint(&c->j, "id", l->id);
    jout_kstrz(&c->j, "name", l->name);
    jout_kstrz(&c->j, "color", l->color);
    jout_kstrz(&c->j, "description", l->description ? l->description : "");
    jout_close(&c->j, '}');
}

void gitea_put_labels(struct lab_call *c, struct lab_label *const *at, size_t n)
{
    jout_open(&c->j, '[');
    for (size_t i = 0; i < n; i++)
        put_label(c, at[i]);
    jout_close(&c->j, ']');
}

static void list_labels(struct lab_call *c)
{
    struct lab_page p = call_page(c, c->repo->labels.n);
    call_open(c, 200);
    gitea_put_labels(c, c->repo->labels.at + p.from, p.to - p.from);
}

static void post_label(struct lab_call *c)
{
    struct sv name = call_text(c, "name"), color = call_text(c, "color");
    if (!name.n || !color.n) {
        call_message(c, 422, name.n ? "[Color]: Required" : "[Name]: Required");
        return;
    }
    if (sv_starts(color, SV("#")))
        color = sv_from(color, 1);
    /* Two labels of one name are possible here. */
    struct lab_label *l = label_add(c->world, c->repo, name, color, call_text(c, "description"));
    call_open(c, 201);
    put_label(c, l);
}

/* ---- issues ---- */

static void put_issue(struct lab_call *c, const struct lab_issue *i)
{
    struct jout *j = &c->j;
    AUTO(buf_free) struct buf url = {0};
    buf_fmt(&url, "%.*s/%s/issues/%lld", SV_ARG(c->base), c->repo->path, (long long)i->number);
    jout_open(j, '{');
    jout_kint(j, "id", i->id);
    jout_kstr(j, "html_url", buf_view(&url));
    jout_kint(j, "number", i->number);
    if (i->change)
        tell_who(c, "user", i->change->author);
    else
        call_user(c, "user");
    jout_kstrz(j, "title", i->title);
    jout_kstrz(j, "body", i->body ? i->body : "");
    jout_key(j, "labels");
    gitea_put_labels(c, i->labels.at, i->labels.n);
    jout_kstrz(j, "state", i->closed ? "closed" : "open");
    call_time(c, "created_at", i->created);
    call_time(c, "updated_at", i->updated);
    call_time(c, "closed_at", i->closed_at);
    jout_key(j, "pull_request");
    if (i->change) {
        jout_open(j, '{');
        jout_kbool(j, "merged", i->change->merged);
        call_time(c, "merged_at", i->change->merged_at);
        jout_close(j, '}');
    } else {
        jout_null(j);
    }
    jout_close(j, '}');
}

struct lab_issue *gitea_issue_asked(struct lab_call *c)
{
    struct lab_issue *i = issue_find(c->repo, c->segs[1]);
    if (!i)
        gitea_missing(c);
    return i;
}

static void list_issues(struct lab_call *c)
{
    call_issues(c, put_issue);
}

static void get_issue(struct lab_call *c)
{
    const struct lab_issue *i = gitea_issue_asked(c);
    if (!i)
        return;
    call_open(c, 200);
    put_issue(c, i);
}

/* False after answering: a name stands where only ids may. */
bool gitea_all_ids(struct lab_call *c, const struct jval *labels)
{
    int64_t id;
    for (size_t k = 0; k < jval_len(labels); k++)
        if (!jval_int(jval_item(labels, k), &id)) {
            call_message(c, 422,
                         "json: cannot unmarshal string into Go struct field CreateIssueOption.labels of type "
                         "int64");
            return false;
        }
    return true;
}

void gitea_take_labels(struct lab_call *c, struct lab_issue *i, const struct jval *labels)
{
    for (size_t k = 0; k < jval_len(labels); k++) {
        int64_t id;
        const struct jval *v = jval_item(labels, k);
        struct lab_label *l = jval_int(v, &id) ? label_find_id(c->repo, id) : label_find(c->repo, jval_str(v));
        if (l)
            issue_label(i, l);
    }
}

static void post_issue(struct lab_call *c)
{
    struct sv title = call_text(c, "title");
    const struct jval *labels = jval_get(c->body, "labels");
    if (!title.n) {
        call_message(c, 422, "[Title]: Required");
    } else if (gitea_all_ids(c, labels)) {
        struct lab_issue *i = issue_add(c->world, c->repo, title, call_text(c, "body"), c->now);
        gitea_take_labels(c, i, labels);
        call_open(c, 201);
        put_issue(c, i);
    }
}

static void patch_issue(struct lab_call *c)
{
    struct lab_issue *i = gitea_issue_asked(c);
    struct sv title = call_text(c, "title"), body = call_text(c, "body"), state = call_text(c, "state");
    if (!i)
        return;
    if (title.n)
        i->title = arena_dup(&c->world->arena, title);
    if (body.p)
        i->body = arena_dup(&c->world->arena, body);
    if (sv_is(state, "closed"))
        issue_close(i, c->now);
    else if (sv_is(state, "open"))
        issue_reopen(i);
    i->updated = c->now;
    call_open(c, 201);
    put_issue(c, i);
}

static void list_issue_labels(struct lab_call *c)
{
    const struct lab_issue *i = gitea_issue_asked(c);
    if (!i)
        return;
    call_open(c, 200);
    gitea_put_labels(c, i->labels.at, i->labels.n);
}

static void add_issue_labels(struct lab_call *c)
{
    struct lab_issue *i = gitea_issue_asked(c);
    if (!i)
        return;
    if (sv_is(c->method, "PUT"))
        VEC_CLEAR(&i->labels);
    gitea_take_labels(c, i, jval_get(c->body, "labels"));
    i->updated = c->now;
    call_open(c, 200);
    gitea_put_labels(c, i->labels.at, i->labels.n);
}

/* ---- the rest ---- */

void gitea_put_repo(struct lab_call *c, const struct lab_repo *r)
{
    struct jout *j = &c->j;
    struct sv path = sv_of(r->path), owner = sv_cut(path, (size_t)(sv_rchr(path, '/') < 0 ? 0 : sv_rchr(path, '/')));
    AUTO(buf_free) struct buf url = {0};
    jout_open(j, '{');
    jout_kint(j, "id", r->id);
    jout_key(j, "owner");
    jout_open(j, '{');
    jout_kint(j, "id", login_id(owner));
    jout_kstr(j, "login", owner);
    jout_close(j, '}');
    jout_kstr(j, "name", sv_from(path, (size_t)(sv_rchr(path, '/') + 1)));
    jout_kstr(j, "full_name", path);
    jout_kbool(j, "private", r->is_private);
    jout_kstrz(j, "default_branch", r->default_branch);
    buf_fmt(&url, "%.*s/%s", SV_ARG(c->base), r->path);
    jout_kstr(j, "html_url", buf_view(&url));
    buf_str(&url, ".git");
    jout_kstr(j, "clone_url", buf_view(&url));
    jout_close(j, '}');
}

static void get_repo(struct lab_call *c)
{
    call_open(c, 200);
    gitea_put_repo(c, c->repo);
}

static void get_user(struct lab_call *c)
{
    call_open(c, 200);
    call_user(c, NULL);
}

static void get_permission(struct lab_call *c)
{
    const struct lab_member *m = member_find(c->repo, c->segs[1], 0);
    enum member_level level = m ? m->level : MEMBER_NONE;
    struct jout *j = call_open(c, 200);
    jout_open(j, '{');
    jout_kstrz(j, "permission",
               level >= MEMBER_ADMIN   ? "admin"
               : level >= MEMBER_WRITE ? "write"
               : level >= MEMBER_READ  ? "read"
                                       : "none");
    jout_kstrz(j, "role_name", member_level_name[level]);
    call_user(c, "user");
    jout_close(j, '}');
}

const struct lab_row gitea_rows[] = {
    {"GET", "", get_repo},
    {"POST", "statuses/*", post_status},
    {"GET", "statuses/*", list_statuses},
    {"GET", "commits/*/statuses", list_statuses},
    {"GET", "commits/*/status", combined_status},
    {"GET", "issues", list_issues},
    {"POST", "issues", post_issue},
    {"GET", "issues/*", get_issue},
    {"PATCH", "issues/*", patch_issue},
    {"GET", "issues/*/labels", list_issue_labels},
    {"POST", "issues/*/labels", add_issue_labels},
    {"PUT", "issues/*/labels", add_issue_labels},
    {"GET", "collaborators/*/permission", get_permission},
    {"GET", "labels", list_labels},
    {"POST", "labels", post_label},
    {NULL, NULL, NULL},
};
const struct lab_row gitea_tops[] = {{"GET", "user", get_user}, {NULL, NULL, NULL}};

const struct lab_dialect lab_gitea = {.prefix = "/api/v1", .missing = gitea_missing, .moved = moved, .denied = denied};
