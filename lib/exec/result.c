/* SPDX-License-Identifier: Apache-2.0 */
/* What a step left behind: its files, as its shim has kept them, and what its output says. A long output is read by
 * another thread, and its step's exit reported when that is done. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/file.h"
#include "core/log_text.h"
#include "core/step_note.h"
#include "exec/local.h"
#include "exec/reports.h"
#include "exec/shim/wire.h"

enum { AT_ONCE_MAX = 256 << 10, SCAN_MAX = 64 << 20, SUM_TEXT = 21 };

struct reading {
    struct task task;
    const struct executor *x;
    struct exit_record exit;
    struct step_result result;
    bool any;
};

static bool sum_holds(struct sv text)
{
    char want[32];
    if (text.n < SUM_TEXT)
        return false;
    struct sv body = sv_cut(text, text.n - SUM_TEXT);
    snprintf(want, sizeof want, "sum %016llx\n", (unsigned long long)wire_sum(body));
    return sv_is(sv_from(text, body.n), want);
}

/* "<name> <bytes>\n<content>\n" or "<name> !<why>\n" */
static bool take_entry(struct step_result *r, struct sv *rest)
{
    struct sv head;
    int64_t n;
    if (!sv_next(rest, '\n', &head))
        return false;
    ptrdiff_t gap = sv_chr(head, ' ');
    struct sv name = sv_cut(head, gap < 0 ? 0 : (size_t)gap), value = sv_from(head, name.n + 1);
    int which = 0;
    while (which < RESULT_FILE_N && !sv_is(name, result_file_name[which]))
        which++;
    if (which == RESULT_FILE_N)
        return false;
    if (sv_starts(value, SV("!"))) {
        AUTO(arena_free) struct arena a = {0};
        step_result_refused(r, (enum result_file)which, arena_dup(&a, sv_from(value, 1)));
        return true;
    }
    if (!sv_int(value, &n) || n < 0 || (size_t)n >= rest->n)
        return false;
    step_result_file(r, (enum result_file)which, sv_cut(*rest, (size_t)n));
    *rest = sv_from(*rest, (size_t)n + 1);
    return true;
}

static void read_files(const struct executor *x, const struct exit_record *e, struct step_result *r)
{
    char name[32], id[ID_TEXT];
    struct err why = {0};
    AUTO(buf_free) struct buf path = {0}, text = {0};
    job_dir_name(e->job_id, JOB_KEPT, name);
    buf_fmt(&path, "%s/work/%s/%s", x->state, name, id_text(e->attempt_id, id));
    bool good = file_read(path.p, WIRE_KEPT_MAX, &text, &why) == 0 && sum_holds(buf_view(&text));
    struct sv rest = sv_cut(buf_view(&text), good ? text.n - SUM_TEXT : 0);
    while (good && rest.n)
        good = take_entry(r, &rest);
    if (text.p)
        explicit_bzero(text.p, text.n);
    if (!good)
        r->problem = arena_strdup(&r->arena, "what the step wrote to its files is damaged or gone");
}

static bool read_part(int fd, size_t n, off_t at, struct buf *to)
{
    buf_reserve(to, n);
    while (n) {
        ssize_t got = pread(fd, to->p + to->n, n, at);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return false;
        to->n += (size_t)got;
        at += got;
        n -= (size_t)got;
    }
    return true;
}

static bool has_failed(const struct exit_record *e)
{
    return e->reason != EXIT_NORMAL || e->exit_code != 0 || e->signal;
}

/* Test programs may speak TAP to the log itself. */
static void read_signs(struct step_result *r, struct sv log)
{
    AUTO(buf_free) struct buf tail = {0};
    log_tail(log, &tail);
    if (tail.n)
        r->tail = arena_sv(&r->arena, buf_view(&tail));
    if (tap_begins(log))
        tap_read(&r->tests, log);
}

