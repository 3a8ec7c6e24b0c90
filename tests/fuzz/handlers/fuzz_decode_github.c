/* SPDX-License-Identifier: Apache-2.0 */
#include "decode_oracle.h"
#include "handlers/forge/github/github.h"

static const char *const events[] = {
    "push", "pull_request", "pull_request_review", "issues", "issue_comment", "create", "delete", "release",
    "status", "check_run", "check_suite", "merge_group", "repository", "workflow_dispatch",
    "repository_dispatch", "workflow_run", "workflow_job", "star",
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    oracle_run(github_decode, events, ARRAY_LEN(events), data, size);
    return 0;
}
