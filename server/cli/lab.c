/* SPDX-License-Identifier: Apache-2.0 */
/* fettle lab start | deliver | fault | member | ledger | state: the emulated forge and what talks to it. */
#include <stdio.h>
#include <stdlib.h>
#include "base/file.h"
#include "fmt/enc.h"
#include "fmt/json.h"
#include "server/cli/cli.h"
#include "server/cli/lab_options.h"
#include "server/lab/ask.h"
#include "server/lab/deliver.h"
#include "server/lab/lab.h"

enum { PAYLOAD_MOST = 64 << 20, SECRET_MOST = 8192 };

int lab_failed(const struct err *e, int code)
{
    fprintf(stderr, "fettle lab: %s\n", e->msg);
    return code;
}

/* ---- start ---- */

static int start(int argc, char **argv)
{
    struct err e = {0};
    struct lab_conf c = {.listen = "127.0.0.1:0", .app.life = 3600 * 1000};
    const char *clock = NULL, *skew = NULL;
    const struct lab_option options[] = {
        {"--listen", OPTION_TEXT, &c.listen},
        {"--cert", OPTION_TEXT, &c.cert},
        {"--key", OPTION_TEXT, &c.key},
        {"--unix", OPTION_TEXT, &c.unix_path},
        {"--ledger", OPTION_TEXT, &c.ledger},
        {"--token", OPTION_TEXT, &c.token},
        {"--hook-ca", OPTION_TEXT, &c.hook_ca},
        {"--token-ends", OPTION_TEXT, &c.token_ends},
        {"--app-id", OPTION_TEXT, &c.app.id},
        {"--app-key", OPTION_TEXT, &c.app.key},
        {"--app-skew", OPTION_TEXT, &skew},
        {"--app-life", OPTION_NUMBER, &c.app.life},
        {"--app-fresh", OPTION_NUMBER, &c.app.fresh},
        {"--app-grants", OPTION_TEXT, &c.app.granted},
        {"--limits", OPTION_TEXT, &c.limits},
        {"--seed", OPTION_NUMBER, &c.seed},
        {"--clock", OPTION_TEXT, &clock},
        {NULL, OPTION_FLAG, NULL},
    };
    if (lab_options(argc, argv, options, NULL) < 0)
        return CLI_USAGE;
    if (!c.cert != !c.key) {
        lab_complain("https needs both", "--cert and --key");
        return CLI_USAGE;
    }
    if (clock && (!when_parse(sv_of(clock), &c.clock) || c.clock <= 0)) {
        lab_complain("a clock begins at a time like 2026-01-01T00:00:00Z, not", clock);
        return CLI_USAGE;
    }
    if (!c.app.id != !c.app.key || (skew && !sv_int(sv_of(skew), &c.app.skew))) {
        lab_complain("an App needs", "--app-id and --app-key, and --app-skew in milliseconds");
        return CLI_USAGE;
    }
    return lab_serve(&c, &e) < 0 ? lab_failed(&e, CLI_FAILED) : CLI_OK;
}

/* ---- deliver ---- */

static int read_secret(const char *path, struct buf *ret, struct err *e)
{
    if (file_read(path, SECRET_MOST, ret, e) < 0)
        return -1;
    while (ret->n && (ret->p[ret->n - 1] == '\n' || ret->p[ret->n - 1] == '\r'))
        ret->n--;
    return ret->n ? 0 : err_set(e, ERR_INVALID, "%s: the secret is empty", path);
}

static int deliver_all(struct deliver *d, const char *payload, const char *secret)
{
    struct err e = {0};
    struct deliver_sum sum;
    AUTO(buf_free) struct buf text = {0}, key = {0};
    if (file_read(payload, PAYLOAD_MOST, &text, &e) < 0 || read_secret(secret, &key, &e) < 0)
        return lab_failed(&e, e.cls == ERR_MISSING ? CLI_MISSING : CLI_INVALID);
    d->payload = buf_view(&text);
    d->sign.secret = buf_view(&key);
    if (deliver_run(d, &sum, &e) < 0)
        return lab_failed(&e, CLI_INVALID);
    return sum.unanswered ? CLI_UNREACHABLE : sum.refused ? CLI_FAILED : CLI_OK;
}

