/* SPDX-License-Identifier: Apache-2.0 */
#include "server/cli/table.h"
#include <stdlib.h>
#include <unistd.h>

int listing_options(int argc, char **argv, struct listing *ret)
{
    *ret = (struct listing){0};
    const struct cli_option options[] = {
        {"--json", NULL, NULL, &ret->json},       {"--output", "-o", &ret->output, NULL},
        {"--quiet", "-q", NULL, &ret->quiet},     {"--state", NULL, &ret->state, NULL},
        {"--limit", NULL, &ret->limit, NULL},     {"--before", NULL, &ret->before, NULL},
        {"--follow", "-f", NULL, &ret->follow},   {"--dry-run", NULL, NULL, &ret->dry_run},
    };
    argc = cli_options(argc, argv, options, ARRAY_LEN(options));
    if (argc < 0)
        return -1;
    if (ret->output && strcmp(ret->output, "json") == 0) {
        ret->format = FORMAT_JSON;
    } else if (ret->output && strcmp(ret->output, "name") == 0) {
        ret->format = FORMAT_NAME;
    } else if (ret->output && strcmp(ret->output, "table") != 0) {
        cli_fail(CLI_USAGE, "%s: --output is table, json or name", argv[0]);
        return -1;
    }
    if (ret->json)
        ret->format = FORMAT_JSON;
    return argc;
}

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

static size_t width(struct sv s)
{
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++)
        n += ((unsigned char)s.p[i] & 0xc0) != 0x80;
    return n;
}

static bool has_colour(void)
{
    const char *off = getenv("NO_COLOR"), *term = getenv("TERM");
    return isatty(STDOUT_FILENO) && !(off && *off) && term && strcmp(term, "dumb") != 0;
}

static const struct {
    const char *word, *colour;
} colours[] = {
    {"success", "32"}, {"matched", "32"},  {"sent", "32"},    {"ready", "33"},   {"running", "33"}, {"pending", "33"},
    {"failure", "31"}, {"error", "31"},    {"dead", "31"},    {"invalid", "31"}, {"lost", "31"},    {"timed_out", "31"},
    {"skipped", "2"},  {"cancelled", "2"}, {"ignored", "2"},  {"waiting", "2"},  {"suspect", "35"}, {"uncertain", "35"},
};

void put_word(struct buf *b, struct sv word)
{
    for (size_t i = 0; i < ARRAY_LEN(colours); i++)
        if (sv_is(word, colours[i].word) && has_colour()) {
            buf_fmt(b, "\033[%sm%.*s\033[0m", colours[i].colour, SV_ARG(word));
            return;
        }
    buf_sv(b, word);
}

static void put_row(struct buf *b, const struct sv *cells, size_t cols, const size_t *widths)
{
    for (size_t i = 0; i < cols; i++) {
        put_word(b, cells[i]);
        /* No blanks at the end of a line. */
        for (size_t w = width(cells[i]); i + 1 < cols && w < widths[i] + 2; w++)
            buf_chr(b, ' ');
    }
    buf_chr(b, '\n');
}

int table_print(const struct table *t, const struct listing *l)
{
    AUTO(buf_free) struct buf b = {0};
    enum { COLS = 16 };
    size_t cols = 0, widths[COLS] = {0};
    struct sv heads[COLS];
    for (; cols < COLS && t->heads[cols]; cols++) {
        heads[cols] = sv_of(t->heads[cols]);
        widths[cols] = width(heads[cols]);
    }
    MUST(cols);
    for (size_t i = 0; i < t->cells.n; i++)
        if (width(t->cells.at[i]) > widths[i % cols])
            widths[i % cols] = width(t->cells.at[i]);
    if (!l->quiet)
        put_row(&b, heads, cols, widths);
    for (size_t i = 0; i + cols <= t->cells.n; i += cols)
        put_row(&b, t->cells.at + i, cols, widths);
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
