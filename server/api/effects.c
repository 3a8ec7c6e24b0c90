/* SPDX-License-Identifier: Apache-2.0 */
/* What is told to forges: POST effects/{id}/redrive. */
#include "server/api/page.h"

void api_effects(const struct api_call *c)
{
    api_page(c, LIST_EFFECTS, "effects");
}

void api_redrive(const struct api_call *c)
{
    AUTO(arena_free) struct arena a = {0};
    struct err e = {0};
    struct effect x;
    int64_t newer;
    struct reader *r = intake_reader(c->intake);
    int rc = r ? read_effect(r, c->id, &a, &x, &newer, &e) : -1;
    if (rc < 0)
        api_no_store(c, &e);
    else if (rc > 0)
        api_problem(c, 404, "no such effect", NULL);
    else
        api_ask(c, LETTER_REDRIVE, c->id);
}
