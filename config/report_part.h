/* SPDX-License-Identifier: Apache-2.0 */
/* `report:` of a workflow, and what it means where there are no check runs. */
#pragma once
#include "config/conf.h"
#include "config/field.h"
#include "config/workflow_set.h"

void report_read(struct reading *r, const struct ynode *n, void *into); /* struct workflow * */
extern const struct shape shape_report;
/* An error: the workflow would start from its own check run. Triggers and report of w are read. */
void report_circle_check(struct reading *r, const struct ynode *root, const struct workflow *w);
/* A warning: repositories that a workflow with `check: true` may start for are at forges without check runs. */
void report_forges_check(const struct conf *c, const struct workflow_file *f, struct arena *a,
                         struct problems *problems);
