/* SPDX-License-Identifier: Apache-2.0 */
/* A small picture with a name and how its newest run ended. Pure. */
#pragma once
#include "core/run.h"

/* CONC_NONE: there is no such run. */
void badge_svg(struct sv name, enum conclusion c, struct buf *out);
