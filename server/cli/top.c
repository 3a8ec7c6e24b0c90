/* SPDX-License-Identifier: Apache-2.0 */
/* fettle top: the server at a glance, again and again until a person has seen enough; once, as text, with --once. */
#include "server/cli/patience.h"
#include "server/cli/picture.h"
#include "server/cli/table.h"

static const msec_t LOOK_MS = 1000, AWAY_MS = 10 * 60 * 1000;
enum { RUNS_MOST = 20 /* that are looked into */, ROWS_OF_TEXT = 1000 };

struct look {
    struct jdoc *stats, *queue, *list, *runs[RUNS_MOST];
    size_t n_runs;
};

static void look_free(struct look *l)
{
    jdoc_free(&l->stats);
    jdoc_free(&l->queue);
    jdoc_free(&l->list);
    for (size_t i = 0; i < l->n_runs; i++)
        jdoc_free(&l->runs[i]);
    l->n_runs = 0;
}

static int look_into_runs(struct patience *p, struct look *l)
{
    const struct jval *runs = jval_get(jdoc_root(l->list), "runs");
    int rc = CLI_OK;
    for (size_t i = 0; rc == CLI_OK && i < jval_len(runs) && l->n_runs < RUNS_MOST; i++) {
        AUTO(buf_free) struct buf path = {0};
        struct jdoc *run = NULL;
        buf_fmt(&path, "/api/v1/runs/%.*s", SV_ARG(jval_str(jval_get(jval_item(runs, i), "id"))));
        rc = patient_look(p, path.p, &run);
        if (run)
            l->runs[l->n_runs++] = run;
    }
    return rc;
}

/* CLI_OK with *ret untouched when the server is away and waited for. */
static int look(struct patience *p, struct look *ret)
{
    struct look l = {0};
    int rc = patient_look(p, "/api/v1/stats", &l.stats);
    if (rc == CLI_OK && l.stats)
        rc = patient_look(p, "/api/v1/queue?limit=100", &l.queue);
    if (rc == CLI_OK && l.queue)
        rc = patient_look(p, "/api/v1/runs?state=running&limit=20", &l.list);
    if (rc == CLI_OK && l.list)
        rc = look_into_runs(p, &l);
    if (rc == CLI_OK && l.list) {
        look_free(ret);
        *ret = l;
    } else {
        look_free(&l);
    }
    return rc;
}

static void draw(const struct picture *p, const struct look *l)
{
    const struct jval *runs[RUNS_MOST];
    struct overview o = {.stats = jdoc_root(l->stats), .queue = jdoc_root(l->queue), .runs = runs};
    for (; o.n_runs < l->n_runs; o.n_runs++)
        runs[o.n_runs] = jdoc_root(l->runs[o.n_runs]);
    picture_server(p, &o);
}

static int print_json(const struct look *l)
{
    AUTO(buf_free) struct buf b = {0};
    struct jout j = {.buf = &b};
    jout_open(&j, '{');
    jout_kint(&j, "schema", 1);
    jout_key(&j, "stats");
    jout_val(&j, jdoc_root(l->stats));
    jout_key(&j, "queue");
    jout_val(&j, jdoc_root(l->queue));
    jout_key(&j, "runs");
    jout_open(&j, '[');
    for (size_t i = 0; i < l->n_runs; i++)
        jout_val(&j, jdoc_root(l->runs[i]));
    jout_close(&j, ']');
    jout_close(&j, '}');
    buf_chr(&b, '\n');
    return cli_print(&b);
}

static int once(struct patience *p, struct look *l, enum cli_format format)
{
    AUTO(buf_free) struct buf b = {0};
    struct screen_size size = screen_size();
    int rc = look(p, l);
    if (rc != CLI_OK || format == FORMAT_JSON)
        return rc == CLI_OK ? print_json(l) : rc;
    const struct picture picture = {.size = {ROWS_OF_TEXT, size.columns},
                                    .now = clk_wall_ms(),
                                    .signs = screen_has_lines() ? GRAPH_LINES : GRAPH_ASCII,
                                    .out = &b};
    draw(&picture, l);
    return cli_print(&b);
}

static int go_on(struct patience *p, struct look *l)
{
    AUTO(screen_close) struct screen *s = NULL;
    int rc = look(p, l);
    if (rc != CLI_OK)
        return rc;
    s = screen_open(SCREEN_WHOLE);
    for (int key = SCREEN_NOTHING; rc == CLI_OK; rc = look(p, l)) {
        AUTO(buf_free) struct buf b = {0};
        struct picture picture = {.size = screen_size(), .now = clk_wall_ms(), .out = &b};
        picture.signs = screen_has_lines() ? GRAPH_LINES : GRAPH_ASCII;
        draw(&picture, l);
        if (p->away_since) {
            buf_str(&b, "\nthe server does not answer for ");
            picture_time(clk_mono_ms() - p->away_since, &b);
            buf_str(&b, "; it is waited for\n");
        }
        screen_draw(s, buf_view(&b));
        key = screen_wait(s, LOOK_MS);
        if (key == SCREEN_END || key == 'q')
            return CLI_OK; /* that is how it ends */
    }
    return rc;
}

struct asked {
    struct cli_call call;
    bool once, json;
};

static int run(void *args)
{
    const struct asked *q = args;
    struct look l = {0};
    struct remote *r = NULL;
    if (!q->once && !q->json && !screen_is_possible())
        return cli_fail(CLI_USAGE, "top draws on a terminal, and there is none: --once prints it as text");
    int rc = remote_open(q->call.conf, &r);
    struct patience p = {.remote = r, .give_up_ms = AWAY_MS};
    if (rc == CLI_OK && (q->once || q->json))
        rc = once(&p, &l, q->json ? FORMAT_JSON : FORMAT_TABLE);
    else if (rc == CLI_OK)
        rc = go_on(&p, &l);
    rc = patient_end(&p, rc);
    look_free(&l);
    remote_close(&r);
    return rc;
}

static const struct cli_arg options[] = {
    {"once", 0, CLI_FLAG, NULL, offsetof(struct asked, once), .doc = "prints it as text, and ends"},
    {"json", 0, CLI_FLAG, NULL, offsetof(struct asked, json), .doc = "one JSON object with \"schema\": 1, and ends"},
    {.name = NULL},
};
const struct cli_verb verb_top = {
    .name = "top",
    .doc = "the server live: health, slots, what runs and waits, the forges' budgets",
    .text = "On a terminal, drawn again every second until q or Ctrl-C. A server that is started again meanwhile is "
            "waited for.\n",
    .examples = "fettle top\nfettle top --once\n",
    .exits = CLI_EXITS_SERVER,
    .options = {{options, 0}, {cli_config_group, 0}},
    .size = sizeof(struct asked),
    .run = run,
};
