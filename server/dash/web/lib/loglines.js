// SPDX-License-Identifier: Apache-2.0
// A log that grows: bytes in, lines out, folded by ::group::, searched, and only the part that is seen is laid out.
// Without DOM.
import { PLAIN, plainOf, styleAfter } from './ansi.js';

export const LINE_MOST = 1 << 20; // characters of one line; what is longer goes on in the next
export const LINES_MOST = 1000000; // a browser has no room for more

const COMMAND = /^\s*::(group|endgroup|error|warning|notice|debug)(?: ([^:]*(?::(?!:)[^:]*)*))?::(.*)$/;

export function commandOf(text) {
  if (!text.includes('::')) return null;
  const m = COMMAND.exec(text);
  return m && { name: m[1], properties: m[2] ?? '', text: m[3] };
}

export class LogLines {
  constructor() {
    this.lines = []; // texts without their ends
    this.styles = []; // what stood before each, only where it is not plain
    this.groups = []; // {from, to, title}: `from` is the line of ::group::, `to` the last one of it, or null
    this.folded = new Set(); // `from` of those that are closed
    this.offset = 0; // of the bytes that came
    this.full = false;
    this.partial = '';
    this.style = PLAIN;
    this.decoder = new TextDecoder('utf-8');
    this.rows = null;
  }

  // bytes: those that begin at this.offset. What has no end of a line yet is a line too, and is written on.
  append(bytes) {
    this.offset += bytes.length;
    this.take(this.decoder.decode(bytes, { stream: true }));
  }

  take(text) {
    if (!text || this.full) return;
    if (this.partial) this.drop();
    const parts = (this.partial + text).split('\n');
    this.partial = parts.pop();
    for (const part of parts) this.addLong(part);
    if (this.partial.length > LINE_MOST) {
      this.addLong(this.partial);
      this.partial = this.lines.pop();
      this.styles.length = Math.min(this.styles.length, this.lines.length);
    }
    const open = this.groups.at(-1);
    this.held = { lines: this.lines.length, style: this.style, groups: this.groups.length, open: open?.to === null ? open : null };
    if (this.partial) this.add(this.partial);
    this.rows = null;
  }

  // The line that is not whole goes before it is written again.
  drop() {
    this.lines.length = this.held.lines;
    this.styles.length = Math.min(this.styles.length, this.held.lines);
    this.style = this.held.style;
    if (this.groups.length > this.held.groups) {
      const g = this.groups.pop();
      this.folded.delete(g.from);
    }
    if (this.held.open) this.held.open.to = null;
  }

  addLong(text) {
    for (let i = 0; i === 0 || i < text.length; i += LINE_MOST) this.add(text.slice(i, i + LINE_MOST));
  }

  add(text) {
    if (this.lines.length >= LINES_MOST) {
      this.full = true;
      return;
    }
    const at = this.lines.length;
    if (text.endsWith('\r')) text = text.slice(0, -1);
    this.lines.push(text);
    if (this.style !== PLAIN) this.styles[at] = this.style;
    this.style = styleAfter(text, this.style);
    const c = commandOf(text);
    if (c?.name === 'group' || c?.name === 'endgroup') this.group(c, at);
  }

  // Groups do not lie in each other: a new one ends the last.
  group(c, at) {
    const open = this.groups.at(-1);
    if (open && open.to === null) open.to = c.name === 'group' ? at - 1 : at;
    if (c.name === 'group') this.groups.push({ from: at, to: null, title: plainOf(c.text) });
  }

  styleOf(line) {
    return this.styles[line] ?? PLAIN;
  }

  // The group that a line is in, or whose head it is.
  groupOf(line) {
    let low = 0, high = this.groups.length - 1;
    while (low <= high) {
      const mid = (low + high) >> 1, g = this.groups[mid];
      if (line < g.from) high = mid - 1;
      else if (line > (g.to ?? Infinity)) low = mid + 1;
      else return g;
    }
    return null;
  }

  fold(from) {
    this.folded.add(from);
    this.rows = null;
  }

  unfold(from) {
    this.folded.delete(from);
    this.rows = null;
  }

  foldAll() {
    for (const g of this.groups) this.folded.add(g.from);
    this.rows = null;
  }

  unfoldAll() {
    this.folded.clear();
    this.rows = null;
  }

  // Numbers of the lines that are shown; null: all of them.
  shown() {
    if (!this.folded.size) return null;
    if (this.rows) return this.rows;
    const rows = [];
    let line = 0;
    for (const g of this.groups) {
      while (line <= g.from) rows.push(line++);
      if (this.folded.has(g.from)) line = (g.to ?? this.lines.length - 1) + 1;
    }
    while (line < this.lines.length) rows.push(line++);
    this.rows = rows;
    return rows;
  }

