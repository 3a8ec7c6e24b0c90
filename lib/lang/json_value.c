/* SPDX-License-Identifier: Apache-2.0 */
#include "lang/json_value.h"
#include "base/map.h"
#include "base/vec.h"
#include "fmt/json_scan.h"
#include "lang/fold.h"
#include "lang/number.h"

struct reader {
    const uint8_t *p, *end;
    size_t nodes, depth; /* left */
    struct arena *arena;
};

static int read_value(struct reader *r, struct val *ret);

static void skip_blanks(struct reader *r)
{
    while (r->p < r->end && (*r->p == ' ' || *r->p == '\t' || *r->p == '\n' || *r->p == '\r'))
        r->p++;
}

/* The byte that comes next behind blanks; 0 at the end. */
static uint8_t next_byte(struct reader *r)
{
    skip_blanks(r);
    return r->p < r->end ? *r->p : 0;
}

static bool take(struct reader *r, char c)
{
    if (next_byte(r) != (uint8_t)c)
        return false;
    r->p++;
    return true;
}

static int read_string(struct reader *r, struct sv *ret)
{
    bool escaped = false;
    struct json_fault fault;
    const uint8_t *from = r->p + 1, *quote = json_scan_string(from, r->end, &escaped, &fault);
    if (!quote) {
        r->p = fault.at;
        return -1;
    }
    struct sv raw = sv_n((const char *)from, (size_t)(quote - from));
    r->p = quote + 1;
    if (escaped) {
        AUTO(buf_free) struct buf text = {0};
        json_unescape(raw, &text);
        *ret = arena_sv(r->arena, buf_view(&text));
    } else {
        *ret = arena_sv(r->arena, raw);
    }
    return 0;
}

static size_t skip_digits(struct reader *r)
{
    const uint8_t *from = r->p;
    while (r->p < r->end && *r->p >= '0' && *r->p <= '9')
        r->p++;
    return (size_t)(r->p - from);
}

static int read_number(struct reader *r, struct val *ret)
{
    const uint8_t *from = r->p;
    r->p += *r->p == '-';
    const uint8_t *digits = r->p;
    size_t n = skip_digits(r);
    if (n == 0 || (n > 1 && *digits == '0'))
        return -1;
    if (r->p < r->end && *r->p == '.') {
        r->p++;
        if (skip_digits(r) == 0)
            return -1;
    }
    if (r->p < r->end && (*r->p | 0x20) == 'e') {
        r->p++;
        r->p += r->p < r->end && (*r->p == '+' || *r->p == '-');
        if (skip_digits(r) == 0)
            return -1;
    }
    *ret = val_number(number_parse(sv_n((const char *)from, (size_t)(r->p - from))));
    return 0;
}

static int read_word(struct reader *r, struct val *ret)
{
    static const struct {
        struct sv word;
        struct val value;
    } words[] = {{{"true", 4}, {.kind = VAL_BOOL, .b = true}}, {{"false", 5}, {.kind = VAL_BOOL}}, {{"null", 4}, {0}}};
    struct sv rest = sv_n((const char *)r->p, (size_t)(r->end - r->p));
    for (size_t i = 0; i < ARRAY_LEN(words); i++)
        if (sv_starts(rest, words[i].word)) {
            r->p += words[i].word.n;
            *ret = words[i].value;
            return 0;
        }
    return -1;
}

struct items {
    struct val *at;
    size_t n, cap;
};

static int read_items(struct reader *r, struct items *out)
{
    r->p++;
    if (take(r, ']'))
        return 0;
    do {
        struct val item;
        if (read_value(r, &item) < 0)
            return -1;
        VEC_PUSH(out, item);
    } while (take(r, ','));
    return take(r, ']') ? 0 : -1;
}

static int read_array(struct reader *r, struct val *ret)
{
    struct items items = {0};
    int rc = read_items(r, &items);
    /* One more than there are: an empty array is one of its own, too. */
    struct val *copy = arena_new(r->arena, (items.n + 1) * sizeof *copy);
    if (items.n)
        memcpy(copy, items.at, items.n * sizeof *copy);
    *ret = val_array(copy, items.n);
    VEC_FREE(&items);
    return rc;
}

struct members {
    struct val_member *at;
    size_t n, cap;
    struct map places; /* key in upper case -> place in `at`, from 1 */
};

static int read_member(struct reader *r, struct members *out)
{
    AUTO(buf_free) struct buf name = {0};
    struct val_member m;
    if (next_byte(r) != '"' || read_string(r, &m.key) < 0 || !take(r, ':') || read_value(r, &m.value) < 0)
        return -1;
    fold_put(&name, m.key);
    void *before = map_get(&out->places, buf_view(&name));
    if (before) {
        struct val_member *first = &out->at[(uintptr_t)before - 1];
        if (sv_eq(first->key, m.key))
            first->value = m.value;
        return 0;
    }
    VEC_PUSH(out, m);
    map_put(&out->places, buf_view(&name), (void *)(uintptr_t)out->n);
    return 0;
}

static int read_members(struct reader *r, struct members *out)
{
    r->p++;
    if (take(r, '}'))
        return 0;
    do {
        if (read_member(r, out) < 0)
            return -1;
    } while (take(r, ','));
    return take(r, '}') ? 0 : -1;
}

static int read_object(struct reader *r, struct val *ret)
{
    struct members members = {0};
    int rc = read_members(r, &members);
    struct val_member *copy = arena_new(r->arena, (members.n + 1) * sizeof *copy);
    if (members.n)
        memcpy(copy, members.at, members.n * sizeof *copy);
    *ret = (struct val){.kind = VAL_OBJECT, .obj = {copy, members.n}};
    VEC_FREE(&members);
    map_free(&members.places);
    return rc;
}

static int read_value(struct reader *r, struct val *ret)
{
    uint8_t c = next_byte(r);
    if (r->nodes == 0 || r->depth == 0)
        return -1;
    r->nodes--;
    if (c == '"') {
        struct sv text;
        if (read_string(r, &text) < 0)
            return -1;
        *ret = val_string(text);
        return 0;
    }
    if (c == '-' || (c >= '0' && c <= '9'))
        return read_number(r, ret);
    if (c != '[' && c != '{')
        return read_word(r, ret);
    r->depth--;
    int rc = c == '[' ? read_array(r, ret) : read_object(r, ret);
    r->depth++;
    return rc;
}

int json_value(struct sv text, size_t nodes, struct arena *arena, struct val *ret, size_t *ret_at)
{
    const uint8_t *from = (const uint8_t *)text.p;
    struct reader r = {.p = from, .end = from + text.n, .nodes = nodes, .depth = JSON_VALUE_DEPTH, .arena = arena};
    int rc = read_value(&r, ret);
    if (rc == 0) {
        skip_blanks(&r);
        rc = r.p == r.end ? 0 : -1;
    }
    *ret_at = (size_t)(r.p - from);
    return rc;
}
