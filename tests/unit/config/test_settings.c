/* SPDX-License-Identifier: Apache-2.0 */
/* Every setting with where it comes from; no secret is told. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include <stdio.h>
#include <unistd.h>
#include "base/file.h"
#include "config/objects.h"
#include "config/settings.h"

static char folder[64];

static void put(const char *name, const char *text)
{
    AUTO(buf_free) struct buf path = {0};
    struct err e = {0};
    buf_fmt(&path, "%s/%s", folder, name);
    assert_int_equal(file_write(path.p, sv_of(text), 0600, &e), 0);
}

static int set_up(void **state)
{
    (void)state;
    snprintf(folder, sizeof folder, "/tmp/fettle-settings-XXXXXX");
    return mkdtemp(folder) ? 0 : -1;
}

static int tear_down(void **state)
{
    struct err e = {0};
    (void)state;
    return file_remove_tree(folder, &e);
}

static struct conf *load(const char *text)
{
    AUTO(buf_free) struct buf path = {0}, said = {0};
    struct problems problems = {0};
    struct conf *c = NULL;
    put("fettle.yaml", text);
    buf_fmt(&path, "%s/fettle.yaml", folder);
    if (conf_load(path.p, &c, &problems) < 0) {
        problems_write(&problems, &said);
        fail_msg("%s", said.p);
    }
    problems_free(&problems);
    return c;
}

/* "path = value (from line secret)" a line; -1 for no value. */
static void put_line(void *ctx, const struct conf_setting *s)
{
    static const char *const secrets[] = {"", " readable", " unreadable", " veiled"};
    buf_fmt(ctx, "%s = %s (%s %d%s%s)\n", s->path, s->value ? s->value : "-", setting_from_name[s->from], s->line,
            secrets[s->secret], s->restart ? " restart" : "");
    assert_non_null(s->doc);
}

static void settings_of(const struct conf *c, struct buf *ret)
{
    settings_each(c, put_line, ret);
}

static void has(const struct buf *all, const char *line)
{
    if (!strstr(all->p, line))
        fail_msg("no \"%s\" in\n%s", line, all->p);
}

static const char file[] = "listen:\n"
                           "  - http: 127.0.0.1:8080\n"
                           "slots: 3\n"
                           "limits: {body: 1MiB}\n"
                           "forges:\n"
                           "  hub:\n"
                           "    kind: github\n"
                           "    token: {file: token}\n"
                           "    webhooks:\n"
                           "      - {path: /hook/hub, secrets: [{env: FETTLE_TEST_HOOK}]}\n"
                           "secrets:\n"
                           "  DEPLOY: {file: deploy, environments: [live]}\n"
                           "environments: {live: {branches: [main, 'v*']}}\n"
                           "vars: {REGION: eu}\n"
                           "locks: {bench: 2}\n"
                           "scheduling: {lookahead: {budget: 7ms}, weights: {hub:acme: 4}}\n"
                           "api:\n"
                           "  tokens:\n"
                           "    - name: ops\n"
                           "      hash: sha256:"
                           "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff\n"
                           "      scopes: [read, run]\n";

static struct conf *load_whole(void)
{
    put("token", "very-secret-one");
    put("deploy", "very-secret-two");
    setenv("FETTLE_TEST_HOOK", "very-secret-three", 1);
    return load(file);
}

static void each_setting_says_where_it_comes_from(void **state)
{
    (void)state;
    AUTO(conf_unref) struct conf *c = load_whole();
    AUTO(buf_free) struct buf all = {0};
    settings_of(c, &all);
    has(&all, "listen[0].http = 127.0.0.1:8080 (file 2 restart)\n");
    assert_null(strstr(all.p, "listen[0].https")); /* the other ways to listen */
    has(&all, "slots = 3 (file 3)\n");
    has(&all, "intake-threads = ");
    has(&all, " (machine 0 restart)\n");
    has(&all, "limits.body = 1MiB (file 4)\n");
    has(&all, "limits.log = 64MiB (default 0)\n");
    has(&all, "limits.connections = 10000 (default 0 restart)\n");
    has(&all, "forges.hub.kind = github (file 7)\n");
    has(&all, "forges.hub.reconcile = 5m (default 0)\n");
    has(&all, "forges.hub.webhooks[0].path = /hook/hub (file 10)\n");
    has(&all, "environments.live.branches = main, v* (file 13)\n");
    has(&all, "vars.REGION = eu (file 14)\n");
    has(&all, "locks.bench = 2 (file 15)\n");
    has(&all, "scheduling.lookahead.budget = 7ms (file 16)\n");
    has(&all, "scheduling.weights.hub:acme = 4 (file 16)\n");
    has(&all, "retention.runs = 180d (default 0)\n");
    has(&all, "public-url = - (default 0)\n");
}

