/* SPDX-License-Identifier: Apache-2.0 */
#include "core/test_report.h"
#include "core/step_note.h"

enum { NAMES_SHOWN = 5 };

void test_report_free(struct test_report *r)
{
    VEC_FREE(&r->failing.v);
    arena_free(&r->arena);
    *r = (struct test_report){0};
}

static const char *one_line(struct arena *a, struct sv s, size_t max)
{
    struct sv line, rest = sv_trim(s);
    if (!rest.n || !sv_next(&rest, '\n', &line))
        return NULL;
    const char *z = note_text(a, line, max);
    return *z ? z : NULL;
}

void test_report_add(struct test_report *r, struct sv name, struct sv file, struct sv message)
{
    r->failed++;
    if (r->failing.v.n == REPORT_NAMES) {
        r->names_cut++;
        return;
    }
    struct failing_test t = {
        .name = one_line(&r->arena, name, REPORT_NAME),
        .file = one_line(&r->arena, file, REPORT_NAME),
        .message = one_line(&r->arena, message, REPORT_MESSAGE),
    };
    if (!t.name)
        t.name = "a test without a name";
    VEC_PUSH(&r->failing.v, t);
}

bool test_report_failed(const struct test_report *r)
{
    return r->failed > 0 || r->bailed || r->missing > 0;
}

void test_report_text(const struct test_report *r, struct buf *ret)
{
    if (r->bailed)
        buf_fmt(ret, "the tests were given up: %s", r->bailed);
    else if (!r->failed && r->missing)
        buf_fmt(ret, "%zu of %zu planned tests did not run", r->missing, r->run + r->missing);
    else
        buf_fmt(ret, "%zu of %zu tests failed", r->failed, r->run);
    for (size_t i = 0; i < r->failing.v.n && i < NAMES_SHOWN; i++)
        buf_fmt(ret, "%s%s", i ? ", " : ": ", r->failing.v.at[i].name);
    if (r->failed > NAMES_SHOWN)
        buf_fmt(ret, " and %zu more", r->failed - NAMES_SHOWN);
}
