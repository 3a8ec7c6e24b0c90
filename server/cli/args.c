/* SPDX-License-Identifier: Apache-2.0 */
#include "server/cli/args_value.h"
#include <stdlib.h>
#include "base/suggest.h"
#include "base/clk.h"

struct reading {
    struct args *args;
    const struct cli_verb *row;
    int argc;
    char **argv;
    int operands;                /* read so far */
    const struct cli_arg *apart; /* of those that exclude one another, the one that was said */
    size_t seen[4];              /* bit by place among the row's options */
};

/* ---- the table ---- */

const struct cli_arg *args_each(const struct cli_verb *row, size_t *at, size_t *ret_base)
{
    size_t n = 0;
    for (const struct cli_group *g = row->options; g < row->options + ARRAY_LEN(row->options) && g->args; g++)
        for (const struct cli_arg *a = g->args; a->name; a++)
            if (n++ == *at) {
                ++*at;
                *ret_base = g->at;
                return a;
            }
    return NULL;
}

const struct cli_verb *args_verb(const char *name)
{
    for (const struct cli_verb *const *v = cli_verbs; *v; v++)
        if (strcmp((*v)->name, name) == 0)
            return *v;
    return NULL;
}

const struct cli_verb *args_sub(const struct cli_verb *v, const char *name)
{
    for (const struct cli_verb *s = v->subs; s && s->name; s++)
        if (strcmp(s->name, name) == 0)
            return s;
    return NULL;
}

/* ---- what is wrong ---- */

/* The option stands at another second word of the verb: say at which. */
static bool add_owner(struct args *a, struct sv name)
{
    for (const struct cli_verb *s = a->verb->subs; s && s->name; s++) {
        const struct cli_arg *o;
        for (size_t at = 0, base; (o = args_each(s, &at, &base));)
            if (sv_is(name, o->name)) {
                buf_fmt(&a->fault.text, ": it is one of `fettle %s %s`", a->verb->name, s->name);
                return true;
            }
    }
    return false;
}

static enum args_end unknown_option(struct reading *r, int word, struct sv name)
{
    const char *names[64];
    size_t n = 0;
    const struct cli_arg *o;
    for (size_t at = 0, base; (o = args_each(r->row, &at, &base)) && n < ARRAY_LEN(names);)
        names[n++] = o->name;
    bool is_long = sv_starts(sv_of(r->argv[word]), SV("--"));
    args_fault(r->args, "unknown-option", word, "unknown option \"%s%.*s\"", is_long ? "--" : "-", SV_ARG(name));
    if (is_long && !add_owner(r->args, name))
        args_meant(r->args, name, names, n, "--");
    r->args->fault.usage = true;
    return ARGS_WRONG;
}

/* ---- options ---- */

static const struct cli_arg *option_named(const struct cli_verb *row, struct sv name, char letter, size_t *ret_base,
                                          size_t *ret_place)
{
    const struct cli_arg *o;
    for (size_t at = 0; (o = args_each(row, &at, ret_base));) {
        *ret_place = at - 1;
        if (letter ? o->letter == letter : sv_is(name, o->name))
            return o;
    }
    return NULL;
}

static enum args_end note_apart(struct reading *r, const struct cli_arg *o, int word)
{
    if (!o->apart)
        return ARGS_RIGHT;
    if (r->apart && r->apart != o && r->apart->apart == o->apart) {
        r->args->fault.usage = true;
        return args_fault(r->args, "one-of", word, "--%s and --%s exclude each other", r->apart->name, o->name);
    }
    r->apart = o;
    return ARGS_RIGHT;
}

static enum args_end set_option(struct reading *r, const struct cli_arg *o, size_t base, int *word, const char *value)
{
    char *into = r->args->into + base + o->at, what[80];
    snprintf(what, sizeof what, "--%s", o->name);
    if (note_apart(r, o, *word) != ARGS_RIGHT)
        return ARGS_WRONG;
    if (!arg_has_value(o)) {
        int set = (int)o->low;
        if (value)
            return args_fault(r->args, "no-value", *word, "--%s takes no value", o->name);
        if (o->kind == CLI_FLAG)
            *(bool *)into = true;
        else
            memcpy(into, &set, sizeof set);
        return ARGS_RIGHT;
    }
    if (!value && *word + 1 == r->argc) {
        AUTO(buf_free) struct buf called = {0};
        arg_value_text(o, &called);
        return args_fault(r->args, "no-value", r->argc, "--%s needs a value behind it: %s", o->name, called.p);
    }
    if (value)
        r->args->fault.shift = (int)(value - r->argv[*word]);
    else
        value = r->argv[++*word];
    enum args_end end = args_value(r->args, o, what, *word, value, into);
    if (end == ARGS_RIGHT)
        r->args->fault.shift = 0;
    return end;
}

