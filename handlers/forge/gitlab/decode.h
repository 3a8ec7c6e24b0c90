/* SPDX-License-Identifier: Apache-2.0 */
/* Between the files of GitLab's decoder. A decoder returns 0 (faults are in the reader) or 1: not wanted. */
#pragma once
#include "core/forge_parts.h"

typedef int gitlab_decoder(struct forge_read *r);

/* Sets the reason and returns 1. */
int gitlab_unwanted(struct forge_read *r, const char *why);

/* project{path_with_namespace, default_branch, visibility…, git_http_url, id}; it must be there. */
void gitlab_read_project(struct forge_read *r);
/* "private", "internal", "public"; older servers write "visibilitylevel|private". */
enum tristate gitlab_read_private(struct forge_read *r, const char *path);
/* The same as a level: 0 private, 10 internal, 20 public. */
enum tristate gitlab_read_level(struct forge_read *r, const char *path);
/* The acting user at user{id, username}, or, for pushes, in user_id and user_username. */
int64_t gitlab_read_iid(struct forge_read *r); /* `iid`, from 1 */
void gitlab_read_user(struct forge_read *r);
void gitlab_read_pusher(struct forge_read *r);

gitlab_decoder gitlab_decode_push, gitlab_decode_merge_request, gitlab_decode_issue, gitlab_decode_note,
    gitlab_decode_pipeline, gitlab_decode_job, gitlab_decode_release, gitlab_decode_system;
