/* SPDX-License-Identifier: Apache-2.0 */
/* C files and import lists, and what people do to them. */
#include <stdio.h>
#include "bench/merges_doc.h"

static const char *const verbs[] = {"load",  "store",  "parse",  "print",  "count", "reset", "merge", "split",
                                    "check", "update", "remove", "append", "scan",  "apply", "close", "find"};
static const char *const nouns[] = {"user",  "queue",  "index",  "token",  "frame",  "buffer", "packet", "window",
                                    "table", "cursor", "branch", "record", "region", "signal", "socket", "stream"};
static const char *const headers[] = {"assert", "ctype",  "errno",  "fcntl",  "limits", "math",   "poll",   "pthread",
                                      "signal", "stdarg", "stddef", "stdint", "stdio",  "stdlib", "string", "time"};
static const char *const types[] = {"int", "long", "unsigned", "double", "size_t"};

enum { FUNCS = 7, STMTS = 6 };

struct func {
    int first, last; /* pieces, without the blank line in front */
    int symbol, params_end, comment;
    int lines[STMTS], values[STMTS]; /* the last piece of each line, and a value inside of it */
    int starts[STMTS];
    int n;
};
struct source {
    struct doc d;
    int includes[8], n_includes, entries[8], n_entries, fields[8], n_fields, rows[8], n_rows;
    struct func funcs[FUNCS];
    int n_funcs;
    unsigned used; /* nouns given away for new things */
};

static const char *new_noun(struct source *s, struct dice *r)
{
    int at = dice_below(r, (int)ARRAY_LEN(nouns));
    while (s->used & (1u << at))
        at = (at + 1) % (int)ARRAY_LEN(nouns);
    s->used |= 1u << at;
    return nouns[at];
}

static void add_statement(struct source *s, struct dice *r, struct func *f, int other)
{
    struct doc *d = &s->d;
    int k = f->n++;
    f->starts[k] = doc_add(d, "    ");
    switch (dice_below(r, 4)) {
    case 0:
        doc_add(d, doc_fmt(d, "%s_%s(ctx, ", DICE_PICK(r, verbs), DICE_PICK(r, nouns)));
        f->values[k] = doc_add(d, doc_fmt(d, "%d", dice_below(r, 500)));
        f->lines[k] = doc_add(d, ");\n");
        break;
    case 1:
        doc_add(d, doc_fmt(d, "ctx->%s = ", DICE_PICK(r, nouns)));
        f->values[k] = doc_add(d, doc_fmt(d, "%s_%d", DICE_PICK(r, nouns), dice_below(r, 90)));
        f->lines[k] = doc_add(d, " + offset;\n");
        break;
    case 2:
        doc_add(d, "if (");
        f->values[k] = doc_add(d, doc_fmt(d, "ctx->%s > %d", DICE_PICK(r, nouns), dice_below(r, 64)));
        f->lines[k] = doc_add(d, doc_fmt(d, ")\n        return %d;\n", -1 - dice_below(r, 9)));
        break;
    default:
        doc_add(d, "total += ");
        if (other >= 0)
            doc_add_symbol(d, other);
        else
            doc_add(d, "strlen");
        doc_add(d, "(ctx, ");
        f->values[k] = doc_add(d, doc_fmt(d, "%d", dice_below(r, 100)));
        f->lines[k] = doc_add(d, ");\n");
    }
}

