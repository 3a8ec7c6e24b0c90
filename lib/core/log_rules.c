/* SPDX-License-Identifier: Apache-2.0 */
#include "core/log_rules.h"
#include "base/map.h"
#include "core/log_rule_table.h"
#include "lang/needles.h"
#include "lang/regex.h"

enum { TRIED_AGAIN = 25 /* percent less */ };

struct compiled {
    const struct log_rule *rule;
    struct regex *regex;
    bool any_line; /* it needs no word */
};

enum { AGAIN = UINT32_MAX, NOBODY = UINT32_MAX };
struct owner {     /* of a word */
    uint32_t rule; /* AGAIN: the words below */
    uint32_t next; /* the next one of the same word, or NOBODY */
};

struct log_rules {
    struct compiled *at; /* those of the configuration, then the built-in ones, the surest first */
    size_t n, n_user;
    struct needles *needles;
    VEC(uint32_t) first; /* word -> its first owner */
    struct {
        VEC(struct owner) v;
    } owners;
};

/* Words that tell of a line that it is about something that did not end there. */
static const struct sv again_words[] = {
    {"warn", 4},          {"retrying", 8},         {"will retry", 10},   {"retry in ", 9},
    {"retries left", 12}, {"tries remaining", 15}, {"trying again", 12}, {"attempt 1", 9},
    {"attempt 2", 9},     {"ignored", 7},          {"deprecat", 8},
};

static const struct log_rule_part *const parts[] = {
    &rules_limit, &rules_resource, &rules_conflict, &rules_permission, &rules_network,
    &rules_test,  &rules_build,    &rules_config,   &rules_end,        &rules_network_words,
};

const struct log_rule *log_rule_builtin(size_t i)
{
    for (size_t p = 0; p < ARRAY_LEN(parts); i -= parts[p++]->n)
        if (i < parts[p]->n)
            return &parts[p]->at[i];
    return NULL;
}

struct words {
    VEC(struct sv) v;
    struct map at; /* word -> its place, counted from 1 */
};

static void add_word(struct log_rules *r, struct words *words, struct sv word, uint32_t rule)
{
    uintptr_t at = (uintptr_t)map_get(&words->at, word);
    if (!at) {
        VEC_PUSH(&words->v, word);
        VEC_PUSH(&r->first, NOBODY);
        at = words->v.n;
        map_put(&words->at, word, (void *)at);
    }
    struct owner o = {rule, r->first.at[at - 1]};
    r->first.at[at - 1] = (uint32_t)r->owners.v.n;
    VEC_PUSH(&r->owners.v, o);
}

static int add_rule(struct log_rules *r, const struct log_rule *rule, enum regex_case which, struct arena *a,
                    struct words *words, struct err *e)
{
    struct compiled *c = &r->at[r->n];
    struct regex_words w;
    if (regex_compile(sv_of(rule->pattern), which, &c->regex, e) < 0)
        return -1;
    c->rule = rule;
    c->any_line = !regex_words(sv_of(rule->pattern), a, &w);
    for (size_t i = 0; i < w.v.n; i++)
        add_word(r, words, w.v.at[i], (uint32_t)r->n);
    VEC_FREE(&w.v);
    r->n++;
    return 0;
}

static int add_all(struct log_rules *r, const struct log_rule *user, size_t n, struct arena *a, struct words *words,
                   struct err *e)
{
    const struct log_rule *rule;
    for (size_t i = 0; i < n; i++)
        if (add_rule(r, &user[i], REGEX_AS_WRITTEN, a, words, e) < 0) {
            e->code = (int)i;
            return -1;
        }
    for (int sure = 100; sure > 0; sure--)
        for (size_t i = 0; (rule = log_rule_builtin(i)); i++)
            if (rule->confidence == sure && add_rule(r, rule, REGEX_ANY_CASE, a, words, e) < 0)
                panic_at(__FILE__, __LINE__, rule->name);
    return 0;
}

