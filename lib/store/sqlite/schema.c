/* SPDX-License-Identifier: Apache-2.0 */
#include "store/sqlite/schema.h"
#include <stdio.h>

enum { APPLICATION_ID = 0x66746c65 }; /* "ftle" */

/* Times are milliseconds since 1970 UTC, 0 = not yet. States and kinds are the names of lib/core. Partial indexes hold
 * only what is open or uncommon, so that finished work costs nothing to find open work among. */
static const char start[] =
    "CREATE TABLE delivery ("
    "  id INTEGER PRIMARY KEY, forge TEXT NOT NULL, kind TEXT NOT NULL, hook TEXT NOT NULL, event TEXT NOT NULL,"
    "  guid TEXT, system INTEGER NOT NULL, form INTEGER NOT NULL, headers TEXT, digest BLOB NOT NULL,"
    "  size INTEGER NOT NULL, received_at INTEGER NOT NULL, state TEXT NOT NULL, reason TEXT) STRICT;"
    "CREATE INDEX delivery_uncommon ON delivery (state) WHERE state <> 'matched' AND state <> 'ignored';"
    /* Raw bytes, apart from the rows that are read and changed often. */
    "CREATE TABLE body (id INTEGER PRIMARY KEY, bytes BLOB NOT NULL) STRICT;"
    /* The normalised event of a decided delivery. */
    "CREATE TABLE decision (id INTEGER PRIMARY KEY, event TEXT NOT NULL) STRICT;"
    /* 16 bytes of a digest over what makes two deliveries the same (put.c); outlives the delivery. */
    "CREATE TABLE dedup (key BLOB PRIMARY KEY, delivery INTEGER NOT NULL, received_at INTEGER NOT NULL)"
    "  STRICT, WITHOUT ROWID;"
    "CREATE TABLE run ("
    "  id INTEGER PRIMARY KEY, shard INTEGER NOT NULL, delivery_id INTEGER NOT NULL, workflow TEXT NOT NULL,"
    "  file TEXT NOT NULL, event TEXT NOT NULL, action TEXT, repo_id TEXT, sha TEXT, ref TEXT,"
    "  change INTEGER NOT NULL, trusted INTEGER NOT NULL, report_context TEXT, head_repo TEXT,"
    "  created_at INTEGER NOT NULL, state TEXT NOT NULL, conclusion TEXT NOT NULL, detail TEXT,"
    "  cancelling INTEGER NOT NULL, report_seq INTEGER NOT NULL, started_at INTEGER NOT NULL,"
    "  ended_at INTEGER NOT NULL, version INTEGER NOT NULL) STRICT;"
    "CREATE INDEX run_open ON run (id) WHERE state <> 'done';"
    "CREATE INDEX run_done ON run (conclusion) WHERE state = 'done';"
    "CREATE TABLE job ("
    "  id INTEGER PRIMARY KEY, run_id INTEGER NOT NULL, shard INTEGER NOT NULL, no INTEGER NOT NULL,"
    "  key TEXT NOT NULL, name TEXT NOT NULL, repo_id TEXT, repo_alias TEXT, needs TEXT NOT NULL," /* JSON array */
    "  cond TEXT NOT NULL, timeout_ms INTEGER NOT NULL, sha TEXT, ref TEXT, state TEXT NOT NULL,"
    "  conclusion TEXT NOT NULL, detail TEXT, epoch INTEGER NOT NULL, ready_at INTEGER NOT NULL,"
    "  started_at INTEGER NOT NULL, ended_at INTEGER NOT NULL, version INTEGER NOT NULL) STRICT;"
    "CREATE INDEX job_run ON job (run_id, no);"
    "CREATE TABLE step ("
    "  id INTEGER PRIMARY KEY, job_id INTEGER NOT NULL, no INTEGER NOT NULL, key TEXT NOT NULL, name TEXT NOT NULL,"
    "  kind TEXT NOT NULL, spec TEXT NOT NULL, cond TEXT NOT NULL, continue_on_error INTEGER NOT NULL,"
    "  timeout_ms INTEGER NOT NULL, state TEXT NOT NULL, conclusion TEXT NOT NULL, outcome TEXT NOT NULL,"
    "  attempts INTEGER NOT NULL, started_at INTEGER NOT NULL, ended_at INTEGER NOT NULL,"
    "  version INTEGER NOT NULL) STRICT;"
    "CREATE INDEX step_job ON step (job_id, no);"
    "CREATE TABLE attempt ("
    "  id INTEGER PRIMARY KEY, step_id INTEGER NOT NULL, job_id INTEGER NOT NULL, run_id INTEGER NOT NULL,"
    "  no INTEGER NOT NULL, epoch INTEGER NOT NULL, created_at INTEGER NOT NULL, state TEXT NOT NULL,"
    "  ended_at INTEGER NOT NULL, exit_code INTEGER NOT NULL, signal INTEGER NOT NULL, class TEXT, detail TEXT,"
    "  log_bytes INTEGER NOT NULL) STRICT;"
    "CREATE INDEX attempt_step ON attempt (step_id, no);"
    "CREATE INDEX attempt_open ON attempt (state) WHERE state = 'intent';"
    "CREATE TABLE effect ("
    "  id INTEGER PRIMARY KEY, shard INTEGER NOT NULL, run_id INTEGER NOT NULL, key TEXT NOT NULL UNIQUE,"
    "  kind TEXT NOT NULL, forge TEXT NOT NULL, repo TEXT NOT NULL, serial_key TEXT NOT NULL, seq INTEGER NOT NULL,"
    "  body TEXT NOT NULL, created_at INTEGER NOT NULL, state TEXT NOT NULL, tries INTEGER NOT NULL,"
    "  not_before INTEGER NOT NULL, settled_at INTEGER NOT NULL, remote_id TEXT, remote_url TEXT, last_error TEXT,"
    "  version INTEGER NOT NULL) STRICT;"
    "CREATE INDEX effect_run ON effect (run_id);"
    "CREATE INDEX effect_unsettled ON effect (id) WHERE state <> 'sent' AND state <> 'coalesced';"
    /* What an issue fingerprint became at the forge; outlives the effect. */
    "CREATE TABLE remote ("
    "  fingerprint TEXT PRIMARY KEY, forge TEXT NOT NULL, repo TEXT NOT NULL, remote_id TEXT NOT NULL, url TEXT)"
    "  STRICT, WITHOUT ROWID;"
    "CREATE TABLE journal ("
    "  seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, kind TEXT NOT NULL, ref_id INTEGER NOT NULL,"
    "  run_id INTEGER NOT NULL, from_state TEXT, to_state TEXT, cause TEXT) STRICT;"
    "CREATE INDEX journal_run ON journal (run_id) WHERE run_id <> 0;"
    /* One row whose pages are written again to see whether a full disk has space. */
    "CREATE TABLE space (id INTEGER PRIMARY KEY, bytes BLOB NOT NULL) STRICT;";

