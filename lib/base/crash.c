/* SPDX-License-Identifier: Apache-2.0 */
#include "base/crash.h"
#ifdef FETTLE_CRASHPOINTS
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char key[] = "FETTLE_CRASH=";

char *crash_variable(void)
{
    for (char **x = environ; x && *x; x++)
        if (strncmp(*x, key, sizeof key - 1) == 0)
            return *x;
    return NULL;
}

/* Where the file stands in the variable; NULL = it is about another point. */
static const char *file_of(const char *name, long *ret_hit)
{
    const char *at = crash_variable();
    size_t n = strlen(name);
    if (!at || strncmp(at += sizeof key - 1, name, n) != 0 || at[n] != ':')
        return NULL;
    char *end;
    *ret_hit = strtol(at + n + 1, &end, 10);
    return *end == ':' ? end + 1 : NULL;
}

void crash_point(const char *name)
{
    long hit;
    const char *file = file_of(name, &hit);
    if (!file)
        return;
    int fd = open(file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (fd < 0 || write(fd, "x", 1) != 1)
        abort();
    if (lseek(fd, 0, SEEK_CUR) == hit) {
        kill(getpid(), SIGKILL);
        pause();
    }
    close(fd);
}
#endif
