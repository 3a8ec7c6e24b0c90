/* SPDX-License-Identifier: Apache-2.0 */
/* What a call becomes: one delivery for each ref, of forge kind "bare", whose body handlers/forge/bare reads. The
 * call's id makes each happen once. */
#pragma once
#include "core/repo.h"
#include "port/store.h"
#include "server/hooksock/course.h"
#include "server/hooksock/gate.h"

struct hook_told { /* borrowed */
    const struct hook_call *call;
    const struct course *course;
    const struct hook_caller *caller;
    const char *repo_id, *forge, *path, *default_branch;
};
/* Of the ref no. i. The letter is the caller's. */
struct delivery_put *hook_delivery_new(const struct hook_told *t, size_t i);
