/* SPDX-License-Identifier: Apache-2.0 */
#include "server/lab/act.h"
#include "server/lab/change.h"
#include "server/lab/hook.h"

static bool refuse(struct lab_call *c, const char *why)
{
    call_message(c, 400, why);
    return false;
}

static struct sv text(const struct lab_call *c, const char *key)
{
    return jval_str(jval_get(c->body, key));
}

static const char *who(struct lab_call *c)
{
    struct sv user = text(c, "user");
    return user.n ? arena_dup(c->arena, user) : "ann";
}

static bool find_forge(struct lab_call *c)
{
    struct sv forge = text(c, "forge");
    for (int f = 0; f < LAB_FORGES; f++)
        if (sv_is(forge.n ? forge : SV("github"), lab_forge_names[f])) {
            c->forge = (enum lab_forge)f;
            c->base = sv_of(arena_fmt(c->arena, "%.*s/%s", SV_ARG(c->base), lab_forge_names[f]));
            return true;
        }
    return refuse(c, "forge is one of github, gitlab and gitea");
}

static bool is_path(struct sv path)
{
    return sv_chr(path, '/') > 0 && !sv_ends(path, SV("/")) && sv_find(path, SV("//")) < 0;
}

bool act_place(struct lab_call *c)
{
    struct sv path = text(c, "repo");
    if (!find_forge(c))
        return false;
    if (!is_path(path))
        return refuse(c, "repo is the path of a repository: owner/name");
    c->repo = world_repo(c->world, c->forge, path);
    if (c->repo->deleted && !sv_is(text(c, "do"), "create"))
        return refuse(c, "this repository was deleted");
    return true;
}

/* ---- members ---- */

static void members(struct lab_call *c)
{
    enum member_level level;
    int64_t id = call_number(c, "id", 0);
    struct sv login = text(c, "login");
    if (!act_place(c))
        return;
    if (!login.n || !member_level_of(text(c, "level"), &level)) {
        refuse(c, "a member has forge, repo, login, id and level: none read triage write maintain admin");
        return;
    }
    member_set(c->world, c->repo, login, id, level);
    c->status = 204;
}

/* ---- push ---- */

/* "main" is a branch; "refs/…" is what it says. */
static const char *full_ref(struct lab_call *c, struct sv ref)
{
    if (sv_starts(ref, SV("refs/")))
        return arena_dup(c->arena, ref);
    return arena_fmt(c->arena, "refs/heads/%.*s", SV_ARG(ref.n ? ref : sv_of(c->repo->default_branch)));
}

/* Open changes from that branch, wherever they go to, move along and say so. */
static void tell_heads(const struct lab_call *c, const struct lab_push *p)
{
    struct lab_world *w = c->world;
    if (!sv_starts(sv_of(p->ref), SV("refs/heads/")) || strcmp(p->after, ZERO_OID) == 0)
        return;
    struct sv branch = sv_from(sv_of(p->ref), strlen("refs/heads/"));
    for (size_t i = 0; i < w->repos.n; i++) {
        struct lab_call at = *c;
        at.repo = w->repos.at[i];
        for (size_t k = 0; at.repo->forge == c->forge && k < at.repo->changes.n; k++) {
            const struct lab_change *x = at.repo->changes.at[k];
            if (x->head_repo == c->repo && !x->issue->closed && sv_is(branch, x->head_ref))
                lab_teller(c->forge)->change(&at, &(struct lab_change_told){x, "synchronize", p->before, p->who, NULL});
        }
    }
}

static const char *push_to(struct lab_call *c, const char *ref, struct sv sha)
{
    char fresh[41];
    if (jval_true(jval_get(c->body, "delete")))
        sha = sv_of(ZERO_OID);
    if (!sha.n) {
        world_oid(c->world, fresh);
        sha = sv_of(fresh);
    }
    if (!sv_is(sha, ZERO_OID))
        commit_add(c->world, c->repo, sha, text(c, "message"), sv_of(who(c)), c->now);
    struct lab_push p = {
        .ref = ref, .after = arena_dup(c->arena, sha), .who = who(c), .forced = jval_true(jval_get(c->body, "forced"))};
    p.before = ref_set(c->world, c->repo, sv_of(ref), sha, c->now);
    lab_teller(c->forge)->push(c, &p);
    tell_heads(c, &p);
    struct jout *j = call_open(c, 200);
    jout_open(j, '{');
    jout_kstrz(j, "ref", p.ref);
    jout_kstrz(j, "before", p.before);
    jout_kstrz(j, "after", p.after);
    jout_close(j, '}');
    return p.after;
}

