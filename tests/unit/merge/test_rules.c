/* SPDX-License-Identifier: Apache-2.0 */
#include "unit/merge/texts.h"

#define RUN(...)                                                                                                       \
    const struct texts rows[] = {__VA_ARGS__};                                                                         \
    (void)state;                                                                                                       \
    check_rows(rows, ARRAY_LEN(rows))

static void a_change_that_is_part_of_the_other_gives_way(void **state)
{
    RUN({"a.c", "x\nend\n", "x\nnew one;\nend\n", "x\nnew one;\nnew two;\nend\n", "x\nnew one;\nnew two;\nend\n", MERGE_PART},
        {"a.c", "a\nb\nc\nd\n", "a\nd\n", "a\nc\nd\n", "a\nd\n", MERGE_PART},
        /* one took away what the other changed */
        {"a.c", "a\nint b = 1;\nc\n", "a\nc\n", "a\nint b = 2;\nc\n", NULL, 0},
        /* one took a line away, the other kept it and put one beside it */
        {"a.c", "a\nold();\nc\n", "a\nc\n", "a\nold();\nnew();\nc\n", NULL, 0});
}

static void changes_of_neighbouring_lines_both_stay(void **state)
{
    RUN({"a.c", "int a = 1;\nint b = 2;\nint c = 3;\n", "int a = 10;\nint b = 2;\nint c = 3;\n",
         "int a = 1;\nint b = 20;\nint c = 3;\n", "int a = 10;\nint b = 20;\nint c = 3;\n", MERGE_BESIDE},
        {"a.c", "/* old words */\nint f(int a)\n{\n}\n", "/* others, all new */\nint f(int a)\n{\n}\n",
         "/* old words */\nint f(int a, int b)\n{\n}\n", "/* others, all new */\nint f(int a, int b)\n{\n}\n", MERGE_BESIDE},
        {"a.c", "f(a);\nh(a, b);\n", "f(a);\ng(z);\nh(a, b);\n", "f(a);\nh(a, c);\n", "f(a);\ng(z);\nh(a, c);\n",
         MERGE_BESIDE});
}

static void a_line_that_another_took_the_place_of_is_no_neighbour(void **state)
{
    RUN({"a.c", "x\n    struct engine_forge *forges;\ny\n", "x\n    struct arena conf_arena;\ny\n",
         "x\n    struct engine_forge *forges;\n    const char **labels;\ny\n", NULL, 0},
        /* a remark is about the line behind it */
        {"a.c", "x\ncall(one, two);\ny\n", "x\n// why this is called\ncall(one, two);\ny\n", "x\ncall(one, three);\ny\n",
         NULL, 0});
}

static void different_words_of_a_line_both_change(void **state)
{
    RUN({"a.c", "static int area(int width, int height, int depth)\n", "static long area(int width, int height, int depth)\n",
         "static int area(int width, int height, int depth, int flags)\n",
         "static long area(int width, int height, int depth, int flags)\n", MERGE_WORDS},
        /* too close to each other: they belong together */
        {"a.c", "ev = {.kind = A, .exited = p->exit};\n", "ev = {.kind = A, .exited.record = p->exit};\n",
         "ev = {.kind = A, .exited = {p->exit, p->result}};\n", NULL, 0},
        /* the same word */
        {"a.c", "limit = 10;\n", "limit = 20;\n", "limit = 30;\n", NULL, 0},
        {"a.c", "say(\"one text for people\");\n", "say(\"another text for people\");\n", "say(\"one text for all\");\n", NULL,
         0});
}

static void a_block_that_was_indented_keeps_the_others_edit(void **state)
{
    RUN({"a.c", "f()\n{\n    one(1);\n    two(2);\n    end();\n}\n",
         "f()\n{\n    if (on) {\n        one(1);\n        two(2);\n    }\n    end();\n}\n",
         "f()\n{\n    one(1);\n    two(2, more);\n    end();\n}\n",
         "f()\n{\n    if (on) {\n        one(1);\n        two(2, more);\n    }\n    end();\n}\n", MERGE_SPACE},
        {"a.c", "f()\n{\n    one(1);\n    two(2);\n    three(3);\n}\n",
         "f()\n{\n    if (on) {\n        one(1);\n        two(2);\n        three(3);\n    }\n}\n",
         "f()\n{\n    one(1);\n    new(9);\n    two(2);\n    three(3);\n}\n",
         "f()\n{\n    if (on) {\n        one(1);\n        new(9);\n        two(2);\n        three(3);\n    }\n}\n", MERGE_SPACE},
        /* both indented anew, each otherwise */
        {"a.c", "a();\nb();\n", "  a();\n  b();\n", "\ta();\n\tb();\n", NULL, 0});
}

