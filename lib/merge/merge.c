/* SPDX-License-Identifier: Apache-2.0 */
#include "merge/merge.h"
#include "fmt/json.h"
#include "fmt/yaml.h"
#include "merge/conflict.h"
#include "merge/memory.h"
#include "merge/node.h"
#include "merge/renamed.h"

enum { RULED_LINES = 3000 };

struct work {
    const struct merge_texts *in;
    const struct merge_memory *memory;
    struct text_kind kind;
    struct arena arena;
    struct merge_result *ret;
    bool is_double; /* twice.c */
};

const char *merge_rule_name(enum merge_rule r)
{
    static const char *const names[] = {
#define X(name, text) [MERGE_##name] = text,
        MERGE_RULES(X)
#undef X
    };
    return names[r];
}

void merge_result_free(struct merge_result *r)
{
    buf_free(&r->text);
    VEC_FREE(&r->left);
    VEC_FREE(&r->made);
    for (size_t i = 0; i < r->used.n; i++)
        mem_free(r->used.at[i]);
    VEC_FREE(&r->used);
}

static unsigned bit(enum merge_rule r)
{
    return 1u << r;
}

/* ---- one conflict ---- */

struct ruling {
    enum merge_rule name;
    rule_fn *rule;
};

/* The surest first. */
static const struct ruling rulings[] = {
    {MERGE_PART, rule_part},       {MERGE_LOG, rule_log},         {MERGE_VERSION, rule_version},
    {MERGE_IMPORTS, rule_imports}, {MERGE_ENTRIES, rule_entries}, {MERGE_BESIDE, rule_beside},
    {MERGE_WORDS, rule_words},     {MERGE_BLOCKS, rule_blocks},
};

/* What may decide about lines where the file has a structure that the lines do not show. */
static unsigned allowed(const struct text_kind *k)
{
    unsigned all = bit(MERGE_RULE_N) - 1;
    if (k->lock)
        return k->form == FORM_SET ? bit(MERGE_ENTRIES) : 0;
    if (k->form == FORM_JSON)
        return bit(MERGE_PART) | bit(MERGE_SPACE) | bit(MERGE_VERSION);
    if (k->form == FORM_YAML || k->form == FORM_TOML)
        return bit(MERGE_PART) | bit(MERGE_SPACE) | bit(MERGE_VERSION) | bit(MERGE_BESIDE);
    return all;
}

static bool recalled(struct work *w, const struct conflict *c, struct buf *ret)
{
    char key[MERGE_KEY_LEN + 1];
    if (!w->memory || !w->memory->recall)
        return false;
    merge_key(w->in->path, conflict_base(c), conflict_ours(c), conflict_theirs(c), key);
    if (!w->memory->recall(w->memory->ctx, key, ret))
        return false;
    VEC_PUSH(&w->ret->used, mem_strdup(key));
    return true;
}

static bool ruled(const struct conflict *c, unsigned among, unsigned *rules, struct buf *ret)
{
    for (size_t i = 0; i < ARRAY_LEN(rulings); i++)
        if ((among & bit(rulings[i].name)) && rulings[i].rule(c, ret)) {
            bool lock = c->kind.lock && rulings[i].name == MERGE_ENTRIES;
            *rules |= bit(lock ? MERGE_LOCK : rulings[i].name);
            return true;
        }
    return false;
}

/* Both put something at the same place that begins or ends alike: the rest is a smaller conflict. */
static bool ruled_within(const struct conflict *c, unsigned among, unsigned *rules, struct buf *ret)
{
    struct part p = *c->p;
    size_t front = 0, end = 0, least = p.o_n < p.t_n ? p.o_n : p.t_n, start = ret->n;
    if (p.b_n != 0)
        return false;
    while (front < least && c->x->ours.id[p.o + front] == c->x->theirs.id[p.t + front])
        front++;
    while (end < least - front && c->x->ours.id[p.o + p.o_n - 1 - end] == c->x->theirs.id[p.t + p.t_n - 1 - end])
        end++;
    if (front + end == 0 || front + end == least)
        return false;
    struct edit o = {p.b, 0, p.o + front, p.o_n - front - end}, t = {p.b, 0, p.t + front, p.t_n - front - end};
    p.o = o.b;
    p.o_n = o.b_n;
    p.t = t.b;
    p.t_n = t.b_n;
    p.oe = &o;
    p.te = &t;
    struct conflict inner = {c->x, &p, c->kind, c->a};
    unsigned lists = bit(MERGE_IMPORTS) | bit(MERGE_ENTRIES) | bit(MERGE_LOG) | bit(MERGE_VERSION) | bit(MERGE_BLOCKS);
    buf_sv(ret, seq_range(&c->x->ours, p.o - front, front));
    if (!ruled(&inner, among & lists, rules, ret)) {
        ret->n = start;
        return false;
    }
    buf_sv(ret, seq_range(&c->x->ours, p.o + p.o_n, end));
    return true;
}

