/* SPDX-License-Identifier: Apache-2.0 */
/* Contexts to ask expressions of, and rows of what they come to. */
#pragma once
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include "lang/expr.h"

static const char contexts[] =
    "{\"github\": {\"ref\": \"refs/heads/main\", \"run\": 42, \"Event\": {\"action\": \"opened\", \"labels\": "
    "[{\"name\": "
    "\"bug\"}, {\"name\": \"Area: UI\"}, {\"id\": 3}], \"commits\": [{\"files\": [\"a\", \"b\"]}, {\"files\": "
    "[\"c\"]}]}},"
    " \"event\": {\"pull_request\": {\"labels\": [\"Full-Stack\", \"ready\"]}, \"issue\": null},"
    " \"env\": {\"with-dash\": \"d\", \"_x\": \"u\", \"9\": \"nine\", \"1.5\": \"half\", \"true\": \"t\", \"\": "
    "\"none\"},"
    " \"matrix\": {\"os\": [\"linux\", \"mac\"], \"n\": [0, 1, 2.5], \"mixed\": [null, true, \"1\", 1, [], {}]},"
    " \"empty\": {}, \"nothing\": null, \"list\": [[1, 2], [3, 4, [5]], {\"k\": 6}], \"s\": \"text\", \"long\": 1e300}";

struct rig {
    struct jdoc *doc;
    struct arena arena;
};

static inline bool context_named(void *ctx, const char *name, struct val *ret)
{
    return val_find(val_json(jdoc_root(ctx)), sv_of(name), ret);
}

static inline int answer(void *ctx, const char *name, const struct val *args, size_t n, struct arena *a,
                         struct val *ret, struct err *e)
{
    (void)ctx;
    if (strcmp(name, "hashFiles") == 0)
        return err_set(e, ERR_TRANSIENT, "on its way");
    if (strcmp(name, "changed") == 0)
        *ret = val_string(sv_of(arena_fmt(a, "%zu %.*s", n, SV_ARG(args[0].str))));
    else
        *ret = val_bool(strcmp(name, "failure") != 0);
    return 0;
}

static inline int set_up(void **state)
{
    struct rig *r = mem_new(sizeof *r);
    struct err e = {0};
    if (jdoc_parse(sv_of(contexts), NULL, &r->doc, &e) < 0)
        fail_msg("%s", e.msg);
    *state = r;
    return 0;
}

static inline int tear_down(void **state)
{
    struct rig *r = *state;
    jdoc_free(&r->doc);
    arena_free(&r->arena);
    mem_free(r);
    return 0;
}

static const char *const names[] = {"github", "event", "env", "matrix", "empty", "nothing", "list", "s", "long", NULL};
static const struct expr_scope scope = {.contexts = names};

/* The value as JSON, or "byte: message". */
static inline char *outcome(struct rig *r, const char *text)
{
    struct expr_world world = {.ctx = r->doc, .context = context_named, .special = answer};
    AUTO(buf_free) struct buf out = {0};
    const struct expr *x;
    struct val v;
    struct err e = {0};
    if (expr_compile(sv_of(text), &scope, &r->arena, &x, &e) < 0 || expr_eval(x, &world, &r->arena, &v, &e) < 0)
        return arena_fmt(&r->arena, "%d: %s", e.code, e.msg);
    val_write(v, VAL_ONE_LINE, &out);
    return arena_strdup(&r->arena, out.p);
}

struct row {
    const char *text, *want;
};

static inline void check_rows(void **state, const struct row *rows, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const char *got = outcome(*state, rows[i].text);
        if (strcmp(got, rows[i].want) != 0)
            fail_msg("%s\n gives %s\n  not  %s", rows[i].text, got, rows[i].want);
    }
}