int log_rules_new(const struct log_rule *user, size_t n, struct log_rules **ret, struct err *e)
{
    AUTO(arena_free) struct arena a = {0};
    struct words words = {0};
    struct log_rules *r = mem_new(sizeof *r);
    size_t builtin = 0;
    while (log_rule_builtin(builtin))
        builtin++;
    r->at = mem_new((n + builtin) * sizeof *r->at);
    r->n_user = n;
    int rc = add_all(r, user, n, &a, &words, e);
    for (size_t i = 0; i < ARRAY_LEN(again_words); i++)
        add_word(r, &words, again_words[i], AGAIN);
    if (rc == 0)
        r->needles = needles_new(words.v.at, words.v.n);
    VEC_FREE(&words.v);
    map_free(&words.at);
    if (rc < 0)
        log_rules_free(&r);
    *ret = r;
    return rc;
}

void log_rules_free(struct log_rules **r)
{
    if (*r) {
        for (size_t i = 0; i < (*r)->n; i++)
            regex_free(&(*r)->at[i].regex);
        needles_free(&(*r)->needles);
        VEC_FREE(&(*r)->first);
        VEC_FREE(&(*r)->owners.v);
        mem_free((*r)->at);
    }
    mem_free(STEAL(*r));
}

/* ---- a text ---- */

struct line {
    uint32_t from, to, word_end; /* word_end: where the word was found */
};
struct newest { /* the lines that a rule is worth trying on */
    struct line at[LOG_RULE_LINES];
    size_t n; /* all there were; kept are the newest of them */
};
struct scan {
    const struct log_rules *r;
    struct sv text;
    struct line now;
    struct newest *rules; /* of each */
    struct line *seen;    /* of each word: where it was last */
    size_t tried;         /* lines, by try_all_lines */
    VEC(uint32_t) again;  /* beginnings of lines that were tried again, rising */
};

static void move_to(struct scan *s, size_t at)
{
    if (at >= s->now.from && at < s->now.to)
        return;
    struct sv before = sv_cut(s->text, at);
    ptrdiff_t lf = sv_rchr(before, '\n'), end = sv_chr(sv_from(s->text, at), '\n');
    s->now.from = (uint32_t)(lf + 1);
    s->now.to = end < 0 ? (uint32_t)s->text.n : (uint32_t)(at + (size_t)end);
}

static void add_line(struct newest *l, struct line line)
{
    const struct line *last = &l->at[(l->n - 1) % LOG_RULE_LINES];
    if (l->n && last->from == line.from && line.word_end < last->word_end + LOG_RULE_LINE / 2)
        return;
    l->at[l->n++ % LOG_RULE_LINES] = line;
}

/* Again in the same place of the same line: it says nothing new. */
static bool is_near(const struct line *seen, const struct line *now)
{
    return seen->to && seen->from == now->from && now->word_end < seen->word_end + LOG_RULE_LINE / 2;
}

static void found_word(void *ctx, size_t word, size_t end)
{
    struct scan *s = ctx;
    move_to(s, end - 1);
    s->now.word_end = (uint32_t)end;
    if (is_near(&s->seen[word], &s->now))
        return;
    s->seen[word] = s->now;
    for (uint32_t o = s->r->first.at[word]; o != NOBODY; o = s->r->owners.v.at[o].next) {
        uint32_t rule = s->r->owners.v.at[o].rule;
        if (rule != AGAIN)
            add_line(&s->rules[rule], s->now);
        else if (!s->again.n || s->again.at[s->again.n - 1] != s->now.from)
            VEC_PUSH(&s->again, s->now.from);
    }
}

static bool was_tried_again(const struct scan *s, uint32_t from)
{
    size_t low = 0, high = s->again.n;
    while (low < high) {
        size_t mid = (low + high) / 2;
        if (s->again.at[mid] < from)
            low = mid + 1;
        else
            high = mid;
    }
    return low < s->again.n && s->again.at[low] == from;
}

/* What runners write in front of, or behind, the name of a test that passed: it may be about any failure. */
static bool has_passed(struct sv line)
{
    static const struct sv heads[] = {
        {"ok ", 3},           {"PASS", 4},          {"✓", 3},      {"✔", 3}, {"√", 3}, {"--- PASS", 8},
        {"[       OK ]", 12}, {"[ RUN      ]", 12}, {"=== RUN", 7}};
    static const struct sv tails[] = {{"... ok", 6}, {" PASSED", 7}, {" Passed", 7}, {" ok", 3}};
    line = sv_trim(line);
    for (size_t i = 0; i < ARRAY_LEN(heads); i++)
        if (sv_starts(line, heads[i]))
            return true;
    for (size_t i = 0; i < ARRAY_LEN(tails); i++)
        if (sv_ends(line, tails[i]))
            return true;
    return sv_find(line, SV(" PASSED ")) >= 0;
}

