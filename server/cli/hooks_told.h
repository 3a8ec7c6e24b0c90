/* SPDX-License-Identifier: Apache-2.0 */
/* The hooks of a repository, of all repositories or of a template as one target, what is wrong with them, and how that
 * is told. */
#pragma once
#include "base/vec.h"
#include "server/cli/hooks.h"
#include "server/cli/table.h"

enum target_kind { TARGET_REPO, TARGET_ALL, TARGET_TEMPLATE };
struct hooks_target {
    enum target_kind kind;
    struct hooks_place place; /* TARGET_REPO */
    const char *folder;       /* TARGET_TEMPLATE: the folder of hooks in it */
};
/* The folder `hooks` of init.templateDir, from which new repositories get theirs. */
MUST_USE int hooks_template_find(struct arena *a, const char **ret);
MUST_USE int hooks_target_look(const struct hooks_target *t, const struct script *s, struct arena *a,
                               struct hooks_seen *ret);
MUST_USE int hooks_target_install(const struct hooks_target *t, const struct script *s, struct arena *a,
                                  bool *ret_changed);
MUST_USE int hooks_target_uninstall(const struct hooks_target *t, const struct script *s, struct arena *a,
                                    bool *ret_changed);

/* In the folder of this program; NULL = it is not there. */
const char *program_beside(const char *name, struct arena *a);
/* The same of fettle-hook. */
const char *hooks_client(struct arena *a);

struct hooks_ask { /* whom a hook shall ask, as said on the command line; NULL = nothing was said */
    const char *server, *token_file, *ca, *client;
    enum script_offline offline;
    msec_t deadline; /* 0 = the client's own */
};
/* Into the options of the script. `conf` as in the call, for the socket. */
MUST_USE int hooks_ask_read(const struct hooks_ask *ask, const char *conf, struct arena *a, struct script *ret);

struct hooks_fault {
    const char *code; /* "hook-overwritten" */
    const char *text; /* one sentence */
    const char *mend; /* a command, or what a person has to do */
};
/* False: it is as it should be, or absent. The texts are in the arena. */
bool hooks_fault_of(const struct hooks_target *t, const char *hook, const struct hooks_seen *seen, struct arena *a,
                    struct hooks_fault *ret);

struct hook_told {
    const char *hook;
    struct hooks_seen seen;
    bool changed, has_fault;
    struct hooks_fault fault;
};
struct hooks_told {
    const struct hooks_target *target;
    bool named, installs; /* hooks were named, so absent ones are told of; they were put in, not taken out */
    struct arena arena;
    VEC(struct hook_told) all;
};
void hooks_told_add(struct hooks_told *t, const char *hook, const struct hooks_seen *seen, bool changed);
void hooks_told_free(struct hooks_told *t); /* fits AUTO(hooks_told_free) */
/* CLI_FAILED when nothing is installed, or something is broken. */
MUST_USE int hooks_told_status(struct hooks_told *t, enum cli_format format, bool quiet);
MUST_USE int hooks_told_change(struct hooks_told *t, enum cli_format format, bool quiet);
