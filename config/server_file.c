/* SPDX-License-Identifier: Apache-2.0 */
#include "config/sections.h"
#include <unistd.h>
#include "config/address.h"
#include "config/objects.h"

#define AT(member) .at = offsetof(struct conf, member)
enum { SECOND = 1000, MINUTE = 60 * SECOND, HOUR = 60 * MINUTE };
#if defined(__aarch64__)
#define MACHINE "arm64"
#else
#define MACHINE "x64"
#endif

static void listen_key(struct reading *r, const struct ynode *n, void *into)
{
    listens_read(r, n, into);
}

static void forges_key(struct reading *r, const struct ynode *n, void *into)
{
    forges_read(r, n, into);
}

static void secrets_key(struct reading *r, const struct ynode *n, void *into)
{
    work_secrets_read(r, n, into);
}

static void vars_key(struct reading *r, const struct ynode *n, void *into)
{
    vars_read(r, n, into);
}

static void environments_key(struct reading *r, const struct ynode *n, void *into)
{
    environments_read(r, n, into);
}

static void locks_key(struct reading *r, const struct ynode *n, void *into)
{
    capacities_read(r, n, into);
}

static void scheduling_key(struct reading *r, const struct ynode *n, void *into)
{
    scheduling_read(r, n, into);
}

static void failure_rules_key(struct reading *r, const struct ynode *n, void *into)
{
    failure_rules_read(r, n, into);
}

static void api_key(struct reading *r, const struct ynode *n, void *into)
{
    api_read(r, n, into);
}

static void hooks_key(struct reading *r, const struct ynode *n, void *into)
{
    hooks_read(r, n, into);
}

static void otlp_key(struct reading *r, const struct ynode *n, void *into)
{
    otlp_read(r, n, into);
}

static void store_key(struct reading *r, const struct ynode *n, void *into)
{
    struct sv s;
    if (!node_text(r, n, "\"store\"", &s))
        return;
    if (sv_starts(s, SV("postgresql:")) || sv_starts(s, SV("postgres:")))
        say_hidden(r, n, "unsupported-value", "a PostgreSQL store is not supported by this version: use sqlite:PATH");
    else if (!sv_starts(s, SV("sqlite:")) || s.n == 7)
        say(r, n, "bad-value", "\"store\" must be sqlite:PATH");
    else
        *(const char **)into = s.p[7] == '/' ? s.p + 7 : arena_fmt(r->arena, "%s/%s", r->dir, s.p + 7);
}

static void readable_key(struct reading *r, const struct ynode *n, void *into)
{
    const char **path = into;
    if (node_path(r, n, r->key, path) && access(*path, R_OK) != 0)
        say(r, n, "bad-path", "cannot read %s", *path);
}

static void public_url_key(struct reading *r, const struct ynode *n, void *into)
{
    struct sv url;
    if (url_read(r, n, "\"public-url\"", &url))
        *(const char **)into = url.p;
}

static void labels_key(struct reading *r, const struct ynode *n, void *into)
{
    struct conf *c = into;
    struct names names;
    if (!node_names(r, n, "\"labels\"", &names))
        return;
    c->runner.labels = names.at;
    c->runner.n_labels = names.n;
}

static void isolation_key(struct reading *r, const struct ynode *n, void *into)
{
    struct sv s;
    if (!node_text(r, n, "\"isolation\"", &s))
        return;
    if (!sv_is(s, "bwrap") && !sv_is(s, "none"))
        say(r, n, "bad-value", "\"isolation\" must be one of: bwrap, none");
    *(bool *)into = !sv_is(s, "none");
}

