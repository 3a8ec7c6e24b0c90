/* SPDX-License-Identifier: Apache-2.0 */
/* GET overview: what is now, and how the last hours or days went. A thread makes it at most once a second for each
 * range, from at most 2,880 rows, and who has it already is told so. */
#include "server/api/overview.h"
#include <stdio.h>
#include "fmt/enc.h"
#include "fmt/hmac.h"
#include "metrics/metrics.h"
#include "port/store.h"
#include "server/api/api.h"
#include "server/sampler.h"

static const msec_t FRESH_MS = 1000;

struct overview_kept { /* one a range */
    struct overview_kept *next;
    const struct overview_range *range;
    msec_t made_at; /* monotonic */
    char tag[36];   /* with its quotation marks */
    struct buf json;
};

void overview_kept_free(struct overview_kept **kp)
{
    for (struct overview_kept *k = STEAL(*kp), *next; k; k = next) {
        next = k->next;
        buf_free(&k->json);
        mem_free(k);
    }
}

static struct overview_kept *kept_of(struct overview_kept **first, const struct overview_range *range)
{
    for (struct overview_kept *k = *first; k; k = k->next)
        if (k->range == range)
            return k;
    struct overview_kept *k = mem_new(sizeof *k);
    k->range = range;
    k->next = *first;
    return *first = k;
}

static msec_t oldest_wait(void)
{
    msec_t oldest = 0;
    for (int p = 0; p < PRIO_N; p++) {
        msec_t ms = metric_value(M_QUEUE_OLDEST, (const char *const[]){priority_name[p]});
        oldest = ms > oldest ? ms : oldest;
    }
    return oldest;
}

static void look(const struct sampler *s, struct history_figures *ret)
{
    *ret = (struct history_figures){.looks = 1};
    ret->sum[HISTORY_QUEUE] = metric_value(M_QUEUE, NULL);
    ret->sum[HISTORY_WAIT] = oldest_wait() / 1000;
    ret->sum[HISTORY_BUSY] = metric_value(M_SLOTS_BUSY, NULL);
    ret->sum[HISTORY_EFFECTS] = metric_value(M_OUTBOX, NULL);
    ret->sum[HISTORY_RUNS] = metric_value(M_RUNS_ACTIVE, NULL);
    memcpy(ret->most, ret->sum, sizeof ret->most);
    if (s)
        sampler_untold(s, &ret->deliveries, &ret->refused);
}

static void put_now(const struct conf *conf, const struct history_figures *now, const struct history_open *open,
                    struct jout *j)
{
    jout_key(j, "now");
    jout_open(j, '{');
    jout_kint(j, "queue", now->sum[HISTORY_QUEUE]);
    jout_kint(j, "oldest_wait_s", now->sum[HISTORY_WAIT]);
    jout_kint(j, "running", now->sum[HISTORY_RUNS]);
    jout_kint(j, "slots", metric_value(M_SLOTS, NULL));
    jout_kint(j, "slots_busy", now->sum[HISTORY_BUSY]);
    jout_kint(j, "effects_waiting", now->sum[HISTORY_EFFECTS]);
    jout_kint(j, "effects_dead", open->effects_dead);
    jout_kint(j, "approvals", open->approvals);
    jout_kint(j, "recoveries_open", open->recoveries);
    jout_kint(j, "deliveries_undecided", metric_value(M_BACKLOG, NULL) + metric_value(M_UNDECIDED, NULL));
    api_forges_put(conf, j);
    jout_close(j, '}');
}

static void add_row(void *ctx, const struct history_row *row)
{
    overview_add(ctx, row);
}

static int write(const struct api_call *c, const struct overview_range *range, struct buf *ret, struct err *e)
{
    struct overview o;
    struct history_open open;
    struct history_figures now;
    struct jout j = {.buf = ret};
    struct reader *r = intake_reader(c->intake);
    if (!r || read_open_counts(r, &open, e) < 0)
        return -1;
    look(intake_app(c->intake)->sampler, &now);
    overview_begin(&o, range, (clk_mono_ms() + intake_app(c->intake)->ahead) / 1000);
    int rc = read_history(r, range->grain, o.from, o.to, add_row, &o, e);
    overview_now(&o, &now);
    jout_open(&j, '{');
    jout_kint(&j, "schema", 1);
    jout_kstrz(&j, "range", range->name);
    put_now(intake_conf_of(c->intake), &now, &open, &j);
    overview_span_put(&o, &j);
    overview_series_put(&o, &j);
    jout_close(&j, '}');
    buf_chr(ret, '\n');
    overview_free(&o);
    return rc;
}

static int make(const struct api_call *c, struct overview_kept *k, struct err *e)
{
    uint8_t digest[SHA256_LEN];
    AUTO(buf_free) struct buf hex = {0};
    buf_clear(&k->json);
    k->made_at = 0;
    if (write(c, k->range, &k->json, e) < 0)
        return -1;
    sha256(k->json.p, k->json.n, digest);
    hex_put(&hex, digest, 16);
    snprintf(k->tag, sizeof k->tag, "\"%s\"", hex.p);
    k->made_at = clk_mono_ms();
    return 0;
}

void api_overview(const struct api_call *c)
{
    AUTO(buf_free) struct buf text = {0}, headers = {0};
    struct err e = {0};
    struct overview_kept *k = kept_of(intake_overview(c->intake), overview_range_find(api_query(c, "range", &text)));
    if ((!k->made_at || clk_mono_ms() - k->made_at >= FRESH_MS) && make(c, k, &e) < 0) {
        api_no_store(c, &e);
        return;
    }
    bool same = sv_find(http_header(http_req_head(c->req), "If-None-Match"), sv_of(k->tag)) >= 0;
    buf_fmt(&headers, "Cache-Control: private, no-cache\r\nETag: %s\r\n", k->tag);
    http_req_answer(c->req, same ? 304 : 200, "application/json", headers.p, same ? SV("") : buf_view(&k->json));
}
