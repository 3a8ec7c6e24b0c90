/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include "hooks/install/decide.h"

/* A folder as one text: a letter for each of hook, .legacy, .old and what is kept. "-" nothing, "o" ours, "a" aged,
 * "e" edited, "c" ours that chains, "f" foreign, "p" pre-commit's, "l" lefthook's, "n" asks its name, "s" no file. */
static void set(const char *text, struct slot_fact ret[N_SLOTS])
{
    for (int i = 0; i < N_SLOTS; i++) {
        ret[i] = (struct slot_fact){0};
        switch (text[i]) {
        case '-':
            break;
        case 'o':
            ret[i].holds = SLOT_OURS;
            break;
        case 'a':
            ret[i].holds = SLOT_AGED;
            break;
        case 'e':
            ret[i].holds = SLOT_EDITED;
            break;
        case 's':
            ret[i].holds = SLOT_STRANGE;
            break;
        case 'c':
            ret[i] = (struct slot_fact){.holds = SLOT_OURS, .chains = true};
            break;
        case 'p':
            ret[i] = (struct slot_fact){.holds = SLOT_FOREIGN, .tool = TOOL_PRE_COMMIT};
            break;
        case 'l':
            ret[i] = (struct slot_fact){.holds = SLOT_FOREIGN, .tool = TOOL_LEFTHOOK};
            break;
        case 'n':
            ret[i] = (struct slot_fact){.holds = SLOT_FOREIGN, .asks_name = true};
            break;
        default:
            ret[i].holds = SLOT_FOREIGN;
            break;
        }
    }
}

/* Carries the steps out on such a text; "O" and "C" are what was written. */
static const char *after(const char *text, const struct decision *d, char ret[N_SLOTS + 1])
{
    memcpy(ret, text, N_SLOTS + 1);
    for (size_t i = 0; i < d->n; i++) {
        const struct step *s = &d->steps[i];
        switch (s->kind) {
        case STEP_DROP:
            assert_int_not_equal(ret[s->slot], '-');
            ret[s->slot] = '-';
            break;
        case STEP_MOVE:
            assert_int_not_equal(ret[s->slot], '-');
            ret[s->to] = ret[s->slot];
            ret[s->slot] = '-';
            break;
        case STEP_KEEP:
            assert_int_equal(ret[s->to], '-');
            ret[s->to] = ret[s->slot];
            break;
        case STEP_WRITE:
            ret[s->slot] = s->form == SCRIPT_CHAIN ? 'C' : 'O';
            break;
        }
    }
    return ret;
}

static void install_leaves_exactly_one_of_ours_and_keeps_what_was_there(void **state)
{
    (void)state;
    static const struct {
        const char *before, *after;
        enum refusal refusal;
    } rows[] = {{"----", "O---", REFUSE_NOTHING}, {"o---", "o---", REFUSE_NOTHING}, {"a---", "O---", REFUSE_NOTHING},
                {"f---", "C--f", REFUSE_NOTHING}, {"c--f", "c--f", REFUSE_NOTHING}, {"p---", "C--p", REFUSE_NOTHING},
                {"---f", "C--f", REFUSE_NOTHING},                                   /* our script was removed by hand */
                {"po--", "po--", REFUSE_NOTHING}, {"pa--", "pO--", REFUSE_NOTHING}, /* pre-commit runs it */
                {"l-o-", "C--l", REFUSE_NOTHING}, /* lefthook moved ours aside and runs it no more */
                {"l-cf", "C-fl", REFUSE_NOTHING}, /* … and what we had kept is what lefthook would have moved */
                {"l-cl", "C--l", REFUSE_NOTHING}, /* it came twice */
                {"fo--", "C--f", REFUSE_NOTHING}, {"o--f", "C--f", REFUSE_NOTHING}, /* what is kept runs again */
                {"c---", "O---", REFUSE_NOTHING}, {"e---", NULL, REFUSE_EDITED},    {"pe--", NULL, REFUSE_EDITED},
                {"n---", NULL, REFUSE_NAME},      {"s---", NULL, REFUSE_STRANGE},   {"---s", NULL, REFUSE_STRANGE},
                {"f--f", NULL, REFUSE_KEPT},      {"c--s", NULL, REFUSE_STRANGE}};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct slot_fact at[N_SLOTS];
        struct decision d;
        char text[N_SLOTS + 1];
        set(rows[i].before, at);
        enum refusal r = decide_install(at, &d);
        if (r != rows[i].refusal || (rows[i].after && strcmp(after(rows[i].before, &d, text), rows[i].after) != 0))
            fail_msg("install into %s: refusal %d, then %s", rows[i].before, (int)r, after(rows[i].before, &d, text));
    }
}

