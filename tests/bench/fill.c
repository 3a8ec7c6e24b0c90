/* SPDX-License-Identifier: Apache-2.0 */
/* Fills a store with the past of a server that was busy for thirty days (fewer than 10,000 runs: for one), by the
 * store's own statements, without syncs: runs with jobs, steps, attempts, effects and recoveries, their deliveries, the
 * journal and the samples of the history. All of it is over, so that a server has nothing to go on with. One JSON line.
 * bench_fill FILE [RUNS [JOURNAL ROWS]] */
#include <stdio.h>
#include <stdlib.h>
#include "core/recovery.h"
#include "fmt/hmac.h"
#include "port/store.h"
#include "store/sqlite/change.h"
#include "store/sqlite/known.h"

enum {
    DAYS = 30,
    FEW = 10000,
    A_GROUP = 500,
    WORKFLOWS = 20,
    REPOS = 40,
    FINGERPRINTS = 300,
    JOBS_MOST = 5,
    STEPS = 2
};

struct fill {
    struct db db;
    struct err e;
    struct id_gen ids;
    uint64_t seed;
    int64_t runs, journal; /* wanted */
    int64_t jobs, steps, attempts, effects, recoveries, deliveries, rows;
    msec_t from, step, sampled;
    struct change_set *cs; /* of one run */
    const char *context;
};

static uint64_t draw(struct fill *f, uint64_t below)
{
    f->seed = f->seed * 6364136223846793005u + 1442695040888963407u;
    return (f->seed >> 33) % below;
}

static void must(struct fill *f, enum db_result r)
{
    if (r == DB_OK)
        return;
    fprintf(stderr, "bench_fill: %s\n", f->e.msg);
    exit(1);
}

static int64_t next_id(struct fill *f, msec_t at)
{
    return id_next(&f->ids, at, 0);
}

static const char *hex(struct fill *f, int digits)
{
    char *z = arena_new(&f->cs->arena, (size_t)digits + 1);
    for (int i = 0; i < digits; i++)
        z[i] = "0123456789abcdef"[draw(f, 16)];
    return z;
}

static enum conclusion draw_end(struct fill *f)
{
    uint64_t d = draw(f, 100);
    return d < 84   ? CONC_SUCCESS
           : d < 94 ? CONC_FAILURE
           : d < 96 ? CONC_TIMED_OUT
           : d < 99 ? CONC_CANCELLED
                    : CONC_SKIPPED;
}

static void put_delivery(struct fill *f, msec_t at, enum delivery_state state, int64_t *ret_id)
{
    char guid[40], digest[SHA256_LEN];
    struct cur c = cur_on(&f->db, SQL_DELIVERY_PUT);
    int64_t id = next_id(f, at);
    snprintf(guid, sizeof guid, "72d3162e-cc78-11e3-81ab-%012llx", (unsigned long long)id & 0xffffffffffff);
    memset(digest, (int)draw(f, 256), sizeof digest);
    cur_int(&c, id);
    cur_text(&c, draw(f, 4) ? "github" : "gitlab");
    cur_text(&c, "github");
    cur_text(&c, "/hook/github");
    cur_text(&c, state == DELIVERY_IGNORED ? "star" : draw(f, 3) ? "push" : "pull_request");
    cur_text(&c, guid);
    cur_int(&c, 0);
    cur_int(&c, 0);
    cur_text(&c, "{\"User-Agent\":\"GitHub-Hookshot/044aadd\",\"X-GitHub-Hook-ID\":\"1234567\"}");
    cur_blob(&c, digest, sizeof digest);
    cur_int(&c, 7678);
    cur_int(&c, at);
    cur_text(&c, delivery_state_name[state]);
    cur_text(&c, state == DELIVERY_MATCHED ? NULL : "no workflow listens to it");
    cur_text(&c, delivery_source_name[SOURCE_HOOK]);
    cur_int(&c, 0);
    must(f, cur_run(&c, &f->e));
    c = cur_on(&f->db, SQL_DEDUP_PUT);
    for (size_t i = 0; i < DEDUP_KEY_LEN; i++)
        digest[i] = (char)draw(f, 256);
    cur_blob(&c, digest, DEDUP_KEY_LEN);
    cur_int(&c, id);
    cur_int(&c, at);
    must(f, cur_run(&c, &f->e));
    f->deliveries++;
    *ret_id = id;
}

