/* SPDX-License-Identifier: Apache-2.0 */
#include "core/classify.h"
#include "core/fingerprint.h"
#include "core/step_note.h"

enum {
    SURE_ENOUGH = 75, /* percent, to be believed before later sources are asked */
    NOTES_LOOKED_AT = 16 << 10,
    AROUND = 2, /* lines of an excerpt before and behind the one that matched */
    LAST_LINES = 6
};

struct view {
    const struct failure_signs *s;
    const struct log_rules *rules;
    struct arena *a;
    struct failure *best;
    struct log_match log; /* what the rules say of the tail */
};

static void offer(struct view *v, const struct failure *f)
{
    if (f->confidence > v->best->confidence && v->best->confidence < SURE_ENOUGH)
        *v->best = *f;
}

/* What we did, and what became of the process that was to run. */
static void ask_us(struct view *v)
{
    const char *why = v->s->remark ? v->s->remark : "no reason known";
    struct log_match m;
    switch (v->s->end) {
    case END_TIMEOUT:
        offer(v, &(struct failure){.class = FAILURE_TIMEOUT,
                                   .source = FAILURE_BY_US,
                                   .confidence = 100,
                                   .evidence = "its time was over, and fettle ended it",
                                   .hint = "a hang, or a limit that is too short"});
        break;
    case END_SILENT:
        offer(v, &(struct failure){.class = FAILURE_TIMEOUT,
                                   .source = FAILURE_BY_US,
                                   .confidence = 100,
                                   .evidence = "it said nothing for as long as it may, and fettle ended it",
                                   .hint = "a hang, or a limit that is too short"});
        break;
    case END_CANCELLED:
        offer(v, &(struct failure){.class = FAILURE_CANCELLED,
                                   .source = FAILURE_BY_US,
                                   .confidence = 100,
                                   .evidence = "fettle was told to end it"});
        break;
    case END_LOST:
        offer(v, &(struct failure){.class = FAILURE_LOST,
                                   .source = FAILURE_BY_KERNEL,
                                   .confidence = 100,
                                   .evidence = arena_fmt(v->a, "the machine or the step's shim ended: %s", why)});
        break;
    case END_NOT_STARTED:
        m = log_rules_match(v->rules, sv_of(why));
        offer(v, &(struct failure){.class = m.rule ? m.rule->class : FAILURE_CONFIG,
                                   .source = FAILURE_BY_KERNEL,
                                   .confidence = 90,
                                   .rule = m.rule ? m.rule->name : NULL,
                                   .hint = m.rule ? m.rule->hint : NULL,
                                   .evidence = arena_fmt(v->a, "it could not be started: %s", why)});
        break;
    case END_ITSELF:
        break;
    }
}

static void ask_kernel(struct view *v)
{
    const struct failure_signs *s = v->s;
    struct failure f = {.class = FAILURE_RESOURCE, .source = FAILURE_BY_KERNEL, .confidence = 97};
    enum { XCPU = 24, XFSZ = 25, KILLED = 9 };
    if (s->oom) {
        f.evidence = s->signal || s->exit_code < 0 || s->exit_code == 128 + KILLED
                         ? "the kernel ended it for want of memory (oom_kill rose)"
                         : arena_fmt(v->a,
                                     "exit code %d, and the kernel ended one of its processes for want of memory "
                                     "(oom_kill rose)",
                                     s->exit_code);
        f.hint = "less at once (-j, workers), or a machine with more memory";
    } else if (s->signal == XFSZ || s->exit_code == 128 + XFSZ) {
        f.evidence = "a file grew beyond the limit for files";
    } else if (s->signal == XCPU || s->exit_code == 128 + XCPU) {
        f.evidence = "it used more processor time than its limit";
    } else if (s->output_lost) {
        f.evidence = "its output could not be stored";
        f.hint = "the disk of the server is full or broken";
        f.confidence = 70; /* it need not have been noticed by the step */
    } else {
        return;
    }
    offer(v, &f);
}

enum failure_class failure_class_of_err(enum err_class c)
{
    switch (c) {
    case ERR_TRANSIENT:
    case ERR_UNCERTAIN:
        return FAILURE_NETWORK;
    case ERR_LIMITED:
        return FAILURE_RATE_LIMIT;
    case ERR_CONFLICT:
        return FAILURE_CONFLICT;
    case ERR_DENIED:
        return FAILURE_PERMISSION;
    case ERR_CANCELLED:
        return FAILURE_CANCELLED;
    case ERR_INVALID:
    case ERR_MISSING:
        return FAILURE_CONFIG;
    case ERR_OK:
    case ERR_BUG:
        break;
    }
    return FAILURE_UNKNOWN;
}

