/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include "server/app.h"
#include "server/cli/cli.h"

int cli_serve(int argc, char **argv)
{
    const char *file = cli_config(&argc, argv);
    if (argc == 1)
        return app_serve(file);
    if (argc != 2 || strcmp(argv[1], "--check") != 0) {
        fprintf(stderr, "usage: fettle serve [-c FILE] [--check]\n");
        return CLI_USAGE;
    }
    struct problems problems = {0};
    struct conf *c = NULL;
    AUTO(buf_free) struct buf text = {0};
    int rc = conf_load(file, &c, &problems);
    bool wrong = rc < 0 || problems.n_errors;
    problems_write(&problems, &text);
    if (text.n)
        fputs(text.p, stderr);
    problems_free(&problems);
    conf_unref(&c);
    return wrong ? CLI_INVALID : CLI_OK;
}
