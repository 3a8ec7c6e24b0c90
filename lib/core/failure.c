/* SPDX-License-Identifier: Apache-2.0 */
#include "core/failure.h"

#define X(id, name) name,
const char *const failure_class_name[] = {FAILURE_CLASSES(X)};
const char *const failure_source_name[] = {FAILURE_SOURCES(X)};
#undef X
