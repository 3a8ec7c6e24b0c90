/* SPDX-License-Identifier: Apache-2.0 */
/* What a step says to a forge: the effect that its action asks for, with what only the engine knows of it: the place,
 * the marker, the commit. */
#include "engine/state.h"
#include "fmt/json.h"

struct telling {
    struct engine *e;
    struct live_job *j;
    const struct step *s;
    const struct action_result *want;
    struct live_effect *x;
    struct arena *a;  /* of x */
    const char *name; /* of this step in its run: what makes the effect's key */
    bool own;         /* in the repository of the event */
    const char *problem;
};

/* ---- where ---- */

static const char *place_of(struct telling *t, struct sv *ret_forge, const char **ret_path)
{
    const char *repo_id = t->j->row->repo_id, *alias = t->want->effect.repo;
    const struct repo *r = alias ? repo_by_alias(t->e->conf->repos, sv_of(alias)) : NULL;
    if (alias)
        repo_id = r ? r->id : NULL;
    if (!report_address(repo_id, ret_forge, ret_path)) {
        t->problem = alias ? "its repository is not in repositories.yaml" : "it has no repository";
        return NULL;
    }
    if (!report_can_post(t->e, *ret_forge)) {
        t->problem = "its forge has no token in the configuration";
        return NULL;
    }
    return repo_id;
}

/* The change or issue of the event, where that is in the same repository. */
static bool thread(struct telling *t, int64_t *number, enum thread_kind *at)
{
    const struct run *r = t->j->run->row;
    if (*number)
        return true;
    if (t->own && r->change) {
        *number = r->change;
        *at = THREAD_CHANGE;
    } else if (t->own && jval_int(jval_at(run_context(t->j->run), "event", "issue", "number"), number) && *number > 0) {
        *at = THREAD_ISSUE;
    } else {
        t->problem = "the event has no change or issue there: say \"change\" or \"issue\"";
        return false;
    }
    return true;
}

static const char *commit(struct telling *t, const char *said)
{
    const struct job *j = t->j->row;
    if (said)
        return arena_strdup(t->a, said);
    bool here = !t->want->effect.repo || (j->repo_alias && strcmp(t->want->effect.repo, j->repo_alias) == 0);
    if (!here || !j->sha)
        t->problem = "the job has no commit there: say \"sha\"";
    return here ? arena_strdup(t->a, j->sha) : NULL;
}

static const char *marker(struct telling *t, struct sv forge, const char *path, const char *fingerprint,
                          const char *kind)
{
    char fp[27];
    effect_fingerprint(forge, sv_of(path), sv_of(fingerprint), fp);
    t->x->row->serial_key = arena_fmt(t->a, "%s:%s", kind, fp);
    return arena_fmt(t->a, "<!-- fettle:fp=%s -->", fp);
}

static const char **copies(struct arena *a, const char **texts, size_t n)
{
    const char **all = arena_new(a, (n + 1) * sizeof *all);
    for (size_t i = 0; i < n; i++)
        all[i] = arena_strdup(a, texts[i]);
    return all;
}

/* ---- what ---- */

static void tell_issue(struct telling *t, struct sv forge, const char *path)
{
    const struct issue_body *w = &t->want->effect.issue;
    t->x->row->issue = (struct issue_body){.title = arena_strdup(t->a, w->title),
                                           .body = arena_strdup(t->a, w->body ? w->body : ""),
                                           .marker = marker(t, forge, path, t->want->effect.fingerprint, "issue"),
                                           .labels = copies(t->a, w->labels, w->n_labels),
                                           .n_labels = w->n_labels,
                                           .close = w->close};
}

static void tell_comment(struct telling *t, struct sv forge, const char *path)
{
    const struct comment_body *w = &t->want->effect.comment;
    struct comment_body b = {.number = w->number, .at = w->at, .remove = w->remove};
    if (!thread(t, &b.number, &b.at))
        return;
    char id[ID_TEXT];
    const char *said = t->want->effect.fingerprint;
    const char *which = said ? said : arena_fmt(t->a, "%s %s", id_text(t->j->row->run_id, id), t->name);
    b.marker =
        marker(t, forge, path, arena_fmt(t->a, "comment %d %lld\n%s", b.at, (long long)b.number, which), "comment");
    b.body = arena_strdup(t->a, w->body ? w->body : "");
    t->x->row->comment = b;
}

