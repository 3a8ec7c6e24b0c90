/* SPDX-License-Identifier: Apache-2.0 */
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
#include "server/host.h"

static char dir[] = "/tmp/fettle-checkout-XXXXXX", inside[200], outside[200];

static int set_up(void **state)
{
    (void)state;
    char link_path[240];
    if (!mkdtemp(dir))
        return -1;
    snprintf(inside, sizeof inside, "%s/work", dir);
    snprintf(outside, sizeof outside, "%s/outside", dir);
    snprintf(link_path, sizeof link_path, "%s/link", inside);
    return mkdir(inside, 0700) || mkdir(outside, 0700) || symlink(outside, link_path);
}

static int tear_down(void **state)
{
    (void)state;
    struct err e = {0};
    return file_remove_tree(dir, &e);
}

static void a_checkout_does_not_leave_the_workspace(void **state)
{
    static const struct {
        const char *path;
        int rc;
    } rows[] = {
        {"web", 0},          {"deep/er/web", 0}, {"./deep/./web", 0},     {"deep//web", 0}, {"link/web", -1},
        {"deep/../link", -1}, {"../outside", -1}, {"./link/made/web", -1}, {"link", 0}, /* the link itself is replaced */
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct err e = {0};
        int rc = checkout_make_way(inside, rows[i].path, &e);
        if (rc != rows[i].rc)
            fail_msg("%s: %d %s", rows[i].path, rc, e.msg);
        assert_int_equal(rmdir(outside), 0); /* nothing was made in it */
        assert_int_equal(mkdir(outside, 0700), 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_checkout_does_not_leave_the_workspace, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
