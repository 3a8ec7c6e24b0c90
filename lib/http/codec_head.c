/* SPDX-License-Identifier: Apache-2.0 */
/* From lines to a head: line ends, framing settled (RFC 9112 section 6.3), fields in the caller's form. */
#include "http/codec_state.h"

bool codec_strip_eol(struct http_codec *c, struct sv *line)
{
    if (line->n < 2 || line->p[line->n - 2] != '\r')
        return codec_refuse(c, 400, "bare-lf");
    line->n -= 2;
    if (memchr(line->p, '\r', line->n))
        return codec_refuse(c, 400, "bare-cr");
    if (memchr(line->p, '\0', line->n))
        return codec_refuse(c, 400, "nul");
    return true;
}

static struct sv text(const struct http_codec *c, struct span s)
{
    return sv_n(c->head.p + s.at, s.n);
}

static void publish_fields(struct http_codec *c)
{
    if (c->fields_cap < c->spans.n) {
        c->fields_cap = c->spans.cap;
        c->fields = mem_resize(c->fields, c->fields_cap, sizeof *c->fields);
    }
    for (size_t i = 0; i < c->spans.n; i++) {
        const struct field_span *f = &c->spans.at[i];
        c->fields[i] = (struct http_field){text(c, f->name), text(c, f->value)};
    }
}

static void publish(struct http_codec *c)
{
    const struct head_facts *f = &c->facts;
    struct sv target = text(c, f->target);
    bool chunked = f->codings > 0;
    int64_t length = f->lengths ? f->length : -1;
    publish_fields(c);
    c->h = (struct http_head){
        .method = text(c, f->method),
        .target = target,
        .path = sv_cut(target, f->target_query),
        .query = f->target_query < target.n ? sv_from(target, f->target_query + 1) : SV_NONE,
        .host = f->hosts ? text(c, f->host) : SV_NONE,
        .fields = c->fields,
        .n_fields = c->spans.n,
        .minor = f->minor,
        .keep_alive = !f->close && (f->minor == 1 || f->keep_alive),
        .expect_continue = f->expect && f->minor == 1 && (chunked || length > 0),
        .chunked = chunked,
        .content_length = length,
    };
}

bool codec_head_done(struct http_codec *c)
{
    const struct head_facts *f = &c->facts;
    if (f->hosts == 0 && f->minor == 1)
        return codec_refuse(c, 400, "no-host");
    if (f->codings && f->lengths)
        return codec_refuse(c, 400, "length-and-chunked");
    if (f->codings && f->minor == 0)
        return codec_refuse(c, 400, "chunked-in-1.0");
    publish(c);
    return true;
}

struct sv http_header(const struct http_head *h, const char *name)
{
    struct sv want = sv_of(name);
    for (size_t i = 0; i < h->n_fields; i++) {
        if (sv_ieq(h->fields[i].name, want))
            return h->fields[i].value;
    }
    return SV_NONE;
}
