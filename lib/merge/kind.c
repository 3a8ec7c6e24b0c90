/* SPDX-License-Identifier: Apache-2.0 */
#include "merge/kind.h"
#include <ctype.h>
#include "merge/seq.h"

struct named {
    const char *name;
    struct text_kind kind;
};

static const struct named names[] = {
    {"package-lock.json", {FORM_JSON, .lock = true, .advice = "npm install --package-lock-only"}},
    {"npm-shrinkwrap.json", {FORM_JSON, .lock = true, .advice = "npm install --package-lock-only"}},
    {"composer.lock", {FORM_JSON, .lock = true, .advice = "composer update --lock"}},
    {"Pipfile.lock", {FORM_JSON, .lock = true, .advice = "pipenv lock"}},
    {"Cargo.lock", {FORM_TOML, .lock = true, .advice = "cargo generate-lockfile"}},
    {"poetry.lock", {FORM_TOML, .lock = true, .advice = "poetry lock --no-update"}},
    {"uv.lock", {FORM_TOML, .lock = true, .advice = "uv lock"}},
    {"yarn.lock", {FORM_YAML, .lock = true, .advice = "yarn install --mode update-lockfile"}},
    {"pnpm-lock.yaml", {FORM_YAML, .lock = true, .advice = "pnpm install --lockfile-only"}},
    {"Gemfile.lock", {FORM_INDENT, .lock = true, .advice = "bundle lock"}},
    {"go.sum", {FORM_SET, .lock = true, .advice = "go mod tidy"}},
    {"package.json", {FORM_JSON, .manifest = true}},
    {"composer.json", {FORM_JSON, .manifest = true}},
    {"Cargo.toml", {FORM_TOML, .manifest = true}},
    {"pyproject.toml", {FORM_TOML, .manifest = true}},
    {"go.mod", {FORM_OTHER, .manifest = true}},
    {"setup.py", {FORM_INDENT, IMPORT_PYTHON, .manifest = true}},
    {"setup.cfg", {FORM_INDENT, .manifest = true}},
    {"Gemfile", {FORM_OTHER, .manifest = true}},
    {"pom.xml", {FORM_OTHER, .manifest = true}},
    {"build.gradle", {FORM_CODE, IMPORT_JAVA, .manifest = true}},
    {"requirements.txt", {FORM_OTHER, .manifest = true}},
    {"Pipfile", {FORM_TOML, .manifest = true}},
    {".gitignore", {.form = FORM_SET}},
    {".dockerignore", {.form = FORM_SET}},
    {".npmignore", {.form = FORM_SET}},
    {"Makefile", {.form = FORM_INDENT}},
    {"CMakeLists.txt", {.form = FORM_OTHER, .calls = true}},
    {"Dockerfile", {.form = FORM_OTHER}},
};

static const struct {
    const char *ending;
    enum text_form form;
    enum import_style imports;
} endings[] = {
    {".c", FORM_CODE, IMPORT_C},          {".h", FORM_CODE, IMPORT_C},
    {".cc", FORM_CODE, IMPORT_C},         {".cpp", FORM_CODE, IMPORT_C},
    {".cxx", FORM_CODE, IMPORT_C},        {".hpp", FORM_CODE, IMPORT_C},
    {".hh", FORM_CODE, IMPORT_C},         {".m", FORM_CODE, IMPORT_C},
    {".cs", FORM_CODE, IMPORT_JAVA},      {".js", FORM_CODE, IMPORT_SCRIPT},
    {".jsx", FORM_CODE, IMPORT_SCRIPT},   {".mjs", FORM_CODE, IMPORT_SCRIPT},
    {".ts", FORM_CODE, IMPORT_SCRIPT},    {".tsx", FORM_CODE, IMPORT_SCRIPT},
    {".rs", FORM_CODE, IMPORT_RUST},      {".java", FORM_CODE, IMPORT_JAVA},
    {".kt", FORM_CODE, IMPORT_JAVA},      {".scala", FORM_CODE, IMPORT_JAVA},
    {".groovy", FORM_CODE, IMPORT_JAVA},  {".swift", FORM_CODE, IMPORT_JAVA},
    {".php", FORM_CODE, IMPORT_RUST},     {".dart", FORM_CODE, IMPORT_SCRIPT},
    {".go", FORM_CODE, IMPORT_GO},        {".css", FORM_CODE, IMPORT_NONE},
    {".scss", FORM_CODE, IMPORT_NONE},    {".pl", FORM_CODE, IMPORT_NONE},
    {".proto", FORM_CODE, IMPORT_SCRIPT}, {".py", FORM_INDENT, IMPORT_PYTHON},
    {".rb", FORM_OTHER, IMPORT_RUBY},     {".mk", FORM_INDENT, IMPORT_NONE},
    {".md", FORM_PROSE, IMPORT_NONE},     {".markdown", FORM_PROSE, IMPORT_NONE},
    {".rst", FORM_PROSE, IMPORT_NONE},    {".txt", FORM_PROSE, IMPORT_NONE},
    {".adoc", FORM_PROSE, IMPORT_NONE},   {".json", FORM_JSON, IMPORT_NONE},
    {".yml", FORM_YAML, IMPORT_NONE},     {".yaml", FORM_YAML, IMPORT_NONE},
    {".toml", FORM_TOML, IMPORT_NONE},
};

