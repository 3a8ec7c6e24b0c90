/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include "unit/http/dial.h"

static struct rig rig;

static void with(struct http_conf conf)
{
    memset(&rig, 0, sizeof rig);
    rig.conf = conf;
    rig_start(&rig);
}

/* Sends `text` a byte every 20 ms until the server ends it; how long that took. */
static msec_t dribble(struct dial *d, const char *start, char again)
{
    msec_t before = clk_mono_ms();
    bool open = dial_send(d, sv_of(start));
    while (open && clk_mono_ms() - before < 4000) {
        char c;
        clk_sleep_ms(20);
        open = recv(d->fd, &c, 1, MSG_DONTWAIT | MSG_PEEK) < 0 && dial_send(d, sv_n(&again, 1));
    }
    return clk_mono_ms() - before;
}

static void a_head_that_dribbles_is_ended_by_the_absolute_deadline(void **state)
{
    (void)state;
    with((struct http_conf){.head_ms = 300});
    struct dial d = dial_tcp(rig.http);
    msec_t took = dribble(&d, "GET /now HTTP/1.1\r\nHost: x\r\nX-A: ", 'a');
    assert_true(took >= 250 && took < 1500);
    assert_int_equal(dial_reply(&d).status, 408);
    assert_string_equal(rig.reason, "head-deadline");
    dial_end(&d);
    d = dial_tcp(rig.http);
    assert_string_equal(dial_ask(&d, GET("/now")).body, "now");
    took = dribble(&d, "GET", 'x');
    assert_true(took >= 250 && took < 1500);
    dial_end(&d);
    d = dial_tcp(rig.http); /* says nothing at all */
    assert_true(dial_closed(&d));
    dial_end(&d);
    rig_stop(&rig);
}

static void a_body_that_dribbles_is_ended_and_its_handler_told(void **state)
{
    (void)state;
    with((struct http_conf){.body_ms = 300});
    struct dial d = dial_tcp(rig.http);
    msec_t took = dribble(&d, "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 9999\r\n\r\n", 'a');
    assert_true(took >= 250 && took < 1500);
    assert_int_equal(dial_reply(&d).status, 408);
    assert_int_equal(rig.gone, 1);
    assert_string_equal(rig.reason, "body-deadline");
    dial_end(&d);
    rig_stop(&rig);
}

static void an_idle_connection_is_closed_and_a_waiting_one_is_not(void **state)
{
    (void)state;
    with((struct http_conf){.idle_ms = 60, .head_ms = 60, .body_ms = 60});
    struct dial d = dial_tcp(rig.http), w = dial_tcp(rig.http);
    assert_string_equal(dial_ask(&d, GET("/now")).body, "now");
    msec_t before = clk_mono_ms();
    assert_true(dial_send(&w, SV(GET("/later"))));
    assert_true(dial_closed(&d));
    assert_true(clk_mono_ms() - before < 1000);
    assert_string_equal(dial_reply(&w).body, "later"); /* 150 ms: longer than any deadline here */
    dial_end(&d);
    dial_end(&w);
    rig_stop(&rig);
}

static void who_does_not_read_the_answer_is_cut_off(void **state)
{
    (void)state;
    with((struct http_conf){.write_ms = 300});
    struct dial d = dial_tcp(rig.http);
    assert_true(dial_send(&d, SV(GET("/big"))));
    for (int i = 0; i < 3000 && rig.refused == 0; i++)
        clk_sleep_ms(1);
    assert_string_equal(rig.reason, "write-deadline");
    dial_end(&d);
    rig_stop(&rig);
}

static void one_address_gets_no_more_than_its_share_and_the_unix_socket_is_free_of_it(void **state)
{
    (void)state;
    struct dial d[5], u;
    with((struct http_conf){.per_address = 3});
    for (int i = 0; i < 3; i++) {
        d[i] = dial_tcp(rig.http);
        assert_string_equal(dial_ask(&d[i], GET("/now")).body, "now");
    }
    d[3] = dial_tcp(rig.http);
    assert_int_equal(dial_more(&d[3]) > 0, 0);
    assert_string_equal(rig.reason, "too-many-from-address");
    u = dial_unix(rig.sock);
    assert_string_equal(dial_ask(&u, GET("/now")).body, "now");
    dial_end(&d[0]);
    clk_sleep_ms(50);
    d[4] = dial_tcp(rig.http);
    assert_string_equal(dial_ask(&d[4], GET("/now")).body, "now");
    for (int i = 1; i < 5; i++)
        dial_end(&d[i]);
    dial_end(&u);
    rig_stop(&rig);
}

