/* SPDX-License-Identifier: Apache-2.0 */
/* `api:` of the server file: who may use the API from elsewhere. */
#include "config/api_token.h"
#include "config/field.h"
#include "config/sections.h"
#include "fmt/enc.h"
#include "fmt/hmac.h"

const char *const api_scope_name[] = {"read", "run", "approve", "admin", "hook", NULL};

const char *api_token_name_fault(struct sv name)
{
    if (name.n > 0 && name.n <= API_TOKEN_NAME && is_word(name, "._-"))
        return NULL;
    return "is made of at most 64 letters, digits and . _ -, and does not begin with . or -";
}

unsigned api_scope_of(struct sv word)
{
    for (unsigned i = 0; api_scope_name[i]; i++)
        if (sv_is(word, api_scope_name[i]))
            return 1u << i;
    return 0;
}

const struct conf_api_token *api_token_find(const struct conf_api_token *at, size_t n, struct sv text)
{
    const struct conf_api_token *found = NULL;
    uint8_t hash[SHA256_LEN];
    sha256(text.p, text.n, hash);
    for (size_t i = 0; i < n; i++)
        found = same_bytes(at[i].hash, sizeof at[i].hash, hash, sizeof hash) ? &at[i] : found;
    return found;
}

void api_tokens_go_on(const struct conf_api_token *to, size_t n, const struct conf_api_token *from, size_t n_from)
{
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < n_from; k++)
            if (memcmp(to[i].hash, from[k].hash, sizeof to[i].hash) == 0 && from[k].used)
                api_token_use(&to[i], *from[k].used);
}

struct raw_token { /* as written */
    const struct ynode *name, *hash, *scopes;
};

#define AT(member) .at = offsetof(struct raw_token, member)
static const struct shape shape_token_name = {SHAPE_TEXT, .pattern = "^[A-Za-z0-9_][A-Za-z0-9._-]{0,63}$",
                                              .looks = "a name"};
static const struct shape shape_hash = {SHAPE_TEXT, .pattern = "^sha256:[0-9A-Fa-f]{64}$",
                                        .looks = "sha256: and 64 hexadecimal digits"};
static const struct shape shape_scope = {SHAPE_WORD, .words = api_scope_name};
static const struct shape shape_scopes = {SHAPE_NAMES, .min = 1, .max = 5, .of = &shape_scope};
static const struct field token_fields[] = {
    {"name", F_READ, .read = field_keep, .shape = &shape_token_name, AT(name), .required = true,
     .doc = "for the journal: who did it"},
    {"hash", F_READ, .read = field_keep, .shape = &shape_hash, AT(hash), .required = true, .secret = true,
     .doc = "SHA-256 of the token, as `fettle token new` prints it; never the token"},
    {"scopes", F_READ, .read = field_keep, .shape = &shape_scopes, AT(scopes), .required = true,
     .doc = "what it may: read, run (start, repeat, stop), approve (answer), admin (server, queue), hook (git "
            "hooks)"},
};
#undef AT
static const struct object token_object = {OBJECT("api-token", "a token of the API", token_fields)};
static const struct shape shape_token = {SHAPE_OBJECT, .object = &token_object};
static const struct shape shape_tokens = {SHAPE_LIST, .max = API_TOKENS, .of = &shape_token};

static bool name_read(struct reading *r, const struct ynode *n, const struct conf *c, struct conf_api_token *t)
{
    struct sv s;
    if (!n || !node_text(r, n, "\"name\"", &s))
        return false;
    const char *fault = api_token_name_fault(s);
    if (fault)
        say(r, n, "bad-name", "the name of a token %s", fault);
    for (size_t i = 0; i < c->api.n_tokens; i++)
        if (sv_is(s, c->api.tokens[i].name)) {
            say(r, n, "duplicate", "there is another token of the name \"%s\"", c->api.tokens[i].name);
            return false;
        }
    t->name = s.p;
    return !fault;
}

/* What stands there in its place may be the token itself: the line is not shown. */
static bool hash_read(struct reading *r, const struct ynode *n, const struct conf *c, struct conf_api_token *t)
{
    static const struct sv kind = {"sha256:", 7};
    struct sv s;
    if (!n || !node_text(r, n, "\"hash\"", &s))
        return false;
    if (!sv_starts(s, kind) || s.n != kind.n + 2 * sizeof t->hash ||
        !hex_get(sv_from(s, kind.n), t->hash, sizeof t->hash)) {
        say_hidden(r, n, "bad-value",
                   "\"hash\" is sha256: and 64 hexadecimal digits, as `fettle token new` prints it; "
                   "the token itself must not stand in the file");
        return false;
    }
    for (size_t i = 0; i < c->api.n_tokens; i++)
        if (memcmp(c->api.tokens[i].hash, t->hash, sizeof t->hash) == 0) {
            say_hidden(r, n, "duplicate", "it is the token \"%s\" once more", c->api.tokens[i].name);
            return false;
        }
    return true;
}

