/* SPDX-License-Identifier: Apache-2.0 */
/* The API's description of itself, OpenAPI 3.1, written from the table of routes. Pure. */
#pragma once
#include "server/api/api.h"

/* -1 with ERR_BUG: a row names a parameter or a schema that is not there. */
MUST_USE int openapi_write(const struct api_route *routes, struct buf *ret, struct err *e);