static void of_two_versions_the_higher_one_is_taken(void **state)
{
    RUN({"setup.py", "setup(\n    version='1.2.0',\n)\n", "setup(\n    version='1.2.1',\n)\n",
         "setup(\n    version='1.3.0',\n)\n", "setup(\n    version='1.3.0',\n)\n", MERGE_VERSION},
        {"go.mod", "require x v1.2.0\n", "require x v1.10.0\n", "require x v1.9.0\n", "require x v1.10.0\n", MERGE_VERSION},
        {"Gemfile", "gem 'a', '1.2.0'\n", "gem 'a', '1.3.0-rc.1'\n", "gem 'a', '1.3.0'\n", "gem 'a', '1.3.0'\n", MERGE_VERSION},
        /* one went back, or nobody knows what is higher */
        {"Gemfile", "gem 'a', '1.2.0'\n", "gem 'a', '1.1.0'\n", "gem 'a', '1.3.0'\n", NULL, 0},
        {"Gemfile", "gem 'a', '1.2.0'\n", "gem 'a', '1.3.0-rc'\n", "gem 'a', '1.3.0-beta'\n", NULL, 0},
        /* a number like any other */
        {"a.c", "double share = 0.5;\n", "double share = 0.6;\n", "double share = 0.75;\n", NULL, 0});
}

static void imports_of_both_stay_in_order(void **state)
{
    RUN({"a.c", "#include \"a.h\"\n#include \"m.h\"\n", "#include \"a.h\"\n#include \"k.h\"\n#include \"m.h\"\n",
         "#include \"a.h\"\n#include \"c.h\"\n#include \"m.h\"\n",
         "#include \"a.h\"\n#include \"c.h\"\n#include \"k.h\"\n#include \"m.h\"\n", MERGE_IMPORTS},
        {"a.py", "import z\nimport b\n\nx = 1\n", "import z\nimport b\nimport q\n\nx = 1\n", "import z\nimport b\nimport a\n\nx = 1\n",
         "import z\nimport b\nimport q\nimport a\n\nx = 1\n", MERGE_IMPORTS},
        {"a.py", "from x import a, b\n", "from x import a, b, d\n", "from x import a, b, c\n", "from x import a, b, c, d\n",
         MERGE_IMPORTS},
        {"a.ts", "import { a } from './x';\n", "import { a, q } from './x';\n", "import { a, p } from './x';\n",
         "import { a, q, p } from './x';\n", MERGE_IMPORTS},
        /* names that both bring from the same place in lines of their own */
        {"a.py", "x = 1\n", "from m import a\nx = 1\n", "from m import b\nx = 1\n", NULL, 0},
        /* one took it away, the other put another in its place, and so did the first */
        {"a.py", "import old\nx = 1\n", "import new\nx = 1\n", "import newer\nx = 1\n", NULL, 0});
}

