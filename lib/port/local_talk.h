/* SPDX-License-Identifier: Apache-2.0 */
/* Requests to a repository of this machine that has no API. They go the way of all requests to forges, so that they
 * are kept, ordered and tried again like those; whoever makes the calls carries them out with git instead of sending
 * them. `repo` of the request is the path of the repository at its forge ("team/api"); where that is on disk the
 * configuration says. Pure; any thread.
 *
 *   NOTE  body {"sha", "context", "state", "description": text, "url": text | null}: the line of that context in the
 *         note of that commit, in refs/notes/fettle, becomes this one:
 *             state TAB context TAB description [TAB url]
 *         What stands there already is left alone. 200; 404: no such repository or commit; 409: others wrote in
 *         between, again and again; 500: git could not.
 *   REFS  200 with {"default_branch": text | null, "refs": [["refs/heads/main", object id]]}; 404, 500 as above. */
#pragma once
#include "port/talk.h"

#define LOCAL_NOTE      "NOTE"
#define LOCAL_REFS      "REFS"
#define LOCAL_NOTES_REF "refs/notes/fettle"

struct local_note { /* the body of a NOTE; text in an arena */
    const char *sha, *context, *state, *description, *url;
};

/* A status of a commit. */
void local_note(const struct effect *x, struct api_request *ret);
MUST_USE int local_note_read(struct sv body, struct arena *a, struct local_note *ret, struct err *e);
/* The note with that line in it, appended; false: it is in it already. Lines of others are kept as they are. */
bool local_note_edit(struct sv note, const struct local_note *line, struct buf *out);
