/* SPDX-License-Identifier: Apache-2.0 */
/* GitHub's REST API 2022-11-28, "Pulls": opening, writing over and merging. One open pull request for a head and a
 * base; no drafts in private repositories; 405 for what cannot be merged, 409 when the head is another one. */
#include "server/lab/github.h"

enum { BODY_CHARS = 65536 };
static const char BOT[] = "lab-bot";

static void tell(const struct lab_call *c, const struct lab_change *x, const char *action)
{
    lab_teller(c->forge)->change(c, &(struct lab_change_told){.change = x, .action = action, .who = BOT});
}

static bool refuse(struct lab_call *c, const char *field, const char *code, const char *message)
{
    github_invalid(c, "PullRequest", field, code, message);
    return false;
}

/* "acme:fix" of the repository's own owner is "fix". */
static struct sv own_branch(const struct lab_call *c, struct sv head)
{
    struct sv path = sv_of(c->repo->path), owner = sv_cut(path, (size_t)sv_chr(path, '/'));
    if (sv_istarts(head, owner) && head.n > owner.n && head.p[owner.n] == ':')
        return sv_from(head, owner.n + 1);
    return head;
}

/* Where somebody named refs, others are not there; else git alone knows them, and every branch is. */
static bool is_there(const struct lab_call *c, struct sv branch)
{
    return !c->repo->refs.n || commit_named(c->repo, branch).n;
}

static bool may_open(struct lab_call *c, struct sv head, struct sv base)
{
    struct sv sha = commit_named(c->repo, head);
    struct sv path = sv_of(c->repo->path), owner = sv_cut(path, (size_t)sv_chr(path, '/'));
    if (!call_text(c, "title").n)
        return refuse(c, "title", "missing_field", NULL);
    if (!head.n || !is_there(c, head))
        return refuse(c, "head", head.n ? "invalid" : "missing_field", NULL);
    if (!base.n || !is_there(c, base))
        return refuse(c, "base", base.n ? "invalid" : "missing_field", NULL);
    if (sv_eq(head, base) || (sha.n && sv_eq(sha, commit_named(c->repo, base))))
        return refuse(c, "head", "custom",
                      arena_fmt(c->arena, "No commits between %.*s and %.*s", SV_ARG(base), SV_ARG(head)));
    if (change_open_of(c->repo, c->repo, head, base))
        return refuse(c, "head", "custom",
                      arena_fmt(c->arena, "A pull request already exists for %.*s:%.*s.", SV_ARG(owner), SV_ARG(head)));
    if (sv_cut_chars(call_text(c, "body"), BODY_CHARS).n < call_text(c, "body").n)
        return refuse(c, "body", "custom", "body is too long (maximum is 65536 characters)");
    if (jval_true(jval_get(c->body, "draft")) && c->repo->is_private) {
        call_message(c, 422, "Draft pull requests are not supported in this repository.");
        return false;
    }
    return true;
}

static void post_pull(struct lab_call *c)
{
    char oid[41];
    struct sv head = own_branch(c, call_text(c, "head")), base = call_text(c, "base");
    if (!may_open(c, head, base))
        return;
    struct sv sha = commit_named(c->repo, head);
    if (!sha.n) {
        world_oid(c->world, oid);
        sha = sv_of(oid);
    }
    struct lab_change_new n = {.title = call_text(c, "title"),
                               .body = call_text(c, "body"),
                               .head_ref = head,
                               .head_sha = sha,
                               .base_ref = base,
                               .author = SV("lab-bot"),
                               .draft = jval_true(jval_get(c->body, "draft"))};
    const struct lab_change *x = change_make(c->world, c->repo, &n, c->now);
    tell(c, x, "opened");
    call_open(c, 201);
    github_put_pull(c, c->repo, x, WHOLE);
}

static const char *set_state(struct lab_call *c, struct lab_change *x, struct sv state)
{
    bool was = x->issue->closed;
    if (sv_is(state, "closed"))
        issue_close(x->issue, c->now);
    else if (sv_is(state, "open"))
        issue_reopen(x->issue);
    return x->issue->closed == was ? "edited" : was ? "reopened" : "closed";
}

static void patch_pull(struct lab_call *c)
{
    struct lab_change *x = github_change_asked(c);
    struct sv title = call_text(c, "title"), body = call_text(c, "body"), base = call_text(c, "base");
    if (!x)
        return;
    if (x->merged && sv_is(call_text(c, "state"), "open")) {
        refuse(c, "state", "custom", "state cannot be changed. The pull request is merged.");
        return;
    }
    if (title.n)
        x->issue->title = arena_dup(&c->world->arena, title);
    if (body.p)
        x->issue->body = arena_dup(&c->world->arena, body);
    if (base.n)
        x->base_ref = arena_dup(&c->world->arena, base);
    x->issue->updated = c->now;
    tell(c, x, set_state(c, x, call_text(c, "state")));
    call_open(c, 200);
    github_put_pull(c, c->repo, x, WHOLE);
}

static void merge(struct lab_call *c, struct lab_change *x)
{
    char oid[41];
    struct sv title = call_text(c, "commit_title");
    const char *base = arena_fmt(c->arena, "refs/heads/%s", x->base_ref);
    const struct lab_ref *at = ref_find(c->repo, sv_of(base));
    const char *before = at ? arena_strdup(c->arena, at->sha) : ZERO_OID;
    world_oid(c->world, oid);
    commit_add(c->world, c->repo, sv_of(oid), title.n ? title : SV("Merge pull request"), SV("lab-bot"), c->now);
    change_merge(c->world, c->repo, x, sv_of(oid), c->now);
    tell(c, x, "closed");
    lab_teller(c->forge)->push(c, &(struct lab_push){base, before, x->merge_sha, BOT, false});
}

static bool is_way(struct sv way)
{
    return !way.n || sv_is(way, "merge") || sv_is(way, "squash") || sv_is(way, "rebase");
}

static void put_merge(struct lab_call *c)
{
    struct lab_change *x = github_change_asked(c);
    struct sv sha = call_text(c, "sha");
    if (!x)
        return;
    if (!github_may_push(c)) {
        github_missing(c);
    } else if (!is_way(call_text(c, "merge_method"))) {
        refuse(c, "merge_method", "invalid", NULL);
    } else if (x->merged || x->issue->closed || github_conflicts(x)) {
        call_message(c, 405, "Pull Request is not mergeable");
    } else if (x->draft) {
        call_message(c, 405, "Pull Request is still a draft");
    } else if (sha.n && !sv_is(sha, x->head_sha)) {
        call_message(c, 409, "Head branch was modified. Review and try the merge again.");
    } else {
        merge(c, x);
        struct jout *j = call_open(c, 200);
        jout_open(j, '{');
        jout_kstrz(j, "sha", x->merge_sha);
        jout_kbool(j, "merged", true);
        jout_kstrz(j, "message", "Pull Request successfully merged");
        jout_close(j, '}');
    }
}

const struct lab_row github_merge_rows[] = {
    {"POST", "pulls", post_pull},
    {"PATCH", "pulls/*", patch_pull},
    {"PUT", "pulls/*/merge", put_merge},
    {NULL, NULL, NULL},
};
