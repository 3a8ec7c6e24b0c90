/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/texts_made.h"

/* 200 jobs, and others that need all of them. */
void made_needs(struct buf *out, size_t bytes)
{
    enum { NEEDED = 200, JOBS = 256 };
    buf_str(out, HEAD);
    for (int i = 0; i < NEEDED; i++)
        buf_fmt(out, "  p%d: {steps: [{run: x}]}\n", i);
    for (int k = NEEDED; k < JOBS; k++) {
        buf_fmt(out, "  j%d:\n    steps: [{run: x}]\n    needs:\n      - p0\n", k);
        for (int i = 1; i < NEEDED && out->n + 80 < bytes * (size_t)(k + 1 - NEEDED) / (JOBS - NEEDED); i++)
            buf_fmt(out, "      - p%d # %060d\n", i, i);
    }
}

/* Variables with as much of one expression as fits. */
static void with_expressions(struct buf *out, size_t bytes, const char *indent, const char *expression)
{
    enum { EACH = 60000 };
    buf_fmt(out, "%senv:\n", indent);
    for (int i = 0; out->n + EACH + 200 < bytes; i++) {
        buf_fmt(out, "%s  N%d: >-\n", indent, i);
        for (size_t end = out->n + EACH; out->n < end;)
            buf_fmt(out, "%s    ${{%s}}\n", indent, expression);
    }
}

/* A job that needs many others, and reads of the last. */
void made_needs_read(struct buf *out, size_t bytes)
{
    buf_str(out, HEAD);
    for (int i = 0; i < 200; i++)
        buf_fmt(out, "  p%d: {outputs: {x: y}, steps: [{run: x}]}\n", i);
    buf_str(out, "  j:\n    steps: [{run: x}]\n    needs: [p0");
    for (int i = 1; i < 200; i++)
        buf_fmt(out, ", p%d", i);
    buf_str(out, "]\n");
    with_expressions(out, bytes, "    ", "needs.P199.outputs.X");
}

void made_steps_many(struct buf *out, size_t bytes)
{
    buf_str(out, HEAD "  j:\n    steps:\n");
    for (int i = 0; i < 254; i++)
        buf_fmt(out, "      - {run: x, id: s%d}\n", i);
    buf_str(out, "      - run: x\n");
    with_expressions(out, bytes, "        ", "steps.S253.outputs.X");
}

void made_inputs_read(struct buf *out, size_t bytes)
{
    buf_str(out, "on:\n  workflow_dispatch:\n    inputs:\n");
    for (int i = 0; i < 100; i++)
        buf_fmt(out, "      i%d: {default: x}\n", i);
    buf_str(out, "jobs:\n  j:\n    steps: [{run: x}]\n");
    with_expressions(out, bytes, "    ", "inputs.I99");
}

/* It calls itself from each job, with inputs that it does not have. */
void made_self_calls(struct buf *out, size_t bytes)
{
    enum { JOBS = 250, GIVEN = 190 };
    buf_str(out, "name: b\non:\n  workflow_call:\n    inputs:\n");
    for (int i = 0; i < 100; i++)
        buf_fmt(out, "      i%d: {type: string, required: true}\n", i);
    buf_str(out, "permissions: write-all\njobs:\n  j0: {uses: b}\n");
    for (size_t k = 1; k < JOBS; k++) {
        buf_fmt(out, "  j%zu:\n    uses: b\n    permissions: {contents: read}\n    needs: j0\n", k);
        buf_str(out, "    with:\n      a: b\n");
        for (int i = 0; i < GIVEN && out->n + 80 < (k + 1) * bytes / JOBS; i++)
            buf_fmt(out, "      n%d: ${{needs.j0.outputs.x}}\n", i);
    }
}

/* One text whose problems are all at its end. */
void made_faults_late(struct buf *out, size_t bytes)
{
    buf_str(out, HEAD "  a:\n    steps: [{run: x}]\n    env:\n      V: >\n");
    while (out->n + 8000 < bytes)
        buf_str(out, "        words of a text that goes on and on\n");
    while (out->n + 40 < bytes)
        buf_str(out, "        ${{ a b }}\n");
}

