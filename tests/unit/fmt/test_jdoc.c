/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>
#include <dirent.h>
#include "base/file.h"
#include "fmt/json.h"

static struct jdoc *parse(const char *text)
{
    struct jdoc *d = NULL;
    struct err e = {0};
    if (jdoc_parse(sv_of(text), NULL, &d, &e) != 0)
        fail_msg("%s: %s", text, e.msg);
    return d;
}

static void each_kind_is_read_as_itself_only(void **state)
{
    (void)state;
    AUTO(jdoc_free) struct jdoc *d = parse("{\"n\":null,\"t\":true,\"f\":false,\"i\":-7,\"r\":2.5,\"s\":\"x\",\"a\":[1],\"o\":{\"k\":1}}");
    const struct jval *o = jdoc_root(d);
    static const struct {
        const char *key;
        enum jkind kind;
        int bool_is;
        bool is_int;
        double real;
        const char *text;
        size_t len;
    } rows[] = {
        {"n", J_NULL, -1, false, 0, NULL, 0}, {"t", J_BOOL, 1, false, 0, NULL, 0},  {"f", J_BOOL, 0, false, 0, NULL, 0},
        {"i", J_INT, -1, true, -7, NULL, 0},  {"r", J_REAL, -1, false, 2.5, NULL, 0}, {"s", J_STRING, -1, false, 0, "x", 0},
        {"a", J_ARRAY, -1, false, 0, NULL, 1}, {"o", J_OBJECT, -1, false, 0, NULL, 1}, {"-", J_ABSENT, -1, false, 0, NULL, 0},
    };
    assert_int_equal(jval_len(o), 8);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        const struct jval *v = jval_get(o, rows[i].key);
        int64_t n = 42;
        assert_int_equal(jval_kind(v), rows[i].kind);
        assert_int_equal(jval_bool(v), rows[i].bool_is);
        assert_int_equal(jval_true(v), rows[i].bool_is == 1);
        assert_int_equal(jval_int(v, &n), rows[i].is_int);
        assert_int_equal(n, rows[i].is_int ? -7 : 42);
        assert_true(jval_real(v) == rows[i].real);
        assert_true(rows[i].text ? sv_is(jval_str(v), rows[i].text) : !jval_str(v).p);
        assert_int_equal(jval_len(v), rows[i].len);
        assert_int_equal(jval_item(v, 0) != NULL, rows[i].kind == J_ARRAY);
        assert_null(jval_item(v, 1));
        assert_int_equal(jval_get(v, "k") != NULL, rows[i].kind == J_OBJECT);
    }
}

static void a_path_goes_as_far_as_there_are_objects(void **state)
{
    (void)state;
    AUTO(jdoc_free) struct jdoc *d = parse("{\"pull_request\":{\"head\":{\"sha\":\"abc\",\"repo\":null}}}");
    const struct jval *o = jdoc_root(d);
    assert_true(sv_is(jval_str(jval_at(o, "pull_request", "head", "sha")), "abc"));
    assert_int_equal(jval_kind(jval_at(o, "pull_request", "head", "repo")), J_NULL);
    assert_null(jval_at(o, "pull_request", "head", "repo", "id"));
    assert_null(jval_at(o, "pull_request", "base", "sha"));
    assert_null(jval_at(o, "pull_request", "head", "sha", "x"));
    assert_null(jval_at(NULL, "a"));
    assert_null(jdoc_root(NULL));
    struct jdoc *none = NULL;
    jdoc_free(&none);
}

static void members_come_in_the_order_of_the_text(void **state)
{
    (void)state;
    AUTO(jdoc_free) struct jdoc *d = parse("{\"z\":1,\"a\":null,\"m\":3,\"\":4,\"\\u00e9\":5}");
    static const char *const keys[] = {"z", "a", "m", "", "\xc3\xa9"};
    struct sv key;
    const struct jval *v;
    size_t at = 0, n = 0;
    for (; jval_each(jdoc_root(d), &at, &key, &v); n++) {
        assert_true(sv_is(key, keys[n]));
        assert_int_equal(jval_kind(v), n == 1 ? J_NULL : J_INT);
    }
    assert_int_equal(n, 5);
    assert_false(jval_each(jdoc_root(d), &at, &key, &v));
    AUTO(jdoc_free) struct jdoc *empty = parse("{}");
    at = 0;
    assert_false(jval_each(jdoc_root(empty), &at, &key, &v));
    at = 0;
    assert_false(jval_each(NULL, &at, &key, &v));
}

static void scalars_may_stand_alone(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum jkind kind;
    } rows[] = {{"1", J_INT},      {"-12 ", J_INT}, {"1.5", J_REAL}, {"1e3", J_REAL},  {"true", J_BOOL},
                {"null", J_NULL}, {"\"a\"", J_STRING}, {" 0", J_INT},   {"-0", J_INT}, {"-0.0", J_REAL}};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        AUTO(jdoc_free) struct jdoc *d = parse(rows[i].text);
        assert_int_equal(jval_kind(jdoc_root(d)), rows[i].kind);
    }
}

