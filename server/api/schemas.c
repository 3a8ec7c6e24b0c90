/* SPDX-License-Identifier: Apache-2.0 */
/* The members are those that are written by lib/store/sqlite/json_row.c, lib/engine/queue.c, lib/core/hook_event.c and
 * server/api: tests/rest holds the answers of a server against them, and lets no other member pass. */
#include "server/api/schemas.h"

#define RUN_MEMBERS                                                                                                    \
    "id:id delivery:id? workflow:text name:text number:int file:text? event:text action:text? repository:text? "       \
    "sha:text? ref:text? change:int? trusted:bool concurrency:text? priority:priority bumped:bool generation:int "     \
    "rerun_of:id? trace:text? "                                                                                        \
    "state:work_state conclusion:conclusion? detail:text? created_at:time? started_at:time? ended_at:time?"
#define DELIVERY_MEMBERS                                                                                               \
    "id:id forge:text hook:text event:text guid:text? size:int received_at:time? state:delivery_state reason:text? "   \
    "source:delivery_source happened_at:time? trace:text?"
#define JOB_MEMBERS                                                                                                    \
    "id:id parent:id? kind:job_kind key:text name:text repository:text? sha:text? state:work_state "                   \
    "conclusion:conclusion? detail:text? needs:text[] continue_on_error:bool concurrency:text? hold:job_hold? "        \
    "hold_at:time? hold_until:time? tries:int slots:int locks:text[] *lock_token:int matrix:object? outputs:texts? "   \
    "ready_at:time? started_at:time? ended_at:time? steps:step[]"