static const struct field limits_fields[] = {
    {"body", F_SIZE, AT(limits.body), .preset = "26MiB", .min = 1024, .max = 1 << 30, .doc = "largest JSON body"},
    {"form-body", F_SIZE, AT(limits.form_body), .preset = "80MiB", .min = 1024, .max = 1 << 30,
     .doc = "largest form with a payload"},
    {"log", F_SIZE, AT(limits.log), .preset = "64MiB", .min = 4096, .max = 1LL << 40, .doc = "kept of a step's output"},
    {"cache", F_SIZE, AT(limits.cache), .preset = "5GiB", .min = 64 << 10, .max = 1LL << 44,
     .doc = "largest cache, packed"},
    {"caches", F_SIZE, AT(limits.caches), .preset = "10GiB", .min = 64 << 10, .max = 1LL << 44,
     .doc = "all caches together; beyond it the least recently used go"},
    {"artifact", F_SIZE, AT(limits.artifact), .preset = "5GiB", .min = 64 << 10, .max = 1LL << 44,
     .doc = "largest artifact, packed"},
    {"artifacts", F_SIZE, AT(limits.artifacts), .preset = "10GiB", .min = 64 << 10, .max = 1LL << 44,
     .doc = "all artifacts of a run together"},
    {"checkpoint", F_SIZE, AT(limits.checkpoint), .preset = "2GiB", .min = 1 << 20, .max = 1LL << 44,
     .doc = "largest snapshot of a workspace"},
    {"pack", F_SIZE, AT(limits.pack), .preset = "512MiB", .min = 64 << 10, .max = 1LL << 40,
     .doc = "largest pack that a local git hook sends of a push"},
    {"connections", F_INT, AT(limits.connections), .preset = "10000", .min = 1, .max = 1000000, .doc = "open at once",
     .restart = true},
    {"per-address", F_INT, AT(limits.per_address), .preset = "100", .min = 1, .max = 1000000,
     .doc = "open at once from one address", .restart = true},
    {"viewers", F_INT, AT(limits.viewers), .preset = "500", .min = 1, .max = 1000000,
     .doc = "who follows live (GET /api/v1/stream) at once; those of one address have half of per-address"},
    {"hops", F_INT, AT(limits.hops), .preset = "5", .min = 0, .max = 1000,
     .doc = "pushes and requests of its own that may lead to one another"},
    {"bot-runs", F_INT, AT(limits.bot_runs), .preset = "30", .min = 1, .max = 1000000,
     .doc = "runs of one workflow in one repository that bots may start within bot-window; then it rests as long"},
    {"bot-window", F_DURATION, AT(limits.bot_window), .preset = "10m", .min = SECOND, .max = 24LL * HOUR,
     .doc = "time in which those are counted"},
    {"head-time", F_DURATION, AT(limits.head_time), .preset = "10s", .min = 100, .max = HOUR,
     .doc = "for the head of a request", .restart = true},
    {"body-time", F_DURATION, AT(limits.body_time), .preset = "60s", .min = 100, .max = HOUR,
     .doc = "for the body of a request", .restart = true},
    {"tls-time", F_DURATION, AT(limits.tls_time), .preset = "10s", .min = 100, .max = HOUR, .doc = "for the handshake",
     .restart = true},
    {"stall", F_DURATION, AT(limits.stall), .preset = "15s", .min = 3 * SECOND, .max = HOUR,
     .doc = "how long a thread or the disk may stand still until /healthz says so"},
};

#define KEEP(key_, member, preset_, doc_)                                                                              \
    {                                                                                                                  \
        key_, F_DURATION, AT(retention.member), .preset = preset_, .min = SECOND, .max = 36500LL * 24 * HOUR,          \
                                                .doc = doc_                                                            \
    }
static const struct field retention_fields[] = {
    KEEP("payloads", payloads, "30d", "bodies of deliveries"),
    KEEP("deliveries", deliveries, "90d", "deliveries, and so the time in which a repeated one is known"),
    KEEP("logs", logs, "30d", "output of steps"),
    KEEP("runs", runs, "180d", "runs with their jobs and steps"),
    KEEP("caches", caches, "7d", "caches that nobody uses"),
    KEEP("checkpoints", checkpoints, "14d", "what is kept of steps for jobs that go on where they were"),
};

static const char *const level_words[] = {"error", "warn", "info", "debug", NULL};
static const char *const format_words[] = {"logfmt", "json", NULL};
static const struct field log_fields[] = {
    {"level", F_WORD, AT(log_level), .preset = "info", .words = level_words, .doc = "how much is said"},
    {"format", F_WORD, AT(log_format), .preset = "logfmt", .words = format_words, .doc = "how a line looks"},
};

static const char *const isolation_words[] = {"bwrap", "none", NULL};
static const struct shape shape_isolation = {SHAPE_WORD, .words = isolation_words};
static const struct field runner_fields[] = {
    {"labels", F_READ, .read = labels_key, .shape = &shape_labels, .doc = "what runs-on may ask for",
     .otherwise = "self-hosted, linux, " MACHINE},
    {"isolation", F_READ, .read = isolation_key, .shape = &shape_isolation, AT(runner.isolate), .doc = "bwrap or none",
     .otherwise = "bwrap", .restart = true},
};

static void limits_key(struct reading *r, const struct ynode *n, void *into)
{
    FIELDS_READ(r, n, "\"limits\"", limits_fields, into);
}

static void retention_key(struct reading *r, const struct ynode *n, void *into)
{
    FIELDS_READ(r, n, "\"retention\"", retention_fields, into);
}

static void log_key(struct reading *r, const struct ynode *n, void *into)
{
    FIELDS_READ(r, n, "\"log\"", log_fields, into);
}

static void runner_key(struct reading *r, const struct ynode *n, void *into)
{
    FIELDS_READ(r, n, "\"runner\"", runner_fields, into);
}

#define SECTION(name_)                                                                                                 \
    static const struct object name_##_object = {OBJECT(#name_, "\"" #name_ "\"", name_##_fields)};                    \
    static const struct shape shape_##name_ = {SHAPE_OBJECT, .object = &name_##_object}
SECTION(runner);
SECTION(limits);
SECTION(retention);
SECTION(log);

