/* SPDX-License-Identifier: Apache-2.0 */
/* A webhook call: the path selects the secrets, the signature is checked while the body streams in, the delivery is
 * stored, then answered. An unknown path is treated like a known one with a secret nobody has, so that both answer the
 * same in the same time. Nothing here looks into a body. */
#include "server/intake.h"
#include <sys/random.h>
#include "base/crash.h"
#include "fmt/enc.h"
#include "fmt/json.h"
#include "metrics/metrics.h"
#include "port/store.h"
#include "server/hook_body.h"
#include "server/trace.h"

enum { CLOCK_SKEW_S = 300 };

struct webhook {
    struct handler handler;
    struct intake *intake;
    struct http_req *req;            /* NULL: the sender went away */
    const struct conf_forge *forge;  /* NULL: unknown path */
    const struct conf_webhook *hook; /* NULL: nothing can hold, for `reason` */
    const char *reason;
    struct conf *conf; /* keeps forge and hook */
    struct hook_plan plan;
    char *event, *guid, *headers, *token;
    const struct conf_secret *of_key[16], *matched; /* the secret of each key; the one that held */
    struct mac *mac;
    struct digest *digest;
    struct form_reader form;
    bool form_bad, storing;
    struct hook_body body;
};

static void count(const struct webhook *w, const char *verdict)
{
    COUNT2(M_DELIVERIES, w->forge ? w->forge->name : "unknown", verdict);
}

static void webhook_free(struct webhook *w)
{
    hook_body_free(&w->body);
    mac_free(&w->mac);
    digest_free(&w->digest);
    mem_free(w->event);
    mem_free(w->guid);
    mem_free(w->headers);
    mem_free(w->token);
    conf_unref(&w->conf);
    mem_free(w);
}

static void refuse(struct http_req *r, int status, const char *reason)
{
    COUNT1(M_REFUSED, reason);
    AUTO(buf_free) struct buf b = {0};
    buf_fmt(&b, "{\"error\":\"%s\"}\n", status == 401 ? "unauthorized" : reason);
    http_req_answer(r, status, "application/json", status == 405 ? "Allow: POST\r\n" : "", buf_view(&b));
}

static void answer_unavailable(struct http_req *r, const char *reason)
{
    COUNT1(M_REFUSED, reason);
    http_req_answer(r, 503, "application/json", "Retry-After: 10\r\n", SV("{\"error\":\"cannot be stored now\"}\n"));
}

/* ---- the head ---- */

static struct sv get_header(const void *ctx, const char *name)
{
    return http_header(ctx, name);
}

static void find_hook(struct webhook *w, struct sv path)
{
    for (size_t i = 0; i < w->conf->n_forges; i++)
        for (size_t k = 0; k < w->conf->forges[i].n_webhooks; k++)
            if (sv_is(path, w->conf->forges[i].webhooks[k].path)) {
                w->forge = &w->conf->forges[i];
                w->hook = &w->forge->webhooks[k];
            }
}

/* Headers that a person may want to see later. */
static bool is_wanted(struct sv name)
{
    static const struct sv prefixes[] = {
        SV("x-git"),        SV("x-hub-"),   SV("x-forgejo-"),      SV("x-gogs-"),       SV("user-agent"),
        SV("content-type"), SV("webhook-"), SV("idempotency-key"), SV("authorization"), SV("cookie")};
    for (size_t i = 0; i < ARRAY_LEN(prefixes); i++)
        if (name.n && (name.p[0] | 0x20) == prefixes[i].p[0] && sv_istarts(name, prefixes[i]))
            return true;
    return false;
}

/* One that carries a secret or a signature: that it came is kept, and nothing of its value. */
static bool is_secret(struct sv name)
{
    static const struct sv words[] = {SV("token"), SV("signature"), SV("authorization"), SV("cookie")};
    for (size_t i = 0; i < name.n; i++)
        for (size_t k = 0; k < ARRAY_LEN(words); k++)
            if ((name.p[i] | 0x20) == words[k].p[0] && sv_istarts(sv_from(name, i), words[k]))
                return true;
    return false;
}

static bool was_before(const struct http_head *h, size_t at)
{
    for (size_t i = 0; i < at; i++)
        if (sv_ieq(h->fields[i].name, h->fields[at].name))
            return true;
    return false;
}

static char *kept_headers(const struct http_head *h)
{
    AUTO(buf_free) struct buf b = {0};
    struct jout j = {.buf = &b};
    jout_open(&j, '{');
    for (size_t i = 0; i < h->n_fields; i++) {
        if (!is_wanted(h->fields[i].name) || was_before(h, i))
            continue;
        jout_keyv(&j, h->fields[i].name);
        if (is_secret(h->fields[i].name))
            jout_raw(&j, SV("null"));
        else
            jout_str(&j, h->fields[i].value);
    }
    jout_close(&j, '}');
    return buf_take(&b);
}

static void feed_mac(void *ctx, const char *p, size_t n)
{
    mac_add(((struct webhook *)ctx)->mac, p, n);
}

