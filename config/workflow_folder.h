/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "config/conf.h"

/* Reads all *.yml and *.yaml of c->workflows_dir, in the order of their names, into c->workflows. Files with errors
 * are left out. Beyond what a file alone can tell: names of workflows are unique, labels of `runs-on` are those of
 * this runner. */
void workflow_folder_read(struct conf *c, struct problems *problems);
