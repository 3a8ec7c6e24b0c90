/* SPDX-License-Identifier: Apache-2.0 */
#include "handlers/forge/gitlab/decode.h"
#include "handlers/forge/gitlab/gitlab.h"

static const struct hook_kind {
    const char *event;        /* X-Gitlab-Event */
    const char *object_kinds; /* what the body's object_kind may then be; NULL = there may be none */
    const char *name;         /* of the hook event */
    gitlab_decoder *decode;
} hooks[] = {
    {"Push Hook", "push", "push", gitlab_decode_push},
    {"Tag Push Hook", "tag_push", "push", gitlab_decode_push},
    {"Merge Request Hook", "merge_request", "pull_request", gitlab_decode_merge_request},
    {"Issue Hook", "issue work_item", "issues", gitlab_decode_issue},
    {"Confidential Issue Hook", "issue work_item", "issues", gitlab_decode_issue},
    {"Note Hook", "note", "issue_comment", gitlab_decode_note},
    {"Confidential Note Hook", "note", "issue_comment", gitlab_decode_note},
    {"Pipeline Hook", "pipeline", "pipeline", gitlab_decode_pipeline},
    {"Job Hook", "build", "job", gitlab_decode_job},
    {"Build Hook", "build", "job", gitlab_decode_job},
    {"Release Hook", "release", "release", gitlab_decode_release},
    {"System Hook", NULL, "system", gitlab_decode_system},
};

static const struct hook_kind *hook_of(const struct delivery *d)
{
    for (size_t i = 0; i < ARRAY_LEN(hooks); i++)
        if (strcmp(hooks[i].event, d->event) == 0)
            return &hooks[i];
    return NULL;
}

static void check_kind(struct forge_read *r, const char *allowed)
{
    struct sv rest = sv_of(allowed), word, kind = sv_of(read_word(r, "object_kind", NEEDED));
    while (sv_next(&rest, ' ', &word))
        if (sv_eq(kind, word))
            return;
    read_fault(r, "object_kind is %.*s, which does not belong to this event", SV_ARG(sv_cut_utf8(kind, 40)));
}

int gitlab_unwanted(struct forge_read *r, const char *why)
{
    if (read_end(r) != 0)
        return 0;
    err_set(r->e, ERR_INVALID, "%s", why);
    return 1;
}

enum tristate gitlab_read_private(struct forge_read *r, const char *path)
{
    struct sv word = sv_of(read_word(r, path, OPTIONAL));
    if (!word.p)
        return UNKNOWN;
    return sv_is(word, "public") || sv_ends(word, SV("|public")) ? NO : YES;
}

enum tristate gitlab_read_level(struct forge_read *r, const char *path)
{
    enum { LEVEL_PUBLIC = 20 };
    if (!read_has(r, path))
        return UNKNOWN;
    return read_int(r, path, NEEDED) == LEVEL_PUBLIC ? NO : YES;
}

void gitlab_read_project(struct forge_read *r)
{
    struct event_repo *repo = &r->ev->repo;
    read_object(r, "project");
    repo->full_name = read_repo_path(r, "project.path_with_namespace", NEEDED);
    repo->id = read_repo_id(r, "project.path_with_namespace", NEEDED);
    if (!sv_is(jval_str(read_at(r, "project.default_branch")), "")) /* an empty repository */
        repo->default_branch = read_branch(r, "project.default_branch", OPTIONAL);
    repo->is_private = read_has(r, "project.visibility_level") ? gitlab_read_level(r, "project.visibility_level")
                                                               : gitlab_read_private(r, "project.visibility");
    repo->clone_url = read_text(r, "project.git_http_url", OPTIONAL);
    repo->forge_id = read_int(r, read_has(r, "project.id") ? "project.id" : "project_id", OPTIONAL);
}

/* Users of project and group access tokens: project_<id>_bot…, group_<id>_bot…. */
static enum tristate is_bot(struct sv name)
{
    static const struct sv kinds[] = {SV("project_"), SV("group_")};
    if (!name.p)
        return UNKNOWN;
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
        if (!sv_starts(name, kinds[i]))
            continue;
        struct sv rest = sv_from(name, kinds[i].n), id;
        int64_t n;
        if (sv_next(&rest, '_', &id) && sv_int(id, &n) && sv_starts(rest, SV("bot")))
            return YES;
    }
    return NO;
}

static void read_user_at(struct forge_read *r, const char *id, const char *name)
{
    if (!read_has(r, id) && !read_has(r, name))
        return;
    r->ev->sender.present = true;
    r->ev->sender.id = read_int(r, id, OPTIONAL);
    r->ev->sender.login = read_word(r, name, OPTIONAL);
    r->ev->sender.bot = is_bot(sv_of(r->ev->sender.login));
}

void gitlab_read_user(struct forge_read *r)
{
    read_user_at(r, "user.id", "user.username");
}

void gitlab_read_pusher(struct forge_read *r)
{
    read_user_at(r, "user_id", "user_username");
}

int gitlab_decode(const struct delivery *d, struct sv payload, struct arena *arena, struct hook_event *ret,
                  struct err *e)
{
    const struct hook_kind *hook = hook_of(d);
    if (!hook) {
        err_set(e, ERR_INVALID, "event `%s` is not one that workflows can name", d->event);
        return 1;
    }
    struct jdoc *doc;
    *e = (struct err){0};
    if (jdoc_parse(payload, NULL, &doc, e) != 0)
        return -1;
    struct forge_read r = {.root = jdoc_root(doc), .arena = arena, .ev = ret, .e = e,
                           .is_repo_path = repo_path_is_nested, .loose_keys = true};
    ret->name = hook->name;
    ret->trusted = UNKNOWN;
    ret->repo.is_private = UNKNOWN;
    if (hook->object_kinds)
        check_kind(&r, hook->object_kinds);
    int unwanted = hook->decode(&r);
    if (strcmp(ret->name, "push") != 0)
        read_identity(&r);
    jdoc_free(&doc);
    return unwanted ? 1 : read_end(&r);
}
