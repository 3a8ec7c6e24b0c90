/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>
#include "exec/local.h"

enum { WORDS_MAX = 64 };

/* The forms GitHub documents. PowerShell would want a name that ends in .ps1, so it is given the text. */
static const struct {
    const char *name, *programs[2], *words[6];
} shells[] = {
    {"bash", {"bash"}, {"--noprofile", "--norc", "-eo", "pipefail", "{0}"}},
    {"sh", {"sh"}, {"-e", "{0}"}},
    {"python", {"python3", "python"}, {"{0}"}},
    {"pwsh", {"pwsh"},
     {"-NoProfile", "-NonInteractive", "-Command",
      "$ErrorActionPreference = 'stop'; . ([scriptblock]::Create((Get-Content -Raw -LiteralPath '{0}'))); "
      "if (Test-Path -LiteralPath variable:\\LASTEXITCODE) { exit $LASTEXITCODE }"}},
};

/* An absolute path; NULL when no folder of PATH has it. */
static const char *find_program(const struct executor *x, const char *path, struct sv name, struct arena *a)
{
    struct sv rest = sv_of(path), dir;
    struct stat st;
    if (sv_is(name, "bash") && x->bash)
        return x->bash;
    if (sv_is(name, "sh") && x->sh)
        return x->sh;
    if (sv_chr(name, '/') >= 0)
        return arena_dup(a, name);
    while (rest.n && sv_next(&rest, ':', &dir)) {
        if (!sv_starts(dir, SV("/")))
            continue;
        const char *file = arena_fmt(a, "%.*s/%.*s", SV_ARG(dir), SV_ARG(name));
        if (access(file, X_OK) == 0 && stat(file, &st) == 0 && S_ISREG(st.st_mode))
            return file;
    }
    return NULL;
}

static void name_known(const struct executor *x, const char *path, struct arena *a, char *ret, size_t size)
{
    size_t n = 0;
    ret[0] = 0;
    for (size_t i = 0; i < ARRAY_LEN(shells); i++)
        for (size_t k = 0; k < 2 && shells[i].programs[k] && n < size; k++)
            if (find_program(x, path, sv_of(shells[i].programs[k]), a)) {
                n += (size_t)snprintf(ret + n, size - n, "%s%s", n ? ", " : "", shells[i].name);
                break;
            }
}

static const char *fill_in(const char *word, size_t len, const char *script, struct arena *a)
{
    AUTO(buf_free) struct buf b = {0};
    struct sv rest = sv_n(word, len);
    for (ptrdiff_t at; (at = sv_find(rest, SV("{0}"))) >= 0; rest = sv_from(rest, (size_t)at + 3)) {
        buf_add(&b, rest.p, (size_t)at);
        buf_str(&b, script);
    }
    buf_sv(&b, rest);
    buf_str(&b, "");
    return arena_dup(a, buf_view(&b));
}

/* Split at blanks and nothing else: there is no shell to say more. */
static int template_argv(const struct executor *x, const char *text, const char *path, const char *script,
                         struct arena *a, struct argv *ret, struct err *e)
{
    struct sv rest = sv_trim(sv_of(text)), word;
    for (int n = 0; rest.n && sv_next(&rest, ' ', &word);) {
        if (word.n == 0)
            continue;
        if (++n > WORDS_MAX)
            return err_set(e, ERR_INVALID, "shell: more than %d words", WORDS_MAX);
        const char *program = n == 1 ? find_program(x, path, word, a) : NULL;
        if (n == 1 && !program)
            return err_set(e, ERR_INVALID, "the shell %.60s is not installed", arena_dup(a, sv_cut(word, 60)));
        VEC_PUSH(&ret->v, n == 1 ? program : fill_in(word.p, word.n, script, a));
    }
    return 0;
}

static int known_argv(const struct executor *x, size_t which, const char *path, const char *script, struct arena *a,
                      struct argv *ret, struct err *e)
{
    const char *program = NULL;
    for (size_t k = 0; k < 2 && !program && shells[which].programs[k]; k++)
        program = find_program(x, path, sv_of(shells[which].programs[k]), a);
    if (!program)
        return err_set(e, ERR_INVALID, "%s is not installed", shells[which].name);
    VEC_PUSH(&ret->v, program);
    for (size_t i = 0; i < ARRAY_LEN(shells[0].words) && shells[which].words[i]; i++)
        VEC_PUSH(&ret->v, fill_in(shells[which].words[i], strlen(shells[which].words[i]), script, a));
    return 0;
}

int shell_argv(const struct executor *x, const struct exec_spec *s, const char *path, const char *script,
               struct arena *a, struct argv *ret, struct err *e)
{
    char there[64];
    if (!s->shell)
        return template_argv(x, x->bash ? "bash -e {0}" : "sh -e {0}", path, script, a, ret, e);
    for (size_t i = 0; i < ARRAY_LEN(shells); i++)
        if (strcmp(s->shell, shells[i].name) == 0)
            return known_argv(x, i, path, script, a, ret, e);
    if (strstr(s->shell, "{0}"))
        return template_argv(x, s->shell, path, script, a, ret, e);
    name_known(x, path, a, there, sizeof there);
    return err_set(e, ERR_INVALID, "unknown shell: %.60s (there are %s, and commands with {0} for the script)",
                   s->shell, there);
}
