/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/texts.h"
#include "bench/texts_made.h"
#include "fmt/yaml.h"
#include "lang/expr.h"

#define ONE  HEAD "  a:\n    outputs: {x: y}\n    steps: [{run: x}]\n"
#define FLOW "{\"on\":\"push\",\"jobs\":{\"a\":{\"steps\":[{\"run\":\"x\"}"
#define X8(s) s s s s s s s s
#define JOB  "  job@:\n    steps: [{run: x}]\n"

#define W(name_, ...) {.kind = TEXT_WORKFLOW, .name = name_, __VA_ARGS__}
#define X(name_, ...) {.kind = TEXT_EXPRESSION, .name = name_, __VA_ARGS__}
#define G(name_, ...) {.kind = TEXT_GLOB, .name = name_, __VA_ARGS__}
#define C(name_, ...) {.kind = TEXT_CRON, .name = name_, __VA_ARGS__}
#define J(name_, ...) {.kind = TEXT_JSON, .name = name_, __VA_ARGS__}
const struct text texts[] = {
    /* right ones */
    W("usual", .head = HEAD, .every = 20,
      .group = "  job@:\n    runs-on: [linux, x64]\n    steps:\n      - uses: checkout\n",
      .piece = "      - name: step % of ${{ github.ref }}\n        if: github.event_name == 'push'\n        env:\n"
               "          MODE: ${{ github.actor }}\n        run: |\n          make -j4 all\n"
               "          ./test --shard % > out.txt 2>&1\n"),
    W("scripts", .head = HEAD, .every = 3500, .group = "  job@:\n    steps:\n      - run: |\n",
      .piece = "          ./test --shard % --of 100 > \"$OUT\" && true\n"),
    W("blank-lines", .head = HEAD, .every = 100000, .group = "  job@:\n    steps:\n      - run: |\n          x\n",
      .piece = "\n", .tail = "          x\n"),
    W("comments", .head = ONE, .piece = "# comment % of many\n"),
    W("variables", .head = HEAD, .every = 1000, .group = JOB "    env:\n", .piece = "      NAME_%: value %\n"),
    W("expressions", .head = ONE, .every = 1000, .group = JOB "    needs: a\n    env:\n",
      .piece = "      N%: ${{needs.a.outputs.x}}\n"),
    W("one-text", .head = ONE, .every = 3500, .group = "\n" JOB "    env:\n      V: x", .piece = " ${{github.ref}}",
      .tail = "\n"),
    W("conditions", .head = ONE, .every = 700, .group = "\n" JOB "    if: 1", .piece = "&& github.actor!='bot%'",
      .tail = "\n"),
    W("needs", .make = made_needs),
    W("filters", .make = made_filters),
    W("matrix", .head = HEAD "  a:\n    steps: [{run: x}]\n    strategy:\n      matrix:\n        include:\n",
      .piece = "          - {os: debian-%, number: %} # and this is number % of many\n"),
    W("matrix-read",
      .head = HEAD "  a:\n    strategy:\n      matrix:\n        include:\n          - {k1: 1}\n          - {k2: 1}\n"
                   "          - {k3: 1}\n          - {k4: 1}\n    steps: [{run: x}]\n    env:\n",
      .every = 100000, .group = "      A: x\n      N: >-\n", .piece = "       ${{matrix.k4}}\n"),
    W("step-ids", .head = HEAD, .every = 250, .group = "  job@:\n    steps:\n",
      .piece = "      - {run: 'echo the number of this shard: %', id: step-%}\n"),
    W("steps-read", .head = HEAD, .every = 250, .group = "  job@:\n    steps:\n      - {run: x, id: a}\n",
      .piece = "      - {run: 'echo the number of this shard', id: step%, env: {V: '${{steps.a.outputs.x}}'}}\n"),
    W("aliases", .make = made_aliases),
    W("alias-text", .make = made_alias_text),
    W("one-line", .head = FLOW, .every = 200, .group = "]},\"j@\":{\"steps\":[{\"run\":\"x\"}",
      .piece = ",{\"run\":\"echo shard number %\"}", .tail = "]}}}"),
    W("not-ascii", .head = HEAD, .every = 1000, .group = JOB "    env:\n",
      .piece = "      N%: é€😀 ${{ 'Grüße' }} 日本語\n"),
    W("escapes", .head = ONE "    env:\n      V: \"", .every = 2000,
      .group = "x\"\n" JOB "    env:\n      V@: \"", .piece = "\\u00e9\\x41\\t\\\n          ", .tail = "\"\n"),
    W("anchors", .head = ONE, .every = 1000, .group = JOB "    env:\n", .piece = "      N%: &a% x\n"),
    W("paths", .head = ONE, .every = 1000, .group = JOB "    env:\n",
      .piece = "      N%: ${{github.event.a.b.c.d.e.f.g.h.i.j.k.l.m.n.o.p.q.r.s.t.u.v.w.x.y.z.a.b.c.d.e.f.g.h.i.j}}\n"),
    W("matrix-keys", .head = HEAD "  a:\n    strategy:\n      matrix:\n        include:\n", .every = 2,
      .group = "          - {first: 1, k@: 1}\n", .piece = "          - {k%: 1, name: '${{github.ref}}'} # number % of many\n",
      .tail = "    steps: [{run: x}]\n    env: {A: '${{matrix.k0}}', B: '${{matrix.first}}'}\n"),
    W("needs-read", .make = made_needs_read),
    W("steps-many", .make = made_steps_many),
    W("inputs-read", .make = made_inputs_read),
    W("self-calls", .make = made_self_calls),
    W("labels", .head = HEAD, .every = 250, .group = JOB "    runs-on:\n",
      .piece = "      - " X8(X8("label-")) "% ${{github.ref}}\n"),
    W("calls", .head = HEAD "  a: {uses: b}\n", .every = 1000,
      .group = "  job@:\n    uses: b\n    needs: a\n    with:\n",
      .piece = "      n%: ${{needs.a.outputs.x}}\n"),
    /* wrong ones */
    W("near-keys", .head = HEAD, .every = 250, .group = "  job@:\n    steps:\n",
      .piece = "      - {rum: 'echo the number of this shard', continue-on-eror: %}\n"),
    W("far-keys", .head = ONE, .every = 100000, .group = "    x: y\n", .piece = "    key-number-%: x\n"),
    W("keys", .head = ONE, .piece = "key-number-%: x\n", .tail = "key-number-1: y\n"),
    W("near-jobs", .head = HEAD "  number-one: {steps: [{run: x}]}\n", .every = 900,
      .group = JOB "    needs:\n", .piece = "      - number-%\n"),
    W("near-names", .head = ONE, .every = 1000, .group = JOB "    needs: a\n    env:\n",
      .piece = "      N%: ${{neds.a.outputs.x}}${{needs.b.outputs}}${{startWith(1)}}\n"),
    W("near-actions", .head = HEAD, .every = 250, .group = "  job@:\n    steps:\n",
      .piece = "      - uses: chekout # number % of many\n"),
    W("near-repos", .head = HEAD, .every = 250, .group = "  job@:\n    steps:\n",
      .piece = "      - {uses: checkout, with: {repo: bakend}} # and this is number % of many\n"),
    W("faults-one-line", .head = FLOW, .every = 200, .group = "]},\"j@\":{\"steps\":[{\"run\":\"x\"}",
      .piece = ",{\"rum\":\"echo shard number %\"}", .tail = "]}}}"),
    W("faults-one-text", .head = HEAD "  a:\n    steps: [{run: x}]\n    env:\n      V: |\n",
      .piece = "        text % ${{ a b }}\n"),
    W("faults-of-form", .head = HEAD, .every = 1000, .group = JOB "    env:\n",
      .piece = "      NUMBER_%: [x, 'of many that are there']\n"),
    W("faults-late", .make = made_faults_late),
    W("no-output", .head = HEAD "  a: {uses: b}\n", .every = 800,
      .group = "\n  job@:\n    steps: [{run: x}]\n    needs: a\n    if: 1", .piece = "||needs.a.outputs['it''s']",
      .tail = "\n"),
    W("exclude", .head = HEAD "  a:\n    steps: [{run: x}]\n    strategy:\n      matrix:\n        key-one: [1]\n"
                       "        key-two: [1]\n        exclude:\n",
      .piece = "          - {ky-one: %, ky-%: 1} # and this is number % of many\n"),
    W("script-exprs", .head = HEAD, .every = 250, .group = "  job@:\n    steps:\n",
      .piece = "      - run: echo number % of many ${{ github.ref }}\n"),
    W("case", .head = ONE,
      .piece = "  jOB%: {steps: [{run: " X8(X8(X8("x and y "))) "}]}\n"
               "  Job%: {steps: [{run: " X8(X8(X8("nine letters "))) "}]}\n"),
    W("circle", .make = made_circle),
    W("taken-away", .make = made_taken),
    W("deep-flow", .piece = "["),
    W("deep-map", .piece = "{a: "),
    W("deep-block", .piece = "- "),
    W("long-key", .head = "? ", .piece = "key ", .tail = "\n: x\n"),
    W("long-keys", .head = ONE, .piece = X8("ten letters") "%: x\n"),
    W("long-plain", .head = ONE "x: ", .piece = "word\n\n   "),
    W("open-quote", .head = ONE "x: \"", .piece = "word % "),
    W("open-braces", .head = ONE "    env:\n      V: >\n", .piece = "        ${{ 'word % '' \n"),
    W("bad-utf8", .head = HEAD, .every = 1000, .group = JOB "    env:\n", .piece = "      N%: é\n", .tail = "\xff"),
    W("control", .head = HEAD, .every = 1000, .group = JOB "    env:\n", .piece = "      N%: é\n", .tail = "\x01"),
    W("documents", .head = ONE, .piece = "--- x\n"),
    /* the small languages */
    X("chain", .head = "1", .piece = "&&github.a%.b!='it''s'"),
    X("groups", .head = "((((((((((((((((((((", .piece = "(1)||", .tail = "1))))))))))))))))))))"),
    X("calls", .head = "format('{0}',1", .every = 20, .group = ")&&format('{0}',1", .piece = ",github.x%", .tail = ")"),
    X("text", .head = "'", .piece = "'''' %", .tail = "'"),
    X("index", .head = "a", .every = 40, .group = "||a", .piece = "['it''s']"),
    X("wrong", .piece = "github . "),
    X("open", .piece = "!("),
    G("stars", .piece = "*a", .tail = "b*"),
    G("repeats", .piece = "a+", .tail = "[bc]"),
    G("optional", .piece = "a?"),
    G("classes", .piece = "[a-bx-yz]*"),
    G("folders", .piece = "**/a/"),
    G("not-ascii", .piece = "é*"),
    C("lists", .head = "0", .piece = ",1-59/7", .tail = " 0 29 2 0"),
    C("leap", .head = "59", .piece = ",59", .tail = " 23 29 2 *"),
    J("keys", .head = "{\"inputs\":{\"a\":1", .piece = ",\"key number %\":\"value %\"", .tail = "}}"),
    J("deep", .make = made_json_deep),
    J("numbers", .head = "[0", .piece = ",%.5e3"),
    J("escapes", .head = "{\"a\":\"", .piece = "\\u00e9\\n", .tail = "\"}"),
    J("objects", .head = "[{}", .piece = ",{\"a\":{\"b\":[]}}", .tail = "]"),
    J("twice", .head = "{\"a\":1", .piece = ",\"k%\":1", .tail = ",\"k1\":2}"),
};
const size_t n_texts = ARRAY_LEN(texts);

