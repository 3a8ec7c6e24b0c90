/* SPDX-License-Identifier: Apache-2.0 */
#include "server/cli/lab_options.h"
#include <stdio.h>

int lab_complain(const char *what, const char *arg)
{
    fprintf(stderr, "fettle lab: %s %s\n", what, arg);
    return -1;
}

static int take_value(const struct lab_option *o, const char *value)
{
    struct lab_pairs *pairs = o->into;
    switch (o->kind) {
    case OPTION_TEXT:
        *(const char **)o->into = value;
        return 0;
    case OPTION_NUMBER:
        if (!sv_int(sv_of(value), o->into) || *(int64_t *)o->into < 0)
            return lab_complain("no number:", value);
        return 0;
    case OPTION_PAIR:
        if (pairs->n == PAIRS_MOST || !strchr(value, '='))
            return lab_complain("not KEY=VALUE, or too many:", value);
        pairs->at[pairs->n++] = value;
        return 0;
    case OPTION_FLAG:
        break;
    }
    *(bool *)o->into = true;
    return 0;
}

int lab_options(int argc, char **argv, const struct lab_option *options, const char **ret_word)
{
    for (int i = 1; i < argc; i++) {
        const struct lab_option *o = options;
        struct sv arg = sv_of(argv[i]);
        ptrdiff_t eq = sv_chr(arg, '=');
        struct sv name = eq < 0 ? arg : sv_cut(arg, (size_t)eq);
        if (!sv_starts(arg, SV("--"))) {
            if (!ret_word || *ret_word)
                return lab_complain("unexpected argument", argv[i]);
            *ret_word = argv[i];
            continue;
        }
        while (o->name && !sv_is(name, o->name))
            o++;
        if (!o->name || (o->kind == OPTION_FLAG && eq >= 0))
            return lab_complain("unknown option", argv[i]);
        const char *value = o->kind == OPTION_FLAG ? "" : eq >= 0 ? argv[i] + eq + 1 : argv[++i];
        if (!value)
            return lab_complain("a value is missing behind", o->name);
        if (take_value(o, value) < 0)
            return -1;
    }
    return 0;
}
