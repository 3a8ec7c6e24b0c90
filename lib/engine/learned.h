/* SPDX-License-Identifier: Apache-2.0 */
/* What the engine remembers of failures beyond one run: rows of lib/core/recovery.h by their names, and what counts for
 * minutes only. Private to lib/engine. */
#pragma once
#include "base/map.h"
#include "core/breaker.h"
#include "core/outbreak.h"
#include "core/recovery.h"

struct learned {
    struct map failures;  /* fingerprint -> struct failure_stat */
    struct map budgets;   /* repository -> struct retry_budget */
    struct map flaky;     /* name -> struct flaky_test */
    struct map outbreaks; /* fingerprint -> struct outbreak */
    struct map breakers;  /* class and forge -> struct breaker */
};

struct engine;
struct open_work;
void learned_adopt(struct engine *e, const struct open_work *w);
void learned_free(struct learned *l);

/* NULL = nothing is known of it. */
const struct failure_stat *learned_failure(const struct engine *e, const char *fingerprint);
/* How a further try ended after a failure of this fingerprint; NULL: nothing happens. */
enum learned_outcome { LEARNED_PASSED, LEARNED_FAILED };
void learned_retry(struct engine *e, const char *fingerprint, enum failure_class c, enum learned_outcome how);
/* A test that passed on the tree on which it had failed. */
void learned_flip(struct engine *e, const char *repo_id, const char *job, const char *test);
struct retry_budget *learned_budget(struct engine *e, const char *repo_id);
void learned_budget_changed(struct engine *e, const struct retry_budget *b);
struct outbreak *learned_outbreak(struct engine *e, const char *fingerprint);
struct breaker *learned_breaker(struct engine *e, enum failure_class c, const char *forge);
