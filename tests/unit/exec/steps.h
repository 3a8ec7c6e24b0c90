/* SPDX-License-Identifier: Apache-2.0 */
/* For the tests of lib/exec: a state directory, a loop and an executor on the real fettle-shim. */
#pragma once
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/clk.h"
#include "base/file.h"
#include "exec/seat.h"
#include "io/loop.h"
#include "port/exec.h"

#define SHIM FETTLE_BINARY_DIR "/bin/fettle-shim"
enum { RECORDS = 1024, WAIT_MS = 60000 };

struct steps {
    char dir[64];
    struct loop *loop;
    struct timer *limit;
    struct executor *x;
    struct exit_record got[RECORDS];
    char *left[RECORDS]; /* what the steps left behind, as one text; NULL = nothing */
    struct buf tail;     /* of the output of the last one that failed */
    int n, want;
    bool late;
    int asked;    /* for events */
    int64_t gone; /* one of them */
};

/* "o:name=value|" of outputs, e: env, s: state, "p:entry|" of PATH, "S:summary|", "level:file:line:text|" of notes,
 * "!problem|", "T:words about reports of tests|". */
static inline char *steps_left(const struct step_result *r)
{
    const struct name_values *pairs[] = {&r->outputs, &r->env, &r->state};
    struct buf b = {0};
    for (size_t k = 0; k < 3; k++)
        for (size_t i = 0; i < pairs[k]->v.n; i++)
            buf_fmt(&b, "%c:%s=%s|", "oes"[k], pairs[k]->v.at[i].name, pairs[k]->v.at[i].value);
    for (size_t i = 0; i < r->path.v.n; i++)
        buf_fmt(&b, "p:%s|", r->path.v.at[i]);
    if (r->summary)
        buf_fmt(&b, "S:%s|", r->summary);
    for (size_t i = 0; i < r->notes.v.n; i++)
        buf_fmt(&b, "%s:%s:%d:%s|", note_level_name[r->notes.v.at[i].level],
                r->notes.v.at[i].file ? r->notes.v.at[i].file : "", r->notes.v.at[i].line, r->notes.v.at[i].text);
    if (r->problem)
        buf_fmt(&b, "!%s|", r->problem);
    if (r->tests.files) {
        buf_str(&b, "T:");
        test_report_text(&r->tests, &b);
        buf_chr(&b, '|');
    }
    return buf_take(&b);
}

static inline void steps_exit(void *ctx, const struct exit_record *r, const struct step_result *result)
{
    struct steps *s = ctx;
    assert_true(s->n < RECORDS);
    s->left[s->n] = result ? steps_left(result) : NULL;
    buf_clear(&s->tail);
    if (result)
        buf_sv(&s->tail, result->tail);
    s->got[s->n++] = *r;
    if (s->n == s->want)
        loop_stop(s->loop);
}

static inline void steps_late(void *ctx)
{
    struct steps *s = ctx;
    s->late = true;
    loop_stop(s->loop);
}

/* Number n is {"n":…}, but for EVENT_GONE. */
enum { EVENT_GONE = 99 };
static inline int steps_event(void *ctx, int64_t event, struct buf *ret, struct err *e)
{
    struct steps *s = ctx;
    (void)e;
    s->asked++;
    if (event == EVENT_GONE || event == s->gone)
        return 1;
    buf_fmt(ret, "{\"n\":%lld}", (long long)event);
    return 0;
}

static inline void steps_executor(struct steps *s, bool isolate, const char *const *hide)
{
    struct exec_conf c = {.state_dir = s->dir, .shim = SHIM, .isolate = isolate, .hide = hide,
                          .read_event = steps_event, .event_ctx = s};
    struct err e = {0};
    s->loop = loop_new();
    s->limit = timer_new(s->loop, steps_late, s);
    if (executor_new(s->loop, &c, steps_exit, s, &s->x, &e) < 0)
        fail_msg("%s", e.msg);
}

static inline void steps_open(struct steps *s, bool isolate, const char *const *hide)
{
    *s = (struct steps){0};
    snprintf(s->dir, sizeof s->dir, "/tmp/fettle-exec-XXXXXX");
    assert_non_null(mkdtemp(s->dir));
    steps_executor(s, isolate, hide);
}

