/* SPDX-License-Identifier: Apache-2.0 */
#include "lang/needles.h"
#include "base/vec.h"

enum { NO_WORD = UINT32_MAX };
#define ENDS_HERE 0x80000000u /* in a step: a word ends where it leads, the state's own or a shorter one */

struct node { /* while it is made */
    uint32_t fail;
    uint32_t word;  /* NO_WORD = none ends here */
    uint32_t other; /* the next shorter state with a word, 0 = none */
};

struct needles {
    uint8_t column[256]; /* of a byte; 0 = in no word */
    size_t columns, states;
    /* states × columns: where the row of the next state begins, with ENDS_HERE. While it is made: the state. */
    uint32_t *next;
    struct node *node; /* states */
    uint32_t *same;    /* word -> an earlier equal one that ends at the same state, or NO_WORD */
};

static uint8_t fold(unsigned char c)
{
    return c >= 'A' && c <= 'Z' ? (uint8_t)(c - 'A' + 'a') : c;
}

static void make_columns(struct needles *n, const struct sv *words, size_t count)
{
    n->columns = 1;
    for (size_t w = 0; w < count; w++)
        for (size_t i = 0; i < words[w].n; i++) {
            uint8_t c = fold((unsigned char)words[w].p[i]);
            if (!n->column[c])
                n->column[c] = (uint8_t)n->columns++;
            MUST(n->columns < 256);
        }
    for (int c = 'A'; c <= 'Z'; c++)
        n->column[c] = n->column[fold((unsigned char)c)];
}

static void add_word(struct needles *n, struct sv word, uint32_t no)
{
    size_t s = 0;
    MUST(word.n > 0);
    for (size_t i = 0; i < word.n; i++) {
        uint32_t *to = &n->next[s * n->columns + n->column[(unsigned char)word.p[i]]];
        if (*to == 0) {
            *to = (uint32_t)n->states;
            n->node[n->states++].word = NO_WORD;
        }
        s = *to;
    }
    n->same[no] = n->node[s].word;
    n->node[s].word = no;
}

/* Breadth first: what a state falls back to is done before it. */
static void close_table(struct needles *n)
{
    VEC(uint32_t) queue = {0};
    for (size_t c = 0; c < n->columns; c++)
        if (n->next[c])
            VEC_PUSH(&queue, n->next[c]);
    for (size_t i = 0; i < queue.n; i++) {
        uint32_t s = queue.at[i], fail = n->node[s].fail;
        n->node[s].other = n->node[fail].word != NO_WORD ? fail : n->node[fail].other;
        for (size_t c = 0; c < n->columns; c++) {
            uint32_t *to = &n->next[s * n->columns + c], back = n->next[fail * n->columns + c];
            if (*to) {
                n->node[*to].fail = back;
                VEC_PUSH(&queue, *to);
            } else {
                *to = back;
            }
        }
    }
    VEC_FREE(&queue);
}

static void point_at_rows(struct needles *n)
{
    MUST(n->states * n->columns < ENDS_HERE);
    n->next = mem_resize(n->next, n->states * n->columns, sizeof *n->next);
    for (size_t i = 0; i < n->states * n->columns; i++) {
        const struct node *to = &n->node[n->next[i]];
        bool ends = to->word != NO_WORD || to->other;
        n->next[i] = n->next[i] * (uint32_t)n->columns | (ends ? ENDS_HERE : 0);
    }
}

struct needles *needles_new(const struct sv *words, size_t count)
{
    struct needles *n = mem_new(sizeof *n);
    size_t most = 1;
    for (size_t w = 0; w < count; w++)
        most += words[w].n;
    make_columns(n, words, count);
    n->next = mem_new(most * n->columns * sizeof *n->next);
    n->node = mem_new(most * sizeof *n->node);
    n->same = mem_new((count + 1) * sizeof *n->same);
    n->node[0].word = NO_WORD;
    n->states = 1;
    for (size_t w = 0; w < count; w++)
        add_word(n, words[w], (uint32_t)w);
    close_table(n);
    point_at_rows(n);
    return n;
}

void needles_free(struct needles **n)
{
    if (*n) {
        mem_free((*n)->next);
        mem_free((*n)->node);
        mem_free((*n)->same);
    }
    mem_free(STEAL(*n));
}

static void tell(const struct needles *n, size_t s, size_t end, needle_fn *fn, void *ctx)
{
    for (; s; s = n->node[s].other)
        for (uint32_t w = n->node[s].word; w != NO_WORD; w = n->same[w])
            fn(ctx, w, end);
}

void needles_find(const struct needles *n, struct sv text, needle_fn *fn, void *ctx)
{
    uint32_t row = 0;
    for (size_t i = 0; i < text.n; i++) {
        uint32_t step = n->next[row + n->column[(unsigned char)text.p[i]]];
        row = step & ~ENDS_HERE;
        if (step & ENDS_HERE)
            tell(n, row / n->columns, i + 1, fn, ctx);
    }
}
