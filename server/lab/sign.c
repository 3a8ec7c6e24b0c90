/* SPDX-License-Identifier: Apache-2.0 */
#include "server/lab/sign.h"
#include <stdio.h>
#include <sys/random.h>
#include "fmt/enc.h"
#include "fmt/hmac.h"

bool hook_sender_find(struct sv name, enum hook_sender *ret)
{
    static const char *const names[SENDERS] = {"github", "gitlab", "gitea", "forgejo", "standard"};
    for (size_t i = 0; i < SENDERS; i++)
        if (sv_is(name, names[i])) {
            *ret = (enum hook_sender)i;
            return true;
        }
    return false;
}

void fresh_uuid(char ret[37])
{
    uint8_t b[16];
    MUST(getrandom(b, sizeof b, 0) == (ssize_t)sizeof b);
    b[6] = (uint8_t)((b[6] & 0x0f) | 0x40);
    b[8] = (uint8_t)((b[8] & 0x3f) | 0x80);
    snprintf(ret, 37, "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", b[0], b[1], b[2], b[3],
             b[4], b[5], b[6], b[7], b[8], b[9], b[10], b[11], b[12], b[13], b[14], b[15]);
}

/* One header a line; a value cannot break out of its own. */
static void head(struct buf *out, const char *name, struct sv value)
{
    buf_str(out, name);
    buf_str(out, ": ");
    for (size_t i = 0; i < value.n; i++)
        buf_chr(out, value.p[i] == '\n' || value.p[i] == '\r' ? ' ' : value.p[i]);
    buf_chr(out, '\n');
}

static void hex_mac(const struct hook_sign *s, struct sv text, struct buf *out)
{
    uint8_t mac[SHA256_LEN];
    hmac_sha256(s->secret, text.p, text.n, mac);
    hex_put(out, mac, sizeof mac);
}

static void form_body(struct sv payload, struct buf *out)
{
    buf_str(out, "payload=");
    url_put(out, payload);
}

/* ---- GitHub: the mac is over what is sent ---- */

static void write_github(const struct hook_sign *s, struct sv body, struct buf *out)
{
    AUTO(buf_free) struct buf mac = {0};
    buf_str(&mac, "sha256=");
    hex_mac(s, body, &mac);
    head(out, "User-Agent", SV("GitHub-Hookshot/fettle-lab"));
    head(out, "X-GitHub-Event", s->event);
    head(out, "X-GitHub-Delivery", s->id);
    head(out, "X-GitHub-Hook-ID", s->hook.n ? s->hook : SV("1"));
    head(out, "X-GitHub-Hook-Installation-Target-Type", s->target_kind.n ? s->target_kind : SV("repository"));
    head(out, "X-GitHub-Hook-Installation-Target-ID", s->target.n ? s->target : SV("1"));
    if (s->secret.n)
        head(out, "X-Hub-Signature-256", buf_view(&mac));
}

/* ---- Standard Webhooks ---- */

static int write_standard(const struct hook_sign *s, struct sv body, struct buf *out, struct err *e)
{
    static const char prefix[] = "whsec_";
    AUTO(buf_free) struct buf text = {0}, mac = {0}, at = {0};
    struct sv coded = sv_starts(s->secret, sv_of(prefix)) ? sv_from(s->secret, strlen(prefix)) : s->secret;
    AUTO(mem_freep) uint8_t *key = mem_new(coded.n + 1);
    uint8_t digest[SHA256_LEN];
    size_t n = 0;
    if (!base64_get(coded, key, &n) || n == 0)
        return err_set(e, ERR_INVALID, "the secret is no signing token: whsec_ and base64");
    buf_int(&at, s->now / 1000);
    buf_fmt(&text, "%.*s.%s.", SV_ARG(s->id), at.p);
    buf_sv(&text, body);
    hmac_sha256(sv_n((const char *)key, n), text.p, text.n, digest);
    buf_str(&mac, "v1,");
    base64_put(&mac, digest, sizeof digest);
    head(out, "webhook-id", s->id);
    head(out, "webhook-timestamp", buf_view(&at));
    head(out, "webhook-signature", buf_view(&mac));
    return 0;
}

/* ---- GitLab ---- */