static void add_function(struct source *s, struct dice *r)
{
    struct doc *d = &s->d;
    struct func *f = &s->funcs[s->n_funcs];
    const char *noun = new_noun(s, r);
    f->symbol = doc_symbol(d, doc_fmt(d, "%s_%s", DICE_PICK(r, verbs), noun));
    doc_add(d, "\n");
    f->first = f->comment = doc_add(d, doc_fmt(d, "/* Works on one %s at a time. */\n", noun));
    doc_add(d, doc_fmt(d, "static %s ", DICE_PICK(r, types)));
    doc_add_symbol(d, f->symbol);
    f->params_end = doc_add(d, doc_fmt(d, "(struct ctx *ctx, %s offset", DICE_PICK(r, types)));
    doc_add(d, ")\n{\n    int total = 0;\n");
    int n = 3 + dice_below(r, STMTS - 3);
    for (int i = 0; i < n; i++)
        add_statement(s, r, f, s->n_funcs ? s->funcs[dice_below(r, s->n_funcs)].symbol : -1);
    f->last = doc_add(d, "    return total;\n}\n");
    s->n_funcs++;
}

enum list { LIST_ENUM, LIST_FIELDS, LIST_ROWS };

static void add_list(struct source *s, struct dice *r, enum list what, int *ids, int *n)
{
    static const char *const heads[] = {"\nenum kind {\n", "\nstruct ctx {\n",
                                        "\nstatic const struct row rows[] = {\n"};
    struct doc *d = &s->d;
    doc_add(d, heads[what]);
    for (*n = 0; *n < 3 + dice_below(r, 3); (*n)++) {
        const char *noun = DICE_PICK(r, nouns);
        ids[*n] =
            doc_add(d, what == LIST_ENUM     ? doc_fmt(d, "    KIND_%s_%d,\n", noun, *n)
                       : what == LIST_FIELDS ? doc_fmt(d, "    int %s_%d;\n", noun, *n)
                                             : doc_fmt(d, "    {\"%s-%d\", handle_%s_%d, 0},\n", noun, *n, noun, *n));
    }
    doc_add(d, "};\n");
}

static void source_make(struct source *s, struct dice *r, struct arena *a)
{
    *s = (struct source){.d = {.a = a}};
    for (size_t i = 0; i < ARRAY_LEN(headers); i++)
        if (i % 4 == 0 || dice_percent(r, 20))
            if (s->n_includes < (int)ARRAY_LEN(s->includes))
                s->includes[s->n_includes++] = doc_add(&s->d, doc_fmt(&s->d, "#include <%s.h>\n", headers[i]));
    add_list(s, r, LIST_ENUM, s->entries, &s->n_entries);
    add_list(s, r, LIST_FIELDS, s->fields, &s->n_fields);
    add_list(s, r, LIST_ROWS, s->rows, &s->n_rows);
    for (int i = 4 + dice_below(r, 3); i > 0; i--)
        add_function(s, r);
}

/* ---- what people do ---- */

struct act {
    struct source *s;
    struct dice *r;
    struct change *c;
    int side; /* 0, 1: so that two never mean the same by chance */
    int func; /* where the work is */
};
typedef void act_fn(struct act *x);

static const char *side_word(const struct act *x)
{
    return x->side ? "remote" : "local";
}

static void act_include(struct act *x)
{
    struct doc *d = &x->s->d;
    struct doc_edit *e = change_add(x->c, WHAT_INSERT);
    int at = dice_below(x->r, x->s->n_includes);
    const char *before = NULL;
    for (size_t i = 0; i < d->v.n; i++)
        if (d->v.at[i].id == x->s->includes[at])
            before = d->v.at[i].text;
    e->behind = x->s->includes[at];
    e->order = ORDER_SORTED;
    /* in order: a name that begins with the one before it */
    const char *dot = strchr(before, '.');
    edit_put(d, e, doc_fmt(d, "%.*s_%s.h>\n", (int)(dot - before), before, x->side ? "util" : "ext"));
}

static void act_list(struct act *x, const int *ids, int n, const char *text)
{
    struct doc_edit *e = change_add(x->c, WHAT_INSERT);
    e->behind = ids[n - 1];
    edit_put(&x->s->d, e, text);
}

static void act_entry(struct act *x)
{
    act_list(x, x->s->entries, x->s->n_entries,
             doc_fmt(&x->s->d, "    KIND_%s_%s,\n", side_word(x), DICE_PICK(x->r, nouns)));
}

