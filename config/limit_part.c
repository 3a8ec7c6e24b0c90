/* SPDX-License-Identifier: Apache-2.0 */
/* What a run may take: `priority:`, `resources:`, `limits:`. */
#include "config/policy_parts.h"
#include "config/workflow_parts.h"

enum { SLOTS_MAX = 64, LOCKS_MAX = 16, MINUTE = 60000, RUN_MINUTES_MAX = 35 * 24 * 60, SECOND = 1000 };
static const msec_t DAY_MS = 24 * 3600 * 1000;

/* ---- priority ---- */

#define X(id, name) name,
static const char *const priority_words[] = {PRIORITIES(X) NULL};
#undef X
#define X(id, name) name "|"
#define EVENT       "^(" WF_EVENTS(X) "-)$"
static const struct shape shape_level = {SHAPE_WORD, .expr = true, .words = priority_words};
static const struct shape shape_levels = {SHAPE_MAP,         .pattern = EVENT,   .min = 1,
                                          .max = WF_EVENT_N, .of = &shape_level, .looks = "one by event"};
const struct shape shape_priority = {SHAPE_ONE_OF,
                                     .any = (const struct shape *const[]){&shape_level, &shape_levels, NULL}};
#undef X

static const char *level_read(struct reading *r, const struct ynode *n, const char *what)
{
    struct sv s;
    if (!expr_text(r, n, what, SCOPE_PRIORITY, &s))
        return NULL;
    if (sv_find(s, SV("${{")) < 0 && !is_one_of(s, priority_words))
        say(r, n, "bad-value", "%s must be one of: %s, or an expression that gives one of them%s", what,
            words_text(r, priority_words), did_you_mean(r, s, priority_words, PRIO_N));
    return s.p;
}

static bool starts_on(const struct workflow *w, enum wf_event event)
{
    for (size_t i = 0; i < w->n_triggers; i++)
        if (w->triggers[i].event == event)
            return true;
    return false;
}

static void event_level_read(struct reading *r, const struct ynode *key, const struct ynode *n, struct workflow *w)
{
    struct wf_env *by = &w->priority_by_event;
    enum wf_event event = 0;
    while (event < WF_EVENT_N && !sv_is(key->text, wf_event_name[event]))
        event++;
    if (event == WF_EVENT_N) {
        say(r, key, "unknown-key", "\"priority\" names events of \"on\", and \"%.*s\" is none%s",
            SV_ARG(sv_cut_chars(key->text, 60)), did_you_mean(r, key->text, wf_event_name, WF_EVENT_N));
        return;
    }
    if (event == WF_WORKFLOW_CALL)
        say(r, key, "unsupported-value", "a workflow that is called has the priority of the run it is called by");
    else if (w->n_triggers && !starts_on(w, event))
        say(r, key, "unreachable", "this workflow does not start on \"%s\": leave it out, or add it to \"on\"",
            wf_event_name[event]);
    const char *level = level_read(r, n, arena_fmt(r->arena, "the priority of \"%s\"", wf_event_name[event]));
    by->names[by->n] = wf_event_name[event];
    by->values[by->n] = level;
    by->n += level != NULL;
}

void priority_read(struct reading *r, const struct ynode *n, struct workflow *w)
{
    if (n->kind == Y_SCALAR) {
        w->priority = level_read(r, n, "\"priority\"");
        return;
    }
    if (n->kind == Y_SEQ || n->n == 0) {
        say(r, n, "bad-type", "\"priority\" must be %s, or a mapping of events to them", words_text(r, priority_words));
        return;
    }
    w->priority_by_event.names = arena_new(r->arena, n->n * sizeof(char *));
    w->priority_by_event.values = arena_new(r->arena, n->n * sizeof(char *));
    for (size_t i = 0; i < n->n; i++)
        event_level_read(r, n->keys[i], n->items[i], w);
}

/* ---- resources ---- */

static void locks_read(struct reading *r, const struct ynode *n, void *into)
{
    struct wf_resources *x = into;
    struct names names;
    if (!expr_names(r, n, "\"locks\"", SCOPE_JOB_LOCKS, &names))
        return;
    if (names.n > LOCKS_MAX)
        say(r, n, "bad-value", "\"locks\" has more than %d entries", LOCKS_MAX);
    x->locks = names.at;
    x->n_locks = names.n;
}

static const struct shape shape_locks = {SHAPE_NAMES, .min = 1, .max = LOCKS_MAX, .of = &shape_expr_line,
                                         .looks = "names"};
