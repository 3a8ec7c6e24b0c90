/* SPDX-License-Identifier: Apache-2.0 */
/* Gitea and Forgejo API v1, repoListPullRequests. It cannot be asked for a branch in every version: the fifty newest
 * open ones are looked through, among which the change that people work on at the same time will be. */
#include "handlers/forge/gitea/gitea.h"
#include "handlers/forge/gitea/turns.h"
#include "port/change_talk.h"

void gitea_ask_change(const char *repo, const char *branch, struct api_request *ret)
{
    (void)branch;
    ret->method = "GET";
    buf_str(&ret->path, "/api/v1/repos/");
    talk_repo_path(repo, &ret->path);
    buf_str(&ret->path, "/pulls?state=open&limit=50&page=1");
    for (size_t i = 0; gitea_dialect.headers[i]; i++)
        ret->headers[i] = gitea_dialect.headers[i];
}

int gitea_read_change(const struct api_reply *r, const char *branch, int64_t *ret_number, char ret_sha[65],
                      struct err *e)
{
    static const struct change_words words = {.number = "number",
                                              .branch = {"head", "ref"},
                                              .sha = {"head", "sha"},
                                              .head_repo = {"head", "repo_id"},
                                              .base_repo = {"base", "repo_id"}};
    return change_read(r, &words, branch, ret_number, ret_sha, e);
}
