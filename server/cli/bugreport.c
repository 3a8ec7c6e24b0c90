/* SPDX-License-Identifier: Apache-2.0 */
/* fettle bugreport: what somebody who helps wants to know, and no secret. */
#include <fcntl.h>
#include <gnu/libc-version.h>
#include <stdlib.h>
#include <sys/utsname.h>
#include <unistd.h>
#include "base/file.h"
#include "server/cli/bugreport.h"
#include "server/cli/remote.h"

enum { TEXT_MOST = 1 << 20 };

static void title(struct report *r, const char *text)
{
    buf_fmt(&r->text, "\n== %s ==\n", text);
}

/* ---- the parts ---- */

static void put_system(struct report *r)
{
    AUTO(buf_free) struct buf os = {0};
    struct err e = {0};
    struct utsname u;
    struct sv rest, line;
    title(r, "versions");
    buf_fmt(&r->text, "fettle %s\n", FETTLE_VERSION);
    if (file_read("/etc/os-release", TEXT_MOST, &os, &e) == 0)
        for (rest = buf_view(&os); rest.n && sv_next(&rest, '\n', &line);)
            if (sv_starts(line, SV("PRETTY_NAME=")))
                buf_fmt(&r->text, "%.*s\n", SV_ARG(sv_from(line, 12)));
    if (uname(&u) == 0)
        buf_fmt(&r->text, "%s %s %s\n", u.sysname, u.release, u.machine);
    buf_fmt(&r->text, "glibc %s\n", gnu_get_libc_version());
    bug_libraries(&r->text);
    bug_programs(&r->text);
}

/* A place and a code: the texts of problems may quote the file. */
static void put_problems(struct report *r, const char *file)
{
    struct conf *conf = NULL;
    struct problems problems = {0};
    if (conf_load(file, &conf, &problems) == 0)
        r->store = mem_strdup(conf->store_path);
    for (size_t i = 0; i < problems.list.n; i++) {
        const struct problem *p = &problems.list.at[i];
        const char *slash = p->file ? strrchr(p->file, '/') : NULL;
        buf_fmt(&r->text, "%s: %s:%d: %s\n", p->level == PROBLEM_ERROR ? "error" : "warning",
                slash     ? slash + 1
                : p->file ? p->file
                          : "?",
                p->at.line, p->code);
    }
    problems_free(&problems);
    conf_unref(&conf);
}

static void put_file(struct report *r, const char *file)
{
    AUTO(buf_free) struct buf text = {0};
    AUTO(arena_free) struct arena arena = {0};
    AUTO(mem_freep) char *dir = mem_strdup(file);
    struct ynode *root = NULL;
    struct ymark at = {0};
    struct err e = {0};
    char *slash = strrchr(dir, '/');
    buf_fmt(&r->text, "\n== %s ==\n", file);
    if (file_read(file, YAML_BYTES, &text, &e) < 0) {
        buf_fmt(&r->text, "%s\n", e.cls == ERR_MISSING ? "it is not there" : "it cannot be read");
        return;
    }
    if (yaml_load(buf_view(&text), NULL, &arena, &root, &at, &e) < 0) {
        buf_fmt(&r->text, "no YAML: line %d\n", at.line);
        return;
    }
    if (slash)
        slash[slash == dir] = '\0';
    veil_add_named(&r->veil, root, slash ? dir : ".");
    veil_put_conf(&r->veil, root, &r->text);
}

/* The file beside it that has the repositories. */
static void put_repositories(struct report *r, const char *file)
{
    AUTO(buf_free) struct buf name = {0};
    const char *slash = strrchr(file, '/');
    if (slash)
        buf_fmt(&name, "%.*s/", (int)(slash - file), file);
    buf_str(&name, "repositories.yaml");
    if (file_exists(name.p))
        put_file(r, name.p);
}

static int put_answer(struct report *r, struct remote *remote, const char *path)
{
    AUTO(remote_answer_free) struct remote_answer a = {0};
    AUTO(buf_free) struct buf why = {0};
    int rc = remote_try(remote, path, &a, &why);
    if (rc != CLI_OK)
        buf_sv(&r->text, buf_view(&why));
    else if (a.status == 200 || a.status == 503)
        buf_sv(&r->text, buf_view(&a.body));
    else
        buf_fmt(&r->text, "%s: status %d", path, a.status);
    if (r->text.p[r->text.n - 1] != '\n')
        buf_chr(&r->text, '\n');
    return rc;
}

