/* SPDX-License-Identifier: Apache-2.0 */
/* Secrets that the workflows of the server's folder read, against those of the server file. What is not there is the
 * empty text when it runs, as on GitHub: all of this is warned of, and nothing is left out. */
#pragma once
#include "config/conf.h"
#include "config/workflow_set.h"

/* Names that neither a secret nor a variable may have: the server's own. */
bool secret_is_reserved(struct sv name);
/* Warns of a secret that is read and is not there, or not for that job's repository or environment where the file says
 * these; and, where no repository is configured whose own files may read it, of one that no workflow of the folder
 * reads. The files have been checked against each other. `server_file`: what messages call it. */
void server_secrets_check(struct conf *c, const char *server_file, struct workflow_file *files, size_t n,
                          struct problems *problems);
