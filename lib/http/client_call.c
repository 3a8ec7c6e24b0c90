/* SPDX-License-Identifier: Apache-2.0 */
#include "http/client_pool.h"
#include "metrics/metrics.h"

enum {
    HEAD_MAX = 256 * 1024, /* of all heads of one answer, 1xx too */
    URL_MAX = 64 * 1024
};

/* What the callback gets: the answer and where its headers are. */
struct ended {
    struct http_answer answer;
    CURL *easy;
};

static size_t on_body(char *p, size_t size, size_t n, void *ctx)
{
    struct http_call *c = ctx;
    n *= size;
    if (n > c->max_answer - c->answer.n) {
        c->stopped = "the answer is too long";
        return 0;
    }
    buf_add(&c->answer, p, n);
    return n;
}

static size_t on_head(char *p, size_t size, size_t n, void *ctx)
{
    struct http_call *c = ctx;
    (void)p;
    n *= size;
    c->head_bytes += n;
    if (c->head_bytes <= HEAD_MAX)
        return n;
    c->stopped = "the head of the answer is too long";
    return n ? 0 : 1;
}

static size_t on_upload(char *p, size_t size, size_t n, void *ctx)
{
    struct http_call *c = ctx;
    size_t left = c->body_n - c->body_at;
    n = n * size < left ? n * size : left;
    memcpy(p, c->body + c->body_at, n);
    c->body_at += n;
    return n;
}

/* Asked for only when curl wants to send the request again on a new connection: see the header. */
static int on_rewind(void *ctx, curl_off_t at, int whence)
{
    struct http_call *c = ctx;
    if (whence == SEEK_SET && at == 0 && c->body_at == 0)
        return CURL_SEEKFUNC_OK;
    c->stopped = "the connection was lost before the answer";
    return CURL_SEEKFUNC_FAIL;
}

/* Before every sending. A part of the body that was handed over already would be missing from a second one. */
static int on_connected(void *ctx, char *peer_ip, char *our_ip, int peer_port, int our_port)
{
    struct http_call *c = ctx;
    (void)peer_ip, (void)our_ip, (void)peer_port, (void)our_port;
    if (c->body_at == 0)
        return CURL_PREREQFUNC_OK;
    c->stopped = "the connection was lost before the answer";
    return CURL_PREREQFUNC_ABORT;
}

#define SET(opt, value) MUST(curl_easy_setopt(c->easy, (opt), (value)) == CURLE_OK)

static void set_limits(struct http_call *c, const struct http_client_conf *conf)
{
    SET(CURLOPT_CONNECTTIMEOUT_MS, (long)conf->connect_ms);
    SET(CURLOPT_TIMEOUT_MS, (long)conf->total_ms);
    SET(CURLOPT_WRITEFUNCTION, on_body);
    SET(CURLOPT_WRITEDATA, c);
    SET(CURLOPT_HEADERFUNCTION, on_head);
    SET(CURLOPT_HEADERDATA, c);
    SET(CURLOPT_MAXAGE_CONN, 60L);
    SET(CURLOPT_NOSIGNAL, 1L);
    /* A name server that hangs must not hang us when a call is given up. */
    SET(CURLOPT_QUICK_EXIT, 1L);
}

