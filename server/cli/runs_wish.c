/* SPDX-License-Identifier: Apache-2.0 */
/* fettle runs cancel | approve | reject RUN [SHA]: what a person wants of a run that is under way. */
#include "server/cli/runs.h"

static int wish(struct remote *r, const struct listing *l, const char *id, const char *wanted, const char *said)
{
    AUTO(buf_free) struct buf path = {0};
    struct jdoc *doc = NULL;
    /* The engine knows open runs alone; which one never was is asked first. */
    int rc = runs_fetch(r, id, &doc);
    jdoc_free(&doc);
    if (rc == CLI_OK)
        rc = remote_path("runs", id, wanted, &path);
    if (rc == CLI_OK)
        rc = remote_post(r, path.p);
    if (rc != CLI_OK)
        return rc;
    if (l->format == FORMAT_JSON)
        printf("{\"schema\":1,\"run\":\"%s\",\"status\":\"accepted\"}\n", id);
    else if (l->format == FORMAT_NAME)
        printf("%s\n", id);
    else if (!l->quiet)
        printf("run %s is %s\n", id, said);
    return CLI_OK;
}

int runs_cancel(struct remote *r, const struct listing *l, const char *id)
{
    return wish(r, l, id, "/cancel", "being cancelled");
}

int runs_answer(struct remote *r, const struct listing *l, const char *word, const char *id, const char *sha)
{
    AUTO(buf_free) struct buf wanted = {0};
    bool yes = strcmp(word, "approve") == 0, whole = !sha || strlen(sha) == 40 || strlen(sha) == 64;
    if (!whole || (sha && strspn(sha, "0123456789abcdef") != strlen(sha)))
        return cli_fail(CLI_USAGE, "%s: a whole object id is needed, 40 or 64 digits", sha);
    buf_fmt(&wanted, "%s%s%s", yes ? "/approve" : "/reject", sha ? "?sha=" : "", sha ? sha : "");
    return wish(r, l, id, wanted.p, yes ? "approved" : "rejected");
}
