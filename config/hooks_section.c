/* SPDX-License-Identifier: Apache-2.0 */
/* `hooks:` of the server file: which users of this machine may call with a local git hook. */
#include "config/field.h"
#include "config/sections.h"
#include <pwd.h>

enum { USERS_MAX = 1000, ENTRY_BYTES = 16 << 10, UID_MOST = 0x7ffffffe };

#define AT(member) .at = offsetof(struct conf_hook_user, member)
static const struct field user_fields[] = {
    {"trusted", F_FLAG, AT(trusted), .doc = "its pushes start runs with secrets, as those of the server's own user do",
     .otherwise = "false"},
};
#undef AT
static const struct object user_object = {OBJECT("hook-user", "a user of hooks", user_fields)};
static const struct shape shape_user = {SHAPE_OBJECT, .null = true, .object = &user_object};
static const struct shape shape_users = {SHAPE_MAP,         .null = true,
                                         .max = USERS_MAX,  .pattern = "^[A-Za-z0-9_][A-Za-z0-9._-]*$",
                                         .of = &shape_user, .looks = "users of this machine, by name or number"};

/* -1: this machine does not know the name. */
static int64_t uid_of(const char *name)
{
    int64_t uid;
    struct passwd entry, *found = NULL;
    char text[ENTRY_BYTES];
    if (sv_int(sv_of(name), &uid))
        return uid >= 0 && uid <= UID_MOST ? uid : -1;
    return getpwnam_r(name, &entry, text, sizeof text, &found) == 0 && found ? (int64_t)found->pw_uid : -1;
}

static bool is_listed(const struct conf *c, int64_t uid)
{
    for (size_t i = 0; uid >= 0 && i < c->hooks.n_users; i++)
        if (c->hooks.users[i].uid == uid)
            return true;
    return false;
}

static void user_read(struct reading *r, const struct ynode *key, const struct ynode *n, struct conf *c)
{
    struct conf_hook_user u = {0};
    if (!node_name(r, key, "a user", &u.name))
        return;
    if (!is_word(sv_of(u.name), "._-")) {
        say(r, key, "bad-name", "a user is the name of a login of this machine, or its number");
        return;
    }
    if (!ynode_is_null(n))
        FIELDS_READ(r, n, "a user of hooks", user_fields, &u);
    u.uid = uid_of(u.name);
    if (u.uid < 0)
        say_warning(r, key, "no-user", "this machine has no user \"%s\": nobody may call by that name", u.name);
    else if (is_listed(c, u.uid))
        say(r, key, "duplicate", "the user \"%s\" is there already, by name or number", u.name);
    c->hooks.users[c->hooks.n_users++] = u;
}

static void users_key(struct reading *r, const struct ynode *n, void *into)
{
    struct conf *c = into;
    if (ynode_is_null(n) || !want_map(r, n, "\"users\""))
        return;
    if (n->n > USERS_MAX) {
        say(r, n, "too-large", "\"users\" has more than %d entries", USERS_MAX);
        return;
    }
    c->hooks.users = arena_new(r->arena, (n->n + 1) * sizeof *c->hooks.users);
    for (size_t i = 0; i < n->n; i++)
        user_read(r, n->keys[i], n->items[i], c);
}

static const struct field hooks_fields[] = {
    {"users", F_READ, .read = users_key, .shape = &shape_users,
     .doc = "who may call, beside the server's own user and root"},
};
static const struct object hooks_object = {OBJECT("hooks", "\"hooks\"", hooks_fields)};
const struct shape shape_hooks = {SHAPE_OBJECT, .null = true, .object = &hooks_object};

void hooks_read(struct reading *r, const struct ynode *n, struct conf *c)
{
    if (!ynode_is_null(n))
        FIELDS_READ(r, n, "\"hooks\"", hooks_fields, c);
}

bool conf_listen_is_open(const struct conf_listen *l)
{
    return l->kind == CONF_UNIX && l->serves == SERVES_HOOKS;
}

/* The sockets that others cannot open would be all there is. */
void hooks_check(struct reading *r, const struct conf *c)
{
    bool open = c->hooks.n_users == 0;
    for (size_t i = 0; !open && i < c->n_listens; i++)
        open = conf_listen_is_open(&c->listens[i]);
    if (!open)
        say_warning(r, NULL, "no-socket",
                    "\"hooks\" names users, and no socket is open to them: add {unix: PATH, serves: [hooks]} to "
                    "\"listen\"");
}
