/* SPDX-License-Identifier: Apache-2.0 */
/* What the API answers and takes, as schemas. Pure. */
#pragma once
#include "fmt/json.h"

/* `members`: "name:type" with blanks between. A type is id, int, text, bool, time, object (of anything), texts (an
 * object of texts), headers (texts, or null where they are not shown), any, a set of words of params.h, or another
 * schema; behind it `[]` is an array of such, `?` says that it may be null. A `*` before the name: it may be missing.
 */
struct api_schema {
    const char *name, *doc, *members;
};
extern const struct api_schema api_schemas[]; /* name NULL at the end */
const struct api_schema *api_schema_find(struct sv name);

/* Every schema and every set of words, as members of an open object. -1: a type that nobody knows, named in e. */
MUST_USE int api_schemas_put(struct jout *j, struct err *e);
/* {"$ref": …} to one that is here, or the schema of a plain type. */
MUST_USE int api_type_put(struct sv type, struct jout *j, struct err *e);
