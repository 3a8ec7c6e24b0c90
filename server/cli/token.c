/* SPDX-License-Identifier: Apache-2.0 */
/* fettle token new NAME --scope S…: a token for the API. It is shown once; the configuration has its digest alone. */
#include "server/cli/token.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/file.h"
#include "config/api_token.h"
#include "fmt/enc.h"
#include "fmt/hmac.h"
#include "fmt/json.h"
#include "fmt/yaml.h"

enum { TOKEN_BYTES = 32 };

struct wish {
    struct cli_call call;
    const char *name;
    struct cli_values scopes;
    unsigned may;
    bool write, json, quiet;
    struct buf token, hash, entry;
};

static void wish_free(struct wish *w)
{
    buf_free(&w->token);
    buf_free(&w->hash);
    buf_free(&w->entry);
}

int token_scopes(const struct cli_values *said, unsigned *ret)
{
    for (size_t i = 0; i < said->v.n; i++) {
        struct sv rest = sv_of(said->v.at[i]), word;
        while (sv_next(&rest, ',', &word)) {
            unsigned bit = api_scope_of(sv_trim(word));
            if (!bit)
                return cli_fail(CLI_USAGE, "there is no scope \"%.*s\": read, run, approve, admin, hook", SV_ARG(word));
            *ret |= bit;
        }
    }
    return CLI_OK;
}

static int take_scopes(struct wish *w)
{
    int rc = token_scopes(&w->scopes, &w->may);
    if (rc != CLI_OK || w->may)
        return rc;
    return cli_fail(CLI_USAGE, "token: say what it may: --scope read, run, approve, admin, hook");
}

static void make(struct wish *w)
{
    uint8_t bytes[TOKEN_BYTES], digest[SHA256_LEN];
    const char *comma = "";
    MUST(getrandom(bytes, sizeof bytes, 0) == (ssize_t)sizeof bytes);
    buf_str(&w->token, API_TOKEN_PREFIX);
    base64url_put(&w->token, bytes, sizeof bytes);
    sha256(w->token.p, w->token.n, digest);
    buf_str(&w->hash, "sha256:");
    hex_put(&w->hash, digest, sizeof digest);
    buf_fmt(&w->entry, "{name: \"%s\", hash: \"%s\", scopes: [", w->name, w->hash.p);
    for (unsigned i = 0; api_scope_name[i]; i++)
        if (w->may & 1u << i) {
            buf_fmt(&w->entry, "%s%s", comma, api_scope_name[i]);
            comma = ", ";
        }
    buf_str(&w->entry, "]}");
}

/* ---- the file ---- */

static bool has_name(struct sv text, const char *name)
{
    AUTO(arena_free) struct arena arena = {0};
    struct ynode *root = NULL;
    struct ymark at;
    struct err e = {0};
    if (yaml_load(text, NULL, &arena, &root, &at, &e) < 0)
        return false;
    const struct ynode *tokens = ynode_get(ynode_get(root, "api"), "tokens");
    for (size_t i = 0; tokens && tokens->kind == Y_SEQ && i < tokens->n; i++) {
        const struct ynode *n = ynode_get(tokens->items[i], "name");
        if (n && n->kind == Y_SCALAR && sv_is(n->text, name))
            return true;
    }
    return false;
}

static int write_text(const char *path, struct sv text)
{
    struct stat st;
    struct err e = {0};
    if (stat(path, &st) < 0)
        return cli_fail(CLI_FAILED, "%s: %s", path, strerror(errno));
    if (file_write_durable(path, text, st.st_mode & 07777, &e) < 0)
        return cli_fail(CLI_FAILED, "%s", e.msg);
    if (geteuid() == 0 && chown(path, st.st_uid, st.st_gid) < 0)
        return cli_fail(CLI_FAILED, "%s: %s", path, strerror(errno));
    return CLI_OK;
}

/* One writer at a time: two that both add an entry would lose one. The lock is on the folder, for the file itself is
 * exchanged. */
