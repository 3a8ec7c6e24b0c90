/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include "core/own_event.h"

static const struct own_account me = {77, "fettle-bot"};
static const char *const contexts[] = {"ci/all", NULL};

static struct hook_event by(int64_t id, const char *login)
{
    return (struct hook_event){
        .name = "issues", .action = "labeled", .sender = {.present = true, .id = id, .login = login, .bot = YES}};
}

static enum own_by asked(struct hook_event ev)
{
    return own_event(&ev, &me, contexts);
}

static void an_account_is_known_by_its_number_and_else_by_its_name(void **state)
{
    (void)state;
    assert_int_equal(asked(by(77, "renamed")), OWN_BY_ACTOR);
    assert_int_equal(asked(by(78, "fettle-bot")), OWN_NOT); /* somebody took the name */
    assert_int_equal(asked(by(0, "Fettle-Bot")), OWN_BY_ACTOR);
    assert_int_equal(asked((struct hook_event){.name = "push"}), OWN_NOT);
    struct hook_event ev = by(0, NULL);
    assert_int_equal(own_event(&ev, &(struct own_account){0}, NULL), OWN_NOT);
}

static void commits_of_ours_are_checked_and_people_speak_for_themselves(void **state)
{
    (void)state;
    static const struct {
        const char *name, *action;
        enum tristate bot;
        enum own_by own;
    } rows[] = {{"push", NULL, YES, OWN_NOT},
                {"create", NULL, YES, OWN_NOT},
                {"merge_group", "checks_requested", YES, OWN_NOT},
                {"pull_request", "opened", YES, OWN_NOT},
                {"pull_request", "synchronize", YES, OWN_NOT},
                {"pull_request", "labeled", YES, OWN_BY_ACTOR},
                {"pull_request", "labeled", NO, OWN_NOT},
                {"pull_request", "labeled", UNKNOWN, OWN_NOT},
                {"issue_comment", "created", YES, OWN_BY_ACTOR},
                {"issue_comment", "created", NO, OWN_NOT},
                {"pull_request_review", "submitted", YES, OWN_BY_ACTOR}};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct hook_event ev = by(77, "fettle-bot");
        ev.name = rows[i].name;
        ev.action = rows[i].action;
        ev.sender.bot = rows[i].bot;
        if (asked(ev) != rows[i].own)
            fail_msg("row %zu", i);
    }
}

static void statuses_and_checks_are_known_by_what_we_call_them(void **state)
{
    (void)state;
    struct hook_event ev = by(1, "ann");
    ev.name = "status";
    ev.status.present = true;
    static const struct {
        const char *context;
        enum own_by own;
    } rows[] = {{"fettle/ci", OWN_BY_STATUS}, {"Fettle/CI", OWN_BY_STATUS}, {"CI/All", OWN_BY_STATUS},
                {"jenkins", OWN_NOT},         {"fettle", OWN_NOT},          {NULL, OWN_NOT}};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        ev.status.context = rows[i].context;
        assert_int_equal(asked(ev), rows[i].own);
    }
    struct hook_event check = by(1, "ann");
    check.name = "check_run";
    check.check = (struct event_check){.present = true, .name = "fettle/ci"};
    check.action = "completed";
    assert_int_equal(asked(check), OWN_BY_STATUS);
    check.action = "rerequested"; /* a person pressed a button */
    assert_int_equal(asked(check), OWN_NOT);
}

static void requests_to_start_and_what_was_made_up_are_nobodys_echo(void **state)
{
    (void)state;
    struct hook_event ev = by(77, "fettle-bot");
    ev.name = "repository_dispatch";
    assert_int_equal(asked(ev), OWN_NOT);
    ev.name = "workflow_dispatch";
    assert_int_equal(asked(ev), OWN_NOT);
    ev.name = "issues";
    ev.made_up = true;
    assert_int_equal(asked(ev), OWN_NOT);
    ev = by(1, "ann");
    ev.marked = true;
    assert_int_equal(asked(ev), OWN_BY_MARKER);
}

static void hops_are_counted_from_commits_and_requests(void **state)
{
    (void)state;
    static const struct {
        const char *message;
        int hops;
    } rows[] = {{"fix\n\nFettle-Hops: 3\n", 3},
                {"fix\n\nfettle-hops:4", 4},
                {"fix\n\nFettle-Hops: 2\nFettle-Hops: 7\n", 7},
                {"about Fettle-Hops: 3", 0},
                {"fix\n\nFettle-Hops: -1", 0},
                {"fix\n\nFettle-Hops: many", 0},
                {"fix\n\nFettle-Hops: 9999999999999", 1000000},
                {"", 0},
                {NULL, 0}};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        assert_int_equal(own_hops_of_message(rows[i].message), rows[i].hops);
    assert_int_equal(own_hops_of_payload("{\"fettle_hops\":2}"), 2);
    assert_int_equal(own_hops_of_payload("{\"fettle_hops\":\"2\"}"), 0);
    assert_int_equal(own_hops_of_payload("{\"a\":{\"fettle_hops\":2}}"), 0);
    assert_int_equal(own_hops_of_payload(NULL), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_account_is_known_by_its_number_and_else_by_its_name),
        cmocka_unit_test(commits_of_ours_are_checked_and_people_speak_for_themselves),
        cmocka_unit_test(statuses_and_checks_are_known_by_what_we_call_them),
        cmocka_unit_test(requests_to_start_and_what_was_made_up_are_nobodys_echo),
        cmocka_unit_test(hops_are_counted_from_commits_and_requests),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
