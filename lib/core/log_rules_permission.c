/* SPDX-License-Identifier: Apache-2.0 */
/* Somebody says no. */
#include "core/log_rule_table.h"

static const char credentials_hint[] =
    "look at the credentials: expired, without the scope, or not passed to this step";

static const struct log_rule rules[] = {
    {"auth-failed", FAILURE_PERMISSION, 90,
     "(username|user name|login|password)s?( and password)? (is |are )?required|interactive login|"
     "authorization (has )?(failed|failure|error|is required|required|denied)|fail\\w*\\b.{0,20}\\bauthoriz|"
     "unable to (authenticate|log ?in|authorize)|not (been )?authenticated|\\bauthentication\\b.{0,60}\\b(fail|error|"
     "issue|problem|invalid|unsuccessful|denied|incorrect|missing|required)|\\bcredentials?\\b.{0,60}\\b(fail|error|"
     "wrong|unable|problem)|authentication (has )?failed|authentication (failure|error|required|is required)|"
     "fail\\w* (to|at|during|in) authenticat|invalid credentials|bad credentials|(incorrect|invalid|wrong) (username|"
     "user name|login)|(incorrect|invalid|wrong) password|could not read (username|password) for|"
     "terminal prompts disabled|permission denied \\(public|host key verification failed|no basic auth credentials|"
     "code (E401|ENEEDAUTH)|error code E401|requires? (authentication|login|you to log in)|not logged in|"
     "login (failed|required|incorrect)|unauthenticated|could not authenticate|authenticate .{0,40}(fail|unable|"
     "cannot)|no (valid )?credentials|credentials? .{0,40}(incorrect|invalid|expired|missing|rejected|not (found|"
     "valid|provided|configured|set))|access token (is|was|has) (invalid|expired|missing)",
     credentials_hint},
    {"token-bad", FAILURE_PERMISSION, 82,
     "not supplied: .{0,40}(token|password|key|secret)|gpg: .{0,80}(no secret key|signing failed|failed)|"
     "no secret key|(failed|unable|error|cannot) .{0,20}\\bsign(ing)?\\b|signing failed|id-token|"
     "unable to get (ACTIONS_)?ID_TOKEN|\\b(token|credential|api key|apikey|access key|signing key|secret key|"
     "gpg key|license key)s?\\b.{0,60}\\b(expired|invalid|revoked|missing|incorrect|rejected|not (valid|found|"
     "provided|configured|set|supplied)|empty|lack)|\\b(expired|invalid|missing|revoked|wrong|"
     "incorrect)\\b.{0,30}\\b(token|credential|api key|access key|signing key)|ExpiredToken|InvalidAccessKeyId|"
     "SignatureDoesNotMatch|invalid_grant|token .{0,30}required",
     credentials_hint},
    {"http-401-403", FAILURE_PERMISSION, 88,
     "\\(40[13]\\)|return code is:? 40[13]|responded with (status )?(code )?40[13]|HTTP(/\\d(\\.\\d)?)? ?40[13]|"
     "HTTP (status|error|code|response)( code)?:? ?40[13]|status(:| code:?| code is|=)? ?40[13]\\b|"
     "returned error: 40[13]|response code:? 40[13]|error:? 40[13]\\b|403 forbidden|401 unauthorized|"
     "forbidden \\(403\\)|unauthorized \\(401\\)|40[13] client error|received status code 40[13]|code E403|"
     "40[13]\\b.{0,20}(unauthorized|forbidden)",
     credentials_hint},
    {"docker-denied", FAILURE_PERMISSION, 91,
     "denied: requested access|pull access denied|unauthorized: authentication required|denied: permission_denied|"
     "denied: installation not allowed|unauthorized: (incorrect|access|unauthenticated)",
     credentials_hint},
    {"forge-denied", FAILURE_PERMISSION, 91,
     "resource not accessible by (integration|personal)|write access to repository not granted|"
     "permission to \\S+ denied to|refusing to allow an? |remote: permission.{0,80}denied|"
     "you are not allowed to (push|upload|merge|force|create|delete)|must have (admin|write|push|maintain)|"
     "deploy key.{0,40}(read.?only|not allowed)|not accessible by integration|requires the .{1,40} (scope|"
     "permission)|SAML (SSO|enforcement)",
     credentials_hint},
    {"protected-branch", FAILURE_PERMISSION, 93,
     "GH006|GH013|protected branch|pre-receive hook declined|hook declined|branch protection|"
     "repository rule violations|required status check",
     "the rules of the branch do not allow this push"},
    {"access-denied", FAILURE_PERMISSION, 80,
     "access (is |was )?denied|AccessDenied|\\bunauthorized\\b|not authorized|permission denied|"
     "insufficient (permission|privilege|scope|access|rights)|lacks? (the |sufficient |required |"
     "necessary )?(permission|privilege)|(no|without|missing|needed|required|necessary|not have) (the |sufficient |"
     "required |necessary )?permission|not have (access|the rights|the necessary)|\\bforbidden\\b|\\bEPERM\\b|"
     "\\bEACCES\\b|operation not permitted|PermissionError",
     "the step may not do that: its user, the mode of the file, or the rights of the token"},
    {"needs-root", FAILURE_PERMISSION, 86,
     "are you root|must be (run as )?root|requires root|not in the sudoers|sudo: a (password|terminal) is required|"
     "superuser privileges|need to be root|elevated (privileges|permissions)",
     "steps do not run as root: install it on the machine beforehand"},
    {"policy", FAILURE_PERMISSION, 66,
     "\\bpolic(y|ies)\\b.{0,60}\\b(violat|prohibit|block|reject|den(y|ied)|restrict|forbid|not allow|disallow|fail)|"
     "\\b(violat|prohibit|block|reject|denied|restrict|forbid|not allowed|not permitted|"
     "disallow)\\w*\\b.{0,60}\\bpolic(y|ies)|review[_ ]required|(review|approval)s? (is |are )?(required|needed|"
     "missing)|requires? (an? |at least \\w+ )?(approv|review)|(operation|action|use|usage|access|workflow|request|"
     "merge|run|execution|change|resource)s?\\b.{0,80}\\b(restricted|prohibited|not permitted|not allowed|disallowed|"
     "blocked by)|\\b(restriction|limitation)s? (on|for) .{0,80}\\b(use|resource|fork|pull request|branch|repositor|"
     "ci)|(missing|without|lacks?|no|require[sd]?|needs?) (the |an? |any )?(required |necessary |"
     "corresponding )?[\\\"'`]?[\\w/ -]{0,30}[\\\"'`]? label|not signed (the |a )?(cla|contributor|dco)|"
     "\\bDCO\\b.{0,40}(missing|fail|required)|license/cla",
     "a rule of the project or the forge asks for something first: a label, a review, a signature"},
};
const struct log_rule_part rules_permission = {rules, ARRAY_LEN(rules)};
