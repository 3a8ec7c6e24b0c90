/* SPDX-License-Identifier: Apache-2.0 */
#include "server/lab/deliver.h"
#include <curl/curl.h>
#include <stdio.h>
#include <sys/random.h>
#include "fmt/enc.h"

enum { ANSWER_MOST = 64 * 1024, TIMEOUT_S = 60, CONNECTIONS_MOST = 1000 };

struct line { /* one connection, used again and again */
    CURL *easy;
    struct curl_slist *headers;
    struct buf body, answer;
    char id[128];
    char problem[CURL_ERROR_SIZE];
};

struct work {
    const struct deliver *d;
    CURLM *multi;
    struct line *lines;
    int64_t sent, busy;
    char first_id[37];
    struct deliver_sum *sum;
};

/* ---- payloads ---- */

static bool put_key(const struct deliver *d, struct sv key, const char *id, int64_t seq, struct buf *out)
{
    uint8_t oid[20];
    for (size_t i = 0; i < d->n_pairs; i++) {
        struct sv pair = sv_of(d->pairs[i]);
        ptrdiff_t eq = sv_chr(pair, '=');
        if (eq >= 0 && sv_eq(key, sv_cut(pair, (size_t)eq))) {
            buf_sv(out, sv_from(pair, (size_t)eq + 1));
            return true;
        }
    }
    if (sv_is(key, "ID")) {
        buf_str(out, id);
    } else if (sv_is(key, "SEQ")) {
        buf_int(out, seq);
    } else if (sv_is(key, "OID")) {
        MUST(getrandom(oid, sizeof oid, 0) == (ssize_t)sizeof oid);
        hex_put(out, oid, sizeof oid);
    } else {
        return false;
    }
    return true;
}

static void fill(const struct deliver *d, const char *id, int64_t seq, struct buf *out)
{
    struct sv rest = d->payload;
    ptrdiff_t at;
    while ((at = sv_chr(rest, '@')) >= 0) {
        buf_sv(out, sv_cut(rest, (size_t)at));
        rest = sv_from(rest, (size_t)at + 1);
        ptrdiff_t end = sv_chr(rest, '@');
        if (end > 0 && put_key(d, sv_cut(rest, (size_t)end), id, seq, out))
            rest = sv_from(rest, (size_t)end + 1);
        else
            buf_chr(out, '@');
    }
    buf_sv(out, rest);
}

/* ---- one delivery ---- */

static size_t on_answer(char *p, size_t size, size_t n, void *ctx)
{
    struct line *l = ctx;
    if (l->answer.n < ANSWER_MOST)
        buf_add(&l->answer, p, size * n);
    return size * n;
}

static void set_headers(struct line *l, struct sv text)
{
    struct sv one;
    curl_slist_free_all(STEAL(l->headers));
    l->headers = curl_slist_append(NULL, "Expect:");
    while (sv_next(&text, '\n', &one)) {
        AUTO(mem_freep) char *z = sv_dup(one);
        if (one.n)
            l->headers = curl_slist_append(l->headers, z);
    }
    curl_easy_setopt(l->easy, CURLOPT_HTTPHEADER, l->headers);
}

static int start(struct work *w, struct line *l, struct err *e)
{
    AUTO(buf_free) struct buf payload = {0}, headers = {0};
    const struct deliver *d = w->d;
    struct hook_sign sign = d->sign;
    char fresh[37];
    fresh_uuid(fresh);
    struct sv id = d->sign.id.n ? d->sign.id : sv_of(w->first_id);
    /* The id that was asked for is that of the first; others are new deliveries, unless they are to be the same. */
    if (!d->same_id && w->sent > 0)
        id = sv_of(fresh);
    snprintf(l->id, sizeof l->id, "%.*s", SV_ARG(id));
    sign.id = sv_of(l->id);
    sign.now = clk_wall_ms();
    buf_clear(&l->body);
    buf_clear(&l->answer);
    l->problem[0] = 0;
    fill(d, l->id, w->sent + 1, &payload);
    if (hook_write(&sign, buf_view(&payload), &headers, &l->body, e) < 0)
        return -1;
    set_headers(l, buf_view(&headers));
    curl_easy_setopt(l->easy, CURLOPT_POSTFIELDS, buf_view(&l->body).p);
    curl_easy_setopt(l->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)l->body.n);
    curl_multi_add_handle(w->multi, l->easy);
    w->sent++;
    w->busy++;
    return 0;
}

