/* SPDX-License-Identifier: Apache-2.0 */
#include "handlers/forge/github/github.h"

/* GitHub REST API, "Rate limits": 5,000 calls an hour with a token; "secondary": 900 points a minute, 80 calls a minute
 * and 500 an hour that create content. Best practices: one second between writes, none beside another; 3 s between
 * those that notify, and ten calls at once, are what octokit's throttling keeps to. */
static const struct call_limits limits = {.hour = 5000, .points = 900, .creates_minute = 80, .creates_hour = 500,
                                          .write_gap = 1000, .create_gap = 3000, .flights = 10, .writes = 1,
                                          .hold = 1000};

const struct forge_ops forge_github = {
    .kind = "github",
    .default_url = "https://api.github.com",
    .has_checks = true,
    .limits = &limits,
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
    .naming = HOOKS_BY_NUMBER,
    .looks_at = 20,
    .address = github_address,
    .authorize = github_authorize,
    .clone_url = github_clone_url,
    .page_url = github_page_url,
    .git_user = "x-access-token",
    .hooks = &github_hooks,
    .folds_contexts = true,
    .app = &github_app,
    .expiry_header = "github-authentication-token-expiration",
};
