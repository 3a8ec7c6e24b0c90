/* SPDX-License-Identifier: Apache-2.0 */
/* Live events over real sockets and a real store; of an intake thread there is only what they ask of it. */
#include "metrics/metrics.h"
#include "server/events.h"
#include "unit/http/dial.h"
#include "unit/store/desk.h"

struct intake {
    struct app app;
    struct conf conf;
    struct reader *reader;
    struct events *events;
    int connections;
};
static struct rig rig = {.conf = {.per_address = 1000}};
static struct desk desk;
static struct intake here = {.connections = 100, .conf = {.limits = {.viewers = 10, .per_address = 100}}};

struct reader *intake_reader(struct intake *i)
{
    return i->reader;
}
struct app *intake_app(struct intake *i)
{
    return &i->app;
}
const struct conf *intake_conf_of(const struct intake *i)
{
    return &i->conf;
}
int intake_connections(const struct intake *i)
{
    return i->connections;
}
struct loop *intake_loop(const struct intake *i)
{
    (void)i;
    return rig.loop;
}

/* ---- the server's side ---- */

static void on_stream(struct rig *r, struct http_req *q)
{
    long long run = 0, after = -1;
    struct viewer_wish w;
    AUTO(buf_free) struct buf query = {0};
    (void)r;
    buf_sv(&query, http_req_head(q)->query);
    if (query.n && sscanf(query.p, "run=%lld&after=%lld", &run, &after) < 1)
        abort();
    w = (struct viewer_wish){.run = run, .after = after};
    enum viewer_verdict verdict = events_open(here.events, q, &w);
    if (verdict != VIEWER_WELCOME)
        http_req_answer(q, 500 + (int)verdict, "text/plain", "", SV("no"));
}

static void make(struct rig *r)
{
    (void)r;
    struct err e = {0};
    OK(reader_open(desk.path, &here.reader, &e));
    here.events = events_new(&here);
}

static void unmake(struct rig *r)
{
    (void)r;
    events_free(&here.events);
    reader_close(&here.reader);
}

static void grew(struct rig *r)
{
    (void)r;
    events_grew(here.events);
}

static void nudge(void)
{
    if (events_nudge(here.events))
        rig_do(&rig, grew);
}

/* ---- what happens ---- */

static void write_rows(int n, int64_t run, const char *cause)
{
    struct change_set *cs = change_set_new();
    for (int i = 0; i < n; i++)
        change_add(cs, CHANGE_JOURNAL)->journal = (struct journal){
            .at = 1, .kind = "run", .ref_id = 7, .run_id = run, .to = "done", .cause = arena_strdup(&cs->arena, cause)};
    assert_int_equal(desk_commit(&desk, cs), 0);
    nudge();
}

