/* SPDX-License-Identifier: Apache-2.0 */
/* What the validator accepts json-c parses, and writing it gives a text that is accepted and does not change again.
 * What it refuses for its grammar json-c refuses too, apart from the liberties json-c is known for. The writer makes
 * an acceptable text of any bytes, and well-formed ones come back. */
#include <json-c/json.h>
#include <stdlib.h>
#include "fmt/json.h"

static void require(bool holds)
{
    if (!holds)
        abort();
}

static void write_text(struct sv text, const struct json_limits *limits, struct buf *ret)
{
    struct jdoc *d = NULL;
    struct err e;
    require(jdoc_parse(text, limits, &d, &e) == 0);
    jout_val(&(struct jout){.buf = ret}, jdoc_root(d));
    jdoc_free(&d);
}

static void check_accepted(struct sv text, const struct json_limits *limits)
{
    AUTO(buf_free) struct buf once = {0};
    AUTO(buf_free) struct buf twice = {0};
    write_text(text, limits, &once);
    write_text(buf_view(&once), limits, &twice);
    require(sv_eq(buf_view(&once), buf_view(&twice)));
}

static bool json_c_accepts(struct sv text)
{
    json_tokener *tok = json_tokener_new_ex(100);
    json_tokener_set_flags(tok, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
    json_object *o = json_tokener_parse_ex(tok, text.p, (int)text.n);
    if (json_tokener_get_error(tok) == json_tokener_continue)
        o = json_tokener_parse_ex(tok, " ", 1);
    bool ok = json_tokener_get_error(tok) == json_tokener_success;
    json_object_put(o);
    json_tokener_free(tok);
    return ok;
}

static void check_refused(struct sv text, const struct err *e)
{
    /* Single quotes, NaN and Infinity are "value expected" or "key expected", 000 is 0; the others are rules of ours. */
    static const char *const strict[] = {"colon expected", "comma or", "bad escape", "too early"};
    require(e->cls == ERR_INVALID && e->code >= 0 && (size_t)e->code <= text.n && sv_bad_utf8(sv_of(e->msg)) < 0);
    if (sv_chr(text, 0) >= 0 || sv_chr(text, '\'') >= 0)
        return;
    for (size_t i = 0; i < ARRAY_LEN(strict); i++)
        require(!strstr(e->msg, strict[i]) || strstr(e->msg, "duplicate") || !json_c_accepts(text));
}

static void check_writer(struct sv bytes)
{
    AUTO(buf_free) struct buf b = {0};
    struct err e;
    jout_str(&(struct jout){.buf = &b}, bytes);
    require(json_validate(buf_view(&b), NULL, &e) == 0);
    if (sv_bad_utf8(bytes) >= 0 || sv_chr(bytes, 0) >= 0)
        return;
    struct jdoc *d = NULL;
    require(jdoc_parse(buf_view(&b), NULL, &d, &e) == 0);
    require(sv_eq(jval_str(jdoc_root(d)), bytes));
    jdoc_free(&d);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct json_limits limits = {.nodes = 10000};
    struct err e = {0};
    struct sv text = sv_n(size ? (const char *)data : "", size);
    if (json_validate(text, &limits, &e) == 0)
        check_accepted(text, &limits);
    else
        check_refused(text, &e);
    check_writer(text);
    return 0;
}
