/* SPDX-License-Identifier: Apache-2.0 */
#include "git/pushed.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "base/file.h"
#include "git/command.h"
#include "git/pushed_place.h"
#include "git/reader.h"
#include "git/remote.h"

enum { TAKE_MS = 5 * 60 * 1000, ASK_MS = 60 * 1000, OUT_MOST = 1 << 20 };
enum { OID_LINE = 66 };

int git_pushed_ready(struct gits *g, const char *id, size_t digits, struct err *e)
{
    struct mirror *m;
    AUTO(fd_closep) int lock = -1;
    if (mirror_of(g, id, &m, e) < 0)
        return -1;
    if (mirror_format(g, m) != FORMAT_UNKNOWN)
        return 0;
    if (mirror_lock(m, &lock, e) < 0)
        return -1;
    /* Who held the lock may have made it. */
    if (mirror_format(g, m) != FORMAT_UNKNOWN)
        return 0;
    return mirror_make(g, m, digits == 64 ? FORMAT_SHA256 : FORMAT_SHA1, e);
}

/* ---- what is there ---- */

static int put_lines(const char *path, const struct sv *oids, size_t n, struct err *e)
{
    AUTO(buf_free) struct buf text = {0};
    for (size_t i = 0; i < n; i++)
        buf_fmt(&text, "%.*s\n", SV_ARG(oids[i]));
    return file_write(path, buf_view(&text), 0600, e);
}

/* One process for all of them: "<oid> missing", or "<oid> <type> <size>". */
static int ask_program(struct git_view *v, const struct sv *oids, size_t n, bool *ret_has, struct err *e)
{
    static const char *const argv[] = {"cat-file", "--batch-check", NULL};
    AUTO(pushed_place_drop) struct pushed_place p = {0};
    AUTO(git_output_free) struct git_output out = {0};
    if (pushed_place_make(v->path, &p, e) < 0 || put_lines(p.lines, oids, n, e) < 0)
        return -1;
    struct git_command c = {.argv = argv,
                            .git_dir = v->path,
                            .input = p.lines,
                            .lock_fd = -1,
                            .ms = ASK_MS,
                            .max_out = n * 2 * OID_LINE + OUT_MOST};
    if (git_run_ok(&c, &out, e) < 0)
        return -1;
    struct sv rest = buf_view(&out.out), line;
    for (size_t i = 0; i < n && sv_next(&rest, '\n', &line); i++)
        ret_has[i] = !sv_ends(line, SV(" missing"));
    return 0;
}

int git_pushed_known(struct gits *g, const char *id, const struct sv *oids, size_t n, bool *ret_has, struct err *e)
{
    AUTO(view_close) struct git_view v = {0};
    AUTO(arena_free) struct arena a = {0};
    memset(ret_has, 0, n * sizeof *ret_has);
    if (view_open(g, id, &v, e) < 0)
        return e->cls == ERR_MISSING ? 0 : -1;
    if (!v.repo)
        return n ? ask_program(&v, oids, n, ret_has, e) : 0;
    for (size_t i = 0; i < n; i++)
        ret_has[i] = oids[i].n == 40 && tree_has(&v, arena_dup(&a, oids[i]));
    return 0;
}

/* ---- taking a pack ---- */

static int run(const struct pushed_place *p, const char *const *argv, const char *const *env, const char *input,
               msec_t ms, struct git_output *out, struct err *e)
{
    struct git_command c = {
        .argv = argv, .git_dir = p->mirror, .env = env, .input = input, .lock_fd = -1, .ms = ms, .max_out = OUT_MOST};
    return git_run(&c, out, e);
}

