/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <stdio.h>
#include <cmocka.h>
#include <glob.h>
#include "base/file.h"
#include "core/classify.h"
#include "core/log_text.h"
#include "lang/regex.h"

static struct log_rules *builtin(void)
{
    struct log_rules *r;
    struct err e = {0};
    assert_int_equal(log_rules_new(NULL, 0, &r, &e), 0);
    return r;
}

/* tests/fixtures/failure/CLASS.what.log */
static bool classify_file(const char *path, const struct log_rules *rules)
{
    AUTO(buf_free) struct buf text = {0}, tail = {0};
    AUTO(arena_free) struct arena a = {0};
    struct failure f;
    struct err e = {0};
    const char *name = strrchr(path, '/') + 1;
    assert_int_equal(file_read(path, 1 << 20, &text, &e), 0);
    log_tail(buf_view(&text), &tail);
    failure_classify(&(struct failure_signs){.exit_code = 1, .tail = buf_view(&tail)}, rules, &a, &f);
    bool right = sv_eq(sv_cut(sv_of(name), (size_t)(strchr(name, '.') - name)), sv_of(failure_class_name[f.class]));
    if (!right)
        print_message("%s is said to be %s, %d %%: %s\n", name, failure_class_name[f.class], f.confidence, f.evidence);
    return right;
}

static void common_logs_have_the_right_class(void **state)
{
    AUTO(log_rules_free) struct log_rules *rules = builtin();
    size_t right = 0;
    glob_t found;
    (void)state;
    assert_int_equal(glob(FETTLE_SOURCE_DIR "/tests/fixtures/failure/*.log", 0, NULL, &found), 0);
    for (size_t i = 0; i < found.gl_pathc; i++)
        right += classify_file(found.gl_pathv[i], rules);
    print_message("%zu of %zu logs\n", right, found.gl_pathc);
    assert_true(found.gl_pathc >= 200);
    assert_true(right * 100 >= found.gl_pathc * 95);
    globfree(&found);
}

static void every_built_in_rule_has_words_to_be_found_by(void **state)
{
    const struct log_rule *r;
    (void)state;
    for (size_t i = 0; (r = log_rule_builtin(i)); i++) {
        AUTO(arena_free) struct arena a = {0};
        struct regex_words w;
        if (!regex_words(sv_of(r->pattern), &a, &w))
            fail_msg("rule %s has none", r->name);
        VEC_FREE(&w.v);
        assert_in_range(r->confidence, 1, 99);
        for (size_t k = 0; k < i; k++)
            assert_string_not_equal(log_rule_builtin(k)->name, r->name);
    }
}

static void match(const struct log_rules *rules, const char *text, const char *rule, const char *line)
{
    struct log_match m = log_rules_match(rules, sv_of(text));
    if (!rule) {
        assert_null(m.rule);
        return;
    }
    assert_non_null(m.rule);
    assert_string_equal(m.rule->name, rule);
    assert_true(sv_is(m.line, line));
}

static void rules_of_the_configuration_come_first_and_in_their_order(void **state)
{
    static const struct log_rule user[] = {
        {"mine", FAILURE_LOST, LOG_RULE_SURE, "gone|away", NULL},
        {"yours", FAILURE_BUILD, LOG_RULE_SURE, "^x", NULL},
        {"all", FAILURE_CONFIG, LOG_RULE_SURE, "^\\d\\d$", NULL},
    };
    AUTO(log_rules_free) struct log_rules *rules = NULL;
    struct err e = {0};
    (void)state;
    assert_int_equal(log_rules_new(user, ARRAY_LEN(user), &rules, &e), 0);
    match(rules, "x1\nit is gone\nno space left on device\n", "mine", "it is gone");
    match(rules, "x1\nx2\nno space left on device", "yours", "x2");
    match(rules, "No space left on device\n", "disk-full", "No space left on device");
    match(rules, "GONE", NULL, NULL);
    match(rules, "a\n42\n", "all", "42");
    match(rules, "", NULL, NULL);
}

