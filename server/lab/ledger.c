/* SPDX-License-Identifier: Apache-2.0 */
#include "server/lab/ledger.h"
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>
#include "base/file.h"
#include "base/log.h"
#include "server/lab/hook.h"

struct ledger {
    int fd;
    int64_t seq;
    struct buf line;
};

int ledger_open(const char *path, struct ledger **ret, struct err *e)
{
    int fd = path ? open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600) : memfd_create("ledger", MFD_CLOEXEC);
    if (fd < 0)
        return err_errno(e, "ledger %s", path ? path : "in memory");
    struct ledger *l = mem_new(sizeof *l);
    l->fd = fd;
    if (fcntl(fd, F_SETFL, O_APPEND) < 0) {
        ledger_close(&l);
        return err_errno(e, "ledger");
    }
    *ret = l;
    return 0;
}

void ledger_close(struct ledger **lp)
{
    struct ledger *l = STEAL(*lp);
    if (!l)
        return;
    fd_closep(&l->fd);
    buf_free(&l->line);
    mem_free(l);
}

/* ---- writing ---- */

static bool is_secret(struct sv name)
{
    static const char *const names[] = {"authorization", "private-token",  "job-token",
                                        "cookie",        "x-gitlab-token", "proxy-authorization"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (sv_ieq(name, sv_of(names[i])))
            return true;
    return false;
}

/* "Authorization: Bearer abc" keeps the first word, which is no secret; of other headers nothing is kept. */
static void put_masked(struct sv name, struct sv value, struct jout *j)
{
    AUTO(buf_free) struct buf b = {0};
    ptrdiff_t blank = sv_chr(value, ' ');
    if (blank > 0 && sv_is(name, "authorization"))
        buf_sv(&b, sv_cut(value, (size_t)blank + 1));
    buf_str(&b, "***");
    jout_str(j, buf_view(&b));
}

static void put_headers(const struct http_head *h, struct jout *j)
{
    AUTO(buf_free) struct buf name = {0};
    jout_open(j, '{');
    for (size_t i = 0; i < h->n_fields; i++) {
        bool again = false;
        for (size_t k = 0; k < i && !again; k++)
            again = sv_ieq(h->fields[k].name, h->fields[i].name);
        if (again)
            continue;
        buf_clear(&name);
        for (size_t k = 0; k < h->fields[i].name.n; k++) {
            char c = h->fields[i].name.p[k];
            buf_chr(&name, c >= 'A' && c <= 'Z' ? (char)(c + 32) : c);
        }
        jout_keyv(j, buf_view(&name));
        if (is_secret(buf_view(&name)))
            put_masked(buf_view(&name), h->fields[i].value, j);
        else
            jout_str(j, h->fields[i].value);
    }
    jout_close(j, '}');
}

/* The target with the values of token parameters masked. */
static void put_path(struct sv target, struct jout *j)
{
    static const char *const names[] = {"token=", "access_token=", "private_token="};
    AUTO(buf_free) struct buf b = {0};
    ptrdiff_t mark = sv_chr(target, '?');
    struct sv query = mark < 0 ? SV("") : sv_from(target, (size_t)mark + 1), part;
    buf_sv(&b, mark < 0 ? target : sv_cut(target, (size_t)mark));
    for (char between = '?'; mark >= 0 && sv_next(&query, '&', &part); between = '&') {
        buf_chr(&b, between);
        struct sv shown = part;
        for (size_t i = 0; i < ARRAY_LEN(names); i++)
            if (sv_istarts(part, sv_of(names[i])))
                shown = sv_cut(part, strlen(names[i]));
        buf_sv(&b, shown);
        if (shown.n < part.n)
            buf_str(&b, "***");
    }
    jout_str(j, buf_view(&b));
}

static void put_body(struct sv body, struct jout *j)
{
    struct err ignored = {0};
    AUTO(jdoc_free) struct jdoc *doc = NULL;
    if (!body.n)
        jout_null(j);
    else if (jdoc_parse(body, NULL, &doc, &ignored) == 0)
        jout_val(j, jdoc_root(doc));
    else
        jout_str(j, body);
}

int ledger_add(struct ledger *l, const struct ledger_line *line, struct err *e)
{
    char at[25];
    struct buf *b = &l->line;
    struct jout j = {.buf = b};
    buf_clear(b);
    jout_open(&j, '{');
    jout_kint(&j, "seq", ++l->seq);
    jout_kstrz(&j, "at", when_text(line->at, at));
    jout_kstrz(&j, "forge", lab_forge_names[line->forge]);
    jout_kstr(&j, "method", line->head->method);
    jout_key(&j, "path");
    put_path(line->head->target, &j);
    jout_key(&j, "headers");
    put_headers(line->head, &j);
    jout_key(&j, "body");
    put_body(line->body, &j);
    jout_kint(&j, "status", line->status);
    jout_kstrz(&j, "fault", line->fault);
    jout_kbool(&j, "early", line->early);
    jout_close(&j, '}');
    buf_chr(b, '\n');
    if (fd_write_all(l->fd, b->p, b->n) < 0)
        return err_errno(e, "ledger");
    return 0;
}

static void put_sent_headers(struct sv lines, struct jout *j)
{
    struct sv line;
    jout_open(j, '{');
    while (sv_next(&lines, '\n', &line)) {
        AUTO(buf_free) struct buf name = {0};
        ptrdiff_t colon = sv_chr(line, ':');
        for (ptrdiff_t k = 0; k < colon; k++)
            buf_chr(&name, line.p[k] >= 'A' && line.p[k] <= 'Z' ? (char)(line.p[k] + 32) : line.p[k]);
        if (colon <= 0)
            continue;
        jout_keyv(j, buf_view(&name));
        if (is_secret(buf_view(&name)))
            jout_strz(j, "***");
        else
            jout_str(j, sv_trim(sv_from(line, (size_t)colon + 1)));
    }
    jout_close(j, '}');
}

static void put_delivery(const struct lab_hook *h, const struct lab_delivery *d, struct jout *j)
{
    jout_open(j, '{');
    jout_kint(j, "id", d->id);
    jout_kstrz(j, "guid", d->guid);
    jout_kint(j, "hook", h->id);
    jout_kstrz(j, "event", d->event);
    jout_kstrz(j, "action", d->action);
    jout_kbool(j, "redelivery", d->redelivery);
    jout_kint(j, "repo", d->repo_id);
    jout_kint(j, "took", d->took);
    jout_kstrz(j, "result", d->result);
    jout_close(j, '}');
}

void ledger_sent(struct ledger *l, msec_t at, const struct lab_hook *h, const struct lab_delivery *d, const char *fault)
{
    char text[25];
    struct buf *b = &l->line;
    struct jout j = {.buf = b};
    buf_clear(b);
    jout_open(&j, '{');
    jout_kint(&j, "seq", ++l->seq);
    jout_kstrz(&j, "at", when_text(at, text));
    jout_kstrz(&j, "forge", lab_forge_names[h->forge]);
    jout_kstrz(&j, "method", "SEND");
    jout_kstrz(&j, "path", h->url);
    jout_key(&j, "headers");
    put_sent_headers(sv_of(d->headers), &j);
    jout_key(&j, "body");
    put_body(sv_of(d->payload), &j);
    jout_kint(&j, "status", d->status);
    jout_kstrz(&j, "fault", fault);
    jout_kbool(&j, "early", false);
    jout_key(&j, "delivery");
    put_delivery(h, d, &j);
    jout_close(&j, '}');
    buf_chr(b, '\n');
    if (fd_write_all(l->fd, b->p, b->n) < 0)
        log_error("the ledger lacks a line", LS("path", h->url));
}

/* ---- reading ---- */

struct reading {
    FILE *f;
    char *line;
    size_t cap;
    int number;
    off_t whole; /* bytes of the lines read */
};

static void reading_end(struct reading *r)
{
    if (r->f)
        fclose(r->f);
    free(r->line); /* getline's */
}

static int reading_begin(const struct ledger *l, struct reading *r, struct err *e)
{
    int fd = fcntl(l->fd, F_DUPFD_CLOEXEC, 0);
    if (fd < 0 || !(r->f = fdopen(fd, "r"))) {
        fd_closep(&fd);
        return err_errno(e, "ledger");
    }
    rewind(r->f);
    return 0;
}

/* True for a whole line. The offset is shared with the writer, which appends wherever it stands. */
static bool reading_next(struct reading *r, struct sv *ret)
{
    ssize_t n = getline(&r->line, &r->cap, r->f);
    if (n <= 0 || r->line[n - 1] != '\n')
        return false;
    r->number++;
    r->whole += n;
    *ret = sv_n(r->line, (size_t)n - 1);
    return true;
}

int ledger_replay(struct ledger *l, struct lab_world *w, struct err *e)
{
    AUTO(reading_end) struct reading r = {0};
    struct sv text;
    if (reading_begin(l, &r, e) < 0)
        return -1;
    while (reading_next(&r, &text)) {
        AUTO(jdoc_free) struct jdoc *doc = NULL;
        if (jdoc_parse(text, NULL, &doc, e) < 0) {
            e->code = r.number;
            return err_add(e, "ledger line %d", r.number);
        }
        jval_int(jval_get(jdoc_root(doc), "seq"), &l->seq);
        line_again(w, jdoc_root(doc));
    }
    /* What a kill cut short was never answered. */
    return ftruncate(l->fd, r.whole) < 0 ? err_errno(e, "ledger") : 0;
}

int ledger_print(struct ledger *l, struct sv forge, struct sv path, struct buf *out, struct err *e)
{
    enum { ANSWER_MOST = 256 << 20 };
    AUTO(reading_end) struct reading r = {0};
    struct sv text;
    if (reading_begin(l, &r, e) < 0)
        return -1;
    while (out->n < ANSWER_MOST && reading_next(&r, &text)) {
        AUTO(jdoc_free) struct jdoc *doc = NULL;
        struct err ignored = {0};
        if (jdoc_parse(text, NULL, &doc, &ignored) < 0)
            continue;
        const struct jval *line = jdoc_root(doc);
        if ((forge.n && !sv_eq(forge, jval_str(jval_get(line, "forge")))) ||
            (path.n && sv_find(jval_str(jval_get(line, "path")), path) < 0))
            continue;
        buf_sv(out, text);
        buf_chr(out, '\n');
    }
    return 0;
}
