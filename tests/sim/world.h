/* SPDX-License-Identifier: Apache-2.0 */
/* The simulated world around the real engine and the real forge protocols: a virtual clock, a store that loses what was
 * not committed, processes that outlive the server, a scripted forge. One thread, no clock, no files: the same seed
 * gives the same history. */
#pragma once
#include "base/heap.h"
#include "base/map.h"
#include "engine/engine.h"
#include "engine/verdict.h"
#include "fmt/json.h"

/* ---- rows: what the store holds; text in the world's arena ---- */

struct sim_row_run {
    struct run run; /* with jobs and steps */
};

struct sim_delivery {
    struct delivery d;
    const char *payload;
    bool answered; /* its row is on disk and the sender was told */
};

struct sim_grant { /* of a lock */
    int64_t token, job;
};

struct sim_store {
    VEC(struct run *) runs;
    VEC(struct attempt) attempts;
    VEC(struct effect) effects;
    VEC(struct sim_delivery) deliveries;
    struct map remotes;  /* fingerprint -> char *id */
    struct map standing; /* repository -> char * */
    struct map fired;    /* name -> int64_t * */
    struct map settings; /* the same */
    struct map grants;   /* of a lock -> struct sim_grant *, the newest that was seen */
    VEC(struct checkpoint) checkpoints;
    VEC(struct recovery) recoveries;
    VEC(struct approval) approvals;
    struct map durations, failures, budgets, flaky; /* their names -> rows */
    struct map same;         /* key -> struct same_row * */
    struct map made;         /* tip -> struct made_row * */
    struct map seen_repos;  /* forge and number -> struct seen_repo_row * */
    struct map seen_refs;   /* and name -> struct seen_ref_row * */
    struct map guids;                               /* of deliveries of our own */
    struct map numbers;                             /* repository and workflow -> int64_t * */
    size_t journal;
    uint64_t journal_hash;
};

/* ---- processes ---- */

struct sim_process {
    int64_t attempt, epoch, step, job; /* step 0: nobody has committed an intent */
    enum attempt_role role;
    const char *script;
    const char *said; /* the end of its output; NULL = nothing */
    bool started, ended, killed, reported;
    msec_t ends_at;
    struct exit_record exit;
    struct step_result *result; /* NULL = it left nothing */
};

/* ---- the forge ---- */

struct sim_status {
    const char *repo, *sha, *context, *state, *description, *target_url;
};
struct sim_issue {
    const char *repo, *title, *body;
    int64_t number, created;
};
struct sim_check { /* a check run */
    const char *repo, *sha, *name, *external_id, *status, *conclusion, *title;
    VEC(const char *) notes;   /* messages */
    VEC(const char *) history; /* every status, in order */
};
struct sim_comment {
    int64_t id, number;
    const char *repo, *body; /* body NULL = deleted */
    unsigned edits;
};
struct sim_label {
    const char *repo;
    int64_t number;
    const char *name;
};
struct sim_pull {
    const char *repo, *title, *body, *head, *base, *sha, *merged; /* merged: the commit; NULL = open */
    int64_t number;
};
enum sim_fault {
    FAULT_NONE,
    FAULT_AWAY,
    FAULT_LOST_ANSWER,
    FAULT_500,
    FAULT_LIMIT,
    FAULT_500_AFTER,
    FAULT_DENIED, /* 403: permission is missing */
    FAULT_SECONDARY /* 403, and only the text says that it is a limit */
};

struct sim_paid { /* a call that the forge has counted */
    msec_t at;
    enum call_kind kind;
};
struct sim_limit { /* I13: what the forge allows its one client; forge_limit.c */
    struct call_limits most;
    VEC(struct sim_paid) paid;
    size_t hour, minute;   /* the first in paid of the last hour, and minute */
    int hour_creates;      /* in them */
    int minute_creates, minute_points;
    msec_t wrote_at, created_at;
    int flying, writing;   /* of the server that lives */
    msec_t rest_until;     /* it has asked for rest, and that was heard */
    int64_t quota;         /* calls in each hour of the clock, and what is left of it; 0 = it does not say */
    int64_t quota_left;
    msec_t quota_reset;
};

struct sim_forge {
    VEC(struct sim_status) statuses; /* in order of arrival */
    VEC(struct sim_issue) issues;
    VEC(struct sim_check *) checks; /* number n is at n - 1 */
    VEC(struct sim_comment) comments;
    VEC(struct sim_label) labels;
    VEC(struct sim_pull) pulls;
    VEC(const char *) dispatched; /* tokens */
    unsigned merges;
    msec_t away_until;
    enum sim_fault next[64]; /* queue of faults for the next calls */
    size_t n_next;
    unsigned calls, posts;
    struct map at; /* number of a call -> the fault it meets */
    enum sim_fault storm;
    msec_t storm_until;
    struct sim_limit limit;
    struct map members; /* login -> what the role is, const char *; a login that is not there is nobody */
    unsigned asked;     /* calls about members */
    struct hub *hub;    /* repositories with a state of their own; NULL = none; see hub.h */
    const char *link;   /* of the answer under way */
    const char *account; /* whose our credential is; NULL = the forge does not say */
    int64_t account_id;
};

