/* SPDX-License-Identifier: Apache-2.0 */
/* fettle dispatch WORKFLOW | fettle dispatch --event TYPE */
#include "base/file.h"
#include "fmt/enc.h"
#include "server/cli/remote.h"
#include "server/cli/table.h"

enum { PAYLOAD_MOST = 64 << 10 };

struct asked {
    struct cli_call call;
    struct cli_values inputs; /* NAME=VALUE */
    const char *ref, *repo, *event, *payload, *workflow;
    struct listing shown;
};

static int put_inputs(const struct asked *q, struct jout *j)
{
    jout_key(j, "inputs");
    jout_open(j, '{');
    for (size_t i = 0; i < q->inputs.v.n; i++) {
        struct sv pair = sv_of(q->inputs.v.at[i]);
        ptrdiff_t eq = sv_chr(pair, '=');
        if (eq <= 0)
            return cli_fail(CLI_USAGE, "--input takes NAME=VALUE, not \"%s\"", q->inputs.v.at[i]);
        for (size_t k = 0; k < i; k++)
            if (strncmp(q->inputs.v.at[k], q->inputs.v.at[i], (size_t)eq + 1) == 0)
                return cli_fail(CLI_USAGE, "the input \"%.*s\" is given twice", SV_ARG(sv_cut(pair, (size_t)eq)));
        jout_keyv(j, sv_cut(pair, (size_t)eq));
        jout_str(j, sv_from(pair, (size_t)eq + 1));
    }
    jout_close(j, '}');
    return CLI_OK;
}

static int put_payload(const char *file, struct jout *j)
{
    AUTO(buf_free) struct buf text = {0};
    AUTO(jdoc_free) struct jdoc *doc = NULL;
    struct err e = {0};
    if (file_read(file, PAYLOAD_MOST, &text, &e) < 0)
        return cli_fail(CLI_MISSING, "%s", e.msg);
    if (jdoc_parse(buf_view(&text), NULL, &doc, &e) < 0)
        return cli_fail(CLI_INVALID, "%s: %s", file, e.msg);
    if (jval_kind(jdoc_root(doc)) != J_OBJECT)
        return cli_fail(CLI_INVALID, "%s: the payload must be a JSON object", file);
    jout_key(j, "client_payload");
    jout_val(j, jdoc_root(doc));
    return CLI_OK;
}

static int make_body(const struct asked *q, struct buf *ret)
{
    struct jout j = {.buf = ret};
    int rc = CLI_OK;
    jout_open(&j, '{');
    if (q->repo)
        jout_kstrz(&j, "repository", q->repo);
    if (q->ref)
        jout_kstrz(&j, "ref", q->ref);
    if (q->event)
        jout_kstrz(&j, "event_type", q->event);
    else
        rc = put_inputs(q, &j);
    if (rc == CLI_OK && q->payload)
        rc = put_payload(q->payload, &j);
    jout_close(&j, '}');
    return rc;
}

static int tell(const struct asked *q, const struct remote_answer *a)
{
    AUTO(jdoc_free) struct jdoc *doc = NULL;
    AUTO(buf_free) struct buf line = {0};
    struct err e = {0};
    if (jdoc_parse(buf_view(&a->body), NULL, &doc, &e) < 0)
        return cli_fail(CLI_FAILED, "the server's answer is no JSON: %s", e.msg);
    if (q->shown.format == FORMAT_JSON)
        return print_object(jdoc_root(doc));
    if (q->shown.quiet)
        return CLI_OK;
    buf_str(&line, q->shown.format == FORMAT_NAME ? "" : "accepted as delivery ");
    cli_text(jval_str(jval_get(jdoc_root(doc), "delivery")), &line);
    buf_chr(&line, '\n');
    return cli_print(&line);
}

static int send(const struct asked *q)
{
    struct remote *r = NULL;
    AUTO(remote_answer_free) struct remote_answer a = {0};
    AUTO(buf_free) struct buf body = {0}, path = {0};
    int rc = make_body(q, &body);
    if (rc != CLI_OK)
        return rc;
    buf_str(&path, "/api/v1/");
    if (!q->event) {
        buf_str(&path, "workflows/");
        url_put(&path, sv_of(q->workflow));
        buf_str(&path, "/");
    }
    buf_str(&path, "dispatch");
    rc = remote_open(q->call.conf, &r);
    if (rc == CLI_OK)
        rc = remote_send_json(r, path.p, buf_view(&body), &a);
    if (rc == CLI_OK)
        rc = remote_verdict(&a);
    remote_close(&r);
    return rc == CLI_OK ? tell(q, &a) : rc;
}

static int run(void *args)
{
    const struct asked *q = args;
    if (!q->event && !q->workflow)
        return cli_misuse(&q->call, "a WORKFLOW, or --event TYPE");
    if (q->event && (q->workflow || q->inputs.v.n || q->ref))
        return cli_misuse(&q->call, "--event goes with --payload and --repo alone");
    if (!q->event && q->payload)
        return cli_misuse(&q->call, "--payload belongs to --event; a workflow takes --input NAME=VALUE");
    return send(q);
}

static const struct cli_arg operands[] = {
    {"WORKFLOW", .kind = CLI_WORKFLOW, .at = offsetof(struct asked, workflow), .doc = "its name, or that of its file"},
    {.name = NULL},
};
static const struct cli_arg options[] = {
    {"input", 0, CLI_TEXT, "NAME=VALUE", offsetof(struct asked, inputs), .doc = "of its workflow_dispatch",
     .flags = CLI_MANY},
    {"ref", 0, CLI_TEXT, "REF", offsetof(struct asked, ref), .doc = "the branch or tag; by itself the default branch"},
    {"repo", 0, CLI_REPOSITORY, "ALIAS", offsetof(struct asked, repo), .doc = "the repository that has the workflow"},
    {"event", 0, CLI_TEXT, "TYPE", offsetof(struct asked, event),
     .doc = "starts those that wait for a repository_dispatch"},
    {"payload", 0, CLI_FILE, "FILE", offsetof(struct asked, payload), .doc = "a JSON object, their client_payload"},
    {.name = NULL},
};
const struct cli_verb verb_dispatch = {
    .name = "dispatch",
    .doc = "starts a workflow by hand",
    .examples = "fettle dispatch release --input version=1.2\n"
                "fettle dispatch --event nightly --payload payload.json\n",
    .exits = CLI_EXITS_SERVER,
    .text = "A workflow that is `on: workflow_dispatch`; or with --event those that are `on: repository_dispatch`.\n",
    .operands = operands,
    .options = {{options, 0}, {cli_output_group, offsetof(struct asked, shown)}, {cli_config_group, 0}},
    .size = sizeof(struct asked),
    .run = run,
};
