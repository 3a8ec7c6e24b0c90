/* SPDX-License-Identifier: Apache-2.0 */
/* `report: {comment: sticky}`: one comment beneath the change, whatever happens to it: the newest run writes it over in
 * place when it ends. A run of an earlier commit that ends later has nothing to say there any more. */
#include "engine/check_text.h"
#include "engine/state.h"

static bool speaks(const struct run *r)
{
    return (r->tells & RUN_TELLS_COMMENT) != 0;
}

static void speaker_key(const struct run *r, struct buf *out)
{
    buf_fmt(out, "change %lld\n%s\n%s", (long long)r->change, r->repo_id, r->report_context);
}

void comment_speaker(struct engine *e, struct live_run *r)
{
    AUTO(buf_free) struct buf key = {0};
    if (!speaks(r->row))
        return;
    speaker_key(r->row, &key);
    struct live_run *older = map_put(&e->speakers, buf_view(&key), r);
    if (!older || older == r)
        return;
    older->row->tells &= ~RUN_TELLS_COMMENT;
    if (older->row->state != WORK_DONE)
        record_run(e, older->row);
}

void comment_forget(struct engine *e, struct live_run *r)
{
    AUTO(buf_free) struct buf key = {0};
    if (!speaks(r->row))
        return;
    speaker_key(r->row, &key);
    if (map_get(&e->speakers, buf_view(&key)) == r)
        map_remove(&e->speakers, buf_view(&key));
}

static const char *text_of(struct engine *e, const struct run *r, enum status_state s, const char *title,
                           struct arena *a)
{
    char id[ID_TEXT];
    struct check_body b = {.state = s};
    check_compose(r, a, &b);
    const char *link =
        e->conf->public_url ? arena_fmt(a, "\n\n[The run](%s/runs/%s)", e->conf->public_url, id_text(r->id, id)) : "";
    return arena_fmt(a, "**%s**: %s, %s\n\nCommit %s\n\n%s%s", r->report_context, status_state_name[s], title, r->sha,
                     b.summary, link);
}

void comment_report(struct engine *e, struct live_run *r, enum status_state s, const char *title)
{
    const struct run *row = r->row;
    struct sv forge;
    const char *path;
    char fp[27];
    if (!speaks(row) || !report_address(row->repo_id, &forge, &path) || !report_can_post(e, forge))
        return;
    struct live_effect *x = effect_new(e, forge, path, row->id, EFFECT_COMMENT);
    struct arena *a = &x->arena;
    effect_fingerprint(forge, sv_of(path),
                       sv_of(arena_fmt(a, "report %lld\n%s", (long long)row->change, row->report_context)), fp);
    x->row->serial_key = arena_fmt(a, "comment:%s", fp);
    x->row->comment = (struct comment_body){.number = row->change,
                                            .at = THREAD_CHANGE,
                                            .body = text_of(e, row, s, title, a),
                                            .marker = arena_fmt(a, "<!-- fettle:fp=%s -->", fp)};
    effect_finish(e, x, sv_of(arena_fmt(a, "report %s", row->report_context)), row->report_seq);
}
