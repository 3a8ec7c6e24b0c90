/* SPDX-License-Identifier: Apache-2.0 */
/* What a hook calls: the client beside this program, and the options that are written in. */
#include <limits.h>
#include <unistd.h>
#include "server/cli/hooks_told.h"
#include "server/cli/peek.h"

const char hooks_aged[] = "it is of another version, or calls another client, or with other options",
           hooks_mute[] = "it cannot be executed, so git passes it over";

const char *hooks_word(const char *text, struct arena *a)
{
    AUTO(buf_free) struct buf b = {0};
    script_word(text, &b);
    return arena_dup(a, buf_view(&b));
}

const char *program_beside(const char *name, struct arena *a)
{
    char self[PATH_MAX];
    ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
    if (n <= 0)
        return NULL;
    self[n] = 0;
    const char *ret = arena_fmt(a, "%.*s/%s", (int)(strrchr(self, '/') - self), self, name);
    return access(ret, X_OK) == 0 ? ret : NULL;
}

const char *hooks_client(struct arena *a)
{
    return program_beside("fettle-hook", a);
}

static const char *absolute(struct arena *a, const char *path)
{
    char here[PATH_MAX];
    if (path[0] == '/' || !getcwd(here, sizeof here))
        return path;
    return arena_fmt(a, "%s/%s", here, path);
}

static int use_client(const struct hooks_ask *ask, struct arena *a, struct script *s)
{
    s->program = ask->client ? absolute(a, ask->client) : hooks_client(a);
    if (!s->program)
        return cli_fail(CLI_MISSING, "fettle-hook is not beside fettle: name it with --client FILE");
    if (access(s->program, X_OK) < 0)
        return cli_fail(CLI_MISSING, "%s cannot be executed", s->program);
    return CLI_OK;
}

/* The unix socket of the configuration. */
static int server_of_conf(const char *named, struct arena *a, struct script *s)
{
    struct conf *c = NULL;
    int rc = peek_listens(cli_config_file(named), &c);
    if (rc != CLI_OK)
        return rc;
    for (size_t i = 0; i < c->n_listens && !s->server; i++)
        if (c->listens[i].kind == CONF_UNIX && c->listens[i].address)
            s->server = arena_fmt(a, "unix:%s", c->listens[i].address);
    if (!s->server)
        rc = cli_fail(CLI_INVALID,
                      "%s has no socket for hooks: add `- unix: run/fettle.sock` to `listen`, or name another server "
                      "with --server https://HOST:PORT",
                      c->file);
    conf_unref(&c);
    return rc;
}

static int use_server(const struct hooks_ask *ask, const char *conf, struct arena *a, struct script *s)
{
    struct sv server = sv_of(ask->server);
    if (!ask->server)
        return server_of_conf(conf, a, s);
    if (sv_starts(server, SV("unix:")) && server.n > 5)
        s->server = arena_fmt(a, "unix:%s", absolute(a, ask->server + 5));
    else if (sv_starts(server, SV("https://")) && server.n > 8)
        s->server = ask->server;
    else
        return cli_fail(CLI_USAGE, "hooks: --server is unix:PATH or https://HOST:PORT, not %s", ask->server);
    return CLI_OK;
}

/* A file that the hook will need is needed now. */
static int use_file(const struct script *s, struct arena *a, const char *option, const char *path, const char **ret)
{
    if (!path)
        return CLI_OK;
    if (sv_starts(sv_of(s->server), SV("unix:")))
        return cli_fail(CLI_USAGE, "hooks: %s belongs to --server https://…", option);
    *ret = absolute(a, path);
    return access(*ret, R_OK) == 0 ? CLI_OK : cli_fail(CLI_MISSING, "hooks: %s %s cannot be read", option, path);
}

int hooks_ask_read(const struct hooks_ask *ask, const char *conf, struct arena *a, struct script *ret)
{
    ret->offline = ask->offline;
    ret->deadline_ms = ask->deadline;
    int rc = use_server(ask, conf, a, ret);
    if (rc == CLI_OK)
        rc = use_file(ret, a, "--token-file", ask->token_file, &ret->token_file);
    if (rc == CLI_OK)
        rc = use_file(ret, a, "--ca", ask->ca, &ret->ca);
    return rc == CLI_OK ? use_client(ask, a, ret) : rc;
}
