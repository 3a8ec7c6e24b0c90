/* SPDX-License-Identifier: Apache-2.0 */
/* Which repository of the configuration a call is about. A pre-push says where it goes: the address of the remote; the
 * hooks of a server say where they are: a folder, which is the `url` of a repository at a forge of kind `bare`. Links
 * and other names of one folder are the same folder. */
#pragma once
#include "config/conf.h"
#include "hooks/wire.h"
#include "server/hooksock/course.h"

/* NULL: none is. Asks the file system: pool threads. */
const struct repo *hook_find_repo(const struct conf *c, enum course_hook hook, const struct hook_call *call);
