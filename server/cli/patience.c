/* SPDX-License-Identifier: Apache-2.0 */
#include "server/cli/patience.h"
#include <poll.h>
#include <signal.h>
#include <unistd.h>

static const msec_t AGAIN_MS = 500, AGAIN_MOST_MS = 4000;

static volatile sig_atomic_t stopped;
static void (*volatile last)(void);

static void on_signal(int no)
{
    if (stopped && last)
        last();
    if (stopped)
        _exit(128 + no);
    stopped = 1;
}

void interrupt_catch(void)
{
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
    struct sigaction sa = {.sa_handler = on_signal};
    for (size_t i = 0; i < ARRAY_LEN(signals); i++)
        sigaction(signals[i], &sa, NULL);
}

void interrupt_last(void (*leave)(void))
{
    last = leave;
}

bool interrupted(void)
{
    return stopped != 0;
}

void interrupt_sleep_ms(msec_t ms)
{
    if (!stopped)
        poll(NULL, 0, (int)ms); /* a signal ends it */
}

/* Whether to ask again. */
static bool wait_for_it(struct patience *p, msec_t since, msec_t *pause)
{
    if (!p->met || clk_mono_ms() - since > p->give_up_ms)
        return false;
    if (!p->told)
        fprintf(stderr, "fettle: the server does not answer; it is waited for\n");
    p->told = true;
    interrupt_sleep_ms(*pause);
    *pause = *pause * 2 < AGAIN_MOST_MS ? *pause * 2 : AGAIN_MOST_MS;
    return true;
}

int patient_send(struct patience *p, const char *path, struct remote_answer *ret)
{
    AUTO(buf_free) struct buf why = {0};
    msec_t since = clk_mono_ms(), pause = AGAIN_MS;
    for (;;) {
        int rc = remote_try(p->remote, path, ret, &why);
        if (interrupted())
            return CLI_INTERRUPTED;
        if (rc == CLI_OK && (ret->status != 503 || !p->met)) {
            p->told = false;
            p->met = true;
            return CLI_OK;
        }
        if (wait_for_it(p, since, &pause))
            continue;
        return rc == CLI_OK ? CLI_OK : cli_fail(rc, "%s", why.p);
    }
}

int patient_json(struct patience *p, const char *path, struct jdoc **ret)
{
    AUTO(remote_answer_free) struct remote_answer a = {0};
    struct err e = {0};
    int rc = patient_send(p, path, &a);
    if (rc == CLI_OK)
        rc = remote_verdict(&a);
    if (rc == CLI_OK && jdoc_parse(buf_view(&a.body), NULL, ret, &e) < 0)
        rc = cli_fail(CLI_FAILED, "the server's answer is no JSON: %s", e.msg);
    return rc;
}

int patient_look(struct patience *p, const char *path, struct jdoc **ret)
{
    AUTO(remote_answer_free) struct remote_answer a = {0};
    struct err e = {0};
    *ret = NULL;
    int rc = remote_try(p->remote, path, &a, &p->why);
    bool away = rc != CLI_OK || a.status == 503;
    msec_t now = clk_mono_ms();
    if (away && p->met && (!p->away_since || now - p->away_since <= p->give_up_ms)) {
        p->away_since = p->away_since ? p->away_since : now;
        return CLI_OK;
    }
    if (rc == CLI_OK)
        rc = remote_meaning(&a, &p->why);
    if (rc != CLI_OK)
        return rc;
    p->met = true;
    p->away_since = 0;
    if (jdoc_parse(buf_view(&a.body), NULL, ret, &e) == 0)
        return CLI_OK;
    buf_clear(&p->why);
    buf_fmt(&p->why, "the server's answer is no JSON: %s", e.msg);
    return CLI_FAILED;
}

int patient_end(struct patience *p, int rc)
{
    if (rc != CLI_OK && rc != CLI_INTERRUPTED && p->why.n)
        (void)cli_fail(rc, "%s", p->why.p);
    buf_free(&p->why);
    return rc;
}
