// SPDX-License-Identifier: Apache-2.0
// Lines of logs: what is colour, what is dropped, what is made visible.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PLAIN, applySgr, classesOf, colour256, coloursOf, plainOf, readLine, readable, styleAfter } from '../../server/dash/web/lib/ansi.js';

const spans = (text) => readLine(text).spans.map((s) => [s.text, classesOf(s.style)]);

test('colours and their ends', () => {
  assert.deepEqual(spans('a\x1b[1;31mred\x1b[22mthin\x1b[0mb'), [['a', ''], ['red', 'a-bold a-f1'], ['thin', 'a-f1'], ['b', '']]);
  assert.deepEqual(spans('\x1b[97;104mx\x1b[39;49my'), [['x', 'a-f15 a-b12'], ['y', '']]);
  assert.deepEqual(spans('\x1b[3;4;9mx\x1b[23;24;29my\x1b[mz'), [['x', 'a-italic a-underline a-strike'], ['y', ''], ['z', '']]);
  assert.deepEqual(spans('\x1b[4:3mx\x1b[4:0my'), [['x', 'a-underline'], ['y', '']]);
});

test('256 and 24 bit colours, with semicolons and colons', () => {
  assert.equal(colour256(9), 9);
  assert.equal(colour256(16), '#000000');
  assert.equal(colour256(196), '#ff0000');
  assert.equal(colour256(110), '#87afd7');
  assert.equal(colour256(232), '#080808');
  assert.equal(colour256(255), '#eeeeee');
  const fg = (params) => applySgr(PLAIN, params).fg;
  assert.equal(fg('38;5;196'), '#ff0000');
  assert.equal(fg('38;5;3'), 3);
  assert.equal(fg('38;2;1;20;255'), '#0114ff');
  assert.equal(fg('38:2::1:20:255'), '#0114ff');
  assert.equal(fg('38:2:1:20:255'), '#0114ff');
  assert.equal(fg('38:5:196'), '#ff0000');
  assert.equal(fg('38;2;1;20;256'), null);
  assert.equal(fg('38;5'), null);
  assert.equal(fg('38;5;196;32'), 2);
  assert.equal(fg('58;5;196;32'), 2); // the colour of a line beneath is nothing of ours, and takes its parameters
  assert.equal(applySgr(PLAIN, '48;5;21').bg, '#0000ff');
});

test('what cannot be read is made readable', () => {
  assert.notEqual(readable('#000080'), '#000080');
  assert.equal(readable('#ffee00'), '#ffee00');
  assert.equal(coloursOf(applySgr(PLAIN, '31')), null);
  assert.deepEqual(coloursOf(applySgr(PLAIN, '38;2;255;255;0;48;2;255;255;255')), { backgroundColor: '#ffffff', color: '#000000' });
  assert.equal(coloursOf(applySgr(PLAIN, '7;38;2;0;0;0')).backgroundColor, '#000000');
});

test('all other sequences are dropped', () => {
  for (const s of ['\x1b[2J', '\x1b[1;1H', '\x1b[?25l', '\x1b[?1049h', '\x1b]0;title\x07', '\x1b]8;;https://evil.example\x1b\\',
    '\x1b]1337;File=:' + 'A'.repeat(9000) + '\x07', '\x1bP1;2q##\x1b\\', '\x1b_x\x1b\\', '\x1b(B', '\x1b=', '\x1b#8', '\x1b[>4;1m', '\x1b[1 q'])
    assert.equal(plainOf(`a${s}b`), 'ab', JSON.stringify(s));
  assert.equal(plainOf('a\x1b[31'), 'a');
  assert.equal(plainOf('a\x1b]0;never ended'), 'a');
  assert.equal(plainOf('a\x1b]0;x\x1b[31mb'), 'ab');
  assert.equal(plainOf('end\x1b'), 'end^[');
  assert.equal(plainOf('\x1b\u0007x'), '^[^Gx');
});

test('a carriage return writes over', () => {
  assert.equal(plainOf('10%\r20%\r100%'), '100%');
  assert.equal(plainOf('abcdef\rxy'), 'xycdef');
  assert.equal(plainOf('abcdef\r\x1b[Kxy'), 'xy');
  assert.equal(plainOf('abc\x1b[2K\rd'), 'd  ');
  assert.equal(plainOf('abc\b\bx'), 'axc');
  assert.equal(plainOf('abc\r'), 'abc');
  assert.deepEqual(spans('\x1b[31mabc\r\x1b[32mx'), [['x', 'a-f2'], ['bc', 'a-f1']]);
});

test('tabs are blanks up to the next column of eight', () => {
  assert.equal(plainOf('a\tb'), 'a       b');
  assert.equal(plainOf('12345678\tb'), '12345678        b');
});

test('what hides or turns text around is visible, and marked', () => {
  const { spans: s } = readLine('a\u202Eb\u2066c\u200b\ufeff');
  assert.equal(s.map((x) => x.text).join(''), 'a‹U+202E›b‹U+2066›c‹U+200B›‹U+FEFF›');
  assert.deepEqual(s.map((x) => x.mark), [false, true, false, true, false, true]);
  assert.equal(plainOf('\0\x01\x7f\x9b31m'), '^@^A^?‹U+009B›31m');
  assert.equal(plainOf('\u{e0041}x'), '‹U+E0041›x');
  assert.equal(plainOf('👩‍🔧 ä'), '👩‍🔧 ä'); // joiners belong to emoji
});

test('markup is text', () => {
  assert.deepEqual(spans('<img src=x onerror=alert(1)>'), [['<img src=x onerror=alert(1)>', '']]);
});

test('a style goes on in the next line', () => {
  const { style } = readLine('\x1b[1;32mok');
  assert.equal(classesOf(readLine('more', style).spans[0].style), 'a-bold a-f2');
  assert.deepEqual(styleAfter('\x1b[1mx\x1b[32mok\x1b[22m', PLAIN), applySgr(PLAIN, '32'));
  assert.equal(styleAfter('no colours', style), style);
});

test('a megabyte of sequences is read in time', () => {
  const began = performance.now();
  assert.equal(plainOf('\x1b[31m\x1b]0;x\x07a'.repeat(40000)).length, 40000);
  assert.equal(plainOf('\x1b]'.repeat(200000)), '');
  assert.ok(performance.now() - began < 20000);
});