static void a_rule_of_the_configuration_is_tried_on_every_line(void **state)
{
    static const struct log_rule user[] = {
        {"digits", FAILURE_LOST, LOG_RULE_SURE, "^\\d\\d$", NULL},
        {"rare", FAILURE_BUILD, LOG_RULE_SURE, "widget: (lost|gone)", NULL},
    };
    AUTO(log_rules_free) struct log_rules *rules = NULL;
    AUTO(buf_free) struct buf b = {0}, c = {0};
    struct err e = {0};
    (void)state;
    assert_int_equal(log_rules_new(user, ARRAY_LEN(user), &rules, &e), 0);
    buf_str(&b, "42\n\n");
    buf_str(&c, "widget: gone\n");
    for (int i = 0; i < 1000; i++) {
        buf_str(&b, "nothing\n");
        buf_str(&c, "widget: fine\n");
    }
    match(rules, b.p, "digits", "42");
    match(rules, c.p, "rare", "widget: gone");
}

static void a_wrong_rule_is_told_with_its_place(void **state)
{
    static const struct log_rule user[] = {{"a", FAILURE_LOST, 95, "a", NULL}, {"b", FAILURE_LOST, 95, "(", NULL}};
    struct log_rules *rules = NULL;
    struct err e = {0};
    (void)state;
    assert_int_equal(log_rules_new(user, 2, &rules, &e), -1);
    assert_null(rules);
    assert_int_equal(e.code, 1);
    assert_string_equal(e.msg, "regular expression, character 2: missing closing parenthesis");
}

static void what_was_tried_again_and_what_passed_says_less(void **state)
{
    AUTO(log_rules_free) struct log_rules *rules = builtin();
    (void)state;
    match(rules, "npm WARN network timeout, retrying\n--- FAIL: TestA\n", "go-test", "--- FAIL: TestA");
    match(rules, "ok 3 - connection reset by peer\n", NULL, NULL);
    match(rules, "tests/a.py::test_no_space_left_on_device PASSED [ 3%]\nnot much\n", NULL, NULL);
    match(rules, "connection reset by peer, retrying\nnothing more\n", "connection-reset",
          "connection reset by peer, retrying");
}

static void an_expression_that_takes_too_long_is_left_out(void **state)
{
    static const struct log_rule user[] = {{"slow", FAILURE_LOST, 95, "(a+)+(b|c)+$", NULL}};
    AUTO(log_rules_free) struct log_rules *rules = NULL;
    AUTO(buf_free) struct buf b = {0};
    struct err e = {0};
    (void)state;
    assert_int_equal(log_rules_new(user, 1, &rules, &e), 0);
    for (int i = 0; i < 500; i++)
        buf_str(&b, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!\n");
    buf_str(&b, "Killed signal terminated program cc1plus\n");
    match(rules, b.p, "memory", "Killed signal terminated program cc1plus");
}

static void the_end_of_a_log_is_what_a_person_sees(void **state)
{
    static const struct {
        const char *text, *seen;
    } rows[] = {
        {"\x1b[31mred\x1b[0m\n", "red\n"},
        {"10%\r20%\rdone\r\nnext", "10%\n20%\ndone\nnext"},
        {"\x1b]0;title\x07shown\n", "shown\n"},
        {"\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\\n", "link\n"},
        {"a\x1b]no end\nb", "ano end\nb"},
        {"a\x01\x7f"
         "b\tc",
         "ab\tc"},
        {"\x1b", ""},
        {"a\x1b[1;2", "a"},
    };
    AUTO(buf_free) struct buf b = {0}, log = {0};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        buf_clear(&b);
        log_tail(sv_of(rows[i].text), &b);
        assert_true(sv_is(buf_view(&b), rows[i].seen));
    }
    while (log.n < LOG_TAIL + 1000)
        buf_str(&log, "twelve bytes\n");
    buf_clear(&b);
    log_tail(buf_view(&log), &b);
    assert_true(b.n <= LOG_TAIL && b.n > LOG_TAIL - 20);
    assert_true(sv_starts(buf_view(&b), SV("twelve bytes\n")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(common_logs_have_the_right_class),
        cmocka_unit_test(every_built_in_rule_has_words_to_be_found_by),
        cmocka_unit_test(rules_of_the_configuration_come_first_and_in_their_order),
        cmocka_unit_test(a_rule_of_the_configuration_is_tried_on_every_line),
        cmocka_unit_test(a_wrong_rule_is_told_with_its_place),
        cmocka_unit_test(what_was_tried_again_and_what_passed_says_less),
        cmocka_unit_test(an_expression_that_takes_too_long_is_left_out),
        cmocka_unit_test(the_end_of_a_log_is_what_a_person_sees),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
