/* SPDX-License-Identifier: Apache-2.0 */
/* Pictures of runs: well-formed whatever the names are, and nothing of a name is markup. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include <stdio.h>
#include "fmt/json.h"
#include "server/api/badge.h"
#include "server/api/run_graph.h"
#include "server/api/svg.h"

/* Names of strangers; none of it may come out as it went in. */
static const char *const hostile[] = {
    "<script>alert(1)</script>",
    "</title></svg><script>alert(1)</script>",
    "\"><image href=\"https://evil.example/x\" onerror='x'/>",
    "]]>&lt;&#60;&xxe;<!--",
    "\xe2\x80\xae"
    "cba\xe2\x81\xa6\xe2\x80\x8f", /* overrides of the direction */
    "a\033[31mb\x01\x7f\xc2\x9b"
    "c",
    "\xff\xfe\xc3(\xed\xa0\x80\xf4\x90\x80\x80", /* no UTF-8 */
    "\xef\xbf\xbf\xef\xbf\xbe\xef\xbb\xbf",      /* no characters of XML */
    "${{ secrets.X }} %s %n %d",
    "",
};

/* A strict reader of the little XML that is written: every element closed in order, every attribute quoted, no
 * character that XML forbids, no entity but the five. NULL = well-formed, else what is left. */
static const char *first_fault(const char *p)
{
    const char *open[64];
    size_t n = 0;
    while (*p) {
        if (*p == '&' && strncmp(p, "&amp;", 5) && strncmp(p, "&lt;", 4) && strncmp(p, "&gt;", 4) &&
            strncmp(p, "&quot;", 6) && strncmp(p, "&#39;", 5))
            return p;
        if ((unsigned char)*p < ' ' && *p != '\n')
            return p;
        if (*p != '<') {
            p++;
            continue;
        }
        const char *start = p++;
        bool end = *p == '/';
        const char *name = end ? ++p : p;
        while ((*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z'))
            p++;
        size_t length = (size_t)(p - name);
        if (!length || (end && (n == 0 || strncmp(open[n - 1], name, length) != 0 || *p != '>')))
            return start;
        if (end) {
            n--;
            p++;
            continue;
        }
        while (*p == ' ') {
            p += strcspn(p, "=<>");
            if (p[0] != '=' || p[1] != '"')
                return start;
            p += 2 + strcspn(p + 2, "\"<");
            if (*p++ != '"')
                return start;
        }
        bool empty = *p == '/';
        p += empty;
        if (*p++ != '>' || n == 64)
            return start;
        if (!empty)
            open[n++] = name;
    }
    return n ? "something is not closed" : NULL;
}

static void must_be_harmless(const struct buf *b)
{
    static const char *const never[] = {"<script",      "<image",       "<foreignObject", "onerror=\"",
                                        "\xe2\x80\xae", "\xe2\x80\x8f", "\xe2\x81\xa6",   "\xef\xbf\xbf",
                                        "\xef\xbb\xbf", "\x7f"};
    const char *fault = first_fault(b->p);
    if (fault)
        fail_msg("not well-formed: %.60s", fault);
    assert_true(sv_bad_utf8(buf_view(b)) < 0);
    for (size_t i = 0; i < ARRAY_LEN(never); i++)
        if (strstr(b->p, never[i]))
            fail_msg("it has %s", never[i]);
}

struct made {
    struct arena a;
    struct run run;
};

static struct job *add_job(struct made *m, const char *key, const char *need)
{
    struct job *j = arena_new(&m->a, sizeof *j);
    j->id = (int64_t)m->run.n_jobs + 100;
    j->key = j->name = key;
    j->state = WORK_DONE;
    j->conclusion = CONC_SUCCESS;
    j->started_at = 1000;
    j->ended_at = 3500;
    j->needs = arena_new(&m->a, sizeof *j->needs);
    if (need)
        j->needs[j->n_needs++] = need;
    if (!m->run.jobs)
        m->run.jobs = arena_new(&m->a, 1000 * sizeof(struct job *));
    m->run.jobs[m->run.n_jobs++] = j;
    return j;
}

static struct made made_run(const char *name)
{
    return (struct made){.run = {.id = 1, .workflow = name, .name = name, .number = 7, .state = WORK_RUNNING}};
}

static void names_of_strangers_stay_text_in_graphs(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(hostile); i++) {
        AUTO(buf_free) struct buf out = {0};
        struct made m = made_run(hostile[i]);
        add_job(&m, hostile[i], NULL)->detail = hostile[i];
        add_job(&m, "b", hostile[i])->conclusion = CONC_FAILURE;
        run_graph_svg(&m.run, 5000, &out);
        must_be_harmless(&out);
        arena_free(&m.a);
    }
    AUTO(buf_free) struct buf out = {0};
    AUTO(buf_free) struct buf huge = {0};
    for (int i = 0; i < 1 << 20; i++)
        buf_chr(&huge, '<');
    struct made m = made_run(huge.p);
    add_job(&m, huge.p, NULL);
    run_graph_svg(&m.run, 5000, &out);
    must_be_harmless(&out);
    assert_true(out.n < 10000);
    arena_free(&m.a);
}

static void names_of_strangers_stay_text_in_badges(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(hostile); i++) {
        for (int c = 0; c < CONC_N; c++) {
            AUTO(buf_free) struct buf out = {0};
            badge_svg(sv_of(hostile[i]), (enum conclusion)c, &out);
            must_be_harmless(&out);
        }
    }
}