const struct api_schema api_schemas[] = {
    {"problem", "RFC 9457: why it was not done. `title` is short, `detail` says more where there is more to say.",
     "type:text status:int title:text *detail:text?"},
    {"accepted", "It is stored and will be done, or is done. `remarks`: what to know about it.",
     "status:text *remarks:text"},
    {"rerun", "The new run.", "run:id status:text remark:text?"},
    {"delivery_stored", "The event that was made of it is stored.", "delivery:id status:text"},
    {"ready", "Whether it takes work.", "ready:bool store:text draining:bool checks:health_check[]"},
    {"health_check", "One of the things that are looked at. No `detail` for who may not know names.",
     "name:text state:health_state *detail:text since:time"},
    {"stats", "Version and counts.",
     "schema:int version:text ready_at:time? ready:bool store:text draining:bool runs:int jobs_ready:int slots:int "
     "slots_busy:int effects:int "
     "tokens:token_left[] forges:forge_calls[]"},
    {"forge_calls", "How the calls of a forge's API go.",
     "forge:text waiting:int in_flight:int rest_s:int breaker:text budgets:budget[]"},
    {"overview", "What is now, and how the time of `range` went.",
     "schema:int range:overview_range now:overview_now span:overview_span series:overview_series"},
    {"overview_now", "What is under way or waits; `oldest_wait_s` as of the last five seconds.",
     "queue:int oldest_wait_s:int running:int slots:int slots_busy:int effects_waiting:int effects_dead:int "
     "approvals:int recoveries_open:int deliveries_undecided:int forges:forge_calls[]"},
    {"overview_span",
     "Of runs that ended in that time, without those that were skipped. `success_rate`: of those that succeeded or "
     "failed. `p50_ms` and `p95_ms`: from start to end, `wait_p95_ms`: from the event to the start, within 6.25 %. "
     "`throughput_per_hour`: since the first of what is known of it, an hour at least. `recovered`: failures that were "
     "made good. `deliveries` were accepted, `refused` are requests.",
     "runs:int success_rate:number? p50_ms:int? p95_ms:int? wait_p95_ms:int? throughput_per_hour:number deliveries:int "
     "refused:int recovered:int"},
    {"overview_series",
     "Columns of equal length; `at` is where each step begins, in seconds since 1970. null: nothing is known. Runs by "
     "their end, `p95_ms` as above; of jobs that wait, slots in use and effects that are not settled the average, of "
     "`queue_most` and `oldest_wait_s` the maximum.",
     "step_s:int at:ints success:ints failure:ints cancelled:ints p95_ms:ints queue:numbers queue_most:ints "
     "oldest_wait_s:ints busy:numbers effects:numbers"},
    {"budget", "What may still be called.", "limit:text left:int of:int"},
    {"token_left", "When a forge's token ends.", "forge:text expires_in_s:int"},

    {"deliveries", "A page of deliveries.", "schema:int deliveries:delivery_row[] next:text?"},
    {"delivery_row", "One arrival of one call of a webhook, and in a few words what it was found to mean.",
     DELIVERY_MEMBERS " action:text? repository:text? ref:text? title:text? sender:text?"},
    {"delivery", "The same with what came, and what it was found to mean.",
     DELIVERY_MEMBERS " kind:text system:bool form:bool headers:headers normalised:event?"},
    {"explained",
     "What a delivery means with the configuration in force, and what it started. `files_known`: the workflow files of "
     "its repository were read from the mirror that is here; nothing is fetched for this.",
     "schema:int event:event? *reason:text? files_known:bool workflows:explained_workflow[] "
     "compared:explained_difference[] runs:run_row[]"},
    {"explained_workflow", "Whether it would start, or the first reason why not.",
     "name:text file:text matched:bool reason:text? filters:explained_filter[] plan:explained_plan? *note:text"},
    {"explained_filter", "A condition of its trigger, and whether the event meets it.",
     "key:text value:text? matched:bool"},
    {"explained_plan", "The jobs that it would have; `problem`: why it cannot be planned.",
     "*priority:priority jobs:explained_job[] *problem:text"},
    {"explained_job", "A job. `runs` is null where that is known only when it starts.",
     "key:text repo:text? needs:text[] if:text? runs:bool? *note:text"},
    {"explained_difference", "What started then beside what would start now; null = only the server's git knows.",
     "workflow:text file:text then:bool now:bool? run:id? reason:text?"},
    {"event", "An event in the words of all forges.",
     "forge:text name:text action:text? delivery:text? repository:event_repository? ref:text? before:text? after:text? "
     "created:bool? deleted:bool? forced:bool? tag:text? commits_truncated:bool pull_request:event_change? "
     "issue:event_issue? comment:event_comment? sender:event_sender? trusted:bool? review:object? release:object? "
     "check:object? status:object? workflow_run:object? merge_group:object? workflow:text? schedule:text? "
     "inputs:object? client_payload:object?"},
    {"event_repository", "The repository of an event.", "id:text full_name:text default_branch:text? private:bool?"},
    {"event_change", "A pull or merge request.",
     "number:int title:text? head:event_side base:event_side draft:bool? merged:bool? labels:text[]"},
    {"event_side", "Where a change comes from, or goes to.", "sha:text? ref:text? *repository:text?"},
    {"event_issue", "An issue, or the change that a comment is beneath.", "number:int title:text? labels:text[]"},
    {"event_comment", "A comment.", "id:int body:text?"},
    {"event_sender", "Who did it.", "id:int? login:text? bot:bool?"},

    {"runs", "A page of runs.", "schema:int runs:run_row[] next:text?"},
    {"run_row", "A run of a workflow.", RUN_MEMBERS},
    {"run", "A run with all that belongs to it.",
     RUN_MEMBERS
     " jobs:job[] recoveries:recovery[] approvals:approval[] effects:effect[] artifacts:artifact[] by:text? "
     "title:text? change_url:text? sources:source[]"},
    {"source",
     "A repository of the run, at the commit that is worked on, and where people see them: null where no forge is.",
     "repository:text sha:text? url:text? commit_url:text?"},
    {"job", "A job of a run. `needs` are keys of jobs; `parent` is the matrix or call that it is a part of.",
     JOB_MEMBERS},
    {"job_of_run", "A job, and its run.", JOB_MEMBERS " run:id"},
    {"step", "A step of a job.",
     "id:id no:int key:text? name:text state:work_state conclusion:conclusion? outcome:conclusion? tries:int "
     "annotations:annotation[]? summary:text? started_at:time? ended_at:time? attempts:attempt[]"},
    {"annotation", "What a step had to say about a place.",
     "level:text *file:text? *line:int *end_line:int *col:int *end_col:int title:text? text:text?"},
    {"attempt", "One try of one step.",
     "id:id no:int role:attempt_role state:attempt_state exit_code:int? signal:int? class:text? detail:text? "
     "evidence:object? fingerprint:text? log_bytes:int created_at:time? ended_at:time?"},
    {"approval", "A question to people, and their answer.",
     "id:id job:id? kind:approval_kind question:text by:any sha:text? then:text state:approval_state asked_at:time? "
     "deadline:time? answered_at:time? answered_by:text?"},
    {"artifact", "Files that a run has left.",
     "id:text? name:text? digest:text? format:text? size:int files:int created_at:time expires_at:time?"},
    {"effects", "A page of effects.", "schema:int effects:effect[] next:text?"},
    {"effect", "Something that is said to a forge. `body` is what, by `kind`.",
     "id:id run:id? kind:effect_kind forge:text repository:text key:text state:effect_state tries:int created_at:time? "
     "not_before:time? settled_at:time? remote_id:text? remote_url:text? last_error:text? body:object?"},
    {"recoveries", "A page of recoveries.", "schema:int recoveries:recovery[] next:text?"},
    {"recovery", "What was done about a failure.",
     "id:id run:id? job:id? step:id? attempt:id? strategy:recovery_strategy class:text outcome:recovery_outcome "
     "detail:text? fingerprint:text? tests:any at:time? ended_at:time?"},
    {"flaky", "A page of tests that failed and passed on the same tree.", "schema:int flaky:flaky_test[] next:text?"},
    {"flaky_test", "One of them.", "repository:text job:text? id:text flips:int greens:int last_at:time?"},
    {"errors",
     "A page of groups of failures, in `at` and `step_s` where the buckets of their trends begin. `counted_from` is "
     "later than `since` where there were so many different ones that the oldest are left out.",
     "schema:int errors:error_group[] range:error_range since:time step_s:int at:int[] total:int groups:int "
     "counted_from:time next:text?"},
    {"error_group",
     "Failures that are known by the same `fingerprint`, or by their class where there is none. `first_at` is when it "
     "was met first, also before the range; `attempt`, `detail` and `evidence` are of the newest. `passed` and "
     "`failed`: how tries after it ended, ever. `recoveries`: of the newest 20. `places`: the most frequent of "
     "`places_known` (at most 40). `trend`: a number for each bucket, null where not all was counted.",
     "fingerprint:text class:text count:int first_at:time? last_at:time? attempt:id? step:id? detail:text? "
     "evidence:object? runs:error_run[] passed:int failed:int recoveries:error_recovery[] places:error_place[] "
     "places_known:int trend:any"},
    {"error_place", "A workflow that failed so in a repository, in the last 90 days.",
     "repository:text? workflow:text count:int last_at:time?"},
    {"error_run", "A run that has failed so.",
     "id:id workflow:text number:int state:work_state conclusion:conclusion?"},
    {"error_recovery", "How often something was done about it, with which end.",
     "strategy:recovery_strategy outcome:recovery_outcome count:int"},
    {"error", "One group of failures, null where the range has none of it; and its failures, the newest first.",
     "schema:int attempts:error_attempt[] fingerprint:text group:error_group? range:error_range since:time step_s:int "
     "at:int[] next:text?"},
    {"error_attempt", "One of the failures.",
     "id:id no:int role:attempt_role state:attempt_state exit_code:int? signal:int? class:text? detail:text? "
     "evidence:object? fingerprint:text? log_bytes:int created_at:time? ended_at:time? run:id job:id step:id "
     "workflow:text? number:int ref:text? run_conclusion:conclusion? repository:text? job_key:text? step_name:text? "
     "step_conclusion:conclusion?"},
    {"durations", "A page of what was learned of how long jobs take.", "schema:int durations:duration[] next:text?"},
    {"duration",
     "From `n` successes; with 0 of them `median_ms` is only a bound: it ran out of time then. `of` job: of this "
     "matrix and event; legs: of any; name: jobs of that name in the organisation; kind: jobs that end with that "
     "action.",
     "of:duration_of repository:text? workflow:text? job:text? event:text? matrix:text? name:text? n:int median_ms:int "
     "p90_ms:int last_ms:int updated_at:time? key:text"},
    {"journal", "A page of the journal, the oldest first.", "schema:int journal:journal_row[] next:text?"},
    {"journal_row", "A change of state of a run, job, step …; of `kind` api: what somebody asked for.",
     "seq:int at:time? kind:text id:id? run:id? from:text? to:text? cause:text?"},
    {"queue", "What waits, in the order in which it would start.",
     "schema:int paused:bool slots:int slots_busy:int waiting:int jobs:queue_job[] locks:queue_lock[]"},
    {"queue_job", "A job that waits.",
     "run:id job:id workflow:text key:text repository:text? priority:priority bumped:bool slots:int estimate_ms:int "
     "ready_at:time? reason:text why:text until:time?"},
    {"queue_lock", "A lock, and who has it.", "name:text capacity:int used:int waiting:int holders:queue_holder[]"},
    {"queue_holder", "Who has a lock.", "run:id key:text token:int"},
    {"hooks", "Webhooks that bring nothing.", "schema:int hooks:idle_hook[]"},
    {"idle_hook", "One of them: what is wrong, since when, and what mends it.",
     "forge:text hook:text? repository:text? state:text why:text? refused:text? until:text? since:time? hint:text?"},
    {"graph",
     "The jobs of a run in layers, each behind what it needs. `critical_ms` is how long those of the critical path "
     "took, "
     "or will take by what is known. `left_out` jobs are not in it.",
     "schema:int run:id width:int height:int critical_ms:int left_out:int boxes:graph_box[] edges:graph_edge[]"},
    {"graph_box", "A job, or a matrix with its `legs`.",
     "job:id key:text name:text kind:job_kind repository:text? state:work_state conclusion:conclusion? hold:job_hold? "
     "detail:text? x:int y:int w:int h:int critical:bool ms:int estimate_ms:int? legs:int legs_done:int"},
    {"graph_edge", "`to` needs `from`. `points` are x and y in turn: curves lead to every second, lines from there on.",
     "from:text to:text critical:bool points:int[]"},
    {"why", "Why a run is not done.",
     "schema:int run:id state:work_state priority:priority bumped:bool *reason:text *why:text *until:time? "
     "jobs:why_job[]"},
    {"why_job", "Why a job is not done.", "key:text state:work_state reason:text why:text until:time?"},

    {"repositories", "All repositories of the configuration.", "schema:int repositories:repository[] next:text?"},
    {"repository", "A repository. A change of one of its `dependencies`, by alias, concerns it too.",
     "name:text id:text forge:text path:text default_branch:text dependencies:text[]"},
    {"matrix", "A page of the repositories of the configuration, in its order; `graph` stands in the first page alone.",
     "schema:int repositories:matrix_row[] graph:repo_graph? next:text?"},
    {"matrix_row",
     "A repository, and the newest run of each workflow on its default branch, or about no branch. `more`: there "
     "are more workflows than are told.",
     "name:text id:text forge:text path:text default_branch:text dependencies:text[] runs:matrix_run[] more:bool"},
    {"matrix_run", "A run.",
     "run:id workflow:text number:int state:work_state conclusion:conclusion? event:text? sha:text? created_at:time? "
     "ended_at:time?"},
    {"repo_graph", "Repositories in layers, each behind what it depends on; those without dependencies are left out.",
     "width:int height:int boxes:repo_box[] edges:repo_edge[]"},
    {"repo_box", "Where a repository stands.", "name:text x:int y:int w:int h:int"},
    {"repo_edge",
     "`to` depends on `from`. `points` are x and y in turn: curves lead to every second, lines from there on.",
     "from:text to:text points:int[]"},
    {"workflows", "All workflows of the server's own folder.", "schema:int workflows:workflow[] next:text?"},
    {"workflow", "A workflow. `context` is the name of its status.",
     "name:text file:text digest:text on:wf_event[] repositories:text[] context:text jobs:text[]"},

    {"settings", "The configuration that is in force.",
     "schema:int settings:setting[] files:setting_file[] tokens:setting_token[] version:text built:text ready_at:time "
     "loaded_at:time load:setting_load?"},
    {"setting",
     "What holds at a place of the server file. `from`: the file, at `line`; a default; this machine; a variable of "
     "the environment that the file names. `value` of a secret is its place. `restart`: a change counts from the next "
     "start on; `pending`: it has changed since the start.",
     "path:text value:text? from:text line:int? secret:text? restart:bool pending:bool doc:text"},
    {"setting_file", "A file that was read. `changed`: it was touched since.",
     "kind:text file:text digest:text? changed:bool"},
    {"setting_token", "A token of the API. `used_at`: it was shown last; null: not since the start.",
     "name:text scopes:text[] used_at:time?"},
    {"setting_load", "How the newest try to load the configuration went.",
     "at:time in_force:bool problems:setting_problem[]"},
    {"setting_problem", "What was wrong with it. Line 0: the file as a whole.",
     "level:text file:text line:int col:int code:text text:text"},
    {"session", "Who calls: a session, a token, or the user at the local socket. `local`: no sign-in is needed.",
     "schema:int signed_in:bool by:text? scopes:scope[] csrf:text local:bool ends_at:time?"},
    {"sign_in", "What to sign in with: an API token or a one-time token.", "token:text"},
    {"sessions", "All who are signed in.", "schema:int sessions:session_row[] next:text?"},
    {"session_row", "One of them.", "id:id name:text scopes:scope[] created_at:time seen_at:time ends_at:time"},
    {"one_time_wish", "What the session may do: read, and what is named here; all without.", "*scopes:scope[]"},
    {"one_time_token", "It is good for one sign-in until `ends_at`. `url`: where.", "token:text url:text ends_at:time"},

    {"workflow_dispatch", "What a workflow is started with.", "*inputs:object? *ref:text? *repository:text?"},
    {"dispatch", "An event of one's own.", "event_type:text *client_payload:object? *repository:text?"},
    {NULL, NULL, NULL},
};

const struct api_schema *api_schema_find(struct sv name)
{
    for (const struct api_schema *s = api_schemas; s->name; s++)
        if (sv_is(name, s->name))
            return s;
    return NULL;
}
