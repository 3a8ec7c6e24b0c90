/* SPDX-License-Identifier: Apache-2.0 */
/* The programs die at their crash points (lib/base/crash.h), one after the other, under load. Points of the shim kill a
 * step with it, never the server, which is then killed by us: the next point is put into the environment of a new one. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/file.h"
#include "e2e/killpoint.h"

enum { REACHED_S = 20, EVERY_MS = 5, AGAIN_MS = 3000 };

static bool is_of_shim(struct sv name)
{
    return sv_starts(name, SV("shim."));
}

/* FETTLE_CRASH for this point; *ret is the file that counts its hits. */
static void arm(const struct rig *r, struct sv name, int hit, struct buf *ret)
{
    AUTO(buf_free) struct buf value = {0};
    buf_fmt(ret, "%s/crash-%.*s-%d", r->dir, SV_ARG(name), hit);
    buf_fmt(&value, "%.*s:%d:%s", SV_ARG(name), hit, ret->p);
    MUST(setenv("FETTLE_CRASH", value.p, 1) == 0);
}

static int hits(const char *file)
{
    struct stat st;
    return stat(file, &st) == 0 ? (int)st.st_size : 0;
}

/* False: nobody came by so often. */
static bool one_death(struct rig *r, struct server *s, struct sv name, int hit)
{
    AUTO(buf_free) struct buf file = {0};
    bool died = false;
    arm(r, name, hit, &file);
    server_spawn(s);
    msec_t end = clk_mono_ms() + (msec_t)REACHED_S * 1000, again = clk_mono_ms() + AGAIN_MS;
    while (!died && clk_mono_ms() < end) {
        rig_pass(r, EVERY_MS);
        died = is_of_shim(name) ? hits(file.p) >= hit : server_died(s);
        if (!died && clk_mono_ms() >= again) { /* some points are passed in a start alone */
            server_kill(s);
            server_spawn(s);
            again += AGAIN_MS;
        }
    }
    unsetenv("FETTLE_CRASH");
    if (is_of_shim(name))
        r->shim_deaths += died;
    if (!died)
        printf("MISS: %.*s was not reached %d times, but %d\n", SV_ARG(name), hit, hits(file.p));
    if (s->pid)
        server_kill(s);
    return died;
}

int crash_sweep(struct rig *r, struct server *s)
{
    AUTO(buf_free) struct buf path = {0}, names = {0};
    struct rig_counts c = {0};
    struct err e = {0};
    struct sv rest, name;
    int deaths = 0, missed = 0, n = 0;
    buf_fmt(&path, "%s/points", r->dir);
    MUST(file_read(path.p, 1 << 16, &names, &e) == 0);
    post_start(r);
    rest = buf_view(&names);
    while (sv_next(&rest, '\n', &name)) {
        n += name.n > 0;
        for (int hit = 1; name.n && hit <= r->points; hit++) {
            bool died = one_death(r, s, name, hit);
            deaths += died;
            missed += !died;
        }
    }
    rig_end(r, s, &c);
    printf("killpoint: %d names, %d deaths, %d not reached, %lld deliveries acked (%d sent again), %lld runs, "
           "%lld steps, %lld effects, %lld attempts adopted, lost %d, doubled %d, rerun %d, other %d\n",
           n, deaths, missed, (long long)c.deliveries, r->resent, (long long)c.runs, (long long)c.steps,
           (long long)c.effects, (long long)c.adopted, c.lost, c.doubled, c.rerun, c.other + r->quarrels);
    return c.lost + c.doubled + c.rerun + c.other + r->quarrels + missed ? 1 : 0;
}
