/* SPDX-License-Identifier: Apache-2.0 */
/* The event of a run here: the payload of a file, or a push of the last commit. */
#include "base/file.h"
#include "fmt/json.h"
#include "server/cli/edits.h"
#include "server/cli/run_here.h"

enum { BODY_MAX = 26 << 20 };

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash && slash[1] ? slash + 1 : "repository";
}

/* Letters, digits, `-`, `_`, `.`: what an alias may be made of. */
static const char *as_alias(struct arena *a, const char *name)
{
    AUTO(buf_free) struct buf b = {0};
    for (; *name && b.n < 60; name++) {
        bool plain = (*name >= 'a' && *name <= 'z') || (*name >= 'A' && *name <= 'Z') ||
                     (*name >= '0' && *name <= '9') || (strchr("._-", *name) && b.n);
        buf_chr(&b, plain ? *name : b.n ? '-' : 'x');
    }
    return arena_dup(a, buf_view(&b));
}

static void write_person(struct jout *j, const char *key, const struct here *h)
{
    jout_key(j, key);
    jout_open(j, '{');
    jout_kstrz(j, "name", h->author);
    jout_kstrz(j, "email", h->email);
    jout_close(j, '}');
}

static void write_repository(struct jout *j, const struct here *h)
{
    jout_key(j, "repository");
    jout_open(j, '{');
    jout_kint(j, "id", 1);
    jout_kstrz(j, "name", h->alias);
    jout_kstrz(j, "full_name", strchr(h->repo_id, ':') + 1);
    jout_kbool(j, "private", true);
    jout_kstrz(j, "default_branch", h->default_branch);
    jout_kstrz(j, "clone_url", h->root);
    jout_close(j, '}');
}

/* What GitHub would have sent. */
static void make_push(struct here *h)
{
    static const char zeros[] = "0000000000000000000000000000000000000000";
    struct jout j = {.buf = &h->payload};
    h->alias = as_alias(&h->arena, base_name(h->root));
    h->repo_id = arena_fmt(&h->arena, "local:local/%s", h->alias);
    h->default_branch = h->branch;
    h->name = "push";
    jout_open(&j, '{');
    jout_kstrz(&j, "ref", arena_fmt(&h->arena, "refs/heads/%s", h->branch));
    jout_kstrz(&j, "before", h->parent ? h->parent : zeros);
    jout_kstrz(&j, "after", h->sha);
    jout_kbool(&j, "created", false);
    jout_kbool(&j, "deleted", false);
    jout_kbool(&j, "forced", false);
    write_repository(&j, h);
    write_person(&j, "pusher", h);
    jout_key(&j, "sender");
    jout_open(&j, '{');
    jout_kint(&j, "id", 1);
    jout_kstrz(&j, "login", h->author ? h->author : "somebody");
    jout_kstrz(&j, "type", "User");
    jout_close(&j, '}');
    jout_key(&j, "commits");
    jout_open(&j, '[');
    jout_close(&j, ']');
    jout_key(&j, "head_commit");
    jout_open(&j, '{');
    jout_kstrz(&j, "id", h->sha);
    jout_kstrz(&j, "message", h->message);
    write_person(&j, "author", h);
    jout_close(&j, '}');
    jout_close(&j, '}');
}

/* ---- a payload of somebody ---- */

static void put_replaced(struct buf *b, struct sv text, const char *what, const char *by)
{
    for (ptrdiff_t at; (at = sv_find(text, sv_of(what))) >= 0;) {
        buf_add(b, text.p, (size_t)at);
        buf_str(b, by);
        text = sv_from(text, (size_t)at + strlen(what));
    }
    buf_sv(b, text);
}

/* A commit that the working copy does not have stands for one that it has. */
static void stand_in(struct here *h, const char *oid, const char *by, bool const *had)
{
    AUTO(buf_free) struct buf b = {0};
    if (!oid || oid_is_zero(oid) || *had || !by)
        return;
    put_replaced(&b, buf_view(&h->payload), oid, by);
    buf_free(&h->payload);
    h->payload = b;
    b = (struct buf){0};
    if (!h->quiet)
        fprintf(stderr, "fettle: %.10s of the payload is not in this repository: %.10s stands for it\n", oid, by);
}

