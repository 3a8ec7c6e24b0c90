/* SPDX-License-Identifier: Apache-2.0 */
/* fettle secret rotate HOOK: a new secret at both ends, without a moment in which neither knows the other's.
 *
 *   FILE alone                          the secret in use
 *   FILE.next is written, reload        the server takes both; then each hook of the forge gets the new one, and is
 * tried FILE.old is a copy of FILE, and     the new one is in use; the old one is good until --finish or the next
 * rotation FILE.next becomes FILE, reload
 *
 * FILE is exchanged by one rename and is never missing. Whatever is found says what is left to do, so after a crash, or
 * when a forge was away, the same command goes on. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/crash.h"
#include "base/file.h"
#include "fmt/enc.h"
#include "server/cli/desk.h"
#include "server/cli/trip.h"

enum { SECRET_MOST = 8192, SECRET_BYTES = 32 };
static const msec_t TRIP_MS = 15000;

struct connected { /* a repository with hooks at our address */
    const char *repo;
    size_t n;
};

struct rotation {
    struct cli_call call;
    const char *name, *url;
    msec_t grace;
    bool finish, json, quiet;
    struct arena arena;
    struct desk *desk;
    struct trip trip;
    const struct conf_forge *forge;
    const struct conf_webhook *hook;
    const char *file, *next, *old;
    struct buf address, secret; /* secret: the new one */
    VEC(struct connected) repos;
    size_t n_hooks;
    int lock; /* on the folder of the files; -1 = none */
};

static void rotation_free(struct rotation *r)
{
    trip_end(&r->trip);
    desk_close(&r->desk);
    buf_free(&r->address);
    buf_free(&r->secret);
    VEC_FREE(&r->repos);
    fd_closep(&r->lock);
    arena_free(&r->arena);
}

static void step(const struct rotation *r, const char *text)
{
    if (!r->quiet && isatty(STDERR_FILENO))
        fprintf(stderr, "%s\n", text);
}

static int failed(const struct err *e)
{
    return cli_fail(CLI_FAILED, "%s", e->msg);
}

static const char *base_name(const char *path)
{
    return strrchr(path, '/') + 1;
}

/* ---- what it is about ---- */

static int find_path(struct rotation *r, const char *path)
{
    const struct conf *c = desk_conf(r->desk);
    for (size_t i = 0; i < c->n_forges; i++)
        for (size_t k = 0; k < c->forges[i].n_webhooks; k++)
            if (strcmp(c->forges[i].webhooks[k].path, path) == 0) {
                r->forge = &c->forges[i];
                return desk_webhook(r->forge, path, &r->hook);
            }
    return cli_fail(CLI_MISSING, "the configuration has no webhook %s", path);
}

static int rotation_open(struct rotation *r)
{
    const char *repo;
    int rc = desk_open(r->call.conf, &r->desk);
    if (rc != CLI_OK)
        return rc;
    if (r->name[0] == '/')
        rc = find_path(r, r->name);
    else if ((rc = desk_repo(r->desk, r->name, &r->forge, &repo, &r->arena)) == CLI_OK)
        rc = desk_webhook(r->forge, NULL, &r->hook);
    if (rc != CLI_OK)
        return rc;
    r->file = r->hook->secrets[0].file;
    if (!r->file)
        return cli_fail(CLI_USAGE,
                        "the first secret of %s is in no file: whoever keeps it there has to change it there",
                        r->hook->path);
    const char *folder = arena_dup(&r->arena, sv_n(r->file, (size_t)(base_name(r->file) - r->file)));
    r->lock = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (r->lock < 0 || flock(r->lock, LOCK_EX | LOCK_NB) < 0)
        return cli_fail(CLI_CONFLICT, "%s: somebody else exchanges a secret here: %s", folder, strerror(errno));
    r->next = arena_fmt(&r->arena, "%s.next", r->file);
    r->old = arena_fmt(&r->arena, "%s.old", r->file);
    return CLI_OK;
}

