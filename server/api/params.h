/* SPDX-License-Identifier: Apache-2.0 */
/* Parameters of queries and heads, and sets of words, as they are checked and as openapi.json has them. Pure. */
#pragma once
#include "fmt/json.h"

/* A set of words: one or two lists of names from lib/core; "" is not one of them. */
struct api_words {
    const char *name;
    const char *const *at;
    size_t n;
    const char *const *more;
    size_t n_more;
};
const struct api_words *api_words_find(struct sv name);        /* NULL = there is no such set */
extern const struct api_words api_words[];                     /* name NULL at the end */
void api_words_put(const struct api_words *w, struct jout *j); /* an array of them */

/* PARAM_HEADER: a number in the head, which its route checks. */
enum api_param_kind { PARAM_TEXT, PARAM_NUMBER, PARAM_ID, PARAM_WORD, PARAM_SHA, PARAM_CURSOR, PARAM_HEADER };
struct api_param {
    const char *word; /* how routes call it */
    const char *name; /* in the query, or the head */
    enum api_param_kind kind;
    int64_t min, max;  /* PARAM_NUMBER, PARAM_HEADER */
    const char *words; /* PARAM_WORD: name of the set */
    const char *doc;
};
const struct api_param *api_param_find(struct sv word); /* also with a ! behind it; NULL = there is none */

/* Is the query one that a route with these parameters (words with blanks between; with ! behind it one must be there)
 * takes: each of them at most once, in its form, no other? Else *why says what is wrong, without what came. */
MUST_USE int api_query_check(const char *params, struct sv query, struct err *why);
/* The parameter of that word, which is known, as a Parameter Object. */
void api_param_put(struct sv word, struct jout *j);

/* Patterns of ids, object ids and cursors. */
extern const char api_id_pattern[], api_sha_pattern[], api_cursor_pattern[];
