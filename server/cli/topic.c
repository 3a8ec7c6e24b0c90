/* SPDX-License-Identifier: Apache-2.0 */
#include "server/cli/topic.h"
#include <stddef.h>
#include "config/schema.h"

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

static const char connect[] =
    "Reads the whole configuration with its secrets. Wanted are the events that workflows listen to (the server's,\n"
    "and those of the repository's default branch), comments, and news of the repository itself.\n"
    "--url URL     where the forge finds this server, in place of public-url\n"
    "--path PATH   another webhook of the forge than its first\n"
    "--events a,b  these, in the forge's words, in place of what was found out\n"
    "--dry-run     only says what would be done\n"
    "--no-ping     the forge is not asked to try it\n"
    "Exit 6: made, but no server runs here that could have seen the trial. Exit 7: made, and nothing arrived.\n";

static const char secret[] =
    "HOOK is the path of a webhook, or FORGE:REPO for the forge's first. The new secret is set at the hooks of all\n"
    "repositories of repositories.yaml that point at it; each is tried before the old one steps back.\n"
    "--finish      the old secret is no longer good\n"
    "--grace 10m   waits so long, then the same\n"
    "--url URL     where the hooks point, in place of public-url\n"
    "Without either the old one is good until the next rotation. After a failure, or killed, call it again.\n";

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

static const char remote[] =
    "It talks to the server over the unix socket of the configuration, or to FETTLE_URL with FETTLE_TOKEN (FETTLE_CA\n"
    "names the PEM file of a private CA). FETTLE_TIMEOUT bounds a call: 60s.\n";

static const char deliveries[] =
    "list      the newest first; --state received, suspect, matched, ignored or invalid; --limit N; --before ID\n"
    "show      one of them, with the normalised event\n"
    "replay    decides it once more; --dry-run only says what that would start, and what of it started then. With\n"
    "          -c OTHER it is the configuration OTHER that is asked; the server is that of FETTLE_CONFIG or\n"
    "          ./fettle.yaml where there is one\n";

static const char runs[] =
    "list      the newest first; --state waiting, ready, running, done, success, failure, …; --limit N; --before ID\n"
    "show      jobs, steps, attempts, effects\n"
    "logs      the output of all attempts in order; -f goes on until the run is done\n"
    "watch     every change of state until the run is done; exit 0 when it succeeded, else 1\n"
    "why       what each job waits for, or why it ended so\n"
    "graph     the jobs below what they need\n"
    "cancel    stops it\n"
    "approve   answers what it asks with yes: a job may start, a failed step is tried once more, a step of which "
    "nobody\n"
    "          knew counts as done; with SHA only what it asks about that commit\n"
    "reject    answers with no\n"
    "rerun     the same again, as a new run: of the same event, commits and texts; nothing is read from files again.\n"
    "          --failed: jobs that did not succeed, and those that need them; they go on behind the newest snapshot\n"
    "          of their workspace (checkpoint: workspace), else with their first step. --job JOB: that one, and those\n"
    "          that need it. --from JOB/STEP: likewise, from that step, or behind the newest snapshot before it\n"
    "download  its artifacts, or the one of that name, as tar files into the current folder\n";

static const char queue[] =
    "list    jobs whose needs are met, in the order in which they are expected to start; locks and who holds them\n"
    "pause   nothing starts any more, also after a restart; what runs goes on\n"
    "resume  it goes on\n"
    "bump    the run goes first in its repository, and that one comes next\n"
    "\n"
    "Critical runs go first, on a quarter of the slots; then the organisation and the repository that had the least;\n"
    "then runs with little left to do and runs that have waited long; of a run the job with the longest way behind "
    "it.\n"
    "Times are estimates: from earlier runs, or of the file (estimate: 4m).\n";

static const char explain[] =
    "DELIVERY is an id of `fettle deliveries`. --forge is a configured name, else a kind: github, gitlab, gitea or\n"
    "standard. --event is the forge's header word for word: push, \"Merge Request Hook\"; for Gitea that of\n"
    "X-Gitea-Event-Type. --payload - reads from standard input. Filters for paths, and the workflow files of\n"
    "repositories, are read from the server's mirrors where you may read them (`state` of the configuration) and have\n"
    "the commit; else the server alone decides those. A job that calls a workflow stands there as the jobs of that\n"
    "file (`caller / job`), or with the reason why its file cannot be read here.\n";