static int reload(struct rotation *r)
{
    AUTO(remote_answer_free) struct remote_answer a = {0};
    int rc = remote_send(r->trip.remote, "POST", "/api/v1/reload", &a);
    if (rc == CLI_OK && a.status == 409)
        return cli_fail(CLI_INVALID, "the server cannot read its configuration again: `fettle reload` says why");
    return rc == CLI_OK ? remote_verdict(&a) : rc;
}

static int server_open(struct rotation *r)
{
    int rc = trip_begin(r->call.conf, &r->trip);
    return rc == CLI_OK && !r->trip.remote ? CLI_UNREACHABLE : rc;
}

/* ---- the hooks ---- */

static struct hook_wish wish_of(const struct rotation *r, const char *repo, enum hook_verb verb,
                                struct hook_answer *answer)
{
    return (struct hook_wish){.effect = {.repo = repo},
                              .verb = verb,
                              .url = r->address.p,
                              .secret = buf_view(&r->secret).p,
                              .answer = answer};
}

static int find_hooks(struct rotation *r)
{
    const struct conf *c = desk_conf(r->desk);
    for (size_t i = 0; i < c->repos.n; i++) {
        AUTO(hook_answer_free) struct hook_answer answer = {0};
        struct hook_wish w = wish_of(r, c->repos.at[i].path, HOOK_LOOK, &answer);
        if (strcmp(c->repos.at[i].forge, r->forge->name) != 0)
            continue;
        int rc = desk_talk(r->desk, r->forge, &w);
        if (rc != CLI_OK)
            return rc;
        if (answer.found.n)
            VEC_PUSH(&r->repos, ((struct connected){c->repos.at[i].path, answer.found.n}));
        r->n_hooks += answer.found.n;
    }
    if (r->n_hooks == 0)
        return cli_fail(CLI_MISSING, "no repository of %s has a hook that points at %s: connect one first",
                        r->forge->name, r->address.p);
    return CLI_OK;
}

static int try_hook(struct rotation *r, const char *repo, int64_t id)
{
    AUTO(hook_answer_free) struct hook_answer answer = {0};
    struct hook_wish w = wish_of(r, repo, HOOK_PING, &answer);
    struct trip_want want = {.path = r->hook->path,
                             .event = r->forge->ops->hooks->ping_event,
                             .repo = repo,
                             .secret = base_name(r->next),
                             .sent = clk_wall_ms(),
                             .most = TRIP_MS};
    struct trip_found found;
    w.id = id;
    int rc = desk_talk(r->desk, r->forge, &w);
    if (rc == CLI_OK && trip_wait(&r->trip, &want, &found) != CLI_OK)
        return cli_fail(
            CLI_TIMEOUT,
            "%s:%s: nothing that is signed with the new secret arrived within %d s; both secrets stay good, "
            "and the same command goes on",
            r->forge->name, repo, (int)(TRIP_MS / 1000));
    return rc;
}

static int set_hooks(struct rotation *r)
{
    for (size_t i = 0; i < r->repos.n; i++) {
        AUTO(hook_answer_free) struct hook_answer answer = {0};
        struct hook_wish w = wish_of(r, r->repos.at[i].repo, HOOK_SECRET, &answer);
        int rc = desk_talk(r->desk, r->forge, &w);
        CRASHPOINT("rotate.set");
        for (size_t k = 0; rc == CLI_OK && k < answer.found.n; k++)
            rc = try_hook(r, r->repos.at[i].repo, answer.found.at[k].id);
        if (rc != CLI_OK)
            return rc;
    }
    return CLI_OK;
}

/* ---- the files ---- */

static int read_secret(const char *path, struct buf *ret, struct err *e)
{
    buf_clear(ret);
    if (file_read(path, SECRET_MOST, ret, e) < 0)
        return -1;
    while (ret->n && (ret->p[ret->n - 1] == '\n' || ret->p[ret->n - 1] == '\r'))
        ret->p[--ret->n] = 0;
    return ret->n ? 0 : err_set(e, ERR_INVALID, "%s is empty", path);
}

