/* SPDX-License-Identifier: Apache-2.0 */
#include <json-c/json.h>
#include "fmt/json.h"

/* A jval is a json_object under another name; json-c has NULL for null, which means absent here. */
struct jval {
    char unused;
};
static const struct jval the_null;

struct jdoc {
    json_object *root;
};

static const struct jval *node(const json_object *o)
{
    return o ? (const struct jval *)o : &the_null;
}

/* NULL for absent and for null. json-c's readers take no const. */
static json_object *object(const struct jval *v)
{
    return v == &the_null ? NULL : (json_object *)(uintptr_t)v;
}

static json_object *of_type(const struct jval *v, enum json_type type)
{
    json_object *o = object(v);
    return o && json_object_is_type(o, type) ? o : NULL;
}

static int parse(json_tokener *tok, struct sv text, json_object **ret, struct err *e)
{
    json_tokener_set_flags(tok, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
    *ret = json_tokener_parse_ex(tok, text.p, (int)text.n);
    /* A number alone ends only where something follows. */
    if (json_tokener_get_error(tok) == json_tokener_continue)
        *ret = json_tokener_parse_ex(tok, " ", 1);
    enum json_tokener_error error = json_tokener_get_error(tok);
    if (error == json_tokener_success)
        return 0;
    return err_set(e, ERR_INVALID, "json-c: %s", json_tokener_error_desc(error));
}

int jdoc_parse(struct sv text, const struct json_limits *limits, struct jdoc **ret, struct err *e)
{
    if (json_validate(text, limits, e) != 0)
        return -1;
    /* The validator has counted the depth; json-c counts scalars as a level too. */
    json_tokener *tok = json_tokener_new_ex(JSON_DEPTH_MOST + 2);
    MUST(tok);
    json_object *root = NULL;
    int rc = parse(tok, text, &root, e);
    json_tokener_free(tok);
    if (rc != 0)
        return -1;
    *ret = mem_new(sizeof **ret);
    (*ret)->root = root;
    return 0;
}

void jdoc_free(struct jdoc **d)
{
    if (!*d)
        return;
    json_object_put((*d)->root);
    mem_free(STEAL(*d));
}

const struct jval *jdoc_root(const struct jdoc *d)
{
    return d ? node(d->root) : NULL;
}

enum jkind jval_kind(const struct jval *v)
{
    if (!v)
        return J_ABSENT;
    switch (json_object_get_type(object(v))) {
    case json_type_boolean:
        return J_BOOL;
    case json_type_int:
        return J_INT;
    case json_type_double:
        return J_REAL;
    case json_type_string:
        return J_STRING;
    case json_type_array:
        return J_ARRAY;
    case json_type_object:
        return J_OBJECT;
    case json_type_null:
    default:
        return J_NULL;
    }
}

const struct jval *jval_get(const struct jval *v, const char *key)
{
    json_object *o = of_type(v, json_type_object), *value;
    return o && json_object_object_get_ex(o, key, &value) ? node(value) : NULL;
}

const struct jval *jval_path(const struct jval *v, const char *const *keys)
{
    for (; v && *keys; keys++)
        v = jval_get(v, *keys);
    return v;
}

struct sv jval_str(const struct jval *v)
{
    json_object *o = of_type(v, json_type_string);
    return o ? sv_n(json_object_get_string(o), (size_t)json_object_get_string_len(o)) : SV_NONE;
}

bool jval_int(const struct jval *v, int64_t *ret)
{
    json_object *o = of_type(v, json_type_int);
    if (o)
        *ret = json_object_get_int64(o);
    return o != NULL;
}

bool jval_true(const struct jval *v)
{
    return jval_bool(v) == 1;
}

int jval_bool(const struct jval *v)
{
    json_object *o = of_type(v, json_type_boolean);
    return o ? json_object_get_boolean(o) != 0 : -1;
}

double jval_real(const struct jval *v)
{
    json_object *o = object(v);
    bool number = json_object_is_type(o, json_type_double) || json_object_is_type(o, json_type_int);
    return number ? json_object_get_double(o) : 0;
}

size_t jval_len(const struct jval *v)
{
    json_object *o = object(v);
    if (json_object_is_type(o, json_type_array))
        return json_object_array_length(o);
    return json_object_is_type(o, json_type_object) ? (size_t)json_object_object_length(o) : 0;
}

const struct jval *jval_item(const struct jval *v, size_t i)
{
    json_object *o = of_type(v, json_type_array);
    return o && i < json_object_array_length(o) ? node(json_object_array_get_idx(o, i)) : NULL;
}

bool jval_each(const struct jval *v, size_t *at, struct sv *ret_key, const struct jval **ret_value)
{
    enum { START = 0, END = 1 };
    json_object *o = of_type(v, json_type_object);
    if (!o || *at == END)
        return false;
    struct lh_entry *entry = *at == START ? json_object_get_object(o)->head : (struct lh_entry *)*at;
    if (!entry)
        return false;
    *ret_key = sv_of(lh_entry_k(entry));
    *ret_value = node(lh_entry_v(entry));
    *at = entry->next ? (size_t)entry->next : END;
    return true;
}

static void put_members(struct jout *j, const struct jval *v)
{
    struct sv key;
    const struct jval *value;
    jout_open(j, '{');
    for (size_t at = 0; jval_each(v, &at, &key, &value);) {
        jout_keyv(j, key);
        jout_val(j, value);
    }
    jout_close(j, '}');
}

static void put_items(struct jout *j, const struct jval *v)
{
    jout_open(j, '[');
    for (size_t i = 0, n = jval_len(v); i < n; i++)
        jout_val(j, jval_item(v, i));
    jout_close(j, ']');
}

/* Recursive, but never deeper than JSON_DEPTH_MOST: there is no other way to get a jval than jdoc_parse. */
void jout_val(struct jout *j, const struct jval *v)
{
    int64_t n = 0;
    switch (jval_kind(v)) {
    case J_OBJECT:
        put_members(j, v);
        break;
    case J_ARRAY:
        put_items(j, v);
        break;
    case J_STRING:
        jout_str(j, jval_str(v));
        break;
    case J_BOOL:
        jout_bool(j, jval_true(v));
        break;
    case J_INT:
        (void)jval_int(v, &n);
        jout_int(j, n);
        break;
    case J_REAL: /* json-c keeps the digits of the text */
        jout_raw(j, sv_of(json_object_to_json_string_ext(object(v), JSON_C_TO_STRING_PLAIN)));
        break;
    case J_ABSENT:
    case J_NULL:
        jout_null(j);
        break;
    }
}
