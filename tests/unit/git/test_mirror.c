/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include <pthread.h>
#include <arpa/inet.h>
#include "git/mirror.h"
#include "git/remote.h"
#include "unit/git/lab.h"

static void a_fetch_brings_branches_tags_and_change_heads(void **state)
{
    (void)state;
    AUTO(lab_close) struct lab l;
    lab_open(&l, "sha1");
    lab_write(&l, "a", "1");
    const char *first = lab_commit(&l, "one");
    GIT(&l, l.origin, "tag", "light");
    GIT(&l, l.origin, "tag", "-a", "-m", "x", "v1");
    GIT(&l, l.origin, "checkout", "--quiet", "-b", "feature/x");
    const char *second = lab_commit(&l, "two");
    GIT(&l, l.origin, "update-ref", "refs/pull/7/head", second);
    GIT(&l, l.origin, "update-ref", "refs/merge-requests/3/head", first);
    assert_int_equal(lab_fetch(&l, NULL), 0);
    assert_string_equal(lab_resolve(&l, "main"), first);
    assert_string_equal(lab_resolve(&l, "refs/heads/feature/x"), second);
    assert_string_equal(lab_resolve(&l, "light"), first);
    assert_string_equal(lab_resolve(&l, "v1"), first); /* an annotated tag is peeled */
    assert_string_equal(lab_resolve(&l, "refs/tags/v1"), first);
    assert_string_equal(lab_resolve(&l, "pull/7/head"), second);
    assert_string_equal(lab_resolve(&l, "refs/merge-requests/3/head"), first);
    assert_string_equal(lab_resolve(&l, second), second);
    bool is_branch = false;
    assert_int_equal(git_is_branch(l.g, "bare:acme/api", second, &is_branch, &l.e), 0);
    assert_true(is_branch);
    const char *third = lab_commit(&l, "three"); /* as of a fork: no branch leads to its end */
    GIT(&l, l.origin, "update-ref", "refs/pull/8/head", third);
    GIT(&l, l.origin, "reset", "--quiet", "--hard", "HEAD~1");
    assert_int_equal(lab_fetch(&l, NULL), 0);
    assert_string_equal(lab_resolve(&l, "pull/8/head"), third);
    assert_int_equal(git_is_branch(l.g, "bare:acme/api", third, &is_branch, &l.e), 0);
    assert_false(is_branch);
}

static void a_force_push_and_a_deleted_branch_are_followed(void **state)
{
    (void)state;
    AUTO(lab_close) struct lab l;
    lab_open(&l, "sha1");
    const char *old = lab_commit(&l, "old");
    GIT(&l, l.origin, "branch", "gone");
    assert_int_equal(lab_fetch(&l, NULL), 0);
    GIT(&l, l.origin, "commit", "--quiet", "--amend", "--allow-empty", "-m", "new");
    GIT(&l, l.origin, "branch", "-D", "gone");
    GIT(&l, l.origin, "branch", "gone/deeper");
    const char *new = GIT(&l, l.origin, "rev-parse", "HEAD");
    assert_int_equal(lab_fetch(&l, NULL), 0);
    assert_string_equal(lab_resolve(&l, "main"), new);
    assert_string_equal(lab_resolve(&l, "gone/deeper"), new);
    assert_null(lab_resolve(&l, "gone"));
    assert_int_equal(l.e.cls, ERR_MISSING);
    assert_true(git_has(l.g, "bare:acme/api", old));
}

static void nothing_is_fetched_when_every_wanted_object_is_there(void **state)
{
    (void)state;
    AUTO(lab_close) struct lab l;
    lab_open(&l, "sha1");
    const char *first = lab_commit(&l, "one");
    assert_int_equal(lab_fetch(&l, (const char *[]){first, NULL}), 0);
    const char *second = lab_commit(&l, "two");
    assert_int_equal(lab_fetch(&l, (const char *[]){first, NULL}), 0);
    assert_false(git_has(l.g, "bare:acme/api", second));
    assert_int_equal(lab_fetch(&l, (const char *[]){first, second, NULL}), 0);
    assert_true(git_has(l.g, "bare:acme/api", second));
}

