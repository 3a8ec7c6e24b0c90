/* SPDX-License-Identifier: Apache-2.0 */
/* Files of a repository are read when an event of it comes. What they listen to by themselves has to be known before
 * that: it is kept from the last time that the files of the default branch were read, as JSON
 *   {"schedules":[[file, cron, zone or null]…],"listens":[[pattern…]…]}
 * A file that is broken now listens to nothing. */
#include "engine/state.h"
#include "fmt/json.h"

static void put_schedules(struct jout *o, const struct gather_repo *g)
{
    jout_key(o, "schedules");
    jout_open(o, '[');
    for (size_t i = 0; i < g->n_files; i++) {
        const struct workflow *w = g->files[i].workflow;
        for (size_t k = 0; w && k < w->n_triggers; k++)
            for (size_t n = 0; n < w->triggers[k].n_schedules; n++) {
                jout_open(o, '[');
                jout_strz(o, g->files[i].path);
                jout_strz(o, w->triggers[k].schedules[n].cron);
                jout_strz(o, w->triggers[k].schedules[n].timezone);
                jout_close(o, ']');
            }
    }
    jout_close(o, ']');
}

static void put_listens(struct jout *o, const struct gather_repo *g)
{
    jout_key(o, "listens");
    jout_open(o, '[');
    for (size_t i = 0; i < g->n_files; i++) {
        const struct workflow *w = g->files[i].workflow;
        for (size_t k = 0; w && k < w->n_triggers; k++) {
            if (w->triggers[k].event != WF_WORKFLOW_RUN)
                continue;
            jout_open(o, '[');
            for (size_t n = 0; n < w->triggers[k].workflows.globs.n; n++)
                jout_strz(o, w->triggers[k].workflows.globs.text[n]);
            jout_close(o, ']');
        }
    }
    jout_close(o, ']');
}

void standing_adopt(struct engine *e, const char *repo_id, const char *words)
{
    char *old = map_put(&e->standing, sv_of(repo_id), mem_strdup(words));
    mem_free(old);
}

void standing_learn(struct engine *e, const struct repo *r, const struct gather_repo *g)
{
    AUTO(buf_free) struct buf json = {0};
    struct jout o = {.buf = &json};
    const char *known = map_get(&e->standing, sv_of(r->id));
    jout_open(&o, '{');
    put_schedules(&o, g);
    put_listens(&o, g);
    jout_close(&o, '}');
    if (strcmp(known ? known : "{\"schedules\":[],\"listens\":[]}", json.p) == 0)
        return;
    struct change_set *cs = engine_changes(e);
    struct change *c = change_add(cs, CHANGE_STANDING);
    c->standing.repo_id = arena_strdup(&cs->arena, r->id);
    c->standing.words = arena_dup(&cs->arena, buf_view(&json));
    standing_adopt(e, r->id, json.p);
    schedule_all(e);
}

static bool list_takes(const struct jval *list, const char *workflow)
{
    AUTO(arena_free) struct arena a = {0};
    struct globs globs = {0};
    struct err ignored;
    for (size_t i = 0; i < jval_len(list); i++)
        if (globs_add(&globs, jval_str(jval_item(list, i)), &a, &ignored) < 0)
            return false;
    return globs.n == 0 || globs_match(&globs, sv_of(workflow));
}

/* Only those of the run's own repository, and of the server's folder, hear of it: as on GitHub. */
bool standing_listens(struct engine *e, const char *workflow, const char *repo_id)
{
    for (size_t i = 0; i < e->conf->workflows->n; i++) {
        const struct workflow *w = e->conf->workflows->at[i];
        for (size_t k = 0; k < w->n_triggers; k++)
            if (w->triggers[k].event == WF_WORKFLOW_RUN &&
                (!w->triggers[k].workflows.present || globs_match(&w->triggers[k].workflows.globs, sv_of(workflow))))
                return true;
    }
    AUTO(jdoc_free) struct jdoc *d = NULL;
    struct err ignored;
    const char *words = repo_id ? map_get(&e->standing, sv_of(repo_id)) : NULL;
    if (!words || jdoc_parse(sv_of(words), NULL, &d, &ignored) < 0)
        return false;
    const struct jval *lists = jval_get(jdoc_root(d), "listens");
    for (size_t i = 0; i < jval_len(lists); i++)
        if (list_takes(jval_item(lists, i), workflow))
            return true;
    return false;
}
