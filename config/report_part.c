/* SPDX-License-Identifier: Apache-2.0 */
/* `report:` of a workflow: under which name the forge is told of a run, and by what. */
#include "config/report_part.h"
#include "config/workflow_parts.h"

static const char *const on_words[] = {"event", "every-pull-request", NULL};
static const char *const comment_words[] = {"none", "sticky", NULL};
static const struct field report_fields[] = {
    {"context", F_TEXT, .at = offsetof(struct workflow, report.context), .doc = "of the status; default fettle/<name>"},
    {"check", F_FLAG, .at = offsetof(struct workflow, report.check),
     .doc = "at GitHub a check run beside the status, with the annotations; needs the token of a GitHub App"},
    {"required", F_FLAG, .at = offsetof(struct workflow, report.required),
     .doc = "a rule of the forge waits for the status: it is said also where filters keep the run away"},
    {"comment", F_WORD, .at = offsetof(struct workflow, report.comment), .words = comment_words, .preset = "none",
     .doc = "sticky: one comment beneath the change, written over by the newest run"},
    {"on", F_WORD, .at = offsetof(struct workflow, report.on), .words = on_words, .preset = "event",
     .doc = "every-pull-request: the status stands also on the open changes of the other repositories that have a "
            "branch of "
            "the same name; in the server's own workflows"},
};
static const struct object report = {OBJECT("report", "\"report\"", report_fields)};
const struct shape shape_report = {SHAPE_OBJECT, .object = &report};

void report_read(struct reading *r, const struct ynode *n, void *into)
{
    object_read(r, n, &report, into);
}

static const struct ynode *check_node(const struct ynode *root)
{
    const struct ynode *n = root && root->kind == Y_MAP ? ynode_get(root, "report") : NULL;
    return n && n->kind == Y_MAP ? ynode_get(n, "check") : NULL;
}

static bool hears(const struct wf_trigger *t, const char *type)
{
    return !t->authors.present && (!t->types.present || globs_match(&t->types.globs, sv_of(type)));
}

static bool hears_its_own(const struct wf_trigger *t)
{
    return (t->event == WF_CHECK_RUN && (hears(t, "created") || hears(t, "completed"))) ||
           (t->event == WF_CHECK_SUITE && hears(t, "completed"));
}

void report_circle_check(struct reading *r, const struct ynode *root, const struct workflow *w)
{
    for (size_t i = 0; w->report.check && i < w->n_triggers; i++)
        if (hears_its_own(&w->triggers[i])) {
            say(r, check_node(root), "circle",
                "its own check run starts the workflow again, without an end: give \"%s\" the \"types\" or the "
                "\"authors\" that it means",
                wf_event_name[w->triggers[i].event]);
            return;
        }
}

static bool may_report_to(const struct workflow *w, const struct repo *repo)
{
    for (size_t i = 0; i < w->n_triggers; i++)
        if (!w->triggers[i].repos.present || globs_match(&w->triggers[i].repos.globs, sv_of(repo->alias)))
            return true;
    return false;
}

static bool has_checks(const struct conf *c, const struct repo *repo)
{
    const struct conf_forge *f = conf_forge_by_name(c, sv_of(repo->forge));
    return !f || !f->ops || f->ops->has_checks;
}

void report_forges_check(const struct conf *c, const struct workflow_file *f, struct arena *a,
                         struct problems *problems)
{
    AUTO(buf_free) struct buf names = {0};
    size_t n = 0;
    struct reading r = reading_again(f, a, problems);
    for (size_t i = 0; f->w && f->w->report.check && i < c->repos.n; i++) {
        const struct repo *repo = &c->repos.at[i];
        if (!may_report_to(f->w, repo) || has_checks(c, repo))
            continue;
        if (n++ < 3)
            buf_fmt(&names, "%s%s (%s)", n > 1 ? ", " : "", repo->alias, repo->forge);
    }
    if (n > 3)
        buf_fmt(&names, " and %zu more", n - 3);
    if (n)
        say_warning(&r, check_node(f->root), "no-checks",
                    "only GitHub has check runs: for %s the commit status alone is posted", names.p);
}
