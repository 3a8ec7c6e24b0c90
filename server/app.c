/* SPDX-License-Identifier: Apache-2.0 */
/* The composition root: opens everything in order, wires it, runs, and closes in the opposite order. */
#include "server/app.h"
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>
#include "base/file.h"
#include "metrics/metrics.h"
#include "server/exit_class.h"
#include "server/hidden.h"
#include "server/host.h"
#include "server/intake.h"
#include "server/archive.h"
#include "server/token_expiry.h"

static void on_delivery(struct app *a, struct app_letter *l)
{
    host_delivery(a->host, l->put);
    l->put = NULL;
}

void app_letter_free(struct app_letter *l)
{
    buf_free(&l->text);
    mem_free(l);
}

static void cancel(struct app *a, struct app_letter *l)
{
    char cause[120];
    bool named = l->by[0] && strcmp(l->by, "loopback") != 0;
    snprintf(cause, sizeof cause, "cancelled by %s", named ? l->by : "a person");
    l->ok = host_cancel(a->host, l->id, cause);
}

static bool queue(struct app *a, struct app_letter *l)
{
    struct queue_asked q = {.wish = l->kind == LETTER_PAUSE    ? QUEUE_PAUSE
                                    : l->kind == LETTER_RESUME ? QUEUE_RESUME
                                    : l->kind == LETTER_BUMP   ? QUEUE_BUMP
                                                               : QUEUE_PRIORITY,
                            .run = l->id,
                            .priority = PRIO_NORMAL};
    for (int i = 0; l->kind == LETTER_PRIORITY && i < PRIO_N; i++)
        if (sv_is(buf_view(&l->text), priority_name[i]))
            q.priority = (enum priority)i;
    buf_clear(&l->text);
    return host_queue(a->host, &q);
}

static void on_letter(void *ctx, struct letter *x)
{
    struct app *a = ctx;
    struct app_letter *l = CONTAINER_OF(x, struct app_letter, letter);
    audit_letter(a->audit, l);
    switch (l->kind) {
    case LETTER_DELIVERY:
        on_delivery(a, l);
        break;
    case LETTER_REPLAY:
        host_replay(a->host, l->id);
        l->ok = true;
        break;
    case LETTER_CANCEL:
        cancel(a, l);
        break;
    case LETTER_APPROVE:
    case LETTER_REJECT:
        l->ok = host_answer(a->host, l->id, l->kind == LETTER_APPROVE ? ANSWER_APPROVE : ANSWER_REJECT, &l->text);
        break;
    case LETTER_RERUN:
        rerun_letter(a, l);
        break;
    case LETTER_QUEUE:
    case LETTER_HOOKS:
    case LETTER_WHY:
        l->ok = host_ask(a->host, l->kind, l->id, &l->text);
        break;
    case LETTER_PAUSE:
    case LETTER_RESUME:
    case LETTER_BUMP:
    case LETTER_PRIORITY:
        l->ok = queue(a, l);
        break;
    case LETTER_REDRIVE:
        redrive_letter(a, l);
        break;
    case LETTER_RELOAD:
        l->ok = app_reload(a, &l->text);
        break;
    case LETTER_DISPATCH: /* answered when it is stored */
        dispatch_letter(a, l);
        return;
    case LETTER_EXPLAIN: /* answered when it was looked at */
        explain_letter(a, l);
        return;
    case LETTER_SIGN_IN:
    case LETTER_SIGN_OUT:
    case LETTER_SESSION_END:
    case LETTER_SESSION_SEEN:
    case LETTER_ONE_TIME: /* answered when it is on disk */
        session_desk_letter(a->sessions, l);
        return;
    case LETTER_DRAINED:
        life_drained(a);
        break;
    }
    if (l->reply)
        host_tell(a->host, l);
    else
        app_letter_free(l);
}

