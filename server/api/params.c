/* SPDX-License-Identifier: Apache-2.0 */
#include "server/api/params.h"
#include "base/id.h"
#include "config/api_token.h"
#include "core/delivery.h"
#include "core/effect.h"
#include "core/recovery.h"
#include "core/run.h"
#include "fmt/enc.h"
#include "server/health/judge.h"

enum {
    TEXT_MOST = 500,
    CURSOR_MOST = 4096,
    LIMIT_MOST = 1000,
    QUEUE_MOST = 10000,
    SHA1_DIGITS = 40,
    SHA256_DIGITS = 64
};

const char api_id_pattern[] = "^[0-9a-hjkmnp-tv-zA-HJKMNP-TV-Z]{13}$";
const char api_sha_pattern[] = "^([0-9a-f]{40}|[0-9a-f]{64})$";
const char api_cursor_pattern[] = "^([0-9a-f]{2})+$";

static const char *const ranges[] = {"1h", "6h", "24h", "7d", "30d"};
static const char *const reruns[] = {"all", "failed", "job", "from"};

static const char *const error_ranges[] = {"24h", "7d", "30d"};
static const char *const error_orders[] = {"newest", "most"};
static const char *const durations_of[] = {"job", "legs", "name", "kind"};

const struct api_words api_words[] = {
    {"delivery_state", delivery_state_name, DELIVERY_STATE_N, NULL, 0},
    {"delivery_source", delivery_source_name, DELIVERY_SOURCE_N, NULL, 0},
    {"health_state", health_state_name, HEALTH_FAIL + 1, NULL, 0},
    {"work_state", work_state_name, WORK_STATE_N, NULL, 0},
    {"conclusion", conclusion_name, CONC_N, NULL, 0},
    {"state_or_end", work_state_name, WORK_STATE_N, conclusion_name, CONC_N},
    {"priority", priority_name, PRIO_N, NULL, 0},
    {"job_kind", job_kind_name, JOB_KIND_N, NULL, 0},
    {"job_hold", job_hold_name, JOB_HOLD_N, NULL, 0},
    {"attempt_role", attempt_role_name, ATTEMPT_ROLE_N, NULL, 0},
    {"attempt_state", attempt_state_name, ATTEMPT_STATE_N, NULL, 0},
    {"effect_kind", effect_kind_name, EFFECT_KIND_N, NULL, 0},
    {"effect_state", effect_state_name, EFFECT_STATE_N, NULL, 0},
    {"failure_class", failure_class_name, FAILURE_CLASS_N, NULL, 0},
    {"recovery_strategy", recovery_strategy_name, STRATEGY_N, NULL, 0},
    {"recovery_outcome", recovery_outcome_name, RECOVERY_OUTCOME_N, NULL, 0},
    {"approval_kind", approval_kind_name, APPROVAL_KIND_N, NULL, 0},
    {"approval_state", approval_state_name, APPROVAL_STATE_N, NULL, 0},
    {"wf_event", wf_event_name, WF_EVENT_N, NULL, 0},
    {"overview_range", ranges, ARRAY_LEN(ranges), NULL, 0},
    {"scope", api_scope_name, API_SCOPES, NULL, 0},
    {"rerun_what", reruns, ARRAY_LEN(reruns), NULL, 0},
    {"error_range", error_ranges, ARRAY_LEN(error_ranges), NULL, 0},
    {"error_order", error_orders, ARRAY_LEN(error_orders), NULL, 0},
    {"duration_of", durations_of, ARRAY_LEN(durations_of), NULL, 0},
    {NULL, NULL, 0, NULL, 0},
};