static size_t count(const struct buf *b, const char *what)
{
    size_t n = 0;
    for (const char *p = b->p; (p = strstr(p, what)); p++)
        n++;
    return n;
}

static void a_graph_shows_states_times_and_the_critical_path(void **state)
{
    (void)state;
    AUTO(buf_free) struct buf out = {0};
    struct made m = made_run("ship");
    add_job(&m, "build", NULL);
    add_job(&m, "quick", "build")->ended_at = 1100;
    struct job *slow = add_job(&m, "slow", "build"), *last = add_job(&m, "last", "slow");
    slow->state = WORK_RUNNING;
    slow->conclusion = CONC_NONE;
    slow->ended_at = 0;
    last->state = WORK_WAITING;
    last->conclusion = CONC_NONE;
    last->started_at = last->ended_at = 0;
    last->hold = HOLD_APPROVAL;
    run_graph_svg(&m.run, 76000, &out);
    assert_non_null(strstr(out.p, "ship #7: running"));
    assert_non_null(strstr(out.p, "<title>build: success · 2.5 s</title>"));
    assert_non_null(strstr(out.p, "<title>slow: running · 1 m 15 s</title>"));
    assert_non_null(strstr(out.p, "<title>last: waiting, approval</title>"));
    assert_int_equal(count(&out, "<path"), 3);
    assert_int_equal(count(&out, "<path class=\"c\""), 2); /* build, slow, last */
    assert_non_null(strstr(out.p, "class=\"good\"><title>quick"));
    assert_non_null(strstr(out.p, "class=\"run c\"><title>slow"));
    arena_free(&m.a);
}

static int64_t number_of(const struct jval *x, const char *key)
{
    int64_t n = -1;
    assert_true(jval_int(jval_get(x, key), &n));
    return n;
}

