/* SPDX-License-Identifier: Apache-2.0 */
/* Values of the expression language: null, boolean, number, string, array, object. Immutable, in an arena; a value
 * borrows what it was made of. A document of JSON is not copied: its node becomes a value when somebody looks at it.
 * Coercions are GitHub's (docs: "Evaluate expressions", and the cases of actions/languageservices). Pure. */
#pragma once
#include "base/arena.h"
#include "base/err.h"
#include "fmt/json.h"

enum val_kind { VAL_NULL, VAL_BOOL, VAL_NUMBER, VAL_STRING, VAL_ARRAY, VAL_OBJECT };

struct val_member;
struct val {
    enum val_kind kind;
    bool filtered; /* an array made by `.*`: further `.name` go into its items */
    union {
        bool b;
        double num;
        struct sv str;
        struct {
            const struct val *items; /* array */
            size_t n;
        } arr;
        struct {
            const struct val_member *members; /* object, in the order given; keys differ without regard to case */
            size_t n;
        } obj;
        const struct jval *json; /* array or object still in its document, see `lazy` */
    };
    bool lazy; /* json, not arr or obj; only the functions below may look inside */
};
struct val_member {
    struct sv key;
    struct val value;
};

#define VAL_NONE ((struct val){.kind = VAL_NULL})
struct val val_bool(bool b);
struct val val_number(double n);
struct val val_string(struct sv s); /* borrowed; absent becomes null */
struct val val_strz(const char *z); /* borrowed; NULL becomes null */
/* Borrowed from the document, which must live as long. */
struct val val_json(const struct jval *v);

/* A mutable object while it is being built; val_object_done gives the value. Later keys replace earlier equal ones. */
struct val_object {
    struct arena *arena;
    struct val_member *members;
    size_t n, cap;
};
void val_object_put(struct val_object *o, struct sv key, struct val v); /* key and value are borrowed */
void val_object_putz(struct val_object *o, const char *key, struct val v);
struct val val_object_done(const struct val_object *o);
struct val val_array(const struct val *items, size_t n); /* borrowed */

/* Null when absent. Keys are compared without regard to case. */
struct val val_get(struct val object, struct sv key, struct arena *a);
struct val val_at(struct val array, size_t i, struct arena *a);
size_t val_len(struct val v); /* items or members; else 0 */
/* The same as val_get, but tells a member that is null from one that is not there. */
bool val_find(struct val object, struct sv key, struct val *ret);
/* Members in order; *at starts at 0; false at the end. */
bool val_each(struct val object, size_t *at, struct sv *ret_key, struct val *ret);
/* Member i in order; false beyond the end. Walks there: for a loop take val_each. */
bool val_member_at(struct val object, size_t i, struct arena *a, struct sv *ret_key, struct val *ret);

bool val_truthy(struct val v);
double val_to_number(struct val v);
/* What `${{ }}` puts into text: arrays and objects become "Array" and "Object". In the arena or borrowed. */
struct sv val_to_string(struct val v, struct arena *a);
bool val_equal(struct val a, struct val b); /* the operator == */
/* -1, 0 or 1 when they have an order, as the operators < and > see it; 2 when they have none. */
int val_compare(struct val a, struct val b);
/* As toJSON writes it (pretty = two blanks) or on one line; NaN and infinities as strings on one line (spec §1). */
enum val_layout { VAL_ONE_LINE, VAL_PRETTY };
void val_write(struct val v, enum val_layout layout, struct buf *out);
/* The same, but gives up when `out` would grow by much more than `max` bytes: false, with a part written. */
MUST_USE bool val_write_within(struct val v, enum val_layout layout, size_t max, struct buf *out);
