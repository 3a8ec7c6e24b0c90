/* SPDX-License-Identifier: Apache-2.0 */
/* The dashboard as it lies in the binary: files of server/dash/web, put into a table when fettle is built
 * (server/dash/pack). What is there is the same for everybody and holds no data; what pages show comes from the API. */
#pragma once
#include "server/intake.h"

enum dash_kind {
    DASH_FIXED, /* below /a/DIGEST/: never changes, for another content has another digest */
    DASH_ROOT   /* index.html and what browsers want at the root: asked for again each time, by its ETag */
};

struct dash_asset {
    const char *path; /* "app.js", "lib/view.js", "index.html" */
    const char *type; /* of the media */
    enum dash_kind kind;
    const char *etag; /* quoted, of the raw bytes; the packed ones have one of their own */
    const char *etag_gz;
    struct sv raw, gz; /* gz: not there when it would save little */
};
extern const struct dash_asset dash_assets[]; /* path NULL at the end */
extern const char dash_digest[];              /* of all that is DASH_FIXED */

/* The asset that answers to a path of a request, or NULL. Pages are paths that all get index.html, which looks at the
 * path itself. Pure. */
const struct dash_asset *dash_find(struct sv path);
/* Whether the client takes gzip: Accept-Encoding, RFC 9110 12.5.3, where q=0 says no. Pure. */
bool dash_takes_gzip(struct sv accept);
/* Whether one of the tags of If-None-Match is this one, or it is "*". Pure. */
bool dash_tag_is(struct sv if_none_match, const char *etag);

/* GET and HEAD of pages and assets, POST of reports about their policy. False: not one of its paths. */
bool dash_start(struct intake *i, struct http_req *r);
/* report.c: what a browser did not do because the policy of a page forbids it: counted, and logged once in a while. */
void dash_report_start(struct http_req *r);
