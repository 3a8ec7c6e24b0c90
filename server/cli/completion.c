/* SPDX-License-Identifier: Apache-2.0 */
/* The scripts are thin: the words come from `fettle _complete`, and so from the table of the program that is there. */
#include "server/cli/cli.h"
#include "server/cli/complete.h"

/* bash cuts words at = and : (COMP_WORDBREAKS) and replaces the last piece alone, so they are put together again, and
 * what stands in front of that piece is taken off the answers. */
static const char bash[] = "# bash completion of fettle: eval \"$(fettle completion bash)\"\n"
                           "_fettle() {\n"
                           "    local cur word line also i glue= words=() front\n"
                           "    COMPREPLY=()\n"
                           "    for ((i = 1; i <= COMP_CWORD; i++)); do\n"
                           "        word=${COMP_WORDS[i]}\n"
                           "        if [[ -n $glue || $word == [=:]* ]] && ((${#words[@]})); then\n"
                           "            words[${#words[@]} - 1]+=$word\n"
                           "        else\n"
                           "            words+=(\"$word\")\n"
                           "        fi\n"
                           "        glue=\n"
                           "        [[ $word == *[=:] && $i -lt $COMP_CWORD ]] && glue=1\n"
                           "    done\n"
                           "    cur=${words[${#words[@]} - 1]}\n"
                           "    front=${cur%\"${cur##*[=:]}\"}\n"
                           "    {\n"
                           "        read -r also\n"
                           "        while IFS=$'\\t' read -r line word; do\n"
                           "            COMPREPLY+=(\"${line#\"$front\"}\")\n"
                           "        done\n"
                           "    } < <(command fettle _complete -- \"${words[@]}\" 2>/dev/null)\n"
                           "    case $also in\n"
                           "    files | folders)\n"
                           "        compopt -o filenames 2>/dev/null\n"
                           "        [[ $also == files ]] && i=-f || i=-d\n"
                           "        while IFS= read -r line; do\n"
                           "            COMPREPLY+=(\"$line\")\n"
                           "        done < <(compgen $i -- \"${cur##*[=]}\")\n"
                           "        ;;\n"
                           "    esac\n"
                           "}\n"
                           "complete -F _fettle fettle\n";

static const char zsh[] =
    "#compdef fettle\n"
    "# zsh completion of fettle: a file _fettle in $fpath, or eval \"$(fettle completion zsh)\"\n"
    "_fettle() {\n"
    "    local -a lines plain told\n"
    "    local line also\n"
    "    lines=(\"${(@f)$(command fettle _complete -- \"${(@)words[2,CURRENT]}\" 2>/dev/null)}\")\n"
    "    also=$lines[1]\n"
    "    shift lines\n"
    "    for line in $lines; do\n"
    "        if [[ $line == *$'\\t'* ]]; then\n"
    "            told+=(\"${${line%%$'\\t'*}//:/\\\\:}:${line#*$'\\t'}\")\n"
    "        else\n"
    "            plain+=(\"$line\")\n"
    "        fi\n"
    "    done\n"
    "    (( $#told )) && _describe -V word told\n"
    "    (( $#plain )) && compadd -- \"${plain[@]}\"\n"
    "    case $also in\n"
    "    files) [[ $PREFIX == --*=* ]] && compset -P '--*='; _files ;;\n"
    "    folders) [[ $PREFIX == --*=* ]] && compset -P '--*='; _files -/ ;;\n"
    "    esac\n"
    "}\n"
    "if [ \"$funcstack[1]\" = _fettle ]; then _fettle \"$@\"; else compdef _fettle fettle; fi\n";

static const char fish[] = "# fish completion of fettle: fettle completion fish | source\n"
                           "function __fettle_complete\n"
                           "    set -l words (commandline -opc) (commandline -ct)\n"
                           "    set -e words[1]\n"
                           "    set -l lines (command fettle _complete -- $words 2>/dev/null)\n"
                           "    set -l also $lines[1]\n"
                           "    set -e lines[1]\n"
                           "    for line in $lines\n"
                           "        echo $line\n"
                           "    end\n"
                           "    set -l word (string replace -r '^--[^=]*=' '' -- (commandline -ct))\n"
                           "    switch $also\n"
                           "        case files\n"
                           "            __fish_complete_path $word\n"
                           "        case folders\n"
                           "            __fish_complete_directories $word ''\n"
                           "    end\n"
                           "end\n"
                           "complete -c fettle -f -k -a '(__fettle_complete)'\n";

struct asked {
    struct cli_call call;
    int shell;
    struct cli_values words;
};

static int run(void *args)
{
    static const char *const scripts[] = {bash, zsh, fish};
    const struct asked *q = args;
    AUTO(buf_free) struct buf b = {0};
    buf_str(&b, scripts[q->shell]);
    return cli_print(&b);
}

static const char *const shells[] = {"bash", "zsh", "fish", NULL};
static const struct cli_arg operands[] = {
    {"SHELL", .kind = CLI_CHOICE, .words = shells, .at = offsetof(struct asked, shell), .flags = CLI_NEEDED,
     .doc = "whose script is printed"},
    {.name = NULL},
};
const struct cli_verb verb_completion = {
    .name = "completion",
    .doc = "a script that completes the words of this command",
    .examples = "eval \"$(fettle completion bash)\"\n"
                "fettle completion fish > ~/.config/fish/completions/fettle.fish\n",
    .text = "For good, in the shell's own file, or in a folder where it looks:\n"
            "\n"
            "  bash  eval \"$(fettle completion bash)\"       in ~/.bashrc\n"
            "  zsh   eval \"$(fettle completion zsh)\"        in ~/.zshrc, after compinit\n"
            "  fish  fettle completion fish > ~/.config/fish/completions/fettle.fish\n"
            "\n"
            "Ids of runs and deliveries, workflows and repositories are those that the server tells.\n",
    .operands = operands,
    .size = sizeof(struct asked),
    .run = run,
};

static int run_complete(void *args)
{
    const struct asked *q = args;
    AUTO(buf_free) struct buf b = {0};
    char **words = mem_new((q->words.v.n + 1) * sizeof *words);
    for (size_t i = 0; i < q->words.v.n; i++)
        words[i] = (char *)(uintptr_t)q->words.v.at[i]; /* only read */
    complete(words, (int)q->words.v.n, &b);
    mem_free(words);
    return cli_print(&b);
}

static const struct cli_arg line[] = {
    {"WORD", .kind = CLI_TEXT, .at = offsetof(struct asked, words), .flags = CLI_NEEDED | CLI_MANY,
     .doc = "behind fettle, up to the cursor"},
    {.name = NULL},
};
const struct cli_verb verb__complete = {
    .name = "_complete",
    .doc = "what the last of these words may become",
    .operands = line,
    .words = CLI_NO_OPTIONS,
    .size = sizeof(struct asked),
    .run = run_complete,
};