/* Of the kind that the one in use is of: a signing token, or a text. */
static void make_secret(struct rotation *r)
{
    uint8_t bytes[SECRET_BYTES];
    MUST(getrandom(bytes, sizeof bytes, 0) == (ssize_t)sizeof bytes);
    buf_clear(&r->secret);
    if (sv_starts(r->hook->secrets[0].value, SV("whsec_"))) {
        buf_str(&r->secret, "whsec_");
        base64_put(&r->secret, bytes, sizeof bytes);
    } else {
        hex_put(&r->secret, bytes, sizeof bytes);
    }
}

/* Root may do this for a server that runs as somebody else. */
static int give_away(const struct rotation *r, const char *path, struct err *e)
{
    struct stat st;
    if (geteuid() != 0 || stat(r->file, &st) < 0 || chown(path, st.st_uid, st.st_gid) == 0)
        return 0;
    return err_errno(e, "%s", path);
}

static int put_secret(const struct rotation *r, const char *path, struct sv secret, struct err *e)
{
    AUTO(buf_free) struct buf line = {0};
    buf_sv(&line, secret);
    buf_chr(&line, '\n');
    return file_write_durable(path, buf_view(&line), 0600, e) < 0 ? -1 : give_away(r, path, e);
}

static int remove_file(const char *path, struct err *e)
{
    AUTO(mem_freep) char *folder = sv_dup(sv_n(path, (size_t)(strrchr(path, '/') - path)));
    if (unlink(path) < 0 && errno != ENOENT)
        return err_errno(e, "%s", path);
    return file_sync_dir(folder, e);
}

/* One that waits from before is gone on with; what the rotation before that left ends now. */
static int prepare(struct rotation *r, struct err *e)
{
    if (file_exists(r->next))
        return give_away(r, r->next, e) < 0 ? -1 : read_secret(r->next, &r->secret, e);
    if (remove_file(r->old, e) < 0)
        return -1;
    make_secret(r);
    return put_secret(r, r->next, buf_view(&r->secret), e);
}

static int exchange(struct rotation *r, struct err *e)
{
    AUTO(buf_free) struct buf now = {0};
    AUTO(mem_freep) char *folder = sv_dup(sv_n(r->file, (size_t)(strrchr(r->file, '/') - r->file)));
    if (read_secret(r->file, &now, e) < 0 || put_secret(r, r->old, buf_view(&now), e) < 0)
        return -1;
    CRASHPOINT("rotate.kept");
    if (rename(r->next, r->file) < 0)
        return err_errno(e, "%s", r->file);
    CRASHPOINT("rotate.renamed");
    return file_sync_dir(folder, e);
}

/* ---- the verb ---- */

static int tell(const struct rotation *r, const char *did)
{
    AUTO(buf_free) struct buf b = {0};
    struct jout j = {.buf = &b};
    if (r->json) {
        jout_open(&j, '{');
        jout_kint(&j, "schema", 1);
        jout_kstrz(&j, "webhook", r->hook->path);
        jout_kstrz(&j, "result", did);
        jout_kint(&j, "hooks", (int64_t)r->n_hooks);
        jout_kbool(&j, "old_is_good", file_exists(r->old));
        jout_close(&j, '}');
        buf_chr(&b, '\n');
    } else if (!r->quiet && strcmp(did, "rotated") == 0) {
        buf_fmt(&b, "%s has a new secret, at %d hook%s of %s", r->hook->path, (int)r->n_hooks,
                r->n_hooks > 1 ? "s" : "", r->forge->name);
        if (r->grace)
            buf_fmt(&b, "; the old one is good for %lld s\n", (long long)(r->grace / 1000));
        else
            buf_fmt(&b, "; the old one is good until `fettle secret rotate %s --finish`\n", r->name);
    } else if (!r->quiet) {
        buf_fmt(&b, "%s: %s\n", r->hook->path, did);
    }
    return cli_print(&b);
}