static int deliver(int argc, char **argv)
{
    const char *forge = NULL, *event = NULL, *payload = NULL, *secret = NULL, *id = NULL;
    bool system = false, form = false, signing = false;
    struct lab_pairs pairs = {0};
    struct deliver d = {.count = 1, .connections = 1};
    const struct lab_option options[] = {
        {"--forge", OPTION_TEXT, &forge},
        {"--event", OPTION_TEXT, &event},
        {"--payload", OPTION_TEXT, &payload},
        {"--url", OPTION_TEXT, &d.url},
        {"--secret-file", OPTION_TEXT, &secret},
        {"--id", OPTION_TEXT, &id},
        {"--system", OPTION_FLAG, &system},
        {"--form", OPTION_FLAG, &form},
        {"--signing", OPTION_FLAG, &signing},
        {"--resend", OPTION_FLAG, &d.same_id},
        {"--insecure", OPTION_FLAG, &d.insecure},
        {"--ca", OPTION_TEXT, &d.ca_file},
        {"--unix", OPTION_TEXT, &d.unix_path},
        {"--count", OPTION_NUMBER, &d.count},
        {"--connections", OPTION_NUMBER, &d.connections},
        {"--substitute", OPTION_PAIR, &pairs},
        {NULL, OPTION_FLAG, NULL},
    };
    if (lab_options(argc, argv, options, NULL) < 0)
        return CLI_USAGE;
    if (!forge || !payload || !d.url || !secret || !hook_sender_find(sv_of(forge), &d.sign.sender) || d.count < 1 ||
        d.connections < 1 || (!event && d.sign.sender != SENDER_STANDARD && !system)) {
        lab_complain("deliver needs", "--forge github|gitlab|gitea|forgejo|standard --event E --payload FILE --url URL "
                                      "--secret-file FILE");
        return CLI_USAGE;
    }
    d.sign.flags = (system ? SIGN_SYSTEM : 0u) | (form ? SIGN_FORM : 0u) | (signing ? SIGN_STANDARD : 0u);
    d.sign.event = sv_of(event);
    d.sign.id = sv_of(id);
    d.pairs = pairs.at;
    d.n_pairs = pairs.n;
    return deliver_all(&d, payload, secret);
}

/* ---- fault, ledger, state ---- */

int lab_request(const struct lab_address *a, const char *method, struct sv path, struct sv body)
{
    struct err e = {0};
    AUTO(buf_free) struct buf out = {0};
    struct lab_address where = *a;
    if (!where.url)
        where.url = getenv("FETTLE_LAB");
    if (!where.url || !*where.url) {
        lab_complain("which lab? Give", "--url URL, or FETTLE_LAB");
        return CLI_USAGE;
    }
    if (lab_ask(&where, method, path, body, &out, &e) < 0)
        return lab_failed(&e, e.code == 0 ? CLI_UNREACHABLE : e.code == 404 ? CLI_MISSING : CLI_USAGE);
    fwrite(buf_view(&out).p, 1, out.n, stdout);
    return CLI_OK;
}

