/* SPDX-License-Identifier: Apache-2.0 */
/* The control word `changes`: pull and merge requests are opened, moved, closed, merged, edited, labelled. */
#include "server/lab/act.h"
#include "server/lab/change.h"

static struct sv text(const struct lab_call *c, const char *key)
{
    return jval_str(jval_get(c->body, key));
}

static void tell(const struct lab_call *c, const struct lab_change *x, const char *action, const char *before,
                 const struct lab_label *label)
{
    struct sv user = text(c, "user");
    const char *who = user.n ? arena_dup(c->arena, user) : x->author;
    lab_teller(c->forge)->change(c, &(struct lab_change_told){x, action, before, who, label});
}

static const char *fresh_sha(struct lab_call *c, struct lab_repo *r, const char *message)
{
    char oid[41];
    struct sv sha = text(c, "sha");
    if (!sha.n) {
        world_oid(c->world, oid);
        sha = sv_of(oid);
    }
    commit_add(c->world, r, sha, sv_of(message), text(c, "user"), c->now);
    return arena_dup(c->arena, sha);
}

/* The head's branch is there afterwards, whether it was pushed before or not; that push is told to nobody. */
static struct lab_change *open_one(struct lab_call *c)
{
    struct sv fork = text(c, "fork"), head = text(c, "head"), sha = text(c, "sha");
    struct lab_repo *from = fork.n ? world_repo(c->world, c->forge, fork) : c->repo;
    AUTO(buf_free) struct buf ref = {0};
    head = head.n ? head : SV("topic");
    buf_fmt(&ref, "refs/heads/%.*s", SV_ARG(head));
    const struct lab_ref *at = ref_find(from, buf_view(&ref));
    const char *oid = at && !sha.n ? at->sha : fresh_sha(c, from, "a change");
    ref_set(c->world, from, buf_view(&ref), sv_of(oid), c->now);
    struct sv title = text(c, "title");
    struct lab_change_new n = {.title = title.n ? title : SV("A change"),
                               .body = text(c, "body"),
                               .head_ref = head,
                               .head_sha = sv_of(oid),
                               .base_ref = text(c, "base"),
                               .author = text(c, "user"),
                               .head_repo = from,
                               .draft = jval_true(jval_get(c->body, "draft"))};
    struct lab_change *x = change_make(c->world, c->repo, &n, c->now);
    tell(c, x, "opened", NULL, NULL);
    return x;
}

static void sync(struct lab_call *c, struct lab_change *x)
{
    AUTO(buf_free) struct buf ref = {0};
    const char *before = x->head_sha, *after = fresh_sha(c, x->head_repo, "more of it");
    struct lab_call at = *c;
    at.repo = x->head_repo;
    buf_fmt(&ref, "refs/heads/%s", x->head_ref);
    ref_set(c->world, x->head_repo, buf_view(&ref), sv_of(after), c->now);
    change_sync(c->world, x, sv_of(after), c->now);
    lab_teller(c->forge)->push(&at, &(struct lab_push){ref.p, before, after, x->author, false});
    tell(c, x, "synchronize", before, NULL);
}

static void merge(struct lab_call *c, struct lab_change *x)
{
    AUTO(buf_free) struct buf base = {0};
    const char *after = fresh_sha(c, c->repo, "Merge of a change");
    buf_fmt(&base, "refs/heads/%s", x->base_ref);
    const struct lab_ref *at = ref_find(c->repo, buf_view(&base));
    const char *before = at ? at->sha : ZERO_OID;
    change_merge(c->world, c->repo, x, sv_of(after), c->now);
    tell(c, x, "closed", NULL, NULL);
    lab_teller(c->forge)->push(c, &(struct lab_push){base.p, before, after, x->author, false});
}

static void edit(struct lab_call *c, struct lab_change *x)
{
    struct sv title = text(c, "title"), body = text(c, "body"), base = text(c, "base");
    if (title.n)
        x->issue->title = arena_dup(&c->world->arena, title);
    if (body.p)
        x->issue->body = arena_dup(&c->world->arena, body);
    if (base.n)
        x->base_ref = arena_dup(&c->world->arena, base);
    x->issue->updated = c->now;
    tell(c, x, "edited", NULL, NULL);
}

static void add_label(struct lab_call *c, struct lab_change *x)
{
    struct sv name = text(c, "label");
    struct lab_label *l = label_find(c->repo, name);
    l = l ? l : label_add(c->world, c->repo, name.n ? name : SV("label"), SV_NONE, SV_NONE);
    issue_label(x->issue, l);
    x->issue->updated = c->now;
    tell(c, x, "labeled", NULL, l);
}

/* What is done to a change that is there; NULL, or why not. */
static const char *work_on(struct lab_call *c, struct lab_change *x, struct sv what)
{
    bool is_open = !x->issue->closed;
    if (sv_is(what, "sync") && is_open) {
        sync(c, x);
    } else if (sv_is(what, "merge") && is_open) {
        merge(c, x);
    } else if (sv_is(what, "close") && is_open) {
        issue_close(x->issue, c->now);
        x->issue->updated = c->now;
        tell(c, x, "closed", NULL, NULL);
    } else if (sv_is(what, "reopen") && !is_open && !x->merged) {
        issue_reopen(x->issue);
        x->issue->updated = c->now;
        tell(c, x, "reopened", NULL, NULL);
    } else if (sv_is(what, "edit")) {
        edit(c, x);
    } else if (sv_is(what, "label")) {
        add_label(c, x);
    } else {
        return "do is one of open, sync, close, reopen, merge, edit and label, and must fit the state of the change";
    }
    return NULL;
}

void act_changes(struct lab_call *c)
{
    struct sv what = text(c, "do"), sha = text(c, "sha");
    if (!act_place(c))
        return;
    if (sha.n && !is_oid(sha)) {
        call_message(c, 400, "sha is 40 or 64 hex digits in lower case");
        return;
    }
    struct lab_change *x = sv_is(what, "open") ? open_one(c) : change_find(c->repo, call_number(c, "number", 0));
    const char *why = !x                    ? "number is that of a change in this repository"
                      : sv_is(what, "open") ? NULL
                                            : work_on(c, x, what);
    if (why) {
        call_message(c, 400, why);
        return;
    }
    struct jout *j = call_open(c, 200);
    jout_open(j, '{');
    jout_kint(j, "number", x->issue->number);
    jout_kstrz(j, "sha", x->head_sha);
    jout_kstrz(j, "state", x->merged ? "merged" : x->issue->closed ? "closed" : "open");
    jout_close(j, '}');
}
