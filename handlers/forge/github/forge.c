/* SPDX-License-Identifier: Apache-2.0 */
#include "handlers/forge/github/github.h"

const struct forge_ops forge_github = {
    .kind = "github",
    .default_url = "https://api.github.com",
    .has_checks = true,
    .read_head = github_read_head,
    .decode = github_decode,
    .talk = github_talk,
    .ask_member = github_ask_member,
    .read_member = github_read_member,
    .ask_change = github_ask_change,
    .read_change = github_read_change,
    .ask_team = github_ask_team,
    .read_team = github_read_team,
    .ask_self = github_ask_self,
    .read_self = github_read_self,
    .look = github_state,
    .missed = github_missed,
    .looks_at = 20,
    .address = github_address,
    .authorize = github_authorize,
    .clone_url = github_clone_url,
    .git_user = "x-access-token",
    .hooks = &github_hooks,
    .app = &github_app,
    .expiry_header = "github-authentication-token-expiration",
};
