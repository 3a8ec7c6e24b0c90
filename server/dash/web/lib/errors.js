// SPDX-License-Identifier: Apache-2.0
// What a group of failures says of itself. Pure, no DOM: tested by tests/web.

// Output without what a terminal would do: colours, titles, other controls but line ends and tabs.
export function plain(text) {
  return String(text ?? '').replace(/\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|.)?|[\x00-\x08\x0b-\x1f\x7f-\x9f]/g, '');
}

// "rule compiler matched: src/main.c:12: error" is said by the rule, and about that line.
export function saidOf({ evidence, detail, class: of }) {
  const text = plain(evidence?.text || detail);
  const m = /^rule (\S+) matched: ([^]*)$/.exec(text);
  if (m) return { text: m[2], rule: m[1], line: m[2] };
  return { text: text || `${of ?? 'unknown'}: nothing was said`, rule: evidence?.rule ?? null, line: null };
}

// It was not there before the time shown.
export function isNew(group, since) {
  return Boolean(group.first_at && since && Date.parse(group.first_at) >= Date.parse(since));
}

const order = ['recovered', 'failed', 'refused', 'open'];

// What was done: [{strategy, all, recovered, failed, refused, open}], the most used first.
export function doneAbout(group) {
  const by = new Map();
  for (const { strategy, outcome, count } of group.recoveries) {
    const one = by.get(strategy) ?? { strategy, all: 0, recovered: 0, failed: 0, refused: 0, open: 0 };
    one.all += count;
    if (order.includes(outcome)) one[outcome] += count;
    by.set(strategy, one);
  }
  return [...by.values()].sort((a, b) => b.all - a.all || (a.strategy < b.strategy ? -1 : 1));
}

// Of the tries after it, how many passed; null = nobody tried.
export function passShare({ passed, failed }) {
  return passed + failed > 0 ? passed / (passed + failed) : null;
}

// The line of a log, from 1, in which this stands; 0 = in none.
export function lineWith(log, text) {
  const at = text ? log.lastIndexOf(text) : -1;
  if (at < 0) return 0;
  let line = 1;
  for (let i = log.indexOf('\n'); i >= 0 && i < at; i = log.indexOf('\n', i + 1)) line++;
  return line;
}

// Bars on a width of n * step, as one path; the highest has the whole height, what is not nothing at least 1.5.
export function barsOf(values, step, height) {
  const most = Math.max(1, ...values);
  return values.map((v, i) => {
    const h = v ? Math.max(1.5, (v / most) * height) : 0;
    return h ? `M${i * step} ${height}h${step - 1}v-${Math.round(h * 10) / 10}h-${step - 1}z` : '';
  }).join('');
}
