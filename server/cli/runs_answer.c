/* SPDX-License-Identifier: Apache-2.0 */
/* fettle runs approve | reject RUN [SHA]: what a run asks people is answered. */
#include "server/cli/runs.h"

int runs_answer(struct remote *r, const struct listing *l, const char *word, const char *id, const char *sha)
{
    AUTO(buf_free) struct buf path = {0};
    struct jdoc *doc = NULL;
    bool whole = !sha || strlen(sha) == 40 || strlen(sha) == 64;
    if (!whole || (sha && strspn(sha, "0123456789abcdef") != strlen(sha)))
        return cli_fail(CLI_USAGE, "%s: a whole object id is needed, 40 or 64 digits", sha);
    int rc = runs_fetch(r, id, &doc); /* says which run never was */
    jdoc_free(&doc);
    if (rc == CLI_OK)
        rc = remote_path("runs", id, strcmp(word, "approve") == 0 ? "/approve" : "/reject", &path);
    if (rc != CLI_OK)
        return rc;
    if (sha)
        buf_fmt(&path, "?sha=%s", sha);
    rc = remote_post(r, path.p);
    if (rc != CLI_OK)
        return rc;
    if (l->format == FORMAT_JSON)
        printf("{\"schema\":1,\"run\":\"%s\",\"status\":\"accepted\"}\n", id);
    else if (l->format == FORMAT_NAME)
        printf("%s\n", id);
    else if (!l->quiet)
        printf("run %s is %s\n", id, strcmp(word, "approve") == 0 ? "approved" : "rejected");
    return CLI_OK;
}
