/* SPDX-License-Identifier: Apache-2.0 */
/* First line: a JSON object of contexts (any other line is passed over), the rest: an expression. Written and parsed
 * again it is the same and has the same value; evaluated twice it has the same value; the value is JSON; places of
 * errors lie in the text; the memory taken is bounded by the limits. */
#include "lang/expr.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool context_named(void *ctx, const char *name, struct val *ret)
{
    return val_find(val_json(ctx), sv_of(name), ret);
}

/* Every answer depends on what was asked alone. */
static int answer(void *ctx, const char *name, const struct val *args, size_t n, struct arena *a, struct val *ret,
                  struct err *e)
{
    (void)ctx;
    if (n > 2)
        return err_set(e, ERR_TRANSIENT, "later");
    *ret = n ? val_string(val_to_string(args[n - 1], a)) : val_bool(name[0] == 's');
    return 0;
}

static void check_fault(const struct err *e, size_t size)
{
    MUST(e->cls == ERR_INVALID || e->cls == ERR_TRANSIENT);
    MUST(e->msg[0] && e->code >= 0 && (size_t)e->code <= size);
}

/* The value as JSON, or the message. */
static void put_outcome(const struct expr *x, const struct jval *contexts, size_t size, struct buf *out)
{
    AUTO(arena_free) struct arena a = {0};
    struct expr_world world = {.ctx = (void *)(uintptr_t)contexts, .context = context_named, .special = answer};
    struct err e = {0};
    struct val v;
    if (expr_eval(x, &world, &a, &v, &e) < 0) {
        check_fault(&e, size);
        buf_str(out, e.msg);
    } else {
        val_write(v, VAL_ONE_LINE, out);
        struct json_limits limits = {.bytes = JSON_BYTES_MOST, .depth = JSON_DEPTH_MOST, .nodes = 4 * JSON_NODES};
        MUST(json_validate(buf_view(out), &limits, &e) == 0);
        bool first = val_truthy(v), equal = val_equal(v, v);
        MUST(v.kind == VAL_NUMBER || equal);
        MUST(v.kind == VAL_NULL || v.kind == VAL_BOOL || v.kind == VAL_NUMBER || v.kind == VAL_STRING || first);
    }
    /* Nodes made of JSON take the most: forty bytes for two of text. */
    MUST(a.used <= (size_t)24 * EXPR_RESULT);
}

static void check_written(const struct expr *x, const struct jval *contexts, const struct buf *value)
{
    AUTO(arena_free) struct arena a = {0};
    AUTO(buf_free) struct buf text = {0}, again = {0}, other = {0};
    struct err e = {0};
    const struct expr *y;
    expr_write(x, &text);
    if (text.n > EXPR_LENGTH) /* a sign or a quote more than before */
        return;
    MUST(expr_compile(buf_view(&text), NULL, &a, &y, &e) == 0);
    expr_write(y, &again);
    MUST(sv_eq(buf_view(&text), buf_view(&again)));
    put_outcome(y, contexts, text.n, &other);
    MUST(sv_eq(buf_view(value), buf_view(&other)));
    MUST(expr_has_status(x) == expr_has_status(y));
}

static void count_use(void *ctx, const struct expr_use *u)
{
    ++*(size_t *)ctx;
    MUST(u->context[0]);
    for (size_t i = 0; i < u->n; i++)
        MUST(u->path[i]);
}

static void check(struct sv text, const struct jval *contexts)
{
    AUTO(arena_free) struct arena a = {0};
    AUTO(buf_free) struct buf first = {0}, second = {0};
    struct err e = {0};
    const struct expr *x;
    size_t uses = 0;
    int rc = expr_compile(text, NULL, &a, &x, &e);
    MUST(a.used <= 1024 * text.n + 65536);
    if (rc < 0) {
        check_fault(&e, text.n);
        return;
    }
    put_outcome(x, contexts, text.n, &first);
    put_outcome(x, contexts, text.n, &second);
    MUST(sv_eq(buf_view(&first), buf_view(&second)));
    expr_each_use(x, count_use, &uses);
    MUST(uses <= 2 * text.n);
    check_written(x, contexts, &first);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sv rest = sv_n((const char *)data, size), line;
    struct jdoc *doc = NULL;
    struct err e;
    if (!sv_next(&rest, '\n', &line))
        return 0;
    bool parsed = jdoc_parse(line, &(struct json_limits){.bytes = 1 << 16}, &doc, &e) == 0;
    check(rest.p ? rest : SV(""), parsed ? jdoc_root(doc) : NULL);
    jdoc_free(&doc);
    return 0;
}
