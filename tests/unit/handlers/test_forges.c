/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include "port/forge.h"

static struct sv no_header(const void *ctx, const char *name)
{
    (void)ctx, (void)name;
    return SV_NONE;
}

static void every_forge_is_whole_and_found_by_its_kind(void **state)
{
    (void)state;
    size_t n = 0;
    for (const struct forge_ops *const *f = forge_all; *f; f++, n++) {
        assert_ptr_equal(forge_find(sv_of((*f)->kind)), *f);
        assert_true((*f)->read_head || (*f)->local || strcmp((*f)->kind, "internal") == 0);
        assert_true((*f)->decode && (*f)->talk && (*f)->authorize && (*f)->clone_url);
        assert_non_null((*f)->git_user);
    }
    assert_true(n >= 6);
    assert_null(forge_find(SV("sourceforge")));
}

static void no_forge_takes_a_call_without_a_signature(void **state)
{
    (void)state;
    const struct hook_head head = {.header = no_header};
    for (const struct forge_ops *const *f = forge_all; *f; f++) {
        struct hook_plan plan;
        if (!(*f)->read_head)
            continue;
        assert_int_equal((*f)->read_head(&head, &plan), HOOK_NO_SIGNATURE);
        assert_int_equal(plan.n_digests, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_forge_is_whole_and_found_by_its_kind),
        cmocka_unit_test(no_forge_takes_a_call_without_a_signature),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
