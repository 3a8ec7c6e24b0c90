// SPDX-License-Identifier: Apache-2.0
// The body of a delivery as something that can be looked at. Pure: tested by tests/web.

// A number that JavaScript cannot hold: shown as it was written.
export class Exact {
  constructor(source) {
    this.source = source;
  }
}

// The JSON inside: of a form, the field "payload". Null where there is none.
export function jsonText(text, isForm) {
  return isForm ? new URLSearchParams(text).get('payload') : text;
}

export function parse(text) {
  return JSON.parse(text, (key, value, context) => (
    typeof value === 'number' && context?.source && Math.abs(value) > Number.MAX_SAFE_INTEGER ? new Exact(context.source) : value));
}

export function kindOf(value) {
  if (value === null) return 'null';
  if (value instanceof Exact) return 'number';
  return Array.isArray(value) ? 'array' : typeof value;
}

export function entriesOf(value) {
  return Array.isArray(value) ? value.map((v, i) => [String(i), v]) : Object.entries(value);
}

// What a closed fold says of its inside: "{5 members: id, name, …}".
export function brief(value) {
  const names = Array.isArray(value) ? [] : Object.keys(value);
  const n = Array.isArray(value) ? value.length : names.length;
  if (n === 0) return Array.isArray(value) ? '[ ]' : '{ }';
  if (Array.isArray(value)) return `${n} ${n === 1 ? 'item' : 'items'}`;
  const shown = names.slice(0, 4).map((s) => (s.length > 24 ? `${s.slice(0, 24)}…` : s)).join(', ');
  return `${shown}${n > 4 ? `, and ${n - 4} more` : ''}`;
}

// Number of values, counted up to a limit: whether all of it may be open at once.
export function sizeOf(value, most) {
  let n = 0;
  const all = [value];
  while (all.length && n <= most) {
    const v = all.pop();
    n++;
    if (v && typeof v === 'object' && !(v instanceof Exact)) all.push(...(Array.isArray(v) ? v : Object.values(v)).slice(0, most));
  }
  return n;
}

export function pretty(value) {
  return JSON.stringify(value, null, 2);
}
