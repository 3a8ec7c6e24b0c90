/* SPDX-License-Identifier: Apache-2.0 */
/* What is wrong with a command line: what, where, and how to mend it. */
#include "server/cli/args.h"
#include "server/cli/term.h"

static bool is_plain_word(const char *w)
{
    for (const char *p = w; *p; p++)
        if (!((*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') || (*p >= '0' && *p <= '9') ||
              strchr("-_=./:,+@%", *p)) &&
            (unsigned char)*p < 0x80)
            return false;
    return *w != 0;
}

/* As a shell takes it. */
static void put_word_quoted(const char *w, struct buf *out)
{
    if (is_plain_word(w)) {
        cli_text(sv_of(w), out);
        return;
    }
    buf_chr(out, '\'');
    cli_text(sv_of(w), out);
    buf_chr(out, '\'');
}

/* The line up to a width, from the word in question on when it would not be seen otherwise. */
static void put_place(const struct args *a, int argc, char **argv, struct buf *out)
{
    AUTO(buf_free) struct buf line = {0}, mark = {0};
    const struct args_fault *f = &a->fault;
    const int width = term_width() - 2;
    int from = 1, column = 0;
    buf_fmt(&line, "fettle %s", argv[0]);
    for (int i = 1; i <= argc; i++) {
        AUTO(buf_free) struct buf word = {0};
        if (i < argc)
            put_word_quoted(argv[i], &word);
        if (i == f->word) {
            int own = word.n ? (int)text_width(buf_view(&word)) : 1;
            if ((int)text_width(buf_view(&line)) + 1 + own > width && i > from) {
                buf_clear(&line);
                buf_str(&line, "…");
            }
            column = (int)text_width(buf_view(&line)) + 1 + f->shift;
            for (int k = f->shift; k < own && column + k - f->shift < width; k++)
                buf_chr(&mark, k == f->shift ? '^' : '~');
        }
        if (word.n)
            buf_fmt(&line, " %.*s", SV_ARG(buf_view(&word)));
    }
    buf_str(out, "  ");
    text_put_cut(buf_view(&line), (size_t)width, out);
    buf_fmt(out, "\n  %*s%.*s\n", column, "", SV_ARG(buf_view(&mark)));
}

void args_complain(const struct args *a, int argc, char **argv, struct buf *out)
{
    AUTO(buf_free) struct buf usage = {0};
    const struct args_fault *f = &a->fault;
    buf_fmt(out, "fettle: %s%s%s: ", a->verb->name, a->sub ? " " : "", a->sub ? a->sub->name : "");
    cli_text(buf_view(&f->text), out);
    buf_fmt(out, " [%s]\n", f->code);
    put_place(a, argc, argv, out);
    if (f->usage) {
        usage_write(a->verb, a->sub, &usage);
        buf_str(out, "usage: ");
        text_wrap(buf_view(&usage), 7, 11, term_width(), out);
    }
    buf_fmt(out, "`fettle help %s%s%s` says more\n", a->verb->name, a->sub ? " " : "", a->sub ? a->sub->name : "");
}
