/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include "core/effect.h"

static void every_state_and_kind_has_its_word(void **state)
{
    (void)state;
    for (size_t i = 0; i < EFFECT_STATE_N; i++)
        assert_true(effect_state_name[i] && effect_state_name[i][0]);
    for (size_t i = 0; i < STATUS_STATE_N; i++)
        assert_true(status_state_name[i] && status_state_name[i][0]);
    assert_string_equal(effect_kind_name[EFFECT_STATUS], "status");
    assert_string_equal(effect_kind_name[EFFECT_ISSUE], "issue");
    assert_string_equal(effect_kind_name[EFFECT_CHECK], "check");
    assert_string_equal(status_state_name[STATUS_TIMED_OUT], "timed_out");
    assert_false(status_is_final(STATUS_RUNNING));
    assert_true(status_is_final(STATUS_SUCCESS) && status_is_final(STATUS_SKIPPED));
}

static void same(const char *a, const char *b)
{
    assert_int_equal(!a, !b);
    if (a)
        assert_string_equal(a, b);
}

static void a_status_comes_back_as_it_was_written(void **state)
{
    (void)state;
    static const struct status_body rows[] = {
        {.sha = "a1",
         .context = "ci/Build",
         .description = "ok \"quoted\"\n\xe2\x98\x95",
         .target_url = "https://x/1",
         .state = STATUS_FAILED,
         .ref = "refs/heads/main",
         .change = 7,
         .head_repo = "github:me/fork"},
        {.sha = "", .context = "c", .description = "", .state = STATUS_QUEUED},
        {.sha = "s", .context = "c", .description = "d", .state = STATUS_SKIPPED, .change = INT64_MAX},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        AUTO(arena_free) struct arena a = {0};
        AUTO(buf_free) struct buf b = {0};
        struct err e = {0};
        struct effect x = {.kind = EFFECT_STATUS, .status = rows[i]}, back = {.kind = EFFECT_STATUS};
        effect_body_write(&x, &b);
        back.body = b.p;
        assert_int_equal(effect_body_read(&back, &a, &e), 0);
        same(back.status.sha, rows[i].sha);
        same(back.status.context, rows[i].context);
        same(back.status.description, rows[i].description);
        same(back.status.target_url, rows[i].target_url);
        same(back.status.ref, rows[i].ref);
        same(back.status.head_repo, rows[i].head_repo);
        assert_int_equal(back.status.state, rows[i].state);
        assert_true(back.status.change == rows[i].change);
    }
}

static void an_issue_comes_back_as_it_was_written(void **state)
{
    (void)state;
    AUTO(arena_free) struct arena a = {0};
    AUTO(buf_free) struct buf b = {0};
    struct err e = {0};
    const char *labels[] = {"automation", "needs, care"};
    struct effect x = {
        .kind = EFFECT_ISSUE,
        .issue = {
            .title = "t", .body = "line\nline", .marker = "<!-- fettle:fp=x -->", .labels = labels, .n_labels = 2}};
    struct effect back = {.kind = EFFECT_ISSUE};
    effect_body_write(&x, &b);
    back.body = b.p;
    assert_int_equal(effect_body_read(&back, &a, &e), 0);
    assert_string_equal(back.issue.title, "t");
    assert_string_equal(back.issue.body, "line\nline");
    assert_string_equal(back.issue.marker, "<!-- fettle:fp=x -->");
    assert_int_equal(back.issue.n_labels, 2);
    assert_string_equal(back.issue.labels[1], "needs, care");
}

static void a_check_comes_back_as_it_was_written(void **state)
{
    (void)state;
    AUTO(arena_free) struct arena a = {0};
    AUTO(buf_free) struct buf b = {0};
    struct err e = {0};
    struct check_note notes[] = {
        {.level = NOTE_ERROR,
         .path = "a.c",
         .title = "T",
         .text = "line\nline",
         .line = 3,
         .end_line = 3,
         .col = 2,
         .end_col = 9},
        {.level = NOTE_NOTICE, .path = "b \"c\"", .text = "t", .line = 1, .end_line = 7},
    };
    struct effect x = {.kind = EFFECT_CHECK,
                       .check = {.sha = "a1",
                                 .name = "ci",
                                 .external_id = "x",
                                 .details_url = "https://x/1",
                                 .state = STATUS_TIMED_OUT,
                                 .superseded = true,
                                 .buttons = true,
                                 .title = "t",
                                 .summary = "| a |",
                                 .started_at = 5,
                                 .completed_at = 9,
                                 .notes = notes,
                                 .n_notes = 2}};
    struct effect back = {.kind = EFFECT_CHECK};
    effect_body_write(&x, &b);
    back.body = b.p;
    assert_int_equal(effect_body_read(&back, &a, &e), 0);
    const struct check_body *c = &back.check;
    same(c->sha, "a1"), same(c->name, "ci"), same(c->external_id, "x"), same(c->details_url, "https://x/1");
    same(c->title, "t"), same(c->summary, "| a |");
    assert_true(c->state == STATUS_TIMED_OUT && c->superseded && c->started_at == 5 && c->completed_at == 9);
    assert_int_equal(c->n_notes, 2);
    for (size_t i = 0; i < 2; i++) {
        const struct check_note *n = &c->notes[i];
        same(n->path, notes[i].path), same(n->title, notes[i].title), same(n->text, notes[i].text);
        assert_true(n->level == notes[i].level && n->line == notes[i].line && n->end_line == notes[i].end_line &&
                    n->col == notes[i].col && n->end_col == notes[i].end_col);
    }
}

