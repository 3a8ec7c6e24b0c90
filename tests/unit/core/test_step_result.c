/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include "core/step_result.h"

/* What came out, as one text: "name=value|" of pairs, "entry|" of PATH. */
static void put_pairs(struct buf *b, const struct name_values *p)
{
    for (size_t i = 0; i < p->v.n; i++)
        buf_fmt(b, "%s=%s|", p->v.at[i].name, p->v.at[i].value);
}

static void is(const char *what, const char *got, const char *want)
{
    if (!want ? got != NULL : !got || strcmp(got, want) != 0)
        fail_msg("%s\n got: %s\nwant: %s", what, got ? got : "(none)", want ? want : "(none)");
}

static void output_and_env_files_are_read_as_github_reads_them(void **state)
{
    (void)state;
    static const struct {
        const char *text, *want, *problem;
    } rows[] = {
        {"", "", NULL},
        {"\n\n", "", NULL},
        {"a=1", "a=1|", NULL},
        {"a=1\n", "a=1|", NULL},
        {"a=1\r\nb=2\r\n", "a=1|b=2|", NULL},
        {"a=\n", "a=|", NULL},
        {"a=b=c\n", "a=b=c|", NULL},
        {"a= x \n", "a= x |", NULL},
        {" a =1\n", " a =1|", NULL},
        {"a=1\na=2\n", "a=2|", NULL},
        {"a=1\nb=2\na=3\n", "a=3|b=2|", NULL},
        {"a=x<<y\n", "a=x<<y|", NULL},
        {"a=1\n\n\nb=2\n", "a=1|b=2|", NULL},
        {"\xef\xbb\xbf" "a=1\n", "a=1|", NULL},
        {"a<<EOF\nEOF\n", "a=|", NULL},
        {"a<<EOF\nEOF", "a=|", NULL},
        {"a<<EOF\none\nEOF\n", "a=one|", NULL},
        {"a<<EOF\none\ntwo\nEOF\nb=2\n", "a=one\ntwo|b=2|", NULL},
        {"a<<EOF\r\none\r\ntwo\r\nEOF\r\n", "a=one\ntwo|", NULL},
        {"a<<EOF\n\none\n\nEOF\n", "a=\none\n|", NULL},
        {"a<<EOF\n\nEOF\n", "a=|", NULL},
        {"a<<EOF\n\n\nEOF\n", "a=\n|", NULL},
        {"a<<EOF\n EOF\nEOF \nEOF\n", "a= EOF\nEOF |", NULL},
        {"a<<EOF\nb=1\nc<<X\nEOF\n", "a=b=1\nc<<X|", NULL},
        {"a<<b=c\nx\nb=c\n", "a=x|", NULL},
        {"a<< EOF\nx\n EOF\n", "a=x|", NULL},
        {"a<<b<<c\nx\nb<<c\n", "a=x|", NULL},
        {"a.b-c/d=1\n", "a.b-c/d=1|", NULL},
        {"a=\xc3\xa9\xe2\x98\x95\n", "a=\xc3\xa9\xe2\x98\x95|", NULL},
        {"a=\xff\xc3\n", "a=\xef\xbf\xbd\xef\xbf\xbd|", NULL},
        {"a\rb=1\n", "a\rb=1|", NULL},
        {"a=x\n=1\n", "a=x|", "GITHUB_OUTPUT, line 2: the name is empty: =1"},
        {"hello\n", "", "GITHUB_OUTPUT, line 1: neither name=value nor name<<DELIMITER: hello"},
        {"\na=1\nhello world\nb=2\n", "a=1|",
         "GITHUB_OUTPUT, line 3: neither name=value nor name<<DELIMITER: hello world"},
        {"<<EOF\nEOF\n", "", "GITHUB_OUTPUT, line 1: the name is empty: <<EOF"},
        {"a<<\nx\n\n", "", "GITHUB_OUTPUT, line 1: the delimiter is empty: a<<"},
        {"a=1\nb<<EOF\nx\n", "a=1|", "GITHUB_OUTPUT, line 2: the delimiter does not come again: EOF"},
        {"b<<EOF", "", "GITHUB_OUTPUT, line 1: the delimiter does not come again: EOF"},
        {"b<<EOF\nEOF2\n", "", "GITHUB_OUTPUT, line 1: the delimiter does not come again: EOF"},
        {"   \n", "", "GITHUB_OUTPUT, line 1: neither name=value nor name<<DELIMITER"},
        {"\033[31mred\033[0m\n", "", "GITHUB_OUTPUT, line 1: neither name=value nor name<<DELIMITER: red"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct step_result r = {0};
        AUTO(buf_free) struct buf b = {0};
        buf_str(&b, "");
        step_result_file(&r, RESULT_OUTPUT, sv_of(rows[i].text));
        put_pairs(&b, &r.outputs);
        is(rows[i].text, b.p ? b.p : "", rows[i].want);
        is(rows[i].text, r.problem, rows[i].problem);
        assert_int_equal(r.env.v.n + r.state.v.n + r.path.v.n + r.notes.v.n, 0);
        step_result_free(&r);
    }
}

static void each_file_goes_to_its_place(void **state)
{
    (void)state;
    struct step_result r = {0};
    AUTO(buf_free) struct buf b = {0};
    step_result_file(&r, RESULT_OUTPUT, SV("o=1\n"));
    step_result_file(&r, RESULT_ENV, SV("e=1\n"));
    step_result_file(&r, RESULT_STATE, SV("s=1\n"));
    step_result_file(&r, RESULT_SUMMARY, SV("# Done\n\xff\n"));
    step_result_file(&r, RESULT_OUTPUT, SV("o=2\np=3\n"));
    put_pairs(&b, &r.outputs);
    put_pairs(&b, &r.env);
    put_pairs(&b, &r.state);
    is("all", b.p, "o=2|p=3|e=1|s=1|");
    is("summary", r.summary, "# Done\n\xef\xbf\xbd\n");
    is("problem", r.problem, NULL);
    step_result_free(&r);
    assert_null(r.outputs.v.at);
    for (int i = 0; i < RESULT_FILE_N; i++)
        assert_true(result_file_name[i][0]);
}

static void path_entries_keep_their_order_and_a_repeated_one_moves_to_the_end(void **state)
{
    (void)state;
    static const struct {
        const char *text, *want;
    } rows[] = {
        {"/a\n/b\n", "/a|/b|"},
        {"/a\r\n\r\n/b", "/a|/b|"},
        {"/a\n/b\n/a\n", "/b|/a|"},
        {"/a\n/a\n/a\n", "/a|"},
        {"/with blank\nrelative=x\n", "/with blank|relative=x|"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct step_result r = {0};
        AUTO(buf_free) struct buf b = {0};
        step_result_file(&r, RESULT_PATH, sv_of(rows[i].text));
        for (size_t k = 0; k < r.path.v.n; k++)
            buf_fmt(&b, "%s|", r.path.v.at[k]);
        is(rows[i].text, b.p, rows[i].want);
        is(rows[i].text, r.problem, NULL);
        step_result_free(&r);
    }
}

static void names_that_change_how_programs_start_are_refused_in_env_alone(void **state)
{
    (void)state;
    static const char *const names[] = {"NODE_OPTIONS", "node_options", "LD_PRELOAD", "LD_LIBRARY_PATH", "GITHUB_TOKEN",
                                        "GITHUB_OUTPUT", "FETTLE_ATTEMPT", "RUNNER_TEMP", "ld_audit"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        struct step_result r = {0};
        AUTO(buf_free) struct buf b = {0};
        buf_fmt(&b, "A=1\n%s=x\nB<<E\n2\nE\n", names[i]);
        step_result_file(&r, RESULT_ENV, buf_view(&b));
        step_result_file(&r, RESULT_OUTPUT, buf_view(&b));
        assert_int_equal(r.env.v.n, 2);
        assert_int_equal(r.outputs.v.n, 3);
        assert_int_equal(r.notes.v.n, 1);
        assert_int_equal(r.notes.v.at[0].level, NOTE_ERROR);
        assert_non_null(strstr(r.notes.v.at[0].text, names[i]));
        is(names[i], r.problem, NULL);
        step_result_free(&r);
    }
}

static void a_nul_byte_is_a_problem(void **state)
{
    (void)state;
    static const struct {
        enum result_file which;
        struct sv text;
        const char *problem;
    } rows[] = {
        {RESULT_OUTPUT, {"a=x\0y\n", 6}, "GITHUB_OUTPUT, line 1: a NUL byte: a=xy"},
        {RESULT_ENV, {"a\0=y\n", 5}, "GITHUB_ENV, line 1: a NUL byte: a=y"},
        {RESULT_STATE, {"a<<E\n\0\nE\n", 9}, "GITHUB_STATE, line 1: a NUL byte in the value of: a"},
        {RESULT_PATH, {"/a\n/b\0\n", 7}, "GITHUB_PATH, line 2: a NUL byte: /b"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct step_result r = {0};
        step_result_file(&r, rows[i].which, rows[i].text);
        is("problem", r.problem, rows[i].problem);
        step_result_free(&r);
    }
}

static void limits_hold(void **state)
{
    (void)state;
    struct step_result r = {0};
    AUTO(buf_free) struct buf b = {0};
    for (int i = 0; i <= RESULT_NAMES_MAX; i++)
        buf_fmt(&b, "n%d=1\n", i);
    step_result_file(&r, RESULT_OUTPUT, buf_view(&b));
    assert_int_equal(r.outputs.v.n, RESULT_NAMES_MAX);
    is("names", r.problem, "GITHUB_OUTPUT, line 1001: more than 1000 names");
    step_result_file(&r, RESULT_PATH, buf_view(&b));
    assert_int_equal(r.path.v.n, RESULT_NAMES_MAX);
    step_result_free(&r);

    buf_clear(&b);
    while (b.n < RESULT_FILE_MAX)
        buf_str(&b, "a=\n");
    buf_chr(&b, '\n');
    step_result_file(&r, RESULT_ENV, buf_view(&b));
    is("size", r.problem, "GITHUB_ENV is larger than 1048576 bytes");
    assert_int_equal(r.env.v.n, 0);
    step_result_free(&r);
    step_result_file(&r, RESULT_SUMMARY, buf_view(&b));
    is("summary", r.summary, NULL);
    is("a summary does not fail the step", r.problem, NULL);
    assert_int_equal(r.notes.v.n, 1);
    step_result_free(&r);
    step_result_file(&r, RESULT_ENV, sv_cut(buf_view(&b), RESULT_FILE_MAX));
    assert_int_equal(r.env.v.n, 1);
    step_result_free(&r);
}

/* One line a note: level file:line-end_line:col-end_col title text; what is not there is left out. */
static void put_notes(struct buf *b, const struct step_result *r)
{
    buf_str(b, "");
    for (size_t i = 0; i < r->notes.v.n; i++) {
        const struct step_note *n = &r->notes.v.at[i];
        buf_fmt(b, "%s", note_level_name[n->level]);
        if (n->file)
            buf_fmt(b, " %s", n->file);
        if (n->line)
            buf_fmt(b, ":%d", n->line);
        if (n->end_line)
            buf_fmt(b, "-%d", n->end_line);
        if (n->col)
            buf_fmt(b, ":%d", n->col);
        if (n->end_col)
            buf_fmt(b, "-%d", n->end_col);
        buf_fmt(b, "%s%s%s {%s}", n->title ? " [" : "", n->title ? n->title : "", n->title ? "]" : "", n->text);
    }
}

static void notes_are(const char *log, const char *want)
{
    struct step_result r = {0};
    AUTO(buf_free) struct buf b = {0};
    struct result_place place = {SV("/w/7"), SV("sub")};
    step_result_log(&r, sv_of(log), &place);
    put_notes(&b, &r);
    is(log, b.p ? b.p : "", want);
    assert_int_equal(r.notes_cut, 0);
    step_result_free(&r);
}

static void commands_in_the_output_become_notes(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {"", ""},
        {"::error::it broke", "error {it broke}"},
        {"::warning::w\n::notice::n\n", "warning {w}notice {n}"},
        {"  \t::error::blanks before\r\n", "error {blanks before}"},
        {"x ::error::not at the start", ""},
        {"::ERROR::any case", "error {any case}"},
        {"::Error File=a.c,LINE=3::x", "error a.c:3 {x}"},
        {"::error", ""},
        {"::error:", ""},
        {"::error::", ""},
        {"::error:: ", ""},
        {": :error::x", ""},
        {"::unknown::x", ""},
        {":::error::x", ""},
        {"::error file=a.c,line=10,endLine=11,title=Bad thing::text", "error a.c:10-11 [Bad thing] {text}"},
        {"::error file=a.c,line=10,col=2,endColumn=7::t", "error a.c:10:2-7 {t}"},
        {"::error file=a.c,line=10,endLine=10,col=2::t", "error a.c:10-10:2 {t}"},
        {"::error file=a.c,line=10,endLine=12,col=2,endColumn=3::t", "error a.c:10-12 {t}"},
        {"::error file=a.c,endLine=12::t", "error a.c:12-12 {t}"},
        {"::error file=a.c,line=12,endLine=10::t", "error a.c {t}"},
        {"::error file=a.c,line=1,col=5,endColumn=3::t", "error a.c:1 {t}"},
        {"::error file=a.c,line=1,endColumn=3::t", "error a.c:1:3-3 {t}"},
        {"::error file=a.c,col=5::t", "error a.c {t}"},
        {"::error file=a.c,line=x::t", "error a.c {t}"},
        {"::error file=a.c,line=-4::t", "error a.c {t}"},
        {"::error file=a.c,line=99999999999::t", "error a.c {t}"},
        {"::error file=,line=::t", "error {t}"},
        {"::error file::t", "error {t}"},
        {"::error line=1,line=2,file=a::t", "error a:2 {t}"},
        {"::error ,,file=a.c,,::t", "error a.c {t}"},
        {"::error title=a%2Cb%3Ac%25d%0Ae::t", "error [a,b:c%d\ne] {t}"},
        {"::error title=a=b::t", "error [a=b] {t}"},
        {"::error::a%0Ab%0D%0Ac%25%3A%2C", "error {a\nb\nc%%3A%2C}"},
        {"::error::%0a%250A%", "error {%0a%0A%}"},
        {"::error::a::b", "error {a::b}"},
        {"::error file=a::b.c::t", "error a {b.c::t}"},
        {"::error file=/w/7/src/a.c::t", "error src/a.c {t}"},
        {"::error file=./src/../a.c::t", "error a.c {t}"},
        {"::error file=../a.c::t", "error {t}"},
        {"::error file=/etc/passwd::t", "error {t}"},
        {"::error file=/w/70/a.c::t", "error {t}"},
        {"::error file=/w/7::t", "error {t}"},
        {"::error::\033[1;31mred\033[0m\a", "error {red}"},
        {"::error::\xff", "error {\xef\xbf\xbd}"},
        {"::error::twice\n::error::twice\n", "error {twice}error {twice}"},
        {"::debug::x\n::group::g\n::endgroup::\n::add-mask::s\n::echo::on\n", ""},
        {"::group::error: x\n", ""},
        {"::set-output name=a::1\n::set-output name=b::1\n",
         "warning {the command set-output is refused: append name=value to the file $GITHUB_OUTPUT}"},
        {"::save-state name=a::1",
         "warning {the command save-state is refused: append name=value to the file $GITHUB_STATE}"},
        {"::set-env name=a::1",
         "warning {the command set-env is refused: append name=value to the file $GITHUB_ENV}"},
        {"::add-path::/x", "warning {the command add-path is refused: append the folder to the file $GITHUB_PATH}"},
        {"::stop-commands::tok\n::error::hidden\n::tok::\n::error::seen", "error {seen}"},
        {"::stop-commands::Tok\n::error::hidden\n::other::\n::tOK::x\n::error::seen", "error {seen}"},
        {"::stop-commands::tok\n::error::hidden\n::stop-commands::t2\n::t2::\n::error::hidden", ""},
        {"::stop-commands::\n::error::seen",
         "warning {the command stop-commands needs a token that is not itself a command}error {seen}"},
        {"::stop-commands::Error\n::error::seen",
         "warning {the command stop-commands needs a token that is not itself a command}error {seen}"},
        {"::tok::\n::error::seen", "error {seen}"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        notes_are(rows[i][0], rows[i][1]);
}

static void complaints_of_programs_become_notes(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {"a.c:3:5: error: expected ';'", "error sub/a.c:3:5 {expected ';'}"},
        {"a.c:3:5: warning: unused [-Wunused]\r\n", "warning sub/a.c:3:5 {unused [-Wunused]}"},
        {"a.c:3:5: fatal error: x.h: No such file", "error sub/a.c:3:5 {x.h: No such file}"},
        {"a.c:3:5: note: declared here, error-prone", ""},
        {"a.c:3: error: x", "error sub/a.c:3 {x}"},
        {"Foo.java:5: error: ';' expected", "error sub/Foo.java:5 {';' expected}"},
        {"  a.c:3:5: error: indented", "error sub/a.c:3:5 {indented}"},
        {"../lib/a.c:3:5: error: x", "error lib/a.c:3:5 {x}"},
        {"../../a.c:3:5: error: outside", ""},
        {"/w/7/lib/a.c:3:5: error: x", "error lib/a.c:3:5 {x}"},
        {"/usr/include/stdio.h:3:5: error: outside", ""},
        {"\033[1ma.c:3:5: \033[31merror: \033[0mred", "error sub/a.c:3:5 {red}"},
        {"a.c:3:5: error: same\na.c:3:5: error: same", "error sub/a.c:3:5 {same}"},
        {"12:30:55: error: the clock", ""},
        {"2026-01-02T12:30:55: error: x", ""},
        {"http://host:8080: error: x", ""},
        {"https://host:8080:3: error: x", ""},
        {"make: *** [Makefile:3: all] Error 1", ""},
        {"an error: nothing more", ""},
        {"a.c:3:5: errors: no", ""},
        {"a.c:3:5: error", ""},
        {"a.c:x:5: error: y", ""},
        {"a.yml:3:5: [error] too long (rule)", "error sub/a.yml:3:5 {too long (rule)}"},
        {"a.yml:3:5: [warning] too long", "warning sub/a.yml:3:5 {too long}"},
        {"a.py:3: error: Bad type  [arg-type]", "error sub/a.py:3 {Bad type  [arg-type]}"},
        {"src/a.ts(3,5): error TS2322: Type", "error sub/src/a.ts:3:5 {TS2322: Type}"},
        {"a.cs(3): warning CS1: x", "warning sub/a.cs:3 {CS1: x}"},
        {"a.ts(3,5): hint TS1: error", ""},
        {"f(x): error: y", ""},
        {"/w/7/a.js: line 3, col 5, Error - Missing. (semi)", "error a.js:3:5 {Missing. (semi)}"},
        {"/w/7/a.js: line 3, col 5, Warning - x", "warning a.js:3:5 {x}"},
        {"/w/7/a.js\n  3:5  error  Missing  semi\n  4:1  warning  x  y\n\n1 problem",
         "error a.js:3:5 {Missing  semi}warning a.js:4:1 {x  y}"},
        {"Some words here\n  3:5  error  x", ""},
        {"test_a.py:3: AssertionError", "error sub/test_a.py:3 {AssertionError}"},
        {"test_a.py:3: in test_x", ""},
        {"test_a.py:3: some.mod.FooException: x", "error sub/test_a.py:3 {some.mod.FooException: x}"},
        {"Traceback (most recent call last):\n  File \"/w/7/a.py\", line 3, in f\n    g()\n"
         "  File \"/usr/lib/x.py\", line 9, in g\n    h()\nValueError: bad\n", "error a.py:3 {ValueError: bad}"},
        {"  File \"b.py\", line 4, in <module>\nKeyError: 'x'\nKeyError: again", "error sub/b.py:4 {KeyError: 'x'}"},
        {"  File \"<stdin>\", line 4, in <module>\nKeyError: 'x'", ""},
        {"./main.go:3:5: undefined: x", "error sub/main.go:3:5 {undefined: x}"},
        {"    main_test.go:12: log of a test", ""},
        {"error[E0308]: mismatched types\n --> src/main.rs:3:5\n  |", "error sub/src/main.rs:3:5 {[E0308]: mismatched types}"},
        {"warning: unused variable\n  --> src/main.rs:3:5", "warning sub/src/main.rs:3:5 {unused variable}"},
        {"  --> src/main.rs:3:5", ""},
        {"\033[31merror\033[0m: red\n \033[34m-->\033[0m a.rs:1:2", "error sub/a.rs:1:2 {red}"},
        {"[ERROR] /w/7/src/F.java:[3,5] cannot find symbol", "error src/F.java:3:5 {cannot find symbol}"},
        {"[WARNING] /w/7/F.java:[3,5] deprecated", "warning F.java:3:5 {deprecated}"},
        {"[ERROR] Failed to execute goal", ""},
        {"a.c:99999999999:1: error: x", ""},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        notes_are(rows[i][0], rows[i][1]);
}

static void errors_are_kept_rather_than_warnings(void **state)
{
    (void)state;
    struct step_result r = {0};
    AUTO(buf_free) struct buf b = {0};
    for (int i = 0; i < 100; i++)
        buf_fmt(&b, "::notice::n%d\n::warning::w%d\n", i, i);
    buf_str(&b, "::error::e\n");
    step_result_log(&r, buf_view(&b), NULL);
    assert_int_equal(r.notes.v.n, RESULT_NOTES_MAX);
    assert_int_equal(r.notes_cut, 201 - RESULT_NOTES_MAX);
    is("the last one", r.notes.v.at[RESULT_NOTES_MAX - 1].text, "e");
    is("the first one", r.notes.v.at[0].text, "w0");
    for (size_t i = 0; i < r.notes.v.n; i++)
        assert_int_not_equal(r.notes.v.at[i].level, NOTE_NOTICE);
    step_result_free(&r);
}

static void long_texts_are_cut_and_do_not_pile_up(void **state)
{
    (void)state;
    struct step_result r = {0};
    AUTO(buf_free) struct buf b = {0}, long_text = {0};
    while (long_text.n < 30000)
        buf_str(&long_text, "\xc3\xa9");
    for (int i = 0; i < 500; i++)
        buf_fmt(&b, "::error title=%s,file=a/%s::%s\n", long_text.p, long_text.p, long_text.p);
    step_result_log(&r, buf_view(&b), NULL);
    assert_int_equal(strlen(r.notes.v.at[0].text), RESULT_TEXT_MAX);
    assert_int_equal(strlen(r.notes.v.at[0].title), RESULT_TITLE_MAX - 1);
    assert_null(r.notes.v.at[0].file);
    assert_true(r.arena.used < 50 * (RESULT_TEXT_MAX + RESULT_TITLE_MAX + 64));
    step_result_free(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(output_and_env_files_are_read_as_github_reads_them),
        cmocka_unit_test(each_file_goes_to_its_place),
        cmocka_unit_test(path_entries_keep_their_order_and_a_repeated_one_moves_to_the_end),
        cmocka_unit_test(names_that_change_how_programs_start_are_refused_in_env_alone),
        cmocka_unit_test(a_nul_byte_is_a_problem),
        cmocka_unit_test(limits_hold),
        cmocka_unit_test(commands_in_the_output_become_notes),
        cmocka_unit_test(complaints_of_programs_become_notes),
        cmocka_unit_test(errors_are_kept_rather_than_warnings),
        cmocka_unit_test(long_texts_are_cut_and_do_not_pile_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
