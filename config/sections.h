/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of the server file. Each function reads one node into the configuration and adds problems. */
#pragma once
#include "config/conf.h"
#include "config/reading.h"

/* `listen:` */
void listens_read(struct reading *r, const struct ynode *n, struct conf *c);
/* `forges:` */
void forges_read(struct reading *r, const struct ynode *n, struct conf *c);
/* `limits:` of a forge whose kind and url are read; n NULL = the key is not there */
void forge_limits_read(struct reading *r, const struct ynode *n, struct conf_forge *f);
/* `secrets:`, `vars:` and `environments:`: what steps see */
void work_secrets_read(struct reading *r, const struct ynode *n, struct conf *c);
void vars_read(struct reading *r, const struct ynode *n, struct conf *c);
void environments_read(struct reading *r, const struct ynode *n, struct conf *c);
/* `locks:` of jobs */
void capacities_read(struct reading *r, const struct ynode *n, struct conf *c);
/* `scheduling:`; what it is without it; and, when all of the file is known, the forges that its weights name */
void scheduling_read(struct reading *r, const struct ynode *n, struct conf *c);
void scheduling_defaults(struct reading *r, struct conf *c);
void scheduling_check(struct reading *r, const struct conf *c);
void percent_read(struct reading *r, const struct ynode *n, int most, int *ret); /* "25%" */
/* `api:`; and, when all of the file is known, listeners whose API nobody could use */
void api_read(struct reading *r, const struct ynode *n, struct conf *c);
void api_check(struct reading *r, const struct conf *c);
/* `otlp:` */
void otlp_read(struct reading *r, const struct ynode *n, struct conf *c);
/* `failure-rules:` */
void failure_rules_read(struct reading *r, const struct ynode *n, struct conf *c);
/* `hooks:`, and when all of the file is known: is there a socket for its users? */
void hooks_read(struct reading *r, const struct ynode *n, struct conf *c);
void hooks_check(struct reading *r, const struct conf *c);
/* The environments and, when r->repos is set, the aliases that secrets name. */
void work_secrets_check(struct reading *r, const struct conf *c);
/* The whole server file into *c, whose file, dir and arena are set. */
void server_file_read(struct reading *r, struct conf *c);
/* sequential | parallel */
void coordination_read(struct reading *r, const struct ynode *n, enum coordination *ret);
/* The whole repositories file. `c` knows the forges; NULL = only the form of ids is checked. */
void repositories_file_read(struct reading *r, const struct conf *c, struct repo_set *ret);
