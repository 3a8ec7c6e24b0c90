/* SPDX-License-Identifier: Apache-2.0 */
/* What a pusher reads while he waits: the run with its address, jobs that ended, the last lines of a step that failed.
 */
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include "server/hooksock/case.h"

enum { LINES_MOST = 400, TAIL_BYTES = 8192, TAIL_LINES = 12 };

static bool may_say(struct hook_case *c)
{
    return c->lines++ < LINES_MOST;
}

/* ---- runs ---- */

static struct hook_run *run_of(struct hook_case *c, int64_t id)
{
    for (size_t i = 0; i < c->runs.n; i++)
        if (c->runs.at[i].id == id)
            return &c->runs.at[i];
    return NULL;
}

void case_runs(struct hook_case *c, size_t ref, const struct engine_verdict *v)
{
    const char *url = c->desk->app->conf->public_url;
    char id[ID_TEXT];
    for (size_t *i = &c->runs_seen[ref]; *i < v->n_runs; (*i)++) {
        if (run_of(c, v->runs[*i]))
            continue;
        VEC_PUSH(&c->runs, ((struct hook_run){.id = v->runs[*i]}));
        id_text(v->runs[*i], id);
        if (may_say(c))
            case_text(c, "run %s%s%s%s%s", id, url ? "  " : "", url ? url : "", url ? "/runs/" : "", url ? id : "");
    }
}

void case_verdict_text(struct hook_case *c, const struct engine_verdict *v)
{
    const struct course *k = &c->course;
    if (v->state == VERDICT_NONE)
        case_text(c, "the answer to this call is not known any more: push again");
    else if (strcmp(k->reason, "background") == 0)
        case_text(c, "not judged yet; the push goes on, and so does what judges it");
    else if (v->detail)
        case_text(c, "%s", v->detail);
}

/* ---- steps that failed ---- */

static bool read_tail(const struct hook_case *c, int64_t attempt, struct buf *ret)
{
    AUTO(buf_free) struct buf path = {0};
    struct stat st;
    exec_log_path(c->desk->app->conf->state_dir, attempt, &path);
    AUTO(fd_closep) int fd = open(path.p, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || st.st_size <= 0)
        return false;
    size_t n = st.st_size > TAIL_BYTES ? TAIL_BYTES : (size_t)st.st_size;
    buf_reserve(ret, n);
    ssize_t got = pread(fd, ret->p, n, st.st_size - (off_t)n);
    ret->n = got > 0 ? (size_t)got : 0;
    return ret->n > 0;
}

static void say_tail(struct hook_case *c, int64_t attempt)
{
    AUTO(buf_free) struct buf text = {0};
    struct sv lines[TAIL_LINES], rest, line;
    size_t n = 0;
    if (!read_tail(c, attempt, &text))
        return;
    rest = buf_view(&text);
    if (text.n == TAIL_BYTES && sv_chr(rest, '\n') >= 0) /* begins in the middle of a line */
        rest = sv_from(rest, (size_t)sv_chr(rest, '\n') + 1);
    for (; rest.n && sv_next(&rest, '\n', &line); n++)
        lines[n % TAIL_LINES] = line;
    for (size_t i = n > TAIL_LINES ? n - TAIL_LINES : 0; i < n && may_say(c); i++)
        case_text(c, "  | %.*s", SV_ARG(sv_trim(lines[i % TAIL_LINES])));
}

static void saw_attempt(struct hook_case *c, const struct attempt *a)
{
    struct hook_run *r = run_of(c, a->run_id);
    if (r && a->class_name) {
        r->step = a->step_id;
        r->attempt = a->id;
    }
}

static void saw_step(struct hook_case *c, const struct step *s)
{
    bool failed = s->state == WORK_DONE &&
                  (s->conclusion == CONC_FAILURE || s->conclusion == CONC_ERROR || s->conclusion == CONC_TIMED_OUT);
    for (size_t i = 0; failed && i < c->runs.n; i++) {
        struct hook_run *r = &c->runs.at[i];
        if (r->step != s->id || !may_say(c))
            continue;
        case_text(c, "step \"%s\": %s", s->name && s->name[0] ? s->name : s->key, conclusion_name[s->conclusion]);
        say_tail(c, r->attempt);
        r->step = 0;
    }
}

static void saw_job(struct hook_case *c, const struct job *j)
{
    bool told = j->state == WORK_DONE && j->kind == JOB_STEPS && j->conclusion != CONC_SKIPPED;
    if (!told || !run_of(c, j->run_id) || !may_say(c))
        return;
    msec_t ms = j->started_at && j->ended_at > j->started_at ? j->ended_at - j->started_at : 0;
    case_text(c, "job %s: %s (%lld.%lld s)%s%s", j->name && j->name[0] ? j->name : j->key,
              conclusion_name[j->conclusion], (long long)(ms / 1000), (long long)(ms % 1000 / 100),
              j->detail ? ": " : "", j->detail ? j->detail : "");
}

static void case_saw(struct hook_case *c, const struct change_set *cs)
{
    for (const struct change *x = cs->first; x; x = x->next)
        if (x->kind == CHANGE_ATTEMPT)
            saw_attempt(c, x->attempt);
    for (const struct change *x = cs->first; x; x = x->next) {
        if (x->kind == CHANGE_STEP)
            saw_step(c, x->step);
        else if (x->kind == CHANGE_JOB)
            saw_job(c, x->job);
    }
}

void hook_desk_saw(struct hook_desk *d, const struct change_set *cs)
{
    struct sv key;
    void *v;
    if (!d || d->cases.n == 0)
        return;
    for (size_t at = 0; map_each(&d->cases, &at, &key, &v);) {
        struct hook_case *c = v;
        if (c->course.state == COURSE_JUDGING && c->runs.n)
            case_saw(c, cs);
    }
}
