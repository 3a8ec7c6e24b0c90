/* SPDX-License-Identifier: Apache-2.0 */
#include "exec/seat.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/file.h"
#include "exec/shim/wire.h"

/* Written once, so that later no block is allocated and no size changes. */
static int fill(int fd, int seats_fd, struct err *e)
{
    char empty[WIRE_SEAT_SIZE];
    memset(empty, '\n', sizeof empty);
    if (fd_write_all(fd, empty, sizeof empty) < 0 || fsync(fd) < 0 || fsync(seats_fd) < 0)
        return err_errno(e, "make a seat for an attempt");
    return 0;
}

int seat_open(int seats_fd, int no, int *ret_fd, struct err *e)
{
    char name[24];
    struct stat st;
    snprintf(name, sizeof name, "%d", no);
    AUTO(fd_closep) int fd = openat(seats_fd, name, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0 || fstat(fd, &st) < 0)
        return err_errno(e, "open seat %s", name);
    if (st.st_size < WIRE_SEAT_SIZE && fill(fd, seats_fd, e) < 0)
        return -1;
    *ret_fd = fd;
    fd = -1;
    return 0;
}

/* The folder too: a sandbox that is still there has it, and must not see what the next step gets. */
static int remove_old(int seats_fd, int no, struct err *e)
{
    static const char *const files[] = {WIRE_SCRIPT, WIRE_EVENT, WIRE_FAILED};
    char name[32];
    for (size_t i = 0; i < ARRAY_LEN(files); i++) {
        snprintf(name, sizeof name, "%d%s", no, files[i]);
        if (unlinkat(seats_fd, name, 0) < 0 && errno != ENOENT)
            return err_errno(e, "remove an old script");
    }
    snprintf(name, sizeof name, "%d" WIRE_IN, no);
    /* Only a step without a sandbox can have put something there, and that step could reach it anyway. */
    if (unlinkat(seats_fd, name, AT_REMOVEDIR) < 0 && errno != ENOENT && errno != ENOTEMPTY)
        return err_errno(e, "remove an old script");
    return 0;
}

/* Readable for the other user a root server's sandbox has; nobody else can enter the directory. */
static int open_script(int seats_fd, int no)
{
    const int flags = O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC;
    char name[32];
    snprintf(name, sizeof name, "%d" WIRE_SCRIPT, no);
    int fd = openat(seats_fd, name, flags, 0644);
    if (fd >= 0 || errno != ENOENT)
        return fd;
    snprintf(name, sizeof name, "%d" WIRE_IN, no);
    if (mkdirat(seats_fd, name, 0755) < 0)
        return -1;
    snprintf(name, sizeof name, "%d" WIRE_SCRIPT, no);
    return openat(seats_fd, name, flags, 0644);
}

int seat_script(int seats_fd, int no, struct sv script, bool fresh, struct err *e)
{
    if (fresh && remove_old(seats_fd, no, e) < 0)
        return -1;
    AUTO(fd_closep) int fd = open_script(seats_fd, no);
    struct stat st;
    if (fd < 0 || fstat(fd, &st) < 0 || fd_write_all(fd, script.p, script.n) < 0)
        return err_errno(e, "write the script");
    if (st.st_size > (off_t)script.n && ftruncate(fd, (off_t)script.n) < 0)
        return err_errno(e, "write the script");
    return 0;
}

static int put_block(int fd, const struct buf *b, off_t at)
{
    return pwrite(fd, b->p, b->n, at) == (ssize_t)b->n ? 0 : -1;
}

int seat_give(int fd, int64_t id, int64_t epoch, struct err *e)
{
    AUTO(buf_free) struct buf b = {0};
    wire_name(&b, WIRE_GIVEN_HEAD, id, epoch, boot_id());
    return put_block(fd, &b, WIRE_GIVEN_AT) < 0 ? err_errno(e, "give the attempt a seat") : 0;
}

static bool word(struct sv s, const char *const *names, size_t n, int *ret)
{
    for (size_t i = 0; i < n; i++) {
        if (sv_is(s, names[i])) {
            *ret = (int)i;
            return true;
        }
    }
    return false;
}

static bool small(struct sv s, int *ret)
{
    int64_t v;
    if (!sv_int(s, &v) || v < -1 || v > 65535)
        return false;
    *ret = (int)v;
    return true;
}

/* "<when it began> <patterns, with tabs between them>" */
static bool take_reports(struct exit_record *r, struct sv value)
{
    ptrdiff_t gap = sv_chr(value, ' ');
    if (gap <= 0 || !sv_int(sv_cut(value, (size_t)gap), &r->began_at))
        return false;
    snprintf(r->reports, sizeof r->reports, "%.*s", SV_ARG(sv_from(value, (size_t)gap + 1)));
    for (char *c = r->reports; *c; c++)
        if (*c == '\t')
            *c = '\n';
    return true;
}

