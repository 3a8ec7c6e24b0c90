/* SPDX-License-Identifier: Apache-2.0 */
/* Test programs and assertions. */
#include "core/log_rule_table.h"

static const char tests_hint[] = "tests failed";

static const struct log_rule rules[] = {
    {"pytest", FAILURE_TEST, 90,
     "^=+ .{0,60}\\d+ (failed|errors?)\\b.{0,80} in \\d|^FAILED \\S+::|^ERROR \\S+::|short test summary|"
     "^\\d+ failed, ",
     tests_hint},
    {"unittest", FAILURE_TEST, 88, "^FAILED \\((failures|errors|unexpected)|^FAIL: \\w+ \\(", tests_hint},
    {"jest", FAILURE_TEST, 89,
     "Tests: +\\d+ failed|Test Suites: +\\d+ failed|Test Files +\\d+ failed|^Tests +\\d+ failed|snapshots? failed|"
     "FAIL +\\S+\\.(test|spec)\\.[cm]?[jt]sx?|^ +\\d+ failing$|^ *\\d+ failed$|Failed tests:|"
     "\\d+ of \\d+ failed \\(\\d+%\\)",
     tests_hint},
    {"go-test", FAILURE_TEST, 89, "--- FAIL: |^FAIL\\t|^FAIL$|^FAIL: ", tests_hint},
    {"rust-test", FAILURE_TEST, 90,
     "test result: FAILED|^test .{1,200} \\.\\.\\. FAILED|thread '.{1,120}' (\\(\\d+\\) )?panicked at|"
     "error: test failed, to rerun|error: test run failed",
     tests_hint},
    {"surefire", FAILURE_TEST, 91,
     "Tests run: \\d+, Failures: [1-9]|Tests run: \\d+, Failures: \\d+, Errors: [1-9]|there are test failures|"
     "there were failing tests|<<< (failure|error)!|There was a timeout or other error in the fork|"
     "\\d+ tests completed, \\d+ failed|\\[ *[1-9]\\d* tests failed *\\]",
     tests_hint},
    {"gradle-test", FAILURE_TEST, 88,
     "execution failed for task ':\\S*test|> task :\\S*test\\S* failed|^\\S.{0,200} > .{1,200} FAILED$", tests_hint},
    {"ctest", FAILURE_TEST, 92,
     "\\d+% tests passed, [1-9]\\d* tests? failed|the following tests failed|errors while running ctest", tests_hint},
    {"gtest", FAILURE_TEST, 90,
     "\\[  FAILED  \\]|\\d+ FAILED TESTS?|test cases?: +\\d+ \\|.{0,60}[1-9]\\d* failed|\\[  ERROR   \\] ---",
     tests_hint},
    {"rspec", FAILURE_TEST, 90,
     "\\d+ examples?, [1-9]\\d* failures?|\\d+ runs, \\d+ assertions, [1-9]\\d* failures|"
     "\\d+ runs, \\d+ assertions, 0 failures, [1-9]\\d* errors|rspec \\./\\S+:\\d+ #",
     tests_hint},
    {"phpunit", FAILURE_TEST, 90,
     "^FAILURES!$|Tests: \\d+, Assertions: \\d+, .{0,40}(Failures|Errors): [1-9]|There (was|were) \\d+ (failure|"
     "error)s?:",
     tests_hint},
    {"dotnet-test", FAILURE_TEST, 90,
     "failed! +- failed:|test run failed|total tests: .{0,60}failed: [1-9]|^  Failed \\S+ \\[", tests_hint},
    {"xctest", FAILURE_TEST, 90,
     "executed \\d+ tests?, with [1-9]\\d* failures?|\\*\\* TEST FAILED \\*\\*|test case '.{1,200}' failed \\(",
     tests_hint},
    {"more-tests", FAILURE_TEST, 86,
     "\\d+ tests?, [1-9]\\d* failures?|\\d+ passed; [1-9]\\d* failed|\\d+ passed \\| [1-9]\\d* failed|"
     "\\d+ passed, [1-9]\\d* failed|[1-9]\\d* tests? failed|[1-9]\\d* (unit |integration |e2e )?tests? (have |"
     "has )?failed|^# Failed test|Result: FAIL|Failed (\\d+)/\\d+ subtests|^not ok \\d+|"
     "[1-9]\\d* scenarios? \\(.{0,30}[1-9]\\d* failed|Some tests (have )?failed|"
     "[1-9]\\d* specs?, [1-9]\\d* failures?|Spec Files:.{0,60}[1-9]\\d* failed|^\\d+ out of \\d+ tests failed",
     tests_hint},
    {"sanitizer", FAILURE_TEST, 84,
     "error: (address|leak|thread|memory|undefinedbehavior)sanitizer|warning: threadsanitizer: data race|"
     "runtime error: .{0,80}(overflow|null pointer|misaligned|out of bounds|shift)|warning: data race|"
     "detected memory leaks|ERROR SUMMARY: [1-9]\\d* errors? from",
     "a sanitizer has found something"},
    {"assertion", FAILURE_TEST, 72,
     "AssertionError|AssertionFailedError|assertion (.{1,200} )?failed|assert(ion)? (failed|failure)|"
     "\\bassert .{1,120} (==|!=|in|is) |expected: ?.{1,120} (but was|got|actual)|expected .{1,120} to (be|equal|have|"
     "contain|match|throw)|ComparisonFailure|Test timed out|Timeout - Async callback|Timeout of \\d+ms exceeded|"
     "exceeded timeout of \\d+ ?ms for a (test|hook)|snapshot .{0,60}(mismatch|does not match|doesn't match)",
     "a test expects something else"},
    {"coverage", FAILURE_TEST, 78,
     "coverage\\b.{0,60}\\b(below|not met|less than|does not meet|under|failure)|coverage (check|"
     "threshold).{0,40}fail|required test coverage of",
     "less is covered by tests than asked for"},
    {"failed-test-words", FAILURE_TEST, 58,
     "\\b(unit |integration |some |a )?tests? (case |cases |suite |suites )?(has |have )?failed\\b|test (failure|"
     "failures)\\b",
     tests_hint},
};
const struct log_rule_part rules_test = {rules, ARRAY_LEN(rules)};
