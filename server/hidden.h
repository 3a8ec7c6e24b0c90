/* SPDX-License-Identifier: Apache-2.0 */
/* What no step may see: the configuration, its secrets and keys, the store and the sockets. */
#pragma once
#include "config/conf.h"

/* Paths, NULL at the end; text is the configuration's or in the arena. */
const char *const *hidden_paths(const struct conf *c, struct arena *a);