static void the_json_of_a_graph_has_the_same_places(void **state)
{
    (void)state;
    AUTO(buf_free) struct buf out = {0}, svg = {0};
    AUTO(jdoc_free) struct jdoc *doc = NULL;
    struct err e = {0};
    struct made m = made_run("ship");
    add_job(&m, "build", NULL)->repo_id = "github:acme/api";
    add_job(&m, "quick", "build")->ended_at = 1100;
    struct job *slow = add_job(&m, "slow", "build");
    slow->state = WORK_RUNNING;
    slow->conclusion = CONC_NONE;
    slow->ended_at = 0;
    slow->estimate_ms = 90000;
    run_graph_svg(&m.run, 11000, &svg);
    run_graph_json(&m.run, 11000, &out);
    assert_int_equal(jdoc_parse(buf_view(&out), NULL, &doc, &e), 0);
    const struct jval *root = jdoc_root(doc), *boxes = jval_get(root, "boxes"), *edges = jval_get(root, "edges");
    assert_int_equal(number_of(root, "critical_ms"), 92500); /* 2.5 s were, and what the file says of the other */
    assert_int_equal(jval_len(boxes), 3);
    assert_int_equal(jval_len(edges), 2);
    for (size_t i = 0; i < 3; i++) {
        const struct jval *x = jval_item(boxes, i);
        char place[80]; /* the picture has a title above */
        snprintf(place, sizeof place, "<svg x=\"%lld\" y=\"%lld\"", (long long)number_of(x, "x"),
                 (long long)number_of(x, "y") + 30);
        assert_non_null(strstr(svg.p, place));
    }
    assert_int_equal(number_of(jval_item(boxes, 2), "ms"), 10000);
    const struct jval *last = jval_item(edges, 1), *points = jval_get(last, "points");
    assert_true(sv_is(jval_str(jval_get(last, "to")), "slow"));
    assert_true(jval_true(jval_get(last, "critical")));
    assert_int_equal(jval_len(points), 4);
    arena_free(&m.a);
}

static void a_matrix_is_one_box_and_a_call_those_of_its_jobs(void **state)
{
    (void)state;
    AUTO(buf_free) struct buf out = {0};
    struct made m = made_run("ci");
    struct job *matrix = add_job(&m, "test", NULL), *call = add_job(&m, "ship", "test");
    matrix->kind = JOB_MATRIX;
    call->kind = JOB_CALL;
    add_job(&m, "test (1)", NULL)->parent_id = matrix->id;
    struct job *leg = add_job(&m, "test (2)", NULL);
    leg->parent_id = matrix->id;
    leg->state = WORK_RUNNING;
    add_job(&m, "ship / a", NULL)->parent_id = call->id;
    add_job(&m, "ship / b", "ship / a")->parent_id = call->id;
    add_job(&m, "after", "ship");
    run_graph_svg(&m.run, 5000, &out);
    assert_int_equal(count(&out, "<rect"), 4);
    assert_int_equal(count(&out, "<path"), 3); /* test, ship / a, ship / b, after: one behind the other */
    assert_non_null(strstr(out.p, "1 of 2 done"));
    assert_null(strstr(out.p, "test (1)"));
    arena_free(&m.a);
}

static void very_many_jobs_and_none_are_drawn_too(void **state)
{
    (void)state;
    AUTO(buf_free) struct buf out = {0};
    struct made m = made_run("wide");
    run_graph_svg(&m.run, 5000, &out);
    must_be_harmless(&out);
    buf_clear(&out);
    for (int i = 0; i < 600; i++)
        add_job(&m, arena_fmt(&m.a, "j%d", i), i ? arena_fmt(&m.a, "j%d", i / 2) : "j0");
    run_graph_svg(&m.run, 5000, &out);
    must_be_harmless(&out);
    assert_int_equal(count(&out, "<rect"), 500);
    assert_non_null(strstr(out.p, "100 more jobs are not drawn"));
    arena_free(&m.a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_of_strangers_stay_text_in_graphs),
        cmocka_unit_test(names_of_strangers_stay_text_in_badges),
        cmocka_unit_test(a_graph_shows_states_times_and_the_critical_path),
        cmocka_unit_test(the_json_of_a_graph_has_the_same_places),
        cmocka_unit_test(a_matrix_is_one_box_and_a_call_those_of_its_jobs),
        cmocka_unit_test(very_many_jobs_and_none_are_drawn_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
