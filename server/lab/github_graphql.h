/* SPDX-License-Identifier: Apache-2.0 */
/* Between the executor of GitHub's GraphQL API and its types. */
#pragma once
#include "server/lab/github.h"
#include "server/lab/graphql.h"
#include "server/lab/limit.h"

enum { GQL_FIRST_MOST = 100 };

struct gql_run { /* one document */
    struct lab_call *c;
    const struct gql_document *doc;
    const struct jval *variables;
    struct buf errors; /* members of the array */
    struct jout je;
    int64_t connections, nodes;
    struct sv path[24]; /* keys down to the field that is answered */
    size_t depth;
    const struct lab_repo *repo; /* whose pull requests are written */
    size_t cut;                  /* so much is cut off the names of refs that are written */
};
struct gql_page;
union gql_subject { /* what a selection is about */
    const struct lab_repo *repo;
    const struct lab_ref *ref;
    const struct lab_change *change;
    const char *sha;
    const struct gql_page *page;
};
struct gql_page { /* of a connection */
    const struct lab_repo *repo;
    union gql_subject items[GQL_FIRST_MOST];
    size_t n, total;
    bool more;
    const char *end; /* the cursor of the last item; NULL: there is none */
    size_t prefix;   /* of refs: so much is cut off their names */
};

/* Writes the value of the field; a false answer means that it failed, was written as null, and the error told. */
typedef bool gql_resolve(struct gql_run *r, const struct gql_field *f, union gql_subject s);
struct gql_member {
    const char *name;
    const struct gql_type *type; /* of what is selected below; NULL: a leaf */
    const char *arguments;       /* it takes, with blanks between */
    gql_resolve *fn;
};
struct gql_type {
    const char *name;
    const struct gql_member *members; /* name NULL at the end */
};
extern const struct gql_type gql_query; /* github_graphql_types.c */

/* Errors go into the answer with the path of the field; gql_fails also writes null in its place and is false. */
void gql_tell_error(struct gql_run *r, const char *type, const struct gql_field *f, const char *message);
bool gql_fails(struct gql_run *r, const char *type, const struct gql_field *f, const char *message);
/* Arguments, whether written or by a variable. */
struct sv gql_text(const struct gql_run *r, const struct gql_field *f, const char *name);
bool gql_number(const struct gql_run *r, const struct gql_field *f, const char *name, int64_t *ret);
bool gql_has(const struct gql_run *r, const struct gql_field *f, const char *name, const char *word); /* in a list */
bool gql_select(struct gql_run *r, const struct gql_type *t, const struct gql_field *f, union gql_subject s);
