/* SPDX-License-Identifier: Apache-2.0 */
/* What a run here does, as it does it: read from its store and its logs. */
#include <fcntl.h>
#include <unistd.h>
#include "base/map.h"
#include "fmt/json.h"
#include "server/cli/run_here.h"

enum { PIECE = 1 << 16 };

struct here_show {
    struct map seen;    /* "<id>" of an attempt, job: what was said of it last, or how much of its log was printed */
    struct buf heading; /* of whose output was printed last */
    bool to_person, midline;
};

struct progress {
    int64_t at; /* of the log */
    bool begun, ended;
};

static struct progress *progress_of(struct here_show *s, struct sv id)
{
    struct progress *p = map_get(&s->seen, id);
    if (!p) {
        p = mem_new(sizeof *p);
        map_put(&s->seen, id, p);
    }
    return p;
}

static void say_line(struct here_show *s, const struct buf *line)
{
    AUTO(buf_free) struct buf safe = {0};
    if (s->midline)
        buf_chr(&safe, '\n');
    s->midline = false;
    cli_text(buf_view(line), &safe);
    buf_chr(&safe, '\n');
    (void)cli_print(&safe);
}

static void put_heading(struct here_show *s, const struct jval *job, const struct jval *step)
{
    AUTO(buf_free) struct buf line = {0};
    buf_fmt(&line, "==> %.*s / %.*s", SV_ARG(jval_str(jval_get(job, "key"))), SV_ARG(jval_str(jval_get(step, "name"))));
    if (sv_eq(buf_view(&line), buf_view(&s->heading)))
        return;
    say_line(s, &line);
    buf_clear(&s->heading);
    buf_sv(&s->heading, buf_view(&line));
}

/* True if there was something. */
static bool print_piece(struct here *h, struct progress *p, int64_t attempt, const struct jval *job,
                        const struct jval *step)
{
    AUTO(buf_free) struct buf path = {0}, piece = {0}, safe = {0};
    exec_log_path(h->app.conf->state_dir, attempt, &path);
    AUTO(fd_closep) int fd = open(path.p, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0)
        return false;
    buf_reserve(&piece, PIECE);
    ssize_t n = pread(fd, piece.p, PIECE, p->at);
    if (n <= 0)
        return false;
    put_heading(h->show, job, step);
    piece.n = (size_t)n;
    p->at += n;
    if (h->show->to_person)
        cli_log_text(buf_view(&piece), &safe);
    h->show->midline = piece.p[n - 1] != '\n';
    (void)cli_print(h->show->to_person ? &safe : &piece);
    return true;
}

static void show_attempt(struct here *h, const struct jval *job, const struct jval *step, const struct jval *attempt)
{
    struct sv text = jval_str(jval_get(attempt, "id"));
    struct progress *p = progress_of(h->show, text);
    int64_t id;
    if (!id_parse(text, &id) || p->ended)
        return;
    if (!p->begun)
        put_heading(h->show, job, step);
    p->begun = true;
    p->ended = !sv_is(jval_str(jval_get(attempt, "state")), "intent");
    while (print_piece(h, p, id, job, step))
        ;
    if (!p->ended)
        return;
    AUTO(buf_free) struct buf line = {0};
    struct sv detail = jval_str(jval_get(attempt, "detail")), failure = jval_str(jval_get(attempt, "class"));
    if (!failure.n)
        return;
    put_heading(h->show, job, step);
    buf_fmt(&line, "<== failed (%.*s)%s%.*s", SV_ARG(failure), detail.n ? ": " : "", SV_ARG(detail));
    say_line(h->show, &line);
}

static void show_job(struct here *h, const struct jval *job)
{
    const struct jval *steps = jval_get(job, "steps");
    struct progress *p = progress_of(h->show, jval_str(jval_get(job, "id")));
    for (size_t i = 0; i < jval_len(steps); i++) {
        const struct jval *step = jval_item(steps, i), *attempts = jval_get(step, "attempts");
        for (size_t k = 0; k < jval_len(attempts); k++)
            show_attempt(h, job, step, jval_item(attempts, k));
    }
    if (p->ended || !sv_is(jval_str(jval_get(job, "state")), "done"))
        return;
    AUTO(buf_free) struct buf line = {0};
    struct sv detail = jval_str(jval_get(job, "detail"));
    p->ended = true;
    buf_fmt(&line, "=== %.*s: %.*s%s%.*s", SV_ARG(jval_str(jval_get(job, "key"))),
            SV_ARG(jval_str(jval_get(job, "conclusion"))), detail.n ? ": " : "", SV_ARG(detail));
    say_line(h->show, &line);
    buf_clear(&h->show->heading);
}

