/* SPDX-License-Identifier: Apache-2.0 */
/* Coercions, comparison. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include "lang/fold.h"
#include "lang/number.h"
#include "lang/value.h"

bool val_truthy(struct val v)
{
    switch (v.kind) {
    case VAL_NULL:
        return false;
    case VAL_BOOL:
        return v.b;
    case VAL_NUMBER:
        return !isnan(v.num) && (v.num < 0 || v.num > 0);
    case VAL_STRING:
        return v.str.n > 0;
    case VAL_ARRAY:
    case VAL_OBJECT:
        break;
    }
    return true;
}

/* Digits of a base that is a power of two; exact as long as a double is. */
static bool parse_digits(struct sv s, unsigned base, double *ret)
{
    double sum = 0;
    if (s.n == 0)
        return false;
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i], low = (char)(c | 0x20);
        unsigned digit = c >= '0' && c <= '9' ? (unsigned)(c - '0') : 99;
        if (base == 16 && low >= 'a' && low <= 'f')
            digit = (unsigned)(low - 'a') + 10;
        if (digit >= base)
            return false;
        sum = sum * base + digit;
    }
    *ret = sum;
    return true;
}

/* [+-]? digits with at most one point, at least one digit, an exponent with digits. */
static bool is_decimal(struct sv s)
{
    size_t i = s.n && (s.p[0] == '+' || s.p[0] == '-') ? 1 : 0, digits = 0;
    bool point = false;
    for (; i < s.n && ((s.p[i] >= '0' && s.p[i] <= '9') || (s.p[i] == '.' && !point)); i++) {
        if (s.p[i] == '.')
            point = true;
        else
            digits++;
    }
    if (digits == 0)
        return false;
    if (i == s.n)
        return true;
    if ((s.p[i] | 0x20) != 'e')
        return false;
    i++;
    if (i < s.n && (s.p[i] == '+' || s.p[i] == '-'))
        i++;
    if (i == s.n)
        return false;
    for (; i < s.n; i++)
        if (s.p[i] < '0' || s.p[i] > '9')
            return false;
    return true;
}

static double read_decimal(struct sv s)
{
    char small[64];
    if (s.n < sizeof small) {
        memcpy(small, s.p, s.n);
        small[s.n] = 0;
        return strtod(small, NULL);
    }
    AUTO(buf_free) struct buf large = {0};
    buf_sv(&large, s);
    return strtod(large.p, NULL);
}

double number_parse(struct sv s)
{
    double n;
    s = blank_trim(s);
    if (s.n == 0)
        return 0;
    if (is_decimal(s))
        return read_decimal(s);
    if (sv_starts(s, SV("0x")) && parse_digits(sv_from(s, 2), 16, &n))
        return n;
    if (sv_starts(s, SV("0o")) && parse_digits(sv_from(s, 2), 8, &n))
        return n;
    if (sv_is(s, "Infinity") || sv_is(s, "+Infinity"))
        return (double)INFINITY;
    return sv_is(s, "-Infinity") ? (double)-INFINITY : (double)NAN;
}

struct sv number_text(double n, char ret[32])
{
    if (isnan(n))
        return SV("NaN");
    if (isinf(n))
        return n > 0 ? SV("Infinity") : SV("-Infinity");
    int len = snprintf(ret, 32, "%.15G", n);
    return sv_is(sv_n(ret, (size_t)len), "-0") ? SV("0") : sv_n(ret, (size_t)len);
}

double val_to_number(struct val v)
{
    switch (v.kind) {
    case VAL_NULL:
        return 0;
    case VAL_BOOL:
        return v.b ? 1 : 0;
    case VAL_NUMBER:
        return v.num;
    case VAL_STRING:
        return number_parse(v.str);
    case VAL_ARRAY:
    case VAL_OBJECT:
        break;
    }
    return (double)NAN;
}

struct sv val_to_string(struct val v, struct arena *a)
{
    char digits[32];
    switch (v.kind) {
    case VAL_NULL:
        return SV("");
    case VAL_BOOL:
        return v.b ? SV("true") : SV("false");
    case VAL_NUMBER:
        return arena_sv(a, number_text(v.num, digits));
    case VAL_STRING:
        return v.str;
    case VAL_ARRAY:
        return SV("Array");
    case VAL_OBJECT:
        break;
    }
    return SV("Object");
}

/* The rules of ECMAScript's abstract comparison, but arrays and objects are never made primitive. */
static void coerce(struct val *a, struct val *b)
{
    if (a->kind == b->kind)
        return;
    if (a->kind == VAL_NULL || a->kind == VAL_BOOL)
        *a = val_number(val_to_number(*a));
    if (b->kind == VAL_NULL || b->kind == VAL_BOOL)
        *b = val_number(val_to_number(*b));
    if (a->kind == VAL_NUMBER && b->kind == VAL_STRING)
        *b = val_number(val_to_number(*b));
    else if (a->kind == VAL_STRING && b->kind == VAL_NUMBER)
        *a = val_number(val_to_number(*a));
}

bool val_equal(struct val a, struct val b)
{
    coerce(&a, &b);
    if (a.kind != b.kind)
        return false;
    switch (a.kind) {
    case VAL_NULL:
        return true;
    case VAL_BOOL:
        return a.b == b.b;
    case VAL_NUMBER:
        return a.num >= b.num && a.num <= b.num;
    case VAL_STRING:
        return fold_equal(a.str, b.str);
    case VAL_ARRAY:
    case VAL_OBJECT:
        break;
    }
    if (a.lazy || b.lazy)
        return a.lazy && b.lazy && a.json == b.json;
    return a.kind == VAL_ARRAY ? a.arr.items == b.arr.items : a.obj.members == b.obj.members;
}

int val_compare(struct val a, struct val b)
{
    coerce(&a, &b);
    if (a.kind != b.kind)
        return 2;
    switch (a.kind) {
    case VAL_BOOL:
        return (a.b ? 1 : 0) - (b.b ? 1 : 0);
    case VAL_NUMBER:
        return a.num < b.num ? -1 : a.num > b.num ? 1 : a.num >= b.num ? 0 : 2;
    case VAL_STRING:
        return fold_compare(a.str, b.str);
    case VAL_NULL:
    case VAL_ARRAY:
    case VAL_OBJECT:
        break;
    }
    return 2;
}
