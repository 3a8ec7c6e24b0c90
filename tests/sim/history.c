/* SPDX-License-Identifier: Apache-2.0 */
#include "history.h"
#include <stdio.h>
#include "core/backoff.h"

enum { DEEDS = 40, CALLS = 400, READINGS = 150 };

/* One history in three has hooks of git, by numbers of their own: what else happens stays as it was. */
struct hooks {
    bool asked;
    uint64_t random;
};

static uint64_t below(uint64_t *r, uint64_t n)
{
    return random_next(r) % n;
}

/* One of `n` texts; the first one of them half the time. */
static const char *pick(uint64_t *r, const char *const *texts, size_t n)
{
    return below(r, 2) ? texts[0] : texts[below(r, n)];
}

/* ---- workflows ---- */

static void random_run(uint64_t *r, int s, struct buf *b)
{
    static const char *const said[] = {"", " saying \"curl: (28) Operation timed out\"",
                                       " saying \"main.c:3:1: error: expected\"", " saying \"not ok 1 - total\""};
    bool fails = below(r, 8) == 0;
    buf_fmt(b, "      - id: s%d\n        run: 'sleep %d.%d exit %d output v=%d env A=x note %d%s'\n", s,
            (int)below(r, 3), (int)below(r, 10), fails, s, (int)below(r, 3) * 20,
            fails ? said[below(r, ARRAY_LEN(said))] : "");
    if (below(r, 12) == 0)
        buf_str(b, "        repeatable: false\n");
    else if (below(r, 12) == 0)
        buf_fmt(b, "        retry: %d\n", 1 + (int)below(r, 2));
}

#define CALLS_MEND "{on: test, do: testfix, rerun: sleep 1, fix: {job: mend}}"

/* What is done about failures: nothing, mostly. */
static void random_recovery(uint64_t *r, const char *indent, struct buf *b)
{
    static const char *const first[] = {"{on: [network, unknown], do: retry}",
                                        "{on: test, do: testfix, rerun: sleep 1, fix: sleep 2}"};
    static const char *const last[] = {"{on: any, do: manual, deadline: 5m, then: continue}",
                                       "{on: any, do: manual, deadline: 1h}"};
    if (below(r, 5) == 0)
        buf_fmt(b, "%sretry: {attempts: %d, backoff: %ds, on: %s}\n", indent, 2 + (int)below(r, 2),
                1 + (int)below(r, 9), below(r, 2) ? "any" : "network");
    if (below(r, 6) != 0)
        return;
    const char *then = pick(r, first, ARRAY_LEN(first));
    if (then == first[1] && b->n % 2) /* by no number of the seed's: its other choices stay */
        then = CALLS_MEND;
    buf_fmt(b, "%srecovery: [%s, %s]\n", indent, then, pick(r, last, ARRAY_LEN(last)));
}

static void random_steps(uint64_t *r, int no, struct buf *b)
{
    static const char *const conds[] = {"",
                                        "failure()",
                                        "always()",
                                        "env.A == 'x' && !failure()",
                                        "cancelled()",
                                        "steps.s0.outcome != 'success'",
                                        "contains(github.ref, 'main')"};
    int steps = 1 + (int)below(r, 3);
    buf_str(b, "    steps:\n");
    for (int s = 0; s < steps; s++) {
        bool first = s == 0;
        if (!first && below(r, 5) == 0)
            buf_fmt(b, "      - uses: issue\n        with: {title: \"t%d\", fingerprint: f%d}\n", no, (int)below(r, 3));
        else if (!first && below(r, 6) == 0)
            buf_str(b, "      - uses: cache\n        with: {path: p, key: k}\n");
        else
            random_run(r, s, b);
        const char *cond = pick(r, conds, ARRAY_LEN(conds));
        if (!first && cond[0])
            buf_fmt(b, "        if: %s\n", cond);
        if (below(r, 8) == 0)
            buf_str(b, "        continue-on-error: ${{ github.event_name == 'push' }}\n");
        if (below(r, 10) == 0)
            buf_str(b, "        env: {H: \"${{ hashFiles('x') }}\", B: \"${{ env.A }}\"}\n");
    }
}

static void random_matrix(uint64_t *r, bool needs, struct buf *b)
{
    static const char *const shapes[] = {"{n: [1, 2, 3]}", "{n: [1, 2], os: [a, b], exclude: [{n: 1, os: b}]}",
                                         "{n: [1], include: [{n: 1, x: y}, {z: 1}]}",
                                         "{n: \"${{ fromJSON('[1, 2]') }}\"}", "{n: \"${{ fromJSON('[]') }}\"}"};
    buf_fmt(b, "    strategy:\n      matrix: %s\n", pick(r, shapes, ARRAY_LEN(shapes)));
    if (below(r, 3) == 0)
        buf_str(b, "      fail-fast: false\n");
    if (below(r, 3) == 0)
        buf_fmt(b, "      max-parallel: %d\n", 1 + (int)below(r, 2));
    if (needs && below(r, 4) == 0)
        buf_str(b, "    name: leg ${{ matrix.n }} of ${{ strategy.job-total }}\n");
}

