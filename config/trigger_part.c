/* SPDX-License-Identifier: Apache-2.0 */
#include "config/workflow_parts.h"

/* Words of the language that this version does not act upon. */
static const char *const later_events[] = {"pull_request_review",
                                           "issues",
                                           "issue_comment",
                                           "create",
                                           "delete",
                                           "release",
                                           "status",
                                           "check_run",
                                           "check_suite",
                                           "merge_group",
                                           "repository",
                                           "workflow_dispatch",
                                           "repository_dispatch",
                                           "workflow_call",
                                           "workflow_run",
                                           "schedule",
                                           "pre_push",
                                           "pre_receive",
                                           "post_receive",
                                           "pipeline",
                                           "job",
                                           "pull_request_target"};

static const char *const change_types[] = {"opened",
                                           "synchronize",
                                           "reopened",
                                           "closed",
                                           "edited",
                                           "labeled",
                                           "unlabeled",
                                           "assigned",
                                           "unassigned",
                                           "ready_for_review",
                                           "converted_to_draft",
                                           "review_requested",
                                           "review_request_removed",
                                           "locked",
                                           "unlocked",
                                           "auto_merge_enabled",
                                           "auto_merge_disabled",
                                           "enqueued",
                                           "dequeued",
                                           "milestoned",
                                           "demilestoned",
                                           "approved",
                                           "unapproved"};

static bool is_one_of(struct sv s, const char *const *names, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (sv_is(s, names[i]))
            return true;
    return false;
}

static void add_pattern(struct reading *r, const struct ynode *n, const char *pattern, struct wf_filter *f)
{
    struct err e = {0};
    if (globs_add(&f->globs, sv_of(pattern), r->arena, &e) < 0)
        say(r, n, "bad-pattern", "%s", e.msg);
}

static bool filter_names(struct reading *r, const struct ynode *n, struct names *ret, struct wf_filter *f)
{
    f->present = true;
    return node_names(r, n, r->key, ret);
}

static void filter_read(struct reading *r, const struct ynode *n, void *into)
{
    struct names names;
    if (!filter_names(r, n, &names, into))
        return;
    for (size_t i = 0; i < names.n; i++)
        add_pattern(r, names.nodes[i], names.at[i], into);
}

static void repos_filter_read(struct reading *r, const struct ynode *n, void *into)
{
    struct names names;
    if (!filter_names(r, n, &names, into))
        return;
    for (size_t i = 0; i < names.n; i++) {
        if (!strpbrk(names.at[i], "*?+[\\!"))
            (void)alias_check(r, names.nodes[i], names.at[i]);
        add_pattern(r, names.nodes[i], names.at[i], into);
    }
}

static void change_types_read(struct reading *r, const struct ynode *n, void *into)
{
    struct names names;
    if (!filter_names(r, n, &names, into))
        return;
    for (size_t i = 0; i < names.n; i++) {
        struct sv s = sv_of(names.at[i]);
        if (!is_one_of(s, change_types, ARRAY_LEN(change_types)))
            say(r, names.nodes[i], "unknown-type", "unknown type \"%s\" of pull_request%s", names.at[i],
                did_you_mean(r, s, change_types, ARRAY_LEN(change_types)));
        else
            add_pattern(r, names.nodes[i], names.at[i], into);
    }
}

#define FILTER(key_, member, doc_)                                                                                     \
    {                                                                                                                  \
        key_, F_READ, .read = filter_read, .at = offsetof(struct wf_trigger, member), .doc = doc_                      \
    }
#define REPOS                                                                                                          \
    {                                                                                                                  \
        "repos", F_READ, .read = repos_filter_read, .at = offsetof(struct wf_trigger, repos), .doc = "aliases"         \
    }
static const struct field push_fields[] = {
    REPOS,
    FILTER("branches", branches, "the branch pushed"),
    FILTER("branches-ignore", branches_ignore, "all but these"),
    FILTER("tags", tags, "the tag pushed"),
    FILTER("tags-ignore", tags_ignore, "all but these"),
    FILTER("paths", paths, "files changed"),
    FILTER("paths-ignore", paths_ignore, "not when only these changed"),
    FILTER("authors", authors, "login of who pushed"),
};

static const struct field change_fields[] = {
    REPOS,
    {"types", F_READ, .read = change_types_read, .at = offsetof(struct wf_trigger, types), .doc = "actions"},
    FILTER("branches", branches, "the base branch"),
    FILTER("branches-ignore", branches_ignore, "all but these"),
    FILTER("paths", paths, "files changed"),
    FILTER("paths-ignore", paths_ignore, "not when only these changed"),
    FILTER("labels", labels, "any of its labels"),
    FILTER("authors", authors, "login of who acted"),
};

static const struct field system_fields[] = {
    FILTER("types", types, "event_name of the system hook"),
};

static const struct {
    const char *what;
    const struct field *fields;
    size_t n;
} events[] = {
    [WF_PUSH] = {"push", push_fields, ARRAY_LEN(push_fields)},
    [WF_PULL_REQUEST] = {"pull_request", change_fields, ARRAY_LEN(change_fields)},
    [WF_SYSTEM] = {"system", system_fields, ARRAY_LEN(system_fields)},
};

/* -1 after adding a problem. */
static int event_of(struct reading *r, const struct ynode *n)
{
    struct sv s;
    if (!node_text(r, n, "an event", &s))
        return -1;
    for (int i = 0; i < WF_EVENT_N; i++)
        if (sv_is(s, wf_event_name[i]))
            return i;
    if (is_one_of(s, later_events, ARRAY_LEN(later_events)))
        say(r, n, "unsupported-key",
            "the event \"%s\" is not supported by this version: it knows push, pull_request and "
            "system",
            s.p);
    else
        say(r, n, "unknown-event", "unknown event \"%.*s\"%s", SV_ARG(sv_cut_chars(s, 60)),
            did_you_mean(r, s, wf_event_name, WF_EVENT_N));
    return -1;
}

/* GitHub refuses both forms of one filter on the same event. */
static void check_pair(struct reading *r, const struct ynode *map, const char *key)
{
    const char *other = arena_fmt(r->arena, "%s-ignore", key);
    if (!ynode_get(map, key) || !ynode_get(map, other))
        return;
    for (size_t i = 0; i < map->n; i++)
        if (sv_is(map->keys[i]->text, other))
            say(r, map->keys[i], "conflicting-keys",
                "\"%s\" and \"%s\" cannot stand together: use \"%s\" with patterns that begin with \"!\"", key, other,
                key);
}

static void default_types(struct reading *r, struct wf_trigger *t)
{
    if (t->event != WF_PULL_REQUEST || t->types.present)
        return;
    t->types.present = true;
    for (size_t i = 0; i < 3; i++)
        add_pattern(r, NULL, change_types[i], &t->types);
}

static void trigger_read(struct reading *r, const struct ynode *key, const struct ynode *filters, struct workflow *w)
{
    int event = event_of(r, key);
    if (event < 0)
        return;
    struct wf_trigger *t = &w->triggers[w->n_triggers++];
    t->event = (enum wf_event)event;
    t->line = key->at.line;
    if (filters && !ynode_is_null(filters)) {
        fields_read(r, filters, arena_fmt(r->arena, "\"%s\"", events[event].what), events[event].fields,
                    events[event].n, t);
        check_pair(r, filters, "branches");
        check_pair(r, filters, "tags");
        check_pair(r, filters, "paths");
    }
    default_types(r, t);
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
