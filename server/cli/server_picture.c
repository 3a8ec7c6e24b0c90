/* SPDX-License-Identifier: Apache-2.0 */
#include "server/cli/list.h"
#include "server/cli/picture.h"
#include "server/cli/term.h"

enum { BAR_MOST = 20, ID_COLUMNS = 13, WORD_LEAST = 12, WORD_MOST = 24, TIME_COLUMNS = 7 };

static struct sv text_of(const struct jval *o, const char *member)
{
    return jval_str(jval_get(o, member));
}

static long long number(const struct jval *o, const char *member)
{
    int64_t n = 0;
    jval_int(jval_get(o, member), &n);
    return n;
}

static size_t columns_of(const struct picture *p)
{
    return (size_t)p->size.columns - 1;
}

static void put_title(const struct picture *p, const char *title)
{
    buf_fmt(p->out, "\n%s\n", title);
}

/* ---- the head ---- */

static void put_health(const struct picture *p, const struct overview *o)
{
    AUTO(buf_free) struct buf line = {0};
    bool ready = jval_true(jval_get(o->stats, "ready"));
    msec_t since;
    buf_str(p->out, "fettle ");
    cli_text(text_of(o->stats, "version"), p->out);
    buf_str(p->out, "  ");
    put_word(p->out, ready ? SV("ready") : SV("not ready"));
    if (jval_true(jval_get(o->stats, "draining")))
        buf_str(&line, "  draining");
    else if (!ready)
        buf_fmt(&line, "  store: %.*s", SV_ARG(text_of(o->stats, "store")));
    if (when_parse(text_of(o->stats, "ready_at"), &since)) {
        buf_str(&line, "  up ");
        picture_time(p->now - since, &line);
    }
    picture_cell(buf_view(&line), columns_of(p) > 24 ? columns_of(p) - 24 : 1, p->out);
    picture_end_line(p->out);
}

static void put_bar(const struct picture *p, long long part, long long whole)
{
    long long n = whole > BAR_MOST ? BAR_MOST : whole, full = whole > 0 ? part * n / whole : 0;
    bool lines = p->signs == GRAPH_LINES;
    buf_chr(p->out, '[');
    for (long long i = 0; i < n; i++)
        buf_str(p->out, i < full ? (lines ? "█" : "#") : (lines ? "░" : "."));
    buf_chr(p->out, ']');
}

static void put_counts(const struct picture *p, const struct overview *o)
{
    long long busy = number(o->stats, "slots_busy"), slots = number(o->stats, "slots");
    buf_str(p->out, "slots ");
    put_bar(p, busy, slots);
    buf_fmt(p->out, " %lld of %lld   %lld runs open   %lld waiting%s   %lld effects\n", busy, slots,
            number(o->stats, "runs"), number(o->queue, "waiting"),
            jval_true(jval_get(o->queue, "paused")) ? " (paused)" : "", number(o->stats, "effects"));
}

/* ---- jobs ---- */

/* Two words get what the fixed columns leave. */
static void put_job(const struct picture *p, struct sv run, struct sv workflow, struct sv job, struct sv time,
                    struct sv rest)
{
    size_t columns = columns_of(p), word = columns / 6;
    word = word < WORD_LEAST ? WORD_LEAST : word > WORD_MOST ? WORD_MOST : word;
    size_t key = word + word / 2, used = ID_COLUMNS + word + key + TIME_COLUMNS + 8;
    picture_cell(run, ID_COLUMNS, p->out);
    buf_str(p->out, "  ");
    picture_cell(workflow, word, p->out);
    buf_str(p->out, "  ");
    picture_cell(job, key, p->out);
    buf_fmt(p->out, "  %*s%.*s  ", (int)(time.n < TIME_COLUMNS ? TIME_COLUMNS - time.n : 0), "", SV_ARG(time));
    if (columns > used)
        picture_cell(rest, columns - used, p->out);
    picture_end_line(p->out);
}

static bool is_running_job(const struct jval *job)
{
    return sv_is(text_of(job, "state"), "running") && sv_is(text_of(job, "kind"), "steps");
}

