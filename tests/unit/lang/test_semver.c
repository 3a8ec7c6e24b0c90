/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include "lang/semver.h"

static void versions_have_the_order_of_the_specification(void **state)
{
    (void)state;
    static const char *const rising[] = {"0.0.0",
                                         "0.0.1",
                                         "0.1.0",
                                         "1.0.0-0",
                                         "1.0.0-1",
                                         "1.0.0-10",
                                         "1.0.0--1",
                                         "1.0.0-alpha",
                                         "1.0.0-alpha.1",
                                         "1.0.0-alpha.beta",
                                         "1.0.0-beta",
                                         "1.0.0-beta.2",
                                         "1.0.0-beta.11",
                                         "1.0.0-rc.1",
                                         "v1.0.0",
                                         "1.0.1+build.9",
                                         "2.0.0",
                                         "10.0.0",
                                         "9007199254740991.0.0"};
    for (size_t i = 0; i < ARRAY_LEN(rising); i++)
        for (size_t k = 0; k < ARRAY_LEN(rising); k++) {
            struct semver a, b;
            struct err e;
            assert_int_equal(semver_parse(sv_of(rising[i]), &a, &e), 0);
            assert_int_equal(semver_parse(sv_of(rising[k]), &b, &e), 0);
            int order = semver_compare(&a, &b);
            if ((order > 0) - (order < 0) != (i > k) - (i < k))
                fail_msg("%s and %s: %d", rising[i], rising[k], order);
        }
}

static void what_is_no_version_is_refused_with_its_place(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int at;
    } rows[] = {{"", 0},
                {"1", 1},
                {"1.2", 3},
                {"1.2.x", 5},
                {"01.2.3", 0},
                {"1.2.3-01", 8},
                {"1.2.3-", 6},
                {"1.2.3+", 6},
                {"1.2.3 4", 6},
                {"1.2.3-a..b", 8},
                {"9007199254740992.0.0", 15},
                {"a1.2.3", 0},
                {"1.2.3-\xc3\xbc", 6}};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct semver v;
        struct err e = {0};
        assert_int_equal(semver_parse(sv_of(rows[i].text), &v, &e), -1);
        if (e.code != rows[i].at)
            fail_msg("%s: at %d (%s)", rows[i].text, e.code, e.msg);
    }
}

static void ranges_mean_what_npm_means(void **state)
{
    (void)state;
    static const struct {
        const char *range, *in, *out; /* versions with blanks between */
    } rows[] = {
        {"", "0.0.0 1.2.3", "1.0.0-a"},
        {"*", "1.2.3", "1.0.0-a"},
        {"x.x", "1.2.3", ""},
        {"1.2.3", "1.2.3 1.2.3+b", "1.2.4 1.2.3-a"},
        {"=1.2.3", "1.2.3", "1.2.2"},
        {"v1.2.3", "1.2.3", "1.2.4"},
        {">1.2.3", "1.2.4 2.0.0", "1.2.3 2.0.0-a"},
        {">=1.2.0 <2", "1.2.0 1.9.9", "1.1.9 2.0.0 2.0.0-a"},
        {"> = 1", NULL, NULL},
        {">= 1.2", "1.2.0 3.0.0", "1.1.9"},
        {"<1.2", "1.1.9", "1.2.0 1.2.0-a"},
        {"<=1.2", "1.2.9", "1.3.0"},
        {">1.2", "1.3.0", "1.2.9"},
        {">1", "2.0.0", "1.9.9"},
        {"<=1", "1.9.9 0.1.0", "2.0.0"},
        {"<1", "0.9.9", "1.0.0 1.0.0-a"},
        {">*", "", "1.0.0"},
        {"<*", "", "0.0.0"},
        {">=*", "1.0.0", ""},
        {"1", "1.0.0 1.9.9", "2.0.0 0.9.9"},
        {"1.x", "1.0.0 1.9.9", "2.0.0"},
        {"1.2.*", "1.2.0 1.2.9", "1.3.0"},
        {"1.x.3", "1.0.0 1.9.9", "2.0.0"},
        {"^1.2.3", "1.2.3 1.9.0", "1.2.2 2.0.0 2.0.0-a 1.3.0-a"},
        {"^0.2.3", "0.2.3 0.2.9", "0.3.0 0.2.2"},
        {"^0.0.3", "0.0.3", "0.0.4 0.0.2"},
        {"^1.2", "1.2.0 1.9.9", "2.0.0 1.1.9"},
        {"^0.0", "0.0.0 0.0.9", "0.1.0"},
        {"^0", "0.0.1 0.9.0", "1.0.0"},
        {"^1", "1.0.0 1.9.0", "2.0.0"},
        {"^*", "3.0.0", ""},
        {"^1.2.3-beta.2", "1.2.3-beta.2 1.2.3-beta.4 1.9.0", "1.2.3-beta.1 1.2.4-beta.3"},
        {"^0.0.0", "0.0.0", "0.0.1"},
        {"~1.2.3", "1.2.3 1.2.9", "1.3.0 1.2.2"},
        {"~>1.2.3", "1.2.9", "1.3.0"},
        {"~1.2", "1.2.0 1.2.9", "1.3.0"},
        {"~1", "1.0.0 1.9.9", "2.0.0"},
        {"~ 1.2.3", "1.2.4", "1.3.0"},
        {"~0.2.3", "0.2.9", "0.3.0"},
        {"1.2.3 - 2.3.4", "1.2.3 2.3.4", "1.2.2 2.3.5"},
        {"1.2 - 2.3", "1.2.0 2.3.9", "2.4.0 1.1.9"},
        {"1.2.3 - 2", "2.9.9", "3.0.0"},
        {"* - 2", "0.0.0 2.9.0", "3.0.0"},
        {"1 || 3", "1.5.0 3.0.0", "2.0.0"},
        {"1||>=3 <4||", "1.0.0 3.9.9 7.0.0", ""},
        {"<1.0.0 || >2.0.0", "0.1.0 2.0.1", "1.5.0"},
        {">1.2.3-alpha.3", "1.2.3-alpha.7 1.2.3 3.4.5", "3.4.5-alpha.9 1.2.3-alpha.2"},
        {">=1.2.3<2", "1.5.0", "2.0.0"},
        {"1.2.3 |", NULL, NULL},
        {"|| |", NULL, NULL},
        {"a", NULL, NULL},
        {">", NULL, NULL},
        {"1.2.3,4", NULL, NULL},
        {"1.2.3.4", NULL, NULL},
        {"^", NULL, NULL},
        {"1 - ", NULL, NULL},
        {"1.2.3-", NULL, NULL},
        {"latest", NULL, NULL},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        for (int want = 0; want < 2; want++) {
            struct sv rest = sv_of(want ? rows[i].in : rows[i].out), one;
            while (sv_next(&rest, ' ', &one)) {
                struct semver v;
                struct err e = {0};
                if (one.n == 0)
                    continue;
                assert_int_equal(semver_parse(one, &v, &e), 0);
                if (semver_in(&v, sv_of(rows[i].range), &e) != want)
                    fail_msg("%.*s in \"%s\" is not %d %s", SV_ARG(one), rows[i].range, want, e.msg);
            }
        }
        struct semver zero = {0};
        struct err e = {0};
        assert_int_equal(semver_in(&zero, sv_of(rows[i].range), &e) < 0, rows[i].in == NULL);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(versions_have_the_order_of_the_specification),
        cmocka_unit_test(what_is_no_version_is_refused_with_its_place),
        cmocka_unit_test(ranges_mean_what_npm_means),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