static void random_job(uint64_t *r, int no, int j, struct buf *b)
{
    static const char *const conds[] = {"",
                                        "always()",
                                        "failure()",
                                        "github.event_name == 'push'",
                                        "always() && github.ref != ''",
                                        "${{ !cancelled() }}",
                                        "${{ !failure() }}"};
    static const char *const groups[] = {"", "one", "two", "${{ github.ref }}"};
    bool needs = j && below(r, 2);
    buf_fmt(b, "  j%d:\n", j);
    if (needs)
        buf_fmt(b, "    needs: [j%d]\n", (int)below(r, (uint64_t)j));
    const char *cond = below(r, 2) ? "" : pick(r, conds, ARRAY_LEN(conds)), *group = pick(r, groups, ARRAY_LEN(groups));
    if (cond[0])
        buf_fmt(b, "    if: %s\n", cond);
    if (below(r, 3) == 0 && group[0])
        buf_fmt(b, "    concurrency: {group: \"%s\", %s}\n", group,
                below(r, 2) ? "cancel-in-progress: true" : "queue: all");
    if (below(r, 4) == 0)
        random_matrix(r, needs, b);
    if (below(r, 6) == 0) {
        buf_str(b, "    uses: called\n    with: {n: 3}\n");
        return;
    }
    if (below(r, 6) == 0)
        buf_str(b, "    continue-on-error: true\n");
    if (below(r, 8) == 0)
        buf_fmt(b, "    resources: {slots: %d, locks: [one, \"${{ github.ref }}\"]}\n", 1 + (int)below(r, 2));
    random_recovery(r, "    ", b);
    if (below(r, 16) == 0)
        buf_str(b, below(r, 2) ? "    approve: {deadline: 2m}\n" : "    approve: {deadline: 1h, then: continue}\n");
    buf_str(b, "    outputs: {v: \"${{ steps.s0.outputs.v }}\"}\n");
    random_steps(r, no, b);
}

/* A file as a block of the scenario. */
static void write_block(struct buf *out, const char *name, const struct buf *text)
{
    struct sv rest = buf_view(text), line;
    buf_fmt(out, "workflow %s\n", name);
    while (sv_next(&rest, '\n', &line))
        if (line.n)
            buf_fmt(out, "| %.*s\n", SV_ARG(line));
}

/* What others call; its jobs are as random as theirs. */
static void random_called(uint64_t *r, struct buf *out)
{
    AUTO(buf_free) struct buf b = {0};
    buf_str(&b, "name: called\non:\n  workflow_call:\n    inputs: {n: {type: number, default: 1}}\n"
                "    outputs: {v: {value: \"${{ jobs.c0.outputs.v }}\"}}\njobs:\n  c0:\n"
                "    outputs: {v: \"${{ inputs.n }}\"}\n");
    random_steps(r, 9, &b);
    buf_fmt(&b, "  c1:\n    needs: c0\n    if: %s\n", below(r, 2) ? "always()" : "inputs.n == 3");
    random_steps(r, 9, &b);
    write_block(out, "called.yml", &b);
}

/* Workflows of random shape: chains, fans, failures, cleanups, issues, matrices, calls, groups. */
static void random_workflow(uint64_t *r, int no, const struct hooks *h, struct buf *out)
{
    static const char *const groups[] = {"concurrency: one\n", "concurrency: {group: two, cancel-in-progress: true}\n",
                                         "concurrency: {group: one, queue: all}\n",
                                         "concurrency: w-${{ github.ref }}\n"};
    AUTO(buf_free) struct buf b = {0};
    char name[16];
    snprintf(name, sizeof name, "w%d.yml", no);
    buf_fmt(&b, "name: w%d\non: [push, pull_request%s]\nenv: {E: \"${{ github.sha }}\"}\n", no,
            !h->asked    ? ""
            : no == 0    ? ", pre_push"
            : no % 2 > 0 ? ", pre_push, pre_receive"
                         : "");
    if (below(r, 3) == 0)
        buf_str(&b, pick(r, groups, ARRAY_LEN(groups)));
    if (below(r, 4) == 0)
        buf_str(&b, "run-name: no ${{ github.run_number }}\n");
    if (below(r, 2))
        buf_str(&b, "report: {check: true}\n");
    if (below(r, 5) == 0)
        buf_str(&b, below(r, 2) ? "limits: {queue: 3s}\n" : "limits: {minutes: 1, queue: 20s}\n");
    if (below(r, 5) == 0)
        buf_str(&b, "priority: ${{ github.ref_name == 'main' && 'high' || 'low' }}\n");
    random_recovery(r, "", &b);
    buf_str(&b, "jobs:\n");
    for (int j = 0, n = 1 + (int)below(r, 4); j < n; j++)
        random_job(r, no, j, &b);
    if (strstr(b.p, CALLS_MEND))
        buf_str(&b, "  mend: {standby: true, steps: [{run: sleep 2 output v=1}, {run: 'sleep 1'}]}\n");
    write_block(out, name, &b);
}

