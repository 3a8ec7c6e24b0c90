/* SPDX-License-Identifier: Apache-2.0 */
/* Why a step failed and what speaks for it, for `fettle runs show`. */
#include "server/cli/runs.h"

enum { NAMES_SHOWN = 10 };

static struct sv member(const struct jval *x, const char *name)
{
    return jval_str(jval_get(x, name));
}

static void put_line(struct buf *b, const char *what, struct sv text)
{
    if (!text.n)
        return;
    buf_fmt(b, "      %s", what);
    cli_text(text, b);
    buf_chr(b, '\n');
}

/* "class network, by the log (93 %): rule curl-resolve matched: …" */
static void put_class(struct buf *b, const struct jval *attempt, const struct jval *evidence)
{
    int64_t sure = 0;
    bool known = jval_int(jval_get(evidence, "confidence"), &sure) && sure > 0;
    buf_fmt(b, "      class %.*s", SV_ARG(member(attempt, "class")));
    if (known)
        buf_fmt(b, ", by %.*s (%lld %%)", SV_ARG(member(evidence, "source")), (long long)sure);
    if (member(evidence, "text").n) {
        buf_str(b, ": ");
        cli_text(member(evidence, "text"), b);
    }
    buf_chr(b, '\n');
}

static void put_tests(struct buf *b, const struct jval *tests)
{
    size_t n = jval_len(tests);
    for (size_t i = 0; i < n && i < NAMES_SHOWN; i++)
        put_line(b, "failed: ", jval_str(jval_item(tests, i)));
    if (n > NAMES_SHOWN)
        buf_fmt(b, "      and %zu more\n", n - NAMES_SHOWN);
}

static void put_history(struct buf *b, const struct jval *history)
{
    int64_t passed = 0, failed = 0;
    if (jval_int(jval_get(history, "passed"), &passed) && jval_int(jval_get(history, "failed"), &failed))
        buf_fmt(b, "      before: tried again it passed %lld times and failed %lld times\n", (long long)passed,
                (long long)failed);
}

void put_failure(struct buf *b, const struct jval *attempt)
{
    const struct jval *evidence = jval_get(attempt, "evidence");
    struct sv excerpt = member(evidence, "excerpt"), line;
    if (!member(attempt, "class").n)
        return;
    put_class(b, attempt, evidence);
    put_line(b, "hint: ", member(evidence, "hint"));
    put_tests(b, jval_get(evidence, "tests"));
    put_history(b, jval_get(evidence, "history"));
    while (excerpt.n && sv_next(&excerpt, '\n', &line))
        put_line(b, "| ", line);
}
