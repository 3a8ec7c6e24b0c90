/* SPDX-License-Identifier: Apache-2.0 */
/* The machine: git, bubblewrap, room on disk, limits of the process; and whether a server runs here. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/statvfs.h>
#include <sys/timex.h>
#include <sys/un.h>
#include <unistd.h>
#include "base/file.h"
#include "server/cli/doctor.h"
#include "server/cli/hooks_told.h"
#include "server/cli/remote.h"
#include "server/health/judge.h"

enum { GIT_MAJOR = 2, GIT_MINOR = 38, FILES_A_CONNECTION = 4, PROCESSES_A_SLOT = 64 };
static const uint64_t MIB = 1 << 20;

/* ---- the server ---- */

static int64_t process_at(const char *path)
{
    struct sockaddr_un to = {.sun_family = AF_UNIX};
    struct ucred who = {0};
    socklen_t n = sizeof who;
    if (strlen(path) >= sizeof to.sun_path)
        return 0;
    memcpy(to.sun_path, path, strlen(path) + 1);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof to) < 0 ||
        getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &n) < 0)
        who.pid = 0;
    if (fd >= 0)
        close(fd);
    return who.pid;
}

/* 0 = no server answers at a socket of the configuration. */
static int64_t server_process(const struct doctor *d)
{
    int64_t ret = 0;
    for (size_t i = 0; d->conf && i < d->conf->n_listens && !ret; i++)
        if (d->conf->listens[i].kind == CONF_UNIX && d->conf->listens[i].address)
            ret = process_at(d->conf->listens[i].address);
    return ret;
}

static void say_ready(struct doctor *d, const struct jval *o)
{
    AUTO(buf_free) struct buf failed = {0}, warned = {0};
    const struct jval *checks = jval_get(o, "checks");
    for (size_t i = 0; i < jval_len(checks); i++) {
        const struct jval *c = jval_item(checks, i);
        struct sv state = jval_str(jval_get(c, "state"));
        struct buf *b = sv_is(state, "fail") ? &failed : sv_is(state, "warn") ? &warned : NULL;
        if (b)
            buf_fmt(b, "%s%.*s (%.*s)", b->n ? ", " : "", SV_ARG(jval_str(jval_get(c, "name"))),
                    SV_ARG(jval_str(jval_get(c, "detail"))));
    }
    if (!jval_true(jval_get(o, "ready")))
        doctor_say(d, DOCTOR_ERROR, "server", "not-ready", "fettle status, and the server's log",
                   "it runs, and is not ready: %s", failed.n ? failed.p : "nobody says why");
    else if (warned.n)
        doctor_say(d, DOCTOR_WARNING, "server", "not-well", "fettle status, and the server's log",
                   "it runs, and not all is well: %s", warned.p);
    else
        doctor_say(d, DOCTOR_OK, "server", "ok", NULL, "it runs, and is ready");
}

void doctor_server(struct doctor *d)
{
    AUTO(remote_close) struct remote *r = NULL;
    AUTO(remote_answer_free) struct remote_answer a = {0};
    AUTO(jdoc_free) struct jdoc *doc = NULL;
    struct err e = {0};
    const char *url = getenv("FETTLE_URL");
    if (!(url && *url) && server_process(d) == 0) {
        doctor_say(d, DOCTOR_NOTE, "server", "not-running", "fettle serve", "no server answers at a socket of %s",
                   d->file);
        return;
    }
    if (remote_open(d->file, &r) != CLI_OK || remote_send(r, "GET", "/readyz", &a) != CLI_OK ||
        jdoc_parse(buf_view(&a.body), NULL, &doc, &e) < 0) {
        doctor_say(d, DOCTOR_ERROR, "server", "no-answer", "look into its log, or start it again",
                   "a server is there, and does not answer");
        return;
    }
    d->server = SERVER_RUNS;
    say_ready(d, jdoc_root(doc));
}

/* ---- programs ---- */

static void check_git(struct doctor *d)
{
    int major, minor;
    struct err e = {0};
    const char *mend = "apt-get install git (fettle needs 2.38 for merges of SHA-256 repositories)";
    if (hooks_git_version(&d->arena, &major, &minor, &e) < 0)
        doctor_say(d, DOCTOR_ERROR, "git", "git-missing", mend, "git cannot be run: %s", e.msg);
    else if (major < GIT_MAJOR || (major == GIT_MAJOR && minor < GIT_MINOR))
        doctor_say(d, DOCTOR_WARNING, "git", "git-old", mend, "git is %d.%d", major, minor);
    else
        doctor_say(d, DOCTOR_OK, "git", "ok", NULL, "git is %d.%d%s", major, minor,
                   major > 2 || minor >= 54 ? ", which knows hooks of the configuration" : "");
}

static bool on_path(const char *program)
{
    AUTO(buf_free) struct buf b = {0};
    struct sv rest = sv_of(getenv("PATH")), dir;
    while (rest.n && sv_next(&rest, ':', &dir)) {
        buf_clear(&b);
        buf_fmt(&b, "%.*s/%s", SV_ARG(dir), program);
        if (access(b.p, X_OK) == 0)
            return true;
    }
    return false;
}

