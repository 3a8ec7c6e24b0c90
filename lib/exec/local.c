/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/crash.h"
#include "base/file.h"
#include "exec/local.h"
#include "exec/shim/wire.h"

enum { SOON_TRIES = 400, SOON_EVERY_MS = 5 };

static const char *absolute(struct executor *x, const char *path, struct err *e)
{
    char real[PATH_MAX];
    if (realpath(path, real))
        return arena_strdup(&x->arena, real);
    err_errno(e, "%s", path);
    return NULL;
}

static const char *find_shell(const char *const places[2])
{
    for (int i = 0; i < 2; i++)
        if (access(places[i], X_OK) == 0)
            return places[i];
    return NULL;
}

static const char *const *copy_list(struct executor *x, const char *const *list)
{
    size_t n = 0;
    while (list && list[n])
        n++;
    const char **copy = arena_new(&x->arena, (n + 1) * sizeof *copy);
    for (size_t i = 0; i < n; i++)
        copy[i] = arena_strdup(&x->arena, list[i]);
    return copy;
}

static bool is_listed(const char *const *list, const char *path)
{
    for (; list && *list; list++)
        if (strcmp(*list, path) == 0)
            return true;
    return false;
}

void executor_hide(struct executor *x, const char *const *hide)
{
    const char *const *old = x->sandbox.hide;
    size_t n = 0, known = 0;
    while (old && old[known])
        known++;
    while (hide[n])
        n++;
    const char **list = arena_new(&x->arena, (known + n + 1) * sizeof *list);
    if (known)
        memcpy(list, old, known * sizeof *list);
    for (size_t i = 0; i < n; i++)
        if (!is_listed(list, hide[i]))
            list[known++] = arena_strdup(&x->arena, hide[i]);
    x->sandbox.hide = list;
}

static int open_folder(struct executor *x, const char *name, int *ret_fd, struct err *e)
{
    const char *path = arena_fmt(&x->arena, "%s/%s", x->state, name);
    if (file_make_dirs(path, e) < 0)
        return -1;
    *ret_fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    return *ret_fd < 0 ? err_errno(e, "open %s", path) : 0;
}

static int open_folders(struct executor *x, const struct exec_conf *c, struct err *e)
{
    AUTO(fd_closep) int run = -1;
    if (file_make_dirs(c->state_dir, e) < 0 || !(x->state = absolute(x, c->state_dir, e)))
        return -1;
    if (open_folder(x, "attempts", &x->attempts_fd, e) < 0 || open_folder(x, "work", &x->work_fd, e) < 0 ||
        open_folder(x, "seats", &x->seats_fd, e) < 0 || open_folder(x, ".", &x->state_fd, e) < 0)
        return -1;
    return open_folder(x, "run", &run, e);
}

static int set_up(struct executor *x, const struct exec_conf *c, struct err *e)
{
    static const char *const bash[] = {"/bin/bash", "/usr/bin/bash"}, *const sh[] = {"/bin/sh", "/usr/bin/sh"};
    if (open_folders(x, c, e) < 0 || !(x->shim = absolute(x, c->shim, e)))
        return -1;
    x->bash = find_shell(bash);
    x->sh = find_shell(sh);
    x->isolate = c->isolate;
    struct exec_conf own = {
        .state_dir = x->state, .shim = x->shim, .isolate = c->isolate, .hide = copy_list(x, c->hide)};
    if (sandbox_init(&x->sandbox, x->state, &own, e) < 0)
        return -1;
    x->read_event = c->read_event;
    x->event_ctx = c->event_ctx;
    payload_open(x);
    if (follow_open(x, e) < 0 || seats_open(x, e) < 0)
        return -1;
    forget_open(x);
    result_open(x);
    return 0;
}

int executor_new(struct loop *l, const struct exec_conf *c, exec_exit_fn *on_exit, void *ctx, struct executor **ret,
                 struct err *e)
{
    struct executor *x = mem_new(sizeof *x);
    *x = (struct executor){.loop = l, .on_exit = on_exit, .ctx = ctx, .attempts_fd = -1, .work_fd = -1, .seats_fd = -1,
                           .state_fd = -1, .poke_fd = -1, .ends_fd = -1};
    x->sandbox.filter_fd[SECCOMP_UNTRUSTED] = x->sandbox.filter_fd[SECCOMP_TRUSTED] = -1;
    if (set_up(x, c, e) < 0) {
        executor_free(&x);
        return -1;
    }
    *ret = x;
    return 0;
}

