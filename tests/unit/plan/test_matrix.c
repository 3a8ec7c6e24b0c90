/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include "plan/matrix.h"

/* The only context: `needs.plan.outputs.legs`, a text of JSON. */
static bool context(void *ctx, const char *name, struct val *ret)
{
    struct arena *a = ctx;
    if (strcmp(name, "needs") != 0)
        return false;
    struct val_object outputs = {.arena = a}, plan = {.arena = a}, needs = {.arena = a};
    val_object_putz(&outputs, "legs", val_strz("{\"n\": [1, 2]}"));
    val_object_putz(&plan, "outputs", val_object_done(&outputs));
    val_object_putz(&needs, "plan", val_object_done(&plan));
    *ret = val_object_done(&needs);
    return true;
}

static int expand(const char *json, struct arena *a, struct matrix_leg **ret, size_t *ret_n, struct err *e)
{
    struct expr_world w = {.ctx = a, .context = context};
    struct val v;
    return matrix_value(sv_of(json), &w, a, &v, e) < 0 ? -1 : matrix_expand(v, a, ret, ret_n, e);
}

static void legs_are_those_of_github(void **state)
{
    (void)state;
    static const struct {
        const char *matrix, *legs; /* values of each, one a line */
    } rows[] = {
        {"{\"n\":[1,2]}", "{\"n\":1}\n{\"n\":2}\n"},
        /* the last list turns fastest */
        {"{\"a\":[1,2],\"b\":[\"x\",\"y\"]}",
         "{\"a\":1,\"b\":\"x\"}\n{\"a\":1,\"b\":\"y\"}\n{\"a\":2,\"b\":\"x\"}\n{\"a\":2,\"b\":\"y\"}\n"},
        {"{\"a\":[1,2],\"b\":[1,2],\"exclude\":[{\"a\":1,\"b\":2},{\"a\":2}]}", "{\"a\":1,\"b\":1}\n"},
        /* the example of GitHub's documentation */
        {"{\"fruit\":[\"apple\",\"pear\"],\"animal\":[\"cat\",\"dog\"],\"include\":[{\"color\":\"green\"},"
         "{\"color\":\"pink\",\"animal\":\"cat\"},{\"fruit\":\"apple\",\"shape\":\"circle\"},{\"fruit\":\"banana\"},"
         "{\"fruit\":\"banana\",\"animal\":\"cat\"}]}",
         "{\"fruit\":\"apple\",\"animal\":\"cat\",\"color\":\"pink\",\"shape\":\"circle\"}\n"
         "{\"fruit\":\"apple\",\"animal\":\"dog\",\"color\":\"green\",\"shape\":\"circle\"}\n"
         "{\"fruit\":\"pear\",\"animal\":\"cat\",\"color\":\"pink\"}\n"
         "{\"fruit\":\"pear\",\"animal\":\"dog\",\"color\":\"green\"}\n"
         "{\"fruit\":\"banana\"}\n{\"fruit\":\"banana\",\"animal\":\"cat\"}\n"},
        {"{\"include\":[{\"site\":\"a\"},{\"site\":\"b\"}]}", "{\"site\":\"a\"}\n{\"site\":\"b\"}\n"},
        {"{\"o\":[{\"os\":\"l\",\"v\":1},{\"os\":\"w\",\"v\":2}],\"exclude\":[{\"o\":{\"os\":\"w\"}}]}",
         "{\"o\":{\"os\":\"l\",\"v\":1}}\n"},
        {"\"${{ fromJSON(needs.plan.outputs.legs) }}\"", "{\"n\":1}\n{\"n\":2}\n"},
        {"{\"n\":\"${{ fromJSON('[3]') }}\",\"t\":[\"v${{ 1 }}\"]}", "{\"n\":3,\"t\":\"v1\"}\n"},
        {"{\"n\":[true,null,1.5]}", "{\"n\":true}\n{\"n\":null}\n{\"n\":1.5}\n"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        AUTO(arena_free) struct arena a = {0};
        AUTO(buf_free) struct buf got = {0};
        struct matrix_leg *legs;
        struct err e = {0};
        size_t n;
        if (expand(rows[i].matrix, &a, &legs, &n, &e) < 0)
            fail_msg("%s: %s", rows[i].matrix, e.msg);
        for (size_t k = 0; k < n; k++) {
            val_write(legs[k].values, VAL_ONE_LINE, &got);
            buf_chr(&got, '\n');
        }
        assert_string_equal(got.p, rows[i].legs);
    }
}

static void labels_name_the_values(void **state)
{
    (void)state;
    AUTO(arena_free) struct arena a = {0};
    struct matrix_leg *legs;
    struct err e = {0};
    size_t n;
    assert_int_equal(expand("{\"a\":[1,{\"x\":\"y\",\"z\":[true]}],\"b\":[\"\",\"q\"]}", &a, &legs, &n, &e), 0);
    assert_int_equal(n, 4);
    assert_string_equal(legs[0].label, "1");
    assert_string_equal(legs[1].label, "1, q");
    assert_string_equal(legs[3].label, "y, true, q");
}

static void what_is_no_matrix_is_said(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {"{\"n\":[]}", "\"n\" of the matrix is empty"},
        {"{\"n\":1}", "\"n\" of the matrix is not a list"},
        {"{}", "no legs"},
        {"\"x\"", "not an object"},
        {"{\"n\":[1],\"exclude\":[{\"n\":1}]}", "no legs"},
        {"{\"n\":[1],\"exclude\":[{\"m\":1}]}", "\"m\", which is no list"},
        {"{\"n\":[1],\"include\":{\"a\":1}}", "\"include\" of the matrix is not a list"},
        {"{\"n\":[1],\"include\":[1]}", "entry 1 of \"include\""},
        {"{\"n\":[\"${{ fromJSON('{') }}\"]}", ""},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        AUTO(arena_free) struct arena a = {0};
        struct matrix_leg *legs;
        struct err e = {0};
        size_t n;
        assert_int_equal(expand(rows[i][0], &a, &legs, &n, &e), -1);
        if (!strstr(e.msg, rows[i][1]))
            fail_msg("%s: \"%s\" does not say \"%s\"", rows[i][0], e.msg, rows[i][1]);
    }
}

static void two_hundred_and_fifty_six_legs_are_the_most(void **state)
{
    (void)state;
    for (int more = 0; more < 2; more++) {
        AUTO(arena_free) struct arena a = {0};
        AUTO(buf_free) struct buf json = {0};
        struct matrix_leg *legs;
        struct err e = {0};
        size_t n = 0;
        buf_str(&json, "{\"b\":[0,1],\"a\":[");
        for (int i = 0; i < MATRIX_LEGS / 2 + more; i++)
            buf_fmt(&json, "%s%d", i ? "," : "", i);
        buf_str(&json, "]}");
        assert_int_equal(expand(json.p, &a, &legs, &n, &e), more ? -1 : 0);
        assert_int_equal(n, more ? 0 : MATRIX_LEGS);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(legs_are_those_of_github),
        cmocka_unit_test(labels_name_the_values),
        cmocka_unit_test(what_is_no_matrix_is_said),
        cmocka_unit_test(two_hundred_and_fifty_six_legs_are_the_most),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
