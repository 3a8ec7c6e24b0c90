// SPDX-License-Identifier: Apache-2.0
// Numbers, durations and times as people read them. Pure, no DOM: tested by tests/web.
const whole = new Intl.NumberFormat('en');
const short = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 });
const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' });
const dayAndYear = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric' });
const moment = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric', month: 'short', year: 'numeric', hour: '2-digit', minute: '2-digit', second: '2-digit',
});

export const NONE = '–';

const known = (n) => typeof n === 'number' && Number.isFinite(n);
const two = (n) => String(n).padStart(2, '0');

export function count(n) {
  return known(n) ? whole.format(n) : NONE;
}

// 12,345 as 12.3K, where room is short.
export function compact(n) {
  return known(n) ? short.format(n) : NONE;
}

// 0.9712 as 97.1 %; never rounds what is not all up to 100 %.
export function percent(share) {
  if (!known(share)) return NONE;
  const tenths = share < 1 ? Math.min(Math.round(share * 1000), 999) : 1000;
  return `${tenths % 10 === 0 ? tenths / 10 : (tenths / 10).toFixed(1)} %`;
}

export function bytes(n) {
  if (!known(n)) return NONE;
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let i = 0;
  for (; n >= 1024 && i < units.length - 1; i++) n /= 1024;
  return `${i && n < 100 ? n.toFixed(1) : whole.format(Math.round(n))} ${units[i]}`;
}

// "840 ms", "12.3 s", "4 min 05 s", "2 h 03 min", "3 d 4 h"
export function duration(ms) {
  if (!known(ms)) return NONE;
  if (ms < 0) ms = 0;
  if (ms < 999.5) return `${Math.round(ms)} ms`;
  const s = Math.max(1, ms / 1000);
  if (s < 60) return `${(Math.floor(s * 10) / 10).toFixed(1)} s`;
  const all = Math.floor(s);
  if (all < 3600) return `${Math.floor(all / 60)} min ${two(all % 60)} s`;
  if (all < 86400) return `${Math.floor(all / 3600)} h ${two(Math.floor((all % 3600) / 60))} min`;
  return `${Math.floor(all / 86400)} d ${Math.floor((all % 86400) / 3600)} h`;
}

// One unit, for narrow places and axes: "840ms", "12s", "4m", "2h", "3d".
export function durationShort(ms) {
  if (!known(ms)) return NONE;
  const rows = [[86400000, 'd'], [3600000, 'h'], [60000, 'm'], [1000, 's']];
  for (const [of, unit] of rows) {
    if (ms >= of) return `${Number((ms / of).toFixed(ms / of < 10 ? 1 : 0))}${unit}`;
  }
  return `${Math.round(ms)}ms`;
}

// How long ago `at` (ms since 1970) was, seen from `now`; what is to come: "in 5 min".
export function relative(at, now) {
  const ms = now - at, away = Math.abs(ms);
  const say = (text) => (ms < 0 ? `in ${text}` : `${text} ago`);
  if (away < 5000) return ms < 0 ? 'in a moment' : 'just now';
  if (away < 60000) return say(`${Math.floor(away / 1000)} s`);
  if (away < 3600000) return say(`${Math.floor(away / 60000)} min`);
  if (away < 86400000) return say(`${Math.floor(away / 3600000)} h`);
  if (away < 7 * 86400000) return say(`${Math.floor(away / 86400000)} d`);
  const date = new Date(at), same = date.getFullYear() === new Date(now).getFullYear();
  return (same ? day : dayAndYear).format(date);
}

// In the reader's time zone, to the second.
export function absolute(at) {
  return moment.format(new Date(at));
}

// ms since 1970 of a time of the API; null = there is none.
export function parseTime(text) {
  const at = typeof text === 'string' ? Date.parse(text) : NaN;
  return Number.isNaN(at) ? null : at;
}

// refs/heads/main as main, refs/tags/v1 as v1, those of changes as their number
export function refName(ref) {
  return (ref ?? '').replace(/^refs\/(heads|tags)\//, '').replace(/^refs\/pull\/(\d+)\/\w+$/, '#$1')
    .replace(/^refs\/merge-requests\/(\d+)\/\w+$/, '!$1');
}

export function plural(n, one, many = `${one}s`) {
  return `${count(n)} ${n === 1 ? one : many}`;
}

// Marks that turn text around or take no place, and controls, by their numbers: a title shows what it has.
const HIDDEN = /[\u0000-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g; // eslint-disable-line no-control-regex
export function visible(text) {
  return text.replace(HIDDEN, (c) => (/[\t\n\r]/.test(c) ? ' ' : `‹U+${c.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}›`));
}
