/* SPDX-License-Identifier: Apache-2.0 */
#include "store/sqlite/audit_rule.h"
#include "core/delivery.h"
#include "core/effect.h"
#include "core/recovery.h"
#include "core/run.h"

/* What has lost the row that it belongs to: nobody will find it again. */
#define ORPHAN(check_, text_, table, id, lost)                                                                         \
    {                                                                                                                  \
        check_, text_, "SELECT " id " FROM " table " WHERE " lost, "DELETE FROM " table " WHERE " lost                 \
    }
/* An open row that nothing will end: its run is over, or it is no start-up's business. */
#define STUCK(check_, text_, table, open, set)                                                                         \
    {                                                                                                                  \
        check_, text_, "SELECT id FROM " table " WHERE " open, "UPDATE " table " SET " set " WHERE " open              \
    }
#define NOT_IN(column, table) column " NOT IN (SELECT id FROM " table ")"
#define OF_DONE_JOB           "job_id IN (SELECT id FROM job WHERE state = 'done')"
#define OF_DONE_RUN           "run_id IN (SELECT id FROM run WHERE state = 'done')"

const struct audit_rule audit_rules[] = {
    ORPHAN("jobs-without-run", "jobs of a run that is not there", "job", "id", NOT_IN("run_id", "run")),
    ORPHAN("jobs-without-parent", "jobs of a parent that is not there", "job", "id",
           "parent_id <> 0 AND " NOT_IN("parent_id", "job")),
    ORPHAN("steps-without-job", "steps of a job that is not there", "step", "id", NOT_IN("job_id", "job")),
    ORPHAN("attempts-without-step", "attempts of a step that is not there", "attempt", "id", NOT_IN("step_id", "step")),
    ORPHAN("attempts-of-others", "attempts whose step, job and run do not belong together", "attempt", "id",
           "NOT EXISTS (SELECT 1 FROM step JOIN job ON job.id = step.job_id WHERE step.id = attempt.step_id"
           " AND job.id = attempt.job_id AND job.run_id = attempt.run_id) AND step_id IN (SELECT id FROM step)"),
    ORPHAN("effects-without-run", "effects of a run that is not there, although they are settled", "effect", "id",
           "run_id <> 0 AND state IN ('sent', 'coalesced') AND " NOT_IN("run_id", "run")),
    ORPHAN("bodies-without-delivery", "bodies of deliveries that are not there", "body", "id",
           NOT_IN("id", "delivery")),
    ORPHAN("decisions-without-delivery", "decisions about deliveries that are not there", "decision", "id",
           NOT_IN("id", "delivery")),
    /* Keys outlive their deliveries, which go in the order of their ids. */
    ORPHAN("keys-without-delivery", "deduplication keys of deliveries that are not there although older ones are",
           "dedup", "delivery",
           "delivery > (SELECT min(id) FROM delivery WHERE state <> 'received') AND " NOT_IN("delivery", "delivery")),
    ORPHAN("checkpoints-without-job", "checkpoints of a job that is not there", "checkpoint", "job_id",
           NOT_IN("job_id", "job")),
    ORPHAN("checkpoints-without-step", "checkpoints behind a step that is not there", "checkpoint", "job_id",
           "job_id IN (SELECT id FROM job) AND NOT EXISTS (SELECT 1 FROM step WHERE step.job_id = checkpoint.job_id"
           " AND step.no = checkpoint.step_no)"),
    ORPHAN("recoveries-without-run", "recoveries of a run that is not there", "recovery", "id",
           NOT_IN("run_id", "run")),
    ORPHAN("questions-without-run", "questions of a run that is not there", "approval", "id", NOT_IN("run_id", "run")),

    STUCK("open-jobs-of-done-runs", "jobs that are open although their run is over", "job",
          "state <> 'done' AND " OF_DONE_RUN, "state = 'done', conclusion = 'error', version = version + 1"),
    STUCK("running-steps-of-done-jobs", "steps that run although their job is over", "step",
          "state = 'running' AND " OF_DONE_JOB,
          "state = 'done', conclusion = 'error', outcome = 'error', version = version + 1"),
    STUCK("open-attempts-of-done-jobs", "attempts that are open although their job is over", "attempt",
          "state = 'intent' AND " OF_DONE_JOB, "state = 'lost', class = 'lost'"),
    STUCK("open-recoveries-of-done-jobs", "recoveries that are open although their job is over", "recovery",
          "outcome = 'open' AND " OF_DONE_JOB, "outcome = 'failed', version = version + 1"),
    STUCK("open-questions-of-done-jobs", "questions that are asked although their job is over", "approval",
          "state = 'asked' AND " OF_DONE_JOB, "state = 'moot', version = version + 1"),
    STUCK("open-children-of-done-parents", "jobs that are open although the one they belong to is over", "job",
          "state <> 'done' AND parent_id IN (SELECT id FROM job WHERE state = 'done')",
          "state = 'done', conclusion = 'error', version = version + 1"),
    STUCK("done-without-conclusion", "jobs that are over and have no conclusion", "job",
          "state = 'done' AND conclusion = ''", "conclusion = 'error', version = version + 1"),
    STUCK("runs-without-conclusion", "runs that are over and have no conclusion", "run",
          "state = 'done' AND conclusion = ''", "conclusion = 'error', version = version + 1"),
    {"runs-that-cannot-end", "runs that are open although all their jobs are over",
     "SELECT id FROM run WHERE state <> 'done' AND EXISTS (SELECT 1 FROM job WHERE run_id = run.id)"
     " AND NOT EXISTS (SELECT 1 FROM job WHERE run_id = run.id AND state <> 'done')",
     "cancel them: fettle runs cancel ID; else UPDATE run SET state = 'done', conclusion = 'error',"
     " version = version + 1 WHERE id = ID"},
    {"unsettled-effects-without-run", "effects that are still to be sent, of a run that is not there",
     "SELECT id FROM effect WHERE run_id <> 0 AND state NOT IN ('sent', 'coalesced', 'dead') AND "
     NOT_IN("run_id", "run"),
     "nothing: they are sent, and go with the next retention"},
    {"matched-without-decision", "deliveries that were decided and whose decision is not there",
     "SELECT id FROM delivery WHERE state = 'matched' AND " NOT_IN("id", "decision"),
     "decide about them again: fettle deliveries replay ID"},
    {"groups-held-twice", "runs that hold the same concurrency group at once",
     "SELECT id FROM run AS r WHERE state NOT IN ('done', 'waiting') AND conc_group IS NOT NULL AND EXISTS"
     " (SELECT 1 FROM run WHERE conc_group = r.conc_group AND id <> r.id AND state NOT IN ('done', 'waiting'))",
     "cancel all but one: fettle runs cancel ID"},
    {"doubled-keys", "steps of one number in one job",
     "SELECT id FROM step AS s WHERE EXISTS (SELECT 1 FROM step WHERE job_id = s.job_id AND no = s.no AND id < s.id)",
     "DELETE FROM step WHERE EXISTS (SELECT 1 FROM step AS s WHERE s.job_id = step.job_id AND s.no = step.no"
     " AND s.id < step.id)"},

    /* Counters, counted again. */
    {"step-attempts", "steps that have more attempts than they count, or an attempt with a higher number",
     "SELECT id FROM step WHERE attempts < (SELECT max(count(*), coalesce(max(no), 0)) FROM attempt"
     " WHERE step_id = step.id)",
     "UPDATE step SET attempts = (SELECT max(count(*), coalesce(max(no), 0)) FROM attempt WHERE step_id = step.id),"
     " version = version + 1 WHERE attempts < (SELECT max(count(*), coalesce(max(no), 0)) FROM attempt"
     " WHERE step_id = step.id)"},
    {"step-tries", "steps that count more tries than attempts",
     "SELECT id FROM step WHERE tries > attempts", "UPDATE step SET tries = attempts, version = version + 1"
     " WHERE tries > attempts"},
    {"job-epochs", "jobs whose epoch is not that of their newest attempt",
     "SELECT id FROM job WHERE epoch <> (SELECT coalesce(max(epoch), job.epoch) FROM attempt WHERE job_id = job.id)",
     "UPDATE job SET epoch = (SELECT max(epoch) FROM attempt WHERE job_id = job.id), version = version + 1"
     " WHERE epoch <> (SELECT coalesce(max(epoch), job.epoch) FROM attempt WHERE job_id = job.id)"},
    {"status-numbers", "runs that have told more statuses than they count: newer ones would be taken for old",
     "SELECT id FROM run WHERE report_seq >= 0 AND report_seq < (SELECT coalesce(max(seq), 0) FROM effect"
     " WHERE run_id = run.id AND kind = 'status' AND forge || ':' || repo = run.repo_id"
     " AND instr(serial_key, ':' || run.sha || ':'))",
     "UPDATE run SET report_seq = (SELECT max(seq) FROM effect WHERE run_id = run.id AND kind = 'status'"
     " AND forge || ':' || repo = run.repo_id AND instr(serial_key, ':' || run.sha || ':')), version = version + 1"
     " WHERE report_seq >= 0 AND report_seq <"
     " (SELECT coalesce(max(seq), 0) FROM effect WHERE run_id = run.id AND kind = 'status'"
     " AND forge || ':' || repo = run.repo_id AND instr(serial_key, ':' || run.sha || ':'))"},
    {"run-numbers", "runs whose number is above the newest one that their workflow knows: it would be given again",
     "SELECT id FROM run WHERE number > coalesce((SELECT number FROM run_number"
     " WHERE name = coalesce(run.repo_id, '') || char(10) || run.workflow), 0)",
     "INSERT OR REPLACE INTO run_number SELECT coalesce(repo_id, '') || char(10) || workflow, max(number) FROM run"
     " WHERE number > 0 GROUP BY 1"},
    {"generations", "runs that repeat the same one and count the same",
     "SELECT id FROM run AS r WHERE rerun_of <> 0 AND EXISTS (SELECT 1 FROM run WHERE rerun_of = r.rerun_of"
     " AND rerun_of <> 0 AND generation = r.generation AND id < r.id)",
     "UPDATE run SET generation = (SELECT count(*) + 1 FROM run AS r WHERE r.rerun_of = run.rerun_of"
     " AND r.id <= run.id), version = version + 1 WHERE rerun_of <> 0"},
    {"deduplication", "the mark up to which deduplication keys were written is not there",
     "SELECT 0 WHERE NOT EXISTS (SELECT 1 FROM dedup_folded WHERE id = 1)",
     "INSERT INTO dedup_folded VALUES (1, 0)"},
    {NULL, NULL, NULL, NULL},
};

