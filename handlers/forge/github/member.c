/* SPDX-License-Identifier: Apache-2.0 */
/* GitHub REST API 2022-11-28, "Collaborators": get repository permissions for a user. Whoever is no collaborator of a
 * public repository gets "read". "Team members": get team membership for a user. */
#include "fmt/enc.h"
#include "handlers/forge/github/github.h"
#include "handlers/forge/github/turns.h"
#include "port/member_talk.h"

bool github_ask_member(const struct hook_event *ev, struct api_request *ret)
{
    const char *repo = member_repo(ev);
    if (!repo || !ev->sender.present || !member_login_ok(ev->sender.login))
        return false;
    ret->method = "GET";
    buf_str(&ret->path, "/repos/");
    talk_repo_path(repo, &ret->path);
    buf_str(&ret->path, "/collaborators/");
    url_put(&ret->path, sv_of(ev->sender.login));
    buf_str(&ret->path, "/permission");
    for (size_t i = 0; github_dialect.headers[i]; i++)
        ret->headers[i] = github_dialect.headers[i];
    return true;
}

/* role_name tells triage and maintain apart, but may also be a name that an organisation made up; permission is the
 * old scale that such a role is worth. */
int github_read_member(const struct api_reply *r, enum member_level *ret, struct err *e)
{
    AUTO(jdoc_free) struct jdoc *doc;
    *ret = MEMBER_NONE;
    if (member_answer(r, &doc, e) < 0)
        return -1;
    const struct jval *root = jdoc_root(doc);
    if (!doc || member_level_of(jval_str(jval_get(root, "role_name")), ret) ||
        member_level_of(jval_str(jval_get(root, "permission")), ret))
        return 0;
    return err_set(e, ERR_DENIED, "the forge answered with a permission that is not known");
}

bool github_ask_team(struct sv team, const struct hook_event *ev, struct api_request *ret)
{
    ptrdiff_t slash = sv_chr(team, '/');
    struct sv slug = sv_from(team, slash < 0 ? team.n : (size_t)slash + 1);
    if (slash <= 0 || slug.n == 0 || sv_chr(slug, '/') >= 0 || !ev->sender.present ||
        !member_login_ok(ev->sender.login))
        return false;
    ret->method = "GET";
    buf_str(&ret->path, "/orgs/");
    url_put(&ret->path, sv_cut(team, (size_t)slash));
    buf_str(&ret->path, "/teams/");
    url_put(&ret->path, slug);
    buf_str(&ret->path, "/memberships/");
    url_put(&ret->path, sv_of(ev->sender.login));
    for (size_t i = 0; github_dialect.headers[i]; i++)
        ret->headers[i] = github_dialect.headers[i];
    return true;
}

int github_read_team(const struct api_reply *r, const struct hook_event *ev, bool *ret, struct err *e)
{
    (void)ev;
    AUTO(jdoc_free) struct jdoc *doc;
    *ret = false;
    if (member_answer(r, &doc, e) < 0)
        return -1;
    *ret = doc && sv_is(jval_str(jval_get(jdoc_root(doc), "state")), "active"); /* not one that is only invited */
    return 0;
}

/* GitHub REST API 2022-11-28, "Users": get the authenticated user. Tokens of an App are nobody's. */
void github_ask_self(struct api_request *ret)
{
    ret->method = "GET";
    buf_str(&ret->path, "/user");
    for (size_t i = 0; github_dialect.headers[i]; i++)
        ret->headers[i] = github_dialect.headers[i];
}

int github_read_self(const struct api_reply *r, struct arena *a, struct own_account *ret, struct err *e)
{
    return member_self(r, "login", a, ret, e);
}