static int lock_folder(const char *path)
{
    AUTO(mem_freep) char *folder = sv_dup(sv_n(path, (size_t)(strrchr(path, '/') - path)));
    int fd = open(folder[0] ? folder : "/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0)
        flock(fd, LOCK_EX);
    return fd;
}

static int add(const struct wish *w, const char *path)
{
    AUTO(buf_free) struct buf text = {0}, changed = {0};
    AUTO(fd_closep) int lock = -1;
    struct err e = {0};
    lock = lock_folder(path);
    if (lock < 0)
        return cli_fail(CLI_FAILED, "the folder of %s cannot be locked: %s", path, strerror(errno));
    if (file_read(path, YAML_BYTES, &text, &e) < 0)
        return cli_fail(CLI_FAILED, "%s", e.msg);
    if (has_name(buf_view(&text), w->name))
        return cli_fail(CLI_CONFLICT, "%s has a token \"%s\" already: take another name, or remove that one", path,
                        w->name);
    if (token_put(buf_view(&text), w->entry.p, &changed, &e) < 0)
        return cli_fail(CLI_INVALID,
                        "%s was left as it is (%s): call it without --write, and put the entry there by "
                        "hand",
                        path, e.msg);
    return write_text(path, buf_view(&changed));
}

static int add_to_file(const struct wish *w, char path[PATH_MAX])
{
    const char *conf = cli_config_file(w->call.conf);
    if (!realpath(conf, path)) /* a link stays one */
        return cli_fail(CLI_MISSING,
                        "%s: %s; name a file with -c FILE or FETTLE_CONFIG, or make one with `fettle init`", conf,
                        strerror(errno));
    return add(w, path);
}

/* ---- the verb ---- */

static void put_json(const struct wish *w, struct buf *b)
{
    struct jout j = {.buf = b};
    jout_open(&j, '{');
    jout_kint(&j, "schema", 1);
    jout_kstrz(&j, "name", w->name);
    jout_kstrz(&j, "token", w->token.p);
    jout_kstrz(&j, "hash", w->hash.p);
    jout_key(&j, "scopes");
    jout_open(&j, '[');
    for (unsigned i = 0; api_scope_name[i]; i++)
        if (w->may & 1u << i)
            jout_strz(&j, api_scope_name[i]);
    jout_close(&j, ']');
    jout_kbool(&j, "written", w->write);
    jout_close(&j, '}');
    buf_chr(b, '\n');
}

static int tell(const struct wish *w, const char *path)
{
    AUTO(buf_free) struct buf b = {0};
    if (w->json)
        put_json(w, &b);
    else
        buf_fmt(&b, "%s\n", w->token.p);
    int rc = cli_print(&b);
    if (w->json || w->quiet || rc != CLI_OK)
        return rc;
    fflush(stdout);
    fprintf(stderr, "This is the token; it is shown this once. Programs have it as FETTLE_TOKEN.\n");
    if (w->write)
        fprintf(stderr, "%s has its digest; `fettle reload` lets the server know.\n", path);
    else
        fprintf(stderr, "Its entry for the server's file, which --write puts there:\n\napi:\n  tokens:\n    - %s\n",
                w->entry.p);
    return CLI_OK;
}

static int run(void *args)
{
    struct wish *w = args;
    char path[PATH_MAX] = "";
    const char *fault = api_token_name_fault(sv_of(w->name));
    int rc = fault ? cli_fail(CLI_USAGE, "token: the name %s", fault) : take_scopes(w);
    if (rc != CLI_OK)
        return rc;
    make(w);
    if (w->write)
        rc = add_to_file(w, path);
    if (rc == CLI_OK)
        rc = tell(w, path);
    wish_free(w);
    return rc;
}

static const struct cli_arg operands[] = {
    {"NAME", .kind = CLI_TEXT, .at = offsetof(struct wish, name), .flags = CLI_NEEDED,
     .doc = "who has it: the journal names it"},
    {.name = NULL},
};
static const struct cli_arg options[] = {
    {"scope", 0, CLI_TEXT, "SCOPE", offsetof(struct wish, scopes),
     .doc = "what it may: read, run, approve, admin, hook; none contains another", .flags = CLI_NEEDED | CLI_MANY},
    {"write", 0, CLI_FLAG, NULL, offsetof(struct wish, write),
     .doc = "puts the entry into the configuration; all else there stays as it is"},
    {"json", 0, CLI_FLAG, NULL, offsetof(struct wish, json), .doc = "one JSON object with \"schema\": 1"},
    {"quiet", 'q', CLI_FLAG, NULL, offsetof(struct wish, quiet), .doc = "nothing but the token"},
    {.name = NULL},
};
static const struct cli_verb subs[] = {
    {.name = "new",
     .doc = "makes a token, shows it this once, and says what the configuration has of it",
     .text = "The configuration has its name, its digest and its scopes (`api.tokens`); after --write it takes "
             "`fettle reload`.\n"
             "\n"
             "Where others than this machine can come in, the API wants a token: FETTLE_URL=https://HOST:PORT with "
             "FETTLE_TOKEN.\n",
     .examples = "fettle token new ops --scope read,run --write\n",
     .exits = 1u << CLI_INVALID | 1u << CLI_MISSING | 1u << CLI_CONFLICT,
     .operands = operands,
     .options = {{options, 0}, {cli_config_group, 0}},
     .run = run},
    {.name = NULL},
};
const struct cli_verb verb_token = {
    .name = "token",
    .doc = "tokens for the API, for other machines",
    .subs = subs,
    .size = sizeof(struct wish),
};
