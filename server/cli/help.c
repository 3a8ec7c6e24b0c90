/* SPDX-License-Identifier: Apache-2.0 */
#include "server/cli/help.h"
#include "base/suggest.h"
#include "server/cli/args.h"
#include "server/cli/table.h"
#include "server/cli/term.h"
#include "server/cli/topic.h"

enum { NAME_COLUMNS = 24, HELP_MOST = 100 };

static int columns(void)
{
    int n = term_width();
    return n < HELP_MOST ? n : HELP_MOST;
}

/* ---- rows ---- */

/* A name, and behind it (or below, when it is long) what it is. */
static void put_row(const char *indent, struct sv name, struct sv doc, int column, struct buf *out)
{
    int at = (int)strlen(indent) + (int)text_width(name);
    buf_str(out, indent);
    for (size_t i = 0; i < name.n; i++)
        buf_chr(out, name.p[i] == '\x1f' ? ' ' : name.p[i]);
    if (at + 2 > column) {
        buf_chr(out, '\n');
        at = 0;
    }
    buf_fmt(out, "%*s", column - at, "");
    text_wrap(doc, column, column, columns(), out);
}

void help_arg_name(const struct cli_arg *a, struct buf *out)
{
    if (a->letter)
        buf_fmt(out, "-%c, ", a->letter);
    buf_fmt(out, "--%s", a->name);
    if (arg_has_value(a)) {
        buf_chr(out, ' ');
        arg_value_text(a, out);
    }
}

void help_arg_doc(const struct cli_arg *a, struct buf *out)
{
    AUTO(buf_free) struct buf value = {0};
    buf_str(out, a->doc);
    arg_value_text(a, &value);
    if (a->words && sv_chr(buf_view(&value), '|') < 0) {
        buf_str(out, ": ");
        for (size_t i = 0; a->words[i]; i++)
            buf_fmt(out, "%s%s", i ? ", " : "", a->words[i]);
    }
    if (a->flags & CLI_MANY && a->name[0] >= 'a')
        buf_str(out, "; may be given several times");
}

const struct cli_arg *const help_shared[] = {cli_output_group, cli_screen_group, cli_config_group, NULL};

bool help_is_shared(const struct cli_arg *group)
{
    for (size_t i = 0; help_shared[i]; i++)
        if (help_shared[i] == group)
            return true;
    return false;
}

const char *help_exit(const struct cli_verb *v, const struct cli_verb *sub, int code)
{
    static const char *const means[] = {
        [CLI_OK] = "ok",
        [CLI_FAILED] = "refused, or it cannot be told",
        [CLI_USAGE] = "usage",
        [CLI_INVALID] = "a file is invalid",
        [CLI_MISSING] = "not found",
        [CLI_DENIED] = "not allowed",
        [CLI_UNREACHABLE] = "the server cannot be reached",
        [CLI_TIMEOUT] = "timeout",
        [CLI_CONFLICT] = "it exists already, or is in another state",
    };
    const struct cli_verb *row = args_row(v, sub);
    unsigned exits = row->exits ? row->exits : v->exits;
    if (code == CLI_FAILED && (row->failed || v->failed))
        return row->failed ? row->failed : v->failed;
    return code <= CLI_USAGE || exits >> code & 1 ? means[code] : NULL;
}

static void put_args(const struct cli_verb *row, struct buf *out)
{
    const struct cli_arg *a;
    bool any = false;
    for (a = row->operands; a && a->name; a++) {
        AUTO(buf_free) struct buf doc = {0};
        help_arg_doc(a, &doc);
        buf_str(out, any ? "" : "\n");
        put_row("  ", sv_of(a->name), buf_view(&doc), NAME_COLUMNS, out);
        any = true;
    }
    any = false;
    for (size_t at = 0, base; (a = args_each(row, &at, &base));) {
        AUTO(buf_free) struct buf name = {0}, doc = {0};
        help_arg_name(a, &name);
        help_arg_doc(a, &doc);
        buf_str(out, any ? "" : "\n");
        put_row(a->letter ? "  " : "      ", buf_view(&name), buf_view(&doc), NAME_COLUMNS, out);
        any = true;
    }
}

static void put_subs(const struct cli_verb *v, struct buf *out)
{
    buf_chr(out, '\n');
    for (const struct cli_verb *s = v->subs; s->name; s++) {
        AUTO(buf_free) struct buf name = {0};
        buf_str(&name, s->name);
        for (const struct cli_arg *o = s->operands; o && o->name; o++)
            if (!o->words)
                buf_fmt(&name, o->flags & CLI_NEEDED ? " %s%s" : " [%s%s]", o->name, o->flags & CLI_MANY ? "…" : "");
        put_row("  ", buf_view(&name), sv_of(s->doc), NAME_COLUMNS, out);
    }
    buf_fmt(out, "\n`fettle help %s %s` says what one of them takes.\n", v->name, v->subs[0].name);
}

static void put_exits(const struct cli_verb *v, const struct cli_verb *sub, struct buf *out)
{
    AUTO(buf_free) struct buf line = {0};
    const char *what;
    buf_str(&line, "exit codes:");
    for (int code = 0; code <= CLI_CONFLICT; code++)
        if ((what = help_exit(v, sub, code)))
            buf_fmt(&line, "%s %d %s", code ? "," : "", code, what);
    buf_chr(out, '\n');
    text_wrap(buf_view(&line), 0, 12, columns(), out);
}

