/* SPDX-License-Identifier: Apache-2.0 */
#include "server/cli/complete.h"
#include "server/cli/args.h"
#include "server/cli/complete_ask.h"
#include "server/cli/topic.h"

struct offer {
    struct buf *out;
    struct sv prefix;
    const char *before; /* what stands in front of each word: "--state=" */
    const char *also;   /* "words", "files", "folders" */
};

void offer_word(struct offer *o, struct sv word, struct sv doc)
{
    if (!sv_starts(word, o->prefix) || !word.n)
        return;
    buf_str(o->out, o->before);
    cli_text(word, o->out);
    if (doc.n) {
        buf_chr(o->out, '\t');
        cli_text(doc, o->out);
    }
    buf_chr(o->out, '\n');
}

static void offer(struct offer *o, const char *word, const char *doc)
{
    offer_word(o, sv_of(word), sv_of(doc));
}

static void offer_verbs(struct offer *o)
{
    for (const struct cli_verb *const *v = cli_verbs; *v; v++)
        if ((*v)->name[0] != '_')
            offer(o, (*v)->name, (*v)->doc);
}

static void offer_subs(struct offer *o, const struct cli_verb *v)
{
    for (const struct cli_verb *s = v ? v->subs : NULL; s && s->name; s++)
        offer(o, s->name, s->doc);
}

static void offer_topics(struct offer *o)
{
    offer_verbs(o);
    for (const struct topic *t = topics; t->name; t++)
        offer(o, t->name, NULL);
    for (const struct topic_written *t = topics_written; t->name; t++)
        offer(o, t->name, NULL);
}

/* ---- values ---- */

/* before: the word in front of it. */
static void offer_values(struct offer *o, const struct cli_arg *a, const char *conf, const char *before)
{
    for (size_t i = 0; a->words && a->words[i]; i++)
        offer(o, a->words[i], NULL);
    switch (a->kind) {
    case CLI_FILE:
        o->also = "files";
        break;
    case CLI_FOLDER:
        o->also = "folders";
        break;
    case CLI_TOPIC:
        offer_topics(o);
        break;
    case CLI_SECOND:
        offer_subs(o, args_verb(before));
        break;
    case CLI_RUN:
    case CLI_DELIVERY:
    case CLI_EFFECT:
    case CLI_WORKFLOW:
    case CLI_REPOSITORY:
    case CLI_FORGE_REPOSITORY:
        complete_ask(a->kind, conf, o);
        break;
    default:
        break;
    }
}

static void offer_options(struct offer *o, const struct cli_verb *row)
{
    const struct cli_arg *a;
    for (size_t at = 0, base; (a = args_each(row, &at, &base));) {
        AUTO(buf_free) struct buf name = {0};
        buf_fmt(&name, "--%s", a->name);
        offer(o, name.p, a->doc);
    }
    offer(o, "--help", "how it is used");
}

/* ---- the line ---- */

struct line {
    const struct cli_verb *verb, *sub;
    const struct cli_arg *value_of; /* the word that is being written is its value */
    const char *conf, *last;        /* -c FILE; the operand before */
    int operands;
    bool only_operands;
};

static const struct cli_arg *option_of(const struct cli_verb *row, const char *word)
{
    const struct cli_arg *a;
    struct sv name = sv_of(word + (word[1] == '-' ? 2 : 1));
    for (size_t at = 0, base; (a = args_each(row, &at, &base));)
        if (word[1] == '-' ? sv_is(name, a->name) : name.n && a->letter == name.p[name.n - 1])
            return a;
    return NULL;
}

static void read_word(struct line *l, const char *word)
{
    const struct cli_verb *row = args_row(l->verb, l->sub);
    if (l->value_of) {
        if (strcmp(l->value_of->name, "config") == 0)
            l->conf = word;
        l->value_of = NULL;
    } else if (!l->only_operands && strcmp(word, "--") == 0) {
        l->only_operands = true;
    } else if (!l->only_operands && word[0] == '-' && word[1]) {
        const struct cli_arg *a = row->subs && row->first_sub ? option_of(&row->subs[0], word) : option_of(row, word);
        if (a && arg_has_value(a))
            l->value_of = a;
    } else if (l->verb->subs && !l->sub) {
        l->sub = args_sub(l->verb, word);
    } else {
        l->last = word;
        l->operands++;
    }
}

static void offer_operand(const struct line *l, struct offer *o)
{
    const struct cli_arg *a = args_row(l->verb, l->sub)->operands;
    for (int i = 0; a && a->name && i < l->operands && !(a->flags & CLI_MANY); i++)
        a++;
    if (a && a->name)
        offer_values(o, a, l->conf, l->last ? l->last : "");
}

static void offer_next(const struct line *l, const char *word, struct offer *o)
{
    const struct cli_verb *row = args_row(l->verb, l->sub);
    const char *eq = strchr(word, '=');
    if (l->verb->subs && !l->sub && row->first_sub && word[0] == '-')
        row = &l->verb->subs[0];
    if (l->value_of) {
        offer_values(o, l->value_of, l->conf, "");
    } else if (word[0] == '-' && word[1] == '-' && eq && !l->only_operands) {
        AUTO(buf_free) struct buf name = {0};
        buf_add(&name, word, (size_t)(eq - word));
        const struct cli_arg *a = option_of(row, name.p);
        buf_chr(&name, '=');
        o->before = name.p;
        o->prefix = sv_of(eq + 1);
        if (a && arg_has_value(a))
            offer_values(o, a, l->conf, "");
        o->before = "";
    } else if (word[0] == '-' && !l->only_operands && row->words != CLI_NO_OPTIONS) {
        offer_options(o, row);
    } else if (l->verb->subs && !l->sub) {
        offer_subs(o, l->verb);
    } else {
        offer_operand(l, o);
    }
}

void complete(char **words, int n, struct buf *out)
{
    AUTO(buf_free) struct buf found = {0};
    const char *word = words[n - 1];
    struct offer o = {.out = &found, .prefix = sv_of(word), .before = "", .also = "words"};
    struct line l = {.verb = n > 1 ? args_verb(words[0]) : NULL};
    if (n == 1)
        offer_verbs(&o);
    for (int i = 1; l.verb && i < n - 1; i++)
        read_word(&l, words[i]);
    if (l.verb)
        offer_next(&l, word, &o);
    buf_fmt(out, "%s\n%.*s", o.also, SV_ARG(buf_view(&found)));
}