static enum args_end read_long(struct reading *r, int *word)
{
    const char *said = r->argv[*word] + 2, *eq = strchr(said, '=');
    struct sv name = eq ? sv_n(said, (size_t)(eq - said)) : sv_of(said);
    size_t base, place;
    const struct cli_arg *o = option_named(r->row, name, 0, &base, &place);
    if (!o && sv_is(name, "help"))
        return ARGS_HELP;
    if (!o)
        return unknown_option(r, *word, name);
    r->seen[place / 64] |= (size_t)1 << place % 64;
    return set_option(r, o, base, word, eq ? eq + 1 : NULL);
}

/* "-qf", "-o json", "-ojson" */
static enum args_end read_letters(struct reading *r, int *word)
{
    enum args_end end = ARGS_RIGHT;
    const int at = *word;
    for (const char *p = r->argv[at] + 1; *p && end == ARGS_RIGHT; p++) {
        size_t base, place;
        const struct cli_arg *o = option_named(r->row, SV_NONE, *p, &base, &place);
        if (!o && *p == 'h')
            return ARGS_HELP;
        if (!o)
            return unknown_option(r, at, sv_cut_utf8(sv_of(p), 4).n ? sv_cut_chars(sv_of(p), 1) : sv_n(p, 1));
        r->seen[place / 64] |= (size_t)1 << place % 64;
        if (!arg_has_value(o)) {
            end = set_option(r, o, base, word, NULL);
            continue;
        }
        return set_option(r, o, base, word, p[1] ? p + 1 + (p[1] == '=') : NULL);
    }
    return end;
}

/* ---- operands ---- */

static enum args_end read_operand(struct reading *r, int word)
{
    const struct cli_arg *o = r->row->operands;
    int n = 0;
    while (o && o->name && n < r->operands && !(o->flags & CLI_MANY)) {
        o++;
        n++;
    }
    if (!o || !o->name) {
        r->args->fault.usage = true;
        return args_fault(r->args, "too-many", word, "\"%s\" is one word too many", r->argv[word]);
    }
    r->operands++;
    return args_value(r->args, o, o->name, word, r->argv[word], r->args->into + o->at);
}

static enum args_end check_needed(struct reading *r)
{
    const struct cli_arg *o = r->row->operands;
    for (int n = 0; o && o->name; o++, n++)
        if (o->flags & CLI_NEEDED && n >= r->operands) {
            r->args->fault.usage = true;
            return args_fault(r->args, "missing", r->argc, "%s is missing: %s", o->name, o->doc);
        }
    for (size_t at = 0, base; (o = args_each(r->row, &at, &base));)
        if (o->flags & CLI_NEEDED && !(r->seen[(at - 1) / 64] >> (at - 1) % 64 & 1)) {
            r->args->fault.usage = true;
            return args_fault(r->args, "missing", r->argc, "--%s is missing: %s", o->name, o->doc);
        }
    return ARGS_RIGHT;
}

/* ---- the second word ---- */

/* Whether the word, an option of any of them, has its value behind it. */
static bool has_value_behind(const struct cli_verb *v, const char *word)
{
    bool is_long = word[1] == '-';
    struct sv name = sv_of(word + (is_long ? 2 : 1));
    if (is_long && sv_chr(name, '=') >= 0)
        return false;
    for (const struct cli_verb *s = v->subs; s->name; s++) {
        size_t base, place;
        const struct cli_arg *o = option_named(s, name, is_long ? 0 : word[strlen(word) - 1], &base, &place);
        if (o)
            return arg_has_value(o) && (is_long || name.n == 1);
    }
    return false;
}

static enum args_end no_sub(struct args *a, int word, const char *said)
{
    const char *names[32];
    size_t n = 0;
    AUTO(buf_free) struct buf all = {0};
    for (const struct cli_verb *s = a->verb->subs; s->name && n < ARRAY_LEN(names) - 1; s++)
        names[n++] = s->name;
    names[n] = NULL;
    args_list(names, &all);
    if (!said) {
        args_fault(a, "missing", word, "what is to be done is missing: %s", all.p);
    } else {
        args_fault(a, "unknown-verb", word, "there is no \"%s %s\"", a->verb->name, said);
        const char *near = suggest(sv_of(said), names, n);
        if (near)
            buf_fmt(&a->fault.text, " (did you mean \"%s\"?)", near);
        else
            buf_fmt(&a->fault.text, ": it is one of %s", all.p);
    }
    a->fault.usage = !said;
    return ARGS_WRONG;
}

