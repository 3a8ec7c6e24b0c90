/* SPDX-License-Identifier: Apache-2.0 */
/* `on:` in its three forms: one event, a list of events, a mapping of events to filters. */
#include "config/workflow_parts.h"
#include "core/trigger.h"

static const msec_t HOOK_WAIT_MS = 20000;

/* Events that workflows elsewhere start from and that never start one here, and what to do instead. */
static const struct {
    const char *name, *advice;
} refused[] = {
    {"pull_request_target",
     "use pull_request: a change that is not trusted takes its workflow from the base commit anyway"},
    {"pull_request_review_comment", "use pull_request_review or issue_comment"},
    {"pull_request_comment", "use issue_comment"},
    {"branch_protection_rule", NULL},
    {"deployment", "use workflow_run"},
    {"deployment_status", "use status or workflow_run"},
    {"discussion", NULL},
    {"discussion_comment", NULL},
    {"fork", NULL},
    {"gollum", NULL},
    {"image_version", NULL},
    {"label", "use issues or pull_request with types: [labeled, unlabeled]"},
    {"milestone", "use issues with types: [milestoned, demilestoned]"},
    {"page_build", NULL},
    {"project", NULL},
    {"public", "use repository with types: [publicized]"},
    {"registry_package", NULL},
    {"watch", NULL},
};

static bool refuse_event(struct reading *r, const struct ynode *n)
{
    for (size_t i = 0; i < ARRAY_LEN(refused); i++)
        if (sv_is(n->text, refused[i].name)) {
            say(r, n, "unsupported-key", "the event \"%s\" is not supported by this version%s%s", refused[i].name,
                refused[i].advice ? ": " : "", refused[i].advice ? refused[i].advice : "");
            return true;
        }
    return false;
}

/* -1 after adding a problem. */
static int event_of(struct reading *r, const struct ynode *n)
{
    struct sv s;
    if (!node_text(r, n, "an event", &s))
        return -1;
    for (int i = 0; i < WF_EVENT_N; i++)
        if (event_rows[i].what && sv_is(s, event_rows[i].what))
            return i;
    if (!refuse_event(r, n))
        say(r, n, "unknown-event", "unknown event \"%.*s\"%s", SV_ARG(sv_cut_chars(s, 60)),
            did_you_mean(r, s, wf_event_name, WF_EVENT_N));
    return -1;
}

static void set_defaults(struct reading *r, struct wf_trigger *t)
{
    if (t->event == WF_PULL_REQUEST && !t->types.present) {
        t->types.present = true;
        for (size_t i = 0; i < 3; i++)
            pattern_add(r, NULL, event_rows[WF_PULL_REQUEST].types[i], &t->types);
    }
    if (trigger_is_judging(t->event) && !t->wait_ms)
        t->wait_ms = HOOK_WAIT_MS; /* where the event is named alone */
    if (t->commands.present && !t->permission)
        t->permission = "write";
    /* A comment that is edited is not a command given once more. */
    if (t->commands.present && !t->types.present) {
        t->types.present = true;
        pattern_add(r, NULL, "created", &t->types);
    }
}

/* What an event cannot do without. */
static void check_bare(struct reading *r, const struct ynode *key, enum wf_event event)
{
    if (event == WF_WORKFLOW_RUN)
        say(r, key, "missing-key", "\"workflow_run\" needs \"workflows\": the names of those it follows");
    if (event == WF_SCHEDULE)
        say(r, key, "missing-key", "\"schedule\" needs a list of entries with \"cron\"");
}

static void trigger_read(struct reading *r, const struct ynode *key, const struct ynode *n, struct workflow *w)
{
    int event = event_of(r, key);
    if (event < 0)
        return;
    struct wf_trigger *t = &w->triggers[w->n_triggers++];
    t->event = (enum wf_event)event;
    t->line = key->at.line;
    if (!n || ynode_is_null(n)) {
        check_bare(r, key, t->event);
    } else if (t->event == WF_SCHEDULE) {
        schedules_read(r, n, t);
    } else {
        object_read(r, n, event_rows[event].object, t);
        filters_check(r, n, t);
    }
    if (t->permission && !t->commands.present)
        say(r, key_node(n, "permission"), "missing-key", "\"permission\" needs \"commands\": it is asked for them");
    set_defaults(r, t);
}

static void event_list_read(struct reading *r, const struct ynode *n, struct workflow *w)
{
    struct names names;
    if (ynode_is_null(n)) {
        say(r, n, "bad-value", "\"on\" names no event");
        return;
    }
    if (!node_names(r, n, "\"on\"", &names))
        return;
    w->triggers = arena_new(r->arena, names.n * sizeof *w->triggers);
    for (size_t i = 0; i < names.n; i++)
        trigger_read(r, names.nodes[i], NULL, w);
}

void triggers_read(struct reading *r, const struct ynode *n, struct workflow *w)
{
    if (n->kind != Y_MAP) {
        event_list_read(r, n, w);
        return;
    }
    if (n->n == 0)
        say(r, n, "bad-value", "\"on\" names no event");
    w->triggers = arena_new(r->arena, (n->n + 1) * sizeof *w->triggers);
    for (size_t i = 0; i < n->n; i++)
        trigger_read(r, n->keys[i], n->items[i], w);
}
