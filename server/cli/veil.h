/* SPDX-License-Identifier: Apache-2.0 */
/* What stands between secrets and a report that goes to strangers: values that are known, in all the forms that the
 * output of steps is masked in, and what only looks like a secret. It hides rather too much. */
#pragma once
#include "base/arena.h"
#include "exec/shim/mask.h"
#include "fmt/yaml.h"

struct veil {
    struct mask mask;
};
void veil_free(struct veil *v); /* fits AUTO(veil_free) */
/* Of less than four bytes nothing is made: they stand everywhere. */
void veil_add(struct veil *v, struct sv secret);
/* Every secret that a configuration names: the contents of its `file:`, with .next and .old beside them, of `env:` and
 * `credential:`, and what stands in the place of one. What cannot be read is passed over. */
void veil_add_named(struct veil *v, const struct ynode *root, const char *dir);
/* Appends the text without them: *** in their place. */
void veil_put(struct veil *v, struct sv text, struct buf *out);

/* A configuration as text, from its tree: no comments; values only where it is known that they are no secrets. */
void veil_put_conf(struct veil *v, const struct ynode *root, struct buf *out);
