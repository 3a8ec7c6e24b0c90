/* SPDX-License-Identifier: Apache-2.0 */
#include <signal.h>
#include <unistd.h>
#include "base/file.h"
#include "fmt/json.h"
#include "server/cli/run_here.h"
#include "server/host.h"
#include "server/trace.h"

enum { SLOTS_MAX = 4096 };
static const msec_t LOOK_MS = 50, LINGER_MS = 5000;

struct engine_room { /* what runs on the loop beside the server's own */
    struct here *h;
    struct mailbox *stored;
    struct watch *watches[3];
    struct timer *look;
    struct reader *reader;
    int interrupts;
};

/* ---- the forge that is not there ---- */

static void on_call(struct app *a, struct engine_action *act)
{
    struct here *h = CONTAINER_OF(a, struct here, app);
    if (act->kind == ACT_ASK) { /* whoever runs it here may do everything here */
        VEC_PUSH(&h->calls, ((struct here_call){act->ask.delivery, CALL_MEMBER}));
        api_request_done(&act->ask.request);
        timer_start(h->answers, 0);
        return;
    }
    struct api_request *r = &act->call.request;
    struct sv path = buf_view(&r->path);
    bool asks = strcmp(r->method, "GET") == 0;
    bool of_list = sv_find(path, SV("/issues")) >= 0 || sv_find(path, SV("/statuses")) >= 0;
    VEC_PUSH(&h->calls, ((struct here_call){act->call.effect, asks ? of_list ? CALL_LIST : CALL_ASK : CALL_TELL}));
    api_request_done(r);
    timer_start(h->answers, 0); /* the engine is in the middle of a step */
}

/* Nothing was told yet, and whatever is told is taken. */
static void on_answers(void *ctx)
{
    static const char object[] = "{\"id\":1,\"number\":1,\"iid\":1,\"html_url\":\"\",\"web_url\":\"\",\"items\":[],"
                                 "\"total_count\":0,\"permission\":\"admin\",\"role_name\":\"admin\","
                                 "\"access_level\":50}";
    struct here *h = ctx;
    while (h->calls.n) {
        struct here_call c = h->calls.at[0];
        struct api_reply reply = {.status = c.kind == CALL_TELL ? 201 : 200,
                                  .body = c.kind == CALL_LIST ? SV("[]") : sv_of(object)};
        struct engine_event ev = {.kind = EV_REPLY, .reply = {c.id, &reply}};
        if (c.kind == CALL_MEMBER)
            ev = (struct engine_event){.kind = EV_ASKED, .asked = {c.id, &reply}};
        VEC_REMOVE(&h->calls, 0);
        host_step(h->app.host, &ev);
    }
}

/* ---- the event goes in, the run is watched ---- */

static void on_stored(void *ctx, struct letter *x)
{
    struct engine_room *room = ctx;
    struct delivery_put *p = CONTAINER_OF(x, struct delivery_put, letter);
    if (p->verdict == PUT_ACCEPTED) {
        room->h->delivery = p->d.id;
        host_delivery(room->h->app.host, p);
        return;
    }
    room->h->exit_code = cli_fail(CLI_FAILED, "the event cannot be stored: %s", p->err.msg);
    delivery_put_free(&p);
    loop_stop(room->h->app.loop);
}

static void deliver(struct engine_room *room)
{
    struct here *h = room->h;
    struct delivery_put *p = delivery_put_new();
    struct arena *a = &p->arena;
    const struct conf_forge *f = &h->app.conf->forges[0];
    p->d = (struct delivery){.forge = arena_strdup(a, f->name),
                             .kind = f->ops->kind,
                             .hook = "/here",
                             .event = arena_strdup(a, h->name),
                             .guid = "here",
                             .system = strcmp(h->name, "System Hook") == 0,
                             .headers = "{}",
                             .size = (int64_t)h->payload.n,
                             .received_at = clk_wall_ms()};
    sha256(h->payload.p, h->payload.n, p->d.digest);
    p->body = buf_take(&h->payload);
    p->spool = -1;
    p->reply = room->stored;
    trace_give(p, NULL);
    store_put(h->app.store, p);
}

