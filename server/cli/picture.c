/* SPDX-License-Identifier: Apache-2.0 */
#include "server/cli/picture.h"
#include "server/cli/term.h"

void picture_time(msec_t ms, struct buf *out)
{
    long long s = ms > 0 ? ms / 1000 : 0;
    if (s < 60)
        buf_fmt(out, "%llds", s);
    else if (s < 3600)
        buf_fmt(out, "%lldm %02llds", s / 60, s % 60);
    else if (s < 86400)
        buf_fmt(out, "%lldh %02lldm", s / 3600, s / 60 % 60);
    else
        buf_fmt(out, "%lldd %02lldh", s / 86400, s / 3600 % 24);
}

void picture_cell(struct sv text, size_t columns, struct buf *out)
{
    AUTO(buf_free) struct buf safe = {0};
    cli_text(text, &safe);
    text_put_cut(buf_view(&safe), columns, out);
    for (size_t n = text_width(buf_view(&safe)); n < columns; n++)
        buf_chr(out, ' ');
}

void picture_since(const struct jval *o, const char *from, msec_t now, struct buf *out)
{
    msec_t start, end;
    if (!when_parse(jval_str(jval_get(o, "started_at")), &start) && !when_parse(jval_str(jval_get(o, from)), &start))
        return;
    if (!when_parse(jval_str(jval_get(o, "ended_at")), &end))
        end = now;
    picture_time(end - start, out);
}

void picture_end_line(struct buf *out)
{
    while (out->n && out->p[out->n - 1] == ' ')
        out->n--;
    buf_chr(out, '\n');
}