static const struct field resource_fields[] = {
    {"slots", F_INT, .at = offsetof(struct wf_resources, slots), .preset = "1", .min = 1, .max = SLOTS_MAX,
     .doc = "of the server's slots, all the time it runs"},
    {"locks", F_READ, .read = locks_read, .shape = &shape_locks,
     .doc = "held while it runs, in any repository; the server file says how many may hold one (1)"},
};
static const struct object resource_object = {OBJECT("resources", "\"resources\"", resource_fields)};
const struct shape shape_resources = {SHAPE_OBJECT, .object = &resource_object};

void resources_read(struct reading *r, const struct ynode *n, void *into)
{
    object_read(r, n, &resource_object, into);
}

bool resources_fit(const struct conf *c, const struct workflow_file *f, struct arena *a, struct problems *problems)
{
    struct reading r = reading_again(f, a, problems);
    size_t before = problems->n_errors;
    for (size_t i = 0; i < f->w->n_jobs; i++) {
        const struct wf_job *j = &f->w->jobs[i];
        const struct ynode *n = j->resources.slots > c->slots ? job_node(f, j->key, "resources") : NULL;
        if (n)
            say(&r, ynode_get(n, "slots"), "too-large",
                "the job \"%s\" asks for %d slots, and \"slots\" of the server file is %d: it would never start",
                j->key, j->resources.slots, c->slots);
    }
    return problems->n_errors == before;
}

/* ---- limits ---- */

static void run_minutes_read(struct reading *r, const struct ynode *n, void *into)
{
    struct sv s;
    int64_t minutes;
    if (!node_text(r, n, "\"minutes\"", &s))
        return;
    if (sv_int(s, &minutes) && minutes >= 1 && minutes <= RUN_MINUTES_MAX)
        *(msec_t *)into = minutes * MINUTE;
    else
        say(r, n, "bad-value", "\"minutes\" must be a whole number between 1 and %d (35 days)", RUN_MINUTES_MAX);
}

static const struct shape shape_run_minutes = {SHAPE_NUMBER, .min = 1, .max = RUN_MINUTES_MAX};
#define AT(member) .at = offsetof(struct wf_limits, member)
#define OF_STEPS                                                                                                       \
    {"log",                                                                                                            \
     F_SIZE,                                                                                                           \
     AT(log),                                                                                                          \
     .min = 4096,                                                                                                      \
     .max = 1LL << 40,                                                                                                 \
     .doc = "kept of a step's output, its beginning and its end; at most what the server keeps"},                      \
    {                                                                                                                  \
        "silence", F_DURATION, AT(silence_ms),                                                                         \
            .min = SECOND, .max = 6 * 3600 * SECOND,                                                                   \
            .doc = "a step that says nothing for so long ends as timed out; default: no limit"                         \
    }
#define QUEUE                                                                                                          \
    {                                                                                                                  \
        "queue", F_DURATION, AT(queue_ms),                                                                             \
            .min = SECOND, .max = 35 * DAY_MS,                                                                         \
            .doc = "a job whose needs are met and that has not started for so long ends as timed "                     \
                   "out; default: no limit"                                                                            \
    }
static const struct field workflow_fields[] = {
    {"minutes", F_READ, .read = run_minutes_read, AT(run_ms), .shape = &shape_run_minutes,
     .doc = "of the whole run, from its start to its end; default: 1440, and the deadlines of what people are asked"},
    QUEUE,
    OF_STEPS};
static const struct field job_fields[] = {
    QUEUE, OF_STEPS, {"minutes", F_UNSUPPORTED, .doc = "use \"timeout-minutes\" of the job"}};
static const struct field step_fields[] = {
    OF_STEPS,
    {"minutes", F_UNSUPPORTED, .doc = "use \"timeout-minutes\" of the step"},
    {"queue", F_UNSUPPORTED, .doc = "a job waits, and not its steps: write it at the job"}};
#undef AT
static const struct object workflow_limits = {OBJECT("limits", "\"limits\"", workflow_fields)};
static const struct object job_limits = {OBJECT("job.limits", "\"limits\"", job_fields)};
static const struct object step_limits = {OBJECT("step.limits", "\"limits\"", step_fields)};
const struct shape shape_workflow_limits = {SHAPE_OBJECT, .object = &workflow_limits};
const struct shape shape_job_limits = {SHAPE_OBJECT, .object = &job_limits};
const struct shape shape_step_limits = {SHAPE_OBJECT, .object = &step_limits};

void workflow_limits_read(struct reading *r, const struct ynode *n, void *into)
{
    object_read(r, n, &workflow_limits, into);
}

void job_limits_read(struct reading *r, const struct ynode *n, void *into)
{
    object_read(r, n, &job_limits, into);
}

void step_limits_read(struct reading *r, const struct ynode *n, void *into)
{
    object_read(r, n, &step_limits, into);
}
