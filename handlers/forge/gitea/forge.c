/* SPDX-License-Identifier: Apache-2.0 */
#include "handlers/forge/gitea/gitea.h"

const struct forge_ops forge_gitea = {
    .kind = "gitea",
    .default_url = NULL,
    .read_head = gitea_read_head,
    .decode = gitea_decode,
    .talk = gitea_talk,
    .ask_member = gitea_ask_member,
    .read_member = gitea_read_member,
    .ask_change = gitea_ask_change,
    .read_change = gitea_read_change,
    .ask_self = gitea_ask_self,
    .read_self = gitea_read_self,
    .look = gitea_state,
    .missed = gitea_missed,
    .naming = HOOKS_BY_PLACE,
    .looks_at = 1,
    .authorize = gitea_authorize,
    .clone_url = gitea_clone_url,
    .page_url = gitea_page_url,
    .git_user = "oauth2",
    .hooks = &gitea_hooks,
};
