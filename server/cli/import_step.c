/* SPDX-License-Identifier: Apache-2.0 */
/* The steps of a job: scripts and actions. */
#include "server/cli/import.h"
#include "server/cli/import_actions.h"

static const char *text_at(const struct ynode *map, const char *key)
{
    const struct ynode *n = ynode_get(map, key);
    return n && n->kind == Y_SCALAR ? n->text.p : NULL;
}

static bool shell_is_known(struct sv s)
{
    return sv_is(s, "bash") || sv_is(s, "sh") || sv_is(s, "python") || sv_find(s, SV("{0}")) >= 0 ||
           sv_find(s, SV("${{")) >= 0;
}

static struct sv first_line(struct sv s)
{
    struct sv line = SV_NONE;
    while (sv_next(&s, '\n', &line) && sv_trim(line).n == 0)
        ;
    return sv_cut_chars(sv_trim(line), 50);
}

static void run_step(struct import *x, const struct ynode *step, const struct ynode *run, const char *shell)
{
    const char *own = text_at(step, "shell");
    size_t before = x->findings.n;
    if (own)
        shell = own;
    if (shell && !shell_is_known(sv_of(shell)))
        import_say(x, (own ? ynode_get(step, "shell") : run)->at, IMPORT_REFUSED, "shell",
                   "shell: bash, sh, python, or a command with {0} that is on the host",
                   "there is no shell \"%s\" here", shell);
    else if (sv_find(run->text, SV("${{")) >= 0)
        import_script(x, step, run, shell);
    if (x->findings.n == before)
        import_say(x, import_key(step, "run")->at, IMPORT_RUNS, "step", NULL, "the script \"%.*s\"",
                   SV_ARG(first_line(run->text)));
}

static bool is_plain(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || (c && strchr("._/@-:", c));
}

/* A line of shell in YAML that no text can get out of. */
static const char *said_line(struct import *x, const struct known_action *k, struct sv uses)
{
    AUTO(buf_free) struct buf b = {0};
    buf_fmt(&b, "run: 'echo \"::%s::", k->verdict == KNOWN_SPARE ? "notice" : "error");
    for (size_t i = 0; i < uses.n; i++)
        if (is_plain(uses.p[i]))
            buf_chr(&b, uses.p[i]);
    buf_fmt(&b, " is not run here\"%s'", k->verdict == KNOWN_SPARE ? "" : "; exit 1");
    return arena_dup(&x->arena, buf_view(&b));
}

static struct sv until_line_end(struct sv s)
{
    size_t n = 0;
    while (n < s.n && !edits_line_end(s, n))
        n++;
    return sv_cut(s, n);
}

/* The step stays where it is, with its name and its condition, and says what it does not do. */
static void replace_action(struct import *x, const struct ynode *step, const struct ynode *uses,
                           const struct known_action *k)
{
    const struct ynode *key = import_key(step, "uses"), *with = import_key(step, "with");
    size_t at = edits_offset(&x->edits, key->at), end = edits_offset(&x->edits, uses->end);
    if (end < at || import_key(step, "run") || import_is_flow(x, step) ||
        (with && !import_comment_out(x, with, ynode_get(step, "with"))))
        return;
    edits_put(&x->edits, at, end - at,
              arena_fmt(&x->arena, "%s # was: uses: %.*s; %s", said_line(x, k, uses->text),
                        SV_ARG(until_line_end(uses->text)), k->expects));
}

static void action_step(struct import *x, const struct ynode *step, const struct ynode *uses)
{
    const struct known_action *k = known_action(uses->text);
    struct ymark at = import_key(step, "uses")->at;
    struct sv name = sv_cut_chars(uses->text, 80);
    switch (k->verdict) {
    case KNOWN_BUILTIN:
        import_say(x, at, IMPORT_RUNS, "action", NULL, "%.*s is built in", SV_ARG(name));
        break;
    case KNOWN_HOST:
        import_say(x, at, IMPORT_NOTE, "host-tool", NULL,
                   "%.*s is accepted: it expects %s on the host%s", SV_ARG(name), k->expects,
                   ynode_get(step, "with") ? ", in the version that is there" : "");
        break;
    case KNOWN_SPARE:
        import_say(x, at, IMPORT_REFUSED, "remote-action", k->expects,
                   "%.*s does not run here, and the job does its work without it", SV_ARG(name));
        replace_action(x, step, uses, k);
        break;
    case KNOWN_NEEDED:
        import_say(x, at, IMPORT_REFUSED, "remote-action", k->expects, "%.*s does not run here", SV_ARG(name));
        replace_action(x, step, uses, k);
        break;
    }
}

void import_steps(struct import *x, const struct ynode *steps, const char *shell)
{
    for (size_t i = 0; steps && steps->kind == Y_SEQ && i < steps->n; i++) {
        const struct ynode *step = steps->items[i], *run = ynode_get(step, "run"), *uses = ynode_get(step, "uses");
        if (run && run->kind == Y_SCALAR)
            run_step(x, step, run, shell);
        else if (uses && uses->kind == Y_SCALAR)
            action_step(x, step, uses);
    }
}
