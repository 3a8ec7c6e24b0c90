/* SPDX-License-Identifier: Apache-2.0 */
/* The running server as the command line sees it: its API over the unix socket of the configuration (or its loopback
 * listener), or at FETTLE_URL with FETTLE_TOKEN. Calls block. Everything that returns an exit code has said what is
 * wrong when it is not CLI_OK: 6 unreachable, 7 timeout, 4 not found, 5 not allowed, 8 conflict, 1 anything else. */
#pragma once
#include "fmt/json.h"
#include "server/cli/cli.h"

struct remote;

struct remote_answer {
    int status;
    struct buf body; /* at most 256 MiB */
};

/* conf_file may be NULL: the usual places. */
MUST_USE int remote_open(const char *conf_file, struct remote **ret);
void remote_close(struct remote **r); /* fits AUTO(remote_close) */

/* One request; CLI_OK whatever the status is. */
MUST_USE int remote_send(struct remote *r, const char *method, const char *path, struct remote_answer *ret);
/* The same by GET, but what went wrong is not said: its text is in *why. */
MUST_USE int remote_try(struct remote *r, const char *path, struct remote_answer *ret, struct buf *why);
/* The same with a JSON body, by POST. */
MUST_USE int remote_send_json(struct remote *r, const char *path, struct sv json, struct remote_answer *ret);
/* What a status means; the second says nothing: its text is in *why. */
MUST_USE int remote_verdict(const struct remote_answer *a);
MUST_USE int remote_meaning(const struct remote_answer *a, struct buf *why);
void remote_answer_free(struct remote_answer *a); /* fits AUTO(remote_answer_free) */
/* The text of an RFC 9457 problem, made harmless; "" when there is none. */
void remote_problem(const struct remote_answer *a, struct buf *out);

MUST_USE int remote_get(struct remote *r, const char *path, struct buf *ret);
MUST_USE int remote_get_json(struct remote *r, const char *path, struct jdoc **ret);
MUST_USE int remote_post(struct remote *r, const char *path);

/* "/api/v1/runs/<id><tail>" into *ret, or CLI_MISSING when the text is no id. */
MUST_USE int remote_path(const char *room, const char *id, const char *tail, struct buf *ret);
