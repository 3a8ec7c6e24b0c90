/* SPDX-License-Identifier: Apache-2.0 */
/* What a step sees besides what its workflow says. The names are those of GitHub's runner, with FETTLE_ twins of the
 * files. GITHUB_ACTIONS is true, although we are somebody else: programs that see it print `::error::` and the like,
 * which we understand; those that want GitHub's services look for their addresses and tokens, which are not there. */
#include <sys/utsname.h>
#include "exec/local.h"
#include "exec/shim/wire.h"

static const char default_path[] = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

static struct sv name_of(const char *var)
{
    struct sv s = sv_of(var);
    ptrdiff_t eq = sv_chr(s, '=');
    return sv_cut(s, eq < 0 ? s.n : (size_t)eq);
}

static const char *find_var(const char *const *vars, size_t n, struct sv name)
{
    for (size_t i = 0; i < n; i++)
        if (sv_eq(name_of(vars[i]), name))
            return vars[i] + name.n + 1;
    return NULL;
}

static size_t count(const char *const *list)
{
    size_t n = 0;
    while (list && list[n])
        n++;
    return n;
}

static void set(struct argv *v, struct arena *a, const char *name, const char *value)
{
    VEC_PUSH(&v->v, arena_fmt(a, "%s=%s", name, value));
}

static const char *architecture(void)
{
    static struct utsname u; /* the same in every thread */
    if (uname(&u) < 0)
        return "";
    return strcmp(u.machine, "x86_64") == 0 ? "X64" : strcmp(u.machine, "aarch64") == 0 ? "ARM64" : u.machine;
}

/* Ours, whatever the workflow says. */
static void set_ours(const struct executor *x, const struct exec_spec *s, const struct sandbox_paths *p,
                     struct arena *a, struct argv *v)
{
    static const char *const files[] = WIRE_FILES;
    char id[ID_TEXT];
    id_text(s->attempt_id, id);
    set(v, a, WIRE_MARK, id);
    for (size_t i = 0; i < ARRAY_LEN(files); i++) {
        const char *path = arena_fmt(a, "%s/" WIRE_FILE "%s-%s", p->home, id, files[i]);
        VEC_PUSH(&v->v, arena_fmt(a, "GITHUB_%s=%s", files[i], path));
        VEC_PUSH(&v->v, arena_fmt(a, "FETTLE_%s=%s", files[i], path));
    }
    if (p->event) {
        set(v, a, "GITHUB_EVENT_PATH", p->event);
        set(v, a, "FETTLE_EVENT_PATH", p->event);
    }
    if (p->failed)
        set(v, a, "FETTLE_FAILED_LOG", p->failed);
    set(v, a, "GITHUB_ACTIONS", "true");
    set(v, a, "GITHUB_WORKSPACE", p->work);
    set(v, a, "FETTLE_WORKSPACE", p->work);
    set(v, a, "RUNNER_OS", "Linux");
    set(v, a, "RUNNER_ARCH", architecture());
    set(v, a, "RUNNER_NAME", "fettle");
    set(v, a, "RUNNER_ENVIRONMENT", "self-hosted");
    /* The job's own, also where /tmp is everybody's. */
    set(v, a, "RUNNER_TEMP", x->isolate ? "/tmp" : p->home);
}

static const char *make_path(const struct exec_spec *s, const char *base, struct arena *a)
{
    AUTO(buf_free) struct buf b = {0};
    for (size_t i = 0; s->path && s->path[i]; i++)
        buf_fmt(&b, "%s:", s->path[i]);
    buf_str(&b, base);
    return arena_dup(a, buf_view(&b));
}

void environment(const struct executor *x, const struct exec_spec *s, const struct sandbox_paths *p, struct arena *a,
                 struct argv *ret, const char **ret_path)
{
    const char *const defaults[][2] = {{"HOME", p->home}, {"TMPDIR", "/tmp"}, {"LANG", "C.UTF-8"}, {"CI", "true"}};
    const char *const *given = (const char *const *)s->env;
    size_t n = count(given);
    const char *base = find_var(given, n, SV("PATH"));
    set_ours(x, s, p, a, ret);
    *ret_path = make_path(s, base ? base : default_path, a);
    set(ret, a, "PATH", *ret_path);
    size_t ours = ret->v.n;
    for (size_t i = 0; i < ARRAY_LEN(defaults); i++)
        if (!find_var(given, n, sv_of(defaults[i][0])))
            set(ret, a, defaults[i][0], defaults[i][1]);
    for (size_t i = 0; i < n; i++)
        if (!find_var(ret->v.at, ours, name_of(given[i])))
            VEC_PUSH(&ret->v, given[i]);
}