/* A transient error of our own calls may be a full disk as well: its text knows. */
static void ask_action(struct view *v)
{
    const struct err *e = v->s->err;
    if (!e || e->cls == ERR_OK)
        return;
    struct failure f = {.class = failure_class_of_err(e->cls), .source = FAILURE_BY_RESULT, .confidence = 90};
    struct log_match m = log_rules_match(v->rules, sv_of(e->msg));
    if (m.rule && (e->cls == ERR_TRANSIENT || f.class == FAILURE_UNKNOWN))
        f.class = m.rule->class;
    f.hint = m.rule && m.rule->class == f.class ? m.rule->hint : NULL;
    f.evidence = arena_strdup(v->a, e->msg);
    f.retry_after = e->retry_after_ms;
    offer(v, &f);
}

/* The step itself was content. */
static void ask_files(struct view *v)
{
    if (v->s->problem && v->s->end == END_ITSELF && v->s->exit_code == 0 && !v->s->signal)
        offer(v, &(struct failure){.class = FAILURE_CONFIG,
                                   .source = FAILURE_BY_RESULT,
                                   .confidence = 95,
                                   .evidence = arena_strdup(v->a, v->s->problem)});
}

static void ask_tests(struct view *v)
{
    AUTO(buf_free) struct buf b = {0};
    if (!v->s->tests || !test_report_failed(v->s->tests))
        return;
    test_report_text(v->s->tests, &b);
    offer(v, &(struct failure){.class = FAILURE_TEST,
                               .source = FAILURE_BY_RESULT,
                               .confidence = 93,
                               .evidence = arena_dup(v->a, buf_view(&b)),
                               .hint = "tests failed"});
}

static void ask_notes(struct view *v)
{
    AUTO(buf_free) struct buf b = {0};
    const struct step_result *r = v->s->result;
    for (size_t i = 0; r && i < r->notes.v.n && b.n < NOTES_LOOKED_AT; i++)
        if (r->notes.v.at[i].level == NOTE_ERROR)
            buf_fmt(&b, "%s%s%s\n", r->notes.v.at[i].title ? r->notes.v.at[i].title : "",
                    r->notes.v.at[i].title ? ": " : "", r->notes.v.at[i].text);
    struct log_match m = log_rules_match(v->rules, buf_view(&b));
    if (!m.rule)
        return;
    offer(v, &(struct failure){.class = m.rule->class,
                               .source = FAILURE_BY_RESULT,
                               .confidence = m.confidence,
                               .rule = m.rule->name,
                               .hint = m.rule->hint,
                               .evidence = arena_fmt(v->a, "the step said as an error: %s",
                                                     note_text(v->a, m.line, FAILURE_EXCERPT / 2))});
}

/* Conventions: sysexits.h, timeout(1), POSIX shells. Others mean what their program wants. */
static void ask_code(struct view *v)
{
    static const struct {
        int code, confidence;
        enum failure_class class;
        const char *meaning;
    } codes[] = {
        {126, 88, FAILURE_CONFIG, "a command is there and cannot be executed"},
        {127, 88, FAILURE_CONFIG, "a command was not found"},
        {78, 78, FAILURE_CONFIG, "a configuration error (sysexits)"},
        {77, 66, FAILURE_PERMISSION, "permission denied (sysexits)"},
        {75, 66, FAILURE_NETWORK, "a temporary failure (sysexits)"},
        {69, 62, FAILURE_NETWORK, "a service is not available (sysexits)"},
        {124, 82, FAILURE_TIMEOUT, "timeout(1) ended a command"},
        {64, 50, FAILURE_CONFIG, "wrong usage (sysexits)"},
        {74, 50, FAILURE_RESOURCE, "an input or output error (sysexits)"},
        {255, 30, FAILURE_NETWORK, "ssh could not connect, or what ran there failed"},
    };
    const struct failure_signs *s = v->s;
    for (size_t i = 0; s->end == END_ITSELF && !s->signal && i < ARRAY_LEN(codes); i++)
        if (codes[i].code == s->exit_code)
            offer(v,
                  &(struct failure){.class = codes[i].class,
                                    .source = FAILURE_BY_CODE,
                                    .confidence = codes[i].confidence,
                                    .evidence = arena_fmt(v->a, "exit code %d: %s", s->exit_code, codes[i].meaning)});
}

static void ask_log(struct view *v)
{
    const struct log_match *m = &v->log;
    if (!m->rule)
        return;
    offer(v, &(struct failure){.class = m->rule->class,
                               .source = FAILURE_BY_LOG,
                               .confidence = m->confidence,
                               .rule = m->rule->name,
                               .hint = m->rule->hint,
                               .evidence = arena_fmt(v->a, "rule %s matched: %s", m->rule->name,
                                                     note_text(v->a, m->line, FAILURE_EXCERPT / 2))});
}

static void ask_nobody(struct view *v)
{
    const struct failure_signs *s = v->s;
    int by = s->signal ? s->signal : s->exit_code > 128 && s->exit_code < 160 ? s->exit_code - 128 : 0;
    struct failure f = {.class = FAILURE_UNKNOWN, .source = FAILURE_BY_NOTHING};
    if (v->best->class != FAILURE_NONE)
        return;
    if (by) {
        f.evidence = arena_fmt(v->a, s->signal ? "ended by signal %d" : "a program was ended by signal %d", by);
        f.hint = by == 9 ? "something outside sent KILL; it was not the kernel for want of memory"
                 : by == 15 || by == 2 || by == 1 ? "something outside asked it to end"
                                                  : "a program crashed";
    } else {
        f.evidence = arena_fmt(v->a, "exit code %d, and nothing in its output is known", s->exit_code);
    }
    *v->best = f;
}

