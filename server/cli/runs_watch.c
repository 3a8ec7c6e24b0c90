/* SPDX-License-Identifier: Apache-2.0 */
/* `fettle runs watch`: the graph of its jobs, drawn again and again; a line for every change where no terminal is. */
#include "base/map.h"
#include "server/cli/patience.h"
#include "server/cli/picture.h"
#include "server/cli/runs.h"

static const msec_t LOOK_MS = 500, AWAY_MS = 10 * 60 * 1000;

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

static int end_of(const struct watcher *w, const struct jval *run)
{
    if (w->listing->format == FORMAT_JSON)
        (void)print_object(run);
    return sv_is(jval_str(jval_get(run, "conclusion")), "success") ? CLI_OK : CLI_FAILED;
}

/* ---- lines, for programs and those who want them ---- */

static int watch_lines(struct watcher *w, struct patience *p, const char *path)
{
    for (;;) {
        struct jdoc *doc = NULL;
        int rc = patient_json(p, path, &doc);
        bool done = rc != CLI_OK;
        if (!done) {
            tell_all(w, jdoc_root(doc));
            done = run_is_done(jdoc_root(doc));
            rc = done ? end_of(w, jdoc_root(doc)) : CLI_OK;
        }
        jdoc_free(&doc);
        if (done)
            return rc;
        interrupt_sleep_ms(LOOK_MS);
        if (interrupted())
            return CLI_INTERRUPTED;
    }
}

/* ---- a picture, on a terminal ---- */

static void draw(struct screen *s, const struct jval *run, const struct patience *server)
{
    AUTO(buf_free) struct buf b = {0};
    struct picture p = {.size = screen_size(), .now = clk_wall_ms(), .out = &b};
    p.signs = screen_has_lines() ? GRAPH_LINES : GRAPH_ASCII;
    picture_run(&p, run);
    if (server->away_since) {
        buf_str(&b, "the server does not answer for ");
        picture_time(clk_mono_ms() - server->away_since, &b);
        buf_str(&b, "; it is waited for\n");
    }
    screen_draw(s, buf_view(&b));
}

/* The picture goes on between the looks, for its times. */
static int watch_picture(struct watcher *w, struct patience *p, const char *path)
{
    AUTO(screen_close) struct screen *s = NULL;
    struct jdoc *run = NULL;
    int rc = patient_look(p, path, &run);
    if (rc != CLI_OK)
        return rc;
    s = screen_open(SCREEN_BELOW);
    for (int key = SCREEN_NOTHING;;) {
        struct jdoc *next = NULL;
        draw(s, jdoc_root(run), p);
        if (run_is_done(jdoc_root(run))) {
            rc = end_of(w, jdoc_root(run));
            break;
        }
        key = screen_wait(s, LOOK_MS);
        rc = key == SCREEN_END || key == 'q' ? CLI_INTERRUPTED : patient_look(p, path, &next);
        if (rc != CLI_OK)
            break;
        if (next) {
            jdoc_free(&run);
            run = next;
        }
    }
    jdoc_free(&run);
    return rc;
}

int runs_watch(struct remote *r, const struct listing *l, const char *id)
{
    struct watcher w = {.listing = l};
    struct patience server = {.remote = r, .give_up_ms = AWAY_MS};
    AUTO(buf_free) struct buf path = {0};
    int rc = remote_path("runs", id, "", &path);
    interrupt_catch();
    if (rc == CLI_OK && l->format == FORMAT_TABLE && !l->quiet && screen_is_possible())
        rc = patient_end(&server, watch_picture(&w, &server, path.p));
    else if (rc == CLI_OK)
        rc = watch_lines(&w, &server, path.p);
    struct sv key;
    void *state;
    for (size_t at = 0; map_each(&w.seen, &at, &key, &state);)
        mem_free(state);
    map_free(&w.seen);
    return rc;
}
