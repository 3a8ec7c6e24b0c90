/* SPDX-License-Identifier: Apache-2.0 */
/* For the tests of the server file: a folder with what it names, read as the server reads it. */
#pragma once
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/file.h"
#include "config/conf.h"

#define LISTEN "listen: [{http: \"127.0.0.1:0\"}]\n"

/* A folder of its own per test, with the secrets and certificates the files name. */
struct place {
    char dir[64];
    struct conf *conf;
    struct problems problems;
    struct buf shown;
};

static inline void put(const struct place *p, const char *name, const char *text, mode_t mode)
{
    AUTO(buf_free) struct buf path = {0};
    struct err e = {0};
    buf_fmt(&path, "%s/%s", p->dir, name);
    if (file_write(path.p, sv_of(text), mode, &e) < 0)
        fail_msg("%s", e.msg);
    assert_int_equal(chmod(path.p, mode), 0);
}

static inline void make_dir(const struct place *p, const char *name)
{
    AUTO(buf_free) struct buf path = {0};
    struct err e = {0};
    buf_fmt(&path, "%s/%s", p->dir, name);
    assert_int_equal(file_make_dirs(path.p, &e), 0);
}

static inline struct place place_new(void)
{
    struct place p = {.dir = "/tmp/fettle-conf-XXXXXX"};
    assert_non_null(mkdtemp(p.dir));
    make_dir(&p, "secrets");
    make_dir(&p, "tls");
    make_dir(&p, "workflows");
    put(&p, "secrets/token", "tok\n", 0600);
    put(&p, "secrets/hook", "new\r\n\n", 0600);
    put(&p, "secrets/hook.old", "old", 0400);
    put(&p, "secrets/deploy", "-----BEGIN\nabc\n-----END\n", 0600);
    put(&p, "secrets/gitlab-hook", "g", 0600);
    put(&p, "secrets/gitlab-system", "s", 0600);
    put(&p, "tls/cert.pem", "c", 0644);
    put(&p, "tls/key.pem", "k", 0640);
    return p;
}

static inline void place_free(struct place *p)
{
    struct err e = {0};
    assert_int_equal(file_remove_tree(p->dir, &e), 0);
    conf_unref(&p->conf);
    problems_free(&p->problems);
    buf_free(&p->shown);
}

static inline int load(struct place *p)
{
    AUTO(buf_free) struct buf path = {0};
    buf_fmt(&path, "%s/fettle.yaml", p->dir);
    conf_unref(&p->conf);
    problems_free(&p->problems);
    buf_clear(&p->shown);
    int rc = conf_load(path.p, &p->conf, &p->problems);
    problems_write(&p->problems, &p->shown);
    buf_str(&p->shown, "");
    return rc;
}

static inline int load_text(struct place *p, const char *text)
{
    put(p, "fettle.yaml", text, 0644);
    return load(p);
}

static inline void must_load(struct place *p, const char *text)
{
    if (load_text(p, text) < 0)
        fail_msg("%s", p->shown.p);
}

static inline void must_fail(struct place *p, const char *text, const char *want)
{
    struct conf *before = p->conf;
    assert_int_equal(load_text(p, text), -1);
    assert_true(p->conf == NULL && (before == NULL || before != p->conf));
    if (!strstr(p->shown.p, want))
        fail_msg("--- want\n%s\n--- in\n%s", want, p->shown.p);
}

static inline void copy(const struct place *p, const char *from, const char *name)
{
    AUTO(buf_free) struct buf text = {0}, path = {0};
    struct err e = {0};
    buf_fmt(&path, FETTLE_SOURCE_DIR "/config/examples/%s", from);
    assert_int_equal(file_read(path.p, 1 << 20, &text, &e), 0);
    put(p, name, text.p, 0644);
}

static inline const char *below(const struct place *p, const char *path)
{
    size_t n = strlen(p->dir);
    assert_int_equal(strncmp(path, p->dir, n), 0);
    return path + n;
}

static inline void copy_examples(const struct place *p)
{
    copy(p, "fettle.yaml", "fettle.yaml");
    copy(p, "repositories.yaml", "repositories.yaml");
    copy(p, "workflows/ci.yml", "workflows/ci.yml");
    copy(p, "workflows/full-stack.yml", "workflows/full-stack.yml");
    copy(p, "workflows/projects.yml", "workflows/projects.yml");
    setenv("GITLAB_TOKEN", "from-env", 1);
}