/* *ret_at = its place in argv, 0 = it was not said. */
static enum args_end find_sub(struct args *a, int argc, char **argv, int *ret_at)
{
    bool help = false;
    *ret_at = 0;
    for (int i = 1; i < argc && !*ret_at && strcmp(argv[i], "--") != 0; i++) {
        help |= strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0;
        if (argv[i][0] != '-' || argv[i][1] == 0)
            *ret_at = i;
        else if (has_value_behind(a->verb, argv[i]))
            i++;
    }
    if (*ret_at && !(a->sub = args_sub(a->verb, argv[*ret_at])))
        return no_sub(a, *ret_at, argv[*ret_at]);
    if (help)
        return ARGS_HELP;
    if (!*ret_at && !a->verb->first_sub)
        return no_sub(a, argc, NULL);
    if (!*ret_at)
        a->sub = &a->verb->subs[0];
    return ARGS_RIGHT;
}

/* ---- all of it ---- */

static void begin(struct args *a, const struct cli_verb *row)
{
    size_t size = row->size ? row->size : a->verb->size;
    const void *start = row->start ? row->start : row->size ? NULL : a->verb->start;
    MUST(size >= sizeof(struct cli_call));
    a->into = mem_new(size);
    if (start)
        memcpy(a->into, start, size);
    struct cli_call *call = (struct cli_call *)(void *)a->into;
    call->verb = a->verb;
    call->sub = a->sub;
}

static enum args_end read_words(struct reading *r, int sub_at)
{
    enum args_end end = ARGS_RIGHT;
    enum cli_words words = r->row->words;
    int i = 1;
    if (words == CLI_NO_OPTIONS && r->argc == 2 && (strcmp(r->argv[1], "--help") == 0 || strcmp(r->argv[1], "-h") == 0))
        return ARGS_HELP;
    if (words == CLI_NO_OPTIONS && r->argc > 1 && strcmp(r->argv[1], "--") == 0)
        i++;
    for (; i < r->argc && end == ARGS_RIGHT; i++) {
        const char *w = r->argv[i];
        bool is_long = w[0] == '-' && w[1] == '-';
        if (i == sub_at && sub_at)
            continue;
        if (words == CLI_NO_OPTIONS || w[0] != '-' || w[1] == 0 || (words == CLI_SIGNS && !is_long && r->argc > 2))
            end = read_operand(r, i);
        else if (is_long && w[2] == 0)
            words = CLI_NO_OPTIONS;
        else if (words == CLI_SIGNS && !is_long && strcmp(w, "-h") != 0)
            end = read_operand(r, i);
        else
            end = is_long ? read_long(r, &i) : read_letters(r, &i);
    }
    return end == ARGS_RIGHT ? check_needed(r) : end;
}

enum args_end args_read(const struct cli_verb *v, int argc, char **argv, struct args *ret)
{
    int sub_at = 0;
    *ret = (struct args){.verb = v};
    enum args_end end = v->subs ? find_sub(ret, argc, argv, &sub_at) : ARGS_RIGHT;
    if (end != ARGS_RIGHT)
        return end;
    struct reading r = {.args = ret, .row = args_row(v, ret->sub), .argc = argc, .argv = argv};
    begin(ret, r.row);
    end = read_words(&r, sub_at);
    struct cli_call *call = (struct cli_call *)(void *)ret->into;
    const char *conf = getenv("FETTLE_CONFIG");
    if (!call->conf && conf && *conf)
        call->conf = conf;
    return end;
}

static void free_values(const struct cli_arg *o, char *into)
{
    if (o->flags & CLI_MANY)
        VEC_FREE(&((struct cli_values *)(void *)into)->v);
}

void args_free(struct args *a)
{
    if (a->into) {
        const struct cli_verb *row = args_row(a->verb, a->sub);
        const struct cli_arg *o;
        for (size_t at = 0, base; (o = args_each(row, &at, &base));)
            free_values(o, a->into + base + o->at);
        for (o = row->operands; o && o->name; o++)
            free_values(o, a->into + o->at);
    }
    mem_free(a->into);
    buf_free(&a->fault.text);
    *a = (struct args){0};
}
