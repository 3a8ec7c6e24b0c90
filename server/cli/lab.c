/* SPDX-License-Identifier: Apache-2.0 */
/* fettle lab: the emulated forge and what talks to it. */
#include "server/cli/lab.h"
#include <stdlib.h>
#include "base/file.h"
#include "fmt/enc.h"
#include "fmt/json.h"
#include "server/lab/deliver.h"
#include "server/lab/lab.h"

enum { PAYLOAD_MOST = 64 << 20, SECRET_MOST = 8192 };

int lab_failed(const struct err *e, int code)
{
    fprintf(stderr, "fettle lab: %s\n", e->msg);
    return code;
}

const struct cli_arg lab_address_group[] = {
    {"url", 0, CLI_TEXT, "URL", offsetof(struct lab_address, url), .doc = "which lab; else FETTLE_LAB"},
    {"ca", 0, CLI_FILE, "FILE", offsetof(struct lab_address, ca_file), .doc = "whom it may show a certificate of"},
    {"insecure", 0, CLI_FLAG, NULL, offsetof(struct lab_address, insecure), .doc = "any certificate will do"},
    {.name = NULL},
};

/* ---- start ---- */

struct started {
    struct cli_call call;
    struct lab_conf c;
    const char *clock;
};

static int start(void *args)
{
    struct started *q = args;
    struct err e = {0};
    if (!q->c.cert != !q->c.key)
        return cli_misuse(&q->call, "https needs both --cert and --key");
    if (q->clock && (!when_parse(sv_of(q->clock), &q->c.clock) || q->c.clock <= 0))
        return cli_misuse(&q->call, "a clock begins at a time like 2026-01-01T00:00:00Z, not %s", q->clock);
    if (!q->c.app.id != !q->c.app.key)
        return cli_misuse(&q->call, "an App needs both --app-id and --app-key");
    return lab_serve(&q->c, &e) < 0 ? lab_failed(&e, CLI_FAILED) : CLI_OK;
}

#define AT(member) offsetof(struct started, member)
static const struct cli_arg start_options[] = {
    {"listen", 0, CLI_TEXT, "ADDRESS:PORT", AT(c.listen), .doc = "by itself a free port of 127.0.0.1"},
    {"cert", 0, CLI_FILE, "FILE", AT(c.cert), .doc = "speaks https, with --key"},
    {"key", 0, CLI_FILE, "FILE", AT(c.key), .doc = "of the certificate"},
    {"unix", 0, CLI_FILE, "PATH", AT(c.unix_path), .doc = "a unix socket as well"},
    {"ledger", 0, CLI_FILE, "FILE", AT(c.ledger), .doc = "gets a line for each request"},
    {"token", 0, CLI_TEXT, "T", AT(c.token), .doc = "what callers have to show"},
    {"token-ends", 0, CLI_TEXT, "DAY", AT(c.token_ends), .doc = "when that one ends"},
    {"hook-ca", 0, CLI_FILE, "FILE", AT(c.hook_ca), .doc = "whom receivers of hooks may show a certificate of"},
    {"limits", 0, CLI_TEXT, "WORDS", AT(c.limits), .doc = "as of `fettle lab limits`"},
    {"seed", 0, CLI_NUMBER, "N", AT(c.seed), .doc = "of all that is by chance", .low = 0, .high = INT64_MAX},
    {"clock", 0, CLI_TEXT, "TIME", AT(clock), .doc = "stands still from here: 2026-01-01T00:00:00Z"},
    {"app-id", 0, CLI_TEXT, "ID", AT(c.app.id), .doc = "of a GitHub App, with --app-key"},
    {"app-key", 0, CLI_FILE, "FILE", AT(c.app.key), .doc = "its public key, PEM"},
    {"app-skew", 0, CLI_NUMBER, "MS", AT(c.app.skew), .doc = "how far GitHub's clock is ahead", .low = INT64_MIN,
     .high = INT64_MAX},
    {"app-life", 0, CLI_NUMBER, "MS", AT(c.app.life), .doc = "of its tokens", .low = 0, .high = INT64_MAX},
    {"app-fresh", 0, CLI_NUMBER, "MS", AT(c.app.fresh), .doc = "for so long a new token is not known everywhere",
     .low = 0, .high = INT64_MAX},
    {"app-grants", 0, CLI_TEXT, "LIST", AT(c.app.granted), .doc = "checks=write,…"},
    {.name = NULL},
};
#undef AT

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

