/* SPDX-License-Identifier: Apache-2.0 */
/* What GitHub's reader asks of the keys of every mapping, whatever stands there: none is empty, and none differs from
 * another by its case alone. */
#include "base/map.h"
#include "config/workflow_parts.h"
#include "lang/fold.h"

static bool is_told(const struct reading *r, const struct ynode *key)
{
    for (size_t i = r->first; i < r->problems->list.n; i++) {
        const struct problem *p = &r->problems->list.at[i];
        if (p->level == PROBLEM_ERROR && p->at.line == key->at.line && p->at.col == key->at.col)
            return true;
    }
    return false;
}

static void key_check(struct reading *r, const struct ynode *key, struct map *seen)
{
    AUTO(buf_free) struct buf name = {0};
    if (key->text.n == 0) {
        if (!is_told(r, key))
            say(r, key, "bad-name", "a key is empty");
        return;
    }
    fold_put(&name, key->text);
    const struct ynode *before = map_put(seen, buf_view(&name), (void *)(uintptr_t)key);
    if (before && !is_told(r, key))
        say(r, key, "duplicate", "\"%s\" is there already as \"%s\": case makes no difference", key->text.p,
            before->text.p);
}

/* Recursive as deep as a file may be. */
void keys_check(struct reading *r, const struct ynode *n)
{
    struct map seen = {0};
    for (size_t i = 0; n->kind == Y_MAP && i < n->n; i++)
        key_check(r, n->keys[i], &seen);
    map_free(&seen);
    for (size_t i = 0; n->kind != Y_SCALAR && i < n->n; i++)
        keys_check(r, n->items[i]);
}