static void entries_of_a_list_both_stay(void **state)
{
    RUN({"a.c", "enum {\n    A,\n    B,\n};\n", "enum {\n    A,\n    B,\n    C_ONE,\n};\n", "enum {\n    A,\n    B,\n    D_TWO,\n};\n",
         "enum {\n    A,\n    B,\n    C_ONE,\n    D_TWO,\n};\n", MERGE_ENTRIES},
        {"a.js", "const a = [\n  'one',\n  'two'\n];\n", "const a = [\n  'one',\n  'two',\n  'our'\n];\n",
         "const a = [\n  'one',\n  'two',\n  'their'\n];\n", "const a = [\n  'one',\n  'two',\n  'our',\n  'their'\n];\n",
         MERGE_ENTRIES},
        {"a.py", "names = ['a', 'b']\n", "names = ['a', 'b', 'our']\n", "names = ['a', 'b', 'their']\n",
         "names = ['a', 'b', 'our', 'their']\n", MERGE_ENTRIES},
        {"a.py", "names = ['a', 'b']\n", "names = ['a', 'our']\n", "names = ['a', 'their']\n", NULL, 0},
        {"a.h", "int a(void);\nint b(int x);\n\n#endif\n", "int a(void);\nint b(int x);\nlong ours(char *s);\n\n#endif\n",
         "int a(void);\nint b(int x);\nint theirs(void);\n\n#endif\n",
         "int a(void);\nint b(int x);\nlong ours(char *s);\nint theirs(void);\n\n#endif\n", MERGE_ENTRIES},
        {"Makefile", "OBJS = a.o \\\n\tb.o \\\n\tz.o\n", "OBJS = a.o \\\n\tb.o \\\n\tm.o \\\n\tz.o\n",
         "OBJS = a.o \\\n\tb.o \\\n\td.o \\\n\tz.o\n", "OBJS = a.o \\\n\tb.o \\\n\tm.o \\\n\td.o \\\n\tz.o\n",
         MERGE_ENTRIES},
        /* three and more in order are a list that is kept so */
        {"words.txt", "- a\n- b\n- c\n- z\n", "- a\n- b\n- c\n- n\n- z\n", "- a\n- b\n- c\n- k\n- z\n",
         "- a\n- b\n- c\n- k\n- n\n- z\n", MERGE_ENTRIES},
        {".gitignore", "/a/\n", "/a/\n*.o\n", "/a/\n*.tmp\n", "/a/\n*.o\n*.tmp\n", MERGE_ENTRIES},
        /* the same entry with two values */
        {"a.c", "x = {\n    {\"a\", 1},\n};\n", "x = {\n    {\"a\", 1},\n    {\"b\", 2},\n};\n",
         "x = {\n    {\"a\", 1},\n    {\"b\", 3},\n};\n", NULL, 0},
        /* statements are no list */
        {"a.c", "f()\n{\n    open();\n}\n", "f()\n{\n    open();\n    lock(a);\n}\n", "f()\n{\n    open();\n    send(b);\n}\n",
         NULL, 0});
}

static void new_definitions_of_both_stay(void **state)
{
    RUN({"a.c", "int a(void)\n{\n    return 1;\n}\n", "int a(void)\n{\n    return 1;\n}\n\nint ours(int x)\n{\n    return x + 2;\n}\n",
         "int a(void)\n{\n    return 1;\n}\n\nlong theirs(void)\n{\n    return 3 * count();\n}\n",
         "int a(void)\n{\n    return 1;\n}\n\nint ours(int x)\n{\n    return x + 2;\n}\n\nlong theirs(void)\n{\n    return 3 * "
         "count();\n}\n",
         MERGE_BLOCKS},
        {"a.c", "    switch (k) {\n    }\n", "    switch (k) {\n    case ONE:\n        first();\n        break;\n    }\n",
         "    switch (k) {\n    case TWO:\n        second();\n        break;\n    }\n",
         "    switch (k) {\n    case ONE:\n        first();\n        break;\n    case TWO:\n        second();\n        break;\n    }\n",
         MERGE_BLOCKS},
        /* the same name, or the same work under two names */
        {"a.c", "x\n", "x\n\nint f(void)\n{\n    return 1;\n}\n", "x\n\nint f(void)\n{\n    return 2;\n}\n", NULL, 0},
        {"a.c", "x\n", "x\n\nint is_loop(char *host)\n{\n    return begins(host, \"127.\") || same(host, \"localhost\");\n}\n",
         "x\n\nint names_loop(char *name)\n{\n    return same(name, \"localhost\") || begins(name, \"127.\");\n}\n", NULL, 0},
        /* conditions have an order */
        {"a.c", "f()\n{\n    x();\n}\n", "f()\n{\n    x();\n    if (a) {\n        b();\n    }\n}\n",
         "f()\n{\n    x();\n    if (c) {\n        d();\n    }\n}\n", NULL, 0});
}

