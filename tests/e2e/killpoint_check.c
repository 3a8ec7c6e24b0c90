/* SPDX-License-Identifier: Apache-2.0 */
/* Everything is loaded into tables beside the server's own, and every promise is a query for what breaks it. */
#include <dirent.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include "base/file.h"
#include "base/id.h"
#include "e2e/killpoint.h"

enum { SHOWN = 5, FILE_MAX = 1 << 30 };
enum kind { LOST, DOUBLED, RERUN, OTHER };

static const char tables[] =
    "CREATE TABLE ack (forge TEXT, guid TEXT, id INTEGER);"
    "CREATE TABLE trace (run INTEGER, step TEXT, what TEXT);"
    "CREATE TABLE line (text TEXT);"
    "CREATE TABLE complaint (text TEXT);";

/* What the forges were told and took; an answer that was lost on its way counts. */
static const char told[] =
    "CREATE TABLE call AS SELECT json_extract(text, '$.seq') seq, json_extract(text, '$.forge') forge,"
    "  json_extract(text, '$.method') method, json_extract(text, '$.path') path, json_extract(text, '$.status') code,"
    "  json_extract(text, '$.body') body FROM line;"
    "CREATE TABLE status AS SELECT seq, forge, substr(path, -40) sha,"
    "  coalesce(json_extract(body, '$.context'), json_extract(body, '$.name')) context,"
    "  json_extract(body, '$.state') state, json_extract(body, '$.description') description,"
    "  json_extract(body, '$.target_url') target FROM call"
    "  WHERE method = 'POST' AND path LIKE '%/statuses/%' AND code BETWEEN 200 AND 299;"
    "CREATE INDEX status_of ON status (sha, context, seq);"
    "CREATE TABLE issue AS SELECT seq, forge, json_extract(body, '$.title') title FROM call WHERE method = 'POST' AND path LIKE '%/issues' AND"
    "  code BETWEEN 200 AND 299;"
    "CREATE INDEX trace_of ON trace (run, step);"
    "CREATE TABLE want AS SELECT r.id run, j.key || '/' || s.no step FROM run r JOIN job j ON j.run_id = r.id"
    "  JOIN step s ON s.job_id = j.id WHERE s.kind = 'run';"
    "CREATE INDEX want_of ON want (run, step);";

