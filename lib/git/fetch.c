/* SPDX-License-Identifier: Apache-2.0 */
/* Bringing a mirror up to date. Libgit2 1.5 has neither shallow fetches nor SHA-256 nor our limits, so the git program
 * does it. The lock file is open in git as well: should we be killed, the next server waits for that git to end. */
#include <ftw.h>
#include <unistd.h>
#include "base/file.h"
#include "git/command.h"
#include "git/mirror.h"
#include "git/remote.h"

enum { FETCH_MS = 15 * 60 * 1000, FETCH_OUT = 1 << 20, FETCH_ARGS = 24 };

/* GitHub and Gitea name change heads refs/pull, GitLab refs/merge-requests; a pattern without a match is no error. */
static const char *const everything[] = {
    "+refs/heads/*:refs/heads/*",
    "+refs/tags/*:refs/tags/*",
    "+refs/pull/*/head:refs/pull/*/head",
    "+refs/merge-requests/*/head:refs/merge-requests/*/head",
    NULL,
};

struct fetch {
    struct gits *g;
    struct mirror *m;
    const struct git_remote *r;
    const char *scheme;
    struct buf header;
    int lock;
};

static void fetch_drop(struct fetch *f)
{
    fd_closep(&f->lock);
    if (f->header.p)
        explicit_bzero(f->header.p, f->header.n);
    buf_free(&f->header);
}

static int run_fetch(struct fetch *f, const char *const *specs, struct git_output *ret, struct err *e)
{
    const char *argv[FETCH_ARGS] = {"fetch", "--quiet", "--force", "--no-tags", "--no-write-fetch-head",
                                    "--no-recurse-submodules"};
    size_t n = 6;
    if (specs == everything)
        argv[n++] = "--prune"; /* else a new branch a/b fails while a deleted a is still here */
    argv[n++] = "--end-of-options";
    argv[n++] = f->r->url;
    for (size_t i = 0; specs[i]; i++)
        argv[n++] = specs[i];
    struct git_command c = {
        .argv = argv,
        .git_dir = f->m->path,
        .scheme = f->scheme,
        .http_header = f->header.n ? f->header.p : NULL,
        .lock_fd = f->lock,
        .ms = FETCH_MS,
        .max_out = FETCH_OUT,
    };
    return git_run(&c, ret, e);
}

static int remove_lock_file(const char *path, const struct stat *st, int kind, struct FTW *at)
{
    (void)st;
    (void)at;
    if (kind == FTW_F && sv_ends(sv_of(path), SV(".lock")))
        unlink(path);
    return 0;
}

static bool says(const struct git_output *o, const char *words)
{
    return sv_find(buf_view(&o->errors), sv_of(words)) >= 0;
}

/* What can be mended on our side, once each. */
static int mend(struct fetch *f, const struct git_output *o, bool *ret_again, struct err *e)
{
    *ret_again = true;
    if (says(o, "mismatched algorithms")) {
        enum mirror_format now = mirror_format(f->g, f->m);
        return mirror_make(f->g, f->m, now == FORMAT_SHA256 ? FORMAT_SHA1 : FORMAT_SHA256, e);
    }
    if (says(o, ".lock': File exists")) { /* of a git that was killed: we hold the mirror, so nobody else does */
        nftw(f->m->path, remove_lock_file, 16, FTW_PHYS);
        return 0;
    }
    *ret_again = false;
    return 0;
}

static int fetch_all(struct fetch *f, struct err *e)
{
    for (int tries = 0;; tries++) {
        AUTO(git_output_free) struct git_output out = {0};
        bool again = false;
        if (run_fetch(f, everything, &out, e) < 0)
            return -1;
        if (out.status == 0)
            return 0;
        if (tries < 2 && mend(f, &out, &again, e) < 0)
            return -1;
        if (!again)
            return git_said(&out, e);
    }
}

/* A commit that no ref of the remote has any more (force-pushed away) may still be given out by its id. */
static int fetch_one(struct fetch *f, const char *oid, struct err *e)
{
    AUTO(buf_free) struct buf spec = {0};
    AUTO(git_output_free) struct git_output out = {0};
    buf_fmt(&spec, "+%s:refs/fettle/%s", oid, oid);
    const char *const specs[] = {spec.p, NULL};
    if (run_fetch(f, specs, &out, e) < 0)
        return -1;
    if (out.status == 0)
        return 0;
    git_said(&out, e);
    if (e->cls == ERR_MISSING)
        err_set(e, ERR_MISSING, "the remote has no object %s", oid);
    return -1;
}

static const char *first_missing(struct gits *g, const char *id, const char *const *want)
{
    while (*want && git_has(g, id, *want))
        want++;
    return *want;
}

static int check_want(const char *const *want, struct err *e)
{
    for (; *want; want++) {
        if (!oid_is(sv_of(*want)))
            return err_set(e, ERR_INVALID, "not an object id: %.80s", *want);
    }
    return 0;
}

int git_fetch(struct gits *g, const struct git_remote *r, const char *const *want, struct err *e)
{
    static const char *const nothing[] = {NULL};
    AUTO(fetch_drop) struct fetch f = {.g = g, .r = r, .lock = -1};
    want = want ? want : nothing;
    if (mirror_of(g, r->id, &f.m, e) < 0 || check_want(want, e) < 0 || remote_scheme(r->url, &f.scheme, e) < 0 ||
        remote_header(r, f.scheme, &f.header, e) < 0)
        return -1;
    if (*want && !first_missing(g, r->id, want))
        return 0;
    if (mirror_lock(f.m, &f.lock, e) < 0)
        return -1;
    enum mirror_format format = mirror_format(g, f.m);
    if (format == FORMAT_UNKNOWN)
        format = *want && strlen(*want) == 64 ? FORMAT_SHA256 : FORMAT_SHA1;
    if (mirror_make(g, f.m, format, e) < 0 || fetch_all(&f, e) < 0)
        return -1;
    for (const char *oid; (oid = first_missing(g, r->id, want)) != NULL;) {
        if (fetch_one(&f, oid, e) < 0)
            return -1;
        if (!git_has(g, r->id, oid))
            return err_set(e, ERR_MISSING, "the remote has no object %s", oid);
    }
    return 0;
}
