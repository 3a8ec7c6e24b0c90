/* SPDX-License-Identifier: Apache-2.0 */
/* What calls started at an emulated forge: workflows, events, pipelines. Nothing runs; that it was started is what
 * tests look at. Pure; one thread; all memory is the world's. */
#pragma once
#include "server/lab/world.h"

struct lab_start {
    int64_t id; /* of the run or pipeline */
    const struct lab_repo *repo;
    const char *workflow, *event, *ref, *sha; /* NULL where the forge has no such */
    const char *inputs;                       /* JSON as it came: inputs, client_payload, variables; NULL: none */
    msec_t at;
};

/* Copies what is in `s`; id and repo's place in it are set. */
struct lab_start *start_add(struct lab_world *w, const struct lab_repo *r, const struct lab_start *s, msec_t now);
struct lab_start *start_find(const struct lab_world *w, const struct lab_repo *r, int64_t id); /* NULL if none */
/* The JSON of a member of the body; NULL when it is not there. */
const char *start_inputs(struct lab_world *w, const struct jval *v);
/* For tests: a member "starts" of an open object. */
void starts_state(const struct lab_world *w, struct jout *j);
