/* SPDX-License-Identifier: Apache-2.0 */
/* The first byte: what kind of file. Then base, ours and theirs, each behind a line "====". Whatever the texts: a side
 * that changed nothing gives the other, what is resolved has no conflict markers and stays what it was (JSON), who merges
 * whom does not decide whether it is resolved, and the same texts give the same answer. */
#include <stdlib.h>
#include "fmt/json.h"
#include "merge/merge.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const paths[] = {"a.c",        "a.py",      "a.ts",      "README.md",  "CHANGELOG.md",   "a.json",
                                    "package.json", "a.yml",   "a.toml",    "Cargo.lock", "package-lock.json", "go.sum",
                                    "yarn.lock",  ".gitignore", "a.txt",    "CMakeLists.txt", "go.mod", "a.rs"};

static void must(bool ok)
{
    if (!ok)
        abort();
}

static bool has_markers(struct sv text)
{
    return sv_starts(text, SV("<<<<<<< ")) || sv_find(text, SV("\n<<<<<<< ")) >= 0;
}

static bool is_json(struct sv text)
{
    struct err ignored;
    return json_validate(text, NULL, &ignored) == 0;
}

/* -1 refused, 0 resolved, 1 left; the text is appended. */
static int merge(const char *path, struct sv base, struct sv ours, struct sv theirs, struct buf *text)
{
    struct merge_texts in = {path, base, ours, theirs};
    struct merge_result r = {0};
    struct err e = {0};
    int rc = merge_file(&in, NULL, &r, &e);
    if (rc < 0)
        must(e.cls == ERR_INVALID);
    if (rc == 0 && r.left.n == 0) {
        buf_sv(text, buf_view(&r.text));
        must(!has_markers(buf_view(text)));
        if (sv_ends(sv_of(path), SV(".json")) && is_json(ours) && is_json(theirs))
            must(is_json(buf_view(text)));
    }
    for (size_t i = 0; rc == 0 && i < r.left.n; i++)
        must(r.left.at[i].line >= 1 && strlen(r.left.at[i].key) == MERGE_KEY_LEN);
    rc = rc == 0 ? r.left.n > 0 : -1;
    merge_result_free(&r);
    return rc;
}

static void gives(const char *path, struct sv base, struct sv ours, struct sv theirs, struct sv want)
{
    struct buf text = {0};
    if (merge(path, base, ours, theirs, &text) >= 0)
        must(sv_eq(buf_view(&text), want));
    buf_free(&text);
}

static struct sv next_text(struct sv *rest)
{
    ptrdiff_t at = sv_find(*rest, SV("====\n"));
    struct sv text = at < 0 ? *rest : sv_cut(*rest, (size_t)at);
    *rest = at < 0 ? SV("") : sv_from(*rest, (size_t)at + 5);
    return text;
}

static void no_lesson(void *ctx, const char *key, struct sv resolution)
{
    (void)ctx;
    must(strlen(key) == MERGE_KEY_LEN && (resolution.n == 0 || resolution.p));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2)
        return 0;
    const char *path = paths[data[0] % ARRAY_LEN(paths)];
    struct sv rest = sv_n((const char *)data + 1, size - 1);
    struct sv base = next_text(&rest), ours = next_text(&rest), theirs = next_text(&rest);
    struct buf one = {0}, two = {0}, other = {0};
    struct err ignored;
    gives(path, base, base, base, base);
    gives(path, base, ours, ours, ours);
    gives(path, base, base, theirs, theirs);
    gives(path, base, ours, base, ours);
    int rc = merge(path, base, ours, theirs, &one);
    must(merge(path, base, ours, theirs, &two) == rc && sv_eq(buf_view(&one), buf_view(&two)));
    must(merge(path, base, theirs, ours, &other) == rc);
    struct merge_texts in = {path, base, ours, theirs};
    if (merge_lessons(&in, buf_view(&one), no_lesson, NULL, &ignored) < 0)
        must(rc < 0 || ours.n + theirs.n + base.n > 0);
    buf_free(&one);
    buf_free(&two);
    buf_free(&other);
    return 0;
}
