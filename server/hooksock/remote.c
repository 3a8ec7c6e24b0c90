/* SPDX-License-Identifier: Apache-2.0 */
#include "server/hooksock/remote.h"
#include "fmt/enc.h"

static const struct {
    struct sv scheme;
    enum remote_way way;
    int port;
} schemes[] = {
    {{"https://", 8}, REMOTE_HTTP, 443},  {{"http://", 7}, REMOTE_HTTP, 80},    {{"ssh://", 6}, REMOTE_SSH, 22},
    {{"git+ssh://", 10}, REMOTE_SSH, 22}, {{"ssh+git://", 10}, REMOTE_SSH, 22}, {{"git://", 6}, REMOTE_GIT, 9418},
    {{"file://", 7}, REMOTE_FOLDER, 0},
};

/* Hosts that are only there because port 22 is shut in many networks: docs.github.com "Using SSH over the HTTPS port",
 * docs.gitlab.com "Use SSH keys: alternate port". */
static const struct {
    const char *host, *means;
} doors[] = {{"ssh.github.com", "github.com"}, {"altssh.gitlab.com", "gitlab.com"}};

void remote_name_free(struct remote_name *n)
{
    buf_free(&n->host);
    buf_free(&n->path);
}

static void fold_host(struct sv host, struct buf *ret)
{
    for (size_t i = 0; i < host.n; i++)
        buf_chr(ret, host.p[i] >= 'A' && host.p[i] <= 'Z' ? (char)(host.p[i] | 0x20) : host.p[i]);
    if (ret->n > 1 && ret->p[ret->n - 1] == '.') /* the root of names */
        ret->p[--ret->n] = '\0';
    for (size_t i = 0; i < ARRAY_LEN(doors); i++)
        if (sv_is(buf_view(ret), doors[i].host)) {
            buf_clear(ret);
            buf_str(ret, doors[i].means);
        }
}

static void drop_end(struct buf *b, struct sv end)
{
    if (b->n > end.n && sv_ends(buf_view(b), end) && b->p[b->n - end.n - 1] != '/')
        b->p[b->n -= end.n] = '\0';
}

/* What is at its end in any order that people write: "a.git/", "a/.git". */
static bool fold_path(struct sv path, enum remote_way way, struct buf *ret)
{
    char last = way == REMOTE_FOLDER ? '\0' : '/';
    for (size_t i = 0; i < path.n; i++) {
        if (path.p[i] == '\0')
            return false;
        if (path.p[i] != '/' || last != '/')
            buf_chr(ret, path.p[i]);
        last = path.p[i];
    }
    while (ret->n > 1 && ret->p[ret->n - 1] == '/')
        ret->p[--ret->n] = '\0';
    if (sv_ends(buf_view(ret), SV("/.git")) && ret->n > 5)
        ret->p[ret->n -= 5] = '\0';
    drop_end(ret, SV(".git"));
    return ret->n > 0 && !sv_is(buf_view(ret), "/");
}

/* "[user[:password]@]host[:port]" */
static bool read_host(struct sv s, struct remote_name *ret)
{
    ptrdiff_t at = sv_rchr(s, '@');
    int64_t port;
    if (at >= 0)
        s = sv_from(s, (size_t)at + 1);
    ptrdiff_t colon = sv_rchr(s, ':'), bracket = sv_rchr(s, ']');
    if (colon > bracket) {
        struct sv digits = sv_from(s, (size_t)colon + 1);
        if (digits.n > 0 && (!sv_int(digits, &port) || port < 1 || port > 65535))
            return false;
        ret->port = digits.n > 0 ? (int)port : ret->port;
        s = sv_cut(s, (size_t)colon);
    }
    fold_host(s, &ret->host);
    return ret->host.n > 0;
}

static bool read_url(struct sv rest, struct remote_name *ret)
{
    AUTO(buf_free) struct buf path = {0};
    ptrdiff_t slash = sv_chr(rest, '/');
    if (slash < 0)
        return false;
    struct sv host = sv_cut(rest, (size_t)slash);
    bool local = ret->way == REMOTE_FOLDER && (host.n == 0 || sv_ieq(host, SV("localhost")));
    if (ret->way == REMOTE_FOLDER ? !local : !read_host(host, ret))
        return false;
    return url_get(sv_from(rest, (size_t)slash), &path) && fold_path(buf_view(&path), ret->way, &ret->path);
}

/* "[user@]host:path": the colon comes before any slash, as git reads it. */
static bool read_short(struct sv s, struct remote_name *ret)
{
    ptrdiff_t open = sv_chr(s, '['), shut = sv_chr(s, ']'), slash = sv_chr(s, '/');
    size_t from = open >= 0 && shut > open && (slash < 0 || shut < slash) ? (size_t)shut : 0;
    ptrdiff_t colon = sv_chr(sv_from(s, from), ':');
    if (colon < 0 || (slash >= 0 && (size_t)slash < from + (size_t)colon))
        return false;
    if (sv_starts(sv_from(s, from + (size_t)colon), SV("::"))) /* a program that git would start */
        return false;
    ret->way = REMOTE_SSH;
    ret->port = 22;
    return read_host(sv_cut(s, from + (size_t)colon), ret) &&
           fold_path(sv_from(s, from + (size_t)colon + 1), ret->way, &ret->path);
}

bool remote_read(struct sv url, struct remote_name *ret)
{
    bool ok = false, known = false;
    *ret = (struct remote_name){0};
    if (url.n == 0 || url.n > REMOTE_MOST)
        return false;
    for (size_t i = 0; !known && i < ARRAY_LEN(schemes); i++)
        if (sv_istarts(url, schemes[i].scheme)) {
            known = true;
            ret->way = schemes[i].way;
            ret->port = schemes[i].port;
            ok = read_url(sv_from(url, schemes[i].scheme.n), ret);
        }
    if (!known && url.p[0] == '/') {
        ret->way = REMOTE_FOLDER;
        ok = fold_path(url, REMOTE_FOLDER, &ret->path);
    } else if (!known && sv_find(url, SV("://")) < 0) {
        ok = read_short(url, ret);
    }
    if (!ok)
        remote_name_free(ret);
    return ok;
}

enum remote_match remote_compare(const struct remote_name *a, const struct remote_name *b, enum remote_fold fold)
{
    bool folder = a->way == REMOTE_FOLDER, same_way = a->way == b->way;
    struct sv x = buf_view(&a->path), y = buf_view(&b->path);
    if (folder != (b->way == REMOTE_FOLDER) || !sv_eq(buf_view(&a->host), buf_view(&b->host)) ||
        (same_way && a->port != b->port))
        return REMOTE_OTHER;
    if (sv_eq(x, y))
        return same_way ? REMOTE_SAME : REMOTE_OTHER_WAY;
    return !folder && fold == REMOTE_FOLD && sv_ieq(x, y) ? REMOTE_FOLDED : REMOTE_OTHER;
}
