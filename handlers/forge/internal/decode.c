/* SPDX-License-Identifier: Apache-2.0 */
#include "core/forge_read.h"
#include "core/own_event.h"
#include "handlers/forge/internal/internal.h"

static const char *const keys[] = {"event",  "action",         "repository",   "ref",    "before", "after", "workflow",
                                   "schedule", "inputs", "client_payload", "workflow_run", "sender", "trusted",
                                   "pull_request", "reconciled", "received"};
/* Those before the last one are only in what was made up, and the last one only where that is a bare repository's. */
enum { MADE_UP_KEYS = 2, RECEIVED_KEYS = 1 };

/* We wrote it: a key too many or too few is another version's body, and must not be half understood. */
static void check_keys(struct forge_read *r)
{
    size_t at = 0, n = 0;
    struct sv key;
    const struct jval *value;
    for (; jval_each(r->root, &at, &key, &value); n++) {
        size_t i = 0;
        while (i < ARRAY_LEN(keys) && !sv_is(key, keys[i]))
            i++;
        if (i == ARRAY_LEN(keys))
            read_fault(r, "the key \"%.*s\" is not known", SV_ARG(sv_cut_utf8(key, 40)));
    }
    size_t must = ARRAY_LEN(keys) - RECEIVED_KEYS - (read_has(r, "reconciled") ? 0 : MADE_UP_KEYS) +
                  (read_has(r, "received") ? RECEIVED_KEYS : 0);
    if (n != must)
        read_fault(r, "there are %zu keys instead of %zu", n, must);
}

static void read_repo(struct forge_read *r)
{
    struct event_repo *repo = &r->ev->repo;
    repo->is_private = UNKNOWN;
    if (!read_has(r, "repository"))
        return;
    struct forge_read x = read_below(r, "repository");
    struct sv id = sv_of(read_word(&x, "id", NEEDED));
    ptrdiff_t colon = sv_chr(id, ':');
    if (colon <= 0 || !repo_path_is_nested(sv_from(id, (size_t)colon + 1))) {
        read_fault(&x, "id is not forge:path");
        return;
    }
    repo->id = id.p;
    repo->full_name = id.p + colon + 1;
    repo->forge_id = read_int(&x, "forge_id", OPTIONAL);
    repo->default_branch = read_branch(&x, "default_branch", OPTIONAL);
    repo->is_private = read_bool(&x, "private");
    r->ev->forge = arena_dup(r->arena, sv_cut(id, (size_t)colon)); /* where statuses about it go */
}

static void read_run(struct forge_read *r)
{
    if (!read_has(r, "workflow_run"))
        return;
    struct forge_read x = read_below(r, "workflow_run");
    r->ev->workflow_run = (struct event_workflow_run){.present = true,
                                                      .run = read_word(&x, "id", NEEDED),
                                                      .name = read_text(&x, "name", NEEDED),
                                                      .event = read_word(&x, "event", OPTIONAL),
                                                      .status = read_word(&x, "status", OPTIONAL),
                                                      .conclusion = read_word(&x, "conclusion", OPTIONAL),
                                                      .head_branch = read_branch(&x, "head_branch", OPTIONAL),
                                                      .head_sha = read_oid(&x, "head_sha", OPTIONAL)};
}

static void read_change(struct forge_read *r)
{
    if (!read_has(r, "pull_request"))
        return;
    struct forge_read x = read_below(r, "pull_request");
    struct event_change *c = &r->ev->change;
    *c = (struct event_change){.present = true,
                               .number = read_int(&x, "number", NEEDED),
                               .title = read_text(&x, "title", OPTIONAL),
                               .head_sha = read_oid(&x, "head.sha", OPTIONAL),
                               .head_ref = read_text(&x, "head.ref", OPTIONAL),
                               .head_repo = read_word(&x, "head.repository", OPTIONAL),
                               .base_sha = read_oid(&x, "base.sha", OPTIONAL),
                               .base_ref = read_branch(&x, "base.ref", OPTIONAL),
                               .draft = read_bool(&x, "draft"),
                               .merged = read_bool(&x, "merged")};
}

static void read_push_ends(struct hook_event *ev)
{
    ev->created = oid_is_zero(ev->before) ? YES : NO;
    ev->deleted = oid_is_zero(ev->after) ? YES : NO;
    ev->forced = UNKNOWN;
    ev->commits_truncated = !ev->tag && ev->deleted == NO;
}

static void read_actor(struct forge_read *r)
{
    if (!read_has(r, "sender"))
        return;
    r->ev->sender.present = true;
    r->ev->sender.id = read_int(r, "sender.id", OPTIONAL);
    r->ev->sender.login = read_word(r, "sender.login", OPTIONAL);
    r->ev->sender.bot = UNKNOWN;
}

static const struct {
    const char *name;
    const char *needs[3]; /* keys that are not null */
} events[] = {
    {"schedule", {"schedule", "workflow"}},
    {"workflow_run", {"action", "workflow_run"}},
    {"workflow_dispatch", {"workflow"}},
    {"repository_dispatch", {"action"}},
    {"push", {"repository", "ref", "reconciled"}},
    {"pull_request", {"repository", "pull_request", "reconciled"}},
};

static void read_kind(struct forge_read *r)
{
    const char *name = read_word(r, "event", NEEDED);
    for (size_t i = 0; name && i < ARRAY_LEN(events); i++) {
        if (strcmp(events[i].name, name) != 0)
            continue;
        r->ev->name = events[i].name;
        for (size_t k = 0; k < ARRAY_LEN(events[i].needs) && events[i].needs[k]; k++)
            if (!read_has(r, events[i].needs[k]))
                read_fault(r, "%s is missing", events[i].needs[k]);
        return;
    }
    read_fault(r, "event is none of ours");
}

int internal_decode(const struct delivery *d, struct sv payload, struct arena *arena, struct hook_event *ret,
                    struct err *e)
{
    static const char tags[] = "refs/tags/";
    (void)d;
    struct jdoc *doc;
    *e = (struct err){0};
    if (jdoc_parse(payload, NULL, &doc, e) != 0)
        return -1;
    struct forge_read r = {.root = jdoc_root(doc), .arena = arena, .ev = ret, .e = e,
                           .is_repo_path = repo_path_is_nested};
    check_keys(&r);
    read_kind(&r);
    read_repo(&r);
    ret->action = read_word(&r, "action", OPTIONAL);
    ret->ref = read_ref(&r, "ref", OPTIONAL);
    ret->tag = ret->ref && strncmp(ret->ref, tags, sizeof tags - 1) == 0 ? ret->ref + sizeof tags - 1 : NULL;
    ret->before = read_oid(&r, "before", OPTIONAL);
    ret->after = read_oid(&r, "after", OPTIONAL);
    ret->workflow = read_word(&r, "workflow", OPTIONAL);
    ret->schedule = read_word(&r, "schedule", OPTIONAL);
    ret->inputs = read_json(&r, "inputs");
    ret->client_payload = read_json(&r, "client_payload");
    ret->hops = own_hops_of_payload(ret->client_payload);
    ret->made_up = read_has(&r, "reconciled");
    ret->received = read_has(&r, "received");
    if (read_end(&r) == 0 && strcmp(ret->name, "push") == 0)
        read_push_ends(ret);
    read_change(&r);
    read_run(&r);
    read_actor(&r);
    ret->trusted = read_bool(&r, "trusted");
    jdoc_free(&doc);
    return read_end(&r);
}
