/* SPDX-License-Identifier: Apache-2.0 */
/* GitHub REST API 2022-11-28, "Pulls": list pull requests by their head. */
#include "fmt/enc.h"
#include "handlers/forge/github/github.h"
#include "handlers/forge/github/turns.h"
#include "port/change_talk.h"

void github_ask_change(const char *repo, const char *branch, struct api_request *ret)
{
    struct sv owner = sv_of(repo);
    ptrdiff_t slash = sv_chr(owner, '/');
    ret->method = "GET";
    buf_str(&ret->path, "/repos/");
    talk_repo_path(repo, &ret->path);
    buf_str(&ret->path, "/pulls?state=open&head=");
    url_put(&ret->path, slash < 0 ? owner : sv_cut(owner, (size_t)slash));
    buf_chr(&ret->path, ':');
    url_put(&ret->path, sv_of(branch));
    buf_str(&ret->path, "&per_page=100");
    for (size_t i = 0; github_dialect.headers[i]; i++)
        ret->headers[i] = github_dialect.headers[i];
}

int github_read_change(const struct api_reply *r, const char *branch, int64_t *ret_number, char ret_sha[65],
                       struct err *e)
{
    static const struct change_words words = {.number = "number",
                                              .branch = {"head", "ref"},
                                              .sha = {"head", "sha"},
                                              .head_repo = {"head", "repo", "id"},
                                              .base_repo = {"base", "repo", "id"}};
    return change_read(r, &words, branch, ret_number, ret_sha, e);
}
