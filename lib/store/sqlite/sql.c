/* SPDX-License-Identifier: Apache-2.0 */
#include "store/sqlite/sql.h"
#include "port/history.h"

#define DELIVERY                                                                                                       \
    "id, forge, kind, hook, event, guid, system, form, headers, digest, size, received_at, state, reason, "            \
    "source, happened_at, trace"
#define RUN                                                                                                            \
    "id, shard, delivery_id, workflow, file, event, action, repo_id, sha, ref, change, trusted, report_context, "      \
    "head_repo, created_at, state, conclusion, detail, cancelling, report_seq, started_at, ended_at, version, name, "  \
    "number, context, conc_group, queue_all, report_check, priority, bumped, deadline_at, rerun_of, generation, "      \
    "tells, involved, verdict, trace"
#define JOB                                                                                                            \
    "id, run_id, no, key, name, repo_id, repo_alias, needs, cond, timeout_ms, sha, ref, state, conclusion, detail, "   \
    "epoch, ready_at, started_at, ended_at, version, parent_id, kind, spec, matrix, strategy, inputs, outputs, "       \
    "continue_on_error, cancelling, conc_group, queue_all, group_at, hold, hold_until, tries, recovery_at, "           \
    "recovery_uses, estimate_ms, slots, locks, lock_token, queue_ms, hold_at, held_ms"
#define STEP                                                                                                           \
    "id, job_id, no, key, name, kind, spec, cond, continue_on_error, timeout_ms, state, conclusion, outcome, "         \
    "attempts, started_at, ended_at, version, outputs, exports, notes, summary, tries"
#define ATTEMPT                                                                                                        \
    "id, step_id, job_id, run_id, no, epoch, created_at, role, state, ended_at, exit_code, signal, class, detail, "    \
    "log_bytes, evidence, fingerprint"
#define EFFECT                                                                                                         \
    "id, run_id, key, kind, forge, repo, serial_key, seq, body, created_at, state, tries, not_before, settled_at, "    \
    "remote_id, remote_url, last_error, version"
#define RECOVERY                                                                                                       \
    "id, run_id, job_id, step_id, attempt_id, strategy, class, at, fingerprint, tests, outcome, ended_at, detail, "    \
    "part, tree, version"
#define CHECKPOINT "job_id, step_no, input_hash, attempt_id, tree_job, tree, outcome, conclusion, at"
#define APPROVAL                                                                                                       \
    "id, run_id, job_id, step_id, kind, question, people, sha, follow, asked_at, deadline, state, answered_at, "       \
    "answered_by, version"
#define DURATION  "key, n, mu, var, last_ms, updated_at"
#define FAILURE   "fingerprint, class, passed, failed, last_at"
#define BUDGET    "repo_id, hour, first, retried"
#define FLAKY     "name, flips, greens, last_at"
#define JOURNAL   "seq, at, kind, ref_id, run_id, from_state, to_state, cause"
#define SEEN_REPO "forge, forge_id, path, looked_at, gone, known_as"
#define SEEN_REF  "forge, forge_id, name, sha, loose, base, at"
#define SESSION   "id, hash, token, name, scopes, created_at, seen_at, ends_at"
/* Sum and maximum of each figure, as they are named, as parameters, and as they are added. */
#define NAMED(id, name) ", " #name ", " #name "_most"
#define ASKED(id, name) ", ?, ?"
#define ADDED(id, name)                                                                                                \
    ", " #name " = " #name " + excluded." #name ", " #name "_most = max(" #name "_most, excluded." #name "_most)"
#define MAX_ID                                                                                                         \
    "SELECT max(coalesce((SELECT max(id) FROM delivery), 0), coalesce((SELECT max(id) FROM run), 0),"                  \
    " coalesce((SELECT max(id) FROM job), 0), coalesce((SELECT max(id) FROM step), 0),"                                \
    " coalesce((SELECT max(id) FROM attempt), 0), coalesce((SELECT max(id) FROM effect), 0),"                          \
    " coalesce((SELECT max(id) FROM recovery), 0), coalesce((SELECT max(id) FROM approval), 0))"
/* The planner takes a partial index only where its condition is repeated word for word. */
#define UNCOMMON  "state <> 'matched' AND state <> 'ignored'"
#define UNSETTLED "state <> 'sent' AND state <> 'coalesced'"
#define FAILED    "class IS NOT NULL AND class <> 'cancelled'"
#define ERROR_IS  "coalesce(fingerprint, class) = ?"

