/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <unistd.h>
#include "exec/shim/shim.h"

static int read_all(int fd, struct buf *b, struct err *e)
{
    for (off_t at = 0;;) {
        buf_reserve(b, 4096);
        ssize_t n = pread(fd, b->p + b->n, 4096, at);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return err_errno(e, "read the spec");
        if (n == 0)
            return 0;
        at += n;
        b->n += (size_t)n;
        if (b->n > WIRE_SPEC_MAX)
            return err_set(e, ERR_INVALID, "the spec is too large");
    }
}

struct field {
    const char *key;
    const char **text;
    int64_t *num;
};

static bool take(const struct field *f, size_t n, struct sv key, const char *value)
{
    for (size_t i = 0; i < n; i++) {
        if (!sv_is(key, f[i].key))
            continue;
        if (f[i].text) {
            *f[i].text = value;
            return true;
        }
        return sv_int(sv_of(value), f[i].num);
    }
    return false;
}

static bool take_list(struct shim_spec *s, struct sv key, const char *value)
{
    if (sv_is(key, "arg"))
        s->argv[s->n_argv++] = value;
    else if (sv_is(key, "env"))
        s->env[s->n_env++] = value;
    else if (sv_is(key, "mask"))
        s->masks[s->n_masks++] = value;
    else
        return false;
    return true;
}

static int parse(struct sv rest, struct shim_spec *s, struct err *e)
{
    int64_t sandboxed = 0;
    const struct field fields[] = {
        {"attempt", NULL, &s->attempt_id}, {"epoch", NULL, &s->epoch},
        {"timeout", NULL, &s->timeout_ms}, {"grace", NULL, &s->grace_ms},
        {"log", NULL, &s->log_limit},      {"procs", NULL, &s->max_procs},
        {"silence", NULL, &s->silence_ms}, {"deadline", NULL, &s->deadline},
        {"uid", NULL, &s->own_uid},        {"sandbox", NULL, &sandboxed},
        {"job", NULL, &s->job_id},         {"dir", &s->workdir, NULL},
        {"reports", &s->reports, NULL},    {"home", &s->home, NULL},
        {"kept", &s->kept, NULL},          {"cwd", &s->cwd, NULL},
        {"cgroup", &s->cgroup, NULL},      {"own", &s->own, NULL},
    };
    struct sv record;
    if (!sv_next(&rest, 0, &record) || !sv_is(record, "fettle-spec=" WIRE_VERSION))
        return err_set(e, ERR_INVALID, "the spec is of another version");
    while (rest.n && sv_next(&rest, 0, &record)) {
        ptrdiff_t eq = sv_chr(record, '=');
        struct sv key = sv_cut(record, eq < 0 ? 0 : (size_t)eq);
        const char *value = record.p + eq + 1;
        if (eq < 0 || (!take_list(s, key, value) && !take(fields, ARRAY_LEN(fields), key, value)))
            return err_set(e, ERR_INVALID, "bad record in the spec: %.*s", SV_ARG(sv_cut(record, 40)));
    }
    s->sandboxed = sandboxed != 0;
    if (s->attempt_id <= 0 || s->n_argv == 0)
        return err_set(e, ERR_INVALID, "the spec is not complete");
    return 0;
}

int spec_read(int fd, struct shim_spec *ret, struct err *e)
{
    *ret = (struct shim_spec){0};
    if (read_all(fd, &ret->text, e) < 0)
        return -1;
    size_t records = 1;
    for (size_t i = 0; i < ret->text.n; i++)
        records += ret->text.p[i] == 0;
    ret->argv = mem_new(records * sizeof *ret->argv);
    ret->env = mem_new(records * sizeof *ret->env);
    ret->masks = mem_new(records * sizeof *ret->masks);
    return parse(buf_view(&ret->text), ret, e);
}

void spec_free(struct shim_spec *s)
{
    if (s->text.p)
        explicit_bzero(s->text.p, s->text.n);
    buf_free(&s->text);
    mem_free(s->argv);
    mem_free(s->env);
    mem_free(s->masks);
    *s = (struct shim_spec){0};
}
