// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { explain, facts, jobSentence } from '../../server/dash/web/lib/explained.js';
import { brief, Exact, jsonText, kindOf, parse, sizeOf } from '../../server/dash/web/lib/payload.js';

const job = (key, more) => ({ key, repo: null, needs: [], if: null, runs: true, ...more });
const workflow = (name, more) => ({ name, file: `workflows/${name}.yml`, matched: false, reason: 'on: "push" is not listed', filters: [], plan: null, ...more });

test('each workflow is a sentence: that it starts with how many jobs, or the reason why not', () => {
  const rows = explain({
    workflows: [
      workflow('other'),
      workflow('near', { reason: 'branches: "x" is not wanted', filters: [{ key: 'branches', value: 'x', matched: false }] }),
      workflow('ci', { matched: true, reason: null, plan: { priority: 'normal', jobs: [job('a'), job('b', { runs: null }), job('c', { runs: false })] } }),
      workflow('odd', { matched: true, reason: null, plan: { jobs: [], problem: 'a needs a' } }),
    ],
    compared: [{ workflow: 'ci', file: 'workflows/ci.yml', then: true, now: true, run: 'R1', reason: null }],
    runs: [{ id: 'R1', workflow: 'ci', state: 'done', conclusion: 'success' }],
  });
  assert.deepEqual(rows.map((r) => r.name), ['ci', 'odd', 'near', 'other']);
  assert.equal(rows[0].sentence, 'It starts as it did: 1 job runs, of 1 it is known when it starts, 1 does not.');
  assert.equal(rows[0].run.conclusion, 'success');
  assert.equal(rows[0].changed, null);
  assert.equal(rows[1].sentence, 'It starts, and cannot be planned: a needs a.');
  assert.equal(rows[2].sentence, 'It does not start: branches: "x" is not wanted.');
});

test('what differs from then is said, also of what is not there any more', () => {
  const rows = explain({
    workflows: [workflow('ci'), workflow('new', { matched: true, reason: null, plan: { jobs: [job('a')] } })],
    compared: [
      { workflow: 'ci', file: 'workflows/ci.yml', then: true, now: false, run: 'R1', reason: 'on: "push" is not listed' },
      { workflow: 'gone', file: 'workflows/gone.yml', then: true, now: false, run: 'R2', reason: 'no such workflow in this configuration' },
    ],
    runs: [{ id: 'R1', state: 'done', conclusion: 'failure' }],
  });
  const of = (name) => rows.find((r) => r.name === name);
  assert.equal(of('ci').changed, 'It started then, and would not start now.');
  assert.equal(of('new').changed, 'It did not start then, and would start now.');
  assert.equal(of('gone').sentence, 'It does not start: no such workflow in this configuration.');
  assert.equal(of('gone').run.id, 'R2');
});

test('jobs and facts are words', () => {
  assert.equal(jobSentence(job('a', { repo: 'web', needs: ['b', 'c'], if: 'success()', runs: null, note: 'a matrix' })),
    'in web, after b, c, if success(): known when it starts (a matrix)');
  assert.equal(jobSentence(job('a')), 'runs');
  const of = Object.fromEntries(facts({ name: 'push', action: null, ref: 'refs/heads/x', before: '0'.repeat(40), after: 'a'.repeat(40), trusted: false, sender: { login: 'ann', bot: true } }));
  assert.equal(of.Commit, 'aaaaaaaaaa');
  assert.equal(of.Before, undefined);
  assert.equal(of.Sender, 'ann (a bot)');
  assert.equal(of.Trusted, 'no: without secrets');
  assert.deepEqual(facts(null), []);
});

test('a payload is read as it was written: forms, large numbers, strange names', () => {
  assert.equal(jsonText('payload=%7B%22a%22%3A1%7D&x=2', true), '{"a":1}');
  assert.equal(jsonText('x=2', true), null);
  const big = parse('{"id":12345678901234567890,"n":7}');
  assert.ok(!(big.id instanceof Exact) || big.id.source === '12345678901234567890');
  assert.equal(big.n, 7);
  assert.equal(Object.hasOwn(parse('{"__proto__":{"x":1}}'), '__proto__'), true);
  assert.throws(() => parse('{'));
  assert.equal(kindOf(null), 'null');
  assert.equal(kindOf(new Exact('9')), 'number');
  assert.equal(brief([]), '[ ]');
  assert.equal(brief([1, 2]), '2 items');
  assert.equal(brief({ a: 1, b: 2, c: 3, d: 4, e: 5 }), 'a, b, c, d, and 1 more');
  assert.equal(sizeOf({ a: [1, 2, 3] }, 100), 5);
  assert.ok(sizeOf(Array.from({ length: 100000 }, () => 1), 50) <= 51);
});
