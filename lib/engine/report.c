/* SPDX-License-Identifier: Apache-2.0 */
/* What a run says to the forge: its status, and with it the state of its check run. */
#include "engine/engine_trace.h"
#include "engine/state.h"

bool report_address(const char *repo_id, struct sv *ret_forge, const char **ret_path)
{
    const char *colon = repo_id ? strchr(repo_id, ':') : NULL;
    if (!colon)
        return false;
    *ret_forge = sv_n(repo_id, (size_t)(colon - repo_id));
    *ret_path = colon + 1;
    return true;
}

bool report_can_post(const struct engine *e, struct sv forge)
{
    const struct lane *l = map_get(&e->lanes, forge);
    return l && l->ops && l->can_post;
}

struct live_effect *effect_new(struct engine *e, struct sv forge, const char *path, int64_t run, enum effect_kind kind)
{
    struct live_effect *x = mem_new(sizeof *x);
    x->row = arena_new(&x->arena, sizeof *x->row);
    *x->row = (struct effect){.id = engine_id(e),
                              .run_id = run,
                              .kind = kind,
                              .forge = arena_dup(&x->arena, forge),
                              .repo = arena_strdup(&x->arena, path),
                              .state = EFFECT_PENDING,
                              .created_at = e->now,
                              .version = 1};
    x->trace = run ? arena_strdup(&x->arena, engine_trace(e, run)) : NULL;
    return x;
}

void effect_drop(struct live_effect *x)
{
    struct arena arena = x->arena;
    mem_free(x);
    arena_free(&arena);
}

void effect_finish(struct engine *e, struct live_effect *x, struct sv name, int64_t generation)
{
    char key[27];
    AUTO(buf_free) struct buf body = {0};
    effect_key(x->row->run_id, x->row->kind, name, generation, key);
    x->row->key = arena_strdup(&x->arena, key);
    effect_body_write(x->row, &body);
    x->row->body = arena_dup(&x->arena, buf_view(&body));
    outbox_add(e, x);
}

static const char *lower(struct arena *a, const char *text)
{
    char *copy = arena_strdup(a, text);
    for (char *p = copy; *p; p++)
        if (*p >= 'A' && *p <= 'Z')
            *p = (char)(*p + 32);
    return copy;
}

static bool folds_contexts(const struct engine *e, struct sv forge)
{
    const struct lane *l = map_get(&e->lanes, forge);
    return l && l->ops && l->ops->folds_contexts;
}

const char *report_status_key(const struct engine *e, const struct effect *x, const char *path, struct arena *a)
{
    const char *context = x->status.context;
    if (folds_contexts(e, sv_of(x->forge)))
        context = lower(a, context);
    return arena_fmt(a, "status:%s:%s:%s:%s", x->forge, path, x->status.sha, context);
}

/* Where a run speaks: the commit of its event (the first), and the changes that are involved. */
struct place {
    const char *repo_id, *sha, *ref, *head_repo;
    int64_t change, *seq; /* seq below 0: enum report_silence */
};

static bool place_at(struct run *r, size_t i, struct place *ret)
{
    if (!r->report_context || i > r->n_involved)
        return false;
    *ret = (struct place){r->repo_id, r->sha, r->ref, r->head_repo, r->change, &r->report_seq};
    if (i > 0) {
        struct involved *x = &r->involved[i - 1];
        *ret = (struct place){x->repo_id, x->sha, NULL, NULL, x->change, &x->seq};
    }
    return true;
}

enum context_case { CASE_COUNTS, CASE_FOLDED };

static void put_speaker_key(const struct run *r, const struct place *p, enum context_case how, struct buf *out)
{
    AUTO(arena_free) struct arena a = {0};
    const char *context = how == CASE_FOLDED ? lower(&a, r->report_context) : r->report_context;
    buf_clear(out);
    buf_fmt(out, "%s\n%s\n%s", p->repo_id, p->sha, context);
}

static void speaker_key(const struct engine *e, const struct run *r, const struct place *p, struct buf *out)
{
    struct sv forge;
    const char *path;
    bool folded = report_address(p->repo_id, &forge, &path) && folds_contexts(e, forge);
    put_speaker_key(r, p, folded ? CASE_FOLDED : CASE_COUNTS, out);
}

