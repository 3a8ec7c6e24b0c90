/* SPDX-License-Identifier: Apache-2.0 */
/* The answer about one run. */
#pragma once
#include "server/api/api.h"

/* run: its rows as JSON; written on and answered. */
void run_answer(const struct api_call *c, struct buf *run);
