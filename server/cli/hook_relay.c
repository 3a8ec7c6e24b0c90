/* SPDX-License-Identifier: Apache-2.0 */
/* `fettle hook-relay`: what fettle-hook starts when its server is on another machine. It makes the TLS connection, says
 * the head with the token, and hands bytes over in both directions once the server has changed over
 * (hooks/PROTOCOL.md). It ends with either side; whoever started it says how long that may take. */
#include <curl/curl.h>
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>
#include "base/file.h"
#include "hooks/head.h"
#include "server/cli/cli.h"

enum { CONNECT_MS = 10000, PIECE = 64 << 10, FULL = 256 << 10, IDLE_MOST = 10000 };

struct relay {
    CURL *curl;
    int fd;
    /* What waits for the server, and for the client. What TLS has begun to send must be given again as it was, at the
     * same place: nothing is added to `up` before all of it is sent. */
    struct buf up, down;
    size_t sent_up, sent_down;
    int idle;        /* turns in a row in which the server's socket was ready, and nothing came of it */
    struct buf head; /* of the server's answer, as long as it is not all here */
    bool awaits_head, client_ended, server_ended;
};

/* ---- connecting ---- */

/* https://HOST:PORT, nothing behind it: the path is the protocol's. */
static bool read_host(const char *url, struct sv *ret)
{
    struct sv s = sv_of(url);
    if (!sv_starts(s, SV("https://")))
        return false;
    *ret = sv_from(s, 8);
    if (sv_ends(*ret, SV("/")))
        *ret = sv_cut(*ret, ret->n - 1);
    return ret->n > 0 && sv_chr(*ret, '/') < 0 && sv_chr(*ret, '@') < 0 && sv_chr(*ret, '?') < 0 &&
           sv_chr(*ret, '#') < 0;
}

static int read_token(const char *file, struct buf *ret)
{
    struct err e = {0};
    const char *token = getenv("FETTLE_TOKEN");
    if (!file) {
        buf_str(ret, token ? token : "");
        return CLI_OK;
    }
    if (file_read(file, HOOK_TOKEN_MOST + 2, ret, &e) < 0)
        return cli_fail(CLI_USAGE, "the token: %s", e.msg);
    if (!sv_trim(buf_view(ret)).n)
        return cli_fail(CLI_USAGE, "the token: %s is empty", file);
    return CLI_OK;
}