static void a_commit_that_no_ref_leads_to_is_asked_for_by_its_id(void **state)
{
    (void)state;
    AUTO(lab_close) struct lab l;
    lab_open(&l, "sha1");
    lab_commit(&l, "one");
    const char *lost = lab_commit(&l, "lost");
    GIT(&l, l.origin, "reset", "--quiet", "--hard", "HEAD~1");
    assert_int_equal(lab_fetch(&l, (const char *[]){lost, NULL}), 0);
    assert_string_equal(lab_resolve(&l, lost), lost);
    const char *never = "0123456789012345678901234567890123456789";
    assert_int_equal(lab_fetch(&l, (const char *[]){never, NULL}), -1);
    assert_int_equal(l.e.cls, ERR_MISSING);
}

static void a_repository_with_sha256_objects_is_fetched_and_read(void **state)
{
    (void)state;
    AUTO(lab_close) struct lab l;
    lab_open(&l, "sha256");
    const char *first = lab_commit(&l, "one");
    GIT(&l, l.origin, "tag", "-a", "-m", "x", "v1");
    assert_int_equal(strlen(first), 64);
    assert_int_equal(lab_fetch(&l, NULL), 0); /* the format is not known before */
    assert_string_equal(lab_resolve(&l, "v1"), first);
    assert_string_equal(lab_resolve(&l, first), first);
    assert_true(git_has(l.g, "bare:acme/api", first));
    assert_null(lab_resolve(&l, "nope"));
    assert_int_equal(l.e.cls, ERR_MISSING);
    const char *second = lab_commit(&l, "two");
    assert_int_equal(lab_fetch(&l, (const char *[]){second, NULL}), 0);
    assert_string_equal(lab_resolve(&l, "main"), second);
}

static void a_mirror_whose_remote_changed_its_object_format_is_made_anew(void **state)
{
    (void)state;
    AUTO(lab_close) struct lab l;
    lab_open(&l, "sha1");
    lab_commit(&l, "one");
    assert_int_equal(lab_fetch(&l, NULL), 0);
    assert_non_null(lab_resolve(&l, "main"));
    assert_int_equal(file_remove_tree(l.origin, &l.e), 0);
    GIT(&l, NULL, "init", "--quiet", "--template=", "--object-format=sha256", l.origin);
    const char *now = lab_commit(&l, "two");
    assert_int_equal(lab_fetch(&l, NULL), 0);
    assert_string_equal(lab_resolve(&l, "main"), now);
}

static void a_remote_that_does_not_exist_is_missing_and_one_that_is_away_is_transient(void **state)
{
    (void)state;
    AUTO(lab_close) struct lab l;
    lab_open(&l, "sha1");
    struct git_remote r = {.id = "bare:x", .url = lab_path(&l, "nowhere")};
    assert_int_equal(git_fetch(l.g, &r, NULL, &l.e), -1);
    assert_int_equal(l.e.cls, ERR_MISSING);
    r = (struct git_remote){.id = "bare:y", .url = "http://127.0.0.1:1/x.git", .token = "t"};
    assert_int_equal(git_fetch(l.g, &r, NULL, &l.e), -1);
    assert_int_equal(l.e.cls, ERR_TRANSIENT);
}

/* Answers one request with `answer` and keeps what was asked. */
struct once {
    int fd;
    const char *answer;
    struct buf asked;
};

static void *serve_once(void *arg)
{
    struct once *o = arg;
    char piece[4096];
    int fd = accept(o->fd, NULL, NULL);
    for (ssize_t n; sv_find(buf_view(&o->asked), SV("\r\n\r\n")) < 0 && (n = read(fd, piece, sizeof piece)) > 0;)
        buf_add(&o->asked, piece, (size_t)n);
    assert_int_equal(fd_write_all(fd, o->answer, strlen(o->answer)), 0);
    close(fd);
    return NULL;
}

static int fetch_from_once(struct lab *l, struct once *o, const char *token)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t n = sizeof at;
    pthread_t thread;
    o->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(o->fd, (struct sockaddr *)&at, n), 0);
    assert_int_equal(listen(o->fd, 8), 0);
    assert_int_equal(getsockname(o->fd, (struct sockaddr *)&at, &n), 0);
    pthread_create(&thread, NULL, serve_once, o);
    const char *url = arena_fmt(&l->a, "http://127.0.0.1:%d/acme/api.git", ntohs(at.sin_port));
    struct git_remote r = {.id = "github:acme/api", .url = url, .token = token, .user = "robot"};
    int rc = git_fetch(l->g, &r, NULL, &l->e);
    pthread_join(thread, NULL);
    close(o->fd);
    return rc;
}

