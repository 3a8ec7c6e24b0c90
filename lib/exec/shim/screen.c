/* SPDX-License-Identifier: Apache-2.0 */
#include "exec/shim/screen.h"

enum { LINE_MAX_HELD = 256 << 10 };

static struct sv skip_blanks(struct sv s)
{
    while (s.n && (s.p[0] == ' ' || s.p[0] == '\t'))
        s = sv_from(s, 1);
    return s;
}

/* Of a line that may go on. */
static bool may_be_command(struct sv s)
{
    s = skip_blanks(s);
    return s.n == 0 || (s.p[0] == ':' && (s.n == 1 || s.p[1] == ':'));
}

static bool split(struct sv line, struct sv *ret_name, struct sv *ret_data)
{
    line = skip_blanks(line);
    if (line.n && line.p[line.n - 1] == '\n')
        line.n--;
    if (line.n && line.p[line.n - 1] == '\r')
        line.n--;
    if (!sv_starts(line, SV("::")))
        return false;
    line = sv_from(line, 2);
    ptrdiff_t end = sv_find(line, SV("::"));
    if (end < 0)
        return false;
    struct sv head = sv_cut(line, (size_t)end);
    ptrdiff_t blank = sv_chr(head, ' ');
    *ret_name = sv_cut(head, blank < 0 ? head.n : (size_t)blank);
    *ret_data = sv_from(line, (size_t)end + 2);
    return true;
}

static void unescape(struct buf *b, struct sv s)
{
    for (size_t i = 0; i < s.n; i++) {
        struct sv code = sv_cut(sv_from(s, i), 3);
        char c = sv_is(code, "%0D") ? '\r' : sv_is(code, "%0A") ? '\n' : sv_is(code, "%25") ? '%' : 0;
        buf_chr(b, c ? c : s.p[i]);
        i += c ? 2 : 0;
    }
}

static void pass(struct screen *s, struct sv part)
{
    /* An empty part would make the mask ready while more values are about to come. */
    if (!s->blind && part.n)
        mask_feed(&s->mask, part, &s->out);
}

static void say(struct screen *s, const char *text)
{
    if (!s->blind)
        mask_flush(&s->mask, &s->out);
    buf_fmt(&s->out, "[fettle: %s]\n", text);
}

void screen_mask(struct screen *s, struct sv value)
{
    if (!s->blind)
        s->blind = !mask_add(&s->mask, value);
}

static void add_mask(struct screen *s, struct sv data)
{
    AUTO(buf_free) struct buf value = {0};
    unescape(&value, data);
    if (!s->blind) {
        mask_flush(&s->mask, &s->out);
        buf_str(&s->out, "::add-mask::***\n");
    }
    if (sv_trim(buf_view(&value)).n < MASK_MIN) {
        say(s, "a mask of less than two characters is not applied");
        return;
    }
    screen_mask(s, buf_view(&value));
    if (s->keep)
        s->keep(s->ctx, buf_view(&value));
    if (value.p)
        explicit_bzero(value.p, value.n);
}

/* True when the line was a command for us; it is in `out` then. */
static bool obey(struct screen *s, struct sv line)
{
    struct sv name, data;
    if (!split(line, &name, &data))
        return false;
    if (s->stopped) {
        s->stopped = !sv_ieq(name, buf_view(&s->token));
        return false;
    }
    if (sv_ieq(name, SV("stop-commands")) && data.n) {
        buf_clear(&s->token);
        buf_sv(&s->token, data);
        s->stopped = true;
        return false;
    }
    if (!sv_ieq(name, SV("add-mask")))
        return false;
    add_mask(s, data);
    return true;
}

/* More of the held line. Returns how much of the part belongs to it. */
static size_t go_on(struct screen *s, struct sv part)
{
    const char *end = memchr(part.p, '\n', part.n);
    size_t n = end ? (size_t)(end - part.p) + 1 : part.n;
    buf_add(&s->line, part.p, n);
    struct sv line = buf_view(&s->line);
    if (!end && line.n <= LINE_MAX_HELD && may_be_command(line))
        return n;
    if (!end || !obey(s, line))
        pass(s, line);
    explicit_bzero(s->line.p, s->line.n);
    buf_clear(&s->line);
    s->at = end ? SCREEN_START : SCREEN_WITHIN;
    return n;
}

/* From the start of a line in all[at..]: where to go on. *from is where the text begins that was not passed yet. */
static size_t begin(struct screen *s, struct sv all, size_t at, size_t *from)
{
    struct sv rest = sv_from(all, at);
    if (!may_be_command(rest)) {
        s->at = SCREEN_WITHIN;
        return at;
    }
    pass(s, sv_n(all.p + *from, at - *from));
    s->at = SCREEN_HELD;
    at += go_on(s, rest);
    *from = at;
    return at;
}

static void tell_blind(struct screen *s)
{
    if (s->blind && !s->told)
        say(s, "there is no room for more values to be masked: the output from here on is not stored");
    s->told = s->blind;
}

struct sv screen_feed(struct screen *s, struct sv part)
{
    size_t from = 0;
    buf_clear(&s->out);
    for (size_t i = 0; i < part.n;) {
        if (s->at == SCREEN_HELD) {
            from = i += go_on(s, sv_from(part, i));
        } else if (s->at == SCREEN_START) {
            i = begin(s, part, i, &from);
        } else {
            const char *end = memchr(part.p + i, '\n', part.n - i);
            i = end ? (size_t)(end - part.p) + 1 : part.n;
            s->at = end ? SCREEN_START : SCREEN_WITHIN;
        }
    }
    if (from == 0 && s->out.n == 0 && !s->blind && mask_is_empty(&s->mask))
        return part;
    pass(s, sv_from(part, from));
    tell_blind(s);
    return buf_view(&s->out);
}

struct sv screen_end(struct screen *s)
{
    buf_clear(&s->out);
    if (s->line.n && !obey(s, buf_view(&s->line)))
        pass(s, buf_view(&s->line));
    buf_clear(&s->line);
    s->at = SCREEN_START;
    if (!s->blind)
        mask_flush(&s->mask, &s->out);
    tell_blind(s);
    return buf_view(&s->out);
}

void screen_free(struct screen *s)
{
    mask_free(&s->mask);
    struct buf *const all[] = {&s->line, &s->token, &s->out};
    for (size_t i = 0; i < ARRAY_LEN(all); i++) {
        if (all[i]->p)
            explicit_bzero(all[i]->p, all[i]->cap);
        buf_free(all[i]);
    }
    *s = (struct screen){0};
}
