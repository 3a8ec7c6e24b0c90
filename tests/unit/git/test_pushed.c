/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <fcntl.h>
#include <cmocka.h>
#include "git/pushed.h"
#include "unit/git/lab.h"

#define ID "bare:acme/api"

/* A pack of what is new beyond `haves`, as a client makes it: through a file. */
static int pack_of(struct lab *l, const char *tip, const char *have, const char *more)
{
    const char *list = lab_path(l, "revs"), *pack = lab_path(l, "out.pack");
    const char *const argv[] = {"pack-objects",        "--revs", "--thin", "--stdout",
                                "--delta-base-offset", "-q",     more,     NULL};
    struct git_output out = {0};
    const char *text = have ? arena_fmt(&l->a, "%s\n^%s\n", tip, have) : arena_fmt(&l->a, "%s\n", tip);
    assert_int_equal(file_write(list, sv_of(text), 0600, &l->e), 0);
    struct git_command c = {
        .argv = argv, .dir = l->origin, .input = list, .lock_fd = -1, .ms = 60000, .max_out = 64 << 20};
    if (git_run_ok(&c, &out, &l->e) < 0)
        fail_msg("%s", l->e.msg);
    assert_int_equal(file_write(pack, buf_view(&out.out), 0600, &l->e), 0);
    git_output_free(&out);
    int fd = open(pack, O_RDONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    return fd;
}

static int take(struct lab *l, int fd, const char *tip)
{
    struct sv tips[] = {sv_of(tip)};
    struct pushed_pack p = {.fd = fd, .tips = tips, .n_tips = 1};
    int rc = git_pushed_take(l->g, ID, &p, &l->e);
    close(fd);
    return rc;
}

static const char *mirror_of_lab(struct lab *l)
{
    AUTO(buf_free) struct buf b = {0};
    buf_fmt(&b, "ls -d %s/state/mirrors/*.git", l->root);
    FILE *f = popen(b.p, "r");
    char line[256] = "";
    assert_non_null(f);
    assert_non_null(fgets(line, sizeof line, f));
    pclose(f);
    return arena_dup(&l->a, sv_trim(sv_of(line)));
}

static bool nothing_left(struct lab *l)
{
    AUTO(buf_free) struct buf b = {0};
    buf_fmt(&b, "! ls -d %s.pushed/in-* >/dev/null 2>&1", mirror_of_lab(l));
    return system(b.p) == 0;
}

static bool known(struct lab *l, const char *oid)
{
    struct sv oids[] = {sv_of(oid)};
    bool has[1];
    assert_int_equal(git_pushed_known(l->g, ID, oids, 1, has, &l->e), 0);
    return has[0];
}

static void a_thin_pack_becomes_part_of_the_mirror(const char *format)
{
    AUTO(lab_close) struct lab l;
    lab_open(&l, format);
    lab_write(&l, "long", arena_fmt(&l.a, "%0*d\n", 20000, 1));
    const char *first = lab_commit(&l, "first");
    assert_false(known(&l, first));
    assert_int_equal(lab_fetch(&l, NULL), 0);
    GIT(&l, l.origin, "checkout", "-q", "-b", "secret");
    lab_write(&l, "long", arena_fmt(&l.a, "%0*d\nx\n", 20000, 1));
    const char *tip = lab_commit(&l, "second");
    struct sv oids[] = {sv_of(tip), sv_of(first), sv_of(tip)};
    bool has[3];
    assert_int_equal(git_pushed_known(l.g, ID, oids, 3, has, &l.e), 0);
    assert_true(!has[0] && has[1] && !has[2]);
    if (take(&l, pack_of(&l, tip, first, NULL), tip) < 0)
        fail_msg("%s", l.e.msg);
    assert_true(known(&l, tip));
    assert_true(nothing_left(&l));
    assert_string_equal(lab_resolve(&l, tip), tip);
    const char *m = mirror_of_lab(&l);
    assert_string_equal(GIT(&l, m, "rev-parse", arena_fmt(&l.a, "refs/fettle/pushed/%s", tip)), tip);
    GIT(&l, m, "fsck", "--strict", "--connectivity-only");
    /* the same once more is fine */
    assert_int_equal(take(&l, pack_of(&l, tip, first, NULL), tip), 0);
}

static void a_pack_of_sha1_is_taken(void **state)
{
    (void)state;
    a_thin_pack_becomes_part_of_the_mirror("sha1");
}

static void a_pack_of_sha256_is_taken(void **state)
{
    (void)state;
    a_thin_pack_becomes_part_of_the_mirror("sha256");
}

static void a_mirror_that_was_never_fetched_is_made(void **state)
{
    (void)state;
    static const char *const formats[] = {"sha1", "sha256"};
    for (size_t i = 0; i < 2; i++) {
        AUTO(lab_close) struct lab l;
        lab_open(&l, formats[i]);
        lab_write(&l, "a", "1");
        const char *tip = lab_commit(&l, "first");
        assert_int_equal(take(&l, pack_of(&l, tip, NULL, NULL), tip), -1);
        assert_int_equal(l.e.cls, ERR_MISSING);
        assert_int_equal(git_pushed_ready(l.g, ID, strlen(tip), &l.e), 0);
        assert_int_equal(git_pushed_ready(l.g, ID, strlen(tip), &l.e), 0);
        if (take(&l, pack_of(&l, tip, NULL, NULL), tip) < 0)
            fail_msg("%s", l.e.msg);
        assert_string_equal(lab_resolve(&l, tip), tip);
    }
}

static void what_is_not_all_there_is_refused_and_dropped(void **state)
{
    (void)state;
    AUTO(lab_close) struct lab l;
    lab_open(&l, "sha1");
    lab_write(&l, "a", "1");
    const char *first = lab_commit(&l, "first");
    assert_int_equal(lab_fetch(&l, NULL), 0);
    GIT(&l, l.origin, "checkout", "-q", "-b", "secret");
    lab_write(&l, "a", "2");
    const char *between = lab_commit(&l, "second");
    lab_write(&l, "a", "3");
    const char *tip = lab_commit(&l, "third");
    /* a pack beyond a commit that the mirror has not */
    assert_int_equal(take(&l, pack_of(&l, tip, between, NULL), tip), -1);
    assert_int_equal(l.e.cls, ERR_INVALID);
    /* a whole pack, of another id */
    assert_int_equal(take(&l, pack_of(&l, between, first, NULL), tip), -1);
    assert_int_equal(l.e.cls, ERR_MISSING);
    /* no pack at all */
    int fd = open(lab_path(&l, "revs"), O_RDONLY | O_CLOEXEC);
    assert_int_equal(take(&l, fd, tip), -1);
    assert_int_equal(l.e.cls, ERR_INVALID);
    assert_int_equal(take(&l, open("/dev/null", O_RDONLY | O_CLOEXEC), "--all"), -1);
    assert_int_equal(l.e.cls, ERR_INVALID);
    assert_false(known(&l, tip));
    assert_false(known(&l, between));
    assert_true(nothing_left(&l));
    assert_string_equal(GIT(&l, mirror_of_lab(&l), "for-each-ref", "refs/fettle"), "");
}

static void an_unsound_object_is_refused(void **state)
{
    (void)state;
    AUTO(lab_close) struct lab l;
    lab_open(&l, "sha1");
    lab_write(&l, "a", "1");
    const char *first = lab_commit(&l, "first");
    assert_int_equal(lab_fetch(&l, NULL), 0);
    const char *tree = GIT(&l, l.origin, "rev-parse", "HEAD^{tree}");
    const char *text =
        arena_fmt(&l.a, "tree %s\nparent %s\nauthor no mail\ncommitter T <t@e> 1 +0000\n\nbad\n", tree, first);
    const char *file = lab_path(&l, "commit");
    assert_int_equal(file_write(file, sv_of(text), 0600, &l.e), 0);
    const char *tip = GIT(&l, l.origin, "hash-object", "--literally", "-t", "commit", "-w", file);
    assert_int_equal(take(&l, pack_of(&l, tip, first, NULL), tip), -1);
    assert_int_equal(l.e.cls, ERR_INVALID);
    assert_false(known(&l, tip));
    assert_true(nothing_left(&l));
}

static void what_was_pushed_is_let_go_when_its_time_is_over(void **state)
{
    (void)state;
    AUTO(lab_close) struct lab l;
    lab_open(&l, "sha1");
    lab_write(&l, "a", "1");
    const char *first = lab_commit(&l, "first");
    assert_int_equal(lab_fetch(&l, NULL), 0);
    GIT(&l, l.origin, "checkout", "-q", "-b", "secret");
    lab_write(&l, "a", "2");
    const char *tip = lab_commit(&l, "second");
    assert_int_equal(take(&l, pack_of(&l, tip, first, NULL), tip), 0);
    const char *m = mirror_of_lab(&l);
    size_t gone = 7;
    GIT(&l, m, "pack-refs", "--all");
    assert_int_equal(git_pushed_trim(l.g, clk_wall_ms() - 60000, &gone, &l.e), 0);
    assert_int_equal(gone, 0);
    assert_string_not_equal(GIT(&l, m, "for-each-ref", "refs/fettle/pushed"), "");
    if (git_pushed_trim(l.g, clk_wall_ms() + 60000, &gone, &l.e) < 0)
        fail_msg("%s", l.e.msg);
    assert_int_equal(gone, 1);
    assert_string_equal(GIT(&l, m, "for-each-ref", "refs/fettle/pushed"), "");
    assert_int_equal(git_pushed_trim(l.g, clk_wall_ms() + 60000, &gone, &l.e), 0);
    assert_int_equal(gone, 0);
    assert_true(nothing_left(&l));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_pack_of_sha1_is_taken),
        cmocka_unit_test(a_pack_of_sha256_is_taken),
        cmocka_unit_test(a_mirror_that_was_never_fetched_is_made),
        cmocka_unit_test(what_is_not_all_there_is_refused_and_dropped),
        cmocka_unit_test(an_unsound_object_is_refused),
        cmocka_unit_test(what_was_pushed_is_let_go_when_its_time_is_over),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
