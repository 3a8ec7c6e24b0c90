/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <grp.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>
#include "exec/shim/shim.h"

enum { NOT_DROPPED = 126, NOT_EXECUTED = 127 };

int drop_main(int argc, char **argv)
{
    int64_t uid;
    if (argc < 2 || !sv_int(sv_of(argv[0]), &uid) || uid <= 0 || uid > UINT32_MAX - 1) {
        fprintf(stderr, "fettle-shim: usage: fettle-shim drop UID command ...\n");
        return NOT_DROPPED;
    }
    gid_t gid = (gid_t)uid;
    uid_t to = (uid_t)uid;
    if (setgroups(0, NULL) < 0 || setresgid(gid, gid, gid) < 0 || setresuid(to, to, to) < 0 || setuid(0) == 0 ||
        prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0) {
        fprintf(stderr, "fettle-shim: cannot become user %lld: %s\n", (long long)uid, strerror(errno));
        return NOT_DROPPED;
    }
    execv(argv[1], argv + 1);
    fprintf(stderr, "fettle-shim: %s: %s\n", argv[1], strerror(errno));
    return NOT_EXECUTED;
}
