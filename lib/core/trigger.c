/* SPDX-License-Identifier: Apache-2.0 */
#include "core/trigger.h"
#include "core/dispatch.h"

struct match {
    const struct trigger_input *in;
    const struct workflow *workflow;
    struct arena *arena;
    struct trigger_verdict *ret;
};

enum ref_rule {               /* what the filters of branches and tags are asked about */
                REF_OF_EVENT, /* the event's branch or tag */
                REF_BASE,     /* the branch that is merged into */
                REF_RAN,      /* the branch of the run that is listened to */
                REF_TAG       /* a tag alone */
};

/* Where it differs from: all types, the event's own ref. */
static const struct event_rule {
    enum ref_rule ref;
    const char *types[3]; /* NULL = all */
} rules[WF_EVENT_N] = {
    [WF_PULL_REQUEST] = {REF_BASE, {"opened", "synchronize", "reopened"}},
    [WF_PULL_REQUEST_REVIEW] = {REF_BASE, {NULL}},
    [WF_MERGE_GROUP] = {REF_BASE, {"checks_requested"}},
    [WF_CHECK_SUITE] = {REF_OF_EVENT, {"completed"}},
    [WF_WORKFLOW_RUN] = {REF_RAN, {NULL}},
    [WF_CREATE] = {REF_TAG, {NULL}},
    [WF_DELETE] = {REF_TAG, {NULL}},
    [WF_RELEASE] = {REF_TAG, {NULL}},
};

static bool starts_by_event(enum wf_event event)
{
    /* What was received is a push, which is told from others by the event. */
    return event != WF_WORKFLOW_CALL && event != WF_POST_RECEIVE;
}

bool trigger_event_of(const struct hook_event *ev, enum wf_event *ret)
{
    for (int i = 0; i < WF_EVENT_N; i++)
        if (starts_by_event((enum wf_event)i) && strcmp(ev->name, wf_event_name[i]) == 0) {
            *ret = (enum wf_event)i;
            return true;
        }
    return false;
}

bool trigger_is_judging(enum wf_event event)
{
    return event == WF_PRE_PUSH || event == WF_PRE_RECEIVE;
}

const struct wf_trigger *trigger_judging(const struct workflow *w, enum wf_event event)
{
    for (size_t i = 0; i < w->n_triggers; i++)
        if (trigger_is_judging(w->triggers[i].event) && (event == WF_EVENT_N || w->triggers[i].event == event))
            return &w->triggers[i];
    return NULL;
}

static bool is_name(struct sv word)
{
    for (size_t i = 0; i < word.n; i++)
        if (!((word.p[i] >= 'a' && word.p[i] <= 'z') || (word.p[i] >= 'A' && word.p[i] <= 'Z') ||
              (word.p[i] >= '0' && word.p[i] <= '9') || word.p[i] == '-' || word.p[i] == '_'))
            return false;
    return word.n > 0;
}

bool trigger_command(const char *comment, struct sv *ret_command, struct sv *ret_arguments)
{
    struct sv rest = sv_of(comment), line;
    if (!sv_next(&rest, '\n', &line) || !sv_starts(line, SV("/")))
        return false;
    line = sv_from(sv_trim(line), 1);
    size_t n = 0;
    while (n < line.n && line.p[n] != ' ' && line.p[n] != '\t')
        n++;
    *ret_command = sv_cut(line, n);
    *ret_arguments = sv_trim(sv_from(line, n));
    return is_name(*ret_command);
}

static void say_no(struct match *m, const char *reason)
{
    if (!m->ret->reason)
        m->ret->reason = reason;
}

static void note(struct match *m, const char *key, const char *value, bool matched)
{
    MUST(m->ret->n_filters < TRIGGER_FILTERS);
    m->ret->filters[m->ret->n_filters++] = (struct filter_verdict){key, value, matched};
    if (!matched && !m->ret->reason)
        say_no(m, value ? arena_fmt(m->arena, "%s: \"%s\" is not wanted", key, value)
                        : arena_fmt(m->arena, "%s: the event has none", key));
}

