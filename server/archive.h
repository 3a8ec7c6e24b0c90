/* SPDX-License-Identifier: Apache-2.0 */
/* The actions cache, upload-artifact and download-artifact, in three parts: a pool thread looks what there is to do, a
 * process of the job packs or unpacks, a pool thread stores what came of it.
 *
 * Why a process: the names, links, sizes and contents of what is packed are the job's, and so is what an archive has in
 * it. tar runs with the rights, the view and the limits of a step, so whatever it may be made to do, the step could
 * have done itself. What it makes, it makes in the job's own home; the server moves that as bytes it never looks into.
 * What it unpacks is shown to it read-only. It gets nothing of the environment that earlier steps have changed. */
#pragma once
#include "base/vec.h"
#include "core/step_result.h"
#include "server/caches.h"
#include "server/host.h"
#include "server/pick.h"
#include "server/shelf.h"

struct archive_task {
    struct app_task app_task;
    struct arena *arena; /* of the engine: owns what it asked for */
    struct exec_spec spec;
    const struct archive_want *want;
    const struct archive_scopes *scopes;
    char *state_dir, *public_url; /* public_url NULL = none */
    struct caches_room room;
    int64_t cache_max, artifact_max, artifacts_max; /* bytes: one, one, those of a run */
    struct pick_place place;      /* in the arena, as all texts below */
    const char *base, *out;       /* the folder around place.work; what a process has to make */
    struct picked picked;
    struct buf script;
    VEC(const char *) shown;
    const char *list; /* file with the names to pack; NULL = none */
    const char *root; /* UPLOAD: absolute */
    bool packs, unpacks, replaces;
    struct exit_record exit;
    struct step_result result;
    struct err err;
};

/* archive.c: true when the process was one of these. */
bool archive_exited(struct app *a, const struct exit_record *r);

/* archive_plan.c: what there is to do, on a pool thread: fills script, shown and result, or err. */
void archive_plan(struct archive_task *t);
/* archive_keep.c: what came of the process, on a pool thread. */
void archive_keep(struct archive_task *t);
/* Both: an output; a warning, in the log as well while that can still be written. */
void archive_output(struct archive_task *t, const char *name, const char *value);
void archive_warn(struct archive_task *t, const char *fmt, ...) PRINTF_LIKE(2, 3);
void archive_say(struct archive_task *t, const char *fmt, ...) PRINTF_LIKE(2, 3);
