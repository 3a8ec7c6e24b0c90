/* SPDX-License-Identifier: Apache-2.0 */
#include "core/forge_parts.h"
#include "core/own_event.h"

void read_repository(struct forge_read *r)
{
    struct event_repo *repo = &r->ev->repo;
    read_object(r, "repository");
    repo->full_name = read_repo_path(r, "repository.full_name", NEEDED);
    repo->id = read_repo_id(r, "repository.full_name", NEEDED);
    /* An empty repository has "" at Gitea and null at others. */
    if (!sv_is(jval_str(read_at(r, "repository.default_branch")), ""))
        repo->default_branch = read_branch(r, "repository.default_branch", OPTIONAL);
    repo->is_private = read_bool(r, "repository.private");
    repo->clone_url = read_text(r, "repository.clone_url", OPTIONAL);
    repo->forge_id = read_int(r, "repository.id", OPTIONAL);
}

void read_sender(struct forge_read *r)
{
    if (!read_has(r, "sender"))
        return;
    r->ev->sender.present = true;
    r->ev->sender.id = read_int(r, "sender.id", OPTIONAL);
    /* Gogs of long ago has only the other name. */
    r->ev->sender.login = read_word(r, read_has(r, "sender.login") ? "sender.login" : "sender.username", NEEDED);
    r->ev->sender.bot = sv_ends(sv_of(r->ev->sender.login), SV("[bot]")) ? YES : UNKNOWN;
}

static const char *tag_of(const char *ref)
{
    static const char tags[] = "refs/tags/";
    return ref && strncmp(ref, tags, sizeof tags - 1) == 0 ? ref + sizeof tags - 1 : NULL;
}

void read_push(struct forge_read *r)
{
    struct hook_event *ev = r->ev;
    ev->ref = read_ref(r, "ref", NEEDED);
    ev->tag = tag_of(ev->ref);
    ev->before = read_oid(r, "before", NEEDED);
    ev->after = read_oid(r, "after", NEEDED);
    ev->created = oid_is_zero(ev->before) ? YES : NO;
    ev->deleted = oid_is_zero(ev->after) ? YES : NO;
    if (ev->created == YES && ev->deleted == YES)
        read_fault(r, "before and after are both zero");
    ev->forced = read_bool(r, "forced");
    if (ev->created == YES || ev->deleted == YES)
        ev->forced = NO;
}

void read_branch_as_ref(struct forge_read *r, const char *path, enum need need)
{
    r->ev->ref = read_ref_in(r, "refs/heads/", path, need);
}

void read_tag_as_ref(struct forge_read *r, const char *path)
{
    r->ev->ref = read_ref_in(r, "refs/tags/", path, NEEDED);
    r->ev->tag = tag_of(r->ev->ref);
}

static void read_short_ref(struct forge_read *r)
{
    const char *type = read_text(r, "ref_type", NEEDED);
    if (type && strcmp(type, "tag") == 0)
        read_tag_as_ref(r, "ref");
    else if (type && strcmp(type, "branch") == 0)
        read_branch_as_ref(r, "ref", NEEDED);
    else
        read_fault(r, "ref_type is neither branch nor tag");
}

static const char zeros[] = "0000000000000000000000000000000000000000";

void read_create(struct forge_read *r)
{
    read_short_ref(r);
    r->ev->before = zeros;
    r->ev->created = YES;
}

void read_delete(struct forge_read *r)
{
    read_short_ref(r);
    r->ev->after = zeros;
    r->ev->deleted = YES;
}

static int64_t read_number(struct forge_read *r, const char *path)
{
    int64_t n = read_int(r, path, NEEDED);
    if (n <= 0)
        read_fault(r, "%s is not positive", path);
    return n;
}

void read_issue(struct forge_read *r)
{
    struct event_issue *x = &r->ev->issue;
    x->present = true;
    x->number = read_number(r, "issue.number");
    x->title = read_text(r, "issue.title", NEEDED);
    read_labels(r, "issue.labels", "name", &x->labels, &x->n_labels);
}

static void set_change_ref(struct forge_read *r)
{
    if (read_end(r) == 0)
        r->ev->ref = arena_fmt(r->arena, "refs/pull/%lld/head", (long long)r->ev->change.number);
}

void read_pull_request(struct forge_read *r)
{
    struct event_change *c = &r->ev->change;
    c->present = true;
    c->number = read_number(r, "pull_request.number");
    c->title = read_text(r, "pull_request.title", NEEDED);
    c->head_sha = read_oid(r, "pull_request.head.sha", NEEDED);
    c->head_ref = read_branch(r, "pull_request.head.ref", NEEDED);
    c->head_repo = read_repo_id(r, "pull_request.head.repo.full_name", OPTIONAL);
    c->base_sha = read_oid(r, "pull_request.base.sha", OPTIONAL);
    c->base_ref = read_branch(r, "pull_request.base.ref", NEEDED);
    c->draft = read_bool(r, "pull_request.draft");
    c->merged = read_bool(r, "pull_request.merged");
    read_labels(r, "pull_request.labels", "name", &c->labels, &c->n_labels);
    set_change_ref(r);
    r->ev->after = c->head_sha;
}

