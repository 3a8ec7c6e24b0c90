/* SPDX-License-Identifier: Apache-2.0 */
/* One API request to an emulated forge, from the path to the answer. Pure: the same call is made for a request that
 * came over a socket and for a line of the ledger that is replayed. */
#pragma once
#include "server/lab/world.h"

enum { LAB_SEGMENTS = 16, LAB_PARAMS = 32 };

struct lab_call {
    struct lab_world *world;
    enum lab_forge forge;
    struct lab_repo *repo;   /* NULL: the path is of none, or of one that was deleted */
    bool moved;              /* it was asked for under a path it had before */
    struct sv method, path;  /* path: with its query, as sent, behind the prefix of the forge */
    struct sv base;          /* address up to the prefix of the forge: "http://127.0.0.1:3000/github" */
    const struct jval *body; /* NULL: none, or it is no JSON object or array */
    bool bad_body;           /* there is one and it is no JSON */
    struct sv token;         /* of the caller; absent when a line of the ledger is replayed */
    msec_t now;
    struct limits *limits; /* limit.h; NULL when a line of the ledger is replayed, as the next */
    const struct limit_ask *ask;
    int64_t cost; /* set by GraphQL: points beyond the first */
    bool partial; /* the fault of that name: one part of the answer is to fail */
    msec_t lag;   /* what is younger is not in the answers of searches; 0: all is */
    struct arena *arena;
    struct sv segs[LAB_SEGMENTS]; /* decoded; of the path behind the repository */
    size_t n_segs;
    const char *own_path; /* of the repository in this forge's form: "/repos/acme/api", "/repositories/7" */
    struct {
        struct sv key, value;
    } params[LAB_PARAMS];
    size_t n_params;
    /* the answer */
    int status;
    const char *type;
    struct buf headers, out; /* freed by call_free */
    struct jout j;           /* writes to out */
};

typedef void lab_turn(struct lab_call *c);
/* One method of one resource. A table of them, with turn NULL at its end, is named in resources.def and is found from
 * there: a further resource is one file and one row. */
struct lab_row {
    /* "issues/ * /labels" without blanks: '*' is any one segment, "**" at the end all that follow. At the top it is the
     * whole path: "orgs/ * /hooks". */
    const char *method, *pattern;
    lab_turn *turn;
};
enum lab_where { LAB_BELOW, LAB_TOP }; /* a repository; the API */
#define RESOURCE(forge, where, name) extern const struct lab_row name[];
#include "server/lab/resources.def"
#undef RESOURCE

struct lab_dialect {
    const char *prefix; /* of the API behind the forge's own: "", "/api/v4", "/api/v1" */
    lab_turn *missing;  /* 404 */
    lab_turn *moved;    /* asked for under a path of before */
    lab_turn *denied;   /* 401 */
};
extern const struct lab_dialect lab_github, lab_gitlab, lab_gitea; /* github.c, gitlab.c, gitea.c */

const struct lab_dialect *lab_dialect(enum lab_forge forge);
/* The forge a path belongs to, and what is behind its prefix. "/repos/…", "/repositories/…" and "/user" alone are
 * GitHub's. False: of no forge. */
bool lab_route(struct sv target, enum lab_forge *ret_forge, struct sv *ret_rest);
/* Takes the path apart. The caller has set world, forge, method, path, base, body, bad_body, now and arena. */
void call_parse(struct lab_call *c);
void call_run(struct lab_call *c); /* after call_parse; sets the answer */
void call_free(struct lab_call *c);

struct sv call_param(const struct lab_call *c, const char *key); /* of the query, decoded; SV_NONE if absent */
struct sv call_rest(const struct lab_call *c, size_t from);      /* segments from that one on, with slashes between */
struct sv call_text(const struct lab_call *c, const char *key);  /* member of the body, else of the query */
int64_t call_number(const struct lab_call *c, const char *key, int64_t otherwise);

/* Appends where the same call goes to in the repository's present path, or by its number. */
void call_location(const struct lab_call *c, struct buf *out);

/* Answers. call_open sets the status and returns the writer of the body. */
struct jout *call_open(struct lab_call *c, int status);
void call_message(struct lab_call *c, int status, const char *message); /* {"message": …} */
void call_time(struct lab_call *c, const char *key, msec_t at);         /* as the forge writes it; 0 is null */
void call_user(struct lab_call *c, const char *key);                    /* the account of every token */

/* A page of n items: sets the page's bounds and the headers Link and X-Total…. */
struct lab_page {
    size_t from, to; /* [from, to) */
};
struct lab_page call_page(struct lab_call *c, size_t n);
/* Lists that go by a cursor: how many a page has, and where the next one begins. */
size_t call_page_size(const struct lab_call *c);
void call_cursor(struct lab_call *c, const char *next);

/* Writes the array of issues of the repository that the parameters ask for, newest first unless they say otherwise;
 * `put` writes one. list.c */
void call_issues(struct lab_call *c, void (*put)(struct lab_call *c, const struct lab_issue *i));
/* The same for changes. list.c */
void call_changes(struct lab_call *c, void (*put)(struct lab_call *c, const struct lab_change *x));
/* The refs below a prefix, a page of them unless the forge gives all at once; `put` writes one. list.c */
enum lab_paging { PAGED, ALL_AT_ONCE };
void call_refs(struct lab_call *c, struct sv prefix, enum lab_paging paging,
               void (*put)(struct lab_call *c, const struct lab_ref *r));
/* The rows of one commit, newest first: the last of each context, or all. list.c */
struct lab_line {
    const struct lab_context *context;
    const struct lab_status *status;
};
enum lab_rows { ROWS_LAST, ROWS_ALL };
size_t repo_lines(const struct lab_repo *r, struct sv sha, enum lab_rows which, struct lab_line **ret); /* mem_free */