static void act_field(struct act *x)
{
    act_list(x, x->s->fields, x->s->n_fields,
             doc_fmt(&x->s->d, "    int %s_%s;\n", side_word(x), DICE_PICK(x->r, nouns)));
}

static void act_row(struct act *x)
{
    const char *noun = DICE_PICK(x->r, nouns);
    act_list(x, x->s->rows, x->s->n_rows,
             doc_fmt(&x->s->d, "    {\"%s-%s\", handle_%s_%s, 1},\n", side_word(x), noun, side_word(x), noun));
}

static void put_function(struct act *x, int behind)
{
    struct doc *d = &x->s->d;
    struct doc_edit *e = change_add(x->c, WHAT_INSERT);
    const char *noun = new_noun(x->s, x->r);
    e->behind = behind;
    edit_put(d, e,
             doc_fmt(d, "\nstatic int %s_%s_%s(const struct ctx *ctx)\n{\n    int n_%s = ctx->%s_size * %d;\n",
                     side_word(x), DICE_PICK(x->r, verbs), noun, noun, noun, 2 + dice_below(x->r, 7)));
    for (int i = dice_below(x->r, 3); i > 0; i--)
        edit_put(d, e, doc_fmt(d, "    n_%s += %s_%s_limit(%d);\n", noun, noun, side_word(x), dice_below(x->r, 50)));
    edit_put(d, e, doc_fmt(d, "    return n_%s;\n}\n", noun));
}

static void act_function(struct act *x)
{
    put_function(x, x->s->funcs[x->func].last);
}

static void act_function_at_end(struct act *x)
{
    put_function(x, x->s->funcs[x->s->n_funcs - 1].last);
}

static void act_value(struct act *x)
{
    struct func *f = &x->s->funcs[x->func];
    struct doc_edit *e = change_add(x->c, WHAT_REPLACE);
    e->from = f->values[dice_below(x->r, f->n)];
    e->text = doc_fmt(&x->s->d, "%s_limit", side_word(x));
}

static void act_statement(struct act *x)
{
    struct func *f = &x->s->funcs[x->func];
    struct doc_edit *e = change_add(x->c, WHAT_INSERT);
    e->behind = f->lines[dice_below(x->r, f->n)];
    edit_put(&x->s->d, e, doc_fmt(&x->s->d, "    trace_%s(ctx, \"%s\");\n", side_word(x), DICE_PICK(x->r, nouns)));
}

static void act_delete_statement(struct act *x)
{
    struct func *f = &x->s->funcs[x->func];
    int k = dice_below(x->r, f->n);
    struct doc_edit *e = change_add(x->c, WHAT_DELETE);
    e->from = f->starts[k];
    e->to = f->lines[k];
}

static void act_delete_function(struct act *x)
{
    struct doc_edit *e = change_add(x->c, WHAT_DELETE);
    e->from = x->s->funcs[x->func].first;
    e->to = x->s->funcs[x->func].last;
}

static void act_rename(struct act *x)
{
    struct doc_edit *e = change_add(x->c, WHAT_RENAME);
    e->from = x->s->funcs[x->func].symbol;
    e->text = doc_fmt(&x->s->d, "%s_%s_all", DICE_PICK(x->r, verbs), side_word(x));
}

/* One more place where the function is called, in another one. */
static void act_use(struct act *x)
{
    struct doc *d = &x->s->d;
    struct func *f = &x->s->funcs[(x->func + 1) % x->s->n_funcs];
    struct doc_edit *e = change_add(x->c, WHAT_INSERT);
    e->behind = f->lines[dice_below(x->r, f->n)];
    edit_put(d, e, "    total -= ");
    edit_put_symbol(d, e, x->s->funcs[x->func].symbol);
    edit_put(d, e, doc_fmt(d, "(ctx, %s_base);\n", side_word(x)));
}

