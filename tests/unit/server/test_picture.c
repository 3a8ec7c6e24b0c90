/* SPDX-License-Identifier: Apache-2.0 */
/* What `runs watch` and `top` draw. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include "server/cli/picture.h"

static const char run_text[] =
    "{\"id\":\"0a\",\"name\":\"big\",\"event\":\"push\",\"state\":\"running\",\"conclusion\":null,"
    "\"created_at\":\"2026-11-30T12:00:00.000Z\",\"started_at\":null,\"ended_at\":null,\"jobs\":["
    "{\"id\":\"1\",\"parent\":null,\"key\":\"lint\",\"name\":\"lint\",\"needs\":[],\"state\":\"done\",\"conclusion\":"
    "\"success\",\"started_at\":\"2026-11-30T12:00:00.000Z\",\"ended_at\":\"2026-11-30T12:00:03.000Z\",\"steps\":[]},"
    "{\"id\":\"2\",\"parent\":null,\"key\":\"build\",\"name\":\"build\",\"needs\":[\"lint\"],\"state\":\"running\","
    "\"conclusion\":null,\"started_at\":\"2026-11-30T12:00:03.000Z\",\"ended_at\":null,\"steps\":[]},"
    "{\"id\":\"3\",\"parent\":null,\"key\":\"docs\",\"name\":\"docs\",\"needs\":[],\"state\":\"done\",\"conclusion\":"
    "\"failure\",\"detail\":\"spell: exit code 1\\u001b[2J\",\"started_at\":\"2026-11-30T12:00:00.000Z\",\"ended_at\":"
    "\"2026-11-30T12:01:01.000Z\",\"steps\":[]},"
    "{\"id\":\"4\",\"parent\":null,\"key\":\"ship\",\"name\":\"ship\",\"needs\":[\"build\",\"docs\"],\"state\":"
    "\"waiting\",\"conclusion\":null,\"hold\":\"approval\",\"hold_until\":null,\"steps\":[]},"
    "{\"id\":\"5\",\"kind\":\"steps\",\"parent\":\"2\",\"key\":\"build (a)\",\"name\":\"build "
    "(a)\",\"needs\":[],\"state\":\"running\","
    "\"conclusion\":null,\"started_at\":\"2026-11-30T12:00:03.000Z\",\"steps\":[{\"name\":\"make\",\"state\":\"done\","
    "\"conclusion\":\"success\"},{\"name\":\"make test\",\"state\":\"running\",\"conclusion\":null}]},"
    "{\"id\":\"6\",\"parent\":\"2\",\"key\":\"build (b)\",\"name\":\"build (b)\",\"needs\":[],\"state\":\"ready\","
    "\"conclusion\":null,\"started_at\":null,\"steps\":[]}],"
    "\"approvals\":[{\"state\":\"asked\",\"question\":\"Ship it?\"}]}";

static const char run_lines[] = "0a  big  push                                                   running  1m 05s\n"
                                "\n"
                                "✓ lint               success        3s\n"
                                "└─ ● build           running    1m 02s\n"
                                "   ┊ ● build (a)     running    1m 02s  2/2 make test\n"
                                "   ┊ ◌ build (b)     ready              waits for its turn\n"
                                "   └─ ○ ship + docs  waiting            waits: approval\n"
                                "✗ docs               failure    1m 01s  spell: exit code 1\\x1b[2J\n"
                                "it asks: Ship it?  (fettle runs approve 0a)\n";

static struct jdoc *doc_of(const char *text)
{
    struct jdoc *d = NULL;
    struct err e = {0};
    if (jdoc_parse(sv_of(text), NULL, &d, &e) < 0)
        fail_msg("%s", e.msg);
    return d;
}

static msec_t noon_and(msec_t more)
{
    msec_t at;
    assert_true(when_parse(SV("2026-11-30T12:00:00.000Z"), &at));
    return at + more;
}

static void draw(const char *text, struct screen_size size, enum graph_signs signs, struct buf *b)
{
    struct jdoc *d = doc_of(text);
    struct picture p = {.size = size, .now = noon_and(65000), .signs = signs, .out = b};
    picture_run(&p, jdoc_root(d));
    jdoc_free(&d);
}

static size_t lines_in(const struct buf *b)
{
    size_t n = 0;
    for (size_t i = 0; i < b->n; i++)
        n += b->p[i] == '\n';
    return n;
}

static void a_run_is_a_graph_with_states_and_times(void **state)
{
    (void)state;
    AUTO(buf_free) struct buf b = {0};
    draw(run_text, (struct screen_size){24, 80}, GRAPH_LINES, &b);
    assert_string_equal(b.p, run_lines);
}

static void where_there_is_no_utf8_signs_are_ascii(void **state)
{
    (void)state;
    AUTO(buf_free) struct buf b = {0};
    draw(run_text, (struct screen_size){24, 80}, GRAPH_ASCII, &b);
    for (size_t i = 0; i < b.n; i++)
        assert_true((unsigned char)b.p[i] < 0x80);
    assert_non_null(strstr(b.p, "\n`- * build"));
    assert_non_null(strstr(b.p, "\n   : * build (a)"));
}

static void no_line_is_wider_than_the_screen(void **state)
{
    (void)state;
    for (int columns = 20; columns < 120; columns++) {
        AUTO(buf_free) struct buf b = {0};
        draw(run_text, (struct screen_size){24, columns}, GRAPH_ASCII, &b);
        struct sv rest = buf_view(&b), line;
        while (rest.n && sv_next(&rest, '\n', &line)) {
            size_t n = 0;
            for (size_t i = 0; i < line.n; i++) /* "…" is one column */
                n += ((unsigned char)line.p[i] & 0xc0) != 0x80;
            if (columns >= 40 && n >= (size_t)columns)
                fail_msg("%d columns: %.*s", columns, SV_ARG(line));
        }
    }
}

