/* SPDX-License-Identifier: Apache-2.0 */
#include "core/classify.h"

enum { MOST_BETWEEN = 24 /* bytes between the words and the number */, DAY_MS = 86400000 };

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Milliseconds of a unit; 0 = it is none. */
static msec_t unit_ms(struct sv s)
{
    static const struct {
        const char *name;
        msec_t ms;
    } units[] = {{"ms", 1},         {"milliseconds", 1}, {"s", 1000},    {"sec", 1000},     {"secs", 1000},
                 {"second", 1000},  {"seconds", 1000},   {"m", 60000},   {"min", 60000},    {"mins", 60000},
                 {"minute", 60000}, {"minutes", 60000},  {"h", 3600000}, {"hour", 3600000}, {"hours", 3600000},
                 {"hr", 3600000},   {"hrs", 3600000}};
    for (size_t i = 0; i < ARRAY_LEN(units); i++)
        if (sv_ieq(s, sv_of(units[i].name)))
            return units[i].ms;
    return 0;
}

/* "30", "5 minutes", "1m30s", "1.5s": a number without a unit counts seconds. */
static msec_t take_duration(struct sv s)
{
    msec_t total = 0;
    for (bool first = true; s.n && is_digit(s.p[0]); first = false) {
        size_t n = 0, u;
        int64_t v = 0;
        while (n < s.n && is_digit(s.p[n]) && v < DAY_MS)
            v = v * 10 + (s.p[n++] - '0');
        while (n < s.n && (is_digit(s.p[n]) || (s.p[n] == '.' && n + 1 < s.n && is_digit(s.p[n + 1]))))
            n++;
        s = sv_from(s, n);
        struct sv word = s.n && s.p[0] == ' ' ? sv_from(s, 1) : s;
        for (u = 0; u < word.n && is_letter(word.p[u]);)
            u++;
        msec_t unit = unit_ms(sv_cut(word, u));
        if (!unit && !first)
            break;
        total += v * (unit ? unit : 1000);
        if (!unit || total > DAY_MS)
            break;
        s = sv_from(word, u);
    }
    return total > DAY_MS ? DAY_MS : total;
}

static msec_t after(struct sv text, struct sv words)
{
    for (size_t i = 0; i + words.n <= text.n; i++) {
        if (!sv_istarts(sv_from(text, i), words))
            continue;
        struct sv rest = sv_cut(sv_from(text, i + words.n), MOST_BETWEEN);
        size_t k = 0;
        while (k < rest.n && !is_digit(rest.p[k]) && rest.p[k] != '\n')
            k++;
        if (k < rest.n && is_digit(rest.p[k]))
            return take_duration(sv_from(text, i + words.n + k));
    }
    return 0;
}

msec_t failure_asked_wait(struct sv text)
{
    static const struct sv words[] = {
        {"retry-after", 11}, {"retry after", 11}, {"try again in", 12}, {"try again after", 15}, {"retry in", 8},
        {"retrying in", 11}, {"please wait", 11}, {"resets in", 9},     {"reset in", 8},         {"wait for", 8}};
    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        msec_t ms = after(text, words[i]);
        if (ms)
            return ms;
    }
    return 0;
}
