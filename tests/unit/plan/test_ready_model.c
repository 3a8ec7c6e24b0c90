/* SPDX-License-Identifier: Apache-2.0 */
/* Whatever comes in whatever order: what is taken is what a naive reading of the rules takes, and nothing is taken that
 * is not there. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include "plan/ready_inside.h"
#include "unit/plan/ready_kit.h"

enum { SEEDS = 800, MOVES = 250, JOBS = 48, RUNS = 8, LOCKS = 3, SLOTS = 5 };

static const char *const repos[] = {"acme/a", "acme/b", "beta/a", "gamma/c"};
static const char *const lock_names[LOCKS] = {"disk", "port", "stage"};
static const int capacities[LOCKS] = {4, 2, 1};

struct model {
    uint64_t seed;
    struct ready r;
    struct ready_run *runs[RUNS];
    struct ready_job *jobs[JOBS];
    int64_t ids;
    msec_t now;
};

static int draw(struct model *m, int below)
{
    m->seed = m->seed * 6364136223846793005u + 1442695040888963407u;
    return (int)((m->seed >> 33) % (uint64_t)below);
}

static bool waits(const struct ready_job *j)
{
    return j && (j->state == READY_QUEUED || j->state == READY_PARKED);
}

static bool fits(const struct model *m, const struct ready_job *j)
{
    int slots = m->r.slots.capacity, units[READY_NEEDS];
    for (size_t i = 0; i < j->n_needs; i++)
        units[i] = j->needs[i].lock->capacity;
    for (int k = 0; k < JOBS; k++) {
        const struct ready_job *o = m->jobs[k];
        if (!o || o->state != READY_RUNNING)
            continue;
        slots -= o->slots;
        for (size_t i = 0; i < j->n_needs; i++)
            for (size_t n = 0; n < o->n_needs; n++)
                units[i] -= o->needs[n].lock == j->needs[i].lock ? o->needs[n].units : 0;
    }
    bool yes = j->slots <= slots;
    for (size_t i = 0; i < j->n_needs; i++)
        yes &= j->needs[i].units <= units[i];
    return yes;
}

static int critical_slots(const struct model *m)
{
    int n = 0;
    for (int k = 0; k < JOBS; k++)
        n += m->jobs[k] && m->jobs[k]->state == READY_RUNNING && m->jobs[k]->critical ? m->jobs[k]->slots : 0;
    return n;
}

static bool lane_has_room(const struct model *m, const struct ready_job *j)
{
    return ready_is_critical(j->run) && critical_slots(m) + j->slots <= (m->r.slots.capacity + 3) / 4;
}

static int64_t key(const struct ready_run *run)
{
    static const int64_t twentieths[] = {5, 10, 20, 50}; /* of kappa / a */
    int64_t k = 50 * (run->arrived + twentieths[run->priority] * run->remaining);
    return k < run->lent_key ? k : run->lent_key;
}

static bool job_before(const struct ready_job *a, const struct ready_job *b)
{
    const struct ready_run *x = a->run, *y = b->run;
    if (x != y)
        return key(x) != key(y) ? key(x) < key(y) : x->id < y->id;
    if (a->rank != b->rank)
        return a->rank > b->rank;
    return a->successors != b->successors ? a->successors > b->successors : a->id < b->id;
}

static bool flow_before(const struct ready_flow *a, const struct ready_flow *b)
{
    return a->used != b->used ? a->used < b->used : a->no < b->no;
}

static bool turn_before(const struct ready_job *a, const struct ready_job *b)
{
    const struct ready_flow *x = a->run->repo, *y = b->run->repo;
    if (x->parent != y->parent)
        return flow_before(x->parent, y->parent);
    return x != y ? flow_before(x, y) : job_before(a, b);
}

/* The four levels as they are written, over all that could start. Without bumps. */
static const struct ready_job *naive_next(const struct model *m)
{
    const struct ready_job *urgent = NULL, *next = NULL;
    for (int k = 0; k < JOBS; k++) {
        const struct ready_job *j = m->jobs[k];
        if (!waits(j) || !fits(m, j))
            continue;
        if (ready_is_critical(j->run) && (!urgent || job_before(j, urgent)))
            urgent = j;
        if (!next || turn_before(j, next))
            next = j;
    }
    return urgent && lane_has_room(m, urgent) ? urgent : next;
}

