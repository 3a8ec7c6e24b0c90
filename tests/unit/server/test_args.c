/* SPDX-License-Identifier: Apache-2.0 */
/* The reader of arguments on a small verb, and the rows of all verbs. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include "server/cli/args.h"
#include "server/cli/term.h"

enum shade { RED, GREEN, BLUE };

struct told {
    struct cli_call call;
    const char *first, *file, *word;
    struct cli_values rest, pairs;
    enum shade shade;
    int64_t n;
    msec_t time;
    bool flag;
};

static int nothing(void *args)
{
    (void)args;
    return CLI_OK;
}

#define AT(member) offsetof(struct told, member)
static const char *const shades[] = {"red", "green", "blue", NULL};
static const char *const words[] = {"one", "two", NULL};
static const struct cli_arg operands[] = {
    {"FIRST", .kind = CLI_TEXT, .at = AT(first), .flags = CLI_NEEDED, .doc = "a text"},
    {"REST", .kind = CLI_FILE, .at = AT(rest), .flags = CLI_MANY, .doc = "files"},
    {.name = NULL},
};
static const struct cli_arg options[] = {
    {"shade", 's', CLI_CHOICE, NULL, AT(shade), .doc = "which", .words = shades, .apart = 1},
    {"blue", 'b', CLI_SET, NULL, AT(shade), .doc = "blue", .low = BLUE, .apart = 1},
    {"word", 'w', CLI_WORD, NULL, AT(word), .doc = "a word", .words = words},
    {"number", 'n', CLI_NUMBER, "N", AT(n), .doc = "how many", .low = 1, .high = 9},
    {"time", 't', CLI_TIME, "TIME", AT(time), .doc = "how long", .low = 0, .high = 60000},
    {"file", 'f', CLI_FILE, "FILE", AT(file), .doc = "a file"},
    {"pair", 'p', CLI_TEXT, "A=B", AT(pairs), .doc = "a pair", .flags = CLI_MANY},
    {"flag", 'x', CLI_FLAG, NULL, AT(flag), .doc = "a flag"},
    {.name = NULL},
};
static const struct told start = {.shade = GREEN, .n = 5};
static const struct cli_verb plain = {.name = "plain",
                                      .doc = "a verb",
                                      .operands = operands,
                                      .options = {{options, 0}, {cli_config_group, 0}},
                                      .size = sizeof(struct told),
                                      .start = &start,
                                      .run = nothing};
static const struct cli_verb signs = {.name = "signs",
                                      .doc = "a verb",
                                      .operands = operands,
                                      .options = {{options, 0}},
                                      .words = CLI_SIGNS,
                                      .size = sizeof(struct told),
                                      .run = nothing};
static const struct cli_arg needed[] = {
    {"file", 'f', CLI_FILE, "FILE", AT(file), .doc = "a file", .flags = CLI_NEEDED},
    {.name = NULL},
};
static const struct cli_verb subs[] = {
    {.name = "list", .doc = "lists", .options = {{options, 0}}, .run = nothing},
    {.name = "show", .doc = "shows", .operands = operands, .options = {{needed, 0}}, .run = nothing},
    {.name = NULL},
};
static const struct cli_verb deep = {
    .name = "deep", .doc = "a verb", .subs = subs, .first_sub = true, .size = sizeof(struct told), .start = &start};
static const struct cli_verb deeper = {.name = "deeper", .doc = "a verb", .subs = subs, .size = sizeof(struct told)};

/* The words behind the verb, apart from each other by |. */
static enum args_end read_line(const struct cli_verb *v, const char *line, struct args *a, char *copy, char **argv,
                               int *ret_argc)
{
    int argc = 1;
    argv[0] = (char *)(uintptr_t)v->name;
    strcpy(copy, line);
    for (char *at = copy, *end; *line && at; at = end) {
        end = strchr(at, '|');
        if (end)
            *end++ = 0;
        argv[argc++] = at;
    }
    argv[argc] = NULL;
    *ret_argc = argc;
    return args_read(v, argc, argv, a);
}

