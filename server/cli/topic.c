/* SPDX-License-Identifier: Apache-2.0 */
#include "server/cli/topic.h"
#include <stddef.h>
#include "config/schema.h"
#include "server/cli/help.h"

static const char files[] =
    "fettle.yaml          the server: what listens where, forges with their secrets, limits\n"
    "repositories.yaml    the repositories, their names in workflows, how they depend on each other\n"
    "workflows/*.yml      central workflow files\n"
    ".fettle/workflows/*.yml in a repository: its own workflow files\n"
    "\n"
    "The configuration is the file named with -c FILE or FETTLE_CONFIG, else ./fettle.yaml, else\n"
    "/etc/fettle/fettle.yaml. Paths in it are relative to it. `fettle init` writes a first one,\n"
    "`fettle check FILE…` finds mistakes in any of them, `fettle serve --check` in all of them together.\n"
    "\n"
    "Secrets stand in files of their own that nobody else can read (mode 0600), in the environment, or are\n"
    "credentials of the systemd unit: {file: PATH}, {env: NAME}, {credential: NAME}.\n";

static const char workflows[] =
    "name: ci\n"
    "on:\n"
    "  push: {branches: [main]}\n"
    "  pull_request:\n"
    "jobs:\n"
    "  build:\n"
    "    steps:\n"
    "      - uses: checkout\n"
    "      - run: make\n"
    "  test:\n"
    "    needs: build\n"
    "    steps:\n"
    "      - uses: checkout\n"
    "      - run: make check\n"
    "\n"
    "The words are those of GitHub Actions where they exist there. Filters: branches, branches-ignore, tags,\n"
    "tags-ignore, paths, paths-ignore, types, and repos, labels, authors. In patterns `*` stops at `/`, `**` does\n"
    "not, `!` takes away again, and the last pattern that matches wins: try `fettle glob NAME PATTERN…`.\n"
    "\n"
    "All words are listed by `fettle help language`.\n"
    "`fettle explain --forge github --event push --payload FILE` shows what an event would start and why not.\n"
    "A change that is not trusted (from a fork) takes its workflow from the base commit and sees no secret.\n";

static const char webhooks[] =
    "A forge calls a path of the https listener: forges.NAME.webhooks[].path in fettle.yaml. Its secret is one of the\n"
    "`secrets` there, the first one by rule; FILE.next and FILE.old beside its file are good as well, and are what\n"
    "`fettle secret rotate` exchanges it by.\n"
    "\n"
    "`fettle connect FORGE:REPO` makes or mends the hook of a repository. By hand:\n"
    "\n"
    "GitHub     Settings > Webhooks: payload URL https://HOST:8443/hook/github, content type application/json,\n"
    "           the secret\n"
    "GitLab     Settings > Webhooks: URL and secret token (or a signing token: whsec_ and 32 bytes in base64)\n"
    "Gitea      Settings > Webhooks > Gitea: target URL, POST, application/json, the secret\n"
    "\n"
    "401 is said to an unknown path and to a wrong signature alike, 202 once a delivery is stored, 200 to one\n"
    "that was there before, 503 when it cannot be stored. What is in it is decided later: `fettle deliveries` shows\n"
    "matched, ignored or invalid with the reason, and `fettle deliveries replay ID` decides it once more.\n";

static const char environment[] =
    "FETTLE_CONFIG   the configuration, where no -c FILE names one\n"
    "FETTLE_URL      a server elsewhere, in place of the unix socket of the configuration\n"
    "FETTLE_TOKEN    the API token for it\n"
    "FETTLE_CA       the PEM file of a private CA that signs for it\n"
    "FETTLE_TIMEOUT  how long a call of the server may take: 60s\n"
    "TRACEPARENT     the trace (W3C) that what is started belongs to\n"
    "FETTLE_LAB      the address of an emulated forge, for `fettle lab`\n"
    "\n"
    "NO_COLOR        no colours on terminals either; CLICOLOR_FORCE: colours also elsewhere\n"
    "FETTLE_PAGER    what long output goes through on terminals, else PAGER, else less; cat or nothing: none\n"
    "COLUMNS         how wide tables may be where no terminal says it\n";

static const char exit_codes[] = "0    ok\n"
                                 "1    the thing itself failed: a run, a verdict, an evaluation, no match\n"
                                 "2    usage\n"
                                 "3    a file is invalid\n"
                                 "4    not found\n"
                                 "5    not allowed\n"
                                 "6    the server cannot be reached\n"
                                 "7    timeout\n"
                                 "8    conflict: it exists already, or is in another state\n"
                                 "130  interrupted\n";

const struct topic topics[] = {
    {"workflows", workflows},     {"webhooks", webhooks},     {"files", files},
    {"environment", environment}, {"exit-codes", exit_codes}, {NULL, NULL},
};

static void language(struct buf *out)
{
    reference_write(SCHEMA_WORKFLOW, out);
}

static void server_file(struct buf *out)
{
    reference_write(SCHEMA_SERVER, out);
}

static void repositories_file(struct buf *out)
{
    reference_write(SCHEMA_REPOSITORIES, out);
}

const struct topic_written topics_written[] = {
    {"commands", reference_of_commands},      {"language", language}, {"fettle.yaml", server_file},
    {"repositories.yaml", repositories_file}, {NULL, NULL},
};
