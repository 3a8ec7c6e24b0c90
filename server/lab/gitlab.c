/* SPDX-License-Identifier: Apache-2.0 */
/* GitLab's REST API v4, as far as it is used. */
#include "server/lab/gitlab.h"

static void missing(struct lab_call *c)
{
    if (!c->repo && c->own_path)
        call_message(c, 404, "404 Project Not Found");
    else
        gitlab_invalid(c, 404, "404 Not Found");
}

/* Only reading follows a project that moved away; see find_project! in GitLab's lib/api/helpers.rb. */
static void moved(struct lab_call *c)
{
    if (!sv_is(c->method, "GET")) {
        call_message(c, 405, "Non GET methods are not allowed for moved projects");
        return;
    }
    buf_str(&c->headers, "Location: ");
    call_location(c, &c->headers);
    buf_str(&c->headers, "\r\n");
    call_message(c, 301, "Moved Permanently");
}

static void denied(struct lab_call *c)
{
    call_message(c, 401, "401 Unauthorized");
}

void gitlab_invalid(struct lab_call *c, int status, const char *error)
{
    struct jout *j = call_open(c, status);
    jout_open(j, '{');
    jout_kstrz(j, "error", error);
    jout_close(j, '}');
}

struct sv gitlab_name_of(const struct lab_repo *r)
{
    struct sv path = sv_of(r->path);
    return sv_from(path, (size_t)(sv_rchr(path, '/') + 1));
}

struct sv gitlab_space_of(const struct lab_repo *r)
{
    struct sv path = sv_of(r->path);
    return sv_cut(path, (size_t)(sv_rchr(path, '/') < 0 ? 0 : sv_rchr(path, '/')));
}

static void get_project(struct lab_call *c)
{
    struct jout *j = call_open(c, 200);
    jout_open(j, '{');
    jout_kint(j, "id", c->repo->id);
    jout_kstr(j, "path", gitlab_name_of(c->repo));
    jout_kstrz(j, "path_with_namespace", c->repo->path);
    jout_kstrz(j, "default_branch", c->repo->default_branch);
    jout_kstrz(j, "visibility", c->repo->is_private ? "private" : "public");
    jout_close(j, '}');
}

static void get_user(struct lab_call *c)
{
    call_open(c, 200);
    call_user(c, NULL);
}

static void get_member(struct lab_call *c)
{
    static const int access_level[] = {[MEMBER_READ] = 10,     [MEMBER_TRIAGE] = 20, [MEMBER_WRITE] = 30,
                                       [MEMBER_MAINTAIN] = 40, [MEMBER_ADMIN] = 50,  [MEMBER_NONE] = 0};
    int64_t id = 0;
    const struct lab_member *m = sv_int(c->segs[2], &id) ? member_find(c->repo, SV_NONE, id) : NULL;
    if (!m || m->level == MEMBER_NONE) {
        call_message(c, 404, "404 Not found");
        return;
    }
    struct jout *j = call_open(c, 200);
    jout_open(j, '{');
    jout_kint(j, "id", m->id);
    jout_kstrz(j, "username", m->login);
    jout_kstrz(j, "state", "active");
    jout_kint(j, "access_level", access_level[m->level]);
    jout_close(j, '}');
}

const struct lab_row gitlab_rows[] = {
    {"GET", "", get_project},
    {"GET", "members/all/*", get_member},
    {NULL, NULL, NULL},
};
const struct lab_row gitlab_tops[] = {{"GET", "user", get_user}, {NULL, NULL, NULL}};

const struct lab_dialect lab_gitlab = {.prefix = "/api/v4", .missing = missing, .moved = moved, .denied = denied};
