/* SPDX-License-Identifier: Apache-2.0 */
/* Rows as JSON objects: the keys here are what the API and the command line show. Ids are texts, times RFC 3339 or
 * null. */
#pragma once
#include "core/delivery.h"
#include "core/effect.h"
#include "core/recovery.h"
#include "core/run.h"
#include "fmt/json.h"

void json_delivery(struct jout *o, const struct delivery *d);
/* An object without its end: the caller may add keys and closes it. */
void json_delivery_open(struct jout *o, const struct delivery *d);
void json_run_open(struct jout *o, const struct run *r);
void json_job_open(struct jout *o, const struct job *j);
void json_step_open(struct jout *o, const struct step *s);
void json_attempt(struct jout *o, const struct attempt *t);
void json_recovery(struct jout *o, const struct recovery *r);
void json_approval(struct jout *o, const struct approval *p);
void json_effect(struct jout *o, const struct effect *x);
void json_time(struct jout *o, const char *key, msec_t at); /* 0 is null */
