/* SPDX-License-Identifier: Apache-2.0 */
/* The size line of a chunk, RFC 9112 section 7.1: extensions are read, checked and forgotten. */
#include "http/codec_state.h"

/* Index behind the blanks at `i`. */
static size_t skip_blanks(struct sv s, size_t i)
{
    while (i < s.n && (s.p[i] == ' ' || s.p[i] == '\t'))
        i++;
    return i;
}

/* Index behind the token or quoted string at `i`, or 0. */
static size_t skip_value(struct sv s, size_t i)
{
    if (i == s.n || s.p[i] != '"') {
        size_t n = codec_span(sv_from(s, i), CH_TOKEN);
        return n ? i + n : 0;
    }
    for (i++; i < s.n && s.p[i] != '"'; i++) {
        if (s.p[i] == '\\' && i + 1 < s.n && codec_is(s.p[i + 1], CH_VALUE))
            i++;
        else if (!codec_is(s.p[i], CH_QUOTED))
            return 0;
    }
    return i < s.n ? i + 1 : 0;
}

/* *( BWS ";" BWS name [ BWS "=" BWS value ] ) and nothing behind it. */
static bool extensions_ok(struct sv s)
{
    size_t i = 0;
    while (i < s.n) {
        i = skip_blanks(s, i);
        if (i == s.n || s.p[i] != ';')
            return false;
        i = skip_blanks(s, i + 1);
        size_t name = codec_span(sv_from(s, i), CH_TOKEN);
        if (name == 0)
            return false;
        i += name;
        size_t equals = skip_blanks(s, i);
        if (equals < s.n && s.p[equals] == '=') {
            i = skip_value(s, skip_blanks(s, equals + 1));
            if (i == 0)
                return false;
        }
    }
    return true;
}

bool codec_chunk_line(struct http_codec *c, struct sv line, int64_t *ret_size)
{
    size_t digits = codec_span(line, CH_HEX);
    if (digits == 0)
        return codec_refuse(c, 400, "bad-chunk-size");
    uint64_t size = 0;
    for (size_t i = 0; i < digits && i < 16; i++)
        size = size << 4 | (uint64_t)codec_hex(line.p[i]);
    if (digits > 16 || size > INT64_MAX)
        return codec_refuse(c, 400, "chunk-size-overflow");
    struct sv rest = sv_from(line, digits);
    if (rest.n > 0 && rest.p[0] != ';' && rest.p[0] != ' ' && rest.p[0] != '\t')
        return codec_refuse(c, 400, "bad-chunk-size");
    if (!extensions_ok(rest))
        return codec_refuse(c, 400, "bad-chunk-extension");
    *ret_size = (int64_t)size;
    return true;
}