struct delivered {
    struct cli_call call;
    struct deliver d;
    const char *forge, *event, *payload, *secret, *id;
    struct cli_values pairs;
    bool system, form, signing;
};

static int deliver(void *args)
{
    struct delivered *q = args;
    struct deliver *d = &q->d;
    MUST(hook_sender_find(sv_of(q->forge), &d->sign.sender)); /* a word of the table */
    if (!q->event && d->sign.sender != SENDER_STANDARD && !q->system)
        return cli_misuse(&q->call, "which --event?");
    for (size_t i = 0; i < q->pairs.v.n; i++)
        if (!strchr(q->pairs.v.at[i], '='))
            return cli_misuse(&q->call, "--substitute takes KEY=VALUE, not \"%s\"", q->pairs.v.at[i]);
    d->sign.flags = (q->system ? SIGN_SYSTEM : 0u) | (q->form ? SIGN_FORM : 0u) | (q->signing ? SIGN_STANDARD : 0u);
    d->sign.event = sv_of(q->event);
    d->sign.id = sv_of(q->id);
    d->pairs = q->pairs.v.at;
    d->n_pairs = q->pairs.v.n;
    return deliver_all(d, q->payload, q->secret);
}

#define AT(member) offsetof(struct delivered, member)
static const char *const senders[] = {"github", "gitlab", "gitea", "forgejo", "standard", NULL};
static const struct cli_arg deliver_options[] = {
    {"forge", .kind = CLI_WORD, .words = senders, .at = AT(forge), .flags = CLI_NEEDED, .doc = "who sends it"},
    {"event", 0, CLI_TEXT, "EVENT", AT(event), .doc = "the event header word for word"},
    {"payload", 0, CLI_FILE, "FILE", AT(payload), .doc = "the body", .flags = CLI_NEEDED},
    {"url", 0, CLI_TEXT, "URL", AT(d.url), .doc = "of the webhook", .flags = CLI_NEEDED},
    {"secret-file", 0, CLI_FILE, "FILE", AT(secret), .doc = "what it is signed with", .flags = CLI_NEEDED},
    {"id", 0, CLI_TEXT, "ID", AT(id), .doc = "of the delivery"},
    {"system", .kind = CLI_FLAG, .at = AT(system), .doc = "as a system hook"},
    {"form", .kind = CLI_FLAG, .at = AT(form), .doc = "as a form"},
    {"signing", .kind = CLI_FLAG, .at = AT(signing), .doc = "the secret is a signing token"},
    {"resend", .kind = CLI_FLAG, .at = AT(d.same_id), .doc = "all have the same id"},
    {"count", 0, CLI_NUMBER, "N", AT(d.count), .doc = "so many", .low = 1, .high = INT64_MAX},
    {"connections", 0, CLI_NUMBER, "N", AT(d.connections), .doc = "on so many connections", .low = 1,
     .high = INT64_MAX},
    {"substitute", 0, CLI_TEXT, "KEY=VALUE", AT(pairs), .doc = "in the body", .flags = CLI_MANY},
    {"unix", 0, CLI_FILE, "PATH", AT(d.unix_path), .doc = "over this socket"},
    {"ca", 0, CLI_FILE, "FILE", AT(d.ca_file), .doc = "whom the receiver may show a certificate of"},
    {"insecure", .kind = CLI_FLAG, .at = AT(d.insecure), .doc = "any certificate will do"},
    {.name = NULL},
};
#undef AT

/* ---- fault, member, ledger, state ---- */

int lab_request(const struct lab_address *a, const char *method, struct sv path, struct sv body)
{
    struct err e = {0};
    AUTO(buf_free) struct buf out = {0};
    struct lab_address where = *a;
    if (!where.url)
        where.url = getenv("FETTLE_LAB");
    if (!where.url || !*where.url)
        return cli_fail(CLI_USAGE, "lab: which one? Give --url URL, or FETTLE_LAB");
    if (lab_ask(&where, method, path, body, &out, &e) < 0)
        return lab_failed(&e, e.code == 0 ? CLI_UNREACHABLE : e.code == 404 ? CLI_MISSING : CLI_USAGE);
    fwrite(buf_view(&out).p, 1, out.n, stdout);
    return CLI_OK;
}

