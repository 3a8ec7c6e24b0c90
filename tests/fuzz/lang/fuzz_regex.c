/* SPDX-License-Identifier: Apache-2.0 */
/* An expression, a newline, a text: where it matches the text (in ASCII), one of its words is in the text. */
#include <stdlib.h>
#include "lang/needles.h"
#include "lang/regex.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void found_word(void *ctx, size_t word, size_t end)
{
    (void)word;
    (void)end;
    *(bool *)ctx = true;
}

static bool is_ascii(struct sv s)
{
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] >= 128)
            return false;
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sv pattern, text = sv_n((const char *)data, size);
    struct regex *r = NULL;
    struct regex_words w;
    struct err e = {0};
    AUTO(arena_free) struct arena a = {0};
    if (!size || !sv_next(&text, '\n', &pattern) || !text.n || text.n > 4096)
        return 0;
    bool any = regex_words(pattern, &a, &w);
    if (regex_compile(pattern, size % 2 ? REGEX_ANY_CASE : REGEX_AS_WRITTEN, &r, &e) == 0) {
        struct sv at;
        enum regex_found found = regex_find(r, text, &at);
        if (found == REGEX_YES && (at.p < text.p || at.p + at.n > text.p + text.n))
            abort();
        bool there = !any;
        struct needles *n = needles_new(w.v.at, w.v.n);
        needles_find(n, text, found_word, &there);
        needles_free(&n);
        if (found == REGEX_YES && !there && is_ascii(text))
            abort();
    }
    regex_free(&r);
    VEC_FREE(&w.v);
    return 0;
}
