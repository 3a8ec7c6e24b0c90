/* SPDX-License-Identifier: Apache-2.0 */
/* Which repositories are looked at, and when: each at the start and once in the forge's interval, the one that waits
 * longest first, and soon again where something differs. */
#include "engine/reconcile.h"
#include "core/backoff.h"

static const msec_t START_MS = 2000;

/* ---- the list ---- */

static msec_t jitter(struct engine *e, msec_t most)
{
    return most > 0 ? (msec_t)(random_next(&e->random) % (uint64_t)most) : 0;
}

static struct place *place_of(struct lookout *l, const char *repo_id)
{
    for (size_t i = 0; i < l->places.n; i++)
        if (strcmp(l->places.at[i].repo_id, repo_id) == 0)
            return &l->places.at[i];
    return NULL;
}

static void place_drop(struct lookout *l, size_t i)
{
    mem_free((void *)(uintptr_t)l->places.at[i].repo_id);
    VEC_REMOVE(&l->places, i);
}

/* A look under way keeps indices: it is given up. */
void places_conf(struct engine *e, struct lookout *l)
{
    if (l->look)
        places_put_off(e, l, e->now);
    missed_put_off(l, e->now);
    for (size_t i = 0; i < l->places.n; i++)
        l->places.at[i].on_list = false;
    for (size_t i = 0; l->forge && i < e->conf->repos->n; i++) {
        const struct repo *r = &e->conf->repos->at[i];
        if (strcmp(r->forge, l->name) != 0)
            continue;
        if (!place_of(l, r->id))
            VEC_PUSH(&l->places,
                     ((struct place){
                         .repo_id = mem_strdup(r->id), .due = e->now + jitter(e, START_MS), .missed_due = e->now}));
        place_of(l, r->id)->on_list = true;
    }
    for (size_t i = l->places.n; i > 0; i--)
        if (!l->places.at[i - 1].on_list)
            place_drop(l, i - 1);
}

static void look_drop(struct lookout *l)
{
    if (!l->look)
        return;
    look_free(l->look);
    mem_free(l->look);
    l->look = NULL;
}

void places_free(struct lookout *l)
{
    look_drop(l);
    while (l->places.n)
        place_drop(l, l->places.n - 1);
    VEC_FREE(&l->places);
}

msec_t places_due(const struct lookout *l)
{
    msec_t due = INT64_MAX;
    if (!l->forge || !l->forge->reconcile_ms || !l->forge->ops->look)
        return INT64_MAX;
    for (size_t i = 0; i < l->places.n; i++)
        due = l->places.at[i].due < due ? l->places.at[i].due : due;
    return due;
}

/* ---- a look ---- */

static bool listens_to_tags(const struct workflow *w)
{
    for (size_t i = 0; i < w->n_triggers; i++) {
        const struct wf_trigger *t = &w->triggers[i];
        bool branches = t->branches.present || t->branches_ignore.present;
        if ((t->event == WF_PUSH || t->event == WF_POST_RECEIVE) &&
            (t->tags.present || t->tags_ignore.present || !branches))
            return true;
    }
    return false;
}

/* What the files of repositories listen to is not known here. */
static enum look_tags wants_tags(const struct engine *e)
{
    bool any = !e->conf->central_only;
    for (size_t i = 0; i < e->conf->workflows->n && !any; i++)
        any = listens_to_tags(e->conf->workflows->at[i]);
    return any ? LOOK_TAGS : LOOK_NO_TAGS;
}

/* Of those that are due the one that waits longest; n_places = there is none. */
static size_t oldest(const struct engine *e, const struct lookout *l)
{
    size_t found = l->places.n;
    for (size_t i = 0; i < l->places.n; i++)
        if (l->places.at[i].due <= e->now && (found == l->places.n || l->places.at[i].due < l->places.at[found].due))
            found = i;
    return found;
}

/* By its number where that is known: it may have moved. */
static void choose(struct engine *e, struct lookout *l, size_t place)
{
    struct look *k = l->look;
    struct look_repo *r = &k->repos[k->n];
    const char *id = l->places.at[place].repo_id;
    const struct seen_repo *s = seen_configured(e, id);
    *r = (struct look_repo){.path = arena_strdup(&k->arena, strchr(id, ':') + 1)};
    if (s) {
        r->id = s->row.forge_id;
        r->path = arena_strdup(&k->arena, s->row.path);
    }
    l->looking[k->n++] = place;
    l->places.at[place].due = INT64_MAX; /* until the answer */
}

bool places_look(struct engine *e, struct lookout *l, struct api_request *ret)
{
    struct err ignored = {0};
    size_t most = l->forge->ops->looks_at < LOOK_REPOS ? l->forge->ops->looks_at : LOOK_REPOS;
    if (l->forge->is_app)
        most = 1; /* a token sees one repository */
    if (oldest(e, l) == l->places.n)
        return false;
    l->look = mem_new(sizeof *l->look);
    l->look->tags = wants_tags(e);
    l->began = e->now;
    for (size_t at; l->look->n < most && (at = oldest(e, l)) < l->places.n;)
        choose(e, l, at);
    if (l->forge->ops->look(l->look, NULL, ret, &ignored) == TALK_CALL)
        return true;
    places_put_off(e, l, e->now + l->forge->reconcile_ms);
    return false;
}

void places_put_off(struct engine *e, struct lookout *l, msec_t until)
{
    (void)e;
    for (size_t i = 0; l->look && i < l->look->n; i++)
        l->places.at[l->looking[i]].due = until;
    look_drop(l);
}

static void finish(struct engine *e, struct lookout *l)
{
    msec_t every = l->forge->reconcile_ms;
    for (size_t i = 0; i < l->look->n; i++) {
        struct look_repo *r = &l->look->repos[i];
        struct place *p = &l->places.at[l->looking[i]];
        enum look_verdict v = LOOK_AGREES;
        if (r->whole && r->id)
            v = reconcile_repo(e, l, r, l->look->tags, l->began);
        p->due = e->now + (v == LOOK_DOUBTS ? reconcile_grace(l) : every - every / 10 + jitter(e, every / 5));
    }
    look_drop(l);
}

enum talk_next places_heard(struct engine *e, struct lookout *l, const struct api_reply *reply, struct api_request *ret,
                            struct err *err)
{
    enum talk_next next = l->forge->ops->look(l->look, reply, ret, err);
    if (next == TALK_SENT)
        finish(e, l);
    return next;
}
