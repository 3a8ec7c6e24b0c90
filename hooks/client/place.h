/* SPDX-License-Identifier: Apache-2.0 */
/* Where a push happens, and who pushes, as the machine knows it. Blocking on small local files. */
#pragma once
#include "base/arena.h"
#include "base/err.h"

/* The repository that git runs the hook in: GIT_DIR, else what is found in the folder of the process. Absolute, without
 * links; for a linked worktree the repository that it belongs to. ERR_MISSING: there is none. */
MUST_USE int place_repository(struct arena *a, struct sv *ret, struct err *e);
/* GL_USER (gitolite), REMOTE_USER (http-backend), else the user's name; "" when nothing is known. */
struct sv place_actor(struct arena *a);
/* A remote's URL without what lets somebody in: of ssh the password is left out, of other URLs the user too, and of
 * http the query. A relative path of this machine becomes absolute. */
struct sv place_remote(struct arena *a, struct sv url);