static void put_body(struct buf *line, const struct jval *kind, const struct jval *body)
{
    struct jout j = {.buf = line};
    if (sv_is(jval_str(kind), "status"))
        buf_fmt(line, "%.*s: %.*s: %.*s", SV_ARG(jval_str(jval_get(body, "context"))),
                SV_ARG(jval_str(jval_get(body, "state"))), SV_ARG(jval_str(jval_get(body, "description"))));
    else if (sv_is(jval_str(kind), "issue"))
        buf_fmt(line, "\"%.*s\"", SV_ARG(jval_str(jval_get(body, "title"))));
    else
        jout_val(&j, body);
}

/* What a server with a token would have told the forge. */
static void show_effects(struct here *h, const struct jval *run)
{
    const struct jval *effects = jval_get(run, "effects");
    for (size_t i = 0; i < jval_len(effects); i++) {
        const struct jval *x = jval_item(effects, i);
        AUTO(buf_free) struct buf line = {0};
        buf_fmt(&line, "would tell %.*s: %.*s ", SV_ARG(jval_str(jval_get(x, "repository"))),
                SV_ARG(jval_str(jval_get(x, "kind"))));
        put_body(&line, jval_get(x, "kind"), jval_get(x, "body"));
        say_line(h->show, &line);
    }
}

static void show_end(struct here *h, const struct jval *run)
{
    AUTO(buf_free) struct buf line = {0};
    struct sv detail = jval_str(jval_get(run, "detail")), conclusion = jval_str(jval_get(run, "conclusion"));
    if (!h->quiet)
        show_effects(h, run);
    buf_fmt(&line, "%.*s: %.*s%s%.*s", SV_ARG(jval_str(jval_get(run, "workflow"))), SV_ARG(conclusion),
            detail.n ? ": " : "", SV_ARG(detail));
    say_line(h->show, &line);
    if (!sv_is(conclusion, "success") && !sv_is(conclusion, "skipped"))
        h->exit_code = CLI_FAILED;
}

struct rows {
    struct arena arena;
    VEC(struct sv) at;
};

static void keep_row(void *ctx, struct sv json)
{
    struct rows *r = ctx;
    VEC_PUSH(&r->at, arena_sv(&r->arena, json));
}

/* False while it goes on. */
static bool show_run(struct here *h, struct reader *r, int64_t id)
{
    AUTO(buf_free) struct buf json = {0};
    struct jdoc *doc = NULL;
    struct err e = {0};
    if (read_run_json(r, id, &json, &e) != 0 || jdoc_parse(buf_view(&json), NULL, &doc, &e) < 0)
        return false;
    const struct jval *run = jdoc_root(doc), *jobs = jval_get(run, "jobs");
    bool done = sv_is(jval_str(jval_get(run, "state")), "done");
    for (size_t i = 0; i < jval_len(jobs); i++)
        show_job(h, jval_item(jobs, i));
    if (done)
        show_end(h, run);
    jdoc_free(&doc);
    return done;
}

static bool show_runs(struct here *h, struct reader *r)
{
    struct rows rows = {0};
    struct err e = {0};
    bool done = read_list(r, LIST_RUNS, NULL, 0, 10, keep_row, &rows, &e) == 0 && rows.at.n > 0;
    for (size_t i = 0; i < rows.at.n; i++) {
        struct jdoc *doc = NULL;
        int64_t id;
        if (jdoc_parse(rows.at.at[i], NULL, &doc, &e) < 0)
            continue;
        done = id_parse(jval_str(jval_get(jdoc_root(doc), "id")), &id) && show_run(h, r, id) && done;
        jdoc_free(&doc);
    }
    VEC_FREE(&rows.at);
    arena_free(&rows.arena);
    return done;
}

bool here_show(struct here *h, struct reader *r)
{
    AUTO(arena_free) struct arena a = {0};
    struct delivery d;
    const char *event;
    struct err e = {0};
    if (!h->show) {
        h->show = mem_new(sizeof *h->show);
        h->show->to_person = isatty(STDOUT_FILENO) == 1;
    }
    if (!h->delivery || read_delivery(r, h->delivery, &a, &d, &event, &e) != 0 || d.state == DELIVERY_RECEIVED)
        return false;
    if (d.state == DELIVERY_MATCHED)
        return show_runs(h, r);
    h->exit_code = cli_fail(CLI_FAILED, "the event starts nothing: %s", d.reason ? d.reason : "");
    return true;
}

void here_show_free(struct here *h)
{
    struct sv key;
    void *p;
    if (!h->show)
        return;
    for (size_t at = 0; map_each(&h->show->seen, &at, &key, &p);)
        mem_free(p);
    map_free(&h->show->seen);
    buf_free(&h->show->heading);
    mem_freep(&h->show);
}
