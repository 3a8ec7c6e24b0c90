/* SPDX-License-Identifier: Apache-2.0 */
#include "base/clk.h"
#include "base/map.h"
#include "server/cli/runs.h"

static const msec_t LOOK_MS = 500;

struct watcher {
    const struct listing *listing;
    struct map seen; /* id of a run, job or step -> the state told last (char *) */
};

static void tell(struct watcher *w, const char *kind, const struct jval *o, const char *name)
{
    AUTO(buf_free) struct buf line = {0}, state = {0};
    struct sv id = jval_str(jval_get(o, "id"));
    cli_text(shown_state(o), &state);
    const char *last = map_get(&w->seen, id);
    if (!state.n || (last && strcmp(last, state.p) == 0))
        return;
    mem_free(map_put(&w->seen, id, mem_strdup(state.p)));
    if (w->listing->quiet || w->listing->format != FORMAT_TABLE)
        return;
    char now[25], at[20];
    struct sv time = time_short(sv_of(when_text(clk_wall_ms(), now)), at);
    buf_fmt(&line, "%.*s  %s ", SV_ARG(time), kind);
    cli_text(jval_str(jval_get(o, name)), &line);
    buf_str(&line, "  ");
    put_word(&line, buf_view(&state));
    buf_chr(&line, '\n');
    (void)cli_print(&line);
}

static void tell_all(struct watcher *w, const struct jval *run)
{
    const struct jval *jobs = jval_get(run, "jobs");
    for (size_t i = 0; i < jval_len(jobs); i++) {
        const struct jval *job = jval_item(jobs, i), *steps = jval_get(job, "steps");
        for (size_t k = 0; k < jval_len(steps); k++)
            if (!sv_is(jval_str(jval_get(jval_item(steps, k), "state")), "waiting"))
                tell(w, "step", jval_item(steps, k), "name");
        tell(w, "job", job, "key");
    }
    tell(w, "run", run, "id");
}

static int look(struct watcher *w, struct remote *r, const char *id, bool *ret_done)
{
    struct jdoc *doc = NULL;
    int rc = runs_fetch(r, id, &doc);
    *ret_done = true;
    if (rc != CLI_OK)
        return rc;
    const struct jval *run = jdoc_root(doc);
    tell_all(w, run);
    *ret_done = run_is_done(run);
    if (*ret_done && w->listing->format == FORMAT_JSON)
        (void)print_object(run);
    if (*ret_done)
        rc = sv_is(jval_str(jval_get(run, "conclusion")), "success") ? CLI_OK : CLI_FAILED;
    jdoc_free(&doc);
    return rc;
}

int runs_watch(struct remote *r, const struct listing *l, const char *id)
{
    struct watcher w = {.listing = l};
    bool done;
    int rc = look(&w, r, id, &done);
    while (!done) {
        clk_sleep_ms(LOOK_MS);
        rc = look(&w, r, id, &done);
    }
    struct sv key;
    void *state;
    for (size_t at = 0; map_each(&w.seen, &at, &key, &state);)
        mem_free(state);
    map_free(&w.seen);
    return rc;
}
