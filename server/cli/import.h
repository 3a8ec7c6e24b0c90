/* SPDX-License-Identifier: Apache-2.0 */
/* `fettle import`: what others wrote, read with an eye to what runs here. */
#pragma once
#include "server/cli/cli.h"
#include "server/cli/edits.h"

enum import_kind { IMPORT_WORKFLOW, IMPORT_HOOKS };

enum import_verdict {
    IMPORT_RUNS,      /* as it is */
    IMPORT_NOTE,      /* it runs, and somebody should know this */
    IMPORT_REWRITTEN, /* not as it is; what was written runs */
    IMPORT_REFUSED    /* it does not run here, also not as it was written */
};
extern const char *const import_verdict_name[]; /* "runs", "note", "rewritten", "refused" */

struct import_finding {
    struct ymark at;
    enum import_verdict verdict;
    const char *code; /* literal: "remote-action" */
    const char *text;
    const char *instead; /* what to write or to do; NULL = nothing */
};

struct import_output { /* a file made from it */
    const char *name;  /* below the folder that is asked for */
    struct sv text;
    unsigned mode;
};

struct import { /* of one file */
    struct arena arena;
    enum import_kind kind;
    const char *file;
    struct sv source;
    const struct ynode *root;
    const char *const *labels; /* of the runner */
    size_t n_labels;
    const struct ynode *env[2]; /* of the workflow and of the job that is being looked at; NULL = none */
    struct edits edits;
    VEC(struct import_finding) findings;
    VEC(struct import_output) outputs;
};

/* Reads the text of x->file, which has to live as long as x, and fills findings and outputs. -1, and where: it is
 * neither. */
MUST_USE int import_read(struct import *x, struct sv text, struct ymark *ret_at, struct err *e);
void import_free(struct import *x);

PRINTF_LIKE(6, 7)
void import_say(struct import *x, struct ymark at, enum import_verdict v, const char *code, const char *instead,
                const char *fmt, ...);
bool import_runs(const struct import *x); /* nothing was refused */
void import_output(struct import *x, const char *name, unsigned mode, struct sv text);

/* x->root is a workflow of GitHub Actions (import_workflow.c). */
void import_workflow(struct import *x);
/* import_step.c: the steps of a job. `shell` is what its defaults say; NULL = nothing. */
void import_steps(struct import *x, const struct ynode *steps, const char *shell);
/* import_script.c: moves the ${{ }} of a script into the `env` of its step. */
void import_script(struct import *x, const struct ynode *step, const struct ynode *run, const char *shell);
/* shell_text.c: how a shell reads the byte at `at` of a script. */
enum shell_place { SHELL_BARE, SHELL_DOUBLE, SHELL_SINGLE, SHELL_COMMENT, SHELL_VERBATIM /* <<'END' */ };
enum shell_place shell_place_at(struct sv script, size_t at);
/* Behind the }} of the ${{ at `at`; 0 if it is not closed. */
size_t expression_end(struct sv text, size_t at);
/* import_put.c: more variables for the `env` of a step, in front of its key `run`. */
struct import_variable {
    const char *name, *value; /* value "${{ … }}" */
};
void import_put_env(struct import *x, const struct ynode *step, const struct ynode *run,
                    const struct import_variable *v, size_t n);
/* False: what stands under `env` is no map, which the reader of the file will say. */
bool import_takes_env(const struct import *x, const struct ynode *step);
bool import_is_flow(const struct import *x, const struct ynode *map);
/* Where the key of a map stands; NULL if it has none of that name. */
const struct ynode *import_key(const struct ynode *map, const char *key);
/* Makes the lines of a key and its value a comment. False: it stands where that cannot be done. */
bool import_comment_out(struct import *x, const struct ynode *key, const struct ynode *value);

/* x->root is a list of hooks of adnanh/webhook (import_hooks.c). */
void import_hooks(struct import *x);