void executor_free(struct executor **ref)
{
    struct executor *x = STEAL(*ref);
    if (!x)
        return;
    result_close(x);
    forget_close(x);
    seats_close(x);
    follow_close(x);
    sandbox_free(&x->sandbox);
    fd_closep(&x->attempts_fd);
    fd_closep(&x->work_fd);
    fd_closep(&x->seats_fd);
    fd_closep(&x->state_fd);
    arena_free(&x->arena);
    mem_free(x);
}

void executor_prepare(struct executor *x, const struct exec_spec *s)
{
    struct err e = {0};
    struct seat *seat;
    /* What does not work is told when the start comes. */
    (void)!launch(x, s, &seat, &e);
}

void executor_start(struct executor *x, const struct exec_spec *s)
{
    struct err e = {0};
    struct seat *seat = seats_of_next(x, s->attempt_id);
    if (!seat && launch(x, s, &seat, &e) < 0)
        follow_unstarted(x, s, e.msg);
    else
        launch_go(seat);
}

void executor_settled(struct executor *x, int64_t attempt_id)
{
    struct seat *s = seats_of(x, attempt_id);
    CRASHPOINT("exec.settled");
    if (s && !map_get_id(&x->running, attempt_id))
        seats_leave(s);
}

void executor_cancel(struct executor *x, int64_t attempt_id)
{
    struct running *r = map_get_id(&x->running, attempt_id);
    if (r)
        follow_cancel(r);
}

/* Of a version that gave each attempt a folder: what its shim says there nobody reads any more. */
static bool is_of_old_version(const struct executor *x, int64_t attempt_id)
{
    char name[ID_TEXT];
    struct stat st;
    return fstatat(x->attempts_fd, id_text(attempt_id, name), &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(st.st_mode);
}

/* The server before may have gone in the moment between giving the attempt its seat and the shim's start: that shim
 * says `started` at once or leaves, so a definite word is worth a short wait. */
static int judge_patiently(struct seat *s, int64_t id, int64_t epoch, enum found *ret, struct exit_record *ret_exit,
                           struct err *e)
{
    for (int i = 0;; i++) {
        if (seat_judge(s->fd, id, epoch, ret, ret_exit, e) < 0)
            return -1;
        if (*ret != FOUND_RUNNING || seat_is_started(s->fd, id) || i == SOON_TRIES)
            return 0;
        clk_sleep_ms(SOON_EVERY_MS);
    }
}

int executor_find(struct executor *x, int64_t attempt_id, int64_t epoch, enum found *ret, struct exit_record *ret_exit,
                  struct err *e)
{
    struct seat *s = seats_found(x, attempt_id);
    if (!s) {
        *ret = is_of_old_version(x, attempt_id) ? FOUND_LOST : FOUND_NEVER_RAN;
        return 0;
    }
    if (judge_patiently(s, attempt_id, epoch, ret, ret_exit, e) < 0)
        return -1;
    if (*ret == FOUND_RUNNING && !map_get_id(&x->running, attempt_id)) {
        follow_attempt(s, epoch);
    } else if (*ret == FOUND_LOST) {
        s->messy = true;
        follow_end_strays(x, attempt_id);
    } else if (*ret == FOUND_NEVER_RAN) {
        seats_leave(s);
    }
    return 0;
}

void job_dir_name(int64_t job_id, enum job_dir which, char ret[32])
{
    static const char *const suffix[] = {"", ".home", ".tmp", ".kept"};
    char id[ID_TEXT];
    snprintf(ret, 32, "%s%s", id_text(job_id, id), suffix[which]);
}

void executor_workspace(const struct executor *x, int64_t job_id, struct buf *ret)
{
    char name[32];
    job_dir_name(job_id, JOB_WORK, name);
    /* A failure shows when the workspace is used, with its reason. */
    (void)!mkdirat(x->work_fd, name, 0700);
    buf_fmt(ret, "%s/work/%s", x->state, name);
}

bool executor_has_workspace(const struct executor *x, int64_t job_id)
{
    char name[32];
    struct stat st;
    job_dir_name(job_id, JOB_WORK, name);
    return fstatat(x->work_fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(st.st_mode);
}

void executor_home(const struct executor *x, int64_t job_id, struct buf *ret)
{
    char name[32];
    job_dir_name(job_id, JOB_HOME, name);
    buf_fmt(ret, "%s/work/%s", x->state, name);
}

void exec_log_path(const char *state_dir, int64_t attempt_id, struct buf *ret)
{
    char id[ID_TEXT];
    buf_fmt(ret, "%s/attempts/%s" WIRE_LOG, state_dir, id_text(attempt_id, id));
}