static void open_line(const struct deliver *d, struct line *l)
{
    CURL *c = l->easy = curl_easy_init();
    MUST(c);
    curl_easy_setopt(c, CURLOPT_PRIVATE, l);
    curl_easy_setopt(c, CURLOPT_URL, d->url);
    curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(c, CURLOPT_PROXY, "");
    curl_easy_setopt(c, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(c, CURLOPT_TIMEOUT, (long)TIMEOUT_S);
    curl_easy_setopt(c, CURLOPT_ERRORBUFFER, l->problem);
    curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, on_answer);
    curl_easy_setopt(c, CURLOPT_WRITEDATA, l);
    curl_easy_setopt(c, CURLOPT_POST, 1L);
    if (d->ca_file)
        curl_easy_setopt(c, CURLOPT_CAINFO, d->ca_file);
    if (d->unix_path)
        curl_easy_setopt(c, CURLOPT_UNIX_SOCKET_PATH, d->unix_path);
    if (d->insecure) {
        curl_easy_setopt(c, CURLOPT_SSL_VERIFYPEER, 0L);
        curl_easy_setopt(c, CURLOPT_SSL_VERIFYHOST, 0L);
    }
}

static void close_line(struct work *w, struct line *l)
{
    if (l->easy) {
        curl_multi_remove_handle(w->multi, l->easy);
        curl_easy_cleanup(l->easy);
    }
    curl_slist_free_all(l->headers);
    buf_free(&l->body);
    buf_free(&l->answer);
}

static void tell(struct work *w, struct line *l, CURLcode rc)
{
    long status = 0;
    if (rc == CURLE_OK)
        curl_easy_getinfo(l->easy, CURLINFO_RESPONSE_CODE, &status);
    else {
        buf_clear(&l->answer);
        buf_str(&l->answer, l->problem[0] ? l->problem : curl_easy_strerror(rc));
    }
    if (status >= 200 && status < 300)
        w->sum->accepted++;
    else if (status)
        w->sum->refused++;
    else
        w->sum->unanswered++;
    struct sv text = sv_trim(buf_view(&l->answer));
    printf("%s %ld ", l->id, status);
    for (size_t i = 0; i < text.n; i++)
        putchar((unsigned char)text.p[i] < ' ' ? ' ' : text.p[i]);
    putchar('\n');
}

/* ---- all of them ---- */

static int ended(struct work *w, struct err *e)
{
    CURLMsg *m;
    int left;
    while ((m = curl_multi_info_read(w->multi, &left))) {
        struct line *l = NULL;
        CURLcode rc = m->data.result;
        if (m->msg != CURLMSG_DONE)
            continue;
        curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, &l);
        curl_multi_remove_handle(w->multi, l->easy);
        w->busy--;
        tell(w, l, rc);
        if (w->sent < w->d->count && start(w, l, e) < 0)
            return -1;
    }
    return 0;
}

static int run(struct work *w, int64_t n, struct err *e)
{
    for (int64_t i = 0; i < n; i++) {
        open_line(w->d, &w->lines[i]);
        if (start(w, &w->lines[i], e) < 0)
            return -1;
    }
    while (w->busy > 0) {
        int running;
        curl_multi_perform(w->multi, &running);
        if (ended(w, e) < 0)
            return -1;
        if (w->busy > 0)
            curl_multi_poll(w->multi, NULL, 0, 1000, NULL);
    }
    return 0;
}

int deliver_run(const struct deliver *d, struct deliver_sum *ret, struct err *e)
{
    int64_t n = d->connections < d->count ? d->connections : d->count;
    n = n > CONNECTIONS_MOST ? CONNECTIONS_MOST : n;
    *ret = (struct deliver_sum){0};
    curl_global_init(CURL_GLOBAL_DEFAULT);
    struct work w = {.d = d, .multi = curl_multi_init(), .sum = ret};
    MUST(w.multi);
    w.lines = mem_new((size_t)n * sizeof *w.lines);
    fresh_uuid(w.first_id);
    int rc = run(&w, n, e);
    for (int64_t i = 0; i < n; i++)
        close_line(&w, &w.lines[i]);
    mem_free(w.lines);
    curl_multi_cleanup(w.multi);
    fflush(stdout);
    return rc;
}
