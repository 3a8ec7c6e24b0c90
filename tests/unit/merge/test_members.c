/* SPDX-License-Identifier: Apache-2.0 */
#include "unit/merge/texts.h"

#define RUN(...)                                                                                                       \
    const struct texts rows[] = {__VA_ARGS__};                                                                         \
    (void)state;                                                                                                       \
    check_rows(rows, ARRAY_LEN(rows))

#define DEPS(lines) "{\n  \"name\": \"x\",\n  \"deps\": {\n" lines "  }\n}\n"

static void members_of_both_stay_in_order(void **state)
{
    RUN({"a.json", DEPS("    \"a\": \"1\",\n    \"b\": \"1\",\n    \"z\": \"1\"\n"),
         DEPS("    \"a\": \"1\",\n    \"b\": \"1\",\n    \"k\": \"1\",\n    \"z\": \"1\"\n"),
         DEPS("    \"a\": \"1\",\n    \"b\": \"1\",\n    \"c\": \"1\",\n    \"z\": \"1\"\n"),
         DEPS("    \"a\": \"1\",\n    \"b\": \"1\",\n    \"c\": \"1\",\n    \"k\": \"1\",\n    \"z\": \"1\"\n"), MERGE_MEMBERS},
        {"a.json", "{\"a\": 1}\n", "{\"a\": 1, \"our\": 2}\n", "{\"a\": 1, \"their\": 3}\n",
         "{\"a\": 1, \"our\": 2, \"their\": 3}\n", MERGE_MEMBERS},
        {"a.json", "{\n  \"x\": {}\n}\n", "{\n  \"x\": {\n    \"a\": 1\n  }\n}\n", "{\n  \"x\": {\n    \"b\": 2\n  }\n}\n",
         "{\n  \"x\": {\n    \"a\": 1,\n    \"b\": 2\n  }\n}\n", MERGE_MEMBERS},
        {"a.json", "{\n  \"a\": 1,\n  \"b\": 2\n}\n", "{\n  \"a\": 10,\n  \"b\": 2\n}\n", "{\n  \"b\": 20\n}\n", NULL, 0},
        {"a.json", "{\n  \"a\": 1,\n  \"b\": 2\n}\n", "{\n  \"a\": 10,\n  \"b\": 2\n}\n", "{\n  \"a\": 1,\n  \"b\": 20\n}\n",
         "{\n  \"a\": 10,\n  \"b\": 20\n}\n", MERGE_MEMBERS},
        {"a.json", "[\"a\", \"b\"]\n", "[\"a\", \"b\", \"our\"]\n", "[\"a\", \"b\", \"their\"]\n",
         "[\"a\", \"b\", \"our\", \"their\"]\n", MERGE_MEMBERS},
        {"a.json", "[\"a\", \"b\"]\n", "[\"a\", \"x\"]\n", "[\"a\", \"y\"]\n", NULL, 0},
        {"a.json", "{\"a\": 1}\n", "{\"a\": 2}\n", "{\"a\": 3}\n", NULL, 0},
        /* the same key twice is no JSON that we write */
        {"a.json", "{\n  \"a\": 1\n}\n", "{\n  \"a\": 1,\n  \"n\": 2\n}\n", "{\n  \"a\": 1,\n  \"n\": 3\n}\n", NULL, 0});
}

static void a_version_in_a_manifest_goes_up(void **state)
{
    RUN({"package.json", "{\n  \"version\": \"1.0.0\"\n}\n", "{\n  \"version\": \"1.0.1\"\n}\n",
         "{\n  \"version\": \"1.1.0\"\n}\n", "{\n  \"version\": \"1.1.0\"\n}\n", MERGE_VERSION},
        {"package.json", "{\n  \"dep\": \"^1.0.0\"\n}\n", "{\n  \"dep\": \"^1.2.0\"\n}\n", "{\n  \"dep\": \"~1.3.0\"\n}\n", NULL,
         0});
}

static void keys_of_yaml_merge_by_their_blocks(void **state)
{
    RUN({"ci.yml", "env:\n  A: 1\njobs:\n  a:\n    run: x\n", "env:\n  A: 1\n  OUR: 2\njobs:\n  a:\n    run: x\n",
         "env:\n  A: 1\n  THEIR: 3\njobs:\n  a:\n    run: x\n", "env:\n  A: 1\n  OUR: 2\n  THEIR: 3\njobs:\n  a:\n    run: x\n",
         MERGE_MEMBERS},
        {"ci.yml", "jobs:\n  a:\n    steps:\n      - run: x\n", "jobs:\n  a:\n    steps:\n      - run: x\n      - run: ours\n",
         "jobs:\n  a:\n    steps:\n      - run: x\n      - name: theirs\n        run: y\n",
         "jobs:\n  a:\n    steps:\n      - run: x\n      - run: ours\n      - name: theirs\n        run: y\n", MERGE_MEMBERS},
        {"ci.yml", "on:\n  push: {}\n  branches: [main]\n", "on:\n  push: {}\n  branches: [main, our]\n",
         "on:\n  push: {}\n  branches: [main, their]\n", "on:\n  push: {}\n  branches: [main, our, their]\n", MERGE_MEMBERS},
        {"a.yaml", "a: 1\nb: 2\n", "a: 10\nb: 2\n", "a: 1\nb: 20\n", "a: 10\nb: 20\n", MERGE_MEMBERS},
        {"a.yaml", "a: 1\n", "a: 2\n", "a: 3\n", NULL, 0},
        {"a.yaml", "a: 1\nb: |\n  text\n  more\n", "a: 1\nb: |\n  text of ours\n  more\n", "a: 2\nb: |\n  text\n  more\n",
         "a: 2\nb: |\n  text of ours\n  more\n", MERGE_MEMBERS},
        {"a.yaml", "a:\n  x: 1\n", "b:\n  x: 1\n", "a:\n  x: 2\n", NULL, 0});
}

