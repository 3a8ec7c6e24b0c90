/* SPDX-License-Identifier: Apache-2.0 */
#include "config/secret.h"
#include <fcntl.h>
#include <unistd.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/file.h"
#include "config/field.h"

static const char *const secret_one_of[] = {"file", "env", "credential", NULL};
static const struct field secret_fields[] = {
    {"file", F_PATH, .at = offsetof(struct conf_secret, file), .doc = "file with the secret, mode 0600"},
    {"env", F_TEXT, .at = offsetof(struct conf_secret, env), .doc = "environment variable of the server"},
    {"credential", F_TEXT, .at = offsetof(struct conf_secret, credential), .doc = "credential of the systemd unit"},
};

const struct object secret_object = {OBJECT("secret", "a secret", secret_fields), .one_of = secret_one_of};
const struct shape shape_secret = {SHAPE_OBJECT, .object = &secret_object};

static void aliases_key(struct reading *r, const struct ynode *n, void *into)
{
    struct conf_work_secret *s = into;
    struct names names;
    if (!node_names(r, n, "\"repos\"", &names))
        return;
    s->repos = names.at;
    s->repo_nodes = names.nodes;
    s->n_repos = names.n;
}

static void environments_key(struct reading *r, const struct ynode *n, void *into)
{
    struct conf_work_secret *s = into;
    struct names names;
    if (!node_names(r, n, "\"environments\"", &names))
        return;
    s->environments = names.at;
    s->environment_nodes = names.nodes;
    s->n_environments = names.n;
}

static const struct field work_secret_fields[] = {
    {"file", F_PATH, .at = offsetof(struct conf_work_secret, source.file), .doc = "file with the secret, mode 0600"},
    {"env", F_TEXT, .at = offsetof(struct conf_work_secret, source.env), .doc = "environment variable of the server"},
    {"credential", F_TEXT, .at = offsetof(struct conf_work_secret, source.credential),
     .doc = "credential of the systemd unit"},
    {"repos", F_READ, .read = aliases_key, .shape = &shape_aliases, .doc = "whose workflows see it; default: all",
     .otherwise = "all"},
    {"environments", F_READ, .read = environments_key, .shape = &shape_names,
     .doc = "only jobs of these environments see it", .otherwise = "all"},
};
const struct object work_secret_object = {OBJECT("work-secret", "a secret of workflows", work_secret_fields),
                                          .one_of = secret_one_of};
static const struct shape shape_work_secret = {SHAPE_OBJECT, .object = &work_secret_object};
const struct shape shape_work_secrets = {SHAPE_MAP,
                                         .null = true,
                                         .max = 1000,
                                         .pattern = WORK_NAME_PATTERN,
                                         .of = &shape_work_secret,
                                         .looks = "secrets by name"};

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

const char *secret_fault(struct sv value, enum secret_lines lines)
{
    if (value.n == 0)
        return "is empty";
    for (size_t i = 0; i < value.n; i++) {
        bool wanted = lines == LINES_MANY && strchr("\n\r\t", value.p[i]) && value.p[i];
        if (((unsigned char)value.p[i] < 0x20 || value.p[i] == 0x7f) && !wanted)
            return lines == LINES_MANY ? "has a control character in it"
                                       : "has a line break or another control character in it";
    }
    return NULL;
}

static bool value_is_usable(struct reading *r, const struct ynode *n, struct sv value, enum secret_lines lines)
{
    const char *fault = secret_fault(value, lines);
    if (fault)
        say(r, n, "bad-secret", "the secret %s", fault);
    return !fault;
}

/* What stands under a wrong key may be the secret itself: such lines are not shown. */
static bool keys_are_known(struct reading *r, const struct ynode *n, const char *what, const struct object *o)
{
    bool ok = true;
    for (size_t i = 0; n->kind == Y_MAP && i < n->n; i++) {
        struct sv key = n->keys[i]->text;
        size_t k = 0;
        while (k < o->n && !sv_is(key, o->fields[k].key))
            k++;
        if (k < o->n)
            continue;
        say_hidden(r, n->keys[i], "unknown-key", "unknown key \"%.*s\" in %s: it takes %s",
                   SV_ARG(sv_cut_chars(key, 60)), what,
                   o == &secret_object ? "file, env or credential" : "file, env or credential, repos, environments");
        ok = false;
    }
    return ok;
}

static const struct ynode *source_node(const struct ynode *n, size_t *ret_count)
{
    const struct ynode *source = NULL;
    *ret_count = 0;
    for (size_t i = 0; secret_one_of[i]; i++)
        if (ynode_get(n, secret_one_of[i])) {
            source = ynode_get(n, secret_one_of[i]);
            ++*ret_count;
        }
    return source;
}

static bool read_as(struct reading *r, const struct ynode *n, const char *what, const struct object *o,
                    enum secret_lines lines, void *into, struct conf_secret *ret)
{
    if (n->kind == Y_SCALAR && !ynode_is_null(n)) {
        say_hidden(r, n, "plain-secret",
                   "%s is never written here: use {file: PATH}, {env: NAME} or {credential: NAME}", what);
        return false;
    }
    if (!keys_are_known(r, n, what, o))
        return false;
    size_t before = r->problems->n_errors, sources;
    AUTO(buf_free) struct buf value = {0};
    fields_read(r, n, what, o->fields, o->n, into);
    if (r->problems->n_errors != before)
        return false;
    const struct ynode *source = source_node(n, &sources);
    if (sources != 1) {
        say(r, n, "bad-secret", "%s needs exactly one of file, env and credential", what);
        return false;
    }
    if (!read_value(r, source, ret, &value) || !value_is_usable(r, source, buf_view(&value), lines))
        return false;
    ret->value = arena_sv(r->arena, buf_view(&value));
    return true;
}

bool secret_read(struct reading *r, const struct ynode *n, const char *what, struct conf_secret *ret)
{
    *ret = (struct conf_secret){0};
    return read_as(r, n, what, &secret_object, LINES_NONE, ret, ret);
}

bool secret_lines_read(struct reading *r, const struct ynode *n, const char *what, struct conf_secret *ret)
{
    *ret = (struct conf_secret){0};
    return read_as(r, n, what, &secret_object, LINES_MANY, ret, ret);
}

bool secret_beside_read(struct reading *r, const struct ynode *n, const char *path, struct conf_secret *ret)
{
    AUTO(buf_free) struct buf value = {0};
    struct conf_secret s = {.file = path};
    if (access(path, F_OK) != 0)
        return true;
    if (!read_value(r, n, &s, &value) || !value_is_usable(r, n, buf_view(&value), LINES_NONE))
        return false;
    s.value = arena_sv(r->arena, buf_view(&value));
    *ret = s;
    return true;
}

bool work_secret_read(struct reading *r, const struct ynode *n, const char *what, struct conf_work_secret *ret)
{
    return read_as(r, n, what, &work_secret_object, LINES_MANY, ret, &ret->source);
}
