/* SPDX-License-Identifier: Apache-2.0 */
/* One field line, RFC 9112 section 5: its shape, here; what it means for framing, in codec_known.c. */
#include "http/codec_state.h"

static const char *value_reason(char bad)
{
    return (uint8_t)bad >= 0x80 ? "obs-text" : "value-control";
}

/* A field without a colon, or with something in front of it that is no name. */
static bool refuse_name(struct http_codec *c, struct sv line, size_t good)
{
    if (good == line.n)
        return codec_refuse(c, 400, "no-colon");
    if (line.p[good] == ':')
        return codec_refuse(c, 400, "empty-field-name");
    if (line.p[good] == ' ' || line.p[good] == '\t')
        return codec_refuse(c, 400, good == 0 ? "obs-fold" : "blank-in-field-name");
    return codec_refuse(c, 400, "field-name-char");
}

static bool blank(char ch)
{
    return ch == ' ' || ch == '\t';
}

bool codec_field_line(struct http_codec *c, struct sv line)
{
    size_t good = codec_span(line, CH_TOKEN);
    if (good == 0 || good == line.n || line.p[good] != ':')
        return refuse_name(c, line, good);
    struct sv name = sv_cut(line, good), value = sv_from(line, good + 1);
    size_t clean = codec_span(value, CH_VALUE);
    if (clean != value.n)
        return codec_refuse(c, 400, value_reason(value.p[clean]));
    if (c->spans.n == c->lim.fields)
        return codec_refuse(c, 431, "too-many-fields");
    while (value.n > 0 && blank(value.p[0]))
        value = sv_from(value, 1);
    while (value.n > 0 && blank(value.p[value.n - 1]))
        value.n--;
    struct field_span f = {
        .name = {(uint32_t)(name.p - c->head.p), (uint32_t)name.n},
        .value = {(uint32_t)(value.p - c->head.p), (uint32_t)value.n},
    };
    VEC_PUSH(&c->spans, f);
    return codec_known_field(c, name, value);
}
