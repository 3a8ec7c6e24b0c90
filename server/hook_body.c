/* SPDX-License-Identifier: Apache-2.0 */
#include "server/hook_body.h"
#include <fcntl.h>
#include "base/file.h"

enum { IN_MEMORY = 256 * 1024 };
/* When memory has its share, small bodies are spooled too. */
static const int64_t SPOOL_TOTAL = (int64_t)1 << 30, MEMORY_TOTAL = 128 << 20;
static int64_t spooled, held; /* of all threads */

void hook_body_init(struct hook_body *b)
{
    *b = (struct hook_body){.spool = -1};
}

static void release(struct hook_body *b)
{
    if (b->spool >= 0)
        __atomic_fetch_sub(&spooled, b->size, __ATOMIC_RELAXED);
    else
        __atomic_fetch_sub(&held, (int64_t)b->text.n, __ATOMIC_RELAXED);
}

static int spool_file(const char *state_dir)
{
    AUTO(buf_free) struct buf path = {0};
    buf_fmt(&path, "%s/spool", state_dir);
    return open(path.p, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
}

static bool spool_add(struct hook_body *b, const char *state_dir, const char *p, size_t n)
{
    if (b->spool < 0) {
        int fd = spool_file(state_dir);
        if (fd < 0)
            return false;
        release(b);
        b->spool = fd;
        __atomic_fetch_add(&spooled, b->size, __ATOMIC_RELAXED);
        bool written = fd_write_all(fd, b->text.p, b->text.n) == 0;
        buf_free(&b->text);
        if (!written)
            return false;
    }
    /* Counted in full before the check, so that release gives back exactly what was taken. */
    int64_t total = __atomic_add_fetch(&spooled, (int64_t)n, __ATOMIC_RELAXED);
    b->size += (int64_t)n;
    return total <= SPOOL_TOTAL && fd_write_all(b->spool, p, n) == 0;
}

void hook_body_add(struct hook_body *b, const char *state_dir, const char *p, size_t n)
{
    if (b->no_room)
        return;
    bool room = __atomic_load_n(&held, __ATOMIC_RELAXED) < MEMORY_TOTAL;
    if (b->spool < 0 && b->text.n + n <= IN_MEMORY && room) {
        buf_add(&b->text, p, n);
        __atomic_fetch_add(&held, (int64_t)n, __ATOMIC_RELAXED);
        b->size += (int64_t)n;
    } else {
        b->no_room = !spool_add(b, state_dir, p, n);
    }
}

char *hook_body_take(struct hook_body *b, int *ret_spool)
{
    release(b);
    *ret_spool = b->spool;
    b->spool = -1;
    return *ret_spool < 0 ? buf_take(&b->text) : NULL;
}

void hook_body_free(struct hook_body *b)
{
    release(b);
    fd_closep(&b->spool);
    buf_free(&b->text);
}