static void add_attempt(struct fill *f, const struct run *r, const struct step *s, int no, enum conclusion end)
{
    struct attempt *t = arena_new(&f->cs->arena, sizeof *t);
    *t = (struct attempt){.id = next_id(f, r->started_at),
                          .step_id = s->id,
                          .job_id = s->job_id,
                          .run_id = r->id,
                          .no = no,
                          .epoch = no,
                          .state = ATTEMPT_EXITED,
                          .created_at = r->started_at,
                          .ended_at = r->ended_at,
                          .exit_code = end != CONC_SUCCESS,
                          .log_bytes = (int64_t)draw(f, 100000)};
    if (end != CONC_SUCCESS) {
        t->class_name = failure_class_name[FAILURE_NETWORK + draw(f, FAILURE_CLASS_N - FAILURE_NETWORK)];
        t->detail = "exit 1: 3 of 120 tests failed";
        t->fingerprint =
            arena_fmt(&f->cs->arena, "%016llx", (unsigned long long)draw(f, FINGERPRINTS) * 0x9e3779b97f4a7c15u);
        t->evidence = "{\"line\":\"FAIL: test_parser (line 12)\",\"rule\":\"test.failed\"}";
    }
    struct attempt *intent = arena_new(&f->cs->arena, sizeof *intent);
    *intent = (struct attempt){.id = t->id,
                               .step_id = t->step_id,
                               .job_id = t->job_id,
                               .run_id = t->run_id,
                               .no = no,
                               .epoch = no,
                               .created_at = t->created_at};
    change_add(f->cs, CHANGE_ATTEMPT_NEW)->attempt = intent;
    change_add(f->cs, CHANGE_ATTEMPT)->attempt = t;
    f->attempts++;
}

static struct job *new_job(struct fill *f, const struct run *r, int no)
{
    static const char *const names[JOBS_MOST] = {"build", "test", "lint", "package", "deploy"};
    struct arena *a = &f->cs->arena;
    struct job *j = arena_new(a, sizeof *j);
    *j = (struct job){.id = next_id(f, r->created_at), .run_id = r->id, .no = no, .name = names[no], .version = 4};
    j->key = names[no];
    j->repo_id = r->repo_id;
    j->sha = r->sha;
    j->ref = r->ref;
    j->spec = "{\"runs-on\":[\"any\"],\"env\":{\"CI\":\"true\"}}";
    j->state = WORK_DONE;
    j->conclusion = r->conclusion;
    j->slots = 1;
    j->ready_at = r->created_at;
    j->started_at = r->started_at;
    j->ended_at = r->ended_at;
    if (no) {
        j->needs = arena_new(a, sizeof *j->needs);
        j->needs[0] = names[0];
        j->n_needs = 1;
    }
    j->n_steps = STEPS;
    j->steps = arena_new(a, STEPS * sizeof *j->steps);
    for (int i = 0; i < STEPS; i++)
        j->steps[i] = (struct step){.id = next_id(f, r->created_at),
                                    .job_id = j->id,
                                    .no = i,
                                    .key = "",
                                    .name = i ? "make check" : "checkout",
                                    .spec = "{\"script\":\"make -j2 check VERBOSE=1\",\"shell\":\"bash\"}",
                                    .state = WORK_DONE,
                                    .conclusion = r->conclusion,
                                    .outcome = r->conclusion,
                                    .attempts = 1,
                                    .started_at = r->started_at,
                                    .ended_at = r->ended_at,
                                    .version = 3};
    return j;
}

static void add_effect(struct fill *f, const struct run *r, enum effect_kind kind, enum effect_state state)
{
    struct arena *a = &f->cs->arena;
    struct effect *x = arena_new(a, sizeof *x);
    *x = (struct effect){.id = next_id(f, r->started_at), .run_id = r->id, .kind = kind, .state = state, .version = 3};
    x->key = hex(f, 26);
    x->forge = "github";
    x->repo = r->repo_id + 7;
    x->serial_key = arena_fmt(a, "%s %s", r->repo_id, r->workflow);
    x->body =
        arena_fmt(a,
                  "{\"sha\":\"%s\",\"context\":\"fettle/%s\",\"state\":\"success\",\"description\":\"3 jobs, 41 s\","
                  "\"title\":\"It broke\",\"body\":\"see the run\",\"fingerprint\":\"it\"}",
                  r->sha, r->workflow);
    x->created_at = r->started_at;
    x->settled_at = r->ended_at;
    x->tries = 1;
    x->last_error = state == EFFECT_DEAD ? "403: not allowed" : NULL;
    change_add(f->cs, CHANGE_EFFECT_NEW)->effect = x;
    f->effects++;
}

