/* SPDX-License-Identifier: Apache-2.0 */
#include "base/suggest.h"

enum { WORD_MAX = 64 };

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Edits with exchanged neighbours counted as one (optimal string alignment), in ASCII without case. */
static size_t distance(struct sv a, struct sv b)
{
    size_t rows[3][WORD_MAX + 1];
    for (size_t j = 0; j <= b.n; j++)
        rows[0][j] = j;
    for (size_t i = 1; i <= a.n; i++) {
        size_t *now = rows[i % 3], *last = rows[(i + 2) % 3], *older = rows[(i + 1) % 3];
        now[0] = i;
        for (size_t j = 1; j <= b.n; j++) {
            bool same = lower(a.p[i - 1]) == lower(b.p[j - 1]);
            now[j] = smaller(smaller(now[j - 1], last[j]) + 1, last[j - 1] + !same);
            if (i > 1 && j > 1 && lower(a.p[i - 1]) == lower(b.p[j - 2]) && lower(a.p[i - 2]) == lower(b.p[j - 1]))
                now[j] = smaller(now[j], older[j - 2] + 1);
        }
    }
    return rows[a.n % 3][b.n];
}

const char *suggest(struct sv word, const char *const *names, size_t n)
{
    const char *best = NULL;
    size_t least = smaller(2, word.n / 3) + 1;
    if (word.n > WORD_MAX - 2)
        return NULL;
    for (size_t i = 0; i < n; i++) {
        struct sv name = sv_of(names[i]);
        size_t gap = name.n > word.n ? name.n - word.n : word.n - name.n;
        size_t d = name.n && gap < least ? distance(word, name) : WORD_MAX;
        if (d < least) {
            least = d;
            best = names[i];
        }
    }
    return best;
}
