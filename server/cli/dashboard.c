/* SPDX-License-Identifier: Apache-2.0 */
/* fettle dashboard: an address that signs in, once. The token stands behind the # of it, where browsers keep it to
 * themselves: no server, proxy or log sees it. */
#include "config/api_token.h"
#include "server/cli/remote.h"
#include "server/cli/token.h"

struct asked {
    struct cli_call call;
    struct cli_values scopes;
    bool json, quiet;
};

static void put_wish(unsigned scopes, struct buf *b)
{
    struct jout j = {.buf = b};
    jout_open(&j, '{');
    if (scopes) {
        jout_key(&j, "scopes");
        jout_open(&j, '[');
        for (unsigned i = 0; api_scope_name[i]; i++)
            if (scopes & 1u << i)
                jout_strz(&j, api_scope_name[i]);
        jout_close(&j, ']');
    }
    jout_close(&j, '}');
}

static void put_address(const struct jval *o, struct buf *b)
{
    cli_text(jval_str(jval_get(o, "url")), b);
    buf_str(b, "/login#token=");
    cli_text(jval_str(jval_get(o, "token")), b);
}

static void put_json(const struct jval *o, struct buf *b)
{
    AUTO(buf_free) struct buf address = {0};
    struct jout j = {.buf = b};
    put_address(o, &address);
    jout_open(&j, '{');
    jout_kint(&j, "schema", 1);
    jout_kstr(&j, "address", buf_view(&address));
    jout_kstr(&j, "ends_at", jval_str(jval_get(o, "ends_at")));
    jout_close(&j, '}');
    buf_chr(b, '\n');
}

static int tell(const struct asked *q, const struct remote_answer *a)
{
    AUTO(jdoc_free) struct jdoc *doc = NULL;
    AUTO(buf_free) struct buf b = {0};
    struct err e = {0};
    if (jdoc_parse(buf_view(&a->body), NULL, &doc, &e) < 0)
        return cli_fail(CLI_FAILED, "the server's answer is no JSON: %s", e.msg);
    if (q->json) {
        put_json(jdoc_root(doc), &b);
    } else {
        put_address(jdoc_root(doc), &b);
        buf_chr(&b, '\n');
    }
    int rc = cli_print(&b);
    if (rc == CLI_OK && !q->json && !q->quiet) {
        fflush(stdout);
        fprintf(stderr, "Open it within ten minutes: it signs in once.\n");
    }
    return rc;
}

static int run(void *args)
{
    const struct asked *q = args;
    AUTO(remote_answer_free) struct remote_answer a = {0};
    AUTO(buf_free) struct buf wish = {0};
    struct remote *r = NULL;
    unsigned scopes = 0;
    int rc = token_scopes(&q->scopes, &scopes);
    if (rc != CLI_OK)
        return rc;
    put_wish(scopes, &wish);
    rc = remote_open(q->call.conf, &r);
    if (rc == CLI_OK)
        rc = remote_send_json(r, "/api/v1/session/token", buf_view(&wish), &a);
    if (rc == CLI_OK)
        rc = remote_verdict(&a);
    remote_close(&r);
    return rc == CLI_OK ? tell(q, &a) : rc;
}

static const struct cli_arg options[] = {
    {"scope", 0, CLI_TEXT, "SCOPE", offsetof(struct asked, scopes),
     .doc = "what the session may besides read: run, approve, admin; all without this", .flags = CLI_MANY},
    {"json", 0, CLI_FLAG, NULL, offsetof(struct asked, json), .doc = "one JSON object with \"schema\": 1"},
    {"quiet", 'q', CLI_FLAG, NULL, offsetof(struct asked, quiet), .doc = "nothing but the address"},
    {.name = NULL},
};
const struct cli_verb verb_dashboard = {
    .name = "dashboard",
    .doc = "prints an address that opens the dashboard and signs in, once",
    .text = "It asks the server over its local socket (`listen: [{unix: …}]`), so it is called where the server is, as "
            "its user. The address is that of `public-url` where the dashboard is served beyond this machine.\n"
            "\n"
            "On this machine the dashboard needs no sign-in; then it is for somebody who shall only look.\n",
    .examples = "fettle dashboard\n"
                "fettle dashboard --scope read\n",
    .exits = CLI_EXITS_SERVER | 1u << CLI_CONFLICT,
    .options = {{options, 0}, {cli_config_group, 0}},
    .size = sizeof(struct asked),
    .run = run,
};
