/* SPDX-License-Identifier: Apache-2.0 */
/* Heads of webhooks, given as "Name: value" lines. A head that is accepted has an event without control characters,
 * something to compare with, and what it signs in front of the body is exactly id and time. */
#include "handlers/forge/gitea/gitea.h"
#include "handlers/forge/github/github.h"
#include "handlers/forge/gitlab/gitlab.h"
#include "handlers/forge/standard/standard.h"

static struct sv find_header(const void *ctx, const char *name)
{
    struct sv rest = *(const struct sv *)ctx, line;
    while (sv_next(&rest, '\n', &line)) {
        struct sv key, value = line;
        if (sv_next(&value, ':', &key) && sv_ieq(key, sv_of(name)))
            return sv_trim(value);
    }
    return SV_NONE;
}

static bool is_within(struct sv part, struct sv whole)
{
    return !part.p || (part.p >= whole.p && part.p + part.n <= whole.p + whole.n);
}

static void check_plan(const struct hook_plan *plan, struct sv lines)
{
    MUST(plan->event.n > 0 && plan->event.n <= 100);
    for (size_t i = 0; i < plan->event.n; i++)
        MUST(plan->event.p[i] >= ' ' && plan->event.p[i] <= '~');
    MUST(is_within(plan->guid, lines) && is_within(plan->token, lines));
    MUST(!plan->guid.p || plan->guid.n > 0);
    MUST(plan->scheme == SCHEME_TOKEN ? plan->token.n > 0 : plan->n_digests > 0 && plan->n_digests <= HOOK_DIGESTS);
    MUST(plan->form || !plan->over_payload);
    MUST((plan->scheme == SCHEME_WHSEC) == (plan->timestamp_s > 0));
    if (plan->scheme != SCHEME_WHSEC) {
        MUST(plan->prefix_n == 0);
        return;
    }
    AUTO(buf_free) struct buf want = {0};
    buf_sv(&want, plan->guid);
    buf_chr(&want, '.');
    buf_int(&want, plan->timestamp_s);
    buf_chr(&want, '.');
    MUST(sv_eq(buf_view(&want), sv_n(plan->prefix, plan->prefix_n)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static enum hook_refusal (*const readers[])(const struct hook_head *h, struct hook_plan *ret) = {
        github_read_head, gitlab_read_head, gitea_read_head, standard_read_head};
    struct sv lines = sv_n((const char *)data, size);
    struct hook_head h = {.header = find_header, .ctx = &lines};
    for (size_t i = 0; i < ARRAY_LEN(readers); i++) {
        struct hook_plan plan;
        enum hook_refusal why = readers[i](&h, &plan);
        MUST((unsigned)why <= HOOK_BAD_TYPE);
        if (why == HOOK_OK)
            check_plan(&plan, lines);
    }
    return 0;
}