static void tell_label(struct telling *t, const char *path)
{
    const struct label_body *w = &t->want->effect.label;
    struct label_body b = *w;
    if (!thread(t, &b.number, &b.at))
        return;
    b.add = copies(t->a, w->add, w->n_add);
    b.remove = copies(t->a, w->remove, w->n_remove);
    t->x->row->label = b;
    t->x->row->serial_key = arena_fmt(t->a, "label:%s:%s:%d:%lld", t->x->row->forge, path, b.at, (long long)b.number);
}

/* The names of runs are their own: a step does not speak in their place. */
static bool is_taken(struct telling *t, const char *context)
{
    const struct run *r = t->j->run->row;
    if (!r->report_context || !sv_ieq(sv_of(context), sv_of(r->report_context)))
        return false;
    t->problem = "this is the name of the run's own status: choose another";
    return true;
}

static void tell_status(struct telling *t, const char *path, const struct status_body *w)
{
    if (is_taken(t, w->context))
        return;
    t->x->row->status = (struct status_body){
        .sha = commit(t, w->sha),
        .context = arena_strdup(t->a, w->context),
        .description = arena_strdup(t->a, w->description),
        .target_url = arena_strdup(t->a, w->target_url),
        .state = w->state,
        .ref = w->sha ? NULL : arena_strdup(t->a, t->j->row->ref),
        .change = t->own ? t->j->run->row->change : 0,
    };
    t->x->row->serial_key = report_status_key(t->e, t->x->row, path, t->a);
}

/* A forge without check runs gets a status of that name. */
static void tell_check(struct telling *t, struct sv forge, const char *path)
{
    const struct check_body *w = &t->want->effect.check;
    const struct lane *l = map_get(&t->e->lanes, forge);
    char external[27];
    if (!l->ops->has_checks) {
        const struct status_body as = {.sha = w->sha,
                                       .context = w->name,
                                       .description = w->title,
                                       .target_url = w->details_url,
                                       .state = w->state};
        t->x->row->kind = EFFECT_STATUS;
        tell_status(t, path, &as);
        return;
    }
    if (is_taken(t, w->name))
        return;
    /* One check run for a run and a name: a later step of that name writes over it. */
    effect_key(t->j->row->run_id, EFFECT_CHECK, sv_of(arena_fmt(t->a, "step %s", w->name)), 0, external);
    struct check_body b = *w;
    b.sha = commit(t, w->sha);
    b.name = arena_strdup(t->a, w->name);
    b.external_id = arena_strdup(t->a, external);
    b.details_url = arena_strdup(t->a, w->details_url);
    b.title = arena_strdup(t->a, w->title);
    b.summary = arena_strdup(t->a, w->summary);
    b.started_at = t->j->row->started_at;
    b.completed_at = t->e->now;
    t->x->row->check = b;
    t->x->row->seq = 2; /* one may be there: it is looked for first */
    t->x->row->serial_key = arena_fmt(t->a, "check:%s:%s:%s:%s", t->x->row->forge, path, b.sha, b.name);
}

static void tell_pull(struct telling *t, struct sv forge, const char *path, const char *repo_id)
{
    const struct pull_body *w = &t->want->effect.pull;
    const struct repo *r = repo_by_id(t->e->conf->repos, sv_of(repo_id));
    struct pull_body b = {.head = arena_strdup(t->a, w->head),
                          .base = arena_strdup(t->a, w->base ? w->base
                                                     : r     ? r->default_branch
                                                             : NULL),
                          .title = arena_strdup(t->a, w->title),
                          .body = arena_strdup(t->a, w->body),
                          .labels = copies(t->a, w->labels, w->n_labels),
                          .n_labels = w->n_labels,
                          .draft = w->draft};
    if (!b.base || strcmp(b.base, b.head) == 0) {
        t->problem = b.base ? "its head is the default branch" : "its base is not known: say \"base\"";
        return;
    }
    b.marker = marker(t, forge, path, arena_fmt(t->a, "pull %s\n%s", b.head, b.base), "pull");
    t->x->row->pull = b;
}

