/* SPDX-License-Identifier: Apache-2.0 */
#include "server/cli/explain.h"
#include "server/cli/list.h"

static const char *const heads[] = {"ID", "RECEIVED", "FORGE", "EVENT", "SOURCE", "STATE", "REASON", NULL};

static void row(struct table *t, const struct jval *d)
{
    char at[20];
    table_member(t, d, "id");
    table_add(t, time_short(jval_str(jval_get(d, "received_at")), at));
    table_member(t, d, "forge");
    table_member(t, d, "event");
    table_member(t, d, "source");
    table_member(t, d, "state");
    table_member(t, d, "reason");
}

static int list(struct remote *r, const struct listing *l)
{
    static const struct list_kind kind = {"deliveries", heads, row};
    return list_print(&kind, r, l);
}

static int print_delivery(const struct jval *d)
{
    static const char *const members[] = {"id",   "forge", "hook",        "event", "guid",
                                          "size", "state", "received_at", "happened_at", "source", "reason"};
    AUTO(buf_free) struct buf b = {0}, line = {0};
    for (size_t i = 0; i < ARRAY_LEN(members); i++)
        field_member(&b, members[i], d, members[i]);
    const struct jval *normalised = jval_get(d, "normalised");
    if (jval_kind(normalised) == J_OBJECT)
        explain_event_lines(normalised, &b);
    struct sv name;
    const struct jval *value;
    for (size_t at = 0; jval_each(jval_get(d, "headers"), &at, &name, &value);) {
        buf_clear(&line);
        buf_fmt(&line, "%.*s: %.*s", SV_ARG(name), SV_ARG(jval_str(value)));
        field_text(&b, "header", buf_view(&line));
    }
    return cli_print(&b);
}

static int show(struct remote *r, const struct listing *l, const char *id)
{
    AUTO(buf_free) struct buf path = {0};
    struct jdoc *doc = NULL;
    int rc = remote_path("deliveries", id, "", &path);
    if (rc != CLI_OK || (rc = remote_get_json(r, path.p, &doc)) != CLI_OK)
        return rc;
    if (l->format == FORMAT_JSON) {
        rc = print_object(jdoc_root(doc));
    } else if (l->format == FORMAT_NAME) {
        printf("%s\n", id);
    } else {
        rc = print_delivery(jdoc_root(doc));
    }
    jdoc_free(&doc);
    return rc;
}

static int replay(struct remote *r, const struct listing *l, const char *id)
{
    AUTO(buf_free) struct buf path = {0};
    int rc = remote_path("deliveries", id, "/replay", &path);
    if (rc != CLI_OK || (rc = remote_post(r, path.p)) != CLI_OK)
        return rc;
    if (l->format == FORMAT_JSON)
        printf("{\"schema\":1,\"delivery\":\"%s\",\"status\":\"accepted\"}\n", id);
    else if (l->format == FORMAT_NAME)
        printf("%s\n", id);
    else if (!l->quiet)
        printf("delivery %s is decided once more: fettle deliveries show %s\n", id, id);
    return CLI_OK;
}

int cli_deliveries(int argc, char **argv)
{
    struct listing l;
    struct remote *r = NULL;
    const char *conf = cli_config_named(&argc, argv);
    argc = listing_options(argc, argv, &l);
    const char *what = argc > 1 ? argv[1] : "list";
    bool lists = strcmp(what, "list") == 0, shows = strcmp(what, "show") == 0, replays = strcmp(what, "replay") == 0;
    if (argc < 0)
        return CLI_USAGE;
    if (!(lists ? argc <= 2 : argc == 3 && (shows || replays)) || l.follow || (l.dry_run && !replays))
        return cli_usage("deliveries");
    if (l.dry_run)
        return explain_replay(argv[2], conf, l.format == FORMAT_JSON ? EXPLAIN_JSON : EXPLAIN_TEXT);
    int rc = remote_open(conf, &r);
    if (rc == CLI_OK)
        rc = lists ? list(r, &l) : shows ? show(r, &l, argv[2]) : replay(r, &l, argv[2]);
    remote_close(&r);
    return rc;
}
