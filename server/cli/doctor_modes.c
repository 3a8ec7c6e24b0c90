/* SPDX-License-Identifier: Apache-2.0 */
/* Who may read and write what the configuration names. */
#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/file.h"
#include "fmt/yaml.h"
#include "server/cli/doctor.h"
#include "server/cli/hooks.h"

static const char *chmod_of(struct doctor *d, const char *how, const char *path)
{
    return arena_fmt(&d->arena, "chmod %s %s", how, hooks_word(path, &d->arena));
}

static void take_bits(struct doctor *d, const char *path, mode_t mode, mode_t bits)
{
    if (d->fix && chmod(path, mode & 07777 & ~bits) == 0)
        doctor_mended(d);
}

/* bits: what nobody else may. A key may be read by a group (Debian's ssl-cert). */
static void check_secret(struct doctor *d, const char *path, mode_t bits)
{
    struct stat st;
    if (!path || stat(path, &st) < 0 || !S_ISREG(st.st_mode))
        return; /* the configuration says so */
    if (access(path, R_OK) != 0) {
        doctor_say(d, DOCTOR_ERROR, "permissions", "secret-unreadable", "run fettle as the user that owns it",
                   "%s cannot be read by this user", path);
    } else if (st.st_mode & bits) {
        doctor_say(d, DOCTOR_ERROR, "permissions", "secret-open", chmod_of(d, "600", path),
                   "others can read %s (mode %04o)", path, (unsigned)st.st_mode & 07777);
        take_bits(d, path, st.st_mode, bits);
    }
}

/* Every {file: PATH} is a secret. The tree is asked, not the configuration: that one has no secret which is refused. */
static void check_tree(struct doctor *d, const struct ynode *n)
{
    for (size_t i = 0; n->kind != Y_SCALAR && i < n->n; i++) {
        const struct ynode *x = n->items[i];
        if (x->kind != Y_SCALAR)
            check_tree(d, x);
        else if (n->kind == Y_MAP && sv_is(n->keys[i]->text, "file") && x->text.n)
            check_secret(d, x->text.p[0] == '/' ? x->text.p : arena_fmt(&d->arena, "%s/%s", d->conf->dir, x->text.p),
                         077);
    }
}

static void check_secrets(struct doctor *d)
{
    AUTO(buf_free) struct buf text = {0};
    struct ynode *root = NULL;
    struct ymark at;
    struct err none = {0};
    if (file_read(d->file, YAML_BYTES, &text, &none) == 0 &&
        yaml_load(buf_view(&text), &(struct yaml_limits){0}, &d->arena, &root, &at, &none) == 0 && root)
        check_tree(d, root);
    for (size_t i = 0; i < d->conf->n_listens; i++)
        check_secret(d, d->conf->listens[i].key, 07);
}

static void check_written(struct doctor *d, const char *path, enum doctor_level level)
{
    struct stat st;
    if (!path || stat(path, &st) < 0 || !(st.st_mode & 022))
        return;
    doctor_say(d, level, "permissions", "writable-by-others", chmod_of(d, "go-w", path),
               "others can write %s (mode %04o)", path, (unsigned)st.st_mode & 07777);
    take_bits(d, path, st.st_mode, 022);
}

static void check_state(struct doctor *d, const char *dir)
{
    struct err e = {0};
    if (!dir)
        return;
    if (access(dir, F_OK) != 0 && errno == ENOENT) {
        doctor_say(d, DOCTOR_NOTE, "permissions", "state-missing",
                   arena_fmt(&d->arena, "mkdir -m 700 %s", hooks_word(dir, &d->arena)),
                   "the folder %s is not there yet: the server makes it", dir);
        if (d->fix && file_make_dirs(dir, &e) == 0)
            doctor_mended(d);
    } else if (access(dir, R_OK | W_OK | X_OK) != 0) {
        doctor_say(d, DOCTOR_ERROR, "permissions", "state-denied", "run fettle as the user that owns it",
                   "the folder %s cannot be used by this user: %s", dir, strerror(errno));
    } else {
        check_written(d, dir, DOCTOR_ERROR);
    }
}

void doctor_modes(struct doctor *d)
{
    size_t before = d->all.n;
    check_written(d, d->conf->file, DOCTOR_ERROR);
    check_written(d, d->conf->dir, DOCTOR_WARNING);
    check_written(d, d->conf->repositories_file, DOCTOR_ERROR);
    check_written(d, d->conf->workflows_dir, DOCTOR_ERROR);
    check_secrets(d);
    check_state(d, d->conf->state_dir);
    if (d->all.n == before)
        doctor_say(d, DOCTOR_OK, "permissions", "ok", NULL, "secrets, state and configuration belong to their owner");
}
