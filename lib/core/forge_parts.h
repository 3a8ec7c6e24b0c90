/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of a payload that several forges send alike, read into r->ev. Faults as in core/forge_read.h. Pure. */
#pragma once
#include "core/forge_read.h"

/* repository{full_name, default_branch, private, clone_url, id}; it must be there. */
void read_repository(struct forge_read *r);
/* sender{id, login}; bot becomes YES when the login ends in "[bot]", else UNKNOWN. Absent is no fault. */
void read_sender(struct forge_read *r);
/* ref, before and after at the top; from these created, deleted and tag, and forced where the payload says it (else
 * NO for a created or deleted ref, UNKNOWN for an update). */
void read_push(struct forge_read *r);
/* A short name as the event's ref; a tag also sets ev->tag. */
void read_branch_as_ref(struct forge_read *r, const char *path, enum need need);
void read_tag_as_ref(struct forge_read *r, const char *path);
/* create and delete: ref and ref_type; the side that is not there is zero. */
void read_create(struct forge_read *r);
void read_delete(struct forge_read *r);
/* issue{number, title, labels[].name}. */
void read_issue(struct forge_read *r);
/* pull_request{number, title, head, base, draft, merged, labels} as ev->change; also ref (refs/pull/<n>/head) and
 * after (its head). */
void read_pull_request(struct forge_read *r);
/* The issue just read is a pull request: of its head nothing is known but the ref. */
void read_change_of_issue(struct forge_read *r);
/* comment{id, body}. */
void read_comment(struct forge_read *r);
/* The text that was written now: is it ours? A person who answers to it or labels it did not write it. */
void read_mark(struct forge_read *r, const char *path);
/* How many pushes of ours led to this one: what its last commit says, head_commit or else that of commits[] whose id
 * is ev->after. */
void read_hops(struct forge_read *r);
/* The `action` word. */
void read_action(struct forge_read *r);
/* YES when the two ids are equal, NO when not, UNKNOWN when the head's is absent: its repository is gone. */
enum tristate read_same_repo(struct forge_read *r, const char *head_id, const char *base_id);
/* Trust in a word about a change: UNKNOWN, since it depends on who says it, but NO when its code comes from a fork. */
enum tristate read_trust_in_word(struct forge_read *r, const char *head_id, const char *base_id);
/* workflow_run{id, name, event, status, conclusion, head_sha, head_branch, head_repository}: also after, ref, and
 * trusted unless it ran for a fork. */
void read_workflow_run(struct forge_read *r);
/* review{id, state}, release{tag_name, name, draft, prerelease}, the latter also as the event's ref. */
void read_review(struct forge_read *r);
void read_release(struct forge_read *r);
/* The object at `path`, a check run, check suite or job: {id, name, status, conclusion, head_sha}; also after. */
void read_check(struct forge_read *r, const char *path);
/* action and workflow_job{…, head_branch}: the event `job`. Whether its code is a fork's is not said. */
void read_workflow_job(struct forge_read *r);
/* sha, state, context, description. */
void read_status(struct forge_read *r);
