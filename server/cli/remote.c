/* SPDX-License-Identifier: Apache-2.0 */
#include "server/cli/remote.h"
#include <curl/curl.h>
#include <stdlib.h>
#include "base/clk.h"
#include "base/id.h"
#include "config/address.h"
#include "core/trace.h"
#include "server/cli/peek.h"

static const msec_t CONNECT_MS = 5000, CALL_MS = 60000;
static const size_t BODY_MAX = (size_t)256 << 20;

struct remote {
    CURL *curl;
    char *base;   /* "http://localhost" */
    char *socket; /* NULL = by TCP */
    char *conf;   /* the file that says where it is; NULL = FETTLE_URL does */
    struct curl_slist *headers;
    msec_t call_ms;
};

/* ---- where it is ---- */

static int use_url(struct remote *r, const char *url)
{
    const char *token = getenv("FETTLE_TOKEN");
    struct sv base = sv_of(url);
    while (sv_ends(base, SV("/")))
        base = sv_cut(base, base.n - 1);
    if (sv_starts(base, SV("unix:"))) {
        r->socket = sv_dup(sv_from(base, 5));
        r->base = mem_strdup("http://localhost");
    } else if (sv_starts(base, SV("http://")) || sv_starts(base, SV("https://"))) {
        r->base = sv_dup(base);
    } else {
        return cli_fail(CLI_USAGE, "FETTLE_URL is no http, https or unix URL: %s", url);
    }
    if (!token || !*token)
        return CLI_OK;
    if (!r->socket && url_is_open(base))
        return cli_fail(CLI_USAGE, "FETTLE_TOKEN is not sent over plain http to another machine: use https");
    AUTO(buf_free) struct buf h = {0};
    buf_fmt(&h, "Authorization: Bearer %s", token);
    r->headers = curl_slist_append(r->headers, h.p);
    return CLI_OK;
}

static bool is_fixed(const struct conf_listen *l)
{
    return l->address && (l->serves & SERVES_API) && !sv_ends(sv_of(l->address), SV(":0"));
}

static int use_conf(struct remote *r, const char *file)
{
    struct conf *c = NULL;
    int rc = peek_listens(file, &c);
    if (rc != CLI_OK)
        return rc;
    AUTO(buf_free) struct buf base = {0};
    for (size_t i = 0; i < c->n_listens && !r->socket; i++)
        if (c->listens[i].kind == CONF_UNIX && is_fixed(&c->listens[i]))
            r->socket = mem_strdup(c->listens[i].address);
    for (size_t i = 0; i < c->n_listens && !r->socket && !base.n; i++)
        if (c->listens[i].kind == CONF_HTTP && is_fixed(&c->listens[i]))
            buf_fmt(&base, "http://%s", c->listens[i].address);
    conf_unref(&c);
    if (!r->socket && !base.n)
        return cli_fail(CLI_UNREACHABLE,
                        "%s has no listener for the API: add `- unix: run/fettle.sock` to it, or set FETTLE_URL", file);
    r->base = r->socket ? mem_strdup("http://localhost") : buf_take(&base);
    r->conf = mem_strdup(file);
    return CLI_OK;
}

static int use_timeout(struct remote *r)
{
    const char *text = getenv("FETTLE_TIMEOUT");
    r->call_ms = CALL_MS;
    if (text && *text && (!when_duration(sv_of(text), &r->call_ms) || r->call_ms < 1 || r->call_ms > INT32_MAX))
        return cli_fail(CLI_USAGE, "FETTLE_TIMEOUT is no duration like 30s: %s", text);
    return CLI_OK;
}

/* A call from within something that is traced, like a step, belongs to it. */
static void use_trace(struct remote *r)
{
    struct sv text = sv_trim(sv_of(getenv("TRACEPARENT")));
    struct trace t;
    AUTO(buf_free) struct buf h = {0};
    if (!text.n || !trace_parse(text, &t))
        return;
    buf_fmt(&h, "traceparent: %.*s", SV_ARG(text));
    r->headers = curl_slist_append(r->headers, h.p);
}

