/* SPDX-License-Identifier: Apache-2.0 */
#include "fmt/enc.h"
#include "fmt/hex.h"

/* form_reader.state: where in an escape, or broken for good. */
enum { PLAIN, PERCENT, DIGIT, BROKEN };
/* form_reader.field: the reader is in a name, in the value that is wanted, or in another one. */
enum { NAME, WANTED, OTHER };
static const size_t NO_MATCH = SIZE_MAX;

/* Decoded bytes on their way to out, so that it is not called for every byte. */
struct pending {
    char bytes[1024];
    size_t n;
};

static void flush(struct form_reader *f, struct pending *out)
{
    if (out->n)
        f->out(f->ctx, out->bytes, out->n);
    out->n = 0;
}

static void end_of_name(struct form_reader *f)
{
    bool wanted = f->match != NO_MATCH && f->name[f->match] == 0;
    f->field = wanted ? WANTED : OTHER;
    if (wanted && f->seen++)
        f->state = BROKEN;
}

static void end_of_pair(struct form_reader *f)
{
    if (f->field == NAME)
        end_of_name(f); /* a name without = has an empty value */
    f->field = NAME;
    f->match = 0;
}

static void take(struct form_reader *f, struct pending *out, char c)
{
    if (c == 0) {
        f->state = BROKEN;
    } else if (f->field == NAME) {
        f->match = f->match != NO_MATCH && f->name[f->match] == c ? f->match + 1 : NO_MATCH;
    } else if (f->field == WANTED) {
        if (out->n == sizeof out->bytes)
            flush(f, out);
        out->bytes[out->n++] = c;
    }
}

static void plain_byte(struct form_reader *f, struct pending *out, char c)
{
    if (c == '%')
        f->state = PERCENT;
    else if (c == '&')
        end_of_pair(f);
    else if (c == '=' && f->field == NAME)
        end_of_name(f);
    else
        take(f, out, c == '+' ? ' ' : c);
}

static void escape_byte(struct form_reader *f, struct pending *out, char c)
{
    int digit = hex_digit(c);
    if (digit < 0) {
        f->state = BROKEN;
    } else if (f->state == PERCENT) {
        f->hex = (uint8_t)(digit << 4);
        f->state = DIGIT;
    } else {
        f->state = PLAIN;
        take(f, out, (char)(f->hex | digit));
    }
}

int form_feed(struct form_reader *f, struct sv part)
{
    struct pending out;
    out.n = 0;
    for (size_t i = 0; i < part.n && f->state != BROKEN; i++) {
        if (f->state == PLAIN)
            plain_byte(f, &out, part.p[i]);
        else
            escape_byte(f, &out, part.p[i]);
    }
    flush(f, &out);
    return f->state == BROKEN ? -1 : 0;
}

int form_end(struct form_reader *f)
{
    if (f->state == PLAIN)
        end_of_pair(f);
    return f->state == PLAIN && f->seen == 1 ? 0 : -1;
}