static int take_payload(struct here *h, const struct forge_ops *ops)
{
    struct err e = {0};
    struct hook_event *ev = arena_new(&h->arena, sizeof *ev);
    struct delivery d = {.forge = "local", .kind = ops->kind, .event = h->event, .size = (int64_t)h->payload.n};
    d.system = strcmp(ops->kind, "gitlab") == 0 && strcmp(h->event, "System Hook") == 0;
    ev->forge = "local";
    int rc = ops->decode(&d, buf_view(&h->payload), &h->arena, ev, &e);
    if (rc != 0)
        return cli_fail(CLI_FAILED, "%s: %s", h->payload_file, e.msg);
    if (!ev->repo.id)
        return cli_fail(CLI_FAILED, "%s: the event has no repository", h->payload_file);
    h->name = h->event;
    h->repo_id = ev->repo.id;
    h->alias = as_alias(&h->arena, base_name(ev->repo.id));
    h->default_branch = ev->repo.default_branch ? ev->repo.default_branch : h->branch;
    const char *older = h->parent ? h->parent : h->sha;
    const bool after = here_has_commit(h, ev->after), before = here_has_commit(h, ev->before),
               base = here_has_commit(h, ev->change.base_sha);
    stand_in(h, ev->after, h->sha, &after);
    stand_in(h, ev->before, older, &before);
    if (!ev->before || !ev->change.base_sha || strcmp(ev->before, ev->change.base_sha) != 0)
        stand_in(h, ev->change.base_sha, older, &base);
    return CLI_OK;
}

int here_event(struct here *h)
{
    struct err e = {0};
    if (!h->event) {
        make_push(h);
        return CLI_OK;
    }
    const struct forge_ops *ops = forge_find(sv_of(h->kind));
    if (!ops)
        return cli_fail(CLI_USAGE, "there is no forge \"%s\"", h->kind);
    const char *file = strcmp(h->payload_file, "-") == 0 ? "/dev/stdin" : h->payload_file;
    if (file_read(file, BODY_MAX, &h->payload, &e) < 0)
        return cli_fail(e.cls == ERR_MISSING ? CLI_MISSING : CLI_FAILED, "%s", e.msg);
    return take_payload(h, ops);
}

/* ---- `on` ---- */

static void listen_in_map(struct edits *x, const struct ynode *on, struct arena *a)
{
    for (size_t i = 0; i < on->n; i++) {
        if (!sv_is(on->keys[i]->text, "push"))
            continue;
        size_t from = edits_offset(x, on->items[i]->at), to = edits_offset(x, on->items[i]->end);
        if (!ynode_is_null(on->items[i])) /* its filters may not want this branch */
            edits_put(x, from, to - from, "{}");
        return;
    }
    size_t at = edits_offset(x, on->at);
    if (on->n == 0 || x->source.p[at] == '{')
        edits_put(x, at + 1, 0, "push: {}, ");
    else
        edits_put(x, at, 0, arena_fmt(a, "push: {}\n%*s", on->at.col - 1, ""));
}

static void listen_in_list(struct edits *x, const struct ynode *on, struct arena *a)
{
    size_t at = edits_offset(x, on->at), end = edits_offset(x, on->end);
    if (on->kind == Y_SCALAR && !sv_is(on->text, "push"))
        edits_put(x, at, end - at, arena_fmt(a, "[push, %.*s]", SV_ARG(on->text)));
    for (size_t i = 0; on->kind == Y_SEQ && i < on->n; i++)
        if (sv_is(on->items[i]->text, "push"))
            return;
    if (on->kind == Y_SEQ && x->source.p[at] == '[')
        edits_put(x, at + 1, 0, "push, ");
    else if (on->kind == Y_SEQ)
        edits_put(x, at, 0, arena_fmt(a, "- push\n%*s", on->at.col - 1, ""));
}

bool here_listens(struct sv source, struct arena *a, struct buf *out)
{
    struct ynode *root = NULL;
    struct ymark at;
    struct err e = {0};
    struct edits x;
    if (yaml_load(source, NULL, a, &root, &at, &e) < 0)
        return false;
    const struct ynode *on = root && root->kind == Y_MAP ? ynode_get(root, "on") : NULL;
    if (!on)
        return false;
    edits_open(&x, source);
    if (on->kind == Y_MAP) {
        listen_in_map(&x, on, a);
    } else {
        listen_in_list(&x, on, a);
    }
    edits_apply(&x, out);
    edits_free(&x);
    return true;
}