struct asked {
    struct cli_call call;
    struct lab_address lab;
    const char *word, *match, *forge, *repo, *level, *path;
    int64_t count, ms, chance, id;
};

static int fault(void *args)
{
    const struct asked *q = args;
    AUTO(buf_free) struct buf body = {0};
    struct jout j = {.buf = &body};
    if (!q->word || strcmp(q->word, "list") == 0)
        return lab_request(&q->lab, "GET", SV("/_lab/faults"), SV(""));
    if (strcmp(q->word, "clear") == 0)
        return lab_request(&q->lab, "DELETE", SV("/_lab/faults"), SV(""));
    jout_open(&j, '{');
    jout_kstrz(&j, "kind", q->word);
    jout_kint(&j, "count", q->count);
    jout_kint(&j, "ms", q->ms);
    jout_kstrz(&j, "match", q->match);
    jout_kint(&j, "chance", q->chance);
    jout_close(&j, '}');
    return lab_request(&q->lab, "POST", SV("/_lab/faults"), buf_view(&body));
}

static int member(void *args)
{
    const struct asked *q = args;
    AUTO(buf_free) struct buf body = {0};
    struct jout j = {.buf = &body};
    jout_open(&j, '{');
    jout_kstrz(&j, "forge", q->forge);
    jout_kstrz(&j, "repo", q->repo);
    jout_kstrz(&j, "login", q->word);
    jout_kint(&j, "id", q->id);
    jout_kstrz(&j, "level", q->level);
    jout_close(&j, '}');
    return lab_request(&q->lab, "POST", SV("/_lab/members"), buf_view(&body));
}

static int show(void *args)
{
    const struct asked *q = args;
    AUTO(buf_free) struct buf target = {0};
    buf_fmt(&target, "/_lab/%s?forge=", q->call.sub->name);
    url_put(&target, sv_of(q->forge));
    buf_str(&target, "&path=");
    url_put(&target, sv_of(q->path));
    return lab_request(&q->lab, "GET", buf_view(&target), SV(""));
}

#define AT(member) offsetof(struct asked, member)
static const char *const forges[] = {"github", "gitlab", "gitea", NULL};
static const struct cli_arg fault_operands[] = {
    {"KIND", .kind = CLI_TEXT, .at = AT(word), .doc = "what goes wrong; list, or clear"},
    {.name = NULL},
};
static const struct cli_arg fault_options[] = {
    {"count", 0, CLI_NUMBER, "N", AT(count), .doc = "so often; 0: until it is cleared", .low = 0, .high = INT64_MAX},
    {"ms", 0, CLI_NUMBER, "N", AT(ms), .doc = "for so long", .low = 0, .high = INT64_MAX},
    {"match", 0, CLI_TEXT, "PART", AT(match), .doc = "of \"METHOD /path?query\", or \"SEND event owner/name url\""},
    {"chance", 0, CLI_NUMBER, "PERCENT", AT(chance), .doc = "by chance", .low = 0, .high = 100},
    {.name = NULL},
};
static const struct cli_arg member_operands[] = {
    {"LOGIN", .kind = CLI_TEXT, .at = AT(word), .flags = CLI_NEEDED, .doc = "of a person"},
    {.name = NULL},
};
static const struct cli_arg member_options[] = {
    {"repo", 0, CLI_TEXT, "PATH", AT(repo), .doc = "owner/name"},
    {"forge", .kind = CLI_WORD, .words = forges, .at = AT(forge), .doc = "by itself github"},
    {"level", 0, CLI_TEXT, "LEVEL", AT(level), .doc = "what the person may do there; by itself write"},
    {"id", 0, CLI_NUMBER, "N", AT(id), .doc = "of the person", .low = 0, .high = INT64_MAX},
    {.name = NULL},
};
static const struct cli_arg show_options[] = {
    {"forge", .kind = CLI_WORD, .words = forges, .at = AT(forge), .doc = "only of that one"},
    {"path", 0, CLI_TEXT, "PART", AT(path), .doc = "only where the path has this in it"},
    {.name = NULL},
};
enum { LAB = AT(lab), TOLD_LAB = offsetof(struct lab_told, lab) };
#undef AT

