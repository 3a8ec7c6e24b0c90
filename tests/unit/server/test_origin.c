/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include "server/session/cookie.h"
#include "server/session/origin.h"

static const struct conf_listen plain = {.kind = CONF_HTTP, .loopback = true}, tls = {.kind = CONF_HTTPS},
                                proxied = {.kind = CONF_HTTP, .loopback = true, .behind_proxy = true};

static struct http_field fields[8];
/* "name: value" texts; the method is POST. */
static struct http_head head_of(const char *host, const char *const *lines)
{
    struct http_head h = {.method = SV("POST"), .host = sv_of(host), .fields = fields};
    for (; lines[h.n_fields]; h.n_fields++) {
        struct sv line = sv_of(lines[h.n_fields]);
        size_t colon = (size_t)sv_chr(line, ':');
        fields[h.n_fields] = (struct http_field){sv_cut(line, colon), sv_trim(sv_from(line, colon + 1))};
    }
    return h;
}
#define HEAD(host, ...) head_of(host, (const char *const[]){__VA_ARGS__, NULL})

static enum origin of(const struct conf_listen *l, const char *host, const char *origin, const char *site)
{
    const char *lines[3] = {origin, site, NULL};
    if (!origin)
        lines[0] = site, lines[1] = NULL;
    struct http_head h = head_of(host, lines);
    return origin_of(&h, l, "https://ci.example.com/base");
}

static void only_a_page_of_the_same_host_is_ours(void **state)
{
    (void)state;
    const char *here = "127.0.0.1:8080", *there = "ci.example.com";
    assert_int_equal(of(&plain, here, NULL, NULL), ORIGIN_UNSAID);
    assert_int_equal(of(&plain, here, "Origin: http://127.0.0.1:8080", NULL), ORIGIN_OWN);
    assert_int_equal(of(&plain, "LocalHost:1", "origin: http://localhost:1", NULL), ORIGIN_OWN);
    assert_int_equal(of(&plain, here, "Origin: http://127.0.0.1:8081", NULL), ORIGIN_FOREIGN);
    assert_int_equal(of(&plain, here, "Origin: http://localhost:8080", NULL), ORIGIN_FOREIGN);
    assert_int_equal(of(&plain, here, "Origin: null", NULL), ORIGIN_FOREIGN);
    assert_int_equal(of(&plain, here, "Origin: ", NULL), ORIGIN_FOREIGN);
    assert_int_equal(of(&plain, here, "Origin: 127.0.0.1:8080", NULL), ORIGIN_FOREIGN);
    assert_int_equal(of(&plain, here, "Origin: http://127.0.0.1:8080/", NULL), ORIGIN_FOREIGN);
    assert_int_equal(of(&plain, here, "Origin: http://127.0.0.1:8080 http://evil.example", NULL), ORIGIN_FOREIGN);
    assert_int_equal(of(&tls, there, "Origin: https://ci.example.com", NULL), ORIGIN_OWN);
    assert_int_equal(of(&tls, there, "Origin: http://ci.example.com", NULL), ORIGIN_FOREIGN);
    assert_int_equal(of(&tls, there, "Origin: https://evil.example", NULL), ORIGIN_FOREIGN);
    assert_int_equal(of(&tls, there, "Origin: https://ci.example.com.evil.example", NULL), ORIGIN_FOREIGN);
    assert_int_equal(of(&tls, "", "Origin: https://", NULL), ORIGIN_FOREIGN);
}

static void behind_a_proxy_the_public_url_is_ours_too(void **state)
{
    (void)state;
    assert_int_equal(of(&proxied, "127.0.0.1:8080", "Origin: https://ci.example.com", NULL), ORIGIN_OWN);
    assert_int_equal(of(&proxied, "ci.example.com", "Origin: https://ci.example.com", NULL), ORIGIN_OWN);
    assert_int_equal(of(&proxied, "ci.example.com", "Origin: http://ci.example.com", NULL), ORIGIN_FOREIGN);
    assert_int_equal(of(&plain, "127.0.0.1:8080", "Origin: https://ci.example.com", NULL), ORIGIN_FOREIGN);
    assert_int_equal(of(&tls, "other.example", "Origin: https://ci.example.com", NULL), ORIGIN_FOREIGN);
}

static void what_is_said_twice_is_foreign(void **state)
{
    (void)state;
    struct http_head h = HEAD("a", "Origin: https://a", "Origin: https://a");
    assert_int_equal(origin_of(&h, &tls, NULL), ORIGIN_FOREIGN);
    h = HEAD("a", "Origin: https://a", "Sec-Fetch-Site: same-origin", "Sec-Fetch-Site: same-origin");
    assert_int_equal(origin_of(&h, &tls, NULL), ORIGIN_FOREIGN);
}