/* Up to which delivery the table dedup has the keys; those of later ones are made from their rows (known.h). */
static const char folded[] =
    "CREATE TABLE dedup_folded (id INTEGER PRIMARY KEY CHECK (id = 1), delivery INTEGER NOT NULL) STRICT;"
    "INSERT INTO dedup_folded SELECT 1, coalesce(max(id), 0) FROM delivery;";

/* The workflow language: expressions in rows, parents of jobs, groups, results of steps. */
static const char language[] =
    "ALTER TABLE run ADD COLUMN name TEXT;"
    "ALTER TABLE run ADD COLUMN number INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE run ADD COLUMN context TEXT;" /* JSON */
    "ALTER TABLE run ADD COLUMN conc_group TEXT;"
    "ALTER TABLE run ADD COLUMN queue_all INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE job ADD COLUMN parent_id INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE job ADD COLUMN kind TEXT NOT NULL DEFAULT 'steps';"
    "ALTER TABLE job ADD COLUMN spec TEXT;" /* JSON, as the four behind it */
    "ALTER TABLE job ADD COLUMN matrix TEXT;"
    "ALTER TABLE job ADD COLUMN strategy TEXT;"
    "ALTER TABLE job ADD COLUMN inputs TEXT;"
    "ALTER TABLE job ADD COLUMN outputs TEXT;"
    "ALTER TABLE job ADD COLUMN continue_on_error INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE job ADD COLUMN cancelling INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE job ADD COLUMN conc_group TEXT;"
    "ALTER TABLE job ADD COLUMN queue_all INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE job ADD COLUMN group_at INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE step ADD COLUMN outputs TEXT;" /* JSON, as the two behind it */
    "ALTER TABLE step ADD COLUMN exports TEXT;"
    "ALTER TABLE step ADD COLUMN notes TEXT;"
    "ALTER TABLE step ADD COLUMN summary TEXT;"
    /* The number that the newest run of a repository's workflow has; outlives the runs. */
    "CREATE TABLE run_number (name TEXT PRIMARY KEY, number INTEGER NOT NULL) STRICT, WITHOUT ROWID;"
    /* What the workflow files of a repository's default branch listen to by themselves. JSON. */
    "CREATE TABLE standing (repo_id TEXT PRIMARY KEY, words TEXT NOT NULL) STRICT, WITHOUT ROWID;"
    /* When a schedule fired last, or was seen first. */
    "CREATE TABLE schedule (name TEXT PRIMARY KEY, fired_at INTEGER NOT NULL) STRICT, WITHOUT ROWID;";

