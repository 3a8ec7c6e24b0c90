/* SPDX-License-Identifier: Apache-2.0 */
/* JUnit's XML has no standard. What all writers agree on: <testcase name classname> within <testsuite>, with <failure>,
 * <error> or <skipped> inside; surefire adds <flakyFailure> and <rerunFailure>. Names of elements may have a prefix. */
#include "core/test_report.h"
#include "fmt/xml.h"

struct junit {
    struct xml xml;
    struct test_report *r;
    struct arena arena; /* of the test */
    struct sv name, file, message;
    size_t test_depth;    /* elements open around and with the test; 0 = outside of one */
    size_t outcome_depth; /* the same of the element that says that it failed, while its text is read */
    bool failed, skipped, flaky, any;
};

static struct sv local(struct sv name)
{
    ptrdiff_t colon = sv_rchr(name, ':');
    return colon < 0 ? name : sv_from(name, (size_t)colon + 1);
}

static void open_test(struct junit *j)
{
    struct sv class_name = xml_attribute(&j->xml, "classname"), name = xml_attribute(&j->xml, "name");
    arena_free(&j->arena);
    j->failed = j->skipped = j->flaky = false;
    j->test_depth = j->xml.open.n;
    j->outcome_depth = 0;
    j->message = SV_NONE;
    bool both = class_name.n && !sv_eq(class_name, name);
    j->name =
        sv_of(arena_fmt(&j->arena, "%.*s%s%.*s", SV_ARG(both ? class_name : SV_NONE), both ? " › " : "", SV_ARG(name)));
    j->file = arena_sv(&j->arena, xml_attribute(&j->xml, "file"));
}

static void open_inside(struct junit *j, struct sv name)
{
    bool failed = sv_is(name, "failure") || sv_is(name, "error");
    j->skipped |= sv_is(name, "skipped");
    j->flaky |= sv_is(name, "flakyFailure") || sv_is(name, "flakyError");
    if (!failed || j->failed)
        return;
    struct sv message = xml_attribute(&j->xml, "message"), type = xml_attribute(&j->xml, "type");
    j->failed = true;
    j->message = arena_sv(&j->arena, sv_trim(message).n ? message : type);
    j->outcome_depth = sv_trim(j->message).n ? 0 : j->xml.open.n;
}

static void close_test(struct junit *j)
{
    if (j->failed)
        test_report_add(j->r, j->name, j->file, j->message);
    if (j->skipped && !j->failed)
        j->r->skipped++;
    else
        j->r->run++;
    j->r->flaky += j->flaky && !j->failed;
    j->test_depth = 0;
}

static void opened(struct junit *j)
{
    struct sv name = local(j->xml.name);
    if (j->xml.open.n == 1)
        j->any = sv_is(name, "testsuites") || sv_is(name, "testsuite");
    if (j->test_depth == 0 && sv_is(name, "testcase"))
        open_test(j);
    else if (j->test_depth && j->xml.open.n == j->test_depth + 1)
        open_inside(j, name);
}

static void closed(struct junit *j)
{
    if (j->test_depth && j->xml.open.n + 1 == j->test_depth)
        close_test(j);
    if (j->xml.open.n < j->outcome_depth)
        j->outcome_depth = 0;
}

static int read_pieces(struct junit *j, struct err *e)
{
    for (;;) {
        enum xml_piece piece;
        if (xml_next(&j->xml, &piece, e) < 0)
            return -1;
        if (piece == XML_END)
            return 0;
        if (piece == XML_OPEN)
            opened(j);
        else if (piece == XML_CLOSE)
            closed(j);
        else if (j->outcome_depth && sv_trim(j->xml.text).n) {
            j->message = arena_sv(&j->arena, j->xml.text);
            j->outcome_depth = 0;
        }
        if (!j->any)
            return err_set(e, ERR_INVALID, "the outermost element is none of a JUnit report");
    }
}

int junit_read(struct test_report *r, struct sv text, struct err *e)
{
    struct junit j = {.r = r};
    if (text.n > REPORT_BYTES)
        return err_set(e, ERR_INVALID, "larger than %d bytes", REPORT_BYTES);
    int rc = xml_begin(&j.xml, text, e);
    if (rc == 0)
        rc = read_pieces(&j, e);
    r->files += rc == 0;
    xml_free(&j.xml);
    arena_free(&j.arena);
    return rc;
}
