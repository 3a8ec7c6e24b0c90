/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdlib.h>
#include "fmt/yaml.h"

const struct ynode *ynode_get(const struct ynode *map, const char *key)
{
    if (!map || map->kind != Y_MAP)
        return NULL;
    for (size_t i = 0; i < map->n; i++)
        if (sv_is(map->keys[i]->text, key))
            return map->items[i];
    return NULL;
}

static bool is_one_of(const struct ynode *n, const char *const *words)
{
    enum { LONGEST = 5 };
    if (!n || n->kind != Y_SCALAR || !n->plain || n->text.n > LONGEST)
        return false;
    for (; *words; words++)
        if (sv_is(n->text, *words))
            return true;
    return false;
}

bool ynode_is_null(const struct ynode *n)
{
    return is_one_of(n, (const char *const[]){"", "~", "null", "Null", "NULL", NULL});
}

bool ynode_bool(const struct ynode *n, bool *ret)
{
    bool yes = is_one_of(n, (const char *const[]){"true", "True", "TRUE", NULL});
    if (!yes && !is_one_of(n, (const char *const[]){"false", "False", "FALSE", NULL}))
        return false;
    *ret = yes;
    return true;
}

bool ynode_int(const struct ynode *n, int64_t *ret)
{
    if (!n || n->kind != Y_SCALAR || !n->plain)
        return false;
    struct sv text = n->text;
    bool negative = sv_starts(text, SV("-"));
    struct sv digits = negative || sv_starts(text, SV("+")) ? sv_from(text, 1) : text;
    if (sv_starts(digits, SV("-")))
        return false;
    while (digits.n > 1 && digits.p[0] == '0')
        digits = sv_from(digits, 1);
    if (!negative)
        return sv_int(digits, ret);
    /* The smallest number has no positive twin, so the sign goes with the digits. */
    char signed_text[24] = "-";
    if (digits.n > sizeof signed_text - 2)
        return false;
    memcpy(signed_text + 1, digits.p, digits.n);
    return sv_int(sv_n(signed_text, digits.n + 1), ret);
}

static size_t digits_len(struct sv s, const char *digits)
{
    size_t n = 0;
    while (n < s.n && strchr(digits, s.p[n]))
        n++;
    return n;
}

/* [0-9]* with a point somewhere, an exponent with digits; at least one digit before that. */
static bool is_decimal(struct sv s)
{
    static const char decimal[] = "0123456789";
    size_t whole = digits_len(s, decimal), part = 0;
    s = sv_from(s, whole);
    if (sv_starts(s, SV("."))) {
        part = digits_len(sv_from(s, 1), decimal);
        s = sv_from(s, part + 1);
    }
    if (whole + part == 0)
        return false;
    if (s.n == 0)
        return true;
    if (*s.p != 'e' && *s.p != 'E')
        return false;
    s = sv_from(s, 1);
    if (s.n && (*s.p == '+' || *s.p == '-'))
        s = sv_from(s, 1);
    return s.n > 0 && digits_len(s, decimal) == s.n;
}

static bool based_number(struct sv s, double *ret)
{
    static const char octal[] = "01234567", hex[] = "0123456789abcdefABCDEF";
    bool is_octal = sv_starts(s, SV("0o"));
    struct sv digits = sv_from(s, 2);
    if ((!is_octal && !sv_starts(s, SV("0x"))) || digits.n == 0 ||
        digits_len(digits, is_octal ? octal : hex) != digits.n)
        return false;
    *ret = 0;
    for (size_t i = 0; i < digits.n; i++) {
        char c = digits.p[i];
        *ret = *ret * (is_octal ? 8 : 16) + (c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
    }
    return true;
}

bool ynode_number(const struct ynode *n, double *ret)
{
    if (is_one_of(n, (const char *const[]){".nan", ".NaN", ".NAN", NULL})) {
        *ret = (double)NAN;
        return true;
    }
    if (!n || n->kind != Y_SCALAR || !n->plain || n->text.n == 0)
        return false;
    if (based_number(n->text, ret))
        return true;
    bool negative = *n->text.p == '-';
    struct sv s = negative || *n->text.p == '+' ? sv_from(n->text, 1) : n->text;
    if (sv_is(s, ".inf") || sv_is(s, ".Inf") || sv_is(s, ".INF"))
        *ret = (double)INFINITY;
    else if (is_decimal(s))
        *ret = strtod(s.p, NULL);
    else
        return false;
    *ret = negative ? -*ret : *ret;
    return true;
}