static void silence(struct engine *e, struct live_run *r, struct sv key)
{
    AUTO(buf_free) struct buf own = {0};
    struct place p;
    for (size_t i = 0; place_at(r->row, i, &p); i++) {
        speaker_key(e, r->row, &p, &own);
        if (!sv_eq(buf_view(&own), key))
            continue;
        if (i == 0 || !p.change)
            check_supersede(e, r, p.sha, *p.seq);
        *p.seq = REPORT_OUTRUN;
    }
    if (r->row->state != WORK_DONE)
        record_run(e, r->row);
}

static void speak_at(struct engine *e, struct live_run *r, const struct place *p)
{
    AUTO(buf_free) struct buf key = {0};
    speaker_key(e, r->row, p, &key);
    struct live_run *older = map_put(&e->speakers, buf_view(&key), r);
    if (older && older != r)
        silence(e, older, buf_view(&key));
}

/* Two runs of one commit and context (a push and a change, a replay, the changes of two repositories that belong
 * together, names that a forge takes for one) would overwrite each other's statuses in the order in which they end;
 * what counts is the newer one. */
void report_speaker(struct engine *e, struct live_run *r)
{
    struct place p;
    for (size_t i = 0; place_at(r->row, i, &p); i++)
        if (*p.seq >= 0)
            speak_at(e, r, &p);
}

void report_forget(struct engine *e, struct live_run *r)
{
    AUTO(buf_free) struct buf key = {0};
    struct place p;
    comment_forget(e, r);
    for (size_t i = 0; place_at(r->row, i, &p); i++)
        /* Under either key: the forge may have become one of another kind since. */
        for (enum context_case how = CASE_COUNTS; how <= CASE_FOLDED; how++) {
            put_speaker_key(r->row, &p, how, &key);
            if (map_get(&e->speakers, buf_view(&key)) == r)
                map_remove(&e->speakers, buf_view(&key));
        }
}

static bool tell(struct engine *e, struct live_run *r, const struct place *p, enum status_state s,
                 const char *description)
{
    struct run *row = r->row;
    struct sv forge;
    const char *path, *head_path = p->head_repo ? strchr(p->head_repo, ':') : NULL;
    if (*p->seq < 0 || !report_address(p->repo_id, &forge, &path))
        return false;
    /* What began to say something has to say the end of it; without a forge that becomes dead, and an alarm. */
    bool begun = *p->seq > 0 && status_is_final(s);
    if (!report_can_post(e, forge) && !begun)
        return false;
    struct live_effect *x = effect_new(e, forge, path, row->id, EFFECT_STATUS);
    struct arena *a = &x->arena;
    char id[ID_TEXT];
    x->row->seq = ++*p->seq;
    x->row->status = (struct status_body){
        .sha = arena_strdup(a, p->sha),
        .context = arena_strdup(a, row->report_context),
        .description = arena_strdup(a, description),
        .target_url =
            e->conf->public_url ? arena_fmt(a, "%s/runs/%s", e->conf->public_url, id_text(row->id, id)) : NULL,
        .state = s,
        .ref = arena_strdup(a, p->ref),
        .change = p->change,
        .head_repo = head_path ? arena_strdup(a, head_path + 1) : NULL,
    };
    x->row->serial_key = report_status_key(e, x->row, path, a);
    bool own = p->seq == &row->report_seq;
    const char *name = own ? row->report_context : arena_fmt(a, "%s\n%s\n%s", row->report_context, p->repo_id, p->sha);
    effect_finish(e, x, sv_of(name), x->row->seq);
    return true;
}

static void say(struct engine *e, struct live_run *r, const struct place *p, enum status_state s, const char *text)
{
    AUTO(arena_free) struct arena a = {0};
    if (r->row->tells & RUN_TELLS_UNJUDGED)
        text = arena_fmt(&a, "%s (not judged before the push)", text);
    bool has_check = p->seq == &r->row->report_seq || !p->change;
    if (tell(e, r, p, s, text) && has_check)
        check_report(e, r, p->sha, *p->seq, s, text);
}

void report_status(struct engine *e, struct live_run *r, enum status_state s, const char *description)
{
    struct place p;
    for (size_t i = 0; place_at(r->row, i, &p); i++)
        say(e, r, &p, s, description);
}

void report_begin(struct engine *e, struct live_run *r)
{
    report_speaker(e, r);
    comment_speaker(e, r);
    report_status(e, r, STATUS_QUEUED, "queued");
}

static const char *running_text(const struct run *r, struct arena *a)
{
    return arena_fmt(a, "running %zu job%s", r->n_jobs, r->n_jobs == 1 ? "" : "s");
}

