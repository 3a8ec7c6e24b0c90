/* SPDX-License-Identifier: Apache-2.0 */
/* GitHub's REST API 2022-11-28, as far as it is used: commit statuses, issues, labels; check runs: github_check.c. */
#include "server/lab/github.h"

enum { DESCRIPTION_CHARS = 140, STATUSES_MOST = 1000, BODY_CHARS = 65536 };

void github_missing(struct lab_call *c)
{
    call_message(c, 404, "Not Found");
}

static void denied(struct lab_call *c)
{
    call_message(c, 401, "Bad credentials");
}

/* 301 for reading, 307 for all else, to the number of the repository. */
static void moved(struct lab_call *c)
{
    AUTO(buf_free) struct buf url = {0};
    call_location(c, &url);
    buf_fmt(&c->headers, "Location: %s\r\n", url.p);
    struct jout *j = call_open(c, sv_is(c->method, "GET") || sv_is(c->method, "HEAD") ? 301 : 307);
    jout_open(j, '{');
    jout_kstrz(j, "message", "Moved Permanently");
    jout_kstr(j, "url", buf_view(&url));
    jout_close(j, '}');
}

void github_invalid(struct lab_call *c, const char *resource, const char *field, const char *code, const char *message)
{
    struct jout *j = call_open(c, 422);
    jout_open(j, '{');
    jout_kstrz(j, "message", "Validation Failed");
    jout_key(j, "errors");
    jout_open(j, '[');
    jout_open(j, '{');
    jout_kstrz(j, "resource", resource);
    jout_kstrz(j, "field", field);
    jout_kstrz(j, "code", code);
    if (message)
        jout_kstrz(j, "message", message);
    jout_close(j, '}');
    jout_close(j, ']');
    jout_kstrz(j, "status", "422");
    jout_close(j, '}');
}

static bool is_longer(struct sv s, size_t chars)
{
    return sv_cut_chars(s, chars).n < s.n;
}

/* ---- statuses ---- */

static void put_status(struct lab_call *c, const struct lab_context *x, const struct lab_status *s)
{
    struct jout *j = &c->j;
    AUTO(buf_free) struct buf url = {0};
    buf_fmt(&url, "%.*s/repos/%s/statuses/%s", SV_ARG(c->base), c->repo->path, x->sha);
    jout_open(j, '{');
    jout_kstr(j, "url", buf_view(&url));
    jout_kint(j, "id", s->id);
    jout_kstrz(j, "state", s->state);
    jout_kstrz(j, "description", s->description);
    jout_kstrz(j, "target_url", s->target_url);
    jout_kstrz(j, "context", x->name);
    call_time(c, "created_at", s->created);
    call_time(c, "updated_at", s->updated);
    call_user(c, "creator");
    jout_close(j, '}');
}

static bool is_state(struct sv s)
{
    return sv_is(s, "pending") || sv_is(s, "success") || sv_is(s, "failure") || sv_is(s, "error");
}

