/* SPDX-License-Identifier: Apache-2.0 */
#include "server/cli/complete_ask.h"
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>
#include "server/cli/remote.h"

/* Somebody waits with a finger on the key. */
#define PATIENCE "700ms"

struct kind_of {
    const char *path, *list, *name, *says[3]; /* says: members that tell it from others */
};

static void offer_rows(const struct kind_of *k, const struct jval *rows, struct offer *o)
{
    for (size_t i = 0; i < jval_len(rows); i++) {
        const struct jval *row = jval_item(rows, i);
        AUTO(buf_free) struct buf doc = {0};
        for (size_t n = 0; n < ARRAY_LEN(k->says) && k->says[n]; n++) {
            struct sv s = jval_str(jval_get(row, k->says[n]));
            if (s.n)
                buf_fmt(&doc, "%s%.*s", doc.n ? " " : "", SV_ARG(s));
        }
        offer_word(o, jval_str(jval_get(row, k->name)), buf_view(&doc));
    }
}

static void ask(const struct kind_of *k, const char *conf, struct offer *o)
{
    struct remote *r = NULL;
    struct jdoc *doc = NULL;
    if (!getenv("FETTLE_TIMEOUT"))
        setenv("FETTLE_TIMEOUT", PATIENCE, 1);
    int rc = remote_open(conf, &r);
    if (rc == CLI_OK)
        rc = remote_get_json(r, k->path, &doc);
    if (rc == CLI_OK)
        offer_rows(k, jval_get(jdoc_root(doc), k->list), o);
    jdoc_free(&doc);
    remote_close(&r);
}

void complete_ask(enum cli_kind kind, const char *conf, struct offer *o)
{
    static const struct kind_of kinds[] = {
        [CLI_RUN] = {"/api/v1/runs?limit=30", "runs", "id", {"workflow", "ref", "state"}},
        [CLI_DELIVERY] = {"/api/v1/deliveries?limit=30", "deliveries", "id", {"forge", "event", "state"}},
        [CLI_EFFECT] = {"/api/v1/effects?state=dead&limit=30", "effects", "id", {"kind", "repository", "last_error"}},
        [CLI_WORKFLOW] = {"/api/v1/workflows", "workflows", "name", {"file"}},
        [CLI_REPOSITORY] = {"/api/v1/repositories", "repositories", "name", {"id"}},
        [CLI_FORGE_REPOSITORY] = {"/api/v1/repositories", "repositories", "id", {"name"}},
    };
    /* What is said about servers that are not there would stand in the middle of the line that is being written. */
    int kept = dup(STDERR_FILENO), nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
    if (nowhere >= 0)
        dup2(nowhere, STDERR_FILENO);
    ask(&kinds[kind], conf, o);
    fflush(stderr);
    if (kept >= 0)
        dup2(kept, STDERR_FILENO);
    close(kept);
    close(nowhere);
}