static void fetch_metadata_is_believed_when_it_is_there(void **state)
{
    (void)state;
    const char *own = "Origin: https://a";
    assert_int_equal(of(&tls, "a", own, "Sec-Fetch-Site: same-origin"), ORIGIN_OWN);
    assert_int_equal(of(&tls, "a", own, "Sec-Fetch-Site: same-site"), ORIGIN_FOREIGN);
    assert_int_equal(of(&tls, "a", own, "Sec-Fetch-Site: cross-site"), ORIGIN_FOREIGN);
    assert_int_equal(of(&tls, "a", own, "Sec-Fetch-Site: Same-Origin"), ORIGIN_FOREIGN);
    assert_int_equal(of(&tls, "a", NULL, "Sec-Fetch-Site: none"), ORIGIN_UNSAID);
    assert_int_equal(of(&tls, "a", NULL, "Sec-Fetch-Site: cross-site"), ORIGIN_FOREIGN);
    /* Somebody follows a link; a frame and a write do not count as that. */
    struct http_head h =
        HEAD("a", "Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: navigate", "Sec-Fetch-Dest: document");
    assert_int_equal(origin_of(&h, &tls, NULL), ORIGIN_FOREIGN);
    h.method = SV("GET");
    assert_int_equal(origin_of(&h, &tls, NULL), ORIGIN_UNSAID);
    h = HEAD("a", "Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: navigate", "Sec-Fetch-Dest: iframe");
    h.method = SV("GET");
    assert_int_equal(origin_of(&h, &tls, NULL), ORIGIN_FOREIGN);
}

static void names_of_this_machine_are_not_those_that_begin_so(void **state)
{
    (void)state;
    static const char *const good[] = {"localhost", "localhost:80", "LOCALHOST",
                                       "127.0.0.1", "127.9.9.9:1",  "[::1]:8080"};
    static const char *const bad[] = {"",
                                      "localhost.evil.example",
                                      "127.0.0.1.evil.example",
                                      "evil.example:127",
                                      "[::2]",
                                      "0.0.0.0",
                                      "1270.0.1",
                                      "evil.example"};
    for (size_t i = 0; i < ARRAY_LEN(good); i++)
        assert_true(origin_names_this_machine(sv_of(good[i])));
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        assert_false(origin_names_this_machine(sv_of(bad[i])));
}

#define VALUE "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA-"

static void a_cookie_is_the_only_one_of_its_name_and_in_its_form(void **state)
{
    (void)state;
    struct sv v;
    struct http_head h = HEAD("a", "Cookie: a=b; fettle=" VALUE "; __Host-fettle=x");
    assert_int_equal(cookie_get(&h, "fettle", &v), COOKIE_ONE);
    assert_true(sv_is(v, VALUE));
    assert_int_equal(cookie_get(&h, "__Host-fettle", &v), COOKIE_BAD);
    assert_int_equal(cookie_get(&h, "other", &v), COOKIE_NONE);
    h = HEAD("a", "Cookie: FETTLE=" VALUE); /* names of cookies have a case */
    assert_int_equal(cookie_get(&h, "fettle", &v), COOKIE_NONE);
    h = HEAD("a", "Cookie: fettle=" VALUE "; fettle=" VALUE);
    assert_int_equal(cookie_get(&h, "fettle", &v), COOKIE_MANY);
    h = HEAD("a", "Cookie: fettle=" VALUE, "Cookie: fettle=" VALUE);
    assert_int_equal(cookie_get(&h, "fettle", &v), COOKIE_MANY);
    h = HEAD("a", "Cookie: fettle=" VALUE "A");
    assert_int_equal(cookie_get(&h, "fettle", &v), COOKIE_BAD);
    h = HEAD("a", "Cookie: fettle=\"" VALUE "\"");
    assert_int_equal(cookie_get(&h, "fettle", &v), COOKIE_BAD);
    h = HEAD("a", "Cookie: fettle=");
    assert_int_equal(cookie_get(&h, "fettle", &v), COOKIE_BAD);
}

static void where_tls_is_the_cookie_is_of_this_host_alone(void **state)
{
    (void)state;
    AUTO(buf_free) struct buf b = {0};
    assert_string_equal(cookie_name(&plain), "fettle");
    assert_string_equal(cookie_name(&tls), "__Host-fettle");
    assert_string_equal(cookie_name(&proxied), "__Host-fettle");
    cookie_put(&tls, SV("v"), &b);
    assert_string_equal(b.p,
                        "Set-Cookie: __Host-fettle=v; Path=/; Max-Age=604800; HttpOnly; SameSite=Strict; Secure\r\n");
    buf_clear(&b);
    cookie_put(&plain, SV_NONE, &b);
    assert_string_equal(b.p, "Set-Cookie: fettle=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict\r\n");
}

static void the_word_beside_it_is_made_of_the_cookie(void **state)
{
    (void)state;
    char one[CSRF_TEXT + 1], other[CSRF_TEXT + 1];
    cookie_csrf(SV("a"), one);
    cookie_csrf(SV("b"), other);
    assert_int_equal(strlen(one), CSRF_TEXT);
    assert_string_not_equal(one, other);
    assert_true(cookie_csrf_is(SV("a"), sv_of(one)));
    assert_false(cookie_csrf_is(SV("a"), sv_of(other)));
    assert_false(cookie_csrf_is(SV("a"), SV_NONE));
    assert_false(cookie_csrf_is(SV("a"), SV("")));
    assert_false(cookie_csrf_is(SV("a"), sv_cut(sv_of(one), CSRF_TEXT - 1)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_a_page_of_the_same_host_is_ours),
        cmocka_unit_test(behind_a_proxy_the_public_url_is_ours_too),
        cmocka_unit_test(what_is_said_twice_is_foreign),
        cmocka_unit_test(fetch_metadata_is_believed_when_it_is_there),
        cmocka_unit_test(names_of_this_machine_are_not_those_that_begin_so),
        cmocka_unit_test(a_cookie_is_the_only_one_of_its_name_and_in_its_form),
        cmocka_unit_test(where_tls_is_the_cookie_is_of_this_host_alone),
        cmocka_unit_test(the_word_beside_it_is_made_of_the_cookie),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
