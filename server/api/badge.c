/* SPDX-License-Identifier: Apache-2.0 */
#include "server/api/badge.h"
#include "server/api/svg.h"
#include "server/cli/term.h"

enum { NAME_MOST = 60, COLUMN = 7, PAD = 10, HEIGHT = 20 };

static const char *colour(enum conclusion c)
{
    return c == CONC_SUCCESS                                            ? "#1a7f37"
           : c == CONC_NONE || c == CONC_CANCELLED || c == CONC_SKIPPED ? "#59636e"
                                                                        : "#cf222e";
}

static void put_half(struct buf *out, int at, int width, const char *fill, struct sv safe)
{
    buf_fmt(out,
            "<rect x=\"%d\" width=\"%d\" height=\"%d\" fill=\"%s\"/><text x=\"%d\" y=\"14\" textLength=\"%d\" "
            "lengthAdjust=\"spacingAndGlyphs\">%.*s</text>",
            at, width, HEIGHT, fill, at + PAD / 2, width - PAD, SV_ARG(safe));
}

/* Both halves in colours of their own, so it reads alike on light and dark. The text is fitted to what is reckoned for
 * it, whatever the reader's font. */
void badge_svg(struct sv name, enum conclusion c, struct buf *out)
{
    AUTO(buf_free) struct buf safe = {0}, shown = {0};
    struct sv word = sv_of(c == CONC_NONE ? "no runs" : conclusion_name[c]);
    text_put_cut(name, NAME_MOST, &shown);
    svg_text(buf_view(&shown), NAME_MOST, &safe);
    size_t columns = text_width(buf_view(&shown));
    int left = (int)(columns ? columns : 1) * COLUMN + PAD, right = (int)word.n * COLUMN + PAD;
    buf_fmt(out,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" role=\"img\" "
            "aria-labelledby=\"t\"><title id=\"t\">%.*s: %.*s</title><clipPath id=\"r\"><rect width=\"%d\" "
            "height=\"%d\" rx=\"4\"/></clipPath><g clip-path=\"url(#r)\" fill=\"#fff\" font-family=\"system-ui,"
            "sans-serif\" font-size=\"11\">",
            left + right, HEIGHT, SV_ARG(buf_view(&safe)), SV_ARG(word), left + right, HEIGHT);
    put_half(out, 0, left, "#24292f", buf_view(&safe));
    put_half(out, left, right, colour(c), word);
    buf_str(out, "</g></svg>\n");
}
