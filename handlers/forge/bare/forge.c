/* SPDX-License-Identifier: Apache-2.0 */
#include "handlers/forge/bare/bare.h"
#include "fmt/hmac.h"

int64_t bare_number(struct sv path)
{
    uint8_t digest[SHA256_LEN];
    int64_t n = 0;
    sha256(path.p, path.n, digest);
    for (size_t i = 0; i < 6; i++) /* what a program that reads JSON as doubles has whole */
        n = n << 8 | digest[i];
    return n ? n : 1;
}

/* There is no credential, and repositories.yaml says where each repository is: both leave `out` as it is. */
static void authorize(struct sv token, struct buf *out)
{
    (void)token, (void)out;
}

static void clone_url(struct sv api_base, struct sv path, struct buf *out)
{
    (void)api_base, (void)path, (void)out;
}

const struct forge_ops forge_bare = {
    .kind = "bare",
    .default_url = NULL,
    .local = true,
    .read_head = NULL,
    .decode = bare_decode,
    .talk = bare_talk,
    .look = bare_look,
    .looks_at = 1,
    .authorize = authorize,
    .clone_url = clone_url,
    .git_user = "git",
};