void report_running(struct engine *e, struct live_run *r)
{
    AUTO(arena_free) struct arena a = {0};
    report_status(e, r, STATUS_RUNNING, running_text(r->row, &a));
}

static const struct job *first_with(const struct run *r, enum conclusion c)
{
    for (size_t i = 0; i < r->n_jobs; i++)
        if (r->jobs[i]->conclusion == c)
            return r->jobs[i];
    return NULL;
}

const char *report_end_text(const struct run *row, struct arena *a)
{
    const struct job *j = first_with(row, row->conclusion);
    if (row->conclusion == CONC_SUCCESS)
        return arena_fmt(
            a, "%zu job%s in %lld s", row->n_jobs, row->n_jobs == 1 ? "" : "s",
            (long long)((row->ended_at > row->created_at ? row->ended_at - row->created_at + 500 : 0) / 1000));
    if (row->detail)
        return row->detail;
    return arena_fmt(a, "%s %s%s%s", j ? j->key : row->workflow, conclusion_name[row->conclusion],
                     j && j->detail ? ": " : "", j && j->detail ? j->detail : "");
}

static enum status_state end_state(const struct run *row)
{
    static const enum status_state states[CONC_N] = {
        [CONC_NONE] = STATUS_ERROR,      [CONC_SUCCESS] = STATUS_SUCCESS,     [CONC_FAILURE] = STATUS_FAILED,
        [CONC_ERROR] = STATUS_ERROR,     [CONC_TIMED_OUT] = STATUS_TIMED_OUT, [CONC_CANCELLED] = STATUS_CANCELLED,
        [CONC_SKIPPED] = STATUS_SKIPPED,
    };
    return states[row->conclusion];
}

void report_end(struct engine *e, struct live_run *r)
{
    AUTO(arena_free) struct arena a = {0};
    const char *text = report_end_text(r->row, &a);
    report_status(e, r, end_state(r->row), text);
    comment_report(e, r, end_state(r->row), text);
}

/* ---- a push is told of that it judged before ---- */

/* Where it is to speak from now on; false: it does, or must not any more. */
static bool place_new(struct live_run *r, const char *sha, struct place *ret)
{
    struct run *row = r->row;
    size_t i = 0;
    for (; place_at(row, i, ret); i++)
        if (strcmp(ret->sha, sha) == 0 && strcmp(ret->repo_id, row->repo_id) == 0)
            return *ret->seq == REPORT_HELD;
    if (!row->report_context)
        return false;
    struct involved *all = arena_new(&r->arena, (row->n_involved + 1) * sizeof *all);
    if (row->n_involved)
        memcpy(all, row->involved, row->n_involved * sizeof *all);
    all[row->n_involved++] =
        (struct involved){.repo_id = row->repo_id, .sha = arena_strdup(&r->arena, sha), .seq = REPORT_HELD};
    row->involved = all;
    return place_at(row, i, ret);
}

static void say_state(struct engine *e, struct live_run *r, const struct place *p)
{
    AUTO(arena_free) struct arena a = {0};
    if (r->row->state == WORK_DONE)
        say(e, r, p, end_state(r->row), report_end_text(r->row, &a));
    else if (r->row->state == WORK_RUNNING)
        say(e, r, p, STATUS_RUNNING, running_text(r->row, &a));
    else
        say(e, r, p, STATUS_QUEUED, "queued");
}

void report_heard(struct engine *e, struct live_run *r, const char *sha, const char *ref)
{
    AUTO(buf_free) struct buf key = {0};
    struct place p;
    if (!place_new(r, sha, &p))
        return;
    p.ref = p.ref ? p.ref : ref;
    speaker_key(e, r->row, &p, &key);
    const struct live_run *newer = map_get(&e->speakers, buf_view(&key));
    *p.seq = newer && newer->row->id > r->row->id ? REPORT_OUTRUN : 0;
    if (*p.seq == 0) /* there alone: elsewhere a newer one may speak by now */
        speak_at(e, r, &p);
    say_state(e, r, &p);
    record_journal(e, "run", r->row->id, r->row->id, work_state_name[r->row->state], work_state_name[r->row->state],
                   arena_fmt(&engine_changes(e)->arena, "it judged the push of %s before, and speaks there now", sha));
    record_run(e, r->row);
    internal_heard(e, r, sha);
    if (r->row->state == WORK_DONE) { /* its text is in this change-set */
        list_remove(&r->over);
        r->over_at_seq = e->seq;
        list_push(&e->over_runs, &r->over);
    }
}
