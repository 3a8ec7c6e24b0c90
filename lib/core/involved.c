/* SPDX-License-Identifier: Apache-2.0 */
#include "core/involved.h"

void involved_write(const struct involved *at, size_t n, struct buf *out)
{
    struct jout j = {.buf = out};
    jout_open(&j, '[');
    for (size_t i = 0; i < n; i++) {
        jout_open(&j, '{');
        jout_kstrz(&j, "repo", at[i].repo_id);
        jout_kstrz(&j, "sha", at[i].sha);
        jout_kint(&j, "change", at[i].change);
        jout_kint(&j, "seq", at[i].seq);
        jout_close(&j, '}');
    }
    jout_close(&j, ']');
}

int involved_read(struct sv json, struct arena *a, struct involved **ret, size_t *ret_n)
{
    AUTO(jdoc_free) struct jdoc *doc = NULL;
    struct err ignored;
    *ret = NULL;
    *ret_n = 0;
    if (!json.p)
        return 0;
    if (jdoc_parse(json, NULL, &doc, &ignored) < 0 || jval_kind(jdoc_root(doc)) != J_ARRAY)
        return -1;
    size_t n = jval_len(jdoc_root(doc));
    struct involved *all = arena_new(a, (n + 1) * sizeof *all);
    for (size_t i = 0; i < n; i++) {
        const struct jval *v = jval_item(jdoc_root(doc), i);
        all[i].repo_id = arena_dup(a, jval_str(jval_get(v, "repo")));
        all[i].sha = arena_dup(a, jval_str(jval_get(v, "sha")));
        if (!all[i].repo_id || !all[i].sha || !jval_int(jval_get(v, "change"), &all[i].change) ||
            !jval_int(jval_get(v, "seq"), &all[i].seq))
            return -1;
    }
    *ret = all;
    *ret_n = n;
    return 0;
}