/* A run may speak by a check run beside its status. */
static const char checks[] = "ALTER TABLE run ADD COLUMN report_check INTEGER NOT NULL DEFAULT 0;";

/* Order, checkpoints, recovery. */
static const char recovery[] =
    "ALTER TABLE run ADD COLUMN priority TEXT NOT NULL DEFAULT 'normal';"
    "ALTER TABLE run ADD COLUMN bumped INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE run ADD COLUMN deadline_at INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE run ADD COLUMN rerun_of INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE run ADD COLUMN generation INTEGER NOT NULL DEFAULT 1;"
    "ALTER TABLE job ADD COLUMN hold TEXT NOT NULL DEFAULT '';"
    "ALTER TABLE job ADD COLUMN hold_until INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE job ADD COLUMN hold_at INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE job ADD COLUMN held_ms INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE job ADD COLUMN tries INTEGER NOT NULL DEFAULT 1;"
    "ALTER TABLE job ADD COLUMN recovery_at INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE job ADD COLUMN recovery_uses INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE job ADD COLUMN estimate_ms INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE job ADD COLUMN slots INTEGER NOT NULL DEFAULT 1;"
    "ALTER TABLE job ADD COLUMN locks TEXT NOT NULL DEFAULT '[]';" /* JSON */
    "ALTER TABLE job ADD COLUMN lock_token INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE job ADD COLUMN queue_ms INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE step ADD COLUMN tries INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE attempt ADD COLUMN evidence TEXT;" /* JSON */
    "ALTER TABLE attempt ADD COLUMN role TEXT NOT NULL DEFAULT 'step';"
    "ALTER TABLE attempt ADD COLUMN fingerprint TEXT;"
    "CREATE TABLE recovery ("
    "  id INTEGER PRIMARY KEY, run_id INTEGER NOT NULL, job_id INTEGER NOT NULL, step_id INTEGER NOT NULL,"
    "  attempt_id INTEGER NOT NULL, strategy TEXT NOT NULL, class TEXT NOT NULL, outcome TEXT NOT NULL,"
    "  at INTEGER NOT NULL, ended_at INTEGER NOT NULL, detail TEXT, fingerprint TEXT, tests TEXT,"
    "  version INTEGER NOT NULL) STRICT;"
    "CREATE INDEX recovery_run ON recovery (run_id);"
    "CREATE INDEX recovery_open ON recovery (id) WHERE outcome = 'open';"
    "CREATE TABLE approval ("
    "  id INTEGER PRIMARY KEY, run_id INTEGER NOT NULL, job_id INTEGER NOT NULL, step_id INTEGER NOT NULL,"
    "  kind TEXT NOT NULL, question TEXT NOT NULL, people TEXT, sha TEXT, follow INTEGER NOT NULL,"
    "  state TEXT NOT NULL, asked_at INTEGER NOT NULL, deadline INTEGER NOT NULL, answered_at INTEGER NOT NULL,"
    "  answered_by TEXT, version INTEGER NOT NULL) STRICT;"
    "CREATE INDEX approval_run ON approval (run_id);"
    "CREATE INDEX approval_open ON approval (id) WHERE state = 'asked';"
    /* What was learned; outlives the runs. */
    "CREATE TABLE duration_stat ("
    "  key TEXT PRIMARY KEY, n INTEGER NOT NULL, mu INTEGER NOT NULL, var INTEGER NOT NULL, last_ms INTEGER NOT NULL,"
    "  updated_at INTEGER NOT NULL) STRICT, WITHOUT ROWID;"
    "CREATE TABLE failure_stat ("
    "  fingerprint TEXT PRIMARY KEY, class TEXT NOT NULL, passed INTEGER NOT NULL, failed INTEGER NOT NULL,"
    "  last_at INTEGER NOT NULL) STRICT, WITHOUT ROWID;"
    "CREATE TABLE retry_budget (" /* of the newest hour */
    "  repo_id TEXT PRIMARY KEY, hour INTEGER NOT NULL, first INTEGER NOT NULL, retried INTEGER NOT NULL)"
    "  STRICT, WITHOUT ROWID;"
    "CREATE TABLE flaky ("
    "  name TEXT PRIMARY KEY, flips INTEGER NOT NULL, greens INTEGER NOT NULL, last_at INTEGER NOT NULL)"
    "  STRICT, WITHOUT ROWID;"
    "CREATE TABLE conflict_res ("
    "  hunk TEXT PRIMARY KEY, resolution BLOB NOT NULL, uses INTEGER NOT NULL, last_at INTEGER NOT NULL)"
    "  STRICT, WITHOUT ROWID;"
    "CREATE TABLE checkpoint ("
    "  job_id INTEGER NOT NULL, step_no INTEGER NOT NULL, input_hash TEXT NOT NULL, attempt_id INTEGER NOT NULL,"
    "  tree_job INTEGER NOT NULL, tree TEXT, outcome TEXT NOT NULL, conclusion TEXT NOT NULL, at INTEGER NOT NULL,"
    "  PRIMARY KEY (job_id, step_no)) STRICT, WITHOUT ROWID;"
    /* Those that were begun from another job's. */
    "CREATE INDEX checkpoint_lent ON checkpoint (tree_job) WHERE tree_job <> job_id AND tree_job <> 0;"
    "CREATE INDEX run_again ON run (rerun_of) WHERE rerun_of <> 0;"
    /* Numbers that outlive the program: the newest fencing token of a lock, whether nothing starts. */
    "CREATE TABLE setting (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;";

