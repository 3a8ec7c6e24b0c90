/* SPDX-License-Identifier: Apache-2.0 */
/* What the webhooks of the three forges say, as far as the decoders read it. */
#include "hub.h"

static const char ZERO[] = "0000000000000000000000000000000000000000";

static const char *repository(struct world *w, const struct hub_repo *r)
{
    return arena_fmt(&w->arena,
                     "\"repository\":{\"id\":%lld,\"name\":\"x\",\"full_name\":\"%s\",\"private\":false,"
                     "\"default_branch\":\"main\"},\"sender\":{\"id\":1,\"login\":\"ann\",\"type\":\"User\"}",
                     (long long)r->id, r->path);
}

static const char *project(struct world *w, const struct hub_repo *r)
{
    return arena_fmt(&w->arena,
                     "\"project_id\":%lld,\"project\":{\"id\":%lld,\"path_with_namespace\":\"%s\","
                     "\"default_branch\":\"main\",\"visibility_level\":20}",
                     (long long)r->id, (long long)r->id, r->path);
}

const char *hub_payload_push(struct world *w, const struct hub_repo *r, const char *ref, const char *before,
                             const char *after)
{
    before = before ? before : ZERO;
    after = after ? after : ZERO;
    if (strcmp(w->forge.hub->kind, "gitlab") == 0)
        return arena_fmt(&w->arena,
                         "{\"object_kind\":\"%s\",\"ref\":\"%s\",\"before\":\"%s\",\"after\":\"%s\",\"user_id\":1,"
                         "\"user_username\":\"ann\",%s,\"commits\":[],\"total_commits_count\":0}",
                         strncmp(ref, "refs/tags/", 10) == 0 ? "tag_push" : "push", ref, before, after, project(w, r));
    return arena_fmt(&w->arena,
                     "{\"ref\":\"%s\",\"before\":\"%s\",\"after\":\"%s\",\"created\":%s,\"deleted\":%s,"
                     "\"forced\":false,\"commits\":[],\"head_commit\":null,%s}",
                     ref, before, after, oid_is_zero(before) ? "true" : "false", oid_is_zero(after) ? "true" : "false",
                     repository(w, r));
}

static const char *gitlab_word(const char *action)
{
    return strcmp(action, "opened") == 0 ? "open" : strcmp(action, "closed") == 0 ? "close" : "update";
}

const char *hub_payload_change(struct world *w, const struct hub_repo *r, const struct hub_change *c,
                               const char *action, const char *before)
{
    struct arena *a = &w->arena;
    if (strcmp(w->forge.hub->kind, "gitlab") == 0)
        return arena_fmt(a,
                         "{\"object_kind\":\"merge_request\",\"user\":{\"id\":1,\"username\":\"ann\"},%s,"
                         "\"object_attributes\":{\"iid\":%d,\"title\":\"t\",\"state\":\"%s\",\"action\":\"%s\",%s"
                         "\"last_commit\":{\"id\":\"%s\"},\"source_branch\":\"topic\",\"target_branch\":\"main\","
                         "\"source_project_id\":%lld,\"target_project_id\":%lld,\"draft\":false,"
                         "\"updated_at\":\"%lld\"},\"labels\":[]}",
                         project(w, r), c->number, c->open ? "opened" : "closed", gitlab_word(action),
                         before ? arena_fmt(a, "\"oldrev\":\"%s\",", before) : "", c->sha, (long long)r->id,
                         (long long)r->id, (long long)w->now);
    bool gitea = strcmp(w->forge.hub->kind, "gitea") == 0;
    const char *word = gitea && strcmp(action, "synchronize") == 0 ? "synchronized" : action;
    return arena_fmt(a,
                     "{\"action\":\"%s\",%s\"number\":%d,\"pull_request\":{\"number\":%d,\"title\":\"t\","
                     "\"draft\":false,\"merged\":false,\"labels\":[],\"updated_at\":\"%lld\",\"head\":{\"sha\":\"%s\","
                     "\"ref\":\"topic\",\"repo\":{\"id\":%lld,\"full_name\":\"%s\"}},\"base\":{\"sha\":"
                     "\"8888888888888888888888888888888888888888\",\"ref\":\"main\",\"repo\":{\"id\":%lld,"
                     "\"full_name\":\"%s\"}}},%s}",
                     word, before && !gitea ? arena_fmt(a, "\"before\":\"%s\",", before) : "", c->number, c->number,
                     (long long)w->now, c->sha, (long long)r->id, r->path, (long long)r->id, r->path, repository(w, r));
}