static const char plan[] =
    "Each job takes what its `estimate` says (estimate: 4m), or one minute where it says nothing. The legs of a\n"
    "matrix and the jobs of reusable workflows are jobs of their own as far as the files say which they are. The\n"
    "critical path and the slack are those of the graph alone; start, end and the whole time are those with N slots\n"
    "(default: as many as there are cores), where the job with the longest remaining path goes first. --dot is for\n"
    "graphviz.\n";

static const char import[] =
    "A workflow of GitHub Actions: says of each line whether it runs here (runs, note, rewritten, refused), and\n"
    "writes the file that runs as far as possible: ${{ }} in scripts moves into `env`, actions that do not run become\n"
    "steps that say so; comments and layout stay. A hooks.json or hooks.yaml of adnanh/webhook: writes a workflow for\n"
    "each hook, the section `forges` with the webhooks, and the files of their secrets. Without -o DIR the report\n"
    "goes to stderr and the result to stdout (no secrets); nothing is overwritten. Exit 0: all of it runs; 1: some\n"
    "does not; 3: not readable. --quiet tells only what does not run.\n";

static const char run[] =
    "The repository is the working copy that --dir names (default: here), at its last commit; --dirty takes the tree\n"
    "as it is, without what is ignored. The event is a push of that commit, whatever the file is `on`, or --event\n"
    "with --payload FILE as the forge (--forge github, gitlab, gitea) sends it; commits of the payload that are not\n"
    "in the repository are replaced by those that are. What the file calls as ./.fettle/workflows/… is that file of\n"
    "the same commit; nothing else there starts. Nothing is told to any forge: what would be told is printed.\n"
    "State and logs live in a temporary folder that goes away. Exit 0: the run succeeded; 1: it did not.\n"
    "\n"
    "--secret NAME        what steps see as secrets.NAME: the environment variable NAME\n"
    "--secret NAME=FILE   what is in FILE (mode 0600, or a pipe), without the line end behind it\n"
    "--var NAME=VALUE     what they see as vars.NAME\n"
    "-c FILE              with the secrets, variables and environments of this server file; the options above go\n"
    "                     before it. Only when it is named here: neither ./fettle.yaml nor FETTLE_CONFIG is looked\n"
    "                     at. The `repos` of its secrets are compared with the name of the working copy's folder, or\n"
    "                     of the payload's repository\n"
    "\n"
    "Each may stand there several times, for other names. Output has *** in the place of secrets. As on the server,\n"
    "an event that is not trusted has none, and other secrets are empty.\n";

static const char init[] =
    "Writes fettle.yaml, repositories.yaml, an example workflow, a self-signed certificate (825 days) and secrets for\n"
    "webhooks. Nothing that exists is overwritten (exit 8).\n";

static const char expr[] =
    "EXPR is what stands between ${{ and }} in a workflow; - reads it from standard input. FILE is a JSON object:\n"
    "each of its members is a context, and no other name is known. One line of JSON is printed, NaN and Infinity\n"
    "as strings; an expression that is wrong exits 1.\n"
    "\n"
    "operators  ( ) [ ] . ! < <= > >= == != && ||      constants  null true false 1 0xff 'it''s' NaN Infinity\n"
    "functions  contains startsWith endsWith format join toJSON fromJSON case hashFiles\n"
    "           success failure cancelled always (here nothing has failed)\n"
    "and        glob(text, pattern...) semver(version, range) hasLabel(name...) changed(pattern...)\n"
    "\n"
    "fettle expr \"contains(github.event.labels.*.name, 'bug')\" --context contexts.json\n";

static const char check[] =
    "Workflow files that call or follow others are checked with the files beside them. --times prints when each\n"
    "schedule starts next. Where there is a configuration (-c), a workflow with `report: {check: true}` is told which\n"
    "of its repositories are at a forge without check runs.\n";

