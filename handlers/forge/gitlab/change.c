/* SPDX-License-Identifier: Apache-2.0 */
/* GitLab API v4, "Merge requests": list project merge requests by source_branch. */
#include "fmt/enc.h"
#include "handlers/forge/gitlab/gitlab.h"
#include "handlers/forge/gitlab/turns.h"
#include "port/change_talk.h"

void gitlab_ask_change(const char *repo, const char *branch, struct api_request *ret)
{
    ret->method = "GET";
    buf_str(&ret->path, "/api/v4/projects/");
    url_put(&ret->path, sv_of(repo));
    buf_str(&ret->path, "/merge_requests?state=opened&source_branch=");
    url_put(&ret->path, sv_of(branch));
    buf_str(&ret->path, "&per_page=100");
    for (size_t i = 0; gitlab_dialect.headers[i]; i++)
        ret->headers[i] = gitlab_dialect.headers[i];
}

int gitlab_read_change(const struct api_reply *r, const char *branch, int64_t *ret_number, char ret_sha[65],
                       struct err *e)
{
    static const struct change_words words = {.number = "iid",
                                              .branch = {"source_branch"},
                                              .sha = {"sha"},
                                              .head_repo = {"source_project_id"},
                                              .base_repo = {"target_project_id"}};
    return change_read(r, &words, branch, ret_number, ret_sha, e);
}
