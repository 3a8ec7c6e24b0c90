/* SPDX-License-Identifier: Apache-2.0 */
/* When the tokens of the configuration end, as far as the forges say: in a header of their answers, or when asked.
 * One that ends within two weeks is warned of once a day. Engine thread. */
#pragma once
#include "config/conf.h"
#include "http/client.h"

struct app;
struct token_expiry;

struct token_expiry *token_expiry_new(struct app *a);
void token_expiry_free(struct token_expiry **t);
/* An answer to a call with the token of the configuration. */
void token_expiry_answer(struct token_expiry *t, const struct conf_forge *f, const struct http_answer *x);

/* Pure: has it to be warned of now (HEALTH_SOON_DAYS)? expires 0: never; warned 0: not yet. */
bool token_expiry_due(msec_t expires, msec_t warned, msec_t now);