/* WHOLE: not when shims were killed; LOSING: only then. */
enum when { ALWAYS, WHOLE, LOSING };
static const struct promise {
    enum kind kind;
    enum when when;
    const char *name, *broken; /* a query with one text a row */
} promises[] = {
    {LOST, ALWAYS, "an acknowledged delivery is not in the store",
     "SELECT a.guid FROM ack a LEFT JOIN delivery d ON d.id = a.id AND d.guid = a.guid WHERE d.id IS NULL"},
    {LOST, ALWAYS, "an acknowledged delivery is not matched",
     "SELECT a.guid || ' is ' || d.state || ' ' || coalesce(d.reason, '') FROM ack a JOIN delivery d ON d.id = a.id"
     "  WHERE d.state <> 'matched'"},
    {DOUBLED, ALWAYS, "a delivery was stored twice", "SELECT guid FROM delivery GROUP BY hook, guid HAVING count(*) > 1"},
    {OTHER, ALWAYS, "a delivery that nobody acknowledged",
     "SELECT d.guid FROM delivery d LEFT JOIN ack a ON a.id = d.id WHERE a.id IS NULL"},
    {LOST, ALWAYS, "a delivery lacks a run",
     "SELECT d.guid || ' has ' || count(DISTINCT r.workflow) FROM delivery d LEFT JOIN run r ON r.delivery_id = d.id"
     "  GROUP BY d.id HAVING count(DISTINCT r.workflow) < 2"},
    {DOUBLED, ALWAYS, "a delivery has a run too many",
     "SELECT d.guid || ' has ' || count(*) FROM delivery d JOIN run r ON r.delivery_id = d.id GROUP BY d.id"
     "  HAVING count(*) > 2"},
    {LOST, WHOLE, "a run did not end with success",
     "SELECT id_text(id) || ' ' || workflow || ' ' || state || ' ' || conclusion || ' ' || coalesce(detail, '')"
     "  FROM run WHERE state <> 'done' OR conclusion <> 'success'"},
    {LOST, WHOLE, "a step did not end with success",
     "SELECT id_text(r.id) || ' ' || j.key || '/' || s.no || ' ' || s.state || ' ' || s.outcome || ' '"
     "  || coalesce(j.detail, '') FROM step s"
     "  JOIN job j ON j.id = s.job_id JOIN run r ON r.id = j.run_id WHERE s.state <> 'done' OR s.outcome <> 'success'"},
    {LOST, WHOLE, "a step did not run to its end",
     "SELECT id_text(w.run) || ' ' || w.step FROM want w WHERE NOT EXISTS (SELECT 1 FROM trace t WHERE t.run = w.run"
     "  AND t.step = w.step AND t.what = 'end')"},
    {RERUN, ALWAYS, "a step was started more than once",
     "SELECT id_text(run) || ' ' || step || ' ' || what || ' x ' || count(*) FROM trace GROUP BY run, step, what"
     "  HAVING count(*) > 1"},
    {RERUN, ALWAYS, "a step ran that is in no row",
     "SELECT id_text(t.run) || ' ' || t.step FROM trace t LEFT JOIN want w ON w.run = t.run AND w.step = t.step"
     "  WHERE w.run IS NULL"},
    {RERUN, ALWAYS, "a step has more than one attempt that ran",
     "SELECT id_text(a.step_id) || ' x ' || count(*) FROM attempt a WHERE a.state <> 'revoked' GROUP BY a.step_id"
     "  HAVING count(*) > 1"},
    {LOST, WHOLE, "an attempt is lost or open",
     "SELECT id_text(id) || ' ' || state || ' ' || coalesce(detail, '') FROM attempt"
     "  WHERE state IN ('lost', 'intent')"},
    {LOST, ALWAYS, "an effect is not settled, or is dead",
     "SELECT id_text(id) || ' ' || kind || ' ' || state || ' ' || coalesce(last_error, '') FROM effect"
     "  WHERE state NOT IN ('sent', 'coalesced')"},
    {LOST, WHOLE, "the last status of a commit is not that of its run",
     "SELECT id_text(r.id) || ' ' || r.report_context || ' ends with ' || coalesce((SELECT state || ' ' || target FROM"
     "  status s WHERE s.sha = r.sha AND s.context = r.report_context ORDER BY seq DESC LIMIT 1), 'nothing') FROM run r"
     "  WHERE NOT coalesce((SELECT state = 'success' AND target LIKE '%/runs/' || id_text(r.id) FROM status s"
     "  WHERE s.sha = r.sha AND s.context = r.report_context ORDER BY seq DESC LIMIT 1), 0)"},
    {DOUBLED, ALWAYS, "a status was posted twice",
     "SELECT forge || ' ' || target || ' ' || context || ' ' || state || ' ' || description || ', ledger '"
     "  || group_concat(seq, ' and ') FROM status GROUP BY forge, sha, context, state, description, target"
     "  HAVING count(*) > 1"},
    {LOST, ALWAYS, "a sent status is not in the ledger",
     "SELECT id_text(e.id) FROM effect e WHERE e.kind = 'status' AND e.state = 'sent' AND NOT EXISTS (SELECT 1 FROM"
     "  status s WHERE s.sha = json_extract(e.body, '$.sha') AND s.context = json_extract(e.body, '$.context') AND"
     "  substr(s.description, 1, 100) = substr(json_extract(e.body, '$.description'), 1, 100))"}, /* forges cut it */
    {DOUBLED, ALWAYS, "an issue was opened twice", "SELECT title FROM issue GROUP BY title HAVING count(*) > 1"},
    {LOST, WHOLE, "a delivery's issue was not opened",
     "SELECT a.guid FROM ack a WHERE NOT EXISTS (SELECT 1 FROM issue i WHERE i.title = a.guid)"},
    {LOST, LOSING, "a run is open", "SELECT id_text(id) || ' ' || state FROM run WHERE state <> 'done'"},
    {LOST, LOSING, "an attempt is open", "SELECT id_text(id) FROM attempt WHERE state = 'intent'"},
    {LOST, LOSING, "the last status of a commit is not that of its run",
     "SELECT id_text(r.id) || ' ' || r.conclusion FROM run r WHERE NOT coalesce((SELECT (state = 'success') ="
     "  (r.conclusion = 'success') AND state NOT IN ('pending', 'running') AND target LIKE '%/runs/' || id_text(r.id)"
     "  FROM status s WHERE s.sha = r.sha AND s.context = r.report_context ORDER BY seq DESC LIMIT 1), 0)"},
    {OTHER, ALWAYS, "the server complained", "SELECT text FROM complaint"},
};

