/* SPDX-License-Identifier: Apache-2.0 */
#include "core/trigger.h"

struct match {
    const struct trigger_input *in;
    struct arena *arena;
    struct trigger_verdict *ret;
};

bool trigger_event_of(const struct hook_event *ev, enum wf_event *ret)
{
    for (int i = 0; i < WF_EVENT_N; i++)
        if (strcmp(ev->name, wf_event_name[i]) == 0) {
            *ret = (enum wf_event)i;
            return true;
        }
    return false;
}

static bool note(struct match *m, const char *key, const char *value, bool matched)
{
    if (m->ret->n_filters < TRIGGER_FILTERS)
        m->ret->filters[m->ret->n_filters++] = (struct filter_verdict){key, value, matched};
    if (!matched && !m->ret->reason)
        m->ret->reason = value ? arena_fmt(m->arena, "%s: \"%s\" is not wanted", key, value)
                               : arena_fmt(m->arena, "%s: the event has none", key);
    return matched;
}

static bool no(struct match *m, const char *reason)
{
    if (!m->ret->reason)
        m->ret->reason = reason;
    return false;
}

/* A filter that is not there wants everything. */
static bool wants(struct match *m, const char *key, const struct wf_filter *f, const char *value)
{
    return !f->present || note(m, key, value, value && globs_match(&f->globs, sv_of(value)));
}

static bool wants_not(struct match *m, const char *key, const struct wf_filter *f, const char *value)
{
    return !f->present || note(m, key, value, !(value && globs_match(&f->globs, sv_of(value))));
}

static const char *short_ref(const char *ref, const char *prefix)
{
    size_t n = strlen(prefix);
    return ref && strncmp(ref, prefix, n) == 0 ? ref + n : NULL;
}

static bool match_push_ref(struct match *m, const struct wf_trigger *t)
{
    const struct hook_event *ev = m->in->event;
    const char *branch = short_ref(ev->ref, "refs/heads/"), *tag = short_ref(ev->ref, "refs/tags/");
    bool by_branch = t->branches.present || t->branches_ignore.present;
    bool by_tag = t->tags.present || t->tags_ignore.present;
    if (ev->deleted == YES)
        return no(m, "the ref was deleted");
    if (tag) {
        if (by_branch && !by_tag)
            return note(m, "tags", tag, false);
        return wants(m, "tags", &t->tags, tag) && wants_not(m, "tags-ignore", &t->tags_ignore, tag);
    }
    if (by_tag && !by_branch)
        return note(m, "branches", branch, false);
    return wants(m, "branches", &t->branches, branch) && wants_not(m, "branches-ignore", &t->branches_ignore, branch);
}

static bool match_change(struct match *m, const struct wf_trigger *t)
{
    const struct hook_event *ev = m->in->event;
    const char *base = ev->change.base_ref;
    if (t->types.present) {
        if (!wants(m, "types", &t->types, ev->action))
            return false;
    } else {
        const char *a = ev->action ? ev->action : "";
        bool usual = strcmp(a, "opened") == 0 || strcmp(a, "synchronize") == 0 || strcmp(a, "reopened") == 0;
        if (!note(m, "types", ev->action, usual))
            return false;
    }
    return wants(m, "branches", &t->branches, base) && wants_not(m, "branches-ignore", &t->branches_ignore, base);
}

static bool match_labels(struct match *m, const struct wf_trigger *t)
{
    const struct event_change *c = &m->in->event->change;
    if (!t->labels.present)
        return true;
    for (size_t i = 0; i < c->n_labels; i++)
        if (globs_match(&t->labels.globs, sv_of(c->labels[i])))
            return note(m, "labels", c->labels[i], true);
    return note(m, "labels", c->n_labels ? c->labels[0] : NULL, false);
}

/* `paths` wants one path that matches, `paths-ignore` one that does not. */
static const char *first_path(const struct match *m, const struct globs *g, bool want)
{
    for (size_t i = 0; i < m->in->n_paths; i++)
        if (globs_match(g, sv_of(m->in->paths[i])) == want)
            return m->in->paths[i];
    return NULL;
}

static bool match_paths(struct match *m, const struct wf_trigger *t)
{
    const struct hook_event *ev = m->in->event;
    if ((!t->paths.present && !t->paths_ignore.present) || short_ref(ev->ref, "refs/tags/"))
        return true;
    if (m->in->known == PATHS_LATER) {
        m->ret->needs_paths = true;
        return true;
    }
    if (m->in->known == PATHS_UNKNOWN)
        return no(m, "paths: what changed is not known (the repository is not in repositories.yaml or cannot be read)");
    const char *first = m->in->n_paths ? m->in->paths[0] : NULL;
    if (t->paths.present) {
        const char *hit = first_path(m, &t->paths.globs, true);
        if (!note(m, "paths", hit ? hit : first, hit != NULL))
            return false;
    }
    if (t->paths_ignore.present) {
        const char *hit = first_path(m, &t->paths_ignore.globs, false);
        if (!note(m, "paths-ignore", hit ? hit : first, hit != NULL))
            return false;
    }
    return true;
}

static bool match_one(struct match *m, const struct wf_trigger *t)
{
    const struct hook_event *ev = m->in->event;
    if (!wants(m, "repos", &t->repos, m->in->alias))
        return false;
    bool ok = t->event == WF_PUSH           ? match_push_ref(m, t)
              : t->event == WF_PULL_REQUEST ? match_change(m, t)
                                            : wants(m, "types", &t->types, ev->action);
    return ok && match_labels(m, t) && wants(m, "authors", &t->authors, ev->sender.login) && match_paths(m, t);
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
    for (size_t i = 0; i < w->n_triggers; i++) {
        if (w->triggers[i].event != event)
            continue;
        /* Several entries of one event: any of them starts it; the first reason of the last one is told. */
        *ret = (struct trigger_verdict){0};
        struct match m = {in, a, ret};
        listed = true;
        if (match_one(&m, &w->triggers[i])) {
            ret->matched = true;
            ret->reason = NULL;
            return;
        }
    }
    if (!listed)
        ret->reason = arena_fmt(a, "on: \"%s\" is not listed", in->event->name);
}
