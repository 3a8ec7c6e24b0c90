/* SPDX-License-Identifier: Apache-2.0 */
/* Which runs a delivery started, by the API. */
#include "base/id.h"
#include "server/cli/explain.h"
#include "server/cli/remote.h"

enum { PAGE = 1000, PAGES = 200 };

/* Ids rise with time: what is older than the delivery is not of it. True: there may be more. */
static bool keep_page(struct explained *x, const struct jval *runs, const char *id, struct buf *ret_last)
{
    buf_clear(ret_last);
    for (size_t i = 0; i < jval_len(runs); i++) {
        const struct jval *run = jval_item(runs, i);
        buf_clear(ret_last);
        buf_sv(ret_last, jval_str(jval_get(run, "id")));
        if (!ret_last->n || strcmp(ret_last->p, id) < 0)
            return false;
        if (sv_is(jval_str(jval_get(run, "delivery")), id))
            explain_then(x, run);
    }
    return jval_len(runs) == PAGE;
}

int explain_fetch_then(struct explained *x, struct remote *r, const char *id)
{
    AUTO(buf_free) struct buf path = {0}, last = {0};
    bool more = true;
    int64_t number = 0;
    char text[ID_TEXT];
    if (id_parse(sv_of(id), &number))
        id = id_text(number, text);
    for (int page = 0; more && page < PAGES; page++) {
        struct jdoc *doc = NULL;
        buf_clear(&path);
        buf_fmt(&path, "/api/v1/runs?limit=%d%s%s", PAGE, page ? "&before=" : "", page ? last.p : "");
        int rc = remote_get_json(r, path.p, &doc);
        if (rc != CLI_OK)
            return rc;
        more = keep_page(x, jval_get(jdoc_root(doc), "runs"), id, &last);
        jdoc_free(&doc);
    }
    x->compared = true;
    return CLI_OK;
}