/* With the white space of one side on all, what is left of the conflict is decided as any other. */
static bool ruled_spaced(const struct conflict *c, unsigned among, unsigned *rules, struct buf *ret)
{
    struct rewrite texts;
    struct three x = {0};
    size_t start = ret->n;
    unsigned used = bit(MERGE_SPACE);
    if (!space_rewrite(c, &texts))
        return false;
    seq_lines(&x.names, texts.base, SEQ_EXACT, c->a, &x.base);
    seq_lines(&x.names, texts.ours, SEQ_EXACT, c->a, &x.ours);
    seq_lines(&x.names, texts.theirs, SEQ_EXACT, c->a, &x.theirs);
    three_compare(&x);
    bool good = true;
    for (size_t i = 0; good && i < x.parts.v.n; i++) {
        struct conflict inner = {&x, &x.parts.v.at[i], c->kind, c->a};
        bool deleted = inner.p->b_n && (!inner.p->o_n || !inner.p->t_n);
        if (inner.p->kind != PART_CONFLICT)
            buf_sv(ret, three_text(&x, inner.p));
        else
            good = ruled(&inner, deleted ? among & bit(MERGE_PART) : among, &used, ret);
    }
    three_free(&x);
    if (!good)
        ret->n = start;
    else
        *rules |= used;
    return good;
}

static bool resolved(struct work *w, const struct conflict *c, unsigned *rules, struct buf *ret)
{
    unsigned among = allowed(&w->kind);
    if (w->is_double)
        among &= ~(bit(MERGE_BESIDE) | bit(MERGE_WORDS) | bit(MERGE_BLOCKS) | bit(MERGE_ENTRIES));
    if (recalled(w, c, ret)) {
        *rules |= bit(MERGE_LEARNED);
        return true;
    }
    if (w->kind.form == FORM_PROSE)
        among |= bit(MERGE_ENTRIES);
    if (c->p->b_n + c->p->o_n + c->p->t_n >
        RULED_LINES) /* the rules compare lines with lines; and who understands that? */
        among &= bit(MERGE_PART);
    /* Deleted on one side, changed on the other. */
    if (c->p->b_n && (c->p->o_n == 0 || c->p->t_n == 0))
        among &= bit(MERGE_PART) | bit(MERGE_SPACE) | bit(MERGE_BESIDE);
    return ruled(c, among & bit(MERGE_PART), rules, ret) ||
           ((among & bit(MERGE_SPACE)) && ruled_spaced(c, among, rules, ret)) || ruled(c, among, rules, ret) ||
           ruled_within(c, among, rules, ret);
}

/* ---- a file ---- */

static void leave(struct work *w, const struct conflict *c)
{
    struct merge_hunk h = {c->p->o + 1, conflict_base(c), conflict_ours(c), conflict_theirs(c), ""};
    merge_key(w->in->path, h.base, h.ours, h.theirs, h.key);
    VEC_PUSH(&w->ret->left, h);
}

static void note_made(struct work *w, const struct conflict *c, unsigned rules, size_t at, size_t n)
{
    struct merge_made x = {.at = at, .n = n};
    while (!(rules & bit(x.rule)))
        x.rule++;
    merge_key(w->in->path, conflict_base(c), conflict_ours(c), conflict_theirs(c), x.key);
    VEC_PUSH(&w->ret->made, x);
}

static void put_text(struct buf *to, struct sv text)
{
    if (to->n && text.n && to->p[to->n - 1] != '\n') /* a last line without its end is the last no more */
        buf_chr(to, '\n');
    buf_sv(to, text);
}

