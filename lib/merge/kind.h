/* SPDX-License-Identifier: Apache-2.0 */
/* What a file is, told by its path alone. Pure. */
#pragma once
#include "base/str.h"

enum text_form {
    FORM_OTHER,
    FORM_CODE,   /* braces; white space means nothing */
    FORM_INDENT, /* code or data whose indentation means something */
    FORM_PROSE,
    FORM_SET, /* lines without order: .gitignore, go.sum */
    FORM_LOG, /* a change log */
    FORM_JSON,
    FORM_YAML,
    FORM_TOML
};

enum import_style {
    IMPORT_NONE,
    IMPORT_C,
    IMPORT_PYTHON,
    IMPORT_SCRIPT,
    IMPORT_RUST,
    IMPORT_JAVA,
    IMPORT_GO,
    IMPORT_RUBY
};

struct text_kind {
    enum text_form form;
    enum import_style imports;
    bool calls;         /* made of calls in paragraphs: CMake */
    bool manifest;      /* names versions of what it needs, or its own */
    bool lock;          /* written by a program from a manifest */
    const char *advice; /* the command that writes a lock file anew, or NULL */
};

struct text_kind text_kind_of(const char *path);
/* A line that only names something from elsewhere. */
bool line_is_import(enum import_style style, struct sv line);
