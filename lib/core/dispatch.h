/* SPDX-License-Identifier: Apache-2.0 */
/* What a person gives a workflow that is started by hand, against what the workflow declares (on.workflow_dispatch).
 * Pure. */
#pragma once
#include "core/workflow.h"
#include "fmt/json.h"

/* The trigger workflow_dispatch; NULL = the workflow is not started by hand. */
const struct wf_trigger *dispatch_trigger(const struct workflow *w);
/* `inputs` is an object, or NULL = none. Texts stand for every type, as GitHub's API takes them: "true", "7". 0, or -1
 * ERR_INVALID: an input that is not declared, a required one that is absent, a value that is not of its type. */
MUST_USE int dispatch_check(const struct wf_trigger *t, const struct jval *inputs, struct err *e);
/* The same of a workflow as a whole: that it is started by hand at all. */
MUST_USE int dispatch_admit(const struct workflow *w, const struct jval *inputs, struct err *e);
/* "main" as a full ref, in the arena; NULL when it cannot be one. */
const char *dispatch_ref(struct sv ref, struct arena *a);
