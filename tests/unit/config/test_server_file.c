/* SPDX-License-Identifier: Apache-2.0 */
#include "unit/config/conf_folder.h"

static void the_example_is_read_as_a_whole(void **state)
{
    (void)state;
    AUTO(place_free) struct place p = place_new();
    copy_examples(&p);
    if (load(&p) < 0)
        fail_msg("%s", p.shown.p);
    assert_int_equal(p.problems.list.n, 0);
    const struct conf *c = p.conf;
    assert_string_equal(below(&p, c->file), "/fettle.yaml");
    assert_string_equal(below(&p, c->store_path), "/state/fettle.db");
    assert_string_equal(below(&p, c->state_dir), "/state");
    assert_int_equal(c->n_listens, 3);
    assert_int_equal(c->listens[0].kind, CONF_HTTPS);
    assert_string_equal(c->listens[0].address, "0.0.0.0:8443");
    assert_int_equal(c->listens[0].serves, SERVES_HOOKS);
    assert_string_equal(below(&p, c->listens[0].key), "/tls/key.pem");
    assert_int_equal(c->listens[1].serves, SERVES_HOOKS | SERVES_API | SERVES_DASHBOARD);
    assert_string_equal(below(&p, c->listens[2].address), "/run/fettle.sock");
    assert_int_equal(c->slots, 4);
    assert_int_equal(c->limits.body, 26 << 20);
    assert_int_equal(c->limits.form_body, 80 << 20);
    assert_int_equal(c->limits.log, 64 << 20);
    assert_int_equal(c->limits.tls_time, 10000);
    assert_int_equal(c->retention.runs, 180LL * 86400000);
    assert_string_equal(c->public_url, "https://ci.example.com");
    assert_int_equal(c->log_level, LOG_INFO);
    assert_true(c->runner.isolate);
    assert_int_equal(c->runner.n_labels, 3);

    const struct conf_forge *github = conf_forge_by_name(c, SV("github")),
                            *gitlab = conf_forge_by_name(c, SV("gitlab"));
    assert_string_equal(github->ops->kind, "github");
    assert_string_equal(github->url, "https://api.github.com");
    assert_true(github->has_token);
    assert_true(sv_is(github->token.value, "tok"));
    assert_int_equal(github->webhooks[0].n_secrets, 2);
    assert_true(sv_is(github->webhooks[0].secrets[0].value, "new"));
    assert_true(sv_is(github->webhooks[0].secrets[1].value, "old"));
    assert_true(sv_is(gitlab->token.value, "from-env"));
    assert_true(gitlab->webhooks[1].system);
    assert_null(conf_forge_by_name(c, SV("gitea")));

    assert_int_equal(c->n_secrets, 1);
    assert_string_equal(c->secrets[0].name, "DEPLOY_KEY");
    assert_true(sv_is(c->secrets[0].source.value, "-----BEGIN\nabc\n-----END"));
    assert_string_equal(c->secrets[0].repos[0], "backend");
    assert_string_equal(c->secrets[0].environments[0], "production");
    assert_string_equal(c->vars[0].name, "REGION");
    assert_string_equal(c->vars[0].value, "eu");
    assert_string_equal(c->environments[0].name, "production");
    assert_true(globs_match(&c->environments[0].branches.globs, SV("main")));
    assert_false(globs_match(&c->environments[0].branches.globs, SV("topic")));

    assert_true(c->repos.n >= 2);
    assert_string_equal(repo_by_alias(&c->repos, SV("frontend"))->path, "acme/web/frontend");
    assert_int_equal(c->repos.n_cross, 1);
    assert_true(c->workflows.n >= 3);
    size_t found = 0;
    for (size_t i = 0; i < c->workflows.n; i++)
        found += strcmp(c->workflows.at[i]->file, "workflows/full-stack.yml") == 0;
    assert_int_equal(found, 1);
}

static void defaults_are_those_of_the_specification(void **state)
{
    (void)state;
    AUTO(place_free) struct place p = place_new();
    must_load(&p, LISTEN);
    assert_string_equal(below(&p, p.conf->store_path), "/state/fettle.db");
    assert_null(p.conf->workflows_dir);
    assert_null(p.conf->public_url);
    assert_int_equal(p.conf->limits.connections, 10000);
    assert_int_equal(p.conf->limits.per_address, 100);
    assert_int_equal(p.conf->limits.cache, 5LL << 30);
    assert_int_equal(p.conf->limits.caches, 10LL << 30);
    assert_int_equal(p.conf->limits.artifact, 5LL << 30);
    assert_int_equal(p.conf->limits.artifacts, 10LL << 30);
    assert_int_equal(p.conf->retention.caches, 7LL * 86400000);
    assert_int_equal(p.conf->retention.checkpoints, 14LL * 86400000);
    assert_int_equal(p.conf->retention.deliveries, 90LL * 86400000);
    assert_int_equal(p.conf->log_format, LOG_LOGFMT);
    assert_true(p.conf->slots >= 1);
    assert_true(p.conf->intake_threads >= 1);
    assert_string_equal(p.conf->runner.labels[1], "linux");
    assert_int_equal(p.conf->listens[0].serves, SERVES_HOOKS | SERVES_API | SERVES_DASHBOARD);
}