static void post_status(struct lab_call *c)
{
    struct sv sha = c->segs[1], state = call_text(c, "state"), context = call_text(c, "context");
    struct sv description = call_text(c, "description");
    AUTO(buf_free) struct buf text = {0};
    if (!context.n)
        context = SV("default");
    const struct lab_context *known = repo_context_find(c->repo, sha, context);
    if (!is_oid(sha)) {
        buf_fmt(&text, "No commit found for SHA: %.*s", SV_ARG(sha));
        call_message(c, 422, text.p);
    } else if (!is_state(state)) {
        github_invalid(c, "Status", "state", "custom", "state is not included in the list");
    } else if (is_longer(description, DESCRIPTION_CHARS)) {
        github_invalid(c, "Status", "description", "custom", "description is too long (maximum is 140 characters)");
    } else if (known && known->rows.n >= STATUSES_MOST) {
        github_invalid(c, "Status", "context", "custom",
                       "This SHA and context has reached the maximum number of statuses.");
    } else {
        struct lab_context *x = repo_context(c->world, c->repo, sha, context);
        struct lab_status *s = context_add(c->world, x, c->now);
        status_set(c->world, x, s, state, description, call_text(c, "target_url"));
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

static const char *combined(const struct lab_line *lines, size_t n)
{
    const char *all = n ? "success" : "pending";
    for (size_t i = 0; i < n; i++) {
        struct sv s = sv_of(lines[i].status->state);
        if (sv_is(s, "failure") || sv_is(s, "error"))
            return "failure";
        if (sv_is(s, "pending"))
            all = "pending";
    }
    return all;
}

void github_put_repo(struct lab_call *c, const struct lab_repo *r)
{
    struct jout *j = &c->j;
    struct sv path = sv_of(r->path), owner = sv_cut(path, (size_t)(sv_rchr(path, '/') < 0 ? 0 : sv_rchr(path, '/')));
    AUTO(buf_free) struct buf url = {0};
    jout_open(j, '{');
    jout_kint(j, "id", r->id);
    jout_kstr(j, "name", sv_from(path, (size_t)(sv_rchr(path, '/') + 1)));
    jout_kstr(j, "full_name", path);
    jout_key(j, "owner");
    jout_open(j, '{');
    jout_kint(j, "id", login_id(owner));
    jout_kstr(j, "login", owner);
    jout_kstrz(j, "type", "Organization");
    jout_close(j, '}');
    jout_kbool(j, "private", r->is_private);
    jout_kstrz(j, "default_branch", r->default_branch);
    buf_fmt(&url, "%.*s/%s", SV_ARG(c->base), r->path);
    jout_kstr(j, "html_url", buf_view(&url));
    buf_str(&url, ".git");
    jout_kstr(j, "clone_url", buf_view(&url));
    jout_close(j, '}');
}

static void combined_status(struct lab_call *c)
{
    struct lab_line *lines;
    size_t n = repo_lines(c->repo, c->segs[1], ROWS_LAST, &lines);
    struct lab_page p = call_page(c, n);
    struct jout *j = call_open(c, 200);
    jout_open(j, '{');
    jout_kstrz(j, "state", combined(lines, n));
    jout_kstr(j, "sha", c->segs[1]);
    jout_kint(j, "total_count", (int64_t)n);
    jout_key(j, "statuses");
    jout_open(j, '[');
    for (size_t i = p.from; i < p.to; i++)
        put_status(c, lines[i].context, lines[i].status);
    jout_close(j, ']');
    jout_key(j, "repository");
    github_put_repo(c, c->repo);
    jout_close(j, '}');
    mem_free(lines);
}

/* ---- labels ---- */

void github_put_labels(struct lab_call *c, struct lab_label *const *at, size_t n)
{
    jout_open(&c->j, '[');
    for (size_t i = 0; i < n; i++) {
        jout_open(&c->j, '{');
        jout_kint(&c->j, "id", at[i]->id);
        jout_kstrz(&c->j, "name", at[i]->name);
        jout_kstrz(&c->j, "color", at[i]->color);
        jout_kstrz(&c->j, "description", at[i]->description);
        jout_close(&c->j, '}');
    }
    jout_close(&c->j, ']');
}

bool github_may_push(const struct lab_call *c)
{
    const struct lab_member *m = member_find(c->repo, SV("lab-bot"), 0);
    return !m || m->level >= MEMBER_WRITE;
}

/* An array of names or of objects with one; names that the repository lacks become labels. */
void github_take_labels(struct lab_call *c, struct lab_issue *i, const struct jval *names)
{
    if (!github_may_push(c)) /* as GitHub does it: without a word */
        return;
    for (size_t k = 0; k < jval_len(names); k++) {
        const struct jval *v = jval_item(names, k);
        struct sv name = jval_kind(v) == J_OBJECT ? jval_str(jval_get(v, "name")) : jval_str(v);
        if (!name.n)
            continue;
        struct lab_label *l = label_find(c->repo, name);
        issue_label(i, l ? l : label_add(c->world, c->repo, name, SV_NONE, SV_NONE));
    }
}

static void list_labels(struct lab_call *c)
{
    struct lab_page p = call_page(c, c->repo->labels.n);
    call_open(c, 200);
    github_put_labels(c, c->repo->labels.at + p.from, p.to - p.from);
}

static void post_label(struct lab_call *c)
{
    struct sv name = call_text(c, "name");
    if (!name.n) {
        github_invalid(c, "Label", "name", "missing_field", NULL);
    } else if (label_find(c->repo, name)) {
        github_invalid(c, "Label", "name", "already_exists", NULL);
    } else {
        struct lab_label *l = label_add(c->world, c->repo, name, call_text(c, "color"), call_text(c, "description"));
        call_open(c, 201);
        jout_open(&c->j, '{');
        jout_kint(&c->j, "id", l->id);
        jout_kstrz(&c->j, "name", l->name);
        jout_kstrz(&c->j, "color", l->color);
        jout_close(&c->j, '}');
    }
}

/* ---- issues ---- */

/* The mark of an issue that is a pull request. */
static void put_change_of(struct lab_call *c, const struct lab_issue *i)
{
    struct jout *j = &c->j;
    AUTO(buf_free) struct buf url = {0};
    buf_fmt(&url, "%.*s/repos/%s/pulls/%lld", SV_ARG(c->base), c->repo->path, (long long)i->number);
    jout_kbool(j, "draft", i->change->draft);
    jout_key(j, "pull_request");
    jout_open(j, '{');
    jout_kstr(j, "url", buf_view(&url));
    call_time(c, "merged_at", i->change->merged_at);
    jout_close(j, '}');
}

void github_put_issue(struct lab_call *c, const struct lab_issue *i)
{
    struct jout *j = &c->j;
    AUTO(buf_free) struct buf url = {0};
    buf_fmt(&url, "%.*s/repos/%s/issues/%lld", SV_ARG(c->base), c->repo->path, (long long)i->number);
    jout_open(j, '{');
    jout_kstr(j, "url", buf_view(&url));
    jout_kstr(j, "html_url", buf_view(&url));
    jout_kint(j, "id", i->id);
    jout_kint(j, "number", i->number);
    jout_kstrz(j, "title", i->title);
    jout_kstrz(j, "body", i->body);
    jout_kstrz(j, "state", i->closed ? "closed" : "open");
    jout_key(j, "labels");
    github_put_labels(c, i->labels.at, i->labels.n);
    if (i->change)
        tell_who(c, "user", i->change->author);
    else
        call_user(c, "user");
    if (i->change)
        put_change_of(c, i);
    jout_kint(j, "comments", 0);
    call_time(c, "created_at", i->created);
    call_time(c, "updated_at", i->updated);
    call_time(c, "closed_at", i->closed_at);
    jout_close(j, '}');
}

struct lab_issue *github_issue_asked(struct lab_call *c)
{
    struct lab_issue *i = issue_find(c->repo, c->segs[1]);
    if (!i)
        github_missing(c);
    return i;
}

static void list_issues(struct lab_call *c)
{
    call_issues(c, github_put_issue);
}

static void get_issue(struct lab_call *c)
{
    const struct lab_issue *i = github_issue_asked(c);
    if (!i)
        return;
    call_open(c, 200);
    github_put_issue(c, i);
}

static void post_issue(struct lab_call *c)
{
    struct sv title = call_text(c, "title"), body = call_text(c, "body");
    if (!title.n) {
        github_invalid(c, "Issue", "title", "missing_field", NULL);
    } else if (is_longer(body, BODY_CHARS)) {
        github_invalid(c, "Issue", "body", "custom", "body is too long (maximum is 65536 characters)");
    } else {
        struct lab_issue *i = issue_add(c->world, c->repo, title, body, c->now);
        github_take_labels(c, i, jval_get(c->body, "labels"));
        call_open(c, 201);
        github_put_issue(c, i);
    }
}

static void patch_issue(struct lab_call *c)
{
    struct lab_issue *i = github_issue_asked(c);
    struct sv title = call_text(c, "title"), body = call_text(c, "body"), state = call_text(c, "state");
    if (!i)
        return;
    if (title.p)
        i->title = arena_dup(&c->world->arena, title);
    if (body.p)
        i->body = arena_dup(&c->world->arena, body);
    if (sv_is(state, "closed"))
        issue_close(i, c->now);
    else if (sv_is(state, "open"))
        issue_reopen(i);
    if (jval_get(c->body, "labels") && github_may_push(c)) {
        VEC_CLEAR(&i->labels);
        github_take_labels(c, i, jval_get(c->body, "labels"));
    }
    i->updated = c->now;
    call_open(c, 200);
    github_put_issue(c, i);
}

static void list_issue_labels(struct lab_call *c)
{
    const struct lab_issue *i = github_issue_asked(c);
    if (!i)
        return;
    call_open(c, 200);
    github_put_labels(c, i->labels.at, i->labels.n);
}

static void post_issue_labels(struct lab_call *c)
{
    struct lab_issue *i = github_issue_asked(c);
    if (!i)
        return;
    if (!github_may_push(c)) {
        call_message(c, 403, "Must have admin rights to Repository.");
        return;
    }
    github_take_labels(c, i, jval_kind(c->body) == J_ARRAY ? c->body : jval_get(c->body, "labels"));
    i->updated = c->now;
    call_open(c, 200);
    github_put_labels(c, i->labels.at, i->labels.n);
}

static void delete_issue_label(struct lab_call *c)
{
    struct lab_issue *i = github_issue_asked(c);
    if (!i)
        return;
    if (!issue_has_label(i, c->segs[3])) {
        call_message(c, 404, "Label does not exist");
        return;
    }
    issue_unlabel(i, c->segs[3]);
    i->updated = c->now;
    call_open(c, 200);
    github_put_labels(c, i->labels.at, i->labels.n);
}

static void get_repo(struct lab_call *c)
{
    call_open(c, 200);
    github_put_repo(c, c->repo);
}

static void get_user(struct lab_call *c)
{
    call_open(c, 200);
    call_user(c, NULL);
}

/* The old scale has no triage and no maintain. Everybody may read a public repository. */
static void get_permission(struct lab_call *c)
{
    const struct lab_member *m = member_find(c->repo, c->segs[1], 0);
    enum member_level level = m && m->level > MEMBER_READ ? m->level : MEMBER_READ;
    enum member_level old = level == MEMBER_TRIAGE ? MEMBER_READ : level == MEMBER_MAINTAIN ? MEMBER_WRITE : level;
    struct jout *j = call_open(c, 200);
    jout_open(j, '{');
    jout_kstrz(j, "permission", member_level_name[old]);
    jout_kstrz(j, "role_name", member_level_name[level]);
    call_user(c, "user");
    jout_close(j, '}');
}

const struct lab_row github_rows[] = {
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
    {"POST", "issues/*/labels", post_issue_labels},
    {"DELETE", "issues/*/labels/*", delete_issue_label},
    {"GET", "collaborators/*/permission", get_permission},
    {"GET", "labels", list_labels},
    {"POST", "labels", post_label},
    {NULL, NULL, NULL},
};
const struct lab_row github_tops[] = {{"GET", "user", get_user}, {NULL, NULL, NULL}};

const struct lab_dialect lab_github = {.prefix = "", .missing = github_missing, .moved = moved, .denied = denied};