#define READ(verb, line)                                                                                               \
    struct args a;                                                                                                     \
    char copy[512], *argv[32];                                                                                         \
    int argc;                                                                                                          \
    enum args_end end = read_line(verb, line, &a, copy, argv, &argc);                                                  \
    struct told *told = (struct told *)(void *)a.into;                                                                 \
    (void)told

static void right(enum args_end end, const struct args *a)
{
    if (end != ARGS_RIGHT)
        fail_msg("%s", end == ARGS_HELP ? "help" : a->fault.text.p);
}

static void each_kind_of_value_arrives(void **state)
{
    (void)state;
    READ(&plain, "-sred|hello|--word=two|-n|3|--time|10s|-fa.txt|one.c|-p|a=1|--pair=b=2|-x|two.c");
    right(end, &a);
    assert_string_equal(told->first, "hello");
    assert_int_equal(told->shade, RED);
    assert_string_equal(told->word, "two");
    assert_int_equal(told->n, 3);
    assert_int_equal(told->time, 10000);
    assert_string_equal(told->file, "a.txt");
    assert_true(told->flag);
    assert_int_equal(told->pairs.v.n, 2);
    assert_string_equal(told->pairs.v.at[1], "b=2");
    assert_int_equal(told->rest.v.n, 2);
    assert_string_equal(told->rest.v.at[1], "two.c");
    args_free(&a);
}

static void what_is_not_said_is_as_the_row_says(void **state)
{
    (void)state;
    READ(&plain, "x");
    right(end, &a);
    assert_int_equal(told->shade, GREEN);
    assert_int_equal(told->n, 5);
    assert_null(told->file);
    assert_ptr_equal(told->call.verb, &plain);
    args_free(&a);
}

static void letters_may_stand_together(void **state)
{
    (void)state;
    READ(&plain, "-xbf|name|x");
    right(end, &a);
    assert_true(told->flag);
    assert_int_equal(told->shade, BLUE);
    assert_string_equal(told->file, "name");
    args_free(&a);
}

static void two_dashes_end_options(void **state)
{
    (void)state;
    READ(&plain, "-x|--|-b|--flag");
    right(end, &a);
    assert_string_equal(told->first, "-b");
    assert_string_equal(told->rest.v.at[0], "--flag");
    args_free(&a);
}

static void an_operand_may_begin_with_a_sign_where_the_row_says_so(void **state)
{
    (void)state;
    READ(&signs, "-1");
    right(end, &a);
    assert_string_equal(told->first, "-1");
    args_free(&a);
}

static void the_first_second_word_is_meant_when_none_is_said(void **state)
{
    (void)state;
    READ(&deep, "-n|7");
    right(end, &a);
    assert_ptr_equal(a.sub, &subs[0]);
    assert_int_equal(told->n, 7);
    assert_int_equal(told->shade, GREEN);
    args_free(&a);
}

static void options_may_stand_before_the_second_word(void **state)
{
    (void)state;
    READ(&deep, "-f|show|show|text");
    right(end, &a);
    assert_ptr_equal(a.sub, &subs[1]);
    assert_string_equal(told->file, "show");
    assert_string_equal(told->first, "text");
    args_free(&a);
}

static void help_is_asked_for_anywhere(void **state)
{
    (void)state;
    static const char *const lines[] = {"--help", "x|-h", "-s|red|--help"};
    for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
        READ(&plain, lines[i]);
        assert_int_equal(end, ARGS_HELP);
        args_free(&a);
    }
    READ(&deep, "show|--help");
    assert_int_equal(end, ARGS_HELP);
    assert_ptr_equal(a.sub, &subs[1]);
    args_free(&a);
}

