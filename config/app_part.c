/* SPDX-License-Identifier: Apache-2.0 */
/* `app:` of a forge: the GitHub App that takes the place of a token. */
#include "config/app_part.h"
#include "config/field.h"
#include "config/secret.h"
#include "fmt/jwt.h"

static void id_read(struct reading *r, const struct ynode *n, void *into)
{
    struct sv s;
    if (!node_text(r, n, "\"id\"", &s))
        return;
    if (s.n > 100 || !is_word(s, "."))
        say(r, n, "bad-value", "\"id\" is the App ID or the Client ID, as the App's page at GitHub shows it");
    else
        *(const char **)into = s.p;
}

static void installation_read(struct reading *r, const struct ynode *n, void *into)
{
    struct sv s;
    int64_t id;
    if (!node_text(r, n, "\"installation\"", &s))
        return;
    if (sv_int(s, &id) && id > 0)
        *(int64_t *)into = id;
    else
        say(r, n, "bad-value", "\"installation\" is a number: the end of the address of the installation's page");
}

static void key_read(struct reading *r, const struct ynode *n, void *into)
{
    struct conf_app *app = into;
    struct jwt_key *key = NULL;
    struct err e = {0};
    if (!secret_lines_read(r, n, "\"key\"", &app->key))
        return;
    if (jwt_key_read(app->key.value, &key, &e) < 0)
        say_hidden(r, n, "bad-key", "the App's key %s: GitHub makes one below \"Private keys\" of the App", e.msg);
    jwt_key_free(&key);
}

static const struct shape shape_app_id = {SHAPE_TEXT, .pattern = "^[A-Za-z0-9][A-Za-z0-9.]{0,99}$",
                                          .looks = "an App ID or Client ID"};
static const struct shape shape_installation = {SHAPE_NUMBER, .min = 1, .max = INT64_MAX};
static const struct field app_fields[] = {
    {"id", F_READ, .read = id_read, .shape = &shape_app_id, .at = offsetof(struct conf_app, id), .required = true,
     .doc = "App ID or Client ID"},
    {"key", F_READ, .read = key_read, .shape = &shape_secret, .required = true, .secret = true,
     .doc = "its private key, PEM"},
    {"installation", F_READ, .read = installation_read, .shape = &shape_installation,
     .at = offsetof(struct conf_app, installation), .doc = "the one to use; default: that of each repository",
     .otherwise = "that of each repository"},
};
static const struct object app_object = {OBJECT("app", "\"app\"", app_fields)};
const struct shape shape_app = {SHAPE_OBJECT, .object = &app_object};

bool app_read(struct reading *r, const struct ynode *n, struct conf_app *ret)
{
    size_t before = r->problems->n_errors;
    if (!want_map(r, n, "\"app\""))
        return false;
    FIELDS_READ(r, n, "\"app\"", app_fields, ret);
    return r->problems->n_errors == before;
}