/* Keys for the signature; for an unknown path one random key, so that the work is the same. */
static void start_mac(struct webhook *w)
{
    static const struct sv whsec = {"whsec_", 6};
    uint8_t nobody[32], decoded[ARRAY_LEN(w->of_key)][128];
    struct sv keys[ARRAY_LEN(w->of_key)];
    size_t n = 0;
    for (size_t i = 0; w->hook && i < w->hook->n_secrets && n < ARRAY_LEN(keys); i++) {
        struct sv v = w->hook->secrets[i].value;
        keys[n] = v;
        w->of_key[n] = &w->hook->secrets[i];
        if (w->plan.scheme == SCHEME_WHSEC) {
            struct sv text = sv_starts(v, whsec) ? sv_from(v, whsec.n) : v;
            size_t len;
            if (text.n > 160 || !base64_get(text, decoded[n], &len))
                continue; /* a plain token beside signing tokens */
            keys[n] = sv_n((const char *)decoded[n], len);
        }
        n++;
    }
    if (n == 0) {
        if (getrandom(nobody, sizeof nobody, 0) != (ssize_t)sizeof nobody)
            return;
        keys[n++] = sv_n((const char *)nobody, sizeof nobody);
    }
    w->mac = mac_new(keys, n);
    mac_add(w->mac, w->plan.prefix, w->plan.prefix_n);
}

static const struct {
    int status;
    const char *reason;
} head_refusals[] = {
    [HOOK_NO_SIGNATURE] = {401, "no-signature"}, [HOOK_BAD_SIGNATURE] = {401, "malformed-signature"},
    [HOOK_NO_EVENT] = {400, "no-event"},         [HOOK_BAD_HEADER] = {400, "bad-header"},
    [HOOK_BAD_TYPE] = {415, "unsupported-type"},
};

static void on_body(struct handler *h, struct http_req *r, const char *p, size_t n);
static void on_end(struct handler *h, struct http_req *r);
static void on_gone(struct handler *h);

/* Before the signature holds an answer must not tell which paths there are, nor of which forge they are. So it
 * stands on the head alone: any forge's way of speaking lets the body in, where at most the path's own can hold;
 * when none does, the answer is the last of all refusals in the order of the enum. */
static enum hook_refusal read_head(struct webhook *w, const struct http_head *head)
{
    struct hook_head hh = {get_header, head, w->hook && w->hook->system};
    bool may_come = w->forge && w->forge->ops->read_head;
    enum hook_refusal own = may_come ? w->forge->ops->read_head(&hh, &w->plan) : HOOK_NO_SIGNATURE, worst = own;
    for (const struct forge_ops *const *f = forge_all; own != HOOK_OK && *f; f++) {
        if (!(*f)->read_head)
            continue;
        enum hook_refusal no = (*f)->read_head(&hh, &w->plan);
        if (no == HOOK_OK) {
            w->reason = w->hook ? head_refusals[own].reason : "unknown-path";
            w->hook = NULL;
            return HOOK_OK;
        }
        if (no > worst && head_refusals[no].status != head_refusals[worst].status)
            worst = no;
    }
    return worst;
}

static bool refuse_head(struct webhook *w, struct http_req *r)
{
    const struct http_head *head = http_req_head(r);
    enum hook_refusal no = read_head(w, head);
    if (no != HOOK_OK) {
        refuse(r, head_refusals[no].status, head_refusals[no].reason);
        return true;
    }
    int64_t off = w->plan.timestamp_s ? clk_wall_ms() / 1000 - w->plan.timestamp_s : 0;
    if (off > CLOCK_SKEW_S || off < -CLOCK_SKEW_S) {
        refuse(r, 401, "stale-timestamp");
        return true;
    }
    return false;
}

void webhook_start(struct intake *i, struct http_req *r)
{
    const struct http_head *head = http_req_head(r);
    if (!sv_is(head->method, "POST")) {
        refuse(r, 405, "method");
        return;
    }
    if (head->content_length < 0 && !head->chunked) {
        refuse(r, 411, "no-length");
        return;
    }
    struct webhook *w = mem_new(sizeof *w);
    w->handler = (struct handler){on_body, on_end, on_gone};
    w->intake = i;
    w->req = r;
    hook_body_init(&w->body);
    w->conf = conf_ref((struct conf *)intake_conf_of(i));
    find_hook(w, head->path);
    if (refuse_head(w, r)) {
        webhook_free(w);
        return;
    }
    w->event = sv_dup(w->plan.event);
    w->guid = w->plan.guid.n ? sv_dup(w->plan.guid) : NULL;
    w->token = sv_dup(w->plan.token);
    w->headers = kept_headers(head);
    w->digest = digest_new();
    if (w->plan.scheme != SCHEME_TOKEN)
        start_mac(w);
    if (w->plan.form && w->plan.over_payload)
        w->form = (struct form_reader){.name = "payload", .out = feed_mac, .ctx = w};
    http_req_limit(r, w->plan.form ? w->conf->limits.form_body : w->conf->limits.body);
    http_req_set(r, w);
}

/* ---- the body ---- */

