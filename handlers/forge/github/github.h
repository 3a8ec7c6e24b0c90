/* SPDX-License-Identifier: Apache-2.0 */
/* GitHub and GitHub Enterprise Server: what the ops table `forge_github` is made of; contracts in port/forge.h.
 * Pure, any thread. */
#pragma once
#include "port/look.h"
#include "port/missed.h"

/* intake: head.c, decode.c */
enum hook_refusal github_read_head(const struct hook_head *h, struct hook_plan *ret);
int github_decode(const struct delivery *d, struct sv payload, struct arena *arena, struct hook_event *ret,
                  struct err *e);

/* members: member.c */
bool github_ask_member(const struct hook_event *ev, struct api_request *ret);
int github_read_member(const struct api_reply *r, enum member_level *ret, struct err *e);
void github_ask_change(const char *repo, const char *branch, struct api_request *ret); /* change.c */
int github_read_change(const struct api_reply *r, const char *branch, int64_t *ret_number, char ret_sha[65],
                   struct err *e);
bool github_ask_team(struct sv team, const struct hook_event *ev, struct api_request *ret);
int github_read_team(const struct api_reply *r, const struct hook_event *ev, bool *ret, struct err *e);
/* state.c */
enum talk_next github_state(struct look *l, const struct api_reply *reply, struct api_request *ret, struct err *e);
/* missed.c */
enum talk_next github_missed(struct missed *m, const struct api_reply *reply, struct api_request *ret, struct err *e);
void github_address(struct sv api_base, struct sv path, struct buf *out);
void github_ask_self(struct api_request *ret);
int github_read_self(const struct api_reply *r, struct arena *a, struct own_account *ret, struct err *e);

/* posting: talk.c */
enum talk_next github_talk(const struct effect *x, struct effect_talk *t, const struct api_reply *reply,
                           struct api_request *ret_request, struct err *e);
void github_authorize(struct sv token, struct buf *out);
void github_clone_url(struct sv api_base, struct sv path, struct buf *out);
void github_page_url(struct sv api_base, struct sv path, enum forge_page page, struct sv what, struct buf *out);

/* the App: app.c */
extern const struct forge_app_ops github_app;

/* webhooks: hook.c */
extern const struct hook_ops github_hooks;
