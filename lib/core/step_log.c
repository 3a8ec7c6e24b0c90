/* SPDX-License-Identifier: Apache-2.0 */
/* The commands in a step's output. The rules are those of actions/runner, ActionCommand.cs and ActionCommandManager.cs:
 * `::name key=value,key=value::data` at the start of a line, blanks before it allowed, names in any case. */
#include "core/step_note.h"

enum { COMMAND_MAX = 256 << 10, MATCH_LINE_MAX = 4096 };

struct scan {
    struct step_result *r;
    const struct result_place *place;
    struct note_match match;
    struct sv stop; /* token of stop-commands; absent = commands are looked at */
};

struct command {
    struct sv name, properties, data; /* as written */
};

enum escapes { IN_DATA, IN_PROPERTY };

/* %0D %0A %25, and in properties %3A %2C: upper case alone, anything else stays. */
static void unescape(struct buf *b, struct sv s, enum escapes which)
{
    static const struct {
        char code[3], c;
        enum escapes from;
    } table[] = {{"0D", '\r', IN_DATA}, {"0A", '\n', IN_DATA}, {"25", '%', IN_DATA},
                 {"3A", ':', IN_PROPERTY}, {"2C", ',', IN_PROPERTY}};
    while (s.n) {
        ptrdiff_t at = sv_chr(s, '%');
        size_t plain = at < 0 ? s.n : (size_t)at, took = 0;
        buf_add(b, s.p, plain);
        s = sv_from(s, plain);
        for (size_t i = 0; s.n >= 3 && !took && i < ARRAY_LEN(table); i++)
            if (which >= table[i].from && memcmp(s.p + 1, table[i].code, 2) == 0) {
                buf_chr(b, table[i].c);
                took = 3;
            }
        if (s.n && !took) {
            buf_chr(b, '%');
            took = 1;
        }
        s = sv_from(s, took);
    }
}

static bool split(struct sv line, struct command *ret)
{
    while (line.n && (line.p[0] == ' ' || line.p[0] == '\t'))
        line = sv_from(line, 1);
    if (!sv_starts(line, SV("::")) || line.n > COMMAND_MAX)
        return false;
    line = sv_from(line, 2);
    ptrdiff_t end = sv_find(line, SV("::"));
    if (end < 0)
        return false;
    struct sv head = sv_cut(line, (size_t)end);
    ptrdiff_t blank = sv_chr(head, ' ');
    ret->name = sv_cut(head, blank < 0 ? head.n : (size_t)blank);
    ret->properties = blank < 0 ? SV_NONE : sv_trim(sv_from(head, (size_t)blank + 1));
    ret->data = sv_from(line, (size_t)end + 2);
    return true;
}

/* The last one of that name, unescaped; "" when there is none. */
static struct sv property(const struct command *c, const char *name, struct buf *room)
{
    struct sv rest = c->properties, one;
    buf_clear(room);
    while (rest.n && sv_next(&rest, ',', &one)) {
        ptrdiff_t eq = sv_chr(one, '=');
        if (eq >= 0 && sv_ieq(sv_cut(one, (size_t)eq), sv_of(name))) {
            buf_clear(room);
            unescape(room, sv_from(one, (size_t)eq + 1), IN_PROPERTY);
        }
    }
    return buf_view(room);
}

static int number(const struct command *c, const char *name, struct buf *room)
{
    int64_t v;
    return sv_int(sv_trim(property(c, name, room)), &v) && v > 0 && v <= INT32_MAX ? (int)v : 0;
}

/* What does not fit together is left out, in the order in which the runner looks at it. */
static void set_place(struct step_note *n, const struct command *c, struct buf *room)
{
    n->line = number(c, "line", room);
    n->end_line = number(c, "endLine", room);
    n->col = number(c, "col", room);
    n->end_col = number(c, "endColumn", room);
    if (!n->line)
        n->line = n->end_line;
    if (!n->col)
        n->col = n->end_col;
    if (!n->line || (n->end_line && n->end_line != n->line))
        n->col = n->end_col = 0;
    if (n->end_line && n->end_line < n->line)
        n->line = n->end_line = 0;
    if (n->end_col && n->end_col < n->col)
        n->col = n->end_col = 0;
}

