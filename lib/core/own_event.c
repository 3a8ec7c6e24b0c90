/* SPDX-License-Identifier: Apache-2.0 */
#include "core/own_event.h"
#include "fmt/json.h"

enum { HOPS_MOST = 1000000 };

bool own_actor(const struct hook_event *ev, const struct own_account *me)
{
    struct sv login = sv_of(ev->sender.login), mine = sv_of(me->login);
    if (!ev->sender.present)
        return false;
    if (me->id && ev->sender.id)
        return me->id == ev->sender.id;
    return mine.n && sv_ieq(login, mine);
}

static bool is_one_of(const char *word, const char *const *words)
{
    for (; word && *words; words++)
        if (strcmp(word, *words) == 0)
            return true;
    return false;
}

static bool brings_commits(const struct hook_event *ev)
{
    static const char *const names[] = {"push", "create", "delete", "release", "merge_group", NULL};
    static const char *const actions[] = {"opened", "synchronize", "reopened", "closed", "ready_for_review", NULL};
    return is_one_of(ev->name, names) || (strcmp(ev->name, "pull_request") == 0 && is_one_of(ev->action, actions));
}

static bool is_ours(const char *context, const char *const *contexts)
{
    if (!context)
        return false;
    if (sv_istarts(sv_of(context), SV("fettle/")))
        return true;
    for (size_t i = 0; contexts && contexts[i]; i++)
        if (sv_ieq(sv_of(context), sv_of(contexts[i]))) /* GitHub does not tell them apart by case either */
            return true;
    return false;
}

enum own_by own_event(const struct hook_event *ev, const struct own_account *me, const char *const *contexts)
{
    /* Of what was made up nobody knows who it was. A request to start something is a chain that is meant: hops end it.
     */
    if (ev->made_up || sv_ends(sv_of(ev->name), SV("_dispatch")))
        return OWN_NOT;
    if (ev->marked)
        return OWN_BY_MARKER;
    /* Somebody may ask for a check of ours once more: that is no echo. */
    bool echo = !ev->action || strcmp(ev->action, "created") == 0 || strcmp(ev->action, "completed") == 0;
    if (is_ours(ev->status.present ? ev->status.context : NULL, contexts) ||
        (ev->check.present && echo && is_ours(ev->check.name, contexts)))
        return OWN_BY_STATUS;
    bool bot = ev->sender.bot == YES && !brings_commits(ev);
    return bot && own_actor(ev, me) ? OWN_BY_ACTOR : OWN_NOT;
}

const char *own_event_reason(const struct hook_event *ev, enum own_by by, struct arena *a)
{
    switch (by) {
    case OWN_NOT:
        break;
    case OWN_BY_ACTOR:
        return arena_fmt(a, "own-actor: %s is this server's own account", ev->sender.login ? ev->sender.login : "it");
    case OWN_BY_MARKER:
        return "own-marker: this server wrote it";
    case OWN_BY_STATUS:
        return arena_fmt(a, "own-status: \"%s\" is this server's own",
                         ev->status.present ? ev->status.context : ev->check.name);
    }
    return NULL;
}

static int bounded(int64_t n)
{
    return n < 0 ? 0 : n > HOPS_MOST ? HOPS_MOST : (int)n;
}

int own_hops_of_message(const char *message)
{
    struct sv rest = sv_of(message), line, name = SV(HOPS_TRAILER ":");
    int64_t n = 0, most = 0;
    while (sv_next(&rest, '\n', &line))
        if (sv_istarts(line, name) && sv_int(sv_trim(sv_from(line, name.n)), &n) && n > most)
            most = n;
    return bounded(most);
}

int own_hops_of_payload(const char *json)
{
    AUTO(jdoc_free) struct jdoc *d = NULL;
    struct err ignored;
    int64_t n = 0;
    if (!json || !strstr(json, HOPS_KEY) || jdoc_parse(sv_of(json), NULL, &d, &ignored) < 0)
        return 0;
    return jval_int(jval_get(jdoc_root(d), HOPS_KEY), &n) ? bounded(n) : 0;
}
