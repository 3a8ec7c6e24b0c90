/* SPDX-License-Identifier: Apache-2.0 */
/* The repositories of the configuration as a picture: what depends on what, in layers, for those who draw it. */
#pragma once
#include "core/repo.h"
#include "fmt/json.h"

/* An object: width, height, boxes and edges (points as those of a run's graph). Repositories without any dependency,
 * and more than can be looked at, are left out. */
void repo_graph_json(const struct repo_set *s, struct jout *j);
