/* SPDX-License-Identifier: Apache-2.0 */
#include "config/secret.h"
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/file.h"
#include "config/field.h"

enum { SECRET_MAX = 8192 };

static const char *const secret_one_of[] = {"file", "env", "credential", NULL};
static const struct field secret_fields[] = {
    {"file", F_PATH, .at = offsetof(struct conf_secret, file), .doc = "file with the secret, mode 0600"},
    {"env", F_TEXT, .at = offsetof(struct conf_secret, env), .doc = "environment variable of the server"},
    {"credential", F_TEXT, .at = offsetof(struct conf_secret, credential), .doc = "credential of the systemd unit"},
};

static const struct object secret_object = {OBJECT("secret", "a secret", secret_fields), .one_of = secret_one_of};
const struct shape shape_secret = {SHAPE_OBJECT, .object = &secret_object};

/* The mode is that of the file opened, so that it cannot be exchanged in between. */
static bool file_is_private(struct reading *r, const struct ynode *n, const char *path)
{
    struct stat st;
    AUTO(fd_closep) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0 || fstat(fd, &st) < 0) {
        say(r, n, "bad-secret", "cannot read the secret file %s", path);
        return false;
    }
    if (!S_ISREG(st.st_mode)) {
        say(r, n, "bad-secret", "the secret file %s is no plain file", path);
        return false;
    }
    if (st.st_mode & 077) {
        say(r, n, "bad-secret", "the secret file %s can be read by others (mode %04o): chmod 600 it", path,
            (unsigned)st.st_mode & 07777);
        return false;
    }
    return true;
}

static bool value_from_file(struct reading *r, const struct ynode *n, const char *path, struct buf *ret)
{
    struct err e = {0};
    if (file_read(path, SECRET_MAX, ret, &e) < 0) {
        say(r, n, "bad-secret", "%s", e.msg);
        return false;
    }
    while (ret->n && (ret->p[ret->n - 1] == '\n' || ret->p[ret->n - 1] == '\r'))
        ret->n--;
    return true;
}

static bool value_from_env(struct reading *r, const struct ynode *n, const char *name, struct buf *ret)
{
    const char *value = getenv(name);
    if (!value) {
        say(r, n, "bad-secret", "the environment has no variable %s", name);
        return false;
    }
    buf_str(ret, value);
    return true;
}

static bool value_from_credential(struct reading *r, const struct ynode *n, const char *name, struct buf *ret)
{
    const char *dir = getenv("CREDENTIALS_DIRECTORY");
    if (!is_word(sv_of(name), "._-")) {
        say(r, n, "bad-secret", "\"%s\" is no name of a credential", name);
        return false;
    }
    if (!dir) {
        say(r, n, "bad-secret",
            "there are no credentials: $CREDENTIALS_DIRECTORY is not set (LoadCredential= in the "
            "systemd unit sets it)");
        return false;
    }
    return value_from_file(r, n, arena_fmt(r->arena, "%s/%s", dir, name), ret);
}

static bool read_value(struct reading *r, const struct ynode *n, const struct conf_secret *s, struct buf *ret)
{
    if (s->file)
        return file_is_private(r, n, s->file) && value_from_file(r, n, s->file, ret);
    if (s->env)
        return value_from_env(r, n, s->env, ret);
    return value_from_credential(r, n, s->credential, ret);
}

static bool value_is_usable(struct reading *r, const struct ynode *n, struct sv value)
{
    if (value.n == 0) {
        say(r, n, "bad-secret", "the secret is empty");
        return false;
    }
    /* A token ends up in an HTTP header. */
    for (size_t i = 0; i < value.n; i++)
        if ((unsigned char)value.p[i] < 0x20 || value.p[i] == 0x7f) {
            say(r, n, "bad-secret", "the secret has a line break or another control character in it");
            return false;
        }
    return true;
}

/* What stands under a wrong key may be the secret itself: such lines are not shown. */
static bool keys_are_known(struct reading *r, const struct ynode *n, const char *what)
{
    bool ok = true;
    for (size_t i = 0; n->kind == Y_MAP && i < n->n; i++) {
        struct sv key = n->keys[i]->text;
        if (sv_is(key, "file") || sv_is(key, "env") || sv_is(key, "credential"))
            continue;
        say_hidden(r, n->keys[i], "unknown-key", "unknown key \"%.*s\" in %s: it takes file, env or credential",
                   SV_ARG(sv_cut_chars(key, 60)), what);
        ok = false;
    }
    return ok;
}

bool secret_read(struct reading *r, const struct ynode *n, const char *what, struct conf_secret *ret)
{
    if (n->kind == Y_SCALAR && !ynode_is_null(n)) {
        say_hidden(r, n, "plain-secret",
                   "%s is never written here: use {file: PATH}, {env: NAME} or {credential: NAME}", what);
        return false;
    }
    if (!keys_are_known(r, n, what))
        return false;
    size_t before = r->problems->n_errors;
    AUTO(buf_free) struct buf value = {0};
    *ret = (struct conf_secret){0};
    FIELDS_READ(r, n, what, secret_fields, ret);
    if (r->problems->n_errors != before)
        return false;
    if (n->n != 1) {
        say(r, n, "bad-secret", "%s needs exactly one of file, env and credential", what);
        return false;
    }
    if (!read_value(r, n->items[0], ret, &value) || !value_is_usable(r, n->items[0], buf_view(&value)))
        return false;
    ret->value = arena_sv(r->arena, buf_view(&value));
    return true;
}
