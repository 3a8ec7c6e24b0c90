/* SPDX-License-Identifier: Apache-2.0 */
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
#include "base/str.h"
#include "e2e/killpoint.h"

enum { READY_S = 60, END_S = 30 };

static pid_t running; /* the server's; ended with us */

void server_spawn(struct server *s)
{
    AUTO(buf_free) struct buf conf = {0};
    buf_fmt(&conf, "%s/fettle.yaml", s->r->dir);
    char *argv[] = {(char *)s->r->fettle, (char *)"serve", (char *)"-c", conf.p, NULL};
    posix_spawn_file_actions_t act;
    posix_spawn_file_actions_init(&act);
    posix_spawn_file_actions_addopen(&act, 0, "/dev/null", O_RDWR, 0);
    posix_spawn_file_actions_adddup2(&act, s->log, 1);
    posix_spawn_file_actions_adddup2(&act, s->log, 2);
    s->read = lseek(s->log, 0, SEEK_END);
    MUST(posix_spawn(&s->pid, s->r->fettle, &act, NULL, argv, environ) == 0);
    posix_spawn_file_actions_destroy(&act);
    running = s->pid;
}

static bool server_says(struct server *s, const char *words)
{
    AUTO(buf_free) struct buf text = {0};
    char piece[8192];
    off_t at = s->read;
    for (ssize_t n; (n = pread(s->log, piece, sizeof piece, at)) > 0; at += n)
        buf_add(&text, piece, (size_t)n);
    ptrdiff_t whole = sv_rchr(buf_view(&text), '\n');
    if (whole < 0)
        return false;
    bool said = sv_find(sv_cut(buf_view(&text), (size_t)whole), sv_of(words)) >= 0;
    if (!said)
        s->read += whole + 1;
    return said;
}

void give_up(const struct rig *r, const char *why)
{
    if (running > 0)
        kill(running, SIGKILL);
    printf("MISS: %s; see %s/server.log\n0 passed, 1 failed\n", why, r->dir);
    exit(1);
}

/* Returns µs from before the exec until "ready" was in the log. */
int64_t server_start(struct server *s)
{
    int64_t start = clk_mono_us();
    server_spawn(s);
    while (!server_says(s, " msg=ready ")) {
        if (waitpid(s->pid, NULL, WNOHANG) == s->pid) {
            running = 0;
            give_up(s->r, "the server ended by itself");
        }
        if (clk_mono_us() - start > (int64_t)READY_S * 1000000)
            give_up(s->r, "the server does not become ready");
        clk_sleep_ms(1);
    }
    return clk_mono_us() - start;
}

void server_kill(struct server *s)
{
    int status;
    kill(s->pid, SIGKILL);
    MUST(waitpid(s->pid, &status, 0) == s->pid);
    if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGKILL)
        give_up(s->r, "the server had ended by itself before it was killed");
    s->pid = running = 0;
}

void server_end(struct server *s)
{
    int status = 0;
    kill(s->pid, SIGTERM);
    for (int i = 0; i < END_S * 100; i++) {
        if (waitpid(s->pid, &status, WNOHANG) == s->pid) {
            s->pid = running = 0;
            if (status != 0)
                give_up(s->r, "the server did not end well");
            return;
        }
        clk_sleep_ms(10);
    }
    give_up(s->r, "the server does not end");
}

bool server_died(struct server *s)
{
    int status;
    if (waitpid(s->pid, &status, WNOHANG) != s->pid)
        return false;
    if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGKILL)
        give_up(s->r, "the server ended by itself, not at a crash point");
    s->pid = running = 0;
    return true;
}
