/* SPDX-License-Identifier: Apache-2.0 */
/* Other people's workflow files, with what a reader must say of them: accepted, or not. The data is not ours and may be
 * absent. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include <dirent.h>
#include <stdio.h>
#include "base/file.h"
#include "config/conf.h"
#include "config/workflow_set.h"
#include "fmt/json.h"

#define LEFT_OUT FETTLE_SOURCE_DIR "/tests/fixtures/workflow-fixtures.left-out"
enum { SECTIONS_MAX = 40 };

struct fixture { /* options, the workflow, pairs of an address and a workflow, what is expected */
    struct sv section[SECTIONS_MAX];
    size_t n;
};

/* GitHub's places become ours, and OWNER/NAME an alias. */
static void make_ours(struct sv text, struct buf *out)
{
    static const struct sv place = {".github/workflows/", 18};
    while (text.n) {
        ptrdiff_t at = sv_find(text, place);
        if (at < 0) {
            buf_sv(out, text);
            return;
        }
        size_t from = (size_t)at, slashes = 0;
        while (from > 0 && text.p[from - 1] != ' ' && text.p[from - 1] != '\n')
            from--;
        buf_sv(out, sv_cut(text, from));
        for (size_t i = from; i < (size_t)at; i++)
            buf_chr(out, text.p[i] == '/' && text.p[from] != '.' && slashes++ == 0 ? '-' : text.p[i]);
        buf_str(out, ".fettle/workflows/");
        text = sv_from(text, (size_t)at + place.n);
    }
}

static void split(struct sv text, struct fixture *f)
{
    size_t start = 0, at = 0;
    f->n = 0;
    while (at <= text.n && f->n + 1 < SECTIONS_MAX) {
        struct sv rest = sv_from(text, at);
        ptrdiff_t nl = sv_chr(rest, '\n');
        struct sv line = nl < 0 ? rest : sv_cut(rest, (size_t)nl);
        if (sv_is(sv_trim(line), "---")) {
            f->section[f->n++] = sv_cut(sv_from(text, start), at - start);
            start = at + line.n + 1;
        }
        if (nl < 0)
            break;
        at += line.n + 1;
    }
    f->section[f->n++] = sv_from(text, start);
}

static bool expects_errors(const struct fixture *f)
{
    struct jdoc *doc = NULL;
    struct err e = {0};
    if (jdoc_parse(sv_trim(f->section[f->n - 1]), NULL, &doc, &e) < 0)
        fail_msg("%s", e.msg);
    bool errors = jval_len(jval_get(jdoc_root(doc), "errors")) > 0;
    jdoc_free(&doc);
    return errors;
}

static bool is_accepted(const struct fixture *f, struct buf *said)
{
    AUTO(arena_free) struct arena a = {0};
    AUTO(problems_free) struct problems p = {0};
    struct workflow_file files[SECTIONS_MAX];
    size_t n = 0;
    bool ok = true;
    workflow_file_read(f->section[1], "main.yml", NULL, NULL, &a, &p, &files[n++]);
    for (size_t i = 2; i + 1 < f->n - 1; i += 2) {
        const char *address = arena_dup(&a, sv_trim(f->section[i]));
        workflow_file_read(f->section[i + 1], address, NULL, NULL, &a, &p, &files[n]);
        files[n].address = sv_chr(sv_of(address), '@') >= 0 ? address : arena_fmt(&a, "./%s", address);
        n++;
    }
    workflow_set_check(files, n, &a, &p);
    for (size_t i = 0; i < n; i++)
        ok &= files[i].w != NULL;
    assert_int_equal(ok, p.n_errors == 0);
    problems_write(&p, said);
    return ok;
}

/* "name  reason" of a line that begins with the name; false when there is none. */
static bool is_left_out(struct sv list, const char *name)
{
    struct sv line;
    size_t n = strlen(name);
    while (sv_next(&list, '\n', &line))
        if (sv_starts(line, sv_of(name)) && line.n > n + 10 && line.p[n] == ' ')
            return true;
    return false;
}

static bool agrees(const char *folder, const char *name, struct buf *said)
{
    AUTO(buf_free) struct buf raw = {0}, ours = {0}, path = {0};
    struct fixture f;
    struct err e = {0};
    buf_fmt(&path, "%s/%s", folder, name);
    assert_int_equal(file_read(path.p, 1 << 20, &raw, &e), 0);
    make_ours(buf_view(&raw), &ours);
    split(buf_view(&ours), &f);
    assert_true(f.n >= 3);
    return is_accepted(&f, said) == !expects_errors(&f);
}

static DIR *folder_open(struct buf *path)
{
    const char *shared = getenv("FETTLE_SHARED");
    buf_fmt(path, "%s/workflow-fixtures", shared ? shared : FETTLE_SOURCE_DIR "/../shared/data");
    return opendir(path->p);
}

static void they_are_accepted_or_refused_as_they_say(void **state)
{
    (void)state;
    AUTO(buf_free) struct buf folder = {0}, list = {0};
    struct err e = {0};
    size_t n = 0, left = 0, wrong = 0;
    DIR *d = folder_open(&folder);
    if (!d) {
        printf("no workflow fixtures at %s: skipped\n", folder.p);
        return;
    }
    assert_int_equal(file_read(LEFT_OUT, 1 << 16, &list, &e), 0);
    for (struct dirent *x; (x = readdir(d));) {
        AUTO(buf_free) struct buf said = {0};
        if (!sv_ends(sv_of(x->d_name), SV(".yml")))
            continue;
        bool out = is_left_out(buf_view(&list), x->d_name), same = agrees(folder.p, x->d_name, &said);
        n++;
        left += out;
        if (same == out)
            wrong++, printf("%s: %s\n%s\n", x->d_name,
                            same ? "agrees, and is in the list of those left out" : "differs", said.n ? said.p : "");
    }
    closedir(d);
    printf("%zu workflow fixtures: %zu agree, %zu are left out\n", n, n - left, left);
    assert_int_equal(wrong, 0);
    assert_true(n >= 90);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(they_are_accepted_or_refused_as_they_say),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
