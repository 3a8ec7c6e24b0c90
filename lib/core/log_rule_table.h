/* SPDX-License-Identifier: Apache-2.0 */
/* The built-in rules, by what went wrong. General knowledge of tools and their messages: a rule is never made for one
 * log. How sure: from 90 the tool says it outright; from 75 its usual meaning; from 55 a general word for it; below, a
 * guess that is better than none. Order matters among equals alone. */
#pragma once
#include "core/log_rules.h"

struct log_rule_part {
    const struct log_rule *at;
    size_t n;
};
extern const struct log_rule_part rules_network, rules_network_words, rules_limit, rules_resource, rules_permission,
    rules_conflict, rules_config, rules_build, rules_test, rules_end;
