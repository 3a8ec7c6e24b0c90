/* SPDX-License-Identifier: Apache-2.0 */
#include "modes.h"
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
#include "base/file.h"
#include "history.h"
#include "scenario.h"

enum told { TELL_FAILURES, TELL_ALL };

/* What came of a history, in one number. */
static uint64_t digest(const struct world *w)
{
    return w->store.journal_hash ^ w->forge.statuses.n << 32 ^ w->forge.checks.n << 48 ^ w->forge.issues.n ^
           (uint64_t)w->steps << 16;
}

static int one_seed(uint64_t seed, enum told told, uint64_t *ret_digest)
{
    AUTO(buf_free) struct buf text = {0};
    struct world w;
    struct err e = {0};
    history_write(seed, &text);
    world_init(&w, seed);
    int rc = scenario_play(&w, buf_view(&text), CHECK_ALL, "history", &e);
    if (rc < 0)
        printf("seed %llu: %s\n", (unsigned long long)seed, e.msg);
    else if (told == TELL_ALL)
        printf("seed %llu: %zu deliveries, %zu runs, %zu processes, %u crashes, %zu statuses, %zu checks, %zu issues, "
               "%u steps, journal %zu %016llx\n",
               (unsigned long long)seed, w.store.deliveries.n, w.store.runs.n, w.processes.n, w.crashes,
               w.forge.statuses.n, w.forge.checks.n, w.forge.issues.n, w.steps, w.store.journal,
               (unsigned long long)w.store.journal_hash);
    *ret_digest = digest(&w);
    world_done(&w);
    return rc < 0 ? 1 : 0;
}

enum { LIVES_FD = 3 };

/* "sim lives FIRST COUNT": what came of each seed, for the process that started this one. */
int mode_lives(uint64_t first, uint64_t count)
{
    MUST(freopen("/dev/null", "w", stdout) != NULL);
    for (uint64_t s = first; s < first + count; s++) {
        uint64_t hash;
        one_seed(s, TELL_FAILURES, &hash);
        if (fd_write_all(LIVES_FD, &hash, sizeof hash) < 0)
            return 1;
    }
    return 0;
}

/* The second life of each seed, in a new program: maps are hashed under a key that is made at its start. */
static pid_t second_lives(char *const *words, int *ret_fd)
{
    int ends[2];
    char *const argv[] = {words[0], (char[]){"lives"}, words[2], words[3], NULL};
    MUST(pipe(ends) == 0);
    pid_t pid = fork();
    MUST(pid >= 0);
    if (pid == 0) {
        if (ends[1] == LIVES_FD || dup2(ends[1], LIVES_FD) == LIVES_FD)
            execv("/proc/self/exe", argv);
        _exit(1);
    }
    close(ends[1]);
    *ret_fd = ends[0];
    return pid;
}

int mode_seeds(char *const *words, uint64_t first, uint64_t count)
{
    int fd, bad = 0;
    pid_t child = second_lives(words, &fd);
    for (uint64_t s = first; s < first + count; s++) {
        uint64_t hash, again = 0;
        int rc = one_seed(s, words[4] ? TELL_ALL : TELL_FAILURES, &hash);
        if (read(fd, &again, sizeof again) != (ssize_t)sizeof again || hash != again) {
            printf("seed %llu: I14: the same seed gave another history\n", (unsigned long long)s);
            rc = 1;
        }
        bad += rc;
    }
    close(fd);
    waitpid(child, NULL, 0);
    printf("%llu passed, %d failed\n", (unsigned long long)count - (unsigned long long)bad, bad);
    return bad > 0;
}
