/* SPDX-License-Identifier: Apache-2.0 */
/* The artifacts of runs: <state>/artifacts/<run>/<digest of the name>/. Blocking. */
#pragma once
#include "base/clk.h"
#include "port/archive.h"
#include "server/shelf.h"

void artifacts_folder(const char *state_dir, int64_t run, struct buf *ret);
void artifact_folder(const char *state_dir, int64_t run, const char *name, struct buf *ret);
struct artifact {
    int64_t id, maker; /* the attempt that has made it, and its step */
    const char *name;
    int64_t files;
    const struct shelf_item *item;
    int64_t retention_days; /* 0 = as long as the run */
    bool packed;            /* with gzip; else a plain tar */
};
/* max: bytes of all artifacts of the run together. */
MUST_USE int artifacts_put(const char *state_dir, int64_t run, const struct artifact *x, const char *from,
                           enum shelf_put how, int64_t max, msec_t now, struct err *e);
/* The one of that name was made by that step. */
bool artifact_is_of(const char *state_dir, int64_t run, const char *name, int64_t maker);
/* "artifacts":[…], as the API shows them. */
void artifacts_json(const char *state_dir, int64_t run, struct jout *j);
/* Removes those whose time is over, and all of runs made before that time. */
void artifacts_trim(const char *state_dir, msec_t runs_before, msec_t now);
