/* SPDX-License-Identifier: Apache-2.0 */
/* GitHub's REST API 2022-11-28, "Issue comments", which those of pull requests are as well. What others wrote cannot be
 * written over; hooks are told of each as issue_comment. */
#include "server/lab/comment.h"
#include "server/lab/github.h"

enum { BODY_CHARS = 65536 };
static const char BOT[] = "lab-bot";

static void put_comment(struct lab_call *c, const struct lab_comment *m)
{
    struct jout *j = &c->j;
    AUTO(buf_free) struct buf url = {0}, html = {0};
    buf_fmt(&url, "%.*s/repos/%s/issues/comments/%lld", SV_ARG(c->base), c->repo->path, (long long)m->id);
    buf_fmt(&html, "%.*s/%s/%s/%lld#issuecomment-%lld", SV_ARG(c->base), c->repo->path,
            m->thread->change ? "pull" : "issues", (long long)m->thread->number, (long long)m->id);
    jout_open(j, '{');
    jout_kstr(j, "url", buf_view(&url));
    jout_kstr(j, "html_url", buf_view(&html));
    jout_kint(j, "id", m->id);
    tell_who(c, "user", m->author);
    call_time(c, "created_at", m->created);
    call_time(c, "updated_at", m->updated);
    jout_kstrz(j, "author_association", "MEMBER");
    jout_kstrz(j, "body", m->body);
    jout_close(j, '}');
}

static void tell(const struct lab_call *c, const struct lab_comment *m, const char *action)
{
    struct lab_call e;
    struct jout *j = tell_open(&e, c);
    jout_kstrz(j, "action", action);
    jout_key(j, "issue");
    github_put_issue(&e, m->thread);
    jout_key(j, "comment");
    put_comment(&e, m);
    jout_key(j, "repository");
    github_put_repo(&e, c->repo);
    tell_who(&e, "sender", BOT);
    tell_put(&e, &(struct lab_event){.event = "issue_comment", .action = action});
}

static bool is_right(struct lab_call *c, struct sv body)
{
    if (!body.n)
        github_invalid(c, "IssueComment", "body", "missing_field", "Body cannot be blank");
    else if (sv_cut_chars(body, BODY_CHARS).n < body.n)
        github_invalid(c, "IssueComment", "body", "custom", "body is too long (maximum is 65536 characters)");
    return body.n && sv_cut_chars(body, BODY_CHARS).n == body.n;
}

static void list_comments(struct lab_call *c)
{
    struct lab_comment **all;
    const struct lab_issue *i = github_issue_asked(c);
    if (!i)
        return;
    struct lab_page p = call_page(c, comments_of(c->repo, i, &all));
    jout_open(call_open(c, 200), '[');
    for (size_t k = p.from; k < p.to; k++)
        put_comment(c, all[k]);
    jout_close(&c->j, ']');
    mem_free(all);
}

static void post_comment(struct lab_call *c)
{
    struct lab_issue *i = github_issue_asked(c);
    struct sv body = call_text(c, "body");
    if (!i || !is_right(c, body))
        return;
    const struct lab_comment *m = comment_add(c->world, c->repo, i, body, BOT, c->now);
    tell(c, m, "created");
    call_open(c, 201);
    put_comment(c, m);
}

static struct lab_comment *comment_asked(struct lab_call *c)
{
    int64_t id;
    struct lab_comment *m = sv_int(c->segs[2], &id) ? comment_find(c->repo, id) : NULL;
    if (!m)
        github_missing(c);
    return m;
}

static bool is_ours(struct lab_call *c, const struct lab_comment *m)
{
    bool ours = strcmp(m->author, BOT) == 0;
    if (!ours)
        call_message(c, 403, "Must have admin rights to Repository.");
    return ours;
}

static void get_comment(struct lab_call *c)
{
    const struct lab_comment *m = comment_asked(c);
    if (!m)
        return;
    call_open(c, 200);
    put_comment(c, m);
}

static void patch_comment(struct lab_call *c)
{
    struct lab_comment *m = comment_asked(c);
    struct sv body = call_text(c, "body");
    if (!m || !is_ours(c, m) || !is_right(c, body))
        return;
    comment_edit(c->world, m, body, c->now);
    tell(c, m, "edited");
    call_open(c, 200);
    put_comment(c, m);
}

static void delete_comment(struct lab_call *c)
{
    const struct lab_comment *m = comment_asked(c);
    if (!m || !is_ours(c, m))
        return;
    tell(c, m, "deleted");
    comment_drop(c->repo, m);
    c->status = 204;
}

const struct lab_row github_comment_rows[] = {
    {"GET", "issues/*/comments", list_comments},     {"POST", "issues/*/comments", post_comment},
    {"GET", "issues/comments/*", get_comment},       {"PATCH", "issues/comments/*", patch_comment},
    {"DELETE", "issues/comments/*", delete_comment}, {NULL, NULL, NULL},
};
