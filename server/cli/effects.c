/* SPDX-License-Identifier: Apache-2.0 */
#include "server/cli/list.h"

static const char *const heads[] = {"ID", "CREATED", "KIND", "REPOSITORY", "STATE", "TRIES", "AT THE FORGE", NULL};

static void row(struct table *t, const struct jval *x)
{
    char at[20];
    table_member(t, x, "id");
    table_add(t, time_short(jval_str(jval_get(x, "created_at")), at));
    table_member(t, x, "kind");
    AUTO(buf_free) struct buf repo = {0};
    buf_fmt(&repo, "%.*s:%.*s", SV_ARG(jval_str(jval_get(x, "forge"))), SV_ARG(jval_str(jval_get(x, "repository"))));
    table_add(t, buf_view(&repo));
    table_member(t, x, "state");
    table_member(t, x, "tries");
    struct sv error = jval_str(jval_get(x, "last_error"));
    struct sv url = jval_str(jval_get(x, "remote_url"));
    table_add(t, url.n ? url : error.n ? error : jval_str(jval_get(x, "remote_id")));
}

int cli_effects(int argc, char **argv)
{
    static const struct list_kind kind = {"effects", heads, row};
    struct listing l;
    struct remote *r = NULL;
    const char *conf = cli_config_named(&argc, argv);
    argc = listing_options(argc, argv, &l);
    if (argc < 0)
        return CLI_USAGE;
    if (argc > 2 || (argc == 2 && strcmp(argv[1], "list") != 0) || l.follow || l.dry_run)
        return cli_usage("effects");
    int rc = remote_open(conf, &r);
    if (rc == CLI_OK)
        rc = list_print(&kind, r, &l);
    remote_close(&r);
    return rc;
}
