/* SPDX-License-Identifier: Apache-2.0 */
#include "core/trace.h"
#include <stdio.h>
#include <string.h>

enum { ID_DIGITS = TRACE_ID - 1, SPAN_DIGITS = TRACE_SPAN - 1, FLAG_DIGITS = 2, PARENT_CHARS = TRACE_PARENT - 1 };
/* Where the parts of a traceparent stand: "00-" id "-" span "-" flags. */
enum { ID_AT = 3, SPAN_AT = ID_AT + ID_DIGITS + 1, FLAGS_AT = SPAN_AT + SPAN_DIGITS + 1 };

static int digit(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* n digits, in lower case. *ret_some: not all of them are zero. */
static bool are_hex(const char *p, size_t n, bool *ret_some)
{
    *ret_some = false;
    for (size_t i = 0; i < n; i++) {
        if (digit(p[i]) < 0)
            return false;
        *ret_some |= p[i] != '0';
    }
    return true;
}

static void copy(char *to, const char *from, size_t n)
{
    memcpy(to, from, n);
    to[n] = 0;
}

static uint8_t byte_of(const char *p)
{
    return (uint8_t)(digit(p[0]) << 4 | digit(p[1]));
}

bool trace_parse(struct sv s, struct trace *ret)
{
    bool some;
    s = sv_trim(s);
    if (s.n < PARENT_CHARS || s.p[2] != '-' || s.p[SPAN_AT - 1] != '-' || s.p[FLAGS_AT - 1] != '-')
        return false;
    /* A later version may have more behind, after another dash; ff is none. */
    if (!are_hex(s.p, 2, &some) || (s.p[0] == 'f' && s.p[1] == 'f'))
        return false;
    if (s.n > PARENT_CHARS && (!some || s.p[PARENT_CHARS] != '-'))
        return false;
    if (!are_hex(s.p + ID_AT, ID_DIGITS, &some) || !some || !are_hex(s.p + SPAN_AT, SPAN_DIGITS, &some) || !some ||
        !are_hex(s.p + FLAGS_AT, FLAG_DIGITS, &some))
        return false;
    copy(ret->id, s.p + ID_AT, ID_DIGITS);
    copy(ret->span, s.p + SPAN_AT, SPAN_DIGITS);
    ret->flags = byte_of(s.p + FLAGS_AT) & (TRACE_SAMPLED | TRACE_IS_RANDOM);
    return true;
}

void trace_begin(const uint8_t *random, struct trace *ret)
{
    bool some = false;
    *ret = (struct trace){.flags = TRACE_SAMPLED | TRACE_IS_RANDOM};
    for (size_t i = 0; i < TRACE_RANDOM; i++) {
        snprintf(ret->id + 2 * i, 3, "%02x", random[i]);
        some |= random[i] != 0;
    }
    if (!some) /* "all zeros" is no id */
        ret->id[ID_DIGITS - 1] = '1';
}

void trace_parent(const struct trace *t, int64_t id, char ret[TRACE_PARENT])
{
    snprintf(ret, TRACE_PARENT, "00-%s-%016llx-%02x", t->id, (unsigned long long)id, t->flags);
}

void trace_keep(const struct trace *t, char ret[TRACE_KEPT])
{
    snprintf(ret, TRACE_KEPT, "%s-%02x%s%s", t->id, t->flags, t->span[0] ? "-" : "", t->span);
}

bool trace_recall(const char *kept, struct trace *ret)
{
    enum { SHORT = ID_DIGITS + 1 + FLAG_DIGITS, LONG = SHORT + 1 + SPAN_DIGITS };
    size_t n = kept ? strlen(kept) : 0;
    bool some;
    if ((n != SHORT && n != LONG) || kept[ID_DIGITS] != '-' || !are_hex(kept, ID_DIGITS, &some) || !some ||
        !are_hex(kept + ID_DIGITS + 1, FLAG_DIGITS, &some))
        return false;
    if (n == LONG && (kept[SHORT] != '-' || !are_hex(kept + SHORT + 1, SPAN_DIGITS, &some) || !some))
        return false;
    *ret = (struct trace){.flags = byte_of(kept + ID_DIGITS + 1)};
    copy(ret->id, kept, ID_DIGITS);
    if (n == LONG)
        copy(ret->span, kept + SHORT + 1, SPAN_DIGITS);
    return true;
}

struct sv trace_id(const char *kept)
{
    struct trace t;
    return trace_recall(kept, &t) ? sv_n(kept, ID_DIGITS) : SV_NONE;
}

bool trace_child(const char *kept, int64_t id, char ret[TRACE_KEPT])
{
    struct trace t;
    if (!trace_recall(kept, &t))
        return false;
    snprintf(t.span, sizeof t.span, "%016llx", (unsigned long long)id);
    trace_keep(&t, ret);
    return true;
}
