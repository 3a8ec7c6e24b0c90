/* SPDX-License-Identifier: Apache-2.0 */
/* Does an event start a workflow, and if not, why? Pure; used by the engine and by `fettle explain`.
 * The filters mean what GitHub's mean (docs: "Workflow syntax", on.<event>.…; "Events that trigger workflows"):
 * branches of a change, a review or a merge group are base branches, those of workflow_run the branch that ran; create,
 * delete and release have tags alone; path filters are not asked for tags; without `types` all actions are wanted but
 * of pull_request (opened, synchronize, reopened), merge_group (checks_requested), check_suite (completed) and, where
 * commands are listed, issue_comment (created). What is put aside as a draft release starts nothing.
 * Git's own hooks are ours: pre_push and pre_receive (also of an update) filter as push does; post_receive means a push
 * that a bare repository took. */
#pragma once
#include "core/hook_event.h"
#include "core/member.h"
#include "core/workflow.h"
#include "lang/glob_names.h"

struct filter_verdict {
    const char *key;   /* "branches", "paths-ignore", … */
    const char *value; /* what was compared; NULL when absent */
    bool matched;
};

enum { TRIGGER_FILTERS = 16 };

struct trigger_verdict {
    bool matched;
    bool needs_paths;                               /* matched so far, but path filters could not be asked */
    bool needs_level;                               /* matched so far, and it depends on what the sender may do */
    const struct wf_trigger *trigger;               /* the entry that was asked last; NULL = none is of the event */
    const char *reason;                             /* NULL when matched; the first filter that said no */
    struct filter_verdict filters[TRIGGER_FILTERS]; /* in the order asked, also those behind the first no */
    size_t n_filters;
};

enum level_known { LEVEL_UNKNOWN, LEVEL_KNOWN, LEVEL_LATER };
enum paths_known { PATHS_KNOWN, PATHS_LATER, PATHS_UNKNOWN };

struct trigger_input {
    const struct hook_event *event;
    const char *alias; /* of the event's repository in repositories.yaml; NULL = not configured */
    const char *const *paths;
    size_t n_paths;
    struct glob_names *names; /* the paths prepared, once for all workflows; NULL = prepared from `paths` each time */
    enum paths_known known;   /* LATER: path filters pass for now; UNKNOWN: they say no */
    enum level_known level_known; /* the same for what commands ask of the sender */
    enum member_level level;
    const char *own; /* we caused it, and this says how we know; NULL = we did not */
};

/* Text is made in the arena or borrowed from the event. */
void trigger_match(const struct workflow *w, const struct trigger_input *in, struct arena *a,
                   struct trigger_verdict *ret);
/* A change or a merge group, with an action that the workflow wants, and yet something in its content (paths, branches,
 * labels, authors) keeps the run away: a status that is required would be waited for. Not so a push: the change of the
 * same commit may have its own run, and what a push is spared must not stand in its place. */
bool trigger_spares(const struct trigger_input *in, const struct trigger_verdict *v);
/* Is this an event of the kind that workflows can start from in this version? workflow_call is none: it is asked for
 * by a job. */
bool trigger_event_of(const struct hook_event *ev, enum wf_event *ret);
/* Its runs say whether a push may happen. */
bool trigger_is_judging(enum wf_event event);
/* The workflow's first entry of that event, of those that judge; WF_EVENT_N = of any. NULL = it has none. */
const struct wf_trigger *trigger_judging(const struct workflow *w, enum wf_event event);
/* "/deploy to production" as the first line of a comment: "deploy" and "to production" ("" = nothing). False when it
 * is no command. Both are borrowed. */
bool trigger_command(const char *comment, struct sv *ret_command, struct sv *ret_arguments);
