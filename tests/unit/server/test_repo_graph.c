/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include "server/api/repo_graph.h"

/* The picture of these, parsed; the caller frees it. */
static struct jdoc *picture(struct repo *at, size_t n)
{
    const struct repo_set s = {.at = at, .n = n};
    AUTO(buf_free) struct buf b = {0};
    struct jout j = {.buf = &b};
    struct jdoc *doc = NULL;
    struct err e = {0};
    repo_graph_json(&s, &j);
    assert_int_equal(jdoc_parse(buf_view(&b), NULL, &doc, &e), 0);
    return doc;
}

static int64_t member(const struct jval *v, const char *key)
{
    int64_t n = -1;
    assert_true(jval_int(jval_get(v, key), &n));
    return n;
}

static int64_t place(const struct jval *root, const char *name, const char *key)
{
    const struct jval *boxes = jval_get(root, "boxes");
    for (size_t i = 0; i < jval_len(boxes); i++)
        if (sv_is(jval_str(jval_get(jval_item(boxes, i), "name")), name))
            return member(jval_item(boxes, i), key);
    fail_msg("there is no box of %s", name);
    return 0;
}

static void each_repository_stands_behind_what_it_depends_on(void **state)
{
    (void)state;
    const char *on_lib[] = {"lib"}, *on_both[] = {"lib", "api", "nowhere"};
    struct repo at[] = {{.alias = "web", .dependencies = on_both, .n_dependencies = 3},
                        {.alias = "alone"},
                        {.alias = "api", .dependencies = on_lib, .n_dependencies = 1},
                        {.alias = "lib"}};
    struct jdoc *doc = picture(at, 4);
    const struct jval *root = jdoc_root(doc), *edges = jval_get(root, "edges");
    assert_int_equal(jval_len(jval_get(root, "boxes")), 3);
    assert_true(place(root, "lib", "x") < place(root, "api", "x"));
    assert_true(place(root, "api", "x") < place(root, "web", "x"));
    assert_true(place(root, "web", "x") + place(root, "web", "w") <= member(root, "width"));
    assert_int_equal(jval_len(edges), 2); /* lib -> web is implied */
    int64_t x = 0;
    assert_true(jval_int(jval_item(jval_get(jval_item(edges, 0), "points"), 0), &x));
    assert_true(x > 0);
    jdoc_free(&doc);
}

static void without_dependencies_there_is_nothing_to_draw_and_a_circle_is_drawn_without_lines(void **state)
{
    (void)state;
    const char *on_a[] = {"a"}, *on_b[] = {"b"};
    struct repo at[] = {{.alias = "a"}, {.alias = "b"}};
    struct jdoc *doc = picture(at, 2);
    assert_int_equal(jval_len(jval_get(jdoc_root(doc), "boxes")), 0);
    jdoc_free(&doc);
    at[0] = (struct repo){.alias = "a", .dependencies = on_b, .n_dependencies = 1};
    at[1] = (struct repo){.alias = "b", .dependencies = on_a, .n_dependencies = 1};
    doc = picture(at, 2);
    assert_int_equal(jval_len(jval_get(jdoc_root(doc), "boxes")), 2);
    assert_int_equal(jval_len(jval_get(jdoc_root(doc), "edges")), 0);
    jdoc_free(&doc);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_repository_stands_behind_what_it_depends_on),
        cmocka_unit_test(without_dependencies_there_is_nothing_to_draw_and_a_circle_is_drawn_without_lines),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
