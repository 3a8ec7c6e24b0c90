/* SPDX-License-Identifier: Apache-2.0 */
#include "misfortune.h"
#include "core/backoff.h"

const char *const misfortune_name[LUCK_N] = {"network", "rate-limit", "resource",
                                             "lost",    "own fault",  "looks like network"};

enum { VARIANTS = 4 };
/* The ends of logs; %1$s is a word of the repository, %2$d differs from try to try. */
static const char *const words[LUCK_N][VARIANTS] = {
    [LUCK_NETWORK] = {"curl: (28) Operation timed out after %2$d ms: https://%1$s.example/x.tar.gz\n",
                      "npm error code ECONNRESET\nnpm error network aborted: https://%1$s.example/left-pad (%2$d)\n",
                      "fatal: unable to access 'https://%1$s.example/x.git/': Could not resolve host (%2$d)\n",
                      "E: Failed to fetch http://%1$s.example/pool/x_%2$d.deb  Connection timed out\n"},
    [LUCK_RATE_LIMIT] = {"HTTP/1.1 429 Too Many Requests\nRetry-After: 20\nrequest %2$d of %1$s\n",
                         "Error response from daemon: toomanyrequests: %1$s has reached its pull rate limit. (%2$d)\n",
                         "error: API rate limit exceeded for %1$s, installation %2$d.\n",
                         "%1$s: HTTP 429: Too Many Requests, try again in 15 seconds (%2$d)\n"},
    [LUCK_RESOURCE] = {"%1$s: c++: fatal error: Killed signal terminated program cc1plus (%2$d)\n",
                       "tar: %1$s-%2$d: Cannot write: No space left on device\n",
                       "%1$s: FATAL ERROR: Reached heap limit - JavaScript heap out of memory (%2$d)\n",
                       "%1$s: fork: Resource temporarily unavailable: not enough processes (%2$d)\n"},
    [LUCK_LOST] = {"%1$s %2$d", "%1$s %2$d", "%1$s %2$d", "%1$s %2$d"},
    [LUCK_OWN_FAULT] = {"src/%1$s.c:%2$d:5: error: expected ';' before 'return'\nmake: *** [x] Error 1\n",
                        "FAILED tests/%1$s.py::test_total - AssertionError: assert 3 == 4\n1 failed in 0.%2$ds\n",
                        "bash: line %2$d: %1$s-mak: command not found\n",
                        "error[E0308]: mismatched types\n --> src/%1$s.rs:%2$d:9\nerror: could not compile `x`\n"},
    [LUCK_LOOKALIKE] = {"curl: (6) Could not resolve host: %1$s.exmaple (%2$d)\n",
                        "%1$s: connection to server at \"localhost\", port 5432 failed: Connection refused (%2$d)\n",
                        "curl: (7) Failed to connect to localhost (%1$s) port 80%2$d: Connection refused\n",
                        "dial tcp: lookup %1$s.regsitry: no such host (%2$d)\n"},
};

static const char *word_of(struct world *w, const struct sim_process *p)
{
    static const char *const all[] = {"alpha", "bravo", "cargo", "delta", "echo", "fox",
                                      "golf",  "hotel", "india", "jam",   "kilo", "lima"};
    uint64_t h = 0;
    for (size_t i = 0; i < w->store.runs.n; i++)
        for (size_t k = 0; k < w->store.runs.at[i]->n_jobs; k++)
            if (w->store.runs.at[i]->jobs[k]->id == p->job)
                for (const char *c = w->store.runs.at[i]->repo_id; c && *c; c++)
                    h = *c >= '0' && *c <= '9' ? h * 10 + (uint64_t)(*c - '0') : 0;
    return all[h % ARRAY_LEN(all)];
}

static struct misfortune *meet(struct world *w, struct misfortunes *m, int64_t step)
{
    int at = (int)(random_next(&m->random) % 10000), k = 0;
    m->steps++;
    while (k < LUCK_N && (at -= m->per_10000[k]) >= 0)
        k++;
    if (k == LUCK_N) {
        map_put_id(&m->by_step, step, m);
        return NULL;
    }
    uint64_t again = random_next(&m->random) % 100;
    struct misfortune *x = arena_new(&w->arena, sizeof *x);
    *x = (struct misfortune){.step = step,
                             .kind = (enum misfortune_kind)k,
                             .variant = (int)(random_next(&m->random) % VARIANTS),
                             .left = !misfortune_passes((enum misfortune_kind)k) ? -1
                                     : again < 80                                ? 1
                                     : again < 96                                ? 2
                                                                                 : 3};
    VEC_PUSH(&m->all, x);
    map_put_id(&m->by_step, step, x);
    return x;
}

void misfortune_meets(struct world *w, struct sim_process *p)
{
    struct misfortunes *m = w->misfortunes;
    void *known = map_get_id(&m->by_step, p->step);
    struct misfortune *x = known == m ? NULL : known ? known : meet(w, m, p->step);
    if (!x)
        return;
    x->tries++;
    if (x->left == 0)
        return;
    x->left -= x->left > 0;
    p->exit.exit_code = 1;
    if (x->kind == LUCK_LOST) {
        p->exit.reason = EXIT_LOST;
        p->exit.exit_code = -1;
        return;
    }
    if (x->kind == LUCK_RESOURCE && x->variant == 0) {
        p->exit.oom = true;
        p->exit.exit_code = 137;
    }
    /* The formats are ours, above. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    p->said = arena_fmt(&w->arena, words[x->kind][x->variant], word_of(w, p), (int)(random_next(&m->random) % 1000));
#pragma GCC diagnostic pop
}