/* ---- what else goes wrong: each fault is a line of a scenario, so that it can be left out ---- */

enum sim_trouble { TROUBLE_NONE, TROUBLE_TRANSIENT, TROUBLE_MISSING };
struct sim_faults {
    unsigned asked;             /* readings of git and of the store's rows so far */
    struct map asked_at;        /* number of a reading -> enum sim_trouble */
    msec_t full_until;          /* the disk: nothing is committed */
    msec_t slow_until, slow_ms; /* a commit takes so long */
    msec_t jitter_ms;           /* answers come up to so much later, and in another order */
    bool twice;                 /* what a process says comes twice, and so do timers */
};

/* ---- crash points: where a server may die. The hits of each are counted, and one may be armed ---- */

#define SIM_POINTS(X)                                                                                                  \
    X(STEP, "step")     /* the engine has decided; nothing of it is with the store */                                  \
    X(SYNC, "sync")     /* a change-set is on disk; the engine has not heard */                                        \
    X(ACT, "act")       /* before an action that waited for a change-set is carried out */                             \
    X(SPAWN, "spawn")   /* a process has started */                                                                    \
    X(CALL, "call")     /* the forge has a request; its answer is under way */                                         \
    X(STORED, "stored") /* a delivery is on disk; the engine has not heard */
enum sim_point {
#define X(id, name) POINT_##id,
    SIM_POINTS(X)
#undef X
        POINT_N
};
extern const char *const sim_point_name[];
struct sim_death {
    unsigned hits[POINT_N];
    enum sim_point point;
    unsigned hit;    /* of that point: the server dies there; 0 = none is armed */
    unsigned deaths; /* so many hits in a row, the restarts in between included */
    bool reboot;     /* with the machine */
    bool dying;      /* until the event under way is over nothing more is carried out */
};

/* ---- bugs that are planted to see whether they are found: SIM_BUG in the environment ---- */

enum sim_bug {
    BUG_NONE,
    BUG_LYING_SYNC, /* "lying-sync": the store forgets the last change-set it has acknowledged when the server dies */
    BUG_HASTY       /* "hasty": the server does not know what the forge allows */
};

/* ---- the world ---- */

enum sim_event_kind {
    SIM_COMMIT,
    SIM_DECODE,
    SIM_GATHER,
    SIM_LOOKAHEAD,
    SIM_EXIT,
    SIM_REPLY,
    SIM_TIMER,
    SIM_CHECKED_OUT,
    SIM_ARCHIVED,
    SIM_HASHED,
    SIM_KEPT,
    SIM_RESTORED,
    SIM_DELIVER,
    SIM_ASKED,
    SIM_FOUND,
    SIM_LOOKED,
    SIM_TAKEN_IN
};
struct sim_event {
    struct heap_node node;
    msec_t at;
    int64_t order;
    enum sim_event_kind kind;
    int64_t id;
    int generation; /* of the server: events of a dead one are dropped (not exits) */
    struct gather *gather;
    struct foresight *foresight;
    struct api_reply reply;
    enum call_kind call; /* SIM_REPLY, SIM_ASKED: what it answers */
    char *body; /* SIM_HASHED: the key; SIM_DELIVER: the payload; SIM_KEPT, SIM_RESTORED: id of the snapshot */
    const char *guid, *event;
    const char *repo_id, *sha, *context; /* SIM_FOUND, as asked */
    int64_t change;
    bool made_up;
};

struct sim_gate {
    int64_t seq;
    VEC(struct engine_action) actions;
};

struct sim_file {                   /* of a repository */
    const char *alias, *path, *ref; /* ref NULL = at every commit */
    struct sv text;
};

