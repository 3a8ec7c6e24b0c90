/* SPDX-License-Identifier: Apache-2.0 */
#include "fmt/json.h"
#include "server/cli/cli.h"
#include "server/cli/plan.h"

enum { NAME_WIDTH = 24, BAR_WIDTH = 22 };

struct listed {
    const struct plan_jobs *x;
    struct jout *json;
    struct buf *text;
    size_t to, n;
};

/* ---- JSON ---- */

static void json_need(void *ctx, size_t need)
{
    struct listed *l = ctx;
    jout_strz(l->json, l->x->jobs.at[need].id);
}

/* Where more than a slot is asked for. */
static void json_resources(struct jout *j, const struct wf_job *of)
{
    if (!of || (of->resources.slots <= 1 && of->resources.n_locks == 0))
        return;
    jout_kint(j, "slots", of->resources.slots);
    jout_key(j, "locks");
    jout_open(j, '[');
    for (size_t i = 0; i < of->resources.n_locks; i++)
        jout_strz(j, of->resources.locks[i]);
    jout_close(j, ']');
}

static void json_job(struct jout *j, const struct plan_jobs *x, size_t i)
{
    const struct forecast_job *f = &x->forecast.at[i];
    struct listed l = {.x = x, .json = j};
    jout_open(j, '{');
    jout_kstrz(j, "id", x->jobs.at[i].id);
    jout_key(j, "needs");
    jout_open(j, '[');
    plan_needs(x, i, json_need, &l);
    jout_close(j, ']');
    jout_kint(j, "estimate_ms", f->estimate);
    jout_kint(j, "start_ms", f->start);
    jout_kint(j, "end_ms", f->end);
    jout_kint(j, "slack_ms", f->slack);
    jout_kbool(j, "critical", f->slack == 0);
    if (x->jobs.at[i].note)
        jout_kstrz(j, "note", x->jobs.at[i].note);
    json_resources(j, x->jobs.at[i].of);
    jout_close(j, '}');
}

static void put_json(struct buf *b, const struct plan_jobs *x, const struct forecast *f, int slots)
{
    struct jout j = {.buf = b};
    jout_open(&j, '{');
    jout_kint(&j, "schema", 1);
    jout_kint(&j, "slots", slots);
    if (x->priority)
        jout_kstrz(&j, "priority", x->priority);
    jout_kint(&j, "makespan_ms", f->makespan);
    jout_key(&j, "critical_path");
    jout_open(&j, '[');
    for (size_t i = 0; i < f->n_path; i++)
        if (!x->jobs.at[f->path[i]].inner)
            jout_strz(&j, x->jobs.at[f->path[i]].id);
    jout_close(&j, ']');
    jout_key(&j, "jobs");
    jout_open(&j, '[');
    for (size_t i = 0; i < x->jobs.n; i++)
        if (!x->jobs.at[i].inner)
            json_job(&j, x, i);
    jout_close(&j, ']');
    jout_close(&j, '}');
    buf_chr(b, '\n');
}

/* ---- for people ---- */

/* "0", "90s", "4m", "1h30m"; at most 7 characters for what a run may take. */
static void put_time(struct buf *b, msec_t ms)
{
    int64_t s = (ms + 500) / 1000;
    if (s == 0)
        buf_str(b, "0");
    else if (s < 120 && s % 60)
        buf_fmt(b, "%llds", (long long)s);
    else if (s < 3600)
        buf_fmt(b, s % 60 ? "%lldm%02llds" : "%lldm", (long long)(s / 60), (long long)(s % 60));
    else
        buf_fmt(b, s % 3600 >= 60 ? "%lldh%02lldm" : "%lldh", (long long)(s / 3600), (long long)(s % 3600 / 60));
}

static void put_column(struct buf *b, msec_t ms)
{
    AUTO(buf_free) struct buf t = {0};
    put_time(&t, ms);
    buf_fmt(b, "%*s%s", t.n < 8 ? (int)(8 - t.n) : 1, "", t.p);
}

/* Columns count characters. */
static void put_name(struct buf *b, const char *id)
{
    AUTO(buf_free) struct buf safe = {0};
    cli_text(sv_of(id), &safe);
    struct sv s = buf_view(&safe), cut = sv_cut_chars(s, NAME_WIDTH);
    size_t chars = 0;
    if (cut.n < s.n)
        cut = sv_cut_chars(s, NAME_WIDTH - 1);
    buf_sv(b, cut);
    if (cut.n < s.n)
        buf_str(b, "…");
    for (size_t i = 0; i < cut.n; i++)
        chars += ((unsigned char)cut.p[i] & 0xc0) != 0x80;
    buf_fmt(b, "%*s", (int)(NAME_WIDTH - chars - (cut.n < s.n)), "");
}

static void put_bar(struct buf *b, const struct forecast_job *j, msec_t makespan)
{
    int64_t whole = makespan > 0 ? makespan : 1, from = j->start * BAR_WIDTH / whole, to = j->end * BAR_WIDTH / whole;
    if (to <= from)
        to = from + 1;
    buf_fmt(b, "  %*s", (int)from, "");
    for (int64_t i = from; i < to && i < BAR_WIDTH; i++)
        buf_chr(b, j->slack == 0 ? '#' : '=');
}