static void act_param(struct act *x)
{
    struct doc_edit *e = change_add(x->c, WHAT_INSERT);
    e->behind = x->s->funcs[x->func].params_end;
    edit_put(&x->s->d, e, doc_fmt(&x->s->d, ", int %s_flags", side_word(x)));
}

static void act_comment(struct act *x)
{
    struct doc_edit *e = change_add(x->c, WHAT_REPLACE);
    e->from = x->s->funcs[x->func].comment;
    e->text = doc_fmt(&x->s->d, "/* Called by the %s side; %s first. */\n", side_word(x), DICE_PICK(x->r, nouns));
}

static void act_move(struct act *x)
{
    struct doc_edit *e = change_add(x->c, WHAT_MOVE);
    int to = (x->func + 2) % x->s->n_funcs;
    e->from = x->s->funcs[x->func].first;
    e->to = x->s->funcs[x->func].last;
    e->behind = x->s->funcs[to == x->func ? (x->func + 1) % x->s->n_funcs : to].last;
}

/* A run of statements goes into a block. */
static void act_wrap(struct act *x)
{
    struct func *f = &x->s->funcs[x->func];
    struct doc *d = &x->s->d;
    int k = dice_below(x->r, f->n - 1);
    struct doc_edit *open = change_add(x->c, WHAT_INSERT);
    int before = 0;
    for (size_t i = 0; i < d->v.n; i++)
        if (d->v.at[i].id == f->starts[k])
            before = d->v.at[i - 1].id;
    open->behind = before;
    edit_put(d, open, doc_fmt(d, "    if (%s_enabled(ctx)) {\n", side_word(x)));
    struct doc_edit *in = change_add(x->c, WHAT_INDENT);
    in->from = f->starts[k];
    in->to = f->lines[k + 1];
    in->text = "    ";
    struct doc_edit *close = change_add(x->c, WHAT_INSERT);
    close->behind = f->lines[k + 1];
    edit_put(d, close, "    }\n");
}

static act_fn *const acts[] = {act_include,         act_entry, act_field,   act_row,       act_function,
                               act_function_at_end, act_value, act_value,   act_statement, act_delete_statement,
                               act_rename,          act_param, act_comment, act_use,       act_delete_function};

static void finish(struct made *m, struct source *s, act_fn *ours, act_fn *theirs, struct dice *r, int func)
{
    struct change o = {0}, t = {0};
    struct act x = {s, r, &o, 0, func}, y = {s, r, &t, 1, dice_percent(r, 75) ? func : dice_below(r, s->n_funcs)};
    ours(&x);
    theirs(&y);
    m->path = "src/engine.c";
    made_finish(m, &s->d, &o, &t);
}

static void make_code(struct dice *r, struct arena *a, struct made *ret)
{
    struct source s;
    source_make(&s, r, a);
    act_fn *first = DICE_PICK(r, acts);
    finish(ret, &s, first, dice_percent(r, 50) ? first : DICE_PICK(r, acts), r, dice_below(r, s.n_funcs));
}

static void make_moved(struct dice *r, struct arena *a, struct made *ret)
{
    static act_fn *const edits[] = {act_value, act_value, act_statement, act_delete_statement, act_param, act_comment};
    struct source s;
    source_make(&s, r, a);
    bool ours = dice_percent(r, 50);
    act_fn *edit = DICE_PICK(r, edits);
    finish(ret, &s, ours ? act_move : edit, ours ? edit : act_move, r, dice_below(r, s.n_funcs));
}

static void make_renamed(struct dice *r, struct arena *a, struct made *ret)
{
    static act_fn *const edits[] = {act_use, act_use, act_param, act_value, act_rename, act_comment};
    struct source s;
    source_make(&s, r, a);
    bool ours = dice_percent(r, 50);
    act_fn *edit = DICE_PICK(r, edits);
    finish(ret, &s, ours ? act_rename : edit, ours ? edit : act_rename, r, dice_below(r, 2));
}