static void check_all(const struct model *m)
{
    size_t waiting = 0, parked = 0;
    int slots = 0, units[LOCKS] = {0};
    for (int k = 0; k < JOBS; k++) {
        const struct ready_job *j = m->jobs[k];
        if (!j)
            continue;
        waiting += waits(j);
        parked += j->state == READY_PARKED;
        if (j->state == READY_PARKED)
            assert_int_equal(j->queue->key % 2, ready_is_critical(j->run));
        if (j->state == READY_QUEUED && j->queue)
            assert_ptr_equal(j->queue->offered, j);
        if (j->state != READY_RUNNING)
            continue;
        slots += j->slots;
        for (size_t i = 0; i < j->n_needs; i++)
            for (int l = 0; l < LOCKS; l++)
                units[l] += strcmp(lock_names[l], j->needs[i].lock->name) == 0 ? j->needs[i].units : 0;
    }
    assert_int_equal(m->r.waiting, waiting);
    assert_int_equal(m->r.parked, parked);
    assert_int_equal(m->r.slots.used, slots);
    assert_int_equal(m->r.critical, critical_slots(m));
    assert_true(slots <= SLOTS);
    for (int l = 0; l < LOCKS; l++)
        assert_true(units[l] <= capacities[l]);
}

static struct ready_job *some(struct model *m, enum ready_state a, enum ready_state b, int *ret_at)
{
    int from = draw(m, JOBS);
    for (int i = 0; i < JOBS; i++) {
        struct ready_job *j = m->jobs[ *ret_at = (from + i) % JOBS];
        if (j && (j->state == a || j->state == b))
            return j;
    }
    return NULL;
}

static void come(struct model *m)
{
    int at = 0;
    while (at < JOBS && m->jobs[at])
        at++;
    if (at == JOBS)
        return;
    struct ready_job *j = m->jobs[at] = kit_job(m->runs[draw(m, RUNS)], ++m->ids, 100 + draw(m, 900));
    j->rank = draw(m, 4);
    j->successors = draw(m, 2);
    j->slots = (uint16_t)(draw(m, 4) ? 1 : 1 + draw(m, SLOTS));
    j->needs = mem_new(LOCKS * sizeof *j->needs);
    for (int l = 0; l < LOCKS; l++)
        if (draw(m, 3) == 0)
            j->needs[j->n_needs++] = (struct ready_need){
                .lock = ready_lock_get(&m->r, sv_of(lock_names[l]), l ? READY_LOCK : READY_RESOURCE, capacities[l]),
                .units = 1 + draw(m, capacities[l])};
    ready_add(&m->r, j);
}

static void start_one(struct model *m, bool strict)
{
    struct ready_shadow shadow;
    ready_reservation(&m->r, m->now, &shadow);
    const struct ready_job *want = naive_next(m), *j;
    if (strict && want)
        assert_true(heap_has(&want->run->repo->node) && heap_has(&want->run->repo->parent->node));
    j = ready_take(&m->r, m->now);
    if (strict)
        assert_ptr_equal(j, want);
    else if (!shadow.job)
        assert_true(!j == !want);
    else if (j && j != shadow.job) /* what it has a reservation for is not later for that */
        assert_true(m->now + j->p90 <= shadow.at || j->slots <= shadow.slots);
}

static void end(struct model *m, int at)
{
    kit_forget(&m->r, m->jobs[at]);
    m->jobs[at] = NULL;
}