/* What a run tells beside its status; the bits are those of enum run_tells. */
static const char telling[] = "ALTER TABLE run ADD COLUMN tells INTEGER NOT NULL DEFAULT 0;"
                              "ALTER TABLE run ADD COLUMN involved TEXT;" /* JSON */
                              "CREATE INDEX run_change ON run (repo_id, change) WHERE change <> 0;"
                              "CREATE INDEX run_sha ON run (repo_id, sha);";

/* How far a fix of tests has come, and the workspace from before it. */
static const char fixes[] = "ALTER TABLE recovery ADD COLUMN part TEXT NOT NULL DEFAULT 'first';"
                            "ALTER TABLE recovery ADD COLUMN tree TEXT;";

/* One event is decided once, whichever way it comes; what the forges' repositories looked like last. */
static const char reconcile[] =
    "ALTER TABLE delivery ADD COLUMN source TEXT NOT NULL DEFAULT 'hook';"
    "ALTER TABLE delivery ADD COLUMN happened_at INTEGER NOT NULL DEFAULT 0;"
    /* 16 bytes of a digest over what makes two events the same (core/same_event.c). */
    "CREATE TABLE same_event (key BLOB PRIMARY KEY, delivery INTEGER NOT NULL, at INTEGER NOT NULL)"
    "  STRICT, WITHOUT ROWID;"
    "CREATE TABLE made_up ("
    "  tip BLOB PRIMARY KEY, delivery INTEGER NOT NULL, real INTEGER NOT NULL, at INTEGER NOT NULL)"
    "  STRICT, WITHOUT ROWID;"
    "CREATE INDEX made_up_old ON made_up (at);"
    "CREATE TABLE seen_repo ("
    "  forge TEXT NOT NULL, forge_id INTEGER NOT NULL, path TEXT NOT NULL, looked_at INTEGER NOT NULL,"
    "  gone INTEGER NOT NULL, known_as TEXT, PRIMARY KEY (forge, forge_id)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE seen_ref ("
    "  forge TEXT NOT NULL, forge_id INTEGER NOT NULL, name TEXT NOT NULL, sha TEXT NOT NULL, loose TEXT, base TEXT,"
    "  at INTEGER NOT NULL, PRIMARY KEY (forge, forge_id, name)) STRICT, WITHOUT ROWID;";

