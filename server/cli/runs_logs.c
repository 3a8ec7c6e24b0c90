/* SPDX-License-Identifier: Apache-2.0 */
/* `fettle runs logs`: what the attempts of a run have written, and with -f what they go on to write. */
#include <unistd.h>
#include "base/id.h"
#include "base/map.h"
#include "server/cli/patience.h"
#include "server/cli/runs.h"

static const msec_t FOLLOW_MS = 500, AWAY_MS = 10 * 60 * 1000;

enum pass { PASS_OPEN /* more may come */, PASS_LAST };

struct printer {
    struct patience server;
    const struct listing *listing;
    const struct runs_output *asked;
    struct map offsets; /* attempt id -> int64_t: how much of its log was printed */
    int64_t skip;       /* bytes that were seen before and are not printed */
    struct buf last;    /* attempt whose output was printed last */
    enum pass pass;
    bool to_person; /* stdout is a terminal */
    bool open_line; /* what was printed last has not ended its line */
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
    buf_str(&line, p->open_line ? "\n==> " : "==> ");
    cli_text(jval_str(jval_get(job, "key")), &line);
    buf_str(&line, " / ");
    cli_text(jval_str(jval_get(step, "name")), &line);
    if (no > 1)
        buf_fmt(&line, " (attempt %d)", (int)no);
    buf_str(&line, "\n");
    (void)cli_print(&line);
}

/* Without the beginning of a character whose rest is not there yet: on a terminal it would be shown as bytes. */
static struct sv whole_characters(const struct printer *p, struct sv piece)
{
    if (!p->to_person || p->pass == PASS_LAST)
        return piece;
    for (size_t back = 1; back <= 3 && back <= piece.n; back++) {
        unsigned char c = (unsigned char)piece.p[piece.n - back];
        size_t wants = c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : c >= 0xc0 ? 2 : 1;
        if (wants > 1)
            return wants > back ? sv_cut(piece, piece.n - back) : piece;
        if (c < 0x80)
            break;
    }
    return piece;
}

static int print_piece(struct printer *p, struct sv piece)
{
    AUTO(buf_free) struct buf text = {0};
    p->open_line = piece.p[piece.n - 1] != '\n';
    if (p->to_person)
        cli_log_text(piece, &text);
    else
        buf_sv(&text, piece);
    return cli_print(&text);
}

/* What is new of one attempt. An attempt without a log (a checkout, or one not started) has nothing. */
static int print_attempt(struct printer *p, const struct jval *job, const struct jval *step, const struct jval *attempt)
{
    struct sv id = jval_str(jval_get(attempt, "id"));
    AUTO(buf_free) struct buf path = {0};
    AUTO(remote_answer_free) struct remote_answer a = {0};
    int64_t *offset = offset_of(p, id), whole = 0;
    if (jval_int(jval_get(attempt, "log_bytes"), &whole) && whole && *offset >= whole)
        return CLI_OK;
    for (;;) {
        buf_clear(&path);
        buf_fmt(&path, "/api/v1/attempts/%.*s/log?offset=%lld", SV_ARG(id), (long long)*offset);
        int rc = patient_send(&p->server, path.p, &a);
        if (rc != CLI_OK || a.status == 404)
            return rc;
        if ((rc = remote_verdict(&a)) != CLI_OK)
            return rc;
        struct sv piece = whole_characters(p, buf_view(&a.body));
        if (!piece.n)
            return CLI_OK;
        *offset += (int64_t)piece.n;
        size_t seen = p->skip < (int64_t)piece.n ? (size_t)p->skip : piece.n;
        p->skip -= (int64_t)seen;
        piece = sv_from(piece, seen);
        if (!piece.n)
            continue;
        put_head(p, job, step, attempt);
        if ((rc = print_piece(p, piece)) != CLI_OK)
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

static int print_once(struct printer *p, const char *id)
{
    AUTO(buf_free) struct buf path = {0};
    struct jdoc *doc = NULL;
    int rc = remote_path("runs", id, "", &path);
    if (rc == CLI_OK)
        rc = patient_json(&p->server, path.p, &doc);
    /* Whether it is done is read before the logs are: what was written until then is printed in any case. */
    if (rc == CLI_OK && (!p->asked->follow || run_is_done(jdoc_root(doc))))
        p->pass = PASS_LAST;
    if (rc == CLI_OK)
        rc = print_all(p, jdoc_root(doc));
    jdoc_free(&doc);
    return rc;
}

/* ---- where it goes on ---- */

static int take_place(struct printer *p, const char *from)
{
    struct sv rest = sv_of(from), word, id;
    int64_t number;
    if (!from || (sv_int(rest, &p->skip) && p->skip >= 0))
        return CLI_OK;
    while (sv_next(&rest, ',', &word)) {
        ptrdiff_t colon = sv_chr(word, ':');
        id = colon > 0 ? sv_cut(word, (size_t)colon) : word;
        if (colon <= 0 || !id_parse(id, &number) || !sv_int(sv_from(word, (size_t)colon + 1), &number) || number < 0)
            return cli_fail(CLI_USAGE, "runs: --from is a number of bytes, or what an interrupted -f named: %s", from);
        *offset_of(p, id) = number;
    }
    p->skip = 0;
    return CLI_OK;
}

static void tell_place(const struct printer *p, const char *id)
{
    AUTO(buf_free) struct buf b = {0};
    struct sv key;
    void *offset;
    for (size_t at = 0; map_each(&p->offsets, &at, &key, &offset);)
        if (*(const int64_t *)offset)
            buf_fmt(&b, "%s%.*s:%lld", b.n ? "," : "", SV_ARG(key), (long long)*(const int64_t *)offset);
    if (!p->listing->quiet)
        fprintf(stderr, "%sfettle: go on with: fettle runs logs %s -f%s%s\n", p->open_line ? "\n" : "", id,
                b.n ? " --from " : "", b.n ? b.p : "");
}

int runs_logs(struct remote *r, const struct listing *l, const char *id, const struct runs_output *o)
{
    struct printer p = {.server = {.remote = r, .give_up_ms = o->follow ? AWAY_MS : 0},
                        .listing = l,
                        .asked = o,
                        .to_person = isatty(STDOUT_FILENO) == 1};
    if (o->follow)
        interrupt_catch();
    int rc = take_place(&p, o->from);
    if (rc == CLI_OK)
        rc = print_once(&p, id);
    while (rc == CLI_OK && p.pass == PASS_OPEN) {
        interrupt_sleep_ms(FOLLOW_MS);
        rc = interrupted() ? CLI_INTERRUPTED : print_once(&p, id);
    }
    if (rc == CLI_INTERRUPTED)
        tell_place(&p, id);
    struct sv key;
    void *offset;
    for (size_t at = 0; map_each(&p.offsets, &at, &key, &offset);)
        mem_free(offset);
    map_free(&p.offsets);
    buf_free(&p.last);
    return rc;
}
