/* SPDX-License-Identifier: Apache-2.0 */
/* The part of GraphQL (October 2021) that queries of many repositories at once need: one operation, variables, aliases,
 * arguments, selections. No fragments, directives, mutations or subscriptions: they are refused, not passed over. */
#pragma once
#include "base/err.h"
#include "base/vec.h"
#include "fmt/json.h"

struct gql_value {
    enum { GQL_NULL, GQL_VARIABLE, GQL_INT, GQL_STRING, GQL_BOOL, GQL_ENUM, GQL_LIST, GQL_OBJECT } kind;
    struct sv text; /* of a variable, string or enum: without its mark; of a bool: true or false */
    int64_t number;
    struct gql_value *const *items; /* of a list; of an object: keys are not kept */
    size_t n_items;
};
struct gql_argument {
    struct sv name;
    const struct gql_value *value;
};
struct gql_field {
    struct sv key, name; /* key: the alias, else the name */
    int line, column;
    const struct gql_argument *arguments;
    size_t n_arguments;
    struct gql_field *const *fields;
    size_t n_fields;
};
struct gql_variable {
    struct sv name, type;              /* type: as written, "String!", "[PullRequestState!]" */
    const struct gql_value *otherwise; /* NULL: no default */
};
struct gql_document {
    const struct gql_field *root; /* its fields are those of the query */
    const struct gql_variable *variables;
    size_t n_variables;
};

/* All memory is the arena's; texts are borrowed from `text` where they can be. ERR_INVALID says what is wrong and
 * where: e->code is the line. Depth and number of fields are bounded. */
MUST_USE int gql_parse(struct sv text, struct arena *a, struct gql_document *ret, struct err *e);