/* What git says of a bad pack is no error of ours; where the disk is full it is none of the pack's. */
static int bad_pack(const struct git_output *o, const char *what, enum err_class cls, struct err *e)
{
    struct sv said = buf_view(&o->errors);
    static const char *const ours[] = {"No space left", "Disk quota", "Cannot allocate memory", "Too many open files",
                                       "unable to create temporary file"};
    git_said(o, e);
    e->cls = o->status > 128 ? ERR_TRANSIENT : cls; /* killed */
    for (size_t i = 0; i < ARRAY_LEN(ours); i++)
        if (sv_find(said, sv_of(ours[i])) >= 0)
            e->cls = ERR_TRANSIENT;
    return err_add(e, "%s", what);
}

static int index_pack(const struct pushed_place *p, const struct pushed_pack *pack, const char *const *env,
                      struct err *e)
{
    static const char *const argv[] = {"index-pack", "--strict", "--fix-thin", "--stdin", NULL};
    AUTO(git_output_free) struct git_output out = {0};
    char input[64];
    if (lseek(pack->fd, 0, SEEK_SET) < 0)
        return err_errno(e, "the pack");
    snprintf(input, sizeof input, "/proc/self/fd/%d", pack->fd);
    if (run(p, argv, env, input, pack->ms ? pack->ms : TAKE_MS, &out, e) < 0)
        return -1;
    return out.status == 0 ? 0 : bad_pack(&out, "the pack", ERR_INVALID, e);
}

/* As git looks after a fetch (connected.c): whatever the new ids lead to and our refs do not is there. */
static int check_connected(const struct pushed_place *p, const struct pushed_pack *pack, const char *const *env,
                           struct err *e)
{
    static const char *const argv[] = {"rev-list", "--objects", "--stdin", "--not", "--all", "--quiet", NULL};
    AUTO(git_output_free) struct git_output out = {0};
    if (put_lines(p->lines, pack->tips, pack->n_tips, e) < 0 ||
        run(p, argv, env, p->lines, pack->ms ? pack->ms : TAKE_MS, &out, e) < 0)
        return -1;
    return out.status == 0 ? 0 : bad_pack(&out, "what is pushed is not all there", ERR_MISSING, e);
}

static int hold(const struct pushed_place *p, const struct pushed_pack *pack, struct err *e)
{
    static const char *const argv[] = {"update-ref", "--stdin", NULL};
    AUTO(git_output_free) struct git_output out = {0};
    AUTO(buf_free) struct buf text = {0};
    for (size_t i = 0; i < pack->n_tips; i++) {
        if (pushed_mark(p->mirror, pack->tips[i], e) < 0)
            return -1;
        buf_fmt(&text, "update " PUSHED_REFS "%.*s %.*s\n", SV_ARG(pack->tips[i]), SV_ARG(pack->tips[i]));
    }
    if (file_write(p->lines, buf_view(&text), 0600, e) < 0 || run(p, argv, NULL, p->lines, ASK_MS, &out, e) < 0)
        return -1;
    return out.status == 0 ? 0 : git_said(&out, e);
}

int git_pushed_take(struct gits *g, const char *id, const struct pushed_pack *pack, struct err *e)
{
    AUTO(pushed_place_drop) struct pushed_place p = {0};
    AUTO(buf_free) struct buf objects = {0}, borrowed = {0};
    struct mirror *m;
    for (size_t i = 0; i < pack->n_tips; i++)
        if (!oid_is(pack->tips[i]))
            return err_set(e, ERR_INVALID, "not an object id: %.*s", SV_ARG(sv_cut(pack->tips[i], 80)));
    if (mirror_of(g, id, &m, e) < 0)
        return -1;
    if (mirror_format(g, m) == FORMAT_UNKNOWN)
        return err_set(e, ERR_MISSING, "nothing was fetched from %.80s yet", id);
    if (pushed_place_make(m->path, &p, e) < 0)
        return -1;
    pushed_place_env(&p, &objects, &borrowed);
    const char *const env[] = {objects.p, borrowed.p, NULL};
    if (index_pack(&p, pack, env, e) < 0 || check_connected(&p, pack, env, e) < 0 || pushed_place_move(&p, e) < 0)
        return -1;
    return hold(&p, pack, e);
}