static bool take_line(struct exit_record *r, struct sv key, struct sv value)
{
    static const char *const reasons[] = WIRE_REASONS;
    int n;
    if (sv_is(key, "attempt"))
        return sv_int(value, &r->attempt_id);
    if (sv_is(key, "epoch"))
        return sv_int(value, &r->epoch);
    if (sv_is(key, "log"))
        return sv_int(value, &r->log_bytes);
    if (sv_is(key, "rss"))
        return sv_int(value, &r->max_rss_kb);
    if (sv_is(key, "cpu"))
        return sv_int(value, &r->cpu_ms);
    if (sv_is(key, "code"))
        return small(value, &r->exit_code);
    if (sv_is(key, "signal"))
        return small(value, &r->signal);
    if (sv_is(key, "job"))
        return sv_int(value, &r->job_id);
    if (sv_is(key, "dir")) {
        snprintf(r->workdir, sizeof r->workdir, "%.*s", SV_ARG(value));
        return true;
    }
    if (sv_is(key, "reports"))
        return take_reports(r, value);
    if (sv_is(key, "files") && small(value, &n) && n >= 0 && n < WIRE_FILES_N) {
        r->files = (enum exit_files)n;
        return true;
    }
    if (sv_is(key, "detail")) {
        snprintf(r->detail, sizeof r->detail, "%.*s", SV_ARG(value));
        return true;
    }
    if (sv_is(key, "oom") && small(value, &n)) {
        r->oom = n == 1;
        return true;
    }
    if (!sv_is(key, "reason") || !word(value, reasons, ARRAY_LEN(reasons), &n))
        return false;
    r->reason = (enum exit_reason)n;
    return true;
}

static bool parse(struct sv block, struct exit_record *ret)
{
    struct sv rest = wire_lines(block, WIRE_EXIT_HEAD), line;
    if (!rest.p)
        return false;
    while (rest.n && sv_next(&rest, '\n', &line)) {
        ptrdiff_t gap = sv_chr(line, ' ');
        if (gap < 0 || !take_line(ret, sv_cut(line, (size_t)gap), sv_from(line, (size_t)gap + 1)))
            return false;
    }
    return true;
}

struct seen { /* what the seat says about one attempt */
    bool given, ready, started;
    enum { NO_RECORD, BAD_RECORD, GOOD_RECORD } record;
};

/* Not the epoch: that an attempt of this id started is what matters. */
static void look_begin(struct sv block, int64_t id, struct seen *ret)
{
    struct wire_named w;
    block = sv_cut(block, WIRE_BLOCK);
    if (wire_names(block, WIRE_READY_HEAD, &w) && w.attempt_id == id) {
        bool now = sv_is(w.boot, boot_id());
        ret->ready |= now;
        ret->started |= !now;
    }
    ret->started |= wire_names(block, WIRE_STARTED_HEAD, &w) && w.attempt_id == id;
}

static int look(int fd, int64_t id, int64_t epoch, struct seen *ret, struct exit_record *ret_exit, struct err *e)
{
    char text[WIRE_SEAT_SIZE];
    ssize_t n = pread(fd, text, sizeof text, 0);
    struct wire_named w;
    if (n < 0)
        return err_errno(e, "read the seat");
    struct sv all = sv_n(text, (size_t)n);
    *ret = (struct seen){0};
    ret->given = wire_names(sv_cut(all, WIRE_BLOCK), WIRE_GIVEN_HEAD, &w) && w.attempt_id == id &&
                 (!epoch || w.epoch == epoch);
    look_begin(sv_from(all, WIRE_STARTED_AT), id, ret);
    look_begin(sv_from(all, WIRE_STARTED_TOO_AT), id, ret);
    *ret_exit = (struct exit_record){0};
    bool whole = parse(sv_from(all, WIRE_EXIT_AT), ret_exit);
    if (whole && ret_exit->attempt_id == id)
        ret->record = epoch && ret_exit->epoch != epoch ? BAD_RECORD : GOOD_RECORD;
    return 0;
}

int seat_exit(int fd, int64_t id, int64_t epoch, struct exit_record *ret, struct err *e)
{
    struct seen s;
    if (look(fd, id, epoch, &s, ret, e) < 0)
        return -1;
    if (s.record == BAD_RECORD)
        return err_set(e, ERR_INVALID, "the exit record is of another epoch");
    return s.record == GOOD_RECORD ? 0 : err_set(e, ERR_MISSING, "there is no exit record of this attempt");
}

bool seat_names(int fd, int64_t id)
{
    struct seen s = {0};
    struct exit_record r;
    struct err e = {0};
    return look(fd, id, 0, &s, &r, &e) == 0 && (s.given || s.ready || s.started || s.record != NO_RECORD);
}

bool seat_is_started(int fd, int64_t id)
{
    struct seen s = {0};
    struct exit_record r;
    struct err e = {0};
    return look(fd, id, 0, &s, &r, &e) == 0 && s.started;
}

/* Opened anew: a lock belongs to an open file, and must end with the call, not with the caller's descriptor. */
static int lock_seat(int fd, int *ret_lock)
{
    char path[48];
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    *ret_lock = open(path, O_RDWR | O_CLOEXEC);
    return *ret_lock < 0 ? -1 : flock(*ret_lock, LOCK_EX | LOCK_NB);
}

bool seat_is_held(int fd)
{
    AUTO(fd_closep) int lock = -1;
    return lock_seat(fd, &lock) < 0;
}

/* With the lock free it is the same as started and lost, whatever became of the record. */
static enum found verdict(const struct seen *s, bool held)
{
    if (s->record == GOOD_RECORD)
        return FOUND_FINISHED;
    if (held)
        return FOUND_RUNNING;
    return s->started || s->record == BAD_RECORD ? FOUND_LOST : FOUND_NEVER_RAN;
}

int seat_judge(int fd, int64_t id, int64_t epoch, enum found *ret, struct exit_record *ret_exit, struct err *e)
{
    struct seen s;
    AUTO(fd_closep) int lock = -1;
    bool held = lock_seat(fd, &lock) < 0;
    if (held && errno != EWOULDBLOCK)
        return err_errno(e, "lock the seat");
    if (look(fd, id, epoch, &s, ret_exit, e) < 0)
        return -1;
    *ret = verdict(&s, held);
    return *ret == FOUND_NEVER_RAN && s.given ? seat_give(fd, 0, 0, e) : 0;
}
