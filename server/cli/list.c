/* SPDX-License-Identifier: Apache-2.0 */
#include "server/cli/list.h"
#include "fmt/enc.h"

static void add_text(struct buf *path, const char *name, const char *value)
{
    if (!value)
        return;
    buf_fmt(path, "%c%s=", sv_chr(buf_view(path), '?') < 0 ? '?' : '&', name);
    url_put(path, sv_of(value));
}

static int print_names(const struct jval *items)
{
    AUTO(buf_free) struct buf b = {0};
    for (size_t i = 0; i < jval_len(items); i++) {
        cli_text(jval_str(jval_get(jval_item(items, i), "id")), &b);
        buf_chr(&b, '\n');
    }
    return cli_print(&b);
}

static int print_rows(const struct list_kind *k, const struct jval *items, const struct listing *l)
{
    AUTO(table_free) struct table t = {.heads = k->heads, .ranks = k->ranks};
    for (size_t i = 0; i < jval_len(items); i++)
        k->row(&t, jval_item(items, i));
    return table_print(&t, l);
}

int list_print(const struct list_kind *k, struct remote *r, const struct listing *l)
{
    AUTO(buf_free) struct buf path = {0};
    struct jdoc *doc = NULL;
    buf_fmt(&path, "/api/v1/%s", k->room);
    add_text(&path, "state", l->state);
    if (l->limit)
        buf_fmt(&path, "%climit=%lld", l->state ? '&' : '?', (long long)l->limit);
    add_text(&path, "before", l->before);
    int rc = remote_get_json(r, path.p, &doc);
    if (rc != CLI_OK)
        return rc;
    const struct jval *items = jval_get(jdoc_root(doc), k->room);
    if (l->format == FORMAT_JSON)
        rc = print_object(jdoc_root(doc));
    else if (l->format == FORMAT_NAME)
        rc = print_names(items);
    else
        rc = print_rows(k, items, l);
    jdoc_free(&doc);
    return rc;
}

void field_text(struct buf *b, const char *key, struct sv value)
{
    if (!value.n)
        return;
    AUTO(buf_free) struct buf safe = {0};
    cli_text(value, &safe);
    buf_fmt(b, "%-12s", key);
    put_word(b, buf_view(&safe));
    buf_chr(b, '\n');
}

void field_member(struct buf *b, const char *key, const struct jval *o, const char *member)
{
    const struct jval *v = jval_get(o, member);
    int64_t n;
    char text[24];
    if (jval_int(v, &n)) {
        snprintf(text, sizeof text, "%lld", (long long)n);
        field_text(b, key, sv_of(text));
    } else {
        field_text(b, key, jval_str(v));
    }
}

struct sv shown_state(const struct jval *o)
{
    struct sv end = jval_str(jval_get(o, "conclusion"));
    return end.n ? end : jval_str(jval_get(o, "state"));
}
