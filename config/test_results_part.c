/* SPDX-License-Identifier: Apache-2.0 */
/* `test-results:` of a step. */
#include "config/workflow_parts.h"
#include "lang/file_pattern.h"

/* It travels with the step's exit record: EXEC_REPORTS_MAX. */
enum { REPORTS_MOST = 32, REPORTS_LENGTH = 511 };

static const struct shape shape_report = {SHAPE_TEXT, .pattern = "^[^\\u0000-\\u001f\\u007f]+$"};
const struct shape shape_test_results = {SHAPE_NAMES, .max = REPORTS_MOST, .of = &shape_report,
                                         .looks = "patterns of files, as of hashFiles"};

static bool is_fit(struct reading *r, const struct ynode *n, const char *pattern)
{
    AUTO(arena_free) struct arena a = {0};
    struct file_patterns p = {0};
    struct err e = {0};
    if (pattern[0] && file_patterns_add(&p, sv_of(pattern), SV_NONE, &a, &e) == 0 && p.n)
        return true;
    say(r, n, "bad-pattern", "\"test-results\": %s", e.msg[0] ? e.msg : "a pattern names files below the workspace");
    return false;
}

void test_results_read(struct reading *r, const struct ynode *n, const char **ret)
{
    AUTO(buf_free) struct buf b = {0};
    struct names names;
    bool good = node_names(r, n, "\"test-results\"", &names);
    for (size_t i = 0; good && i < names.n; i++) {
        good = is_fit(r, names.nodes[i], names.at[i]);
        buf_fmt(&b, "%s%s", i ? "\n" : "", names.at[i]);
    }
    if (good && (names.n > REPORTS_MOST || b.n > REPORTS_LENGTH))
        say(r, n, "too-large", "\"test-results\" has more than %d patterns, or they are longer than %d bytes together",
            REPORTS_MOST, REPORTS_LENGTH);
    *ret = b.n ? arena_dup(r->arena, buf_view(&b)) : NULL;
}
