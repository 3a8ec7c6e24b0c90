/* SPDX-License-Identifier: Apache-2.0 */
#include "git/remote.h"
#include "fmt/enc.h"
#include <ctype.h>

enum { URL_MAX = 2048, ID_MAX = 512, SECRET_MAX = 4096 };

static bool has_controls(struct sv s)
{
    for (size_t i = 0; i < s.n; i++) {
        if ((unsigned char)s.p[i] <= ' ' || s.p[i] == 0x7f)
            return true;
    }
    return false;
}

bool oid_is(struct sv text)
{
    if (text.n != 40 && text.n != 64)
        return false;
    for (size_t i = 0; i < text.n; i++) {
        if (!isxdigit((unsigned char)text.p[i]))
            return false;
    }
    return true;
}

int remote_id_check(const char *id, struct err *e)
{
    struct sv s = sv_of(id);
    if (s.n == 0 || s.n > ID_MAX || s.p[0] == '-' || has_controls(s))
        return err_set(e, ERR_INVALID, "bad repository id");
    return 0;
}

/* host[:port] with an optional user in front; ssh would take a host that starts with '-' for an option. */
static int authority_check(struct sv authority, struct err *e)
{
    ptrdiff_t at = sv_rchr(authority, '@');
    struct sv user = at < 0 ? SV("") : sv_cut(authority, (size_t)at);
    struct sv host = sv_from(authority, (size_t)(at + 1));
    if (sv_chr(user, ':') >= 0)
        return err_set(e, ERR_INVALID, "a password does not belong into a url");
    if (host.n == 0 || host.p[0] == '-' || (user.n > 0 && user.p[0] == '-'))
        return err_set(e, ERR_INVALID, "bad host in a url");
    return 0;
}

static struct sv authority_of(struct sv url, size_t scheme)
{
    struct sv rest = sv_from(url, scheme);
    ptrdiff_t slash = sv_chr(rest, '/');
    return slash < 0 ? rest : sv_cut(rest, (size_t)slash);
}

static bool is_loopback(struct sv authority)
{
    static const char *const names[] = {"127.0.0.1", "localhost", "[::1]"};
    struct sv host = sv_from(authority, (size_t)(sv_rchr(authority, '@') + 1));
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        struct sv name = sv_of(names[i]);
        if (sv_starts(host, name) && (host.n == name.n || host.p[name.n] == ':'))
            return true;
    }
    return false;
}

/* user@host:path, as scp has it. */
static bool is_scp_like(struct sv url)
{
    ptrdiff_t colon = sv_chr(url, ':'), slash = sv_chr(url, '/'), at = sv_chr(url, '@');
    if (at <= 0 || colon <= at + 1 || (slash >= 0 && slash < colon))
        return false;
    return !sv_starts(sv_from(url, (size_t)colon), SV("::"));
}

int remote_scheme(const char *text, const char **ret, struct err *e)
{
    struct sv url = sv_of(text), authority = SV_NONE;
    if (url.n == 0 || url.n > URL_MAX || url.p[0] == '-' || has_controls(url))
        return err_set(e, ERR_INVALID, "bad url");
    if (url.p[0] == '/' || sv_starts(url, SV("file:///"))) {
        *ret = "file";
        return 0;
    }
    if (sv_starts(url, SV("https://"))) {
        *ret = "https";
        authority = authority_of(url, 8);
    } else if (sv_starts(url, SV("ssh://"))) {
        *ret = "ssh";
        authority = authority_of(url, 6);
    } else if (sv_starts(url, SV("http://")) && is_loopback(authority_of(url, 7))) {
        *ret = "http";
        authority = authority_of(url, 7);
    } else if (is_scp_like(url)) {
        *ret = "ssh";
        authority = sv_cut(url, (size_t)sv_chr(url, ':'));
    } else {
        return err_set(e, ERR_INVALID, "only https, ssh and configured local repositories are fetched");
    }
    return authority_check(authority, e);
}

int remote_header(const struct git_remote *r, const char *scheme, struct buf *ret, struct err *e)
{
    struct sv token = sv_of(r->token), user = sv_of(r->user ? r->user : "x-access-token");
    if (token.n == 0 || sv_is(sv_of(scheme), "ssh") || sv_is(sv_of(scheme), "file"))
        return 0;
    if (token.n > SECRET_MAX || user.n > SECRET_MAX || has_controls(token) || has_controls(user) ||
        sv_chr(user, ':') >= 0)
        return err_set(e, ERR_INVALID, "bad user name or token");
    AUTO(buf_free) struct buf plain = {0};
    buf_sv(&plain, user);
    buf_chr(&plain, ':');
    buf_sv(&plain, token);
    buf_str(ret, "Authorization: Basic ");
    base64_put(ret, plain.p, plain.n);
    explicit_bzero(plain.p, plain.n);
    return 0;
}
