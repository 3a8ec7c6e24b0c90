/* SPDX-License-Identifier: Apache-2.0 */
/* What lines of a log tell about a failure: an ordered table of regular expressions, those of the configuration first,
 * then what is generally known of tools. One pass over the text finds the words that expressions need; an expression is
 * tried only on the newest lines that have one of its words; one of the configuration is tried on all others as well,
 * when it has no word, or many lines have it. Immutable once made; may be shared between threads. */
#pragma once
#include "base/err.h"
#include "core/failure.h"

enum {
    LOG_RULES_USER = 200,   /* of the configuration */
    LOG_RULE_SURE = 95,     /* confidence of theirs */
    LOG_RULE_GIVEN_UP = 97, /* and of a rule whose words say that nothing is tried again */
    LOG_RULE_LINES = 8,     /* newest lines that a rule is tried on, */
    LOG_RULE_LINE = 512,    /* and bytes of such a line around the word */
    LOG_RULE_TRIES = 20000, /* lines of a text that rules of the configuration are tried on without their word */
    LOG_RULE_GIVE_UP = 3    /* lines on which an expression took too long: it is left out of this text */
};

struct log_rule {
    const char *name; /* "curl-resolve"; of the configuration: "failure-rules[2]" */
    enum failure_class class;
    int confidence;      /* in percent, that the class is the cause when the rule matches */
    const char *pattern; /* one line of the log is matched; case is ignored in the built-in ones */
    const char *hint;    /* what to do, for people; NULL = none */
};

/* The built-in table, in its order. */
const struct log_rule *log_rule_builtin(size_t i); /* NULL beyond the end */

struct log_rules;
/* `user` is borrowed and must live as long. -1 ERR_INVALID: an expression is wrong, code = its place in `user`. */
MUST_USE int log_rules_new(const struct log_rule *user, size_t n, struct log_rules **ret, struct err *e);
void log_rules_free(struct log_rules **r); /* fits AUTO(log_rules_free) */

struct log_match {
    const struct log_rule *rule; /* NULL = none matched */
    int confidence;              /* of this match: less where the line says that it is tried again */
    struct sv line;              /* borrowed from the text */
};
/* `text`: see log_tail. The first rule of the configuration that matches; else the surest of the built-in ones, of
 * equals the one whose line is nearest to the end, then the first in the table. A line that reports a test that passed
 * says nothing. */
struct log_match log_rules_match(const struct log_rules *r, struct sv text);