static void say(struct scan *s, const struct command *c, enum note_level level)
{
    AUTO(buf_free) struct buf room = {0};
    AUTO(arena_free) struct arena a = {0};
    struct step_note n = {.level = level};
    struct sv file = property(c, "file", &room);
    n.file = file.n ? note_file(&a, file, s->place->workspace, SV_NONE) : NULL;
    struct sv title = property(c, "title", &room);
    n.title = title.n ? note_text(&a, title, RESULT_TITLE_MAX) : NULL;
    set_place(&n, c, &room);
    buf_clear(&room);
    unescape(&room, sv_cut(c->data, (size_t)RESULT_TEXT_MAX * 3), IN_DATA);
    n.text = note_text(&a, buf_view(&room), RESULT_TEXT_MAX);
    note_add(s->r, &n, NOTE_SAID);
}

static void advise(struct scan *s, const char *text)
{
    note_add(s->r, &(struct step_note){.level = NOTE_WARNING, .text = text}, NOTE_FOUND);
}

/* Commands that are known; what has no advice is taken by somebody else (masks by the shim) or means nothing here. */
static const struct known {
    const char *name, *advice;
} known[] = {
    {"set-output", "the command set-output is refused: append name=value to the file $GITHUB_OUTPUT"},
    {"save-state", "the command save-state is refused: append name=value to the file $GITHUB_STATE"},
    {"set-env", "the command set-env is refused: append name=value to the file $GITHUB_ENV"},
    {"add-path", "the command add-path is refused: append the folder to the file $GITHUB_PATH"},
    {"add-mask", NULL}, {"group", NULL}, {"endgroup", NULL}, {"debug", NULL}, {"echo", NULL},
    {"add-matcher", NULL}, {"remove-matcher", NULL}, {"stop-commands", NULL}, {"error", NULL},
    {"warning", NULL}, {"notice", NULL}, {"internal-set-repo-path", NULL},
};

static const struct known *find_known(struct sv name)
{
    for (size_t i = 0; i < ARRAY_LEN(known); i++)
        if (sv_ieq(name, sv_of(known[i].name)))
            return &known[i];
    return NULL;
}

static void stop_commands(struct scan *s, struct sv token)
{
    if (token.n == 0 || find_known(token) || sv_ieq(token, SV("pause-logging")))
        advise(s, "the command stop-commands needs a token that is not itself a command");
    else
        s->stop = token;
}

/* False: a line of output like any other. */
static bool obey(struct scan *s, struct sv line)
{
    struct command c;
    if (!split(line, &c))
        return false;
    if (s->stop.p) {
        bool on = sv_ieq(c.name, s->stop);
        if (on)
            s->stop = SV_NONE;
        return on;
    }
    const struct known *k = find_known(c.name);
    if (!k)
        return false;
    for (int l = NOTE_NOTICE; l <= NOTE_ERROR; l++)
        if (strcmp(k->name, note_level_name[l]) == 0)
            say(s, &c, (enum note_level)l);
    if (strcmp(k->name, "stop-commands") == 0)
        stop_commands(s, c.data);
    if (k->advice)
        advise(s, k->advice);
    return true;
}

static bool may_be_command(struct sv line)
{
    size_t i = 0;
    while (i < line.n && (line.p[i] == ' ' || line.p[i] == '\t'))
        i++;
    return line.n - i > 4 && line.p[i] == ':' && line.p[i + 1] == ':';
}

void step_result_log(struct step_result *r, struct sv log, const struct result_place *place)
{
    static const struct result_place nowhere;
    struct scan s = {.r = r, .place = place ? place : &nowhere};
    s.match = (struct note_match){.r = r, .place = s.place};
    struct sv line;
    while (log.n && sv_next(&log, '\n', &line)) {
        if (line.n && line.p[line.n - 1] == '\r')
            line.n--;
        if (may_be_command(line) && obey(&s, line))
            continue;
        if (line.n <= MATCH_LINE_MAX)
            note_match(&s.match, line);
    }
    note_match_end(&s.match);
}
