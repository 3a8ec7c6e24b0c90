/* SPDX-License-Identifier: Apache-2.0 */
/* fettle hooks install | uninstall | status [REPO]: what was asked for, and hook by hook what is done about it. */
#include "server/cli/hooks_told.h"

/* Those that fettle-hook speaks for; what is installed when nothing is said depends on the kind of repository. */
static const char *const of_copy[] = {"pre-push"}, *const of_bare[] = {"pre-receive", "post-receive"},
                         *const known[] = {"pre-push", "pre-receive", "update", "post-receive", NULL};
enum { N_KNOWN = ARRAY_LEN(known) - 1 };

struct request {
    struct cli_call call;
    struct listing l;
    enum target_kind kind;
    struct cli_values hooks;
    const char *dir;
    struct hooks_ask ask;
    struct arena arena;
    struct script script;
    struct hooks_target target;
};

static void add_hooks(struct request *q, const char *const *hooks, size_t n)
{
    for (size_t i = 0; i < n; i++)
        VEC_PUSH(&q->hooks.v, hooks[i]);
}

static int check_hooks(const struct request *q)
{
    for (size_t i = 0; i < q->hooks.v.n; i++) {
        bool is_known = false;
        for (size_t k = 0; k < N_KNOWN; k++)
            is_known |= strcmp(known[k], q->hooks.v.at[i]) == 0;
        if (!is_known)
            return cli_fail(CLI_USAGE, "hooks: --hook is pre-push, pre-receive, update or post-receive, not %s",
                            q->hooks.v.at[i]);
    }
    return CLI_OK;
}

static int find_target(struct request *q)
{
    q->target.kind = q->kind;
    if (q->dir && q->kind != TARGET_REPO)
        return cli_misuse(&q->call, "it is REPO, --global or --template");
    int rc = check_hooks(q);
    if (rc == CLI_OK && q->kind == TARGET_REPO)
        rc = hooks_place_find(q->dir ? q->dir : ".", &q->arena, &q->target.place);
    else if (rc == CLI_OK && q->kind == TARGET_TEMPLATE)
        rc = hooks_template_find(&q->arena, &q->target.folder);
    return rc;
}

typedef int change_fn(const struct hooks_target *t, const struct script *s, struct arena *a, bool *ret_changed);

/* `change` NULL: they are only looked at. */
static int each_hook(struct request *q, change_fn *change, struct hooks_told *t)
{
    int rc = CLI_OK;
    for (size_t i = 0; i < q->hooks.v.n && rc == CLI_OK; i++) {
        struct hooks_seen seen = {0};
        bool changed = false;
        q->script.hook = q->hooks.v.at[i];
        if (change)
            rc = change(&q->target, &q->script, &q->arena, &changed);
        if (rc == CLI_OK)
            rc = hooks_target_look(&q->target, &q->script, &q->arena, &seen);
        if (rc == CLI_OK)
            hooks_told_add(t, q->script.hook, &seen, changed);
    }
    return rc;
}

static int install(struct request *q)
{
    AUTO(hooks_told_free) struct hooks_told t = {.target = &q->target, .installs = true, .named = q->hooks.v.n > 0};
    bool bare = q->kind == TARGET_REPO && q->target.place.bare;
    if (!t.named)
        add_hooks(q, bare ? of_bare : of_copy, bare ? ARRAY_LEN(of_bare) : ARRAY_LEN(of_copy));
    int rc = hooks_ask_read(&q->ask, q->call.conf, &q->arena, &q->script);
    if (rc == CLI_OK)
        rc = each_hook(q, hooks_target_install, &t);
    return rc == CLI_OK ? hooks_told_change(&t, q->l.format, q->l.quiet) : rc;
}

/* Both of the others concern every hook that may be there. */
static int look(struct request *q, change_fn *change, int (*tell)(struct hooks_told *, enum cli_format, bool))
{
    AUTO(hooks_told_free) struct hooks_told t = {.target = &q->target, .named = q->hooks.v.n > 0};
    if (!t.named)
        add_hooks(q, known, N_KNOWN);
    q->script.program = hooks_client(&q->arena);
    int rc = each_hook(q, change, &t);
    return rc == CLI_OK ? tell(&t, q->l.format, q->l.quiet) : rc;
}

