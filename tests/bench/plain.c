/* SPDX-License-Identifier: Apache-2.0 */
/* The plain way to call a forge: for every change of state one request, over a connection of its own, nothing kept.
 *   plain --base URL --ca FILE [--at-once N] FILE
 * FILE has a line "METHOD PATH BODY" for each. Says {"calls","failed","wall_ms","sum_ms"}: how long it took, and how
 * long the calls took one by one, connections included. */
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include "base/clk.h"
#include "base/file.h"
#include "base/mem.h"

enum { FILE_MOST = 64 << 20 };

struct plain {
    const char *base, *ca;
    CURLM *multi;
    struct curl_slist *headers;
    struct sv rest; /* lines to come */
    int64_t calls, failed, sum_us;
    int flying;
};
struct one {
    char *body;
};

static size_t ignore(char *p, size_t size, size_t n, void *ctx)
{
    (void)p, (void)ctx;
    return size * n;
}

#define SET(opt, value) MUST(curl_easy_setopt(easy, (opt), (value)) == CURLE_OK)

static bool next_call(struct plain *p)
{
    struct sv line, method, path;
    AUTO(buf_free) struct buf url = {0}, word = {0};
    if (!sv_next(&p->rest, '\n', &line) || !line.n)
        return false;
    MUST(sv_next(&line, ' ', &method) && sv_next(&line, ' ', &path));
    CURL *easy = curl_easy_init();
    struct one *x = mem_new(sizeof *x);
    MUST(easy);
    buf_fmt(&url, "%s%.*s", p->base, SV_ARG(path));
    buf_sv(&word, method);
    x->body = mem_dup(line.p, line.n);
    SET(CURLOPT_PRIVATE, x);
    SET(CURLOPT_URL, url.p);
    SET(CURLOPT_CUSTOMREQUEST, word.p);
    SET(CURLOPT_POSTFIELDS, x->body);
    SET(CURLOPT_HTTPHEADER, p->headers);
    SET(CURLOPT_CAINFO, p->ca);
    SET(CURLOPT_WRITEFUNCTION, ignore);
    SET(CURLOPT_FRESH_CONNECT, 1L);
    SET(CURLOPT_FORBID_REUSE, 1L);
    SET(CURLOPT_SSL_SESSIONID_CACHE, 0L);
    MUST(curl_multi_add_handle(p->multi, easy) == CURLM_OK);
    p->flying++;
    return true;
}

static void over(struct plain *p, CURL *easy, CURLcode code)
{
    struct one *x;
    long status = 0;
    curl_off_t us = 0;
    curl_easy_getinfo(easy, CURLINFO_PRIVATE, (char **)&x);
    curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(easy, CURLINFO_TOTAL_TIME_T, &us);
    p->calls++;
    p->failed += code != CURLE_OK || status < 200 || status > 299;
    p->sum_us += us;
    p->flying--;
    curl_multi_remove_handle(p->multi, easy);
    curl_easy_cleanup(easy);
    mem_free(x->body);
    mem_free(x);
}

static void run(struct plain *p, int at_once)
{
    int running, left;
    do {
        while (p->flying < at_once && next_call(p))
            ;
        curl_multi_perform(p->multi, &running);
        curl_multi_poll(p->multi, NULL, 0, running ? 100 : 0, NULL);
        for (CURLMsg *m; (m = curl_multi_info_read(p->multi, &left));)
            over(p, m->easy_handle, m->data.result);
    } while (p->flying || p->rest.n);
}

int main(int argc, char **argv)
{
    struct plain p = {0};
    struct err e = {0};
    AUTO(buf_free) struct buf text = {0};
    int at_once = 1;
    for (; argc > 2 && argv[1][0] == '-'; argc -= 2, argv += 2) {
        if (strcmp(argv[1], "--base") == 0)
            p.base = argv[2];
        else if (strcmp(argv[1], "--ca") == 0)
            p.ca = argv[2];
        else if (strcmp(argv[1], "--at-once") == 0)
            at_once = (int)strtol(argv[2], NULL, 10);
    }
    if (argc != 2 || !p.base || !p.ca || at_once < 1) {
        fprintf(stderr, "usage: plain --base URL --ca FILE [--at-once N] FILE\n");
        return 2;
    }
    if (file_read(argv[1], FILE_MOST, &text, &e) < 0) {
        fprintf(stderr, "plain: %s\n", e.msg);
        return 1;
    }
    curl_global_init(CURL_GLOBAL_DEFAULT);
    p.multi = curl_multi_init();
    p.headers = curl_slist_append(NULL, "Content-Type: application/json");
    p.headers = curl_slist_append(p.headers, "Authorization: Bearer plain");
    p.rest = buf_view(&text);
    msec_t began = clk_mono_ms();
    run(&p, at_once);
    printf("{\"calls\":%lld,\"failed\":%lld,\"wall_ms\":%lld,\"sum_ms\":%lld}\n", (long long)p.calls,
           (long long)p.failed, (long long)(clk_mono_ms() - began), (long long)(p.sum_us / 1000));
    curl_slist_free_all(p.headers);
    curl_multi_cleanup(p.multi);
    curl_global_cleanup();
    return p.failed > 0;
}
