/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include "merge/memory.h"
#include "merge/three.h"
#include "unit/merge/texts.h"

static struct edits diff(const char *old, const char *new, struct arena *a, struct seq *ret_new)
{
    struct seq_names names = {0};
    struct seq x;
    struct edits e = {0};
    seq_lines(&names, sv_of(old), SEQ_EXACT, a, &x);
    seq_lines(&names, sv_of(new), SEQ_EXACT, a, ret_new);
    diff_seq(&x, ret_new, names.next, &e);
    seq_names_free(&names);
    return e;
}

static void a_diff_tells_what_changed_at_the_last_place_it_could_stand(void **state)
{
    static const struct {
        const char *old, *new, *edits;
    } rows[] = {
        {"", "", ""},
        {"a\n", "a\n", ""},
        {"", "a\nb\n", "0+0>0+2 "},
        {"a\nb\n", "", "0+2>0+0 "},
        {"a\nb\nc\n", "a\nx\nc\n", "1+1>1+1 "},
        {"f {\n}\n\ng {\n}\n", "f {\n}\n\nn {\n}\n\ng {\n}\n", "3+0>3+3 "},
        {"a\na\na\n", "a\na\na\na\n", "3+0>3+1 "},
        {"a\nb\nc\nd\n", "b\nc\nd\na\n", "0+1>0+0 4+0>3+1 "},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        AUTO(arena_free) struct arena a = {0};
        AUTO(buf_free) struct buf told = {0};
        struct seq s;
        AUTO(diff_free) struct edits e = diff(rows[i].old, rows[i].new, &a, &s);
        for (size_t k = 0; k < e.v.n; k++)
            buf_fmt(&told, "%zu+%zu>%zu+%zu ", e.v.at[k].a, e.v.at[k].a_n, e.v.at[k].b, e.v.at[k].b_n);
        assert_string_equal(told.p ? told.p : "", rows[i].edits);
    }
}

/* Whatever the diff says, the old text and the edits make the new one. */
static void edits_make_the_new_text_of_the_old_one(void **state)
{
    uint32_t random = 7;
    (void)state;
    for (int round = 0; round < 500; round++) {
        AUTO(arena_free) struct arena a = {0};
        AUTO(buf_free) struct buf old = {0}, new = {0}, made = {0};
        for (int i = 0; i < 30; i++) {
            random = random * 1664525 + 1013904223;
            if (random >> 28 < 13)
                buf_fmt(&old, "%u\n", random >> 20 & 7);
            if (random >> 24 % 16 < 13)
                buf_fmt(&new, "%u\n", random >> 16 & 7);
        }
        struct seq s, b;
        struct seq_names names = {0};
        AUTO(diff_free) struct edits e = diff(old.p ? old.p : "", new.p ? new.p : "", &a, &s);
        seq_lines(&names, buf_view(&old), SEQ_EXACT, &a, &b);
        seq_names_free(&names);
        size_t at = 0;
        for (size_t k = 0; k < e.v.n; k++) {
            buf_sv(&made, seq_range(&b, at, e.v.at[k].a - at));
            buf_sv(&made, seq_range(&s, e.v.at[k].b, e.v.at[k].b_n));
            at = e.v.at[k].a + e.v.at[k].a_n;
        }
        buf_sv(&made, seq_range(&b, at, b.n - at));
        assert_string_equal(made.p ? made.p : "", new.p ? new.p : "");
    }
}

static void what_one_side_changed_is_no_conflict(void **state)
{
    static const struct texts rows[] = {
        {"a.txt", "a\nb\nc\n", "a\nb\nc\n", "a\nx\nc\n", "a\nx\nc\n", MERGE_LINES},
        {"a.txt", "a\nb\nc\nd\n", "1\nb\nc\nd\n", "a\nb\nc\n4\n", "1\nb\nc\n4\n", MERGE_LINES},
        {"a.txt", "a\nb\n", "a\nx\n", "a\nx\n", "a\nx\n", MERGE_LINES},
        {"a.txt", "a\nb", "a\nb\nc", "x\nb", "x\nb\nc", MERGE_SPACE}, /* no line end at the end */
        {"a.txt", "", "", "", "", MERGE_LINES},
    };
    (void)state;
    check_rows(rows, 4);
    struct err e = {0};
    struct merge_texts nothing = texts_of(&rows[4]);
    AUTO(merge_result_free) struct merge_result r = {0};
    assert_int_equal(merge_file(&nothing, NULL, &r, &e), 0);
    assert_int_equal(r.text.n + r.left.n, 0);
}

static void what_is_no_text_is_refused(void **state)
{
    (void)state;
    static char large[MERGE_BYTES + 2];
    memset(large, 'a', sizeof large - 1);
    const struct sv bad[] = {SV("a\0b"), SV("<<<<<<< ours\n"), SV("a\n<<<<<<< ours\n"), sv_of(large)};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        struct merge_texts in = {"a.txt", SV("a\n"), bad[i], SV("b\n")};
        AUTO(merge_result_free) struct merge_result r = {0};
        struct err e = {0};
        assert_int_equal(merge_file(&in, NULL, &r, &e), -1);
        assert_int_equal(e.cls, ERR_INVALID);
    }
}

