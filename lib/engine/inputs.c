/* SPDX-License-Identifier: Apache-2.0 */
/* What goes into a step, as a hash: texts as the file has them, and all that they can speak of but what differs in
 * every run (its id, its number) and what is secret. So nothing has to be evaluated, and files need not be there. */
#include "engine/checkpoint.h"
#include "fmt/enc.h"
#include "fmt/hmac.h"

static void put(struct buf *b, const char *text)
{
    buf_fmt(b, "%zu:", text ? strlen(text) : 0);
    buf_str(b, text ? text : "");
}

static void put_needs(struct buf *b, struct live_job *j)
{
    for (size_t i = 0; i < j->n_needs; i++) {
        const struct job *need = j->needs[i]->row;
        put(b, need->key);
        put(b, result_word(need->conclusion));
        put(b, need->outputs);
    }
}

static void put_vars(struct buf *b, const struct engine *e)
{
    for (size_t i = 0; i < e->conf->n_vars; i++) {
        put(b, e->conf->vars[i].name);
        put(b, e->conf->vars[i].value);
    }
}

/* Of the job: its texts, and what its steps find in their contexts before the first one. */
static void put_job(struct buf *b, const struct engine *e, struct live_job *j)
{
    struct live_job *caller = job_caller(j);
    const char *spec = j->row->spec ? j->row->spec : j->parent ? j->parent->row->spec : NULL;
    put(b, "fettle checkpoint 1");
    put(b, spec);
    put(b, j->row->matrix);
    put(b, j->row->repo_id);
    put(b, j->row->sha);
    put(b, j->row->ref);
    put_needs(b, job_asked(j));
    put(b, caller ? caller->row->inputs : NULL);
    put_vars(b, e);
}

static void put_before(struct buf *b, const struct checkpoint *k, const struct step *s)
{
    put(b, k->inputs);
    put(b, conclusion_name[k->outcome]);
    put(b, conclusion_name[k->conclusion]);
    put(b, s->outputs);
    put(b, s->exports);
}

void inputs_of(struct engine *e, struct live_job *j, size_t no, char ret[INPUTS_TEXT])
{
    AUTO(buf_free) struct buf b = {0}, text = {0};
    uint8_t hash[SHA256_LEN];
    const struct step *s = &j->row->steps[no];
    if (no == 0)
        put_job(&b, e, j);
    else
        put_before(&b, &j->doing->checkpoints[no - 1], &j->row->steps[no - 1]);
    put(&b, s->spec);
    sha256(b.p, b.n, hash);
    hex_put(&text, hash, (INPUTS_TEXT - 1) / 2);
    memcpy(ret, text.p, INPUTS_TEXT);
}
