/* SPDX-License-Identifier: Apache-2.0 */
#include "server/cli/veil.h"
#include <stdlib.h>
#include "base/file.h"

enum { LEAST = 4, SECRET_FILE = 64 << 10, LONG_WORD = 24, SHA1_DIGITS = 40 };

void veil_free(struct veil *v)
{
    mask_free(&v->mask);
}

void veil_add(struct veil *v, struct sv secret)
{
    if (secret.n >= LEAST)
        (void)mask_add(&v->mask, secret);
}

/* ---- what the configuration names ---- */

static void add_file(struct veil *v, const char *dir, struct sv name)
{
    static const char *const tails[] = {"", ".next", ".old"};
    for (size_t i = 0; i < ARRAY_LEN(tails); i++) {
        AUTO(buf_free) struct buf path = {0}, text = {0};
        struct err e = {0};
        if (!sv_starts(name, SV("/")))
            buf_fmt(&path, "%s/", dir);
        buf_fmt(&path, "%.*s%s", SV_ARG(name), tails[i]);
        if (file_read(path.p, SECRET_FILE, &text, &e) < 0)
            continue;
        veil_add(v, buf_view(&text));
        veil_add(v, sv_trim(buf_view(&text)));
    }
}

static void add_source(struct veil *v, struct sv key, const struct ynode *n, const char *dir)
{
    const char *credentials = getenv("CREDENTIALS_DIRECTORY");
    if (n->kind != Y_SCALAR)
        return;
    if (sv_is(key, "file"))
        add_file(v, dir, n->text);
    else if (sv_is(key, "env") && getenv(n->text.p))
        veil_add(v, sv_of(getenv(n->text.p)));
    else if (sv_is(key, "credential") && credentials)
        add_file(v, credentials, n->text);
}

static bool hints_secret(struct sv key)
{
    static const char *const words[] = {"token", "secret", "password", "passwd", "hash", "passphrase"};
    for (size_t i = 0; i < ARRAY_LEN(words); i++)
        if (sv_find(key, sv_of(words[i])) >= 0)
            return true;
    return false;
}

static void add_plain(struct veil *v, const struct ynode *n)
{
    if (n->kind == Y_SCALAR)
        veil_add(v, n->text);
    for (size_t i = 0; n->kind == Y_SEQ && i < n->n; i++)
        add_plain(v, n->items[i]);
}

void veil_add_named(struct veil *v, const struct ynode *root, const char *dir)
{
    for (size_t i = 0; root && root->kind != Y_SCALAR && i < root->n; i++) {
        const struct ynode *n = root->items[i];
        if (root->kind == Y_MAP) {
            add_source(v, root->keys[i]->text, n, dir);
            if (hints_secret(root->keys[i]->text))
                add_plain(v, n);
            if (sv_is(root->keys[i]->text, "secrets"))
                for (size_t k = 0; n->kind == Y_MAP && k < n->n; k++)
                    add_plain(v, n->items[k]);
        }
        veil_add_named(v, n, dir);
    }
}

/* ---- what looks like one ---- */

static bool is_word_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || (c && strchr("_+-=", c));
}

static bool begins_as_token(struct sv word)
{
    static const char *const begins[] = {"ghp_",  "gho_",    "ghu_",   "ghs_", "ghr_", "github_pat_", "glpat-", "gldt-",
                                         "glrt-", "fettle_", "whsec_", "AKIA", "ASIA", "xox",         "sk-",    "eyJ"};
    for (size_t i = 0; i < ARRAY_LEN(begins); i++)
        if (word.n >= strlen(begins[i]) + 8 && sv_starts(word, sv_of(begins[i])))
            return true;
    return false;
}

/* Long, of letters and digits, and no commit. */
static bool looks_random(struct sv word)
{
    size_t digits = 0, letters = 0, hex = 0;
    for (size_t i = 0; i < word.n; i++) {
        char c = word.p[i];
        digits += c >= '0' && c <= '9';
        letters += (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        hex += (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
    }
    return word.n >= LONG_WORD && digits && letters && !(hex == word.n && word.n == SHA1_DIGITS);
}

/* "password=", "token: ", "Bearer " in front of it. */
static bool is_behind_hint(struct sv before)
{
    static const char *const hints[] = {"password", "passwd", "secret", "token", "authorization", "api_key", "apikey"};
    struct sv s = before;
    while (s.n && strchr(" \"'", s.p[s.n - 1]))
        s = sv_cut(s, s.n - 1);
    if (s.n >= 6 && s.n < before.n && sv_ieq(sv_from(s, s.n - 6), SV("bearer")))
        return true;
    if (!s.n || !strchr(":=", s.p[s.n - 1]))
        return false;
    s = sv_cut(s, s.n - 1);
    while (s.n && strchr(" \"'", s.p[s.n - 1]))
        s = sv_cut(s, s.n - 1);
    for (size_t i = 0; i < ARRAY_LEN(hints); i++) {
        struct sv hint = sv_of(hints[i]);
        if (s.n >= hint.n && sv_ieq(sv_from(s, s.n - hint.n), hint))
            return true;
    }
    return false;
}

/* Behind "://": who calls, up to the '@' in front of the host. 0 = there is nobody. */
static size_t user_in_address(struct sv s)
{
    for (size_t i = 0; i < s.n && !strchr("/ \t\n\"'", s.p[i]); i++)
        if (s.p[i] == '@')
            return i;
    return 0;
}

/* From "-----BEGIN" to the end of "-----END … -----"; 0 = there is none at the start of s. */
static size_t armour(struct sv s)
{
    static const struct sv begin = {"-----BEGIN ", 11}, end = {"-----END ", 9}, dashes = {"-----", 5};
    if (!sv_starts(s, begin))
        return 0;
    ptrdiff_t at = sv_find(s, end);
    if (at < 0)
        return s.n;
    struct sv rest = sv_from(s, (size_t)at + end.n);
    ptrdiff_t close = sv_find(rest, dashes);
    return close < 0 ? s.n : (size_t)at + end.n + (size_t)close + dashes.n;
}

static size_t word_at(struct sv s)
{
    size_t n = 0;
    while (n < s.n && is_word_byte(s.p[n]))
        n++;
    return n;
}

static void put_without_shapes(struct sv all, struct buf *out)
{
    static const struct sv scheme = {"://", 3};
    for (size_t at = 0; at < all.n;) {
        struct sv s = sv_from(all, at), behind = s;
        size_t n = armour(s);
        if (!n && sv_starts(s, scheme) && user_in_address(sv_from(s, scheme.n))) {
            buf_str(out, "://***");
            at += scheme.n + user_in_address(sv_from(s, scheme.n));
            continue;
        }
        size_t word = n ? 0 : word_at(s);
        behind = sv_cut(s, word);
        bool hidden = n || (word && (begins_as_token(behind) || looks_random(behind) ||
                                     (word > 3 && is_behind_hint(sv_cut(all, at)))));
        n = n ? n : word ? word : 1;
        if (hidden)
            buf_str(out, "***");
        else
            buf_add(out, s.p, n);
        at += n;
    }
}

void veil_put(struct veil *v, struct sv text, struct buf *out)
{
    AUTO(buf_free) struct buf masked = {0};
    mask_feed(&v->mask, text, &masked);
    mask_flush(&v->mask, &masked);
    put_without_shapes(buf_view(&masked), out);
}
