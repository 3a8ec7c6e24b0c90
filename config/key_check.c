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

/* Of a key in upper case; 0 when it is empty or not all ASCII. */
static uint64_t quick_hash(struct sv key)
{
    uint64_t h = 14695981039346656037u;
    for (size_t i = 0; i < key.n; i++) {
        unsigned char c = (unsigned char)key.p[i];
        if (c >= 0x80)
            return 0;
        h = (h ^ (c >= 'a' && c <= 'z' ? c - 32u : c)) * 1099511628211u;
    }
    /* The last letters are in its low bits only. */
    return key.n ? (h ^ h >> 29) * 0x9e3779b97f4a7c15u | 1 : 0;
}

/* False for nearly every mapping: all keys are of ASCII and differ. Keys may be made to meet in the table, which ends
 * the search soon. */
static bool may_repeat(const struct ynode *n)
{
    enum { PROBES = 16, FEW = 32 };
    uint64_t room[2 * FEW] = {0};
    size_t cap = 2 * FEW;
    while (cap < 2 * n->n)
        cap *= 2;
    AUTO(mem_freep) uint64_t *large = n->n > FEW ? mem_new(cap * sizeof *large) : NULL;
    uint64_t *table = large ? large : room;
    for (size_t i = 0; i < n->n; i++) {
        uint64_t h = quick_hash(n->keys[i]->text);
        size_t at = (size_t)(h >> 40) & (cap - 1), probes = 0;
        for (; h && table[at] && table[at] != h && probes < PROBES; probes++)
            at = (at + 1) & (cap - 1);
        if (!h || table[at])
            return true;
        table[at] = h;
    }
    return false;
}

/* Recursive as deep as a file may be. */
void keys_check(struct reading *r, const struct ynode *n)
{
    struct map seen = {0};
    if (n->kind == Y_MAP && n->n > 0 && may_repeat(n))
        for (size_t i = 0; i < n->n; i++)
            key_check(r, n->keys[i], &seen);
    map_free(&seen);
    for (size_t i = 0; n->kind != Y_SCALAR && i < n->n; i++)
        keys_check(r, n->items[i]);
}