/* A filter that is not there wants everything. */
static void ask(struct match *m, const char *key, const struct wf_filter *f, const char *value)
{
    if (f->present)
        note(m, key, value, value && globs_match(&f->globs, sv_of(value)));
}

static void ask_not(struct match *m, const char *key, const struct wf_filter *f, const char *value)
{
    if (f->present)
        note(m, key, value, !(value && globs_match(&f->globs, sv_of(value))));
}

static const char *short_ref(const char *ref, const char *prefix)
{
    size_t n = strlen(prefix);
    return ref && strncmp(ref, prefix, n) == 0 ? ref + n : NULL;
}

static void ask_branch(struct match *m, const struct wf_trigger *t, const char *branch)
{
    ask(m, "branches", &t->branches, branch);
    ask_not(m, "branches-ignore", &t->branches_ignore, branch);
}

static void ask_tag(struct match *m, const struct wf_trigger *t, const char *tag)
{
    ask(m, "tags", &t->tags, tag);
    ask_not(m, "tags-ignore", &t->tags_ignore, tag);
}

/* Who lists only branches does not want tags, and the other way round. */
static void ask_pushed_ref(struct match *m, const struct wf_trigger *t)
{
    const struct hook_event *ev = m->in->event;
    const char *branch = short_ref(ev->ref, "refs/heads/"), *tag = short_ref(ev->ref, "refs/tags/");
    bool by_branch = t->branches.present || t->branches_ignore.present;
    bool by_tag = t->tags.present || t->tags_ignore.present;
    if (tag && by_branch && !by_tag)
        note(m, "tags", tag, false);
    else if (tag)
        ask_tag(m, t, tag);
    else if (by_tag && !by_branch)
        note(m, "branches", branch, false);
    else
        ask_branch(m, t, branch);
}

static const char *base_branch(const struct hook_event *ev)
{
    return ev->merge_base ? ev->merge_base : ev->change.base_ref;
}

static bool is_of_push(enum wf_event event)
{
    return event == WF_PUSH || trigger_is_judging(event) || event == WF_POST_RECEIVE;
}

static void ask_ref(struct match *m, const struct wf_trigger *t)
{
    const struct hook_event *ev = m->in->event;
    switch (rules[t->event].ref) {
    case REF_OF_EVENT:
        if (is_of_push(t->event) && ev->deleted == YES)
            say_no(m, "the ref was deleted");
        ask_pushed_ref(m, t);
        break;
    case REF_BASE:
        ask_branch(m, t, base_branch(ev));
        break;
    case REF_RAN:
        ask_branch(m, t, ev->workflow_run.head_branch);
        break;
    case REF_TAG:
        ask_tag(m, t, ev->tag);
        break;
    }
}

static bool is_one_of(const char *word, const char *const *words, size_t n)
{
    for (size_t i = 0; word && i < n && words[i]; i++)
        if (strcmp(word, words[i]) == 0)
            return true;
    return false;
}

static void ask_types(struct match *m, const struct wf_trigger *t)
{
    static const char *const created[] = {"created"};
    const struct event_rule *rule = &rules[t->event];
    const char *action = m->in->event->action;
    if (t->types.present)
        ask(m, "types", &t->types, action);
    else if (rule->types[0])
        note(m, "types", action, is_one_of(action, rule->types, ARRAY_LEN(rule->types)));
    else if (t->commands.present)
        note(m, "types", action, is_one_of(action, created, 1));
}

static void ask_labels(struct match *m, const struct wf_trigger *t)
{
    const struct hook_event *ev = m->in->event;
    const char **labels = ev->change.n_labels ? ev->change.labels : ev->issue.labels;
    size_t n = ev->change.n_labels ? ev->change.n_labels : ev->issue.n_labels, i = 0;
    if (!t->labels.present)
        return;
    while (i < n && !globs_match(&t->labels.globs, sv_of(labels[i])))
        i++;
    note(m, "labels", i < n ? labels[i] : n ? labels[0] : NULL, i < n);
}

