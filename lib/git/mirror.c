/* SPDX-License-Identifier: Apache-2.0 */
#include "git/mirror.h"
#include <errno.h>
#include <fcntl.h>
#include <git2.h>
#include <stdio.h>
#include <sys/file.h>
#include <unistd.h>
#include "base/file.h"
#include "fmt/enc.h"
#include "fmt/hmac.h"
#include "git/command.h"
#include "git/remote.h"

enum { LOCK_MS = 60 * 1000, LOCK_STEP_MS = 100, INIT_MS = 60 * 1000, OBJECT_CACHE = 64 << 20, OPEN_PACKS = 256 };

/* Process-wide: no configuration of the machine is read, caches stay small. Only when first needed: the library reads
 * all certificates of the machine, for connections that we do not make with it. */
static void set_libgit2(struct gits *g)
{
    pthread_mutex_lock(&g->lock);
    if (g->ready) {
        pthread_mutex_unlock(&g->lock);
        return;
    }
    g->ready = true;
    git_libgit2_init();
    git_libgit2_opts(GIT_OPT_SET_SEARCH_PATH, GIT_CONFIG_LEVEL_SYSTEM, "");
    git_libgit2_opts(GIT_OPT_SET_SEARCH_PATH, GIT_CONFIG_LEVEL_GLOBAL, "");
    git_libgit2_opts(GIT_OPT_SET_SEARCH_PATH, GIT_CONFIG_LEVEL_XDG, "");
    git_libgit2_opts(GIT_OPT_SET_SEARCH_PATH, GIT_CONFIG_LEVEL_PROGRAMDATA, "");
    git_libgit2_opts(GIT_OPT_SET_CACHE_MAX_SIZE, (ssize_t)OBJECT_CACHE);
    git_libgit2_opts(GIT_OPT_SET_MWINDOW_FILE_LIMIT, (size_t)OPEN_PACKS);
    pthread_mutex_unlock(&g->lock);
}

/* Git changes its folder, so every path must stand alone. Made by realpath: to be freed with free. */
static int make_folder(const char *state_dir, const char *name, char **ret, struct err *e)
{
    AUTO(buf_free) struct buf path = {0};
    buf_fmt(&path, "%s/%s", state_dir, name);
    if (file_make_dirs(path.p, e) < 0)
        return -1;
    *ret = realpath(path.p, NULL);
    return *ret ? 0 : err_errno(e, "%s", path.p);
}

int gits_open(const char *state_dir, struct gits **ret, struct err *e)
{
    struct gits *g = mem_new(sizeof *g);
    pthread_mutex_init(&g->lock, NULL);
    if (make_folder(state_dir, "mirrors", &g->root, e) < 0 ||
        make_folder(state_dir, "checkpoints", &g->snapshots, e) < 0) {
        gits_close(&g);
        return -1;
    }
    *ret = g;
    return 0;
}

static void drop_idle(struct gits *g, struct mirror *m)
{
    g->n_idle -= m->n_idle;
    while (m->n_idle > 0)
        git_repository_free(m->idle[--m->n_idle]);
}

void gits_close(struct gits **gp)
{
    struct gits *g = STEAL(*gp);
    if (!g)
        return;
    struct sv key;
    void *value;
    for (size_t at = 0; map_each(&g->mirrors, &at, &key, &value);) {
        struct mirror *m = value;
        drop_idle(g, m);
        mem_free(m->path);
        mem_free(m);
    }
    map_free(&g->mirrors);
    pthread_mutex_destroy(&g->lock);
    free(g->root);
    free(g->snapshots);
    if (g->ready)
        git_libgit2_shutdown();
    mem_free(g);
}

uint64_t git_lane(const char *id)
{
    static const uint8_t key[16] = "fettle git lanes";
    return map_siphash13(key, id, strlen(id));
}

int mirror_of(struct gits *g, const char *id, struct mirror **ret, struct err *e)
{
    if (remote_id_check(id, e) < 0)
        return -1;
    pthread_mutex_lock(&g->lock);
    struct mirror *m = map_get(&g->mirrors, sv_of(id));
    if (!m) {
        uint8_t hash[SHA256_LEN];
        struct buf path = {0};
        sha256(id, strlen(id), hash);
        buf_fmt(&path, "%s/", g->root);
        hex_put(&path, hash, 16);
        buf_str(&path, ".git");
        m = mem_new(sizeof *m);
        m->path = buf_take(&path);
        map_put(&g->mirrors, sv_of(id), m);
    }
    pthread_mutex_unlock(&g->lock);
    *ret = m;
    return 0;
}

