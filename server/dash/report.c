/* SPDX-License-Identifier: Apache-2.0 */
/* POST /csp-report. Whoever can load a page may send one, so it costs little and is believed nothing: it is counted,
 * and one a minute is logged, as data. Source: CSP level 3, 5.2 (the members of "csp-report"). */
#include "base/clk.h"
#include "fmt/json.h"
#include "metrics/metrics.h"
#include "server/dash/dash.h"

enum { CSP_BYTES = 16384, LOG_EVERY_MS = 60000, SHOWN = 200 };

struct report {
    struct handler handler;
    struct buf body;
};

static void report_free(struct report *p)
{
    buf_free(&p->body);
    mem_free(p);
}

static void on_body(struct handler *h, struct http_req *r, const char *p, size_t n)
{
    (void)r;
    buf_add(&CONTAINER_OF(h, struct report, handler)->body, p, n);
}

static struct sv member(const struct jval *report, const char *name)
{
    struct sv text = jval_str(jval_get(report, name));
    return sv_cut(text, text.n < SHOWN ? text.n : SHOWN);
}

static void tell(struct sv body)
{
    static _Thread_local msec_t told;
    AUTO(jdoc_free) struct jdoc *doc = NULL;
    struct err e;
    msec_t now = clk_mono_ms();
    if ((told && now - told < LOG_EVERY_MS) || jdoc_parse(body, NULL, &doc, &e) < 0)
        return;
    const struct jval *x = jval_get(jdoc_root(doc), "csp-report");
    if (!x)
        return;
    told = now;
    log_warn("a page was kept from something by its policy", LV("directive", member(x, "effective-directive")),
             LV("blocked", member(x, "blocked-uri")), LV("page", member(x, "document-uri")));
}

static void on_end(struct handler *h, struct http_req *r)
{
    struct report *p = CONTAINER_OF(h, struct report, handler);
    http_req_set(r, NULL);
    COUNT(M_CSP_REPORTS);
    tell(buf_view(&p->body));
    report_free(p);
    http_req_answer(r, 204, NULL, "", SV_NONE);
}

static void on_gone(struct handler *h)
{
    report_free(CONTAINER_OF(h, struct report, handler));
}

void dash_report_start(struct http_req *r)
{
    struct report *p = mem_new(sizeof *p);
    p->handler = (struct handler){on_body, on_end, on_gone};
    http_req_limit(r, CSP_BYTES);
    http_req_set(r, p);
}
