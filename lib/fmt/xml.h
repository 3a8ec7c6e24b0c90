/* SPDX-License-Identifier: Apache-2.0 */
/* A small strict reader of XML 1.0 (5th edition) as programs write it in reports: elements, attributes, text, CDATA,
 * comments, processing instructions, in UTF-8. Refused: document types and their entities (nothing that expands),
 * other encodings, what is not well-formed. Pull: one piece after the other, no tree. Pure. */
#pragma once
#include "base/arena.h"
#include "base/err.h"
#include "base/vec.h"

enum { XML_DEPTH = 64, XML_ATTRIBUTES = 64, XML_NAME = 256, XML_TEXT_KEPT = 64 << 10 };

enum xml_piece { XML_END /* of the document */, XML_OPEN, XML_CLOSE, XML_TEXT };

struct xml_attribute {
    struct sv name, value; /* with the entities replaced */
};

struct xml {
    struct sv all, rest;
    struct arena arena; /* of the piece told last */
    VEC(struct sv) open;
    struct {
        VEC(struct xml_attribute) v;
    } attributes;
    struct sv name;   /* of XML_OPEN and XML_CLOSE, as written, with its prefix */
    struct sv text;   /* of XML_TEXT: a stretch between two pieces of markup, at most XML_TEXT_KEPT of it */
    bool empty;       /* <x/>: its XML_CLOSE follows */
    bool began, done; /* the outermost element was opened, closed */
};

/* Borrows the text. xml_free afterwards. -1 ERR_INVALID when it is not UTF-8 throughout. */
MUST_USE int xml_begin(struct xml *x, struct sv text, struct err *e);
/* What is told lives until the next call. -1 ERR_INVALID, the text names the line. */
MUST_USE int xml_next(struct xml *x, enum xml_piece *ret, struct err *e);
struct sv xml_attribute(const struct xml *x, const char *name); /* of XML_OPEN; absent = it has none */
void xml_free(struct xml *x);