static void text_need(void *ctx, size_t need)
{
    struct listed *l = ctx;
    buf_str(l->text, l->n++ ? ", " : "  after ");
    if (l->n <= 3)
        cli_text(sv_of(l->x->jobs.at[need].id), l->text);
    else
        l->text->n -= 2;
}

static void put_line(struct buf *b, struct sv line)
{
    struct sv shown = sv_cut_chars(line, 78);
    buf_fmt(b, "%.*s%s\n", SV_ARG(shown), shown.n < line.n ? "…" : "");
}

static void put_needs(struct buf *b, const struct plan_jobs *x, size_t i)
{
    AUTO(buf_free) struct buf line = {0};
    struct listed l = {.x = x, .text = &line};
    plan_needs(x, i, text_need, &l);
    if (l.n > 3)
        buf_fmt(&line, " and %zu more", l.n - 3);
    if (l.n)
        put_line(b, buf_view(&line));
    if (!x->jobs.at[i].note)
        return;
    buf_clear(&line);
    buf_str(&line, "  ");
    cli_text(sv_of(x->jobs.at[i].note), &line);
    put_line(b, buf_view(&line));
}

static void put_resources(struct buf *b, const struct wf_job *of, int slots)
{
    AUTO(buf_free) struct buf line = {0};
    if (!of || (of->resources.slots <= 1 && of->resources.n_locks == 0))
        return;
    if (of->resources.slots > 1)
        buf_fmt(&line, "  takes %d slots%s", of->resources.slots,
                of->resources.slots > slots ? ", more than there are: a server refuses it" : "");
    for (size_t i = 0; i < of->resources.n_locks; i++) {
        buf_str(&line, i ? ", " : line.n ? ", holds " : "  holds ");
        cli_text(sv_of(of->resources.locks[i]), &line);
    }
    put_line(b, buf_view(&line));
}

static void put_text(struct buf *b, const struct plan_jobs *x, const struct forecast *f, int slots)
{
    size_t n = 0;
    buf_fmt(b, "%-*s%8s%8s%8s%8s\n", NAME_WIDTH, "JOB", "TAKES", "START", "END", "SLACK");
    for (size_t i = 0; i < x->jobs.n; i++) {
        const struct forecast_job *j = &x->forecast.at[i];
        if (x->jobs.at[i].inner)
            continue;
        put_name(b, x->jobs.at[i].id);
        put_column(b, j->estimate);
        put_column(b, j->start);
        put_column(b, j->end);
        put_column(b, j->slack);
        put_bar(b, j, f->makespan);
        buf_chr(b, '\n');
        put_needs(b, x, i);
        put_resources(b, x->jobs.at[i].of, slots);
    }
    buf_str(b, "\ncritical path  ");
    for (size_t i = 0; i < f->n_path; i++) {
        if (x->jobs.at[f->path[i]].inner)
            continue;
        buf_str(b, n++ ? " > " : "");
        cli_text(sv_of(x->jobs.at[f->path[i]].id), b);
    }
    buf_str(b, "\n               ");
    put_time(b, f->longest);
    buf_fmt(b, " with slots for all\n%d slot%s %*s", slots, slots == 1 ? "" : "s", slots == 1 ? 8 : 7, "");
    put_time(b, f->makespan);
    buf_chr(b, '\n');
    if (x->priority) {
        AUTO(buf_free) struct buf line = {0};
        buf_str(&line, "priority       ");
        cli_text(sv_of(x->priority), &line);
        put_line(b, buf_view(&line));
    }
}

/* ---- for graphviz ---- */

static void put_quoted(struct buf *b, const char *id)
{
    AUTO(buf_free) struct buf safe = {0};
    cli_text(sv_of(id), &safe);
    buf_chr(b, '"');
    for (size_t i = 0; i < safe.n; i++) {
        if (strchr("\"\\", safe.p[i]))
            buf_chr(b, '\\');
        buf_chr(b, safe.p[i]);
    }
    buf_chr(b, '"');
}

static void dot_need(void *ctx, size_t need)
{
    struct listed *l = ctx;
    buf_str(l->text, "  ");
    put_quoted(l->text, l->x->jobs.at[need].id);
    buf_str(l->text, " -> ");
    put_quoted(l->text, l->x->jobs.at[l->to].id);
    buf_str(l->text, ";\n");
}

static void put_dot(struct buf *b, const struct plan_jobs *x)
{
    buf_str(b, "digraph plan {\n  rankdir=LR; node [shape=box];\n");
    for (size_t i = 0; i < x->jobs.n; i++) {
        if (x->jobs.at[i].inner)
            continue;
        buf_str(b, "  ");
        put_quoted(b, x->jobs.at[i].id);
        buf_str(b, x->forecast.at[i].slack == 0 ? " [style=bold];\n" : ";\n");
        struct listed l = {.x = x, .text = b, .to = i};
        plan_needs(x, i, dot_need, &l);
    }
    buf_str(b, "}\n");
}

int plan_print(const struct plan_jobs *x, const struct forecast *f, int slots, enum plan_form form)
{
    AUTO(buf_free) struct buf b = {0};
    if (form == PLAN_JSON)
        put_json(&b, x, f, slots);
    else if (form == PLAN_DOT)
        put_dot(&b, x);
    else
        put_text(&b, x, f, slots);
    return cli_print(&b);
}
