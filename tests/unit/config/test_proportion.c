/* SPDX-License-Identifier: Apache-2.0 */
/* The texts of tests/bench/read: memory grows as the text does, and processor time is far below what a square takes. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include "base/clk.h"
#include "bench/texts.h"
#include "config/name_index.h"
#include "config/workflow_set.h"

enum { SMALL = 32 << 10, LARGE = 256 << 10 };

struct cost {
    size_t memory, bytes, shown;
    int64_t cpu_us;
};

static struct cost cost_of(const struct text *t, size_t bytes)
{
    AUTO(arena_free) struct arena a = {0};
    AUTO(problems_free) struct problems p = {0};
    AUTO(buf_free) struct buf text = {0}, shown = {0};
    struct workflow_file file;
    text_make(t, bytes, &text);
    int64_t start = clk_cpu_us();
    workflow_file_read(buf_view(&text), "ci.yml", NULL, NULL, &a, &p, &file);
    workflow_set_check(&file, 1, &a, &p);
    problems_write(&p, &shown);
    assert_true(p.list.n <= PROBLEMS_MAX);
    return (struct cost){a.used + p.arena.used, text.n, shown.n, clk_cpu_us() - start};
}

static void a_text_of_any_kind_costs_in_proportion_to_its_size(void **state)
{
    (void)state;
    for (size_t i = 0; i < n_texts; i++) {
        if (texts[i].kind != TEXT_WORKFLOW)
            continue;
        struct cost small = cost_of(&texts[i], SMALL), large = cost_of(&texts[i], LARGE);
        assert_true(small.bytes <= SMALL && large.bytes <= LARGE && large.bytes > SMALL);
        /* What is limited in number has room of its own: jobs, steps, problems. */
        size_t most = (size_t)((double)small.memory * (double)large.bytes / (double)small.bytes * 1.5) + (1 << 20);
        if (large.memory > most || large.shown > 200000 || large.cpu_us > 3000000)
            fail_msg("%s: %zu bytes take %zu of memory, %zu of problems, %lld us; %zu bytes take %zu", texts[i].name,
                     large.bytes, large.memory, large.shown, (long long)large.cpu_us, small.bytes, small.memory);
    }
}

/* ---- places ---- */

static size_t walked_to(struct sv source, struct ymark at)
{
    for (int line = 1; line < at.line; line++) {
        ptrdiff_t newline = sv_chr(source, '\n');
        if (newline < 0)
            return SIZE_MAX;
        source = sv_from(source, (size_t)newline + 1);
    }
    return source.n - sv_from(source, sv_cut_chars(source, (size_t)at.col - 1).n).n;
}

static void places_are_those_of_a_walk_through_the_text(void **state)
{
    (void)state;
    static const char *const words[] = {"a", "é", "€", "😀", "\n", "\r\n", "\t", "wörter und mehr"};
    AUTO(arena_free) struct arena a = {0};
    AUTO(buf_free) struct buf text = {0};
    unsigned seed = 7;
    for (int i = 0; i < 4000; i++) {
        seed = seed * 1103515245u + 12345u;
        buf_str(&text, words[seed >> 16 & 7]);
        for (int k = 0; (seed >> 20) % 500 == 0 && k < 6000; k++) /* some lines are very long */
            buf_str(&text, words[2]);
    }
    struct sv source = buf_view(&text), rest = source, line;
    struct places *p = places_new(source, &a);
    int n = 0;
    while (sv_next(&rest, '\n', &line)) {
        size_t start = (size_t)(line.p - source.p);
        line = sv_ends(line, SV("\r")) ? sv_cut(line, line.n - 1) : line;
        assert_true(sv_eq(places_line(p, ++n), line) && places_line(p, n).p == line.p);
        for (int col = 1; col < 12000; col += col < 40 ? 1 : 977) {
            size_t want = walked_to(source, (struct ymark){n, col});
            assert_int_equal(places_offset(p, (struct ymark){n, col}), start + want);
        }
    }
    assert_true(n > 500);
    assert_null(places_line(p, n + 1).p);
    assert_int_equal(places_offset(p, (struct ymark){n + 1, 1}), source.n);
}

static void the_places_of_nothing_are_at_its_end(void **state)
{
    (void)state;
    AUTO(arena_free) struct arena a = {0};
    struct places *p = places_new(SV_NONE, &a);
    assert_int_equal(places_offset(p, (struct ymark){1, 1}), 0);
    assert_null(places_line(p, 1).p);
    p = places_new(SV("x\n"), &a);
    assert_int_equal(places_line(p, 2).n, 0);
    assert_non_null(places_line(p, 2).p);
    assert_null(places_line(p, 0).p);
}

/* ---- names ---- */

static void names_are_found_whatever_their_number(void **state)
{
    (void)state;
    AUTO(arena_free) struct arena a = {0};
    AUTO(name_index_free) struct name_index any = {.fold = NAMES_ANY_CASE}, exact = {0};
    for (size_t i = 0; i < 100; i++) {
        const char *name = arena_fmt(&a, "Name-%zu-%0*d", i, i % 10 ? 1 : 400, 0);
        assert_int_equal(name_index_find(&any, sv_of(name)), -1);
        assert_int_equal(name_index_add(&any, name), i);
        assert_int_equal(name_index_add(&exact, name), i);
        char *other = arena_strdup(&a, name);
        other[0] = 'n';
        for (size_t k = 0; k <= i; k++)
            assert_int_equal(name_index_find(&any, sv_of(any.names.at[k])), k);
        assert_int_equal(name_index_find(&any, sv_of(other)), i);
        assert_int_equal(name_index_add(&any, other), i);
        assert_int_equal(name_index_find(&exact, sv_of(other)), -1);
    }
    assert_int_equal(any.names.n, 100);
    assert_int_equal(name_index_find(&any, SV("")), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_text_of_any_kind_costs_in_proportion_to_its_size),
        cmocka_unit_test(places_are_those_of_a_walk_through_the_text),
        cmocka_unit_test(the_places_of_nothing_are_at_its_end),
        cmocka_unit_test(names_are_found_whatever_their_number),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
