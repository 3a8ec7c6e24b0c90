/* SPDX-License-Identifier: Apache-2.0 */
/* The short words of schemas.c as JSON Schema 2020-12. */
#include "server/api/params.h"
#include "server/api/schemas.h"

static const struct {
    const char *name, *schema;
} plain[] = {
    {"int", "{\"type\":\"integer\"}"},
    {"number", "{\"type\":\"number\"}"},
    {"ints", "{\"type\":\"array\",\"items\":{\"type\":[\"integer\",\"null\"]}}"},
    {"numbers", "{\"type\":\"array\",\"items\":{\"type\":[\"number\",\"null\"]}}"},
    {"text", "{\"type\":\"string\"}"},
    {"bool", "{\"type\":\"boolean\"}"},
    {"time", "{\"type\":\"string\",\"format\":\"date-time\"}"},
    {"object", "{\"type\":\"object\"}"},
    {"texts", "{\"type\":\"object\",\"additionalProperties\":{\"type\":\"string\"}}"},
    {"headers", "{\"type\":\"object\",\"additionalProperties\":{\"type\":[\"string\",\"null\"]}}"},
    {"any", "{}"},
};

static void put_pattern(struct jout *j, const char *pattern)
{
    jout_open(j, '{');
    jout_kstrz(j, "type", "string");
    jout_kstrz(j, "pattern", pattern);
    jout_close(j, '}');
}

static void put_ref(struct jout *j, struct sv name)
{
    AUTO(buf_free) struct buf at = {0};
    buf_fmt(&at, "#/components/schemas/%.*s", SV_ARG(name));
    jout_open(j, '{');
    jout_kstr(j, "$ref", buf_view(&at));
    jout_close(j, '}');
}

static int put_base(struct sv type, struct jout *j, struct err *e)
{
    for (size_t i = 0; i < ARRAY_LEN(plain); i++) {
        if (sv_is(type, plain[i].name)) {
            jout_raw(j, sv_of(plain[i].schema));
            return 0;
        }
    }
    if (sv_is(type, "id"))
        put_pattern(j, api_id_pattern);
    else if (api_words_find(type) || api_schema_find(type))
        put_ref(j, type);
    else
        return err_set(e, ERR_BUG, "no schema has the name \"%.*s\"", SV_ARG(type));
    return 0;
}

static int put_item(struct sv type, struct jout *j, struct err *e)
{
    if (!sv_ends(type, SV("[]")))
        return put_base(type, j, e);
    jout_open(j, '{');
    jout_kstrz(j, "type", "array");
    jout_key(j, "items");
    if (put_base(sv_cut(type, type.n - 2), j, e) < 0)
        return -1;
    jout_close(j, '}');
    return 0;
}

int api_type_put(struct sv type, struct jout *j, struct err *e)
{
    if (!sv_ends(type, SV("?")))
        return put_item(type, j, e);
    jout_open(j, '{');
    jout_key(j, "anyOf");
    jout_open(j, '[');
    if (put_item(sv_cut(type, type.n - 1), j, e) < 0)
        return -1;
    jout_raw(j, SV("{\"type\":\"null\"}"));
    jout_close(j, ']');
    jout_close(j, '}');
    return 0;
}

static struct sv member_name(struct sv member)
{
    struct sv name = sv_cut(member, (size_t)(sv_chr(member, ':') < 0 ? 0 : sv_chr(member, ':')));
    return sv_starts(name, SV("*")) ? sv_from(name, 1) : name;
}

static int put_object(const struct api_schema *s, struct jout *j, struct err *e)
{
    struct sv rest = sv_of(s->members), member;
    jout_open(j, '{');
    jout_kstrz(j, "type", "object");
    jout_kstrz(j, "description", s->doc);
    jout_key(j, "properties");
    jout_open(j, '{');
    while (sv_next(&rest, ' ', &member)) {
        jout_keyv(j, member_name(member));
        if (api_type_put(sv_from(member, (size_t)(sv_chr(member, ':') + 1)), j, e) < 0)
            return err_add(e, "%s", s->name);
    }
    jout_close(j, '}');
    jout_key(j, "required");
    jout_open(j, '[');
    for (rest = sv_of(s->members); sv_next(&rest, ' ', &member);)
        if (!sv_starts(member, SV("*")))
            jout_str(j, member_name(member));
    jout_close(j, ']');
    jout_close(j, '}');
    return 0;
}

int api_schemas_put(struct jout *j, struct err *e)
{
    for (const struct api_schema *s = api_schemas; s->name; s++) {
        jout_key(j, s->name);
        if (put_object(s, j, e) < 0)
            return -1;
    }
    for (const struct api_words *w = api_words; w->name; w++) {
        jout_key(j, w->name);
        jout_open(j, '{');
        jout_kstrz(j, "type", "string");
        jout_key(j, "enum");
        api_words_put(w, j);
        jout_close(j, '}');
    }
    return 0;
}