/* ---- the verb ---- */

static int run_install(void *args)
{
    struct request *q = args;
    int rc = find_target(q);
    if (rc == CLI_OK)
        rc = install(q);
    arena_free(&q->arena);
    return rc;
}

static int run_uninstall(void *args)
{
    struct request *q = args;
    int rc = find_target(q);
    if (rc == CLI_OK)
        rc = look(q, hooks_target_uninstall, hooks_told_change);
    arena_free(&q->arena);
    return rc;
}

static int run_status(void *args)
{
    struct request *q = args;
    int rc = find_target(q);
    if (rc == CLI_OK)
        rc = look(q, NULL, hooks_told_status);
    arena_free(&q->arena);
    return rc;
}

static const struct cli_arg operands[] = {
    {"REPO", .kind = CLI_FOLDER, .at = offsetof(struct request, dir),
     .doc = "a working copy or a bare repository; else the one around the folder that you are in"},
    {.name = NULL},
};
static const struct cli_arg options[] = {
    {"hook", 0, CLI_TEXT, "HOOK", offsetof(struct request, hooks), .flags = CLI_MANY,
     .doc = "pre-push, pre-receive, update or post-receive"},
    {"global", 0, CLI_SET, NULL, offsetof(struct request, kind), .doc = "all repositories of this person",
     .low = TARGET_ALL, .apart = 1},
    {"template", 0, CLI_SET, NULL, offsetof(struct request, kind),
     .doc = "the folder of init.templateDir, from which new repositories get their hooks", .low = TARGET_TEMPLATE,
     .apart = 1},
    {.name = NULL},
};
static const char *const policies[] = {[OFFLINE_ALLOW] = "allow", [OFFLINE_DENY] = "deny", NULL};
static const struct cli_arg asked[] = {
    {"server", 0, CLI_TEXT, "URL", offsetof(struct request, ask.server),
     .doc = "unix:PATH or https://HOST:PORT, in place of the socket of the configuration"},
    {"token-file", 0, CLI_FILE, "FILE", offsetof(struct request, ask.token_file),
     .doc = "the token for a server by https"},
    {"ca", 0, CLI_FILE, "FILE", offsetof(struct request, ask.ca), .doc = "certificates that such a server may have"},
    {"offline", 0, CLI_CHOICE, NULL, offsetof(struct request, ask.offline),
     .doc = "what holds when no server answers (allow)", .words = policies},
    {"deadline", 0, CLI_TIME, "TIME", offsetof(struct request, ask.deadline),
     .doc = "how long a push may wait for the hook", .low = 1, .high = 3600000},
    {"client", 0, CLI_FILE, "FILE", offsetof(struct request, ask.client),
     .doc = "another fettle-hook than the one beside fettle"},
    {.name = NULL},
};
#define SHOW                                                                                                           \
    {options, 0}, {cli_findings_group, offsetof(struct request, l)},                                                   \
    {                                                                                                                  \
        cli_config_group, 0                                                                                            \
    }
static const struct cli_verb subs[] = {
    {.name = "status",
     .doc = "what is installed, where, and what is broken; exit 1 when something is, or nothing is installed",
     .operands = operands,
     .options = {SHOW},
     .run = run_status},
    {.name = "install",
     .doc = "puts the hook where this git looks, beside what is there",
     .text = "pre-push into a working copy, pre-receive and post-receive into a bare repository. What is there already "
             "runs first, with the same arguments and input; the first failure wins. Once more with other options "
             "changes them.\n",
     .operands = operands,
     .options = {{asked, 0}, SHOW},
     .run = run_install},
    {.name = "uninstall",
     .doc = "takes it out: everything is byte for byte as it was",
     .operands = operands,
     .options = {SHOW},
     .run = run_uninstall},
    {.name = NULL},
};
const struct cli_verb verb_hooks = {
    .name = "hooks",
    .doc = "git hooks that ask the server about a push, beside those that are there",
    .examples = "fettle hooks install\n"
                "fettle hooks status\n",
    .exits = 1u << CLI_MISSING | 1u << CLI_CONFLICT | 1u << CLI_INVALID,
    .subs = subs,
    .first_sub = true,
    .size = sizeof(struct request),
};
