/* SPDX-License-Identifier: Apache-2.0 */
/* Answers what was asked of a repository out of its mirror, as it is. Blocking; in the lane of the repository. */
#pragma once
#include "engine/gather.h"

/* Fills sha, the files when they are wanted and, of the event's own repository, what changed; or says why not. */
void gather_read(struct gather *g, size_t at, struct gits *gits, const struct repo_set *repos);
/* The workflow files of a repository at a commit, into r->files; alias and id of r are set. -1: git could not say. */
MUST_USE int gather_files(struct gits *gits, const struct repo_set *repos, const char *commit, struct arena *a,
                          struct gather_repo *r, struct err *e);
void gather_fail(struct gather *g, size_t at, const struct err *e);
bool gather_is_own(const struct gather *g, size_t at); /* the event's, where the event is about */
