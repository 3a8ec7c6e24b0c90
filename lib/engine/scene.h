/* SPDX-License-Identifier: Apache-2.0 */
/* The moment at which a text of a workflow is evaluated: which run, job and step it belongs to, and with that its
 * contexts and functions. Private to lib/engine. */
#pragma once
#include "engine/spec.h"
#include "engine/state.h"
#include "lang/text.h"

enum scene_stage {
    SCENE_RUN,   /* while a run is planned: no job */
    SCENE_JOB,   /* a job is considered or ends */
    SCENE_STEP,  /* a step starts */
    SCENE_JOINED /* outputs of a called workflow: the context `jobs` */
};

struct scene {
    struct engine *e;
    struct live_run *run;
    struct live_job *job;        /* NULL at SCENE_RUN */
    const struct job_spec *spec; /* of the job */
    const struct step *step;
    const struct step_spec *step_spec;
    enum scene_stage stage;
    struct arena *a;
    struct expr_world world;
    VEC(struct jdoc *) docs; /* what values borrow from */
    struct env_list *env;    /* known so far; NULL = not asked for yet */
    bool env_busy, environment_busy;
    const char *environment;  /* evaluated once */
    const char **hash_wanted; /* patterns that hashFiles asked for and nobody has answered; NULL = none */
    size_t n_hash_wanted;
    int depth; /* of callers whose secrets are asked for */
};

/* Everything made lives in `a`. */
void scene_open(struct scene *s, enum scene_stage stage, struct engine *e, struct live_run *r, struct live_job *j,
                struct arena *a);
/* ret: the step's own texts count from now on. */
void scene_step(struct scene *s, const struct step *step, const struct step_spec *spec);
void scene_close(struct scene *s); /* values and texts in `a` stay, but for what a context lent */

/* All: -1 with "file:line: key: what" in e; class ERR_TRANSIENT = ask again when the files are hashed. A raw text
 * without expressions is its own value. */
MUST_USE int scene_value(struct scene *s, const char *key, const char *raw, struct val *ret, struct err *e);
MUST_USE int scene_text(struct scene *s, const char *key, const char *raw, const char **ret, struct err *e);
MUST_USE int scene_flag(struct scene *s, const char *key, const char *raw, bool *ret, struct err *e);
MUST_USE int scene_number(struct scene *s, const char *key, const char *raw, double *ret, struct err *e);
MUST_USE int scene_cond(struct scene *s, enum wf_cond cond, const char *text, bool *ret, struct err *e);

/* context.c: the contexts by name. */
bool scene_context(void *scene, const char *name, struct val *ret);
struct val scene_json(struct scene *s, const char *json); /* parsed, kept until scene_close; null when damaged */

/* environment.c: what workflow, job, earlier steps and step say, evaluated; without what we say ourselves. */
struct env_list {
    VEC(struct action_input) list; /* in the arena of the scene: not freed */
};
MUST_USE int scene_environment(struct scene *s, const struct env_list **ret, struct err *e);
/* The whole environment of a process: ours first. */
MUST_USE int scene_process_environment(struct scene *s, const char ***ret, struct err *e);

/* deploy.c */
const struct engine_environment *deploy_find(const struct engine *e, const char *name); /* NULL = there is none */
bool deploy_may(const struct engine_environment *x, const struct run *r);
MUST_USE int deploy_check(struct scene *s, struct err *e); /* of the job; -1 = it may not start */

/* secret.c */
/* The secrets that texts of this job may see: an object; empty for an untrusted run. */
struct val scene_secrets(struct scene *s);
/* Values to hide, NULL at the end: all secrets that the job could see. */
const char *const *scene_masks(struct scene *s);
/* Rows hold marks in the place of secret values. */
const char *secret_veil(struct scene *s, const char *text);
const char *secret_unveil(struct scene *s, const char *text);
bool secret_within(struct scene *s, const char *text);
/* secret_note.c */
/* Annotations, as in step.notes, of secrets that the texts of the step read and that are not there; each once a run.
 * NULL = none. */
const char *secret_notes(struct scene *s);

/* archive.c */
const struct archive_scopes *archive_scopes_of(struct scene *s);
struct post_of_cache {
    const char *key; /* NULL = the step it follows did not come to it */
    bool hit;        /* there was one under that very key */
};
struct post_of_cache archive_post(struct scene *s, int post);
