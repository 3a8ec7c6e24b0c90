/* SPDX-License-Identifier: Apache-2.0 */
#include "merge/memory.h"
#include "fmt/enc.h"
#include "fmt/hmac.h"

static void add(struct buf *b, struct sv s)
{
    buf_fmt(b, "%zu\n", s.n);
    buf_sv(b, s);
}

static bool is_first(struct sv x, struct sv y)
{
    size_t n = x.n < y.n ? x.n : y.n;
    int c = n ? memcmp(x.p, y.p, n) : 0;
    return c ? c < 0 : x.n <= y.n;
}

void merge_key(const char *path, struct sv base, struct sv ours, struct sv theirs, char ret[MERGE_KEY_LEN + 1])
{
    AUTO(buf_free) struct buf all = {0}, hex = {0};
    uint8_t digest[SHA256_LEN];
    struct sv name = sv_of(path);
    bool ours_first = is_first(ours, theirs);
    add(&all, sv_from(name, (size_t)(sv_rchr(name, '/') + 1)));
    add(&all, base);
    add(&all, ours_first ? ours : theirs);
    add(&all, ours_first ? theirs : ours);
    sha256(all.p, all.n, digest);
    hex_put(&hex, digest, sizeof digest);
    memcpy(ret, hex.p, MERGE_KEY_LEN + 1);
}