/* What a run judged before a push ("tree base digest", engine/judged.h): by it the verdict is found again. */
static const char verdicts[] = "ALTER TABLE run ADD COLUMN verdict TEXT;"
                               "CREATE INDEX run_verdict ON run (verdict) WHERE verdict IS NOT NULL;";

/* The newest runs of a workflow, and of a repository: both in the order of ids. */
static const char newest_runs[] = "CREATE INDEX run_workflow ON run (workflow);"
                                  "CREATE INDEX run_repository ON run (repo_id);";

/* Whether a newer word of the same was sent; what a delivery started. */
static const char followed[] = "CREATE INDEX effect_serial ON effect (serial_key);"
                               "CREATE INDEX run_delivery ON run (delivery_id);";

/* clang-format off */
/* Failures of steps, counted as they are written: by the hour for two days, by the day for a season, of each repository
 * and ('') of all; and where they were met. They outlive the runs. What has no text that it could be known by (the
 * machine went away) is known by its class. */
#define FAILED "class IS NOT NULL AND class <> 'cancelled'"
#define ERROR  "coalesce(new.fingerprint, new.class)"
#define REPO   "coalesce((SELECT repo_id FROM job WHERE id = new.job_id), '')"
#define COUNT(ms, repo)                                                                                                \
    "(" ms ", " repo ", new.ended_at - new.ended_at % " ms ", " ERROR ", new.class, 1, new.ended_at, new.ended_at,"    \
    " new.id)"