static void secrets_are_told_by_their_place_alone(void **state)
{
    (void)state;
    AUTO(conf_unref) struct conf *c = load_whole();
    AUTO(buf_free) struct buf all = {0}, later = {0};
    settings_of(c, &all);
    has(&all, "forges.hub.token = file token (file 8 readable)\n");
    has(&all, "forges.hub.webhooks[0].secrets[0] = env FETTLE_TEST_HOOK (environment 10 readable)\n");
    has(&all, "secrets.DEPLOY = file deploy (file 12 readable)\n");
    has(&all, "secrets.DEPLOY.environments = live (file 12)\n");
    has(&all, "api.tokens[0].hash = - (file 20 veiled)\n");
    has(&all, "api.tokens[0].scopes = read, run (file 21)\n");
    assert_null(strstr(all.p, "very-secret"));
    assert_null(strstr(all.p, "00112233"));
    AUTO(buf_free) struct buf path = {0};
    buf_fmt(&path, "%s/token", folder);
    assert_int_equal(unlink(path.p), 0);
    unsetenv("FETTLE_TEST_HOOK");
    settings_of(c, &later);
    has(&later, "forges.hub.token = file token (file 8 unreadable)\n");
    has(&later, "FETTLE_TEST_HOOK (environment 10 unreadable)\n");
}

/* Of sections every key is told, whatever stands in the file: a key that is new in a table is here at once. */
static void a_file_that_says_little_has_all_keys_of_its_sections(void **state)
{
    (void)state;
    AUTO(conf_unref) struct conf *c = load("listen: [{unix: sock}]\n");
    AUTO(buf_free) struct buf all = {0};
    settings_of(c, &all);
    for (size_t i = 0; i < server_object.n; i++) {
        const struct field *f = &server_object.fields[i];
        const struct object *o = f->shape && f->shape->kind == SHAPE_OBJECT ? f->shape->object : NULL;
        for (size_t k = 0; o && k < o->n; k++) {
            AUTO(buf_free) struct buf line = {0};
            buf_fmt(&line, "%s.%s = ", f->key, o->fields[k].key);
            has(&all, line.p);
        }
        if (!o)
            has(&all, f->key);
    }
}

static void what_waits_for_a_restart_is_named(void **state)
{
    (void)state;
    AUTO(conf_unref) struct conf *born = load("listen: [{http: '127.0.0.1:1'}, {unix: sock}]\nstate: here\n");
    AUTO(conf_unref) struct conf *same = load("state: here\nlisten: [{http: '127.0.0.1:1'}, {unix: sock}]\nslots: 9\n");
    AUTO(conf_unref) struct conf *other = load("listen: [{http: '127.0.0.1:2'}]\nlimits: {connections: 5}\n");
    AUTO(buf_free) struct buf none = {0}, some = {0};
    settings_pending(born, same, &none);
    assert_int_equal(none.n, 0);
    settings_pending(born, other, &some);
    has(&some, "listen[0].http, ");
    has(&some, "state, ");
    has(&some, "limits.connections");
    has(&some, "listen[1].unix"); /* it is gone */
    assert_null(strstr(some.p, "store"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_setting_says_where_it_comes_from),
        cmocka_unit_test(secrets_are_told_by_their_place_alone),
        cmocka_unit_test(a_file_that_says_little_has_all_keys_of_its_sections),
        cmocka_unit_test(what_waits_for_a_restart_is_named),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
