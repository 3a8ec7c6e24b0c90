/* SPDX-License-Identifier: Apache-2.0 */
/* Sends to 127.0.0.1:PORT, where a proxy listens, what two readers may frame differently, each hiding a request
 * "GET /canary-N": the list of malformed requests, and bodies under framing fields in every bad and odd spelling.
 * Then NORMAL good requests to /good-N, which must all be answered with 202.
 *     smuggle PORT REFUSE.txt NORMAL */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>
#include "unit/http/cases.h"

enum { AT_ONCE = 64 };

static int port, n_canaries, n_open;
static int open_fds[AT_ONCE];

static int dial(void)
{
    struct sockaddr_in sa = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    struct timeval tv = {.tv_sec = 2};
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    sa.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (fd < 0 || connect(fd, (struct sockaddr *)&sa, sizeof sa) < 0)
        exit(1);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof tv);
    return fd;
}

static void wait_all(void)
{
    char room[8192];
    for (int i = 0; i < n_open; i++) {
        while (recv(open_fds[i], room, sizeof room, 0) > 0)
            ;
        close(open_fds[i]);
    }
    n_open = 0;
}

static void shoot(const struct buf *b)
{
    int fd = dial();
    (void)send(fd, b->p, b->n, MSG_NOSIGNAL);
    shutdown(fd, SHUT_WR);
    open_fds[n_open++] = fd;
    if (n_open == AT_ONCE)
        wait_all();
}

static const char *canary(char ret[96])
{
    snprintf(ret, 96, "GET /canary-%d HTTP/1.1\r\nHost: canary.example\r\n\r\n", ++n_canaries);
    return ret;
}

static void send_list(const char *path)
{
    struct http_cases cases = {0};
    char c[96];
    cases_read(path, &cases);
    for (size_t i = 0; i < cases.all.n; i++) {
        buf_str(&cases.all.at[i].bytes, canary(c));
        shoot(&cases.all.at[i].bytes);
    }
    cases_free(&cases);
    wait_all();
}

/* The canary is the body, for who reads the length as it was meant. # stands for the length. */
static const char *const lengths[] = {
    "Content-Length: #", "Content-Length:#", "Content-Length : #", " Content-Length: #", "Content-Length:\t#",
    "Content-Length: +#", "Content-Length: 0#", "Content-Length: # ", "Content-Length: #,#", "Content-Length: 0, #",
    "Content-Length: #\r\nContent-Length: 0", "Content-Length: 0\r\nContent-Length: #", "Content-Length: #.0",
    "Content-Length: #\r\nContent-Length: #", "X: y\nContent-Length: #", "X: y\rContent-Length: #",
    "X: y\r\n Content-Length: #", "Content-Length:\r\n #", "Content_Length: #", "CONTENT-LENGTH: #",
    "Content-Length: #\r\nTransfer-Encoding: identity", "\vContent-Length: #", "Content-Length\x0b: #",
    "Content-Length: \x0b#", "Content-Length: #\r\nConnection: Content-Length", "Content-Length: #;a=b",
    "Expect: 100-continue\r\nContent-Length: #", "Content-Length: #\r\nUpgrade: h2c\r\nConnection: upgrade",
    "Content-Length: -#", "Content-Length: 18446744073709551616#", "Content-Length: \"#\"",
};

/* The length covers an empty chunked body and the canary: who prefers chunked sees the canary as a request. */
static const char *const codings[] = {
    "Transfer-Encoding: chunked", "Transfer-Encoding : chunked", "Transfer-Encoding:chunked",
    "Transfer-Encoding: xchunked", "Transfer-Encoding: x, chunked", "Transfer-Encoding: chunked, x", "Transfer-Encoding: chunked, identity",
    "Transfer-Encoding: identity, chunked", "Transfer-Encoding:\tchunked", "Transfer-Encoding:\vchunked",
    "Transfer-Encoding: chunked\r\nTransfer-Encoding: x", "Transfer-Encoding: x\r\nTransfer-Encoding: chunked",
    "TRANSFER-ENCODING: CHUNKED", "Transfer-Encoding: \"chunked\"", "X: y\r\n Transfer-Encoding: chunked",
    "Transfer-Encoding:\r\n chunked", "Transfer_Encoding: chunked", "Transfer-Encoding: chunked;q=1",
    "X: y\nTransfer-Encoding: chunked", " Transfer-Encoding: chunked",
    "Transfer-Encoding: chunked\r\nConnection: Transfer-Encoding",
    "Transfer-Encoding: ,chunked", "Transfer-Encoding: chunked,", "Transfer-Encoding: chunked,chunked", "TE: chunked",
    "Transfer-Encoding\x01: chunked", "Transfer-Encoding: chu\x01nked", "Transfer-Encoding: chunked\x0c",
};

