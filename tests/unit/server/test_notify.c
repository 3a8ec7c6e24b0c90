/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <cmocka.h>
#include "server/health/notify.h"

static int listen_at(const char *name)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    size_t n = strlen(name);
    memcpy(at.sun_path, name, n);
    if (name[0] == '@')
        at.sun_path[0] = 0;
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&at, (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n)), 0);
    return fd;
}

static void says(const char *name)
{
    char got[64];
    int fd = listen_at(name);
    setenv("NOTIFY_SOCKET", name, 1);
    assert_true(notify_tell("READY=1\n"));
    assert_int_equal(recv(fd, got, sizeof got, 0), 8);
    assert_memory_equal(got, "READY=1\n", 8);
    close(fd);
}

static void a_datagram_goes_to_the_socket_of_a_path_or_of_a_name(void **state)
{
    (void)state;
    char path[64];
    snprintf(path, sizeof path, "/tmp/fettle-notify.%d", (int)getpid());
    says(path);
    unlink(path);
    snprintf(path, sizeof path, "@fettle-notify-%d", (int)getpid());
    says(path);
}

static void without_a_listener_nothing_is_said(void **state)
{
    (void)state;
    static const char *const wrong[] = {"", "/", "relative", "/tmp/fettle-nobody-listens-here"};
    unsetenv("NOTIFY_SOCKET");
    assert_false(notify_tell("READY=1\n"));
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
        setenv("NOTIFY_SOCKET", wrong[i], 1);
        assert_false(notify_tell("READY=1\n"));
    }
}

static void the_watchdog_is_that_of_this_process(void **state)
{
    (void)state;
    char own[24];
    snprintf(own, sizeof own, "%d", (int)getpid());
    unsetenv("WATCHDOG_PID");
    unsetenv("WATCHDOG_USEC");
    assert_int_equal(notify_watchdog_ms(), 0);
    setenv("WATCHDOG_USEC", "3000000", 1);
    assert_int_equal(notify_watchdog_ms(), 3000);
    setenv("WATCHDOG_PID", own, 1);
    assert_int_equal(notify_watchdog_ms(), 3000);
    setenv("WATCHDOG_PID", "1", 1);
    assert_int_equal(notify_watchdog_ms(), 0);
    setenv("WATCHDOG_PID", own, 1);
    setenv("WATCHDOG_USEC", "-1", 1);
    assert_int_equal(notify_watchdog_ms(), 0);
    setenv("WATCHDOG_USEC", "soon", 1);
    assert_int_equal(notify_watchdog_ms(), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_datagram_goes_to_the_socket_of_a_path_or_of_a_name),
        cmocka_unit_test(without_a_listener_nothing_is_said),
        cmocka_unit_test(the_watchdog_is_that_of_this_process),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
