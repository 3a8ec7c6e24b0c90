/* SPDX-License-Identifier: Apache-2.0 */
#include "core/fingerprint.h"
#include "fmt/enc.h"
#include "fmt/hmac.h"

enum { ID_LEAST = 6 /* letters and digits of what may be an id */ };

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool is_hex(char c)
{
    return is_digit(c) || (lower(c) >= 'a' && lower(c) <= 'f');
}

static bool is_letter(char c)
{
    return (lower(c) >= 'a' && lower(c) <= 'z') || (unsigned char)c >= 128;
}

/* Of one word: letters, digits, and what stands between the parts of ids, times and versions. */
static size_t word_len(struct sv s)
{
    size_t i = 0;
    while (i < s.n && (is_letter(s.p[i]) || is_digit(s.p[i]) || strchr("_-.:+", s.p[i])) && s.p[i])
        i++;
    return i;
}

/* A part of a word between its separators that differs from run to run: digits with a letter or two (12ms, v3, 5GiB),
 * hex with a digit in it, a long mixture of letters and digits. */
static bool differs(struct sv part)
{
    size_t digits = 0, hex = 0, turns = 0;
    for (size_t i = 0; i < part.n; i++) {
        digits += is_digit(part.p[i]);
        hex += is_hex(part.p[i]);
        turns += i > 0 && is_digit(part.p[i]) != is_digit(part.p[i - 1]);
    }
    if (!digits)
        return false;
    bool amount = is_digit(part.p[0]) && part.n - digits <= 3;
    return amount || (hex == part.n && part.n >= ID_LEAST) || (part.n >= ID_LEAST && turns >= 3);
}

static void put_mark(struct buf *b, char mark)
{
    if (!b->n || b->p[b->n - 1] != mark)
        buf_chr(b, mark);
}

/* Digits within what stays are marks too: test_12 and test_13 fail alike. */
static void put_part(struct buf *b, struct sv part)
{
    if (differs(part)) {
        put_mark(b, '#');
        return;
    }
    for (size_t i = 0; i < part.n; i++) {
        if (is_digit(part.p[i]))
            put_mark(b, '#');
        else
            buf_chr(b, lower(part.p[i]));
    }
}

static void put_word(struct buf *b, struct sv word)
{
    for (size_t i = 0; i < word.n;) {
        size_t from = i;
        while (i < word.n && !strchr("_-.:+", word.p[i]))
            i++;
        put_part(b, sv_n(word.p + from, i - from));
        /* Between two numbers there is nothing worth keeping: 12:30:01.5, 2026-11-30 */
        for (; i < word.n && strchr("_-.:+", word.p[i]); i++)
            if (!b->n || b->p[b->n - 1] != '#')
                buf_chr(b, word.p[i]);
    }
}

/* Length of a path that starts here and has a slash behind its first part; 0 = none. */
static size_t path_len(struct sv s, size_t *ret_last)
{
    size_t i = 0, slashes = 0;
    *ret_last = 0;
    if (s.n && s.p[0] == '~')
        i++;
    for (; i < s.n; i++) {
        bool slash = s.p[i] == '/' || (s.p[i] == '\\' && i > 0);
        if (slash && i > 0 && s.p[i - 1] == ':' && s.p[i] == '/')
            return 0;
        if (slash) {
            slashes++;
            *ret_last = i + 1;
        } else if (s.p[i] == 0 || !(is_letter(s.p[i]) || is_digit(s.p[i]) || strchr("_-.+@:~=", s.p[i]))) {
            break;
        }
    }
    /* Of a name alone behind a slash, and of an address on the net, all is kept. */
    return slashes > 1 ? i : 0;
}

void fingerprint_line(struct sv line, struct buf *ret)
{
    AUTO(buf_free) struct buf b = {0};
    bool said = false;
    line = sv_trim(sv_cut(line, FINGERPRINT_LINE));
    for (size_t i = 0; i < line.n;) {
        struct sv rest = sv_from(line, i);
        char before = i ? line.p[i - 1] : ' ';
        bool begins = !is_letter(before) && !is_digit(before) && before != ':' && before != '/';
        size_t last, path = begins ? path_len(rest, &last) : 0, word = word_len(rest);
        if (path) {
            buf_chr(&b, '/');
            put_word(&b, sv_n(rest.p + last, path - last));
        } else if (word) {
            put_word(&b, sv_cut(rest, word));
        } else if (rest.p[0] == ' ' || rest.p[0] == '\t') {
            put_mark(&b, ' ');
        } else {
            buf_chr(&b, rest.p[0]);
        }
        i += path ? path : word ? word : 1;
    }
    for (size_t i = 0; i < b.n; i++)
        said |= is_letter(b.p[i]);
    if (said)
        buf_sv(ret, sv_trim(buf_view(&b)));
}

/* Where the last lines begin. */
static size_t last_lines(struct sv text)
{
    size_t at = text.n, lines = 0;
    while (at > 0 && lines < FINGERPRINT_LINES) {
        ptrdiff_t lf = sv_rchr(sv_cut(text, at - 1), '\n');
        size_t from = (size_t)(lf + 1);
        lines += sv_trim(sv_n(text.p + from, at - from)).n > 0;
        at = from;
    }
    return at;
}

void fingerprint_text(struct sv salt, struct sv text, char ret[FINGERPRINT_TEXT])
{
    AUTO(buf_free) struct buf all = {0}, line = {0}, before = {0}, hex = {0};
    struct sv rest = sv_from(text, last_lines(text)), one;
    uint8_t sum[SHA256_LEN];
    ret[0] = 0;
    while (rest.n && sv_next(&rest, '\n', &one)) {
        buf_clear(&line);
        fingerprint_line(one, &line);
        if (line.n && !sv_eq(buf_view(&line), buf_view(&before))) {
            buf_sv(&all, buf_view(&line));
            buf_chr(&all, '\n');
        }
        buf_clear(&before);
        buf_sv(&before, buf_view(&line));
    }
    if (!all.n && !salt.n)
        return;
    struct digest *d = digest_new();
    digest_add(d, salt.p ? salt.p : "", salt.n);
    digest_add(d, "\n", 1);
    digest_add(d, all.p ? all.p : "", all.n);
    digest_end(d, sum);
    digest_free(&d);
    hex_put(&hex, sum, 8);
    memcpy(ret, hex.p, 17);
}