static void tell_merge(struct telling *t, const char *path)
{
    const struct merge_body *w = &t->want->effect.merge;
    const struct run *r = t->j->run->row;
    struct merge_body b = {.number = w->number, .method = w->method};
    if (!b.number && (!t->own || !r->change)) {
        t->problem = "the event has no change there: say \"change\" and \"sha\"";
        return;
    }
    b.sha = w->sha ? arena_strdup(t->a, w->sha) : arena_strdup(t->a, r->sha);
    b.number = b.number ? b.number : r->change;
    b.title = arena_strdup(t->a, w->title);
    b.message = arena_strdup(t->a, w->message);
    t->x->row->merge = b;
    t->x->row->serial_key = arena_fmt(t->a, "merge:%s:%s:%lld", t->x->row->forge, path, (long long)b.number);
}

static void tell_dispatch(struct telling *t)
{
    const struct dispatch_body *w = &t->want->effect.dispatch;
    char token[27];
    effect_key(t->j->row->run_id, EFFECT_DISPATCH, sv_of(t->name), t->s->attempts, token);
    t->x->row->dispatch = (struct dispatch_body){.event = arena_strdup(t->a, w->event),
                                                 .workflow = arena_strdup(t->a, w->workflow),
                                                 .ref = arena_strdup(t->a, w->ref),
                                                 .inputs = arena_strdup(t->a, w->inputs),
                                                 .token = arena_strdup(t->a, token)};
    t->x->row->serial_key = arena_fmt(t->a, "dispatch:%s", token);
}

static void tell(struct telling *t, struct sv forge, const char *path, const char *repo_id)
{
    switch (t->want->effect.kind) {
    case EFFECT_ISSUE:
        tell_issue(t, forge, path);
        break;
    case EFFECT_COMMENT:
        tell_comment(t, forge, path);
        break;
    case EFFECT_LABEL:
        tell_label(t, path);
        break;
    case EFFECT_STATUS:
        tell_status(t, path, &t->want->effect.status);
        break;
    case EFFECT_CHECK:
        tell_check(t, forge, path);
        break;
    case EFFECT_PULL:
        tell_pull(t, forge, path, repo_id);
        break;
    case EFFECT_MERGE:
        tell_merge(t, path);
        break;
    case EFFECT_DISPATCH:
        tell_dispatch(t);
        break;
    case EFFECT_EVENT:
    case EFFECT_KIND_N:
        t->problem = "a step cannot do that";
    }
}

const char *report_step_name(const struct live_job *j, const struct step *s, struct arena *a)
{
    return arena_fmt(a, "%s/%d", j->row->key, s->no);
}

struct live_effect *report_step(struct engine *e, struct live_job *j, const struct step *s,
                                const struct action_result *want, const char **ret_problem)
{
    struct sv forge;
    const char *path = NULL;
    struct telling t = {.e = e, .j = j, .s = s, .want = want};
    const char *repo_id = place_of(&t, &forge, &path);
    if (repo_id) {
        const char *own = j->run->row->repo_id;
        t.own = own && strcmp(own, repo_id) == 0;
        t.x = effect_new(e, forge, path, j->row->run_id, want->effect.kind);
        t.a = &t.x->arena;
        t.name = report_step_name(j, s, t.a);
        tell(&t, forge, path, repo_id);
    }
    if (t.problem) {
        *ret_problem = arena_fmt(&j->run->arena, "%s: %s", effect_kind_name[want->effect.kind], t.problem);
        if (t.x)
            effect_drop(t.x);
        return NULL;
    }
    effect_finish(e, t.x, sv_of(t.name), s->attempts);
    return t.x;
}
