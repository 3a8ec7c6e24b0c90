/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include "port/change_talk.h"
#include "port/talk.h"

static const struct json_limits page_limits = {.bytes = 64 << 20, .depth = 32, .nodes = 500000};

static bool is_wanted(const struct jval *v, const struct change_words *w, const char *branch)
{
    int64_t head, base;
    struct sv sha = jval_str(jval_path(v, w->sha));
    return sv_is(jval_str(jval_path(v, w->branch)), branch) && jval_int(jval_path(v, w->head_repo), &head) &&
           jval_int(jval_path(v, w->base_repo), &base) && head == base && oid_is_valid(sha) && sha.n < 65;
}

int change_read(const struct api_reply *r, const struct change_words *w, const char *branch, int64_t *ret_number,
                char ret_sha[65], struct err *e)
{
    static const struct effect nobody = {0};
    AUTO(jdoc_free) struct jdoc *doc = NULL;
    if (r->status == 404)
        return 0;
    if (r->status < 200 || r->status > 299) {
        (void)talk_refused(&nobody, r, TURN_READS, e);
        return -1;
    }
    if (jdoc_parse(r->body, &page_limits, &doc, e) < 0)
        return err_set(e, ERR_TRANSIENT, "the list of changes cannot be read");
    for (size_t i = 0; i < jval_len(jdoc_root(doc)); i++) {
        const struct jval *v = jval_item(jdoc_root(doc), i);
        if (!is_wanted(v, w, branch) || !jval_int(jval_get(v, w->number), ret_number) || *ret_number <= 0)
            continue;
        snprintf(ret_sha, 65, "%.*s", SV_ARG(jval_str(jval_path(v, w->sha))));
        return 1;
    }
    return 0;
}
