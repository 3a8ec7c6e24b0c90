/* SPDX-License-Identifier: Apache-2.0 */
#include "core/forge_read.h"
#include "handlers/forge/standard/standard.h"

int standard_decode(const struct delivery *d, struct sv payload, struct arena *arena, struct hook_event *ret,
                    struct err *e)
{
    (void)d;
    struct jdoc *doc;
    *e = (struct err){0};
    if (jdoc_parse(payload, NULL, &doc, e) != 0)
        return -1;
    struct forge_read r = {.root = jdoc_root(doc), .arena = arena, .ev = ret, .e = e};
    ret->name = "repository_dispatch";
    ret->action = read_word(&r, "type", NEEDED);
    ret->repo.is_private = UNKNOWN;
    ret->trusted = YES; /* only who holds the signing secret can send it */
    jdoc_free(&doc);
    return read_end(&r);
}
