/* SPDX-License-Identifier: Apache-2.0 */
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>
#include "base/file.h"
#include "base/vec.h"
#include "exec/hash_files.h"
#include "lang/expr.h"
#include "server/cli/cli.h"

struct names {
    const char **at;
    size_t n, cap;
};

static bool context_named(void *ctx, const char *name, struct val *ret)
{
    return val_find(val_json(ctx), sv_of(name), ret);
}

static int hash_here(const struct val *args, size_t n, struct arena *a, struct val *ret, struct err *e)
{
    AUTO(buf_free) struct buf sum = {0};
    struct file_patterns patterns = {0};
    AUTO(mem_freep) char *root = getcwd(NULL, 0);
    AUTO(fd_closep) int dir = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (!root || dir < 0)
        return err_errno(e, "the current folder cannot be read");
    for (size_t i = 0; i < n; i++)
        if (file_patterns_add(&patterns, val_to_string(args[i], a), sv_of(root), a, e) < 0)
            return -1;
    if (hash_files(dir, &patterns, NULL, &sum, e) < 0)
        return -1;
    *ret = val_string(arena_sv(a, buf_view(&sum)));
    return 0;
}

/* There is no run here: nothing has failed yet. */
static int answer(void *ctx, const char *name, const struct val *args, size_t n, struct arena *a, struct val *ret,
                  struct err *e)
{
    (void)ctx;
    if (strcmp(name, "hashFiles") == 0)
        return hash_here(args, n, a, ret, e);
    if (strcmp(name, "changed") == 0)
        return err_set(e, ERR_INVALID, "changed() asks for the files of an event, and there is none here");
    *ret = val_bool(strcmp(name, "success") == 0 || strcmp(name, "always") == 0);
    return 0;
}

static int read_stdin(struct buf *ret)
{
    char part[4096];
    for (;;) {
        ssize_t n = read(STDIN_FILENO, part, sizeof part);
        if (n < 0)
            return cli_fail(CLI_FAILED, "expr: the input cannot be read");
        if (n == 0)
            return CLI_OK;
        buf_add(ret, part, (size_t)n);
        if (ret->n > 3 * EXPR_LENGTH)
            return CLI_OK; /* long enough to be refused */
    }
}

static int read_contexts(const char *file, struct jdoc **ret)
{
    AUTO(buf_free) struct buf text = {0};
    struct err e = {0};
    if (file_read(file, JSON_BYTES, &text, &e) < 0)
        return cli_fail(e.cls == ERR_MISSING ? CLI_MISSING : CLI_FAILED, "%s", e.msg);
    if (jdoc_parse(buf_view(&text), NULL, ret, &e) < 0)
        return cli_fail(CLI_INVALID, "%s: %s", file, e.msg);
    if (jval_kind(jdoc_root(*ret)) != J_OBJECT)
        return cli_fail(CLI_INVALID, "%s: this is no JSON object of contexts", file);
    return CLI_OK;
}

/* Word for word as GitHub tells it, and what could have been meant behind that. */
static int tell(const struct err *e, struct sv text)
{
    struct sv what = sv_of(e->msg), meant = SV("");
    if (e->cls != ERR_INVALID)
        return cli_fail(CLI_FAILED, "%s", e->msg);
    ptrdiff_t at = sv_find(what, SV(" (did you mean "));
    if (at > 0) {
        meant = sv_from(what, (size_t)at);
        what = sv_cut(what, (size_t)at);
    }
    return cli_fail(CLI_FAILED, "%.*s. Located at position %zu within expression: %.*s%.*s", SV_ARG(what),
                    expr_place(text, (size_t)e->code), SV_ARG(text), SV_ARG(meant));
}

static int evaluate(struct sv text, const struct jval *contexts)
{
    AUTO(arena_free) struct arena a = {0};
    AUTO(buf_free) struct buf out = {0};
    struct names names = {0};
    struct sv key;
    const struct jval *value;
    const struct expr *x;
    struct val v;
    struct err e = {0};
    for (size_t at = 0; jval_each(contexts, &at, &key, &value);)
        VEC_PUSH(&names, key.p);
    VEC_PUSH(&names, NULL);
    struct expr_scope scope = {.contexts = names.at};
    struct expr_world world = {.ctx = (void *)(uintptr_t)contexts, .context = context_named, .special = answer};
    bool ok = expr_compile(text, &scope, &a, &x, &e) == 0 && expr_eval(x, &world, &a, &v, &e) == 0;
    VEC_FREE(&names);
    if (!ok)
        return tell(&e, text);
    val_write(v, VAL_ONE_LINE, &out);
    buf_chr(&out, '\n');
    return cli_print(&out);
}

struct asked {
    struct cli_call call;
    const char *expr, *context;
};

static int run(void *args)
{
    const struct asked *q = args;
    AUTO(buf_free) struct buf input = {0};
    struct jdoc *contexts = NULL;
    bool from_stdin = strcmp(q->expr, "-") == 0;
    int rc = from_stdin ? read_stdin(&input) : CLI_OK;
    if (rc == CLI_OK && q->context)
        rc = read_contexts(q->context, &contexts);
    if (rc == CLI_OK)
        rc = evaluate(from_stdin ? sv_trim(buf_view(&input)) : sv_of(q->expr), contexts ? jdoc_root(contexts) : NULL);
    jdoc_free(&contexts);
    return rc;
}

static const struct cli_arg operands[] = {
    {"EXPR", .kind = CLI_TEXT, .at = offsetof(struct asked, expr), .flags = CLI_NEEDED,
     .doc = "what stands between ${{ and }} in a workflow; - reads it from standard input"},
    {.name = NULL},
};
static const struct cli_arg options[] = {
    {"context", 0, CLI_FILE, "FILE", offsetof(struct asked, context),
     .doc = "a JSON object: each of its members is a context, and no other name is known"},
    {.name = NULL},
};
const struct cli_verb verb_expr = {
    .name = "expr",
    .doc = "evaluates one expression (- reads it), prints JSON",
    .examples = "fettle expr \"contains(github.ref, 'release')\" --context contexts.json\n"
                "fettle expr \"format('{0}-{1}', 'a', 1)\"\n",
    .failed = "the expression is wrong",
    .exits = 1u << CLI_INVALID | 1u << CLI_MISSING,
    .text = "One line of JSON is printed, NaN and Infinity as strings; an expression that is wrong exits 1.\n"
            "\n"
            "  operators  ( ) [ ] . ! < <= > >= == != && ||\n"
            "  constants  null true false 1 0xff 'it''s' NaN Infinity\n"
            "  functions  contains startsWith endsWith format join toJSON fromJSON case\n"
            "             hashFiles success failure cancelled always (here nothing has\n"
            "             failed)\n"
            "  and        glob(text, pattern...) semver(version, range)\n"
            "             hasLabel(name...) changed(pattern...)\n",
    .operands = operands,
    .options = {{options, 0}},
    .words = CLI_SIGNS,
    .size = sizeof(struct asked),
    .run = run,
};
