/* SPDX-License-Identifier: Apache-2.0 */
#include "core/recovery.h"

#define X(id, name) name,
const char *const recovery_outcome_name[] = {RECOVERY_OUTCOMES(X)};
const char *const recovery_part_name[] = {RECOVERY_PARTS(X)};
const char *const approval_kind_name[] = {APPROVAL_KINDS(X)};
const char *const approval_state_name[] = {APPROVAL_STATES(X)};
#undef X
