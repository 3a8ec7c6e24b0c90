/* SPDX-License-Identifier: Apache-2.0 */
#include "server/cli/remote.h"

/* What the server says about the files it read, with its lines. */
static void tell(const struct remote_answer *a, const char *key)
{
    AUTO(buf_free) struct buf text = {0};
    struct jdoc *doc = NULL;
    struct err e = {0};
    if (jdoc_parse(buf_view(&a->body), NULL, &doc, &e) < 0)
        return;
    struct sv s = jval_str(jval_get(jdoc_root(doc), key));
    cli_log_text(s, &text);
    jdoc_free(&doc);
    if (text.n)
        fprintf(stderr, "%s%s", text.p, text.p[text.n - 1] == '\n' ? "" : "\n");
}

struct asked {
    struct cli_call call;
    bool quiet;
};

static int run(void *args)
{
    const struct asked *q = args;
    struct remote *r = NULL;
    AUTO(remote_answer_free) struct remote_answer a = {0};
    int rc = remote_open(q->call.conf, &r);
    if (rc == CLI_OK)
        rc = remote_send(r, "POST", "/api/v1/reload", &a);
    remote_close(&r);
    if (rc != CLI_OK)
        return rc;
    if (a.status == 409) {
        tell(&a, "detail");
        return cli_fail(CLI_INVALID, "the configuration has errors; the old one stays in force");
    }
    if ((rc = remote_verdict(&a)) != CLI_OK)
        return rc;
    tell(&a, "remarks");
    if (!q->quiet)
        printf("the configuration is in force\n");
    return CLI_OK;
}

static const struct cli_arg options[] = {
    {"quiet", 'q', CLI_FLAG, NULL, offsetof(struct asked, quiet), .doc = "says only what is wrong"},
    {.name = NULL},
};
const struct cli_verb verb_reload = {
    .name = "reload",
    .doc = "the server reads its configuration again: all of it, or nothing",
    .examples = "fettle reload\n",
    .exits = CLI_EXITS_SERVER,
    .options = {{options, 0}, {cli_config_group, 0}},
    .size = sizeof(struct asked),
    .run = run,
};