static void ask_command(struct match *m, const struct wf_trigger *t)
{
    struct sv command = SV_NONE, arguments;
    if (!t->commands.present)
        return;
    const char *word =
        trigger_command(m->in->event->comment.body, &command, &arguments) ? arena_dup(m->arena, command) : NULL;
    ask(m, "commands", &t->commands, word);
}

/* Who gives a command has to be allowed to. */
static void ask_level(struct match *m, const struct wf_trigger *t)
{
    const struct hook_event *ev = m->in->event;
    enum member_level wanted = MEMBER_WRITE;
    if (!t->commands.present)
        return;
    (void)member_level_of(sv_of(t->permission), &wanted);
    if (m->in->level_known == LEVEL_LATER) {
        m->ret->needs_level = true;
        return;
    }
    const char *has = m->in->level_known == LEVEL_KNOWN ? member_level_name[m->in->level] : NULL;
    bool enough = has && m->in->level >= wanted;
    if (!has)
        say_no(m, "permission: not known");
    else if (!enough)
        say_no(m, arena_fmt(m->arena, "permission: %s has \"%s\", and \"%s\" is needed",
                            ev->sender.login ? ev->sender.login : "the sender", has, member_level_name[wanted]));
    note(m, "permission", has, enough);
}

static void ask_schedule(struct match *m, const struct wf_trigger *t)
{
    const char *has_come = m->in->event->schedule;
    size_t i = 0;
    while (has_come && i < t->n_schedules && strcmp(t->schedules[i].cron, has_come) != 0)
        i++;
    note(m, "cron", has_come, has_come && i < t->n_schedules);
}

/* "workflows/ci.yml", "backend:.fettle/workflows/ci.yml@<commit>": without the commit; with or without the folder. */
static bool is_file_of(struct sv asked, const struct workflow *w)
{
    struct sv file = sv_of(w->file);
    ptrdiff_t at = sv_rchr(file, '@');
    file = at < 0 ? file : sv_cut(file, (size_t)at);
    struct sv asked_base = sv_from(asked, (size_t)(sv_rchr(asked, '/') + 1));
    struct sv base = sv_from(file, (size_t)(sv_rchr(file, '/') + 1));
    bool of_forge = sv_starts(asked, SV(".github/")) || sv_starts(asked, SV(".gitea/")) || asked_base.n == asked.n;
    return sv_eq(asked, file) || (of_forge && sv_eq(asked_base, base));
}

static void ask_workflow(struct match *m)
{
    const char *only = m->in->event->workflow;
    if (only)
        note(m, "workflow", only, strcmp(only, m->workflow->name) == 0 || is_file_of(sv_of(only), m->workflow));
}

/* Whoever wants to go on from what this server did says so with `own: allow`. */
static void note_own(struct match *m, const struct wf_trigger *t)
{
    bool allowed = t->own == WF_OWN_ALLOW;
    if (!allowed)
        say_no(m, arena_fmt(m->arena, "%s, and \"own: allow\" does not stand here", m->in->own));
    note(m, "own", m->in->own, allowed);
}

/* `paths` wants one path that matches, `paths-ignore` one that does not. */
static void ask_known_paths(struct match *m, const struct wf_trigger *t)
{
    struct glob_names own, *names = m->in->names;
    if (!names) {
        names = &own;
        glob_names_make(names, m->in->paths, m->in->n_paths, m->arena);
    }
    const char *first = names->n ? names->at[0].p : NULL;
    if (t->paths.present) {
        const char *hit = glob_names_find(names, &t->paths.globs).p;
        note(m, "paths", hit ? hit : first, hit != NULL);
    }
    if (t->paths_ignore.present) {
        const char *hit = glob_names_find_other(names, &t->paths_ignore.globs).p;
        note(m, "paths-ignore", hit ? hit : first, hit != NULL);
    }
}