static int fault(int argc, char **argv)
{
    struct lab_address a = {0};
    const char *kind = NULL, *match = NULL;
    int64_t count = 1, ms = 1000, chance = 100;
    const struct lab_option options[] = {
        {"--url", OPTION_TEXT, &a.url},
        {"--ca", OPTION_TEXT, &a.ca_file},
        {"--insecure", OPTION_FLAG, &a.insecure},
        {"--count", OPTION_NUMBER, &count},
        {"--ms", OPTION_NUMBER, &ms},
        {"--match", OPTION_TEXT, &match},
        {"--chance", OPTION_NUMBER, &chance},
        {NULL, OPTION_FLAG, NULL},
    };
    AUTO(buf_free) struct buf body = {0};
    struct jout j = {.buf = &body};
    if (lab_options(argc, argv, options, &kind) < 0)
        return CLI_USAGE;
    if (!kind || strcmp(kind, "list") == 0)
        return lab_request(&a, "GET", SV("/_lab/faults"), SV(""));
    if (strcmp(kind, "clear") == 0)
        return lab_request(&a, "DELETE", SV("/_lab/faults"), SV(""));
    jout_open(&j, '{');
    jout_kstrz(&j, "kind", kind);
    jout_kint(&j, "count", count);
    jout_kint(&j, "ms", ms);
    jout_kstrz(&j, "match", match);
    jout_kint(&j, "chance", chance);
    jout_close(&j, '}');
    return lab_request(&a, "POST", SV("/_lab/faults"), buf_view(&body));
}

static int member(int argc, char **argv)
{
    struct lab_address a = {0};
    const char *login = NULL, *forge = "github", *repo = NULL, *level = "write";
    int64_t id = 0;
    const struct lab_option options[] = {
        {"--url", OPTION_TEXT, &a.url},   {"--ca", OPTION_TEXT, &a.ca_file}, {"--insecure", OPTION_FLAG, &a.insecure},
        {"--forge", OPTION_TEXT, &forge}, {"--repo", OPTION_TEXT, &repo},    {"--level", OPTION_TEXT, &level},
        {"--id", OPTION_NUMBER, &id},     {NULL, OPTION_FLAG, NULL},
    };
    AUTO(buf_free) struct buf body = {0};
    struct jout j = {.buf = &body};
    if (lab_options(argc, argv, options, &login) < 0)
        return CLI_USAGE;
    jout_open(&j, '{');
    jout_kstrz(&j, "forge", forge);
    jout_kstrz(&j, "repo", repo);
    jout_kstrz(&j, "login", login);
    jout_kint(&j, "id", id);
    jout_kstrz(&j, "level", level);
    jout_close(&j, '}');
    return lab_request(&a, "POST", SV("/_lab/members"), buf_view(&body));
}

static int show(int argc, char **argv, const char *path)
{
    struct lab_address a = {0};
    const char *forge = NULL, *part = NULL;
    const struct lab_option options[] = {
        {"--url", OPTION_TEXT, &a.url},   {"--ca", OPTION_TEXT, &a.ca_file}, {"--insecure", OPTION_FLAG, &a.insecure},
        {"--forge", OPTION_TEXT, &forge}, {"--path", OPTION_TEXT, &part},    {NULL, OPTION_FLAG, NULL},
    };
    AUTO(buf_free) struct buf target = {0};
    if (lab_options(argc, argv, options, NULL) < 0)
        return CLI_USAGE;
    buf_fmt(&target, "%s?forge=", path);
    url_put(&target, sv_of(forge));
    buf_str(&target, "&path=");
    url_put(&target, sv_of(part));
    return lab_request(&a, "GET", buf_view(&target), SV(""));
}

int cli_lab(int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "";
    if (strcmp(what, "start") == 0)
        return start(argc - 1, argv + 1);
    if (strcmp(what, "deliver") == 0)
        return deliver(argc - 1, argv + 1);
    if (strcmp(what, "fault") == 0)
        return fault(argc - 1, argv + 1);
    if (strcmp(what, "member") == 0)
        return member(argc - 1, argv + 1);
    if (strcmp(what, "ledger") == 0)
        return show(argc - 1, argv + 1, "/_lab/ledger");
    if (strcmp(what, "state") == 0)
        return show(argc - 1, argv + 1, "/_lab/state");
    int rc = argc > 1 ? lab_act(argc - 1, argv + 1) : -1;
    if (rc >= 0)
        return rc;
    fprintf(stderr,
            "usage: fettle lab start | deliver | fault | push | change | repo | hook | member | limits | clock | "
            "wait | ledger | state\n`fettle help lab` says more\n");
    return CLI_USAGE;
}
