/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "config/conf.h"

/* Reads all *.yml and *.yaml of c->workflows_dir, in the order of their names, into c->workflows. Files with errors
 * are left out. Beyond what a file alone can tell: names of workflows are unique, labels of `runs-on` are those of
 * this runner, and secrets are those of the server file, which messages call `server_file` (NULL = its secrets were
 * not read: they are not looked at). */
void workflow_folder_read(struct conf *c, const char *server_file, struct problems *problems);
