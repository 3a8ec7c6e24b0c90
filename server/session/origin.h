/* SPDX-License-Identifier: Apache-2.0 */
/* What a browser says of where a request comes from. Another page can make it send nearly any request, but cannot make
 * it say that it came from one of ours, nor put a header of its own on it. Pure.
 * Source: Fetch (Origin; `null` of what has none), W3C Fetch Metadata (Sec-Fetch-Site). */
#pragma once
#include "config/conf.h"
#include "http/codec.h"

enum origin {
    ORIGIN_UNSAID, /* no browser, or one that a person has typed the address into */
    ORIGIN_OWN,    /* a page of ours */
    ORIGIN_FOREIGN /* another page, or said twice, or in no form */
};
/* Ours is what the host of the request names; behind a proxy also `public_url` (may be NULL), for it may call us by a
 * name of its own. Somebody who follows a link from elsewhere is ORIGIN_UNSAID as long as he only reads. */
enum origin origin_of(const struct http_head *h, const struct conf_listen *l, const char *public_url);

/* A browser sent it: what only they say is there. */
bool origin_is_browser(const struct http_head *h);
/* GET and HEAD change nothing. */
bool origin_only_reads(const struct http_head *h);
/* "localhost", "[::1]" or 127.x.y.z, with or without a port; not names that merely begin so, which their owner can let
 * point to this machine. */
bool origin_names_this_machine(struct sv host);
/* A proxy passed it on: most say so. */
bool origin_is_passed_on(const struct http_head *h);