/* Every job needs every other one. */
void made_circle(struct buf *out, size_t bytes)
{
    size_t n = 2;
    while (n < 256 && n * n * 8 + n * 50 + 100 < bytes)
        n++;
    buf_str(out, HEAD);
    for (size_t k = 0; k < n; k++) {
        buf_fmt(out, "  j%zu:\n    steps: [{run: x}]\n    needs: [j%zu", k, (k + 1) % n);
        for (size_t i = 0; i < n; i++)
            if (i != k && i != (k + 1) % n)
                buf_fmt(out, ", j%zu", i);
        buf_str(out, "]\n");
    }
}

/* A mapping with as much text as fits, and 99 aliases of it. */
static void with_aliases(struct buf *out, size_t bytes, size_t entries, const char *value)
{
    size_t each = bytes / entries, n = strlen(value);
    buf_str(out, HEAD "  a:\n    env: &e\n");
    for (size_t i = 0; i < entries && out->n + each + 3000 < bytes; i++) {
        buf_fmt(out, "      V%zu: ", i);
        for (size_t k = 40; k + n < each; k += n)
            buf_str(out, value);
        buf_str(out, value);
        buf_chr(out, '\n');
    }
    buf_str(out, "    steps:\n");
    for (size_t i = 0; i < 99; i++)
        buf_str(out, "      - {run: x, env: *e}\n");
}

void made_aliases(struct buf *out, size_t bytes)
{
    with_aliases(out, bytes, 480, "x");
}

void made_alias_text(struct buf *out, size_t bytes)
{
    with_aliases(out, bytes, bytes / 60000 + 1, "${{github.ref}}");
}

static const char *const filters[] = {"branches", "tags", "paths", "authors"};

static void each_filter(struct buf *out, size_t bytes, void (*list)(struct buf *out, size_t bytes))
{
    static const char *const events[] = {"push", "pull_request", "pull_request_review"};
    size_t lists = 9, each = (bytes - 400) / lists;
    buf_str(out, "on:\n");
    for (size_t i = 0; i < ARRAY_LEN(events); i++) {
        buf_fmt(out, "  %s:\n", events[i]);
        for (size_t k = 0; k < ARRAY_LEN(filters); k++)
            if (i == 0 || k == 0 || k == 3 || (i == 1 && k == 2)) {
                buf_fmt(out, "    %s:\n", filters[k]);
                list(out, each);
            }
    }
    buf_str(out, "jobs: {a: {steps: [{run: x}]}}\n");
}

static void patterns(struct buf *out, size_t bytes)
{
    size_t end = out->n + bytes, each = bytes / 1000 > 200 ? 200 : bytes / 1000;
    for (int i = 0; i < 1000 && out->n + each + 40 < end; i++)
        buf_fmt(out, "      - 'a%d/**/%0*d*.c'\n", i, (int)each, i);
}

/* Names without wildcards, and patterns that take away and go through all of a name before they fail. */
static void taken(struct buf *out, size_t bytes)
{
    size_t end = out->n + bytes, n = bytes / 520 < 32 ? bytes / 520 : 32; /* more than 64 are not looked at */
    for (size_t i = 0; i < n && out->n + 270 < end; i++) {
        buf_str(out, "      - ");
        for (size_t k = 0; k < 245; k++)
            buf_chr(out, 'a');
        buf_fmt(out, "%zu\n", i);
    }
    for (size_t i = 0; i < n && out->n + 270 < end; i++) {
        buf_str(out, "      - '!");
        for (size_t k = 0; k < 100; k++)
            buf_str(out, "a+");
        buf_fmt(out, "%zu[a-z]'\n", i);
    }
}

void made_filters(struct buf *out, size_t bytes)
{
    each_filter(out, bytes, patterns);
}

void made_taken(struct buf *out, size_t bytes)
{
    each_filter(out, bytes, taken);
}

/* As deep as it goes, again and again. */
void made_json_deep(struct buf *out, size_t bytes)
{
    enum { DEPTH = 30 };
    buf_chr(out, '[');
    while (out->n + 4 * DEPTH < bytes) {
        buf_str(out, out->n > 1 ? "," : "");
        for (int i = 0; i < DEPTH; i++)
            buf_chr(out, '[');
        for (int i = 0; i < DEPTH; i++)
            buf_chr(out, ']');
    }
    buf_chr(out, ']');
}
