/* SPDX-License-Identifier: Apache-2.0 */
#include "core/forge_parts.h"
#include "core/own_event.h"
#include "handlers/forge/github/github.h"

enum { COMMITS_MAX = 2048 }; /* GitHub lists no more in one push */

static void decode_push(struct forge_read *r)
{
    size_t n;
    read_push(r);
    read_hops(r);
    bool listed = read_array(r, "commits", &n);
    /* A branch made from commits that exist elsewhere lists none of them. */
    bool silent = r->ev->created == YES && n == 0;
    r->ev->commits_truncated =
        !r->ev->tag && r->ev->deleted == NO && (!listed || n >= COMMITS_MAX || silent);
    r->ev->trusted = YES;
}

static void decode_create(struct forge_read *r)
{
    read_create(r);
    read_branch(r, "master_branch", NEEDED);
    r->ev->trusted = YES;
}

static void decode_delete(struct forge_read *r)
{
    read_delete(r);
    read_nothing(r, "master_branch");
    r->ev->trusted = YES;
}

static void decode_pull_request(struct forge_read *r)
{
    read_action(r);
    read_nothing(r, "review");
    read_nothing(r, "comment");
    read_pull_request(r);
    read_mark(r, "pull_request.body");
    r->ev->before = read_oid(r, "before", OPTIONAL);
    r->ev->trusted = read_same_repo(r, "pull_request.head.repo.id", "pull_request.base.repo.id");
}

/* Said by the owner of the repository, who may do all: then nobody has to be asked. Members and collaborators may be
 * readers only, and whoever edits or deletes a word is not who wrote it. */
static bool is_owners_word(struct forge_read *r, const char *said)
{
    struct forge_read word = read_below(r, said);
    const char *is = read_text(&word, "author_association", OPTIONAL);
    int64_t author = read_int(&word, "user.id", OPTIONAL);
    return is && strcmp(is, "OWNER") == 0 && author && author == read_int(r, "sender.id", OPTIONAL);
}

static void decode_review(struct forge_read *r)
{
    read_action(r);
    read_review(r);
    read_pull_request(r);
    r->ev->trusted = read_same_repo(r, "pull_request.head.repo.id", "pull_request.base.repo.id");
    if (r->ev->trusted == YES && !is_owners_word(r, "review"))
        r->ev->trusted = UNKNOWN;
}

static void decode_issues(struct forge_read *r)
{
    read_action(r);
    read_nothing(r, "comment");
    read_issue(r);
    read_mark(r, "issue.body");
    if (is_owners_word(r, "issue"))
        r->ev->trusted = YES;
}

static void decode_issue_comment(struct forge_read *r)
{
    read_action(r);
    read_issue(r);
    read_comment(r);
    read_mark(r, "comment.body");
    if (!read_has(r, "issue.pull_request")) {
        if (is_owners_word(r, "comment"))
            r->ev->trusted = YES;
        return;
    }
    /* Whose code a change has is not said here: it is asked for. */
    read_change_of_issue(r);
    r->ev->change.draft = read_bool(r, "issue.draft");
    r->ev->change.merged = read_has(r, "issue.pull_request.merged_at") ? YES : NO;
}

static void decode_release(struct forge_read *r)
{
    read_action(r);
    read_release(r);
    r->ev->trusted = YES;
}

/* A commit that is on no branch here came from a fork: its code must not be trusted only because a check or a status
 * of ours is about it. */
static void decode_status(struct forge_read *r)
{
    size_t branches;
    read_status(r);
    r->ev->trusted = read_array(r, "branches", &branches) && branches == 0 ? NO : YES;
}

static void decode_check_run(struct forge_read *r)
{
    read_action(r);
    read_check(r, "check_run");
    read_branch_as_ref(r, "check_run.check_suite.head_branch", OPTIONAL);
    r->ev->trusted = r->ev->ref ? YES : NO;
}

static void decode_check_suite(struct forge_read *r)
{
    read_action(r);
    read_check(r, "check_suite");
    read_branch_as_ref(r, "check_suite.head_branch", OPTIONAL);
    r->ev->trusted = r->ev->ref ? YES : NO;
}

static void decode_merge_group(struct forge_read *r)
{
    read_action(r);
    static const char heads[] = "refs/heads/";
    r->ev->ref = read_ref(r, "merge_group.head_ref", NEEDED);
    const char *base = read_ref(r, "merge_group.base_ref", NEEDED);
    if (base && strncmp(base, heads, sizeof heads - 1) == 0)
        r->ev->merge_base = base + sizeof heads - 1;
    r->ev->before = read_oid(r, "merge_group.base_sha", NEEDED);
    r->ev->after = read_oid(r, "merge_group.head_sha", NEEDED);
    r->ev->trusted = YES;
}

static void decode_repository(struct forge_read *r)
{
    read_action(r);
    r->ev->trusted = YES;
}

static void decode_workflow_dispatch(struct forge_read *r)
{
    static const char tags[] = "refs/tags/";
    r->ev->ref = read_ref(r, "ref", NEEDED);
    r->ev->workflow = read_word(r, "workflow", NEEDED);
    r->ev->inputs = read_json(r, "inputs");
    if (r->ev->ref && strncmp(r->ev->ref, tags, sizeof tags - 1) == 0)
        r->ev->tag = r->ev->ref + sizeof tags - 1;
    r->ev->trusted = YES;
}

static void decode_repository_dispatch(struct forge_read *r)
{
    read_action(r);
    read_branch_as_ref(r, "branch", OPTIONAL);
    r->ev->client_payload = read_json(r, "client_payload");
    r->ev->hops = own_hops_of_payload(r->ev->client_payload);
    r->ev->trusted = YES;
}

static void decode_workflow_run(struct forge_read *r)
{
    read_action(r);
    read_workflow_run(r);
}

static const struct {
    const char *name; /* X-GitHub-Event, and the name of the hook event unless its decoder says another */
    void (*decode)(struct forge_read *r);
} events[] = {
    {"push", decode_push},
    {"pull_request", decode_pull_request},
    {"pull_request_review", decode_review},
    {"issues", decode_issues},
    {"issue_comment", decode_issue_comment},
    {"create", decode_create},
    {"delete", decode_delete},
    {"release", decode_release},
    {"status", decode_status},
    {"check_run", decode_check_run},
    {"check_suite", decode_check_suite},
    {"merge_group", decode_merge_group},
    {"repository", decode_repository},
    {"workflow_dispatch", decode_workflow_dispatch},
    {"repository_dispatch", decode_repository_dispatch},
    {"workflow_run", decode_workflow_run},
    {"workflow_job", read_workflow_job},
};

static void read_user_type(struct forge_read *r)
{
    const char *type = read_text(r, "sender.type", OPTIONAL);
    if (type && r->ev->sender.bot == UNKNOWN)
        r->ev->sender.bot = strcmp(type, "Bot") == 0 ? YES : NO;
}

int github_decode(const struct delivery *d, struct sv payload, struct arena *arena, struct hook_event *ret,
                  struct err *e)
{
    size_t i = 0;
    while (i < ARRAY_LEN(events) && strcmp(events[i].name, d->event) != 0)
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
    read_user_type(&r);
    if (d->guid)
        ret->identity = arena_strdup(arena, d->guid);
    else
        read_identity(&r);
    jdoc_free(&doc);
    return read_end(&r);
}
