/* SPDX-License-Identifier: Apache-2.0 */
/* What we write at a forge holds text from outside: log lines, titles of changes, names. What would act there is broken
 * with an invisible U+200B, so that people read the same and nothing happens:
 *   behind the @ of a mention; behind the # ! & of a reference (#12, !12, GitLab's &12, [issue:12]) and the dash of
 *   GH-12, which tell the people of that issue, and close it behind a word like "fixes"; in such a word itself before
 *   an address; in entities that become one of these (&#64; &commat;);
 *   before a / that begins a line, where GitLab would run it as a quick action;
 *   inside anything that looks like a marker of ours.
 * Fenced code in Markdown stays as it is but for the last two: no forge mentions or refers from there. What is not
 * certainly a fence for every forge is none: one that is indented or in HTML, and all that follows such a line. Pure.
 */
#pragma once
#include "base/str.h"

enum { TEXT_BODY_MAX = 60000, TEXT_TITLE_MAX = 255 }; /* bytes; code points. Every forge takes these */
enum text_slash { SLASH_PLAIN, SLASH_RUNS };          /* does a leading / run an action at this forge? */

void harmless_markdown(struct sv s, enum text_slash slash, struct buf *out);
/* Where no Markdown is read, and code is nothing else than text: titles, messages of commits. */
void harmless_plain(struct sv s, enum text_slash slash, struct buf *out);

/* The text made harmless, cut on a code point so that with the marker it is at most TEXT_BODY_MAX bytes; the marker is
 * the last line. A fence that is open where the text ends is closed. text may be NULL. */
void harmless_body(const char *text, const char *marker, enum text_slash slash, struct buf *out);
/* One line of at most TEXT_TITLE_MAX code points. text may be NULL. */
void harmless_title(const char *text, struct buf *out);

/* Is it written by us? The marker is the last line, so that a reply that quotes it is not taken for ours. */
bool is_marked(struct sv body, const char *marker);
