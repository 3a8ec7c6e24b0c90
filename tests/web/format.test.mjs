// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bytes, count, duration, durationShort, parseTime, percent, plural, refName, relative, visible } from '../../server/dash/web/lib/format.js';

test('durations have one form each, and never say 60 of a unit', () => {
  const rows = [
    [0, '0 ms'], [-5, '0 ms'], [999.4, '999 ms'], [999.6, '1.0 s'], [1000, '1.0 s'], [9999, '9.9 s'], [12340, '12.3 s'], [59949, '59.9 s'],
    [59990, '59.9 s'], [60000, '1 min 00 s'], [245000, '4 min 05 s'], [3599999, '59 min 59 s'], [7380000, '2 h 03 min'], [273600000, '3 d 4 h'],
  ];
  for (const [ms, text] of rows) assert.equal(duration(ms), text);
  assert.equal(duration(null), '–');
  assert.equal(durationShort(90000), '1.5m');
  assert.equal(durationShort(12000), '12s');
});

test('a share that is not whole is never shown as 100 %', () => {
  assert.equal(percent(1), '100 %');
  assert.equal(percent(0.9999), '99.9 %');
  assert.equal(percent(0.5), '50 %');
  assert.equal(percent(0), '0 %');
  assert.equal(percent(undefined), '–');
});

test('times are told by their distance, also those to come', () => {
  const now = Date.UTC(2026, 10, 30, 12);
  assert.equal(relative(now - 1000, now), 'just now');
  assert.equal(relative(now - 59000, now), '59 s ago');
  assert.equal(relative(now - 3600000, now), '1 h ago');
  assert.equal(relative(now + 300000, now), 'in 5 min');
  assert.match(relative(now - 40 * 86400000, now), /^21 Oct$/);
  assert.equal(parseTime('2026-11-30T12:00:00.000Z'), now);
  assert.equal(parseTime('soon'), null);
  assert.equal(parseTime(undefined), null);
});

test('numbers, bytes and refs', () => {
  assert.equal(count(1234567), '1,234,567');
  assert.equal(count(NaN), '–');
  assert.equal(bytes(1536), '1.5 KiB');
  assert.equal(bytes(12), '12 B');
  assert.equal(plural(1, 'effect'), '1 effect');
  assert.equal(plural(2, 'delivery', 'deliveries'), '2 deliveries');
  assert.equal(refName('refs/heads/feature/x'), 'feature/x');
  assert.equal(refName('refs/pull/7/head'), '#7');
  assert.equal(refName('refs/merge-requests/3/head'), '!3');
  assert.equal(refName(null), '');
});

test('what turns text around, or is not seen, is shown by its number', () => {
  assert.equal(visible('a\u202egnirts\u202c b'), 'a‹U+202E›gnirts‹U+202C› b');
  assert.equal(visible('\u001b[31mred\u0007\u2028'), '‹U+001B›[31mred‹U+0007›‹U+2028›');
  assert.equal(visible('a\tb\nc'), 'a b c');
  assert.equal(visible('👩‍👩‍👧 مرحبا é'), '👩‍👩‍👧 مرحبا é');
});
