/* SPDX-License-Identifier: Apache-2.0 */
#include "server/vitals.h"
#include <dirent.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/file.h"
#include "metrics/metrics.h"
#include "server/health/health.h"
#include "server/host.h"
#include "server/loop_lag.h"
#include "server/sampler.h"

struct vitals {
    struct app *app;
    struct timer *timer;
    struct loop_lag *lag;
    struct vitals_work *work;
};

static void look_at_memory(void)
{
    AUTO(buf_free) struct buf text = {0};
    int64_t pages = 0;
    struct err e = {0};
    if (file_read("/proc/self/statm", 4096, &text, &e) < 0)
        return;
    struct sv rest = buf_view(&text), size, resident; /* proc(5): the first two fields */
    bool there = sv_next(&rest, ' ', &size);
    if (there && sv_next(&rest, ' ', &resident) && sv_int(resident, &pages))
        metric_set(M_RESIDENT, NULL, pages * sysconf(_SC_PAGESIZE));
}

static void look_at_files(void)
{
    struct rlimit most;
    DIR *d = opendir("/proc/self/fd");
    int64_t n = -3; /* ".", ".." and the folder itself */
    while (d && readdir(d))
        n++;
    if (d) {
        metric_set(M_FILES, NULL, n);
        closedir(d);
    }
    if (getrlimit(RLIMIT_NOFILE, &most) == 0)
        metric_set(M_FILES_MOST, NULL, most.rlim_cur < INT64_MAX ? (int64_t)most.rlim_cur : -1);
}

static msec_t ms_of(const struct timeval *t)
{
    return (msec_t)t->tv_sec * 1000 + t->tv_usec / 1000;
}

static void look_at_process(const struct app *a)
{
    struct rusage u;
    if (getrusage(RUSAGE_SELF, &u) == 0)
        metric_set(M_CPU, NULL, ms_of(&u.ru_utime) + ms_of(&u.ru_stime));
    metric_set(M_START_TIME, NULL, a->ready_at);
    look_at_memory();
    look_at_files();
}

static void look_at_store(const char *path)
{
    AUTO(buf_free) struct buf log = {0};
    struct stat st;
    int64_t bytes = stat(path, &st) == 0 ? (int64_t)st.st_size : 0;
    buf_fmt(&log, "%s-wal", path);
    if (stat(log.p, &st) == 0)
        bytes += (int64_t)st.st_size;
    metric_set(M_STORE_BYTES, NULL, bytes);
}

static void look(void *ctx)
{
    struct vitals *v = ctx;
    const struct app *a = v->app;
    struct vitals_totals waiting;
    look_at_process(a);
    look_at_store(a->db_path);
    engine_each_waiting(host_engine(a->host), vitals_work_job, v->work);
    engine_each_effect(host_engine(a->host), vitals_work_effect, v->work);
    vitals_work_totals(v->work, clk_wall_ms(), &waiting);
    vitals_work_show(v->work, clk_wall_ms());
    sampler_look(a->sampler, &waiting);
    lane_gauges_look(host_engine(a->host), host_now(a->host));
    timer_start(v->timer, VITALS_MS);
}

struct vitals *vitals_new(struct app *a)
{
    struct vitals *v = mem_new(sizeof *v);
    v->app = a;
    v->timer = timer_new(a->loop, look, v);
    v->lag = loop_lag_new(a->loop, "engine", health_pulse_engine(a->health));
    v->work = vitals_work_new();
    metric_set(M_BUILD, (const char *const[]){FETTLE_VERSION}, 1);
    look(v);
    return v;
}

void vitals_free(struct vitals **vp)
{
    struct vitals *v = STEAL(*vp);
    if (!v)
        return;
    timer_free(&v->timer);
    loop_lag_free(&v->lag);
    vitals_work_free(&v->work);
    mem_free(v);
}