int remote_open(const char *conf_file, struct remote **ret)
{
    struct remote *r = mem_new(sizeof *r);
    const char *url = getenv("FETTLE_URL");
    int rc = use_timeout(r);
    if (rc == CLI_OK)
        rc = url && *url ? use_url(r, url) : use_conf(r, cli_config_file(conf_file));
    if (rc == CLI_OK && !(r->curl = curl_easy_init()))
        rc = cli_fail(CLI_FAILED, "libcurl cannot be used");
    if (rc == CLI_OK)
        use_trace(r);
    else
        remote_close(&r);
    *ret = r;
    return rc;
}

void remote_close(struct remote **rp)
{
    struct remote *r = *rp;
    if (!r)
        return;
    if (r->curl)
        curl_easy_cleanup(r->curl);
    curl_slist_free_all(r->headers);
    mem_free(r->base);
    mem_free(r->socket);
    mem_free(r->conf);
    mem_freep(rp);
}

/* ---- one call ---- */

static size_t on_bytes(char *p, size_t size, size_t n, void *ctx)
{
    struct buf *b = ctx;
    if (b->n + size * n > BODY_MAX)
        return 0;
    buf_add(b, p, size * n);
    return size * n;
}

static void set_up(struct remote *r, const char *method, const char *url, struct remote_answer *ret)
{
    const char *ca = getenv("FETTLE_CA");
    curl_easy_reset(r->curl); /* connections are kept */
    curl_easy_setopt(r->curl, CURLOPT_URL, url);
    curl_easy_setopt(r->curl, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(r->curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(r->curl, CURLOPT_NOPROXY, "localhost,127.0.0.1,::1");
    curl_easy_setopt(r->curl, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_MS);
    curl_easy_setopt(r->curl, CURLOPT_TIMEOUT_MS, (long)r->call_ms);
    curl_easy_setopt(r->curl, CURLOPT_USERAGENT, "fettle/" FETTLE_VERSION);
    curl_easy_setopt(r->curl, CURLOPT_HTTPHEADER, r->headers);
    curl_easy_setopt(r->curl, CURLOPT_WRITEFUNCTION, on_bytes);
    curl_easy_setopt(r->curl, CURLOPT_WRITEDATA, &ret->body);
    if (r->socket)
        curl_easy_setopt(r->curl, CURLOPT_UNIX_SOCKET_PATH, r->socket);
    if (ca && *ca)
        curl_easy_setopt(r->curl, CURLOPT_CAINFO, ca);
    if (strcmp(method, "POST") == 0) {
        curl_easy_setopt(r->curl, CURLOPT_POST, 1L);
        curl_easy_setopt(r->curl, CURLOPT_POSTFIELDSIZE, 0L);
    } else if (strcmp(method, "GET") != 0) {
        curl_easy_setopt(r->curl, CURLOPT_CUSTOMREQUEST, method);
    }
}

/* How to mend it is said by what names the server. */
static void put_unreachable(const struct remote *r, const char *why, struct buf *out)
{
    buf_fmt(out, "no server answers at %s (%s): ", r->socket ? r->socket : r->base, why);
    if (r->conf)
        buf_fmt(out, "start it with `fettle serve -c %s`", r->conf);
    else
        buf_str(out, "start `fettle serve` there, or unset FETTLE_URL");
}

static int perform(struct remote *r, struct remote_answer *ret, struct buf *why)
{
    long status = 0;
    buf_clear(why);
    CURLcode rc = curl_easy_perform(r->curl);
    if (rc == CURLE_OPERATION_TIMEDOUT) {
        buf_fmt(why, "no answer in time from %s", r->socket ? r->socket : r->base);
        return CLI_TIMEOUT;
    }
    if (rc != CURLE_OK) {
        put_unreachable(r, curl_easy_strerror(rc), why);
        return CLI_UNREACHABLE;
    }
    curl_easy_getinfo(r->curl, CURLINFO_RESPONSE_CODE, &status);
    ret->status = (int)status;
    return CLI_OK;
}

static int try(struct remote *r, const char *method, const char *path, struct remote_answer *ret, struct buf *why)
{
    AUTO(buf_free) struct buf url = {0};
    buf_fmt(&url, "%s%s", r->base, path);
    buf_clear(&ret->body);
    set_up(r, method, url.p, ret);
    return perform(r, ret, why);
}

int remote_try(struct remote *r, const char *path, struct remote_answer *ret, struct buf *why)
{
    return try(r, "GET", path, ret, why);
}

int remote_send(struct remote *r, const char *method, const char *path, struct remote_answer *ret)
{
    AUTO(buf_free) struct buf why = {0};
    int rc = try(r, method, path, ret, &why);
    return rc == CLI_OK ? CLI_OK : cli_fail(rc, "%s", why.p);
}

int remote_send_json(struct remote *r, const char *path, struct sv json, struct remote_answer *ret)
{
    AUTO(buf_free) struct buf url = {0}, why = {0};
    buf_fmt(&url, "%s%s", r->base, path);
    buf_clear(&ret->body);
    set_up(r, "POST", url.p, ret);
    struct curl_slist *headers = curl_slist_append(NULL, "Content-Type: application/json");
    for (const struct curl_slist *h = r->headers; h; h = h->next)
        headers = curl_slist_append(headers, h->data);
    curl_easy_setopt(r->curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(r->curl, CURLOPT_POSTFIELDS, json.p);
    curl_easy_setopt(r->curl, CURLOPT_POSTFIELDSIZE, (long)json.n);
    int rc = perform(r, ret, &why);
    curl_slist_free_all(headers);
    return rc == CLI_OK ? CLI_OK : cli_fail(rc, "%s", why.p);
}

void remote_problem(const struct remote_answer *a, struct buf *out)
{
    struct jdoc *doc = NULL;
    struct err e = {0};
    if (jdoc_parse(buf_view(&a->body), NULL, &doc, &e) < 0)
        return;
    const char *const keys[] = {"title", "detail"};
    for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
        struct sv s = jval_str(jval_get(jdoc_root(doc), keys[i]));
        if (s.n && out->n)
            buf_str(out, ": ");
        buf_sv(out, s);
    }
    jdoc_free(&doc);
}

int remote_meaning(const struct remote_answer *a, struct buf *why)
{
    static const struct {
        int status, code;
    } codes[] = {{400, CLI_USAGE},   {422, CLI_USAGE},   {401, CLI_DENIED},   {403, CLI_DENIED},
                 {404, CLI_MISSING}, {408, CLI_TIMEOUT}, {409, CLI_CONFLICT}, {504, CLI_TIMEOUT}};
    int code = CLI_FAILED;
    if (a->status >= 200 && a->status < 300)
        return CLI_OK;
    for (size_t i = 0; i < ARRAY_LEN(codes); i++)
        if (codes[i].status == a->status)
            code = codes[i].code;
    buf_clear(why);
    remote_problem(a, why);
    if (!why->n)
        buf_fmt(why, "the server answered with status %d", a->status);
    return code;
}

int remote_verdict(const struct remote_answer *a)
{
    AUTO(buf_free) struct buf why = {0};
    int code = remote_meaning(a, &why);
    return code == CLI_OK ? CLI_OK : cli_fail(code, "%s", why.p);
}

void remote_answer_free(struct remote_answer *a)
{
    buf_free(&a->body);
}

int remote_get(struct remote *r, const char *path, struct buf *ret)
{
    struct remote_answer a = {0};
    int rc = remote_send(r, "GET", path, &a);
    if (rc == CLI_OK && (rc = remote_verdict(&a)) == CLI_OK)
        buf_sv(ret, buf_view(&a.body));
    remote_answer_free(&a);
    return rc;
}

int remote_get_json(struct remote *r, const char *path, struct jdoc **ret)
{
    AUTO(buf_free) struct buf text = {0};
    struct err e = {0};
    int rc = remote_get(r, path, &text);
    if (rc != CLI_OK)
        return rc;
    if (jdoc_parse(buf_view(&text), NULL, ret, &e) < 0)
        return cli_fail(CLI_FAILED, "the server's answer is no JSON: %s", e.msg);
    return CLI_OK;
}

int remote_post(struct remote *r, const char *path)
{
    AUTO(remote_answer_free) struct remote_answer a = {0};
    int rc = remote_send(r, "POST", path, &a);
    return rc == CLI_OK ? remote_verdict(&a) : rc;
}

int remote_path(const char *room, const char *id, const char *tail, struct buf *ret)
{
    int64_t number;
    if (!id_parse(sv_of(id), &number))
        return cli_fail(CLI_MISSING, "\"%s\" is no id of fettle: ids have 13 digits and letters", id);
    buf_clear(ret);
    buf_fmt(ret, "/api/v1/%s/%s%s", room, id, tail);
    return CLI_OK;
}
