// SPDX-License-Identifier: Apache-2.0
// States, times, ids and text from outside. See lib/parts.js.
import { html } from '../view.js';
import { now, useNow } from '../clock.js';
import { absolute, count, duration, NONE, parseTime, relative, visible } from '../format.js';
import { safeHref } from '../query.js';
import { icons } from './icons.js';

export function Icon({ name }) {
  return html`<svg class="icon" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" focusable="false">
    <path d=${icons[name] ?? icons.dash} /></svg>`;
}

// word of the API -> tone, sign
const known = {
  success: ['good', 'ok'], failure: ['bad', 'cross'], error: ['bad', 'error'], timed_out: ['bad', 'clock'],
  cancelled: ['dull', 'stop'], skipped: ['dull', 'skip'],
  waiting: ['wait', 'clock'], ready: ['wait', 'queue'], running: ['busy', 'half'], done: ['dull', 'ok'],
  pending: ['wait', 'clock'], inflight: ['busy', 'send'], uncertain: ['warn', 'ask'], sent: ['good', 'ok'],
  coalesced: ['dull', 'dash'], dead: ['bad', 'dead'],
  received: ['wait', 'inbox'], suspect: ['warn', 'ask'], matched: ['good', 'ok'], ignored: ['dull', 'dash'],
  invalid: ['bad', 'cross'],
  intent: ['busy', 'half'], exited: ['dull', 'ok'], lost: ['warn', 'ask'], revoked: ['dull', 'stop'],
  open: ['busy', 'half'], recovered: ['good', 'heal'], failed: ['bad', 'cross'], refused: ['warn', 'warn'],
  asked: ['warn', 'ask'], approved: ['good', 'ok'], rejected: ['bad', 'cross'], expired: ['warn', 'clock'], moot: ['dull', 'dash'],
  queued: ['wait', 'clock'], ok: ['good', 'ok'], warning: ['warn', 'warn'], closed: ['good', 'ok'], probing: ['warn', 'again'],
};

export function stateTone(of) {
  return known[of]?.[0] ?? 'dull';
}

export function stateWord(of) {
  return of ? String(of).replaceAll('_', ' ') : NONE;
}

export function State({ of, text }) {
  const [tone, sign] = known[of] ?? ['dull', 'dash'];
  return html`<span class="chip tone-${tone}"><${Icon} name=${sign} />${text ?? stateWord(of)}</span>`;
}

export function Text({ of, class: name, max }) {
  const all = of === null || of === undefined || of === '' ? NONE : visible(String(of));
  const cut = max && all.length > max ? `${all.slice(0, max)}…` : all;
  return html`<bdi class=${name} title=${cut === all ? undefined : all.slice(0, 2000)}>${cut}</bdi>`;
}

function stepOf(at) {
  const away = Math.abs(now() - at);
  return away < 60000 ? 1000 : away < 3600000 ? 15000 : 60000;
}

export function When({ at, absolute: exact }) {
  const ms = typeof at === 'number' ? at : parseTime(at);
  const seen = useNow(ms === null || exact ? 0 : stepOf(ms));
  if (ms === null) return html`<span class="none">${NONE}</span>`;
  const iso = new Date(ms).toISOString();
  const whole = `${absolute(ms)} (${iso.replace(/\.\d+Z$/, 'Z')})`;
  return html`<time datetime=${iso} title=${whole}>${exact ? absolute(ms) : relative(ms, seen)}</time>`;
}

export function Duration({ ms, from, to }) {
  const start = parseTime(from), end = parseTime(to);
  const seen = useNow(start !== null && end === null ? 1000 : 0);
  const n = ms ?? (start === null ? null : (end ?? seen) - start);
  return n === null || n === undefined
    ? html`<span class="none">${NONE}</span>`
    : html`<span class="num">${duration(n)}</span>`;
}

// The last characters of an id tell two of them apart; the first are its time.
export function Id({ of, href }) {
  if (!of) return html`<span class="none">${NONE}</span>`;
  const text = String(of), shown = text.length > 13 ? text.slice(0, 10) : text;
  return href
    ? html`<a class="id" href=${href} title=${text}>${shown}</a>`
    : html`<span class="id" title=${text}>${shown}</span>`;
}

export function Out({ href, children }) {
  const to = safeHref(href);
  return to
    ? html`<a class="out" href=${to} target="_blank" rel="noopener noreferrer">${children}<${Icon} name="out" /></a>`
    : html`<span>${children}</span>`;
}

export function Num({ of }) {
  return html`<span class="num">${count(of)}</span>`;
}
