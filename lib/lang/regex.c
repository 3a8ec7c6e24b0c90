/* SPDX-License-Identifier: Apache-2.0 */
#include "lang/regex.h"
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

struct regex {
    pcre2_code *code;
    pcre2_match_context *limits;
};

static int refuse(int code, size_t at, struct err *e)
{
    PCRE2_UCHAR text[160] = "";
    pcre2_get_error_message(code, text, sizeof text);
    err_set(e, ERR_INVALID, "regular expression, character %zu: %s", at + 1, (const char *)text);
    e->code = (int)at;
    return -1;
}

int regex_compile(struct sv pattern, enum regex_case which, struct regex **ret, struct err *e)
{
    uint32_t options = PCRE2_NEVER_BACKSLASH_C;
    int code;
    size_t at;
    if (pattern.n > REGEX_LENGTH) {
        err_set(e, ERR_INVALID, "regular expression: longer than %d bytes", REGEX_LENGTH);
        e->code = REGEX_LENGTH;
        return -1;
    }
    if (which == REGEX_ANY_CASE)
        options |= PCRE2_CASELESS;
    if (sv_bad_utf8(pattern) < 0)
        options |= PCRE2_UTF | PCRE2_MATCH_INVALID_UTF;
    pcre2_code *c = pcre2_compile((PCRE2_SPTR)(pattern.p ? pattern.p : ""), pattern.n, options, &code, &at, NULL);
    if (!c)
        return refuse(code, at, e);
    /* Where the machine does not allow it, searches are slower and their limits the same. */
    pcre2_jit_compile(c, PCRE2_JIT_COMPLETE);
    struct regex *r = mem_new(sizeof *r);
    r->code = c;
    r->limits = pcre2_match_context_create(NULL);
    MUST(r->limits);
    pcre2_set_match_limit(r->limits, REGEX_STEPS);
    pcre2_set_depth_limit(r->limits, REGEX_DEPTH);
    pcre2_set_heap_limit(r->limits, REGEX_HEAP_KIB);
    *ret = r;
    return 0;
}

void regex_free(struct regex **r)
{
    if (*r) {
        pcre2_match_context_free((*r)->limits);
        pcre2_code_free((*r)->code);
    }
    mem_free(STEAL(*r));
}

enum regex_found regex_find(const struct regex *r, struct sv text, struct sv *ret_at)
{
    pcre2_match_data *found = pcre2_match_data_create(1, NULL);
    MUST(found);
    int rc = pcre2_match(r->code, (PCRE2_SPTR)(text.p ? text.p : ""), text.n, 0, 0, found, r->limits);
    const PCRE2_SIZE *at = pcre2_get_ovector_pointer(found);
    if (rc >= 0 && ret_at)
        *ret_at = sv_n((text.p ? text.p : "") + at[0], at[1] - at[0]);
    pcre2_match_data_free(found);
    return rc >= 0 ? REGEX_YES : rc == PCRE2_ERROR_NOMATCH ? REGEX_NO : REGEX_GAVE_UP;
}
