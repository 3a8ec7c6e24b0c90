/* SPDX-License-Identifier: Apache-2.0 */
#include "handlers/forge/gitlab/gitlab.h"

/* GitLab.com, "Rate limits": 2,000 calls a minute of a user; 60 notes a minute are the least of those for what is
 * created. Few writes beside each other: posts to one commit wait for each other there, and give up after 10 s. */
static const struct call_limits limits = {.minute = 2000, .creates_minute = 60, .flights = 10, .writes = 4,
                                          .hold = 1000};

const struct forge_ops forge_gitlab = {
    .kind = "gitlab",
    .default_url = "https://gitlab.com",
    .limits = &limits,
    .read_head = gitlab_read_head,
    .decode = gitlab_decode,
    .talk = gitlab_talk,
    .ask_member = gitlab_ask_member,
    .read_member = gitlab_read_member,
    .ask_change = gitlab_ask_change,
    .read_change = gitlab_read_change,
    .ask_team = gitlab_ask_team,
    .read_team = gitlab_read_team,
    .ask_self = gitlab_ask_self,
    .read_self = gitlab_read_self,
    .look = gitlab_state,
    .missed = gitlab_missed,
    .looks_at = 1,
    .authorize = gitlab_authorize,
    .clone_url = gitlab_clone_url,
    .page_url = gitlab_page_url,
    .git_user = "oauth2",
    .hooks = &gitlab_hooks,
    .ask_expiry = gitlab_ask_expiry,
    .read_expiry = gitlab_read_expiry,
};
