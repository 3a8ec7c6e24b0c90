// SPDX-License-Identifier: Apache-2.0
// The geometry of plots: where ticks and lines stand. Pure, no DOM: tested by tests/web.

// Round numbers from 0 to the first at or above `high`, about `most` of them.
export function ticks(high, most = 4) {
  const top = high > 0 ? high : 1;
  const raw = top / most, ten = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 2.5, 5, 10].map((n) => n * ten).find((s) => s >= raw * 0.999);
  const all = [];
  for (let i = 0; ; i++) {
    all.push(Number((i * step).toPrecision(12)));
    if (all[i] >= top) return all;
  }
}

// The same for whole things and for milliseconds, where round is something else.
export function wholeTicks(high, most = 4) {
  return ticks(Math.max(high, most), most).filter(Number.isInteger);
}

const MS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 15000, 30000, 60000, 120000, 300000, 600000, 900000, 1800000,
  3600000, 7200000, 14400000, 21600000, 43200000, 86400000];

export function msTicks(high, most = 4) {
  const top = high > 0 ? high : 1000;
  const step = MS.find((s) => top / s <= most) ?? Math.ceil(top / most / 86400000) * 86400000;
  return Array.from({ length: Math.ceil(top / step) + 1 }, (_, i) => i * step);
}

const STEPS = [60, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400, 172800, 432000, 604800];

// Seconds since 1970 between from and to that are round in the reader's time zone: offset, in seconds.
export function timeTicks(from, to, most, offset = 0) {
  const step = STEPS.find((s) => (to - from) / s <= most) ?? STEPS.at(-1);
  const all = [];
  for (let t = Math.ceil((from + offset) / step) * step - offset; t <= to; t += step) all.push(t);
  return { step, all };
}

const r = (n) => Math.round(n * 10) / 10;

// Places: x(i) for the middle of a column, y(value). One path a series; a value that is not known leaves a gap, and one
// alone between two gaps is a dash.
export function linePath(values, x, y) {
  let path = '', open = false;
  values.forEach((v, i) => {
    if (v === null || v === undefined) {
      open = false;
      return;
    }
    const alone = !open && (values[i + 1] ?? null) === null;
    path += `${open ? 'L' : 'M'}${r(x(i) - (alone ? 2 : 0))} ${r(y(v))}${alone ? 'h4' : ''}`;
    open = true;
  });
  return path;
}

export function areaPath(values, x, y) {
  let path = '', from = -1;
  for (let i = 0; i <= values.length; i++) {
    const known = i < values.length && values[i] !== null && values[i] !== undefined;
    if (known && from < 0) from = i;
    if (known || from < 0) continue;
    const part = values.slice(from, i).map((v, k) => `L${r(x(from + k))} ${r(y(v))}`).join('');
    path += `M${r(x(from))} ${r(y(0))}${part}L${r(x(i - 1))} ${r(y(0))}Z`;
    from = -1;
  }
  return path;
}

// Columns that stand on what is below them: below[i] is the height so far, and is changed.
export function barPath(values, below, x, y, width) {
  let path = '';
  values.forEach((v, i) => {
    if (!v) return;
    const top = r(y((below[i] ?? 0) + v)), bottom = r(y(below[i] ?? 0));
    path += `M${r(x(i) - width / 2)} ${bottom}V${top}h${r(width)}V${bottom}Z`;
    below[i] = (below[i] ?? 0) + v;
  });
  return path;
}

// The highest of all series, or of their sums.
export function highest(series, kind) {
  const n = Math.max(0, ...series.map((s) => s.values.length));
  let most = 0;
  for (let i = 0; i < n; i++) {
    const at = series.map((s) => s.values[i] ?? 0);
    most = Math.max(most, kind === 'bars' ? at.reduce((a, b) => a + b, 0) : Math.max(...at));
  }
  return most;
}

// Index of the column that is nearest to a place, or null outside.
export function nearest(at, x, place) {
  if (!at.length) return null;
  let best = 0;
  for (let i = 1; i < at.length; i++) if (Math.abs(x(i) - place) < Math.abs(x(best) - place)) best = i;
  return best;
}
