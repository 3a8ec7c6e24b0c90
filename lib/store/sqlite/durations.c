/* SPDX-License-Identifier: Apache-2.0 */
#include "store/durations.h"
#include "base/fixed.h"
#include "store/sqlite/json_row.h"
#include "store/sqlite/reader.h"

/* Where ninety of a hundred end: 1.28 times the spread above the middle. */
static int64_t ninth_tenth(fixed_t mean, fixed_t var)
{
    return fixed_exp_whole(mean + fixed_mul(FIXED(1.28), fixed_sqrt(var < FIXED(16000) ? var : FIXED(16000))));
}

static void put_duration(struct cur *c, struct arena *a, struct jout *o)
{
    static const char *const parts[] = {"repository", "workflow", "job", "event", "matrix"};
    const char *key = arena_strdup(a, col_text(c));
    struct sv rest = sv_of(key), of = SV(""), part;
    int64_t n = col_int(c), mean = col_int(c), var = col_int(c);
    (void)sv_next(&rest, '\t', &of);
    jout_open(o, '{');
    jout_kstr(o, "of", of);
    bool of_repository = sv_is(of, "job") || sv_is(of, "legs");
    for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
        bool there = of_repository && sv_next(&rest, '\t', &part);
        jout_kstr(o, parts[i], there && part.n ? part : SV_NONE);
    }
    jout_kstr(o, "name", of_repository ? SV_NONE : rest);
    jout_kint(o, "n", n);
    jout_kint(o, "median_ms", fixed_exp_whole(mean));
    jout_kint(o, "p90_ms", ninth_tenth(mean, var));
    jout_kint(o, "last_ms", col_int(c));
    json_time(o, "updated_at", col_int(c));
    jout_kstrz(o, "key", key);
    jout_close(o, '}');
}

int read_durations(struct reader *r, const char *after, const char *below, int limit, row_fn *row, void *ctx,
                   struct err *e)
{
    AUTO(buf_free) struct buf text = {0};
    struct cur c = cur_on(&r->db, SQL_LIST_DURATIONS);
    int rc;
    cur_text(&c, after);
    cur_text(&c, below[0] ? below : "\xf4\x8f\xbf\xbf");
    cur_int(&c, limit);
    while ((rc = cur_next(&c, e)) > 0) {
        AUTO(arena_free) struct arena a = {0};
        struct jout o = {.buf = &text};
        buf_clear(&text);
        put_duration(&c, &a, &o);
        row(ctx, buf_view(&text));
    }
    cur_end(&c);
    return rc;
}
