/* SPDX-License-Identifier: Apache-2.0 */
#include "exec/sandbox.h"
#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/arena.h"
#include "base/file.h"
#include "exec/shim/wire.h"

static const char run_shim[] = "/run/fettle-shim"; /* where the sandbox shows it when its place is hidden */

static int make_filters(struct sandbox *s, struct err *e)
{
    for (int k = 0; k < SECCOMP_N; k++) {
        struct sock_filter program[SECCOMP_MAX];
        size_t n = seccomp_program((enum seccomp_kind)k, program);
        if (n == 0)
            continue;
        s->filter_fd[k] = memfd_create("fettle-seccomp", MFD_CLOEXEC);
        if (s->filter_fd[k] < 0 || fd_write_all(s->filter_fd[k], program, n * sizeof program[0]) < 0)
            return err_errno(e, "make the system call filter");
    }
    return 0;
}

static bool below(const char *path, const char *dir)
{
    size_t n = strlen(dir);
    return strncmp(path, dir, n) == 0 && (path[n] == '/' || path[n] == 0);
}

/* Only a home that is a home: system users have /, /bin or /usr/sbin there. */
static char *own_home(void)
{
    struct passwd *u = getpwuid(getuid());
    char *home = u ? realpath(u->pw_dir, NULL) : NULL;
    if (home && (below(home, "/home") || below(home, "/root") || below(home, "/var/lib")) && strcmp(home, "/home") != 0)
        return home;
    free(home);
    return NULL;
}

/* systemd keeps the real file below /run, which is hidden. */
static char *hidden_resolv(void)
{
    char *path = realpath("/etc/resolv.conf", NULL);
    if (path && below(path, "/run"))
        return path;
    free(path);
    return NULL;
}

int sandbox_init(struct sandbox *s, const char *state_dir, const struct exec_conf *c, struct err *e)
{
    *s = (struct sandbox){.state_dir = state_dir, .shim = c->shim, .hide = c->hide, .root = geteuid() == 0};
    for (int k = 0; k < SECCOMP_N; k++)
        s->filter_fd[k] = -1;
    if (!c->isolate)
        return 0;
    s->home = own_home();
    s->resolv = hidden_resolv();
    s->cgroup = sandbox_find_cgroup(&s->counts_procs);
    return make_filters(s, e);
}

void sandbox_free(struct sandbox *s)
{
    for (int k = 0; k < SECCOMP_N; k++)
        fd_closep(&s->filter_fd[k]);
    free(s->home);
    free(s->resolv);
    mem_free(s->cgroup);
}

bool sandbox_ready(struct sandbox *s)
{
    static const char *const places[] = {"/usr/bin/bwrap", "/usr/local/bin/bwrap", "/bin/bwrap"};
    for (size_t i = 0; !s->bwrap && i < ARRAY_LEN(places); i++)
        if (access(places[i], X_OK) == 0)
            s->bwrap = places[i];
    return s->bwrap != NULL;
}

int64_t sandbox_max_procs(const struct sandbox *s)
{
    return s->counts_procs ? STEP_MAX_PROCS : USER_MAX_PROCS;
}

int sandbox_filter(const struct sandbox *s, const struct exec_spec *spec)
{
    char path[64];
    int fd = s->filter_fd[spec->trusted ? SECCOMP_TRUSTED : SECCOMP_UNTRUSTED];
    if (fd < 0)
        return -1;
    /* Opened again, not duplicated: bwrap reads it from its offset. */
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    return open(path, O_RDONLY | O_CLOEXEC);
}

static void add(struct argv *v, const char *a, const char *b, const char *c)
{
    VEC_PUSH(&v->v, a);
    if (b)
        VEC_PUSH(&v->v, b);
    if (c)
        VEC_PUSH(&v->v, c);
}

struct mask {
    struct argv *out;
    struct argv dirs; /* covered so far: their content needs no more */
    struct arena *arena;
};

static bool masked(const struct mask *m, const char *path)
{
    for (size_t i = 0; i < m->dirs.v.n; i++)
        if (below(path, m->dirs.v.at[i]))
            return true;
    return below(path, "/tmp") || below(path, "/var/tmp") || below(path, "/run") || below(path, "/dev");
}