static bool tree_holds(struct lab *l, const char *secret)
{
    struct git_output out = {0};
    const char *argv[] = {"grep", "--no-index", "-a", "-q", "-F", "-e", secret, NULL};
    struct git_command c = {.argv = argv, .dir = lab_path(l, "state"), .lock_fd = -1, .ms = 60000, .max_out = 65536};
    assert_int_equal(git_run(&c, &out, &l->e), 0);
    assert_true(out.status == 0 || out.status == 1);
    git_output_free(&out);
    return out.status == 0;
}

static void the_token_goes_as_a_header_and_is_nowhere_on_disk(void **state)
{
    (void)state;
    AUTO(lab_close) struct lab l;
    lab_open(&l, "sha1");
    struct once o = {.answer = "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"};
    assert_int_equal(fetch_from_once(&l, &o, "s3cret-t0ken"), -1);
    assert_int_equal(l.e.cls, ERR_MISSING);
    /* base64 of "robot:s3cret-t0ken" */
    assert_true(sv_find(buf_view(&o.asked), SV("Authorization: Basic cm9ib3Q6czNjcmV0LXQwa2Vu\r\n")) > 0);
    assert_false(tree_holds(&l, "s3cret-t0ken"));
    assert_false(tree_holds(&l, "cm9ib3Q6czNjcmV0LXQwa2Vu"));
    assert_null(strstr(l.e.msg, "s3cret"));
    buf_free(&o.asked);
}

static void answers_of_a_forge_become_error_classes(void **state)
{
    (void)state;
    static const struct {
        const char *answer;
        const char *token;
        enum err_class cls;
    } rows[] = {
        {"HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm=x\r\nContent-Length: 0\r\n"
         "Connection: close\r\n\r\n",
         NULL, ERR_DENIED},
        {"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", "t", ERR_DENIED},
        {"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", NULL, ERR_MISSING},
        {"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", "t", ERR_TRANSIENT},
        {"HTTP/1.1 200 OK\r\nContent-Type: application/x-git-upload-pack-advertisement\r\nContent-Length: 9\r\n"
         "Connection: close\r\n\r\n001e", "t", ERR_TRANSIENT},
        /* With credentials no redirect is followed. */
        {"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", "t",
         ERR_TRANSIENT},
    };
    AUTO(lab_close) struct lab l;
    lab_open(&l, "sha1");
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct once o = {.answer = rows[i].answer};
        assert_int_equal(fetch_from_once(&l, &o, rows[i].token), -1);
        if (l.e.cls != rows[i].cls)
            fail_msg("row %zu: %s", i, l.e.msg);
        buf_free(&o.asked);
    }
}

static void urls_that_git_could_take_for_something_else_are_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "", "-uroot", "--upload-pack=touch /tmp/x", "ext::sh -c touch", "http://example.com/x.git", "ftp://x/y",
        "git://example.com/x", "https://user:pass@example.com/x", "https://", "https://-oProxyCommand=x/y",
        "ssh://-oProxyCommand=x/y", "ssh://-l@h/y", "git@-oProxyCommand=x:y", "relative/path", "file://host/x",
        "https://example.com/a b", "https://example.com/\n", "http://127.0.0.1.evil.example/x", "a@b::c",
    };
    static const struct {
        const char *url, *scheme;
    } good[] = {
        {"https://github.com/acme/api.git", "https"}, {"ssh://git@example.com:2222/x", "ssh"},
        {"git@github.com:acme/api.git", "ssh"},       {"/srv/git/x.git", "file"},
        {"file:///srv/git/x.git", "file"},            {"http://127.0.0.1:8080/x", "http"},
        {"http://[::1]:8080/x", "http"},              {"https://robot@example.com/x", "https"},
    };
    struct err e;
    const char *scheme;
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        if (remote_scheme(bad[i], &scheme, &e) == 0)
            fail_msg("taken: %s", bad[i]);
        assert_int_equal(e.cls, ERR_INVALID);
    }
    for (size_t i = 0; i < ARRAY_LEN(good); i++) {
        if (remote_scheme(good[i].url, &scheme, &e) < 0)
            fail_msg("refused: %s", good[i].url);
        assert_string_equal(scheme, good[i].scheme);
    }
}

static void revisions_that_are_no_plain_names_are_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {"", "-x", "--all", "main~1", "main^", "main:a", "main@{1}", "@", "a..b", "a b",
                                      "/main", "main/", ".main", "a//b", "x.lock", "a\\b", "a*", "refs/heads/\x01"};
    AUTO(lab_close) struct lab l;
    lab_open(&l, "sha1");
    lab_commit(&l, "one");
    lab_commit(&l, "two");
    assert_int_equal(lab_fetch(&l, NULL), 0);
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        if (lab_resolve(&l, bad[i]))
            fail_msg("resolved: %s", bad[i]);
        assert_int_equal(l.e.cls, ERR_INVALID);
    }
}