static bool scopes_read(struct reading *r, const struct ynode *n, struct conf_api_token *t)
{
    struct names names;
    if (!n || !node_names(r, n, "\"scopes\"", &names))
        return false;
    for (size_t i = 0; i < names.n; i++) {
        unsigned bit = api_scope_of(sv_of(names.at[i]));
        if (!bit)
            say(r, names.nodes[i], "bad-value", "\"scopes\" takes read, run, approve, admin and hook%s",
                did_you_mean(r, sv_of(names.at[i]), api_scope_name, ARRAY_LEN(api_scope_name) - 1));
        t->scopes |= bit;
    }
    return t->scopes != 0;
}

static void tokens_key(struct reading *r, const struct ynode *n, void *into)
{
    struct conf *c = into;
    if (ynode_is_null(n) || !want_seq(r, n, "\"tokens\""))
        return;
    if (n->n > API_TOKENS) {
        say_hidden(r, n, "too-large", "there are more than %d tokens", API_TOKENS);
        return;
    }
    struct conf_api_token *at = arena_new(r->arena, (n->n + 1) * sizeof *at);
    c->api.tokens = at;
    for (size_t i = 0; i < n->n; i++) {
        struct raw_token raw = {0};
        struct conf_api_token t = {.used = arena_new(r->arena, sizeof *t.used)};
        FIELDS_READ(r, n->items[i], "a token of the API", token_fields, &raw);
        bool name = name_read(r, raw.name, c, &t), hash = hash_read(r, raw.hash, c, &t);
        if (scopes_read(r, raw.scopes, &t) && name && hash)
            at[c->api.n_tokens++] = t;
    }
}

static const struct field api_fields[] = {
    {"tokens", F_READ, .read = tokens_key, .shape = &shape_tokens,
     .doc = "who may use the API from elsewhere; loopback and the local socket need none"},
};
static const struct object api_object = {OBJECT("api", "\"api\"", api_fields)};
const struct shape shape_api = {SHAPE_OBJECT, .null = true, .object = &api_object};

void api_read(struct reading *r, const struct ynode *n, struct conf *c)
{
    if (!ynode_is_null(n))
        FIELDS_READ(r, n, "\"api\"", api_fields, c);
}

/* `fettle dashboard` asks there for a token to sign in with. */
static bool has_local_socket(const struct conf *c)
{
    for (size_t i = 0; i < c->n_listens; i++)
        if (c->listens[i].kind == CONF_UNIX && (c->listens[i].serves & SERVES_API))
            return true;
    return false;
}

/* One that nobody can use was meant differently. */
static void check_listen(struct reading *r, const struct conf *c, const struct conf_listen *l)
{
    bool dashboard = l->serves & SERVES_DASHBOARD;
    if (c->api.n_tokens == 0 && !dashboard)
        say_warning(r, NULL, "no-token",
                    "%s serves the API to other machines, and there is no token that could use it: "
                    "`fettle token new NAME --scope read` makes one",
                    l->address);
    if (c->api.n_tokens == 0 && dashboard && !has_local_socket(c))
        say_warning(r, NULL, "no-token",
                    "%s serves the dashboard to other machines, and nobody could sign in: `fettle dashboard` needs a "
                    "listener \"unix\" that serves the API, and `fettle token new NAME --scope read` makes a token",
                    l->address);
    if (dashboard && !c->public_url)
        say_warning(r, NULL, "no-public-url",
                    "%s serves the dashboard to other machines, and \"public-url\" does not say where: `fettle "
                    "dashboard` cannot tell its address%s",
                    l->address,
                    l->behind_proxy ? ", and changes are refused if the proxy calls us by another name" : "");
}

void api_check(struct reading *r, const struct conf *c)
{
    for (size_t i = 0; i < c->n_listens; i++)
        if (c->listens[i].address && (c->listens[i].serves & SERVES_API) && !conf_listen_is_local(&c->listens[i]))
            check_listen(r, c, &c->listens[i]);
}