static const char errors[] =
    "CREATE INDEX attempt_error ON attempt (coalesce(fingerprint, class), id) WHERE " FAILED ";"
    "CREATE INDEX recovery_error ON recovery (coalesce(fingerprint, class), id);"
    "CREATE TABLE error_count ("
    "  span INTEGER NOT NULL, repo_id TEXT NOT NULL, at INTEGER NOT NULL, error TEXT NOT NULL, class TEXT NOT NULL,"
    "  n INTEGER NOT NULL, first_at INTEGER NOT NULL, last_at INTEGER NOT NULL, newest INTEGER NOT NULL,"
    "  PRIMARY KEY (span, repo_id, at, error)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE error_place ("
    "  error TEXT NOT NULL, repo_id TEXT NOT NULL, workflow TEXT NOT NULL, n INTEGER NOT NULL,"
    "  last_at INTEGER NOT NULL,"
    "  PRIMARY KEY (error, repo_id, workflow)) STRICT, WITHOUT ROWID;"
    "CREATE TRIGGER attempt_failed AFTER UPDATE OF state ON attempt"
    "  WHEN new.class IS NOT NULL AND new.class <> 'cancelled' BEGIN"
    "  INSERT INTO error_count VALUES " COUNT("3600000", "''") ", " COUNT("86400000", "''")
    "  ON CONFLICT (span, repo_id, at, error) DO UPDATE SET n = n + 1, last_at = max(last_at, excluded.last_at),"
    "    newest = max(newest, excluded.newest);"
    "  INSERT INTO error_count SELECT * FROM (VALUES " COUNT("3600000", REPO) ", " COUNT("86400000", REPO) ") AS x"
    "  WHERE column2 <> '' ON CONFLICT (span, repo_id, at, error) DO UPDATE SET n = n + 1,"
    "    last_at = max(last_at, excluded.last_at), newest = max(newest, excluded.newest);"
    "  INSERT INTO error_place VALUES (" ERROR ", " REPO ","
    "    coalesce((SELECT workflow FROM run WHERE id = new.run_id), ''), 1, new.ended_at)"
    "  ON CONFLICT (error, repo_id, workflow) DO UPDATE SET n = n + 1, last_at = max(last_at, excluded.last_at);"
    "  END;"
    /* A new day (or hour) has begun: what is too old goes. */
    "CREATE TRIGGER error_count_old AFTER INSERT ON error_count WHEN new.repo_id = '' BEGIN"
    "  DELETE FROM error_count WHERE span = new.span AND repo_id = '' AND at < new.at - new.span * 90;"
    "  END;"
    "CREATE TRIGGER error_count_old_repo AFTER INSERT ON error_count WHEN new.repo_id <> '' BEGIN"
    "  DELETE FROM error_count WHERE span = new.span AND repo_id = new.repo_id AND at < new.at - new.span * 90;"
    "  END;"
    "CREATE TRIGGER error_place_old AFTER DELETE ON error_count WHEN old.span = 86400000 AND old.repo_id = '' BEGIN"
    "  DELETE FROM error_place WHERE error = old.error AND last_at <= old.last_at;"
    "  END;"
    /* Those that are there already. */
    "UPDATE attempt SET state = state WHERE " FAILED " AND ended_at > 0;";
/* clang-format on */

/* Who signed in with a browser, by the digest of the cookie; token: that of the API token it ends with. */
static const char session[] =
    "CREATE TABLE session ("
    "  id INTEGER PRIMARY KEY, hash BLOB NOT NULL UNIQUE, token BLOB, name TEXT NOT NULL, scopes INTEGER NOT NULL,"
    "  created_at INTEGER NOT NULL, seen_at INTEGER NOT NULL, ends_at INTEGER NOT NULL) STRICT;"
    "CREATE INDEX session_seen ON session (seen_at);"
    "CREATE INDEX session_ends ON session (ends_at);";

/* The past in few rows (port/history.h): of each figure the sum over `looks` looks, and the greatest. Filled from the
 * runs that there are when the store is opened (history.c). */
static const char history[] =
    "CREATE TABLE history ("
    "  grain INTEGER NOT NULL, at INTEGER NOT NULL," /* s */
    "  success INTEGER NOT NULL DEFAULT 0, failure INTEGER NOT NULL DEFAULT 0, cancelled INTEGER NOT NULL DEFAULT 0,"
    "  recovered INTEGER NOT NULL DEFAULT 0, took BLOB, waited BLOB, looks INTEGER NOT NULL DEFAULT 0,"
    "  queue INTEGER NOT NULL DEFAULT 0, queue_most INTEGER NOT NULL DEFAULT 0,"
    "  wait INTEGER NOT NULL DEFAULT 0, wait_most INTEGER NOT NULL DEFAULT 0,"
    "  busy INTEGER NOT NULL DEFAULT 0, busy_most INTEGER NOT NULL DEFAULT 0,"
    "  effects INTEGER NOT NULL DEFAULT 0, effects_most INTEGER NOT NULL DEFAULT 0,"
    "  telling INTEGER NOT NULL DEFAULT 0, telling_most INTEGER NOT NULL DEFAULT 0,"
    "  runs INTEGER NOT NULL DEFAULT 0, runs_most INTEGER NOT NULL DEFAULT 0,"
    "  deliveries INTEGER NOT NULL DEFAULT 0, refused INTEGER NOT NULL DEFAULT 0,"
    "  PRIMARY KEY (grain, at)) STRICT, WITHOUT ROWID;"
    "CREATE INDEX effect_dead ON effect (id) WHERE state = 'dead';";

