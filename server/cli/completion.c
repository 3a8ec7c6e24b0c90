/* SPDX-License-Identifier: Apache-2.0 */
/* Completion scripts for shells, from the table of verbs: the second words of a verb and its options are the lower-case
 * words and the words with dashes among its arguments. */
#include "server/cli/cli.h"
#include "server/cli/topic.h"

enum word_kind { WORD_NONE, WORD_PLAIN, WORD_OPTION };

/* *ret_alone: something stands between it and the word before. */
static enum word_kind take_word(struct sv *rest, struct sv *ret, bool *ret_alone)
{
    size_t i = 0, end;
    while (i < rest->n && strchr(" []|", rest->p[i]))
        i++;
    *ret_alone = i != 1 || rest->p[0] != ' ';
    for (end = i; end < rest->n && !strchr(" []|", rest->p[end]);)
        end++;
    *ret = sv_cut(sv_from(*rest, i), end - i);
    *rest = sv_from(*rest, end);
    return ret->n == 0 ? WORD_NONE : ret->p[0] == '-' ? WORD_OPTION : WORD_PLAIN;
}

static bool is_lower(struct sv w)
{
    for (size_t i = 0; i < w.n; i++)
        if ((w.p[i] < 'a' || w.p[i] > 'z') && w.p[i] != '-')
            return false;
    return w.n > 0;
}

static void add_word(struct buf *out, struct sv word)
{
    buf_fmt(out, "%s%.*s", out->n ? " " : "", SV_ARG(word));
}

static bool is_verb(const char *name)
{
    for (const struct cli_verb *v = cli_verbs; v->name; v++)
        if (strcmp(v->name, name) == 0)
            return true;
    return false;
}

static void help_words(struct buf *out)
{
    for (const struct cli_verb *v = cli_verbs; v->name; v++)
        add_word(out, sv_of(v->name));
    for (const struct topic *t = topics; t->name; t++)
        if (!is_verb(t->name))
            add_word(out, sv_of(t->name));
}

/* A lower-case word right behind an option is its value, not a second word of the verb. */
static void words_of(const struct cli_verb *v, enum word_kind want, struct buf *out)
{
    struct sv rest = sv_of(v->args), w;
    enum word_kind kind, last = WORD_NONE;
    bool alone;
    for (; (kind = take_word(&rest, &w, &alone)) != WORD_NONE; last = kind)
        if (kind == want && (kind == WORD_OPTION || (is_lower(w) && (alone || last != WORD_OPTION))))
            add_word(out, w);
    if (want == WORD_PLAIN && v->run == cli_help)
        help_words(out);
}

static void verb_names(struct buf *out)
{
    for (const struct cli_verb *v = cli_verbs; v->name; v++)
        add_word(out, sv_of(v->name));
}

static void bash(struct buf *b)
{
    AUTO(buf_free) struct buf names = {0};
    verb_names(&names);
    buf_fmt(b,
            "# fettle completion bash\n"
            "_fettle() {\n"
            "    local cur=${COMP_WORDS[COMP_CWORD]} words= options=\n"
            "    COMPREPLY=()\n"
            "    if [ \"$COMP_CWORD\" -eq 1 ]; then\n"
            "        COMPREPLY=($(compgen -W '%.*s' -- \"$cur\"))\n"
            "        return\n"
            "    fi\n"
            "    case ${COMP_WORDS[1]} in\n",
            SV_ARG(buf_view(&names)));
    for (const struct cli_verb *v = cli_verbs; v->name; v++) {
        AUTO(buf_free) struct buf words = {0}, options = {0};
        words_of(v, WORD_PLAIN, &words);
        words_of(v, WORD_OPTION, &options);
        buf_fmt(b, "    %s) words='%s' options='%s' ;;\n", v->name, words.n ? words.p : "", options.n ? options.p : "");
    }
    buf_str(b, "    esac\n"
               "    if [ \"$COMP_CWORD\" -eq 2 ] && [ -n \"$words\" ]; then\n"
               "        COMPREPLY=($(compgen -W \"$words $options\" -- \"$cur\"))\n"
               "    else\n"
               "        COMPREPLY=($(compgen -f -W \"$options\" -- \"$cur\"))\n"
               "    fi\n"
               "}\n"
               "complete -o filenames -F _fettle fettle\n");
}

static void zsh(struct buf *b)
{
    buf_str(b, "#compdef fettle\n"
               "_fettle() {\n"
               "    local -a verbs\n"
               "    verbs=(\n");
    /* The texts have no quotes: they are literals of the table. */
    for (const struct cli_verb *v = cli_verbs; v->name; v++)
        buf_fmt(b, "        '%s:%s'\n", v->name, v->doc);
    buf_str(b, "    )\n"
               "    if (( CURRENT == 2 )); then\n"
               "        _describe verb verbs\n"
               "        return\n"
               "    fi\n"
               "    case ${words[2]} in\n");
    for (const struct cli_verb *v = cli_verbs; v->name; v++) {
        AUTO(buf_free) struct buf words = {0};
        words_of(v, WORD_PLAIN, &words);
        words_of(v, WORD_OPTION, &words);
        buf_fmt(b, "    %s) compadd -- %s ;;\n", v->name, words.n ? words.p : "");
    }
    buf_str(b, "    esac\n"
               "    _files\n"
               "}\n"
               "if [ \"$funcstack[1]\" = _fettle ]; then _fettle \"$@\"; else compdef _fettle fettle; fi\n");
}

static void fish(struct buf *b)
{
    buf_str(b, "# fettle completion fish\n");
    for (const struct cli_verb *v = cli_verbs; v->name; v++) {
        AUTO(buf_free) struct buf words = {0};
        struct sv rest, w;
        buf_fmt(b, "complete -c fettle -n __fish_use_subcommand -a %s -d '%s'\n", v->name, v->doc);
        words_of(v, WORD_PLAIN, &words);
        if (words.n)
            buf_fmt(b, "complete -c fettle -n '__fish_seen_subcommand_from %s' -a '%s'\n", v->name, words.p);
        buf_clear(&words);
        words_of(v, WORD_OPTION, &words);
        for (rest = buf_view(&words); sv_next(&rest, ' ', &w);) {
            bool letter = w.n == 2;
            buf_fmt(b, "complete -c fettle -n '__fish_seen_subcommand_from %s' -%s %.*s\n", v->name, letter ? "s" : "l",
                    SV_ARG(sv_from(w, letter ? 1 : 2)));
        }
    }
}

int cli_completion(int argc, char **argv)
{
    static const struct {
        const char *shell;
        void (*write)(struct buf *b);
    } shells[] = {{"bash", bash}, {"zsh", zsh}, {"fish", fish}};
    AUTO(buf_free) struct buf b = {0};
    for (size_t i = 0; argc == 2 && i < ARRAY_LEN(shells); i++)
        if (strcmp(argv[1], shells[i].shell) == 0) {
            shells[i].write(&b);
            return cli_print(&b);
        }
    return cli_usage("completion");
}