/* 100 legs that are done and one that failed: it is seen on ten lines. */
static void what_is_well_is_left_out_first(void **state)
{
    (void)state;
    AUTO(buf_free) struct buf text = {0}, b = {0};
    buf_str(&text, "{\"id\":\"0a\",\"state\":\"running\",\"jobs\":[");
    for (int i = 0; i < 100; i++)
        buf_fmt(&text, "{\"id\":\"%d\",\"key\":\"leg %d\",\"needs\":[],\"state\":\"done\",\"conclusion\":\"%s\"},", i,
                i, i == 77 ? "failure" : "success");
    buf_str(&text, "{\"id\":\"x\",\"key\":\"last\",\"needs\":[\"leg 3\"],\"state\":\"running\"}]}");
    draw(text.p, (struct screen_size){10, 80}, GRAPH_ASCII, &b);
    assert_true(lines_in(&b) < 10);
    assert_non_null(strstr(b.p, "x leg 77"));
    assert_non_null(strstr(b.p, "* last"));
    assert_non_null(strstr(b.p, "96 more: 96 done\n"));
}

static void a_server_is_health_slots_jobs_and_forges(void **state)
{
    (void)state;
    AUTO(buf_free) struct buf b = {0};
    struct jdoc *stats =
                    doc_of("{\"version\":\"1.0\",\"ready\":true,\"store\":\"writable\",\"draining\":false,"
                           "\"ready_at\":\"2026-11-30T11:00:00.000Z\",\"runs\":2,\"slots\":4,\"slots_busy\":2,"
                           "\"effects\":1,\"forges\":[{\"forge\":\"github\",\"waiting\":3,\"in_flight\":1,"
                           "\"rest_s\":60,\"breaker\":\"open\",\"budgets\":[{\"limit\":\"hour\",\"left\":12,\"of\":"
                           "5000}]}]}"),
                *queue = doc_of("{\"paused\":true,\"waiting\":1,\"jobs\":[{\"run\":\"0b\",\"workflow\":\"ci\",\"key\":"
                                "\"test\",\"priority\":\"high\",\"why\":\"waits for a slot\"}]}"),
                *run = doc_of(run_text);
    const struct jval *runs[] = {jdoc_root(run)};
    struct picture p = {.size = {24, 80}, .now = noon_and(65000), .signs = GRAPH_ASCII, .out = &b};
    struct overview o = {.stats = jdoc_root(stats), .queue = jdoc_root(queue), .runs = runs, .n_runs = 1};
    picture_server(&p, &o);
    assert_string_equal(b.p, "fettle 1.0  ready  up 1h 01m\n"
                             "slots [##..] 2 of 4   2 runs open   1 waiting (paused)   1 effects\n"
                             "\n"
                             "RUNNING\n"
                             "0a                            build (a)             1m 02s  make test\n"
                             "\n"
                             "WAITING\n"
                             "0b             ci             test                    high  waits for a slot\n"
                             "\n"
                             "FORGES   calls that may go at once\n"
                             "github         hour 12/5000  1 calls under way  3 wait  rests 60s  not reached…\n");
    jdoc_free(&stats);
    jdoc_free(&queue);
    jdoc_free(&run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_run_is_a_graph_with_states_and_times),
        cmocka_unit_test(where_there_is_no_utf8_signs_are_ascii),
        cmocka_unit_test(no_line_is_wider_than_the_screen),
        cmocka_unit_test(what_is_well_is_left_out_first),
        cmocka_unit_test(a_server_is_health_slots_jobs_and_forges),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
