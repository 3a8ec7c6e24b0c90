/* SPDX-License-Identifier: Apache-2.0 */
/* Text of anybody made harmless. Byte 0: does a / run actions, is it Markdown. Oracle: only U+200B was added, and none
 * in the middle of a character; where no Markdown is read nobody is mentioned and nothing is referred to; no marker but
 * the one at the end is left, the body is not too long and known as ours. */
#include <stdint.h>
#include <string.h>
#include "port/harmless.h"

#define MARK      "<!-- fettle:fp=0123456789abcdefghjkmnpqrs -->"
#define INVISIBLE "\xe2\x80\x8b"

static bool is_word(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

static void visible(struct sv s, struct buf *out)
{
    for (size_t i = 0; i < s.n;)
        if (sv_starts(sv_from(s, i), SV(INVISIBLE)))
            i += strlen(INVISIBLE);
        else
            buf_chr(out, s.p[i++]);
}

static void check_plain(struct sv s)
{
    for (size_t i = 0; i + 1 < s.n; i++) {
        bool digit = s.p[i + 1] >= '0' && s.p[i + 1] <= '9';
        MUST((s.p[i] != '#' && s.p[i] != '!') || !digit);
        MUST(s.p[i] != '@' || (i && is_word(s.p[i - 1])) || !(is_word(s.p[i + 1]) || s.p[i + 1] == '_'));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    AUTO(buf_free) struct buf out = {0}, before = {0}, after = {0}, body = {0}, text = {0};
    if (!size)
        return 0;
    struct sv in = {(const char *)data + 1, size - 1};
    enum text_slash slash = data[0] & 1 ? SLASH_RUNS : SLASH_PLAIN;
    if (data[0] & 2)
        harmless_markdown(in, slash, &out);
    else
        harmless_plain(in, slash, &out);
    visible(in, &before);
    visible(buf_view(&out), &after);
    MUST(sv_eq(buf_view(&before), buf_view(&after)));
    MUST(sv_bad_utf8(in) >= 0 || sv_bad_utf8(buf_view(&out)) < 0);
    MUST(sv_find(buf_view(&out), SV("fettle:fp=")) < 0);
    if (!(data[0] & 2))
        check_plain(buf_view(&out));
    buf_sv(&text, in);
    buf_chr(&text, 0);
    harmless_body(text.p, MARK, slash, &body);
    MUST(body.n <= TEXT_BODY_MAX && is_marked(buf_view(&body), MARK));
    MUST(sv_find(sv_cut(buf_view(&body), body.n - strlen(MARK)), SV(MARK)) < 0);
    return 0;
}