static void hide(struct mask *m, const char *path)
{
    struct stat st;
    AUTO(mem_freep) char *real = path ? realpath(path, NULL) : NULL;
    if (!real || stat(real, &st) < 0 || masked(m, real) || strcmp(real, "/") == 0)
        return;
    const char *kept = arena_strdup(m->arena, real);
    if (S_ISDIR(st.st_mode)) {
        add(m->out, "--tmpfs", kept, NULL);
        VEC_PUSH(&m->dirs.v, kept);
    } else {
        add(m->out, "--ro-bind", "/dev/null", kept);
    }
}

static void add_namespaces(const struct sandbox *s, const struct exec_spec *spec, struct argv *v)
{
    add(v, s->bwrap, "--unshare-pid", "--unshare-ipc");
    add(v, "--unshare-uts", "--unshare-cgroup-try", NULL);
    if (!s->root)
        add(v, "--unshare-user", NULL, NULL);
    if (!spec->network)
        add(v, "--unshare-net", NULL, NULL);
    add(v, "--die-with-parent", "--new-session", NULL);
    add(v, "--hostname", "fettle", NULL);
    add(v, "--cap-drop", "ALL", NULL);
    if (s->root) {
        add(v, "--cap-add", "CAP_SETUID", NULL);
        add(v, "--cap-add", "CAP_SETGID", NULL);
        /* For bwrap's chdir into a folder of the other user; like the others it ends with setuid. */
        add(v, "--cap-add", "CAP_DAC_READ_SEARCH", NULL);
    }
}

static void add_system(const struct sandbox *s, const struct sandbox_paths *p, struct argv *v)
{
    add(v, "--ro-bind", "/", "/");
    add(v, "--dev", "/dev", "--perms");
    add(v, "1777", "--tmpfs", "/dev/shm");
    add(v, "--proc", "/proc", NULL);
    add(v, "--bind", p->tmp, "/tmp");
    if (access("/var/tmp", F_OK) == 0) {
        add(v, "--perms", "1777", "--tmpfs");
        add(v, "/var/tmp", NULL, NULL);
    }
    add(v, "--tmpfs", "/run", NULL);
    if (s->resolv)
        add(v, "--ro-bind-try", s->resolv, s->resolv);
}

/* bwrap would make missing parents of a mount for its own user alone. */
static void add_folders(struct argv *v, const char *path, struct arena *a)
{
    for (const char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        add(v, "--perms", "0755", "--dir");
        add(v, arena_dup(a, sv_n(path, (size_t)(slash - path))), NULL, NULL);
    }
}

void sandbox_argv(const struct sandbox *s, const struct exec_spec *spec, const struct sandbox_paths *p,
                  struct arena *a, struct argv *ret)
{
    struct mask m = {.out = ret, .arena = a};
    add_namespaces(s, spec, ret);
    add_system(s, p, ret);
    /* Also below /tmp, where it would not be seen anyway: what is made in it for this step must not stay. */
    add(ret, "--tmpfs", s->state_dir, NULL);
    VEC_PUSH(&m.dirs.v, s->state_dir);
    VEC_PUSH(&m.dirs.v, "/run");
    hide(&m, s->home);
    for (size_t i = 0; s->hide && s->hide[i]; i++)
        hide(&m, s->hide[i]);
    add_folders(ret, p->in, a);
    add_folders(ret, p->work, a);
    add(ret, "--ro-bind", p->in, p->in);
    for (size_t i = 0; spec->shown && spec->shown[i]; i++) {
        add_folders(ret, spec->shown[i], a);
        add(ret, "--ro-bind", spec->shown[i], spec->shown[i]);
    }
    add(ret, "--bind", p->work, p->work);
    add(ret, "--bind", p->home, p->home);
    const char *shim = masked(&m, s->shim) ? run_shim : s->shim;
    if (s->root && shim == run_shim)
        add(ret, "--ro-bind", s->shim, run_shim);
    /* Another user cannot write there anyway, and bwrap reads the whole mount table for each of these. */
    for (size_t i = 0; !s->root && i < m.dirs.v.n; i++)
        add(ret, "--remount-ro", m.dirs.v.at[i], NULL);
    VEC_FREE(&m.dirs.v);
    add(ret, "--chdir", p->cwd, NULL);
    if (s->filter_fd[0] >= 0)
        add(ret, "--seccomp", arena_fmt(a, "%d", WIRE_SECCOMP_FD), NULL);
    add(ret, "--json-status-fd", arena_fmt(a, "%d", WIRE_STATUS_FD), "--");
    if (s->root)
        add(ret, shim, "drop", arena_fmt(a, "%d", STEP_UID));
}
