/* SPDX-License-Identifier: Apache-2.0 */
#include "config/conf.h"
#include "config/sections.h"
#include "config/workflow_folder.h"
#include "fmt/enc.h"
#include "fmt/hmac.h"

const struct conf_forge *conf_forge_by_name(const struct conf *c, struct sv name)
{
    for (size_t i = 0; i < c->n_forges; i++)
        if (sv_is(name, c->forges[i].name))
            return &c->forges[i];
    return NULL;
}

struct conf *conf_ref(struct conf *c)
{
    __atomic_add_fetch(&c->refs, 1, __ATOMIC_RELAXED);
    return c;
}

void conf_unref(struct conf **c)
{
    struct conf *old = STEAL(*c);
    if (!old || __atomic_sub_fetch(&old->refs, 1, __ATOMIC_ACQ_REL) > 0)
        return;
    arena_free(&old->arena);
    mem_free(old);
}

static void digest_of(struct sv text, char ret[65])
{
    AUTO(buf_free) struct buf hex = {0};
    uint8_t digest[SHA256_LEN];
    sha256(text.p, text.n, digest);
    hex_put(&hex, digest, sizeof digest);
    memcpy(ret, hex.p, 65);
}

static void load_repositories_file(struct conf *c, struct problems *problems)
{
    AUTO(buf_free) struct buf text = {0};
    struct reading r = {
        .kind = READ_REPOSITORIES, .file = c->repositories_file, .arena = &c->arena, .problems = problems};
    if (!reading_open(&r, c->repositories_file, &text))
        return;
    digest_of(r.source, c->repositories_digest);
    repositories_file_read(&r, c, &c->repos);
}

static void load_server_file(struct conf *c, const char *file, struct problems *problems)
{
    AUTO(buf_free) struct buf text = {0};
    struct reading r = {.kind = READ_SERVER, .file = file, .arena = &c->arena, .problems = problems};
    size_t before = problems->n_errors;
    c->file = path_absolute(&c->arena, file);
    if (!reading_open(&r, file, &text))
        return;
    c->dir = r.dir;
    digest_of(r.source, c->digest);
    server_file_read(&r, c);
    if (problems->n_errors == before && c->repositories_file)
        load_repositories_file(c, problems);
    if (problems->n_errors == before) { /* the aliases in it are known only now */
        r.repos = &c->repos;
        work_secrets_check(&r, c);
    }
}

int conf_load(const char *file, struct conf **ret, struct problems *problems)
{
    struct conf *c = mem_new(sizeof *c);
    size_t before = problems->n_errors;
    c->refs = 1;
    load_server_file(c, file, problems);
    if (problems->n_errors != before) {
        conf_unref(&c);
        return -1;
    }
    workflow_folder_read(c, file, problems);
    *ret = c;
    return 0;
}
