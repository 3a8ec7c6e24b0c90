// SPDX-License-Identifier: Apache-2.0
// Text can be read on what it stands on: WCAG 2.2, 1.4.3 (4.5 to 1) and, for the frames of fields, 1.4.11 (3 to 1).
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

const css = readFileSync(new URL('../../server/dash/web/style/base.css', import.meta.url), 'utf8');
const colours = Object.fromEntries([...css.matchAll(/--([a-z-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)/g)].map((m) => [m[1], [m[2], m[3]]]));

function light(hex) {
  const [r, g, b] = [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16) / 255).map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a, b) {
  const [x, y] = [light(a), light(b)].sort((p, q) => q - p);
  return (x + 0.05) / (y + 0.05);
}

const grounds = ['bg', 'surface', 'raised', 'sunken'];
const pairs = [
  ...grounds.flatMap((g) => ['text', 'dim', 'accent'].map((t) => [t, g, 4.5])),
  ...['good', 'bad', 'busy', 'warn', 'wait', 'dull'].flatMap((t) => [[t, `${t}-soft`, 4.5], [t, 'surface', 4.5], [t, 'bg', 4.5]]),
  ['accent', 'accent-soft', 4.5], ['on-accent', 'accent', 4.5], ['line-strong', 'raised', 3], ['line-strong', 'bg', 3],
];

test('colours have enough contrast, light and dark', () => {
  for (const [text, ground, least] of pairs) {
    for (const [i, scheme] of ['light', 'dark'].entries()) {
      const c = contrast(colours[text][i], colours[ground][i]);
      assert.ok(c >= least, `${text} on ${ground}, ${scheme}: ${c.toFixed(2)}, ${least} is the least`);
    }
  }
});
