/* SPDX-License-Identifier: Apache-2.0 */
/* `fettle runs download RUN [NAME]`: the archives of a run's artifacts as files NAME.tar or NAME.tar.gz. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>
#include "base/file.h"
#include "fmt/enc.h"
#include "port/archive.h"
#include "server/cli/runs.h"
#include "server/cli/term.h"

static int say_no(const char *what)
{
    fprintf(stderr, "fettle: %s: %s\n", what, strerror(errno));
    return CLI_FAILED;
}

/* The bar is NULL when nothing is to be drawn. */
static int fetch(struct remote *r, const char *run, const char *name, int fd, const char *file, struct bar *bar)
{
    AUTO(buf_free) struct buf path = {0};
    AUTO(remote_answer_free) struct remote_answer a = {0};
    for (int64_t at = 0;; at += (int64_t)a.body.n) {
        buf_clear(&path);
        int rc = remote_path("runs", run, "/artifact?name=", &path);
        if (rc != CLI_OK)
            return rc;
        url_put(&path, sv_of(name));
        buf_fmt(&path, "&offset=%lld", (long long)at);
        if ((rc = remote_send(r, "GET", path.p, &a)) != CLI_OK || (rc = remote_verdict(&a)) != CLI_OK)
            return rc;
        if (a.body.n == 0)
            return CLI_OK;
        if (fd_write_all(fd, a.body.p, a.body.n) < 0)
            return say_no(file);
        if (bar)
            bar_draw(bar, at + (int64_t)a.body.n);
    }
}

static int save(struct remote *r, const struct listing *l, const char *run, const char *name, const struct jval *row)
{
    struct sv format = sv_is(jval_str(jval_get(row, "format")), "tar.gz") ? SV("tar.gz") : SV("tar");
    struct bar bar = {.what = name};
    AUTO(buf_free) struct buf file = {0};
    buf_fmt(&file, "%s.%.*s", name, SV_ARG(format));
    AUTO(fd_closep) int fd = open(file.p, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (fd < 0)
        return say_no(file.p);
    jval_int(jval_get(row, "size"), &bar.whole);
    int rc = fetch(r, run, name, fd, file.p, l->quiet ? NULL : &bar);
    bar_end(&bar);
    if (rc != CLI_OK)
        (void)!unlink(file.p);
    else if (!l->quiet)
        printf("%s\n", file.p);
    return rc;
}

int runs_download(struct remote *r, const struct listing *l, const char *id, const char *want)
{
    struct jdoc *doc = NULL;
    int rc = runs_fetch(r, id, &doc);
    const struct jval *all = rc == CLI_OK ? jval_get(jdoc_root(doc), "artifacts") : NULL;
    size_t n = 0;
    for (size_t i = 0; rc == CLI_OK && i < jval_len(all); i++) {
        AUTO(mem_freep) char *name = sv_dup(jval_str(jval_get(jval_item(all, i), "name")));
        if (!name || !artifact_name_ok(name) || (want && strcmp(want, name) != 0))
            continue;
        n++;
        rc = save(r, l, id, name, jval_item(all, i));
    }
    jdoc_free(&doc);
    if (rc == CLI_OK && n == 0) {
        fprintf(stderr, "fettle: the run has no such artifact\n");
        return CLI_MISSING;
    }
    return rc;
}
