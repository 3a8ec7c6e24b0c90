/* SPDX-License-Identifier: Apache-2.0 */
/* How the emulated forge reads GraphQL documents: what it takes, where it says what is wrong, and that nothing is deep
 * or long enough to hurt. */
#include "server/lab/graphql.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

static void a_query_is_read_with_aliases_arguments_and_variables(void **state)
{
    (void)state;
    struct arena a = {0};
    struct err e = {0};
    struct gql_document d;
    struct sv text = SV("# what is asked\nquery Many($o: String!, $n: Int = 5) {\n  a0: repository(owner: $o, name: "
                        "\"a\\\"b\") {\n    refs(first: -3, states: [OPEN, CLOSED], x: null, y: true) { nodes { name } "
                        "}\n  }, plain\n}\n");
    assert_int_equal(gql_parse(text, &a, &d, &e), 0);
    assert_int_equal(d.n_variables, 2);
    assert_true(sv_is(d.variables[0].name, "o") && sv_is(d.variables[0].type, "String!"));
    assert_int_equal(d.variables[1].otherwise->number, 5);
    assert_int_equal(d.root->n_fields, 2);
    const struct gql_field *repo = d.root->fields[0], *refs = repo->fields[0];
    assert_true(sv_is(repo->key, "a0") && sv_is(repo->name, "repository"));
    assert_int_equal(repo->line, 3);
    assert_int_equal(repo->column, 3);
    assert_int_equal(repo->arguments[0].value->kind, GQL_VARIABLE);
    assert_true(sv_is(repo->arguments[1].value->text, "a\"b"));
    assert_int_equal(refs->arguments[0].value->number, -3);
    assert_int_equal(refs->arguments[1].value->n_items, 2);
    assert_true(sv_is(refs->arguments[1].value->items[1]->text, "CLOSED"));
    assert_int_equal(refs->arguments[2].value->kind, GQL_NULL);
    assert_int_equal(refs->arguments[3].value->kind, GQL_BOOL);
    assert_true(sv_is(d.root->fields[1]->key, "plain"));
    arena_free(&a);
}

static void what_it_does_not_understand_is_refused_with_its_line(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int line;
    } rows[] = {
        {"", 1},
        {"{", 1},
        {"{ }", 1},
        {"{ a", 1},
        {"mutation { a }", 1},
        {"{ a }\n{ b }", 2},
        {"{\n a(", 2},
        {"{ a() }", 1},
        {"{ a(b) }", 1},
        {"{ a(b:) }", 1},
        {"{ a: }", 1},
        {"{ ...x }", 1},
        {"{ a @skip }", 1},
        {"{ a(b: {c: 1}) }", 1},
        {"{ a(b: \"x) }", 1},
        {"{ a(b: \"\"\"x\"\"\") }", 1},
        {"{ a(b: \"\\q\") }", 1},
        {"{ a(b: 1.5) }", 1},
        {"query($x) { a }", 1},
        {"query(x: Int) { a }", 1},
        {"{ a(b: [1) }", 1},
        {"{ a } x", 1},
        {"{\n\n a(b: --1) }", 3},
        {"{ a(b: \"\\", 1},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct arena a = {0};
        struct err e = {0};
        struct gql_document d;
        if (gql_parse(sv_of(rows[i].text), &a, &d, &e) != -1 || e.code != rows[i].line || e.cls != ERR_INVALID)
            fail_msg("%s: line %d, %s", rows[i].text, e.code, e.msg);
        arena_free(&a);
    }
}

static void depth_and_number_are_bounded(void **state)
{
    (void)state;
    AUTO(buf_free) struct buf deep = {0}, wide = {0}, lists = {0};
    struct err e = {0};
    struct gql_document d;
    const struct buf *all[] = {&deep, &wide, &lists};
    for (int i = 0; i < 100000; i++)
        buf_str(&deep, "{a");
    buf_chr(&wide, '{');
    for (int i = 0; i < 6000; i++)
        buf_str(&wide, "a ");
    buf_chr(&wide, '}');
    buf_str(&lists, "{a(b:");
    for (int i = 0; i < 100000; i++)
        buf_chr(&lists, '[');
    for (size_t i = 0; i < ARRAY_LEN(all); i++) {
        struct arena a = {0};
        assert_int_equal(gql_parse(buf_view(all[i]), &a, &d, &e), -1);
        arena_free(&a);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_query_is_read_with_aliases_arguments_and_variables),
        cmocka_unit_test(what_it_does_not_understand_is_refused_with_its_line),
        cmocka_unit_test(depth_and_number_are_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