/* What was stored: of a very long one the beginning and the end. */
static void read_log(const struct executor *x, const struct exit_record *e, struct step_result *r)
{
    char name[32];
    struct stat st;
    AUTO(buf_free) struct buf path = {0}, text = {0};
    exec_log_path(x->state, e->attempt_id, &path);
    AUTO(fd_closep) int fd = open(path.p, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &st) < 0 || st.st_size <= 0)
        return;
    size_t size = (size_t)st.st_size, head = size > SCAN_MAX ? SCAN_MAX / 2 : size;
    if (!read_part(fd, head, 0, &text) ||
        (size > head && !read_part(fd, SCAN_MAX / 2, st.st_size - SCAN_MAX / 2, &text)))
        return;
    job_dir_name(e->job_id, JOB_WORK, name);
    buf_clear(&path);
    buf_fmt(&path, "%s/work/%s", x->state, name);
    struct result_place place = {buf_view(&path), e->workdir[0] ? sv_of(e->workdir) : SV_NONE};
    step_result_log(r, buf_view(&text), &place);
    if (has_failed(e))
        read_signs(r, buf_view(&text));
}

static void read_reports(const struct executor *x, const struct exit_record *e, struct step_result *r)
{
    char name[32];
    struct err why = {0};
    job_dir_name(e->job_id, JOB_WORK, name);
    AUTO(fd_closep) int dir = openat(x->work_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (dir >= 0 && reports_read(dir, sv_of(e->reports), e->began_at, &r->tests, &why) < 0)
        note_add(r, &(struct step_note){.level = NOTE_WARNING, .title = "test-results", .text = why.msg}, NOTE_FOUND);
}

bool executor_result(const struct executor *x, const struct exit_record *r, struct step_result *ret)
{
    *ret = (struct step_result){0};
    if (r->files == FILES_KEPT)
        read_files(x, r, ret);
    else if (r->files == FILES_LOST)
        ret->problem = arena_strdup(&ret->arena, r->detail[0] ? r->detail : "what the step wrote to its files is lost");
    if (r->log_bytes > 0)
        read_log(x, r, ret);
    if (r->reports[0] && has_failed(r))
        read_reports(x, r, ret);
    if (r->files != FILES_NONE || ret->notes.v.n || ret->tail.n || ret->tests.files)
        return true;
    step_result_free(ret);
    return false;
}

static void run_reading(struct task *t)
{
    struct reading *g = CONTAINER_OF(t, struct reading, task);
    g->any = executor_result(g->x, &g->exit, &g->result);
}

static void reading_free(struct reading *g)
{
    step_result_free(&g->result);
    mem_free(g);
}

static void reading_done(void *ctx, struct letter *l)
{
    struct executor *x = ctx;
    struct reading *g = CONTAINER_OF(l, struct reading, task.letter);
    x->on_exit(x->ctx, &g->exit, g->any ? &g->result : NULL);
    reading_free(g);
}

void result_open(struct executor *x)
{
    x->readers = pool_new(1);
    x->read = mailbox_new();
    x->read_watch = watch_mailbox(x->loop, x->read, reading_done, x);
}

void result_report(struct executor *x, const struct exit_record *r)
{
    if (r->log_bytes > AT_ONCE_MAX || (r->reports[0] && has_failed(r))) {
        struct reading *g = mem_new(sizeof *g);
        *g = (struct reading){.task = {.run = run_reading, .reply = x->read}, .x = x, .exit = *r};
        pool_post(x->readers, &g->task);
        return;
    }
    struct step_result result;
    bool any = executor_result(x, r, &result);
    x->on_exit(x->ctx, r, any ? &result : NULL);
    step_result_free(&result);
}

/* What was not reported is found again by a server that comes after. */
void result_close(struct executor *x)
{
    struct list rest;
    if (!x->readers)
        return;
    pool_free(&x->readers);
    watch_free(&x->read_watch);
    mailbox_take(x->read, &rest);
    for (struct list *n; (n = list_shift(&rest));)
        reading_free(CONTAINER_OF(CONTAINER_OF(n, struct letter, node), struct reading, task.letter));
    mailbox_free(&x->read);
}
