/* SPDX-License-Identifier: Apache-2.0 */
/* The merge as git would show it, with a line in place of each conflict that stands nowhere else, is compared with what
 * the person committed: what that line became is the resolution. Where more than that line changed, the person did more
 * than resolve, and there is nothing to learn. */
#include "merge/memory.h"
#include "merge/three.h"

struct lesson {
    const struct part *part;
    size_t line; /* of the expected text */
};
struct lessons {
    VEC(struct lesson) v;
};

static void expect(const struct three *x, struct buf *text, struct lessons *ret)
{
    size_t line = 0;
    for (size_t i = 0; i < x->parts.v.n; i++) {
        const struct part *p = &x->parts.v.at[i];
        if (p->kind == PART_CONFLICT) {
            struct lesson l = {p, line++};
            VEC_PUSH(&ret->v, l);
            buf_fmt(text, "\001conflict %zu\n", i);
        } else {
            buf_sv(text, three_text(x, p));
            line += p->kind == PART_OURS || p->kind == PART_BOTH ? p->o_n : p->kind == PART_THEIRS ? p->t_n : p->b_n;
        }
    }
}

static void tell_all(const struct merge_texts *in, const struct three *x, const struct lessons *l,
                     const struct seq *outcome, const struct edits *e, merge_lesson_fn *tell, void *ctx)
{
    for (size_t i = 0; i < l->v.n; i++) {
        const struct lesson *k = &l->v.at[i];
        for (size_t j = 0; j < e->v.n; j++) {
            const struct edit *d = &e->v.at[j];
            char key[MERGE_KEY_LEN + 1];
            if (d->a != k->line || d->a_n != 1)
                continue;
            merge_key(in->path, seq_range(&x->base, k->part->b, k->part->b_n),
                      seq_range(&x->ours, k->part->o, k->part->o_n), seq_range(&x->theirs, k->part->t, k->part->t_n),
                      key);
            tell(ctx, key, seq_range(outcome, d->b, d->b_n));
        }
    }
}

int merge_lessons(const struct merge_texts *in, struct sv outcome, merge_lesson_fn *tell, void *ctx, struct err *e)
{
    AUTO(arena_free) struct arena a = {0};
    AUTO(buf_free) struct buf text = {0};
    AUTO(diff_free) struct edits edits = {0};
    AUTO(three_free) struct three x = {0};
    struct lessons l = {0};
    struct seq expected, got;
    const struct sv texts[] = {in->base, in->ours, in->theirs, outcome};
    for (size_t i = 0; i < ARRAY_LEN(texts); i++)
        if (texts[i].n > MERGE_BYTES || sv_chr(texts[i], '\0') >= 0 || sv_chr(texts[i], '\001') >= 0)
            return err_set(e, ERR_INVALID, "not a text, or larger than %d bytes", MERGE_BYTES);
    seq_lines(&x.names, in->base, SEQ_EXACT, &a, &x.base);
    seq_lines(&x.names, in->ours, SEQ_EXACT, &a, &x.ours);
    seq_lines(&x.names, in->theirs, SEQ_EXACT, &a, &x.theirs);
    three_compare(&x);
    expect(&x, &text, &l);
    seq_lines(&x.names, buf_view(&text), SEQ_EXACT, &a, &expected);
    seq_lines(&x.names, outcome, SEQ_EXACT, &a, &got);
    diff_seq(&expected, &got, x.names.next, &edits);
    tell_all(in, &x, &l, &got, &edits, tell, ctx);
    VEC_FREE(&l.v);
    return 0;
}