/* ---- loading ---- */

static void sql_id_text(sqlite3_context *c, int n, sqlite3_value **v)
{
    char text[ID_TEXT];
    (void)n;
    sqlite3_result_text(c, id_text(sqlite3_value_int64(v[0]), text), -1, SQLITE_TRANSIENT);
}

static void run_sql(sqlite3 *db, const char *sql)
{
    char *why = NULL;
    if (sqlite3_exec(db, sql, NULL, NULL, &why) == SQLITE_OK)
        return;
    printf("MISS: %s in %.80s\n", why, sql);
    abort();
}

static void bind(sqlite3_stmt *st, int at, struct sv text)
{
    sqlite3_bind_text(st, at, text.p, (int)text.n, SQLITE_STATIC);
}

static void insert(sqlite3_stmt *st)
{
    MUST(sqlite3_step(st) == SQLITE_DONE);
    sqlite3_reset(st);
}

static sqlite3_stmt *prepare(sqlite3 *db, const char *sql)
{
    sqlite3_stmt *st;
    if (sqlite3_prepare_v2(db, sql, -1, &st, NULL) != SQLITE_OK) {
        printf("MISS: %s in %.80s\n", sqlite3_errmsg(db), sql);
        abort();
    }
    return st;
}

typedef void take_line(sqlite3_stmt *st, struct sv line);

/* "github kill-github-000001 4711" */
static void take_ack(sqlite3_stmt *st, struct sv line)
{
    struct sv forge, guid;
    int64_t id;
    MUST(sv_next(&line, ' ', &forge) && sv_next(&line, ' ', &guid) && sv_int(line, &id));
    bind(st, 1, forge);
    bind(st, 2, guid);
    sqlite3_bind_int64(st, 3, id);
    insert(st);
}

/* "trace 0123456789abc build/0 start" */
static void take_trace(sqlite3_stmt *st, struct sv line)
{
    struct sv word, run, step;
    int64_t id;
    if (!sv_next(&line, ' ', &word) || !sv_is(word, "trace"))
        return;
    MUST(sv_next(&line, ' ', &run) && sv_next(&line, ' ', &step) && id_parse(run, &id));
    sqlite3_bind_int64(st, 1, id);
    bind(st, 2, step);
    bind(st, 3, line);
    insert(st);
}

static void take_text(sqlite3_stmt *st, struct sv line)
{
    bind(st, 1, line);
    insert(st);
}

static void take_complaint(sqlite3_stmt *st, struct sv line)
{
    if (sv_find(line, SV(" level=error ")) >= 0 || sv_find(line, SV("Sanitizer")) >= 0)
        take_text(st, line);
}

static void load_file(sqlite3_stmt *st, const char *path, take_line *take)
{
    AUTO(buf_free) struct buf text = {0};
    struct err e = {0};
    struct sv rest, line;
    if (file_read(path, FILE_MAX, &text, &e) < 0)
        return;
    rest = buf_view(&text);
    while (sv_next(&rest, '\n', &line))
        if (line.n)
            take(st, line);
}

static void load(sqlite3 *db, const struct rig *r, const char *name, const char *sql, take_line *take)
{
    AUTO(buf_free) struct buf path = {0};
    sqlite3_stmt *st = prepare(db, sql);
    buf_fmt(&path, "%s/%s", r->dir, name);
    load_file(st, path.p, take);
    sqlite3_finalize(st);
}

/* Isolated steps can write nowhere but into their own output. */
static void load_logs(sqlite3 *db, const struct rig *r)
{
    AUTO(buf_free) struct buf path = {0};
    sqlite3_stmt *st = prepare(db, "INSERT INTO trace VALUES (?, ?, ?)");
    buf_fmt(&path, "%s/state/attempts", r->dir);
    DIR *d = opendir(path.p);
    for (struct dirent *x; d && (x = readdir(d));) {
        buf_clear(&path);
        buf_fmt(&path, "%s/state/attempts/%s", r->dir, x->d_name);
        if (x->d_name[0] != '.')
            load_file(st, path.p, take_trace);
    }
    if (d)
        closedir(d);
    sqlite3_finalize(st);
}

