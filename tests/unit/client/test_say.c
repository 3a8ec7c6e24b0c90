/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>
#include <cmocka.h>
#include "hooks/client/say.h"

static int ends[2], old_stderr;

/* stderr becomes a pipe whose other end is ours. */
static int set_up(void **state)
{
    (void)state;
    unsetenv("NO_COLOR");
    old_stderr = dup(2);
    return pipe2(ends, O_CLOEXEC | O_NONBLOCK) < 0 || dup2(ends[1], 2) < 0 || close(ends[1]) < 0 ? -1 : 0;
}

static int tear_down(void **state)
{
    (void)state;
    fd_closep(&ends[0]);
    return dup2(old_stderr, 2) < 0 || close(old_stderr) < 0 ? -1 : 0;
}

static void reads(const char *text)
{
    char room[4096];
    ssize_t n = read(ends[0], room, sizeof room - 1);
    room[n < 0 ? 0 : n] = 0;
    assert_string_equal(room, text);
}

static void a_line_has_our_name_in_front_and_nothing_for_a_terminal_in_it(void **state)
{
    (void)state;
    struct say s;
    say_open(&s);
    say_line(&s, SAY_PLAIN, SV("run \x1b[31m1\nhas\rbegun \xe2\x80\xae\xff"));
    say_fmt(&s, SAY_BAD, "refused: %s (%d)", "why", 7);
    assert_true(say_waits(&s));
    say_close(&s, clk_mono_ms() + 1000);
    reads("fettle: run  [31m1 has begun  \xef\xbf\xbd\nfettle: refused: why (7)\n");
}

static void only_what_is_bad_is_red_and_only_for_a_terminal_that_wants_colours(void **state)
{
    (void)state;
    struct say s;
    setenv("TERM", "xterm", 1);
    say_open(&s);
    assert_false(s.has_colours); /* a pipe */
    s.has_colours = true;
    say_line(&s, SAY_PLAIN, SV("a"));
    say_line(&s, SAY_BAD, SV("b"));
    say_close(&s, clk_mono_ms() + 1000);
    reads("fettle: a\n\x1b[31mfettle: b\x1b[0m\n");
}

static void a_reader_that_does_not_read_holds_nobody_up_longer_than_said(void **state)
{
    (void)state;
    struct say s;
    say_open(&s);
    for (int i = 0; i < 40000; i++)
        say_line(&s, SAY_PLAIN, SV("a line"));
    msec_t start = clk_mono_ms();
    say_close(&s, start + 50);
    msec_t took = clk_mono_ms() - start;
    assert_true(took >= 50 && took < 2000);
}

static void a_reader_that_has_gone_is_not_written_to(void **state)
{
    (void)state;
    struct say s;
    signal(SIGPIPE, SIG_IGN);
    fd_closep(&ends[0]);
    say_open(&s);
    say_line(&s, SAY_PLAIN, SV("a"));
    say_some(&s);
    assert_false(say_waits(&s));
    say_line(&s, SAY_PLAIN, SV("b"));
    assert_false(say_waits(&s));
    say_close(&s, clk_mono_ms() + 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_line_has_our_name_in_front_and_nothing_for_a_terminal_in_it, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(only_what_is_bad_is_red_and_only_for_a_terminal_that_wants_colours, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_reader_that_does_not_read_holds_nobody_up_longer_than_said, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_reader_that_has_gone_is_not_written_to, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
