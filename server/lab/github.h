/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the emulated GitHub share. */
#pragma once
#include "server/lab/call.h"

bool github_is_oid(struct sv s);
/* 422 with one entry in `errors`; message may be NULL. */
void github_invalid(struct lab_call *c, const char *resource, const char *field, const char *code,
                    const char *message);