static int write_gitlab(const struct hook_sign *s, struct sv body, struct buf *out, struct err *e)
{
    char uuid[37];
    head(out, "User-Agent", SV("GitLab/18.0.0-fettle-lab"));
    head(out, "X-Gitlab-Event", s->flags & SIGN_SYSTEM ? SV("System Hook") : s->event);
    head(out, "X-Gitlab-Instance", SV("https://gitlab.example.com"));
    fresh_uuid(uuid);
    head(out, "X-Gitlab-Webhook-UUID", s->try_uuid.n ? s->try_uuid : sv_of(uuid));
    fresh_uuid(uuid);
    head(out, "X-Gitlab-Event-UUID", s->event_uuid.n ? s->event_uuid : sv_of(uuid));
    head(out, "Idempotency-Key", s->id);
    if (s->flags & SIGN_STANDARD)
        return write_standard(s, body, out, e);
    if (s->secret.n)
        head(out, "X-Gitlab-Token", s->secret);
    return 0;
}

/* ---- Gitea and Forgejo: the mac is over the JSON, also in a form ---- */

/* The coarse name of X-Gitea-Event for the fine one of X-Gitea-Event-Type. */
static struct sv coarse(struct sv type)
{
    static const char *const rows[][2] = {
        {"pull_request_review_approved", "pull_request_approved"},
        {"pull_request_review_rejected", "pull_request_rejected"},
        {"pull_request_review_comment", "pull_request_comment"},
        {"pull_request_comment", "issue_comment"},
        {"pull_request_assign", "pull_request"},
        {"pull_request_label", "pull_request"},
        {"pull_request_milestone", "pull_request"},
        {"pull_request_sync", "pull_request"},
        {"pull_request_review_request", "pull_request"},
        {"issue_assign", "issues"},
        {"issue_label", "issues"},
        {"issue_milestone", "issues"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        if (sv_is(type, rows[i][0]))
            return sv_of(rows[i][1]);
    return type;
}

static void write_family(const struct hook_sign *s, const char *name, struct sv mac, struct buf *out)
{
    char field[48];
    const struct {
        const char *suffix;
        struct sv value;
    } rows[] = {{"Delivery", s->id}, {"Event", coarse(s->event)}, {"Event-Type", s->event}, {"Signature", mac}};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        bool github = strcmp(name, "GitHub") == 0;
        if (github && i == 3)
            continue;
        snprintf(field, sizeof field, "X-%s-%s", name, rows[i].suffix);
        head(out, field, rows[i].value);
    }
}

static void write_gitea(const struct hook_sign *s, struct sv payload, struct buf *out)
{
    AUTO(buf_free) struct buf mac = {0}, hub = {0};
    if (s->secret.n) /* else the headers are there and empty */
        hex_mac(s, payload, &mac);
    buf_str(&hub, "sha256=");
    buf_sv(&hub, buf_view(&mac));
    if (s->sender == SENDER_FORGEJO)
        write_family(s, "Forgejo", buf_view(&mac), out);
    write_family(s, "Gitea", buf_view(&mac), out);
    write_family(s, "Gogs", buf_view(&mac), out);
    write_family(s, "GitHub", SV_NONE, out);
    head(out, "X-Hub-Signature-256", buf_view(&hub));
}

int hook_write(const struct hook_sign *s, struct sv payload, struct buf *ret_headers, struct buf *ret_body,
               struct err *e)
{
    bool form = s->flags & SIGN_FORM;
    head(ret_headers, "Content-Type", form ? SV("application/x-www-form-urlencoded") : SV("application/json"));
    if (form)
        form_body(payload, ret_body);
    else
        buf_sv(ret_body, payload);
    switch (s->sender) {
    case SENDER_GITLAB:
        return write_gitlab(s, buf_view(ret_body), ret_headers, e);
    case SENDER_STANDARD:
        return write_standard(s, buf_view(ret_body), ret_headers, e);
    case SENDER_GITEA:
    case SENDER_FORGEJO:
        write_gitea(s, payload, ret_headers);
        return 0;
    case SENDER_GITHUB:
    case SENDERS:
        break;
    }
    write_github(s, buf_view(ret_body), ret_headers);
    return 0;
}
