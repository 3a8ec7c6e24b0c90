/* SPDX-License-Identifier: Apache-2.0 */
/* Colours are classes that follow the reader's light or dark; a sign and a word stand beside them. Each box is a
 * picture of its own, so that no name can leave it. */
#include <stdio.h>
#include "server/api/run_boxes.h"
#include "server/api/svg.h"

enum { WIDTH = BOX_WIDTH, HEIGHT = BOX_HEIGHT, MARGIN = 12, TITLE = 30, TURN = 28, NAME_MOST = 26, TITLE_MOST = 300 };

static const char style[] =
    "<style>text{font:13px system-ui,sans-serif;fill:#1f2328}.s{font-size:11px;fill:#59636e}"
    "rect{fill:#f6f8fa;stroke:#59636e;stroke-width:1.5}path{fill:none;stroke:#818b98;stroke-width:1.5}"
    ".good rect{stroke:#1a7f37}.bad rect{stroke:#cf222e}.run rect{stroke:#9a6700}.off rect{stroke-dasharray:4 3}"
    ".good .i{fill:#1a7f37}.bad .i{fill:#cf222e}.run .i{fill:#9a6700}"
    ".c rect{stroke-width:3.5}path.c{stroke-width:3.5;stroke:#1f2328}.c .n{font-weight:700}"
    "@media(prefers-color-scheme:dark){text{fill:#f0f6fc}.s{fill:#9198a1}rect{fill:#151b23;stroke:#9198a1}"
    "path{stroke:#656c76}.good rect{stroke:#3fb950}.bad rect{stroke:#f85149}.run rect{stroke:#d29922}"
    ".good .i{fill:#3fb950}.bad .i{fill:#f85149}.run .i{fill:#d29922}path.c{stroke:#f0f6fc}}</style>";

struct drawing {
    const struct boxes *b;
    msec_t now;
    struct buf *out;
};

static void put_time(struct buf *out, msec_t ms)
{
    long long s = (long long)(ms / 1000);
    if (s >= 3600)
        buf_fmt(out, "%lld h %lld m", s / 3600, s / 60 % 60);
    else if (s >= 60)
        buf_fmt(out, "%lld m %lld s", s / 60, s % 60);
    else if (s >= 10)
        buf_fmt(out, "%lld s", s);
    else
        buf_fmt(out, "%lld.%lld s", s, (long long)(ms / 100 % 10));
}

/* Of a box, or of a point that an edge goes through. */
static int left_of(const struct drawing *d, size_t box)
{
    return placing_left(&d->b->placing, box);
}

static int top_of(const struct drawing *d, size_t box)
{
    return TITLE + placing_top(&d->b->placing, box);
}

static void put_curve(const struct drawing *d, int x, int y, int to_x, int to_y)
{
    buf_fmt(d->out, "C%d %d %d %d %d %d", x + TURN, y, to_x - TURN, to_y, to_x, to_y);
}

static void put_edge(const struct drawing *d, const struct layout_edge *e)
{
    int x = left_of(d, e->from) + WIDTH, y = top_of(d, e->from) + HEIGHT / 2;
    int to_x = left_of(d, e->to), to_y = top_of(d, e->to) + HEIGHT / 2;
    buf_fmt(d->out, "<path%s d=\"M%d %d", e->critical ? " class=\"c\"" : "", x, y);
    for (size_t i = 0; i < e->n_points; i++) {
        int px = left_of(d, e->first_point + i), py = top_of(d, e->first_point + i) + HEIGHT / 2;
        put_curve(d, x, y, px, py);
        x = px + WIDTH;
        y = py;
        buf_fmt(d->out, "H%d", x);
    }
    put_curve(d, x, y, to_x, to_y);
    buf_str(d->out, "\"/>");
}

static void put_state(const struct drawing *d, const struct box *b)
{
    const struct job *j = b->job;
    msec_t ms = box_time(j, d->now);
    buf_str(d->out, svg_word(j->state, j->conclusion));
    if (j->state != WORK_DONE && j->hold)
        buf_fmt(d->out, ", %s", job_hold_name[j->hold]);
    if (b->legs)
        buf_fmt(d->out, " · %zu of %zu done", b->legs_done, b->legs);
    if (ms) {
        buf_str(d->out, " · ");
        put_time(d->out, ms);
    }
}

static void put_box(const struct drawing *d, size_t i)
{
    const struct box *b = &d->b->at[i];
    const struct job *j = b->job;
    struct sv name = sv_of(j->name && *j->name ? j->name : j->key);
    buf_fmt(d->out, "<svg x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\"><g class=\"%s%s\"><title>", left_of(d, i),
            top_of(d, i), WIDTH, HEIGHT, svg_class(j->state, j->conclusion), d->b->layout.critical[i] ? " c" : "");
    svg_text(name, TITLE_MOST, d->out);
    buf_str(d->out, ": ");
    put_state(d, b);
    if (j->detail && *j->detail) {
        buf_str(d->out, ". ");
        svg_text(sv_of(j->detail), TITLE_MOST, d->out);
    }
    buf_fmt(d->out,
            "</title><rect x=\"2\" y=\"2\" width=\"%d\" height=\"%d\" rx=\"6\"/><text class=\"i\" x=\"12\" "
            "y=\"20\">%s</text><text class=\"n\" x=\"30\" y=\"20\">",
            WIDTH - 4, HEIGHT - 4, svg_sign(j->state, j->conclusion));
    svg_text(name, NAME_MOST, d->out);
    buf_str(d->out, "</text><text class=\"s\" x=\"30\" y=\"36\">");
    put_state(d, b);
    buf_str(d->out, "</text></g></svg>");
}

static void put_title(const struct drawing *d, const struct run *r, size_t most)
{
    svg_text(sv_of(r->name ? r->name : r->workflow), most, d->out);
    buf_fmt(d->out, " #%lld: %s", (long long)r->number, svg_word(r->state, r->conclusion));
}

static void open_picture(const struct drawing *d, const struct run *r)
{
    int width = boxes_width(d->b), height = TITLE + boxes_height(d->b);
    buf_fmt(d->out,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\" role=\"img\" "
            "aria-labelledby=\"t\"><title id=\"t\">",
            width, height, width, height);
    put_title(d, r, TITLE_MOST);
    buf_fmt(d->out, "</title>%s<text class=\"n\" x=\"%d\" y=\"%d\">", style, MARGIN + 2, MARGIN + 14);
    put_title(d, r, d->b->layout.n_layers > 1 ? TITLE_MOST / 5 : NAME_MOST / 2);
    if (d->b->left_out)
        buf_fmt(d->out, " (%zu more jobs are not drawn)", d->b->left_out);
    buf_str(d->out, "</text>");
}

void run_graph_svg(const struct run *r, msec_t now, struct buf *out)
{
    AUTO(arena_free) struct arena a = {0};
    struct boxes b;
    boxes_make(r, now, &a, &b);
    struct drawing d = {&b, now, out};
    const struct layout_edge *edge;
    open_picture(&d, r);
    for (size_t at = 0; (edge = boxes_edge(&b, &at));)
        put_edge(&d, edge);
    for (size_t i = 0; i < b.n; i++)
        put_box(&d, i);
    buf_str(out, "</svg>\n");
}
