/* SPDX-License-Identifier: Apache-2.0 */
#include <curl/curl.h>
#include <spawn.h>
#include <sqlite3.h>
#include <sys/wait.h>
#include <unistd.h>
#include "server/cli/bugreport.h"

extern char **environ;

void bug_libraries(struct buf *out)
{
    buf_fmt(out, "SQLite %s\n%s\n", sqlite3_libversion(), curl_version());
}

/* The first line of what `name --version` says; false = it cannot be started. */
static bool ask_version(const char *name, struct buf *out)
{
    char *const argv[] = {(char *)(uintptr_t)name, (char *)(uintptr_t) "--version", NULL};
    posix_spawn_file_actions_t actions;
    int ends[2], status;
    pid_t pid;
    char text[256];
    if (pipe(ends) < 0)
        return false;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    posix_spawn_file_actions_addclose(&actions, ends[0]);
    posix_spawn_file_actions_addclose(&actions, ends[1]);
    bool ok = posix_spawnp(&pid, name, &actions, NULL, argv, environ) == 0;
    posix_spawn_file_actions_destroy(&actions);
    close(ends[1]);
    ssize_t n = ok ? read(ends[0], text, sizeof text) : 0;
    close(ends[0]);
    if (ok)
        waitpid(pid, &status, 0);
    struct sv s = sv_n(text, n > 0 ? (size_t)n : 0), line;
    if (!s.n || !sv_next(&s, '\n', &line))
        return false;
    cli_text(line, out);
    buf_chr(out, '\n');
    return true;
}

void bug_programs(struct buf *out)
{
    static const char *const names[] = {"git", "bwrap"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (!ask_version(names[i], out))
            buf_fmt(out, "%s: not found\n", names[i]);
}
