/* SPDX-License-Identifier: Apache-2.0 */
/* Gitea and Forgejo API v1, repoGetRepoPermissions: {"permission": owner, admin, write, read or none}. Only an
 * administrator of the repository may ask about others. */
#include "fmt/enc.h"
#include "handlers/forge/gitea/gitea.h"
#include "handlers/forge/gitea/turns.h"
#include "port/member_talk.h"

bool gitea_ask_member(const struct hook_event *ev, struct api_request *ret)
{
    const char *repo = member_repo(ev);
    if (!repo || !ev->sender.present || !member_login_ok(ev->sender.login))
        return false;
    ret->method = "GET";
    buf_str(&ret->path, "/api/v1/repos/");
    talk_repo_path(repo, &ret->path);
    buf_str(&ret->path, "/collaborators/");
    url_put(&ret->path, sv_of(ev->sender.login));
    buf_str(&ret->path, "/permission");
    for (size_t i = 0; gitea_dialect.headers[i]; i++)
        ret->headers[i] = gitea_dialect.headers[i];
    return true;
}

int gitea_read_member(const struct api_reply *r, enum member_level *ret, struct err *e)
{
    AUTO(jdoc_free) struct jdoc *doc;
    *ret = MEMBER_NONE;
    if (member_answer(r, &doc, e) < 0)
        return -1;
    struct sv word = jval_str(jval_get(jdoc_root(doc), "permission"));
    if (!doc || member_level_of(word, ret))
        return 0;
    if (!sv_is(word, "owner"))
        return err_set(e, ERR_DENIED, "the forge answered with a permission that is not known");
    *ret = MEMBER_ADMIN;
    return 0;
}

/* Gitea API: /user. */
void gitea_ask_self(struct api_request *ret)
{
    ret->method = "GET";
    buf_str(&ret->path, "/api/v1/user");
    for (size_t i = 0; gitea_dialect.headers[i]; i++)
        ret->headers[i] = gitea_dialect.headers[i];
}

int gitea_read_self(const struct api_reply *r, struct arena *a, struct own_account *ret, struct err *e)
{
    return member_self(r, "login", a, ret, e);
}