static void tables_of_toml_merge_by_their_keys(void **state)
{
    RUN({"Cargo.toml", "[package]\nname = \"a\"\n\n[dependencies]\nb = \"1\"\nz = \"1\"\n",
         "[package]\nname = \"a\"\n\n[dependencies]\nb = \"1\"\nk = \"1\"\nz = \"1\"\n",
         "[package]\nname = \"a\"\n\n[dependencies]\nb = \"1\"\nc = \"1\"\nz = \"1\"\n",
         "[package]\nname = \"a\"\n\n[dependencies]\nb = \"1\"\nc = \"1\"\nk = \"1\"\nz = \"1\"\n", MERGE_MEMBERS},
        {"a.toml", "x = [\n  \"a\",\n]\n", "x = [\n  \"a\",\n  \"our\",\n]\n", "x = [\n  \"a\",\n  \"their\",\n]\n",
         "x = [\n  \"a\",\n  \"our\",\n  \"their\",\n]\n", MERGE_MEMBERS},
        {"a.toml", "[a]\nx = 1\n", "[a]\nx = 2\n", "[a]\nx = 3\n", NULL, 0});
}

#define CRATE(name, version) "[[package]]\nname = \"" name "\"\nversion = \"" version "\"\nchecksum = \"" name version "\"\n\n"

static void lock_files_take_different_packages_only(void **state)
{
    RUN({"Cargo.lock", CRATE("a", "1.0.0") CRATE("b", "1.0.0") CRATE("z", "1.0.0"),
         CRATE("a", "1.0.0") CRATE("b", "1.0.0") CRATE("m", "1.0.0") CRATE("z", "1.0.0"),
         CRATE("a", "1.0.0") CRATE("b", "1.0.0") CRATE("c", "1.0.0") CRATE("z", "1.0.0"),
         CRATE("a", "1.0.0") CRATE("b", "1.0.0") CRATE("c", "1.0.0") CRATE("m", "1.0.0") CRATE("z", "1.0.0"), MERGE_LOCK},
        {"Cargo.lock", CRATE("a", "1.0.0"), CRATE("a", "1.1.0"), CRATE("a", "1.2.0"), NULL, 0},
        {"go.sum", "a v1 h1:x\nz v1 h1:x\n", "a v1 h1:x\nm v1 h1:y\nz v1 h1:x\n", "a v1 h1:x\nb v1 h1:z\nz v1 h1:x\n",
         "a v1 h1:x\nb v1 h1:z\nm v1 h1:y\nz v1 h1:x\n", MERGE_LOCK},
        {"yarn.lock", "# yarn lockfile v1\n\n\na@1:\n  version \"1\"\n\nb@1:\n  version \"1\"\n\nz@1:\n  version \"1\"\n",
         "# yarn lockfile v1\n\n\na@1:\n  version \"1\"\n\nb@1:\n  version \"1\"\n\nm@1:\n  version \"1\"\n\nz@1:\n  version \"1\"\n",
         "# yarn lockfile v1\n\n\na@1:\n  version \"1\"\n\nb@1:\n  version \"1\"\n\nc@1:\n  version \"1\"\n\nz@1:\n  version \"1\"\n",
         "# yarn lockfile v1\n\n\na@1:\n  version \"1\"\n\nb@1:\n  version \"1\"\n\nc@1:\n  version \"1\"\n\nm@1:\n  version "
         "\"1\"\n\nz@1:\n  version \"1\"\n",
         MERGE_LOCK});
}

static void a_lock_file_that_is_left_names_the_command(void **state)
{
    (void)state;
    struct texts t = {"sub/Cargo.lock", CRATE("a", "1.0.0"), CRATE("a", "1.1.0"), CRATE("a", "1.2.0"), NULL, 0};
    struct merge_texts in = texts_of(&t);
    AUTO(merge_result_free) struct merge_result r = {0};
    struct err e = {0};
    assert_int_equal(merge_file(&in, NULL, &r, &e), 0);
    assert_int_equal(r.left.n, 1);
    assert_string_equal(r.advice, "cargo generate-lockfile");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(members_of_both_stay_in_order),
        cmocka_unit_test(a_version_in_a_manifest_goes_up),
        cmocka_unit_test(keys_of_yaml_merge_by_their_blocks),
        cmocka_unit_test(tables_of_toml_merge_by_their_keys),
        cmocka_unit_test(lock_files_take_different_packages_only),
        cmocka_unit_test(a_lock_file_that_is_left_names_the_command),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
