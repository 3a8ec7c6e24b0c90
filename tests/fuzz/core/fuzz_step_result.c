/* SPDX-License-Identifier: Apache-2.0 */
/* The first byte: which of the files, or the log. Whatever the text, the limits hold and all text is UTF-8; and what was
 * read from a file, written again as blocks, is read the same. */
#include <stdio.h>
#include <stdlib.h>
#include "core/step_result.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool ok)
{
    if (!ok)
        abort();
}

static void check_text(const char *z, size_t max)
{
    if (z) {
        must(sv_bad_utf8(sv_of(z)) < 0);
        must(strlen(z) <= max);
    }
}

static void check_pairs(const struct name_values *p)
{
    must(p->v.n <= RESULT_NAMES_MAX);
    for (size_t i = 0; i < p->v.n; i++) {
        must(p->v.at[i].name[0]);
        check_text(p->v.at[i].name, 3 * RESULT_FILE_MAX);
        check_text(p->v.at[i].value, 3 * RESULT_FILE_MAX);
    }
}

static void check_notes(const struct step_result *r)
{
    must(r->notes.v.n <= RESULT_NOTES_MAX);
    must(r->notes_cut == 0 || r->notes.v.n == RESULT_NOTES_MAX);
    for (size_t i = 0; i < r->notes.v.n; i++) {
        const struct step_note *n = &r->notes.v.at[i];
        must(n->level <= NOTE_ERROR && n->text && n->text[0]);
        check_text(n->text, RESULT_TEXT_MAX);
        check_text(n->title, RESULT_TITLE_MAX);
        check_text(n->file, RESULT_TEXT_MAX);
        must(!n->file || (n->file[0] && n->file[0] != '/' && strncmp(n->file, "../", 3) != 0));
        must(n->line >= 0 && (n->end_line == 0 || n->end_line >= n->line));
        must(n->col >= 0 && (n->end_col == 0 || n->end_col >= n->col));
    }
}

static void check(const struct step_result *r)
{
    check_pairs(&r->outputs);
    check_pairs(&r->env);
    check_pairs(&r->state);
    check_notes(r);
    must(r->path.v.n <= RESULT_NAMES_MAX);
    for (size_t i = 0; i < r->path.v.n; i++)
        must(r->path.v.at[i][0]);
    check_text(r->summary, 3 * RESULT_FILE_MAX);
    check_text(r->problem, 4096);
}

/* CRLF, so that a CR of the value stays; the empty line first keeps a byte order mark of a name. */
static void write_block(struct buf *b, const char *name, const char *value, unsigned salt)
{
    char end[32];
    do
        snprintf(end, sizeof end, "end-%u", salt++);
    while (strstr(value, end));
    buf_fmt(b, "\r\n%s<<%s\r\n", name, end);
    struct sv rest = sv_of(value);
    for (bool more = rest.n > 0; more;) {
        ptrdiff_t lf = sv_chr(rest, '\n');
        buf_sv(b, sv_cut(rest, lf < 0 ? rest.n : (size_t)lf));
        buf_str(b, "\r\n");
        more = lf >= 0;
        rest = sv_from(rest, (size_t)lf + 1);
    }
    buf_fmt(b, "%s\r\n", end);
}

static void check_round(const struct name_values *p, enum result_file which)
{
    AUTO(buf_free) struct buf b = {0};
    struct step_result again = {0};
    for (size_t i = 0; i < p->v.n; i++) {
        size_t n = strlen(p->v.at[i].name);
        if (p->v.at[i].name[n - 1] == '<') /* has no block form */
            return;
        write_block(&b, p->v.at[i].name, p->v.at[i].value, (unsigned)i);
    }
    if (b.n == 0 || b.n > RESULT_FILE_MAX)
        return;
    step_result_file(&again, which, buf_view(&b));
    const struct name_values *q = which == RESULT_ENV ? &again.env : &again.outputs;
    must(!again.problem && q->v.n == p->v.n);
    for (size_t i = 0; i < p->v.n; i++) {
        must(strcmp(p->v.at[i].name, q->v.at[i].name) == 0);
        must(strcmp(p->v.at[i].value, q->v.at[i].value) == 0);
    }
    step_result_free(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    struct step_result r = {0};
    struct sv text = sv_n((const char *)data + 1, size - 1);
    struct result_place place = {SV("/w/1"), SV("sub")};
    unsigned which = data[0] % (RESULT_FILE_N + 1);
    if (which < RESULT_FILE_N)
        step_result_file(&r, (enum result_file)which, text);
    else
        step_result_log(&r, text, &place);
    check(&r);
    check_round(&r.outputs, RESULT_OUTPUT);
    check_round(&r.env, RESULT_ENV);
    step_result_free(&r);
    return 0;
}