/* verb, line, code, part of what is said, word that it is about */
static const struct {
    const struct cli_verb *verb;
    const char *line, *code, *says;
    int word;
} wrong[] = {
    {&plain, "x|--fiel|a", "unknown-option", "unknown option \"--fiel\" (did you mean \"--file\"?)", 2},
    {&plain, "x|-q", "unknown-option", "unknown option \"-q\"", 2},
    {&plain, "x|-xq", "unknown-option", "unknown option \"-q\"", 2},
    {&plain, "x|--shade=rde", "wrong-word", "--shade is red, green or blue, not \"rde\" (did you mean \"red\"?)", 2},
    {&plain, "x|-w|three", "wrong-word", "--word is one or two", 3},
    {&plain, "x|-n|0", "wrong-number", "--number is a number from 1 to 9, not \"0\"", 3},
    {&plain, "x|-n|many", "wrong-number", "not \"many\"", 3},
    {&plain, "x|--time|2m", "wrong-time", "--time is a time like 10m, from 0 ms to 60 s", 3},
    {&plain, "x|--file=", "empty", "--file is empty", 2},
    {&plain, "x|--file", "no-value", "--file needs a value behind it: FILE", 3},
    {&plain, "x|--flag=yes", "no-value", "--flag takes no value", 2},
    {&plain, "x|--blue|-s|red", "one-of", "--blue and --shade exclude each other", 3},
    {&plain, "-x", "missing", "FIRST is missing: a text", 2},
    {&deep, "list|extra", "too-many", "\"extra\" is one word too many", 2},
    {&deep, "show|x", "missing", "--file is missing: a file", 3},
    {&deep, "shw", "unknown-verb", "there is no \"deep shw\" (did you mean \"show\"?)", 1},
    {&deep, "nonsense", "unknown-verb", "it is one of list or show", 1},
    {&deep, "show|--shade|red", "unknown-option", "it is one of `fettle deep list`", 2},
    {&deeper, "", "missing", "what is to be done is missing: list or show", 1},
};

static void what_is_wrong_is_told_with_its_place(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
        READ(wrong[i].verb, wrong[i].line);
        AUTO(buf_free) struct buf text = {0};
        assert_int_equal(end, ARGS_WRONG);
        args_complain(&a, argc, argv, &text);
        if (strcmp(a.fault.code, wrong[i].code) != 0 || !strstr(text.p, wrong[i].says) || a.fault.word != wrong[i].word)
            fail_msg("%s: word %d: %s", wrong[i].line, a.fault.word, text.p);
        args_free(&a);
    }
}

static void the_place_is_marked_below_the_line(void **state)
{
    (void)state;
    READ(&plain, "it is|--shade=rde");
    AUTO(buf_free) struct buf text = {0};
    assert_int_equal(end, ARGS_WRONG);
    args_complain(&a, argc, argv, &text);
    assert_non_null(strstr(text.p, "  fettle plain 'it is' --shade=rde\n"
                                   "                               ^~~\n"));
    args_free(&a);
}

static void words_of_strangers_are_made_harmless(void **state)
{
    (void)state;
    READ(&plain, "x|y|-n|\033[2J");
    AUTO(buf_free) struct buf text = {0};
    assert_int_equal(end, ARGS_WRONG);
    args_complain(&a, argc, argv, &text);
    assert_null(strchr(text.p, '\033'));
    args_free(&a);
}

static void a_usage_names_all_that_can_be_said(void **state)
{
    (void)state;
    AUTO(buf_free) struct buf text = {0};
    usage_write(&plain, NULL, &text);
    assert_string_equal(text.p,
                        "fettle plain FIRST [REST…] [-s\x1fred|green|blue\x1f|\x1f-b] [-w\x1fone|two] [-n\x1fN] "
                        "[-t\x1fTIME] [-f\x1f"
                        "FILE] [-p\x1f"
                        "A=B]… [-x] [-c\x1f"
                        "FILE]");
}

/* ---- the rows of all verbs ---- */

