/* SPDX-License-Identifier: Apache-2.0 */
/* GitLab API v4, "Members": a member of a project, including inherited and invited ones, by the id of the user. The
 * numbers of access_level: docs, "Valid access levels". A team is a group, by its whole path. */
#include "handlers/forge/gitlab/gitlab.h"
#include "handlers/forge/gitlab/turns.h"
#include "fmt/enc.h"
#include "port/member_talk.h"

bool gitlab_ask_member(const struct hook_event *ev, struct api_request *ret)
{
    const char *repo = member_repo(ev);
    if (!repo || !ev->sender.present || ev->sender.id <= 0)
        return false;
    ret->method = "GET";
    buf_str(&ret->path, "/api/v4/projects/");
    url_put(&ret->path, sv_of(repo));
    buf_fmt(&ret->path, "/members/all/%lld", (long long)ev->sender.id);
    for (size_t i = 0; gitlab_dialect.headers[i]; i++)
        ret->headers[i] = gitlab_dialect.headers[i];
    return true;
}

int gitlab_read_member(const struct api_reply *r, enum member_level *ret, struct err *e)
{
    static const struct {
        int64_t from;
        enum member_level level;
    } scale[] = {{50, MEMBER_ADMIN}, {40, MEMBER_MAINTAIN}, {30, MEMBER_WRITE}, {20, MEMBER_TRIAGE}, {5, MEMBER_READ}};
    AUTO(jdoc_free) struct jdoc *doc;
    int64_t level;
    *ret = MEMBER_NONE;
    if (member_answer(r, &doc, e) < 0)
        return -1;
    const struct jval *root = jdoc_root(doc);
    if (!doc || (jval_str(jval_get(root, "state")).p && !sv_is(jval_str(jval_get(root, "state")), "active")))
        return 0;
    if (!jval_int(jval_get(root, "access_level"), &level))
        return err_set(e, ERR_DENIED, "the forge answered without an access level");
    for (size_t i = 0; i < ARRAY_LEN(scale); i++)
        if (level >= scale[i].from) {
            *ret = scale[i].level;
            break;
        }
    return 0;
}

bool gitlab_ask_team(struct sv team, const struct hook_event *ev, struct api_request *ret)
{
    if (!team.n || !ev->sender.present || ev->sender.id <= 0)
        return false;
    ret->method = "GET";
    buf_str(&ret->path, "/api/v4/groups/");
    url_put(&ret->path, team);
    buf_fmt(&ret->path, "/members/all/%lld", (long long)ev->sender.id);
    for (size_t i = 0; gitlab_dialect.headers[i]; i++)
        ret->headers[i] = gitlab_dialect.headers[i];
    return true;
}

/* A guest of a group sees it, and has no say in it. */
int gitlab_read_team(const struct api_reply *r, const struct hook_event *ev, bool *ret, struct err *e)
{
    (void)ev;
    enum member_level level;
    *ret = false;
    if (gitlab_read_member(r, &level, e) < 0)
        return -1;
    *ret = level >= MEMBER_TRIAGE;
    return 0;
}

/* GitLab REST API, "Users": the current user. */
void gitlab_ask_self(struct api_request *ret)
{
    ret->method = "GET";
    buf_str(&ret->path, "/api/v4/user");
    for (size_t i = 0; gitlab_dialect.headers[i]; i++)
        ret->headers[i] = gitlab_dialect.headers[i];
}

int gitlab_read_self(const struct api_reply *r, struct arena *a, struct own_account *ret, struct err *e)
{
    return member_self(r, "username", a, ret, e);
}
