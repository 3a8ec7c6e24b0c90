/* SPDX-License-Identifier: Apache-2.0 */
/* Pages as the forges make them: GitHub and GitLab per_page up to 100 (30 and 20 by default), Gitea limit up to 50;
 * Link by RFC 8288, GitHub's by the repository's number, GitLab's x-total and Gitea's X-Total-Count. */
#include <stdio.h>
#include "fmt/enc.h"
#include "server/lab/call.h"

static const struct {
    const char *size_key;
    int64_t size, most;
} sizes[LAB_FORGES] = {{"per_page", 30, 100}, {"per_page", 20, 100}, {"limit", 30, 50}};

static void put_link(struct lab_call *c, const char *key, const char *value, const char *rel)
{
    struct buf *b = &c->headers;
    buf_fmt(b, "<%.*s%s%s", SV_ARG(c->base), lab_dialect(c->forge)->prefix, c->own_path ? c->own_path : "");
    for (size_t i = 0; i < c->n_segs; i++) {
        buf_chr(b, '/');
        url_put(b, c->segs[i]);
    }
    buf_chr(b, '?');
    for (size_t i = 0; i < c->n_params; i++) {
        if (sv_is(c->params[i].key, key))
            continue;
        url_put(b, c->params[i].key);
        buf_chr(b, '=');
        url_put(b, c->params[i].value);
        buf_chr(b, '&');
    }
    buf_fmt(b, "%s=%s>; rel=\"%s\"", key, value, rel);
}

static void put_links(struct lab_call *c, int64_t page, int64_t pages)
{
    const struct {
        bool wanted;
        int64_t page;
        const char *rel;
    } links[] = {{page > 1, page - 1, "prev"},
                 {page < pages, page + 1, "next"},
                 {page < pages, pages, "last"},
                 {page > 1, 1, "first"}};
    const char *between = "Link: ";
    bool any = false;
    for (size_t i = 0; i < ARRAY_LEN(links); i++) {
        if (!links[i].wanted)
            continue;
        buf_str(&c->headers, between);
        char number[24];
        snprintf(number, sizeof number, "%lld", (long long)links[i].page);
        put_link(c, "page", number, links[i].rel);
        between = ", ";
        any = true;
    }
    if (any)
        buf_str(&c->headers, "\r\n");
}

static int64_t size_of(const struct lab_call *c)
{
    int64_t size = call_number(c, sizes[c->forge].size_key, sizes[c->forge].size);
    return size < 1 ? 1 : size > sizes[c->forge].most ? sizes[c->forge].most : size;
}

void call_cursor(struct lab_call *c, const char *next)
{
    buf_str(&c->headers, "Link: ");
    put_link(c, "cursor", next, "next");
    buf_str(&c->headers, "\r\n");
}

size_t call_page_size(const struct lab_call *c)
{
    return (size_t)size_of(c);
}

struct lab_page call_page(struct lab_call *c, size_t n)
{
    int64_t size = size_of(c);
    int64_t page = call_number(c, "page", 1), total = (int64_t)n;
    page = page < 1 ? 1 : page;
    int64_t pages = (total + size - 1) / size;
    put_links(c, page, pages);
    if (c->forge == LAB_GITLAB) {
        buf_fmt(&c->headers, "X-Total: %zu\r\nX-Total-Pages: %lld\r\nX-Page: %lld\r\nX-Per-Page: %lld\r\n", n,
                (long long)pages, (long long)page, (long long)size);
        if (page < pages)
            buf_fmt(&c->headers, "X-Next-Page: %lld\r\n", (long long)page + 1);
    } else if (c->forge == LAB_GITEA) {
        buf_fmt(&c->headers, "X-Total-Count: %zu\r\n", n);
    }
    struct lab_page p = {n, n};
    if (page <= pages) {
        p.from = (size_t)((page - 1) * size);
        p.to = p.from + (size_t)size > n ? n : p.from + (size_t)size;
    }
    return p;
}
