/* SPDX-License-Identifier: Apache-2.0 */
/* `otlp:` of the server file: where spans go. */
#include "config/address.h"
#include "config/field.h"
#include "config/secret.h"
#include "config/sections.h"

#define AT(member) .at = offsetof(struct conf_otlp, member)

static void endpoint_read(struct reading *r, const struct ynode *n, void *into)
{
    struct sv url;
    if (!url_read(r, n, "\"endpoint\"", &url))
        return;
    if (url_is_open(url))
        say_warning(r, n, "plain-http", "names of repositories and runs go to %s unencrypted: use https", url.p);
    *(const char **)into = url.p;
}

/* ---- headers ---- */

/* A token of RFC 9110. */
#define HEADER_PATTERN "^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$"

static bool header_ok(struct reading *r, const struct ynode *key)
{
    static const char *const own[] = {"content-type", "content-length", "host",  "transfer-encoding",
                                      "user-agent",   "connection",     "expect"};
    struct sv s = key->kind == Y_SCALAR ? key->text : SV("");
    bool token = s.n > 0 && s.n <= 100;
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        token &= (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
                 (c && strchr("!#$%&'*+.^_`|~-", c));
    }
    if (!token) {
        say(r, key, "bad-name", "the name of a header is made of at most 100 letters, digits and !#$%%&'*+.^_`|~-");
        return false;
    }
    for (size_t i = 0; i < ARRAY_LEN(own); i++)
        if (sv_ieq(s, sv_of(own[i]))) {
            say(r, key, "bad-name", "the header %s is ours to say", own[i]);
            return false;
        }
    return true;
}

static void headers_read(struct reading *r, const struct ynode *n, void *into)
{
    struct conf_otlp *o = into;
    if (!want_map(r, n, "\"headers\""))
        return;
    if (n->n > OTLP_HEADERS) {
        say(r, n, "too-large", "\"headers\" has more than %d entries", OTLP_HEADERS);
        return;
    }
    o->headers = arena_new(r->arena, (n->n + 1) * sizeof *o->headers);
    for (size_t i = 0; i < n->n; i++) {
        struct conf_header h = {.name = n->keys[i]->text.p};
        if (header_ok(r, n->keys[i]) &&
            secret_read(r, n->items[i], arena_fmt(r->arena, "the header %s", h.name), &h.value))
            o->headers[o->n_headers++] = h;
    }
}

static void sample_read(struct reading *r, const struct ynode *n, void *into)
{
    percent_read(r, n, 100, into);
}

static const struct shape shape_sample = {SHAPE_TEXT, .pattern = "^(0*[0-9]{1,2}|0*100)%$",
                                          .looks = "a percentage, at most 100%"};
static const struct shape shape_headers = {SHAPE_MAP, .max = OTLP_HEADERS, .pattern = HEADER_PATTERN,
                                           .of = &shape_secret, .looks = "secrets by the name of the header"};
static const struct field otlp_fields[] = {
    {"endpoint", F_READ, .read = endpoint_read, AT(endpoint), .shape = &shape_url, .required = true,
     .doc = "OTLP over HTTP, like https://otel.example.com:4318; /v1/traces is put behind it"},
    {"headers", F_READ, .read = headers_read, .at = 0, .shape = &shape_headers, .secret = true,
     .doc = "sent with the spans, like Authorization: {file: secrets/otlp}"},
    {"service-name", F_TEXT, AT(service_name), .preset = "fettle", .doc = "the service.name of the spans"},
    {"sample", F_READ, .read = sample_read, AT(sample_percent), .shape = &shape_sample, .preset = "100%",
     .doc = "of the traces, by their ids; of a caller's trace what its caller decided"},
};
#undef AT
static const struct object otlp_object = {OBJECT("otlp", "\"otlp\"", otlp_fields)};
const struct shape shape_otlp = {SHAPE_OBJECT, .object = &otlp_object};

void otlp_read(struct reading *r, const struct ynode *n, struct conf *c)
{
    FIELDS_READ(r, n, "\"otlp\"", otlp_fields, &c->otlp);
}
