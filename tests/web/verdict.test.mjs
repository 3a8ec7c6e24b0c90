// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { complaints, goings } from '../../server/dash/web/lib/verdict.js';

const well = {
  overview: {
    now: { queue: 2, oldest_wait_s: 12, running: 1, slots: 4, slots_busy: 3, effects_waiting: 5, effects_dead: 0, approvals: 0,
      deliveries_undecided: 1, forges: [{ forge: 'github', breaker: 'closed', budgets: [{ limit: 'core', left: 4000, of: 5000 }] }] },
    span: { runs: 100, success_rate: 0.97 },
  },
  stats: { ready: true, draining: false, store: 'writable', tokens: [{ forge: 'gitlab', expires_in_s: 90 * 86400 }] },
  queue: { paused: false }, hooks: { hooks: [] },
};
const texts = (changes, now = {}, span = {}) => complaints({ ...well, overview: { now: { ...well.overview.now, ...now }, span: { ...well.overview.span, ...span } }, ...changes })
  .map((c) => `${c.level} ${c.text}`);

test('nothing is said where all is well, or nothing is known yet', () => {
  assert.deepEqual(texts({}), []);
  assert.deepEqual(complaints({}), []);
  assert.deepEqual(complaints({ overview: null, stats: null, queue: null, hooks: null }), []);
});

test('each thing that is wrong is said, the worst first, with a way to it', () => {
  assert.deepEqual(texts({}, { effects_dead: 2, oldest_wait_s: 301 }), ['bad 2 dead effects', 'warn queue older than 5 min']);
  assert.deepEqual(texts({}, { oldest_wait_s: 7300 }), ['bad queue older than 2 h 01 min']);
  assert.deepEqual(texts({}, { oldest_wait_s: 7200 }), ['bad queue older than 2 h']);
  assert.deepEqual(texts({}, { approvals: 1 }), ['warn 1 question to people']);
  assert.deepEqual(texts({}, { deliveries_undecided: 21 }), ['warn 21 deliveries not decided about']);
  assert.deepEqual(texts({}, { forges: [{ forge: 'a', breaker: 'probing', budgets: [] }, { forge: 'b', breaker: 'open', waiting: 2, budgets: [{ limit: 'x', left: -3, of: 60 }] },
    { forge: 'c', breaker: 'closed', waiting: 0, budgets: [{ limit: 'x', left: 0, of: 60 }] }] }),
    ['bad b does not answer', 'warn a is tried again', 'warn b: 0 % of "x" left']);
  assert.deepEqual(texts({}, {}, { success_rate: 0.4 }), ['warn only 40 % of the runs succeeded']);
  assert.deepEqual(texts({}, {}, { success_rate: 0.4, runs: 4 }), []);
  assert.deepEqual(texts({}, {}, { success_rate: null }), []);
  assert.deepEqual(texts({ queue: { paused: true }, hooks: { hooks: [{}] } }), ['warn the queue is paused', 'warn 1 webhook that brings nothing']);
  assert.deepEqual(texts({ stats: { ready: false, store: 'full', tokens: [{ forge: 'g', expires_in_s: 0 }, { forge: 'h', expires_in_s: 86400 }] } }),
    ['bad no work is taken: the store is full', 'bad the token of g has ended', 'warn the token of h ends in 1 d 0 h']);
  assert.ok(complaints({ ...well, queue: { paused: true } }).every((c) => c.href.startsWith('/')));
});

test('what goes on is one sentence', () => {
  assert.equal(goings(well.overview.now), '1 run under way, 2 jobs wait, 3 of 4 slots busy');
  assert.equal(goings({ running: 0, queue: 0, slots: 1, slots_busy: 0 }), 'nothing runs, 0 of 1 slot busy');
  assert.equal(goings(undefined), '');
});
