/* SPDX-License-Identifier: Apache-2.0 */
#include "core/policy.h"

#define X(id, name) name,
const char *const priority_name[] = {PRIORITIES(X)};
const char *const recovery_strategy_name[] = {STRATEGIES(X)};
const char *const conflict_way_name[] = {CONFLICT_WAYS(X)};
#undef X
