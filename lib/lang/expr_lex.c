/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include "lang/expr_tree.h"
#include "lang/fold.h"
#include "lang/number.h"

static bool is_letter(char c)
{
    char low = (char)(c | 0x20);
    return (low >= 'a' && low <= 'z') || c == '_';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

bool name_is_plain(struct sv s)
{
    if (s.n == 0 || !is_letter(s.p[0]))
        return false;
    for (size_t i = 1; i < s.n; i++)
        if (!is_letter(s.p[i]) && !is_digit(s.p[i]) && s.p[i] != '-')
            return false;
    return true;
}

/* Where a word or a number ends. A star or a quote does not end one. */
static bool at_boundary(const struct lexer *l)
{
    static const bool ends[256] = {['('] = true, ['['] = true, [')'] = true, [']'] = true, [','] = true, ['.'] = true,
                                   ['!'] = true, ['>'] = true, ['<'] = true, ['='] = true, ['&'] = true, ['|'] = true};
    const char *p = l->text.p + l->at;
    return ends[(unsigned char)*p] || blank_len(p, l->text.p + l->text.n);
}

enum dots { DOTS_END, DOTS_BELONG };

static struct sv take_word(struct lexer *l, size_t from, enum dots dots)
{
    while (l->at < l->text.n && (!at_boundary(l) || (dots == DOTS_BELONG && l->text.p[l->at] == '.')))
        l->at++;
    return sv_n(l->text.p + from, l->at - from);
}

static int take_number(struct lexer *l, struct token *t)
{
    t->text = take_word(l, t->at, DOTS_BELONG);
    t->kind = TOKEN_VALUE;
    t->value = val_number(number_parse(t->text));
    return isnan(t->value.num) ? -1 : 0;
}

static int take_name(struct lexer *l, struct token *t)
{
    static const struct {
        const char *word;
        struct val value;
    } words[] = {
        {"true", {.kind = VAL_BOOL, .b = true}},
        {"false", {.kind = VAL_BOOL}},
        {"null", {.kind = VAL_NULL}},
        {"NaN", {.kind = VAL_NUMBER, .num = (double)NAN}},
        {"Infinity", {.kind = VAL_NUMBER, .num = (double)INFINITY}},
    };
    t->text = take_word(l, t->at, DOTS_END);
    t->kind = TOKEN_NAME;
    for (size_t i = 0; i < ARRAY_LEN(words) && l->last != TOKEN_DOT; i++)
        if (sv_is(t->text, words[i].word)) {
            t->kind = TOKEN_VALUE;
            t->value = words[i].value;
        }
    return name_is_plain(t->text) ? 0 : -1;
}

/* l->at is behind the opening quote; '' stands for one quote. */
static int take_string(struct lexer *l, struct token *t)
{
    size_t from = l->at, doubled = 0;
    for (;; l->at++) {
        if (l->at >= l->text.n) {
            t->text = sv_from(l->text, t->at);
            return -1;
        }
        if (l->text.p[l->at] != '\'')
            continue;
        if (l->at + 1 >= l->text.n || l->text.p[l->at + 1] != '\'')
            break;
        doubled++;
        l->at++;
    }
    struct sv raw = sv_n(l->text.p + from, l->at - from);
    l->at++;
    t->kind = TOKEN_VALUE;
    t->text = sv_n(l->text.p + t->at, l->at - t->at);
    char *copy = arena_new(l->arena, raw.n - doubled + 1);
    size_t n = 0;
    for (size_t i = 0; i < raw.n; i++) {
        copy[n++] = raw.p[i];
        i += raw.p[i] == '\'';
    }
    t->value = val_string(sv_n(copy, n));
    return 0;
}

static int take_symbol(struct lexer *l, struct token *t)
{
    static const struct {
        struct sv text;
        enum token_kind kind;
    } symbols[] = {
        /* What comes most often is first; a longer one stands in front of what it begins with. */
        {{".", 1}, TOKEN_DOT},         {{"(", 1}, TOKEN_OPEN},
        {{")", 1}, TOKEN_CLOSE},       {{",", 1}, TOKEN_COMMA},
        {{"==", 2}, TOKEN_EQUAL},      {{"!=", 2}, TOKEN_UNEQUAL},
        {{"<=", 2}, TOKEN_LESS_EQUAL}, {{">=", 2}, TOKEN_GREATER_EQUAL},
        {{"&&", 2}, TOKEN_AND},        {{"||", 2}, TOKEN_OR},
        {{"[", 1}, TOKEN_OPEN_INDEX},  {{"]", 1}, TOKEN_CLOSE_INDEX},
        {{"!", 1}, TOKEN_NOT},         {{"<", 1}, TOKEN_LESS},
        {{">", 1}, TOKEN_GREATER},     {{"*", 1}, TOKEN_STAR},
    };
    struct sv rest = sv_from(l->text, t->at);
    for (size_t i = 0; i < ARRAY_LEN(symbols); i++)
        if (rest.p[0] == symbols[i].text.p[0] && sv_starts(rest, symbols[i].text)) {
            t->kind = symbols[i].kind;
            t->text = sv_cut(rest, symbols[i].text.n);
            l->at = t->at + t->text.n;
            return 0;
        }
    l->at = t->at + 1;
    t->text = take_word(l, t->at, DOTS_END);
    return -1;
}

/* A point is a step into a value only behind something that has members; else a number begins. */
static bool is_dereference(const struct lexer *l)
{
    return l->last == TOKEN_NAME || l->last == TOKEN_CLOSE || l->last == TOKEN_CLOSE_INDEX || l->last == TOKEN_STAR;
}

static int take_token(struct lexer *l, struct token *t)
{
    char c = l->text.p[l->at];
    if (c == '\'') {
        l->at++;
        return take_string(l, t);
    }
    if (is_digit(c) || c == '+' || c == '-' || (c == '.' && !is_dereference(l))) {
        l->at++;
        return take_number(l, t);
    }
    if (c && strchr("=!<>&|()[],*.", c))
        return take_symbol(l, t);
    return take_name(l, t);
}

int lexer_next(struct lexer *l, struct token *ret)
{
    for (size_t n; l->at < l->text.n && (n = blank_len(l->text.p + l->at, l->text.p + l->text.n)) > 0;)
        l->at += n;
    *ret = (struct token){.at = l->at};
    if (l->at < l->text.n && take_token(l, ret) < 0)
        return -1;
    l->last = ret->kind;
    return 0;
}
