/* SPDX-License-Identifier: Apache-2.0 */
/* GitLab's REST API v4, "Notes", of issues and merge requests. A line that begins with a quick action is carried out
 * and is not in the note; a note of nothing else is none, and is answered 202. */
#include "server/lab/comment.h"
#include "server/lab/gitlab.h"

static struct lab_issue *thread_asked(struct lab_call *c)
{
    struct lab_issue *i = NULL;
    if (sv_is(c->segs[0], "merge_requests")) {
        struct lab_change *x = gitlab_change_asked(c);
        return x ? x->issue : NULL;
    }
    i = issue_find(c->repo, c->segs[1]);
    if (!i)
        call_message(c, 404, "404 Not found");
    return i;
}

static struct lab_comment *note_asked(struct lab_call *c)
{
    int64_t id;
    const struct lab_issue *i = thread_asked(c);
    struct lab_comment *m = i && sv_int(c->segs[3], &id) ? comment_find(c->repo, id) : NULL;
    if (i && (!m || m->thread != i)) {
        call_message(c, 404, "404 Note Not Found");
        return NULL;
    }
    return m;
}

/* ---- quick actions ---- */

static bool is_action(struct sv line, struct sv *ret_name)
{
    static const char *const names[] = {"close", "reopen", "label", "unlabel", "assign",
                                        "title", "merge",  "draft", "ready",   "approve"};
    line = sv_trim(line);
    if (!sv_starts(line, SV("/")))
        return false;
    line = sv_from(line, 1);
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        struct sv name = sv_of(names[i]);
        if (sv_starts(line, name) && (line.n == name.n || line.p[name.n] == ' ')) {
            *ret_name = name;
            return true;
        }
    }
    return false;
}

void gitlab_quick_actions(const struct lab_call *c, struct lab_issue *i, struct sv text, struct buf *out)
{
    struct sv line, name;
    bool code = false;
    for (bool first = true; sv_next(&text, '\n', &line);) {
        code = sv_starts(line, SV("```")) ? !code : code;
        if (!code && is_action(line, &name)) {
            if (sv_is(name, "close"))
                issue_close(i, c->now);
            else if (sv_is(name, "reopen"))
                issue_reopen(i);
            continue;
        }
        if (!first)
            buf_chr(out, '\n');
        buf_sv(out, line);
        first = false;
    }
}

/* ---- notes ---- */

static void put_note(struct lab_call *c, const struct lab_comment *m)
{
    struct jout *j = &c->j;
    bool change = m->thread->change;
    jout_open(j, '{');
    jout_kint(j, "id", m->id);
    jout_kstrz(j, "type", NULL);
    jout_kstrz(j, "body", m->body);
    tell_who(c, "author", m->author);
    call_time(c, "created_at", m->created);
    call_time(c, "updated_at", m->updated);
    jout_kbool(j, "system", false);
    jout_kint(j, "noteable_id", m->thread->id);
    jout_kstrz(j, "noteable_type", change ? "MergeRequest" : "Issue");
    jout_kint(j, "noteable_iid", m->thread->number);
    jout_kint(j, "project_id", c->repo->id);
    jout_kbool(j, "resolvable", false);
    jout_kbool(j, "internal", false);
    jout_close(j, '}');
}

static void list_notes(struct lab_call *c)
{
    struct lab_comment **all;
    const struct lab_issue *i = thread_asked(c);
    if (!i)
        return;
    size_t n = comments_of(c->repo, i, &all);
    struct lab_page p = call_page(c, n);
    bool oldest_first = sv_is(call_param(c, "sort"), "asc");
    jout_open(call_open(c, 200), '[');
    for (size_t k = p.from; k < p.to; k++)
        put_note(c, all[oldest_first ? k : n - 1 - k]);
    jout_close(&c->j, ']');
    mem_free(all);
}

static void get_note(struct lab_call *c)
{
    const struct lab_comment *m = note_asked(c);
    if (!m)
        return;
    call_open(c, 200);
    put_note(c, m);
}

static void post_note(struct lab_call *c)
{
    struct lab_issue *i = thread_asked(c);
    struct sv body = call_text(c, "body");
    AUTO(buf_free) struct buf text = {0};
    if (!i)
        return;
    if (!body.p) {
        gitlab_invalid(c, 400, "body is missing");
        return;
    }
    gitlab_quick_actions(c, i, body, &text);
    if (!sv_trim(body).n) {
        call_message(c, 400, "400 Bad request - Note {:note=>[\"can't be blank\"]}");
    } else if (!sv_trim(buf_view(&text)).n) {
        struct jout *j = call_open(c, 202);
        jout_open(j, '{');
        jout_key(j, "commands_changes");
        jout_open(j, '{');
        jout_close(j, '}');
        jout_close(j, '}');
    } else {
        struct lab_comment *m = comment_add(c->world, c->repo, i, buf_view(&text), "lab-bot", c->now);
        call_open(c, 201);
        put_note(c, m);
    }
}

static void edit_note(struct lab_call *c)
{
    struct lab_comment *m = note_asked(c);
    struct sv body = call_text(c, "body");
    AUTO(buf_free) struct buf text = {0};
    if (!m)
        return;
    if (body.p && !sv_trim(body).n) {
        gitlab_invalid(c, 400, "body is empty");
        return;
    }
    if (body.p) {
        gitlab_quick_actions(c, m->thread, body, &text);
        comment_edit(c->world, m, buf_view(&text), c->now);
    }
    call_open(c, 200);
    put_note(c, m);
}

static void drop_note(struct lab_call *c)
{
    const struct lab_comment *m = note_asked(c);
    if (!m)
        return;
    comment_drop(c->repo, m);
    c->status = 204;
}

const struct lab_row gitlab_note_rows[] = {
    {"GET", "issues/*/notes", list_notes},
    {"GET", "merge_requests/*/notes", list_notes},
    {"POST", "issues/*/notes", post_note},
    {"POST", "merge_requests/*/notes", post_note},
    {"GET", "issues/*/notes/*", get_note},
    {"GET", "merge_requests/*/notes/*", get_note},
    {"PUT", "issues/*/notes/*", edit_note},
    {"PUT", "merge_requests/*/notes/*", edit_note},
    {"DELETE", "issues/*/notes/*", drop_note},
    {"DELETE", "merge_requests/*/notes/*", drop_note},
    {NULL, NULL, NULL},
};
