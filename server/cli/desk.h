/* SPDX-License-Identifier: Apache-2.0 */
/* The command line as a caller of forges: the whole configuration with its secrets, and calls that block. Everything
 * that returns an exit code has said what is wrong when it is not CLI_OK. */
#pragma once
#include "config/conf.h"
#include "port/hook_talk.h"
#include "server/cli/cli.h"

struct desk;

/* conf_file may be NULL: the usual places. Whoever calls must be able to read the server's secrets. */
MUST_USE int desk_open(const char *conf_file, struct desk **ret);
void desk_close(struct desk **d); /* fits AUTO(desk_close) */
const struct conf *desk_conf(const struct desk *d);

/* A token for the repository at that forge, appended; nothing for one without. -1: *e says why there is none. */
MUST_USE int desk_token(struct desk *d, const struct conf_forge *f, const char *repo, enum credential_use use,
                        struct buf *ret, struct err *e);
/* Holds the conversation to its end; what may help when it is tried again is, three times. w->ops and w->effect.forge
 * are set here. */
MUST_USE int desk_talk(struct desk *d, const struct conf_forge *f, struct hook_wish *w);

/* One try of the same, without a word; *e says why when it is not TALK_SENT. w->ops is set by the caller. */
MUST_USE enum talk_next desk_try(struct desk *d, const struct conf_forge *f, const struct hook_wish *w, struct err *e);
/* A single question. fn hears the answer, whatever it is, before desk_ask returns; `expires` is when the token ends,
 * where the answer says so. -1: there is no credential, and nothing was asked. */
typedef void desk_reply_fn(void *ctx, const struct api_reply *r, struct sv expires);
MUST_USE int desk_ask(struct desk *d, const struct conf_forge *f, const char *repo, const struct api_request *q,
                      desk_reply_fn *fn, void *ctx, struct err *e);

/* "github:acme/api" of the command line: the forge, and the path in the arena. */
MUST_USE int desk_repo(const struct desk *d, const char *name, const struct conf_forge **ret_forge,
                       const char **ret_path, struct arena *a);
/* The webhook of a forge that repositories are connected to: the one at `path`, or the first (path NULL) that is no
 * system hook; its first secret is what the forge signs with. */
MUST_USE int desk_webhook(const struct conf_forge *f, const char *path, const struct conf_webhook **ret);
/* The address of a webhook as the forge sees it: of `base`, or of public-url (base NULL); appended. */
MUST_USE int desk_address(const struct conf *c, const struct conf_webhook *w, const char *base, struct buf *ret);
