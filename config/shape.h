/* SPDX-License-Identifier: Apache-2.0 */
/* What may stand behind a key, beyond the plain kinds of struct field: for the JSON Schema and the reference text. The
 * readers beside the tables do what these say; a test holds them against each other. */
#pragma once
#include <stddef.h>
#include <stdint.h>
#include "base/str.h"

enum shape_kind {
    SHAPE_TEXT,   /* any scalar but null, taken as text */
    SHAPE_NUMBER, /* within min and max; fractions where `fraction` is set */
    SHAPE_FLAG,
    SHAPE_WORD,   /* one of words */
    SHAPE_NAMES,  /* a text, or a list of different texts; `of` says what the texts look like */
    SHAPE_LIST,   /* min to max items */
    SHAPE_MAP,    /* keys as `pattern` wants them, values as `of` */
    SHAPE_OBJECT, /* keys of a table */
    SHAPE_ONE_OF, /* one of `any` */
    SHAPE_ANY
};

struct field;
struct object {
    const char *name; /* of the definition: "job" */
    const char *what; /* for messages: "a step" */
    const struct field *fields;
    size_t n;
    const char *const *one_of; /* keys of which one has to be there; NULL = no such rule */
};
#define OBJECT(name_, what_, table_) .name = (name_), .what = (what_), .fields = (table_), .n = ARRAY_LEN(table_)

struct shape {
    enum shape_kind kind;
    bool expr;           /* a text with ${{ }} in it will do as well */
    bool null;           /* may be left empty */
    bool fraction;       /* of SHAPE_NUMBER */
    bool more;           /* of SHAPE_NUMBER: more than min, not min itself */
    const char *pattern; /* ECMA: of a text, of the keys of a map */
    int64_t min, max;
    const char *const *words; /* NULL at the end */
    const struct shape *of;
    const struct object *object;
    const struct shape *const *any; /* NULL at the end */
    const char *looks;              /* for the reference: "a duration like 30s" */
};

extern const struct shape shape_text, shape_line, shape_expr, shape_expr_line, shape_id, shape_step_id, shape_alias,
    shape_names, shape_patterns, shape_env, shape_flag_expr, shape_duration, shape_size, shape_path, shape_url,
    shape_labels;
/* Of the server and repositories files. */
extern const struct shape shape_secret, shape_listens, shape_forges, shape_forge_limits, shape_coordination,
    shape_aliases, shape_work_secrets, shape_vars, shape_environments, shape_capacities, shape_scheduling,
    shape_failure_rules, shape_api, shape_hooks, shape_otlp;