static void forget(const char *where)
{
    sqlite3 *h;
    AUTO(buf_free) struct buf b = {0};
    assert_int_equal(sqlite3_open(desk.path, &h), SQLITE_OK);
    sqlite3_busy_timeout(h, 5000);
    buf_fmt(&b, "DELETE FROM journal WHERE %s", where);
    assert_int_equal(sqlite3_exec(h, b.p, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(h);
}

/* ---- the client's side ---- */

static struct dial follow_by(int kind, const char *query)
{
    struct dial d = kind == 0 ? dial_tcp(rig.http) : kind == 1 ? dial_tls(rig.https, 0) : dial_unix(rig.sock);
    AUTO(buf_free) struct buf b = {0};
    buf_fmt(&b, "GET /stream/x?%s HTTP/1.0\r\n\r\n", query); /* without chunks */
    assert_int_equal(dial_ask(&d, b.p).status, 200);
    while (sv_find(buf_view(&d.got), SV("event: hello")) < 0) /* from then on it is counted */
        assert_true(dial_more(&d) > 0);
    return d;
}

static struct dial follow(const char *query)
{
    return follow_by(2, query);
}

/* The next event, without comments, as "name id"; "" = none came. */
static const char *next(struct dial *d)
{
    static char ret[64];
    long long id = 0;
    for (;;) {
        ptrdiff_t end;
        while ((end = sv_find(buf_view(&d->got), SV("\n\n"))) < 0)
            if (dial_more(d) <= 0)
                return "";
        AUTO(buf_free) struct buf block = {0};
        buf_sv(&block, sv_cut(buf_view(&d->got), (size_t)end));
        dial_drop(d, (size_t)end + 2);
        char name[16] = "";
        const char *at = strstr(block.p, "id: ");
        if (!at || sscanf(at, "id: %lld\nevent: %15s", &id, name) != 2)
            continue;
        snprintf(ret, sizeof ret, "%s %lld", name, id);
        return ret;
    }
}

static void hears(struct dial *d, const char *name, int64_t from, int64_t to)
{
    for (int64_t id = from; id <= to; id++) {
        char want[64];
        snprintf(want, sizeof want, "%s %lld", name, (long long)id);
        assert_string_equal(next(d), want);
    }
}

static void leave(struct dial *d)
{
    int before = here.app.viewers;
    dial_end(d);
    for (int i = 0; i < 400 && here.app.viewers == before; i++)
        clk_sleep_ms(5);
    assert_true(here.app.viewers < before);
}

/* ---- tests: each goes on with the journal of those before ---- */

static int64_t rows; /* there are */

static void what_is_stored_is_told_to_all_in_its_order(void **state)
{
    (void)state;
    struct dial d[3];
    for (int kind = 0; kind < 3; kind++) {
        d[kind] = follow_by(kind, "");
        hears(&d[kind], "hello", 0, 0);
    }
    for (int i = 0; i < 4; i++)
        write_rows(5, 1000 + i % 2, "x");
    rows = 20;
    for (int kind = 0; kind < 3; kind++)
        hears(&d[kind], "journal", 1, rows);
    assert_int_equal(metric_value(M_VIEWERS, NULL), 3);
    for (int i = 0; i < 400 && metric_value(M_VIEWER_EVENTS, NULL) != 3 * rows; i++)
        clk_sleep_ms(5); /* counted when all have it */
    assert_int_equal(metric_value(M_VIEWER_EVENTS, NULL), 3 * rows);
    for (int kind = 0; kind < 3; kind++)
        leave(&d[kind]);
    assert_int_equal(metric_value(M_VIEWERS, NULL), 0);
}

static void who_comes_back_goes_on_behind_what_was_seen(void **state)
{
    (void)state;
    struct dial first = follow(""), d = follow("run=0&after=7"), end = follow("run=0&after=20");
    hears(&first, "hello", 20, 20);
    hears(&d, "hello", 7, 7);
    write_rows(3, 1000, "x");
    rows += 3;
    hears(&d, "journal", 8, rows);
    hears(&first, "journal", 21, rows);
    hears(&end, "hello", 20, 20);
    hears(&end, "journal", 21, rows);
    leave(&first);
    leave(&d);
    leave(&end);
}

/* Another thread may have told him more than this one has looked at. */
static void who_is_ahead_of_the_thread_hears_nothing_twice(void **state)
{
    (void)state;
    struct dial first = follow("");
    hears(&first, "hello", rows, rows);
    struct change_set *cs = change_set_new();
    for (int i = 0; i < 4; i++)
        change_add(cs, CHANGE_JOURNAL)->journal = (struct journal){.at = 1, .kind = "run", .to = "done"};
    assert_int_equal(desk_commit(&desk, cs), 0);
    struct dial d = follow("run=0&after=25");
    hears(&d, "hello", 25, 25);
    nudge();
    rows += 4;
    hears(&d, "journal", 26, rows);
    hears(&first, "journal", 24, rows);
    leave(&first);
    leave(&d);
}

static void a_filter_tells_of_one_run_alone(void **state)
{
    (void)state;
    struct dial d = follow("run=1001&after=0"), now = follow("run=1001");
    hears(&d, "hello", 0, 0);
    hears(&d, "journal", 6, 10);
    hears(&d, "journal", 16, 20);
    hears(&now, "hello", rows, rows);
    write_rows(2, 1001, "x");
    write_rows(2, 1000, "x");
    write_rows(1, 1001, "x");
    rows += 5;
    for (int i = 0; i < 2; i++) {
        struct dial *x = i ? &now : &d;
        hears(x, "journal", rows - 4, rows - 3);
        hears(x, "journal", rows, rows);
    }
    leave(&d);
    leave(&now);
    struct dial none = dial_unix(rig.sock);
    assert_int_equal(dial_ask(&none, GET("/stream/x?run=77")).status, 500 + VIEWER_NO_RUN);
    dial_end(&none);
}

static void who_asks_for_what_is_not_kept_is_told(void **state)
{
    (void)state;
    forget("seq BETWEEN 4 AND 6");
    struct dial lost = follow("run=0&after=3"), d = follow("run=0&after=6"), ahead = follow("run=0&after=999");
    hears(&lost, "hello", 3, 3);
    hears(&lost, "reset", rows, rows);
    hears(&d, "hello", 6, 6);
    hears(&d, "journal", 7, rows);
    hears(&ahead, "hello", rows, rows);
    hears(&ahead, "reset", rows, rows);
    /* And they go on. */
    write_rows(1, 1000, "x");
    rows++;
    hears(&lost, "journal", rows, rows);
    hears(&d, "journal", rows, rows);
    hears(&ahead, "journal", rows, rows);
    /* Numbers at the end that are given again. */
    AUTO(buf_free) struct buf b = {0};
    buf_fmt(&b, "seq > %lld", (long long)rows - 3);
    forget(b.p);
    rows -= 3;
    nudge();
    hears(&d, "reset", rows, rows);
    write_rows(1, 1000, "x");
    rows++;
    hears(&d, "journal", rows, rows);
    leave(&lost);
    leave(&d);
    leave(&ahead);
}

static void who_is_too_far_behind_loads_anew_and_who_is_not_gets_all(void **state)
{
    (void)state;
    enum { FAR = 10000 };
    struct dial live = follow("");
    char query[64];
    hears(&live, "hello", rows, rows);
    int64_t before = rows;
    write_rows(FAR + 1, 1000, "x");
    rows += FAR + 1;
    hears(&live, "reset", rows, rows);
    snprintf(query, sizeof query, "run=0&after=%lld", (long long)before);
    struct dial far = follow(query);
    hears(&far, "hello", rows, rows);
    hears(&far, "reset", rows, rows);
    snprintf(query, sizeof query, "run=0&after=%lld", (long long)before + 1);
    struct dial d = follow(query);
    hears(&d, "hello", before + 1, before + 1);
    hears(&d, "journal", before + 2, rows);
    write_rows(1, 1000, "x");
    rows++;
    hears(&d, "journal", rows, rows);
    hears(&live, "journal", rows, rows);
    leave(&live);
    leave(&far);
    leave(&d);
}

static void who_does_not_read_is_sent_away_and_others_hear_all(void **state)
{
    (void)state;
    char cause[2000];
    memset(cause, 'c', sizeof cause);
    cause[sizeof cause - 1] = 0;
    int64_t dropped = metric_value(M_VIEWERS_DROPPED, (const char *const[]){"slow"});
    struct dial slow = follow(""), d = follow("");
    hears(&slow, "hello", rows, rows);
    hears(&d, "hello", rows, rows);
    for (int i = 0; i < 4; i++) {
        write_rows(200, 1000, cause);
        hears(&d, "journal", rows + 1, rows + 200);
        rows += 200;
    }
    assert_int_equal(metric_value(M_VIEWERS_DROPPED, (const char *const[]){"slow"}), dropped + 1);
    assert_int_equal(here.app.viewers, 1);
    /* While one that catches up is only as fast as it reads. */
    char query[64];
    snprintf(query, sizeof query, "run=0&after=%lld", (long long)rows - 800);
    struct dial late = follow(query);
    clk_sleep_ms(100);
    write_rows(1, 1000, "x");
    rows++;
    hears(&d, "journal", rows, rows);
    hears(&late, "hello", rows - 801, rows - 801);
    hears(&late, "journal", rows - 800, rows);
    dial_end(&slow);
    leave(&late);
    leave(&d);
}

static void there_is_a_limit_in_all_and_one_for_an_address(void **state)
{
    (void)state;
    here.conf.limits.per_address = 4;
    struct dial a = follow_by(0, ""), b = follow_by(1, ""), c = follow(""), over = dial_tcp(rig.http);
    assert_int_equal(dial_ask(&over, GET("/stream/x")).status, 500 + VIEWER_TOO_MANY_HERE);
    dial_end(&over);
    here.conf.limits.viewers = 3;
    over = dial_unix(rig.sock);
    assert_int_equal(dial_ask(&over, GET("/stream/x")).status, 500 + VIEWER_TOO_MANY);
    dial_end(&over);
    leave(&a);
    over = follow("");
    leave(&over);
    here.connections = 4;
    over = dial_unix(rig.sock);
    assert_int_equal(dial_ask(&over, GET("/stream/x")).status, 500 + VIEWER_TOO_MANY);
    dial_end(&over);
    leave(&b);
    leave(&c);
}

static int start(void **state)
{
    (void)state;
    rig.stream = on_stream;
    desk_open(&desk);
    rig_start(&rig);
    rig_do(&rig, make);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    rig_do(&rig, unmake);
    rig_stop(&rig);
    desk_close(&desk);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_stored_is_told_to_all_in_its_order),
        cmocka_unit_test(who_comes_back_goes_on_behind_what_was_seen),
        cmocka_unit_test(who_is_ahead_of_the_thread_hears_nothing_twice),
        cmocka_unit_test(a_filter_tells_of_one_run_alone),
        cmocka_unit_test(who_asks_for_what_is_not_kept_is_told),
        cmocka_unit_test(who_is_too_far_behind_loads_anew_and_who_is_not_gets_all),
        cmocka_unit_test(who_does_not_read_is_sent_away_and_others_hear_all),
        cmocka_unit_test(there_is_a_limit_in_all_and_one_for_an_address),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
