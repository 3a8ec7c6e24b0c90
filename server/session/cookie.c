/* SPDX-License-Identifier: Apache-2.0 */
#include "server/session/cookie.h"
#include <stdio.h>
#include "fmt/enc.h"
#include "fmt/hmac.h"

static bool is_secure(const struct conf_listen *l)
{
    return l->kind == CONF_HTTPS || l->behind_proxy;
}

const char *cookie_name(const struct conf_listen *l)
{
    return is_secure(l) ? "__Host-fettle" : "fettle";
}

static bool has_form(struct sv value)
{
    bool good = value.n == COOKIE_TEXT;
    for (size_t i = 0; i < value.n; i++)
        good &= (value.p[i] >= '0' && value.p[i] <= '9') || (value.p[i] >= 'A' && value.p[i] <= 'Z') ||
                (value.p[i] >= 'a' && value.p[i] <= 'z') || value.p[i] == '-' || value.p[i] == '_';
    return good;
}

enum cookie_found cookie_get(const struct http_head *h, const char *name, struct sv *ret)
{
    int found = 0;
    *ret = SV_NONE;
    for (size_t i = 0; i < h->n_fields; i++) {
        struct sv rest = h->fields[i].value, pair;
        if (!sv_ieq(h->fields[i].name, SV("cookie")))
            continue;
        while (sv_next(&rest, ';', &pair)) {
            ptrdiff_t eq = sv_chr(pair, '=');
            if (eq < 0 || !sv_is(sv_trim(sv_cut(pair, (size_t)eq)), name))
                continue;
            *ret = sv_trim(sv_from(pair, (size_t)eq + 1));
            found++;
        }
    }
    if (found != 1)
        return found ? COOKIE_MANY : COOKIE_NONE;
    return has_form(*ret) ? COOKIE_ONE : COOKIE_BAD;
}

void cookie_put(const struct conf_listen *l, struct sv value, struct buf *headers)
{
    long long age = value.n ? SESSION_LONGEST / 1000 : 0;
    buf_fmt(headers, "Set-Cookie: %s=%.*s; Path=/; Max-Age=%lld; HttpOnly; SameSite=Strict%s\r\n", cookie_name(l),
            SV_ARG(value), age, is_secure(l) ? "; Secure" : "");
}

void cookie_csrf(struct sv cookie, char ret[CSRF_TEXT + 1])
{
    static const char what[] = "fettle csrf 1";
    AUTO(buf_free) struct buf text = {0};
    uint8_t mac[SHA256_LEN];
    hmac_sha256(cookie, what, sizeof what - 1, mac);
    base64url_put(&text, mac, sizeof mac);
    snprintf(ret, CSRF_TEXT + 1, "%s", text.p);
}

bool cookie_csrf_is(struct sv cookie, struct sv said)
{
    char want[CSRF_TEXT + 1];
    cookie_csrf(cookie, want);
    return same_bytes(want, CSRF_TEXT, said.p, said.n);
}
