/* SPDX-License-Identifier: Apache-2.0 */
/* A forge as the server file has it: part of config/conf.h, which includes it. */
#pragma once
#include "base/clk.h"
#include "port/forge.h"

struct conf_secret { /* where a secret comes from; the value is read when the configuration is built */
    const char *file, *env, *credential; /* exactly one */
    struct sv value;                     /* trailing newline of a file removed; never empty, never logged */
};

struct conf_webhook {
    const char *path;
    bool system;
    /* The first one is what the forge signs with; FILE.next and FILE.old beside its file are among the others. */
    struct conf_secret *secrets;
    size_t n_secrets;
};

struct conf_app {           /* a GitHub App */
    const char *id;         /* App ID or Client ID */
    struct conf_secret key; /* PEM that fmt/jwt.h reads */
    int64_t installation;   /* 0 = that of each repository is asked for */
};

struct conf_forge {
    const char *name, *kind, *url; /* url without trailing slash */
    const struct forge_ops *ops;
    bool has_token, has_app; /* at most one */
    msec_t reconcile;        /* 0 = off */
    struct conf_secret token;
    struct conf_app app;
    struct call_limits limits;
    struct conf_webhook *webhooks;
    size_t n_webhooks;
};
