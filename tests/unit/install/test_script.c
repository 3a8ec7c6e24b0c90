/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include <stdio.h>
#include "hooks/install/script.h"

static const char nasty[] = "/opt/it's \"$HOME\" `id`\n;&|*\\/fettle-hook";

static struct script usual(enum script_form form)
{
    return (struct script){.hook = "pre-push",
                           .program = nasty,
                           .server = "unix:/run/a'b $c.sock",
                           .form = form,
                           .offline = OFFLINE_DENY,
                           .deadline_ms = 5000};
}

static void a_script_is_known_again_in_every_form(void **state)
{
    (void)state;
    static const enum script_form forms[] = {SCRIPT_ALONE, SCRIPT_CHAIN, SCRIPT_ALL, SCRIPT_PASS, SCRIPT_LINES};
    for (size_t i = 0; i < ARRAY_LEN(forms); i++) {
        AUTO(buf_free) struct buf text = {0};
        struct script s = usual(forms[i]);
        struct script_mark m;
        s.remarks = "made-folder";
        script_put(&s, &text);
        assert_true(script_find(buf_view(&text), &m));
        assert_true(m.whole && m.version == SCRIPT_VERSION && m.form == forms[i]);
        assert_true(sv_is(m.remarks, "made-folder") && m.begin == 0 && m.end == text.n);
    }
}

static void any_byte_that_changes_is_seen(void **state)
{
    (void)state;
    AUTO(buf_free) struct buf text = {0};
    struct script s = usual(SCRIPT_CHAIN);
    script_put(&s, &text);
    for (size_t i = 0; i < text.n; i++) {
        struct script_mark m;
        text.p[i] ^= 1;
        assert_false(script_find(buf_view(&text), &m) && m.whole && m.version == SCRIPT_VERSION);
        text.p[i] ^= 1;
    }
    buf_str(&text, "\n");
    struct script_mark m;
    assert_true(script_find(buf_view(&text), &m) && !m.whole);
}

static void lines_in_a_file_of_others_are_found_with_their_ends(void **state)
{
    (void)state;
    AUTO(buf_free) struct buf text = {0};
    struct script s = usual(SCRIPT_LINES);
    struct script_mark m;
    buf_str(&text, "#!/bin/sh\n");
    script_put(&s, &text);
    size_t end = text.n;
    buf_str(&text, "npm test");
    assert_true(script_find(buf_view(&text), &m) && m.whole);
    assert_int_equal(m.begin, 10);
    assert_int_equal(m.end, end);
    text.n = end - 4; /* the last line is cut */
    assert_true(script_find(buf_view(&text), &m) && !m.whole);
}

static void a_text_that_only_speaks_of_us_is_not_ours(void **state)
{
    (void)state;
    static const char *const texts[] = {"",
                                        "#!/bin/sh\n",
                                        "#!/bin/sh\necho '# fettle-hook 1 x'\n",
                                        "# fettle-hook \n",
                                        "# fettle-hook 0 0123456789abcdef alone\n",
                                        "# fettle-hook 1 0123456789abcdef else\n",
                                        "# fettle-hook 1 01",
                                        "# fettle-hook end\n"};
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        struct script_mark m;
        assert_false(script_find(sv_of(texts[i]), &m));
    }
}

/* What a shell makes of the words is what we meant by them. */
static void outside_text_stays_one_word_for_a_shell(void **state)
{
    (void)state;
    AUTO(buf_free) struct buf call = {0}, said = {0}, got = {0};
    struct script s = usual(SCRIPT_ALONE);
    s.token_file = "/a b/'t'";
    script_call(&s, &call);
    buf_fmt(&said, "set -- %s; printf '%%s|' \"$@\" > '%s/words.txt'", call.p, FETTLE_BINARY_DIR);
    assert_int_equal(system(said.p), 0);
    buf_clear(&said);
    buf_fmt(&said, "%s/words.txt", FETTLE_BINARY_DIR);
    FILE *f = fopen(said.p, "r");
    char text[1000];
    size_t n = fread(text, 1, sizeof text, f);
    fclose(f);
    buf_fmt(&got, "%s|--server|%s|--token-file|%s|--offline|deny|--deadline|5000|pre-push|", nasty, s.server,
            s.token_file);
    assert_true(sv_eq(sv_n(text, n), buf_view(&got)));
}

static void the_options_are_read_back_from_a_text(void **state)
{
    (void)state;
    AUTO(buf_free) struct buf text = {0}, again = {0};
    AUTO(arena_free) struct arena a = {0};
    struct script s = usual(SCRIPT_CHAIN), got = {.hook = s.hook, .program = s.program, .form = s.form};
    s.token_file = "''";
    s.ca = "/c a";
    script_put(&s, &text);
    assert_true(script_options(buf_view(&text), &a, &got));
    script_put(&got, &again);
    assert_true(sv_eq(buf_view(&text), buf_view(&again)));
    assert_false(script_options(SV("#!/bin/sh\nfettle-hook pre-push"), &a, &got));
    assert_false(script_options(SV("x --server 'unix:/cut"), &a, &got));
    assert_false(script_options(SV("x --server 'unix:/a' --ca"), &a, &got));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_script_is_known_again_in_every_form),
        cmocka_unit_test(any_byte_that_changes_is_seen),
        cmocka_unit_test(lines_in_a_file_of_others_are_found_with_their_ends),
        cmocka_unit_test(a_text_that_only_speaks_of_us_is_not_ours),
        cmocka_unit_test(outside_text_stays_one_word_for_a_shell),
        cmocka_unit_test(the_options_are_read_back_from_a_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