static void on_body(struct handler *h, struct http_req *r, const char *p, size_t n)
{
    (void)r;
    struct webhook *w = CONTAINER_OF(h, struct webhook, handler);
    digest_add(w->digest, p, n);
    if (w->form.name)
        w->form_bad |= form_feed(&w->form, sv_n(p, n)) < 0;
    else if (w->mac)
        mac_add(w->mac, p, n);
    hook_body_add(&w->body, intake_state_dir(w->intake), p, n);
}

static bool token_matches(struct webhook *w)
{
    bool same = false;
    for (size_t i = 0; w->hook && i < w->hook->n_secrets; i++) {
        struct sv s = w->hook->secrets[i].value;
        /* Compared as digests: the time does not depend on where or how long the two differ. */
        uint8_t a[SHA256_LEN], b[SHA256_LEN];
        sha256(w->token, strlen(w->token), a);
        sha256(s.p, s.n, b);
        if (same_bytes(a, sizeof a, b, sizeof b)) {
            w->matched = &w->hook->secrets[i];
            same = true;
        }
    }
    return same;
}

static bool is_authentic(struct webhook *w)
{
    if (w->plan.scheme == SCHEME_TOKEN)
        return w->token && token_matches(w);
    if (w->form.name && (form_end(&w->form) < 0 || w->form_bad))
        return false;
    int key = mac_match(w->mac, w->plan.digests, w->plan.n_digests);
    if (key < 0 || !w->hook)
        return false;
    w->matched = w->of_key[key];
    return true;
}

/* People see by which of several secrets a delivery was let in: its file or variable, never the secret. */
static const char *headers_with_secret(const struct webhook *w, struct arena *a)
{
    AUTO(buf_free) struct buf b = {0};
    struct jout j = {.buf = &b};
    const struct conf_secret *s = w->matched;
    const char *name = s->file ? s->file : s->env ? s->env : s->credential, *slash = strrchr(name, '/');
    buf_str(&b, w->headers);
    b.n--; /* the brace */
    j.comma = b.n > 1;
    jout_kstrz(&j, "fettle-secret", s->file && slash ? slash + 1 : name);
    jout_close(&j, '}');
    return arena_dup(a, buf_view(&b));
}

static struct delivery_put *make_put(struct webhook *w)
{
    struct delivery_put *p = delivery_put_new();
    struct arena *a = &p->arena;
    p->d = (struct delivery){.forge = arena_strdup(a, w->forge->name),
                             .kind = w->forge->ops->kind, /* a literal */
                             .hook = arena_strdup(a, w->hook->path),
                             .event = arena_strdup(a, w->event),
                             .guid = arena_strdup(a, w->guid),
                             .hook_id = w->plan.hook_id,
                             .system = w->hook->system,
                             .form = w->plan.form,
                             .headers = headers_with_secret(w, a),
                             .size = w->body.size,
                             .received_at = clk_wall_ms()};
    digest_end(w->digest, p->d.digest);
    p->body = hook_body_take(&w->body, &p->spool);
    p->owner = w;
    trace_give(p, NULL);
    return p;
}

static void on_end(struct handler *h, struct http_req *r)
{
    struct webhook *w = CONTAINER_OF(h, struct webhook, handler);
    if (!is_authentic(w)) {
        http_req_set(r, NULL);
        refuse(r, 401, w->reason ? w->reason : "bad-signature");
        webhook_free(w);
        return;
    }
    if (w->body.no_room) {
        http_req_set(r, NULL);
        answer_unavailable(r, "no-room-for-body");
        webhook_free(w);
        return;
    }
    w->storing = true;
    intake_store(w->intake, make_put(w));
}

static void on_gone(struct handler *h)
{
    struct webhook *w = CONTAINER_OF(h, struct webhook, handler);
    w->req = NULL;
    /* While the store has the delivery, the answer of the store frees w. */
    if (!w->storing)
        webhook_free(w);
}

/* ---- the answer ---- */

static void answer(struct webhook *w, const struct delivery_put *p)
{
    char id[ID_TEXT];
    AUTO(buf_free) struct buf b = {0};
    bool duplicate = p->verdict == PUT_DUPLICATE;
    http_req_set(w->req, NULL);
    if (p->verdict == PUT_FAILED) {
        answer_unavailable(w->req, "store");
        return;
    }
    buf_fmt(&b, "{\"delivery\":\"%s\",\"status\":\"%s\"}\n", id_text(p->d.id, id),
            duplicate ? "duplicate" : "accepted");
    http_req_answer(w->req, duplicate ? 200 : 202, "application/json", "", buf_view(&b));
}

void webhook_stored(struct intake *i, struct delivery_put *p)
{
    static const char *const verdicts[] = {"accepted", "duplicate", "suspect", "refused-store"};
    struct webhook *w = p->owner;
    count(w, verdicts[p->verdict]);
    if (p->verdict == PUT_FAILED)
        log_error("a delivery could not be stored", LS("cause", p->err.msg));
    CRASHPOINT("webhook.stored");
    if (w->req)
        answer(w, p);
    webhook_free(w);
    CRASHPOINT("webhook.answered");
    if (p->verdict == PUT_ACCEPTED)
        intake_pass_on(i, p);
    else
        delivery_put_free(&p);
}