static void move(struct model *m, bool strict)
{
    int at;
    struct ready_job *j;
    struct ready_run *run = m->runs[draw(m, RUNS)];
    m->now += draw(m, 200);
    switch (draw(m, 12)) {
    default:
        come(m);
        break;
    case 3:
    case 4:
    case 5:
        start_one(m, strict);
        break;
    case 6:
    case 7:
        if ((j = some(m, READY_RUNNING, READY_RUNNING, &at))) {
            ready_give_back(&m->r, j, m->now - j->since);
            end(m, at);
        }
        break;
    case 8:
        if (draw(m, 3) == 0 && some(m, READY_QUEUED, READY_PARKED, &at))
            end(m, at);
        break;
    case 9:
        if ((j = some(m, READY_QUEUED, READY_PARKED, &at)))
            ready_rank(&m->r, j, draw(m, 6));
        break;
    case 10:
        ready_remaining(&m->r, run, draw(m, 5000));
        if (draw(m, 4) == 0)
            ready_set_priority(&m->r, run, (enum priority)draw(m, PRIO_N));
        break;
    case 11:
        if (!strict && draw(m, 4) == 0)
            ready_bump(&m->r, run);
        else if (draw(m, 4) == 0)
            ready_lend(&m->r, run, m->runs[draw(m, RUNS)]);
        else if (draw(m, 2) == 0)
            ready_lend_end(&m->r, run);
        break;
    }
}

static void play(uint64_t seed, bool strict, struct ready_rules rules)
{
    struct model m = {.seed = seed};
    ready_init(&m.r, SLOTS, &rules);
    for (int i = 0; i < RUNS; i++)
        m.runs[i] = kit_run(&m.r, repos[i % 4], i + 1, i * 100, 1000);
    for (int i = 0; i < MOVES; i++) {
        move(&m, strict);
        check_all(&m);
    }
    /* All that came gets its turn. */
    for (int i = 0; i < 10 * JOBS && m.r.waiting; i++) {
        int at;
        m.now += 1000;
        start_one(&m, strict);
        check_all(&m);
        struct ready_job *j = draw(&m, 2) ? some(&m, READY_RUNNING, READY_RUNNING, &at) : NULL;
        if (j) {
            ready_give_back(&m.r, j, m.now - j->since);
            end(&m, at);
        }
    }
    assert_int_equal(m.r.waiting, 0);
    for (int k = 0; k < JOBS; k++)
        if (m.jobs[k])
            end(&m, k);
    for (int i = 0; i < RUNS; i++)
        kit_close(&m.r, m.runs[i]);
    assert_int_equal(m.r.locks.n, 0);
    ready_done(&m.r);
}

static void what_is_taken_is_what_the_rules_say(void **state)
{
    struct ready_rules rules = READY_RULES;
    (void)state;
    rules.patience = INT64_MAX;
    for (uint64_t seed = 1; seed <= SEEDS; seed++)
        play(seed, true, rules);
}

static void with_reservations_and_bumps_nothing_is_exceeded_or_left_behind(void **state)
{
    struct ready_rules rules = READY_RULES;
    (void)state;
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        rules.patience = (msec_t)(seed % 3) * 1000;
        play(seed, false, rules);
    }
}

static void the_same_moves_give_the_same_order(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        uint64_t order[2][MOVES] = {{0}};
        for (int again = 0; again < 2; again++) {
            struct model m = {.seed = seed};
            void *elsewhere = mem_new(1000 + (size_t)again * 5000); /* other addresses */
            ready_init(&m.r, SLOTS, NULL);
            for (int i = 0; i < RUNS; i++)
                m.runs[i] = kit_run(&m.r, repos[i % 4], i + 1, i * 100, 1000);
            for (int i = 0; i < MOVES; i++) {
                move(&m, false);
                for (int k = 0; k < JOBS; k++)
                    order[again][i] =
                        order[again][i] * 31 + (m.jobs[k] ? (uint64_t)m.jobs[k]->id * 4 + m.jobs[k]->state : 0);
            }
            for (int k = 0; k < JOBS; k++)
                if (m.jobs[k])
                    end(&m, k);
            for (int i = 0; i < RUNS; i++)
                kit_close(&m.r, m.runs[i]);
            ready_done(&m.r);
            mem_free(elsewhere);
        }
        assert_memory_equal(order[0], order[1], sizeof order[0]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_taken_is_what_the_rules_say),
        cmocka_unit_test(with_reservations_and_bumps_nothing_is_exceeded_or_left_behind),
        cmocka_unit_test(the_same_moves_give_the_same_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
