/* SPDX-License-Identifier: Apache-2.0 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>
#include "base/file.h"
#include "base/id.h"
#include "base/vec.h"
#include "e2e/killpoint.h"
#include "fmt/enc.h"
#include "fmt/hmac.h"
#include "fmt/json.h"

enum { ANSWER_S = 5, AGAIN_MS = 5, ANSWER_MAX = 1 << 20, RESENT_ONE_IN = 16 };

const char *const rig_forges[FORGES] = {"github", "gitlab", "gitea"};
static const char *const paths[FORGES] = {"acme/api", "acme/web/ui", "acme/docs"};

struct poster {
    struct rig *r;
    int forge; /* index */
    pthread_t thread;
    struct buf commits, secret;
    VEC(struct sv) shas;
    uint64_t random;
    int acked_fd;
    size_t before; /* acknowledged in earlier portions */
};
static struct poster posters[FORGES];

uint64_t rig_random(uint64_t *state)
{
    uint64_t z = (*state += 0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
}

/* ---- HTTP ---- */

static int dial(int port)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct timeval limit = {.tv_sec = ANSWER_S};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    MUST(fd >= 0);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    if (connect(fd, (struct sockaddr *)&at, sizeof at) == 0)
        return fd;
    close(fd);
    return -1;
}

static bool send_all(int fd, struct sv s)
{
    while (s.n) {
        ssize_t n = send(fd, s.p, s.n, MSG_NOSIGNAL);
        if (n <= 0)
            return false;
        s = sv_from(s, (size_t)n);
    }
    return true;
}

/* Until the other side closes. */
static void receive(int fd, struct buf *ret)
{
    char piece[4096];
    for (ssize_t n; ret->n < ANSWER_MAX && (n = recv(fd, piece, sizeof piece, 0)) > 0;)
        buf_add(ret, piece, (size_t)n);
}

int rig_http(int port, const char *method, const char *path, const char *headers, struct sv body, struct buf *ret)
{
    AUTO(buf_free) struct buf out = {0}, in = {0};
    AUTO(fd_closep) int fd = dial(port);
    int64_t status, length;
    buf_fmt(&out, "%s %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nConnection: close\r\nContent-Length: %zu\r\n%s\r\n", method,
            path, port, body.n, headers);
    buf_sv(&out, body);
    if (fd < 0 || !send_all(fd, buf_view(&out)))
        return 0;
    receive(fd, &in);
    struct sv text = buf_view(&in);
    ptrdiff_t end = sv_find(text, SV("\r\n\r\n")), at = sv_find(text, SV("Content-Length: "));
    if (end < 0 || at < 0 || at > end || !sv_starts(text, SV("HTTP/1.1 ")) || !sv_int(sv_n(text.p + 9, 3), &status))
        return 0;
    struct sv number = sv_from(text, (size_t)at + strlen("Content-Length: "));
    number = sv_cut(number, (size_t)sv_chr(number, '\r'));
    if (!sv_int(number, &length) || (size_t)length != text.n - (size_t)end - 4)
        return 0;
    buf_clear(ret);
    buf_sv(ret, sv_from(text, (size_t)end + 4));
    return (int)status;
}

/* ---- one delivery ---- */

static void put_body(const struct poster *p, size_t n, struct buf *out)
{
    struct jout j = {.buf = out};
    bool gitlab = p->forge == 1;
    jout_open(&j, '{');
    jout_kint(&j, "killpoint", (int64_t)n);
    if (gitlab)
        jout_kstrz(&j, "object_kind", "push");
    jout_kstrz(&j, "ref", "refs/heads/main");
    jout_kstr(&j, "before", p->shas.at[n - 1]);
    jout_kstr(&j, "after", p->shas.at[n]);
    jout_key(&j, "commits");
    jout_open(&j, '[');
    jout_close(&j, ']');
    jout_kint(&j, gitlab ? "total_commits_count" : "total_commits", 1);
    if (gitlab) {
        jout_kint(&j, "user_id", 1);
        jout_kstrz(&j, "user_username", "ann");
    }
    jout_key(&j, gitlab ? "project" : "repository");
    jout_open(&j, '{');
    jout_kint(&j, "id", 1);
    jout_kstrz(&j, "name", "x");
    jout_kstrz(&j, gitlab ? "path_with_namespace" : "full_name", paths[p->forge]);
    jout_kstrz(&j, "default_branch", "main");
    jout_close(&j, '}');
    jout_key(&j, "sender");
    jout_open(&j, '{');
    jout_kint(&j, "id", 1);
    jout_kstrz(&j, "login", "ann");
    jout_close(&j, '}');
    jout_close(&j, '}');
}

static void put_headers(const struct poster *p, const char *guid, struct sv body, struct buf *out)
{
    uint8_t mac[SHA256_LEN];
    AUTO(buf_free) struct buf hex = {0};
    struct sv secret = buf_view(&p->secret);
    hmac_sha256(secret, body.p, body.n, mac);
    hex_put(&hex, mac, sizeof mac);
    buf_str(out, "Content-Type: application/json\r\n");
    if (p->forge == 0)
        buf_fmt(out, "X-GitHub-Event: push\r\nX-GitHub-Delivery: %s\r\nX-Hub-Signature-256: sha256=%s\r\n", guid,
                hex.p);
    else if (p->forge == 1)
        buf_fmt(out, "X-Gitlab-Event: Push Hook\r\nIdempotency-Key: %s\r\nX-Gitlab-Token: %.*s\r\n", guid,
                SV_ARG(secret));
    else
        buf_fmt(out, "X-Gitea-Event: push\r\nX-Gitea-Delivery: %s\r\nX-Gitea-Signature: %s\r\n", guid, hex.p);
}