static struct sv name_of(const char *path)
{
    struct sv s = sv_of(path);
    ptrdiff_t slash = sv_rchr(s, '/');
    return sv_from(s, (size_t)(slash + 1));
}

static bool is_log(struct sv name)
{
    static const char *const words[] = {"changelog", "changes", "history", "news", "release_notes", "releasenotes"};
    ptrdiff_t dot = sv_rchr(name, '.');
    struct sv stem = dot > 0 ? sv_cut(name, (size_t)dot) : name, end = dot > 0 ? sv_from(name, (size_t)dot) : SV("");
    if (end.n && !sv_ieq(end, SV(".md")) && !sv_ieq(end, SV(".txt")) && !sv_ieq(end, SV(".rst")))
        return false;
    for (size_t i = 0; i < ARRAY_LEN(words); i++)
        if (sv_ieq(stem, sv_of(words[i])))
            return true;
    return false;
}

struct text_kind text_kind_of(const char *path)
{
    struct sv name = name_of(path);
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (sv_is(name, names[i].name))
            return names[i].kind;
    if (is_log(name))
        return (struct text_kind){.form = FORM_LOG};
    for (size_t i = 0; i < ARRAY_LEN(endings); i++)
        if (sv_ends(name, sv_of(endings[i].ending)))
            return (struct text_kind){.form = endings[i].form, .imports = endings[i].imports};
    return (struct text_kind){0};
}

static bool begins(struct sv line, const char *word) /* with white space or a quote behind it */
{
    struct sv w = sv_of(word);
    return sv_starts(line, w) && line.n > w.n &&
           (line.p[w.n] == ' ' || line.p[w.n] == '\t' || line.p[w.n] == '"' || line.p[w.n] == '<' ||
            line.p[w.n] == '\'');
}

static bool is_path_alone(struct sv s) /* "fmt" or name "path", inside of Go's import ( … ) */
{
    ptrdiff_t quote = sv_chr(s, '"');
    if (s.n < 3 || quote < 0 || s.p[s.n - 1] != '"' ||
        sv_chr(sv_from(s, (size_t)quote + 1), '"') != (ptrdiff_t)s.n - quote - 2)
        return false;
    for (ptrdiff_t i = 0; i < quote; i++)
        if (!isalnum((unsigned char)s.p[i]) && !strchr("_. ", s.p[i]))
            return false;
    return true;
}

bool line_is_import(enum import_style style, struct sv line)
{
    struct sv s = sv_trim(line);
    bool closed = s.n && s.p[s.n - 1] == ';';
    switch (style) {
    case IMPORT_C:
        return begins(s, "#include") || begins(s, "# include") || begins(s, "#import") ||
               (begins(s, "using") && closed && sv_chr(s, '=') < 0);
    case IMPORT_PYTHON:
        return (begins(s, "import") || (begins(s, "from") && sv_find(s, SV(" import ")) > 0)) && s.p[s.n - 1] != '(' &&
               s.p[s.n - 1] != '\\';
    case IMPORT_SCRIPT:
        return (begins(s, "import") && (sv_find(s, SV("from")) > 0 || sv_chr(s, '\'') > 0 || sv_chr(s, '"') > 0)) ||
               (begins(s, "export") && sv_find(s, SV(" from ")) > 0) ||
               ((begins(s, "const") || begins(s, "var")) && sv_find(s, SV("= require(")) > 0 && sv_ends(s, SV(");")));
    case IMPORT_RUST:
        return (begins(s, "use") || begins(s, "pub use") || begins(s, "mod") || begins(s, "pub mod") ||
                begins(s, "extern crate")) &&
               closed;
    case IMPORT_JAVA:
        return (begins(s, "import") || begins(s, "using")) && sv_chr(s, '=') < 0 && sv_chr(s, '(') < 0;
    case IMPORT_GO:
        return begins(s, "import") || is_path_alone(s);
    case IMPORT_RUBY:
        return begins(s, "require") || begins(s, "require_relative");
    default:
        return false;
    }
}
