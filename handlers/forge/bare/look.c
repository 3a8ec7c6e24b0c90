/* SPDX-License-Identifier: Apache-2.0 */
/* What a repository of this machine looks like: one request, carried out with git (port/local_talk.h). */
#include "handlers/forge/bare/bare.h"
#include "port/local_talk.h"
#include "port/look.h"

static int read_ref(struct look *l, struct look_repo *r, const struct jval *pair)
{
    struct sv name = jval_str(jval_item(pair, 0)), sha = jval_str(jval_item(pair, 1));
    if (!name.p || !sha.p || !oid_is_valid(sha))
        return -1;
    if (l->tags == LOOK_TAGS || !sv_starts(name, SV("refs/tags/")))
        look_add(l, r, arena_dup(&l->arena, name), arena_dup(&l->arena, sha));
    return 0;
}

static int read_refs(struct look *l, struct look_repo *r, struct sv body, struct err *e)
{
    AUTO(jdoc_free) struct jdoc *doc = NULL;
    if (jdoc_parse(body, NULL, &doc, e) < 0)
        return -1;
    const struct jval *root = jdoc_root(doc), *refs = jval_get(root, "refs");
    struct sv branch = jval_str(jval_get(root, "default_branch"));
    r->default_branch = branch.p ? arena_dup(&l->arena, branch) : NULL;
    for (size_t i = 0; i < jval_len(refs); i++)
        if (read_ref(l, r, jval_item(refs, i)) < 0)
            return err_set(e, ERR_INVALID, "the list of refs is not what it has to be");
    return 0;
}

enum talk_next bare_look(struct look *l, const struct api_reply *reply, struct api_request *ret, struct err *e)
{
    struct look_repo *r = &l->repos[0];
    if (!reply) {
        ret->method = LOCAL_REFS;
        talk_repo_path(r->path, &ret->path);
        return TALK_CALL;
    }
    if (reply->status == 404) {
        r->gone = true;
        return TALK_SENT;
    }
    if (reply->status != 200) {
        err_set(e, ERR_TRANSIENT, "%s: %s", r->path, reply->problem ? reply->problem : "git could not say its refs");
        return TALK_RETRY;
    }
    if (read_refs(l, r, reply->body, e) < 0)
        return TALK_DEAD;
    r->path_now = r->path;
    r->id = bare_number(sv_of(r->path));
    r->is_private = UNKNOWN;
    r->whole = true;
    return TALK_SENT;
}
