/* SPDX-License-Identifier: Apache-2.0 */
#include "server/cli/table.h"
#include "server/cli/term.h"

enum { COLUMNS_MOST = 16, CUT_LEAST = 6, GAP = 2 };

static const char *const formats[] = {"table", "json", "name", NULL};
const struct cli_arg cli_output_group[] = {
    {"json", 0, CLI_SET, NULL, offsetof(struct listing, format), .doc = "one JSON object with \"schema\": 1",
     .low = FORMAT_JSON},
    {"output", 'o', CLI_CHOICE, "FORMAT", offsetof(struct listing, format),
     .doc = "a table for people, JSON, or names, one a line", .words = formats},
    {"quiet", 'q', CLI_FLAG, NULL, offsetof(struct listing, quiet), .doc = "no heads and no remarks"},
    {.name = NULL},
};
static const char *const told_forms[] = {[FORMAT_TABLE] = "table", [FORMAT_JSON] = "json", NULL};
const struct cli_arg cli_findings_group[] = {
    {"json", 0, CLI_SET, NULL, offsetof(struct listing, format), .doc = "one JSON object with \"schema\": 1",
     .low = FORMAT_JSON},
    {"output", 'o', CLI_CHOICE, "FORMAT", offsetof(struct listing, format), .doc = "for people, or JSON",
     .words = told_forms},
    {"quiet", 'q', CLI_FLAG, NULL, offsetof(struct listing, quiet), .doc = "only what is wrong"},
    {.name = NULL},
};
const struct cli_arg cli_page_group[] = {
    {"limit", 0, CLI_NUMBER, "N", offsetof(struct listing, limit), .doc = "at most so many", .low = 1, .high = 1000},
    {"before", 0, CLI_TEXT, "ID", offsetof(struct listing, before), .doc = "only those that are older than this one"},
    {.name = NULL},
};

void table_add(struct table *t, struct sv text)
{
    AUTO(buf_free) struct buf b = {0};
    if (text.n)
        cli_text(text, &b);
    else
        buf_chr(&b, '-');
    VEC_PUSH(&t->cells, arena_sv(&t->arena, buf_view(&b)));
}

void table_member(struct table *t, const struct jval *row, const char *key)
{
    int64_t n;
    const struct jval *v = jval_get(row, key);
    if (jval_int(v, &n))
        table_add(t, sv_of(arena_fmt(&t->arena, "%lld", (long long)n)));
    else
        table_add(t, jval_str(v));
}

void table_time(struct table *t, const struct jval *row, const char *key)
{
    char told[32];
    table_add(t, time_told(jval_str(jval_get(row, key)), told));
}

static const struct {
    const char *word, *colour;
} colours[] = {
    {"success", "32"}, {"matched", "32"},  {"sent", "32"},   {"ready", "33"},   {"running", "33"}, {"pending", "33"},
    {"failure", "31"}, {"error", "31"},    {"dead", "31"},   {"invalid", "31"}, {"lost", "31"},    {"timed_out", "31"},
    {"skipped", "2"},  {"cancelled", "2"}, {"ignored", "2"}, {"waiting", "2"},  {"suspect", "35"}, {"uncertain", "35"},
};

void put_word(struct buf *b, struct sv word)
{
    for (size_t i = 0; i < ARRAY_LEN(colours); i++)
        if (sv_is(word, colours[i].word) && term_has_colour()) {
            buf_fmt(b, "\033[%sm%.*s\033[0m", colours[i].colour, SV_ARG(word));
            return;
        }
    buf_sv(b, word);
}

/* ---- fitting ---- */

struct column {
    struct sv head;
    size_t width;
    int rank;
    bool out; /* left out */
};
struct layout {
    struct column at[COLUMNS_MOST];
    size_t n;
};

static size_t width_of(const struct layout *l)
{
    size_t sum = 0, shown = 0;
    for (size_t i = 0; i < l->n; i++)
        if (!l->at[i].out) {
            sum += l->at[i].width;
            shown++;
        }
    return sum + (shown ? (shown - 1) * GAP : 0);
}