const struct audit_words audit_words[] = {
    {"delivery", "state", delivery_state_name, DELIVERY_STATE_N},
    {"run", "state", work_state_name, WORK_STATE_N},
    {"run", "conclusion", conclusion_name, CONC_N},
    {"run", "priority", priority_name, PRIO_N},
    {"job", "state", work_state_name, WORK_STATE_N},
    {"job", "conclusion", conclusion_name, CONC_N},
    {"job", "kind", job_kind_name, JOB_KIND_N},
    {"job", "hold", job_hold_name, JOB_HOLD_N},
    {"step", "state", work_state_name, WORK_STATE_N},
    {"step", "conclusion", conclusion_name, CONC_N},
    {"step", "outcome", conclusion_name, CONC_N},
    {"attempt", "state", attempt_state_name, ATTEMPT_STATE_N},
    {"attempt", "role", attempt_role_name, ATTEMPT_ROLE_N},
    {"effect", "state", effect_state_name, EFFECT_STATE_N},
    {"effect", "kind", effect_kind_name, EFFECT_KIND_N},
    {"recovery", "outcome", recovery_outcome_name, RECOVERY_OUTCOME_N},
    {"recovery", "part", recovery_part_name, PART_N},
    {"approval", "state", approval_state_name, APPROVAL_STATE_N},
    {NULL, NULL, NULL, 0},
};
