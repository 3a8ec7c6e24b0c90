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

/* An expression may begin with a sign, so only words with two dashes are options. Returns the expression, NULL where
   there is none or a word too many. */
static const char *read_arguments(int argc, char **argv, const char **ret_context)
{
    const char *expr = NULL;
    bool options = true;
    for (int i = 1; i < argc; i++) {
        bool is_option = options && strncmp(argv[i], "--", 2) == 0;
        if (is_option && argv[i][2] == 0)
            options = false;
        else if (is_option && strncmp(argv[i], "--context=", 10) == 0)
            *ret_context = argv[i] + 10;
        else if (is_option && strcmp(argv[i], "--context") == 0 && i + 1 < argc)
            *ret_context = argv[++i];
        else if (is_option || expr)
            return NULL;
        else
            expr = argv[i];
    }
    return expr;
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

int cli_expr(int argc, char **argv)
{
    AUTO(buf_free) struct buf input = {0};
    struct jdoc *contexts = NULL;
    const char *context_file = NULL;
    const char *expr = read_arguments(argc, argv, &context_file);
    if (!expr)
        return cli_usage("expr");
    bool from_stdin = strcmp(expr, "-") == 0;
    int rc = from_stdin ? read_stdin(&input) : CLI_OK;
    if (rc == CLI_OK && context_file)
        rc = read_contexts(context_file, &contexts);
    if (rc == CLI_OK)
        rc = evaluate(from_stdin ? sv_trim(buf_view(&input)) : sv_of(expr),
                      contexts ? jdoc_root(contexts) : NULL);
    jdoc_free(&contexts);
    return rc;
}
