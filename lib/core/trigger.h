/* SPDX-License-Identifier: Apache-2.0 */
/* Does an event start a workflow, and if not, why? Pure; used by the engine and by `fettle explain`.
 * The filters mean what GitHub's mean (docs: "Workflow syntax", on.<event>.…): branches of a change are base branches,
 * path filters are not asked for tags, types of pull_request default to opened, synchronize, reopened. */
#pragma once
#include "core/hook_event.h"
#include "core/workflow.h"

struct filter_verdict {
    const char *key;   /* "branches", "paths-ignore", … */
    const char *value; /* what was compared; NULL when absent */
    bool matched;
};

enum { TRIGGER_FILTERS = 10 };

struct trigger_verdict {
    bool matched;
    bool needs_paths;   /* matched so far, but path filters could not be asked */
    const char *reason; /* NULL when matched; the first filter that said no */
    struct filter_verdict filters[TRIGGER_FILTERS]; /* in the order asked */
    size_t n_filters;
};

enum paths_known { PATHS_KNOWN, PATHS_LATER, PATHS_UNKNOWN };

struct trigger_input {
    const struct hook_event *event;
    const char *alias; /* of the event's repository in repositories.yaml; NULL = not configured */
    const char *const *paths;
    size_t n_paths;
    enum paths_known known; /* LATER: path filters pass for now; UNKNOWN: they say no */
};

/* Text is made in the arena or borrowed from the event. */
void trigger_match(const struct workflow *w, const struct trigger_input *in, struct arena *a,
                   struct trigger_verdict *ret);
/* Is this an event of the kind that workflows can start from in this version? */
bool trigger_event_of(const struct hook_event *ev, enum wf_event *ret);
