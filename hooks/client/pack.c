/* SPDX-License-Identifier: Apache-2.0 */
#include "hooks/client/pack.h"
#include <sys/wait.h>
#include "hooks/text.h"

static void add_line(struct buf *out, const char *mark, struct sv id)
{
    buf_str(out, mark);
    buf_sv(out, id);
    buf_chr(out, '\n');
}

int pack_begin(struct packing *k, const struct push *p, const struct sv *haves, size_t n, struct err *e)
{
    static const char *const argv[] = {"git",      "pack-objects",        "--revs", "--thin",
                                       "--stdout", "--delta-base-offset", "-q",     NULL};
    if (child_start(CHILD_FILTER, argv, &k->git, e) < 0)
        return -1;
    for (size_t i = 0; i < p->n_updates; i++)
        if (!push_is_absent(p->updates[i].after))
            add_line(&k->git.input, "", p->updates[i].after);
    for (size_t i = 0; i < n; i++)
        add_line(&k->git.input, "^", haves[i]);
    k->state = PACK_RUNS;
    return 0;
}

static void put(struct hook_out *w, enum hook_kind kind, struct sv value, struct buf *out)
{
    struct err e = {0};
    MUST(hook_out_put(w, (struct hook_item){kind, value}, out, &e) == 0);
}

void pack_refuse(struct packing *k, struct hook_out *w, struct sv why, struct buf *out)
{
    AUTO(buf_free) struct buf line = {0};
    hook_text_clean(why, &line);
    put(w, HOOK_NO_PACK, buf_view(&line), out);
    k->state = PACK_OVER;
}

static void end(struct packing *k, struct hook_out *w, struct buf *out)
{
    AUTO(buf_free) struct buf why = {0};
    struct sv words = child_last_words(&k->git);
    if (WIFEXITED(k->git.status) && WEXITSTATUS(k->git.status) == 0) {
        put(w, HOOK_PACK_END, SV(""), out);
        k->state = PACK_OVER;
        return;
    }
    buf_fmt(&why, "git pack-objects failed: %.*s", SV_ARG(words));
    pack_refuse(k, w, buf_view(&why), out);
}

void pack_step(struct packing *k, struct hook_out *w, size_t room, struct buf *out)
{
    if (k->state != PACK_RUNS)
        return;
    child_feed(&k->git);
    child_read_errors(&k->git);
    size_t from = out->n;
    while (out->n - from < room && child_read(&k->git, &k->bytes) > 0) {
        for (struct sv rest = buf_view(&k->bytes); rest.n; rest = sv_from(rest, HOOK_PACK_MOST))
            put(w, HOOK_PACK, sv_cut(rest, HOOK_PACK_MOST), out);
        buf_clear(&k->bytes);
    }
    if (k->git.out < 0 && child_has_ended(&k->git))
        end(k, w, out);
}

bool pack_is_ending(const struct packing *k)
{
    return k->state == PACK_RUNS && k->git.out < 0;
}

void pack_free(struct packing *k, msec_t until)
{
    child_close(&k->git, until);
    buf_free(&k->bytes);
}
