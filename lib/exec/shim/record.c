/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <unistd.h>
#include "exec/shim/shim.h"

static int put_block(const struct buf *b, off_t at, struct err *e)
{
    ssize_t n = pwrite(WIRE_SEAT_FD, b->p, b->n, at);
    return n == (ssize_t)b->n ? 0 : err_errno(e, "write the seat");
}

bool record_is_given(int64_t attempt_id, int64_t epoch)
{
    char text[WIRE_BLOCK];
    ssize_t n = pread(WIRE_SEAT_FD, text, sizeof text, WIRE_GIVEN_AT);
    struct wire_named w;
    return wire_names(sv_n(text, n < 0 ? 0 : (size_t)n), WIRE_GIVEN_HEAD, &w) && w.attempt_id == attempt_id &&
           w.epoch == epoch;
}

static off_t begin_at = WIRE_STARTED_AT; /* of the present attempt */

int record_ready(int64_t attempt_id, int64_t epoch, const char *boot, struct err *e)
{
    AUTO(buf_free) struct buf b = {0};
    wire_name(&b, WIRE_READY_HEAD, attempt_id, epoch, boot);
    begin_at = begin_at == WIRE_STARTED_AT ? WIRE_STARTED_TOO_AT : WIRE_STARTED_AT;
    return put_block(&b, begin_at, e) < 0 ? -1 : record_sync(e);
}

int record_started(int64_t attempt_id, int64_t epoch, const char *boot, struct err *e)
{
    AUTO(buf_free) struct buf b = {0};
    wire_name(&b, WIRE_STARTED_HEAD, attempt_id, epoch, boot);
    return put_block(&b, begin_at, e);
}

int record_holder(struct sv who, struct err *e)
{
    AUTO(buf_free) struct buf b = {0};
    buf_fmt(&b, WIRE_HOLDER_HEAD "%.*s\n", SV_ARG(who));
    wire_seal(&b, WIRE_BLOCK);
    /* With what a shim that was killed here may have left unsynced: the blocks of its attempt come in turn again. */
    return put_block(&b, WIRE_HOLDER_AT, e) < 0 ? -1 : record_sync(e);
}

/* One line, printable: the text may come from a program. */
static void add_detail(struct buf *b, const char *detail)
{
    buf_str(b, "detail ");
    for (const char *c = detail; *c; c++)
        buf_chr(b, (unsigned char)*c < ' ' || *c == 127 ? ' ' : *c);
    buf_chr(b, '\n');
}

static void format(const struct shim_record *r, struct buf *b)
{
    static const char *const reason[] = WIRE_REASONS;
    buf_str(b, WIRE_EXIT_HEAD);
    buf_fmt(b, "attempt %lld\nepoch %lld\nreason %s\ncode %d\nsignal %d\noom %d\n", (long long)r->attempt_id,
            (long long)r->epoch, reason[r->reason], r->code, r->signal, r->oom);
    buf_fmt(b, "log %lld\nrss %lld\ncpu %lld\nfiles %d\n", (long long)r->log_bytes, (long long)r->max_rss_kb,
            (long long)r->cpu_ms, (int)r->files);
    buf_fmt(b, "job %lld\n", (long long)r->job_id);
    if (r->workdir[0] && !strchr(r->workdir, '\n'))
        buf_fmt(b, "dir %s\n", r->workdir);
    if (r->reports[0] && !strchr(r->reports, '\n'))
        buf_fmt(b, "reports %lld %s\n", (long long)r->began_ms, r->reports);
    add_detail(b, r->detail);
    wire_seal(b, WIRE_EXIT_MAX);
}

int record_exit(const struct shim_record *r, struct err *e)
{
    AUTO(buf_free) struct buf b = {0};
    format(r, &b);
    return put_block(&b, WIRE_EXIT_AT, e);
}

int record_sync(struct err *e)
{
    return fdatasync(WIRE_SEAT_FD) < 0 ? err_errno(e, "sync the seat") : 0;
}
