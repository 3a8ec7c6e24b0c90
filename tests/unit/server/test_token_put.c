/* SPDX-License-Identifier: Apache-2.0 */
/* A token's entry into texts of all forms. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include "server/cli/token.h"

#define ENTRY "{name: \"b\", hash: \"sha256:00\", scopes: [read]}"

static void an_entry_goes_where_its_list_is_and_all_else_stays(void **state)
{
    (void)state;
    static const struct {
        const char *before, *after;
    } rows[] = {
        {"listen: []\n", "listen: []\napi:\n  tokens:\n    - " ENTRY "\n"},
        {"listen: [] # no line end", "listen: [] # no line end\napi:\n  tokens:\n    - " ENTRY "\n"},
        {"api: {tokens: []} # one\nslots: 2\n", "api: {tokens: [" ENTRY "]} # one\nslots: 2\n"},
        {"api: {tokens: [{name: a}]}\nslots: 2\n", "api: {tokens: [{name: a}, " ENTRY "]}\nslots: 2\n"},
        {"api: {}\n", "api: {tokens: [" ENTRY "]}\n"},
        {"api:\n  tokens: [\n    {name: a} # first\n  ]\n",
         "api:\n  tokens: [\n    {name: a} # first\n  , " ENTRY "]\n"},
        {"api:\n  tokens:\n  - {name: a} # first\n# more\nslots: 2\n",
         "api:\n  tokens:\n  - {name: a} # first\n  - " ENTRY "\n# more\nslots: 2\n"},
        {"api:\n    tokens:\n        # the first\n        - name: a\n          scopes:\n            - read\n\nslots: "
         "2\n",
         "api:\n    tokens:\n        # the first\n        - name: a\n          scopes:\n            - read\n        "
         "- " ENTRY "\n\nslots: 2\n"},
        {"api:\n  tokens:\n    - {name: a}", "api:\n  tokens:\n    - {name: a}\n    - " ENTRY "\n"},
        {"api:\r\n  tokens:\r\n    - {name: a}\r\nslots: 2\r\n",
         "api:\r\n  tokens:\r\n    - {name: a}\r\n    - " ENTRY "\nslots: 2\r\n"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        AUTO(buf_free) struct buf out = {0};
        struct err e = {0};
        if (token_put(sv_of(rows[i].before), ENTRY, &out, &e) < 0)
            fail_msg("row %zu: %s", i, e.msg);
        assert_string_equal(out.p, rows[i].after);
    }
}

static void a_text_of_another_form_stays_as_it_is(void **state)
{
    (void)state;
    static const char *const rows[] = {
        "{listen: []}\n",                            /* no keys in lines */
        "listen: []\n...\n",                         /* behind the end */
        "listen: []\napi:\n",                        /* nothing to go into */
        "listen: []\napi: {tokens: x}\n",            /* no list */
        "x: &a [{name: a}]\napi: {tokens: *a}\n",    /* another's list */
        "listen: []\n  bad\n",                       /* no YAML */
        "api:\n  tokens:\n    -\n      {name: a}\n", /* no dash in its line */
        "",
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        AUTO(buf_free) struct buf out = {0};
        struct err e = {0};
        if (token_put(sv_of(rows[i]), ENTRY, &out, &e) == 0)
            fail_msg("row %zu became %s", i, out.p);
        assert_true(out.n == 0 && e.msg[0]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_entry_goes_where_its_list_is_and_all_else_stays),
        cmocka_unit_test(a_text_of_another_form_stays_as_it_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
