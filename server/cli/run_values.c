/* SPDX-License-Identifier: Apache-2.0 */
/* The secrets and variables of a run here. A secret never stands on the command line, which everybody on the machine
 * can read: it comes from a file or from the environment. None is written to the folder of the run. */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include "base/file.h"
#include "config/secret.h"
#include "server/cli/run_here.h"

/* ---- secrets ---- */

/* As of the secrets of a server file. */
static struct sv without_line_end(struct sv s)
{
    while (s.n && (s.p[s.n - 1] == '\n' || s.p[s.n - 1] == '\r'))
        s.n--;
    return s;
}

/* A pipe (`<(pass show key)`) has no mode that says anything. */
static int from_file(struct here *h, const char *path, struct conf_secret *ret)
{
    AUTO(buf_free) struct buf text = {0};
    struct err e = {0};
    struct stat st;
    char real[PATH_MAX];
    if (stat(path, &st) < 0)
        return cli_fail(errno == EACCES ? CLI_DENIED : CLI_MISSING, "%s: %s", path, strerror(errno));
    if (S_ISREG(st.st_mode) && st.st_mode & 077)
        return cli_fail(CLI_INVALID, "the secret file %s can be read by others (mode %04o): chmod 600 it", path,
                        (unsigned)st.st_mode & 07777);
    if (file_read(path, SECRET_MAX, &text, &e) < 0)
        return cli_fail(e.cls == ERR_DENIED ? CLI_DENIED : CLI_INVALID, "%s", e.msg);
    if (S_ISREG(st.st_mode) && realpath(path, real))
        ret->file = arena_strdup(&h->arena, real); /* steps do not see it */
    ret->value = arena_sv(&h->arena, without_line_end(buf_view(&text)));
    return CLI_OK;
}

static int from_environment(struct here *h, const char *name, struct conf_secret *ret)
{
    const char *value = getenv(name);
    if (!value)
        return cli_fail(CLI_USAGE,
                        "run: --secret %s: the environment has no variable %s; a file is named with --secret %s=FILE",
                        name, name, name);
    ret->value = arena_sv(&h->arena, sv_of(value));
    return CLI_OK;
}

/* What a person says goes before what the configuration has. */
static struct conf_work_secret *secret_slot(struct here *h, struct sv name)
{
    for (size_t i = 0; i < h->secrets.n; i++)
        if (sv_ieq(sv_of(h->secrets.at[i].name), name))
            return &h->secrets.at[i];
    VEC_PUSH(&h->secrets, (struct conf_work_secret){0});
    return &h->secrets.at[h->secrets.n - 1];
}

static int take_secret(struct here *h, const char *said)
{
    ptrdiff_t eq = sv_chr(sv_of(said), '=');
    struct sv name = eq < 0 ? sv_of(said) : sv_cut(sv_of(said), (size_t)eq);
    struct conf_work_secret s = {.name = arena_dup(&h->arena, name)};
    int rc = eq < 0 ? from_environment(h, s.name, &s.source) : from_file(h, said + eq + 1, &s.source);
    const char *fault = rc == CLI_OK ? secret_fault(s.source.value, LINES_MANY) : NULL;
    if (fault)
        return cli_fail(CLI_INVALID, "the secret %s %s", s.name, fault);
    if (rc == CLI_OK)
        *secret_slot(h, name) = s;
    return rc;
}

/* ---- variables ---- */

static struct conf_var *var_slot(struct here *h, struct sv name)
{
    for (size_t i = 0; i < h->vars.n; i++)
        if (sv_ieq(sv_of(h->vars.at[i].name), name))
            return &h->vars.at[i];
    VEC_PUSH(&h->vars, (struct conf_var){0});
    return &h->vars.at[h->vars.n - 1];
}

static int take_var(struct here *h, const char *said)
{
    ptrdiff_t eq = sv_chr(sv_of(said), '=');
    if (eq < 0)
        return cli_fail(CLI_USAGE, "run: --var takes NAME=VALUE, not \"%s\"", said);
    struct sv name = sv_cut(sv_of(said), (size_t)eq);
    if (strlen(said) - (size_t)eq > VAR_MAX)
        return cli_fail(CLI_USAGE, "run: the variable %.*s is longer than %d KiB", SV_ARG(name), VAR_MAX >> 10);
    *var_slot(h, name) = (struct conf_var){arena_dup(&h->arena, name), said + eq + 1};
    return CLI_OK;
}

/* ---- both ---- */

static struct sv said_name(const char *said)
{
    ptrdiff_t eq = sv_chr(sv_of(said), '=');
    return eq < 0 ? sv_of(said) : sv_cut(sv_of(said), (size_t)eq);
}

static int check_names(const struct cli_values *said, const char *option)
{
    for (size_t i = 0; i < said->v.n; i++) {
        struct sv name = said_name(said->v.at[i]);
        const char *fault = work_name_fault(name);
        if (fault)
            return cli_fail(CLI_USAGE, "run: %s %.*s: the name %s", option, SV_ARG(sv_cut_chars(name, 120)), fault);
        for (size_t k = 0; k < i; k++)
            if (sv_ieq(said_name(said->v.at[k]), name))
                return cli_fail(CLI_USAGE, "run: %s %.*s is given twice", option, SV_ARG(name));
    }
    return CLI_OK;
}

static int borrow(struct here *h)
{
    struct problems p = {0};
    AUTO(buf_free) struct buf text = {0};
    int rc = file_exists(h->conf_file) ? CLI_OK : cli_fail(CLI_MISSING, "%s: there is no such file", h->conf_file);
    if (rc == CLI_OK && conf_load(h->conf_file, &h->lent, &p) < 0) {
        problems_write(&p, &text);
        fputs(text.n ? text.p : "", stderr);
        rc = CLI_INVALID;
    }
    problems_free(&p);
    for (size_t i = 0; rc == CLI_OK && i < h->lent->n_secrets; i++)
        VEC_PUSH(&h->secrets, h->lent->secrets[i]);
    for (size_t i = 0; rc == CLI_OK && i < h->lent->n_vars; i++)
        VEC_PUSH(&h->vars, h->lent->vars[i]);
    return rc;
}

int here_values(struct here *h)
{
    int rc = check_names(&h->secrets_said, "--secret");
    if (rc == CLI_OK)
        rc = check_names(&h->vars_said, "--var");
    if (rc == CLI_OK && h->conf_file)
        rc = borrow(h);
    for (size_t i = 0; rc == CLI_OK && i < h->secrets_said.v.n; i++)
        rc = take_secret(h, h->secrets_said.v.at[i]);
    for (size_t i = 0; rc == CLI_OK && i < h->vars_said.v.n; i++)
        rc = take_var(h, h->vars_said.v.at[i]);
    return rc;
}

void here_values_give(struct here *h)
{
    struct conf *c = h->app.conf;
    c->secrets = h->secrets.at;
    c->n_secrets = h->secrets.n;
    c->vars = h->vars.at;
    c->n_vars = h->vars.n;
    c->environments = h->lent ? h->lent->environments : NULL;
    c->n_environments = h->lent ? h->lent->n_environments : 0;
}

void here_values_free(struct here *h)
{
    VEC_FREE(&h->secrets);
    VEC_FREE(&h->vars);
    conf_unref(&h->lent);
}
