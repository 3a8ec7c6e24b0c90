/* SPDX-License-Identifier: Apache-2.0 */
/* toJSON fromJSON */
#include "lang/expr_fn.h"

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
    struct json_limits limits = {.bytes = EXPR_RESULT, .nodes = EXPR_WORK - v->work + 1};
    struct jdoc *doc = NULL;
    struct err why = {0};
    if (sv_trim(text).n == 0)
        return eval_fail(v, c->node, "fromJSON() has nothing to read: its text is empty");
    if (jdoc_parse(text, &limits, &doc, &why) < 0)
        return eval_fail(v, c->node, "Error parsing JSON when evaluating fromJson, at byte %d of the text", why.code);
    size_t before = v->arena->used;
    *ret = val_copy_json(jdoc_root(doc), v->arena);
    jdoc_free(&doc);
    return eval_work(v, c->node, (v->arena->used - before) / EXPR_STEP_BYTES);
}
