/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <unistd.h>
#include "base/suggest.h"
#include "server/cli/args.h"
#include "server/cli/table.h"

const char *cli_config_named(int *argc, char **argv)
{
    for (int i = 1; i + 1 < *argc && strcmp(argv[i], "--") != 0; i++) {
        if (strcmp(argv[i], "-c") != 0 && strcmp(argv[i], "--config") != 0)
            continue;
        const char *file = argv[i + 1];
        for (int k = i; k + 2 <= *argc; k++)
            argv[k] = argv[k + 2];
        *argc -= 2;
        return file;
    }
    const char *file = getenv("FETTLE_CONFIG");
    return file && *file ? file : NULL;
}

const char *cli_config(int *argc, char **argv)
{
    return cli_config_file(cli_config_named(argc, argv));
}

static const struct cli_option *option_of(const char *arg, const struct cli_option *options, size_t n, const char **ret)
{
    const char *eq = strchr(arg, '=');
    size_t len = eq ? (size_t)(eq - arg) : strlen(arg);
    *ret = eq ? eq + 1 : NULL;
    for (size_t i = 0; i < n; i++)
        if (sv_is(sv_n(arg, len), options[i].name) || (options[i].letter && strcmp(arg, options[i].letter) == 0))
            return &options[i];
    return NULL;
}

static int unknown_option(const char *verb, const char *arg, const struct cli_option *options, size_t n)
{
    const char *names[16];
    for (size_t i = 0; i < n && i < ARRAY_LEN(names); i++)
        names[i] = options[i].name;
    const char *near = suggest(sv_of(arg), names, n < ARRAY_LEN(names) ? n : ARRAY_LEN(names));
    if (near)
        cli_fail(CLI_USAGE, "%s: there is no option %s (did you mean %s?)", verb, arg, near);
    else
        cli_fail(CLI_USAGE, "%s: there is no option %s", verb, arg);
    return -1;
}

int cli_options(int argc, char **argv, const struct cli_option *options, size_t n)
{
    int kept = 1;
    for (int i = 1; i < argc; i++) {
        const char *value;
        if (argv[i][0] != '-' || argv[i][1] == 0) {
            argv[kept++] = argv[i];
            continue;
        }
        if (strcmp(argv[i], "--") == 0) {
            while (++i < argc)
                argv[kept++] = argv[i];
            break;
        }
        const struct cli_option *o = option_of(argv[i], options, n, &value);
        if (!o)
            return unknown_option(argv[0], argv[i], options, n);
        if (o->flag && !value) {
            *o->flag = true;
        } else if (o->flag || (!value && i + 1 == argc)) {
            cli_fail(CLI_USAGE, "%s: %s takes %s value", argv[0], o->name, o->flag ? "no" : "a");
            return -1;
        } else {
            *o->value = value ? value : argv[++i];
        }
    }
    argv[kept] = NULL;
    return kept;
}

int cli_repeated(int argc, char **argv, const char *name, struct cli_values *ret)
{
    size_t n = strlen(name);
    int kept = 0;
    bool over = false;
    for (int i = 0; i < argc; i++) {
        bool apart = !over && strcmp(argv[i], name) == 0;
        bool joined = !over && strncmp(argv[i], name, n) == 0 && argv[i][n] == '=';
        over |= strcmp(argv[i], "--") == 0;
        if (!apart && !joined) {
            argv[kept++] = argv[i];
            continue;
        }
        if (apart && i + 1 == argc) {
            cli_fail(CLI_USAGE, "%s: %s takes a value", argv[0], name);
            return -1;
        }
        VEC_PUSH(&ret->v, apart ? argv[++i] : argv[i] + n + 1);
    }
    argv[kept] = NULL;
    return kept;
}

int cli_usage(const char *verb)
{
    const struct cli_verb *v = args_verb(verb);
    if (v)
        fprintf(stderr, "usage: fettle %s%s%s\n", verb, *v->args ? " " : "", v->args);
    return CLI_USAGE;
}

int listing_options(int argc, char **argv, struct listing *ret)
{
    const char *limit = NULL;
    *ret = (struct listing){0};
    const struct cli_option options[] = {
        {"--json", NULL, NULL, &ret->json},     {"--output", "-o", &ret->output, NULL},
        {"--quiet", "-q", NULL, &ret->quiet},   {"--state", NULL, &ret->state, NULL},
        {"--limit", NULL, &limit, NULL},        {"--before", NULL, &ret->before, NULL},
        {"--follow", "-f", NULL, &ret->follow}, {"--dry-run", NULL, NULL, &ret->dry_run},
    };
    argc = cli_options(argc, argv, options, ARRAY_LEN(options));
    if (argc < 0)
        return -1;
    if (ret->output && strcmp(ret->output, "json") == 0) {
        ret->format = FORMAT_JSON;
    } else if (ret->output && strcmp(ret->output, "name") == 0) {
        ret->format = FORMAT_NAME;
    } else if (ret->output && strcmp(ret->output, "table") != 0) {
        cli_fail(CLI_USAGE, "%s: --output is table, json or name", argv[0]);
        return -1;
    }
    if (limit && (!sv_int(sv_of(limit), &ret->limit) || ret->limit < 1)) {
        cli_fail(CLI_USAGE, "%s: --limit is a number from 1 on", argv[0]);
        return -1;
    }
    if (ret->json)
        ret->format = FORMAT_JSON;
    return argc;
}
