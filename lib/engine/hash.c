/* SPDX-License-Identifier: Apache-2.0 */
/* hashFiles(): the engine has no files, so the step waits while the host looks. What it said counts for one step: the
 * next one may have changed the files. */
#include "engine/state.h"

void hash_ask(struct engine *e, struct live_job *j, const char *const *patterns, size_t n)
{
    AUTO(buf_free) struct buf key = {0};
    struct arena *a = &j->run->arena;
    const char **kept = arena_new(a, (n + 1) * sizeof *kept);
    for (size_t i = 0; i < n; i++) {
        kept[i] = arena_strdup(a, patterns[i]);
        buf_fmt(&key, "%s%s", i ? "\n" : "", patterns[i]);
    }
    struct engine_action *x = engine_after(e, ACT_HASH_FILES);
    x->hash.job = j->row->id;
    x->hash.workspace = job_workspace(j);
    x->hash.key = arena_dup(a, buf_view(&key));
    x->hash.patterns = kept;
    job_doing(j)->hashing = true;
    map_put_id(&e->hashing, j->row->id, j);
}

void hash_answer(struct engine *e, int64_t job, const char *key, const char *digest, const struct err *err)
{
    struct live_job *j = map_remove_id(&e->hashing, job);
    struct arena *a;
    if (!j || !j->doing->hashing)
        return;
    a = &j->run->arena;
    j->doing->hashing = false;
    map_put(&j->doing->digests, sv_of(key),
            err->cls == ERR_OK ? arena_strdup(a, digest) : arena_fmt(a, "!%s", err->msg));
    job_advance(e, j);
    dispatch(e);
    outbox_pump_all(e);
}

void hash_forget(struct engine *e, struct live_job *j)
{
    if (j->doing->hashing)
        map_remove_id(&e->hashing, j->row->id);
    j->doing->hashing = false;
    map_free(&j->doing->digests);
}