static int connect_server(struct relay *r, const char *url, const char *ca)
{
    char why[CURL_ERROR_SIZE] = "";
    curl_socket_t fd = CURL_SOCKET_BAD;
    if (!ca || !*ca)
        ca = getenv("FETTLE_CA");
    curl_easy_setopt(r->curl, CURLOPT_URL, url);
    curl_easy_setopt(r->curl, CURLOPT_CONNECT_ONLY, 1L);
    curl_easy_setopt(r->curl, CURLOPT_PROTOCOLS_STR, "https");
    curl_easy_setopt(r->curl, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1); /* an upgrade is none of HTTP/2 */
    curl_easy_setopt(r->curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(r->curl, CURLOPT_NOPROXY, "localhost,127.0.0.1,::1");
    curl_easy_setopt(r->curl, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_MS);
    curl_easy_setopt(r->curl, CURLOPT_ERRORBUFFER, why);
    if (ca && *ca)
        curl_easy_setopt(r->curl, CURLOPT_CAINFO, ca);
    CURLcode rc = curl_easy_perform(r->curl);
    curl_easy_setopt(r->curl, CURLOPT_ERRORBUFFER, NULL);
    if (rc != CURLE_OK || curl_easy_getinfo(r->curl, CURLINFO_ACTIVESOCKET, &fd) != CURLE_OK || fd == CURL_SOCKET_BAD)
        return cli_fail(rc == CURLE_OPERATION_TIMEDOUT ? CLI_TIMEOUT : CLI_UNREACHABLE,
                        "cannot reach the server at %s: %s", url, *why ? why : curl_easy_strerror(rc));
    r->fd = fd;
    return CLI_OK;
}

/* ---- handing over ---- */

static int no_answer(const struct err *e)
{
    return cli_fail(e->cls == ERR_DENIED    ? CLI_DENIED
                    : e->cls == ERR_MISSING ? CLI_MISSING
                                            : CLI_UNREACHABLE,
                    "%s", e->msg);
}

static int take_answer(struct relay *r, struct sv bytes)
{
    size_t used = 0;
    struct err e = {0};
    if (!r->awaits_head) {
        buf_sv(&r->down, bytes);
        return CLI_OK;
    }
    buf_sv(&r->head, bytes);
    int rc = hook_answer_read(buf_view(&r->head), &used, &e);
    if (rc < 0)
        return no_answer(&e);
    if (rc > 0) {
        r->awaits_head = false;
        buf_sv(&r->down, sv_from(buf_view(&r->head), used));
    }
    return CLI_OK;
}

/* TLS may hold bytes that poll(2) does not know of, so this asks whether or not that says so. */
static int hear_server(struct relay *r)
{
    static char piece[PIECE];
    while (!r->server_ended && r->down.n - r->sent_down < FULL) {
        size_t n = 0;
        CURLcode rc = curl_easy_recv(r->curl, piece, sizeof piece, &n);
        if (rc == CURLE_AGAIN)
            return CLI_OK;
        if (rc != CURLE_OK || n == 0) {
            r->server_ended = true;
            return r->awaits_head ? cli_fail(CLI_UNREACHABLE, "the server closed the connection without an answer")
                                  : CLI_OK;
        }
        r->idle = 0;
        int code = take_answer(r, sv_n(piece, n));
        if (code != CLI_OK)
            return code;
    }
    return CLI_OK;
}

static void tell_server(struct relay *r)
{
    while (r->sent_up < r->up.n) {
        size_t n = 0;
        CURLcode rc = curl_easy_send(r->curl, r->up.p + r->sent_up, r->up.n - r->sent_up, &n);
        if (rc == CURLE_AGAIN)
            return;
        if (rc != CURLE_OK)
            break; /* what it said before may still be there */
        r->sent_up += n;
        r->idle = 0;
    }
    buf_clear(&r->up);
    r->sent_up = 0;
}

static void hear_client(struct relay *r)
{
    buf_reserve(&r->up, PIECE);
    ssize_t n = read(0, r->up.p + r->up.n, PIECE);
    if (n < 0 && (errno == EINTR || errno == EAGAIN))
        return;
    r->client_ended = n <= 0;
    r->up.n += n > 0 ? (size_t)n : 0;
}

/* A pipe or socket that takes something takes so much without waiting: pipe(7). */
static void tell_client(struct relay *r)
{
    size_t n = r->down.n - r->sent_down;
    ssize_t wrote = write(1, r->down.p + r->sent_down, n < PIPE_BUF ? n : PIPE_BUF);
    if (wrote < 0 && errno != EINTR && errno != EAGAIN)
        r->client_ended = true;
    r->sent_down += wrote > 0 ? (size_t)wrote : 0;
    if (r->sent_down == r->down.n) {
        buf_clear(&r->down);
        r->sent_down = 0;
    }
}

enum { CLIENT_IN, CLIENT_OUT, SERVER, ENDS };

static void watch(const struct relay *r, struct pollfd p[ENDS])
{
    short in = r->down.n - r->sent_down < FULL ? POLLIN : 0, out = r->up.n ? POLLOUT : 0;
    p[CLIENT_IN] = (struct pollfd){.fd = r->up.n ? -1 : 0, .events = POLLIN};
    p[CLIENT_OUT] = (struct pollfd){.fd = r->down.n ? 1 : -1, .events = POLLOUT};
    p[SERVER] = (struct pollfd){.fd = !r->server_ended && (in | out) ? r->fd : -1, .events = (short)(in | out)};
}

/* Some errors of TLS look to libcurl 7.88 as if there were nothing for now: then the socket is ready for ever. */
static int hand_over(struct relay *r)
{
    struct pollfd p[ENDS];
    while (!r->client_ended && r->idle < IDLE_MOST) {
        tell_server(r);
        int code = hear_server(r);
        if (code != CLI_OK || (r->server_ended && !r->down.n))
            return code;
        watch(r, p);
        if (poll(p, ENDS, -1) < 0)
            continue; /* a signal */
        r->idle += p[SERVER].revents != 0;
        if (p[CLIENT_IN].revents)
            hear_client(r);
        if (p[CLIENT_OUT].revents)
            tell_client(r);
    }
    return r->client_ended ? CLI_OK : cli_fail(CLI_UNREACHABLE, "the connection to the server is broken");
}

static int relay(struct relay *r, const char *url, struct sv token, const char *ca)
{
    struct err e = {0};
    struct sv host;
    if (!read_host(url, &host))
        return cli_fail(CLI_USAGE, "hook-relay takes https://HOST:PORT, not %s", url);
    if (hook_head_write(host, token, sv_of(getenv("TRACEPARENT")), &r->up, &e) < 0)
        return cli_fail(CLI_USAGE, "%s", e.msg);
    if (!(r->curl = curl_easy_init()))
        return cli_fail(CLI_FAILED, "libcurl cannot be used");
    int code = connect_server(r, url, ca);
    if (code == CLI_OK)
        code = hand_over(r);
    curl_easy_cleanup(r->curl);
    return code;
}

struct relayed {
    struct cli_call call;
    const char *url, *token_file, *ca;
};

static int run(void *args)
{
    const struct relayed *q = args;
    AUTO(buf_free) struct buf token = {0};
    struct relay r = {.fd = -1, .awaits_head = true};
    int code = read_token(q->token_file, &token);
    struct sv trimmed = sv_trim(buf_view(&token));
    if (code == CLI_OK)
        code = relay(&r, q->url, trimmed.n ? trimmed : SV_NONE, q->ca);
    buf_free(&r.up);
    buf_free(&r.down);
    buf_free(&r.head);
    return code;
}

static const struct cli_arg operands[] = {
    {"URL", 0, CLI_TEXT, NULL, offsetof(struct relayed, url), .doc = "https://HOST:PORT of the server",
     .flags = CLI_NEEDED},
    {.name = NULL},
};
static const struct cli_arg options[] = {
    {"token-file", 0, CLI_FILE, "FILE", offsetof(struct relayed, token_file),
     .doc = "a token with the scope hook; else FETTLE_TOKEN"},
    {"ca", 0, CLI_FILE, "FILE", offsetof(struct relayed, ca),
     .doc = "PEM file of the authority that signs for the server; else FETTLE_CA, else the system's"},
    {.name = NULL},
};
const struct cli_verb verb_hook_relay = {
    .name = "hook-relay",
    .doc = "what fettle-hook talks through to a server on another machine",
    .examples = "fettle hook-relay https://ci.example.com:8443 --token-file token\n",
    .exits = CLI_EXITS_SERVER,
    .operands = operands,
    .options = {{options, 0}},
    .size = sizeof(struct relayed),
    .run = run,
};
