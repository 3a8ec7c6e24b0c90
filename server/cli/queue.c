/* SPDX-License-Identifier: Apache-2.0 */
/* fettle queue: what waits, in the order in which it is expected to start; and what people want about that. */
#include "server/cli/list.h"

static const char *const heads[] = {"RUN", "WORKFLOW", "JOB", "REPOSITORY", "PRIORITY", "UNTIL", "WHY", NULL};

static void row(struct table *t, const struct jval *x)
{
    char at[20];
    table_member(t, x, "run");
    table_member(t, x, "workflow");
    table_member(t, x, "key");
    table_member(t, x, "repository");
    table_add(t, jval_true(jval_get(x, "bumped")) ? SV("first") : jval_str(jval_get(x, "priority")));
    table_add(t, time_short(jval_str(jval_get(x, "until")), at));
    table_member(t, x, "why");
}

static int64_t count(const struct jval *o, const char *key)
{
    int64_t n = 0;
    jval_int(jval_get(o, key), &n);
    return n;
}

static void print_locks(const struct jval *locks, struct buf *b)
{
    for (size_t i = 0; i < jval_len(locks); i++) {
        const struct jval *l = jval_item(locks, i), *holders = jval_get(l, "holders");
        AUTO(buf_free) struct buf line = {0};
        buf_fmt(&line, "lock %.*s: %lld of %lld held", SV_ARG(jval_str(jval_get(l, "name"))),
                (long long)count(l, "used"), (long long)count(l, "capacity"));
        for (size_t k = 0; k < jval_len(holders); k++)
            buf_fmt(&line, "%s run %.*s, job %.*s", k ? ";" : " by",
                    SV_ARG(jval_str(jval_get(jval_item(holders, k), "run"))),
                    SV_ARG(jval_str(jval_get(jval_item(holders, k), "key"))));
        if (count(l, "waiting"))
            buf_fmt(&line, ", %lld wait", (long long)count(l, "waiting"));
        cli_text(buf_view(&line), b);
        buf_chr(b, '\n');
    }
}

static int print_table(const struct jval *q, const struct listing *l)
{
    AUTO(table_free) struct table t = {.heads = heads};
    AUTO(buf_free) struct buf b = {0};
    const struct jval *jobs = jval_get(q, "jobs");
    for (size_t i = 0; i < jval_len(jobs); i++)
        row(&t, jval_item(jobs, i));
    int rc = table_print(&t, l);
    if (rc != CLI_OK || l->quiet)
        return rc;
    print_locks(jval_get(q, "locks"), &b);
    buf_fmt(&b, "%lld of %lld slots are busy, %lld jobs wait%s\n", (long long)count(q, "slots_busy"),
            (long long)count(q, "slots"), (long long)count(q, "waiting"),
            jval_true(jval_get(q, "paused")) ? "; the queue is paused (fettle queue resume)" : "");
    return cli_print(&b);
}

static int print_names(const struct jval *q)
{
    AUTO(buf_free) struct buf b = {0};
    const struct jval *jobs = jval_get(q, "jobs");
    for (size_t i = 0; i < jval_len(jobs); i++) {
        cli_text(jval_str(jval_get(jval_item(jobs, i), "job")), &b);
        buf_chr(&b, '\n');
    }
    return cli_print(&b);
}

static int list(struct remote *r, const struct listing *l)
{
    AUTO(buf_free) struct buf path = {0};
    struct jdoc *doc = NULL;
    buf_str(&path, "/api/v1/queue");
    if (l->limit)
        buf_fmt(&path, "?limit=%s", l->limit);
    int rc = remote_get_json(r, path.p, &doc);
    if (rc == CLI_OK && l->format == FORMAT_JSON)
        rc = print_object(jdoc_root(doc));
    else if (rc == CLI_OK && l->format == FORMAT_NAME)
        rc = print_names(jdoc_root(doc));
    else if (rc == CLI_OK)
        rc = print_table(jdoc_root(doc), l);
    jdoc_free(&doc);
    return rc;
}

static int dispatching(struct remote *r, const struct listing *l, const char *word)
{
    bool pause = strcmp(word, "pause") == 0;
    int rc = remote_post(r, pause ? "/api/v1/queue/pause" : "/api/v1/queue/resume");
    if (rc != CLI_OK)
        return rc;
    if (l->format == FORMAT_JSON)
        printf("{\"schema\":1,\"paused\":%s,\"status\":\"accepted\"}\n", pause ? "true" : "false");
    else if (!l->quiet)
        printf("%s\n", pause ? "nothing starts any more; what runs goes on" : "the queue goes on");
    return CLI_OK;
}

static int bump(struct remote *r, const struct listing *l, const char *id)
{
    AUTO(buf_free) struct buf path = {0};
    struct jdoc *doc = NULL;
    /* The engine knows open runs alone; which one never was is asked first. */
    int rc = remote_path("runs", id, "", &path);
    if (rc == CLI_OK)
        rc = remote_get_json(r, path.p, &doc);
    jdoc_free(&doc);
    if (rc == CLI_OK) {
        buf_str(&path, "/bump");
        rc = remote_post(r, path.p);
    }
    if (rc != CLI_OK)
        return rc;
    if (l->format == FORMAT_JSON)
        printf("{\"schema\":1,\"run\":\"%s\",\"status\":\"accepted\"}\n", id);
    else if (!l->quiet)
        printf("run %s goes first in its repository\n", id);
    return CLI_OK;
}

int cli_queue(int argc, char **argv)
{
    struct listing l;
    struct remote *r = NULL;
    const char *conf = cli_config_named(&argc, argv);
    argc = listing_options(argc, argv, &l);
    if (argc < 0)
        return CLI_USAGE;
    const char *word = argc > 1 ? argv[1] : "list";
    bool is_list = strcmp(word, "list") == 0, is_bump = strcmp(word, "bump") == 0;
    bool known = is_list || is_bump || strcmp(word, "pause") == 0 || strcmp(word, "resume") == 0;
    if (!known || argc > (is_bump ? 3 : 2) || (is_bump && argc != 3) || l.state || l.before || l.follow || l.dry_run ||
        (l.limit && !is_list))
        return cli_usage("queue");
    int rc = remote_open(conf, &r);
    if (rc == CLI_OK)
        rc = is_list ? list(r, &l) : is_bump ? bump(r, &l, argv[2]) : dispatching(r, &l, word);
    remote_close(&r);
    return rc;
}