struct world {
    struct arena arena, conf_arena; /* conf_arena: workflows; freed when others take their place */
    struct arena old_conf;          /* of a scenario, while the new one is being written */
    msec_t now;                     /* monotonic, and in the beginning the wall clock too */
    msec_t wall;                    /* of the wall clock before `now` */
    msec_t clock; /* of the server's clock before `now`: as server/host.c, it follows the wall clock forward alone */
    uint64_t random;
    struct sim_faults faults;
    struct sim_death death;
    struct misfortunes *misfortunes; /* of steps; NULL = none but those of their scripts */
    enum sim_bug bug;
    struct sim_store before;          /* with a planted bug: the rows before the last commit */
    VEC(struct change_set *) commits; /* on their way to the disk, in order */
    msec_t commit_at;                 /* of the last one of them */
    int slots_busy;                   /* after the last step, for I6 */
    bool refusals;                    /* I11: effects may be dead, for nobody mends what they were refused for */
    char redriven[200];               /* what came of the last wish to send one once more */
    bool no_order;                    /* I8 is off: a person has said what goes first, or the clock was set */
    int64_t order;
    int generation;
    struct id_gen ids;
    struct heap events;
    struct sim_store store;
    VEC(struct sim_process) processes;
    struct map snapshots; /* id -> itself: they outlive everything but `forget snapshots` */
    bool no_snapshots;    /* none can be taken */
    bool no_workspaces;   /* at the next start they are gone */
    unsigned restores;    /* of workspaces that were there */
    struct sim_forge forge;
    struct engine *engine;
    VEC(struct sim_gate) gates;
    struct engine_conf conf;
    VEC(struct sim_file) files;
    struct engine_secret secrets[4];
    struct engine_var vars[4];
    struct engine_environment environments[4];
    struct engine_lock locks[4];
    struct engine_forge forges[1];
    struct repo_set repos;
    struct workflow_set workflows;
    bool timer_set;
    msec_t timer_at;
    unsigned steps, crashes;
    struct err failed; /* first broken invariant */
    struct {
        struct map trees;        /* commit -> const char *, what it has in it */
        struct map called, told; /* commits that hooks have told of, and the forge */
        bool again;              /* a delivery was replayed: what it judges is judged again */
    } hooks;            /* hooks.c */
    const char *sender; /* who sends what is delivered: JSON; NULL = ann */
    int hops;           /* that the commits delivered speak of */
    bool silent;       /* what is wrong with a workflow is not printed */
};

/* store_learned.c; false = another kind of change */
bool store_apply_learned(struct world *w, const struct change *c);
void store_open_learned(struct world *w, struct open_work *work);
/* store_seen.c; the same */
bool store_apply_seen(struct world *w, const struct change *c);
void store_open_seen(struct world *w, struct open_work *work);

void world_init(struct world *w, uint64_t seed);
void world_done(struct world *w);
/* Files of the configuration; false with the problems printed. */
bool world_workflow(struct world *w, const char *name, struct sv text);
bool world_repositories(struct world *w, struct sv text);
void world_boot_event(struct world *w, struct engine_event *ret); /* what a server that comes up now finds */
void world_start(struct world *w);                                /* the server comes up and takes up open work */
/* kill -9: memory is gone, and of the change-sets on their way all but the first `kept`, which reach the disk although
 * nobody is told; processes go on. */
void world_crash(struct world *w, size_t kept);
void world_reboot(struct world *w, size_t kept); /* the machine: processes are gone too */
int64_t world_deliver(struct world *w, const char *event, const char *payload);
int64_t world_deliver_hook(struct world *w, const char *hook, const char *payload); /* of forge kind "bare" */
int64_t world_deliver_own(struct world *w, const char *event, const char *payload, enum delivery_source source);
/* Another hook tells of the same event. */
void world_copy(struct world *w, size_t delivery);
void world_cancel(struct world *w, int64_t run);
void world_queue(struct world *w, enum queue_wish wish, int64_t run);
void world_priority(struct world *w, int64_t run, enum priority to);
void world_replay(struct world *w, int64_t delivery);
void world_answer(struct world *w, int64_t run, enum approval_answer how); /* to all that it asks people */
/* The wall clock is set. */
void world_clock(struct world *w, msec_t by);
/* A new configuration: world_conf_begin, then world_workflow and conf.slots, then world_conf_end with what the first
 * returned; the old one is freed. */
