/* SPDX-License-Identifier: Apache-2.0 */
/* Gathering: what git has to say about an event, asked by the engine and answered by the host on a pool thread. */
#pragma once
#include "core/hook_event.h"
#include "core/workflow.h"
#include "port/store.h"
#include "port/git.h"

struct gather_file { /* one workflow file found in a repository */
    const char *path;           /* ".fettle/workflows/ci.yml" */
    const struct workflow *workflow; /* NULL when broken */
    const char *problem;        /* first error with its position, when broken */
};

struct gather_repo {
    /* asked */
    const char *alias, *id;
    const char *rev;        /* commit, or NULL = the head of the default branch */
    const char *default_branch;
    const char *called;     /* not NULL: asked for because a workflow calls one at this ref, which is `rev` */
    bool branch_only;       /* rev counts only if a branch of this repository ends there: else it is another's code */
    bool content_wanted;    /* `tree` and `base`, of the event's own; told too when one of its files judges pushes */
    bool files_wanted;      /* all files of .fettle/workflows */
    const char *files_rev;  /* commit or ref the files are read from (the base, when untrusted); NULL = rev */
    /* answered */
    const char *sha;        /* commit of rev; NULL when unknown */
    const char *tree;       /* of `sha` */
    const char *base;       /* what was there before the push; of a new branch, where it left the default branch (zeros
                             * when it never was on it) */
    bool other_code;        /* it was: sha is the head of the default branch */
    struct gather_file *files;
    size_t n_files;
    enum err_class failed;  /* ERR_OK, or why this repository could not be read */
    const char *problem;
};

struct gather {
    struct letter letter; /* for the host */
    struct arena arena;
    int64_t delivery;
    int conf_no;     /* of the configuration it was asked under */
    const struct hook_event *event; /* borrowed from the engine, which keeps it until EV_GATHERED */
    struct gather_repo *repos;      /* the event's own repository first; may come again with new ones unanswered */
    size_t n_repos, cap_repos;
    int depth; /* of calls looked at */
    bool offline; /* answered by somebody who only looks and fetches nothing: a repository that failed may be there for
                   * the server, so a plan is made without what it would have said */
    struct git_paths changed;       /* answered: paths that the event changed in its repository */
    bool changed_known;
};
void gather_free(struct gather **g);
