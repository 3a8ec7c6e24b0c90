// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { areaPath, barPath, highest, linePath, msTicks, nearest, ticks, timeTicks, wholeTicks } from '../../server/dash/web/lib/shape.js';

const x = (i) => i * 10, y = (v) => 100 - v;

test('ticks are round, begin at 0 and reach the highest value', () => {
  for (const high of [0.003, 0.7, 1, 3, 7, 10, 99, 100, 101, 12345, 9e6]) {
    const all = ticks(high);
    assert.equal(all[0], 0);
    assert.ok(all.at(-1) >= high, `${all} reaches ${high}`);
    assert.ok(all.length <= 6, `${all} for ${high}`);
  }
  assert.deepEqual(wholeTicks(0), [0, 1, 2, 3, 4]);
  assert.deepEqual(msTicks(50000), [0, 15000, 30000, 45000, 60000]);
  assert.ok(msTicks(90 * 86400000).length <= 6);
});

test('ticks of time are round in the zone of the reader', () => {
  const day = timeTicks(1000000, 1000000 + 86400, 8, 3600);
  assert.equal(day.step, 10800);
  assert.ok(day.all.every((t) => (t + 3600) % 10800 === 0));
  assert.ok(day.all.length <= 9);
});

test('what is not known leaves a gap, and one value alone is a dash', () => {
  assert.equal(linePath([1, 2, null, 3, undefined], x, y), 'M0 99L10 98M28 97h4');
  assert.equal(linePath([], x, y), '');
  assert.equal(areaPath([1, null, 2, 3], x, y), 'M0 100L0 99L0 100ZM20 100L20 98L30 97L30 100Z');
});

test('bars stand on one another', () => {
  const below = [];
  assert.equal(barPath([10, 0, null], below, x, y, 4), 'M-2 100V90h4V100Z');
  assert.equal(barPath([5, 3, null], below, x, y, 4), 'M-2 90V85h4V90ZM8 100V97h4V100Z');
  assert.equal(highest([{ values: [10, 0] }, { values: [5, 3] }], 'bars'), 15);
  assert.equal(highest([{ values: [10, null] }, { values: [5, 12] }], 'line'), 12);
});

test('the nearest column is found', () => {
  assert.equal(nearest([0, 1, 2], x, 14), 1);
  assert.equal(nearest([0, 1, 2], x, -50), 0);
  assert.equal(nearest([], x, 3), null);
});
