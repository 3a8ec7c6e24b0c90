/* SPDX-License-Identifier: Apache-2.0 */
/* Read in pieces, read whole and taken apart the simple way give the same. The first byte of the input chooses how
 * the text is cut. */
#include <stdlib.h>
#include "fmt/enc.h"

static void require(bool holds)
{
    if (!holds)
        abort();
}

static void collect(void *ctx, const char *p, size_t n)
{
    buf_add(ctx, p, n);
}

static int read_in_pieces(struct sv body, size_t step, struct buf *ret)
{
    struct form_reader f = {.name = "payload", .out = collect, .ctx = ret};
    int rc = 0;
    for (size_t i = 0; i < body.n; i += step) {
        int now = form_feed(&f, sv_cut(sv_from(body, i), step));
        require(now <= rc);
        rc = now;
    }
    int end = form_end(&f);
    require(end <= rc);
    return end;
}

static bool decode(struct sv text, struct buf *ret)
{
    AUTO(buf_free) struct buf blanks = {0};
    buf_sv(&blanks, text);
    for (size_t i = 0; i < blanks.n; i++)
        if (blanks.p[i] == '+')
            blanks.p[i] = ' ';
    return url_get(buf_view(&blanks), ret);
}

static int read_simply(struct sv body, struct buf *ret)
{
    struct sv pair;
    int seen = 0;
    while (sv_next(&body, '&', &pair)) {
        AUTO(buf_free) struct buf name = {0};
        AUTO(buf_free) struct buf value = {0};
        ptrdiff_t equals = sv_chr(pair, '=');
        struct sv left = equals < 0 ? pair : sv_cut(pair, (size_t)equals);
        struct sv right = equals < 0 ? SV("") : sv_from(pair, (size_t)equals + 1);
        if (!decode(left, &name) || !decode(right, &value))
            return -1;
        if (sv_is(buf_view(&name), "payload")) {
            seen++;
            buf_sv(ret, buf_view(&value));
        }
    }
    return seen == 1 ? 0 : -1;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    AUTO(buf_free) struct buf pieces = {0};
    AUTO(buf_free) struct buf whole = {0};
    AUTO(buf_free) struct buf simple = {0};
    struct sv body = sv_n((const char *)data + 1, size - 1);
    int rc = read_simply(body, &simple);
    require(read_in_pieces(body, 1 + data[0] % 16, &pieces) == rc);
    require(read_in_pieces(body, size, &whole) == rc);
    if (rc == 0)
        require(sv_eq(buf_view(&pieces), buf_view(&simple)) && sv_eq(buf_view(&whole), buf_view(&simple)));
    return 0;
}
