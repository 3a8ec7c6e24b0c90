/* SPDX-License-Identifier: Apache-2.0 */
/* Three texts and what becomes of them. */
#pragma once
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "merge/merge.h"

struct texts {
    const char *path, *base, *ours, *theirs;
    const char *want; /* NULL = left to people */
    enum merge_rule rule;
};

static inline struct merge_texts texts_of(const struct texts *t)
{
    return (struct merge_texts){t->path, sv_of(t->base), sv_of(t->ours), sv_of(t->theirs)};
}

static inline void check_texts(const struct texts *t)
{
    struct merge_texts in = texts_of(t);
    AUTO(merge_result_free) struct merge_result r = {0};
    struct err e = {0};
    if (merge_file(&in, NULL, &r, &e) < 0)
        fail_msg("%s: %s", t->path, e.msg);
    if (!t->want) {
        if (r.left.n == 0)
            fail_msg("%s: %s\nand was resolved:\n%s", t->path, t->ours, r.text.p);
        return;
    }
    if (r.left.n)
        fail_msg("%s: left\n--ours\n%.*s--theirs\n%.*s", t->path, SV_ARG(r.left.at[0].ours), SV_ARG(r.left.at[0].theirs));
    assert_string_equal(r.text.p ? r.text.p : "", t->want);
    if (!(r.rules & (1u << t->rule)))
        fail_msg("%s: rules %x instead of %s", t->path, r.rules, merge_rule_name(t->rule));
}

static inline void check_rows(const struct texts *rows, size_t n)
{
    for (size_t i = 0; i < n; i++)
        check_texts(&rows[i]);
}