static const struct merge_texts clash = {"src/a.c", SV("one;\nlimit = 10;\ntwo;\n"), SV("one;\nlimit = 20;\ntwo;\n"),
                                         SV("one;\nlimit = 30;\ntwo;\n")};

static void a_hunk_is_told_with_its_line_and_key(void **state)
{
    (void)state;
    AUTO(merge_result_free) struct merge_result r = {0};
    struct err e = {0};
    char key[MERGE_KEY_LEN + 1];
    assert_int_equal(merge_file(&clash, NULL, &r, &e), 0);
    assert_int_equal(r.left.n, 1);
    assert_int_equal(r.left.at[0].line, 2);
    assert_true(sv_is(r.left.at[0].base, "limit = 10;\n") && sv_is(r.left.at[0].theirs, "limit = 30;\n"));
    /* who merges whom, and in which folder, makes no difference */
    merge_key("other/a.c", SV("limit = 10;\n"), SV("limit = 30;\n"), SV("limit = 20;\n"), key);
    assert_string_equal(r.left.at[0].key, key);
    merge_key("b.c", SV("limit = 10;\n"), SV("limit = 30;\n"), SV("limit = 20;\n"), key);
    assert_string_not_equal(r.left.at[0].key, key);
}

struct known {
    char key[MERGE_KEY_LEN + 1];
    struct buf text;
    int n;
};

static void learn(void *ctx, const char *key, struct sv resolution)
{
    struct known *k = ctx;
    memcpy(k->key, key, sizeof k->key);
    buf_clear(&k->text);
    buf_sv(&k->text, resolution);
    k->n++;
}

static bool recall(void *ctx, const char *key, struct buf *ret)
{
    struct known *k = ctx;
    if (strcmp(key, k->key) != 0)
        return false;
    buf_sv(ret, buf_view(&k->text));
    return true;
}

static void what_a_person_made_of_a_conflict_is_taken_the_next_time(void **state)
{
    (void)state;
    struct known k = {0};
    struct err e = {0};
    AUTO(merge_result_free) struct merge_result r = {0}, swapped = {0};
    assert_int_equal(merge_lessons(&clash, SV("one;\nlimit = 25; /* in between */\ntwo;\n"), learn, &k, &e), 0);
    assert_int_equal(k.n, 1);
    struct merge_memory memory = {recall, &k};
    assert_int_equal(merge_file(&clash, &memory, &r, &e), 0);
    assert_string_equal(r.text.p, "one;\nlimit = 25; /* in between */\ntwo;\n");
    assert_true(r.rules & (1u << MERGE_LEARNED));
    assert_int_equal(r.used.n, 1);
    assert_string_equal(r.used.at[0], k.key);
    struct merge_texts other = {clash.path, clash.base, clash.theirs, clash.ours};
    assert_int_equal(merge_file(&other, &memory, &swapped, &e), 0);
    assert_string_equal(swapped.text.p, r.text.p);
    buf_free(&k.text);
}

static void nothing_is_learned_where_a_person_did_more(void **state)
{
    (void)state;
    struct known k = {0};
    struct err e = {0};
    assert_int_equal(merge_lessons(&clash, SV("zero;\nlimit = 25;\nthree;\n"), learn, &k, &e), 0);
    assert_int_equal(k.n, 0);
    /* a hunk that was taken out as a whole is a lesson */
    assert_int_equal(merge_lessons(&clash, SV("one;\ntwo;\n"), learn, &k, &e), 0);
    assert_int_equal(k.n, 1);
    assert_int_equal(k.text.n, 0);
    buf_free(&k.text);
}

static void what_both_put_at_different_places_is_not_kept_twice(void **state)
{
    (void)state;
    struct texts t = {"a.c", "a();\nb();\nc();\nlimit = 10;\n", "a();\nadded(one, two, three);\nb();\nc();\nlimit = 10;\nx = 1;\n",
                      "a();\nb();\nc();\nadded(one, two, three);\nlimit = 20;\n", NULL, 0};
    check_texts(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_diff_tells_what_changed_at_the_last_place_it_could_stand),
        cmocka_unit_test(edits_make_the_new_text_of_the_old_one),
        cmocka_unit_test(what_one_side_changed_is_no_conflict),
        cmocka_unit_test(what_is_no_text_is_refused),
        cmocka_unit_test(a_hunk_is_told_with_its_line_and_key),
        cmocka_unit_test(what_a_person_made_of_a_conflict_is_taken_the_next_time),
        cmocka_unit_test(nothing_is_learned_where_a_person_did_more),
        cmocka_unit_test(what_both_put_at_different_places_is_not_kept_twice),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
