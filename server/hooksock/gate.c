/* SPDX-License-Identifier: Apache-2.0 */
#include "server/hooksock/gate.h"
#include <pwd.h>
#include <stdio.h>
#include "server/api/gate.h"

enum { ENTRY_BYTES = 16 << 10 };

static void name_user(struct hook_caller *c)
{
    struct passwd entry, *found = NULL;
    char text[ENTRY_BYTES];
    if (getpwuid_r((uid_t)c->uid, &entry, text, sizeof text, &found) == 0 && found)
        snprintf(c->user, sizeof c->user, "%s", entry.pw_name);
}

static enum hook_gate by_token(const struct conf *c, const struct http_head *head, struct hook_caller *ret)
{
    const struct conf_api_token *t;
    enum gate_token shown = gate_token(head, c, &t);
    if (shown != GATE_GOOD)
        return shown == GATE_BAD ? HOOK_GATE_BAD_TOKEN : HOOK_GATE_NO_TOKEN;
    if (!(t->scopes & API_HOOK))
        return HOOK_GATE_NO_SCOPE;
    snprintf(ret->user, sizeof ret->user, "token:%s", t->name);
    ret->trusted = (t->scopes & API_RUN) != 0;
    return HOOK_GATE_OPEN;
}

enum hook_gate hook_gate(const struct conf *c, struct sv peer, const struct http_head *head, int64_t own,
                         struct hook_caller *ret)
{
    int64_t uid;
    *ret = (struct hook_caller){.uid = -1};
    if (!sv_starts(peer, SV("unix:")))
        return by_token(c, head, ret);
    if (!sv_int(sv_from(peer, 5), &uid) || uid < 0 || uid > UINT32_MAX - 1)
        return HOOK_GATE_STRANGER;
    ret->uid = uid;
    name_user(ret);
    ret->trusted = uid == 0 || uid == own;
    if (ret->trusted)
        return HOOK_GATE_OPEN;
    for (size_t i = 0; i < c->hooks.n_users; i++)
        if (c->hooks.users[i].uid == uid) {
            ret->trusted = c->hooks.users[i].trusted;
            return HOOK_GATE_OPEN;
        }
    return HOOK_GATE_STRANGER;
}
