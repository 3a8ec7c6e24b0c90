// SPDX-License-Identifier: Apache-2.0
// Logs that grow: lines, groups, search, addresses, and what of a hundred thousand lines is laid out.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { classesOf } from '../../server/dash/web/lib/ansi.js';
import { LINE_MOST, LogLines, commandOf, cutOf, hashOf, highlight, nextOf, placeOf, previousOf, search, topOf, windowOf } from '../../server/dash/web/lib/loglines.js';

const bytes = (text) => new TextEncoder().encode(text);
const logOf = (text) => {
  const log = new LogLines();
  log.append(bytes(text));
  return log;
};

test('a log is the same however it is cut into pieces', () => {
  const text = 'äöü\r\n::group::one ☃\n\x1b[31mred\nstill\n::endgroup::\nlast 👩‍🔧\n::group::two\nopen';
  const whole = logOf(text);
  const all = bytes(text);
  for (let size = 1; size < all.length; size++) {
    const log = new LogLines();
    for (let at = 0; at < all.length; at += size) log.append(all.subarray(at, at + size));
    assert.deepEqual(log.lines, whole.lines);
    assert.deepEqual(log.groups, whole.groups);
    assert.equal(log.offset, all.length);
    assert.deepEqual([0, 1, 2, 3, 4].map((i) => classesOf(log.styleOf(i))), ['', '', '', 'a-f1', 'a-f1']);
  }
  assert.equal(whole.lines.length, 8);
  assert.equal(whole.lines[0], 'äöü');
  assert.deepEqual(whole.groups, [{ from: 1, to: 4, title: 'one ☃' }, { from: 6, to: null, title: 'two' }]);
});

test('a line without an end is a line, and is written on', () => {
  const log = logOf('a\nb');
  assert.deepEqual(log.lines, ['a', 'b']);
  log.append(bytes('c\n'));
  assert.deepEqual(log.lines, ['a', 'bc']);
  log.append(bytes('d'));
  assert.deepEqual(log.lines, ['a', 'bc', 'd']);
});

test('what has no end for megabytes is cut into lines', () => {
  const log = logOf('x'.repeat(LINE_MOST * 2 + 5));
  log.append(bytes('y\nz'));
  assert.deepEqual(log.lines.map((l) => l.length), [LINE_MOST, LINE_MOST, 6, 1]);
  assert.deepEqual(cutOf('x'.repeat(9000), 4000), { text: 'x'.repeat(4000), more: 5000 });
  assert.deepEqual(cutOf('abc', 4000), { text: 'abc', more: 0 });
  assert.deepEqual(cutOf('1%\r'.repeat(5000) + '100%', 4000), { text: '100%', more: 0 });
});

test('commands are known, and nothing else is', () => {
  assert.deepEqual(commandOf('::error file=a.c,line=3::it broke'), { name: 'error', properties: 'file=a.c,line=3', text: 'it broke' });
  assert.deepEqual(commandOf('::group::a::b'), { name: 'group', properties: '', text: 'a::b' });
  for (const text of ['std::group::x', '::nonsense::x', 'error: x', '::error']) assert.equal(commandOf(text), null, text);
});

test('folding takes lines away, and a line that is wanted comes back', () => {
  const log = logOf('0\n::group::g\n2\n3\n::endgroup::\n5\n::group::h\n7\n');
  assert.equal(log.shown(), null);
  log.foldAll();
  assert.deepEqual(log.shown(), [0, 1, 5, 6]);
  assert.equal(log.rowOf(3), 1);
  assert.equal(log.rowOf(5), 2);
  log.append(bytes('8\n')); // it grows within a closed group
  assert.deepEqual(log.shown(), [0, 1, 5, 6]);
  log.reveal(3);
  assert.deepEqual(log.shown(), [0, 1, 2, 3, 4, 5, 6]);
  assert.equal(log.groupOf(8).title, 'h');
  assert.equal(log.groupOf(5), null);
});

test('search finds in either case and goes around', () => {
  const log = logOf('One\ntwo\n\x1b[31mO\x1b[0mNE\nthree\n');
  assert.deepEqual(search(log, 'one'), [0, 2]);
  assert.deepEqual(search(log, 'one', 1), [2]);
  assert.deepEqual(search(log, ''), []);
  assert.equal(nextOf([0, 2], 0), 1);
  assert.equal(nextOf([0, 2], 2), 0);
  assert.equal(previousOf([0, 2], 0), 1);
  assert.equal(previousOf([0, 2], 1), 0);
});

test('finds are cut out of spans, also over their borders', () => {
  const cut = (texts, wanted) => highlight(texts.map((text) => ({ text })), wanted).map((s) => (s.hit ? `[${s.text}]` : s.text)).join('');
  assert.equal(cut(['abcabc'], 'BC'), 'a[bc]a[bc]');
  assert.equal(cut(['ab', 'ca'], 'bc'), 'a[b][c]a');
  assert.equal(cut(['aaaa'], 'aa'), '[aa][aa]');
  assert.equal(cut(['x'], 'y'), 'x');
});

test('addresses of lines', () => {
  const step = '0app9qqxg0003';
  assert.deepEqual(placeOf(`#step-${step}:L120-L130`), { step, from: 120, to: 130 });
  assert.deepEqual(placeOf(`#step-${step}:L7`), { step, from: 7, to: 7 });
  assert.deepEqual(placeOf(`#step-${step}`), { step, from: null, to: null });
  assert.deepEqual(placeOf(`#step-${step}:L9-L3`), { step, from: 3, to: 9 });
  for (const bad of ['', '#', '#step-x', `#step-${step}:L`, `#step-${step}:Lx`, `#step-${step}"><b>`]) assert.equal(placeOf(bad), null, bad);
  assert.equal(hashOf(step, 130, 120), `#step-${step}:L120-L130`);
  assert.equal(hashOf(step, 5, 5), `#step-${step}:L5`);
  assert.equal(hashOf(step), `#step-${step}`);
});

test('of many lines only those that are seen are laid out', () => {
  const at = (scrollTop, extra) => windowOf({ count: 100000, height: 20, extra, scrollTop, view: 600, more: 10 });
  assert.deepEqual(at(0), { first: 0, last: 41, top: 0, total: 2000000 });
  assert.deepEqual(at(1000000), { first: 49990, last: 50041, top: 999800, total: 2000000 });
  assert.equal(at(2000000).last, 100000);
  const extra = new Map([[3, 1000]]);
  assert.equal(at(0, extra).total, 2001000);
  assert.equal(at(500, extra).first, 0); // inside of the high row
  assert.deepEqual(at(3000, extra), { first: 90, last: 141, top: 2800, total: 2001000 });
  assert.equal(topOf(4, 20, extra), 1080);
});

test('a hundred thousand lines are taken, folded and searched in time', () => {
  const began = performance.now();
  const log = logOf(Array.from({ length: 100000 }, (_, i) => (i % 100 ? `line ${i} \x1b[32mok\x1b[0m` : `::group::${i}`)).join('\n'));
  assert.equal(log.lines.length, 100000);
  log.foldAll();
  assert.equal(log.shown().length, 1000);
  assert.equal(search(log, 'line 99999 ok').length, 1);
  assert.ok(performance.now() - began < 20000);
});
