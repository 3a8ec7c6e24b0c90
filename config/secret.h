/* SPDX-License-Identifier: Apache-2.0 */
/* {file: PATH} | {env: NAME} | {credential: NAME}: where a secret comes from. Its value is read at once, so that a
 * configuration that was accepted works. */
#pragma once
#include "config/conf.h"
#include "config/reading.h"

/* False after adding a problem. `what` names it: "\"token\"". */
bool secret_read(struct reading *r, const struct ynode *n, const char *what, struct conf_secret *ret);
