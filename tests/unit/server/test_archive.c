/* SPDX-License-Identifier: Apache-2.0 */
/* Which files are picked, which caches are found, and what a shelf takes. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/file.h"
#include "base/id.h"
#include "server/artifacts.h"
#include "server/caches.h"
#include "server/pick.h"

enum { ROOM = 100 };
static const msec_t week = (msec_t)7 * 86400 * 1000;
static struct caches_room room;

struct world {
    char dir[64];
    struct arena arena;
};

static int set_up(void **state)
{
    struct world *w = mem_new(sizeof *w);
    struct err e = {0};
    snprintf(w->dir, sizeof w->dir, "/tmp/fettle-archive.XXXXXX");
    assert_non_null(mkdtemp(w->dir));
    assert_int_equal(file_make_dirs(arena_fmt(&w->arena, "%s/work", w->dir), &e), 0);
    assert_int_equal(file_make_dirs(arena_fmt(&w->arena, "%s/work.home", w->dir), &e), 0);
    shelf_open(w->dir);
    room = (struct caches_room){.bytes = (int64_t)10 << 30, .unused = week};
    *state = w;
    return 0;
}

static int tear_down(void **state)
{
    struct world *w = *state;
    struct err e = {0};
    int rc = file_remove_tree(w->dir, &e);
    arena_free(&w->arena);
    mem_free(w);
    return rc;
}

static const char *put(struct world *w, const char *path, const char *text)
{
    struct err e = {0};
    const char *full = arena_fmt(&w->arena, "%s/%s", w->dir, path);
    char *folder = arena_strdup(&w->arena, full);
    *strrchr(folder, '/') = 0;
    assert_int_equal(file_make_dirs(folder, &e), 0);
    assert_int_equal(file_write(full, sv_of(text), 0644, &e), 0);
    return full;
}

/* The paths joined with blanks, and behind them the root; "!" when it is refused. */
static const char *pick(struct world *w, const char *patterns, unsigned what)
{
    struct err e = {0};
    AUTO(picked_free) struct picked p = {0};
    AUTO(buf_free) struct buf b = {0};
    struct pick_place at = {arena_fmt(&w->arena, "%s/work", w->dir), arena_fmt(&w->arena, "%s/work.home", w->dir)};
    if (pick_files(&at, patterns, what, &p, &e) < 0)
        return e.cls == ERR_INVALID ? "!" : "!!";
    for (size_t i = 0; i < p.paths.n; i++)
        buf_fmt(&b, "%s ", p.paths.at[i]);
    buf_fmt(&b, "@%s", p.root ? p.root : "");
    return arena_dup(&w->arena, buf_view(&b));
}

static void files_are_picked_as_upload_artifact_does(void **state)
{
    struct world *w = *state;
    static const char *const files[] = {"work/a/one", "work/a/b/two", "work/a/b/.hid", "work/.git/x", "work/ab/c",
                                        "work.home/.npm/m", "work.home/h", "work.home/.fettle-x"};
    for (size_t i = 0; i < ARRAY_LEN(files); i++)
        put(w, files[i], "x");
    const struct {
        const char *patterns, *want;
        unsigned what;
    } rows[] = {
        {"a", "work/a/b/two work/a/one @work/a", PICK_NO_HIDDEN},
        {"a", "work/a/b/.hid work/a/b/two work/a/one @work/a", PICK_ALL},
        {"a/\n!a/b", "work/a/one @work/a", PICK_NO_HIDDEN},
        {"a/one", "work/a/one @work/a", PICK_ALL}, /* one file: its folder */
        {"a/b\na/one", "work/a/b/two work/a/one @work/a", PICK_NO_HIDDEN},
        {"a/one\nab", "work/a/one work/ab/c @work", PICK_NO_HIDDEN},
        {"**/two", "work/a/b/two @work", PICK_ALL},
        {"a/*", "work/a/b/two work/a/one @work/a", PICK_NO_HIDDEN},
        {"# remark\n\n ab \n", "work/ab/c @work/ab", PICK_ALL},
        {"~/.npm", "work.home/.npm/m @work.home/.npm", PICK_ALL},
        {"~/.npm", "work.home/.npm work.home/.npm/m @work.home/.npm", PICK_FOLDERS},
        {"~", "work.home/.npm/m work.home/h @work.home", PICK_ALL},
        {"ab\n~/h", "work/ab/c work.home/h @", PICK_ALL},
        {"nothing/**", "@work/nothing", PICK_ALL},
        {".", "work/a/b/two work/a/one work/ab/c @work", PICK_NO_HIDDEN},
        {"../x", "!", PICK_ALL},
        {"a/../../x", "!", PICK_ALL},
        {"/etc", "!", PICK_ALL},
        {"~/../x", "!", PICK_ALL},
        {"~root/x", "!", PICK_ALL},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        const char *got = pick(w, rows[i].patterns, rows[i].what);
        if (strcmp(got, rows[i].want) != 0)
            fail_msg("%s: \"%s\" instead of \"%s\"", rows[i].patterns, got, rows[i].want);
    }
    const char *full = arena_fmt(&w->arena, "%s/work/ab", w->dir);
    assert_string_equal(pick(w, full, PICK_ALL), "work/ab/c @work/ab");
}

