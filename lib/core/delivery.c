/* SPDX-License-Identifier: Apache-2.0 */
#include "core/delivery.h"

const char *const delivery_state_name[] = {
#define X(id, name) name,
    DELIVERY_STATES(X)
#undef X
};

const char *const delivery_source_name[] = {
#define X(id, name) name,
    DELIVERY_SOURCES(X)
#undef X
};
