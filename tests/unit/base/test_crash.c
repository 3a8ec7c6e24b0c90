/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>
#include "base/crash.h"

#ifdef FETTLE_CRASHPOINTS
static char file[] = "/tmp/fettle-crash.XXXXXX";

static void arm(const char *point)
{
    char value[100];
    snprintf(value, sizeof value, "%s:%s", point, file);
    assert_int_equal(setenv("FETTLE_CRASH", value, 1), 0);
    assert_int_equal(truncate(file, 0), 0);
}

/* A process comes by a point so often; true if it was killed there. */
static int dies(const char *name, int times)
{
    int status;
    pid_t pid = fork();
    if (pid == 0) {
        for (int i = 0; i < times; i++)
            crash_point(name);
        _exit(0);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
}

static void a_point_kills_at_its_hit_over_all_processes_and_only_there(void **state)
{
    (void)state;
    arm("a.b:3");
    assert_false(dies("a.b", 2));
    assert_true(dies("a.b", 5));
    assert_false(dies("a.b", 5));
}

static void other_points_neither_count_nor_kill(void **state)
{
    struct stat st;
    (void)state;
    arm("a.b:1");
    assert_false(dies("a", 3));
    assert_false(dies("a.bc", 3));
    assert_false(dies("c", 3));
    assert_int_equal(stat(file, &st), 0);
    assert_int_equal(st.st_size, 0);
}

static void without_the_variable_nothing_happens(void **state)
{
    (void)state;
    unsetenv("FETTLE_CRASH");
    assert_null(crash_variable());
    assert_false(dies("a.b", 3));
}

static void programs_that_are_started_without_an_environment_are_given_the_variable(void **state)
{
    (void)state;
    arm("a.b:1");
    assert_int_equal(strncmp(crash_variable(), "FETTLE_CRASH=a.b:1:/", 20), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_point_kills_at_its_hit_over_all_processes_and_only_there),
        cmocka_unit_test(other_points_neither_count_nor_kill),
        cmocka_unit_test(without_the_variable_nothing_happens),
        cmocka_unit_test(programs_that_are_started_without_an_environment_are_given_the_variable),
    };
    close(mkstemp(file));
    int rc = cmocka_run_group_tests(tests, NULL, NULL);
    unlink(file);
    return rc;
}
#else
static void a_build_for_users_has_no_crash_points(void **state)
{
    (void)state;
    CRASHPOINT("a.b");
    assert_null(crash_variable());
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_build_for_users_has_no_crash_points)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
#endif
