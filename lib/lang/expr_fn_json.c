/* SPDX-License-Identifier: Apache-2.0 */
/* toJSON fromJSON */
#include "lang/expr_fn.h"
#include "lang/fold.h"
#include "lang/json_value.h"

int fn_to_json(struct evaluation *v, const struct call *c, struct val *ret)
{
    AUTO(buf_free) struct buf out = {0};
    (void)!val_write_within(c->args[0], VAL_PRETTY, EXPR_RESULT, &out);
    if (eval_made(v, c->node, out.n) < 0 || eval_work(v, c->node, out.n / EXPR_STEP_BYTES) < 0)
        return -1;
    *ret = val_string(arena_sv(v->arena, buf_view(&out)));
    return 0;
}

/* What the text says is not told: it may be a secret. */
int fn_from_json(struct evaluation *v, const struct call *c, struct val *ret)
{
    struct sv text = val_to_string(c->args[0], v->arena);
    size_t at = 0, before = v->arena->used;
    if (blank_trim(text).n == 0)
        return eval_fail(v, c->node, "fromJSON() has nothing to read: its text is empty");
    if (eval_made(v, c->node, text.n) < 0)
        return -1;
    if (json_value(text, EXPR_WORK - v->work, v->arena, ret, &at) < 0)
        return eval_fail(v, c->node, "Error parsing JSON when evaluating fromJson, at byte %zu of the text", at);
    return eval_work(v, c->node, (v->arena->used - before) / EXPR_STEP_BYTES);
}