/* How many conflicts are left; they are told when the texts are those of the file itself. */
static size_t merge_parts(struct work *w, const struct three *x, bool told, unsigned *rules, struct buf *ret)
{
    size_t left = 0;
    for (size_t i = 0; i < x->parts.v.n; i++) {
        const struct part *p = &x->parts.v.at[i];
        struct conflict c = {x, p, w->kind, &w->arena};
        AUTO(buf_free) struct buf text = {0};
        unsigned one = 0;
        if (p->kind != PART_CONFLICT) {
            put_text(ret, three_text(x, p));
        } else if (resolved(w, &c, &one, &text)) {
            put_text(ret, buf_view(&text));
            *rules |= one;
            if (told)
                note_made(w, &c, one, ret->n - text.n, text.n);
        } else {
            left++;
            if (told)
                leave(w, &c);
        }
    }
    return left;
}

static void compare(struct work *w, const struct rewrite *texts, struct three *ret)
{
    seq_lines(&ret->names, texts->base, SEQ_EXACT, &w->arena, &ret->base);
    seq_lines(&ret->names, texts->ours, SEQ_EXACT, &w->arena, &ret->ours);
    seq_lines(&ret->names, texts->theirs, SEQ_EXACT, &w->arena, &ret->theirs);
    three_compare(ret);
}

/* The texts after one of the rewrites, which have to leave nothing. */
static bool merge_rewritten(struct work *w, const struct rewrite *texts, enum merge_rule why)
{
    struct three x = {0};
    AUTO(buf_free) struct buf text = {0};
    unsigned rules = bit(why);
    compare(w, texts, &x);
    bool good = merge_parts(w, &x, false, &rules, &text) == 0;
    three_free(&x);
    if (good) {
        w->ret->rules = rules;
        VEC_CLEAR(&w->ret->left);
        buf_clear(&w->ret->text);
        buf_sv(&w->ret->text, buf_view(&text));
    }
    return good;
}

static bool merge_moved(struct work *w, const struct three *x)
{
    struct rewrite next;
    return !w->kind.lock && w->kind.form != FORM_JSON && moved_rewrite(x, &w->arena, &next) &&
           merge_rewritten(w, &next, MERGE_MOVED);
}

static bool merge_renamed(struct work *w, enum renamed_when when)
{
    struct rewrite texts = {w->in->base, w->in->ours, w->in->theirs}, next;
    return (w->kind.form == FORM_CODE || w->kind.form == FORM_INDENT) &&
           renamed_rewrite(&texts, when, &w->arena, &next) && merge_rewritten(w, &next, MERGE_RENAMED);
}

/* ---- by structure ---- */

typedef bool node_fn(struct sv text, struct arena *a, struct node *ret);

static bool toml_by_name(struct sv text, struct arena *a, struct node *ret)
{
    return node_toml(text, TOML_BY_NAME, a, ret);
}

static bool toml_by_version(struct sv text, struct arena *a, struct node *ret)
{
    return node_toml(text, TOML_BY_VERSION, a, ret);
}

/* NULL: the file has no structure that is understood. */
static node_fn *reader_of(struct work *w)
{
    if (w->kind.form == FORM_JSON)
        return node_json;
    if (w->kind.form == FORM_YAML)
        return node_yaml;
    if (w->kind.form != FORM_TOML)
        return NULL;
    struct node n;
    const struct sv texts[] = {w->in->base, w->in->ours, w->in->theirs};
    for (size_t i = 0; i < ARRAY_LEN(texts); i++)
        if (!toml_by_name(texts[i], &w->arena, &n) || node_has_doubles(&n))
            return toml_by_version;
    return toml_by_name;
}

static bool merge_members(struct work *w)
{
    node_fn *read = reader_of(w);
    struct node b, o, t;
    AUTO(buf_free) struct buf text = {0};
    bool raised = false;
    if (!read || !read(w->in->base, &w->arena, &b) || !read(w->in->ours, &w->arena, &o) ||
        !read(w->in->theirs, &w->arena, &t) || !node_merge(&b, &o, &t, &raised, &text))
        return false;
    w->ret->rules = bit(w->kind.lock ? MERGE_LOCK : MERGE_MEMBERS) | (raised ? bit(MERGE_VERSION) : 0);
    buf_sv(&w->ret->text, buf_view(&text));
    return true;
}

/* ---- checks ---- */

static bool is_valid(enum text_form form, struct sv text)
{
    struct err ignored;
    struct ymark at;
    struct ynode *root;
    AUTO(arena_free) struct arena a = {0};
    if (form == FORM_JSON)
        return json_validate(text, NULL, &ignored) == 0;
    return form != FORM_YAML || yaml_load(text, NULL, &a, &root, &at, &ignored) == 0;
}

