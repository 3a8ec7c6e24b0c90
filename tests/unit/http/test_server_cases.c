/* SPDX-License-Identifier: Apache-2.0 */
/* The lists of tests/fixtures/http over real sockets. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include "unit/http/cases.h"
#include "unit/http/dial.h"

static struct rig rig = {.limit = 1 << 20, .conf = {.per_address = 1000}};

static const char canary[] = GET("/canary");

/* The last status that comes until the server closes; -1 if it does not, or not in order. */
static int last_status(struct dial *d)
{
    struct reply r, last = {0};
    while ((r = dial_reply(d)).status != 0)
        last = r;
    return dial_closed(d) && last.close ? last.status : -1;
}

static int refused_as(const struct http_case *c, struct dial d)
{
    AUTO(buf_free) struct buf b = {0};
    buf_sv(&b, buf_view(&c->bytes));
    buf_add(&b, canary, sizeof canary - 1);
    (void)dial_send(&d, buf_view(&b));
    int status = last_status(&d);
    dial_end(&d);
    return status;
}

static void every_malformed_request_is_refused_and_nothing_behind_it_is_seen(void **state)
{
    (void)state;
    struct http_cases cases = {0};
    cases_read("tests/fixtures/http/refuse.txt", &cases);
    assert_true(cases.all.n > 300);
    int wrong = 0;
    for (size_t i = 0; i < cases.all.n; i++) {
        const struct http_case *c = &cases.all.at[i];
        struct sv want = sv_cut(c->expect, 3);
        char got[16], tls[16];
        snprintf(got, sizeof got, "%d", refused_as(c, dial_tcp(rig.http)));
        snprintf(tls, sizeof tls, "%d", i % 8 ? (int)strtol(got, NULL, 10) : refused_as(c, dial_tls(rig.https, 0)));
        if (!sv_is(want, got) || !sv_is(want, tls)) {
            fprintf(stderr, "%.*s: %s, over TLS %s\n", SV_ARG(c->name), got, tls);
            wrong++;
        }
    }
    cases_free(&cases);
    assert_int_equal(wrong, 0);
    assert_int_equal(rig.canaries, 0);
}

static int count_answers(struct dial *d, int most)
{
    int n = 0;
    while (n < most) {
        int status = dial_reply(d).status;
        if (status != 100 && status != 200)
            return -status;
        n += status == 200;
    }
    return n;
}

static void every_unusual_request_is_answered(void **state)
{
    (void)state;
    struct http_cases cases = {0};
    cases_read("tests/fixtures/http/accept.txt", &cases);
    assert_true(cases.all.n >= 60);
    int wrong = 0;
    for (size_t i = 0; i < cases.all.n; i++) {
        const struct http_case *c = &cases.all.at[i];
        int want = 1;
        for (struct sv rest = c->expect; sv_find(rest, SV(" & ")) >= 0; want++)
            rest = sv_from(rest, (size_t)sv_find(rest, SV(" & ")) + 3);
        struct dial d = dial_tcp(rig.http);
        d.bare = sv_starts(buf_view(&c->bytes), SV("HEAD "));
        assert_true(dial_send(&d, buf_view(&c->bytes)));
        int got = count_answers(&d, want);
        if (got != want) {
            fprintf(stderr, "%.*s: %d\n", SV_ARG(c->name), got);
            wrong++;
        }
        dial_end(&d);
    }
    cases_free(&cases);
    assert_int_equal(wrong, 0);
}

static int start(void **state)
{
    (void)state;
    rig_start(&rig);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    rig_stop(&rig);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_malformed_request_is_refused_and_nothing_behind_it_is_seen),
        cmocka_unit_test(every_unusual_request_is_answered),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
