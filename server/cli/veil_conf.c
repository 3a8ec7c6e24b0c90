/* SPDX-License-Identifier: Apache-2.0 */
#include "server/cli/veil.h"

/* Keys whose values are no secrets. What is not here is hidden: a key that is new, or misspelt, tells nothing. */
static const char *const shown[] = {
    "https",          "http",         "unix",         "serves", "behind-proxy", "cert",         "store",
    "state",          "workflows",    "repositories", "kind",   "url",          "path",         "system",
    "file",           "env",          "credential",   "id",     "installation", "reconcile",    "forge-ca",
    "isolation",      "labels",       "public-url",   "level",  "format",       "name",         "scopes",
    "dependencies",   "coordination", "branches",     "by",     "repos",        "environments", "class",
    "default_branch", "lookahead",    "slots",
};

static bool is_shown(struct sv key)
{
    for (size_t i = 0; i < ARRAY_LEN(shown); i++)
        if (sv_is(key, shown[i]))
            return true;
    return false;
}

/* Numbers, times, sizes and switches: "10", "5m", "26MiB", "25%", "off". */
static bool is_measure(struct sv s)
{
    static const char *const words[] = {"on", "off", "auto", "true", "false"};
    size_t i = 0;
    for (size_t k = 0; k < ARRAY_LEN(words); k++)
        if (sv_is(s, words[k]))
            return true;
    while (i < s.n && s.p[i] >= '0' && s.p[i] <= '9')
        i++;
    return i > 0 && s.n - i <= 3 && s.n <= 15;
}

struct writer {
    struct veil *veil;
    struct buf text;
};

static bool hides_all(struct sv key)
{
    static const char *const keys[] = {"vars", "hash", "token", "tokens", "secret", "secrets", "password", "key"};
    for (size_t i = 0; i < ARRAY_LEN(keys); i++)
        if (sv_is(key, keys[i]))
            return true;
    return false;
}

/* `key`: what the value stands behind; `hidden`: only places of secrets are told there. */
static void put_node(struct writer *w, const struct ynode *n, struct sv key, int depth, bool hidden);

static void put_scalar(struct writer *w, const struct ynode *n, struct sv key, bool hidden)
{
    static const char *const places[] = {"file", "env", "credential", "repos", "environments", "name", "scopes"};
    bool place = false;
    for (size_t i = 0; i < ARRAY_LEN(places); i++)
        place |= sv_is(key, places[i]);
    bool tells = is_shown(key) && (place || !hidden);
    bool told = tells || (!hidden && is_measure(n->text));
    buf_chr(&w->text, ' ');
    if (told && sv_chr(n->text, '\n') < 0 && n->text.n < 300)
        buf_sv(&w->text, n->text);
    else
        buf_str(&w->text, ynode_is_null(n) ? "null" : "***");
    buf_chr(&w->text, '\n');
}

static void put_indent(struct writer *w, int depth)
{
    for (int i = 0; i < depth; i++)
        buf_str(&w->text, "  ");
}

static void put_children(struct writer *w, const struct ynode *n, struct sv key, int depth, bool hidden)
{
    for (size_t i = 0; i < n->n; i++) {
        put_indent(w, depth);
        struct sv name = n->kind == Y_MAP ? n->keys[i]->text : key;
        if (n->kind == Y_MAP) {
            buf_sv(&w->text, sv_cut(name, 64));
            buf_chr(&w->text, ':');
        } else {
            buf_chr(&w->text, '-');
        }
        put_node(w, n->items[i], name, depth + 1, hidden || (n->kind == Y_MAP && hides_all(name)));
    }
}

static void put_node(struct writer *w, const struct ynode *n, struct sv key, int depth, bool hidden)
{
    if (n->kind == Y_SCALAR) {
        put_scalar(w, n, key, hidden);
        return;
    }
    buf_str(&w->text, n->n ? "\n" : n->kind == Y_MAP ? " {}\n" : " []\n");
    put_children(w, n, key, depth, hidden);
}

void veil_put_conf(struct veil *v, const struct ynode *root, struct buf *out)
{
    struct writer w = {.veil = v};
    if (root && root->kind != Y_SCALAR)
        put_children(&w, root, SV(""), 0, false);
    veil_put(v, buf_view(&w.text), out);
    buf_free(&w.text);
}