/* The commit becomes the head of the branch, as a push does it. */
static void push_commit(const struct poster *p, size_t n)
{
    struct err e = {0};
    AUTO(buf_free) struct buf next = {0}, ref = {0}, line = {0};
    buf_fmt(&next, "%s/repos/%s.next", p->r->dir, rig_forges[p->forge]);
    buf_fmt(&ref, "%s/repos/%s.git/refs/heads/main", p->r->dir, rig_forges[p->forge]);
    buf_fmt(&line, "%.*s\n", SV_ARG(p->shas.at[n]));
    MUST(file_write(next.p, buf_view(&line), 0644, &e) == 0 && rename(next.p, ref.p) == 0);
}

/* Our id of an acknowledged delivery; 0 when it was not acknowledged. */
static int64_t send_once(const struct poster *p, const char *guid, struct sv body, struct buf *answer)
{
    AUTO(buf_free) struct buf path = {0}, headers = {0};
    static const char key[] = "\"delivery\":\"";
    int64_t id = 0;
    buf_fmt(&path, "/hook/%s", rig_forges[p->forge]);
    put_headers(p, guid, body, &headers);
    int status = rig_http(p->r->port, "POST", path.p, headers.p, body, answer);
    if (status == 0 || status == 503)
        return 0;
    ptrdiff_t at = sv_find(buf_view(answer), sv_of(key));
    if (status / 100 != 2 || at < 0 ||
        !id_parse(sv_n(answer->p + at + strlen(key), ID_TEXT - 1), &id)) {
        printf("MISS: %s was answered with %d: %.*s\n", guid, status, SV_ARG(sv_cut(buf_view(answer), 200)));
        p->r->quarrels++;
        clk_sleep_ms(1000);
        return 0;
    }
    return id;
}

static void deliver(struct poster *p, size_t n)
{
    AUTO(buf_free) struct buf body = {0}, answer = {0}, line = {0}, guid = {0};
    int64_t id;
    buf_fmt(&guid, "kill-%s-%06zu", rig_forges[p->forge], n);
    put_body(p, n, &body);
    push_commit(p, n);
    while (!(id = send_once(p, guid.p, buf_view(&body), &answer)))
        clk_sleep_ms(AGAIN_MS);
    buf_fmt(&line, "%s %s %lld\n", rig_forges[p->forge], guid.p, (long long)id);
    MUST(fd_write_all(p->acked_fd, line.p, line.n) == 0 && fsync(p->acked_fd) == 0);
    p->r->acked++;
    /* The forge did not hear us, say: the same again. */
    if (rig_random(&p->random) % RESENT_ONE_IN == 0) {
        int64_t again = send_once(p, guid.p, buf_view(&body), &answer);
        p->r->resent += again != 0;
        if (again && (again != id || sv_find(buf_view(&answer), SV("duplicate")) < 0)) {
            printf("MISS: %s came again and was answered with %.*s\n", guid.p, SV_ARG(buf_view(&answer)));
            p->r->quarrels++;
        }
    }
}

static void *run(void *ctx)
{
    struct poster *p = ctx;
    struct rig *r = p->r;
    for (size_t n = 1 + p->before; n < p->shas.n && !r->stop; n++) {
        while (!r->deliveries && r->acked - r->finished >= r->load && !r->stop)
            clk_sleep_ms(2);
        if (r->stop || (r->deliveries && r->taken++ >= r->deliveries))
            break;
        deliver(p, n);
    }
    if (!r->stop && !r->deliveries)
        printf("note: %s has no commits left to push\n", rig_forges[p->forge]);
    return NULL;
}

/* What earlier portions of the same folder have had acknowledged, each poster one after the other. */
static void load_acked(struct poster *p)
{
    struct err e = {0};
    AUTO(buf_free) struct buf path = {0}, text = {0};
    struct sv rest, line;
    buf_fmt(&path, "%s/acked.log", p->r->dir);
    if (file_read(path.p, 64 << 20, &text, &e) < 0)
        return;
    rest = buf_view(&text);
    while (sv_next(&rest, '\n', &line))
        p->before += sv_starts(line, sv_of(rig_forges[p->forge]));
    p->r->acked += (int)p->before;
}

static void load(struct poster *p)
{
    struct err e = {0};
    AUTO(buf_free) struct buf path = {0};
    struct sv rest, line;
    buf_fmt(&path, "%s/commits/%s", p->r->dir, rig_forges[p->forge]);
    MUST(file_read(path.p, 64 << 20, &p->commits, &e) == 0);
    rest = buf_view(&p->commits);
    while (sv_next(&rest, '\n', &line))
        if (line.n)
            VEC_PUSH(&p->shas, line);
    buf_clear(&path);
    buf_fmt(&path, "%s/secrets/hook", p->r->dir);
    MUST(file_read(path.p, 4096, &p->secret, &e) == 0);
    p->secret.n = sv_trim(buf_view(&p->secret)).n;
    buf_clear(&path);
    buf_fmt(&path, "%s/acked.log", p->r->dir);
    load_acked(p);
    p->acked_fd = open(path.p, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    MUST(p->acked_fd >= 0);
}

void post_start(struct rig *r)
{
    for (int i = 0; i < FORGES; i++) {
        posters[i] = (struct poster){.r = r, .forge = i, .random = r->seed + (uint64_t)i};
        load(&posters[i]);
        MUST(pthread_create(&posters[i].thread, NULL, run, &posters[i]) == 0);
    }
}

void post_join(struct rig *r)
{
    (void)r;
    for (int i = 0; i < FORGES; i++) {
        pthread_join(posters[i].thread, NULL);
        fd_closep(&posters[i].acked_fd);
        buf_free(&posters[i].commits);
        buf_free(&posters[i].secret);
        VEC_FREE(&posters[i].shas);
    }
}