static struct sv step_of(const struct jval *job)
{
    const struct jval *steps = jval_get(job, "steps");
    for (size_t i = 0; i < jval_len(steps); i++)
        if (sv_is(text_of(jval_item(steps, i), "state"), "running"))
            return text_of(jval_item(steps, i), "name");
    return SV("");
}

static size_t put_running(const struct picture *p, const struct overview *o, size_t room)
{
    size_t shown = 0, all = 0;
    for (size_t i = 0; i < o->n_runs; i++) {
        const struct jval *jobs = jval_get(o->runs[i], "jobs");
        for (size_t k = 0; k < jval_len(jobs); k++) {
            const struct jval *job = jval_item(jobs, k);
            AUTO(buf_free) struct buf since = {0};
            if (!is_running_job(job) || ++all > room)
                continue;
            picture_since(job, "-", p->now, &since);
            if (shown++ == 0)
                put_title(p, "RUNNING");
            put_job(p, text_of(o->runs[i], "id"), text_of(o->runs[i], "workflow"), text_of(job, "key"),
                    buf_view(&since), step_of(job));
        }
    }
    if (all > shown)
        buf_fmt(p->out, "%zu more\n", all - shown);
    return shown;
}

static void put_waiting(const struct picture *p, const struct overview *o, size_t room)
{
    const struct jval *jobs = jval_get(o->queue, "jobs");
    size_t n = jval_len(jobs);
    if (n)
        put_title(p, "WAITING");
    for (size_t i = 0; i < n && i < room; i++) {
        const struct jval *x = jval_item(jobs, i);
        put_job(p, text_of(x, "run"), text_of(x, "workflow"), text_of(x, "key"),
                jval_true(jval_get(x, "bumped")) ? SV("first") : text_of(x, "priority"), text_of(x, "why"));
    }
    if (n > room)
        buf_fmt(p->out, "%lld more (fettle queue)\n", number(o->queue, "waiting") - (long long)room);
}

/* ---- forges ---- */

static void put_forge(const struct picture *p, const struct jval *f)
{
    AUTO(buf_free) struct buf line = {0};
    const struct jval *budgets = jval_get(f, "budgets");
    for (size_t i = 0; i < jval_len(budgets); i++) {
        const struct jval *b = jval_item(budgets, i);
        buf_fmt(&line, "%.*s %lld/%lld  ", SV_ARG(text_of(b, "limit")), number(b, "left"), number(b, "of"));
    }
    if (!jval_len(budgets))
        buf_str(&line, "no limits  ");
    if (number(f, "in_flight"))
        buf_fmt(&line, "%lld calls under way  ", number(f, "in_flight"));
    if (number(f, "waiting"))
        buf_fmt(&line, "%lld wait  ", number(f, "waiting"));
    if (number(f, "rest_s"))
        buf_fmt(&line, "rests %llds  ", number(f, "rest_s"));
    if (!sv_is(text_of(f, "breaker"), "closed"))
        buf_fmt(&line, "not reached (%.*s)  ", SV_ARG(text_of(f, "breaker")));
    picture_cell(text_of(f, "forge"), ID_COLUMNS, p->out);
    buf_str(p->out, "  ");
    picture_cell(buf_view(&line), columns_of(p) - ID_COLUMNS - 2, p->out);
    picture_end_line(p->out);
}

void picture_server(const struct picture *p, const struct overview *o)
{
    const struct jval *forges = jval_get(o->stats, "forges");
    size_t n = jval_len(forges), frame = 2 + 3 + 3 + (n ? n + 2 : 0) + 2;
    size_t room = (size_t)p->size.rows > frame + 2 ? (size_t)p->size.rows - frame : 2;
    put_health(p, o);
    put_counts(p, o);
    size_t used = put_running(p, o, room - room / 3);
    put_waiting(p, o, room > used ? room - used : 1);
    if (n)
        put_title(p, "FORGES   calls that may go at once");
    for (size_t i = 0; i < n; i++)
        put_forge(p, jval_item(forges, i));
}