/* The part of a very long line that is around the word. */
static struct sv part_of(const struct scan *s, struct line l)
{
    struct sv line = sv_n(s->text.p + l.from, l.to - l.from);
    size_t at = l.word_end - l.from;
    if (line.n <= LOG_RULE_LINE)
        return line;
    return sv_cut(sv_from(line, at > LOG_RULE_LINE / 2 ? at - LOG_RULE_LINE / 2 : 0), LOG_RULE_LINE);
}

/* From the newest line back, until there is one that did not end well. */
static struct log_match try_rule(const struct scan *s, size_t no)
{
    const struct compiled *c = &s->r->at[no];
    const struct newest *l = &s->rules[no];
    struct log_match best = {0};
    size_t kept = l->n < LOG_RULE_LINES ? l->n : LOG_RULE_LINES, gave_up = 0;
    for (size_t i = 0; i < kept && gave_up < LOG_RULE_GIVE_UP; i++) {
        struct line at = l->at[(l->n - 1 - i) % LOG_RULE_LINES];
        struct sv line = part_of(s, at);
        enum regex_found found = regex_find(c->regex, line, NULL);
        bool user = no < s->r->n_user, given_up = c->rule->confidence >= LOG_RULE_GIVEN_UP;
        bool again = !user && !given_up && was_tried_again(s, at.from);
        gave_up += found == REGEX_GAVE_UP;
        if (found != REGEX_YES || (!user && has_passed(line)))
            continue;
        if (!best.rule)
            best = (struct log_match){c->rule, c->rule->confidence - (again ? TRIED_AGAIN : 0), line};
        if (!again) {
            best = (struct log_match){c->rule, c->rule->confidence, line};
            break;
        }
    }
    return best;
}

/* A rule of the configuration that was not found on the newest lines with its word, or has none: every line, from the
 * last one back. */
static struct log_match try_all_lines(struct scan *s, size_t no)
{
    const struct compiled *c = &s->r->at[no];
    size_t gave_up = 0;
    for (size_t end = s->text.n; end > 0 && s->tried < LOG_RULE_TRIES && gave_up < LOG_RULE_GIVE_UP;) {
        size_t from = (size_t)(sv_rchr(sv_cut(s->text, end - 1), '\n') + 1);
        struct sv line = sv_n(s->text.p + from, end - from);
        line = sv_cut(sv_ends(line, SV("\n")) ? sv_cut(line, line.n - 1) : line, LOG_RULE_LINE);
        end = from;
        if (!line.n)
            continue;
        enum regex_found found = regex_find(c->regex, line, NULL);
        s->tried++;
        gave_up += found == REGEX_GAVE_UP;
        if (found == REGEX_YES)
            return (struct log_match){c->rule, c->rule->confidence, line};
    }
    return (struct log_match){0};
}

static struct log_match best_of(struct scan *s)
{
    struct log_match best = {0};
    for (size_t i = 0; i < s->r->n; i++) {
        if (best.rule && best.confidence > s->r->at[i].rule->confidence)
            break;
        if (s->rules[i].n == 0 && !s->r->at[i].any_line)
            continue;
        struct log_match m = try_rule(s, i);
        bool rest = s->r->at[i].any_line || s->rules[i].n > LOG_RULE_LINES;
        if (!m.rule && rest && i < s->r->n_user)
            m = try_all_lines(s, i);
        if (m.rule && i < s->r->n_user)
            return m;
        bool later = best.rule && m.rule && m.confidence == best.confidence && m.line.p > best.line.p;
        if (m.rule && (!best.rule || m.confidence > best.confidence || later))
            best = m;
    }
    return best;
}

struct log_match log_rules_match(const struct log_rules *r, struct sv text)
{
    struct scan s = {.r = r, .text = text};
    if (!text.n)
        return (struct log_match){0};
    s.rules = mem_new(r->n * sizeof *s.rules);
    s.seen = mem_new(r->first.n * sizeof *s.seen);
    needles_find(r->needles, text, found_word, &s);
    struct log_match best = best_of(&s);
    best.line = sv_trim(best.line);
    mem_free(s.rules);
    mem_free(s.seen);
    VEC_FREE(&s.again);
    return best;
}