const char *const sql_text[SQL_N] = {
    [SQL_BEGIN] = "BEGIN IMMEDIATE",
    [SQL_COMMIT] = "COMMIT",
    [SQL_SAVE] = "SAVEPOINT item",
    [SQL_RELEASE] = "RELEASE item",

    [SQL_DEDUP_FIND] = "SELECT delivery, received_at FROM dedup WHERE key = ?",
    [SQL_DEDUP_PUT] = "INSERT OR REPLACE INTO dedup (key, delivery, received_at) VALUES (?, ?, ?)",
    [SQL_DELIVERY_PUT] =
        "INSERT INTO delivery (" DELIVERY ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    [SQL_BODY_PUT] = "INSERT INTO body (id, bytes) VALUES (?, ?)",

    [SQL_DELIVERY_SET] = "UPDATE delivery SET state = ?, reason = ? WHERE id = ?",
    [SQL_DECISION_PUT] = "INSERT OR REPLACE INTO decision (id, event) VALUES (?, ?)",
    [SQL_RUN_PUT] = "INSERT INTO run (" RUN
                    ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?,"
                    " ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    [SQL_RUN_SET] =
        "UPDATE run SET state = ?, conclusion = ?, detail = ?, cancelling = ?, report_seq = ?,"
        " started_at = ?, ended_at = ?, priority = ?, bumped = ?, deadline_at = ?, tells = ?, involved = ?, version = ?"
        " WHERE id = ? AND version = ?",
    [SQL_JOB_PUT] = "INSERT INTO job (shard, " JOB
                    ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?,"
                    " ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    [SQL_JOB_SET] =
        "UPDATE job SET name = ?, repo_id = ?, repo_alias = ?, timeout_ms = ?, sha = ?, ref = ?, state = ?,"
        " conclusion = ?, detail = ?, epoch = ?, ready_at = ?, started_at = ?, ended_at = ?,"
        " strategy = ?, inputs = ?, outputs = ?, continue_on_error = ?, cancelling = ?, conc_group = ?,"
        " queue_all = ?, group_at = ?, hold = ?, hold_until = ?, tries = ?, recovery_at = ?, recovery_uses = ?,"
        " locks = ?, lock_token = ?, hold_at = ?, held_ms = ?, version = ? WHERE id = ? AND version = ?",
    [SQL_STEP_PUT] =
        "INSERT INTO step (" STEP ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    [SQL_STEP_SET] = "UPDATE step SET name = ?, continue_on_error = ?, timeout_ms = ?, state = ?, conclusion = ?,"
                     " outcome = ?, attempts = ?, started_at = ?, ended_at = ?, outputs = ?, exports = ?, notes = ?,"
                     " summary = ?, tries = ?, version = ? WHERE id = ? AND version = ?",
    [SQL_ATTEMPT_PUT] = "INSERT INTO attempt (" ATTEMPT ")"
                        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    [SQL_ATTEMPT_SET] = "UPDATE attempt SET state = ?, ended_at = ?, exit_code = ?, signal = ?, class = ?, detail = ?,"
                        " log_bytes = ?, evidence = ?, fingerprint = ? WHERE id = ? AND epoch = ? AND state = 'intent'",
    [SQL_EFFECT_PUT] = "INSERT INTO effect (shard, " EFFECT ")"
                       " VALUES (coalesce((SELECT shard FROM run WHERE id = ?), 0),"
                       " ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (key) DO NOTHING",
    [SQL_EFFECT_SET] = "UPDATE effect SET state = ?, tries = ?, not_before = ?, settled_at = ?, remote_id = ?,"
                       " remote_url = ?, last_error = ?, version = ? WHERE id = ? AND version = ?",
    [SQL_RECOVERY_PUT] = "INSERT INTO recovery (" RECOVERY ")"
                         " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    [SQL_CHECKPOINT_PUT] = "INSERT OR REPLACE INTO checkpoint (" CHECKPOINT ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
    [SQL_CHECKPOINTS_OF_JOB_DROP] = "DELETE FROM checkpoint WHERE job_id = ?",
    [SQL_RECOVERY_SET] = "UPDATE recovery SET outcome = ?, ended_at = ?, detail = ?, part = ?, tree = ?,"
                         " version = ? WHERE id = ? AND version = ?",
    [SQL_APPROVAL_PUT] = "INSERT INTO approval (" APPROVAL ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    [SQL_APPROVAL_SET] = "UPDATE approval SET state = ?, answered_at = ?, answered_by = ?, version = ?"
                         " WHERE id = ? AND version = ?",
    [SQL_DURATION_PUT] = "INSERT OR REPLACE INTO duration_stat (" DURATION ") VALUES (?, ?, ?, ?, ?, ?)",
    [SQL_DURATION_DROP] = "DELETE FROM duration_stat WHERE key = ?",
    [SQL_FAILURE_PUT] = "INSERT OR REPLACE INTO failure_stat (" FAILURE ") VALUES (?, ?, ?, ?, ?)",
    [SQL_BUDGET_PUT] = "INSERT OR REPLACE INTO retry_budget (" BUDGET ") VALUES (?, ?, ?, ?)",
    [SQL_FLAKY_PUT] = "INSERT OR REPLACE INTO flaky (" FLAKY ") VALUES (?, ?, ?, ?)",
    [SQL_RESOLUTION_PUT] = "INSERT INTO conflict_res (hunk, resolution, uses, last_at) VALUES (?1, ?2, 0, ?3)"
                           " ON CONFLICT (hunk) DO UPDATE SET resolution = ?2, last_at = ?3",
    [SQL_RESOLUTION_USED] = "UPDATE conflict_res SET uses = uses + 1, last_at = ? WHERE hunk = ?",
    [SQL_STANDING_PUT] = "INSERT OR REPLACE INTO standing (repo_id, words) VALUES (?, ?)",
    [SQL_FIRED_PUT] = "INSERT OR REPLACE INTO schedule (name, fired_at) VALUES (?, ?)",
    [SQL_SETTING_PUT] = "INSERT OR REPLACE INTO setting (name, value) VALUES (?, ?)",
    [SQL_NUMBER_PUT] = "INSERT OR REPLACE INTO run_number (name, number) VALUES (?, ?)",
    [SQL_REMOTE_PUT] = "INSERT OR REPLACE INTO remote (fingerprint, forge, repo, remote_id, url)"
                       " VALUES (?, ?, ?, ?, ?)",
    [SQL_SAME_PUT] = "INSERT OR REPLACE INTO same_event (key, delivery, at) VALUES (?, ?, ?)",
    [SQL_MADE_PUT] = "INSERT OR REPLACE INTO made_up (tip, delivery, real, at) VALUES (?, ?, ?, ?)",
    [SQL_SEEN_REPO_PUT] = "INSERT OR REPLACE INTO seen_repo (" SEEN_REPO ") VALUES (?, ?, ?, ?, ?, ?)",
    [SQL_SEEN_REF_PUT] = "INSERT OR REPLACE INTO seen_ref (" SEEN_REF ") VALUES (?, ?, ?, ?, ?, ?, ?)",
    [SQL_SEEN_REF_DROP] = "DELETE FROM seen_ref WHERE forge = ? AND forge_id = ? AND name = ?",
    [SQL_SESSION_PUT] = "INSERT INTO session (" SESSION ") VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
    [SQL_SESSIONS_MANY] = "DELETE FROM session WHERE id IN"
                          " (SELECT id FROM session ORDER BY seen_at DESC, id DESC LIMIT -1 OFFSET ?)",
    [SQL_SESSION_SEEN] = "UPDATE session SET seen_at = max(seen_at, ?) WHERE id = ?",
    [SQL_SESSION_DROP] = "DELETE FROM session WHERE id = ?",
    [SQL_SESSIONS_SWEEP] = "DELETE FROM session WHERE seen_at < ? OR ends_at < ?",
    [SQL_JOURNAL_PUT] = "INSERT INTO journal (at, kind, ref_id, run_id, from_state, to_state, cause)"
                        " VALUES (?, ?, ?, ?, ?, ?, ?)",

    [SQL_RUN_WAS] = "SELECT state FROM run WHERE id = ?",
    [SQL_RECOVERY_WAS] = "SELECT outcome FROM recovery WHERE id = ?",
    [SQL_HISTORY_SPREADS] = "SELECT took, waited FROM history WHERE grain = ? AND at = ?",
    [SQL_HISTORY_ENDED] =
        "INSERT INTO history (grain, at, success, failure, cancelled, took, waited) VALUES (?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (grain, at) DO UPDATE SET success = success + excluded.success,"
        " failure = failure + excluded.failure, cancelled = cancelled + excluded.cancelled,"
        " took = excluded.took, waited = excluded.waited",
    [SQL_HISTORY_RECOVERED] = "INSERT INTO history (grain, at, recovered) VALUES (?, ?, 1)"
                              " ON CONFLICT (grain, at) DO UPDATE SET recovered = recovered + 1",
    [SQL_HISTORY_SAMPLE] = "INSERT INTO history (grain, at, looks, deliveries, refused" HISTORY_FIGURES(
        NAMED) ")"
               " VALUES (?, ?, ?, ?, ?" HISTORY_FIGURES(
                   ASKED) ") ON CONFLICT (grain, at) DO UPDATE SET"
                          " looks = looks + excluded.looks, deliveries = deliveries + excluded.deliveries,"
                          " refused = refused + excluded.refused" HISTORY_FIGURES(ADDED),
    [SQL_HISTORY_OLD_DROP] = "DELETE FROM history WHERE grain = ?1 AND at IN"
                             " (SELECT at FROM history WHERE grain = ?1 AND at < ?2 ORDER BY at LIMIT 4)",
    [SQL_HISTORY_FUTURE_DROP] = "DELETE FROM history WHERE grain = ?1 AND at IN"
                                " (SELECT at FROM history WHERE grain = ?1 AND at > ?2 ORDER BY at DESC LIMIT 4)",
    [SQL_HISTORY_ANY] = "SELECT at FROM history WHERE grain = ? AND at >= 0 LIMIT 1",
    [SQL_HISTORY_RUNS] = "SELECT ended_at, started_at, created_at, conclusion FROM run WHERE id > ? AND state = 'done'",
    [SQL_HISTORY_RECOVERIES] = "SELECT ended_at FROM recovery WHERE id > ? AND outcome = 'recovered'",

    [SQL_WRITER_MAX_ID] = MAX_ID,
    [SQL_SPACE_PUT] = "INSERT OR REPLACE INTO space (id, bytes) VALUES (1, randomblob(65536))",

    [SQL_DEDUP_FOLDED_TO] = "SELECT delivery FROM dedup_folded WHERE id = 1",
    [SQL_DEDUP_FOLDED] = "UPDATE dedup_folded SET delivery = ? WHERE id = 1",
    [SQL_DEDUP_RECALL] = "SELECT id, received_at, kind, hook, event, guid, digest FROM delivery WHERE id > ?"
                         " ORDER BY id",
    [SQL_DEDUP_SCAN] = "SELECT key, received_at FROM dedup WHERE key > ? ORDER BY key LIMIT 500",
    [SQL_DEDUP_DROP] = "DELETE FROM dedup WHERE key > ? AND key <= ? AND received_at < ?",
    /* With the keys of deliveries, which are as old. */
    [SQL_SAME_OLD_DROP] = "DELETE FROM same_event WHERE key > ? AND key <= ? AND at < ?",
    [SQL_MADE_OLD_DROP] = "DELETE FROM made_up WHERE at < ?",
    [SQL_OLD_BODIES] = "SELECT body.id, delivery.state FROM body LEFT JOIN delivery ON delivery.id = body.id"
                       " WHERE body.id > ? AND body.id < ? ORDER BY body.id LIMIT 100",
    [SQL_OLD_DELIVERIES] = "SELECT id, state FROM delivery WHERE id > ? AND id < ? ORDER BY id LIMIT 100",
    [SQL_OLD_RUNS] = "SELECT id, state FROM run WHERE id > ? AND id < ? ORDER BY id LIMIT 20",
    [SQL_BODY_DROP] = "DELETE FROM body WHERE id = ?",
    [SQL_DECISION_DROP] = "DELETE FROM decision WHERE id = ?",
    [SQL_DELIVERY_DROP] = "DELETE FROM delivery WHERE id = ?",
    [SQL_ATTEMPTS_DROP] = "DELETE FROM attempt WHERE step_id IN"
                          " (SELECT step.id FROM step JOIN job ON job.id = step.job_id WHERE job.run_id = ?)",
    [SQL_STEPS_DROP] = "DELETE FROM step WHERE job_id IN (SELECT id FROM job WHERE run_id = ?)",
    [SQL_JOBS_DROP] = "DELETE FROM job WHERE run_id = ?",
    [SQL_EFFECTS_DROP] = "DELETE FROM effect WHERE run_id = ? AND state IN ('sent', 'coalesced', 'dead')",
    [SQL_JOURNAL_DROP] = "DELETE FROM journal WHERE run_id = ? AND run_id <> 0",
    [SQL_CHECKPOINTS_DROP] = "DELETE FROM checkpoint WHERE job_id IN (SELECT id FROM job WHERE run_id = ?)",
    [SQL_RECOVERIES_DROP] = "DELETE FROM recovery WHERE run_id = ?",
    [SQL_APPROVALS_DROP] = "DELETE FROM approval WHERE run_id = ?",
    [SQL_RUN_DROP] = "DELETE FROM run WHERE id = ?",

    [SQL_READ_BEGIN] = "BEGIN",
    [SQL_READ_END] = "COMMIT",
    [SQL_READ_BODY] = "SELECT delivery.digest, body.bytes FROM body JOIN delivery ON delivery.id = body.id"
                      " WHERE body.id = ?",
    [SQL_READ_DELIVERY] = "SELECT " DELIVERY ", (SELECT decision.event FROM decision WHERE decision.id = delivery.id)"
                          " FROM delivery WHERE id = ?",
    [SQL_OPEN_CHECKPOINTS] =
        "SELECT " CHECKPOINT " FROM checkpoint WHERE job_id IN (SELECT id FROM job WHERE run_id IN"
        " (SELECT id FROM run INDEXED BY run_open WHERE state <> 'done')) ORDER BY job_id, step_no",
    [SQL_CHECKPOINTS_OF_RUN] = "SELECT " CHECKPOINT " FROM checkpoint WHERE job_id IN"
                               " (SELECT id FROM job WHERE run_id = ?) ORDER BY job_id, step_no",
    [SQL_GENERATIONS] = "SELECT id, state, generation FROM run WHERE id = ?1"
                        " UNION ALL SELECT id, state, generation FROM run WHERE rerun_of = ?1 AND rerun_of <> 0",
    [SQL_RUNS_OF_CHANGE] = "SELECT id, workflow FROM run WHERE repo_id = ?1 AND change = ?2 AND change <> 0"
                           " ORDER BY id DESC LIMIT 1000",
    [SQL_RUN_OF_VERDICT] = "SELECT id FROM run WHERE verdict = ? AND repo_id = ? AND workflow = ? AND state = 'done'"
                           " AND conclusion IN ('success', 'failure') ORDER BY id DESC LIMIT 1",
    [SQL_RUNS_OF_COMMIT] = "SELECT id, workflow FROM run WHERE repo_id = ?1 AND sha = ?2"
                           " AND (?3 IS NULL OR report_context = ?3) ORDER BY id DESC LIMIT 1000",
    [SQL_JOB_FATE] = "SELECT run.state, run.conclusion, run.ended_at, EXISTS (SELECT 1 FROM checkpoint AS c"
                     " JOIN job AS j ON j.id = c.job_id JOIN run AS r ON r.id = j.run_id WHERE c.tree_job = ?1"
                     " AND c.tree_job <> c.job_id AND c.tree_job <> 0 AND r.state <> 'done')"
                     " FROM job JOIN run ON run.id = job.run_id WHERE job.id = ?1",
    [SQL_OPEN_RECOVERIES] =
        "SELECT " RECOVERY " FROM recovery INDEXED BY recovery_open WHERE outcome = 'open' ORDER BY id",
    [SQL_OPEN_APPROVALS] =
        "SELECT " APPROVAL " FROM approval INDEXED BY approval_open WHERE state = 'asked' ORDER BY id",
    [SQL_OPEN_DURATIONS] = "SELECT " DURATION " FROM duration_stat ORDER BY key",
    [SQL_OPEN_FAILURES] = "SELECT " FAILURE " FROM failure_stat ORDER BY fingerprint",
    [SQL_OPEN_BUDGETS] = "SELECT " BUDGET " FROM retry_budget ORDER BY repo_id",
    [SQL_OPEN_FLAKY] = "SELECT " FLAKY " FROM flaky ORDER BY name",
    [SQL_OPEN_STANDING] = "SELECT repo_id, words FROM standing ORDER BY repo_id",
    [SQL_OPEN_FIRED] = "SELECT name, fired_at FROM schedule ORDER BY name",
    [SQL_OPEN_SETTINGS] = "SELECT name, value FROM setting ORDER BY name",
    [SQL_READ_SAME] = "SELECT delivery, at FROM same_event WHERE key = ?",
    [SQL_READ_SESSION] = "SELECT " SESSION " FROM session WHERE hash = ?",
    [SQL_LIST_SESSIONS] = "SELECT " SESSION " FROM session ORDER BY id DESC",
    [SQL_READ_SETTING] = "SELECT value FROM setting WHERE name = ?",
    [SQL_OPEN_MADE] = "SELECT tip, delivery, real, at FROM made_up",
    [SQL_OPEN_SEEN_REPOS] = "SELECT " SEEN_REPO " FROM seen_repo ORDER BY forge, forge_id",
    [SQL_OPEN_SEEN_REFS] = "SELECT " SEEN_REF " FROM seen_ref ORDER BY forge, forge_id, name",
    [SQL_READ_NUMBER] = "SELECT number FROM run_number WHERE name = ?",
    [SQL_READ_REMOTE] = "SELECT remote_id, url FROM remote WHERE fingerprint = ?",
    [SQL_READ_RESOLUTION] = "SELECT resolution FROM conflict_res WHERE hunk = ?",
    [SQL_READ_MAX_ID] = MAX_ID,
    [SQL_OPEN_DELIVERIES] = "SELECT " DELIVERY " FROM delivery WHERE " UNCOMMON " AND state = 'received' ORDER BY id",
    [SQL_OPEN_RUNS] = "SELECT " RUN " FROM run INDEXED BY run_open WHERE state <> 'done' ORDER BY id",
    [SQL_JOBS_OF_RUN] = "SELECT " JOB " FROM job WHERE run_id = ? ORDER BY no",
    [SQL_STEPS_OF_JOB] = "SELECT " STEP " FROM step WHERE job_id = ? ORDER BY no",
    [SQL_OPEN_ATTEMPTS] = "SELECT " ATTEMPT " FROM attempt WHERE state = 'intent' ORDER BY id",
    [SQL_OPEN_EFFECTS] =
        "SELECT " EFFECT " FROM effect INDEXED BY effect_unsettled WHERE " UNSETTLED " AND state <> 'dead' ORDER BY id",

    [SQL_LIST_DELIVERIES] = "SELECT " DELIVERY " FROM delivery WHERE id < ? ORDER BY id DESC LIMIT ?",
    [SQL_LIST_DELIVERIES_BY_STATE] = "SELECT " DELIVERY " FROM delivery WHERE id < ? AND state = ?"
                                     " ORDER BY id DESC LIMIT ?",
    [SQL_LIST_DELIVERIES_UNCOMMON] = "SELECT " DELIVERY " FROM delivery WHERE id < ? AND " UNCOMMON " AND state = ?"
                                     " ORDER BY id DESC LIMIT ?",
    [SQL_LIST_RUNS] = "SELECT " RUN " FROM run WHERE id < ? ORDER BY id DESC LIMIT ?",
    [SQL_LIST_RUNS_OPEN] = "SELECT " RUN " FROM run INDEXED BY run_open WHERE id < ? AND state <> 'done' AND state = ?"
                           " ORDER BY id DESC LIMIT ?",
    [SQL_LIST_RUNS_DONE] = "SELECT " RUN " FROM run WHERE id < ? AND state = ? ORDER BY id DESC LIMIT ?",
    [SQL_LIST_RUNS_BY_CONCLUSION] = "SELECT " RUN " FROM run WHERE id < ? AND state = 'done' AND conclusion = ?"
                                    " ORDER BY id DESC LIMIT ?",
    [SQL_LIST_RUNS_OF_WORKFLOW] = "SELECT " RUN " FROM run WHERE workflow = ? AND id < ? ORDER BY id DESC LIMIT ?",
    [SQL_LIST_RUNS_OF_REPOSITORY] = "SELECT " RUN " FROM run INDEXED BY run_repository WHERE repo_id = ? AND id < ?"
                                    " ORDER BY id DESC LIMIT ?",
    [SQL_LIST_RUNS_OF_BOTH] = "SELECT " RUN " FROM run INDEXED BY run_of WHERE repo_id = ? AND workflow = ? AND id < ?"
                              " ORDER BY id DESC LIMIT ?",
    [SQL_LIST_RUNS_OF_WORKFLOW_BY_CONCLUSION] =
        "SELECT " RUN " FROM run INDEXED BY run_workflow_end WHERE workflow = ? AND conclusion = ? AND id < ?"
        " ORDER BY id DESC LIMIT ?",
    [SQL_LIST_RUNS_OF_REPOSITORY_BY_CONCLUSION] =
        "SELECT " RUN " FROM run INDEXED BY run_repository_end WHERE repo_id = ? AND conclusion = ? AND id < ?"
        " ORDER BY id DESC LIMIT ?",
    [SQL_LIST_RUNS_OF_COMMIT] = "SELECT " RUN " FROM run INDEXED BY run_commit WHERE sha = ? AND id < ?"
                                " ORDER BY id DESC LIMIT ?",
    [SQL_LIST_RUNS_OF_REF] = "SELECT " RUN " FROM run INDEXED BY run_ref WHERE ref = ? AND id < ?"
                             " ORDER BY id DESC LIMIT ?",
    [SQL_LIST_EFFECTS] = "SELECT " EFFECT " FROM effect WHERE id < ? ORDER BY id DESC LIMIT ?",
    [SQL_LIST_EFFECTS_BY_STATE] = "SELECT " EFFECT " FROM effect WHERE id < ? AND state = ? ORDER BY id DESC LIMIT ?",
    [SQL_LIST_EFFECTS_UNSETTLED] =
        "SELECT " EFFECT " FROM effect INDEXED BY effect_unsettled WHERE id < ? AND " UNSETTLED
        " AND state = ? ORDER BY id DESC LIMIT ?",
    [SQL_LIST_RECOVERIES] = "SELECT " RECOVERY " FROM recovery WHERE id < ? ORDER BY id DESC LIMIT ?",
    [SQL_LIST_RECOVERIES_BY_OUTCOME] = "SELECT " RECOVERY " FROM recovery WHERE id < ? AND outcome = ?"
                                       " ORDER BY id DESC LIMIT ?",
    [SQL_LIST_FLAKY] = "SELECT " FLAKY " FROM flaky WHERE name > ? ORDER BY name LIMIT ?",
    [SQL_LIST_JOURNAL] = "SELECT " JOURNAL " FROM journal WHERE seq > ? ORDER BY seq LIMIT ?",
    [SQL_LIST_JOURNAL_OF_RUN] = "SELECT " JOURNAL " FROM journal WHERE seq > ? AND run_id <> 0 AND run_id = ?"
                                " ORDER BY seq LIMIT ?",
    [SQL_JOURNAL_END] = "SELECT coalesce(max(seq), 0) FROM journal",
    [SQL_READ_HISTORY] =
        "SELECT at, success, failure, cancelled, recovered, took, waited, looks, deliveries, refused" HISTORY_FIGURES(
            NAMED) " FROM history WHERE grain = ? AND at >= ? AND at < ? ORDER BY at",
    [SQL_COUNT_DEAD] = "SELECT count(*) FROM effect INDEXED BY effect_dead WHERE state = 'dead'",
    [SQL_COUNT_ASKED] = "SELECT count(*) FROM approval INDEXED BY approval_open WHERE state = 'asked'",
    [SQL_COUNT_RECOVERING] = "SELECT count(*) FROM recovery INDEXED BY recovery_open WHERE outcome = 'open'",
    [SQL_SHOW_RUN] = "SELECT " RUN " FROM run WHERE id = ?",
    [SQL_SHOW_JOB] = "SELECT " JOB " FROM job WHERE id = ?",
    [SQL_SHOW_ATTEMPTS] = "SELECT " ATTEMPT " FROM attempt WHERE step_id = ? ORDER BY no",
    [SQL_ATTEMPT_SILENT] = "SELECT log_bytes FROM attempt WHERE id = ?",
    [SQL_SHOW_RECOVERIES] = "SELECT " RECOVERY " FROM recovery WHERE run_id = ? ORDER BY id",
    [SQL_SHOW_APPROVALS] = "SELECT " APPROVAL " FROM approval WHERE run_id = ? ORDER BY id",
    [SQL_SHOW_EFFECTS] = "SELECT " EFFECT " FROM effect WHERE run_id = ? ORDER BY id",
    [SQL_READ_EFFECT] = "SELECT " EFFECT " FROM effect WHERE id = ?",
    [SQL_EFFECT_NEWER] = "SELECT id FROM effect INDEXED BY effect_serial WHERE serial_key = ? AND id > ?"
                         " AND state = 'sent' ORDER BY id DESC LIMIT 1",
    [SQL_DECISION_GIST] = "SELECT event ->> '$.action', event ->> '$.repository.id', event ->> '$.ref',"
                          " substr(coalesce(event ->> '$.pull_request.title', event ->> '$.issue.title', event ->> "
                          "'$.workflow'), 1, 200),"
                          " event ->> '$.sender.login' FROM decision WHERE id = ?",
    [SQL_RUNS_OF_DELIVERY] =
        "SELECT " RUN " FROM run INDEXED BY run_delivery WHERE delivery_id = ? ORDER BY id DESC LIMIT ?",
    [SQL_WORKFLOW_OF_BRANCH] = "SELECT workflow FROM run INDEXED BY run_branch WHERE repo_id = ? AND ref IS ?"
                               " AND workflow > ? ORDER BY workflow LIMIT 1",
    [SQL_NEWEST_OF_BRANCH] = "SELECT id, number, state, conclusion, event, sha, created_at, ended_at FROM run"
                             " INDEXED BY run_branch WHERE repo_id = ? AND ref IS ? AND workflow = ?"
                             " ORDER BY id DESC LIMIT 1",

    [SQL_LIST_DURATIONS] = "SELECT " DURATION " FROM duration_stat WHERE key > ? AND key < ? ORDER BY key LIMIT ?",
    [SQL_ERROR_COUNTS] = "SELECT at, error, class, n, first_at, last_at, newest FROM error_count"
                         " WHERE span = ? AND repo_id = ? AND at >= ? ORDER BY at DESC LIMIT ?",
    [SQL_ERROR_COUNT] = "SELECT at, error, class, n, first_at, last_at, newest FROM error_count"
                        " WHERE span = ? AND repo_id = ? AND at = ? AND error = ?",
    [SQL_ERROR_PLACES] = "SELECT repo_id, workflow, n, last_at FROM error_place WHERE error = ? LIMIT ?",
    [SQL_ERROR_FIRST] =
        "SELECT ended_at FROM attempt INDEXED BY attempt_error WHERE " ERROR_IS " AND " FAILED " ORDER BY id LIMIT 1",
    [SQL_ERROR_NEWEST] = "SELECT step_id, detail, evidence FROM attempt WHERE id = ?",
    [SQL_ERROR_RUNS] = "SELECT run_id FROM attempt INDEXED BY attempt_error WHERE " ERROR_IS " AND " FAILED
                       " ORDER BY id DESC LIMIT ?",
    [SQL_ERROR_RUN] = "SELECT workflow, number, state, conclusion FROM run WHERE id = ?",
    [SQL_ERROR_TRIES] = "SELECT passed, failed FROM failure_stat WHERE fingerprint = ?",
    [SQL_ERROR_RECOVERIES] =
        "SELECT strategy, outcome FROM recovery INDEXED BY recovery_error WHERE " ERROR_IS " ORDER BY id DESC LIMIT ?",
    [SQL_ERROR_ATTEMPTS] =
        "SELECT " ATTEMPT ", (SELECT workflow FROM run WHERE run.id = run_id),"
        " (SELECT number FROM run WHERE run.id = run_id), (SELECT ref FROM run WHERE run.id = run_id),"
        " (SELECT conclusion FROM run WHERE run.id = run_id), (SELECT repo_id FROM job WHERE job.id = job_id),"
        " (SELECT key FROM job WHERE job.id = job_id), (SELECT name FROM step WHERE step.id = step_id),"
        " (SELECT conclusion FROM step WHERE step.id = step_id) FROM attempt INDEXED BY attempt_error"
        " WHERE " ERROR_IS " AND " FAILED " AND id < ? ORDER BY id DESC LIMIT ?",
};
