/* SPDX-License-Identifier: Apache-2.0 */
#include "server/cli/cli.h"

#define LISTING "[--json] [-o FORMAT] [--quiet] [-c FILE]"

const struct cli_verb cli_verbs[] = {
    {"init", "[DIR]", "writes a working fettle.yaml, certificate and secrets", cli_init},
    {"serve", "[-c FILE] [--check]", "the server; --check validates everything and exits", cli_serve},
    {"check", "[--quiet] [--times] [-c FILE] FILE…", "validates server, repository and workflow files", cli_check},
    {"explain", "[DELIVERY | --forge NAME --event EVENT --payload FILE] [--json] [-c FILE]",
     "what an event means, and per workflow: matched or the first reason why not", cli_explain},
    {"expr", "EXPR [--context FILE]", "evaluates one expression (- reads it), prints JSON", cli_expr},
    {"glob", "NAME PATTERN…", "applies filter patterns, prints match or no match", cli_glob},
    {"deliveries", "[list | show ID | replay ID [--dry-run]] [--state STATE] [--limit N] [--before ID] " LISTING,
     "stored deliveries", cli_deliveries},
    {"runs",
     "[list | show ID | logs ID [-f] | watch ID | why ID | graph ID | cancel ID | "
     "approve ID [SHA] | reject ID [SHA] | download ID [NAME] | rerun ID [--failed | --job JOB | --from JOB/STEP]] "
     "[--state STATE] [--limit N] [--before ID] " LISTING,
     "runs, their jobs and their output", cli_runs},
    {"recoveries", "[list | flaky] [--state OUTCOME] [--limit N] [--before ID] " LISTING,
     "what was done about failures, and the tests that are flaky", cli_recoveries},
    {"dispatch",
     "[WORKFLOW] [--input NAME=VALUE]… [--ref REF] [--repo ALIAS] [--event TYPE] [--payload FILE] [--json] [-o FORMAT] "
     "[--quiet] [-c FILE]",
     "starts a workflow by hand (workflow_dispatch), or with --event those that wait for it (repository_dispatch)",
     cli_dispatch},
    {"effects", "[list] [--state STATE] [--limit N] [--before ID] " LISTING,
     "what was told to the forges, and what was not yet", cli_effects},
    {"connect",
     "FORGE:REPO [--url URL] [--path PATH] [--events LIST] [--dry-run] [--no-ping] [--json] [-o FORMAT] [--quiet] "
     "[-c FILE]",
     "makes or mends the webhook of a repository, with the events that the workflows need, and tries it", cli_connect},
    {"disconnect", "FORGE:REPO [--url URL] [--path PATH] [--dry-run] [--json] [-o FORMAT] [--quiet] [-c FILE]",
     "removes the webhooks of a repository that point at this server, and no other", cli_disconnect},
    {"secret", "rotate HOOK [--finish | --grace TIME] [--url URL] [--json] [--quiet] [-c FILE]",
     "a new secret for a webhook, here and at the forge, without a gap", cli_secret},
    {"queue", "[list | pause | resume | bump RUN] [--limit N] " LISTING,
     "what waits to start, in order, for what and until when", cli_queue},
    {"status", LISTING, "one line on the health of the server; exit 1 when it is not ready", cli_status},
    {"store", "check [--json] [--quiet] [-c FILE]",
     "do all rows agree, and are the counters right? exit 1 when not, with what may be done about it", cli_store},
    {"reload", "[--quiet] [-c FILE]", "the server reads its configuration again: all of it, or nothing", cli_reload},
    {"plan", "FILE [--slots N] [--json | --dot]",
     "the jobs of a workflow file as a graph, its critical path, and how long it takes", cli_plan},
    {"run",
     "FILE [--event EVENT --payload FILE] [--forge KIND] [--dir REPO] [--dirty] [--slots N] "
     "[--isolation bwrap|none] [--secret NAME[=FILE]] [--var NAME=VALUE] [-c FILE] [--quiet]",
     "runs a workflow here, on a working copy, with the engine of the server", cli_run},
    {"import", "[-o DIR] [--json] [--quiet] [-c FILE] FILE…",
     "what of a GitHub workflow or a hooks.json runs here, and the files that do the same", cli_import},
    {"schema", "workflow | server | repositories", "JSON Schema (draft-07) for editors", cli_schema},
    {"lab", "start|deliver|fault|push|change|repo|hook|member|limits|clock|wait|ledger|state ...",
     "an emulated forge to try workflows against", cli_lab},
    {"completion", "bash | zsh | fish", "a script that completes the words of this command", cli_completion},
    {"help", "[TOPIC]", "says more on a verb or a topic", cli_help},
    {"version", "", "the version of this program", cli_version},
    {NULL, NULL, NULL, NULL},
};