static void make_wrapped(struct dice *r, struct arena *a, struct made *ret)
{
    static act_fn *const edits[] = {act_value, act_value, act_statement, act_delete_statement, act_param};
    struct source s;
    source_make(&s, r, a);
    bool ours = dice_percent(r, 50);
    act_fn *edit = DICE_PICK(r, edits);
    finish(ret, &s, ours ? act_wrap : edit, ours ? edit : act_wrap, r, dice_below(r, s.n_funcs));
}

/* The file got another name on one side. */
static void make_new_name(struct dice *r, struct arena *a, struct made *ret)
{
    make_code(r, a, ret);
    *(dice_percent(r, 50) ? &ret->ours_path : &ret->theirs_path) = "src/core/engine.c";
}

/* ---- imports ---- */

struct import_style {
    const char *path, *front, *middle, *back, *rest; /* a line: front NAME middle NAMES back */
    bool names;
};

static const struct import_style styles[] = {
    {"app/main.py", "from app.", " import get", "\n", "\n\ndef main():\n    return 0\n", true},
    {"app/tool.py", "import ", "", "\n", "\n\ndef run(args):\n    print(args)\n", false},
    {"web/index.ts", "import { ", " } from './", "';\n", "\nexport function start() {\n  return 1;\n}\n", false},
    {"src/lib.rs", "use crate::", "::Get", ";\n", "\npub fn start() {}\n", false},
    {"src/App.java", "import org.acme.", ".Get", ";\n", "\npublic class App {\n}\n", false},
    {"src/table.c", "#include \"", ".h", "\"\n", "\nint table_size(void)\n{\n    return 3;\n}\n", false},
};
static const char *const modules[] = {"account", "billing", "cache", "device",  "events", "feature",
                                      "graph",   "history", "image", "journal", "kernel", "locale"};

/* Two modules that nobody had before, or two names of one that was there. */
static void make_imports(struct dice *r, struct arena *a, struct made *ret)
{
    struct doc d = {.a = a};
    const struct import_style *style = &DICE_PICK(r, styles);
    struct change c[2] = {0};
    int middles[12], lines[12], n = 0;
    bool sorted = dice_percent(r, 70), name = style->names && dice_percent(r, 50);
    bool swap = dice_percent(r, 50), js = style->path[0] == 'w';
    for (int i = dice_below(r, 2); i < (int)ARRAY_LEN(modules); i += 1 + dice_below(r, 3)) {
        const char *module = modules[sorted ? i : (i * 5 + 3) % (int)ARRAY_LEN(modules)];
        doc_add(&d, doc_fmt(&d, "%s%s", style->front, module));
        middles[n] = doc_add(&d, style->middle);
        lines[n++] = doc_add(&d, doc_fmt(&d, "%s%s", js ? module : "", style->back));
    }
    doc_add(&d, style->rest);
    int at = dice_below(r, n);
    const char *there = d.v.at[3 * at].text + strlen(style->front);
    for (int side = 0; side < 2; side++) {
        const char *what = (side == 1) != swap ? "remote" : "local";
        struct doc_edit *e = change_add(&c[side], WHAT_INSERT);
        e->behind = name ? middles[at] : lines[at];
        e->order = sorted && !name ? ORDER_SORTED : ORDER_FREE;
        if (name)
            edit_put(&d, e, doc_fmt(&d, ", set_%s", what));
        else
            edit_put(&d, e,
                     doc_fmt(&d, "%s%s_%s%s%s%s%s", style->front, there, what, style->middle, js ? there : "",
                             js ? what : "", style->back));
    }
    ret->path = style->path;
    made_finish(ret, &d, &c[0], &c[1]);
}

const struct maker makers_code[] = {
    {"C", make_code, 22},
    {"C moved", make_moved, 8},
    {"C renamed", make_renamed, 8},
    {"C indented", make_wrapped, 6},
    {"file renamed", make_new_name, 4},
    {"imports", make_imports, 8},
    {0},
};
