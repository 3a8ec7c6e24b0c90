/* SPDX-License-Identifier: Apache-2.0 */
#include "core/forge_parts.h"
#include "handlers/forge/gitea/gitea.h"

enum { FEED_COMMITS = 5 }; /* [ui] FEED_MAX_COMMIT_NUM as delivered: no more are listed in one push */

static bool is_truncated(struct forge_read *r)
{
    size_t n;
    bool listed = read_array(r, "commits", &n);
    if (r->ev->tag || r->ev->deleted == YES)
        return false;
    if (!listed || (r->ev->created == YES && n == 0))
        return true;
    if (read_has(r, "total_commits"))
        return read_int(r, "total_commits", NEEDED) > (int64_t)n;
    return n >= FEED_COMMITS || r->ev->created == YES;
}

static void decode_push(struct forge_read *r)
{
    read_push(r);
    read_hops(r);
    r->ev->commits_truncated = is_truncated(r);
    r->ev->trusted = YES;
}

static void decode_create(struct forge_read *r)
{
    read_create(r);
    r->ev->after = read_oid(r, "sha", OPTIONAL);
    r->ev->trusted = YES;
}

static void decode_delete(struct forge_read *r)
{
    read_delete(r);
    read_nothing(r, "sha");
    r->ev->trusted = YES;
}

/* Gitea's words for what GitHub says otherwise. */
static void read_gitea_action(struct forge_read *r)
{
    static const char *const words[][2] = {
        {"synchronized", "synchronize"}, {"label_updated", "labeled"}, {"label_cleared", "unlabeled"},
        {"reviewed", "submitted"},       {"updated", "edited"},
    };
    read_action(r);
    for (size_t i = 0; r->ev->action && i < ARRAY_LEN(words); i++)
        if (strcmp(r->ev->action, words[i][0]) == 0) {
            r->ev->action = words[i][1];
            return;
        }
}

static void read_gitea_change(struct forge_read *r)
{
    read_pull_request(r);
    if (r->ev->change.draft == UNKNOWN) /* older servers know drafts only by their title */
        r->ev->change.draft = sv_istarts(sv_of(r->ev->change.title), SV("WIP:")) ? YES : UNKNOWN;
}

static void decode_pull_request(struct forge_read *r)
{
    read_gitea_action(r);
    read_nothing(r, "review");
    read_nothing(r, "comment");
    read_gitea_change(r);
    read_mark(r, "pull_request.body");
    r->ev->trusted = read_same_repo(r, "pull_request.head.repo.id", "pull_request.base.repo.id");
    /* Pushed to refs/for/…, which needs no write access, and yet head and base are the same repository. */
    if (sv_starts(sv_of(r->ev->change.head_ref), SV("refs/pull/")))
        r->ev->trusted = UNKNOWN;
}

/* A review has a type instead of a state: pull_request_review_approved, or an older pull_request_approved. */
static void read_gitea_review(struct forge_read *r)
{
    static const char *const words[][2] = {
        {"_approved", "approved"}, {"_rejected", "changes_requested"}, {"_comment", "commented"}};
    read_review(r);
    struct sv type = sv_of(read_text(r, "review.type", OPTIONAL));
    for (size_t i = 0; !r->ev->review.state && i < ARRAY_LEN(words); i++)
        if (sv_ends(type, sv_of(words[i][0])))
            r->ev->review.state = words[i][1];
}

static void decode_review(struct forge_read *r)
{
    read_gitea_action(r);
    read_gitea_review(r);
    read_gitea_change(r);
    r->ev->trusted = read_trust_in_word(r, "pull_request.head.repo.id", "pull_request.base.repo.id");
}

static void decode_issues(struct forge_read *r)
{
    read_gitea_action(r);
    read_nothing(r, "comment");
    read_issue(r);
    read_mark(r, "issue.body");
}

