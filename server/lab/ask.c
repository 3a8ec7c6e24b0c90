/* SPDX-License-Identifier: Apache-2.0 */
#include "server/lab/ask.h"
#include <curl/curl.h>

enum { TIMEOUT_S = 60, ANSWER_MOST = 512 << 20 };

static size_t on_answer(char *p, size_t size, size_t n, void *ctx)
{
    struct buf *b = ctx;
    if (b->n + size * n > ANSWER_MOST)
        return 0;
    buf_add(b, p, size * n);
    return size * n;
}

static void set_up(CURL *c, const struct lab_address *a, const char *method, struct sv body, struct buf *ret)
{
    curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(c, CURLOPT_PROXY, "");
    curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(c, CURLOPT_TIMEOUT, (long)TIMEOUT_S);
    curl_easy_setopt(c, CURLOPT_CUSTOMREQUEST, method);
    curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, on_answer);
    curl_easy_setopt(c, CURLOPT_WRITEDATA, ret);
    if (body.n) {
        curl_easy_setopt(c, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)body.n);
        curl_easy_setopt(c, CURLOPT_POSTFIELDS, body.p);
    }
    if (a->ca_file)
        curl_easy_setopt(c, CURLOPT_CAINFO, a->ca_file);
    if (a->insecure) {
        curl_easy_setopt(c, CURLOPT_SSL_VERIFYPEER, 0L);
        curl_easy_setopt(c, CURLOPT_SSL_VERIFYHOST, 0L);
    }
}

int lab_ask(const struct lab_address *a, const char *method, struct sv path, struct sv body, struct buf *ret,
            struct err *e)
{
    AUTO(buf_free) struct buf url = {0};
    struct sv base = sv_of(a->url);
    long status = 0;
    CURL *c = curl_easy_init();
    MUST(c);
    buf_sv(&url, sv_ends(base, SV("/")) ? sv_cut(base, base.n - 1) : base);
    buf_sv(&url, path);
    set_up(c, a, method, body, ret);
    curl_easy_setopt(c, CURLOPT_URL, url.p);
    CURLcode rc = curl_easy_perform(c);
    curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_cleanup(c);
    if (rc == CURLE_OK && status >= 200 && status < 300)
        return 0;
    if (rc == CURLE_OK)
        err_set(e, ERR_INVALID, "%.*s", SV_ARG(sv_cut_utf8(sv_trim(buf_view(ret)), 200)));
    else
        err_set(e, ERR_TRANSIENT, "%s: %s", a->url, curl_easy_strerror(rc));
    e->code = rc == CURLE_OK ? (int)status : 0;
    return -1;
}
