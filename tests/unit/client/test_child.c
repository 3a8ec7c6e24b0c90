/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>
#include "hooks/client/child.h"

enum { PATIENCE_MS = 10000 };

static void start(enum child_kind kind, const char *script, struct child *c)
{
    const char *const argv[] = {"sh", "-c", script, NULL};
    struct err e = {0};
    if (child_start(kind, argv, c, &e) < 0)
        fail_msg("%s", e.msg);
}

/* Until it has said everything, and has ended. */
static void finish(struct child *c, struct buf *out)
{
    msec_t until = clk_mono_ms() + PATIENCE_MS;
    while (c->out >= 0 && clk_mono_ms() < until) {
        child_feed(c);
        child_read_errors(c);
        if (child_read(c, out) == 0)
            clk_sleep_ms(1);
    }
    child_read_errors(c);
    while (!child_has_ended(c) && clk_mono_ms() < until)
        clk_sleep_ms(1);
    assert_int_equal(c->pid, 0);
}

static void is_said(const struct buf *out, const char *text)
{
    assert_string_equal(out->p ? out->p : "", text);
}

static void a_filter_gets_its_input_and_gives_output_errors_and_status(void **state)
{
    (void)state;
    AUTO(buf_free) struct buf out = {0};
    struct child c;
    start(CHILD_FILTER, "tr a b; echo one >&2; echo two >&2; exit 3", &c);
    for (int i = 0; i < 50000; i++)
        buf_str(&c.input, "aaaa"); /* more than a pipe takes at once */
    finish(&c, &out);
    assert_int_equal(out.n, 200000);
    assert_true(out.p[0] == 'b' && out.p[199999] == 'b');
    assert_true(sv_is(child_last_words(&c), "two"));
    assert_true(WIFEXITED(c.status) && WEXITSTATUS(c.status) == 3);
    child_close(&c, 0);
}

static void of_endless_errors_the_newest_are_kept(void **state)
{
    (void)state;
    AUTO(buf_free) struct buf out = {0};
    struct child c;
    start(CHILD_FILTER, "i=0; while [ $i -lt 3000 ]; do echo line $i >&2; i=$((i+1)); done", &c);
    finish(&c, &out);
    assert_true(c.errors.n <= CHILD_ERRORS_MOST);
    assert_true(sv_is(child_last_words(&c), "line 2999"));
    child_close(&c, 0);
}

static void only_git_sees_the_variables_of_git(void **state)
{
    (void)state;
    static const char script[] = "echo ${GIT_DIR-none} ${GIT_TRACE-none} ${GITLAB-none}";
    setenv("GIT_DIR", "d", 1);
    setenv("GIT_TRACE", "0", 1);
    setenv("GITLAB", "y", 1);
    for (int kind = CHILD_LIST; kind <= CHILD_RELAY; kind++) {
        AUTO(buf_free) struct buf out = {0};
        struct child c;
        start((enum child_kind)kind, script, &c);
        finish(&c, &out);
        is_said(&out, kind == CHILD_RELAY ? "none none y\n" : "d 0 y\n");
        child_close(&c, 0);
    }
    unsetenv("GIT_DIR");
}

static void a_child_has_three_descriptors_and_no_signal_of_ours(void **state)
{
    (void)state;
    static const char script[] =
        "cd /proc/$$/fd; i=0; while [ $i -lt 200 ]; do [ ! -e $i ] || echo $i; i=$((i+1)); done; "
        "kill -PIPE $$; echo still here";
    int open_fd = dup(0);
    assert_true(open_fd > 2);
    signal(SIGPIPE, SIG_IGN);
    for (int kind = CHILD_LIST; kind <= CHILD_RELAY; kind++) {
        AUTO(buf_free) struct buf out = {0};
        struct child c;
        start((enum child_kind)kind, script, &c);
        if (kind == CHILD_FILTER)
            buf_str(&c.input, " ");
        finish(&c, &out);
        is_said(&out, "0\n1\n2\n");
        assert_true(WIFSIGNALED(c.status) && WTERMSIG(c.status) == SIGPIPE);
        child_close(&c, 0);
    }
    fd_closep(&open_fd);
}

static void a_relay_speaks_through_one_socket(void **state)
{
    (void)state;
    AUTO(buf_free) struct buf out = {0};
    struct child c;
    start(CHILD_RELAY, "read x; echo got $x", &c);
    assert_int_equal(send(c.out, "word\n", 5, MSG_NOSIGNAL), 5);
    finish(&c, &out);
    is_said(&out, "got word\n");
    child_close(&c, 0);
}

static void what_does_not_end_is_killed_with_all_that_it_started(void **state)
{
    (void)state;
    AUTO(buf_free) struct buf out = {0};
    struct child c;
    int64_t grandchild = 0;
    start(CHILD_FILTER, "trap '' TERM; sleep 60 & echo $!; wait", &c);
    while (out.n == 0)
        assert_true(child_read(&c, &out) >= 0);
    assert_true(sv_int(sv_trim(buf_view(&out)), &grandchild));
    msec_t start_ms = clk_mono_ms();
    child_close(&c, start_ms + PATIENCE_MS);
    assert_int_equal(c.pid, 0);
    assert_true(WIFSIGNALED(c.status) && WTERMSIG(c.status) == SIGKILL);
    while (kill((pid_t)grandchild, 0) == 0 && clk_mono_ms() < start_ms + 500)
        clk_sleep_ms(5); /* until its new parent has waited for it, if that does so */
    AUTO(buf_free) struct buf path = {0};
    char room[512];
    buf_fmt(&path, "/proc/%d/stat", (int)grandchild);
    AUTO(fd_closep) int fd = open(path.p, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? 0 : read(fd, room, sizeof room - 1);
    room[n > 0 ? n : 0] = 0;
    assert_true(n <= 0 || strstr(room, ") Z") || strstr(room, ") X"));
}

static void what_cannot_be_started_is_told_and_leaves_nothing(void **state)
{
    (void)state;
    static const char *const argv[] = {"/nowhere/git", NULL};
    struct child c;
    struct err e = {0};
    int before = dup(0), lowest = before;
    fd_closep(&before);
    assert_int_equal(child_start(CHILD_FILTER, argv, &c, &e), -1);
    assert_string_equal(e.msg, "/nowhere/git cannot be started: No such file or directory");
    assert_true(c.pid == 0 && c.in < 0 && c.out < 0 && c.err < 0);
    int after = dup(0);
    assert_int_equal(after, lowest);
    fd_closep(&after);
    child_close(&c, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_filter_gets_its_input_and_gives_output_errors_and_status),
        cmocka_unit_test(of_endless_errors_the_newest_are_kept),
        cmocka_unit_test(only_git_sees_the_variables_of_git),
        cmocka_unit_test(a_child_has_three_descriptors_and_no_signal_of_ours),
        cmocka_unit_test(a_relay_speaks_through_one_socket),
        cmocka_unit_test(what_does_not_end_is_killed_with_all_that_it_started),
        cmocka_unit_test(what_cannot_be_started_is_told_and_leaves_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
