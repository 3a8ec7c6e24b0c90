/* SPDX-License-Identifier: Apache-2.0 */
/* Expressions have no regular expressions; the common ones say no more than "begins with" or "is one of". */
#include "server/cli/import_hook.h"

enum anchored { OPEN = 0, AT_BEGIN = 1, AT_END = 2 };

/* Letters, and signs behind a backslash. */
static bool plain_text(struct sv s, struct buf *out)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (c == '\\' && i + 1 < s.n && strchr("./\\-+*?()[]{}|^$\"'@#!&", s.p[i + 1]))
            c = s.p[++i];
        else if (strchr("\\.+*?()[]{}|^$", c))
            return false;
        buf_chr(out, c);
    }
    return true;
}

static bool one(struct arena *a, const char *what, struct sv s, struct buf *out)
{
    unsigned anchors = OPEN;
    AUTO(buf_free) struct buf text = {0};
    if (sv_starts(s, SV("^"))) {
        anchors |= AT_BEGIN;
        s = sv_from(s, 1);
    }
    if (sv_ends(s, SV("$")) && !sv_ends(s, SV("\\$"))) {
        anchors |= AT_END;
        s = sv_cut(s, s.n - 1);
    }
    if (sv_starts(s, SV(".*"))) {
        anchors &= ~(unsigned)AT_BEGIN;
        s = sv_from(s, 2);
    }
    if (sv_ends(s, SV(".*")) && !sv_ends(s, SV("\\.*"))) {
        anchors &= ~(unsigned)AT_END;
        s = sv_cut(s, s.n - 2);
    }
    if (!plain_text(s, &text))
        return false;
    const char *quoted = hook_quoted(a, text.n ? text.p : "");
    switch (anchors) {
    case OPEN:
        buf_fmt(out, "contains(%s, %s)", what, quoted);
        break;
    case AT_BEGIN:
        buf_fmt(out, "startsWith(%s, %s)", what, quoted);
        break;
    case AT_END:
        buf_fmt(out, "endsWith(%s, %s)", what, quoted);
        break;
    default:
        buf_fmt(out, "%s == %s", what, quoted);
        break;
    }
    return true;
}

/* The part before the first group, in it, and behind it: "^refs/heads/(a|b)$". */
static bool split_group(struct sv s, struct sv *ret_front, struct sv *ret_group, struct sv *ret_back)
{
    ptrdiff_t open = sv_chr(s, '('), close = sv_rchr(s, ')');
    if (open < 0 || close < open || (open > 0 && s.p[open - 1] == '\\'))
        return false;
    *ret_front = sv_cut(s, (size_t)open);
    *ret_group = sv_cut(sv_from(s, (size_t)open + 1), (size_t)(close - open - 1));
    *ret_back = sv_from(s, (size_t)close + 1);
    if (sv_starts(*ret_group, SV("?:")))
        *ret_group = sv_from(*ret_group, 2);
    return sv_chr(*ret_group, '(') < 0;
}

const char *hook_regex(struct arena *a, const char *what, const char *regex)
{
    AUTO(buf_free) struct buf out = {0}, whole = {0};
    struct sv s = sv_of(regex), front = SV(""), group = s, back = SV(""), part;
    /* The functions do not look at the case. */
    if (sv_starts(s, SV("(?i)")))
        group = s = sv_from(s, 4);
    if (sv_chr(s, '(') >= 0 && !split_group(s, &front, &group, &back))
        return NULL;
    size_t n = 0;
    while (sv_next(&group, '|', &part)) {
        buf_clear(&whole);
        buf_fmt(&whole, "%.*s%.*s%.*s", SV_ARG(front), SV_ARG(part), SV_ARG(back));
        if (n++)
            buf_str(&out, " || ");
        if (!one(a, what, buf_view(&whole), &out))
            return NULL;
    }
    return n == 0 ? NULL : n == 1 ? arena_dup(a, buf_view(&out)) : arena_fmt(a, "(%s)", out.p);
}
