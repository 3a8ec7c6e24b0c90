/* SPDX-License-Identifier: Apache-2.0 */
#include "core/workflow.h"

const char *const wf_event_name[] = {"push", "pull_request", "system"};
const char *const wf_cond_name[] = {"success", "failure", "always", "cancelled"};