/* The shim stands beside this program: in bin/ of a build or of an installation. */
static bool shim_path(char ret[PATH_MAX])
{
    char self[PATH_MAX];
    ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
    if (n <= 0)
        return false;
    self[n] = 0;
    char *slash = strrchr(self, '/');
    snprintf(ret, PATH_MAX, "%.*s/fettle-shim", (int)(slash - self), self);
    return access(ret, X_OK) == 0;
}

static int read_event(void *ctx, int64_t event, struct buf *ret, struct err *e)
{
    const struct app *a = ctx;
    return host_payload(a->host, event, ret, e);
}

static int open_executor(struct app *a, struct err *e, exec_exit_fn *on_exit_)
{
    char shim[PATH_MAX];
    if (!shim_path(shim))
        return err_set(e, ERR_MISSING, "fettle-shim is not beside fettle");
    AUTO(arena_free) struct arena arena = {0};
    struct exec_conf c = {.state_dir = a->conf->state_dir,
                          .shim = shim,
                          .isolate = a->conf->runner.isolate,
                          .hide = hidden_paths(a->conf, &arena),
                          .read_event = read_event,
                          .event_ctx = a};
    return executor_new(a->loop, &c, on_exit_, a, &a->executor, e);
}

static void on_exit_record(void *ctx, const struct exit_record *r, const struct step_result *result)
{
    struct app *a = ctx;
    AUTO(arena_free) struct arena arena = {0};
    struct failure f;
    if (archive_exited(a, r))
        return;
    struct engine_event ev = {.kind = EV_EXITED, .exited = {*r, result, exit_class(a, r, result, NULL, &arena, &f)}};
    host_step(a->host, &ev);
}

static int make_parent(const char *path, struct err *e)
{
    const char *slash = strrchr(path, '/');
    if (!slash || slash == path)
        return 0;
    AUTO(buf_free) struct buf dir = {0};
    buf_add(&dir, path, (size_t)(slash - path));
    return file_make_dirs(dir.p, e);
}

static int open_state(struct app *a, struct err *e)
{
    static const char *const folders[] = {"", "/run", "/spool"};
    AUTO(buf_free) struct buf path = {0};
    for (size_t i = 0; i < ARRAY_LEN(folders); i++) {
        buf_clear(&path);
        buf_fmt(&path, "%s%s", a->conf->state_dir, folders[i]);
        if (file_make_dirs(path.p, e) < 0)
            return -1;
    }
    a->db_path = mem_strdup(a->conf->store_path);
    if (make_parent(a->db_path, e) < 0)
        return -1;
    for (size_t i = 0; i < a->conf->n_listens; i++)
        if (a->conf->listens[i].kind == CONF_UNIX && make_parent(a->conf->listens[i].address, e) < 0)
            return -1;
    if (store_open(a->db_path, &a->store, e) < 0)
        return err_add(e, "store");
    return gits_open(a->conf->state_dir, &a->gits, e);
}

static int open_intakes(struct app *a, struct err *e)
{
    a->n_ports = a->conf->n_listens;
    a->ports = mem_new((a->n_ports + 1) * sizeof *a->ports);
    a->intakes = mem_new(((size_t)a->conf->intake_threads + 1) * sizeof *a->intakes);
    int rc = 0;
    for (int i = 0; rc == 0 && i < a->conf->intake_threads; i++) {
        rc = intake_start(a, a->ports, &a->intakes[a->n_intakes], e);
        if (rc == 0)
            a->n_intakes++;
    }
    return rc;
}

int app_open(struct app *a, struct err *e)
{
    if (open_state(a, e) < 0)
        return -1;
    shelf_open(a->conf->state_dir);
    a->loop = loop_new();
    a->inbox = mailbox_new();
    a->pool = pool_new(4);
    a->decoder = pool_new(1);
    a->watches[a->n_watches++] = watch_mailbox(a->loop, a->inbox, on_letter, a);
    struct http_client_conf cc = {.ca_file = a->conf->ca_file, .user_agent = "fettle/" FETTLE_VERSION};
    a->client = http_client_new(a->loop, &cc);
    a->credentials = credentials_new(a->loop, a->client);
    a->kept = http_kept_new(a->loop, a->client, NULL);
    exit_rules(a);
    if (open_executor(a, e, on_exit_record) < 0)
        return -1;
    a->audit = audit_new(a);
    a->host = host_new(a);
    return host_boot(a->host, e);
}

