/* SPDX-License-Identifier: Apache-2.0 */
#include "server/cli/args_value.h"
#include "base/clk.h"
#include "base/suggest.h"

/* ---- what is wrong ---- */

enum args_end args_fault(struct args *a, const char *code, int word, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    a->fault.code = code;
    a->fault.word = word;
    buf_clear(&a->fault.text);
    buf_vfmt(&a->fault.text, fmt, ap);
    va_end(ap);
    return ARGS_WRONG;
}

void args_meant(struct args *a, struct sv word, const char *const *names, size_t n, const char *dashes)
{
    const char *near = suggest(word, names, n);
    if (near)
        buf_fmt(&a->fault.text, " (did you mean \"%s%s\"?)", dashes, near);
}

void args_list(const char *const *words, struct buf *out)
{
    for (size_t i = 0; words[i]; i++)
        buf_fmt(out, "%s%s", i == 0 ? "" : words[i + 1] ? ", " : " or ", words[i]);
}

static enum args_end wrong_word(struct args *a, const struct cli_arg *o, const char *what, int word, const char *said)
{
    size_t n = 0;
    AUTO(buf_free) struct buf all = {0};
    while (o->words[n])
        n++;
    args_list(o->words, &all);
    args_fault(a, "wrong-word", word, "%s is %s, not \"%s\"", what, all.p, said);
    args_meant(a, sv_of(said), o->words, n, "");
    return ARGS_WRONG;
}

/* ---- values ---- */

static bool take_word(const struct cli_arg *o, const char *said, char *into)
{
    for (int i = 0; o->words[i]; i++)
        if (strcmp(o->words[i], said) == 0) {
            if (o->kind == CLI_CHOICE)
                memcpy(into, &i, sizeof i);
            else
                memcpy(into, &o->words[i], sizeof o->words[i]);
            return true;
        }
    return false;
}

static enum args_end take_number(struct args *a, const struct cli_arg *o, const char *what, int word, const char *said,
                                 char *into)
{
    int64_t n = 0;
    bool ok = o->kind == CLI_TIME ? when_duration(sv_of(said), &n) : sv_int(sv_of(said), &n);
    if (ok && n >= o->low && n <= o->high) {
        memcpy(into, &n, sizeof n);
        return ARGS_RIGHT;
    }
    if (o->kind == CLI_TIME)
        return args_fault(a, "wrong-time", word, "%s is a time like 10m, from %lld ms to %lld s, not \"%s\"", what,
                          (long long)o->low, (long long)o->high / 1000, said);
    if (o->high == INT64_MAX)
        return args_fault(a, "wrong-number", word, "%s is a number from %lld on, not \"%s\"", what, (long long)o->low,
                          said);
    return args_fault(a, "wrong-number", word, "%s is a number from %lld to %lld, not \"%s\"", what, (long long)o->low,
                      (long long)o->high, said);
}

enum args_end args_value(struct args *a, const struct cli_arg *o, const char *what, int word, const char *said,
                         char *into)
{
    if (o->kind == CLI_CHOICE || o->kind == CLI_WORD)
        return take_word(o, said, into) ? ARGS_RIGHT : wrong_word(a, o, what, word, said);
    if (o->kind == CLI_NUMBER || o->kind == CLI_TIME)
        return take_number(a, o, what, word, said, into);
    if (!*said && o->kind != CLI_TEXT)
        return args_fault(a, "empty", word, "%s is empty", what);
    if (o->flags & CLI_MANY)
        VEC_PUSH(&((struct cli_values *)(void *)into)->v, said);
    else
        memcpy(into, &said, sizeof said);
    return ARGS_RIGHT;
}