size_t text_most(enum text_kind kind)
{
    static const size_t most[] = {[TEXT_WORKFLOW] = YAML_BYTES,
                                  [TEXT_EXPRESSION] = EXPR_LENGTH,
                                  [TEXT_GLOB] = 1024,
                                  [TEXT_CRON] = 512,
                                  [TEXT_JSON] = 256 << 10}; /* a workflow started by hand: server/api/dispatch.c */
    return most[kind];
}

static void put(struct buf *out, const char *form, size_t piece, size_t group)
{
    for (; *form; form++)
        if (*form == '%')
            buf_int(out, (int64_t)piece);
        else if (*form == '@')
            buf_int(out, (int64_t)group);
        else
            buf_chr(out, *form);
}

void text_make(const struct text *t, size_t bytes, struct buf *out)
{
    size_t tail = t->tail ? strlen(t->tail) : 0;
    buf_clear(out);
    if (t->make) {
        t->make(out, bytes);
        return;
    }
    buf_str(out, t->head ? t->head : "");
    for (size_t i = 0;; i++) {
        size_t before = out->n, group = t->every ? i / t->every : 0;
        if (t->every && i % t->every == 0)
            put(out, t->group, i, group);
        put(out, t->piece, i, group);
        if (out->n + tail > bytes) {
            out->n = before;
            break;
        }
    }
    buf_str(out, t->tail ? t->tail : "");
}
