/* SPDX-License-Identifier: Apache-2.0 */
#include "git/merge_report.h"

void merge_report_open(struct merge_report *r)
{
    *r = (struct merge_report){0};
    r->out.buf = &r->files;
    r->tried_out.buf = &r->tried;
    jout_open(&r->out, '[');
    jout_open(&r->tried_out, '[');
}

void merge_report_again(struct merge_report *r)
{
    buf_clear(&r->files);
    r->out = (struct jout){.buf = &r->files};
    r->at = NULL;
    r->cut = false;
    jout_open(&r->out, '[');
}

void merge_report_tried(struct merge_report *r, enum conflict_way way, const char *why)
{
    jout_open(&r->tried_out, '{');
    jout_kstrz(&r->tried_out, "way", conflict_way_name[way]);
    jout_kstr(&r->tried_out, "why", sv_cut_utf8(sv_of(why), REPORT_HUNK));
    jout_close(&r->tried_out, '}');
}

static void put_text(struct jout *o, const char *key, struct sv text)
{
    jout_kstr(o, key, sv_cut_utf8(text, REPORT_HUNK));
}

static void put_left(struct merge_report *r, const struct merge_result *result)
{
    struct jout *o = &r->out;
    jout_key(o, "left");
    jout_open(o, '[');
    for (size_t i = 0; i < result->left.n && !r->cut; i++) {
        const struct merge_hunk *h = &result->left.at[i];
        jout_open(o, '{');
        jout_kint(o, "line", (int64_t)h->line);
        jout_kstrz(o, "key", h->key);
        put_text(o, "base", h->base);
        put_text(o, "ours", h->ours);
        put_text(o, "theirs", h->theirs);
        jout_close(o, '}');
        r->cut = r->files.n > REPORT_MOST;
    }
    jout_close(o, ']');
}

void merge_report_file(struct merge_report *r, const char *path, const char *why, const struct merge_result *result)
{
    struct jout *o = &r->out;
    bool resolved = !why && result->left.n == 0;
    r->cut = r->cut || r->files.n > REPORT_MOST;
    if (r->cut)
        return;
    jout_open(o, '{');
    jout_kstrz(o, "path", path);
    if (r->at)
        jout_kstrz(o, "at", r->at);
    jout_kstrz(o, "state", resolved ? "resolved" : "unresolved");
    if (why)
        jout_kstrz(o, "why", why);
    if (result->advice)
        jout_kstrz(o, "advice", result->advice);
    jout_key(o, "rules");
    jout_open(o, '[');
    for (int i = 0; i < MERGE_RULE_N; i++)
        if (result->rules & (1u << i))
            jout_strz(o, merge_rule_name((enum merge_rule)i));
    jout_close(o, ']');
    jout_kint(o, "hunks", (int64_t)result->hunks);
    put_left(r, result);
    jout_close(o, '}');
}

struct sv merge_report_done(struct merge_report *r, const struct merge_answer *answer, const char *base,
                            struct arena *a)
{
    AUTO(buf_free) struct buf all = {0};
    struct jout o = {.buf = &all};
    bool tried = r->tried.n > 1;
    jout_close(&r->out, ']');
    jout_close(&r->tried_out, ']');
    jout_open(&o, '{');
    jout_kstrz(&o, "state", merge_state_name(answer->state));
    jout_kstrz(&o, "way", conflict_way_name[answer->way]);
    jout_kstrz(&o, "ours", answer->ours);
    jout_kstrz(&o, "theirs", answer->theirs);
    jout_kstrz(&o, "base", base);
    jout_kstrz(&o, "commit", answer->commit);
    if (tried) {
        jout_key(&o, "tried");
        jout_raw(&o, buf_view(&r->tried));
    }
    jout_key(&o, "files");
    jout_raw(&o, buf_view(&r->files));
    if (r->cut)
        jout_kbool(&o, "cut", true);
    jout_close(&o, '}');
    return arena_sv(a, buf_view(&all));
}

void merge_report_free(struct merge_report *r)
{
    buf_free(&r->files);
    buf_free(&r->tried);
}