static void decode_issue_comment(struct forge_read *r)
{
    read_gitea_action(r);
    read_issue(r);
    read_comment(r);
    read_mark(r, "comment.body");
    if (read_has(r, "pull_request")) {
        read_gitea_change(r);
        r->ev->trusted = read_trust_in_word(r, "pull_request.head.repo.id", "pull_request.base.repo.id");
    } else if (read_has(r, "issue.pull_request")) {
        read_change_of_issue(r);
        r->ev->change.merged = read_bool(r, "issue.pull_request.merged");
        r->ev->change.draft = read_bool(r, "issue.pull_request.draft");
    }
}

/* The coarse header has this one name for a comment and for a review that only comments. */
static void decode_pull_request_comment(struct forge_read *r)
{
    if (read_has(r, "review")) {
        r->ev->name = "pull_request_review";
        decode_review(r);
    } else {
        r->ev->name = "issue_comment";
        decode_issue_comment(r);
    }
}

static void decode_release(struct forge_read *r)
{
    read_gitea_action(r);
    read_release(r);
    r->ev->trusted = YES;
}

static void decode_status(struct forge_read *r)
{
    read_status(r);
    r->ev->trusted = YES;
}

static void decode_repository(struct forge_read *r)
{
    read_gitea_action(r);
    r->ev->trusted = YES;
}

static void decode_workflow_run(struct forge_read *r)
{
    read_gitea_action(r);
    read_workflow_run(r);
}

static const struct {
    const char *event; /* X-Gitea-Event-Type, or X-Gitea-Event of older servers */
    const char *name;
    void (*decode)(struct forge_read *r);
} events[] = {
    {"push", "push", decode_push},
    {"create", "create", decode_create},
    {"delete", "delete", decode_delete},
    {"pull_request", "pull_request", decode_pull_request},
    {"pull_request_assign", "pull_request", decode_pull_request},
    {"pull_request_label", "pull_request", decode_pull_request},
    {"pull_request_milestone", "pull_request", decode_pull_request},
    {"pull_request_sync", "pull_request", decode_pull_request},
    {"pull_request_review_request", "pull_request", decode_pull_request},
    {"pull_request_review_approved", "pull_request_review", decode_review},
    {"pull_request_review_rejected", "pull_request_review", decode_review},
    {"pull_request_review_comment", "pull_request_review", decode_review},
    {"pull_request_approved", "pull_request_review", decode_review},
    {"pull_request_rejected", "pull_request_review", decode_review},
    {"pull_request_comment", "issue_comment", decode_pull_request_comment},
    {"issues", "issues", decode_issues},
    {"issue_assign", "issues", decode_issues},
    {"issue_label", "issues", decode_issues},
    {"issue_milestone", "issues", decode_issues},
    {"issue_comment", "issue_comment", decode_issue_comment},
    {"release", "release", decode_release},
    {"status", "status", decode_status},
    {"repository", "repository", decode_repository},
    {"workflow_run", "workflow_run", decode_workflow_run},
    {"workflow_job", "job", read_workflow_job},
};

/* There is no mark for bots but the server's own users, whose ids are negative (-1 is the ghost of a deleted one). */
static void read_user_kind(struct forge_read *r)
{
    if (r->ev->sender.present && r->ev->sender.bot == UNKNOWN && r->ev->sender.id < -1)
        r->ev->sender.bot = YES;
}

int gitea_decode(const struct delivery *d, struct sv payload, struct arena *arena, struct hook_event *ret,
                 struct err *e)
{
    size_t i = 0;
    while (i < ARRAY_LEN(events) && strcmp(events[i].event, d->event) != 0)
        i++;
    if (i == ARRAY_LEN(events)) {
        err_set(e, ERR_INVALID, "event `%s` is not one that workflows can name", d->event);
        return 1;
    }
    struct jdoc *doc;
    *e = (struct err){0};
    if (jdoc_parse(payload, NULL, &doc, e) != 0)
        return -1;
    struct forge_read r = {.root = jdoc_root(doc), .arena = arena, .ev = ret, .e = e,
                           .is_repo_path = repo_path_is_plain};
    ret->name = events[i].name;
    ret->trusted = UNKNOWN;
    read_repository(&r);
    events[i].decode(&r);
    read_sender(&r);
    read_user_kind(&r);
    if (strcmp(ret->name, "push") != 0)
        read_identity(&r);
    jdoc_free(&doc);
    return read_end(&r);
}
