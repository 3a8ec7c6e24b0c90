/* SPDX-License-Identifier: Apache-2.0 */
/* What is dead is not in memory: its row comes from the store and becomes one that waits. What says all anew, as a
 * status does, is not said any more when a newer word of the same is there: that one is right. */
#include "engine/redrive.h"
#include <stdio.h>
#include "engine/seen.h"

static bool says_all(enum effect_kind k)
{
    return k == EFFECT_STATUS || k == EFFECT_CHECK || k == EFFECT_COMMENT || k == EFFECT_PULL || k == EFFECT_ISSUE;
}

static bool is_newer(const struct live_effect *x, const struct effect *row)
{
    return x && x->row->id > row->id && strcmp(x->row->serial_key, row->serial_key) == 0;
}

/* It waits, is on its way, or was sent a moment ago. */
static bool is_overtaken(const struct engine *e, const struct lane *l, const struct effect *row)
{
    const struct serial *s = map_get(&l->by_key, sv_of(row->serial_key));
    if (s && is_newer(s->flying, row))
        return true;
    for (const struct list *n = s ? s->waiting.next : NULL; n && n != &s->waiting; n = n->next)
        if (is_newer(CONTAINER_OF(n, struct live_effect, node), row))
            return true;
    for (const struct list *n = e->over_effects.next; n != &e->over_effects; n = n->next) {
        const struct live_effect *x = CONTAINER_OF(n, struct live_effect, over);
        if (x->row->state == EFFECT_SENT && is_newer(x, row))
            return true;
    }
    return false;
}

static const char *hindrance(const struct engine *e, const struct redrive *x, struct arena *a)
{
    const struct effect *row = x->row;
    const struct live_effect *live = map_get_id(&e->effects, row->id);
    const struct lane *l = map_get(&e->lanes, sv_of(row->forge));
    char id[ID_TEXT];
    if (live && live->row->state == EFFECT_DEAD)
        return "it has ended this moment: ask once more";
    if (live || row->state != EFFECT_DEAD)
        return arena_fmt(a, "it is %s", effect_state_name[live ? live->row->state : row->state]);
    if (!l || (!lane_is_own(l) && (!l->ops || !l->can_post)))
        return "its forge is not in the configuration, or has no token";
    if (!lane_is_own(l) && seen_is_gone(e, row->forge, row->repo))
        return "its repository was deleted";
    if (says_all(row->kind) && x->newer)
        return arena_fmt(a, "a newer one of the same was sent since: effect %s", id_text(x->newer, id));
    if (says_all(row->kind) && is_overtaken(e, l, row))
        return "a newer one of the same takes its place";
    return NULL;
}

/* After one try it was refused, and is not there. Of several one may have arrived: that is looked for first. */
static void revive(struct engine *e, struct live_effect *f, const char *cause)
{
    struct effect *row = f->row;
    enum effect_state to = row->tries > 1 ? EFFECT_UNCERTAIN : EFFECT_PENDING;
    record_journal(e, "effect", row->id, row->run_id, effect_state_name[row->state], effect_state_name[to], cause);
    row->state = to;
    row->settled_at = row->not_before = 0;
    record_effect(e, row);
}

void outbox_redrive(struct engine *e, struct redrive *x)
{
    AUTO(arena_free) struct arena a = {0};
    const char *problem = hindrance(e, x, &a);
    snprintf(x->problem, sizeof x->problem, "%s", problem ? problem : "");
    if (problem)
        return;
    struct live_effect *f = mem_new(sizeof *f);
    f->arena = x->arena;
    f->row = x->row;
    x->arena = (struct arena){0};
    x->row = NULL;
    revive(e, f, x->cause);
    outbox_enqueue(e, f);
    e->told = true;
}
