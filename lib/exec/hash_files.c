/* SPDX-License-Identifier: Apache-2.0 */
#include "exec/hash_files.h"
#include <errno.h>
#include <unistd.h>
#include "exec/walk_files.h"
#include "fmt/enc.h"
#include "fmt/hmac.h"

struct hashing {
    uint64_t bytes; /* that may still be read */
    struct digest *all;
    bool found;
};

static int hash_bytes(struct hashing *h, const char *path, int fd, struct digest *d, struct err *e)
{
    AUTO(mem_freep) char *part = mem_new(1 << 16);
    for (;;) {
        ssize_t n = read(fd, part, 1 << 16);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return err_errno(e, "%s", path);
        if (n == 0)
            return 0;
        if ((uint64_t)n > h->bytes)
            return err_set(e, ERR_INVALID, "there is too much to read");
        h->bytes -= (uint64_t)n;
        digest_add(d, part, (size_t)n);
    }
}

static int hash_file(void *ctx, const char *path, int fd, const struct stat *st, struct err *e)
{
    struct hashing *h = ctx;
    uint8_t sum[SHA256_LEN];
    (void)st;
    struct digest *d = digest_new();
    int rc = hash_bytes(h, path, fd, d, e);
    if (rc == 0) {
        digest_end(d, sum);
        digest_add(h->all, sum, sizeof sum);
        h->found = true;
    }
    digest_free(&d);
    return rc;
}

int hash_files(int dir, const struct file_patterns *p, const struct hash_limits *limits, struct buf *ret, struct err *e)
{
    uint8_t sum[SHA256_LEN];
    struct hashing h = {.bytes = limits && limits->bytes ? limits->bytes : HASH_BYTES, .all = digest_new()};
    int rc = walk_files(dir, p, limits ? limits->entries : 0, hash_file, &h, e);
    if (rc == 0 && h.found) {
        digest_end(h.all, sum);
        hex_put(ret, sum, sizeof sum);
    }
    digest_free(&h.all);
    return rc < 0 ? err_add(e, "hashFiles") : 0;
}