static const struct shape shape_store = {SHAPE_TEXT, .pattern = "^sqlite:.|^postgres(ql)?:", .looks = "sqlite:PATH"};
static const struct field server_fields[] = {
    {"listen", F_READ, .read = listen_key, .shape = &shape_listens, .required = true, .doc = "where requests come in",
     .restart = true},
    {"store", F_READ, .read = store_key, .shape = &shape_store, AT(store_path), .preset = "sqlite:state/fettle.db",
     .doc = "the database", .restart = true},
    {"state", F_PATH, AT(state_dir), .preset = "state", .doc = "attempts, logs, workspaces, mirrors", .restart = true},
    {"workflows", F_READ, .read = readable_key, .shape = &shape_path, AT(workflows_dir),
     .doc = "folder of central workflow files"},
    {"repositories", F_READ, .read = readable_key, .shape = &shape_path, AT(repositories_file),
     .doc = "the repositories file"},
    {"slots", F_INT, AT(slots), .min = 1, .max = 4096, .doc = "steps that run at once", .machine = true},
    {"intake-threads", F_INT, AT(intake_threads), .min = 1, .max = 64, .doc = "threads that take requests",
     .machine = true, .restart = true},
    {"forges", F_READ, .read = forges_key, .shape = &shape_forges, .doc = "the forges, by name"},
    {"forge-ca", F_READ, .read = readable_key, .shape = &shape_path, AT(ca_file), .doc = "PEM of a private CA",
     .restart = true},
    {"runner", F_READ, .read = runner_key, .shape = &shape_runner, .doc = "this machine as a runner of steps"},
    {"limits", F_READ, .read = limits_key, .shape = &shape_limits, .doc = "of requests, logs, caches and artifacts"},
    {"retention", F_READ, .read = retention_key, .shape = &shape_retention, .doc = "how long things are kept"},
    {"public-url", F_READ, .read = public_url_key, .shape = &shape_url, AT(public_url), .doc = "for links in statuses"},
    {"log", F_READ, .read = log_key, .shape = &shape_log, .doc = "the server's own log, to stderr"},
    {"secrets", F_READ, .read = secrets_key, .shape = &shape_work_secrets, .secret = true,
     .doc = "what workflows see as secrets.NAME"},
    {"vars", F_READ, .read = vars_key, .shape = &shape_vars, .doc = "what workflows see as vars.NAME"},
    {"environments", F_READ, .read = environments_key, .shape = &shape_environments,
     .doc = "where jobs deploy to, and from which branches"},
    {"locks", F_READ, .read = locks_key, .shape = &shape_capacities,
     .doc = "how many jobs may hold a lock of \"resources\" at once; 1 where nothing is said"},
    {"scheduling", F_READ, .read = scheduling_key, .shape = &shape_scheduling, .doc = "who runs next"},
    {"failure-rules", F_READ, .read = failure_rules_key, .shape = &shape_failure_rules,
     .doc = "what lines of a step's output say about its failure; before the built-in rules"},
    {"api", F_READ, .read = api_key, .shape = &shape_api, .doc = "the API for other machines"},
    {"hooks", F_READ, .read = hooks_key, .shape = &shape_hooks, .doc = "local git hooks"},
    {"otlp", F_READ, .read = otlp_key, .shape = &shape_otlp, .doc = "where spans of deliveries and runs go"},
};

const struct object server_object = {OBJECT("server", "the server file", server_fields)};

/* What follows from the machine. */
static void set_machine_defaults(struct reading *r, struct conf *c)
{
    static const char *const labels[] = {"self-hosted", "linux", MACHINE};
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    c->slots = cores > 4096 ? 4096 : cores > 0 ? (int)cores : 1;
    c->intake_threads = c->slots <= 2 ? 1 : c->slots > 128 ? 64 : c->slots / 2;
    c->runner.isolate = true;
    c->runner.n_labels = ARRAY_LEN(labels);
    c->runner.labels = arena_new(r->arena, sizeof labels);
    memcpy(c->runner.labels, labels, sizeof labels);
}

void server_file_read(struct reading *r, struct conf *c)
{
    const struct ynode *root = NULL;
    set_machine_defaults(r, c);
    fields_read(r, NULL, "", limits_fields, ARRAY_LEN(limits_fields), c);
    fields_read(r, NULL, "", retention_fields, ARRAY_LEN(retention_fields), c);
    fields_read(r, NULL, "", log_fields, ARRAY_LEN(log_fields), c);
    scheduling_defaults(r, c);
    if (!reading_parse(r, &root))
        return;
    c->root = root;
    if (root)
        FIELDS_READ(r, root, "the server file", server_fields, c);
    else
        say(r, NULL, "missing-key", "the server file is empty: it needs \"listen\"");
    work_secrets_check(r, c);
    scheduling_check(r, c);
    api_check(r, c);
    hooks_check(r, c);
    problems_sort(r->problems, r->first);
}
