/* SPDX-License-Identifier: Apache-2.0 */
/* The first byte: what is read. A log: the rule that is told matches its line, which is a line of the text; the failure
 * has a class and text in UTF-8 within its limits, twice the same. TAP and JUnit: counts that fit together. */
#include <stdlib.h>
#include "core/classify.h"
#include "core/log_text.h"
#include "lang/regex.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool ok)
{
    if (!ok)
        abort();
}

static void check_text(const char *z, size_t max)
{
    if (z) {
        must(sv_bad_utf8(sv_of(z)) < 0);
        must(strlen(z) <= max);
    }
}

static const struct log_rules *all_rules(void)
{
    static const struct log_rule user[] = {{"user", FAILURE_LOST, LOG_RULE_SURE, "^\\s*\\d+$|x[yz]+\\b", NULL}};
    static struct log_rules *rules;
    struct err e = {0};
    if (!rules)
        must(log_rules_new(user, 1, &rules, &e) == 0);
    return rules;
}

static bool same(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

static void check_match(struct sv tail)
{
    struct log_match m = log_rules_match(all_rules(), tail);
    struct regex *r = NULL;
    struct err e = {0};
    if (!m.rule)
        return;
    must(m.confidence > 0 && m.confidence <= 100);
    must(m.line.p >= tail.p && m.line.p + m.line.n <= tail.p + tail.n && sv_chr(m.line, '\n') < 0);
    must(regex_compile(sv_of(m.rule->pattern), REGEX_ANY_CASE, &r, &e) == 0);
    /* Blanks around the line were taken off: some expressions want them. */
    struct sv around = m.line;
    while (around.p > tail.p && around.p[-1] != '\n')
        around = sv_n(around.p - 1, around.n + 1);
    while (around.p + around.n < tail.p + tail.n && around.p[around.n] != '\n')
        around.n++;
    must(m.line.n >= LOG_RULE_LINE / 2 || regex_find(r, around, NULL) == REGEX_YES);
    regex_free(&r);
}

static void check_log(struct sv text, int code)
{
    AUTO(buf_free) struct buf tail = {0};
    AUTO(arena_free) struct arena a = {0};
    struct failure f, again;
    log_tail(text, &tail);
    must(tail.n <= LOG_TAIL && sv_chr(buf_view(&tail), 27) < 0);
    check_match(buf_view(&tail));
    struct failure_signs s = {.exit_code = code, .tail = buf_view(&tail)};
    failure_classify(&s, all_rules(), &a, &f);
    failure_classify(&s, all_rules(), &a, &again);
    must(f.class > FAILURE_NONE && f.class < FAILURE_CLASS_N && f.evidence && f.confidence <= 100);
    check_text(f.evidence, FAILURE_EXCERPT + 200);
    check_text(f.excerpt, FAILURE_EXCERPT);
    check_text(f.fingerprint, 16);
    must(f.n_tests <= FAILURE_TESTS && f.retry_after >= 0 && f.retry_after <= 86400000);
    for (size_t i = 0; i < f.n_tests; i++)
        check_text(f.tests[i], REPORT_NAME);
    must(f.class == again.class && same(f.fingerprint, again.fingerprint) && same(f.evidence, again.evidence));
}

static void check_report(struct sv text, bool tap)
{
    struct test_report r = {0};
    struct err e = {0};
    if (tap)
        tap_read(&r, text);
    else if (junit_read(&r, text, &e) < 0)
        must(e.cls == ERR_INVALID && e.msg[0]);
    must(r.failed == r.failing.v.n + r.names_cut && r.failing.v.n <= REPORT_NAMES && r.failed <= r.run);
    for (size_t i = 0; i < r.failing.v.n; i++) {
        must(r.failing.v.at[i].name[0]);
        check_text(r.failing.v.at[i].name, REPORT_NAME);
        check_text(r.failing.v.at[i].file, REPORT_NAME);
        check_text(r.failing.v.at[i].message, REPORT_MESSAGE);
    }
    AUTO(buf_free) struct buf b = {0};
    test_report_text(&r, &b);
    test_report_free(&r);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    struct sv text = sv_n((const char *)data + 1, size - 1);
    if (data[0] == 'j' || data[0] == 't')
        check_report(text, data[0] == 't');
    else
        check_log(text, data[0]);
    return 0;
}