static inline void steps_close(struct steps *s)
{
    struct err e = {0};
    executor_free(&s->x);
    for (int i = 0; i < s->n; i++)
        mem_free(s->left[i]);
    buf_free(&s->tail);
    timer_free(&s->limit);
    loop_free(&s->loop);
    if (file_remove_tree(s->dir, &e) < 0)
        fail_msg("%s", e.msg);
}

static inline struct exec_spec steps_spec(int64_t id, const char *script)
{
    return (struct exec_spec){.attempt_id = id, .epoch = 7, .job_id = 1, .run_id = 1, .script = script, .shell = "sh",
                              .grace_ms = 500, .log_limit = 1 << 20, .trusted = true};
}

/* Until so many records are there in all, or so long. */
static inline void steps_wait_ms(struct steps *s, int records, msec_t ms)
{
    s->want = records;
    s->late = false;
    timer_start(s->limit, ms);
    if (s->n < records)
        loop_run(s->loop);
    timer_stop(s->limit);
}

static inline void steps_wait(struct steps *s, int records)
{
    steps_wait_ms(s, records, WAIT_MS);
    assert_int_equal(s->n, records);
}

static inline struct exit_record steps_run(struct steps *s, const struct exec_spec *spec)
{
    int n = s->n;
    executor_start(s->x, spec);
    steps_wait(s, n + 1);
    assert_int_equal(s->got[n].attempt_id, spec->attempt_id);
    executor_settled(s->x, spec->attempt_id);
    return s->got[n];
}

/* The text is freed by the caller. A step that wrote nothing has no log. */
static inline char *steps_log(struct steps *s, int64_t id, size_t *ret_n)
{
    struct buf path = {0}, text = {0};
    struct err e = {0};
    exec_log_path(s->dir, id, &path);
    if (file_read(path.p, (size_t)1 << 30, &text, &e) < 0 && e.cls != ERR_MISSING)
        fail_msg("%s", e.msg);
    buf_str(&text, "");
    buf_free(&path);
    if (ret_n)
        *ret_n = text.n;
    return buf_take(&text);
}

static inline void steps_log_is(struct steps *s, int64_t id, const char *want)
{
    char *text = steps_log(s, id, NULL);
    assert_string_equal(text, want);
    mem_free(text);
}

/* A file beside the logs, "<id><suffix>". */
static inline bool steps_has(struct steps *s, int64_t id, const char *suffix)
{
    char path[160], text[ID_TEXT];
    snprintf(path, sizeof path, "%s/attempts/%s%s", s->dir, id_text(id, text), suffix);
    return file_exists(path);
}

static inline int steps_seat(struct steps *s, int no)
{
    char path[160];
    snprintf(path, sizeof path, "%s/seats/%d", s->dir, no);
    return open(path, O_RDWR | O_CLOEXEC);
}

/* Some seat says so. */
static inline bool steps_is_started(struct steps *s, int64_t id)
{
    for (int no = 0, fd; (fd = steps_seat(s, no)) >= 0; no++) {
        bool started = seat_is_started(fd, id);
        close(fd);
        if (started)
            return true;
    }
    return false;
}

/* Of the shim in this seat. */
static inline pid_t steps_shim(struct steps *s, int no)
{
    pid_t pid = -1;
    int fd = steps_seat(s, no), pidfd = fd < 0 ? -1 : seat_holder(fd, &pid);
    fd_closep(&pidfd);
    fd_closep(&fd);
    return pid;
}

/* A file in the workspace of job 1; -1 when it is not there. */
static inline long steps_number(struct steps *s, const char *name)
{
    struct buf path = {0}, text = {0};
    struct err e = {0};
    executor_workspace(s->x, 1, &path);
    buf_fmt(&path, "/%s", name);
    long v = file_read(path.p, 4096, &text, &e) == 0 && text.n ? strtol(text.p, NULL, 10) : -1;
    buf_free(&path);
    buf_free(&text);
    return v;
}

/* Gone, or a zombie that somebody else has to wait for. */
static inline bool steps_dead(long pid)
{
    char path[64];
    struct buf text = {0};
    struct err e = {0};
    snprintf(path, sizeof path, "/proc/%ld/stat", pid);
    bool dead = file_read(path, 4096, &text, &e) < 0 || strstr(text.p, ") Z ") || strstr(text.p, ") X ");
    buf_free(&text);
    return dead;
}
