// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { barsOf, doneAbout, isNew, lineWith, passShare, plain, saidOf } from '../../server/dash/web/lib/errors.js';
import { leaning, storyOf } from '../../server/dash/web/lib/recoveries.js';

test('a failure is said by its line where a rule found one, else by what is known', () => {
  assert.deepEqual(saidOf({ evidence: { text: 'rule compiler matched: a.c:1: error: x' } }), { text: 'a.c:1: error: x', rule: 'compiler', line: 'a.c:1: error: x' });
  assert.deepEqual(saidOf({ evidence: { text: '1 of 2 tests failed' }, detail: 'exit code 1' }), { text: '1 of 2 tests failed', rule: null, line: null });
  assert.equal(saidOf({ evidence: null, detail: 'exit code 1' }).text, 'exit code 1');
  assert.equal(saidOf({ evidence: null, detail: null, class: 'lost' }).text, 'lost: nothing was said');
  assert.equal(saidOf({ evidence: { text: 'rule x matched: two\nlines' } }).text, 'two\nlines');
});

test('what a terminal would do is left out of output', () => {
  assert.equal(plain('\x1b[31mred\x1b[0m \x1b]0;title\x07x\r\n\ty\x00\x1b(B'), 'red x\n\tyB');
  assert.equal(plain(null), '');
  assert.equal(saidOf({ evidence: { text: 'rule x matched: \x1b[1mbold' } }).text, 'bold');
});

test('a failure is new when it was met first within the time shown', () => {
  const at = (first_at) => isNew({ first_at }, '2026-11-24T00:00:00.000Z');
  assert.ok(at('2026-11-24T00:00:00.000Z') && at('2026-11-30T00:00:00.000Z'));
  assert.ok(!at('2026-11-23T23:59:59.999Z') && !at(null));
});

test('what was done is counted by what it was, the most used first', () => {
  const done = doneAbout({ recoveries: [{ strategy: 'retry', outcome: 'failed', count: 1 }, { strategy: 'testfix', outcome: 'recovered', count: 4 },
    { strategy: 'retry', outcome: 'refused', count: 2 }, { strategy: 'retry', outcome: 'unheard-of', count: 1 }] });
  assert.deepEqual(done.map((d) => [d.strategy, d.all, d.recovered, d.failed, d.refused, d.open]), [['retry', 4, 0, 1, 2, 0], ['testfix', 4, 4, 0, 0, 0]]);
  assert.equal(passShare({ passed: 0, failed: 0 }), null);
  assert.equal(passShare({ passed: 1, failed: 3 }), 0.25);
});

test('the line of a log is found by the last place of the text', () => {
  assert.equal(lineWith('a\nb error\nc\nb error\n', 'b error'), 4);
  assert.equal(lineWith('error', 'error'), 1);
  assert.equal(lineWith('a\nb', 'x'), 0);
  assert.equal(lineWith('a\nb', null), 0);
});

test('bars are as high as their share, and none is so small that it is not seen', () => {
  assert.equal(barsOf([0, 0], 5, 20), '');
  assert.equal(barsOf([2, 1, 0], 5, 20), 'M0 20h4v-20h-4zM5 20h4v-10h-4z');
  assert.equal(barsOf([null, 1], 5, 20), 'M5 20h4v-20h-4z'); // not counted
  assert.match(barsOf([1000, 1], 5, 20), /M5 20h4v-1\.5h-4z$/);
});

test('a recovery is told in a line, and a test that was green for long is calm', () => {
  assert.equal(storyOf({ strategy: 'testfix', detail: 'run again', tests: ['a', 'b'] }), 'testfix of a and 1 more: run again');
  assert.equal(storyOf({ strategy: 'retry', detail: null, tests: null }), 'retry');
  assert.equal(leaning({ flips: 9, greens: 20 }).of, 'success');
  assert.equal(leaning({ flips: 2, greens: 19 }).text, 'flips');
  assert.equal(leaning({ flips: 1, greens: 0 }).of, 'warning');
});