/* Listens to what the others do, and has its own times. */
static void random_listener(uint64_t *r, struct buf *out)
{
    AUTO(buf_free) struct buf b = {0};
    buf_str(&b, "name: listener\non:\n  workflow_run: {workflows: [w0], types: [completed]}\n");
    if (below(r, 4) == 0)
        buf_str(&b, "  schedule: [{cron: '0 4 * * 1'}]\n");
    buf_str(&b, "jobs:\n  l:\n    if: github.event_name != 'x'\n");
    random_steps(r, 8, &b);
    write_block(out, "listener.yml", &b);
}

static void random_conf(uint64_t *r, const struct hooks *h, struct buf *out)
{
    buf_fmt(out, "slots %d\n", 1 + (int)below(r, 4));
    random_called(r, out);
    if (below(r, 3) == 0)
        random_listener(r, out);
    for (int i = 0, n = 1 + (int)below(r, 3); i < n; i++)
        random_workflow(r, i, h, out);
}

/* ---- what happens ---- */

/* What the forge allows, if anything. */
static void random_limits(uint64_t *r, struct buf *out)
{
    if (below(r, 3) == 0)
        buf_str(out, "forge limits github\n");
    if (below(r, 3) == 0)
        buf_fmt(out, "forge hold %dms\n", (int)below(r, 2000));
    if (below(r, 4) == 0)
        buf_fmt(out, "forge quota %d\n", 20 + (int)below(r, 200));
}

/* Each one alone, so that it can be left out. Some histories have none. */
static void random_faults(uint64_t *r, struct buf *out)
{
    static const char *const kinds[] = {"away", "lost-answer", "500", "500-after", "limit", "secondary"};
    uint64_t calls = below(r, 30), readings = below(r, 2) ? below(r, 30) : 0;
    for (int i = 1; i <= CALLS; i++)
        if (below(r, 100) < calls)
            buf_fmt(out, "forge at %d %s\n", i, kinds[below(r, ARRAY_LEN(kinds))]);
    for (int i = 1; i <= READINGS; i++)
        if (below(r, 100) < readings)
            buf_fmt(out, "git at %d %s\n", i, below(r, 2) ? "transient" : "missing");
    if (below(r, 3) == 0)
        buf_fmt(out, "jitter %dms\n", 1 + (int)below(r, 200));
    if (below(r, 4) == 0)
        buf_str(out, "twice\n");
}

static void random_delivery(uint64_t *r, char sha[41], int *shas, struct buf *out)
{
    static const char hex[] = "abcdef0123456789";
    static const char *const repos[] = {"acme/api", "acme/web", "other/lib"};
    uint64_t k = below(r, 9);
    const char *repo = pick(r, repos, ARRAY_LEN(repos));
    if (*shas == 0 || below(r, 4)) { /* else the commit of the delivery before */
        for (int i = 0; i < 40; i++)
            sha[i] = hex[below(r, 16)];
        (*shas)++;
    }
    if (k < 6)
        buf_fmt(out, "deliver push %s %.40s\n", repo, sha);
    else
        buf_fmt(out, "deliver pull_request %s %.40s %d%s\n", repo, sha, *shas, k == 8 ? " fork" : "");
}

static const char *sign_of(int64_t ms)
{
    return ms < 0 ? "-" : "+";
}

/* Death and start are one line: the one without the other is another history. */
static void random_end(uint64_t *r, struct buf *out)
{
    int64_t jump = (int64_t)below(r, 7200000) - 3600000;
    buf_fmt(out, "%s %d", below(r, 3) ? "crash" : "reboot", (int)below(r, 4));
    if (below(r, 2)) /* processes end, and senders are refused, while nobody is there */
        buf_fmt(out, " ; pass %dms", (int)below(r, 4000));
    if (below(r, 4) == 0)
        buf_fmt(out, " ; clock %s%lldms", sign_of(jump), (long long)(jump < 0 ? -jump : jump));
    buf_str(out, " ; start");
    if (below(r, 5) == 0) /* a second server, and one that does not get far */
        buf_fmt(out, " ; start ; crash %d ; start", (int)below(r, 3));
    buf_str(out, "\n");
}

