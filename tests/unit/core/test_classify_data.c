/* SPDX-License-Identifier: Apache-2.0 */
/* Hand-labelled failures of other people's workflows, as far as they are there: gha_failures.tsv, whose causes
 * classes.tsv maps to ours. Many excerpts are prose about a log. The cases are halved by a hash of their repository:
 * the rules were written with one half in sight, the other one is scored alone. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <stdio.h>
#include <cmocka.h>
#include "base/file.h"
#include "core/classify.h"

enum { SEEN, UNSEEN, HALVES, FIELDS = 5 };
enum { CAUSE = 1, REPOSITORY, RUN, EXCERPT };

struct tally {
    size_t cases, right;
};

/* FNV-1a, 64 bit; the upper half is the better one. */
static int half_of(struct sv repository)
{
    uint64_t h = 0xcbf29ce484222325u;
    for (size_t i = 0; i < repository.n; i++)
        h = (h ^ (unsigned char)repository.p[i]) * 0x100000001b3u;
    return (h >> 32) & 1 ? UNSEEN : SEEN;
}

/* The class that a cause is mapped to; absent = not counted. */
static struct sv class_of(struct sv classes, struct sv cause)
{
    struct sv line, name;
    while (classes.n && sv_next(&classes, '\n', &line))
        if (sv_next(&line, '\t', &name) && sv_eq(name, cause))
            return sv_is(sv_trim(line), "-") ? SV_NONE : sv_trim(line);
    return SV_NONE;
}

static void score(struct sv classes, struct sv line, const struct log_rules *rules, struct tally *halves)
{
    struct sv field[FIELDS] = {{NULL, 0}};
    for (size_t i = 0; i < FIELDS && sv_next(&line, '\t', &field[i]);)
        i++;
    struct sv class = class_of(classes, field[CAUSE]);
    if (!class.n)
        return;
    AUTO(arena_free) struct arena a = {0};
    struct failure f;
    struct tally *t = &halves[half_of(field[REPOSITORY])];
    failure_classify(&(struct failure_signs){.exit_code = 1, .tail = field[EXCERPT]}, rules, &a, &f);
    bool right = sv_is(class, failure_class_name[f.class]);
    t->cases++;
    t->right += right;
    if (half_of(field[REPOSITORY]) == SEEN && getenv("FETTLE_SHOW"))
        printf("%s %.*s, said to be %s (%s, %d): %.*s\n", right ? "right" : "WRONG", SV_ARG(class),
               failure_class_name[f.class], f.rule ? f.rule : "-", f.confidence, SV_ARG(field[EXCERPT]));
}

static void causes_are_found_in_other_peoples_failures(void **state)
{
    const char *dir = getenv("FETTLE_DATA") ? getenv("FETTLE_DATA") : FETTLE_SOURCE_DIR "/../shared/data";
    AUTO(buf_free) struct buf path = {0}, table = {0}, classes = {0};
    AUTO(log_rules_free) struct log_rules *rules = NULL;
    struct tally halves[HALVES] = {{0, 0}};
    struct err e = {0};
    struct sv line;
    (void)state;
    buf_fmt(&path, "%s/flaky/classes.tsv", dir);
    if (file_read(path.p, 1 << 20, &classes, &e) < 0) {
        print_message("skipped: %s\n", e.msg);
        skip();
    }
    buf_clear(&path);
    buf_fmt(&path, "%s/flaky/gha_failures.tsv", dir);
    assert_int_equal(file_read(path.p, 8 << 20, &table, &e), 0);
    assert_int_equal(log_rules_new(NULL, 0, &rules, &e), 0);
    struct sv rest = buf_view(&table);
    assert_true(sv_next(&rest, '\n', &line));
    while (rest.n && sv_next(&rest, '\n', &line))
        score(buf_view(&classes), line, rules, halves);
    print_message("seen half: %zu of %zu right; unseen half: %zu of %zu right\n", halves[SEEN].right,
                  halves[SEEN].cases, halves[UNSEEN].right, halves[UNSEEN].cases);
    size_t cases = halves[SEEN].cases + halves[UNSEEN].cases, right = halves[SEEN].right + halves[UNSEEN].right;
    assert_true(cases > 0 && right * 10 >= cases * 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(causes_are_found_in_other_peoples_failures)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
