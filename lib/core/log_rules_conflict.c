/* SPDX-License-Identifier: Apache-2.0 */
/* Two changes, or two publications, meet. */
#include "core/log_rule_table.h"

static const struct log_rule rules[] = {
    {"merge-conflict", FAILURE_CONFLICT, 93,
     "conflict \\((content|add/add|modify/delete|rename|submodule|file)|automatic merge failed|merge conflict|"
     "could not apply [0-9a-f]{7}|resolve all conflicts|patch does not apply|patch failed: |needs merge|"
     "unmerged (files|paths)|error: could not (revert|apply|cherry)|hunks? failed|would be overwritten by (merge|"
     "checkout)|conflict(s|ing)? (in|with|between) .{0,60}(branch|file|merge|base|upstream|change)|<<<<<<< ",
     "somebody else has changed the same lines"},
    {"push-rejected", FAILURE_CONFLICT, 92,
     "! \\[rejected\\]|updates were rejected|non-fast-forward|failed to push some refs|\\(fetch first\\)|"
     "\\(stale info\\)|cannot lock ref|failed to update ref|remote contains work|"
     "tip of your current branch is behind|reference already exists|(push|update|ref)\\w*\\b.{0,60}\\brejected\\b|"
     "remote\\b.{0,100}\\b(updates|changes|commits|work)\\b.{0,60}\\b(not (present|have|in|exist|been)|do(es)? not|"
     "don't)|local\\b.{0,60}\\b(is |are )?(behind|out of date|outdated|not up[- ]to[- ]date)\\b",
     "somebody else was faster: fetch, put the change on top, push again"},
    {"http-409", FAILURE_CONFLICT, 87,
     "\\(409\\)|return code is:? 409|409 conflict|HTTP(/\\d(\\.\\d)?)? ?409|status(:| code:?| code is|=)? ?409|"
     "returned error: 409|response code:? 409|error:? 409",
     "what is to be made is there already, or somebody changes it at the same time"},
    {"already-published", FAILURE_CONFLICT, 86,
     "name .{0,40}already (in use|taken|used)|(cannot|can't|can not|must not|not allowed to|not) (be )?(overwrit|"
     "redeploy|republish)|cannot modify pre-existing version|version .{0,60}already (exists|published|uploaded)|"
     "\\b(artifact|release|package|crate|tag|image|asset|file)\\b.{0,80}already (exists|published|been published|"
     "uploaded|been uploaded)|already exists (in|on|at) (the )?(registry|repository|remote|index|server)|"
     "already_exists|file already exists\\. see|does not allow (updating|overwriting|redeploy)",
     "this version is there already: raise the number, or leave it out when it is the same"},
    {"published-before", FAILURE_CONFLICT, 93,
     "cannot publish over|previously published|EPUBLISHCONFLICT|over existing version",
     "this version is there already: raise the number"},
    {"publication-words", FAILURE_CONFLICT, 58,
     "duplicate .{0,40}(artifact|upload|release|version)|(artifact|release|tag|asset)s?\\b.{0,60}\\bconflict|"
     "conflict\\w*\\b.{0,60}\\b(artifact|release|tag|asset|exist)",
     "what is to be published is there already"},
    {"git-lock", FAILURE_CONFLICT, 82,
     "index\\.lock': file exists|another git process seems|unable to create '.{1,200}\\.lock'|shallow\\.lock",
     "another git works in the same place, or was ended in the middle of its work"},
    {"concurrent-change", FAILURE_CONFLICT, 78,
     "ConflictException|optimistic lock|the object has been modified|could not serialize access|deadlock detected|"
     "Error acquiring the state lock|state lock|concurrent (update|modification of the)|ConditionalCheckFailed",
     "somebody else changes the same thing"},
};
const struct log_rule_part rules_conflict = {rules, ARRAY_LEN(rules)};