#define CHECK "{\"sha\":\"a\",\"name\":\"n\",\"external_id\":\"x\",\"title\":\"t\",\"summary\":\"s\""

static void a_damaged_body_is_refused(void **state)
{
    (void)state;
    static const struct {
        enum effect_kind kind;
        const char *body;
    } rows[] = {
        {EFFECT_STATUS, NULL},
        {EFFECT_STATUS, ""},
        {EFFECT_STATUS, "[]"},
        {EFFECT_STATUS, "{\"sha\":\"a\",\"context\":\"c\",\"state\":\"happy\"}"},
        {EFFECT_STATUS, "{\"sha\":\"a\",\"state\":\"success\"}"},
        {EFFECT_STATUS, "{\"sha\":\"a\",\"context\":\"c\",\"state\":\"success\""},
        {EFFECT_ISSUE, "{\"title\":\"t\"}"},
        {EFFECT_ISSUE, "{\"title\":\"t\",\"marker\":\"\"}"},
        {EFFECT_ISSUE, "{\"title\":\"t\",\"marker\":\"m\",\"labels\":[1]}"},
        {EFFECT_CHECK, "{}"},
        {EFFECT_CHECK, CHECK ",\"state\":\"happy\"}"},
        {EFFECT_CHECK, CHECK ",\"state\":\"queued\",\"annotations\":[1]}"},
        {EFFECT_CHECK,
         CHECK ",\"state\":\"queued\",\"annotations\":[{\"level\":\"error\",\"path\":\"a\",\"text\":\"t\","
               "\"line\":4,\"end_line\":3}]}"},
        {EFFECT_CHECK, CHECK ",\"state\":\"queued\",\"annotations\":[{\"level\":\"loud\",\"path\":\"a\",\"text\":\"t\","
                             "\"line\":4,\"end_line\":4}]}"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        AUTO(arena_free) struct arena a = {0};
        struct err e = {0};
        struct effect x = {.kind = rows[i].kind, .body = rows[i].body};
        assert_int_equal(effect_body_read(&x, &a, &e), -1);
        assert_int_equal(e.cls, ERR_INVALID);
        assert_true(e.msg[0]);
    }
}

/* Written, read and written again is the same text: nothing of it is lost. */
static void what_was_read_is_written_the_same(void **state)
{
    (void)state;
    static const char *add[] = {"bug", "a, b"}, *gone[] = {"old"};
    static const struct effect rows[] = {
        {.kind = EFFECT_ISSUE,
         .issue = {.title = "t", .body = "b", .marker = "m", .labels = add, .n_labels = 2, .close = true}},
        {.kind = EFFECT_COMMENT, .comment = {.number = 7, .at = THREAD_ISSUE, .body = "b\n\"", .marker = "m"}},
        {.kind = EFFECT_COMMENT, .comment = {.number = INT64_MAX, .marker = "m", .remove = true}},
        {.kind = EFFECT_LABEL, .label = {.number = 7, .add = add, .n_add = 2, .remove = gone, .n_remove = 1}},
        {.kind = EFFECT_PULL,
         .pull = {.head = "fix",
                  .base = "main",
                  .title = "t",
                  .body = "",
                  .marker = "m",
                  .labels = add,
                  .n_labels = 1,
                  .draft = true}},
        {.kind = EFFECT_MERGE, .merge = {.number = 1, .sha = "a1", .method = MERGE_BY_REBASE, .title = "x"}},
        {.kind = EFFECT_DISPATCH, .dispatch = {.event = "go", .inputs = "{\"a\":\"1\"}", .token = "k", .hops = 3}},
        {.kind = EFFECT_DISPATCH, .dispatch = {.workflow = "ci.yml", .ref = "main", .token = "k"}},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        AUTO(arena_free) struct arena a = {0};
        AUTO(buf_free) struct buf one = {0}, two = {0};
        struct err e = {0};
        struct effect back = {.kind = rows[i].kind};
        effect_body_write(&rows[i], &one);
        back.body = one.p;
        assert_int_equal(effect_body_read(&back, &a, &e), 0);
        effect_body_write(&back, &two);
        assert_string_equal(one.p, two.p);
    }
}

static void a_body_that_names_no_place_is_refused(void **state)
{
    (void)state;
    static const struct {
        enum effect_kind kind;
        const char *body;
    } rows[] = {
        {EFFECT_COMMENT, "{\"number\":0,\"at\":\"change\",\"body\":\"b\",\"marker\":\"m\"}"},
        {EFFECT_COMMENT, "{\"number\":1,\"at\":\"nowhere\",\"body\":\"b\",\"marker\":\"m\"}"},
        {EFFECT_COMMENT, "{\"number\":1,\"at\":\"change\",\"body\":\"b\",\"marker\":\"\"}"},
        {EFFECT_COMMENT, "{\"number\":1,\"at\":\"change\",\"marker\":\"m\"}"},
        {EFFECT_LABEL, "{\"number\":1,\"at\":\"change\",\"add\":[1]}"},
        {EFFECT_LABEL, "{\"at\":\"change\"}"},
        {EFFECT_PULL, "{\"head\":\"h\",\"title\":\"t\",\"marker\":\"m\"}"},
        {EFFECT_MERGE, "{\"number\":1,\"sha\":\"a\",\"method\":\"force\"}"},
        {EFFECT_DISPATCH, "{\"token\":\"k\"}"},
        {EFFECT_DISPATCH, "{\"token\":\"k\",\"workflow\":\"w\"}"},
        {EFFECT_DISPATCH, "{\"event\":\"x\"}"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        AUTO(arena_free) struct arena a = {0};
        struct err e = {0};
        struct effect x = {.kind = rows[i].kind, .body = rows[i].body};
        assert_int_equal(effect_body_read(&x, &a, &e), -1);
        assert_int_equal(e.cls, ERR_INVALID);
    }
}

static void keys_are_stable_and_differ_when_anything_differs(void **state)
{
    (void)state;
    char all[6][27], again[27];
    effect_key(1, EFFECT_STATUS, SV("build"), 0, all[0]);
    effect_key(2, EFFECT_STATUS, SV("build"), 0, all[1]);
    effect_key(1, EFFECT_ISSUE, SV("build"), 0, all[2]);
    effect_key(1, EFFECT_STATUS, SV("build2"), 0, all[3]);
    effect_key(1, EFFECT_STATUS, SV("build"), 1, all[4]);
    effect_key(1, EFFECT_STATUS, SV("0 5:build"), 0, all[5]);
    effect_key(1, EFFECT_STATUS, SV("build"), 0, again);
    assert_string_equal(all[0], again);
    for (size_t i = 0; i < 6; i++) {
        assert_int_equal(strlen(all[i]), 26);
        assert_int_equal(strspn(all[i], "0123456789abcdefghjkmnpqrstvwxyz"), 26);
        for (size_t k = 0; k < i; k++)
            assert_string_not_equal(all[i], all[k]);
    }
    /* Written down so that an upgrade cannot change keys that stand in a store; computed with Python's hashlib. */
    assert_string_equal(all[0], "89xkrgarmf68wf707h1px7cwk0");
}

static void fingerprints_do_not_run_into_each_other(void **state)
{
    (void)state;
    char a[27], b[27], c[27];
    effect_fingerprint(SV("github"), SV("acme/x"), SV("fp"), a);
    effect_fingerprint(SV("github"), SV("acme/xf"), SV("p"), b);
    effect_fingerprint(SV("github"), SV("acme/x"), SV("fp"), c);
    assert_string_equal(a, c);
    assert_string_not_equal(a, b);
    assert_string_equal(a, "8hyhwgj2zq85k9ff1t557pjgsj");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_state_and_kind_has_its_word),
        cmocka_unit_test(a_status_comes_back_as_it_was_written),
        cmocka_unit_test(an_issue_comes_back_as_it_was_written),
        cmocka_unit_test(a_check_comes_back_as_it_was_written),
        cmocka_unit_test(a_damaged_body_is_refused),
        cmocka_unit_test(what_was_read_is_written_the_same),
        cmocka_unit_test(a_body_that_names_no_place_is_refused),
        cmocka_unit_test(keys_are_stable_and_differ_when_anything_differs),
        cmocka_unit_test(fingerprints_do_not_run_into_each_other),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