/* What was JSON or YAML on both sides still is. */
static bool stays_valid(const struct work *w)
{
    enum text_form form = w->kind.form;
    return !is_valid(form, w->in->ours) || !is_valid(form, w->in->theirs) || is_valid(form, buf_view(&w->ret->text));
}

/* Of somebody's half-finished merge, or of bases that were in conflict themselves. */
static bool has_markers(struct sv text)
{
    return sv_starts(text, SV("<<<<<<< ")) || sv_find(text, SV("\n<<<<<<< ")) >= 0;
}

static int check(const struct merge_texts *in, struct err *e)
{
    const struct sv texts[] = {in->base, in->ours, in->theirs};
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        if (texts[i].n > MERGE_BYTES)
            return err_set(e, ERR_INVALID, "larger than %d bytes", MERGE_BYTES);
        if (sv_chr(texts[i], '\0') >= 0)
            return err_set(e, ERR_INVALID, "not a text");
        if (has_markers(texts[i]))
            return err_set(e, ERR_INVALID, "conflict markers are in it");
    }
    return 0;
}

static void leave_all(struct work *w, const struct three *x)
{
    VEC_CLEAR(&w->ret->left);
    for (size_t i = 0; i < x->parts.v.n; i++) {
        struct conflict c = {x, &x->parts.v.at[i], w->kind, &w->arena};
        if (c.p->kind == PART_CONFLICT)
            leave(w, &c);
    }
    if (w->ret->left.n == 0) { /* the lines agree, but not what they mean */
        struct merge_hunk h = {1, w->in->base, w->in->ours, w->in->theirs, ""};
        merge_key(w->in->path, h.base, h.ours, h.theirs, h.key);
        VEC_PUSH(&w->ret->left, h);
    }
}

static void merge_lines(struct work *w, const struct three *x)
{
    bool by_members = merge_members(w);
    w->is_double = w->ret->hunks && work_is_double(w->in->base, w->in->ours, w->in->theirs);
    /* Before the lines: they would keep what was moved where it was, and the old name in new places. */
    if (!by_members && !merge_moved(w, x) && !merge_renamed(w, RENAMED_USED)) {
        w->ret->rules = w->ret->hunks ? 0 : bit(MERGE_LINES);
        if (merge_parts(w, x, true, &w->ret->rules, &w->ret->text) > 0 && !merge_renamed(w, RENAMED_ANY))
            return;
    }
    bool may_repeat = by_members || w->kind.form == FORM_PROSE || w->kind.form == FORM_LOG || w->kind.form == FORM_SET;
    if (!stays_valid(w) || (!may_repeat && lines_are_doubled(w->in->ours, w->in->theirs, buf_view(&w->ret->text))))
        leave_all(w, x);
}

int merge_file(const struct merge_texts *in, const struct merge_memory *memory, struct merge_result *ret, struct err *e)
{
    struct work w = {.in = in, .memory = memory, .kind = text_kind_of(in->path), .ret = ret};
    struct three x = {0};
    *ret = (struct merge_result){0};
    if (check(in, e) < 0)
        return -1;
    compare(&w, &(struct rewrite){in->base, in->ours, in->theirs}, &x);
    ret->hunks = three_conflicts(&x);
    ret->advice = w.kind.advice;
    int rc = ret->hunks <= MERGE_HUNKS ? 0 : err_set(e, ERR_INVALID, "more than %d conflicts", MERGE_HUNKS);
    if (rc == 0)
        merge_lines(&w, &x);
    three_free(&x);
    arena_free(&w.arena);
    return rc;
}

int merge_moved_out(const struct merge_texts *in, struct sv before, struct sv there, struct merge_result *ret,
                    struct buf *ret_there, struct err *e)
{
    struct work w = {.in = in, .kind = text_kind_of(in->path), .ret = ret};
    struct three x = {0};
    struct rewrite texts;
    struct sv edited;
    *ret = (struct merge_result){0};
    if (check(in, e) < 0 || check(&(struct merge_texts){in->path, before, there, there}, e) < 0)
        return -1;
    compare(&w, &(struct rewrite){in->base, in->ours, in->theirs}, &x);
    ret->hunks = three_conflicts(&x);
    bool done =
        moved_out_rewrite(&x, before, there, &w.arena, &texts, &edited) && merge_rewritten(&w, &texts, MERGE_MOVED);
    if (done)
        buf_sv(ret_there, edited);
    three_free(&x);
    arena_free(&w.arena);
    return done ? 0 : 1;
}