static void set_trust(struct http_call *c, const struct http_client_conf *conf)
{
    SET(CURLOPT_PROTOCOLS_STR, "http,https");
    SET(CURLOPT_FOLLOWLOCATION, 0L);
    SET(CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
    SET(CURLOPT_PROXY, "");
    SET(CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
    SET(CURLOPT_PATH_AS_IS, 1L);
    SET(CURLOPT_SSL_VERIFYPEER, 1L);
    SET(CURLOPT_SSL_VERIFYHOST, 2L);
    SET(CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    /* The file takes the place of the system's bundle, whose single files then still count. */
    if (conf->ca_file) {
        const char *folder = curl_version_info(CURLVERSION_NOW)->capath;
        SET(CURLOPT_CAINFO, conf->ca_file);
        SET(CURLOPT_CAPATH, folder ? folder : "/etc/ssl/certs");
    }
    SET(CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_2TLS);
    SET(CURLOPT_PIPEWAIT, 1L);
}

/* A call that must not go out ends like any other, through curl, which refuses the empty address. */
static void refuse(struct http_call *c, const char *why)
{
    c->stopped = why;
    SET(CURLOPT_URL, "");
}

static void add_header(struct http_call *c, const char *line)
{
    if (strpbrk(line, "\r\n")) {
        refuse(c, "a header has a line break");
        return;
    }
    struct curl_slist *longer = curl_slist_append(c->headers, line);
    MUST(longer);
    c->headers = longer;
}

static void set_headers(struct http_call *c, const struct http_client_conf *conf, const char *const *headers)
{
    bool typed = false;
    for (; headers && *headers; headers++) {
        add_header(c, *headers);
        typed = typed || sv_istarts(sv_of(*headers), SV("content-type:"));
    }
    /* A name alone takes out what curl would add. */
    if (!typed)
        add_header(c, "Content-Type:");
    add_header(c, "Expect:");
    SET(CURLOPT_HTTPHEADER, c->headers);
    SET(CURLOPT_USERAGENT, conf->user_agent);
}

static void set_method(struct http_call *c, const char *method, struct sv body)
{
    if (!strcmp(method, "HEAD")) {
        SET(CURLOPT_NOBODY, 1L);
        return;
    }
    if (body.n || !strcmp(method, "POST") || !strcmp(method, "PUT") || !strcmp(method, "PATCH")) {
        c->body = mem_dup(body.p ? body.p : "", body.n);
        c->body_n = body.n;
        SET(CURLOPT_POST, 1L);
        SET(CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)body.n);
        SET(CURLOPT_READFUNCTION, on_upload);
        SET(CURLOPT_READDATA, c);
        SET(CURLOPT_SEEKFUNCTION, on_rewind);
        SET(CURLOPT_SEEKDATA, c);
        SET(CURLOPT_PREREQFUNCTION, on_connected);
        SET(CURLOPT_PREREQDATA, c);
    }
    if (strcmp(method, "GET") != 0 || c->body)
        SET(CURLOPT_CUSTOMREQUEST, method);
}

struct http_call *http_call_new(const struct http_client_conf *conf, const char *method, const char *url,
                                const char *const *headers, struct sv body, http_answer_fn *fn, void *ctx)
{
    struct http_call *c = mem_new(sizeof *c);
    *c = (struct http_call){.fn = fn, .ctx = ctx, .max_answer = conf->max_answer, .easy = curl_easy_init()};
    MUST(c->easy);
    SET(CURLOPT_PRIVATE, c);
    SET(CURLOPT_ERRORBUFFER, c->error);
    if (strlen(url) <= URL_MAX)
        SET(CURLOPT_URL, url);
    else
        refuse(c, "the address is too long");
    set_limits(c, conf);
    set_trust(c, conf);
    set_method(c, method, body);
    set_headers(c, conf, headers);
    return c;
}

void http_call_free(struct http_call *c)
{
    curl_easy_cleanup(c->easy);
    curl_slist_free_all(c->headers);
    buf_free(&c->answer);
    mem_free(c->body);
    mem_free(c);
}

static struct sv last_header(const struct http_answer *a, const char *name)
{
    const struct ended *d = CONTAINER_OF(a, struct ended, answer);
    struct curl_header *h;
    if (curl_easy_header(d->easy, name, 0, CURLH_HEADER, -1, &h) != CURLHE_OK)
        return SV_NONE;
    if (h->amount > 1 && curl_easy_header(d->easy, name, h->amount - 1, CURLH_HEADER, -1, &h) != CURLHE_OK)
        return SV_NONE;
    return sv_of(h->value);
}

/* Names are looked up, connections made and keys agreed on before the first byte of a request. */
static bool may_have_left(CURL *easy)
{
    long head = 0;
    curl_off_t ready = 0;
    curl_easy_getinfo(easy, CURLINFO_REQUEST_SIZE, &head);
    curl_easy_getinfo(easy, CURLINFO_PRETRANSFER_TIME_T, &ready);
    return head > 0 || ready > 0;
}

void http_call_end(struct http_call *c, CURLcode code)
{
    struct ended d = {.easy = c->easy, .answer = {.header = last_header}};
    long status = 0, connections = 0;
    curl_easy_getinfo(c->easy, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(c->easy, CURLINFO_NUM_CONNECTS, &connections);
    metric_add(M_CLIENT_CONNECTIONS, NULL, connections);
    if (code == CURLE_OK && status >= 100 && status <= 999) {
        d.answer.status = (int)status;
        d.answer.body = buf_view(&c->answer);
    } else {
        d.answer.maybe_sent = may_have_left(c->easy);
        d.answer.problem = c->stopped ? c->stopped : c->error[0] ? c->error : curl_easy_strerror(code);
    }
    c->fn(c->ctx, &d.answer);
    http_call_free(c);
}
