/* SPDX-License-Identifier: Apache-2.0 */
#include "decode_oracle.h"
#include "handlers/forge/gitea/gitea.h"

static const char *const events[] = {
    "push", "create", "delete", "pull_request", "pull_request_review_approved", "pull_request_comment", "issues",
    "issue_comment", "release", "status", "repository", "workflow_run", "workflow_job", "wiki",
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    oracle_run(gitea_decode, events, ARRAY_LEN(events), data, size);
    return 0;
}