static sqlite3 *open_all(const struct rig *r)
{
    AUTO(buf_free) struct buf attach = {0};
    sqlite3 *db;
    MUST(sqlite3_open_v2(":memory:", &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_URI, NULL) == SQLITE_OK);
    sqlite3_create_function(db, "id_text", 1, SQLITE_UTF8, NULL, sql_id_text, NULL, NULL);
    buf_fmt(&attach, "ATTACH 'file:%s/state/fettle.db?mode=ro' AS server", r->dir);
    run_sql(db, attach.p);
    run_sql(db, tables);
    run_sql(db, "BEGIN");
    load(db, r, "acked.log", "INSERT INTO ack VALUES (?, ?, ?)", take_ack);
    load(db, r, "trace", "INSERT INTO trace VALUES (?, ?, ?)", take_trace);
    load(db, r, "ledger.jsonl", "INSERT INTO line VALUES (?)", take_text);
    load(db, r, "server.log", "INSERT INTO complaint VALUES (?)", take_complaint);
    load_logs(db, r);
    run_sql(db, "COMMIT");
    run_sql(db, told);
    return db;
}

/* ---- asking ---- */

static int64_t count(sqlite3 *db, const char *sql)
{
    sqlite3_stmt *st = prepare(db, sql);
    int64_t n = sqlite3_step(st) == SQLITE_ROW ? sqlite3_column_int64(st, 0) : -1;
    sqlite3_finalize(st);
    return n;
}

static int ask(sqlite3 *db, const struct rig *r, const struct promise *p)
{
    int n = 0;
    sqlite3_stmt *st = prepare(db, p->broken);
    while (sqlite3_step(st) == SQLITE_ROW)
        if (++n <= SHOWN)
            printf("MISS: %s: %s\n", p->name, (const char *)sqlite3_column_text(st, 0));
    sqlite3_finalize(st);
    if (n)
        printf("MISS: %s: %d in all; see %s\n", p->name, n, r->dir);
    return n;
}

void check_all(const struct rig *r, struct rig_counts *ret)
{
    sqlite3 *db = open_all(r);
    int *const found[] = {[LOST] = &ret->lost, [DOUBLED] = &ret->doubled, [RERUN] = &ret->rerun, [OTHER] = &ret->other};
    ret->deliveries = count(db, "SELECT count(*) FROM ack");
    ret->runs = count(db, "SELECT count(*) FROM run");
    ret->steps = count(db, "SELECT count(*) FROM step");
    ret->effects = count(db, "SELECT count(*) FROM effect");
    ret->statuses = count(db, "SELECT count(*) FROM status");
    ret->issues = count(db, "SELECT count(*) FROM issue");
    ret->adopted = count(db, "SELECT count(*) FROM journal WHERE cause = 'adopted after a restart'");
    for (size_t i = 0; i < ARRAY_LEN(promises); i++)
        if (promises[i].when != (r->shim_deaths ? WHOLE : LOSING))
            *found[promises[i].kind] += ask(db, r, &promises[i]);
    int64_t lost = count(db, "SELECT count(*) FROM attempt WHERE state = 'lost'");
    if (lost > r->shim_deaths) {
        printf("MISS: %lld attempts are lost, and %d shims died\n", (long long)lost, r->shim_deaths);
        ret->lost++;
    }
    if (ret->deliveries == 0 || count(db, "SELECT count(*) FROM trace") == 0) {
        printf("MISS: nothing was delivered or nothing ran\n");
        ret->other++;
    }
    sqlite3_close(db);
}

/* Of the server's own rows, while it works. */
static int64_t count_now(const struct rig *r, const char *sql)
{
    AUTO(buf_free) struct buf path = {0};
    sqlite3 *db;
    buf_fmt(&path, "%s/state/fettle.db", r->dir);
    MUST(sqlite3_open_v2(path.p, &db, SQLITE_OPEN_READONLY, NULL) == SQLITE_OK);
    sqlite3_busy_timeout(db, 5000);
    int64_t n = count(db, sql);
    sqlite3_close(db);
    return n;
}

bool check_quiet(const struct rig *r)
{
    return count_now(r, "SELECT (SELECT count(*) FROM delivery WHERE state = 'received') + (SELECT count(*) FROM run"
                        "  WHERE state <> 'done') + (SELECT count(*) FROM effect WHERE state IN ('pending', 'inflight',"
                        "  'uncertain'))") == 0;
}

int check_running(const struct rig *r)
{
    return (int)count_now(r, "SELECT count(*) FROM attempt WHERE state = 'intent'");
}
