/* SPDX-License-Identifier: Apache-2.0 */
/* GitLab's REST API v4, "Merge requests": opening, editing, merging. The order of refusals of a merge is that of the
 * real one: the sha first, then whether it can be merged at all. */
#include "server/lab/gitlab.h"

static bool says_draft(struct sv title)
{
    return sv_istarts(title, SV("draft:")) || sv_istarts(title, SV("[draft]")) || sv_istarts(title, SV("(draft)"));
}

static void tell(const struct lab_call *c, const struct lab_change *x, const char *action)
{
    lab_teller(c->forge)->change(c, &(struct lab_change_told){.change = x, .action = action, .who = "lab-bot"});
}

/* The sha of a branch as far as somebody named it; a branch that only git knows has one that is made up. */
static struct sv head_sha(struct lab_call *c, struct sv branch)
{
    char oid[41];
    struct sv sha = commit_named(c->repo, branch);
    if (sha.n)
        return sha;
    world_oid(c->world, oid);
    return arena_sv(c->arena, sv_of(oid));
}

static const char *missing_member(const struct lab_call *c)
{
    static const char *const keys[] = {"title", "source_branch", "target_branch"};
    for (size_t i = 0; i < ARRAY_LEN(keys); i++)
        if (!call_text(c, keys[i]).n)
            return keys[i];
    return NULL;
}

static void post_change(struct lab_call *c)
{
    const char *lacks = missing_member(c);
    struct sv head = call_text(c, "source_branch"), base = call_text(c, "target_branch"), title = call_text(c, "title");
    AUTO(buf_free) struct buf text = {0};
    if (lacks) {
        gitlab_invalid(c, 400, arena_fmt(c->arena, "%s is missing", lacks));
        return;
    }
    const struct lab_change *open = change_open_of(c->repo, c->repo, head, base);
    if (open) {
        struct jout *j = call_open(c, 409);
        jout_open(j, '{');
        jout_key(j, "message");
        jout_strs(j,
                  (const char *const[]){
                      arena_fmt(c->arena, "Another open merge request already exists for this source branch: !%lld",
                                (long long)open->issue->number)},
                  1);
        jout_close(j, '}');
        return;
    }
    struct lab_change_new n = {.title = title,
                               .head_ref = head,
                               .base_ref = base,
                               .head_sha = head_sha(c, head),
                               .author = SV("lab-bot"),
                               .draft = says_draft(title)};
    struct lab_change *x = change_make(c->world, c->repo, &n, c->now);
    gitlab_quick_actions(c, x->issue, call_text(c, "description"), &text);
    x->issue->body = arena_dup(&c->world->arena, buf_view(&text));
    gitlab_edit_labels(c, x->issue);
    tell(c, x, "opened");
    call_open(c, 201);
    gitlab_put_change(c, c->repo, x);
}

static void edit_change(struct lab_call *c)
{
    struct lab_change *x = gitlab_change_asked(c);
    struct sv title = call_text(c, "title"), body = call_text(c, "description"), event = call_text(c, "state_event");
    AUTO(buf_free) struct buf text = {0};
    if (!x)
        return;
    if (title.n) {
        x->issue->title = arena_dup(&c->world->arena, title);
        x->draft = says_draft(title);
    }
    if (body.p) {
        gitlab_quick_actions(c, x->issue, body, &text);
        x->issue->body = arena_dup(&c->world->arena, buf_view(&text));
    }
    if (sv_is(event, "close"))
        issue_close(x->issue, c->now);
    else if (sv_is(event, "reopen") && !x->merged)
        issue_reopen(x->issue);
    if (!gitlab_edit_labels(c, x->issue) && !title.p && !body.p && !event.p) {
        gitlab_invalid(c, 400,
                       "assignee_id, assignee_ids, reviewer_ids, description, labels, add_labels, "
                       "remove_labels, milestone_id, remove_source_branch, allow_collaboration, squash, "
                       "target_branch, title, state_event, discussion_locked are missing, at least one "
                       "parameter must be provided");
        return;
    }
    x->issue->updated = c->now;
    tell(c, x, event.n ? (x->issue->closed ? "closed" : "reopened") : "edited");
    call_open(c, 200);
    gitlab_put_change(c, c->repo, x);
}

static void merge(struct lab_call *c, struct lab_change *x)
{
    char oid[41];
    AUTO(buf_free) struct buf base = {0};
    struct sv message = call_text(c, "merge_commit_message");
    buf_fmt(&base, "refs/heads/%s", x->base_ref);
    const struct lab_ref *at = ref_find(c->repo, buf_view(&base));
    const char *before = at ? arena_strdup(c->arena, at->sha) : ZERO_OID;
    world_oid(c->world, oid);
    commit_add(c->world, c->repo, sv_of(oid), message.n ? message : SV("Merge branch"), SV("lab-bot"), c->now);
    change_merge(c->world, c->repo, x, sv_of(oid), c->now);
    tell(c, x, "closed");
    lab_teller(c->forge)->push(c, &(struct lab_push){base.p, before, x->merge_sha, "lab-bot", false});
}

static void merge_change(struct lab_call *c)
{
    struct lab_change *x = gitlab_change_asked(c);
    struct sv sha = call_text(c, "sha");
    if (!x)
        return;
    if (sha.p && !sv_is(sha, x->head_sha)) {
        call_message(c, 409, arena_fmt(c->arena, "SHA does not match HEAD of source branch: %s", x->head_sha));
    } else if (x->draft || x->issue->closed) {
        call_message(c, 405, "405 Method Not Allowed");
    } else {
        merge(c, x);
        call_open(c, 200);
        gitlab_put_change(c, c->repo, x);
    }
}

const struct lab_row gitlab_merge_rows[] = {
    {"POST", "merge_requests", post_change},
    {"PUT", "merge_requests/*", edit_change},
    {"PUT", "merge_requests/*/merge", merge_change},
    {NULL, NULL, NULL},
};
