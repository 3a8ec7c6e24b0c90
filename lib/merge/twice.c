/* SPDX-License-Identifier: Apache-2.0 */
/* Did both sides do the same work? Then to keep both is no merge: one of the two has to go, and only a person knows
 * which. It shows in words that both bring and that were nowhere in the file before. */
#include <ctype.h>
#include "merge/conflict.h"

enum { SAME_LEAST = 2, SAME_PERCENT = 20, LINE_WORDS = 3 };

static bool is_telling(struct sv word)
{
    static const char *const grammar[] = {"case",   "break", "return",  "static", "const",    "struct",  "int",
                                          "void",   "char",  "else",    "for",    "while",    "switch",  "default",
                                          "import", "from",  "def",     "class",  "function", "self",    "this",
                                          "true",   "false", "null",    "None",   "public",   "private", "let",
                                          "var",    "new",   "include", "define", "bool",     "string",  "use"};
    for (size_t i = 0; i < ARRAY_LEN(grammar); i++)
        if (sv_is(word, grammar[i]))
            return false;
    return word.n > 2 && (isalpha((unsigned char)word.p[0]) || strchr("_\"", word.p[0]));
}

struct count {
    size_t ours, theirs, both;
};

static void count_new(const struct seq *o, const struct seq *t, uint32_t known, uint32_t n, struct arena *a,
                      struct count *ret)
{
    unsigned char *seen = arena_new(a, n + 1); /* 1 in ours, 2 in theirs */
    for (size_t i = 0; i < o->n; i++)
        if (o->id[i] >= known && is_telling(o->at[i]))
            seen[o->id[i]] |= 1;
    for (size_t i = 0; i < t->n; i++)
        if (t->id[i] >= known && is_telling(t->at[i]))
            seen[t->id[i]] |= 2;
    for (uint32_t i = known; i < n; i++) {
        ret->ours += seen[i] & 1;
        ret->theirs += seen[i] >> 1;
        ret->both += seen[i] == 3;
    }
}

bool work_is_double(struct sv base, struct sv ours, struct sv theirs)
{
    AUTO(arena_free) struct arena a = {0};
    struct seq_names names = {0};
    struct seq b, o, t;
    struct count n = {0};
    seq_words(&names, base, &a, &b);
    uint32_t known = names.next;
    seq_words(&names, ours, &a, &o);
    seq_words(&names, theirs, &a, &t);
    count_new(&o, &t, known, names.next, &a, &n);
    seq_names_free(&names);
    size_t least = n.ours < n.theirs ? n.ours : n.theirs;
    return n.both >= SAME_LEAST && n.both * 100 >= least * SAME_PERCENT;
}

static bool has_words(struct sv line)
{
    size_t words = 0;
    for (size_t i = 0; i < line.n; i++)
        words += isalnum((unsigned char)line.p[i]) && (i == 0 || !isalnum((unsigned char)line.p[i - 1]));
    return words >= LINE_WORDS;
}

bool lines_are_doubled(struct sv ours, struct sv theirs, struct sv outcome)
{
    AUTO(arena_free) struct arena a = {0};
    struct seq_names names = {0};
    struct seq s[3];
    const struct sv texts[] = {ours, theirs, outcome};
    for (size_t i = 0; i < ARRAY_LEN(texts); i++)
        seq_lines(&names, texts[i], SEQ_SPACELESS, &a, &s[i]);
    uint32_t n = names.next;
    unsigned *times = arena_new(&a, (3 * (size_t)n + 1) * sizeof *times);
    for (size_t i = 0; i < ARRAY_LEN(s); i++)
        for (size_t k = 0; k < s[i].n; k++)
            times[i * n + s[i].id[k]]++;
    bool found = false;
    for (size_t k = 0; k < s[2].n && !found; k++) {
        uint32_t id = s[2].id[k];
        found = times[id] == 1 && times[n + id] == 1 && times[2 * (size_t)n + id] > 1 && has_words(s[2].at[k]);
    }
    seq_names_free(&names);
    return found;
}