static void measure(const struct table *t, struct layout *l)
{
    size_t n = t->ranks ? strlen(t->ranks) : 0;
    for (; l->n < COLUMNS_MOST && t->heads[l->n]; l->n++) {
        struct sv head = sv_of(t->heads[l->n]);
        l->at[l->n] = (struct column){
            .head = head, .width = text_width(head), .rank = l->n < n ? t->ranks[l->n] - '0' : l->n > 0};
    }
    MUST(l->n);
    for (size_t i = 0; i < t->cells.n; i++) {
        struct column *c = &l->at[i % l->n];
        size_t w = text_width(t->cells.at[i]);
        if (w > c->width)
            c->width = w;
    }
}

/* Columns of one rank give way together: the widest first, down to the next one. */
static bool shrink(struct layout *l, int rank, size_t width)
{
    while (width_of(l) > width) {
        struct column *widest = NULL;
        for (size_t i = 0; i < l->n; i++)
            if (l->at[i].rank == rank && !l->at[i].out && (!widest || l->at[i].width > widest->width))
                widest = &l->at[i];
        if (!widest || widest->width <= CUT_LEAST)
            return false;
        widest->width--;
    }
    return true;
}

static void fit(struct layout *l, size_t width)
{
    for (int rank = 9; rank > 0; rank--)
        if (shrink(l, rank, width))
            return;
    for (int rank = 9; rank > 0; rank--)
        for (size_t i = l->n; i-- > 0;) {
            if (width_of(l) <= width)
                return;
            l->at[i].out |= l->at[i].rank == rank;
        }
}

static void put_row(struct buf *b, const struct sv *cells, const struct layout *l)
{
    size_t blanks = 0;
    for (size_t i = 0; i < l->n; i++) {
        if (l->at[i].out)
            continue;
        AUTO(buf_free) struct buf cut = {0};
        text_put_cut(cells[i], l->at[i].width, &cut);
        /* No blanks at the end of a line. */
        buf_fmt(b, "%*s", (int)blanks, "");
        put_word(b, buf_view(&cut));
        blanks = l->at[i].width - text_width(buf_view(&cut)) + GAP;
    }
    buf_chr(b, '\n');
}

void table_write(const struct table *t, const struct listing *l, int width, struct buf *out)
{
    struct layout x = {0};
    struct sv heads[COLUMNS_MOST] = {0};
    measure(t, &x);
    if (width > 0)
        fit(&x, (size_t)width);
    for (size_t i = 0; i < x.n; i++)
        heads[i] = x.at[i].head;
    if (!l->quiet)
        put_row(out, heads, &x);
    for (size_t i = 0; i + x.n <= t->cells.n; i += x.n)
        put_row(out, t->cells.at + i, &x);
}

int table_print(const struct table *t, const struct listing *l)
{
    AUTO(buf_free) struct buf b = {0};
    table_write(t, l, term_table_width(), &b);
    term_page();
    return cli_print(&b);
}

void table_free(struct table *t)
{
    VEC_FREE(&t->cells);
    arena_free(&t->arena);
}

struct sv time_short(struct sv text, char ret[20])
{
    if (text.n < 19)
        return text;
    memcpy(ret, text.p, 19);
    ret[10] = ' ';
    ret[19] = 0;
    return sv_n(ret, 19);
}

int print_object(const struct jval *o)
{
    AUTO(buf_free) struct buf b = {0};
    struct jout j = {.buf = &b};
    struct sv key;
    const struct jval *value;
    jout_open(&j, '{');
    jout_kint(&j, "schema", 1);
    for (size_t at = 0; jval_each(o, &at, &key, &value);) {
        if (sv_is(key, "schema"))
            continue;
        jout_keyv(&j, key);
        jout_val(&j, value);
    }
    jout_close(&j, '}');
    buf_chr(&b, '\n');
    return cli_print(&b);
}
