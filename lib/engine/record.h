/* SPDX-License-Identifier: Apache-2.0 */
/* What a step puts into its change-set and its actions. Private to lib/engine. */
#pragma once
#include "engine/engine.h"

struct change_set *engine_changes(struct engine *e); /* of this step; made on first use */
int64_t engine_id(struct engine *e);
struct engine_action *engine_after(struct engine *e, enum engine_action_kind kind);
struct engine_action *engine_now(struct engine *e, enum engine_action_kind kind);
void record_run(struct engine *e, struct run *r);
void record_run_new(struct engine *e, struct run *r);
/* Further jobs of a run that is recorded. */
void record_jobs_new(struct engine *e, const struct run *r, struct job **jobs, size_t n);
void record_job(struct engine *e, struct job *j);
void record_step(struct engine *e, struct step *s);
void record_attempt_new(struct engine *e, struct attempt *a);
void record_attempt(struct engine *e, struct attempt *a);
void record_effect_new(struct engine *e, struct effect *x);
void record_effect(struct engine *e, struct effect *x);
void record_recovery_new(struct engine *e, struct recovery *r);
void record_recovery(struct engine *e, struct recovery *r);
void record_approval_new(struct engine *e, struct approval *p);
void record_approval(struct engine *e, struct approval *p);
void record_setting(struct engine *e, const char *name, int64_t value);
void record_journal(struct engine *e, const char *kind, int64_t id, int64_t run, const char *from, const char *to,
                    const char *cause);
