/* SPDX-License-Identifier: Apache-2.0 */
#include "exec/attempt_dir.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/file.h"
#include "exec/shim/wire.h"

int attempt_dir_make(int attempts_fd, int64_t id, struct sv script, int *ret_fd, struct err *e)
{
    char name[ID_TEXT];
    if (mkdirat(attempts_fd, id_text(id, name), 0700) < 0)
        return err_errno(e, "create the attempt directory");
    if (attempt_dir_open(attempts_fd, id, ret_fd, e) < 0)
        return -1;
    /* Readable for the other user a root server's sandbox has; nobody else can enter the directory. */
    AUTO(fd_closep) int fd = openat(*ret_fd, WIRE_SCRIPT, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    if (fd >= 0 && fd_write_all(fd, script.p, script.n) == 0)
        return 0;
    err_errno(e, "write the script");
    fd_closep(ret_fd);
    return -1;
}

int attempt_dir_open(int attempts_fd, int64_t id, int *ret_fd, struct err *e)
{
    char name[ID_TEXT];
    *ret_fd = openat(attempts_fd, id_text(id, name), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    return *ret_fd < 0 ? err_errno(e, "open the attempt directory %s", name) : 0;
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

static bool parse(struct sv text, struct exit_record *ret)
{
    char want[32];
    const char *at = text.n ? memrchr(text.p, '\n', text.n - 1) : NULL;
    struct sv body = sv_cut(text, at ? (size_t)(at - text.p) + 1 : 0), line;
    snprintf(want, sizeof want, "sum %016llx\n", (unsigned long long)wire_sum(body));
    if (!sv_is(sv_from(text, body.n), want) || !sv_starts(body, SV(WIRE_EXIT_HEAD)))
        return false;
    struct sv rest = sv_from(body, strlen(WIRE_EXIT_HEAD));
    while (rest.n && sv_next(&rest, '\n', &line)) {
        ptrdiff_t gap = sv_chr(line, ' ');
        if (gap < 0 || !take_line(ret, sv_cut(line, (size_t)gap), sv_from(line, (size_t)gap + 1)))
            return false;
    }
    return true;
}

static int read_record(int dir_fd, const char *name, int64_t id, int64_t epoch, struct exit_record *ret, struct err *e)
{
    char text[WIRE_EXIT_MAX];
    AUTO(fd_closep) int fd = openat(dir_fd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0)
        return err_errno(e, "open the exit record");
    ssize_t n = pread(fd, text, sizeof text, 0);
    if (n < 0)
        return err_errno(e, "read the exit record");
    *ret = (struct exit_record){0};
    if (!parse(sv_n(text, (size_t)n), ret))
        return err_set(e, ERR_INVALID, "the exit record is damaged");
    if (ret->attempt_id != id || (epoch && ret->epoch != epoch))
        return err_set(e, ERR_INVALID, "the exit record is of another attempt or epoch");
    return 0;
}

int attempt_dir_exit(int dir_fd, int64_t id, int64_t epoch, struct exit_record *ret, struct err *e)
{
    return read_record(dir_fd, WIRE_EXIT, id, epoch, ret, e);
}

/* With the shim gone: content was synced before the name was changed, and a power loss may have undone the latter. */
static bool was_recorded(int dir_fd, int64_t id, int64_t epoch, struct exit_record *ret)
{
    struct err ignored = {0};
    return read_record(dir_fd, WIRE_EXIT_TMP, id, epoch, ret, &ignored) == 0;
}

static bool present(int dir_fd, const char *name)
{
    return faccessat(dir_fd, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

static int mark_revoked(int dir_fd, struct err *e)
{
    AUTO(fd_closep) int fd = openat(dir_fd, WIRE_REVOKED, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0 && errno == EEXIST)
        return 0;
    if (fd < 0 || fsync(fd) < 0 || fsync(dir_fd) < 0)
        return err_errno(e, "revoke the attempt");
    return 0;
}

int attempt_dir_judge(int dir_fd, int64_t id, int64_t epoch, enum found *ret, struct exit_record *ret_exit,
                      struct err *e)
{
    /* Opened anew: a lock belongs to an open file, and must end with this call, not with the caller's descriptor. */
    AUTO(fd_closep) int lock = openat(dir_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (lock < 0)
        return err_errno(e, "open the attempt directory");
    if (flock(lock, LOCK_EX | LOCK_NB) < 0) {
        *ret = FOUND_RUNNING;
        return errno == EWOULDBLOCK ? 0 : err_errno(e, "lock the attempt");
    }
    if (attempt_dir_exit(dir_fd, id, epoch, ret_exit, e) == 0) {
        *ret = FOUND_FINISHED;
        return 0;
    }
    if (e->cls != ERR_MISSING && e->cls != ERR_INVALID)
        return -1;
    bool damaged = e->cls == ERR_INVALID;
    *e = (struct err){0};
    if (!damaged && was_recorded(dir_fd, id, epoch, ret_exit)) {
        *ret = FOUND_FINISHED;
        return 0;
    }
    /* A record that cannot be read proves that the step ran, not how it ended. */
    *ret = damaged || present(dir_fd, WIRE_STARTED) ? FOUND_LOST : FOUND_NEVER_RAN;
    return *ret == FOUND_NEVER_RAN ? mark_revoked(dir_fd, e) : 0;
}
