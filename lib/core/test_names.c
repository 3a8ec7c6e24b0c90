/* SPDX-License-Identifier: Apache-2.0 */
/* Names of tests in the forms of common test programs: a line that begins (or ends) so names one that failed. */
#include "core/classify.h"
#include "core/step_note.h"

static const struct form {
    struct sv head, tail; /* around the name; absent = none */
    const char *end;      /* the name ends before the first of these, if there is one */
} forms[] = {
    {{"FAILED ", 7}, {NULL, 0}, " "},          /* pytest: FAILED tests/a.py::b - why */
    {{"ERROR ", 6}, {NULL, 0}, " "},           /* pytest */
    {{"--- FAIL: ", 10}, {NULL, 0}, " "},      /* go */
    {{"test ", 5}, {" ... FAILED", 11}, NULL}, /* rust */
    {{"[  FAILED  ] ", 13}, {NULL, 0}, " ("},  /* gtest, cmocka */
    {{"FAIL: ", 6}, {NULL, 0}, NULL},          /* unittest, automake */
    {{"● ", 4}, {NULL, 0}, NULL},              /* jest */
    {{"not ok ", 7}, {NULL, 0}, "#"},          /* TAP */
    {{"Failed ", 7}, {"]", 1}, " ["},          /* dotnet: Failed Ns.Class.Test [12 ms] */
    {{"rspec ", 6}, {NULL, 0}, " "},           /* rspec ./spec/a_spec.rb:3 # words */
    {{NULL, 0}, {" FAILED", 7}, NULL},         /* gradle: Class > test() FAILED */
    {{NULL, 0}, {" (Failed)", 9}, NULL},       /* ctest: 3 - name (Failed) */
    {{"✗ ", 4}, {NULL, 0}, NULL},              /* many */
    {{"✕ ", 4}, {NULL, 0}, NULL},
};

static struct sv cut_at(struct sv s, const char *end)
{
    ptrdiff_t at = end ? sv_find(s, sv_of(end)) : -1;
    return at < 0 ? s : sv_cut(s, (size_t)at);
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* "12 - name" and "- name": the number is the order, not the name. */
static struct sv skip_number(struct sv s)
{
    size_t n = 0;
    while (n < s.n && is_digit(s.p[n]))
        n++;
    struct sv rest = sv_trim(sv_from(s, n));
    return sv_starts(rest, SV("- ")) ? sv_trim(sv_from(rest, 2)) : s;
}

static struct sv name_in(struct sv line, const struct form *f)
{
    if ((f->head.p && !sv_starts(line, f->head)) || (f->tail.p && !sv_ends(line, f->tail)))
        return SV_NONE;
    struct sv name = sv_from(line, f->head.n);
    name = sv_cut(name, name.n > f->tail.n ? name.n - f->tail.n : 0);
    return sv_trim(skip_number(sv_trim(cut_at(name, f->end))));
}

/* pytest's summary and others count in the same words: a name is a name, not "3 tests" nor a sentence. */
static bool is_name(struct sv name, const struct form *f)
{
    bool pytest = f->end && f->end[0] == ' ' && !f->end[1] && (sv_is(f->head, "FAILED ") || sv_is(f->head, "ERROR "));
    bool gradle = !f->head.p && sv_is(f->tail, " FAILED");
    if (!name.n || name.n > REPORT_NAME || is_digit(name.p[0]) || sv_starts(name, SV("(")))
        return false;
    return pytest ? sv_find(name, SV("::")) >= 0 : !gradle || sv_find(name, SV(" > ")) > 0;
}

static bool is_there(const char *const *names, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(names[i], name) == 0)
            return true;
    return false;
}

size_t failure_test_names(struct sv text, struct arena *a, const char **ret, size_t max)
{
    struct sv line;
    size_t n = 0;
    while (n < max && text.n && sv_next(&text, '\n', &line)) {
        line = sv_trim(line);
        struct sv name = SV_NONE;
        for (size_t i = 0; i < ARRAY_LEN(forms) && !name.n; i++) {
            struct sv one = name_in(line, &forms[i]);
            name = one.n && is_name(one, &forms[i]) ? one : SV_NONE;
        }
        const char *z = name.n ? note_text(a, name, REPORT_NAME) : NULL;
        if (z && *z && !is_there(ret, n, z))
            ret[n++] = z;
    }
    return n;
}
