/* SPDX-License-Identifier: Apache-2.0 */
/* `fettle plan`: the jobs of a workflow file as a graph, and how long they will take. */
#pragma once
#include "config/conf.h"
#include "plan/forecast.h"

struct plan_job {
    const char *id;    /* "build", "build (1, a)", "caller / build" */
    const char *note;  /* what cannot be known from the file; NULL = nothing */
    bool inner;        /* a point where jobs come together, and not shown */
    const struct wf_job *of; /* whose slots and locks it takes; NULL = it is a point */
};

struct plan_lock {
    const char *name;
    size_t group; /* of the bounds: one holder */
};

struct plan_jobs {
    struct arena arena;
    VEC(struct plan_job) jobs;
    VEC(struct forecast_job) forecast; /* index as in jobs */
    VEC(int) bounds;
    VEC(struct plan_lock) locks;
    const char *priority; /* as the file says it; NULL = it does not */
    struct graph graph;
    struct problems problems; /* of the file and those that it calls */
};

enum { PLAN_DEFAULT_MS = 60000, PLAN_CALLS = 4, PLAN_JOBS = 20000 };

/* The file and the reusable workflows that it calls, where they can be found. 0, or -1 with x->problems or e filled. */
MUST_USE int plan_read(struct plan_jobs *x, const char *file, struct err *e);
void plan_free(struct plan_jobs *x);

/* The jobs that a job waits for, without the points in between: calls `each` with an index. */
void plan_needs(const struct plan_jobs *x, size_t job, void (*each)(void *ctx, size_t need), void *ctx);

enum plan_form { PLAN_TEXT, PLAN_JSON, PLAN_DOT };
int plan_print(const struct plan_jobs *x, const struct forecast *f, int slots, enum plan_form form);
