// SPDX-License-Identifier: Apache-2.0
// When jobs waited and ran, as shares of the run.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ganttOf, stateOfAttempt, ticksOf, timesOf } from '../../server/dash/web/lib/geometry.js';

const at = (s) => new Date(1e12 + s * 1000).toISOString();
const attempt = (from, to, more) => ({ id: `t${from}`, no: 1, role: 'step', state: to === null ? 'intent' : 'exited', class: null,
  created_at: at(from), ended_at: to === null ? null : at(to), ...more });
const step = (...attempts) => ({ id: 's', name: 'a step', state: 'done', conclusion: 'success', attempts });
const job = (key, ready, began, ended, more) => ({ id: key, parent: null, key, name: key, kind: 'steps', repository: 'github:acme/api', hold: null,
  state: ended === null ? (began === null ? 'ready' : 'running') : 'done', conclusion: ended === null ? null : 'success',
  ready_at: ready === null ? null : at(ready), started_at: began === null ? null : at(began), ended_at: ended === null ? null : at(ended), steps: [], ...more });
const run = (jobs, ended = 100) => ({ created_at: at(0), ended_at: ended === null ? null : at(ended), state: ended === null ? 'running' : 'done', jobs });
const bars = (row) => row.bars.map((b) => [b.kind, Math.round(b.x * 100), Math.round(b.w * 100)]);

test('what waited, what ran, by repository', () => {
  const g = ganttOf(run([
    job('a', 0, 10, 40, { steps: [step(attempt(10, 40))] }),
    job('b', 40, 40, 100, { repository: 'gitlab:acme/web' }),
    job('c', 45, 50, 60),
  ]), 0);
  assert.deepEqual(g.groups.map((x) => [x.repository, x.rows.map((r) => r.job.key)]), [['github:acme/api', ['a', 'c']], ['gitlab:acme/web', ['b']]]);
  const [a, c] = g.groups[0].rows;
  assert.deepEqual(bars(a), [['wait', 0, 10], ['run', 10, 30]]);
  assert.deepEqual(bars(c), [['wait', 45, 5], ['run', 50, 10]]);
  assert.deepEqual(bars(g.groups[1].rows[0]), [['run', 40, 60]]);
  assert.deepEqual(bars({ bars: a.steps[0].bars }), [['attempt', 10, 30]]);
});

test('a run that goes on reaches to now', () => {
  const g = ganttOf(run([job('a', 0, 0, null, { steps: [step(attempt(0, 20, { class: 'network' }), attempt(30, null))] }), job('b', 10, null, null)], null), 1e12 + 50000);
  const [a, b] = g.groups[0].rows;
  assert.deepEqual(bars(a), [['run', 0, 100]]);
  assert.deepEqual(a.steps[0].bars.map((x) => [x.state, x.x, x.w]), [['failure', 0, 0.4], ['running', 0.6, 0.4]]);
  assert.deepEqual(bars(b), [['wait', 20, 80]]);
});

test('one on hold shows since when', () => {
  const g = ganttOf(run([job('a', 0, 0, null, { state: 'waiting', hold: 'recovery', hold_at: at(20), steps: [step(attempt(0, 20, { class: 'test' }))] })], null), 1e12 + 100000);
  assert.deepEqual(bars(g.groups[0].rows[0]), [['run', 0, 100], ['hold', 20, 80]]);
  const asked = ganttOf(run([job('a', null, null, null, { state: 'waiting', hold: 'approval', hold_at: at(50) })], null), 1e12 + 100000);
  assert.deepEqual(bars(asked.groups[0].rows[0]), [['hold', 50, 50]]);
});

test('a matrix stands over its legs, and what was skipped has no bar', () => {
  const g = ganttOf(run([job('m', 0, null, 60, { kind: 'matrix' }), job('x', null, null, 5, { conclusion: 'skipped' }),
    job('m (1)', 0, 10, 30, { parent: 'm' }), job('m (2)', 0, 20, 60, { parent: 'm' })]), 0);
  assert.deepEqual(g.groups[0].rows.map((r) => [r.job.key, r.depth]), [['m', 0], ['m (1)', 1], ['m (2)', 1], ['x', 0]]);
  assert.deepEqual(bars(g.groups[0].rows[0]), [['run', 10, 50]]);
  assert.deepEqual(bars(g.groups[0].rows[3]), []);
});

test('nothing leaves the picture, whatever the clocks say', () => {
  const g = ganttOf(run([job('a', -50, -20, 500)], 1), 0);
  for (const b of g.groups[0].rows[0].bars) assert.ok(b.x >= 0 && b.w >= 0 && b.x + b.w <= 1.0000001);
  assert.equal(ganttOf(run([], 0), 0).groups.length, 0);
});

test('ticks are round and few', () => {
  assert.deepEqual(ticksOf(60000).map((t) => t.ms), [0, 10000, 20000, 30000, 40000, 50000, 60000]);
  assert.deepEqual(ticksOf(90000, 3).map((t) => t.ms), [0, 30000, 60000, 90000]);
  for (const ms of [1, 99, 1234, 5e5, 9e7, 9e9]) assert.ok(ticksOf(ms).length <= 7, String(ms));
});

test('how an attempt ended, and how long a job waited', () => {
  assert.equal(stateOfAttempt({ state: 'exited', class: null }), 'success');
  assert.equal(stateOfAttempt({ state: 'exited', class: 'timeout' }), 'timed_out');
  assert.equal(stateOfAttempt({ state: 'lost', class: 'lost' }), 'error');
  assert.deepEqual(timesOf(job('a', 0, 10, 40), 0), { waited: 10000, ran: 30000 });
  assert.deepEqual(timesOf(job('a', null, null, null), 0), { waited: null, ran: null });
});
