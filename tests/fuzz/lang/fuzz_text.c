/* SPDX-License-Identifier: Apache-2.0 */
/* A text with expressions. Without any it is itself; with a letter in front its value is that letter and the value as
 * text; errors lie in the text; a condition that compiles asks for the status and can be written and read again. */
#include "lang/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool context_named(void *ctx, const char *name, struct val *ret)
{
    (void)ctx;
    *ret = name[0] == 'n' ? VAL_NONE : val_strz(name);
    return true;
}

static int answer(void *ctx, const char *name, const struct val *args, size_t n, struct arena *a, struct val *ret,
                  struct err *e)
{
    (void)ctx, (void)name, (void)args, (void)a, (void)e;
    *ret = val_number((double)n);
    return 0;
}

static const struct expr_world world = {.context = context_named, .special = answer};

static void check_fault(const struct err *e, size_t size)
{
    MUST(e->cls == ERR_INVALID && e->msg[0] && e->code >= 0 && (size_t)e->code <= size);
}

static void check_front(struct sv raw, struct sv value)
{
    AUTO(arena_free) struct arena a = {0};
    AUTO(buf_free) struct buf longer = {0};
    struct err e = {0};
    struct val v;
    buf_chr(&longer, 'x');
    buf_sv(&longer, raw);
    if (text_value(buf_view(&longer), &world, &a, &v, &e) < 0) {
        MUST(value.n >= EXPR_RESULT); /* one byte too much */
        return;
    }
    MUST(v.kind == VAL_STRING && v.str.n == value.n + 1);
    MUST(value.n == 0 || memcmp(v.str.p + 1, value.p, value.n) == 0);
}

static void check_condition(struct sv raw)
{
    AUTO(arena_free) struct arena a = {0};
    AUTO(buf_free) struct buf text = {0}, again = {0};
    struct err e = {0};
    const struct expr *x;
    if (cond_compile(raw, NULL, &a, &x, &e) < 0) {
        check_fault(&e, raw.n);
        return;
    }
    MUST(expr_has_status(x));
    expr_write(x, &text);
    /* success() in front may make it one deeper or longer than what can be read. */
    if (expr_compile(buf_view(&text), NULL, &a, &x, &e) < 0)
        return;
    expr_write(x, &again);
    MUST(sv_eq(buf_view(&text), buf_view(&again)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    AUTO(arena_free) struct arena a = {0};
    struct sv raw = sv_n((const char *)data, size);
    struct err e = {0};
    struct val v;
    if (size == 0 || size > 1 << 16)
        return 0;
    check_condition(raw);
    if (text_value(raw, &world, &a, &v, &e) < 0) {
        check_fault(&e, size);
        return 0;
    }
    if (!text_has_expr(raw))
        MUST(v.kind == VAL_STRING && sv_eq(v.str, raw));
    char front = raw.p[0], back = raw.p[raw.n - 1];
    if (front == '$' && back == '}')
        check_front(raw, val_to_string(v, &a));
    return 0;
}
