/* SPDX-License-Identifier: Apache-2.0 */
#include "config/shape.h"

#define LINE "^[^\\u0000-\\u001f\\u007f]{1,255}$"

const struct shape shape_text = {SHAPE_TEXT, .looks = "text"};
const struct shape shape_line = {SHAPE_TEXT, .pattern = LINE, .looks = "one line"};
const struct shape shape_expr = {SHAPE_TEXT, .expr = true, .null = true, .looks = "text"};
const struct shape shape_expr_line = {SHAPE_TEXT, .expr = true, .pattern = LINE, .looks = "one line"};
const struct shape shape_id = {SHAPE_TEXT, .pattern = "^[A-Za-z_][A-Za-z0-9_-]{0,99}$", .looks = "a name"};
const struct shape shape_step_id = {SHAPE_TEXT, .pattern = "^(?!__)[A-Za-z_][A-Za-z0-9_-]{0,98}$", .looks = "a name"};
const struct shape shape_alias = {SHAPE_TEXT, .pattern = "^[A-Za-z0-9_][A-Za-z0-9._-]{0,99}$",
                                  .looks = "an alias of a repository"};
const struct shape shape_names = {SHAPE_NAMES, .min = 1, .max = 1000, .of = &shape_line, .looks = "names"};
const struct shape shape_patterns = {SHAPE_NAMES, .min = 1, .max = 1000, .of = &shape_line, .looks = "patterns"};
const struct shape shape_duration = {SHAPE_TEXT, .pattern = "^([0-9]+(d|h|m|s|ms))+$",
                                     .looks = "a duration like 1h30m"};
const struct shape shape_path = {SHAPE_TEXT, .pattern = "^[\\s\\S]{1,4000}$", .looks = "a path"};
const struct shape shape_url = {SHAPE_TEXT, .pattern = "^https?://[^\\s]+$", .looks = "http(s)://…"};
const struct shape shape_labels = {SHAPE_NAMES, .min = 1, .max = 1000, .of = &shape_line, .looks = "labels"};
static const char *const coordination_words[] = {"sequential", "parallel", NULL};
const struct shape shape_coordination = {SHAPE_WORD, .words = coordination_words};
const struct shape shape_aliases = {SHAPE_NAMES, .min = 1, .max = 1000, .of = &shape_alias, .looks = "aliases"};
const struct shape shape_size = {SHAPE_TEXT, .pattern = "^[0-9]+ *([KMGT]iB)?$", .looks = "a size like 26MiB"};