void read_change_of_issue(struct forge_read *r)
{
    struct event_change *c = &r->ev->change;
    const struct event_issue *x = &r->ev->issue;
    *c = (struct event_change){.present = true, .number = x->number, .title = x->title, .labels = x->labels,
                               .n_labels = x->n_labels, .draft = UNKNOWN, .merged = UNKNOWN};
    set_change_ref(r);
}

void read_comment(struct forge_read *r)
{
    r->ev->comment.present = true;
    r->ev->comment.id = read_int(r, "comment.id", NEEDED);
    r->ev->comment.body = read_text(r, "comment.body", NEEDED);
}

void read_action(struct forge_read *r)
{
    r->ev->action = read_word(r, "action", NEEDED);
}

enum tristate read_same_repo(struct forge_read *r, const char *head_id, const char *base_id)
{
    if (!read_has(r, head_id))
        return UNKNOWN;
    return read_int(r, head_id, NEEDED) == read_int(r, base_id, NEEDED) ? YES : NO;
}

enum tristate read_trust_in_word(struct forge_read *r, const char *head_id, const char *base_id)
{
    return read_same_repo(r, head_id, base_id) == NO ? NO : UNKNOWN;
}

void read_workflow_run(struct forge_read *r)
{
    struct event_workflow_run *run = &r->ev->workflow_run;
    struct forge_read x = read_below(r, "workflow_run");
    const char *name = read_has(r, "workflow.name") ? "workflow.name" : "workflow_run.name";
    *run = (struct event_workflow_run){.present = true,
                                       .id = read_int(&x, "id", OPTIONAL),
                                       .name = read_text(r, name, OPTIONAL),
                                       .event = read_text(&x, "event", OPTIONAL),
                                       .status = read_text(&x, "status", OPTIONAL),
                                       .conclusion = read_text(&x, "conclusion", OPTIONAL),
                                       .head_branch = read_branch(&x, "head_branch", OPTIONAL),
                                       .head_sha = read_oid(&x, "head_sha", NEEDED)};
    r->ev->after = run->head_sha;
    read_branch_as_ref(r, "workflow_run.head_branch", OPTIONAL);
    r->ev->trusted = read_same_repo(r, "workflow_run.head_repository.id", "repository.id");
}

void read_review(struct forge_read *r)
{
    struct forge_read x = read_below(r, "review");
    r->ev->review = (struct event_review){
        .present = true, .id = read_int(&x, "id", OPTIONAL), .state = read_text(&x, "state", OPTIONAL)};
}

void read_release(struct forge_read *r)
{
    struct forge_read x = read_below(r, "release");
    read_tag_as_ref(r, "release.tag_name");
    r->ev->release = (struct event_release){.present = true,
                                            .tag = r->ev->tag,
                                            .name = read_text(&x, "name", OPTIONAL),
                                            .draft = read_bool(&x, "draft"),
                                            .prerelease = read_bool(&x, "prerelease")};
}

void read_status(struct forge_read *r)
{
    r->ev->after = read_oid(r, "sha", NEEDED);
    r->ev->status = (struct event_status){.present = true,
                                          .state = read_word(r, "state", NEEDED),
                                          .context = read_text(r, "context", OPTIONAL),
                                          .description = read_text(r, "description", OPTIONAL)};
}

void read_check(struct forge_read *r, const char *path)
{
    struct forge_read x = read_below(r, path);
    r->ev->after = read_oid(&x, "head_sha", NEEDED);
    r->ev->check = (struct event_check){.present = true,
                                        .id = read_int(&x, "id", OPTIONAL),
                                        .name = read_text(&x, "name", OPTIONAL),
                                        .status = read_text(&x, "status", OPTIONAL),
                                        .conclusion = read_text(&x, "conclusion", OPTIONAL),
                                        .wish = read_text(r, "requested_action.identifier", OPTIONAL)};
}

void read_workflow_job(struct forge_read *r)
{
    read_action(r);
    r->ev->name = "job";
    read_check(r, "workflow_job");
    read_branch_as_ref(r, "workflow_job.head_branch", OPTIONAL);
}

void read_mark(struct forge_read *r, const char *path)
{
    static const char *const writes[] = {"opened", "created", "edited"};
    struct sv text = jval_str(read_at(r, path));
    for (size_t i = 0; r->ev->action && i < ARRAY_LEN(writes); i++)
        if (strcmp(r->ev->action, writes[i]) == 0)
            r->ev->marked |= sv_find(text, SV(OWN_MARKER)) >= 0;
}

void read_hops(struct forge_read *r)
{
    struct sv message = jval_str(read_at(r, "head_commit.message"));
    const struct jval *commits = read_at(r, "commits");
    for (size_t i = jval_len(commits); !message.p && i > 0; i--) {
        const struct jval *c = jval_item(commits, i - 1);
        if (sv_is(jval_str(jval_get(c, "id")), r->ev->after ? r->ev->after : ""))
            message = jval_str(jval_get(c, "message"));
    }
    if (message.p && sv_find(message, SV(HOPS_TRAILER)) >= 0)
        r->ev->hops = own_hops_of_message(arena_dup(r->arena, message));
}