static void rules_for_failures_stay_in_their_order(void **state)
{
    (void)state;
    AUTO(place_free) struct place p = place_new();
    must_load(&p, LISTEN "failure-rules:\n  - {match: \"(?i)gone|away\", class: lost}\n"
                         "  - {match: '^x\\d', class: rate-limit, hint: wait}\n");
    assert_int_equal(p.conf->n_failure_rules, 2);
    assert_string_equal(p.conf->failure_rules[0].name, "failure-rules[0]");
    assert_string_equal(p.conf->failure_rules[0].pattern, "(?i)gone|away");
    assert_int_equal(p.conf->failure_rules[0].class, FAILURE_LOST);
    assert_null(p.conf->failure_rules[0].hint);
    assert_string_equal(p.conf->failure_rules[1].pattern, "^x\\d");
    assert_int_equal(p.conf->failure_rules[1].class, FAILURE_RATE_LIMIT);
    assert_string_equal(p.conf->failure_rules[1].hint, "wait");
}

static void a_broken_workflow_is_left_out_and_told(void **state)
{
    (void)state;
    AUTO(place_free) struct place p = place_new();
    put(&p, "workflows/a.yml", "on: push\njobs: {a: {steps: [{run: x}]}}\n", 0644);
    put(&p, "workflows/b.yml", "on: psh\njobs: {a: {steps: [{run: x}]}}\n", 0644);
    put(&p, "workflows/c.yaml", "name: a\non: push\njobs: {a: {steps: [{run: x}]}}\n", 0644);
    put(&p, "workflows/d.yml", "on: push\njobs:\n  x: {runs-on: linus, steps: [{run: x}]}\n", 0644);
    put(&p, "workflows/e.txt", "no workflow", 0644);
    put(&p, "workflows/.f.yml", "hidden", 0644);
    must_load(&p, LISTEN "workflows: workflows\n");
    assert_int_equal(p.conf->workflows.n, 1);
    assert_int_equal(p.problems.n_errors, 3);
    assert_string_equal(p.shown.p,
                        "workflows/b.yml:1:5: error: unknown event \"psh\" (did you mean \"push\"?) [unknown-event]\n"
                        "   1 | on: psh\n"
                        "     |     ^~~\n"
                        "workflows/c.yaml:1:1: error: the name \"a\" is taken by workflows/a.yml [duplicate]\n"
                        "   1 | name: a\n"
                        "     | ^~~~~~~\n"
                        "workflows/d.yml:3:1: error: the job \"x\" runs on \"linus\", and this runner has no such "
                        "label (did you mean \"linux\"?): add it to \"runner.labels\" of the server file "
                        "[unknown-label]\n"
                        "   3 |   x: {runs-on: linus, steps: [{run: x}]}\n"
                        "     | ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~\n");
}

static void a_job_cannot_ask_for_more_slots_than_there_are(void **state)
{
    (void)state;
    AUTO(place_free) struct place p = place_new();
    put(&p, "workflows/a.yml", "on: push\njobs:\n  x: {resources: {slots: 3}, steps: [{run: x}]}\n", 0644);
    put(&p, "workflows/b.yml", "on: push\njobs:\n  x: {resources: {slots: 2}, steps: [{run: x}]}\n", 0644);
    must_load(&p, LISTEN "workflows: workflows\nslots: 2\nlocks: {Staging: 2, host: 1}\n"
                         "environments: {production: {approve: {by: [acme/release], deadline: 1h}}, test: }\n");
    assert_int_equal(p.conf->workflows.n, 1);
    assert_non_null(strstr(p.shown.p,
                           "workflows/a.yml:3:26: error: the job \"x\" asks for 3 slots, and \"slots\" of the "
                           "server file is 2: it would never start [too-large]"));
    assert_int_equal(p.conf->n_locks, 2);
    assert_string_equal(p.conf->locks[0].name, "Staging");
    assert_int_equal(p.conf->locks[0].capacity, 2);
    assert_true(p.conf->environments[0].approve.present && p.conf->environments[0].approve.bind_sha);
    assert_string_equal(p.conf->environments[0].approve.by[0], "acme/release");
    assert_int_equal(p.conf->environments[0].approve.deadline, 3600000);
    assert_false(p.conf->environments[1].approve.present);
}