static void put_examples(const struct cli_verb *row, struct buf *out)
{
    struct sv rest = sv_of(row->examples), line;
    if (rest.n)
        buf_str(out, "\nexamples:\n");
    while (rest.n && sv_next(&rest, '\n', &line))
        buf_fmt(out, "  %.*s\n", SV_ARG(line));
}

static void write_help(const struct cli_verb *v, const struct cli_verb *sub, struct buf *out)
{
    AUTO(buf_free) struct buf usage = {0};
    const struct cli_verb *row = args_row(v, sub);
    usage_write(v, sub, &usage);
    buf_str(out, "usage: ");
    text_wrap(buf_view(&usage), 7, 11, columns(), out);
    buf_chr(out, '\n');
    text_wrap(sv_of(row->doc), 0, 0, columns(), out);
    if (row->subs)
        put_subs(row, out);
    else
        put_args(row, out);
    if (row->text) {
        buf_chr(out, '\n');
        text_wrap(sv_of(row->text), 0, 0, columns(), out);
    }
    if (!row->subs)
        put_exits(v, sub, out);
    put_examples(row, out);
}

static int show(const struct buf *b)
{
    term_page();
    return cli_print(b);
}

int help_on(const struct cli_verb *v, const struct cli_verb *sub)
{
    AUTO(buf_free) struct buf out = {0};
    write_help(v, sub, &out);
    return show(&out);
}

/* ---- topics ---- */

/* False when there is no such topic. */
static bool topic_write(const char *name, struct buf *out)
{
    for (const struct topic *t = topics; t->name; t++)
        if (strcmp(t->name, name) == 0) {
            text_wrap(sv_of(t->text), 0, 0, columns(), out);
            return true;
        }
    for (const struct topic_written *t = topics_written; t->name; t++)
        if (strcmp(t->name, name) == 0) {
            t->write(out);
            return true;
        }
    return false;
}

static int unknown(const char *name)
{
    const char *names[96];
    size_t n = 0;
    for (const struct cli_verb *const *v = cli_verbs; *v && n < ARRAY_LEN(names); v++)
        names[n++] = (*v)->name;
    for (const struct topic *t = topics; t->name && n < ARRAY_LEN(names); t++)
        names[n++] = t->name;
    for (const struct topic_written *t = topics_written; t->name && n < ARRAY_LEN(names); t++)
        names[n++] = t->name;
    const char *near = suggest(sv_of(name), names, n);
    if (near)
        return cli_fail(CLI_USAGE, "there is no help on \"%s\" (did you mean \"%s\"?) [unknown-topic]", name, near);
    return cli_fail(CLI_USAGE, "there is no help on \"%s\"; `fettle help` lists what there is [unknown-topic]", name);
}

static int overview(void)
{
    AUTO(buf_free) struct buf out = {0}, names = {0};
    buf_str(&out, "fettle " FETTLE_VERSION ": runs workflows on what git forges tell it\n\n"
                  "usage: fettle VERB [ARGUMENTS]\n\n");
    for (const struct cli_verb *const *v = cli_verbs; *v; v++)
        if ((*v)->name[0] != '_')
            put_row("  ", sv_of((*v)->name), sv_of((*v)->doc), 15, &out);
    buf_str(&names, "topics:");
    for (const struct topic *t = topics; t->name; t++)
        buf_fmt(&names, " %s", t->name);
    for (const struct topic_written *t = topics_written; t->name; t++)
        buf_fmt(&names, " %s", t->name);
    buf_chr(&out, '\n');
    text_wrap(buf_view(&names), 0, 8, columns(), &out);
    buf_str(&out, "\n`fettle help VERB` and `fettle help TOPIC` say more.\n");
    return show(&out);
}

/* ---- the verbs ---- */

struct asked {
    struct cli_call call;
    const char *topic, *sub;
};

static int run(void *args)
{
    const struct asked *q = args;
    if (!q->topic)
        return overview();
    const struct cli_verb *v = args_verb(q->topic), *sub = v && q->sub ? args_sub(v, q->sub) : NULL;
    AUTO(buf_free) struct buf text = {0};
    if (q->sub && !v)
        return unknown(q->topic);
    if (q->sub && !sub)
        return cli_fail(CLI_USAGE, "there is no \"fettle %s %s\"; `fettle help %s` lists what there is [unknown-topic]",
                        q->topic, q->sub, q->topic);
    if (v)
        return help_on(v, sub);
    return topic_write(q->topic, &text) ? show(&text) : unknown(q->topic);
}

static const struct cli_arg help_operands[] = {
    {"TOPIC", .kind = CLI_TOPIC, .at = offsetof(struct asked, topic), .doc = "a verb, or a topic of `fettle help`"},
    {"WORD", .kind = CLI_SECOND, .at = offsetof(struct asked, sub), .doc = "the second word of a verb"},
    {.name = NULL},
};
const struct cli_verb verb_help = {
    .name = "help",
    .doc = "says more on a verb or a topic",
    .examples = "fettle help runs rerun\n"
                "fettle help fettle.yaml\n",
    .operands = help_operands,
    .options = {{cli_screen_group, 0}},
    .size = sizeof(struct asked),
    .run = run,
};

static int version(void *args)
{
    (void)args;
    printf("fettle " FETTLE_VERSION "\n");
    return CLI_OK;
}

const struct cli_verb verb_version = {
    .name = "version",
    .doc = "the version of this program",
    .size = sizeof(struct cli_call),
    .run = version,
};