  // Where a line is shown; of one that is folded away, its group's head.
  rowOf(line) {
    const rows = this.shown();
    if (!rows) return line;
    let low = 0, high = rows.length - 1;
    while (low < high) {
      const mid = (low + high + 1) >> 1;
      if (rows[mid] <= line) low = mid;
      else high = mid - 1;
    }
    return Math.max(0, low);
  }

  // So that it can be seen.
  reveal(line) {
    const g = this.groupOf(line);
    if (g && g.from !== line) this.unfold(g.from);
  }

  whole() {
    return this.lines.map(plainOf).join('\n');
  }
}

// What is laid out of a long line at first; of one that was written over, the last that was written.
export function cutOf(text, most) {
  if (text.length <= most) return { text, more: 0 };
  const last = text.lastIndexOf('\r') + 1;
  const from = last && text.length - last <= most ? last : 0;
  const cut = text.slice(from, from + most);
  return { text: cut, more: from ? 0 : text.length - most };
}

// ---- search ----

// Numbers of the lines that have it, in either case. From line `from` on: a log that grows is searched where it is new.
export function search(log, wanted, from = 0) {
  const found = [], low = wanted.toLowerCase();
  if (!low) return found;
  for (let i = from; i < log.lines.length; i++)
    if (plainOf(log.lines[i]).toLowerCase().includes(low)) found.push(i);
  return found;
}

// The place in `found` that comes next after a line, or before it; around the end.
export function nextOf(found, line) {
  const at = found.findIndex((x) => x > line);
  return at < 0 ? 0 : at;
}

export function previousOf(found, line) {
  const at = found.findLastIndex((x) => x < line);
  return at < 0 ? found.length - 1 : at;
}

// Spans with the finds cut out of them as spans with `hit`.
export function highlight(spans, wanted) {
  const low = wanted.toLowerCase();
  if (!low) return spans;
  const all = spans.map((s) => s.text).join(''), lower = all.toLowerCase();
  if (lower.length !== all.length || !lower.includes(low)) return spans;
  const ret = [];
  let at = 0, hit = lower.indexOf(low);
  for (const s of spans) {
    const end = at + s.text.length;
    while (at < end) {
      const inside = hit >= 0 && at >= hit;
      const to = Math.min(end, hit < 0 ? end : inside ? hit + low.length : hit);
      ret.push({ ...s, text: all.slice(at, to), hit: inside });
      at = to;
      if (inside && at === hit + low.length) hit = lower.indexOf(low, at);
    }
  }
  return ret;
}

// ---- addresses ----

// '#step-0app…:L120-L130' -> {step, from, to}; lines begin with 1. Null where it is none.
export function placeOf(hash) {
  const m = /^#step-([0-9a-z]{13})(?::L(\d{1,9})(?:-L?(\d{1,9}))?)?$/.exec(hash);
  if (!m) return null;
  const from = m[2] ? Math.max(1, Number(m[2])) : null;
  const to = m[3] ? Math.max(1, Number(m[3])) : from;
  return { step: m[1], from: from && Math.min(from, to), to: from && Math.max(from, to) };
}

export function hashOf(step, from, to) {
  if (!from) return `#step-${step}`;
  return from === to || !to ? `#step-${step}:L${from}` : `#step-${step}:L${Math.min(from, to)}-L${Math.max(from, to)}`;
}

// ---- what is seen ----

// Of `count` rows of one height, where some are higher by `extra` (row -> px), those that are seen: rows first…last - 1,
// whose upper edge is `top`, in a whole that is `total` high.
export function windowOf({ count, height, extra, scrollTop, view, more = 20 }) {
  const high = [...(extra ?? [])].filter(([row]) => row < count).sort((a, b) => a[0] - b[0]);
  const total = count * height + high.reduce((sum, [, px]) => sum + px, 0);
  const rowAt = (y) => {
    let before = 0;
    for (const [row, px] of high) {
      if (y < (row + 1) * height + before + px) return Math.min(row, Math.floor(Math.max(0, y - before) / height));
      before += px;
    }
    return Math.floor(Math.max(0, y - before) / height);
  };
  const first = Math.max(0, Math.min(count, rowAt(scrollTop)) - more);
  const last = Math.min(count, rowAt(scrollTop + view) + 1 + more);
  return { first, last: Math.max(first, last), top: topOf(first, height, high), total };
}

export function topOf(row, height, extra) {
  let y = row * height;
  for (const [at, px] of extra ?? []) if (at < row) y += px;
  return y;
}
