/* SPDX-License-Identifier: Apache-2.0 */
/* JSON Schema (draft-07) and reference text out of the tables that the readers use. */
#pragma once
#include "base/str.h"

enum schema_kind { SCHEMA_WORKFLOW, SCHEMA_SERVER, SCHEMA_REPOSITORIES, SCHEMA_N };
extern const char *const schema_name[]; /* "workflow", "server", "repositories" */
void schema_write(enum schema_kind kind, struct buf *out);
/* Markdown: each mapping with its keys, what may stand there and what it is for. */
void reference_write(enum schema_kind kind, struct buf *out);