static void random_disk(uint64_t *r, struct buf *out)
{
    if (below(r, 2))
        buf_fmt(out, "disk full %dms\n", 100 + (int)below(r, 60000));
    else
        buf_fmt(out, "disk slow %dms %dms\n", 100 + (int)below(r, 5000), 10 + (int)below(r, 300));
}

static void random_storm(uint64_t *r, struct buf *out)
{
    static const char *const kinds[] = {"away", "lost-answer", "500", "500-after", "limit", "secondary"};
    buf_fmt(out, "forge storm %s %dms\n", kinds[below(r, ARRAY_LEN(kinds))], (int)below(r, 120000));
}

static void random_sha(uint64_t *r, char sha[41])
{
    for (int i = 0; i < 40; i++)
        sha[i] = "abcdef0123456789"[below(r, 16)];
}

/* Somebody is about to push, and then does: the same commit, another one with the same content, or nothing; or pushes
 * without asking. Contents are few, so that they come again. */
static void random_call(struct hooks *h, struct buf *out)
{
    static const char *const repos[] = {"acme/api", "acme/web", "other/lib"};
    uint64_t *r = &h->random, how = below(r, 8);
    const char *repo = pick(r, repos, ARRAY_LEN(repos)), *hook = below(r, 4) ? "pre-push" : "pre-receive";
    char sha[41] = {0}, other[41] = {0}, tree = (char)('1' + (int)below(r, 6));
    random_sha(r, sha);
    random_sha(r, other);
    buf_fmt(out, "tree %s %c\n", sha, tree);
    if (how > 0)
        buf_fmt(out, "call %s %s %s\n", hook, repo, sha);
    buf_fmt(out, "pass %dms\n", (int)below(r, below(r, 2) ? 30 : 6000));
    if (how < 5)
        buf_fmt(out, "deliver push %s %s\n", repo, sha);
    else if (how < 7)
        buf_fmt(out, "tree %s %c\ndeliver push %s %s\n", other, tree, repo, other);
}

static void random_deed(uint64_t *r, char sha[41], int *shas, const struct hooks *h, struct buf *out)
{
    uint64_t k = below(r, 30);
    int64_t jump = (int64_t)below(r, 7200000) - 3600000;
    if (k < 9)
        random_delivery(r, sha, shas, out);
    else if (k < 14)
        random_end(r, out);
    else if (k == 14)
        buf_fmt(out, "forge away %dms\n", (int)below(r, 3600000));
    else if (k == 15)
        buf_fmt(out, "cancel any %d\n", (int)below(r, 1000));
    else if (k == 16)
        buf_fmt(out, "replay any %d\n", (int)below(r, 1000));
    else if (k == 17) {
        buf_str(out, "configure\n");
        random_conf(r, h, out);
        buf_str(out, "configured\n");
    } else if (k == 18)
        buf_fmt(out, "clock %s%lldms\n", sign_of(jump), (long long)(jump < 0 ? -jump : jump));
    else if (k == 28)
        buf_str(out, below(r, 2) ? "queue pause\n" : "queue resume\n");
    else if (k == 29)
        buf_fmt(out, "queue bump any %d\n", (int)below(r, 1000));
    else if (k == 26 || k == 27)
        buf_fmt(out, "%s any %d\n", below(r, 3) ? "approve" : "reject", (int)below(r, 1000));
    else if (k == 19)
        random_disk(r, out);
    else if (k == 20)
        random_storm(r, out);
    else
        buf_fmt(out, "pass %dms\n", (int)below(r, 3000));
}

void history_write(uint64_t seed, struct buf *out)
{
    uint64_t r = seed;
    char sha[41] = {0};
    int shas = 0;
    struct hooks h = {seed % 3 == 0, seed ^ 0x9e3779b97f4a7c15u};
    buf_fmt(out, "# seed %llu\nseed %llu\n", (unsigned long long)seed, (unsigned long long)seed);
    if (h.asked)
        buf_str(out, "repositories\n| repositories:\n|   - {name: api, id: \"github:acme/api\"}\n"
                     "|   - {name: web, id: \"github:acme/web\"}\n|   - {name: lib, id: \"github:other/lib\"}\n");
    random_conf(&r, &h, out);
    random_faults(&r, out);
    random_limits(&r, out);
    buf_str(out, "start\n");
    for (int i = 0; i < DEEDS; i++) {
        random_deed(&r, sha, &shas, &h, out);
        if (h.asked && below(&h.random, 4) == 0)
            random_call(&h, out);
        buf_fmt(out, "pass %dms\n", (int)below(&r, 40));
    }
    buf_str(out, "queue resume\nsettle 8d\napprove every\nsettle 8d\napprove every\nsettle 8d\ncheck quiet\n");
}