static void put_server(struct report *r, const char *conf)
{
    AUTO(remote_close) struct remote *remote = NULL;
    title(r, "server");
    if (remote_open(conf, &remote) != CLI_OK) {
        buf_str(&r->text, "it is not known where it is\n");
        return;
    }
    if (put_answer(r, remote, "/readyz") != CLI_OK)
        return;
    (void)put_answer(r, remote, "/api/v1/stats");
    (void)put_answer(r, remote, "/api/v1/effects?state=dead&limit=10");
    title(r, "log of the server, the last lines");
    (void)put_answer(r, remote, "/api/v1/log");
}

static void put_finding(void *ctx, const struct audit_finding *f)
{
    struct report *r = ctx;
    buf_fmt(&r->text, "%s: %lld %s\n", f->check, (long long)f->n, f->text);
    r->findings++;
}

static void put_store(struct report *r)
{
    enum audit_beside beside;
    struct err e = {0};
    int checks = 0;
    title(r, "store");
    if (!r->store)
        buf_str(&r->text, "not looked at: the configuration has errors\n");
    else if (store_audit(r->store, put_finding, r, &beside, &checks, &e) < 0)
        buf_fmt(&r->text, "it cannot be read: %s\n", e.msg);
    else
        buf_fmt(&r->text, "%d checks, %d findings\n", checks, r->findings);
}

/* ---- the verb ---- */

struct asked {
    struct cli_call call;
    const char *file;
};

static int write_report(const struct asked *q, struct report *r)
{
    AUTO(buf_free) struct buf out = {0};
    struct err e = {0};
    /* Once more over all of it, with what the whole configuration names. */
    veil_put(&r->veil, buf_view(&r->text), &out);
    if (!q->file)
        return cli_print(&out);
    AUTO(fd_closep) int fd = open(q->file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0 || fd_write_all(fd, out.p, out.n) < 0) {
        (void)err_errno(&e, "write %s", q->file);
        return cli_fail(e.cls == ERR_CONFLICT ? CLI_CONFLICT : CLI_FAILED, "bugreport: %s", e.msg);
    }
    fprintf(stderr, "wrote %s; read it before you send it\n", q->file);
    return CLI_OK;
}

static int run(void *args)
{
    const struct asked *q = args;
    const char *conf = cli_config_file(q->call.conf), *token = getenv("FETTLE_TOKEN");
    struct report r = {0};
    char at[25];
    if (token)
        veil_add(&r.veil, sv_of(token));
    buf_fmt(&r.text, "report of fettle, %s; names of repositories and paths are in it, secrets are not\n",
            when_text(clk_wall_ms(), at));
    put_system(&r);
    put_file(&r, conf);
    if (file_exists(conf))
        put_problems(&r, conf);
    put_repositories(&r, conf);
    put_store(&r);
    put_server(&r, q->call.conf);
    int rc = write_report(q, &r);
    veil_free(&r.veil);
    buf_free(&r.text);
    mem_free(r.store);
    return rc;
}

static const struct cli_arg options[] = {
    {"file", 0, CLI_FILE, "FILE", offsetof(struct asked, file), .doc = "into this new file, in place of stdout"},
    {.name = NULL},
};
const struct cli_verb verb_bugreport = {
    .name = "bugreport",
    .doc = "what somebody who helps wants to know, without secrets",
    .text = "Versions, the configuration without its values that could be secret, the state of the server and its last "
            "log lines, and whether the store is sound. Every secret that the configuration names is masked wherever "
            "it stands, and so is what looks like one; names of repositories and paths are in it. It works without "
            "the server too.\n",
    .examples = "fettle bugreport --file report.txt\n",
    .failed = "the file cannot be written",
    .exits = 1u << CLI_CONFLICT,
    .options = {{options, 0}, {cli_config_group, 0}},
    .size = sizeof(struct asked),
    .run = run,
};