static void hostile_branch_names_are_data(void **state)
{
    (void)state;
    static const char *const names[] = {"refs/heads/$(touch-x)", "refs/heads/-rf", "refs/heads/;reboot",
                                        "refs/heads/`id`", "refs/heads/a'b\"c", "refs/heads/--upload-pack=x",
                                        "refs/heads/0123456789012345678901234567890123456789", "refs/heads/\xc3\xa9",
                                        "refs/heads/%s%n"};
    static const char *const formats[] = {"sha1", "sha256"};
    for (size_t f = 0; f < ARRAY_LEN(formats); f++) {
        AUTO(lab_close) struct lab l;
        lab_open(&l, formats[f]);
        const char *oid = lab_commit(&l, "one");
        for (size_t i = 0; i < ARRAY_LEN(names); i++)
            GIT(&l, l.origin, "update-ref", names[i], oid);
        assert_int_equal(lab_fetch(&l, NULL), 0);
        for (size_t i = 0; i < ARRAY_LEN(names); i++)
            assert_string_equal(lab_resolve(&l, names[i]), oid);
    }
}

static const char *mirror_path(struct lab *l)
{
    struct mirror *m;
    assert_int_equal(mirror_of(l->g, "bare:acme/api", &m, &l->e), 0);
    return m->path;
}

static void locks_left_by_a_killed_git_do_not_stop_the_next_fetch(void **state)
{
    (void)state;
    AUTO(lab_close) struct lab l;
    lab_open(&l, "sha1");
    lab_commit(&l, "one");
    assert_int_equal(lab_fetch(&l, NULL), 0);
    const char *second = lab_commit(&l, "two");
    const char *mirror = mirror_path(&l);
    assert_int_equal(file_write(arena_fmt(&l.a, "%s/refs/heads/main.lock", mirror), SV(""), 0600, &l.e), 0);
    assert_int_equal(file_write(arena_fmt(&l.a, "%s/packed-refs.lock", mirror), SV(""), 0600, &l.e), 0);
    assert_int_equal(lab_fetch(&l, (const char *[]){second, NULL}), 0);
    assert_string_equal(lab_resolve(&l, "main"), second);
}

static void *close_soon(void *arg)
{
    clk_sleep_ms(300);
    close(*(int *)arg);
    return NULL;
}

/* As a git does that an earlier server left running: it has the lock file open. */
static void a_fetch_waits_for_the_git_of_an_earlier_server(void **state)
{
    (void)state;
    AUTO(lab_close) struct lab l;
    lab_open(&l, "sha1");
    lab_commit(&l, "one");
    struct mirror *m;
    assert_int_equal(mirror_of(l.g, "bare:acme/api", &m, &l.e), 0);
    int fd = -1;
    assert_int_equal(mirror_lock(m, &fd, &l.e), 0);
    pthread_t t;
    msec_t begin = clk_mono_ms();
    pthread_create(&t, NULL, close_soon, &fd);
    assert_int_equal(lab_fetch(&l, NULL), 0);
    assert_true(clk_mono_ms() - begin >= 300);
    pthread_join(t, NULL);
}

static void a_mirror_half_made_by_a_killed_server_is_made_again(void **state)
{
    (void)state;
    AUTO(lab_close) struct lab l;
    lab_open(&l, "sha1");
    const char *first = lab_commit(&l, "one");
    assert_null(lab_resolve(&l, "main"));
    assert_int_equal(l.e.cls, ERR_MISSING); /* nothing fetched yet */
    assert_int_equal(file_make_dirs(arena_fmt(&l.a, "%s.tmp/refs", mirror_path(&l)), &l.e), 0);
    assert_int_equal(lab_fetch(&l, NULL), 0);
    gits_close(&l.g);
    assert_int_equal(gits_open(lab_path(&l, "state"), &l.g, &l.e), 0);
    assert_string_equal(lab_resolve(&l, "main"), first); /* a new process finds it */
}

