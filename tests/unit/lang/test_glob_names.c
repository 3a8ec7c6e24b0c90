/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include "lang/glob_names.h"

static void list_of(const char *text, struct globs *ret, struct arena *a)
{
    struct err e = {0};
    struct sv rest = sv_of(text), one;
    *ret = (struct globs){0};
    while (sv_next(&rest, ' ', &one))
        if (globs_add(ret, one, a, &e) < 0)
            fail_msg("%s: %s", text, e.msg);
}

static void a_found_name_is_one_that_matches(void **state)
{
    (void)state;
    static const char *const names[] = {"src/b.c", "README.md", "docs/a.md", "src/a.c", "docs/x/b.md", "a"};
    static const struct {
        const char *list, *found, *other; /* NULL = none */
    } rows[] = {
        {"src/**", "src/a.c", "README.md"},
        {"**.md", "README.md", "a"},
        {"src/*.c", "src/a.c", "README.md"},
        {"**", "README.md", NULL},
        {"*", "README.md", "docs/a.md"},
        {"lib/**", NULL, "README.md"},
        {"**.rs", NULL, "README.md"},
        {"docs/** !docs/*.md", "docs/x/b.md", "README.md"},
        {"docs/** !docs/**", NULL, "README.md"},
        {"docs/** !docs/** **/b.md", "docs/x/b.md", "README.md"},
        {"!docs/**", NULL, "README.md"},
        {"docs/** src/** README.md", "docs/a.md", "a"},
        {"docs/** src/** README.md a", "docs/a.md", NULL},
        {"a", "a", "README.md"},
        {"**/x/**", "docs/x/b.md", "README.md"},
    };
    AUTO(arena_free) struct arena a = {0};
    struct glob_names l;
    glob_names_make(&l, names, ARRAY_LEN(names), &a);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct globs g;
        list_of(rows[i].list, &g, &a);
        struct sv found = glob_names_find(&l, &g), other = glob_names_find_other(&l, &g);
        if (!sv_eq(found, sv_of(rows[i].found)) || !sv_eq(other, sv_of(rows[i].other)))
            fail_msg("%s: found %.*s, other %.*s", rows[i].list, SV_ARG(found), SV_ARG(other));
    }
}

static void without_names_nothing_is_found(void **state)
{
    (void)state;
    AUTO(arena_free) struct arena a = {0};
    struct glob_names l;
    struct globs g;
    list_of("**", &g, &a);
    glob_names_make(&l, NULL, 0, &a);
    assert_null(glob_names_find(&l, &g).p);
    assert_null(glob_names_find_other(&l, &g).p);
}

static uint64_t seed = 7;
static unsigned pick(unsigned n)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(seed >> 33) % n;
}

static char *random_name(struct arena *a)
{
    static const char *const parts[] = {"a", "b", "ab", "/", "/", ".md", ".c", "\xc3\xa9"};
    AUTO(buf_free) struct buf b = {0};
    for (unsigned n = 1 + pick(6); n; n--)
        buf_str(&b, parts[pick(ARRAY_LEN(parts))]);
    return arena_dup(a, buf_view(&b));
}

static void random_list(struct arena *a, struct globs *ret)
{
    static const char *const parts[] = {"a", "b", "ab", "/", "*", "**", "**/", ".md", ".c", "[ab]", "a?", "b+", "\xc3\xa9"};
    *ret = (struct globs){0};
    for (unsigned n = 1 + pick(4); n;) {
        AUTO(buf_free) struct buf b = {0};
        struct err e = {0};
        buf_str(&b, pick(4) ? "" : "!");
        for (unsigned k = 1 + pick(5); k; k--)
            buf_str(&b, parts[pick(ARRAY_LEN(parts))]);
        n -= globs_add(ret, buf_view(&b), a, &e) == 0;
    }
}

/* The search looks at few names; asking each one must give the same. */
static void a_search_agrees_with_asking_each_name(void **state)
{
    (void)state;
    for (int round = 0; round < 3000; round++) {
        AUTO(arena_free) struct arena a = {0};
        const char *names[200];
        size_t n = pick(ARRAY_LEN(names)), hits = 0;
        struct glob_names l;
        struct globs g;
        for (size_t i = 0; i < n; i++)
            names[i] = random_name(&a);
        random_list(&a, &g);
        for (size_t i = 0; i < n; i++)
            hits += globs_match(&g, sv_of(names[i]));
        glob_names_make(&l, names, n, &a);
        struct sv found = glob_names_find(&l, &g), other = glob_names_find_other(&l, &g);
        if ((found.p != NULL) != (hits > 0) || (other.p != NULL) != (hits < n) || (found.p && !globs_match(&g, found)) ||
            (other.p && globs_match(&g, other)))
            fail_msg("round %d: %s…: %zu of %zu, found %.*s, other %.*s", round, g.text[0], hits, n, SV_ARG(found),
                     SV_ARG(other));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_found_name_is_one_that_matches),
        cmocka_unit_test(without_names_nothing_is_found),
        cmocka_unit_test(a_search_agrees_with_asking_each_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
