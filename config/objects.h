/* SPDX-License-Identifier: Apache-2.0 */
/* The tables of the three kinds of files, from their roots. */
#pragma once
#include "config/field.h"

extern const struct object workflow_object, server_object, repositories_object;

struct objects { /* in the order met, each name once */
    const struct object *at[64];
    size_t n;
};
/* The root and all that is reached from it. */
void objects_reached(const struct object *root, struct objects *ret);
/* What a row takes, as a shape, for the kinds that have none of their own. `scratch` is used where one is made. */
const struct shape *field_shape(const struct field *f, struct shape *scratch);