static int finish(struct rotation *r)
{
    struct err e = {0};
    if (file_exists(r->next))
        return cli_fail(CLI_CONFLICT, "a rotation of %s is not at its end: `fettle secret rotate %s` goes on with it",
                        r->hook->path, r->name);
    if (!file_exists(r->old))
        return tell(r, "there is no old secret");
    int rc = server_open(r);
    if (rc != CLI_OK)
        return rc;
    if (remove_file(r->old, &e) < 0)
        return failed(&e);
    rc = reload(r);
    return rc == CLI_OK ? tell(r, "the old secret is no longer good") : rc;
}

static int rotate(struct rotation *r)
{
    struct err e = {0};
    int rc = desk_address(desk_conf(r->desk), r->hook, r->url, &r->address);
    if (rc == CLI_OK)
        rc = find_hooks(r);
    if (rc == CLI_OK)
        rc = server_open(r);
    if (rc != CLI_OK) /* nothing was changed */
        return rc;
    step(r, "making a new secret");
    if (prepare(r, &e) < 0)
        return failed(&e);
    CRASHPOINT("rotate.written");
    if ((rc = reload(r)) != CLI_OK)
        return rc;
    CRASHPOINT("rotate.reloaded");
    step(r, "setting it at the forge, and trying each hook");
    if ((rc = set_hooks(r)) != CLI_OK)
        return rc;
    CRASHPOINT("rotate.tried");
    if (exchange(r, &e) < 0)
        return failed(&e);
    rc = reload(r);
    return rc == CLI_OK ? tell(r, "rotated") : rc;
}

/* Whoever ends it meanwhile leaves the old one good: --finish is still to come. */
static int rotate_and_wait(struct rotation *r)
{
    int rc = rotate(r);
    if (rc != CLI_OK || !r->grace)
        return rc;
    step(r, "waiting");
    clk_sleep_ms(r->grace);
    trip_end(&r->trip);
    return finish(r);
}

static int run(void *args)
{
    struct rotation *r = args;
    int rc = rotation_open(r);
    if (rc == CLI_OK)
        rc = r->finish ? finish(r) : rotate_and_wait(r);
    rotation_free(r);
    return rc;
}

static const struct cli_arg operands[] = {
    {"HOOK", .kind = CLI_TEXT, .at = offsetof(struct rotation, name), .flags = CLI_NEEDED,
     .doc = "the path of a webhook, or FORGE:REPO for the forge's first"},
    {.name = NULL},
};
static const struct cli_arg options[] = {
    {"finish", .kind = CLI_FLAG, .at = offsetof(struct rotation, finish), .apart = 1,
     .doc = "the old secret is no longer good"},
    {"grace", 0, CLI_TIME, "TIME", offsetof(struct rotation, grace), .doc = "waits so long (10m), then the same",
     .low = 0, .high = 24 * 3600 * 1000, .apart = 1},
    {"url", 0, CLI_TEXT, "URL", offsetof(struct rotation, url), .doc = "where the hooks point, in place of public-url"},
    {"json", 0, CLI_FLAG, NULL, offsetof(struct rotation, json), .doc = "one JSON object with \"schema\": 1"},
    {"quiet", 'q', CLI_FLAG, NULL, offsetof(struct rotation, quiet), .doc = "says only what is wrong"},
    {.name = NULL},
};
static const struct cli_verb subs[] = {
    {.name = "rotate",
     .doc = "a new secret for a webhook, here and at the forge, without a gap",
     .text =
         "The new secret is set at the hooks of all repositories of repositories.yaml that point at it; each is tried "
         "before the old one steps back. Without --finish and --grace the old one is good until the next rotation. "
         "After a failure, or killed, call it again.\n",
     .operands = operands,
     .options = {{options, 0}, {cli_config_group, 0}},
     .run = run},
    {.name = NULL},
};
const struct cli_verb verb_secret = {
    .name = "secret",
    .doc = "the secrets of webhooks, here and at the forge",
    .examples = "fettle secret rotate /hook/github\n"
                "fettle secret rotate /hook/github --finish\n",
    .exits = CLI_EXITS_SERVER | 1u << CLI_CONFLICT,
    .subs = subs,
    .size = sizeof(struct rotation),
    .start = &(const struct rotation){.lock = -1},
};
