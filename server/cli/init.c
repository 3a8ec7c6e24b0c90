/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/file.h"
#include "fmt/enc.h"
#include "server/cli/cert.h"
#include "server/cli/cli.h"
#include "server/cli/term.h"
#include "server/cli/init_text.h"

enum { CERT_DAYS = 825, SECRET_BYTES = 32 };

struct part {         /* a file to write */
    const char *path; /* below the folder */
    struct buf content;
    mode_t mode;
};

enum { PARTS = 7 };
struct init {
    const char *dir;
    struct part parts[PARTS];
    size_t n;
};

static struct buf *add(struct init *x, const char *path, mode_t mode)
{
    x->parts[x->n] = (struct part){.path = path, .mode = mode};
    return &x->parts[x->n++].content;
}

static const char *path_of(const struct init *x, const char *path, struct buf *b)
{
    buf_clear(b);
    buf_fmt(b, "%s/%s", x->dir, path);
    return b->p;
}

static int add_secret(struct init *x, const char *path)
{
    uint8_t random[SECRET_BYTES];
    if (getrandom(random, sizeof random, 0) != (ssize_t)sizeof random)
        return cli_fail(CLI_FAILED, "there is no randomness: %s", strerror(errno));
    struct buf *b = add(x, path, 0600);
    hex_put(b, random, sizeof random);
    buf_chr(b, '\n');
    return CLI_OK;
}

static int add_cert(struct init *x)
{
    struct err e = {0};
    char host[256] = "";
    (void)gethostname(host, sizeof host - 1);
    struct buf *cert = add(x, "tls/cert.pem", 0644), *key = add(x, "tls/key.pem", 0600);
    return cert_make(host, clk_wall_ms(), CERT_DAYS, cert, key, &e) < 0 ? cli_fail(CLI_FAILED, "%s", e.msg) : CLI_OK;
}

static int make_parts(struct init *x)
{
    buf_str(add(x, "fettle.yaml", 0644), init_fettle_yaml);
    buf_str(add(x, "repositories.yaml", 0644), init_repositories_yaml);
    buf_str(add(x, "workflows/hello.yml", 0644), init_workflow);
    int rc = add_secret(x, "secrets/github-hook");
    if (rc == CLI_OK)
        rc = add_secret(x, "secrets/gitlab-hook");
    return rc == CLI_OK ? add_cert(x) : rc;
}

/* All of them are looked at before one is written: a folder that has any is left as it is. */
static int refuse_existing(const struct init *x)
{
    AUTO(buf_free) struct buf b = {0};
    struct stat st;
    int rc = CLI_OK;
    for (size_t i = 0; i < x->n; i++)
        if (lstat(path_of(x, x->parts[i].path, &b), &st) == 0)
            rc = cli_fail(CLI_CONFLICT, "%s exists; nothing was written", b.p);
    return rc;
}

static int exit_of(int code)
{
    return code == EEXIST || code == ENOTDIR ? CLI_CONFLICT : code == EACCES || code == EPERM ? CLI_DENIED : CLI_FAILED;
}

static int make_folders(const struct init *x)
{
    static const struct {
        const char *name;
        mode_t mode;
    } folders[] = {{".", 0}, {"workflows", 0755}, {"secrets", 0700}, {"tls", 0755}, {"run", 0700}, {"state", 0700}};
    AUTO(buf_free) struct buf b = {0};
    struct err e = {0};
    for (size_t i = 0; i < ARRAY_LEN(folders); i++) {
        bool is_new = !file_exists(path_of(x, folders[i].name, &b));
        if (file_make_dirs(b.p, &e) < 0)
            return cli_fail(exit_of(e.code), "%s", e.msg);
        if (is_new && folders[i].mode && chmod(b.p, folders[i].mode) < 0)
            return cli_fail(CLI_FAILED, "%s: %s", b.p, strerror(errno));
    }
    return CLI_OK;
}

static int write_part(const struct init *x, const struct part *p)
{
    AUTO(buf_free) struct buf b = {0};
    path_of(x, p->path, &b);
    AUTO(fd_closep) int fd = open(b.p, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, p->mode);
    if (fd < 0)
        return cli_fail(exit_of(errno), "%s: %s", b.p, strerror(errno));
    if (fd_write_all(fd, p->content.p, p->content.n) < 0 || fsync(fd) < 0)
        return cli_fail(CLI_FAILED, "%s: %s", b.p, strerror(errno));
    return CLI_OK;
}

static void say_next(const struct init *x)
{
    AUTO(buf_free) struct buf out = {0}, in = {0};
    cli_text(sv_of(x->dir), &in);
    const char *at = strcmp(x->dir, ".") == 0 ? "" : in.p, *slash = *at ? "/" : "";
    for (size_t i = 0; i < x->n; i++)
        buf_fmt(&out, "wrote %s%s%s\n", at, slash, x->parts[i].path);
    buf_str(&out, "\nNext:\n");
    if (*at)
        buf_fmt(&out, "  cd %s\n", at);
    buf_str(&out, "  fettle serve   starts the server; https on port 8443 takes webhooks\n"
                  "  fettle status  in another terminal: is it ready?\n"
                  "  the dashboard  http://127.0.0.1:8080/\n\n");
    text_wrap(SV("At GitHub, Settings > Webhooks: payload URL https://HOST:8443/hook/github, content type "
                 "application/json, the secret is in secrets/github-hook. The certificate signs itself: a forge "
                 "accepts it only with its check switched off, so replace tls/cert.pem and tls/key.pem by real ones. "
                 "To post statuses, put a token into secrets/github-token (chmod 600) and take the # away in front of "
                 "`token` in fettle.yaml.\n"),
              0, 0, term_width(), &out);
    if (access("/usr/bin/bwrap", X_OK) != 0)
        buf_str(&out, "\nSteps run isolated by bubblewrap, which is not installed: apt install bubblewrap\n");
    (void)cli_print(&out);
}

static int init_in(struct init *x)
{
    int rc = refuse_existing(x);
    if (rc == CLI_OK)
        rc = make_folders(x);
    for (size_t i = 0; rc == CLI_OK && i < x->n; i++)
        rc = write_part(x, &x->parts[i]);
    if (rc == CLI_OK)
        say_next(x);
    return rc;
}

struct asked {
    struct cli_call call;
    const char *dir;
};

static int run(void *args)
{
    const struct asked *q = args;
    struct init x = {.dir = q->dir};
    int rc = make_parts(&x);
    if (rc == CLI_OK)
        rc = init_in(&x);
    for (size_t i = 0; i < x.n; i++)
        buf_free(&x.parts[i].content);
    return rc;
}

static const struct cli_arg operands[] = {
    {"DIR", .kind = CLI_FOLDER, .at = offsetof(struct asked, dir),
     .doc = "the folder, made where it is not there; else this one"},
    {.name = NULL},
};
const struct cli_verb verb_init = {
    .name = "init",
    .doc = "writes a working fettle.yaml, certificate and secrets",
    .examples = "fettle init /srv/fettle\n",
    .exits = 1u << CLI_DENIED | 1u << CLI_CONFLICT,
    .text =
        "Writes fettle.yaml, repositories.yaml, an example workflow, a self-signed certificate (825 days) and secrets "
        "for webhooks. Nothing that exists is overwritten (exit 8).\n",
    .operands = operands,
    .size = sizeof(struct asked),
    .start = &(const struct asked){.dir = "."},
    .run = run,
};
