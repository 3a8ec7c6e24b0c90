/* SPDX-License-Identifier: Apache-2.0 */
/* The files of a step. The rules are those of actions/runner, FileCommandManager.cs. */
#include "core/step_result.h"
#include "base/map.h"
#include "core/step_note.h"

enum { QUOTE_MAX = 60 };
const char *const result_file_name[] = {"OUTPUT", "ENV", "PATH", "STATE", "STEP_SUMMARY"};

void step_result_free(struct step_result *r)
{
    VEC_FREE(&r->outputs.v);
    VEC_FREE(&r->env.v);
    VEC_FREE(&r->state.v);
    VEC_FREE(&r->path.v);
    VEC_FREE(&r->notes.v);
    test_report_free(&r->tests);
    arena_free(&r->arena);
    *r = (struct step_result){0};
}

struct reader {
    struct step_result *r;
    enum result_file which;
    struct sv rest;
    int line; /* of what was read last */
    struct name_values *to;
    struct map at; /* name -> index + 1, as a pointer */
};

static void complain(struct reader *f, int line, const char *what, struct sv quoted)
{
    if (f->r->problem)
        return;
    const char *quote = note_text(&f->r->arena, sv_cut_utf8(quoted, QUOTE_MAX), QUOTE_MAX);
    f->r->problem = arena_fmt(&f->r->arena, "GITHUB_%s, line %d: %s%s%s", result_file_name[f->which], line, what,
                              *quote ? ": " : "", quote);
}

static bool next_line(struct reader *f, struct sv *ret)
{
    if (!f->rest.n || !sv_next(&f->rest, '\n', ret))
        return false;
    f->line++;
    if (ret->n && ret->p[ret->n - 1] == '\r')
        ret->n--;
    return true;
}

static void refuse_name(struct reader *f, const char *name)
{
    AUTO(arena_free) struct arena a = {0};
    const char *text = arena_fmt(&a, "%.*s cannot be set through $GITHUB_ENV: it would change how programs are "
                                 "started; set it with `env:` of the step that needs it",
                                 SV_ARG(sv_cut_utf8(sv_of(name), QUOTE_MAX)));
    note_add(f->r, &(struct step_note){.level = NOTE_ERROR, .text = text}, NOTE_FOUND);
}

static bool is_refused(struct sv name)
{
    static const char *const prefixes[] = {"LD_", "GITHUB_", "RUNNER_", "FETTLE_"};
    if (sv_ieq(name, SV("NODE_OPTIONS")))
        return true;
    for (size_t i = 0; i < ARRAY_LEN(prefixes); i++)
        if (sv_istarts(name, sv_of(prefixes[i])))
            return true;
    return false;
}

/* False at the limit. */
static bool keep(struct reader *f, struct sv raw_name, struct sv raw_value)
{
    struct arena *a = &f->r->arena;
    const char *name = result_text(a, raw_name);
    if (f->which == RESULT_ENV && is_refused(sv_of(name))) {
        refuse_name(f, name);
        return true;
    }
    size_t at = (size_t)(uintptr_t)map_get(&f->at, sv_of(name));
    if (at) {
        f->to->v.at[at - 1].value = result_text(a, raw_value);
        return true;
    }
    if (f->to->v.n >= RESULT_NAMES_MAX)
        return false;
    struct name_value nv = {name, result_text(a, raw_value)};
    VEC_PUSH(&f->to->v, nv);
    map_put(&f->at, sv_of(name), (void *)(uintptr_t)f->to->v.n);
    return true;
}

/* The lines up to the delimiter, joined; false when it does not come. */
static bool read_block(struct reader *f, struct sv delimiter, struct buf *ret)
{
    struct sv line;
    for (bool first = true; next_line(f, &line); first = false) {
        if (sv_eq(line, delimiter))
            return true;
        if (!first)
            buf_chr(ret, '\n');
        buf_sv(ret, line);
    }
    return false;
}