static const struct api_param params[] = {
    {"delivery_state", "state", PARAM_WORD, 0, 0, "delivery_state", "what became of it"},
    {"run_state", "state", PARAM_WORD, 0, 0, "state_or_end", "its state, or how it ended"},
    {"effect_state", "state", PARAM_WORD, 0, 0, "effect_state", "how far it is"},
    {"recovery_state", "state", PARAM_WORD, 0, 0, "recovery_outcome", "what came of it"},
    {"forge", "forge", PARAM_TEXT, 0, 0, NULL, "name of a forge, as it is configured"},
    {"event", "event", PARAM_TEXT, 0, 0, NULL, "name of the event"},
    {"source", "source", PARAM_WORD, 0, 0, "delivery_source", "how it came"},
    {"workflow", "workflow", PARAM_TEXT, 0, 0, NULL, "name of the workflow"},
    {"repository", "repository", PARAM_TEXT, 0, 0, NULL, "alias or id of a repository"},
    {"ref", "ref", PARAM_TEXT, 0, 0, NULL, "a branch, or a ref that begins with refs/"},
    {"priority", "to", PARAM_WORD, 0, 0, "priority", "how urgent it is from now on"},
    {"effect_kind", "kind", PARAM_WORD, 0, 0, "effect_kind", "what it is"},
    {"strategy", "strategy", PARAM_WORD, 0, 0, "recovery_strategy", "what was done"},
    {"class", "class", PARAM_WORD, 0, 0, "failure_class", "of the failure"},
    {"commit", "sha", PARAM_SHA, 0, 0, NULL, "the commit"},
    {"cursor", "cursor", PARAM_CURSOR, 0, 0, NULL, "`next` of the page before, with the same filters"},
    {"before", "before", PARAM_ID, 0, 0, NULL, "only what is older than this id"},
    {"after", "after", PARAM_NUMBER, 0, INT64_MAX, NULL, "only entries behind this `seq`"},
    {"run", "run", PARAM_ID, 0, 0, NULL, "only what is about this run"},
    {"last_event", "Last-Event-ID", PARAM_HEADER, 0, INT64_MAX, NULL,
     "of the last event that was seen; counts before `after`"},
    {"limit", "limit", PARAM_NUMBER, 1, LIMIT_MOST, NULL, "at most so many; 50 where nothing is said"},
    {"queue_limit", "limit", PARAM_NUMBER, 1, QUEUE_MOST, NULL, "at most so many jobs; 200 where nothing is said"},
    {"offset", "offset", PARAM_NUMBER, 0, INT64_MAX, NULL, "the first byte that is wanted"},
    {"artifact", "name", PARAM_TEXT, 0, 0, NULL, "the name of the artifact; it must be said"},
    {"range", "range", PARAM_WORD, 0, 0, "overview_range", "how far back; 24h where nothing is said"},
    {"sha", "sha", PARAM_SHA, 0, 0, NULL, "the commit that the answer is about; the one it asks about"},
    {"what", "what", PARAM_WORD, 0, 0, "rerun_what", "all of it, what failed, one `job`, or from a `step` of it on"},
    {"job", "job", PARAM_TEXT, 0, 0, NULL, "key of a job"},
    {"step", "step", PARAM_TEXT, 0, 0, NULL, "id or number of a step"},
    {"error_range", "range", PARAM_WORD, 0, 0, "error_range", "how far back; 7d where nothing is said"},
    {"error_order", "sort", PARAM_WORD, 0, 0, "error_order", "what comes first; the newest where nothing is said"},
    {"duration_of", "of", PARAM_WORD, 0, 0, "duration_of",
     "a job with its event and matrix, with any, its name, its kind"},
};

const struct api_words *api_words_find(struct sv name)
{
    for (const struct api_words *w = api_words; w->name; w++)
        if (sv_is(name, w->name))
            return w;
    return NULL;
}

static bool is_in(struct sv v, const char *const *at, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (v.n && sv_is(v, at[i]))
            return true;
    return false;
}

static void put_list(const char *const *at, size_t n, struct jout *j)
{
    for (size_t i = 0; i < n; i++)
        if (at[i][0])
            jout_strz(j, at[i]);
}

void api_words_put(const struct api_words *w, struct jout *j)
{
    jout_open(j, '[');
    put_list(w->at, w->n, j);
    put_list(w->more, w->n_more, j);
    jout_close(j, ']');
}

/* ---- checks ---- */

static int say_words(const struct api_param *p, const struct api_words *w, struct err *why)
{
    AUTO(buf_free) struct buf b = {0};
    for (size_t i = 0; i < w->n + w->n_more; i++) {
        const char *word = i < w->n ? w->at[i] : w->more[i - w->n];
        if (word[0])
            buf_fmt(&b, "%s%s", b.n ? ", " : "", word);
    }
    return err_set(why, ERR_INVALID, "%s is one of %s", p->name, b.p);
}

static int check_number(const struct api_param *p, struct sv v, struct err *why)
{
    int64_t n;
    if (sv_int(v, &n) && n >= p->min && n <= p->max)
        return 0;
    if (p->max == INT64_MAX)
        return err_set(why, ERR_INVALID, "%s is a number from %lld on", p->name, (long long)p->min);
    return err_set(why, ERR_INVALID, "%s is a number from %lld to %lld", p->name, (long long)p->min, (long long)p->max);
}

static bool is_sha(struct sv v)
{
    bool ok = v.n == SHA1_DIGITS || v.n == SHA256_DIGITS;
    for (size_t i = 0; i < v.n; i++)
        ok &= (v.p[i] >= '0' && v.p[i] <= '9') || (v.p[i] >= 'a' && v.p[i] <= 'f');
    return ok;
}