static const struct asked fault_start = {.count = 1, .ms = 1000, .chance = 100};
static const struct asked member_start = {.forge = "github", .level = "write"};
#define TOLD .size = sizeof(struct lab_told)
#define THERE                                                                                                          \
    {                                                                                                                  \
        lab_address_group, TOLD_LAB                                                                                    \
    }
static const struct cli_verb subs[] = {
    {.name = "start",
     .doc = "the forge; until it is interrupted",
     .failed = "it cannot start",
     .options = {{start_options, 0}},
     .size = sizeof(struct started),
     .start = &(const struct started){.c = {.listen = "127.0.0.1:0", .app.life = 3600 * 1000}},
     .run = start},
    {.name = "push", .doc = "somebody pushes", .options = {{lab_push_options, 0}, THERE}, TOLD, .run = lab_tell},
    {.name = "change",
     .doc = "a pull or merge request",
     .operands = lab_change_operands,
     .options = {{lab_change_options, 0}, THERE},
     TOLD,
     .run = lab_tell},
    {.name = "repo",
     .doc = "a repository",
     .operands = lab_repo_operands,
     .options = {{lab_repo_options, 0}, THERE},
     TOLD,
     .run = lab_tell},
    {.name = "hook",
     .doc = "a webhook",
     .operands = lab_hook_operands,
     .options = {{lab_hook_options, 0}, THERE},
     TOLD,
     .run = lab_tell},
    {.name = "member",
     .doc = "what a person may do",
     .operands = member_operands,
     .options = {{member_options, 0}, {lab_address_group, LAB}},
     .start = &member_start,
     .size = sizeof(struct asked),
     .run = member},
    {.name = "deliver",
     .doc = "sends a payload as a forge does",
     .failed = "an answer was no 2xx",
     .options = {{deliver_options, 0}},
     .size = sizeof(struct delivered),
     .start = &(const struct delivered){.d = {.count = 1, .connections = 1}},
     .run = deliver},
    {.name = "fault",
     .doc = "something goes wrong",
     .operands = fault_operands,
     .options = {{fault_options, 0}, {lab_address_group, LAB}},
     .start = &fault_start,
     .size = sizeof(struct asked),
     .run = fault},
    {.name = "limits",
     .doc = "how often it may be called",
     .operands = lab_limits_operands,
     .options = {THERE},
     TOLD,
     .text = "Keys: core search graphql concurrent points graphql-points content-minute content-hour gitlab "
             "gitlab-issues gitlab-notes minute-ms. Who comes before the time that was told is \"early\" in the "
             "ledger.\n",
     .run = lab_limits},
    {.name = "clock",
     .doc = "its time, where it stands still",
     .operands = lab_clock_operands,
     .options = {{lab_clock_options, 0}, THERE},
     TOLD,
     .run = lab_clock},
    {.name = "wait", .doc = "until all webhooks are sent", .options = {THERE}, TOLD, .run = lab_wait},
    {.name = "ledger",
     .doc = "every request so far, a line each",
     .options = {{show_options, 0}, {lab_address_group, LAB}},
     .size = sizeof(struct asked),
     .run = show},
    {.name = "state",
     .doc = "all that it knows",
     .options = {{show_options, 0}, {lab_address_group, LAB}},
     .size = sizeof(struct asked),
     .run = show},
    {.name = NULL},
};
const struct cli_verb verb_lab = {
    .name = "lab",
    .doc = "an emulated forge to try workflows against",
    .examples = "fettle lab start --listen 127.0.0.1:3000 &\n"
                "fettle lab push --url http://127.0.0.1:3000 --repo acme/api --ref main\n",
    .exits = 1u << CLI_INVALID | 1u << CLI_MISSING | 1u << CLI_UNREACHABLE,
    .text =
        "GitHub below /github, GitLab below /gitlab, Gitea below /gitea of one address. --url says which lab is meant, "
        "or FETTLE_LAB; --ca FILE or --insecure where it speaks https. Kinds of `lab fault`:\n"
        "\n"
        "  requests    latency status-500 status-502 rate-limit secondary secondary-429\n"
        "              conflict-409 unknown-sha gone denied redirect lost truncate\n"
        "              partial; --count 0: until cleared\n"
        "  for a time  away unavailable (--ms), lag (until cleared; what is younger than\n"
        "              --ms is not everywhere)\n"
        "  webhooks    missed swallowed duplicate late reordered\n",
    .subs = subs,
    .size = sizeof(struct cli_call),
};
