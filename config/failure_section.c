/* SPDX-License-Identifier: Apache-2.0 */
/* `failure-rules:` of the server file: what lines of output say about a failure here. */
#include "config/field.h"
#include "config/sections.h"
#include "lang/regex.h"

struct raw_rule {
    const struct ynode *match;
    const char *hint;
    int class; /* place in class_names, from network on */
};

#define X(id, name) [FAILURE_##id] = name,
static const char *const class_names[] = {FAILURE_CLASSES(X) NULL};
#undef X

static const struct shape shape_match = {SHAPE_TEXT, .pattern = ".", .looks = "a regular expression"};

#define AT(member) .at = offsetof(struct raw_rule, member)
static const struct field rule_fields[] = {
    {"match", F_READ, .read = field_keep, AT(match), .required = true, .shape = &shape_match,
     .doc = "a regular expression (PCRE2) for one line of the end of the log; (?i) in front ignores case"},
    {"class", F_WORD, AT(class), .required = true, .words = class_names + FAILURE_NETWORK, .doc = "of the failure"},
    {"hint", F_TEXT, AT(hint), .doc = "what a person might do"},
};
#undef AT
static const struct object rule_object = {OBJECT("failure-rule", "a failure rule", rule_fields)};
static const struct shape shape_rule = {SHAPE_OBJECT, .object = &rule_object};
const struct shape shape_failure_rules = {SHAPE_LIST, .max = LOG_RULES_USER, .of = &shape_rule,
                                          .looks = "rules, of which the first that matches counts"};

static bool pattern_read(struct reading *r, const struct ynode *n, struct sv *ret)
{
    AUTO(regex_free) struct regex *x = NULL;
    struct err e = {0};
    if (!n || !node_text(r, n, "\"match\"", ret))
        return false;
    if (ret->n == 0)
        say(r, n, "bad-value", "\"match\" is empty");
    else if (regex_compile(*ret, REGEX_AS_WRITTEN, &x, &e) < 0)
        say(r, n, "bad-regex", "%s", e.msg);
    return x != NULL;
}

void failure_rules_read(struct reading *r, const struct ynode *n, struct conf *c)
{
    if (!want_seq(r, n, "\"failure-rules\""))
        return;
    if (n->n > LOG_RULES_USER) {
        say(r, n, "too-large", "there are more than %d failure rules", LOG_RULES_USER);
        return;
    }
    struct log_rule *at = arena_new(r->arena, (n->n + 1) * sizeof *at);
    c->failure_rules = at;
    for (size_t i = 0; i < n->n; i++) {
        struct raw_rule raw = {.class = -1};
        struct sv pattern;
        FIELDS_READ(r, n->items[i], "a failure rule", rule_fields, &raw);
        if (!pattern_read(r, raw.match, &pattern) || raw.class < 0)
            continue;
        at[c->n_failure_rules++] = (struct log_rule){.name = arena_fmt(r->arena, "failure-rules[%zu]", i),
                                                     .class = (enum failure_class)(raw.class + FAILURE_NETWORK),
                                                     .confidence = LOG_RULE_SURE,
                                                     .pattern = pattern.p,
                                                     .hint = raw.hint};
    }
}