static void on_look(void *ctx)
{
    struct engine_room *room = ctx;
    if (here_show(room->h, room->reader))
        loop_stop(room->h->app.loop);
    else
        timer_start(room->look, LOOK_MS);
}

static void cancel_row(void *ctx, struct sv json)
{
    struct engine_room *room = ctx;
    struct jdoc *doc = NULL;
    struct err e;
    int64_t id;
    if (jdoc_parse(json, NULL, &doc, &e) < 0)
        return;
    if (id_parse(jval_str(jval_get(jdoc_root(doc), "id")), &id))
        (void)host_cancel(room->h->app.host, id, "interrupted");
    jdoc_free(&doc);
}

/* The first asks the run to end, and its clean-up runs; the second does not wait for that. */
static void on_interrupt(void *ctx, int sig)
{
    struct engine_room *room = ctx;
    struct err e = {0};
    (void)sig;
    bool asked = room->interrupts++ == 0 &&
                 read_list(room->reader, LIST_RUNS, NULL, 0, 10, cancel_row, room, &e) == 0 && room->h->delivery;
    if (!asked)
        loop_stop(room->h->app.loop);
}

static int go(struct here *h, struct engine_room *room)
{
    struct err e = {0};
    h->app.central_only = true;
    h->app.on_call = on_call;
    if (app_open(&h->app, &e) < 0 || reader_open(h->app.db_path, &room->reader, &e) < 0)
        return cli_fail(CLI_FAILED, "%s", e.msg);
    room->stored = mailbox_new();
    room->watches[0] = watch_mailbox(h->app.loop, room->stored, on_stored, room);
    room->watches[1] = watch_signal(h->app.loop, SIGINT, on_interrupt, room);
    room->watches[2] = watch_signal(h->app.loop, SIGTERM, on_interrupt, room);
    room->look = timer_new(h->app.loop, on_look, room);
    h->answers = timer_new(h->app.loop, on_answers, h);
    deliver(room);
    timer_start(room->look, LOOK_MS);
    loop_run(h->app.loop);
    return room->interrupts ? 130 : h->exit_code;
}

static int run_in_room(struct here *h)
{
    struct engine_room room = {.h = h};
    int rc = go(h, &room);
    timer_free(&room.look);
    timer_free(&h->answers);
    VEC_FREE(&h->calls);
    for (size_t i = 0; i < ARRAY_LEN(room.watches); i++)
        watch_free(&room.watches[i]);
    reader_close(&room.reader);
    app_close(&h->app);
    mailbox_free(&room.stored);
    return rc;
}

/* ---- the verb ---- */

static int run_here(struct here *h)
{
    int rc = here_temp(h);
    if (rc == CLI_OK)
        rc = here_repo(h);
    if (rc == CLI_OK)
        rc = here_event(h);
    if (rc == CLI_OK)
        rc = here_conf(h);
    if (rc != CLI_OK)
        return rc;
    here_values_give(h);
    log_setup(LOG_ERROR, LOG_LOGFMT);
    signal(SIGPIPE, SIG_IGN);
    if (!h->quiet)
        fprintf(stderr, "fettle: %s on %s at %.10s of %s\n", h->file, h->name, h->sha, h->root);
    return run_in_room(h);
}

/* Steps that were killed may still be leaving. */
static void clean_up(struct here *h)
{
    struct err e = {0};
    for (msec_t waited = 0; h->temp && file_remove_tree(h->temp, &e) < 0 && waited < LINGER_MS; waited += LOOK_MS)
        clk_sleep_ms(LOOK_MS);
    if (h->temp && file_exists(h->temp))
        cli_fail(CLI_FAILED, "%s is left behind: %s", h->temp, e.msg);
    here_show_free(h);
    here_values_free(h);
    buf_free(&h->payload);
    arena_free(&h->arena);
}

static int check_options(struct here *h)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    if (!h->slots)
        h->slots = cores > 0 && cores <= SLOTS_MAX ? cores : 1;
    if (!h->event != !h->payload_file)
        return cli_misuse(&h->call, "--event and --payload belong together");
    if (access(h->file, F_OK) != 0)
        return cli_fail(CLI_MISSING, "%s: there is no such file", h->file);
    return CLI_OK;
}

