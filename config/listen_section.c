/* SPDX-License-Identifier: Apache-2.0 */
#include "config/sections.h"
#include <sys/stat.h>
#include <unistd.h>
#include "config/address.h"
#include "config/field.h"

struct listen_keys { /* as written */
    const struct ynode *https, *http, *unix_path, *serves, *behind_node;
    const char *cert, *key;
    const struct ynode *cert_node, *key_node;
    bool behind_proxy;
};

#define AT(member) .at = offsetof(struct listen_keys, member)
static const char *const serves_words[] = {"hooks", "api", "dashboard", NULL};
static const struct shape shape_serve = {SHAPE_WORD, .words = serves_words};
static const struct shape shape_serves = {SHAPE_NAMES, .min = 1, .max = 1000, .of = &shape_serve};
static const struct field listen_fields[] = {
    {"https", F_READ, .read = field_keep, .shape = &shape_line, AT(https), .doc = "address:port with TLS"},
    {"http", F_READ, .read = field_keep, .shape = &shape_line, AT(http), .doc = "address:port without TLS"},
    {"unix", F_READ, .read = field_keep, .shape = &shape_path, AT(unix_path), .doc = "path of a socket"},
    {"serves", F_READ, .read = field_keep, .shape = &shape_serves, AT(serves), .doc = "hooks, api, dashboard",
     .otherwise = "hooks; on this machine alone all of them"},
    {"cert", F_READ, .read = field_keep, .shape = &shape_path, AT(cert_node), .doc = "PEM chain shown to the forge"},
    {"key", F_READ, .read = field_keep, .shape = &shape_path, AT(key_node), .doc = "PEM private key, mode 0600"},
    {"behind-proxy", F_FLAG, AT(behind_proxy), .doc = "a proxy with TLS stands in front", .otherwise = "false"},
};

static const char *const listen_one_of[] = {"https", "http", "unix", NULL};
static const struct object listen_object = {OBJECT("listen", "a listen entry", listen_fields), .one_of = listen_one_of};
static const struct shape shape_listen = {SHAPE_OBJECT, .object = &listen_object};
const struct shape shape_listens = {SHAPE_LIST, .min = 1, .max = 64, .of = &shape_listen};

static unsigned serves_read(struct reading *r, const struct ynode *n)
{
    struct names names;
    unsigned all = 0;
    if (!node_names(r, n, "\"serves\"", &names))
        return SERVES_HOOKS;
    for (size_t i = 0; i < names.n; i++) {
        unsigned bit = 0;
        for (unsigned w = 0; serves_words[w]; w++)
            if (sv_is(sv_of(names.at[i]), serves_words[w]))
                bit = 1u << w;
        if (!bit)
            say(r, names.nodes[i], "bad-value", "\"serves\" takes hooks, api and dashboard%s",
                did_you_mean(r, sv_of(names.at[i]), serves_words, ARRAY_LEN(serves_words)));
        all |= bit;
    }
    if ((all & SERVES_DASHBOARD) && !(all & SERVES_API))
        say(r, n, "missing-key",
            "\"dashboard\" needs \"api\" beside it: its pages show what the API of their listener says");
    return all;
}

static void pem_read(struct reading *r, const struct ynode *n, const char *what, const char **ret)
{
    if (!node_path(r, n, what, ret))
        return;
    if (access(*ret, R_OK) != 0)
        say(r, n, "bad-path", "cannot read %s", *ret);
}

static void tls_read(struct reading *r, const struct ynode *n, const struct listen_keys *k, struct conf_listen *l)
{
    struct stat st;
    if (!k->cert_node || !k->key_node) {
        say(r, n, "missing-key", "\"https\" needs \"cert\" and \"key\"");
        return;
    }
    pem_read(r, k->cert_node, "\"cert\"", &l->cert);
    pem_read(r, k->key_node, "\"key\"", &l->key);
    /* A group may read it (Debian's ssl-cert), the world may not. */
    if (l->key && stat(l->key, &st) == 0 && (st.st_mode & 07))
        say(r, k->key_node, "bad-secret", "the private key %s can be read by others (mode %04o): chmod 600 it", l->key,
            (unsigned)st.st_mode & 07777);
}

static void unix_read(struct reading *r, const struct ynode *n, struct conf_listen *l)
{
    enum { SUN_PATH = 107 };
    if (node_path(r, n, "\"unix\"", &l->address) && strlen(l->address) > SUN_PATH)
        say(r, n, "bad-path", "the socket's path %s is longer than %d bytes", l->address, SUN_PATH);
}

static void tcp_read(struct reading *r, const struct listen_keys *k, struct conf_listen *l, bool *ret_local)
{
    const struct ynode *n = k->https ? k->https : k->http;
    struct address a = {0};
    if (!address_read(r, n, &a))
        return;
    l->address = a.text;
    l->loopback = *ret_local = a.loopback;
    if (k->http && !a.loopback && !k->behind_proxy)
        say(r, n, "plain-http",
            "plain HTTP is only for loopback: use https, or say \"behind-proxy: true\" when a proxy "
            "with TLS stands in front");
}

static void listen_read(struct reading *r, const struct ynode *n, struct conf_listen *l)
{
    struct listen_keys k = {0};
    FIELDS_READ(r, n, "a listen entry", listen_fields, &k);
    if (n->kind != Y_MAP)
        return;
    if (!k.https + !k.http + !k.unix_path != 2) {
        say(r, n, "missing-key", "a listen entry needs exactly one of https, http and unix");
        return;
    }
    bool local = k.unix_path;
    l->kind = k.https ? CONF_HTTPS : k.http ? CONF_HTTP : CONF_UNIX;
    l->behind_proxy = k.behind_proxy;
    if (k.unix_path)
        unix_read(r, k.unix_path, l);
    else
        tcp_read(r, &k, l, &local);
    if (k.https)
        tls_read(r, n, &k, l);
    else if (k.cert_node || k.key_node)
        say(r, k.cert_node ? k.cert_node : k.key_node, "conflicting-keys", "\"cert\" and \"key\" belong to \"https\"");
    l->serves = k.serves ? serves_read(r, k.serves)
                : local  ? SERVES_HOOKS | SERVES_API | SERVES_DASHBOARD
                         : SERVES_HOOKS;
}

static bool same_address(const struct conf_listen *a, const struct conf_listen *b)
{
    /* Port 0 is a new port each time. */
    return a->address && b->address && strcmp(a->address, b->address) == 0 &&
           (a->kind == CONF_UNIX || !sv_ends(sv_of(a->address), SV(":0")));
}

void listens_read(struct reading *r, const struct ynode *n, struct conf *c)
{
    if (!want_seq(r, n, "\"listen\""))
        return;
    if (n->n == 0 || n->n > 64)
        say(r, n, "bad-value", "\"listen\" needs 1 to 64 entries");
    c->listens = arena_new(r->arena, (n->n + 1) * sizeof *c->listens);
    for (size_t i = 0; i < n->n && i < 64; i++) {
        listen_read(r, n->items[i], &c->listens[c->n_listens]);
        for (size_t k = 0; k < c->n_listens; k++)
            if (same_address(&c->listens[k], &c->listens[c->n_listens]))
                say(r, n->items[i], "duplicate", "%s is listened on twice", c->listens[k].address);
        c->n_listens++;
    }
}
