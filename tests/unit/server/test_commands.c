/* SPDX-License-Identifier: Apache-2.0 */
/* What is made of the table of verbs: the reference, and the words that complete a line. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include "base/file.h"
#include "server/cli/args.h"
#include "server/cli/complete.h"
#include "server/cli/help.h"

#define REFERENCE FETTLE_SOURCE_DIR "/server/cli/commands.md"

static void the_reference_in_the_repository_is_that_of_the_table(void **state)
{
    (void)state;
    AUTO(buf_free) struct buf made = {0}, kept = {0};
    struct err e = {0};
    reference_of_commands(&made);
    if (file_read(REFERENCE, 4 << 20, &kept, &e) < 0 || !sv_eq(buf_view(&made), buf_view(&kept)))
        fail_msg("server/cli/commands.md is not current: fettle help commands > server/cli/commands.md");
}

static void the_reference_names_every_word(void **state)
{
    (void)state;
    AUTO(buf_free) struct buf made = {0};
    reference_of_commands(&made);
    for (const struct cli_verb *const *v = cli_verbs; *v; v++)
        for (const struct cli_verb *s = (*v)->subs; s && s->name; s++) {
            AUTO(buf_free) struct buf head = {0};
            buf_fmt(&head, "### fettle %s %s\n", (*v)->name, s->name);
            if (!strstr(made.p, head.p))
                fail_msg("%s", head.p);
        }
}

/* What `fettle _complete` says of a line, whose words are apart by |. */
static void complete_line(const char *line, struct buf *out)
{
    char copy[256], *words[16];
    int n = 0;
    strcpy(copy, line);
    for (char *at = copy, *end; at; at = end) {
        end = strchr(at, '|');
        if (end)
            *end++ = 0;
        words[n++] = at;
    }
    complete(words, n, out);
}

static bool offers(struct sv all, const char *word)
{
    struct sv line;
    while (all.n && sv_next(&all, '\n', &line)) {
        ptrdiff_t tab = sv_chr(line, '\t');
        if (sv_is(tab < 0 ? line : sv_cut(line, (size_t)tab), word))
            return true;
    }
    return false;
}

static void what_fits_is_offered_and_nothing_else(void **state)
{
    (void)state;
    static const struct {
        const char *line, *also, *yes, *no;
    } cases[] = {
        {"", "words", "runs", "_complete"},
        {"ru", "words", "run", "queue"},
        {"runs|", "words", "watch", "runs"},
        {"runs|re", "words", "rerun", "show"},
        {"runs|--st", "words", "--state", "--failed"},
        {"runs|list|--state|", "words", "failure", "list"},
        {"runs|list|--state=fa", "words", "--state=failure", "failure"},
        {"runs|--state|", "words", "failure", "list"},
        {"runs|-o|", "words", "name", "list"},
        {"runs|rerun|--", "words", "--failed", "--state"},
        {"runs|show|x|", "words", NULL, "show"},
        {"check|", "files", NULL, "check"},
        {"check|-c|", "files", NULL, "check"},
        {"init|", "folders", NULL, "init"},
        {"import|-o|", "folders", NULL, "init"},
        {"import|--output=x", "folders", NULL, "init"},
        {"schema|", "words", "workflow", "init"},
        {"completion|z", "words", "zsh", "bash"},
        {"help|", "words", "exit-codes", "watch"},
        {"help|runs|", "words", "watch", "runs"},
        {"lab|change|", "words", "merge", "push"},
        {"lab|push|--repo|x|--forge|", "words", "gitlab", "push"},
        {"glob|--", "words", NULL, "--help"},
        {"nonsense|", "words", NULL, "runs"},
        {"check|--|--q", "files", NULL, "--quiet"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        AUTO(buf_free) struct buf out = {0};
        complete_line(cases[i].line, &out);
        struct sv rest = buf_view(&out), first;
        (void)sv_next(&rest, '\n', &first);
        if (!sv_is(first, cases[i].also) || (cases[i].yes && !offers(rest, cases[i].yes)) || offers(rest, cases[i].no))
            fail_msg("%s: %s", cases[i].line, out.p);
    }
}

static void without_a_server_no_id_is_offered_and_nothing_is_said(void **state)
{
    (void)state;
    AUTO(buf_free) struct buf out = {0};
    setenv("FETTLE_URL", "http://127.0.0.1:9", 1);
    complete_line("runs|show|", &out);
    assert_string_equal(out.p, "words\n");
    unsetenv("FETTLE_URL");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_reference_in_the_repository_is_that_of_the_table),
        cmocka_unit_test(the_reference_names_every_word),
        cmocka_unit_test(what_fits_is_offered_and_nothing_else),
        cmocka_unit_test(without_a_server_no_id_is_offered_and_nothing_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