static int run(void *args)
{
    struct here *h = args;
    int rc = check_options(h);
    if (rc == CLI_OK)
        rc = here_values(h);
    if (rc == CLI_OK)
        rc = run_here(h);
    clean_up(h);
    return rc;
}

static const struct cli_arg operands[] = {
    {"FILE", .kind = CLI_FILE, .at = offsetof(struct here, file), .flags = CLI_NEEDED, .doc = "a workflow file"},
    {.name = NULL},
};
static const char *const kinds[] = {"github", "gitlab", "gitea", NULL};
static const char *const isolations[] = {"bwrap", "none", NULL};
static const struct cli_arg options[] = {
    {"event", 0, CLI_TEXT, "EVENT", offsetof(struct here, event),
     .doc = "in place of a push; the forge's header word for word"},
    {"payload", 0, CLI_FILE, "FILE", offsetof(struct here, payload_file), .doc = "its body, as the forge sends it"},
    {"forge", .kind = CLI_WORD, .words = kinds, .at = offsetof(struct here, kind), .doc = "which sends it: github"},
    {"dir", 0, CLI_FOLDER, "REPO", offsetof(struct here, dir), .doc = "the working copy; by itself this folder"},
    {"dirty", .kind = CLI_FLAG, .at = offsetof(struct here, dirty),
     .doc = "takes the tree as it is, without what is ignored, in place of the last commit"},
    {"slots", 0, CLI_NUMBER, "N", offsetof(struct here, slots), .doc = "steps that run at once", .low = 1,
     .high = SLOTS_MAX},
    {"isolation", .kind = CLI_WORD, .words = isolations, .at = offsetof(struct here, isolation),
     .doc = "of the steps; bwrap where there is bubblewrap"},
    {"secret", 0, CLI_TEXT, "NAME[=FILE]", offsetof(struct here, secrets_said),
     .doc =
         "what steps see as secrets.NAME: what is in FILE (mode 0600, or a pipe), else the environment variable NAME",
     .flags = CLI_MANY},
    {"var", 0, CLI_TEXT, "NAME=VALUE", offsetof(struct here, vars_said), .doc = "what they see as vars.NAME",
     .flags = CLI_MANY},
    {"config", 'c', CLI_FILE, "FILE", offsetof(struct here, conf_file),
     .doc = "with the secrets, variables and environments of this server file"},
    {"quiet", 'q', CLI_FLAG, NULL, offsetof(struct here, quiet), .doc = "only what steps write, and what is wrong"},
    {.name = NULL},
};
const struct cli_verb verb_run = {
    .name = "run",
    .doc = "runs a workflow here, on a working copy, with the engine of the server",
    .examples = "fettle run .fettle/workflows/ci.yml --dirty\n"
                "fettle run ci.yml --event push --payload push.json --var LEVEL=2\n",
    .failed = "the run did not succeed",
    .exits = 1u << CLI_INVALID | 1u << CLI_MISSING | 1u << CLI_DENIED,
    .text =
        "The repository is the working copy, at its last commit. The event is a push of that commit, whatever the file "
        "is `on`, or that of --event; commits of the payload that are not in the repository are replaced by those "
        "that are. What the file calls as ./.fettle/workflows/… is that file of the same commit; nothing else there "
        "starts. Nothing is told to any forge: what would be told is printed. State and logs live in a temporary "
        "folder that goes away. Exit 0: the run succeeded; 1: it did not.\n"
        "\n"
        "-c counts only when it is named here: neither ./fettle.yaml nor FETTLE_CONFIG is looked at, and the other "
        "options go before it. The `repos` of its secrets are compared with the name of the working copy's folder, "
        "or of the payload's repository. Output has *** in the place of secrets. As on the server, an event that is "
        "not trusted has none, and other secrets are empty.\n",
    .operands = operands,
    .options = {{options, 0}},
    .size = sizeof(struct here),
    .start = &(const struct here){.dir = ".", .kind = "github"},
    .run = run,
};
