/* SPDX-License-Identifier: Apache-2.0 */
/* What test programs say of their tests, for other programs: JUnit's XML (as written by surefire, gradle, pytest, jest,
 * gotestsum, ctest, …) and the Test Anything Protocol (testanything.org, versions 12 to 14). Counts, and the names of
 * those that failed. Pure. */
#pragma once
#include "base/arena.h"
#include "base/err.h"
#include "base/vec.h"

enum {
    REPORT_NAMES = 100,    /* failing tests whose names are kept */
    REPORT_NAME = 300,     /* bytes of a name, */
    REPORT_MESSAGE = 500,  /* and of what a failing test said */
    REPORT_BYTES = 8 << 20 /* of one file */
};

struct failing_test {
    const char *name;    /* "class › test" or the test point's words; never empty */
    const char *file;    /* as the report has it; NULL = not said */
    const char *message; /* one line; NULL = none */
};

struct test_report {
    struct arena arena; /* owns all text, which is well-formed UTF-8 */
    struct {
        VEC(struct failing_test) v;
    } failing;
    size_t names_cut;            /* more than were kept */
    size_t run, failed, skipped; /* tests; those skipped were not run */
    size_t flaky;                /* passed, and had failed before in the same run */
    size_t files;                /* that were read */
    const char *bailed;          /* TAP: the whole run was given up, with this reason; NULL = no */
    size_t missing;              /* TAP: planned, and not there */
};
void test_report_free(struct test_report *r);

/* Adds one file to *r. -1 ERR_INVALID: not well-formed, or no JUnit report; what was counted before stays. */
MUST_USE int junit_read(struct test_report *r, struct sv text, struct err *e);
/* A text whose first line says that it is TAP: a version, or a plan. Terminal sequences count as absent. */
bool tap_begins(struct sv text);
/* Adds such a text: lines that are not TAP are output of the tests, as the protocol has it. */
void tap_read(struct test_report *r, struct sv text);

bool test_report_failed(const struct test_report *r);
/* "3 of 120 tests failed: a › b, c › d, e › f" */
void test_report_text(const struct test_report *r, struct buf *ret);

/* For the readers: a failing test, copied, cut to the limits; counted in any case. */
void test_report_add(struct test_report *r, struct sv name, struct sv file, struct sv message);
