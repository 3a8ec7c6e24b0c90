/* SPDX-License-Identifier: Apache-2.0 */
/* The body of a check effect as it is stored. Bounds are those of GitHub ("Checks" of its REST API): a summary has room
 * for 65535 characters, which we count as bytes; a title of an annotation for 255; annotations come in batches, and we
 * keep the whole of them bounded. Pure. */
#pragma once
#include "core/effect.h"
#include "fmt/json.h"

enum {
    CHECK_SUMMARY_MAX = 65535,   /* bytes */
    CHECK_NOTES_MAX = 1000,      /* annotations of one check run, */
    CHECK_NOTES_BYTES = 512 << 10 /* and their texts together */
};

void check_write(const struct check_body *c, struct jout *j); /* members of an object that is open */
/* ERR_INVALID: a member is missing or wrong, or there are more annotations than CHECK_NOTES_MAX. */
MUST_USE int check_read(const struct jval *v, struct arena *arena, struct check_body *ret, struct err *e);