static int check_value(const struct api_param *p, struct sv v, struct err *why)
{
    int64_t id;
    const struct api_words *w;
    switch (p->kind) {
    case PARAM_NUMBER:
    case PARAM_HEADER:
        return check_number(p, v, why);
    case PARAM_ID:
        return id_parse(v, &id) ? 0 : err_set(why, ERR_INVALID, "%s is an id", p->name);
    case PARAM_SHA:
        return is_sha(v) ? 0 : err_set(why, ERR_INVALID, "%s is a whole object id of 40 or 64 digits", p->name);
    case PARAM_WORD:
        w = api_words_find(sv_of(p->words));
        return is_in(v, w->at, w->n) || is_in(v, w->more, w->n_more) ? 0 : say_words(p, w, why);
    case PARAM_CURSOR: /* what is in it, its list knows */
    case PARAM_TEXT:
        break;
    }
    size_t most = p->kind == PARAM_CURSOR ? CURSOR_MOST : TEXT_MOST;
    if (v.n >= 1 && v.n <= most && sv_bad_utf8(v) < 0)
        return 0;
    return err_set(why, ERR_INVALID, "%s is a text of 1 to %zu bytes", p->name, most);
}

const struct api_param *api_param_find(struct sv word)
{
    struct sv plain = sv_ends(word, SV("!")) ? sv_cut(word, word.n - 1) : word;
    for (size_t i = 0; i < ARRAY_LEN(params); i++)
        if (sv_is(plain, params[i].word))
            return &params[i];
    return NULL;
}

static const struct api_param *find_named(const char *words, struct sv name)
{
    struct sv rest = sv_of(words), word;
    while (sv_next(&rest, ' ', &word)) {
        const struct api_param *p = api_param_find(word);
        if (p->kind != PARAM_HEADER && sv_is(name, p->name))
            return p;
    }
    return NULL;
}

static bool is_in_query(struct sv query, const char *name)
{
    struct sv part;
    while (sv_next(&query, '&', &part))
        if (sv_is(sv_cut(part, sv_chr(part, '=') < 0 ? part.n : (size_t)sv_chr(part, '=')), name))
            return true;
    return false;
}

static int check_part(const char *words, struct sv part, struct sv before, struct err *why)
{
    AUTO(buf_free) struct buf value = {0};
    ptrdiff_t eq = sv_chr(part, '=');
    struct sv name = sv_cut(part, eq < 0 ? part.n : (size_t)eq);
    const struct api_param *p = find_named(words, name);
    if (!p)
        return err_set(why, ERR_INVALID, "a parameter that is not known here");
    if (is_in_query(before, p->name))
        return err_set(why, ERR_INVALID, "%s is said twice", p->name);
    if (eq < 0 || !url_get(sv_from(part, (size_t)eq + 1), &value))
        return err_set(why, ERR_INVALID, "%s is not encoded as it must be", p->name);
    return check_value(p, buf_view(&value), why);
}

int api_query_check(const char *words, struct sv query, struct err *why)
{
    struct sv rest = query, part, must = sv_of(words), word;
    while (query.n && sv_next(&rest, '&', &part)) {
        size_t at = (size_t)(part.p - query.p);
        if (check_part(words, part, at ? sv_cut(query, at - 1) : SV_NONE, why) < 0)
            return -1;
    }
    while (sv_next(&must, ' ', &word)) {
        const struct api_param *p = api_param_find(word);
        if (sv_ends(word, SV("!")) && !is_in_query(query, p->name))
            return err_set(why, ERR_INVALID, "%s is missing", p->name);
    }
    return 0;
}

/* ---- as openapi.json has it ---- */

static void put_schema(const struct api_param *p, struct jout *j)
{
    jout_open(j, '{');
    bool number = p->kind == PARAM_NUMBER || p->kind == PARAM_HEADER;
    jout_kstrz(j, "type", number ? "integer" : "string");
    if (number) {
        jout_kint(j, "minimum", p->min);
        if (p->max != INT64_MAX)
            jout_kint(j, "maximum", p->max);
    } else if (p->kind == PARAM_WORD) {
        jout_key(j, "enum");
        api_words_put(api_words_find(sv_of(p->words)), j);
    } else if (p->kind == PARAM_TEXT) {
        jout_kint(j, "minLength", 1);
        jout_kint(j, "maxLength", TEXT_MOST);
    } else {
        jout_kstrz(j, "pattern",
                   p->kind == PARAM_ID    ? api_id_pattern
                   : p->kind == PARAM_SHA ? api_sha_pattern
                                          : api_cursor_pattern);
    }
    jout_close(j, '}');
}

void api_param_put(struct sv word, struct jout *j)
{
    const struct api_param *p = api_param_find(word);
    jout_open(j, '{');
    jout_kstrz(j, "name", p->name);
    jout_kstrz(j, "in", p->kind == PARAM_HEADER ? "header" : "query");
    if (sv_ends(word, SV("!")))
        jout_kbool(j, "required", true);
    jout_kstrz(j, "description", p->doc);
    jout_key(j, "schema");
    put_schema(p, j);
    jout_close(j, '}');
}
