/* SPDX-License-Identifier: Apache-2.0 */
/* Words of completion that the server or the configuration knows. */
#pragma once
#include "server/cli/cli.h"

struct offer;
void offer_word(struct offer *o, struct sv word, struct sv doc); /* if it fits what was written */
/* Says nothing and offers nothing where nobody can be asked. conf: as in struct cli_call. */
void complete_ask(enum cli_kind kind, const char *conf, struct offer *o);