struct arena world_conf_begin(struct world *w);
void world_conf_end(struct world *w, struct arena old);
/* Runs everything due until `until`; virtual time ends there. */
void world_run(struct world *w, msec_t until);
/* Until nothing is left to happen, at most for `ms`. */
void world_settle(struct world *w, msec_t ms);
const char *world_status_word(enum conclusion c); /* as the forge has it */
void world_fail(struct world *w, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* store.c */
void store_on_disk(struct world *w, struct change_set *cs); /* taken */
void store_apply(struct world *w, const struct change_set *cs);
struct run *store_copy_run(struct world *w, const struct run *from); /* with its jobs, in the world's arena */
/* store_bug.c */
void store_forget_last(struct world *w); /* as if the last change-set had never been */
void store_free(struct world *w);
struct open_work *store_open_work(struct world *w);
struct run *store_run(struct world *w, int64_t id);
/* hooks.c */
void hooks_content(struct world *w, const char *sha, const char *tree); /* text of the world's arena */
void hooks_gather(struct world *w, struct gather *g);
int64_t hooks_call(struct world *w, const char *hook, const char *repo, const char *sha, const char *ref);
void hooks_told(struct world *w, const char *sha); /* by the forge: the commit is there */
bool hooks_judged(void *ctx, const char *repo_id, const char *workflow, const char *verdict, struct arena *a,
                  struct run **ret);
void hooks_invariants(struct world *w);
void hooks_forget(struct world *w);
/* keep.c */
void keep_snapshot(struct world *w, const struct engine_action *x);
void keep_restore(struct world *w, const struct engine_action *x);
void keep_boot(struct world *w, struct engine_event *ev); /* which workspaces are gone */
void keep_kept(struct world *w, const struct sim_event *x, struct engine_event *ret);
void keep_restored(struct world *w, const struct sim_event *x, struct engine_event *ret);
void keep_found(struct world *w, const struct sim_event *x); /* runs for a command */
void world_redrive(struct world *w, const struct effect *x); /* w->redriven says what came of it */
int world_rerun(struct world *w, const struct run *r, struct rerun *want, struct err *e);
/* forge.c: what the forge makes of a request; body of the answer is malloced */
void forge_call(struct world *w, const struct api_request *r, struct sim_event *answer);
/* forge_limit.c */
void limit_set(struct world *w, const struct call_limits *most); /* before the server starts */
enum call_kind limit_pay(struct world *w, const struct api_request *r); /* a call comes in: I13 */
void limit_says(struct world *w, enum sim_fault fault, struct api_reply *ret, struct buf *body); /* in its answer */
void limit_heard(struct world *w, const struct sim_event *x); /* the server takes an answer */
void limit_forget(struct world *w, bool all); /* the server has died; all: or the clock was set */
void limit_remembered(struct world *w);                       /* a server starts: what its rows say */
/* forge_check.c: requests about check runs; the status, or 0 when it is about something else */
/* forge_thread.c: comments, labels, pull requests, dispatches; 0 = the path is none of them */
int forge_threads(struct world *w, const struct api_request *r, const struct jval *body, struct buf *out);
int forge_checks(struct world *w, const struct api_request *r, const struct jval *body, struct buf *out);
const struct sim_check *forge_check(const struct world *w, const char *external_id); /* NULL if there is none */
/* The last one; repo NULL = of any repository. */
const struct sim_status *forge_status(const struct world *w, const char *repo, const char *sha, const char *context);
/* hub.c: 0 = it is about something else */
int hub_serve(struct world *w, const struct api_request *r, struct buf *out);
void hub_take_in(struct world *w, const struct engine_action *x);
/* exec.c */
void exec_start(struct world *w, const struct exec_spec *s);
void exec_kill(struct world *w, int64_t attempt);
struct sim_process *exec_find(struct world *w, int64_t attempt);
const struct failure *exec_failure(struct world *w, const struct sim_process *p); /* NULL = it did not fail */
/* misfortune.c: may change how it ends */
void misfortune_meets(struct world *w, struct sim_process *p);
/* invariants.c: at quiescence */
void world_check(struct world *w);
/* invariants_step.c: at any time */
void world_check_groups(struct world *w);                                 /* after a commit: I6 */
void world_check_locks(struct world *w);                                  /* the same */
void world_check_step(struct world *w, const struct engine_stats *stats); /* I6, I9 */
void world_check_order(struct world *w, const struct run *run, const struct job *started); /* I8 */
void world_check_counters(struct world *w);                               /* when all is on disk: I12 */
void world_check_start(struct world *w, const struct sim_process *p);     /* before a process starts: I2, I3 */
void world_check_call(struct world *w, int64_t effect);                   /* before a request: R2 */
void world_check_boot(struct world *w, uint64_t seed);                    /* before a start: I10 */
/* faults.c */
enum sim_bug bug_planted(void);
enum sim_fault fault_of_call(struct world *w);       /* what the next call of the forge meets */
enum sim_trouble fault_of_reading(struct world *w);  /* what the next reading meets */
msec_t fault_late(struct world *w, msec_t ms);       /* how long an answer takes that should take `ms` */
msec_t fault_commit(struct world *w, msec_t ms);     /* when a commit that begins now and takes `ms` is on disk */
bool world_point(struct world *w, enum sim_point p); /* true: the server dies here */
void world_bury(struct world *w);                    /* after an event: what was dying is dead, and starts again */
void world_push(struct world *w, struct sim_event *ev);
void world_step(struct world *w, struct engine_event *ev); /* of the engine; what comes of it is on its way then */
