/* SPDX-License-Identifier: Apache-2.0 */
/* Gitea's API v1: comments of issues and pull requests, and labels taken away. The list knows no pages: page and limit
 * change nothing. */
#include "server/lab/comment.h"
#include "server/lab/gitea.h"

static void put_comment(struct lab_call *c, const struct lab_comment *m)
{
    struct jout *j = &c->j;
    AUTO(buf_free) struct buf url = {0};
    const char *room = m->thread->change ? "pulls" : "issues";
    buf_fmt(&url, "%.*s/%s/%s/%lld", SV_ARG(c->base), c->repo->path, room, (long long)m->thread->number);
    jout_open(j, '{');
    jout_kint(j, "id", m->id);
    jout_kstr(j, m->thread->change ? "pull_request_url" : "issue_url", buf_view(&url));
    jout_kstrz(j, m->thread->change ? "issue_url" : "pull_request_url", "");
    buf_fmt(&url, "#issuecomment-%lld", (long long)m->id);
    jout_kstr(j, "html_url", buf_view(&url));
    tell_who(c, "user", m->author);
    jout_kstrz(j, "body", m->body);
    call_time(c, "created_at", m->created);
    call_time(c, "updated_at", m->updated);
    jout_close(j, '}');
}

static void list_comments(struct lab_call *c)
{
    struct lab_comment **all;
    const struct lab_issue *i = gitea_issue_asked(c);
    if (!i)
        return;
    size_t n = comments_of(c->repo, i, &all);
    jout_open(call_open(c, 200), '[');
    for (size_t k = 0; k < n; k++)
        put_comment(c, all[k]);
    jout_close(&c->j, ']');
    buf_fmt(&c->headers, "X-Total-Count: %zu\r\n", n);
    mem_free(all);
}

static void post_comment(struct lab_call *c)
{
    struct lab_issue *i = gitea_issue_asked(c);
    struct sv body = call_text(c, "body");
    if (!i)
        return;
    if (!body.n) {
        call_message(c, 422, "[Body]: Required");
        return;
    }
    const struct lab_comment *m = comment_add(c->world, c->repo, i, body, "lab-bot", c->now);
    call_open(c, 201);
    put_comment(c, m);
}

static struct lab_comment *comment_asked(struct lab_call *c)
{
    int64_t id;
    struct lab_comment *m = sv_int(c->segs[2], &id) ? comment_find(c->repo, id) : NULL;
    if (!m)
        gitea_missing(c);
    return m;
}

static void get_comment(struct lab_call *c)
{
    const struct lab_comment *m = comment_asked(c);
    if (!m)
        return;
    call_open(c, 200);
    put_comment(c, m);
}

static void edit_comment(struct lab_call *c)
{
    struct lab_comment *m = comment_asked(c);
    struct sv body = call_text(c, "body");
    if (!m)
        return;
    if (!body.n) {
        call_message(c, 422, "[Body]: Required");
        return;
    }
    comment_edit(c->world, m, body, c->now);
    call_open(c, 200);
    put_comment(c, m);
}

static void drop_comment(struct lab_call *c)
{
    const struct lab_comment *m = comment_asked(c);
    if (!m)
        return;
    comment_drop(c->repo, m);
    c->status = 204;
}

static void drop_label(struct lab_call *c)
{
    int64_t id;
    struct lab_issue *i = gitea_issue_asked(c);
    const struct lab_label *l = i && sv_int(c->segs[3], &id) ? label_find_id(c->repo, id) : NULL;
    if (!i)
        return;
    if (!l) {
        call_message(c, 422, "label does not exist");
        return;
    }
    issue_unlabel(i, sv_of(l->name));
    i->updated = c->now;
    c->status = 204;
}

const struct lab_row gitea_comment_rows[] = {
    {"GET", "issues/*/comments", list_comments},
    {"POST", "issues/*/comments", post_comment},
    {"GET", "issues/comments/*", get_comment},
    {"PATCH", "issues/comments/*", edit_comment},
    {"DELETE", "issues/comments/*", drop_comment},
    {"DELETE", "issues/*/labels/*", drop_label},
    {NULL, NULL, NULL},
};