static void ask_paths(struct match *m, const struct wf_trigger *t)
{
    if ((!t->paths.present && !t->paths_ignore.present) || short_ref(m->in->event->ref, "refs/tags/"))
        return;
    if (m->in->known == PATHS_KNOWN)
        ask_known_paths(m, t);
    else if (m->in->known == PATHS_LATER)
        m->ret->needs_paths = true;
    else
        say_no(m, "paths: what changed is not known (the repository is not in repositories.yaml or cannot be read)");
}

/* Of a person the API asks it before; a file may have changed since, and forges send what their own files say. */
static void ask_inputs(struct match *m, const struct wf_trigger *t)
{
    AUTO(jdoc_free) struct jdoc *d = NULL;
    struct err e = {0};
    const char *json = m->in->event->inputs;
    if (t->event != WF_WORKFLOW_DISPATCH || m->ret->reason)
        return;
    if ((json && jdoc_parse(sv_of(json), NULL, &d, &e) < 0) || dispatch_check(t, jdoc_root(d), &e) < 0)
        say_no(m, arena_fmt(m->arena, "inputs: %s", e.msg));
}

/* Every filter is asked, also behind the first no: people want to see all that stands in the way. */
static void match_one(struct match *m, const struct wf_trigger *t)
{
    const struct hook_event *ev = m->in->event;
    ask_workflow(m);
    if (m->in->own)
        note_own(m, t);
    ask(m, "repos", &t->repos, m->in->alias);
    ask_types(m, t);
    if (t->event == WF_SCHEDULE)
        ask_schedule(m, t);
    ask_ref(m, t);
    ask(m, "workflows", &t->workflows, ev->workflow_run.name);
    ask_command(m, t);
    ask_level(m, t);
    ask_labels(m, t);
    ask(m, "authors", &t->authors, ev->sender.login);
    ask_paths(m, t);
    ask_inputs(m, t);
    if (t->event == WF_RELEASE && ev->release.draft == YES &&
        is_one_of(ev->action, (const char *const[]){"created", "edited", "deleted"}, 3))
        say_no(m, "the release is a draft");
    m->ret->matched = !m->ret->reason;
    m->ret->needs_paths &= m->ret->matched;
    m->ret->needs_level &= m->ret->matched;
}

bool trigger_spares(const struct trigger_input *in, const struct trigger_verdict *v)
{
    static const char *const content[] = {"paths", "paths-ignore", "branches", "branches-ignore",
                                          "tags",  "tags-ignore",  "labels",   "authors"};
    enum wf_event event;
    bool any = false;
    if (v->matched || !trigger_event_of(in->event, &event) || in->event->deleted == YES || !in->event->after ||
        (event != WF_PULL_REQUEST && event != WF_MERGE_GROUP))
        return false;
    for (size_t i = 0; i < v->n_filters; i++) {
        if (v->filters[i].matched)
            continue;
        if (!is_one_of(v->filters[i].key, content, ARRAY_LEN(content)))
            return false;
        any = true;
    }
    return any;
}

void trigger_match(const struct workflow *w, const struct trigger_input *in, struct arena *a,
                   struct trigger_verdict *ret)
{
    enum wf_event event;
    *ret = (struct trigger_verdict){0};
    if (!trigger_event_of(in->event, &event)) {
        ret->reason = arena_fmt(a, "on: workflows cannot start from \"%s\" in this version", in->event->name);
        return;
    }
    bool listed = false;
    for (size_t i = 0; i < w->n_triggers && !ret->matched; i++) {
        enum wf_event wanted = w->triggers[i].event;
        if (wanted != event && !(wanted == WF_POST_RECEIVE && event == WF_PUSH && in->event->received))
            continue;
        /* Several entries of one event: any of them starts it; of those that do not the last one is told. */
        *ret = (struct trigger_verdict){0};
        struct match m = {in, w, a, ret};
        listed = true;
        match_one(&m, &w->triggers[i]);
        ret->trigger = &w->triggers[i];
    }
    if (!listed)
        ret->reason = arena_fmt(a, "on: \"%s\" is not listed", in->event->name);
}
