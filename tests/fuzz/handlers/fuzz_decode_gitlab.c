/* SPDX-License-Identifier: Apache-2.0 */
#include "decode_oracle.h"
#include "handlers/forge/gitlab/gitlab.h"

static const char *const events[] = {
    "Push Hook", "Tag Push Hook", "Merge Request Hook", "Issue Hook", "Note Hook", "Pipeline Hook", "Job Hook",
    "Release Hook", "System Hook", "Member Hook",
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    oracle_run(gitlab_decode, events, ARRAY_LEN(events), data, size);
    return 0;
}
