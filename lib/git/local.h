/* SPDX-License-Identifier: Apache-2.0 */
/* Bare repositories of this machine, which have no server: what is said to them is a git note, what they are is asked
 * of git. All calls block; any thread, one at a time for a repository. */
#pragma once
#include "port/local_talk.h"

/* Writes the line of a status into the note of its commit in refs/notes/fettle (port/local_talk.h), by compare-and-swap
 * of that ref: what others write there at the same time is kept. 1 = it stood there already. ERR_MISSING: no repository
 * at `path`, or no such commit in it; ERR_CONFLICT: others were quicker each time. */
MUST_USE int git_note(const char *path, const struct local_note *x, struct err *e);
/* Appends the JSON of branches and tags that LOCAL_REFS is answered with. ERR_MISSING as above. */
MUST_USE int git_local_refs(const char *path, struct buf *out, struct err *e);