static void add_recovery(struct fill *f, const struct run *r)
{
    struct recovery *x = arena_new(&f->cs->arena, sizeof *x);
    const struct job *j = r->jobs[0];
    bool well = r->conclusion == CONC_SUCCESS;
    *x = (struct recovery){.id = next_id(f, r->started_at), .run_id = r->id, .job_id = j->id, .version = 1};
    x->step_id = j->steps[1].id;
    x->strategy = (enum recovery_strategy)draw(f, STRATEGY_N);
    x->class = (enum failure_class)(FAILURE_NETWORK + draw(f, FAILURE_CLASS_N - FAILURE_NETWORK));
    x->outcome = well ? RECOVERY_RECOVERED : RECOVERY_FAILED;
    x->at = r->started_at;
    x->ended_at = r->ended_at;
    x->detail = "tried again after 10 s";
    change_add(f->cs, CHANGE_RECOVERY_NEW)->recovery = x;
    f->recoveries++;
}

/* As many as make the whole journal what is wanted, spread evenly. */
static void add_journal(struct fill *f, const struct run *r, int64_t no)
{
    static const char *const kinds[] = {"run", "job", "step", "attempt", "effect"};
    static const char *const states[] = {"waiting", "ready", "running", "done"};
    int64_t n = f->journal * (no + 1) / f->runs - f->journal * no / f->runs;
    for (int64_t i = 0; i < n; i++) {
        size_t to = (size_t)(1 + i % 3);
        change_add(f->cs, CHANGE_JOURNAL)->journal = (struct journal){.at = r->created_at + i * 1000,
                                                                      .kind = kinds[i ? draw(f, ARRAY_LEN(kinds)) : 0],
                                                                      .ref_id = i ? r->jobs[0]->id : r->id,
                                                                      .run_id = r->id,
                                                                      .from = i ? states[to - 1] : NULL,
                                                                      .to = states[to],
                                                                      .cause = i % 4 ? NULL : "exit 0 after 12.4 s"};
    }
    f->rows += n;
}

static struct run *new_run(struct fill *f, msec_t at, int64_t delivery)
{
    struct arena *a = &f->cs->arena;
    struct run *r = arena_new(a, sizeof *r);
    int wf = (int)draw(f, WORKFLOWS);
    *r = (struct run){.id = next_id(f, at), .delivery_id = delivery, .created_at = at, .version = 5, .generation = 1};
    r->workflow = arena_fmt(a, "w%d", wf);
    r->file = arena_fmt(a, "workflows/w%d.yml", wf);
    r->event = draw(f, 3) ? "push" : "pull_request";
    r->repo_id = arena_fmt(a, "github:acme/r%d", (int)draw(f, REPOS));
    r->sha = hex(f, 40);
    r->ref = draw(f, 5) < 2 ? "refs/heads/main" : arena_fmt(a, "refs/heads/topic-%d", (int)draw(f, 1000));
    r->change = draw(f, 3) ? 0 : (int64_t)draw(f, 5000) + 1;
    r->trusted = true;
    r->report_context = arena_fmt(a, "fettle/%s", r->workflow);
    r->context = f->context;
    r->state = WORK_DONE;
    r->conclusion = draw_end(f);
    r->started_at = at + 200 + (msec_t)draw(f, 20000);
    r->ended_at = r->started_at + 2000 + (msec_t)(draw(f, 600) * draw(f, 600));
    r->number = f->jobs + 1;
    r->n_jobs = 1 + draw(f, JOBS_MOST);
    r->jobs = arena_new(a, r->n_jobs * sizeof *r->jobs);
    for (size_t i = 0; i < r->n_jobs; i++)
        r->jobs[i] = new_job(f, r, (int)i);
    f->jobs += (int64_t)r->n_jobs;
    f->steps += (int64_t)r->n_jobs * STEPS;
    return r;
}

static void add_run(struct fill *f, int64_t no, msec_t at)
{
    int64_t delivery, other;
    f->cs = change_set_new();
    put_delivery(f, at, DELIVERY_MATCHED, &delivery);
    struct run *r = new_run(f, at, delivery);
    change_add(f->cs, CHANGE_RUN_NEW)->run = r;
    for (size_t i = 0; i < r->n_jobs; i++)
        for (int k = 0; k < STEPS; k++)
            add_attempt(f, r, &r->jobs[i]->steps[k], 1, r->conclusion);
    add_effect(f, r, EFFECT_STATUS, EFFECT_COALESCED);
    add_effect(f, r, EFFECT_STATUS, no % 500 ? EFFECT_SENT : EFFECT_DEAD);
    if (r->conclusion == CONC_FAILURE)
        add_effect(f, r, EFFECT_ISSUE, EFFECT_SENT);
    if (draw(f, 12) == 0)
        add_recovery(f, r);
    add_journal(f, r, no);
    struct change *decided = change_add(f->cs, CHANGE_DELIVERY);
    decided->delivery.id = delivery;
    decided->delivery.state = DELIVERY_MATCHED;
    decided->delivery.event_json = f->context;
    must(f, change_apply(&f->db, f->cs, &f->e));
    change_set_free(&f->cs);
    if (no % 2)
        put_delivery(f, at, DELIVERY_IGNORED, &other);
}

