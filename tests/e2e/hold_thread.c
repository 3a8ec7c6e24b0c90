/* SPDX-License-Identifier: Apache-2.0 */
/* Stops one thread of a process, and no other, until its standard input ends: what a stop signal cannot do.
 * usage: hold_thread PID NAME. Says "held" when it is; 77 = this machine does not let us. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

static pid_t thread_of(const char *pid, const char *name)
{
    char path[300], comm[32] = "";
    snprintf(path, sizeof path, "/proc/%.20s/task", pid);
    DIR *d = opendir(path);
    pid_t ret = 0;
    for (struct dirent *x; d && !ret && (x = readdir(d));) {
        snprintf(path, sizeof path, "/proc/%.20s/task/%.200s/comm", pid, x->d_name);
        FILE *f = x->d_name[0] == '.' ? NULL : fopen(path, "re");
        if (f && fgets(comm, sizeof comm, f) && strcspn(comm, "\n") == strlen(name) &&
            strncmp(comm, name, strlen(name)) == 0)
            ret = (pid_t)atoi(x->d_name);
        if (f)
            fclose(f);
    }
    if (d)
        closedir(d);
    return ret;
}

int main(int argc, char **argv)
{
    char rest[64];
    int status;
    pid_t t = argc == 3 ? thread_of(argv[1], argv[2]) : 0;
    if (!t) {
        fprintf(stderr, "no such thread\n");
        return 2;
    }
    if (ptrace(PTRACE_SEIZE, t, NULL, NULL) < 0 || ptrace(PTRACE_INTERRUPT, t, NULL, NULL) < 0) {
        fprintf(stderr, "ptrace: %s\n", strerror(errno));
        return 77;
    }
    if (waitpid(t, &status, __WALL) != t)
        return 1;
    puts("held");
    fflush(stdout);
    while (read(STDIN_FILENO, rest, sizeof rest) > 0)
        ;
    return ptrace(PTRACE_DETACH, t, NULL, NULL) < 0;
}