static void a_git_that_takes_too_long_is_killed_with_its_children(void **state)
{
    (void)state;
    AUTO(lab_close) struct lab l;
    lab_open(&l, "sha1");
    AUTO(git_output_free) struct git_output out = {0};
    /* An alias is the one way to make git itself wait, with a child that holds the pipes. */
    const char *const argv[] = {"-c", "alias.wait=!sleep 61.5 & sleep 61.5", "wait", NULL};
    struct git_command c = {.argv = argv, .dir = l.origin, .lock_fd = -1, .ms = 300, .max_out = 4096};
    msec_t begin = clk_mono_ms();
    assert_int_equal(git_run(&c, &out, &l.e), -1);
    assert_int_equal(l.e.cls, ERR_TRANSIENT);
    assert_true(clk_mono_ms() - begin < 10000);
    const char *const left[] = {"-c", "alias.left=!sleep 61.5 & exit 0", "left", NULL};
    c.argv = left;
    c.ms = 20000;
    begin = clk_mono_ms();
    assert_int_equal(git_run(&c, &out, &l.e), 0);
    assert_true(clk_mono_ms() - begin < 10000);
}

static void nothing_of_our_surroundings_reaches_git(void **state)
{
    (void)state;
    AUTO(arena_free) struct arena a = {0};
    setenv("GIT_DIR", "/tmp/evil", 1);
    setenv("GIT_SSH", "/tmp/evil", 1);
    setenv("LD_PRELOAD_X", "/tmp/evil", 1);
    char **env = git_env(&(struct git_command){.scheme = "https", .http_header = "Authorization: x"}, &a);
    int count = 0, never = 0, always = 0, header = 0;
    for (size_t i = 0; env[i]; i++) {
        assert_null(strstr(env[i], "evil"));
        count += strncmp(env[i], "GIT_CONFIG_KEY_", 15) == 0;
        never += strstr(env[i], "=protocol.allow") != NULL;
        always += strstr(env[i], "=protocol.https.allow") != NULL;
        header += strstr(env[i], "=http.extraHeader") != NULL;
    }
    assert_int_equal(never, 1);
    assert_int_equal(always, 1);
    assert_int_equal(header, 1);
    assert_true(count > 5);
    unsetenv("GIT_DIR");
    unsetenv("GIT_SSH");
    unsetenv("LD_PRELOAD_X");
}

static void *read_many_times(void *arg)
{
    struct lab *l = arg;
    for (int i = 0; i < 200; i++) {
        AUTO(arena_free) struct arena a = {0};
        const char *oid;
        struct err e;
        if (git_resolve(l->g, "bare:acme/api", "main", &a, &oid, &e) != 0)
            return (void *)"failed";
    }
    return NULL;
}

static void threads_may_read_one_mirror_at_the_same_time(void **state)
{
    (void)state;
    AUTO(lab_close) struct lab l;
    lab_open(&l, "sha1");
    lab_commit(&l, "one");
    assert_int_equal(lab_fetch(&l, NULL), 0);
    pthread_t t[4];
    for (size_t i = 0; i < ARRAY_LEN(t); i++)
        pthread_create(&t[i], NULL, read_many_times, &l);
    for (size_t i = 0; i < ARRAY_LEN(t); i++) {
        void *failed;
        pthread_join(t[i], &failed);
        assert_null(failed);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_fetch_brings_branches_tags_and_change_heads),
        cmocka_unit_test(a_force_push_and_a_deleted_branch_are_followed),
        cmocka_unit_test(nothing_is_fetched_when_every_wanted_object_is_there),
        cmocka_unit_test(a_commit_that_no_ref_leads_to_is_asked_for_by_its_id),
        cmocka_unit_test(a_repository_with_sha256_objects_is_fetched_and_read),
        cmocka_unit_test(a_mirror_whose_remote_changed_its_object_format_is_made_anew),
        cmocka_unit_test(a_remote_that_does_not_exist_is_missing_and_one_that_is_away_is_transient),
        cmocka_unit_test(the_token_goes_as_a_header_and_is_nowhere_on_disk),
        cmocka_unit_test(answers_of_a_forge_become_error_classes),
        cmocka_unit_test(urls_that_git_could_take_for_something_else_are_refused),
        cmocka_unit_test(revisions_that_are_no_plain_names_are_refused),
        cmocka_unit_test(hostile_branch_names_are_data),
        cmocka_unit_test(locks_left_by_a_killed_git_do_not_stop_the_next_fetch),
        cmocka_unit_test(a_fetch_waits_for_the_git_of_an_earlier_server),
        cmocka_unit_test(a_mirror_half_made_by_a_killed_server_is_made_again),
        cmocka_unit_test(a_git_that_takes_too_long_is_killed_with_its_children),
        cmocka_unit_test(nothing_of_our_surroundings_reaches_git),
        cmocka_unit_test(threads_may_read_one_mirror_at_the_same_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
