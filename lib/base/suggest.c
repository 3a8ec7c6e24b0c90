/* SPDX-License-Identifier: Apache-2.0 */
#include "base/suggest.h"

enum { WORD_MAX = 64, FAR = 1000 };

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* A bit for each letter that is there. Within k edits of each other, either of two words has at most k letters that the
 * other one has not. */
static uint64_t letters_of(struct sv s)
{
    uint64_t set = 0;
    for (size_t i = 0; i < s.n; i++)
        set |= 1ull << (lower(s.p[i]) & 63);
    return set;
}

static bool may_be_near(uint64_t a, uint64_t b, size_t most)
{
    return (size_t)__builtin_popcountll(a & ~b) <= most && (size_t)__builtin_popcountll(b & ~a) <= most;
}

/* Edits with exchanged neighbours counted as one (optimal string alignment), in ASCII without case. What is more than
 * `most` is told as some number above it: only the diagonals that can be below are filled. */
static size_t distance(struct sv a, struct sv b, size_t most)
{
    size_t rows[3][WORD_MAX + 2];
    for (size_t j = 0; j <= b.n; j++)
        rows[0][j] = j;
    for (size_t i = 1; i <= a.n; i++) {
        size_t *now = rows[i % 3], *last = rows[(i + 2) % 3], *older = rows[(i + 1) % 3], least = FAR;
        size_t from = i > most ? i - most : 1, to = smaller(b.n, i + most);
        now[from - 1] = from == 1 ? i : FAR;
        for (size_t j = from; j <= to; j++) {
            bool same = lower(a.p[i - 1]) == lower(b.p[j - 1]);
            now[j] = smaller(smaller(now[j - 1], last[j]) + 1, last[j - 1] + !same);
            if (i > 1 && j > 1 && lower(a.p[i - 1]) == lower(b.p[j - 2]) && lower(a.p[i - 2]) == lower(b.p[j - 1]))
                now[j] = smaller(now[j], older[j - 2] + 1);
            least = smaller(least, now[j]);
        }
        now[to + 1] = FAR;
        /* An exchange reaches back over one row, and costs one. */
        if (least > most + 1)
            return FAR;
    }
    return rows[a.n % 3][b.n];
}

const char *suggest(struct sv word, const char *const *names, size_t n)
{
    const char *best = NULL;
    size_t least = smaller(2, word.n / 3) + 1;
    if (word.n > WORD_MAX - 2)
        return NULL;
    uint64_t letters = letters_of(word);
    for (size_t i = 0; i < n && least > 0; i++) {
        struct sv name = sv_of(names[i]);
        size_t gap = name.n > word.n ? name.n - word.n : word.n - name.n;
        if (name.n == 0 || gap >= least || !may_be_near(letters, letters_of(name), least - 1))
            continue;
        size_t d = distance(word, name, least - 1);
        if (d < least) {
            least = d;
            best = names[i];
        }
    }
    return best;
}
