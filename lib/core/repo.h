/* SPDX-License-Identifier: Apache-2.0 */
/* The repositories of repositories.yaml and how they depend on each other. Immutable once read. */
#pragma once
#include "base/arena.h"
#include "base/err.h"

struct repo {
    const char *alias;          /* "backend" */
    const char *id;             /* "github:acme/backend" */
    const char *forge, *path;   /* the two halves of id */
    const char *url;            /* what git fetches; NULL = the forge's default */
    const char *default_branch; /* "main" */
    bool local;                 /* a folder of this machine, without an API: it takes statuses and nothing else */
    const char **dependencies;  /* aliases */
    size_t n_dependencies;
};

enum coordination { COORD_NONE, COORD_SEQUENTIAL, COORD_PARALLEL };

struct cross_workflow { /* the short form of spec §3 */
    const char *name;
    const char **repositories; /* aliases */
    size_t n_repositories;
    enum coordination coordination;
};

struct repo_set {
    struct repo *at;
    size_t n;
    struct cross_workflow *cross;
    size_t n_cross;
};

const struct repo *repo_by_alias(const struct repo_set *s, struct sv alias); /* NULL if there is none */
const struct repo *repo_by_id(const struct repo_set *s, struct sv id);
/* By alias, or by "owner/name": that of this forge (may be NULL) rather than the same path at another. */
const struct repo *repo_by_word(const struct repo_set *s, struct sv word, struct sv forge);