/* Up to `back` line ends before `at`, and as many behind. */
static struct sv around(struct sv text, size_t at, size_t end, int lines)
{
    size_t from = at;
    for (int i = 0; i <= lines && from > 0; i++)
        from = (size_t)(sv_rchr(sv_cut(text, from - (i > 0)), '\n') + 1);
    for (int i = 0; i <= lines && end < text.n; i++) {
        ptrdiff_t lf = sv_chr(sv_from(text, end + (i > 0)), '\n');
        end = lf < 0 ? text.n : end + (i > 0) + (size_t)lf;
    }
    return sv_trim(sv_n(text.p + from, end - from));
}

static struct sv last_lines(struct sv text, int lines)
{
    struct sv t = sv_trim(text);
    size_t from = t.n;
    for (int i = 0; i < lines && from > 0; i++)
        from = (size_t)(sv_rchr(sv_cut(t, from - (i > 0)), '\n') + 1);
    return sv_from(t, from);
}

/* The lines around the one that speaks for the class; else the last ones. */
static void put_excerpt(struct view *v)
{
    struct sv tail = v->s->tail, part, line = v->log.line;
    bool speaks = v->log.rule && v->log.rule->class == v->best->class;
    part = speaks ? around(tail, (size_t)(line.p - tail.p), (size_t)(line.p - tail.p) + line.n, AROUND)
                  : last_lines(tail, LAST_LINES);
    /* Where there is too much around it, the line alone. */
    if (speaks && part.n > FAILURE_EXCERPT)
        part = line;
    part = part.n > FAILURE_EXCERPT && !speaks ? sv_from(part, part.n - FAILURE_EXCERPT) : part;
    const char *text = part.n ? note_text(v->a, part, FAILURE_EXCERPT) : NULL;
    v->best->excerpt = text && *text ? text : NULL;
}

static void put_tests(struct view *v)
{
    const struct test_report *r = v->s->tests;
    const char *names[FAILURE_TESTS];
    size_t n = 0;
    if (v->best->class != FAILURE_TEST)
        return;
    for (; r && n < r->failing.v.n && n < FAILURE_TESTS; n++)
        names[n] = arena_strdup(v->a, r->failing.v.at[n].name);
    if (n == 0)
        n = failure_test_names(v->s->tail, v->a, names, FAILURE_TESTS);
    const char **kept = n ? arena_new(v->a, n * sizeof *kept) : NULL;
    if (n)
        memcpy(kept, names, n * sizeof *kept);
    v->best->tests = kept;
    v->best->n_tests = n;
}

/* What it is known by: the tests that failed; the line that matched; else how the output ends. */
static void put_fingerprint(struct view *v)
{
    AUTO(buf_free) struct buf salt = {0}, text = {0};
    char sum[FINGERPRINT_TEXT];
    struct failure *f = v->best;
    bool speaks = v->log.rule && v->log.rule->class == f->class;
    if (f->class == FAILURE_CANCELLED || f->class == FAILURE_LOST)
        return;
    for (size_t i = 0; i < f->n_tests; i++)
        buf_fmt(&text, "%s\n", f->tests[i]);
    if (!f->n_tests && speaks)
        buf_sv(&text, v->log.line);
    else if (!f->n_tests && v->s->tail.n)
        buf_sv(&text, v->s->tail);
    else if (!f->n_tests && f->evidence)
        buf_str(&text, f->evidence);
    buf_str(&salt, failure_class_name[f->class]);
    fingerprint_text(buf_view(&salt), buf_view(&text), sum);
    f->fingerprint = arena_strdup(v->a, sum);
}

static void put_wait(struct view *v)
{
    struct failure *f = v->best;
    struct sv tail = v->s->tail;
    if (f->retry_after || (f->class != FAILURE_RATE_LIMIT && f->class != FAILURE_NETWORK) || !tail.n)
        return;
    size_t at = v->log.rule && v->log.rule->class == f->class ? (size_t)(v->log.line.p - tail.p) : tail.n;
    f->retry_after = failure_asked_wait(around(tail, at, at, 5));
}

void failure_classify(const struct failure_signs *s, const struct log_rules *rules, struct arena *a,
                      struct failure *ret)
{
    struct view v = {.s = s, .rules = rules, .a = a, .best = ret};
    *ret = (struct failure){0};
    v.log = log_rules_match(rules, s->tail);
    ask_us(&v);
    ask_kernel(&v);
    ask_action(&v);
    ask_files(&v);
    ask_tests(&v);
    ask_notes(&v);
    ask_code(&v);
    ask_log(&v);
    ask_nobody(&v);
    put_excerpt(&v);
    put_tests(&v);
    put_fingerprint(&v);
    put_wait(&v);
}
