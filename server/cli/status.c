/* SPDX-License-Identifier: Apache-2.0 */
#include "server/cli/remote.h"
#include "server/cli/table.h"
#include "server/cli/term.h"

static int64_t count(const struct jval *stats, const char *key)
{
    int64_t n = 0;
    jval_int(jval_get(stats, key), &n);
    return n;
}

/* What is not well, a line each. */
static void put_checks(const struct jval *ready, struct buf *b)
{
    const struct jval *checks = jval_get(ready, "checks");
    for (size_t i = 0; i < jval_len(checks); i++) {
        const struct jval *c = jval_item(checks, i);
        AUTO(buf_free) struct buf line = {0};
        if (sv_is(jval_str(jval_get(c, "state")), "ok"))
            continue;
        buf_fmt(&line, "%.*s: %.*s, %.*s (since %.*s)", SV_ARG(jval_str(jval_get(c, "state"))),
                SV_ARG(jval_str(jval_get(c, "name"))), SV_ARG(jval_str(jval_get(c, "detail"))),
                SV_ARG(jval_str(jval_get(c, "since"))));
        cli_text(buf_view(&line), b);
        buf_chr(b, '\n');
    }
}

static void put_hooks(const struct jval *hooks, struct buf *b)
{
    for (size_t i = 0; i < jval_len(hooks); i++) {
        const struct jval *h = jval_item(hooks, i);
        AUTO(buf_free) struct buf line = {0};
        struct sv refused = jval_str(jval_get(h, "refused")), until = jval_str(jval_get(h, "until"));
        buf_fmt(&line, "webhook %.*s %.*s is %.*s: %.*s", SV_ARG(jval_str(jval_get(h, "forge"))),
                SV_ARG(jval_str(jval_get(h, "hook"))), SV_ARG(jval_str(jval_get(h, "state"))),
                SV_ARG(jval_str(jval_get(h, "why"))));
        if (until.n)
            buf_fmt(&line, " (until %.*s)", SV_ARG(until));
        if (refused.n)
            buf_fmt(&line, "; that was refused: %.*s", SV_ARG(refused));
        buf_fmt(&line, ". %.*s", SV_ARG(jval_str(jval_get(h, "hint"))));
        cli_text(buf_view(&line), b);
        buf_chr(b, '\n');
    }
}

static int print_line(const struct jval *ready, const struct jval *stats, const struct jval *hooks)
{
    AUTO(buf_free) struct buf b = {0}, line = {0};
    struct sv store = jval_str(jval_get(ready, "store"));
    if (jval_true(jval_get(ready, "ready")))
        put_word(&b, SV("ready"));
    else if (jval_true(jval_get(ready, "draining")))
        buf_str(&b, "not ready: draining");
    else
        buf_str(&b, "not ready");
    buf_fmt(&line,
            ", fettle %.*s since %.*s: %lld runs open, %lld jobs ready, %lld of %lld slots busy, "
            "%lld effects to send, store %.*s",
            SV_ARG(jval_str(jval_get(stats, "version"))), SV_ARG(jval_str(jval_get(stats, "ready_at"))),
            (long long)count(stats, "runs"), (long long)count(stats, "jobs_ready"),
            (long long)count(stats, "slots_busy"), (long long)count(stats, "slots"), (long long)count(stats, "effects"),
            SV_ARG(store));
    cli_text(buf_view(&line), &b);
    buf_chr(&b, '\n');
    put_checks(ready, &b);
    put_hooks(hooks, &b);
    return cli_print(&b);
}

static int print_json(const struct jval *ready, const struct jval *stats, const struct jval *hooks)
{
    AUTO(buf_free) struct buf b = {0};
    struct jout j = {.buf = &b};
    jout_open(&j, '{');
    jout_kint(&j, "schema", 1);
    jout_kbool(&j, "ready", jval_true(jval_get(ready, "ready")));
    jout_key(&j, "readyz");
    jout_val(&j, ready);
    jout_key(&j, "stats");
    jout_val(&j, stats);
    jout_key(&j, "hooks");
    if (hooks)
        jout_val(&j, hooks);
    else
        jout_null(&j);
    jout_close(&j, '}');
    buf_chr(&b, '\n');
    return cli_print(&b);
}

/* /readyz answers 503 when it is not: that is an answer here. */
static int get_ready(struct remote *r, struct jdoc **ret)
{
    AUTO(remote_answer_free) struct remote_answer a = {0};
    struct err e = {0};
    int rc = remote_send(r, "GET", "/readyz", &a);
    if (rc == CLI_OK && a.status != 503)
        rc = remote_verdict(&a);
    if (rc == CLI_OK && jdoc_parse(buf_view(&a.body), NULL, ret, &e) < 0)
        rc = cli_fail(CLI_FAILED, "the server's answer is no JSON: %s", e.msg);
    return rc;
}

/* Without an answer the rest is told all the same. */
static void get_hooks(struct remote *r, struct jdoc **ret)
{
    AUTO(remote_answer_free) struct remote_answer a = {0};
    struct err ignored = {0};
    if (remote_send(r, "GET", "/api/v1/hooks", &a) != CLI_OK || a.status != 200 ||
        jdoc_parse(buf_view(&a.body), NULL, ret, &ignored) < 0)
        *ret = NULL;
}

struct asked {
    struct cli_call call;
    struct listing l;
};

static int run(void *args)
{
    const struct asked *q = args;
    struct remote *r = NULL;
    struct jdoc *ready = NULL, *stats = NULL, *hooks = NULL;
    int rc = remote_open(q->call.conf, &r);
    if (rc == CLI_OK)
        rc = get_ready(r, &ready);
    if (rc == CLI_OK)
        rc = remote_get_json(r, "/api/v1/stats", &stats);
    if (rc == CLI_OK)
        get_hooks(r, &hooks);
    const struct jval *idle = hooks ? jval_get(jdoc_root(hooks), "hooks") : NULL;
    if (rc == CLI_OK && q->l.format == FORMAT_JSON)
        rc = print_json(jdoc_root(ready), jdoc_root(stats), idle);
    else if (rc == CLI_OK && !q->l.quiet)
        rc = print_line(jdoc_root(ready), jdoc_root(stats), idle);
    if (rc == CLI_OK && !jval_true(jval_get(jdoc_root(ready), "ready")))
        rc = CLI_FAILED;
    jdoc_free(&ready);
    jdoc_free(&stats);
    jdoc_free(&hooks);
    remote_close(&r);
    return rc;
}

const struct cli_verb verb_status = {
    .name = "status",
    .doc = "one line on the health of the server; exit 1 when it is not ready",
    .examples = "fettle status\n"
                "fettle status --quiet || systemctl restart fettle\n",
    .failed = "it is not ready",
    .exits = CLI_EXITS_SERVER,
    .options = {{cli_output_group, offsetof(struct asked, l)}, {cli_screen_group, 0}, {cli_config_group, 0}},
    .size = sizeof(struct asked),
    .run = run,
};
