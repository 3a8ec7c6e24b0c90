/* SPDX-License-Identifier: Apache-2.0 */
/* A lower priority would do the same, but a thread that the scheduler has set aside may hold a lock that the engine
 * needs. One that sleeps holds none. */
#include <fcntl.h>
#include <unistd.h>
#include "server/backlog.h"

enum {
    LOOK_EVERY = 8,  /* decodings */
    FLOOD_MS = 32,   /* they come faster than that: a flood. Slower ones are never put off */
    CALM_MS = 10,    /* since a delivery was stored, and none on its way: nobody to give way to */
    REST = 96,       /* times the processor time used since the last look */
    REST_MOST_MS = 50
};

struct sched {
    int64_t ran_ns, waited_ns; /* proc(5), /proc/PID/schedstat: on a processor; runnable and waiting for one */
};

static bool sched_read(struct sched *ret)
{
    char text[128];
    struct sv rest, field;
    AUTO(fd_closep) int fd = open("/proc/thread-self/schedstat", O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof text);
    rest = sv_n(text, n > 0 ? (size_t)n : 0);
    return sv_next(&rest, ' ', &field) && sv_int(field, &ret->ran_ns) && sv_next(&rest, ' ', &field) &&
           sv_int(field, &ret->waited_ns);
}

static bool is_accepting(const struct app *a)
{
    return a->storing > 0 || clk_mono_ms() - a->stored_at < CALM_MS;
}

void give_way(const struct app *a)
{
    static _Thread_local struct sched last;
    static _Thread_local msec_t looked_at;
    static _Thread_local int calls;
    struct sched now;
    if (++calls % LOOK_EVERY != 0)
        return;
    bool flood = clk_mono_ms() - looked_at < FLOOD_MS && is_accepting(a);
    if (sched_read(&now)) {
        int64_t ran = now.ran_ns - last.ran_ns, waited = now.waited_ns - last.waited_ns;
        msec_t rest = ran * REST / 1000000;
        if (flood && waited >= ran / 4)
            clk_sleep_ms(rest < REST_MOST_MS ? rest : REST_MOST_MS);
        last = now;
    }
    looked_at = clk_mono_ms();
}
