/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include "fmt/xml.h"

/* "<name a=1>" and "</name>" for elements, texts in quotes; "!why" where it is wrong. */
static void pieces_are(const char *text, const char *want)
{
    AUTO(buf_free) struct buf b = {0};
    struct xml x;
    struct err e = {0};
    enum xml_piece piece = XML_END;
    int rc = xml_begin(&x, sv_of(text), &e);
    while (rc == 0 && (rc = xml_next(&x, &piece, &e)) == 0 && piece != XML_END) {
        if (piece == XML_TEXT)
            buf_fmt(&b, "'%.*s'", SV_ARG(x.text));
        if (piece != XML_TEXT)
            buf_fmt(&b, piece == XML_OPEN ? "<%.*s" : "</%.*s", SV_ARG(x.name));
        for (size_t i = 0; piece == XML_OPEN && i < x.attributes.v.n; i++)
            buf_fmt(&b, " %.*s=%.*s", SV_ARG(x.attributes.v.at[i].name), SV_ARG(x.attributes.v.at[i].value));
        if (piece != XML_TEXT)
            buf_chr(&b, '>');
    }
    if (rc < 0)
        buf_fmt(&b, "!%s", e.msg);
    xml_free(&x);
    assert_string_equal(b.p ? b.p : "", want);
}

static void a_document_comes_in_pieces(void **state)
{
    (void)state;
    pieces_are("<a/>", "<a></a>");
    pieces_are("<?xml version=\"1.0\"?>\n<!-- c --><a b='1' c = \"2\"\n>t<d/>u</a >\n<?pi x?>\n",
               "<a b=1 c=2>'t'<d></d>'u'</a>");
    pieces_are("<n:a x:y='&lt;&#65;&#x20ac;&quot;&apos;&amp;'>a&gt;b</n:a>", "<n:a x:y=<A\xe2\x82\xac\"'&>'a>b'</n:a>");
    pieces_are("<a><![CDATA[<b>&amp;]]></a>", "<a>'<b>&amp;'</a>");
    pieces_are("<a><!-- x --><b></b></a>", "<a><b></b></a>");
}

static void what_is_not_well_formed_is_refused_in_its_place(void **state)
{
    (void)state;
    pieces_are("<a>\n<b>\n</a>", "<a>'\n'<b>'\n'!XML, line 3: an end tag has no beginning");
    pieces_are("<a b=\"1\"c=\"2\"/>", "!XML, line 1: a blank is missing in front of an attribute");
    pieces_are("<a b/>", "!XML, line 1: an attribute has no value");
    pieces_are("<a b='1/>", "!XML, line 1: the value of an attribute does not end");
    pieces_are("<1/>", "!XML, line 1: a name is missing");
    pieces_are("<a", "!XML, line 1: a tag does not end");
    pieces_are("<a>&b;</a>", "<a>!XML, line 1: an entity is not known");
    pieces_are("<a>&#1114112;</a>", "<a>!XML, line 1: an entity is not known");
    pieces_are("<a>& b</a>", "<a>!XML, line 1: an entity is not known");
    pieces_are("<a/> <?xml version='1.0'?>", "<a></a>!XML, line 1: the declaration is not at the beginning");
    pieces_are("<!DOCTYPE a SYSTEM 'file:///etc/passwd'><a/>", "!XML, line 1: document types are refused");
    pieces_are("<a><!-- </a>", "<a>!XML, line 1: a comment, an instruction or a CDATA section does not end");
}

static void a_long_text_is_cut_and_not_split(void **state)
{
    AUTO(buf_free) struct buf b = {0};
    struct xml x;
    struct err e = {0};
    enum xml_piece piece;
    (void)state;
    buf_str(&b, "<a>");
    while (b.n < XML_TEXT_KEPT + 1)
        buf_chr(&b, 'x');
    buf_str(&b, "&amp;yyyy</a>");
    assert_int_equal(xml_begin(&x, buf_view(&b), &e), 0);
    assert_int_equal(xml_next(&x, &piece, &e), 0);
    assert_int_equal(xml_next(&x, &piece, &e), 0);
    assert_int_equal(piece, XML_TEXT);
    assert_int_equal(x.text.n, XML_TEXT_KEPT - 2);
    assert_int_equal(xml_next(&x, &piece, &e), 0);
    assert_int_equal(piece, XML_CLOSE);
    assert_int_equal(xml_next(&x, &piece, &e), 0);
    assert_int_equal(piece, XML_END);
    xml_free(&x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_document_comes_in_pieces),
        cmocka_unit_test(what_is_not_well_formed_is_refused_in_its_place),
        cmocka_unit_test(a_long_text_is_cut_and_not_split),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