static void at_the_total_cap_new_ones_are_closed_unless_one_is_quiet(void **state)
{
    (void)state;
    struct dial d[4];
    with((struct http_conf){.connections = 3});
    for (int i = 0; i < 3; i++) {
        d[i] = dial_tcp(rig.http);
        assert_string_equal(dial_ask(&d[i], GET("/now")).body, "now");
    }
    d[3] = dial_tcp(rig.http);
    assert_int_equal(dial_more(&d[3]) > 0, 0);
    assert_string_equal(rig.reason, "too-many-connections");
    dial_end(&d[3]);
    clk_sleep_ms(1600);
    d[3] = dial_tcp(rig.http);
    assert_string_equal(dial_ask(&d[3], GET("/now")).body, "now");
    assert_true(dial_closed(&d[0])); /* quiet for longest */
    assert_string_equal(dial_ask(&d[1], GET("/now")).body, "now");
    for (int i = 0; i < 4; i++)
        dial_end(&d[i]);
    rig_stop(&rig);
}

static double cpu_seconds(void)
{
    struct rusage u;
    getrusage(RUSAGE_SELF, &u);
    return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) + (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

/* In a child with few descriptors. The clients are in the parent. 0 = as it should be. */
static int starve(int port_to, int go)
{
    char c;
    with((struct http_conf){.per_address = 10000});
    int keep[64], n = 0;
    /* Leave ten. */
    struct rlimit few = {64, 64};
    setrlimit(RLIMIT_NOFILE, &few);
    while (n < 64 && (keep[n] = open("/dev/null", O_RDONLY | O_CLOEXEC)) >= 0)
        n++;
    for (int i = 0; i < 10; i++)
        close(keep[--n]);
    if (write(port_to, &rig.http, sizeof rig.http) != sizeof rig.http || read(go, &c, 1) != 1)
        return 2;
    double before = cpu_seconds();
    clk_sleep_ms(2500);
    double used = cpu_seconds() - before;
    fprintf(stderr, "2.5 s out of descriptors: %.3f s of processor, %d turned away\n", used, rig.refused);
    if (used > 0.25 || rig.refused == 0 || strcmp(rig.reason, "no-descriptors") != 0)
        return 3;
    while (n > 0)
        close(keep[--n]);
    if (write(port_to, "x", 1) != 1 || read(go, &c, 1) != 1)
        return 4;
    rig_stop(&rig);
    return 0;
}

static void without_descriptors_it_does_not_spin_and_recovers_and_who_is_in_goes_on(void **state)
{
    (void)state;
    int up[2], down[2], port, status;
    char c;
    struct dial many[200];
    assert_int_equal(pipe(up) | pipe(down), 0);
    pid_t child = fork();
    if (child == 0)
        _exit(starve(up[1], down[0]));
    close(up[1]);
    close(down[0]);
    assert_int_equal(read(up[0], &port, sizeof port), sizeof port);
    struct dial in = dial_tcp(port);
    assert_string_equal(dial_ask(&in, GET("/now")).body, "now");
    assert_true(dial_send(&in, SV("GET /now HTTP/1.1\r\n"))); /* busy, so not one to be closed for others */
    for (size_t i = 0; i < ARRAY_LEN(many); i++)
        many[i] = dial_tcp(port);
    assert_int_equal(write(down[1], "x", 1), 1);
    assert_string_equal(dial_ask(&in, "Host: x\r\n\r\n").body, "now");
    assert_int_equal(read(up[0], &c, 1), 1);
    for (size_t i = 0; i < ARRAY_LEN(many); i++)
        dial_end(&many[i]);
    struct dial d = dial_tcp(port);
    assert_string_equal(dial_ask(&d, GET("/now")).body, "now");
    dial_end(&d);
    dial_end(&in);
    assert_int_equal(write(down[1], "x", 1), 1);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    close(up[0]);
    close(down[1]);
}

static void drained(void *ctx)
{
    ((struct rig *)ctx)->drained++;
}

static void drain(struct rig *r)
{
    http_server_drain(r->server, 2000, drained, r);
}

static void draining_finishes_what_runs_and_closes_what_idles(void **state)
{
    (void)state;
    with((struct http_conf){.per_address = 100});
    struct dial idle = dial_tcp(rig.http), runs = dial_tcp(rig.http), tls = dial_tls(rig.https, 0);
    assert_string_equal(dial_ask(&idle, GET("/now")).body, "now");
    assert_true(dial_send(&runs, SV(GET("/later"))));
    assert_true(dial_send(&tls, SV(GET("/later"))));
    while (rig.heads < 3)
        clk_sleep_ms(1);
    msec_t before = clk_mono_ms();
    rig_do(&rig, drain);
    assert_true(dial_closed(&idle));
    struct reply r = dial_reply(&runs);
    assert_string_equal(r.body, "later");
    assert_true(r.close);
    assert_string_equal(dial_reply(&tls).body, "later");
    assert_true(dial_closed(&runs));
    assert_true(dial_closed(&tls));
    for (int i = 0; i < 3000 && rig.drained == 0; i++)
        clk_sleep_ms(1);
    assert_int_equal(rig.drained, 1);
    assert_true(clk_mono_ms() - before < 1500);
    struct dial late = dial_tcp(rig.http);
    assert_int_equal(late.fd, -1);
    dial_end(&idle);
    dial_end(&runs);
    dial_end(&tls);
    rig_stop(&rig);
}

static void drain_briefly(struct rig *r)
{
    http_server_drain(r->server, 100, drained, r);
}

static void draining_ends_in_time_also_when_a_request_does_not(void **state)
{
    (void)state;
    with((struct http_conf){.per_address = 100});
    struct dial d = dial_tcp(rig.http);
    assert_true(dial_send(&d, SV(POST("/echo", "9", "abc"))));
    while (rig.heads < 1)
        clk_sleep_ms(1);
    msec_t before = clk_mono_ms();
    rig_do(&rig, drain_briefly);
    for (int i = 0; i < 3000 && rig.drained == 0; i++)
        clk_sleep_ms(1);
    assert_int_equal(rig.drained, 1);
    assert_int_equal(rig.gone, 1);
    assert_true(clk_mono_ms() - before < 1500);
    dial_end(&d);
    rig_stop(&rig);
}

static struct rig twin;

static void listen_beside(struct rig *r)
{
    char address[32];
    snprintf(address, sizeof address, "127.0.0.1:%d", rig.http);
    rig_listen(r, LISTEN_HTTP, address, NULL);
}

static void servers_of_two_threads_share_a_port(void **state)
{
    (void)state;
    with((struct http_conf){.per_address = 1000});
    twin = (struct rig){.conf = {.per_address = 1000}};
    rig_start(&twin);
    rig_do(&twin, listen_beside);
    for (int i = 0; i < 100; i++) {
        struct dial d = dial_tcp(rig.http);
        assert_string_equal(dial_ask(&d, GET("/now")).body, "now");
        dial_end(&d);
    }
    assert_true(rig.heads > 10 && twin.heads > 10);
    assert_int_equal(rig.heads + twin.heads, 100);
    /* One leaves: nobody who is on the way to it is lost. */
    rig_do(&twin, drain);
    for (int i = 0; i < 50; i++) {
        struct dial d = dial_tcp(rig.http);
        assert_string_equal(dial_ask(&d, GET("/now")).body, "now");
        dial_end(&d);
    }
    rig_stop(&twin);
    rig_stop(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_head_that_dribbles_is_ended_by_the_absolute_deadline),
        cmocka_unit_test(a_body_that_dribbles_is_ended_and_its_handler_told),
        cmocka_unit_test(an_idle_connection_is_closed_and_a_waiting_one_is_not),
        cmocka_unit_test(who_does_not_read_the_answer_is_cut_off),
        cmocka_unit_test(one_address_gets_no_more_than_its_share_and_the_unix_socket_is_free_of_it),
        cmocka_unit_test(at_the_total_cap_new_ones_are_closed_unless_one_is_quiet),
        cmocka_unit_test(without_descriptors_it_does_not_spin_and_recovers_and_who_is_in_goes_on),
        cmocka_unit_test(draining_finishes_what_runs_and_closes_what_idles),
        cmocka_unit_test(draining_ends_in_time_also_when_a_request_does_not),
        cmocka_unit_test(servers_of_two_threads_share_a_port),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
