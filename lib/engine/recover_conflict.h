/* SPDX-License-Identifier: Apache-2.0 */
/* A conflict that is mended: what recover_conflict.c and recover_merged.c share. Private to lib/engine. */
#pragma once
#include "engine/recover.h"

struct conflict_made { /* borrowed text */
    const char *commit;
    const char *ref, *expect; /* where it goes, and what has to be there */
    enum conflict_way way;
    const char *tried; /* before it, in vain; NULL = nothing */
};

/* recover_conflict.c */
/* Why the branch of the job's change may not get other commits than it has; NULL = it may. */
const char *conflict_no_rewrite(struct engine *e, struct live_job *j);

/* recover_merged.c */
void conflict_check(struct engine *e, struct live_job *j, const struct conflict_made *made);
void conflict_push(struct engine *e, struct live_job *j, const struct live_job *check);
struct live_job *conflict_job(struct engine *e, int64_t id);    /* that is held for it; NULL = not any more */
struct live_job *conflict_last_check(const struct live_job *j); /* NULL = there was none yet */
