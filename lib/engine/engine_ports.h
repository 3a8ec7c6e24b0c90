/* SPDX-License-Identifier: Apache-2.0 */
/* What the engine asks of its host at once. Part of engine/engine.h. */
#pragma once
#include "core/run.h"
#include "port/seen.h"

/* The questions the engine asks while it steps: quick indexed reads. */
struct engine_ports {
    /* Number at the forge of an issue fingerprint; false when none is known. */
    bool (*recall)(void *ctx, const char *fingerprint, char ret_id[64], char ret_url[512]);
    /* The delivery that told of an event before; false when none did (that is on disk). NULL = false. */
    bool (*same)(void *ctx, const uint8_t key[SAME_KEY], struct same_row *ret);
    /* Number of the newest run of this name ("repository\nworkflow") on disk; 0 = none. NULL = 0. */
    int64_t (*run_number)(void *ctx, const char *name);
    /* The newest run of that repository and workflow that judged this (struct run, `verdict`) and succeeded or failed,
     * with its jobs, in the arena; false when there is none (that is on disk). NULL = false. */
    bool (*judged)(void *ctx, const char *repo_id, const char *workflow, const char *verdict, struct arena *a,
                   struct run **ret);
    void *ctx;
};