/* Lists of runs by what few of them have, in the order of ids. */
static const char filters[] = "CREATE INDEX run_commit ON run (sha);"
                              "CREATE INDEX run_ref ON run (ref);"
                              "CREATE INDEX run_of ON run (repo_id, workflow);";

/* What came and what was done because of it, under one id (core/trace.h). */
static const char trace[] = "ALTER TABLE delivery ADD COLUMN trace TEXT;"
                            "ALTER TABLE run ADD COLUMN trace TEXT;";

static const char ends[] = "CREATE INDEX run_workflow_end ON run (workflow, conclusion);"
                           "CREATE INDEX run_repository_end ON run (repo_id, conclusion);";

/* The newest run of each workflow on a branch. */
static const char branches[] = "CREATE INDEX run_branch ON run (repo_id, ref, workflow);";

const char *const schema_steps[] = {start,   folded,    language, checks,      recovery, telling,
                                    fixes,   reconcile, verdicts, newest_runs, followed, errors,
                                    session, history,   filters,  trace,       ends,     branches};
const int schema_version = (int)ARRAY_LEN(schema_steps);

static int pragma_int(struct db *db, const char *sql, int64_t *ret, struct err *e)
{
    sqlite3_stmt *st = NULL;
    int rc = sqlite3_prepare_v2(db->h, sql, -1, &st, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_step(st);
    *ret = rc == SQLITE_ROW ? sqlite3_column_int64(st, 0) : 0;
    enum db_result r = db_sort(db, rc, "schema", e);
    sqlite3_finalize(st);
    return r == DB_OK ? 0 : -1;
}

int schema_have(struct db *db, int64_t *ret, struct err *e)
{
    int64_t app, tables;
    if (pragma_int(db, "PRAGMA user_version", ret, e) < 0 || pragma_int(db, "PRAGMA application_id", &app, e) < 0 ||
        pragma_int(db, "SELECT count(*) FROM sqlite_schema", &tables, e) < 0)
        return -1;
    if (app != APPLICATION_ID && (app || tables || *ret))
        return err_set(e, ERR_INVALID, "this is a database of another program");
    return 0;
}

static int apply(struct db *db, const char *sql, int version, struct err *e)
{
    char mark[96];
    snprintf(mark, sizeof mark, "PRAGMA application_id = %d; PRAGMA user_version = %d; COMMIT", APPLICATION_ID,
             version);
    if (db_exec(db, "BEGIN IMMEDIATE", e) == DB_OK && db_exec(db, sql, e) == DB_OK && db_exec(db, mark, e) == DB_OK)
        return 0;
    struct err ignored;
    if (!sqlite3_get_autocommit(db->h) && db_exec(db, "ROLLBACK", &ignored) != DB_OK)
        return err_add(e, "schema version %d (not rolled back: %s)", version, ignored.msg);
    return err_add(e, "schema version %d", version);
}

int schema_look(struct db *db, int newest, struct err *e)
{
    int64_t have;
    if (schema_have(db, &have, e) < 0)
        return -1;
    if (have > newest)
        return err_set(e, ERR_INVALID, "the database has schema version %lld, newer than this program's %d",
                       (long long)have, newest);
    return 0;
}

int schema_migrate(struct db *db, const char *const *steps, int n, struct err *e)
{
    int64_t have;
    if (schema_look(db, n, e) < 0 || schema_have(db, &have, e) < 0)
        return -1;
    for (int v = (int)have; v < n; v++)
        if (apply(db, steps[v], v + 1, e) < 0)
            return -1;
    return 0;
}

int schema_expect(struct db *db, struct err *e)
{
    int64_t have;
    if (schema_have(db, &have, e) < 0)
        return -1;
    if (have != schema_version)
        return err_set(e, ERR_INVALID, "the database has schema version %lld, not %d", (long long)have, schema_version);
    return 0;
}