static void check_arg(const struct cli_verb *v, const struct cli_verb *row, const struct cli_arg *a, size_t base)
{
    size_t size = row->size ? row->size : v->size;
    size_t own = a->kind == CLI_FLAG                           ? sizeof(bool)
                 : a->kind == CLI_SET || a->kind == CLI_CHOICE ? sizeof(int)
                 : a->flags & CLI_MANY                         ? sizeof(struct cli_values)
                                                               : 8;
    bool worded = a->kind == CLI_CHOICE || a->kind == CLI_WORD;
    if (!a->doc || !*a->doc || a->doc[strlen(a->doc) - 1] == '.')
        fail_msg("%s %s: %s: no text, or a full stop behind it", v->name, row->name, a->name);
    if (worded != (a->words != NULL))
        fail_msg("%s %s: %s: words and kind do not fit", v->name, row->name, a->name);
    if (base + a->at + own > size || (a->kind != CLI_FLAG && (base + a->at) % sizeof(int)))
        fail_msg("%s %s: %s: beyond its struct", v->name, row->name, a->name);
    if ((a->kind == CLI_NUMBER || a->kind == CLI_TIME) && a->low >= a->high)
        fail_msg("%s %s: %s: no number fits", v->name, row->name, a->name);
    if (arg_has_value(a) && a->name[0] >= 'a' && !a->value && !a->words)
        fail_msg("%s %s: --%s: what is its value called?", v->name, row->name, a->name);
}

static void check_options(const struct cli_verb *v, const struct cli_verb *row)
{
    const struct cli_arg *a, *b;
    for (size_t at = 0, base, base2; (a = args_each(row, &at, &base));) {
        check_arg(v, row, a, base);
        for (size_t i = 0; i < at - 1 && (i++, b = args_each(row, &(size_t){i - 1}, &base2));)
            if (strcmp(a->name, b->name) == 0 || (a->letter && a->letter == b->letter))
                fail_msg("%s %s: --%s and --%s are alike", v->name, row->name, b->name, a->name);
    }
    for (a = row->operands; a && a->name; a++) {
        check_arg(v, row, a, 0);
        if (a->flags & CLI_MANY && a[1].name)
            fail_msg("%s %s: %s takes all that is there, and %s stands behind it", v->name, row->name, a->name,
                     a[1].name);
    }
}

static void check_text(const char *name, const char *text, size_t columns)
{
    struct sv rest = sv_of(text), line;
    if (rest.n && rest.p[rest.n - 1] != '\n')
        fail_msg("%s: a text ends with a line end", name);
    while (rest.n && sv_next(&rest, '\n', &line))
        if (line.n && (line.p[0] == ' ' || columns < 80) && text_width(line) > columns)
            fail_msg("%s: wider than 80 columns: %.*s", name, SV_ARG(line));
}

static void check_row(const struct cli_verb *v, const struct cli_verb *row)
{
    assert_non_null(row->doc);
    assert_true(row->doc[strlen(row->doc) - 1] != '.');
    check_text(v->name, row->text, 80);
    check_text(v->name, row->examples, 78);
    assert_true(row->subs ? row->run == NULL : row->run != NULL);
    if (!row->subs)
        check_options(v, row);
}

static void every_row_holds_together(void **state)
{
    (void)state;
    for (const struct cli_verb *const *v = cli_verbs; *v; v++) {
        assert_ptr_equal(args_verb((*v)->name), *v);
        check_row(*v, *v);
        for (const struct cli_verb *s = (*v)->subs; s && s->name; s++)
            check_row(*v, s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_kind_of_value_arrives),
        cmocka_unit_test(what_is_not_said_is_as_the_row_says),
        cmocka_unit_test(letters_may_stand_together),
        cmocka_unit_test(two_dashes_end_options),
        cmocka_unit_test(an_operand_may_begin_with_a_sign_where_the_row_says_so),
        cmocka_unit_test(the_first_second_word_is_meant_when_none_is_said),
        cmocka_unit_test(options_may_stand_before_the_second_word),
        cmocka_unit_test(help_is_asked_for_anywhere),
        cmocka_unit_test(what_is_wrong_is_told_with_its_place),
        cmocka_unit_test(the_place_is_marked_below_the_line),
        cmocka_unit_test(words_of_strangers_are_made_harmless),
        cmocka_unit_test(a_usage_names_all_that_can_be_said),
        cmocka_unit_test(every_row_holds_together),
    };
    unsetenv("FETTLE_CONFIG");
    setenv("COLUMNS", "80", 1);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