static void uninstall_leaves_what_would_be_there_without_us(void **state)
{
    (void)state;
    static const struct {
        const char *before, *after;
        enum refusal refusal;
    } rows[] = {{"----", "----", REFUSE_NOTHING}, {"f---", "f---", REFUSE_NOTHING}, {"o---", "----", REFUSE_NOTHING},
                {"c--f", "f---", REFUSE_NOTHING}, {"---f", "f---", REFUSE_NOTHING}, {"po--", "p---", REFUSE_NOTHING},
                {"pcp-", "p-p-", REFUSE_NOTHING}, {"pc-p", "p---", REFUSE_NOTHING}, {"pc-f", "pf--", REFUSE_NOTHING},
                {"l-o-", "l---", REFUSE_NOTHING}, {"l-cf", "l-f-", REFUSE_NOTHING}, {"l-cl", "l---", REFUSE_NOTHING},
                {"a---", "----", REFUSE_NOTHING}, {"e--f", NULL, REFUSE_EDITED},    {"l-e-", NULL, REFUSE_EDITED},
                {"f--f", NULL, REFUSE_KEPT}};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct slot_fact at[N_SLOTS];
        struct decision d;
        char text[N_SLOTS + 1];
        set(rows[i].before, at);
        enum refusal r = decide_uninstall(at, &d);
        if (r != rows[i].refusal || (rows[i].after && strcmp(after(rows[i].before, &d, text), rows[i].after) != 0))
            fail_msg("uninstall from %s: refusal %d, then %s", rows[i].before, (int)r, after(rows[i].before, &d, text));
    }
}

static void a_folder_says_whether_our_hook_runs(void **state)
{
    (void)state;
    static const struct {
        const char *at;
        enum hook_state state;
    } rows[] = {{"----", HOOK_NONE},   {"f---", HOOK_NONE},   {"o---", HOOK_INSTALLED}, {"c--f", HOOK_INSTALLED},
                {"a---", HOOK_AGED},   {"e---", HOOK_EDITED}, {"po--", HOOK_THROUGH},   {"pa--", HOOK_AGED},
                {"pe--", HOOK_EDITED}, {"fo--", HOOK_LOST},   {"l-o-", HOOK_LOST},      {"f--f", HOOK_LOST},
                {"---f", HOOK_LOST}};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct slot_fact at[N_SLOTS];
        set(rows[i].at, at);
        if (decide_state(at) != rows[i].state)
            fail_msg("%s: %s", rows[i].at, hook_state_name(decide_state(at)));
    }
}

/* Any order of installs, uninstalls and tools that come in between ends in what the tools alone would have left. */
static void what_is_installed_can_always_be_taken_out(void **state)
{
    (void)state;
    static const char *const starts[] = {"----", "f---", "p---", "l---", "pf--", "l-f-"};
    for (size_t i = 0; i < ARRAY_LEN(starts); i++) {
        struct slot_fact at[N_SLOTS];
        struct decision d;
        char one[N_SLOTS + 1], two[N_SLOTS + 1];
        set(starts[i], at);
        assert_int_equal(decide_install(at, &d), REFUSE_NOTHING);
        after(starts[i], &d, one);
        for (int k = 0; k < N_SLOTS; k++)
            one[k] = one[k] == 'C' ? 'c' : one[k] == 'O' ? 'o' : one[k];
        set(one, at);
        assert_int_equal(decide_install(at, &d), REFUSE_NOTHING);
        assert_int_equal(d.n, 0);
        assert_int_equal(decide_uninstall(at, &d), REFUSE_NOTHING);
        assert_string_equal(after(one, &d, two), starts[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(install_leaves_exactly_one_of_ours_and_keeps_what_was_there),
        cmocka_unit_test(uninstall_leaves_what_would_be_there_without_us),
        cmocka_unit_test(a_folder_says_whether_our_hook_runs),
        cmocka_unit_test(what_is_installed_can_always_be_taken_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