/* The canary is the data of one chunk; # stands for its size. */
static const char *const chunks[] = {
    "#\r\n", "0#\r\n", "0x#\r\n", "+#\r\n", "-#\r\n", " #\r\n", "# \r\n", "#\t\r\n", "#;a=b\r\n", "#;a=\"\r\n\"\r\n",
    "#\n", "#\r", "#;\n\r\n", "#;a\rb\r\n", "000000000000000000000#\r\n", "#\r\r\n", "\r\n#\r\n", "#,0\r\n", "#.0\r\n",
};

static void fill(struct buf *b, const char *form, const char *number)
{
    for (; *form; form++) {
        if (*form == '#')
            buf_str(b, number);
        else
            buf_chr(b, *form);
    }
}

enum shape { BY_LENGTH, BY_BOTH, BY_CHUNK, SHAPES };

static void send_hidden(enum shape shape, const char *form, int minor)
{
    AUTO(buf_free) struct buf b = {0};
    char c[96], number[32];
    size_t n = strlen(canary(c));
    buf_fmt(&b, "POST /shape HTTP/1.%d\r\nHost: shape.example\r\n", minor);
    snprintf(number, sizeof number, shape == BY_CHUNK ? "%zx" : "%zu", shape == BY_BOTH ? n + 5 : n);
    if (shape == BY_CHUNK)
        buf_str(&b, "Transfer-Encoding: chunked\r\n\r\n");
    if (shape == BY_BOTH)
        buf_fmt(&b, "Content-Length: %s\r\n", number);
    fill(&b, form, number);
    buf_str(&b, shape == BY_CHUNK ? "" : "\r\n\r\n");
    buf_str(&b, shape == BY_BOTH ? "0\r\n\r\n" : "");
    buf_str(&b, c);
    buf_str(&b, shape == BY_CHUNK ? "\r\n0\r\n\r\n" : "");
    shoot(&b);
}

static void send_shapes(void)
{
    for (int minor = 0; minor < 2; minor++) {
        for (size_t i = 0; i < ARRAY_LEN(lengths); i++)
            send_hidden(BY_LENGTH, lengths[i], minor);
        for (size_t i = 0; i < ARRAY_LEN(codings); i++)
            send_hidden(BY_BOTH, codings[i], minor);
        for (size_t i = 0; i < ARRAY_LEN(chunks); i++)
            send_hidden(BY_CHUNK, chunks[i], minor);
    }
    wait_all();
}

/* Every third one chunked, all on one connection. */
static int send_good(int n)
{
    int fd = dial(), good = 0;
    for (int i = 0; i < n; i++) {
        char text[256], answer[4096];
        snprintf(text, sizeof text, "POST /good-%d HTTP/1.1\r\nHost: good.example\r\n%s", i,
                 i % 3 ? "Content-Length: 5\r\n\r\nhello" : "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n");
        MUST(send(fd, text, strlen(text), MSG_NOSIGNAL) == (ssize_t)strlen(text));
        ssize_t got = recv(fd, answer, sizeof answer, 0);
        good += got > 12 && memcmp(answer, "HTTP/1.1 202", 12) == 0;
    }
    close(fd);
    return good;
}

int main(int argc, char **argv)
{
    if (argc != 4)
        return 2;
    port = (int)strtol(argv[1], NULL, 10);
    int normal = (int)strtol(argv[3], NULL, 10);
    send_list(argv[2]);
    send_shapes();
    int good = send_good(normal);
    printf("canaries %d good %d\n", n_canaries, good);
    return good == normal ? 0 : 1;
}
