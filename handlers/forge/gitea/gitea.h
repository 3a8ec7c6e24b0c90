/* SPDX-License-Identifier: Apache-2.0 */
/* Gitea, Forgejo and Gogs: what the ops table `forge_gitea` is made of; contracts in port/forge.h.
 * Pure, any thread. */
#pragma once
#include "port/look.h"
#include "port/missed.h"

/* intake: head.c, decode.c */
enum hook_refusal gitea_read_head(const struct hook_head *h, struct hook_plan *ret);
int gitea_decode(const struct delivery *d, struct sv payload, struct arena *arena, struct hook_event *ret,
                 struct err *e);

/* members: member.c */
bool gitea_ask_member(const struct hook_event *ev, struct api_request *ret);
int gitea_read_member(const struct api_reply *r, enum member_level *ret, struct err *e);
void gitea_ask_change(const char *repo, const char *branch, struct api_request *ret); /* change.c */
int gitea_read_change(const struct api_reply *r, const char *branch, int64_t *ret_number, char ret_sha[65],
                      struct err *e);
/* state.c */
enum talk_next gitea_state(struct look *l, const struct api_reply *reply, struct api_request *ret, struct err *e);
/* missed.c */
enum talk_next gitea_missed(struct missed *m, const struct api_reply *reply, struct api_request *ret, struct err *e);
void gitea_ask_self(struct api_request *ret);
int gitea_read_self(const struct api_reply *r, struct arena *a, struct own_account *ret, struct err *e);

/* posting: talk.c */
enum talk_next gitea_talk(const struct effect *x, struct effect_talk *t, const struct api_reply *reply,
                          struct api_request *ret_request, struct err *e);
void gitea_authorize(struct sv token, struct buf *out);
void gitea_clone_url(struct sv api_base, struct sv path, struct buf *out);
void gitea_page_url(struct sv api_base, struct sv path, enum forge_page page, struct sv what, struct buf *out);

/* webhooks: hook.c */
extern const struct hook_ops gitea_hooks;
