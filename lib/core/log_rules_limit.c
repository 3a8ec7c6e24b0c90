/* SPDX-License-Identifier: Apache-2.0 */
/* Somebody asks for patience. */
#include "core/log_rule_table.h"

static const char patience_hint[] = "wait as long as the other side asks for, or use credentials with a higher limit";

static const struct log_rule rules[] = {
    {"registry-pull-limit", FAILURE_RATE_LIMIT, 95,
     "toomanyrequests|pull rate limit|reached your (unauthenticated )?pull", patience_hint},
    {"forge-api-limit", FAILURE_RATE_LIMIT, 95,
     "API rate limit (has been )?exceeded|secondary rate limit|abuse detection mechanism|exceeded a secondary",
     patience_hint},
    {"rate-limit", FAILURE_RATE_LIMIT, 90,
     "rate[- ]?limit\\w*\\b.{0,60}\\b(exceed|reach|hit|exhaust|trigger|restrict)|\\b(exceed|reach|hit|exhaust|due to|"
     "because of|trigger|caused by)\\w*\\b.{0,60}\\brate[- ]?limit|rate[- ]?limited",
     patience_hint},
    {"http-429", FAILURE_RATE_LIMIT, 90,
     "too many requests|HTTP(/\\d(\\.\\d)?)? ?429|status(:| code:?| code is|=)? ?429|returned error: 429|"
     "response code:? 429|error:? 429|code E429|server error: 429",
     patience_hint},
    {"quota", FAILURE_RATE_LIMIT, 84,
     "quota (has been |was |is )?exceeded|exceed\\w* .{0,40}\\bquota\\b|quota .{0,30}(exhaust|used up|limit)|"
     "RESOURCE_EXHAUSTED|ThrottlingException|RequestLimitExceeded|SlowDown: |request(s)? (was |were |has been |"
     "have been |is |are )?(being )?throttled|TooManyRequests|usage limit (has been )?(reached|exceeded)",
     patience_hint},
    {"rate-limit-named", FAILURE_RATE_LIMIT, 72,
     "\\brate[- ]limit|\\bretry-after: ?\\d|too many (api )?(calls|attempts|connections from)", patience_hint},
};
const struct log_rule_part rules_limit = {rules, ARRAY_LEN(rules)};
