/* SPDX-License-Identifier: Apache-2.0 */
#include "fmt/json.h"
#include "base/vec.h"
#include "fmt/json_keys.h"
#include "fmt/json_scan.h"

struct level {
    bool object;
    size_t first_key; /* how many keys were open before its own */
};
struct scan {
    const uint8_t *start, *p, *end;
    size_t depth_left, nodes_left;
    VEC(struct level) levels;
    struct json_keys keys;
    struct err *e;
};
/* What must come next. */
enum step { FAULT, VALUE, FIRST_ITEM, FIRST_KEY, KEY, AFTER_VALUE };

static enum step fault(struct scan *s, const uint8_t *at, const char *what)
{
    err_set(s->e, ERR_INVALID, "%s at byte %zu", what, (size_t)(at - s->start));
    s->e->code = (int)(at - s->start);
    return FAULT;
}

static enum step open_level(struct scan *s, enum step first)
{
    if (s->depth_left == 0)
        return fault(s, s->p, "nested too deeply");
    s->depth_left--;
    struct level l = {first == FIRST_KEY, s->keys.open.n};
    VEC_PUSH(&s->levels, l);
    s->p++;
    return first;
}

static enum step close_level(struct scan *s)
{
    json_keys_drop(&s->keys, s->levels.at[--s->levels.n].first_key);
    s->depth_left++;
    s->p++;
    return AFTER_VALUE;
}

static enum step scan_string(struct scan *s, bool *ret_escaped)
{
    struct json_fault f;
    const uint8_t *quote = json_scan_string(s->p + 1, s->end, ret_escaped, &f);
    if (!quote)
        return fault(s, f.at, f.what);
    s->p = quote + 1;
    return AFTER_VALUE;
}

static enum step scan_number(struct scan *s)
{
    struct json_fault f;
    const uint8_t *behind = json_scan_number(s->p, s->end, &f);
    if (!behind)
        return fault(s, f.at, f.what);
    s->p = behind;
    return AFTER_VALUE;
}

static enum step scan_word(struct scan *s, struct sv word)
{
    if ((size_t)(s->end - s->p) < word.n || memcmp(s->p, word.p, word.n) != 0)
        return fault(s, s->p, "value expected");
    s->p += word.n;
    return AFTER_VALUE;
}

static enum step scan_value(struct scan *s)
{
    bool escaped;
    if (s->nodes_left-- == 0)
        return fault(s, s->p, "too many values");
    switch (*s->p) {
    case '"':
        return scan_string(s, &escaped);
    case '{':
        return open_level(s, FIRST_KEY);
    case '[':
        return open_level(s, FIRST_ITEM);
    case 't':
        return scan_word(s, SV("true"));
    case 'f':
        return scan_word(s, SV("false"));
    case 'n':
        return scan_word(s, SV("null"));
    case '-':
    case '0' ... '9':
        return scan_number(s);
    default:
        return fault(s, s->p, "value expected");
    }
}

static void skip_blanks(struct scan *s)
{
    while (s->p < s->end && (*s->p == ' ' || *s->p == '\n' || *s->p == '\r' || *s->p == '\t'))
        s->p++;
}

static enum step duplicate(struct scan *s, struct sv raw)
{
    struct sv key = sv_cut_utf8(raw, 60);
    size_t at = (size_t)((const uint8_t *)raw.p - s->start) - 1;
    err_set(s->e, ERR_INVALID, "duplicate key \"%.*s\" at byte %zu", SV_ARG(key), at);
    s->e->code = (int)at;
    return FAULT;
}

static enum step scan_key(struct scan *s)
{
    if (*s->p != '"')
        return fault(s, s->p, "key expected");
    const uint8_t *from = s->p + 1;
    bool escaped;
    if (scan_string(s, &escaped) == FAULT)
        return FAULT;
    struct sv raw = sv_n((const char *)from, (size_t)(s->p - 1 - from));
    if (!json_keys_add(&s->keys, raw, escaped, (uint32_t)s->levels.n))
        return duplicate(s, raw);
    skip_blanks(s);
    if (s->p == s->end || *s->p != ':')
        return fault(s, s->p, "colon expected");
    s->p++;
    return VALUE;
}

static enum step after_value(struct scan *s)
{
    if (s->levels.n == 0)
        return fault(s, s->p, "text behind the value");
    bool object = s->levels.at[s->levels.n - 1].object;
    if (*s->p == ',') {
        s->p++;
        return object ? KEY : VALUE;
    }
    if (*s->p == (object ? '}' : ']'))
        return close_level(s);
    return fault(s, s->p, object ? "comma or } expected" : "comma or ] expected");
}

static int scan_text(struct scan *s)
{
    enum step step = VALUE;
    for (;;) {
        skip_blanks(s);
        if (s->p == s->end)
            break;
        switch (step) {
        case FIRST_ITEM:
            step = *s->p == ']' ? close_level(s) : scan_value(s);
            break;
        case VALUE:
            step = scan_value(s);
            break;
        case FIRST_KEY:
            step = *s->p == '}' ? close_level(s) : scan_key(s);
            break;
        case KEY:
            step = scan_key(s);
            break;
        case AFTER_VALUE:
            step = after_value(s);
            break;
        case FAULT:
            return -1;
        }
    }
    if (step == FAULT)
        return -1;
    if (step == AFTER_VALUE && s->levels.n == 0)
        return 0;
    fault(s, s->p, "the text ends too early");
    return -1;
}

int json_validate(struct sv text, const struct json_limits *limits, struct err *e)
{
    struct json_limits l = limits ? *limits : (struct json_limits){0};
    size_t bytes = l.bytes ? l.bytes : JSON_BYTES;
    if (bytes > JSON_BYTES_MOST)
        bytes = JSON_BYTES_MOST;
    if (text.n > bytes) {
        err_set(e, ERR_INVALID, "text of %zu bytes, at most %zu are read", text.n, bytes);
        e->code = (int)bytes;
        return -1;
    }
    const uint8_t *p = (const uint8_t *)(text.p ? text.p : "");
    struct scan s = {.start = p, .p = p, .end = p + text.n, .e = e,
                     .depth_left = l.depth ? l.depth : JSON_DEPTH, .nodes_left = l.nodes ? l.nodes : JSON_NODES};
    if (s.depth_left > JSON_DEPTH_MOST)
        s.depth_left = JSON_DEPTH_MOST;
    int rc = scan_text(&s);
    VEC_FREE(&s.levels);
    json_keys_free(&s.keys);
    return rc;
}