static void check_beside(struct doctor *d)
{
    static const char mend[] = "install all programs of fettle into one folder";
    if (!program_beside("fettle-shim", &d->arena))
        doctor_say(d, DOCTOR_ERROR, "programs", "no-shim", mend,
                   "fettle-shim is not beside fettle: no server can start");
    if (!program_beside("fettle-hook", &d->arena))
        doctor_say(d, DOCTOR_WARNING, "programs", "no-hook", mend,
                   "fettle-hook is not beside fettle: git hooks have nothing to call");
}

static void check_isolation(struct doctor *d)
{
    if (!d->conf->runner.isolate)
        doctor_say(d, DOCTOR_WARNING, "isolation", "no-isolation", "runner: {isolation: bwrap}",
                   "steps are not isolated: runs of untrusted changes are refused");
    else if (!on_path("bwrap"))
        doctor_say(d, DOCTOR_ERROR, "isolation", "no-bwrap", "apt-get install bubblewrap",
                   "bubblewrap (bwrap) is not installed: no step can be started");
    else
        doctor_say(d, DOCTOR_OK, "isolation", "ok", NULL, "bubblewrap is there");
}

/* ---- disk ---- */

static void check_disk(struct doctor *d, const char *path)
{
    struct statvfs s;
    if (!path || statvfs(path, &s) < 0)
        return;
    uint64_t free_ = (uint64_t)s.f_bavail * s.f_frsize, all = (uint64_t)s.f_blocks * s.f_frsize;
    const char *mend = "shorter `retention` in fettle.yaml, or a larger disk";
    enum health_state state = health_of_disk((int64_t)free_, (int64_t)all);
    if (state == HEALTH_FAIL)
        doctor_say(d, DOCTOR_ERROR, "disk", "disk-full", mend, "%llu MiB are left at %s",
                   (unsigned long long)(free_ / MIB), path);
    else if (state == HEALTH_WARN)
        doctor_say(d, DOCTOR_WARNING, "disk", "disk-low", mend, "%llu MiB are left at %s",
                   (unsigned long long)(free_ / MIB), path);
    else if (s.f_files && s.f_favail < s.f_files / 100)
        doctor_say(d, DOCTOR_ERROR, "disk", "no-inodes", mend, "%llu files more can be made at %s",
                   (unsigned long long)s.f_favail, path);
    else
        doctor_say(d, DOCTOR_OK, "disk", "ok", NULL, "%llu MiB are left at %s", (unsigned long long)(free_ / MIB),
                   path);
}

/* ---- limits ---- */

/* The hard limit of the running server, which raises its soft one; else of this process. UINT64_MAX = none. */
static uint64_t limit_of(int64_t pid, const char *name, int resource)
{
    AUTO(buf_free) struct buf text = {0}, path = {0};
    struct err none = {0};
    struct rlimit own = {0};
    char hard[32];
    buf_fmt(&path, "/proc/%lld/limits", (long long)pid);
    if (pid && file_read(path.p, 1 << 16, &text, &none) == 0) {
        ptrdiff_t at = sv_find(buf_view(&text), sv_of(name));
        if (at >= 0 && sscanf(text.p + at + strlen(name), "%*s %31s", hard) == 1)
            return strcmp(hard, "unlimited") == 0 ? UINT64_MAX : strtoull(hard, NULL, 10);
    }
    getrlimit((__rlimit_resource_t)resource, &own);
    return own.rlim_max == RLIM_INFINITY ? UINT64_MAX : own.rlim_max;
}

static void check_limits(struct doctor *d)
{
    int64_t pid = server_process(d);
    const char *whose = pid ? "the running server" : "this shell";
    uint64_t files = limit_of(pid, "Max open files", RLIMIT_NOFILE),
             processes = limit_of(pid, "Max processes", RLIMIT_NPROC);
    uint64_t need = (uint64_t)d->conf->limits.connections * FILES_A_CONNECTION;
    uint64_t wanted = (uint64_t)d->conf->slots * PROCESSES_A_SLOT;
    size_t before = d->all.n;
    if (files < need)
        doctor_say(d, DOCTOR_WARNING, "limits", "few-files",
                   arena_fmt(&d->arena, "LimitNOFILE=%llu in the unit of systemd, or fewer `limits.connections`",
                             (unsigned long long)need),
                   "%s may open %llu files: enough for %llu of %d connections", whose, (unsigned long long)files,
                   (unsigned long long)files / FILES_A_CONNECTION, d->conf->limits.connections);
    if (processes < wanted)
        doctor_say(d, DOCTOR_WARNING, "limits", "few-processes",
                   arena_fmt(&d->arena, "LimitNPROC=%llu in the unit of systemd, or fewer `slots`",
                             (unsigned long long)wanted),
                   "%s may have %llu processes, with %d slots", whose, (unsigned long long)processes, d->conf->slots);
    if (d->all.n == before)
        doctor_say(d, DOCTOR_OK, "limits", "ok", NULL, "%s may open files and have processes enough", whose);
}

static void check_clock(struct doctor *d)
{
    struct timex t = {0};
    if (adjtimex(&t) == TIME_ERROR)
        doctor_say(d, DOCTOR_NOTE, "clock", "clock-alone", "timedatectl set-ntp true",
                   "nobody keeps the clock of this machine right (containers cannot know)");
}

void doctor_machine(struct doctor *d)
{
    check_git(d);
    check_beside(d);
    check_clock(d);
    if (!d->conf)
        return;
    check_isolation(d);
    check_disk(d, d->conf->state_dir && access(d->conf->state_dir, F_OK) == 0 ? d->conf->state_dir : d->conf->dir);
    check_limits(d);
}