static void integers_keep_all_64_bits(void **state)
{
    (void)state;
    AUTO(jdoc_free) struct jdoc *d = parse("[9223372036854775807,-9223372036854775808,0,-0,1.0]");
    int64_t n = 5;
    assert_true(jval_int(jval_item(jdoc_root(d), 0), &n) && n == INT64_MAX);
    assert_true(jval_int(jval_item(jdoc_root(d), 1), &n) && n == INT64_MIN);
    assert_true(jval_int(jval_item(jdoc_root(d), 2), &n) && n == 0);
    assert_true(jval_int(jval_item(jdoc_root(d), 3), &n) && n == 0);
    assert_false(jval_int(jval_item(jdoc_root(d), 4), &n));
}

static void strings_are_unescaped(void **state)
{
    (void)state;
    AUTO(jdoc_free) struct jdoc *d = parse("[\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\ud83d\\ude00\\u0001\"]");
    assert_true(sv_is(jval_str(jval_item(jdoc_root(d), 0)), "\"\\/\b\f\n\r\t\xc3\xa9\xf0\x9f\x98\x80\x01"));
}

static void what_the_validator_refuses_is_not_parsed(void **state)
{
    (void)state;
    static const char *const bad[] = {"",     "{",         "[1,]", "{\"a\":1,\"a\":2}", "[NaN]", "['a']", "[\"\\u0000\"]",
                                      "[01]", "[1] extra", "\xff", "[\"\\ud800\"]",     "[1e400]", "[18446744073709551615]"};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        struct jdoc *d = NULL;
        struct err e = {0};
        assert_int_equal(jdoc_parse(sv_of(bad[i]), NULL, &d, &e), -1);
        assert_int_equal(e.cls, ERR_INVALID);
        assert_null(d);
        assert_null(strstr(e.msg, "json-c"));
    }
}

static void the_depth_is_ours_not_that_of_json_c(void **state)
{
    (void)state;
    for (size_t depth = 30; depth <= 1000; depth += depth < 70 ? 1 : 310) {
        AUTO(buf_free) struct buf b = {0};
        for (size_t i = 0; i < depth; i++)
            buf_str(&b, i % 2 ? "[" : "{\"a\":");
        buf_str(&b, "1");
        for (size_t i = depth; i-- > 0;)
            buf_str(&b, i % 2 ? "]" : "}");
        struct jdoc *d = NULL;
        struct err e;
        assert_int_equal(jdoc_parse(buf_view(&b), &(struct json_limits){.depth = depth - 1}, &d, &e), -1);
        assert_int_equal(jdoc_parse(buf_view(&b), &(struct json_limits){.depth = depth}, &d, &e), 0);
        AUTO(buf_free) struct buf again = {0};
        jout_val(&(struct jout){.buf = &again}, jdoc_root(d));
        assert_string_equal(again.p, b.p);
        jdoc_free(&d);
    }
}

/* Every payload of others that lies around must parse, and be the same after a round through the writer. */
static size_t round_trip_folder(const char *folder)
{
    size_t n = 0;
    DIR *dir = opendir(folder);
    for (struct dirent *entry; dir && (entry = readdir(dir));) {
        if (!sv_ends(sv_of(entry->d_name), SV(".json")))
            continue;
        AUTO(buf_free) struct buf path = {0}, text = {0}, once = {0}, twice = {0};
        struct err e;
        buf_fmt(&path, "%s/%s", folder, entry->d_name);
        assert_int_equal(file_read(path.p, 1 << 24, &text, &e), 0);
        AUTO(jdoc_free) struct jdoc *a = parse(text.p);
        jout_val(&(struct jout){.buf = &once}, jdoc_root(a));
        AUTO(jdoc_free) struct jdoc *b = parse(once.p);
        jout_val(&(struct jout){.buf = &twice}, jdoc_root(b));
        assert_string_equal(once.p, twice.p);
        n++;
    }
    if (dir)
        closedir(dir);
    return n;
}

static void payloads_of_others_survive_a_round_trip(void **state)
{
    (void)state;
    const char *shared = getenv("FETTLE_SHARED") ? getenv("FETTLE_SHARED") : "../shared/data";
    size_t n = 0;
    static const char *const folders[] = {"gitlab-webhooks", "gitlab-systemhooks"};
    for (size_t i = 0; i < ARRAY_LEN(folders); i++) {
        AUTO(buf_free) struct buf path = {0};
        buf_fmt(&path, "%s/%s", shared, folders[i]);
        n += round_trip_folder(path.p);
    }
    printf("%zu payloads%s\n", n, n ? "" : ": no data there, skipped");
    if (n == 0)
        skip();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_kind_is_read_as_itself_only),
        cmocka_unit_test(a_path_goes_as_far_as_there_are_objects),
        cmocka_unit_test(members_come_in_the_order_of_the_text),
        cmocka_unit_test(scalars_may_stand_alone),
        cmocka_unit_test(integers_keep_all_64_bits),
        cmocka_unit_test(strings_are_unescaped),
        cmocka_unit_test(what_the_validator_refuses_is_not_parsed),
        cmocka_unit_test(the_depth_is_ours_not_that_of_json_c),
        cmocka_unit_test(payloads_of_others_survive_a_round_trip),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
