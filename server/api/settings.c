/* SPDX-License-Identifier: Apache-2.0 */
/* GET settings: the configuration that is in force, where each of it comes from, and how the newest load went. */
#include "server/settings.h"
#include "server/api/api.h"

#ifdef __clang__
#define COMPILER __VERSION__
#else
#define COMPILER "gcc " __VERSION__
#endif

static void put_tokens(const struct conf *c, struct jout *j)
{
    char at[25];
    jout_key(j, "tokens");
    jout_open(j, '[');
    for (size_t i = 0; i < c->api.n_tokens; i++) {
        const struct conf_api_token *t = &c->api.tokens[i];
        jout_open(j, '{');
        jout_kstrz(j, "name", t->name);
        jout_key(j, "scopes");
        jout_open(j, '[');
        for (unsigned k = 0; api_scope_name[k]; k++)
            if (t->scopes & 1u << k)
                jout_strz(j, api_scope_name[k]);
        jout_close(j, ']');
        jout_kstrz(j, "used_at", t->used && *t->used ? when_text(*t->used, at) : NULL);
        jout_close(j, '}');
    }
    jout_close(j, ']');
}

void api_settings(const struct api_call *c)
{
    AUTO(buf_free) struct buf b = {0};
    struct jout j = {.buf = &b};
    const struct app *a = intake_app(c->intake);
    const struct conf *conf = intake_conf_of(c->intake);
    char at[25];
    jout_open(&j, '{');
    jout_kint(&j, "schema", 1);
    (void)settings_put(conf, a->born, &(struct settings_want){0}, &j);
    put_tokens(conf, &j);
    jout_kstrz(&j, "version", FETTLE_VERSION);
    jout_kstrz(&j, "built", FETTLE_DATE ", " COMPILER);
    jout_kstrz(&j, "ready_at", when_text(a->ready_at, at));
    jout_kstrz(&j, "loaded_at", when_text(conf->loaded_at, at));
    jout_key(&j, "load");
    settings_put_load(&j);
    jout_close(&j, '}');
    buf_chr(&b, '\n');
    api_json(c, 200, buf_view(&b));
}
