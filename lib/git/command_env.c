/* SPDX-License-Identifier: Apache-2.0 */
/* What git may know of its surroundings. Nothing is inherited but what is named here, so neither a hook's GIT_DIR nor a
 * configuration of the machine changes what we run; settings and credentials go by GIT_CONFIG_COUNT (git-config(1)).
 * What is done for a person about their own repositories sees what their own git sees. */
#include "git/command.h"
#include "base/vec.h"
#include <stdlib.h>
#include <unistd.h>

struct env {
    struct arena *a;
    const char *const *given; /* take the place of ours */
    VEC(char *) all;
    int settings;
};

static bool is_named(const char *const *list, const char *name)
{
    size_t n = strlen(name);
    for (; list && *list; list++)
        if (strncmp(*list, name, n) == 0 && (*list)[n] == '=')
            return true;
    return false;
}

static void set(struct env *env, const char *name, const char *value)
{
    if (!is_named(env->given, name))
        VEC_PUSH(&env->all, arena_fmt(env->a, "%s=%s", name, value));
}

static void inherit(struct env *env, const char *name)
{
    const char *value = getenv(name);
    if (value)
        set(env, name, value);
}

static void setting(struct env *env, const char *key, const char *value)
{
    VEC_PUSH(&env->all, arena_fmt(env->a, "GIT_CONFIG_KEY_%d=%s", env->settings, key));
    VEC_PUSH(&env->all, arena_fmt(env->a, "GIT_CONFIG_VALUE_%d=%s", env->settings, value));
    env->settings++;
}

static void surroundings(struct env *env)
{
    const char *path = getenv("PATH");
    set(env, "PATH", path ? path : "/usr/local/bin:/usr/bin:/bin");
    set(env, "LC_ALL", "C"); /* git_said reads the messages */
    set(env, "HOME", "/nonexistent");
    set(env, "GIT_CONFIG_NOSYSTEM", "1");
    set(env, "GIT_CONFIG_GLOBAL", "/dev/null");
    set(env, "GIT_ATTR_NOSYSTEM", "1");
    set(env, "GIT_TERMINAL_PROMPT", "0");
    set(env, "GIT_NO_LAZY_FETCH", "1");
    set(env, "GIT_LITERAL_PATHSPECS", "1");
    set(env, "GIT_PROTOCOL_FROM_USER", "0");
    set(env, "GIT_NO_REPLACE_OBJECTS", "1"); /* refs/replace of a remote must not change what a commit is */
    set(env, "GIT_SSH_COMMAND", "ssh -oBatchMode=yes -oStrictHostKeyChecking=yes -oConnectTimeout=30");
    inherit(env, "SSH_AUTH_SOCK");
    inherit(env, "SSL_CERT_FILE");
    inherit(env, "GIT_SSL_CAINFO");
}

static void settings(struct env *env, const struct git_command *c)
{
    setting(env, "core.hooksPath", "/dev/null");
    setting(env, "core.fsmonitor", "false");
    setting(env, "credential.helper", "");
    setting(env, "submodule.recurse", "false");
    setting(env, "advice.detachedHead", "false");
    setting(env, "init.defaultBranch", "main");
    setting(env, "gc.autoDetach", "false");
    setting(env, "gc.pruneExpire", "90.days.ago");
    setting(env, "protocol.allow", "never");
    if (c->scheme)
        setting(env, arena_fmt(env->a, "protocol.%s.allow", c->scheme), "always");
    setting(env, "http.lowSpeedLimit", "1000");
    setting(env, "http.lowSpeedTime", "60");
    /* Credentials never follow a redirect to somewhere else. */
    setting(env, "http.followRedirects", c->http_header ? "false" : "initial");
    if (c->http_header)
        setting(env, "http.extraHeader", c->http_header);
}

/* Those that say which repository is meant (git rev-parse --local-env-vars, without the settings of a person). */
static bool is_of_repository(const char *variable)
{
    static const char *const names[] = {"GIT_DIR",
                                        "GIT_WORK_TREE",
                                        "GIT_INDEX_FILE",
                                        "GIT_OBJECT_DIRECTORY",
                                        "GIT_ALTERNATE_OBJECT_DIRECTORIES",
                                        "GIT_COMMON_DIR",
                                        "GIT_PREFIX",
                                        "GIT_QUARANTINE_PATH",
                                        "GIT_NAMESPACE",
                                        "GIT_CONFIG"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (strncmp(variable, names[i], strlen(names[i])) == 0 && variable[strlen(names[i])] == '=')
            return true;
    return strncmp(variable, "LC_ALL=", 7) == 0;
}

static void persons(struct env *env)
{
    for (char **at = environ; at && *at; at++)
        if (!is_of_repository(*at))
            VEC_PUSH(&env->all, arena_strdup(env->a, *at));
    set(env, "LC_ALL", "C");
}

static void ours(struct env *env, const struct git_command *c)
{
    surroundings(env);
    settings(env, c);
    VEC_PUSH(&env->all, arena_fmt(env->a, "GIT_CONFIG_COUNT=%d", env->settings));
}

char **git_env(const struct git_command *c, struct arena *a)
{
    struct env env = {.a = a, .given = c->env};
    for (size_t i = 0; c->env && c->env[i]; i++)
        VEC_PUSH(&env.all, arena_strdup(a, c->env[i]));
    if (c->world == GIT_AS_USER)
        persons(&env);
    else
        ours(&env, c);
    char **ret = arena_new(a, (env.all.n + 1) * sizeof *ret);
    memcpy(ret, env.all.at, env.all.n * sizeof *ret);
    VEC_FREE(&env.all);
    return ret;
}