static void scheduling_says_who_runs_next(void **state)
{
    (void)state;
    AUTO(place_free) struct place p = place_new();
    must_load(&p, LISTEN);
    assert_int_equal(p.conf->scheduling.critical_percent, 25);
    assert_int_equal(p.conf->scheduling.ageing_percent, 5);
    assert_int_equal(p.conf->scheduling.lookahead, LOOKAHEAD_ON);
    assert_int_equal(p.conf->scheduling.lookahead_ms, 5);
    assert_int_equal(p.conf->scheduling.n_weights, 0);
    must_load(&p, LISTEN "forges: {github: {kind: github}}\n"
                         "scheduling: {critical-share: 0%, ageing: 1000%, lookahead: {budget: 20ms},\n"
                         "  weights: {\"github:acme\": 3, \"github:acme/api\": 1000}}\n");
    assert_int_equal(p.conf->scheduling.critical_percent, 0);
    assert_int_equal(p.conf->scheduling.ageing_percent, 1000);
    assert_int_equal(p.conf->scheduling.lookahead, LOOKAHEAD_ON);
    assert_int_equal(p.conf->scheduling.lookahead_ms, 20);
    assert_int_equal(p.conf->scheduling.n_weights, 2);
    assert_string_equal(p.conf->scheduling.weights[1].owner, "github:acme/api");
    assert_int_equal(p.conf->scheduling.weights[1].weight, 1000);
    must_load(&p, LISTEN "scheduling: {lookahead: off}\n");
    assert_int_equal(p.conf->scheduling.lookahead, LOOKAHEAD_OFF);
    assert_int_equal(p.conf->scheduling.critical_percent, 25);
}

static void a_wrong_word_of_scheduling_is_told_with_its_place(void **state)
{
    (void)state;
    AUTO(place_free) struct place p = place_new();
    static const struct {
        const char *text, *want;
    } rows[] = {
        {"critical-share: 25", ":2:30: error: \"critical-share\" must be a percentage like 25% [bad-value]"},
        {"critical-share: 101%", "\"critical-share\" must be between 0% and 100% [bad-value]"},
        {"ageing: 1001%", ":2:22: error: \"ageing\" must be between 0% and 1000% [bad-value]"},
        {"ageing: -1%", "\"ageing\" must be between 0% and 1000% [bad-value]"},
        {"aging: 5%", "(did you mean \"ageing\"?)"},
        {"weights: {\"github:acme\": 0}", "a weight is a whole number from 1 to 1000 [bad-value]"},
        {"weights: {\"github:acme\": 1001}", "a weight is a whole number from 1 to 1000 [bad-value]"},
        {"weights: {acme: 2}", "a weight is that of forge:organisation or forge:organisation/repository"},
        {"weights: {\"githup:acme\": 2}",
         ":2:24: error: there is no forge \"githup\" under \"forges\" (did you mean \"github\"?) [unknown-forge]"},
        {"lookahead: maybe", "\"lookahead\" must be on, off or a mapping with \"budget\" [bad-value]"},
        {"lookahead: {budget: 2s}", "\"budget\" must be between 1ms and 1s [bad-value]"},
        {"lookahead: {budget: 0ms}", "\"budget\" must be between 1ms and 1s [bad-value]"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        AUTO(buf_free) struct buf b = {0};
        buf_fmt(&b, LISTEN "scheduling: {%s}\nforges: {github: {kind: github}}\n", rows[i].text);
        must_fail(&p, b.p, rows[i].want);
    }
}

static void a_broken_repositories_file_stops_everything(void **state)
{
    (void)state;
    AUTO(place_free) struct place p = place_new();
    put(&p, "repositories.yaml", "repositories:\n  - {name: a, id: \"githup:x/y\"}\n", 0644);
    must_fail(&p, LISTEN "forges: {github: {kind: github}}\nrepositories: repositories.yaml\n",
              "repositories.yaml:2:19: error: the server file has no forge \"githup\" (did you mean \"github\"?) "
              "[unknown-forge]");
}

static void a_missing_file_is_told(void **state)
{
    (void)state;
    AUTO(place_free) struct place p = place_new();
    assert_int_equal(load(&p), -1);
    assert_non_null(strstr(p.shown.p, "fettle.yaml: No such file or directory [unreadable]"));
    must_fail(&p, LISTEN "repositories: none.yaml\n", "/none.yaml [bad-path]");
    must_fail(&p, LISTEN "workflows: none\n", "/none [bad-path]");
    must_fail(&p, "", "the server file is empty: it needs \"listen\" [missing-key]");
}

static void references_are_counted(void **state)
{
    (void)state;
    AUTO(place_free) struct place p = place_new();
    must_load(&p, LISTEN);
    struct conf *other = conf_ref(p.conf);
    conf_unref(&p.conf);
    assert_null(p.conf);
    assert_int_equal(other->n_listens, 1);
    conf_unref(&other);
    conf_unref(&other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_example_is_read_as_a_whole),
        cmocka_unit_test(defaults_are_those_of_the_specification),
        cmocka_unit_test(rules_for_failures_stay_in_their_order),
        cmocka_unit_test(a_broken_workflow_is_left_out_and_told),
        cmocka_unit_test(a_job_cannot_ask_for_more_slots_than_there_are),
        cmocka_unit_test(scheduling_says_who_runs_next),
        cmocka_unit_test(a_wrong_word_of_scheduling_is_told_with_its_place),
        cmocka_unit_test(a_broken_repositories_file_stops_everything),
        cmocka_unit_test(a_missing_file_is_told),
        cmocka_unit_test(references_are_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
