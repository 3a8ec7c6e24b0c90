/* SPDX-License-Identifier: Apache-2.0 */
/* The configuration as far as a person without its secrets can read it: the command line runs as anybody, and a file
 * that is being edited may have errors. */
#pragma once
#include "config/conf.h"

/* What listens where. 0 with one reference, or an exit code after saying what is wrong; errors in other parts of the
 * file are passed over. */
MUST_USE int peek_listens(const char *file, struct conf **ret);
/* As much of the server file as can be read, with its secrets where they can be; nothing is said of errors. */
void peek_some(const char *file, struct conf **ret);
/* Forges, repositories and workflows. Secrets that cannot be read are passed over, other errors are not; a workflow
 * file with errors is told and left out. */
MUST_USE int peek_workflows(const char *file, struct conf **ret);
/* This machine as a runner. The defaults are those of a server file that says nothing. */
MUST_USE int peek_runner(const char *file, struct conf **ret);
void peek_defaults(struct conf **ret);
