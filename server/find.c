/* SPDX-License-Identifier: Apache-2.0 */
/* Runs that are over, for a command about them. They are read on the engine thread: indexed, and few. */
#include "server/host.h"

enum { RUNS_MOST = 20 };

static int read_all(struct reader *r, const struct engine_action *x, struct arena *a, struct run_rows *rows,
                    size_t *ret_n, struct err *e)
{
    int64_t ids[RUNS_MOST];
    int n = read_runs_about(r, x->find.repo_id, x->find.change, x->find.sha, x->find.context, ids, RUNS_MOST, e);
    for (int i = 0; i < n; i++) {
        int rc = read_run_rows(r, ids[i], a, &rows[*ret_n], e);
        if (rc < 0)
            return -1;
        *ret_n += rc == 0; /* gone meanwhile: it was old */
    }
    return n < 0 ? -1 : 0;
}

void find_start(struct app *a, const struct engine_action *x)
{
    AUTO(arena_free) struct arena arena = {0};
    struct run_rows rows[RUNS_MOST];
    struct err err = {0};
    size_t n = 0;
    bool failed = read_all(host_reader(a->host), x, &arena, rows, &n, &err) < 0;
    struct engine_event ev = {.kind = EV_FOUND, .found = {.delivery = x->find.delivery, .rows = rows, .n = n}};
    if (failed)
        ev.found.err = err;
    host_step(a->host, &ev);
}

bool find_judged(void *host, const char *repo_id, const char *workflow, const char *verdict, struct arena *a,
                 struct run **ret)
{
    struct err e = {0};
    int rc = read_judged(host_reader(host), repo_id, workflow, verdict, a, ret, &e);
    if (rc < 0)
        log_error("a verdict cannot be read", LS("repository", repo_id), LS("cause", e.msg));
    return rc == 0;
}