/* From what git init wrote; unknown when there is no mirror. */
static enum mirror_format read_format(const struct mirror *m)
{
    AUTO(buf_free) struct buf path = {0}, text = {0};
    struct err ignored;
    buf_fmt(&path, "%s/config", m->path);
    if (file_read(path.p, 1 << 20, &text, &ignored) < 0)
        return FORMAT_UNKNOWN;
    return sv_find(buf_view(&text), SV("objectformat = sha256")) >= 0 ? FORMAT_SHA256 : FORMAT_SHA1;
}

static enum mirror_format format_locked(struct mirror *m)
{
    if (m->format == FORMAT_UNKNOWN)
        m->format = read_format(m);
    return m->format;
}

enum mirror_format mirror_format(struct gits *g, struct mirror *m)
{
    pthread_mutex_lock(&g->lock);
    enum mirror_format f = format_locked(m);
    pthread_mutex_unlock(&g->lock);
    return f;
}

static int init_beside(const char *tmp, enum mirror_format format, struct err *e)
{
    const char *const argv[] = {"init", "--quiet", "--bare", "--template=", "--object-format",
                                format == FORMAT_SHA256 ? "sha256" : "sha1", "--", tmp, NULL};
    AUTO(git_output_free) struct git_output out = {0};
    if (file_remove_tree(tmp, e) < 0)
        return -1;
    return git_run_ok(&(struct git_command){.argv = argv, .lock_fd = -1, .ms = INIT_MS, .max_out = 65536}, &out, e);
}

int mirror_make(struct gits *g, struct mirror *m, enum mirror_format format, struct err *e)
{
    if (mirror_format(g, m) == format)
        return 0;
    AUTO(buf_free) struct buf tmp = {0};
    buf_fmt(&tmp, "%s.tmp", m->path);
    if (init_beside(tmp.p, format, e) < 0 || file_remove_tree(m->path, e) < 0)
        return -1;
    if (rename(tmp.p, m->path) < 0)
        return err_errno(e, "rename %s", tmp.p);
    pthread_mutex_lock(&g->lock);
    drop_idle(g, m);
    m->made++;
    m->format = format;
    pthread_mutex_unlock(&g->lock);
    return 0;
}

int mirror_lock(struct mirror *m, int *ret_fd, struct err *e)
{
    AUTO(buf_free) struct buf path = {0};
    buf_fmt(&path, "%s.lock", m->path);
    AUTO(fd_closep) int fd = open(path.p, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return err_errno(e, "open %s", path.p);
    for (int waited = 0; flock(fd, LOCK_EX | LOCK_NB) < 0; waited += LOCK_STEP_MS) {
        if (errno != EWOULDBLOCK && errno != EINTR)
            return err_errno(e, "lock %s", path.p);
        if (waited >= LOCK_MS)
            return err_set(e, ERR_TRANSIENT, "another git still works on this mirror");
        clk_sleep_ms(LOCK_STEP_MS);
    }
    *ret_fd = fd;
    fd = -1;
    return 0;
}

static int open_handle(struct git_view *v, struct err *e)
{
    set_libgit2(v->g);
    unsigned flags = GIT_REPOSITORY_OPEN_BARE | GIT_REPOSITORY_OPEN_NO_SEARCH;
    if (git_repository_open_ext(&v->repo, v->path, flags, NULL) == 0)
        return 0;
    const git_error *why = git_error_last();
    return err_set(e, ERR_TRANSIENT, "open mirror: %s", why ? why->message : "unknown");
}

int view_open(struct gits *g, const char *id, struct git_view *ret, struct err *e)
{
    struct mirror *m;
    if (mirror_of(g, id, &m, e) < 0)
        return -1;
    *ret = (struct git_view){.g = g, .m = m, .path = m->path};
    pthread_mutex_lock(&g->lock);
    enum mirror_format format = format_locked(m);
    ret->made = m->made;
    if (m->n_idle > 0) {
        ret->repo = m->idle[--m->n_idle];
        g->n_idle--;
    }
    pthread_mutex_unlock(&g->lock);
    if (format == FORMAT_UNKNOWN)
        return err_set(e, ERR_MISSING, "nothing was fetched from %.80s yet", id);
    return ret->repo || format == FORMAT_SHA256 ? 0 : open_handle(ret, e);
}

void view_close(struct git_view *v)
{
    if (!v->repo)
        return;
    struct gits *g = v->g;
    struct mirror *m = v->m;
    pthread_mutex_lock(&g->lock);
    if (v->made == m->made && m->n_idle < MIRROR_HANDLES && g->n_idle < MIRROR_HANDLES_ALL) {
        m->idle[m->n_idle++] = STEAL(v->repo);
        g->n_idle++;
    }
    pthread_mutex_unlock(&g->lock);
    git_repository_free(v->repo);
    v->repo = NULL;
}