/* {"refs": […]}: all to one commit, in one push. */
static void push_many(struct lab_call *c, const struct jval *refs)
{
    char fresh[41];
    VEC(struct lab_push) all = {0};
    world_oid(c->world, fresh);
    commit_add(c->world, c->repo, sv_of(fresh), text(c, "message"), sv_of(who(c)), c->now);
    for (size_t i = 0; i < jval_len(refs); i++) {
        struct lab_push p = {.ref = full_ref(c, jval_str(jval_item(refs, i))), .who = who(c)};
        p.after = arena_strdup(c->arena, fresh);
        p.before = ref_set(c->world, c->repo, sv_of(p.ref), sv_of(fresh), c->now);
        VEC_PUSH(&all, p);
    }
    lab_teller(c->forge)->pushes(c, all.at, all.n);
    for (size_t i = 0; i < all.n; i++)
        tell_heads(c, &all.at[i]);
    VEC_FREE(&all);
    struct jout *j = call_open(c, 200);
    jout_open(j, '{');
    jout_kint(j, "refs", (int64_t)jval_len(refs));
    jout_kstrz(j, "after", fresh);
    jout_close(j, '}');
}

static void push(struct lab_call *c)
{
    struct sv sha = text(c, "sha");
    if (!act_place(c))
        return;
    if (jval_len(jval_get(c->body, "refs"))) {
        push_many(c, jval_get(c->body, "refs"));
        return;
    }
    const char *ref = full_ref(c, text(c, "ref"));
    if (sha.n && !is_oid(sha))
        refuse(c, "sha is 40 or 64 hex digits in lower case");
    else if (jval_true(jval_get(c->body, "delete")) && !ref_find(c->repo, sv_of(ref)))
        refuse(c, "there is no such ref");
    else
        push_to(c, ref, sha);
}

/* ---- repositories ---- */

static void put_repo(struct lab_call *c)
{
    struct jout *j = call_open(c, 200);
    jout_open(j, '{');
    jout_kint(j, "id", c->repo->id);
    jout_kstrz(j, "path", c->repo->path);
    jout_kbool(j, "private", c->repo->is_private);
    jout_kbool(j, "deleted", c->repo->deleted);
    jout_close(j, '}');
}

static void move(struct lab_call *c, enum lab_moved what, struct sv to)
{
    const char *from = c->repo->path;
    struct sv old = sv_of(from), path = to;
    ptrdiff_t slash = sv_rchr(old, '/');
    if (what == REPO_RENAMED && sv_chr(to, '/') < 0)
        path = sv_of(arena_fmt(c->arena, "%.*s/%.*s", (int)slash, from, SV_ARG(to)));
    else if (what == REPO_TRANSFERRED && sv_chr(to, '/') < 0)
        path = sv_of(arena_fmt(c->arena, "%.*s%s", SV_ARG(to), from + slash));
    if (!is_path(path) || sv_eq(path, old)) {
        refuse(c, "to is where it goes: a name, an owner, or both with a slash");
        return;
    }
    world_move(c->world, c->repo, path);
    lab_teller(c->forge)->repo(c, &(struct lab_repo_told){what, from, who(c)});
    put_repo(c);
}

