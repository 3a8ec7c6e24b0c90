/* SPDX-License-Identifier: Apache-2.0 */
#include "hooks/client/options.h"

const char *const git_hook_names[] = {
    [PRE_PUSH] = "pre-push", [PRE_RECEIVE] = "pre-receive", [UPDATE] = "update", [POST_RECEIVE] = "post-receive"};

enum { ASK_MS = 30000, TELL_MS = 2000 };

/* "--name VALUE" or "--name=VALUE": how many words it took, 0 = it is another one. */
static int take(int argc, const char *const *argv, const char *name, const char **ret)
{
    size_t n = strlen(name);
    if (strncmp(argv[0], name, n) != 0)
        return 0;
    if (argv[0][n] == '=') {
        *ret = argv[0] + n + 1;
        return 1;
    }
    if (argv[0][n] || argc < 2)
        return 0;
    *ret = argv[1];
    return 2;
}

static int read_server(const char *server, struct err *e)
{
    struct sv s = sv_of(server);
    if (sv_starts(s, SV("unix:/")) || (sv_starts(s, SV("https://")) && s.n > 8))
        return 0;
    return server ? err_set(e, ERR_INVALID, "--server is unix:/PATH or https://HOST:PORT, not %.100s", server)
                  : err_set(e, ERR_INVALID, "--server says where the server is: unix:/PATH or https://HOST:PORT");
}

static int read_offline(const char *word, enum when_offline *ret, struct err *e)
{
    if (word && strcmp(word, "allow") != 0 && strcmp(word, "deny") != 0)
        return err_set(e, ERR_INVALID, "--offline is allow or deny, not %.100s", word);
    *ret = word && strcmp(word, "deny") == 0 ? OFFLINE_DENY : OFFLINE_ALLOW;
    return 0;
}

static int read_deadline(const char *word, struct hook_options *o, struct err *e)
{
    o->deadline_ms = o->hook == POST_RECEIVE ? TELL_MS : ASK_MS;
    if (word && (!sv_int(sv_of(word), &o->deadline_ms) || o->deadline_ms < 1 || o->deadline_ms > DEADLINE_MOST))
        return err_set(e, ERR_INVALID, "--deadline is a number of milliseconds, 1 to %d, not %.100s", DEADLINE_MOST,
                       word);
    if (o->skips && o->deadline_ms > SKIP_MS)
        o->deadline_ms = SKIP_MS;
    return 0;
}

static int read_hook(const char *word, enum git_hook *ret, struct err *e)
{
    for (int i = PRE_PUSH; i <= POST_RECEIVE; i++)
        if (word && strcmp(word, git_hook_names[i]) == 0) {
            *ret = (enum git_hook)i;
            return 0;
        }
    return err_set(e, ERR_INVALID, "the hook is pre-push, pre-receive, update or post-receive, not %.100s",
                   word ? word : "missing");
}

static int read_args(struct hook_options *o, struct err *e)
{
    size_t most = o->hook == UPDATE ? 3 : o->hook == PRE_PUSH ? 2 : 0;
    if (o->n_args > most || (o->hook == UPDATE && o->n_args < most))
        return err_set(e, ERR_INVALID, "git gives %zu arguments to %s, not %zu", most, git_hook_names[o->hook],
                       o->n_args);
    return 0;
}

int hook_options_read(int argc, const char *const *argv, const char *skip, struct hook_options *ret, struct err *e)
{
    const char *offline = NULL, *deadline = NULL;
    int at = 1, n;
    *ret = (struct hook_options){.skips = skip && *skip && strcmp(skip, "0") != 0};
    for (; at < argc && argv[at][0] == '-'; at += n) {
        if (!(n = take(argc - at, argv + at, "--server", &ret->server)) &&
            !(n = take(argc - at, argv + at, "--token-file", &ret->token_file)) &&
            !(n = take(argc - at, argv + at, "--ca", &ret->ca)) &&
            !(n = take(argc - at, argv + at, "--offline", &offline)) &&
            !(n = take(argc - at, argv + at, "--deadline", &deadline)))
            return err_set(e, ERR_INVALID, "there is no option %.100s, or nothing behind it", argv[at]);
    }
    if (read_hook(at < argc ? argv[at] : NULL, &ret->hook, e) < 0)
        return -1;
    ret->args = argv + at + 1;
    ret->n_args = (size_t)(argc - at - 1);
    if (read_server(ret->server, e) < 0 || read_offline(offline, &ret->offline, e) < 0 ||
        read_deadline(deadline, ret, e) < 0)
        return -1;
    return read_args(ret, e);
}
