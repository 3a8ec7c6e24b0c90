/* SPDX-License-Identifier: Apache-2.0 */
/* `app:` of a forge: the GitHub App that takes the place of a token. */
#pragma once
#include "config/conf.h"
#include "config/reading.h"
#include "config/shape.h"

extern const struct shape shape_app;
/* False after adding a problem. Its key is one that signs. */
bool app_read(struct reading *r, const struct ynode *n, struct conf_app *ret);
