/* SPDX-License-Identifier: Apache-2.0 */
/* The dashboard in the binary: which path is which file, and that pages are what their policy lets them be. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include <stdio.h>
#include <zlib.h>
#include "server/dash/dash.h"

static const char *found(const char *path)
{
    const struct dash_asset *a = dash_find(sv_of(path));
    return a ? a->path : "";
}

static void every_page_is_the_same_file(void **state)
{
    (void)state;
    static const char *const pages[] = {
        "/",       "/runs",    "/runs/0appb1t8g0000", "/deliveries", "/deliveries/x", "/repositories", "/queue",
        "/errors", "/effects", "/recoveries",         "/settings",   "/costs",        "/login"};
    for (size_t i = 0; i < ARRAY_LEN(pages); i++)
        assert_string_equal(found(pages[i]), "index.html");
}

static void other_paths_are_not_the_dashboards(void **state)
{
    (void)state;
    static const char *const others[] = {"",
                                         "*",
                                         "runs",
                                         "/runs/",
                                         "/runs/a/b",
                                         "/queue/a",
                                         "/Runs",
                                         "/api/v1/runs",
                                         "/hook/github",
                                         "/healthz",
                                         "/a/",
                                         "/a/app.js",
                                         "/app.js",
                                         "/a/x/app.js",
                                         "/vendor/VENDOR.md",
                                         "/../server.c",
                                         "//",
                                         "/index"};
    for (size_t i = 0; i < ARRAY_LEN(others); i++)
        assert_string_equal(found(others[i]), "");
}

static void what_never_changes_is_found_by_the_digest_alone(void **state)
{
    (void)state;
    char path[200];
    snprintf(path, sizeof path, "/a/%s/app.js", dash_digest);
    assert_string_equal(found(path), "app.js");
    snprintf(path, sizeof path, "/a/%s/lib/view.js", dash_digest);
    assert_string_equal(found(path), "lib/view.js");
    snprintf(path, sizeof path, "/a/%s/index.html", dash_digest);
    assert_string_equal(found(path), "");
    snprintf(path, sizeof path, "/a/%sapp.js", dash_digest);
    assert_string_equal(found(path), "");
    snprintf(path, sizeof path, "/a/%s0/app.js", dash_digest);
    assert_string_equal(found(path), "");
    assert_string_equal(found("/manifest.webmanifest"), "manifest.webmanifest");
    assert_string_equal(found("/style.css"), "");
}

static void whether_gzip_is_taken_is_read_as_the_rfc_says(void **state)
{
    (void)state;
    assert_true(dash_takes_gzip(SV("gzip")));
    assert_true(dash_takes_gzip(SV("br, GZip;q=0.5")));
    assert_true(dash_takes_gzip(SV("deflate,gzip ; q=0.001")));
    assert_false(dash_takes_gzip(SV_NONE));
    assert_false(dash_takes_gzip(SV("")));
    assert_false(dash_takes_gzip(SV("br, deflate")));
    assert_false(dash_takes_gzip(SV("gzip;q=0")));
    assert_false(dash_takes_gzip(SV("gzip;q=0.000")));
    assert_false(dash_takes_gzip(SV("xgzip")));
}

static void tags_are_compared_weakly(void **state)
{
    (void)state;
    assert_true(dash_tag_is(SV("\"a\""), "\"a\""));
    assert_true(dash_tag_is(SV("\"b\", W/\"a\""), "\"a\""));
    assert_true(dash_tag_is(SV("*"), "\"a\""));
    assert_false(dash_tag_is(SV("\"a-gz\""), "\"a\""));
    assert_false(dash_tag_is(SV("a"), "\"a\""));
    assert_false(dash_tag_is(SV_NONE, "\"a\""));
}

static void the_packed_ones_are_the_raw_ones(void **state)
{
    (void)state;
    size_t packed = 0;
    for (const struct dash_asset *a = dash_assets; a->path; a++) {
        if (!a->gz.n)
            continue;
        AUTO(buf_free) struct buf out = {0};
        z_stream z = {.next_in = (unsigned char *)(uintptr_t)a->gz.p, .avail_in = (uInt)a->gz.n};
        buf_reserve(&out, a->raw.n + 1);
        z.next_out = (unsigned char *)out.p;
        z.avail_out = (uInt)a->raw.n + 1;
        assert_int_equal(inflateInit2(&z, 15 + 16), Z_OK);
        assert_int_equal(inflate(&z, Z_FINISH), Z_STREAM_END);
        assert_int_equal(z.total_out, a->raw.n);
        assert_memory_equal(out.p, a->raw.p, a->raw.n);
        inflateEnd(&z);
        packed++;
    }
    assert_true(packed > 10);
}

/* The value of each attribute of that name that is a path. */
static void every_address_is_there(struct sv text, const char *attribute)
{
    ptrdiff_t at;
    while ((at = sv_find(text, sv_of(attribute))) >= 0) {
        text = sv_from(text, (size_t)at + strlen(attribute));
        struct sv path = sv_cut(text, (size_t)sv_chr(text, '"'));
        AUTO(mem_freep) char *shown = sv_dup(path);
        if (!dash_find(path))
            fail_msg("%s leads nowhere", shown);
    }
}

static void a_page_has_nothing_inline_and_names_what_is_there(void **state)
{
    (void)state;
    static const char *const inlined[] = {
        "<style", " style=", "javascript:", "<script>", " onload=", " onclick=", "@base@", "http://", "https://"};
    const struct dash_asset *page = dash_find(SV("/")), *manifest = dash_find(SV("/manifest.webmanifest"));
    for (size_t i = 0; i < ARRAY_LEN(inlined); i++)
        assert_int_equal(sv_find(page->raw, sv_of(inlined[i])), -1);
    assert_true(sv_find(page->raw, SV("<script type=\"module\" src=\"/a/")) > 0);
    every_address_is_there(page->raw, "href=\"");
    every_address_is_there(page->raw, "src=\"");
    every_address_is_there(manifest->raw, "\"src\": \"");
    every_address_is_there(manifest->raw, "_url\": \"");
}

/* Text that came from elsewhere could become script or markup only by these. */
static void no_script_of_ours_makes_markup_out_of_text(void **state)
{
    (void)state;
    static const char *const words[] = {"innerHTML", "outerHTML",    "insertAdjacentHTML",      "document.write",
                                        "eval(",     "new Function", "dangerouslySetInnerHTML", "srcdoc",
                                        "http://",   "https://"};
    for (const struct dash_asset *a = dash_assets; a->path; a++) {
        if (!sv_ends(sv_of(a->path), SV(".js")) || sv_starts(sv_of(a->path), SV("vendor/")))
            continue;
        for (size_t i = 0; i < ARRAY_LEN(words); i++)
            if (sv_find(a->raw, sv_of(words[i])) >= 0)
                fail_msg("%s says %s", a->path, words[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_page_is_the_same_file),
        cmocka_unit_test(other_paths_are_not_the_dashboards),
        cmocka_unit_test(what_never_changes_is_found_by_the_digest_alone),
        cmocka_unit_test(whether_gzip_is_taken_is_read_as_the_rfc_says),
        cmocka_unit_test(tags_are_compared_weakly),
        cmocka_unit_test(the_packed_ones_are_the_raw_ones),
        cmocka_unit_test(a_page_has_nothing_inline_and_names_what_is_there),
        cmocka_unit_test(no_script_of_ours_makes_markup_out_of_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
