/* SPDX-License-Identifier: Apache-2.0 */
#include "exec/reports.h"
#include <errno.h>
#include <unistd.h>
#include "exec/walk_files.h"

enum { CLOCK_SLACK_MS = 1000 /* file systems have clocks of their own */ };

struct reading {
    struct test_report *report;
    msec_t began;
    size_t files, bytes;
    struct err first; /* what was wrong first */
};

static int read_whole(int fd, size_t max, struct buf *b, struct err *e)
{
    for (;;) {
        buf_reserve(b, 1 << 16);
        ssize_t n = read(fd, b->p + b->n, 1 << 16);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return err_errno(e, "read");
        if (n == 0)
            return 0;
        b->n += (size_t)n;
        if (b->n > max)
            return err_set(e, ERR_INVALID, "larger than %zu bytes", max);
    }
}

static int read_one(struct reading *g, int fd, struct err *e)
{
    AUTO(buf_free) struct buf text = {0};
    size_t left = REPORTS_TOTAL - g->bytes;
    if (read_whole(fd, left < REPORT_BYTES ? left : REPORT_BYTES, &text, e) < 0)
        return -1;
    g->bytes += text.n;
    if (tap_begins(buf_view(&text))) {
        tap_read(g->report, buf_view(&text));
        return 0;
    }
    return junit_read(g->report, buf_view(&text), e);
}

/* What is wrong with one file is told, and the others are read. */
static int take_file(void *ctx, const char *path, int fd, const struct stat *st, struct err *e)
{
    struct reading *g = ctx;
    struct err why = {0};
    msec_t changed = (msec_t)st->st_mtim.tv_sec * 1000 + st->st_mtim.tv_nsec / 1000000;
    if (g->began && changed < g->began - CLOCK_SLACK_MS)
        return 0;
    if (g->files++ == REPORTS_FILES)
        return err_set(e, ERR_INVALID, "there are more than %d reports", REPORTS_FILES);
    if (read_one(g, fd, &why) < 0 && g->first.cls == ERR_OK) {
        g->first = why;
        err_add(&g->first, "%s", path);
    }
    return 0;
}

int reports_read(int dir, struct sv patterns, msec_t began, struct test_report *ret, struct err *e)
{
    AUTO(arena_free) struct arena a = {0};
    struct file_patterns p = {0};
    struct reading g = {.report = ret, .began = began};
    if (file_patterns_add(&p, patterns, SV_NONE, &a, e) < 0)
        return -1;
    if (walk_files(dir, &p, REPORTS_ENTRIES, take_file, &g, e) < 0)
        return -1;
    if (g.first.cls == ERR_OK)
        return 0;
    *e = g.first;
    return -1;
}
