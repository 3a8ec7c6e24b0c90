/* SPDX-License-Identifier: Apache-2.0 */
/* From an event to the rows of a run. Private to lib/engine; comes with moves.h. */
#pragma once

/* match.c: which workflows an event starts, and the runs that come of it */
struct matched {
    size_t runs;
    struct glob_names *paths; /* that the event changed, prepared for all workflows; NULL = not known */
    struct buf reasons;       /* why the others did not start */
    struct buf judged;        /* which runs stand for those that need not start: they judged the push before */
};
/* Why a workflow of the short form does not start; NULL = it does. r: the event's repository; NULL = unknown here. */
const char *match_cross_reason(const struct cross_workflow *c, const struct repo *r, const struct hook_event *ev);
/* What has to be gathered for this event; NULL = nothing. `before` (may be NULL) is what was gathered already: the
 * files in it may name further repositories. */
struct gather *match_gather(struct engine *e, struct undecided *u, const struct gather *before);
void match_all(struct engine *e, struct undecided *u, const struct gather *g, struct matched *ret);

/* plan_run.c */
struct plan_source { /* one file that a run is made of */
    const struct workflow *workflow;
    const char *alias; /* default repository of its jobs; NULL = the event's */
    bool prefix;       /* job keys become alias/key */
};
struct plan_input {
    const struct undecided *delivery;
    const struct gather *gather; /* may be NULL */
    const char *name, *file;
    const struct plan_source *sources;
    size_t n_sources;
    const char *const *repositories;
    size_t n_repositories;
    enum coordination coordination;
    const char *context;
    bool check;   /* report.check */
    bool comment; /* report.comment */
    bool every;   /* report.on */
    const char *verdict; /* what it judges, see judged.h; NULL = nothing that is known */
    bool unjudged;       /* its push was not judged before */
};
/* The file is one of a short form, which says when it runs: it does not also run alone. */
bool match_cross_has(const struct repo_set *repos, const struct repo *r, const char *path);
/* One run out of the files of all repositories of a short form, but for its delivery; sources are in `a`. NULL, or the
 * first problem of a file. */
const char *match_cross_plan(const struct gather *g, const struct cross_workflow *c, struct arena *a,
                             struct plan_input *ret);
/* A run with jobs and steps; when it cannot be made (*ret_problem set) it has no jobs. */
struct live_run *plan_run(struct engine *e, const struct plan_input *in, const char **ret_problem);

/* link.c */
/* Takes the jobs from `from` on into memory: needs and dependents (within those), parents, what is open. */
void plan_link(struct live_run *r, size_t from);
/* The texts of a job; empty ones for a row of an earlier version. */
const struct job_spec *job_spec_of(struct live_job *j);
/* `if` and `needs` of a leg are its parent's. */
struct live_job *job_asked(struct live_job *j);
/* It mends its parent, in the workspace of that one. */
bool job_is_fix(const struct live_job *j);
int64_t job_workspace(const struct live_job *j); /* the job whose workspace it works in */
/* The workflow call that a job belongs to; NULL = the run's own workflow. */
struct live_job *job_caller(const struct live_job *j);

/* plan_job.c: rows of jobs */
/* A row out of texts that live at least as long as `a`; no = its number in the run. */
struct job *job_of_spec(struct engine *e, struct arena *a, int64_t run, const struct job_spec *s, int no);
/* Sets repository and commit of a job (alias NULL = the event's); false with a problem in `a`. */
bool job_place(struct engine *e, struct live_run *r, const struct gather *g, struct job *j, const char *alias,
               struct arena *a, const char **ret_problem);
struct call_place {    /* where a workflow file was read from */
    const char *alias; /* NULL = the server's folder */
    const char *ref;   /* at which it was called; NULL = where the repository's own files are read */
};
/* Spec of a job out of its file, with its callee; problem set when a called workflow is not to be had. */
struct spec_maker {
    struct engine *e;
    struct arena *a;
    const struct gather *gather;
    const char *own; /* alias of the event's repository */
    const char *problem;
    size_t n_jobs, n_steps;
    msec_t waits_ms;               /* that people may let all of them wait */
    const struct workflow *way[8]; /* that is being called through */
    size_t depth;
};
void spec_of_job(struct spec_maker *m, const struct workflow *w, const struct wf_job *wj, struct call_place from,
                 const char *prefix, const struct job_spec *caller, struct job_spec *ret);
/* plan_call.c */
/* Where the file `uses` is, called from a file of `from`: "alias/.fettle/workflows/x.yml@ref" says it, and "./…" is at
 * the very commit that the calling file was read from, as at GitHub. False = it is one of the server's folder. */
bool call_place_of(struct call_place from, const char *uses, struct arena *a, struct call_place *ret,
                   const char **ret_path);
/* The file that `uses` means, and where it is; NULL with a problem in `a`. */
const struct workflow *call_find(const struct engine *e, const struct gather *g, struct call_place from,
                                 const char *uses, struct arena *a, struct call_place *ret, const char **ret_problem);
/* It is in a repository of which nothing can be said, because nothing was fetched. */
bool call_is_unknown(const struct gather *g, struct call_place from, const char *uses, struct arena *a);
