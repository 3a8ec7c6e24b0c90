/* SPDX-License-Identifier: Apache-2.0 */
/* What happens to refs and on them: pushes, pipelines, jobs, releases, and the hooks of the whole instance. */
#include "handlers/forge/gitlab/decode.h"

static bool is_truncated(struct forge_read *r)
{
    size_t n;
    bool listed = read_array(r, "commits", &n);
    int64_t total = read_int(r, "total_commits_count", OPTIONAL);
    if (r->ev->tag || r->ev->deleted == YES)
        return false;
    /* A branch made from commits that exist elsewhere lists none of them. */
    return !listed || !read_has(r, "total_commits_count") || total > (int64_t)n || (r->ev->created == YES && n == 0);
}

int gitlab_decode_push(struct forge_read *r)
{
    gitlab_read_project(r);
    gitlab_read_pusher(r);
    read_push(r);
    read_hops(r);
    r->ev->commits_truncated = is_truncated(r);
    r->ev->trusted = YES;
    return 0;
}

/* The ref of a pipeline or job is short, but that of a merge request is whole. */
static void read_pipeline_ref(struct forge_read *r, const char *ref, const char *tag)
{
    if (read_bool(r, tag) == YES)
        read_tag_as_ref(r, ref);
    else if (sv_starts(jval_str(read_at(r, ref)), SV("refs/merge-requests/")))
        r->ev->ref = read_ref(r, ref, NEEDED);
    else
        read_branch_as_ref(r, ref, NEEDED);
}

static void read_pipeline_change(struct forge_read *r)
{
    struct event_change *c = &r->ev->change;
    struct forge_read mr = read_below(r, "merge_request");
    c->present = true;
    c->number = gitlab_read_iid(&mr);
    c->title = read_text(&mr, "title", NEEDED);
    c->head_ref = read_branch(&mr, "source_branch", NEEDED);
    c->base_ref = read_branch(&mr, "target_branch", NEEDED);
    c->draft = c->merged = UNKNOWN;
    r->ev->trusted = read_same_repo(&mr, "source_project_id", "target_project_id");
    if (r->ev->trusted == YES)
        c->head_repo = r->ev->repo.id;
    else if (read_end(r) == 0) /* the fork's branch is none of this repository's */
        r->ev->ref = arena_fmt(r->arena, "refs/merge-requests/%lld/head", (long long)c->number);
}

int gitlab_decode_pipeline(struct forge_read *r)
{
    struct hook_event *ev = r->ev;
    gitlab_read_project(r);
    gitlab_read_user(r);
    read_object(r, "object_attributes");
    ev->action = read_word(r, "object_attributes.status", NEEDED);
    ev->before = read_oid(r, "object_attributes.before_sha", OPTIONAL);
    ev->after = read_oid(r, "object_attributes.sha", NEEDED);
    read_pipeline_ref(r, "object_attributes.ref", "object_attributes.tag");
    ev->trusted = YES;
    if (read_has(r, "merge_request"))
        read_pipeline_change(r);
    return 0;
}

/* Older servers send no project with a job, but its address. */
static void read_job_project(struct forge_read *r)
{
    if (read_has(r, "project.path_with_namespace")) {
        gitlab_read_project(r);
        return;
    }
    struct sv url = sv_of(read_text(r, "repository.homepage", NEEDED));
    ptrdiff_t host = sv_find(url, SV("://"));
    struct sv path = host < 0 ? SV_NONE : sv_from(url, (size_t)host + 3);
    path = sv_from(path, (size_t)(sv_chr(path, '/') < 0 ? (ptrdiff_t)path.n : sv_chr(path, '/') + 1));
    if (!repo_path_is_nested(path)) {
        read_fault(r, "repository.homepage is not the address of a project");
        return;
    }
    r->ev->repo.full_name = arena_dup(r->arena, path);
    r->ev->repo.id = arena_fmt(r->arena, "%s:%s", r->ev->forge, r->ev->repo.full_name);
    r->ev->repo.clone_url = read_text(r, "repository.git_http_url", OPTIONAL);
    r->ev->repo.forge_id = read_int(r, "project_id", OPTIONAL);
    r->ev->repo.is_private = gitlab_read_level(r, "repository.visibility_level");
}

int gitlab_decode_job(struct forge_read *r)
{
    read_job_project(r);
    gitlab_read_user(r);
    r->ev->action = read_word(r, "build_status", NEEDED);
    r->ev->before = read_oid(r, "before_sha", OPTIONAL);
    r->ev->after = read_oid(r, "sha", NEEDED);
    read_pipeline_ref(r, "ref", "tag");
    /* Whose merge request it is, a fork's or not, is not said. */
    r->ev->trusted = sv_starts(sv_of(r->ev->ref), SV("refs/merge-requests/")) ? UNKNOWN : YES;
    return 0;
}

int gitlab_decode_release(struct forge_read *r)
{
    static const char *const words[][2] = {{"create", "published"}, {"update", "edited"}, {"delete", "deleted"}};
    gitlab_read_project(r);
    read_action(r);
    for (size_t i = 0; r->ev->action && i < ARRAY_LEN(words); i++)
        if (strcmp(r->ev->action, words[i][0]) == 0) {
            r->ev->action = words[i][1];
            break;
        }
    read_tag_as_ref(r, "tag");
    r->ev->release = (struct event_release){
        .present = true, .tag = r->ev->tag, .name = read_text(r, "name", OPTIONAL), .draft = NO, .prerelease = UNKNOWN};
    r->ev->after = read_oid(r, "commit.id", OPTIONAL);
    r->ev->trusted = YES;
    return 0;
}

/* Where the events of the instance name a project, they do so in one of these ways. */
static void read_system_project(struct forge_read *r)
{
    static const char *const paths[] = {"path_with_namespace", "project_path_with_namespace"};
    if (read_has(r, "project.path_with_namespace")) {
        gitlab_read_project(r);
        return;
    }
    for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
        if (!read_has(r, paths[i]))
            continue;
        r->ev->repo.full_name = read_repo_path(r, paths[i], NEEDED);
        r->ev->repo.id = read_repo_id(r, paths[i], NEEDED);
        r->ev->repo.forge_id = read_int(r, "project_id", OPTIONAL);
        r->ev->repo.is_private = gitlab_read_private(r, "project_visibility");
        return;
    }
}

int gitlab_decode_system(struct forge_read *r)
{
    bool named = read_has(r, "event_name");
    struct sv what = sv_of(read_word(r, named ? "event_name" : "object_kind", NEEDED));
    if (sv_is(what, "push") || sv_is(what, "tag_push")) {
        r->ev->name = "push";
        (void)gitlab_decode_push(r);
        /* The commits of these are documented as left out, whatever the count says. */
        r->ev->commits_truncated = !r->ev->tag && r->ev->deleted == NO;
        return 0;
    }
    if (sv_is(what, "merge_request")) {
        r->ev->name = "pull_request";
        return gitlab_decode_merge_request(r);
    }
    r->ev->action = what.p;
    read_system_project(r);
    /* In most of them the user is whom it happened to; only here it is who did it. */
    if (sv_is(what, "repository_update"))
        gitlab_read_pusher(r);
    r->ev->trusted = YES;
    return 0;
}