static void links_that_lead_out_are_left_out(void **state)
{
    struct world *w = *state;
    put(w, "work/in", "x");
    put(w, "outside", "x");
    static const char *const links[][2] = {{"../outside", "out"}, {"/etc/passwd", "etc"}, {"in", "good"}, {".", "dir"},
                                           {"gone", "dead"}, {"loop", "loop"}};
    for (size_t i = 0; i < ARRAY_LEN(links); i++)
        assert_int_equal(symlink(links[i][0], arena_fmt(&w->arena, "%s/work/%s", w->dir, links[i][1])), 0);
    assert_string_equal(pick(w, ".", PICK_ALL), "work/good work/in @work");
    assert_string_equal(pick(w, "**/o*", PICK_FOLDERS), "work/out @work"); /* a cache keeps links as links */
    assert_string_equal(pick(w, "dir/in", PICK_ALL), "@work/dir/in");
}

/* ---- the shelf ---- */

static int take(struct world *w, const char *file, int64_t max)
{
    struct err e = {0};
    struct shelf_item item;
    AUTO(buf_free) struct buf to = {0};
    shelf_path(w->dir, 77, ".new", &to);
    int rc = shelf_take(file, max, SHELF_DIGEST, to.p, &item, &e);
    if (rc == 0) {
        assert_int_equal(item.size, 3);
        assert_string_equal(item.digest, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }
    shelf_remove(w->dir, to.p);
    return rc;
}

static void a_shelf_takes_plain_files_alone(void **state)
{
    struct world *w = *state;
    assert_int_equal(take(w, put(w, "work/f", "abc"), 3), 0);
    assert_int_equal(take(w, put(w, "work/f", "abcd"), 3), -1);
    const char *file = put(w, "work/f", "abc"), *other = arena_fmt(&w->arena, "%s/work/g", w->dir);
    assert_int_equal(symlink(file, other), 0);
    assert_int_equal(take(w, other, 100), -1);
    assert_int_equal(unlink(other), 0);
    assert_int_equal(link(file, other), 0);
    assert_int_equal(take(w, file, 100), -1);
    assert_int_equal(take(w, w->dir, 1 << 20), -1);
    assert_int_equal(mkfifo(arena_fmt(&w->arena, "%s/work/p", w->dir), 0600), 0);
    assert_int_equal(take(w, arena_fmt(&w->arena, "%s/work/p", w->dir), 100), -1);
}

static int64_t attempt;

static int save(struct world *w, const char *scope, const char *key, int64_t size, msec_t now)
{
    struct err e = {0};
    AUTO(buf_free) struct buf at = {0};
    const struct archive_want want = {.kind = ARCHIVE_SAVE, .path = "p", .key = key};
    const struct archive_scopes s = {.repo = "github:a/b", .own = scope, .version = "v"};
    const struct shelf_item item = {.size = size};
    shelf_path(w->dir, ++attempt, ".new", &at);
    assert_int_equal(file_make_dirs(at.p, &e), 0);
    assert_int_equal(file_write(arena_fmt(&w->arena, "%s/archive", at.p), SV("x"), 0444, &e), 0);
    int rc = caches_put(w->dir, &want, &s, at.p, &item, &room, now, &e);
    assert_true(rc == 0 || e.cls == ERR_CONFLICT);
    return rc;
}

/* The key found, "" = none. */
static const char *find(struct world *w, const char *path, const char *key, const char *restore, const char *scope)
{
    const char *reads[] = {scope, "refs/heads/main", NULL};
    const struct archive_want want = {.path = path, .key = key, .restore_keys = restore};
    const struct archive_scopes s = {.repo = "github:a/b", .own = scope, .reads = reads, .version = "v"};
    struct cache_found found;
    if (caches_find(w->dir, &want, &s, &w->arena, &found) != 0)
        return "";
    assert_int_equal(found.exact, strcmp(found.key, key) == 0);
    assert_true(file_exists(found.archive));
    return found.key;
}

static void sizes_are_told_in_whole_units(void **state)
{
    static const struct {
        int64_t bytes;
        const char *text;
    } rows[] = {{5LL << 30, "5120 MiB"}, {1 << 20, "1 MiB"}, {64 << 10, "64 KiB"}, {(3 << 20) + 1024, "3073 KiB"}};
    (void)state;
    char text[32];
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        assert_string_equal(shelf_size_text(rows[i].bytes, text), rows[i].text);
}

static void caches_are_found_by_scope_key_and_beginning(void **state)
{
    struct world *w = *state;
    msec_t now = clk_wall_ms();
    assert_int_equal(save(w, "refs/heads/main", "k-1", 1, now), 0);
    assert_int_equal(save(w, "refs/heads/main", "k-2", 1, now + 1), 0);
    assert_int_equal(save(w, "refs/heads/main", "k-2", 1, now + 2), -1); /* never changed */
    assert_int_equal(save(w, "refs/heads/dev", "k-0", 1, now), 0);
    assert_int_equal(save(w, "untrusted/refs/pull/1", "k-9", 1, now + 9), 0);
    assert_string_equal(find(w, "p", "k-1", NULL, "refs/heads/main"), "k-1");
    assert_string_equal(find(w, "p", "k-7", "x\nk-", "refs/heads/main"), "k-2"); /* the newest */
    assert_string_equal(find(w, "p", "k", NULL, "refs/heads/main"), "k-2");
    assert_string_equal(find(w, "p", "k-7", "k-", "refs/heads/dev"), "k-0"); /* its own first */
    assert_string_equal(find(w, "p", "k-9", NULL, "refs/heads/dev"), "");
    assert_string_equal(find(w, "p", "k-9", NULL, "untrusted/refs/pull/2"), "");
    assert_string_equal(find(w, "p", "k-9", NULL, "untrusted/refs/pull/1"), "k-9");
    assert_string_equal(find(w, "other", "k-1", "k-", "refs/heads/main"), "");
    assert_string_equal(find(w, "p", "", NULL, "refs/heads/none"), "k-2");
}

static void the_least_used_goes_when_there_is_no_room(void **state)
{
    struct world *w = *state;
    msec_t now = clk_wall_ms(), hour = 3600 * 1000;
    room.bytes = 100;
    assert_int_equal(save(w, "m", "old", 40, now), 0);
    clk_sleep_ms(20);
    assert_int_equal(save(w, "m", "new", 40, now), 0);
    clk_sleep_ms(20);
    assert_string_equal(find(w, "p", "old", NULL, "m"), "old"); /* used just now */
    assert_int_equal(save(w, "m", "third", 40, now + hour), 0);
    assert_string_equal(find(w, "p", "new", NULL, "m"), "");
    assert_string_equal(find(w, "p", "old", NULL, "m"), "old");
    assert_string_equal(find(w, "p", "third", NULL, "m"), "third");
    room.unused = 9 * 24 * hour;
    caches_trim(w->dir, &room, 0, now + 8 * 24 * hour);
    assert_string_equal(find(w, "p", "old", NULL, "m"), "old");
    room.unused = week;
    caches_trim(w->dir, &room, 0, now + 8 * 24 * hour);
    assert_string_equal(find(w, "p", "old", NULL, "m"), "");
}

static void artifacts_go_with_their_time_or_their_run(void **state)
{
    struct world *w = *state;
    struct err e = {0};
    msec_t now = clk_wall_ms(), day = 86400 * 1000;
    struct id_gen g = {0};
    int64_t run = id_next(&g, now, 0);
    const struct shelf_item item = {.size = 5, .digest = "d"};
    struct artifact x = {.id = 1, .maker = 9, .name = "a", .item = &item, .retention_days = 2};
    for (int i = 0; i < 2; i++, x.name = "b", x.retention_days = 0) {
        AUTO(buf_free) struct buf at = {0};
        shelf_path(w->dir, ++attempt, ".new", &at);
        assert_int_equal(file_make_dirs(at.p, &e), 0);
        assert_int_equal(artifacts_put(w->dir, run, &x, at.p, SHELF_NEW, ROOM, now, &e), 0);
    }
    assert_int_equal(artifacts_put(w->dir, run, &x, "/none", SHELF_NEW, 14, now, &e), -1);
    assert_non_null(strstr(e.msg, "larger than 0 KiB (limits: artifacts)"));
    AUTO(buf_free) struct buf text = {0};
    struct jout j = {.buf = &text};
    artifacts_trim(w->dir, now - day, now + 3 * day);
    artifacts_json(w->dir, run, &j);
    assert_null(strstr(text.p, "\"a\""));
    assert_non_null(strstr(text.p, "\"name\":\"b\",\"digest\":\"d\",\"format\":\"tar\",\"size\":5"));
    assert_true(artifact_is_of(w->dir, run, "b", 9));
    assert_false(artifact_is_of(w->dir, run, "b", 8));
    artifacts_trim(w->dir, now + day, now);
    assert_false(artifact_is_of(w->dir, run, "b", 9));
}

int main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        CASE(files_are_picked_as_upload_artifact_does),
        CASE(links_that_lead_out_are_left_out),
        CASE(a_shelf_takes_plain_files_alone),
        CASE(sizes_are_told_in_whole_units),
        CASE(caches_are_found_by_scope_key_and_beginning),
        CASE(the_least_used_goes_when_there_is_no_room),
        CASE(artifacts_go_with_their_time_or_their_run),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