static void repositories(struct lab_call *c)
{
    struct sv what = text(c, "do"), branch = text(c, "default_branch");
    if (!act_place(c))
        return;
    if (sv_is(what, "rename")) {
        move(c, REPO_RENAMED, text(c, "to"));
    } else if (sv_is(what, "transfer")) {
        move(c, REPO_TRANSFERRED, text(c, "to"));
    } else if (sv_is(what, "private") || sv_is(what, "public")) {
        c->repo->is_private = sv_is(what, "private");
        put_repo(c);
    } else if (sv_is(what, "create")) {
        c->repo = world_make(c->world, c->forge, text(c, "repo"));
        if (branch.n)
            c->repo->default_branch = arena_dup(&c->world->arena, branch);
        lab_teller(c->forge)->repo(c, &(struct lab_repo_told){REPO_CREATED, NULL, who(c)});
        put_repo(c);
    } else if (sv_is(what, "delete")) {
        lab_teller(c->forge)->repo(c, &(struct lab_repo_told){REPO_DELETED, NULL, who(c)});
        c->repo->deleted = true;
        put_repo(c);
    } else {
        refuse(c, "do is one of create, rename, transfer, delete, private and public");
    }
}

/* ---- hooks ---- */

static void set_hook(struct lab_call *c, struct lab_hook *h)
{
    const struct jval *events = jval_get(c->body, "events");
    VEC(struct sv) names = {0};
    const struct {
        const char *key;
        const char **field;
    } texts[] = {{"url", &h->url}, {"secret", &h->secret}, {"signing", &h->signing}, {"branches", &h->branches}};
    const struct {
        const char *key;
        bool *field;
    } flags[] = {{"active", &h->active}, {"form", &h->form}, {"insecure", &h->insecure}};
    for (size_t i = 0; i < ARRAY_LEN(texts); i++)
        hook_set_text(c->world, h, texts[i].field, text(c, texts[i].key));
    for (size_t i = 0; i < ARRAY_LEN(flags); i++)
        if (jval_bool(jval_get(c->body, flags[i].key)) >= 0)
            *flags[i].field = jval_true(jval_get(c->body, flags[i].key));
    for (size_t i = 0; i < jval_len(events); i++)
        VEC_PUSH(&names, jval_str(jval_item(events, i)));
    if (events)
        hook_set_events(c->world, h, names.at, names.n);
    else if (!h->events.n)
        hook_set_events(c->world, h, (struct sv[]){SV("*")}, 1);
    hook_edited(h, c->now);
    VEC_FREE(&names);
}

static struct lab_hook *new_hook(struct lab_call *c)
{
    struct sv owner = text(c, "owner"), app = text(c, "app");
    bool system = jval_true(jval_get(c->body, "system"));
    if (!text(c, "url").n) {
        refuse(c, "a hook has a url");
        return NULL;
    }
    if (!system && !owner.n && !app.n)
        return act_place(c) ? hook_add(c->world, c->forge, HOOK_REPO, c->repo, SV_NONE, c->now) : NULL;
    if (!find_forge(c))
        return NULL;
    return hook_add(c->world, c->forge,
                    system  ? HOOK_SYSTEM
                    : app.n ? HOOK_APP
                            : HOOK_OWNER,
                    NULL, app.n ? app : owner, c->now);
}

static void hooks(struct lab_call *c)
{
    struct sv what = text(c, "do");
    bool add = !what.n || sv_is(what, "add");
    struct lab_hook *h = add ? new_hook(c) : hook_by_id(c->world, call_number(c, "id", 0));
    if (add && !h)
        return;
    if (!h || h->removed || (!add && !sv_is(what, "edit") && !sv_is(what, "remove"))) {
        refuse(c, "do is add, edit or remove, the latter two with the id of a hook");
        return;
    }
    if (sv_is(what, "remove"))
        hook_remove(h, c->now);
    else
        set_hook(c, h);
    struct jout *j = call_open(c, 200);
    jout_open(j, '{');
    jout_kint(j, "id", h->id);
    jout_close(j, '}');
}

/* ---- which ---- */

bool act(struct lab_call *c, struct sv word)
{
    static const struct {
        const char *word;
        lab_turn *turn;
    } words[] = {{"members", members},
                 {"push", push},
                 {"changes", act_changes},
                 {"repositories", repositories},
                 {"hooks", hooks}};
    for (size_t i = 0; i < ARRAY_LEN(words); i++)
        if (sv_is(word, words[i].word)) {
            c->type = "application/json";
            words[i].turn(c);
            return true;
        }
    return false;
}