static const char schema[] =
    "For editors: `fettle schema workflow > workflow.json`, and in the first line of a workflow file\n"
    "# yaml-language-server: $schema=workflow.json\n";

static const char lab[] =
    "An emulated forge: GitHub below /github, GitLab below /gitlab, Gitea below /gitea of one address. --url says\n"
    "which lab is meant, or FETTLE_LAB; --ca FILE or --insecure where it speaks https.\n"
    "\n"
    "fettle lab start [--listen ADDRESS:PORT] [--cert FILE --key FILE] [--unix PATH] [--ledger FILE] [--token T]\n"
    "                 [--hook-ca FILE] [--seed N] [--clock 2026-01-01T00:00:00Z] [--limits WORDS]\n"
    "                 [--token-ends DAY] [--app-id ID --app-key PUBLIC-PEM [--app-skew MS] [--app-life MS]\n"
    "                 [--app-fresh MS] [--app-grants checks=write,…]]\n"
    "fettle lab push --repo PATH [--forge F] [--ref REF] [--sha OID] [--message M] [--user U] [--forced] [--delete]\n"
    "fettle lab push --repo PATH --refs REF,REF…      several at once, of which a forge may tell nobody\n"
    "fettle lab change open --repo PATH [--head B] [--base B] [--title T] [--body T] [--sha OID] [--fork PATH]\n"
    "                       [--draft]\n"
    "fettle lab change sync|close|reopen|merge|edit|label --repo PATH --number N [--sha OID] [--title T] [--label L]\n"
    "fettle lab repo create|rename|transfer|delete|private|public --repo PATH [--to NAME] [--default-branch B]\n"
    "fettle lab hook add --repo PATH | --owner O | --app N | --system, --target URL [--forge F] [--events A,B]\n"
    "                [--secret-file FILE] [--signing-file FILE] [--branches PATTERN] [--form] [--inactive]\n"
    "fettle lab hook edit|remove --id N …          events are in the words of the event header: push, \"Push Hook\"\n"
    "fettle lab deliver --forge KIND --event E --payload FILE --url URL --secret-file FILE [--system] [--form]\n"
    "                   [--signing] [--id ID] [--resend] [--count N] [--connections N] [--unix PATH]\n"
    "                   [--substitute KEY=VALUE]…\n"
    "fettle lab fault KIND [--count N] [--ms N] [--match PART] [--chance PERCENT] · list · clear\n"
    "fettle lab limits [on | off | KEY=N,…] · clock [advance --ms N] · member LOGIN --repo PATH [--id N] [--level L]\n"
    "fettle lab wait · ledger [--forge F] [--path PART] · state\n"
    "\n"
    "requests    latency status-500 status-502 rate-limit secondary secondary-429 conflict-409 unknown-sha gone\n"
    "            denied redirect lost truncate partial; --count 0: until cleared\n"
    "            --match: a part of \"METHOD /path?query\"\n"
    "for a time  away unavailable (--ms), lag (until cleared; what is younger than --ms is not everywhere)\n"
    "webhooks    missed swallowed duplicate late reordered; --match: a part of \"SEND event owner/name url\"\n"
    "limits      core search graphql concurrent points graphql-points content-minute content-hour gitlab\n"
    "            gitlab-issues gitlab-notes minute-ms\n"
    "            Who comes before the time that was told is \"early\" in the ledger.\n";

const struct topic topics[] = {
    {"workflows", workflows},
    {"webhooks", webhooks},
    {"files", files},
    {"exit-codes", exit_codes},
    {"deliveries", deliveries},
    {"runs", runs},
    {"queue", queue},
    {"explain", explain},
    {"init", init},
    {"plan", plan},
    {"import", import},
    {"run", run},
    {"expr", expr},
    {"status", remote},
    {"effects", remote},
    {"recoveries", remote},
    {"reload", remote},
    {"connect", connect},
    {"secret", secret},
    {"check", check},
    {"schema", schema},
    {"lab", lab},
    {NULL, NULL},
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
    {"language", language},
    {"fettle.yaml", server_file},
    {"repositories.yaml", repositories_file},
    {NULL, NULL},
};