static void an_edit_follows_a_block_that_was_moved(void **state)
{
    RUN({"a.c", "int a(int x)\n{\n    one(x);\n    two(x);\n}\n\nint b(void)\n{\n    return 7;\n}\n\nint c(void)\n{\n    return 8;\n}\n",
         "int b(void)\n{\n    return 7;\n}\n\nint c(void)\n{\n    return 8;\n}\n\nint a(int x)\n{\n    one(x);\n    two(x);\n}\n",
         "int a(int x)\n{\n    one(x);\n    two(x + 1);\n}\n\nint b(void)\n{\n    return 7;\n}\n\nint c(void)\n{\n    return 8;\n}\n",
         "int b(void)\n{\n    return 7;\n}\n\nint c(void)\n{\n    return 8;\n}\n\nint a(int x)\n{\n    one(x);\n    two(x + 1);\n}\n",
         MERGE_MOVED});
}

static void a_new_use_gets_the_new_name(void **state)
{
    RUN({"a.c", "int area(int w)\n{\n    return w;\n}\n\nint b(void)\n{\n    return area(2);\n}\n\nint c(void)\n{\n    return 1;\n}\n",
         "int size_of(int w)\n{\n    return w;\n}\n\nint b(void)\n{\n    return size_of(2);\n}\n\nint c(void)\n{\n    return 1;\n}\n",
         "int area(int w)\n{\n    return w;\n}\n\nint b(void)\n{\n    return area(2);\n}\n\nint c(void)\n{\n    return area(9);\n}\n",
         "int size_of(int w)\n{\n    return w;\n}\n\nint b(void)\n{\n    return size_of(2);\n}\n\nint c(void)\n{\n    return "
         "size_of(9);\n}\n",
         MERGE_RENAMED},
        /* both renamed it */
        {"a.c", "int area(int w)\n{\n    return area(w);\n}\n", "int size_of(int w)\n{\n    return size_of(w);\n}\n",
         "int extent(int w)\n{\n    return extent(w);\n}\n", NULL, 0});
}

static void entries_of_a_change_log_stand_below_each_other(void **state)
{
    RUN({"CHANGELOG.md", "# Log\n\n## Unreleased\n\n- old\n", "# Log\n\n## Unreleased\n\n- ours\n- old\n",
         "# Log\n\n## Unreleased\n\n- theirs\n- old\n", "# Log\n\n## Unreleased\n\n- ours\n- theirs\n- old\n", MERGE_LOG},
        {"CHANGELOG.md", "# Log\n\n## 1.0.0\n\n- old\n", "# Log\n\n## Next\n\n### Added\n\n- ours\n\n## 1.0.0\n\n- old\n",
         "# Log\n\n## Next\n\n### Added\n\n- theirs\n\n### Fixed\n\n- bug\n\n## 1.0.0\n\n- old\n",
         "# Log\n\n## Next\n\n### Added\n\n- ours\n- theirs\n\n### Fixed\n\n- bug\n\n## 1.0.0\n\n- old\n", MERGE_LOG},
        {"CHANGELOG.md", "# Log\n\n## 1.0.0\n\n- old\n", "# Log\n\n## 1.0.1\n\n- fix\n\n## 1.0.0\n\n- old\n",
         "# Log\n\n## 1.1.0\n\n- new\n\n## 1.0.0\n\n- old\n",
         "# Log\n\n## 1.1.0\n\n- new\n\n## 1.0.1\n\n- fix\n\n## 1.0.0\n\n- old\n", MERGE_LOG},
        /* the same entry, written anew by both */
        {"CHANGELOG.md", "- an entry about a thing\n", "- an entry about one thing\n", "- an entry about some things\n", NULL, 0});
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_change_that_is_part_of_the_other_gives_way),
        cmocka_unit_test(changes_of_neighbouring_lines_both_stay),
        cmocka_unit_test(a_line_that_another_took_the_place_of_is_no_neighbour),
        cmocka_unit_test(different_words_of_a_line_both_change),
        cmocka_unit_test(a_block_that_was_indented_keeps_the_others_edit),
        cmocka_unit_test(of_two_versions_the_higher_one_is_taken),
        cmocka_unit_test(imports_of_both_stay_in_order),
        cmocka_unit_test(entries_of_a_list_both_stay),
        cmocka_unit_test(new_definitions_of_both_stay),
        cmocka_unit_test(an_edit_follows_a_block_that_was_moved),
        cmocka_unit_test(a_new_use_gets_the_new_name),
        cmocka_unit_test(entries_of_a_change_log_stand_below_each_other),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
