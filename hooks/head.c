/* SPDX-License-Identifier: Apache-2.0 */
#include "hooks/head.h"

/* ---- the client's ---- */

static bool is_token(struct sv s)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!plain && (!c || !strchr("-._~+/=", c)))
            return false;
    }
    return s.n > 0 && s.n <= HOOK_TOKEN_MOST;
}

static bool is_host(struct sv s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] <= ' ' || s.p[i] == 0x7f)
            return false;
    return s.n > 0 && s.n <= 255;
}

/* As far as it matters here: nothing else gets into the head. Whether it holds the server sees. */
static bool is_trace(struct sv s)
{
    for (size_t i = 0; i < s.n; i++)
        if (!(s.p[i] >= '0' && s.p[i] <= '9') && !(s.p[i] >= 'a' && s.p[i] <= 'f') && s.p[i] != '-')
            return false;
    return s.n > 0 && s.n <= HOOK_TRACE_MOST;
}

int hook_head_write(struct sv host, struct sv token, struct sv trace, struct buf *out, struct err *e)
{
    if (!is_host(host))
        return err_set(e, ERR_INVALID, "the name of the host is not of its form");
    if (token.p && !is_token(token))
        return err_set(e, ERR_INVALID, "the token is not of its form");
    buf_str(out, "GET " HOOK_TARGET " HTTP/1.1\r\nHost: ");
    buf_sv(out, host);
    buf_str(out, "\r\nConnection: Upgrade\r\nUpgrade: " HOOK_PROTOCOL "\r\n");
    if (token.p) {
        buf_str(out, "Authorization: Bearer ");
        buf_sv(out, token);
        buf_str(out, "\r\n");
    }
    if (is_trace(trace)) {
        buf_str(out, "traceparent: ");
        buf_sv(out, trace);
        buf_str(out, "\r\n");
    }
    buf_str(out, "\r\n");
    return 0;
}

/* ---- the server's ---- */

static const char version[] = "HTTP/1.1 ";
enum { VERSION = sizeof version - 1, STATUS = VERSION + 3 };

static int refusal(int status, struct err *e)
{
    switch (status) {
    case 401:
        err_set(e, ERR_DENIED, "the server answers 401: it wants a token that is valid here");
        break;
    case 403:
        err_set(e, ERR_DENIED, "the server answers 403: this user or token may not do this");
        break;
    case 404:
        err_set(e, ERR_MISSING, "the server answers 404: it takes no local hooks at this address");
        break;
    case 429:
    case 503:
        err_set(e, ERR_TRANSIENT, "the server answers %d: it is busy or stopping", status);
        break;
    default:
        err_set(e, status >= 500 ? ERR_TRANSIENT : ERR_INVALID, "the server answers %d where 101 belongs", status);
    }
    e->code = status;
    return -1;
}

static int no_head(struct err *e)
{
    return err_set(e, ERR_INVALID, "what answers does not speak %s", HOOK_PROTOCOL);
}

/* "HTTP/1.1 101" and a blank or the end of the line. */
static int read_status(struct sv bytes, struct err *e)
{
    size_t n = bytes.n < VERSION ? bytes.n : VERSION;
    int status = 0;
    if (n && memcmp(bytes.p, version, n) != 0)
        return no_head(e);
    for (size_t i = VERSION; i < STATUS && i < bytes.n; i++) {
        if (bytes.p[i] < '0' || bytes.p[i] > '9')
            return no_head(e);
        status = status * 10 + (bytes.p[i] - '0');
    }
    if (bytes.n <= STATUS)
        return 0;
    if (bytes.p[STATUS] != ' ' && bytes.p[STATUS] != '\r')
        return no_head(e);
    return status == 101 ? 1 : refusal(status, e);
}

/* A field of the head with that name has this value. */
static bool has_field(struct sv head, struct sv name, const char *value)
{
    struct sv line, key;
    sv_next(&head, '\n', &line);
    while (sv_next(&head, '\n', &line))
        if (sv_next(&line, ':', &key) && sv_ieq(key, name) && sv_ieq(sv_trim(line), sv_of(value)))
            return true;
    return false;
}

int hook_answer_read(struct sv bytes, size_t *ret_used, struct err *e)
{
    int status = read_status(bytes, e);
    if (status <= 0)
        return status;
    ptrdiff_t end = sv_find(sv_cut(bytes, HOOK_ANSWER_MOST), SV("\r\n\r\n"));
    if (end < 0)
        return bytes.n < HOOK_ANSWER_MOST ? 0 : no_head(e);
    struct sv head = sv_cut(bytes, (size_t)end);
    if (!has_field(head, SV("Upgrade"), HOOK_PROTOCOL))
        return no_head(e);
    *ret_used = (size_t)end + 4;
    return 1;
}
