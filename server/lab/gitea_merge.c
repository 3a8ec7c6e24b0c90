/* SPDX-License-Identifier: Apache-2.0 */
/* Gitea's API v1: pull requests opened, edited and merged, and workflows started. 405 and 409 are the answers to nearly
 * everything that cannot be merged; a merge is answered with an empty 200. */
#include "server/lab/gitea.h"
#include "server/lab/start.h"

static bool says_draft(struct sv title)
{
    return sv_istarts(title, SV("wip:")) || sv_istarts(title, SV("[wip]"));
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

static void post_pull(struct lab_call *c)
{
    struct sv head = call_text(c, "head"), base = call_text(c, "base"), title = call_text(c, "title");
    const struct jval *labels = jval_get(c->body, "labels");
    if (!head.n || !base.n || !title.n || sv_eq(head, base)) {
        call_message(c, 422,
                     !title.n ? "[Title]: Required"
                              : "Invalid PullRequest: There are no changes between the "
                                "head and the base");
        return;
    }
    const struct lab_change *open = change_open_of(c->repo, c->repo, head, base);
    if (open) {
        call_message(c, 409,
                     arena_fmt(c->arena,
                               "pull request already exists for these targets [id: %lld, "
                               "head_branch: %s, base_branch: %s]",
                               (long long)open->issue->id, open->head_ref, open->base_ref));
        return;
    }
    if (!gitea_all_ids(c, labels))
        return;
    struct lab_change_new n = {.title = title,
                               .body = call_text(c, "body"),
                               .head_ref = head,
                               .base_ref = base,
                               .head_sha = head_sha(c, head),
                               .author = SV("lab-bot"),
                               .draft = says_draft(title)};
    struct lab_change *x = change_make(c->world, c->repo, &n, c->now);
    gitea_take_labels(c, x->issue, labels);
    tell(c, x, "opened");
    call_open(c, 201);
    gitea_put_pull(c, c->repo, x);
}

static void edit_pull(struct lab_call *c)
{
    struct lab_change *x = gitea_change_asked(c);
    struct sv title = call_text(c, "title"), body = call_text(c, "body"), state = call_text(c, "state");
    if (!x)
        return;
    if (state.n && x->merged) {
        call_message(c, 412, "cannot change state of this pull request, it was already merged");
        return;
    }
    if (title.n) {
        x->issue->title = arena_dup(&c->world->arena, title);
        x->draft = says_draft(title);
    }
    if (body.p)
        x->issue->body = arena_dup(&c->world->arena, body);
    if (sv_is(state, "closed"))
        issue_close(x->issue, c->now);
    else if (sv_is(state, "open"))
        issue_reopen(x->issue);
    x->issue->updated = c->now;
    tell(c, x, state.n ? (x->issue->closed ? "closed" : "reopened") : "edited");
    call_open(c, 201);
    gitea_put_pull(c, c->repo, x);
}

static void merge(struct lab_call *c, struct lab_change *x)
{
    char oid[41];
    AUTO(buf_free) struct buf base = {0};
    struct sv title = call_text(c, "MergeTitleField");
    buf_fmt(&base, "refs/heads/%s", x->base_ref);
    const struct lab_ref *at = ref_find(c->repo, buf_view(&base));
    const char *before = at ? arena_strdup(c->arena, at->sha) : ZERO_OID;
    world_oid(c->world, oid);
    commit_add(c->world, c->repo, sv_of(oid), title.n ? title : SV("Merge pull request"), SV("lab-bot"), c->now);
    change_merge(c->world, c->repo, x, sv_of(oid), c->now);
    tell(c, x, "closed");
    lab_teller(c->forge)->push(c, &(struct lab_push){base.p, before, x->merge_sha, "lab-bot", false});
}

static bool is_way(struct sv how)
{
    static const char *const ways[] = {"merge", "rebase", "rebase-merge", "squash", "fast-forward-only"};
    for (size_t i = 0; i < ARRAY_LEN(ways); i++)
        if (sv_is(how, ways[i]))
            return true;
    return false;
}

static void merge_pull(struct lab_call *c)
{
    struct lab_change *x = gitea_change_asked(c);
    struct sv sha = call_text(c, "head_commit_id"), how = call_text(c, "Do");
    if (!x)
        return;
    if (!is_way(how)) {
        call_message(c, 422, "[Do]: Required");
    } else if (x->merged) {
        call_message(c, 405, "");
    } else if (x->issue->closed) {
        gitea_missing(c);
    } else if (x->draft) {
        call_message(c, 405, "Work in progress PRs cannot be merged");
    } else if (sha.n && !sv_is(sha, x->head_sha)) {
        call_message(c, 409, "head out of date");
    } else {
        merge(c, x);
        c->status = 200;
    }
}

/* Every workflow is there; one that is named *.missing.yml is not. */
static void dispatch(struct lab_call *c)
{
    struct sv ref = call_text(c, "ref"), file = c->segs[2];
    if (sv_ends(file, SV(".missing.yml"))) {
        gitea_missing(c);
        return;
    }
    if (!ref.n) {
        call_message(c, 422, "[Ref]: Required");
        return;
    }
    start_add(c->world, c->repo,
              &(struct lab_start){.workflow = arena_dup(c->arena, file),
                                  .ref = arena_dup(c->arena, ref),
                                  .inputs = start_inputs(c->world, jval_get(c->body, "inputs"))},
              c->now);
    c->status = 204;
}

const struct lab_row gitea_merge_rows[] = {
    {"POST", "pulls", post_pull},
    {"PATCH", "pulls/*", edit_pull},
    {"POST", "pulls/*/merge", merge_pull},
    {"POST", "actions/workflows/*/dispatches", dispatch},
    {NULL, NULL, NULL},
};
