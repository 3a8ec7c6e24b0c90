/* SPDX-License-Identifier: Apache-2.0 */
/* A configuration for one run: the workflow as the only central one, the working copy as the only repository. */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>
#include "base/file.h"
#include "fmt/json.h"
#include "server/cli/run_here.h"

int here_temp(struct here *h)
{
    const char *tmp = getenv("TMPDIR");
    char *dir = arena_fmt(&h->arena, "%s/fettle-run.XXXXXX", tmp && tmp[0] == '/' ? tmp : "/tmp");
    if (!mkdtemp(dir))
        return cli_fail(CLI_FAILED, "%s: %s", dir, strerror(errno));
    h->temp = dir;
    return CLI_OK;
}

static int write_file(const struct here *h, const char *name, struct sv text, struct err *e)
{
    AUTO(buf_free) struct buf path = {0};
    buf_fmt(&path, "%s/%s", h->temp, name);
    return file_write(path.p, text, 0600, e);
}

/* JSON is YAML, and takes any text. */
static void put_text(struct buf *b, const char *text)
{
    struct jout j = {.buf = b};
    jout_str(&j, sv_of(text));
}

static int write_server_file(const struct here *h, struct err *e)
{
    AUTO(buf_free) struct buf b = {0};
    bool bwrap = h->isolation ? strcmp(h->isolation, "bwrap") == 0 : access("/usr/bin/bwrap", X_OK) == 0;
    if (!bwrap && !h->isolation && !h->quiet)
        fprintf(stderr, "fettle: there is no bubblewrap here: steps are not isolated\n");
    /* The token is no secret: nothing is sent anywhere. */
    buf_fmt(&b,
            "listen: [{unix: run.sock}]\nstore: sqlite:state/fettle.db\nstate: state\nworkflows: workflows\n"
            "repositories: repositories.yaml\nslots: %d\nlog: {level: %s}\n"
            "runner: {isolation: %s}\n"
            "forges: {local: {kind: %s, url: http://127.0.0.1:9, token: {file: token}}}\n",
            (int)h->slots, "error", bwrap ? "bwrap" : "none", h->event ? h->kind : "github");
    return write_file(h, "token", SV("none\n"), e) < 0 ? -1 : write_file(h, "fettle.yaml", buf_view(&b), e);
}

static int write_repositories(const struct here *h, struct err *e)
{
    AUTO(buf_free) struct buf b = {0};
    buf_str(&b, "repositories:\n  - {name: ");
    put_text(&b, h->alias);
    buf_str(&b, ", id: ");
    put_text(&b, h->repo_id);
    buf_str(&b, ", url: ");
    put_text(&b, h->url);
    buf_str(&b, ", default_branch: ");
    put_text(&b, h->default_branch);
    buf_str(&b, "}\n");
    return write_file(h, "repositories.yaml", buf_view(&b), e);
}

static int write_workflow(struct here *h, struct err *e)
{
    AUTO(buf_free) struct buf text = {0}, listening = {0};
    const char *slash = strrchr(h->file, '/'), *name = slash ? slash + 1 : h->file;
    struct sv base = sv_of(name);
    const char *tail = sv_ends(base, SV(".yml")) || sv_ends(base, SV(".yaml")) ? "" : ".yml";
    if (file_read(h->file, YAML_BYTES, &text, e) < 0)
        return -1;
    /* What is wrong with it is said by its reader, of the file as it is. */
    bool ok = h->event || here_listens(buf_view(&text), &h->arena, &listening);
    return write_file(h, arena_fmt(&h->arena, "workflows/%s%s", name, tail),
                      buf_view(ok && !h->event ? &listening : &text), e);
}

static int make_files(struct here *h, struct err *e)
{
    static const char *const folders[] = {"workflows", "state"};
    for (size_t i = 0; i < ARRAY_LEN(folders); i++)
        if (file_make_dirs(arena_fmt(&h->arena, "%s/%s", h->temp, folders[i]), e) < 0)
            return -1;
    return write_workflow(h, e) < 0 || write_server_file(h, e) < 0 || write_repositories(h, e) < 0 ? -1 : 0;
}

/* The file as the person knows it. */
static int check_workflow(const struct here *h)
{
    struct problems p = {0};
    AUTO(buf_free) struct buf text = {0};
    int rc = conf_check_file(h->file, &p);
    problems_write(&p, &text);
    if (text.n)
        fputs(text.p, stderr);
    problems_free(&p);
    return rc < 0 ? CLI_INVALID : CLI_OK;
}

int here_conf(struct here *h)
{
    struct err e = {0};
    struct problems p = {0};
    AUTO(buf_free) struct buf text = {0};
    int rc = check_workflow(h);
    if (rc != CLI_OK)
        return rc;
    if (make_files(h, &e) < 0)
        return cli_fail(e.cls == ERR_MISSING ? CLI_MISSING : CLI_FAILED, "%s", e.msg);
    h->app.conf_file = mem_strdup(arena_fmt(&h->arena, "%s/fettle.yaml", h->temp));
    rc = conf_load(h->app.conf_file, &h->app.conf, &p) < 0 || p.n_errors ? CLI_INVALID : CLI_OK;
    /* "./…" is looked for in the working copy, as if the file stood there: it may be one of it. */
    for (size_t i = 0; rc == CLI_OK && i < h->app.conf->workflows.n; i++)
        h->app.conf->workflows.at[i]->origin = h->alias;
    if (rc != CLI_OK)
        problems_write(&p, &text);
    if (text.n)
        fputs(text.p, stderr);
    problems_free(&p);
    return rc;
}
