/* SPDX-License-Identifier: Apache-2.0 */
/* The part of a job that only those have which were started. */
#include "engine/checkpoint.h"

struct doing *job_doing(struct live_job *j)
{
    if (!j->doing)
        j->doing = mem_new(sizeof *j->doing);
    return j->doing;
}

void doing_forget(struct engine *e, struct live_job *j)
{
    if (!j->doing)
        return;
    hash_forget(e, j);
    checkpoint_forget(e, j);
    mem_freep(&j->doing);
}