static int open_all(struct app *a, struct err *e)
{
    if (app_open(a, e) < 0)
        return -1;
    a->ready_at = clk_wall_ms();
    life_start(a);
    a->desk = hook_desk_new(a);
    a->sessions = session_desk_new(a);
    a->expiry = token_expiry_new(a);
    return open_intakes(a, e);
}

void app_close(struct app *a)
{
    for (size_t i = 0; i < a->n_intakes; i++)
        intake_join(&a->intakes[i]);
    a->n_intakes = 0; /* what comes back from the store is nudged into none */
    mem_free(a->intakes);
    mem_free(a->ports);
    life_stop(a);
    pool_free(&a->pool);
    pool_free(&a->decoder);
    struct reader *spare = a->spare_reader;
    reader_close(&spare);
    store_close(&a->store);
    audit_free(&a->audit);
    life_end(a);
    session_desk_free(&a->sessions);
    credentials_free(&a->credentials);
    token_expiry_free(&a->expiry);
    host_free(&a->host);
    hook_desk_free(&a->desk);
    executor_free(&a->executor);
    log_rules_free(&a->rules);
    http_kept_free(&a->kept);
    http_client_free(&a->client);
    gits_close(&a->gits);
    for (size_t i = 0; i < a->n_watches; i++)
        watch_free(&a->watches[i]);
    if (a->inbox) {
        struct list left;
        mailbox_take(a->inbox, &left);
        for (struct list *x; (x = list_shift(&left));) {
            struct app_letter *l = CONTAINER_OF(CONTAINER_OF(x, struct letter, node), struct app_letter, letter);
            delivery_put_free(&l->put); /* stored: the next start takes it up */
            mem_free(l->owner);         /* its request went away with the intakes */
            buf_free(&l->text);
            mem_free(l);
        }
        mailbox_free(&a->inbox);
    }
    loop_free(&a->loop);
    conf_unref(&a->conf);
    conf_unref(&a->born);
    mem_free(a->db_path);
    mem_free(a->conf_file);
}

int app_serve(const char *conf_file)
{
    struct app a = {.conf_file = mem_strdup(conf_file)};
    struct err e = {0};
    struct rlimit nofile;
    signal(SIGPIPE, SIG_IGN);
    prctl(PR_SET_DUMPABLE, 0);
    if (getrlimit(RLIMIT_NOFILE, &nofile) == 0) {
        nofile.rlim_cur = nofile.rlim_max;
        setrlimit(RLIMIT_NOFILE, &nofile);
    }
    if (app_load(&a) < 0) {
        app_close(&a);
        return 3;
    }
    log_setup(a.conf->log_level, a.conf->log_format);
    for (size_t i = 0; i < a.conf->n_forges; i++)
        if (!conf_forge_can_ask(&a.conf->forges[i]))
            log_warn("forge has no token: nothing can be posted to it", LS("forge", a.conf->forges[i].name));
    if (getrlimit(RLIMIT_NOFILE, &nofile) == 0 && (int64_t)nofile.rlim_cur / 4 < a.conf->limits.connections)
        log_warn("few descriptors: fewer connections than configured may be taken",
                 LI("nofile", (int64_t)nofile.rlim_cur));
    if (!a.conf->runner.isolate)
        log_warn("steps are not isolated: runs of untrusted changes are refused");
    if (open_all(&a, &e) < 0) {
        log_error("cannot start", LS("cause", e.msg));
        a.exit_code = 1;
        for (size_t i = 0; i < a.n_intakes; i++)
            intake_drain(a.intakes[i], 0);
    } else {
        log_info("ready", LI("workflows", a.conf->workflows.n), LI("repositories", a.conf->repos.n),
                 LI("slots", a.conf->slots));
        life_ready();
        loop_run(a.loop);
    }
    app_close(&a);
    return a.exit_code;
}
