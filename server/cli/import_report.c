/* SPDX-License-Identifier: Apache-2.0 */
#include "server/cli/import_report.h"
#include "fmt/json.h"

static void put_finding(struct buf *b, const struct import *x, const struct import_finding *f)
{
    AUTO(buf_free) struct buf line = {0};
    buf_fmt(&line, "%s:%d:%d: %s: %s [%s]", x->file, f->at.line, f->at.col, import_verdict_name[f->verdict], f->text,
            f->code);
    cli_text(buf_view(&line), b);
    buf_chr(b, '\n');
    if (!f->instead)
        return;
    buf_clear(&line);
    buf_fmt(&line, "    instead: %s", f->instead);
    cli_text(buf_view(&line), b);
    buf_chr(b, '\n');
}

static void put_sum(struct buf *b, const struct import *x)
{
    size_t n[4] = {0};
    for (size_t i = 0; i < x->findings.n; i++)
        n[x->findings.at[i].verdict]++;
    AUTO(buf_free) struct buf line = {0};
    buf_fmt(&line, "%s: %zu run%s, %zu with a note, %zu rewritten, %zu do%s not run here", x->file, n[IMPORT_RUNS],
            n[IMPORT_RUNS] == 1 ? "s" : "", n[IMPORT_NOTE], n[IMPORT_REWRITTEN], n[IMPORT_REFUSED],
            n[IMPORT_REFUSED] == 1 ? "es" : "");
    cli_text(buf_view(&line), b);
    buf_chr(b, '\n');
}

static int print_outputs(const struct import *x)
{
    AUTO(buf_free) struct buf b = {0};
    for (size_t k = 0; k < x->outputs.n; k++) {
        const struct import_output *o = &x->outputs.at[k];
        if (x->outputs.n > 1)
            buf_fmt(&b, "%s# ---- %s ----\n", k ? "\n" : "", o->name);
        /* What is secret goes into a file or nowhere. */
        if (o->mode & 077)
            buf_sv(&b, o->text);
        else
            buf_str(&b, "# a secret: -o DIR writes it\n");
    }
    return cli_print(&b);
}

int import_print_text(const struct import *x, size_t n, const char *dir, enum import_shown shown)
{
    AUTO(buf_free) struct buf b = {0};
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < x[i].findings.n; k++)
            if (shown == SHOWN_ALL || x[i].findings.at[k].verdict == IMPORT_REFUSED)
                put_finding(&b, &x[i], &x[i].findings.at[k]);
        if (shown == SHOWN_ALL)
            put_sum(&b, &x[i]);
        for (size_t k = 0; dir && shown == SHOWN_ALL && k < x[i].outputs.n; k++)
            buf_fmt(&b, "wrote %s/%s\n", dir, x[i].outputs.at[k].name);
    }
    if (dir)
        return cli_print(&b);
    if (b.n)
        fputs(b.p, stderr);
    return print_outputs(&x[0]);
}

static void json_finding(struct jout *j, const struct import_finding *f)
{
    jout_open(j, '{');
    jout_kint(j, "line", f->at.line);
    jout_kint(j, "column", f->at.col);
    jout_kstrz(j, "verdict", import_verdict_name[f->verdict]);
    jout_kstrz(j, "code", f->code);
    jout_kstrz(j, "text", f->text);
    jout_kstrz(j, "instead", f->instead);
    jout_close(j, '}');
}

static void json_file(struct jout *j, const struct import *x, const char *dir)
{
    jout_open(j, '{');
    jout_kstrz(j, "file", x->file);
    jout_kstrz(j, "kind", x->kind == IMPORT_HOOKS ? "hooks" : "workflow");
    jout_kbool(j, "runs", import_runs(x));
    jout_key(j, "findings");
    jout_open(j, '[');
    for (size_t i = 0; i < x->findings.n; i++)
        json_finding(j, &x->findings.at[i]);
    jout_close(j, ']');
    jout_key(j, "outputs");
    jout_open(j, '[');
    for (size_t i = 0; i < x->outputs.n; i++) {
        const struct import_output *o = &x->outputs.at[i];
        jout_open(j, '{');
        jout_kstrz(j, "name", o->name);
        jout_kstr(j, "text", dir || !(o->mode & 077) ? SV_NONE : o->text);
        jout_close(j, '}');
    }
    jout_close(j, ']');
    jout_close(j, '}');
}

int import_print_json(const struct import *x, size_t n, const char *dir)
{
    AUTO(buf_free) struct buf b = {0};
    struct jout j = {.buf = &b};
    jout_open(&j, '{');
    jout_kint(&j, "schema", 1);
    jout_key(&j, "files");
    jout_open(&j, '[');
    for (size_t i = 0; i < n; i++)
        json_file(&j, &x[i], dir);
    jout_close(&j, ']');
    jout_close(&j, '}');
    buf_chr(&b, '\n');
    return cli_print(&b);
}
