/* SPDX-License-Identifier: Apache-2.0 */
/* Merge requests, issues, and notes on either. */
#include "handlers/forge/gitlab/decode.h"

int64_t gitlab_read_iid(struct forge_read *r)
{
    int64_t n = read_int(r, "iid", NEEDED);
    if (n <= 0)
        read_fault(r, "iid is not positive");
    return n;
}

static bool state_is(struct forge_read *r, const char *state)
{
    const char *is = read_text(r, "state", OPTIONAL);
    return is && strcmp(is, state) == 0;
}

/* r stands on a merge request, which looks alike in object_attributes and in a note. */
static void read_merge_request(struct forge_read *r)
{
    struct event_change *c = &r->ev->change;
    c->present = true;
    c->number = gitlab_read_iid(r);
    c->title = read_text(r, "title", NEEDED);
    c->head_sha = read_oid(r, "last_commit.id", OPTIONAL); /* null while the source branch has no commit */
    c->head_ref = read_branch(r, "source_branch", NEEDED);
    c->head_repo = read_repo_id(r, "source.path_with_namespace", OPTIONAL);
    c->base_ref = read_branch(r, "target_branch", NEEDED);
    c->draft = read_bool(r, read_has(r, "draft") ? "draft" : "work_in_progress");
    c->merged = state_is(r, "merged") ? YES : NO;
    r->ev->after = c->head_sha;
    if (read_end(r) == 0)
        r->ev->ref = arena_fmt(r->arena, "refs/merge-requests/%lld/head", (long long)c->number);
}

/* Updates of a merge request come without an action from some system hooks; its state must do. */
static const char *change_action(struct forge_read *r, const char *action)
{
    static const char *const words[][2] = {
        {"open", "opened"}, {"reopen", "reopened"}, {"close", "closed"}, {"merge", "closed"},
    };
    if (!action)
        return state_is(r, "merged") || state_is(r, "closed") ? "closed" : "edited";
    for (size_t i = 0; i < ARRAY_LEN(words); i++)
        if (strcmp(action, words[i][0]) == 0)
            return words[i][1];
    if (strcmp(action, "update") == 0)
        return read_has(r, "oldrev") ? "synchronize" : "edited";
    return action;
}

int gitlab_decode_merge_request(struct forge_read *r)
{
    struct hook_event *ev = r->ev;
    gitlab_read_project(r);
    gitlab_read_user(r);
    struct forge_read mr = read_below(r, "object_attributes");
    const char *action = read_word(&mr, "action", OPTIONAL);
    read_merge_request(&mr);
    ev->action = change_action(&mr, action);
    if (action && strcmp(action, "merge") == 0)
        ev->change.merged = YES;
    if (strcmp(ev->action, "opened") == 0) /* all else that people do to it is an update of it all */
        read_mark(r, "object_attributes.description");
    ev->before = read_oid(&mr, "oldrev", OPTIONAL);
    ev->trusted = read_same_repo(&mr, "source_project_id", "target_project_id");
    read_labels(r, read_has(r, "labels") ? "labels" : "object_attributes.labels", "title", &ev->change.labels,
                &ev->change.n_labels);
    return 0;
}

int gitlab_decode_issue(struct forge_read *r)
{
    struct event_issue *x = &r->ev->issue;
    if (!read_has(r, "project"))
        return gitlab_unwanted(r, "a work item of a group belongs to no repository");
    gitlab_read_project(r);
    gitlab_read_user(r);
    struct forge_read issue = read_below(r, "object_attributes");
    x->present = true;
    x->number = gitlab_read_iid(&issue);
    x->title = read_text(&issue, "title", NEEDED);
    r->ev->action = change_action(&issue, read_word(&issue, "action", OPTIONAL));
    if (strcmp(r->ev->action, "opened") == 0)
        read_mark(r, "object_attributes.description");
    read_labels(r, read_has(r, "labels") ? "labels" : "object_attributes.labels", "title", &x->labels, &x->n_labels);
    return 0;
}

static void read_note_on_change(struct forge_read *r)
{
    struct event_change *c = &r->ev->change;
    struct forge_read mr = read_below(r, "merge_request");
    read_merge_request(&mr);
    read_labels(&mr, "labels", "title", &c->labels, &c->n_labels);
    r->ev->trusted = read_trust_in_word(&mr, "source_project_id", "target_project_id");
    /* As at GitHub, a comment is always on an issue, which may be a change too. */
    r->ev->issue = (struct event_issue){.present = true, .number = c->number, .title = c->title, .labels = c->labels,
                                        .n_labels = c->n_labels};
}

static void read_note_on_issue(struct forge_read *r)
{
    struct event_issue *x = &r->ev->issue;
    struct forge_read issue = read_below(r, read_has(r, "issue") ? "issue" : "work_item");
    x->present = true;
    x->number = gitlab_read_iid(&issue);
    x->title = read_text(&issue, "title", NEEDED);
    read_labels(&issue, "labels", "title", &x->labels, &x->n_labels);
}

static const char *note_action(struct forge_read *note)
{
    const char *action = read_word(note, "action", OPTIONAL); /* since 16.11 */
    if (!action || strcmp(action, "create") == 0)
        return "created";
    return strcmp(action, "update") == 0 ? "edited" : action;
}

int gitlab_decode_note(struct forge_read *r)
{
    struct forge_read note = read_below(r, "object_attributes");
    struct sv on = sv_of(read_word(&note, "noteable_type", NEEDED));
    if (read_bool(&note, "system") == YES)
        return gitlab_unwanted(r, "a note that GitLab wrote itself");
    if (!read_has(r, "project"))
        return gitlab_unwanted(r, "a note that belongs to no repository");
    if (sv_is(on, "MergeRequest"))
        read_note_on_change(r);
    else if (sv_is(on, "Issue") || sv_is(on, "WorkItem"))
        read_note_on_issue(r);
    else if (sv_is(on, "Commit"))
        r->ev->after = read_oid(r, "commit.id", NEEDED);
    else
        return gitlab_unwanted(r, "a note on something that is no change, issue or commit");
    gitlab_read_project(r);
    gitlab_read_user(r);
    r->ev->action = note_action(&note);
    r->ev->comment.present = true;
    r->ev->comment.id = read_int(&note, "id", NEEDED);
    r->ev->comment.body = read_text(&note, "note", NEEDED);
    read_mark(r, "object_attributes.note");
    return 0;
}