static bool read_pair(struct reader *f, struct sv line)
{
    AUTO(buf_free) struct buf block = {0};
    int no = f->line;
    ptrdiff_t eq = sv_chr(line, '='), here = sv_find(line, SV("<<"));
    bool is_block = here >= 0 && (eq < 0 || here < eq);
    if (!is_block && eq < 0)
        return complain(f, no, "neither name=value nor name<<DELIMITER", line), false;
    struct sv name = sv_cut(line, (size_t)(is_block ? here : eq));
    struct sv value = sv_from(line, (size_t)(is_block ? here + 2 : eq + 1));
    if (name.n == 0)
        return complain(f, no, "the name is empty", line), false;
    if (is_block && value.n == 0)
        return complain(f, no, "the delimiter is empty", line), false;
    if (sv_chr(line, 0) >= 0)
        return complain(f, no, "a NUL byte", line), false;
    if (is_block) {
        if (!read_block(f, value, &block))
            return complain(f, no, "the delimiter does not come again", value), false;
        value = buf_view(&block);
        if (sv_chr(value, 0) >= 0)
            return complain(f, no, "a NUL byte in the value of", name), false;
    }
    if (keep(f, name, value))
        return true;
    AUTO(arena_free) struct arena a = {0};
    complain(f, no, arena_fmt(&a, "more than %d names", RESULT_NAMES_MAX), SV_NONE);
    return false;
}

static void read_pairs(struct reader *f, struct name_values *to)
{
    struct sv line;
    f->to = to;
    for (size_t i = 0; i < to->v.n; i++)
        map_put(&f->at, sv_of(to->v.at[i].name), (void *)(uintptr_t)(i + 1));
    while (next_line(f, &line))
        if (line.n && !read_pair(f, line))
            break;
    map_free(&f->at);
}

/* An entry that comes again moves to the end. The old place is found by the map, and left as a gap until the end. */
static void read_path(struct reader *f)
{
    struct step_result *r = f->r;
    struct sv line;
    size_t n = 0;
    while (next_line(f, &line)) {
        if (line.n == 0)
            continue;
        if (sv_chr(line, 0) >= 0) {
            complain(f, f->line, "a NUL byte", line);
            break;
        }
        const char *entry = result_text(&r->arena, line);
        size_t at = (size_t)(uintptr_t)map_get(&f->at, sv_of(entry));
        if (at)
            r->path.v.at[at - 1] = NULL;
        else if (++n > RESULT_NAMES_MAX) {
            complain(f, f->line, "too many entries", SV_NONE);
            break;
        }
        VEC_PUSH(&r->path.v, entry);
        map_put(&f->at, sv_of(entry), (void *)(uintptr_t)r->path.v.n);
    }
    map_free(&f->at);
    size_t kept = 0;
    for (size_t i = 0; i < r->path.v.n; i++)
        if (r->path.v.at[i])
            r->path.v.at[kept++] = r->path.v.at[i];
    r->path.v.n = kept;
}

void step_result_refused(struct step_result *r, enum result_file which, const char *why)
{
    const char *text = arena_fmt(&r->arena, "GITHUB_%s %s", result_file_name[which], why);
    if (which == RESULT_SUMMARY)
        note_add(r, &(struct step_note){.level = NOTE_ERROR, .text = text}, NOTE_FOUND);
    else if (!r->problem)
        r->problem = text;
}

void step_result_file(struct step_result *r, enum result_file which, struct sv text)
{
    if (sv_starts(text, SV("\xef\xbb\xbf")))
        text = sv_from(text, 3);
    struct reader f = {.r = r, .which = which, .rest = text};
    if (text.n > RESULT_FILE_MAX)
        step_result_refused(r, which, "is larger than 1048576 bytes");
    else if (which == RESULT_SUMMARY)
        r->summary = text.n ? result_text(&r->arena, text) : r->summary;
    else if (which == RESULT_PATH)
        read_path(&f);
    else
        read_pairs(&f, which == RESULT_OUTPUT ? &r->outputs : which == RESULT_ENV ? &r->env : &r->state);
}
