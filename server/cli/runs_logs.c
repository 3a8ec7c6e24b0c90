/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <unistd.h>
#include "base/clk.h"
#include "base/map.h"
#include "server/cli/runs.h"

static const msec_t FOLLOW_MS = 500;

struct printer {
    struct remote *remote;
    const struct listing *listing;
    struct map offsets; /* attempt id -> int64_t: how much of its log was printed */
    struct buf last;    /* attempt whose output was printed last */
    bool to_person;     /* stdout is a terminal */
};

static int64_t *offset_of(struct printer *p, struct sv attempt)
{
    int64_t *at = map_get(&p->offsets, attempt);
    if (!at) {
        at = mem_new(sizeof *at);
        map_put(&p->offsets, attempt, at);
    }
    return at;
}

static void put_head(struct printer *p, const struct jval *job, const struct jval *step, const struct jval *attempt)
{
    struct sv id = jval_str(jval_get(attempt, "id"));
    int64_t no = 1;
    if (sv_eq(buf_view(&p->last), id))
        return;
    buf_clear(&p->last);
    buf_sv(&p->last, id);
    if (p->listing->quiet)
        return;
    AUTO(buf_free) struct buf line = {0};
    jval_int(jval_get(attempt, "no"), &no);
    buf_str(&line, "==> ");
    cli_text(jval_str(jval_get(job, "key")), &line);
    buf_str(&line, " / ");
    cli_text(jval_str(jval_get(step, "name")), &line);
    if (no > 1)
        buf_fmt(&line, " (attempt %d)", (int)no);
    buf_str(&line, "\n");
    (void)cli_print(&line);
}

static int print_piece(const struct printer *p, const struct buf *piece)
{
    AUTO(buf_free) struct buf safe = {0};
    if (!p->to_person)
        return cli_print(piece);
    cli_log_text(buf_view(piece), &safe);
    return cli_print(&safe);
}

/* What is new of one attempt. An attempt without a log (a checkout, or one not started) has nothing. */
static int print_attempt(struct printer *p, const struct jval *job, const struct jval *step, const struct jval *attempt)
{
    struct sv id = jval_str(jval_get(attempt, "id"));
    AUTO(buf_free) struct buf path = {0};
    AUTO(remote_answer_free) struct remote_answer a = {0};
    int64_t *offset = offset_of(p, id);
    for (;;) {
        buf_clear(&path);
        buf_fmt(&path, "/api/v1/attempts/%.*s/log?offset=%lld", SV_ARG(id), (long long)*offset);
        int rc = remote_send(p->remote, "GET", path.p, &a);
        if (rc != CLI_OK)
            return rc;
        if (a.status == 404)
            return CLI_OK;
        if ((rc = remote_verdict(&a)) != CLI_OK || a.body.n == 0)
            return rc;
        put_head(p, job, step, attempt);
        *offset += (int64_t)a.body.n;
        if ((rc = print_piece(p, &a.body)) != CLI_OK)
            return rc;
    }
}

static int print_all(struct printer *p, const struct jval *run)
{
    const struct jval *jobs = jval_get(run, "jobs");
    int rc = CLI_OK;
    for (size_t i = 0; i < jval_len(jobs); i++) {
        const struct jval *job = jval_item(jobs, i), *steps = jval_get(job, "steps");
        for (size_t k = 0; k < jval_len(steps); k++) {
            const struct jval *step = jval_item(steps, k), *attempts = jval_get(step, "attempts");
            for (size_t n = 0; rc == CLI_OK && n < jval_len(attempts); n++)
                rc = print_attempt(p, job, step, jval_item(attempts, n));
        }
    }
    return rc;
}

static int print_once(struct printer *p, const char *id, bool *ret_done)
{
    struct jdoc *doc = NULL;
    int rc = runs_fetch(p->remote, id, &doc);
    if (rc == CLI_OK)
        rc = print_all(p, jdoc_root(doc));
    *ret_done = rc != CLI_OK || run_is_done(jdoc_root(doc));
    jdoc_free(&doc);
    return rc;
}

enum way { ONCE, ON };

static int print_logs(struct remote *r, const struct listing *l, const char *id, enum way way)
{
    struct printer p = {.remote = r, .listing = l, .to_person = isatty(STDOUT_FILENO) == 1};
    bool done;
    /* Whether it is done is read before the logs are: what was written until then is printed in any case. */
    int rc = print_once(&p, id, &done);
    while (rc == CLI_OK && way == ON && !done) {
        clk_sleep_ms(FOLLOW_MS);
        rc = print_once(&p, id, &done);
    }
    struct sv key;
    void *offset;
    for (size_t at = 0; map_each(&p.offsets, &at, &key, &offset);)
        mem_free(offset);
    map_free(&p.offsets);
    buf_free(&p.last);
    return rc;
}

int runs_logs(struct remote *r, const struct listing *l, const char *id)
{
    return print_logs(r, l, id, ONCE);
}

int runs_logs_on(struct remote *r, const struct listing *l, const char *id)
{
    return print_logs(r, l, id, ON);
}