static void add_samples(struct fill *f, msec_t until)
{
    for (; f->sampled < until; f->sampled += HISTORY_MINUTE * 1000) {
        struct change_set *cs = change_set_new();
        struct history_sample *s = &change_add(cs, CHANGE_SAMPLE)->sample;
        s->at = f->sampled;
        s->figures.looks = 12;
        s->figures.deliveries = 3;
        for (int k = 0; k < HISTORY_FIGURE_N; k++) {
            s->figures.most[k] = (int64_t)draw(f, 20);
            s->figures.sum[k] = 6 * s->figures.most[k];
        }
        must(f, change_apply(&f->db, cs, &f->e));
        change_set_free(&cs);
    }
}

static void open_db(struct fill *f, const char *path)
{
    struct store *s = NULL;
    if (store_open(path, &s, &f->e) < 0)
        must(f, DB_BROKEN);
    store_close(&s);
    if (db_open(&f->db, path, DB_WRITER, &f->e) < 0 || db_own(&f->db, &f->e) < 0 || db_prepare(&f->db, &f->e) < 0)
        must(f, DB_BROKEN);
    must(f, db_exec(&f->db, "PRAGMA synchronous = OFF; PRAGMA cache_size = -262144;", &f->e));
}

static void end_group(struct fill *f)
{
    int pages, moved;
    struct cur c = cur_on(&f->db, SQL_DEDUP_FOLDED);
    cur_int(&c, next_id(f, 0));
    must(f, cur_run(&c, &f->e));
    must(f, db_exec(&f->db, "COMMIT", &f->e));
    must(f, db_checkpoint(&f->db, &pages, &moved, &f->e));
    must(f, db_exec(&f->db, "BEGIN IMMEDIATE", &f->e));
}

int main(int argc, char **argv)
{
    static struct fill f = {.seed = 1, .runs = 100000, .journal = 1000000};
    if (argc < 2 || (argc > 2 && !sv_int(sv_of(argv[2]), &f.runs)) ||
        (argc > 3 && !sv_int(sv_of(argv[3]), &f.journal)) || f.runs < 1) {
        fprintf(stderr, "usage: bench_fill FILE [RUNS [JOURNAL ROWS]]\n");
        return 2;
    }
    int64_t began = clk_mono_us();
    AUTO(buf_free) struct buf context = {0};
    buf_str(&context,
            "{\"github\":{\"event_name\":\"push\",\"actor\":\"ann\",\"ref_name\":\"main\"},\"event\":{\"commits\":[\"");
    for (int i = 0; i < 60; i++)
        buf_str(&context, "a message ");
    buf_str(&context, "\"]}}");
    f.context = context.p;
    open_db(&f, argv[1]);
    f.step = (msec_t)(f.runs < FEW ? 1 : DAYS) * 24 * 3600 * 1000 / f.runs;
    f.from = f.sampled = clk_wall_ms() - f.runs * f.step;
    must(&f, db_exec(&f.db, "BEGIN IMMEDIATE", &f.e));
    for (int64_t i = 0; i < f.runs; i++) {
        add_samples(&f, f.from + i * f.step);
        add_run(&f, i, f.from + i * f.step);
        if (i % A_GROUP == A_GROUP - 1)
            end_group(&f);
    }
    end_group(&f);
    must(&f, db_exec(&f.db, "COMMIT", &f.e));
    db_close(&f.db);
    printf("{\"runs\":%lld,\"jobs\":%lld,\"steps\":%lld,\"attempts\":%lld,\"effects\":%lld,\"recoveries\":%lld,"
           "\"deliveries\":%lld,\"journal\":%lld,\"seconds\":%.1f}\n",
           (long long)f.runs, (long long)f.jobs, (long long)f.steps, (long long)f.attempts, (long long)f.effects,
           (long long)f.recoveries, (long long)f.deliveries, (long long)f.rows, (double)(clk_mono_us() - began) / 1e6);
    return 0;
}
