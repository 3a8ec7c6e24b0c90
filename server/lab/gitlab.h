/* SPDX-License-Identifier: Apache-2.0 */
/* Between the files of the emulated GitLab. */
#pragma once
#include "server/lab/call.h"

void gitlab_invalid(struct lab_call *c, int status, const char *error); /* {"error": …} */
