/* SPDX-License-Identifier: Apache-2.0 */
#define OPENSSL_API_COMPAT 0x10100000L /* SHA256_CTX can be copied without allocating */
#include "request.h"
#include <openssl/sha.h>
#include <stdio.h>
#include "base/clk.h"
#include "base/file.h"

struct variant {
    struct buf body;  /* without the last bytes */
    SHA256_CTX inner; /* HMAC key and body */
};

struct requests {
    struct variant variants[REQUEST_VARIANTS];
    SHA256_CTX outer; /* HMAC key */
    char *path;
    uint64_t next;
};

static void start_hmac(struct requests *r, struct sv key, SHA256_CTX *ret_inner)
{
    unsigned char pad[SHA256_CBLOCK] = {0}, hashed[SHA256_DIGEST_LENGTH];
    if (key.n > sizeof pad) {
        SHA256((const unsigned char *)key.p, key.n, hashed);
        key = sv_n((const char *)hashed, sizeof hashed);
    }
    memcpy(pad, key.p, key.n);
    for (size_t i = 0; i < sizeof pad; i++)
        pad[i] ^= 0x36;
    SHA256_Init(ret_inner);
    SHA256_Update(ret_inner, pad, sizeof pad);
    for (size_t i = 0; i < sizeof pad; i++)
        pad[i] ^= 0x36 ^ 0x5c;
    SHA256_Init(&r->outer);
    SHA256_Update(&r->outer, pad, sizeof pad);
}

/* The variants differ in the first digits of the commit that was pushed. */
static void make_variant(struct variant *v, int no, struct sv payload, const SHA256_CTX *inner)
{
    char digits[8];
    ptrdiff_t at = sv_find(payload, SV("\"after\":\""));
    snprintf(digits, sizeof digits, "%03x", (unsigned)no & 0xfffu);
    buf_sv(&v->body, sv_cut(payload, payload.n - 1));
    if (at >= 0)
        memcpy(v->body.p + at + 9, digits, 3);
    v->inner = *inner;
    SHA256_Update(&v->inner, v->body.p, v->body.n);
}

int requests_new(const char *payload, const char *secret, const char *path, struct requests **ret, struct err *e)
{
    AUTO(buf_free) struct buf body = {0};
    AUTO(buf_free) struct buf key = {0};
    if (file_read(payload, 1 << 20, &body, e) < 0 || file_read(secret, 4096, &key, e) < 0)
        return -1;
    struct sv text = sv_trim(buf_view(&body));
    if (text.n < 2 || text.p[text.n - 1] != '}')
        return err_set(e, ERR_INVALID, "%s is not a JSON object", payload);
    struct requests *r = mem_new(sizeof *r);
    SHA256_CTX inner;
    r->path = mem_strdup(path);
    r->next = (uint64_t)clk_mono_us() << 8;
    start_hmac(r, sv_trim(buf_view(&key)), &inner);
    for (int i = 0; i < REQUEST_VARIANTS; i++)
        make_variant(&r->variants[i], i, text, &inner);
    *ret = r;
    return 0;
}

void requests_free(struct requests **rp)
{
    struct requests *r = STEAL(*rp);
    if (!r)
        return;
    for (int i = 0; i < REQUEST_VARIANTS; i++)
        buf_free(&r->variants[i].body);
    mem_free(r->path);
    mem_free(r);
}

static void sign(const struct requests *r, const struct variant *v, struct sv tail, char ret_hex[65])
{
    static const char digits[] = "0123456789abcdef";
    unsigned char sum[SHA256_DIGEST_LENGTH];
    SHA256_CTX c = v->inner;
    SHA256_Update(&c, tail.p, tail.n);
    SHA256_Final(sum, &c);
    c = r->outer;
    SHA256_Update(&c, sum, sizeof sum);
    SHA256_Final(sum, &c);
    for (size_t i = 0; i < sizeof sum; i++) {
        ret_hex[2 * i] = digits[sum[i] >> 4];
        ret_hex[2 * i + 1] = digits[sum[i] & 15];
    }
    ret_hex[64] = 0;
}

void request_write(struct requests *r, const char *close, struct buf *out)
{
    char tail[48], hex[65];
    uint64_t id = r->next++;
    const struct variant *v = &r->variants[id % REQUEST_VARIANTS];
    int n = snprintf(tail, sizeof tail, ",\"delivery_no\":\"%016llx\"}", (unsigned long long)id);
    sign(r, v, sv_n(tail, (size_t)n), hex);
    buf_fmt(out,
            "POST %s HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: GitHub-Hookshot/044aadd\r\nContent-Length: %zu\r\n"
            "Accept: */*\r\nContent-Type: application/json\r\nX-GitHub-Delivery: 72d3162e-cc78-11e3-%04x-%012llx\r\n"
            "X-GitHub-Event: push\r\nX-GitHub-Hook-ID: 292430182\r\nX-GitHub-Hook-Installation-Target-ID: 79929171\r\n"
            "X-GitHub-Hook-Installation-Target-Type: repository\r\nX-Hub-Signature-256: sha256=%s\r\n%s\r\n",
            r->path, v->body.n + (size_t)n, (unsigned)(id >> 48) & 0xffffu,
            (unsigned long long)id & 0xffffffffffffull, hex, close);
    buf_add(out, v->body.p, v->body.n);
    buf_add(out, tail, (size_t)n);
}
