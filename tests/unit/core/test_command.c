/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include "core/command.h"

static void a_comment_that_begins_with_it_is_a_command(void **state)
{
    (void)state;
    static const struct {
        const char *body;
        enum command_verb verb; /* NONE = it is no command of ours */
        const char *rest;
    } rows[] = {
        {"/fettle retest", COMMAND_RETEST, ""},
        {"/fettle retest all\r\nthanks", COMMAND_RETEST, "all"},
        {"/fettle   retest   my workflow ", COMMAND_RETEST, "my workflow"},
        {"/fettle approve 0123456789", COMMAND_APPROVE, "0123456789"},
        {"/fettle reject x", COMMAND_REJECT, "x"},
        {"/fettle cancel", COMMAND_CANCEL, ""},
        {"/fettle explain", COMMAND_EXPLAIN, ""},
        {"/fettle", COMMAND_UNKNOWN, ""},
        {"/fettle help", COMMAND_UNKNOWN, ""},
        {"/fettle Retest", COMMAND_UNKNOWN, ""},
        {"/fettleretest", COMMAND_NONE, NULL},
        {"/deploy", COMMAND_NONE, NULL},
        {"please /fettle retest", COMMAND_NONE, NULL},
        {"> /fettle retest", COMMAND_NONE, NULL},
        {"title\n/fettle retest", COMMAND_NONE, NULL},
        {"", COMMAND_NONE, NULL},
        {NULL, COMMAND_NONE, NULL},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct hook_event ev = {.name = "issue_comment", .action = "created", .comment = {true, 1, rows[i].body}};
        struct command c;
        bool is = command_of(&ev, &c);
        if (is != (rows[i].verb != COMMAND_NONE) || c.verb != rows[i].verb)
            fail_msg("row %zu is verb %d", i, c.verb);
        if (is && c.verb != COMMAND_UNKNOWN)
            assert_true(sv_is(c.rest, rows[i].rest));
        assert_false(c.whole_check);
    }
}

static void an_edited_comment_and_other_events_are_none(void **state)
{
    (void)state;
    struct command c;
    struct hook_event edited = {.name = "issue_comment", .action = "edited", .comment = {true, 1, "/fettle retest"}};
    struct hook_event issue = {.name = "issues", .action = "opened", .comment = {true, 1, "/fettle retest"}};
    assert_false(command_of(&edited, &c));
    assert_false(command_of(&issue, &c));
}

static void the_buttons_of_a_check_run_are_commands(void **state)
{
    (void)state;
    static const struct {
        const char *name, *action, *wish, *check, *sha;
        enum command_verb verb;
        bool whole;
        const char *context;
    } rows[] = {
        {"check_run", "rerequested", NULL, "fettle/ci", "a1", COMMAND_RETEST, true, "fettle/ci"},
        {"check_suite", "rerequested", NULL, NULL, "a1", COMMAND_RETEST, true, NULL},
        {"check_run", "requested_action", "fettle-retest", "fettle/ci", "a1", COMMAND_RETEST, false, "fettle/ci"},
        {"check_run", "requested_action", "fettle-cancel", "fettle/ci", "a1", COMMAND_CANCEL, true, "fettle/ci"},
        {"check_run", "requested_action", "fix_me", "fettle/ci", "a1", COMMAND_NONE, true, NULL},
        {"check_run", "requested_action", NULL, "fettle/ci", "a1", COMMAND_NONE, true, NULL},
        {"check_run", "completed", NULL, "fettle/ci", "a1", COMMAND_NONE, true, NULL},
        {"check_run", "rerequested", NULL, NULL, "a1", COMMAND_NONE, true, NULL},
        {"check_run", "rerequested", NULL, "fettle/ci", NULL, COMMAND_NONE, true, NULL},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct hook_event ev = {.name = rows[i].name,
                                .action = rows[i].action,
                                .after = rows[i].sha,
                                .check = {.present = true, .name = rows[i].check, .wish = rows[i].wish}};
        struct command c;
        bool is = command_of(&ev, &c);
        if (is != (rows[i].verb != COMMAND_NONE))
            fail_msg("row %zu", i);
        if (!is)
            continue;
        assert_int_equal(c.verb, rows[i].verb);
        assert_int_equal(c.whole_check, rows[i].whole);
        assert_int_equal(!c.context, !rows[i].context);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_comment_that_begins_with_it_is_a_command),
        cmocka_unit_test(an_edited_comment_and_other_events_are_none),
        cmocka_unit_test(the_buttons_of_a_check_run_are_commands),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
