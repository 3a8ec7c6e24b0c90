/* SPDX-License-Identifier: Apache-2.0 */
/* The same in general words, where no tool was recognised. */
#include "core/log_rule_table.h"

static const char again_hint[] = "the network or the other side was at fault; the same may work in a while";

static const struct log_rule rules[] = {
    {"download-timeout", FAILURE_NETWORK, 72,
     "(timed? ?-?out|timing out).{0,80}\\b(download|fetch|connect|resolv|retriev|pull|clon|upload|publish|obtain|"
     "request|respon|reach|transfer|access)|\\b(download|fetch|connect|resolv|retriev|pull|clon|upload|publish|"
     "obtain|request|respon|reach|transfer|access)\\w*.{0,80}(timed? ?-?out|timing out)",
     again_hint},
    {"network-trouble", FAILURE_NETWORK, 66,
     "\\b(network|internet|connectivity|connection)\\b.{0,30}\\b(problem|issue|fluctuat|interrupt|outage|error|"
     "failure|instab|unstable|unavailable|glitch|jitter|disconnect)|\\b(unstable|poor|intermittent|interrupted|lost|"
     "flaky|slow|broken|failed|no)\\b (the )?(network|internet|connection|connectivity)",
     again_hint},
    {"download-failed", FAILURE_NETWORK, 57,
     "\\bfail\\w* to (access|reach|connect|contact|communicate|obtain|load|clone|check ?out|sync)|\\b(unable|"
     "could not|cannot) (to )?(access|reach|contact|communicate|obtain|clone) |\\bnot\\b.{0,20}\\b(successfully|"
     "completely|fully|properly|correctly) (downloaded|fetched|retrieved|obtained)|could not be (downloaded|fetched|"
     "reached|accessed|obtained|retrieved)|\\b(request|call|access|connection)s? to .{0,80}(failed|fails|"
     "was unsuccessful|did not succeed)|\\b(fail|unable|error|could not|cannot|can't|interrupt|problem|"
     "issue)\\w*\\b.{0,60}\\b(download|fetch|retriev|pull)(ed|ing|s|e|ieval)?\\b|\\b(download|fetch|retriev|"
     "pull)\\w*\\b.{0,60}\\b(fail|interrupt|incomplete|abort|unsuccessful|corrupt|cut off|cut short|error)",
     again_hint},
    {"dependency-resolution", FAILURE_NETWORK, 58,
     "could not resolve (dependenc|all (files|dependencies|artifacts|task)|[\\w.-]+:[\\w.-]+)|failed to (collect|"
     "resolve) dependenc|failed to read artifact descriptor|non-resolvable (parent|import) pom|"
     "(or one of its dependencies|dependenc(y|ies)) could not be (resolved|downloaded)|"
     "depend\\w*\\b.{0,160}\\bnot\\b.{0,30}\\b(resolved|downloaded|fetched|retrieved)|(problem|fail|error|unable|"
     "issue|not)\\w*\\b.{0,60}(resolv|download|fetch|retriev)\\w* (the |its |any )?(required |project |maven |"
     "missing )?(dependenc|artifact|package|image|plugin|module)",
     "something that is fetched from elsewhere did not come: mostly the network, else its name or version"},
    {"service-down", FAILURE_NETWORK, 60,
     "\\b(mirror|registry|repositor(y|ies)|upstream|server|service|cdn|remote host|endpoint|api)\\b.{0,40}\\b(is |"
     "was |were |are |being |became )?(temporarily |currently )?(unavailable|unreachable|inaccessible|not reachable|"
     "not available|not accessible|not responding|overloaded)|\\b(server|service|cdn|upstream|"
     "registry)\\b.{0,30}\\b(is down|was down|outage|did not respond|did not answer|returned an error|no response)|"
     "\\bno response from\\b",
     again_hint},
    {"page-for-json", FAILURE_NETWORK, 78, "unexpected token '?<'?|<!DOCTYPE.{0,40} is not valid JSON",
     "what was asked for answered with a page, mostly about an error"},
    {"not-the-answer", FAILURE_NETWORK, 54,
     "jq: error .{0,20}at .{0,80}cannot (index|iterate)|invalid character '<' looking for beginning of value|"
     "expecting value: line 1 column 1 \\(char 0\\)|unexpected character at line 1 column 1|\\b(receiv|contain|"
     "return|got|answer|respon)\\w*\\b.{0,20}\\b(json|html|xml|an?)? error (message|page|document|response)|"
     "JsonParseException: unexpected character \\('<'",
     "what was asked for answered with something else, mostly a page about an error"},
    {"http-response-broken", FAILURE_NETWORK, 58,
     "invalid (http )?response|malformed (http )?(response|reply)|protocol error|stream error in the HTTP/2|"
     "HTTP/2 stream \\d+ was not closed cleanly|GOAWAY|REFUSED_STREAM",
     again_hint},
    {"broken-pipe", FAILURE_NETWORK, 45, "broken pipe|EPIPE", NULL},
    {"timed-out", FAILURE_TIMEOUT, 42, "\\btimed out\\b|\\btime ?-?out\\b", NULL},
};
const struct log_rule_part rules_network_words = {rules, ARRAY_LEN(rules)};
