// SPDX-License-Identifier: Apache-2.0
// A line of a log as spans of text with a style. Colours are understood (SGR, also 256 and 24 bit), a carriage return
// and "erase in line" write over as on a terminal, tabs become blanks; all other escape sequences are dropped, and what
// would hide or turn text around is made visible. Pure: what comes out is data, never markup.
//   readLine(text, style) -> {spans: [{text, style, mark}], style}      style: what the line before ended with, or PLAIN
//   classesOf(style) -> 'a-bold a-f1'      coloursOf(style) -> {color, backgroundColor} for the CSSOM, or null

export const PLAIN = Object.freeze({
  fg: null, bg: null, // null, 0…15 or '#rrggbb'
  bold: false, dim: false, italic: false, underline: false, strike: false, inverse: false,
});

const TAB = 8;

// What is anything else than plain text: C0 and C1 controls, marks of the direction of writing, what has no width.
// Zero width joiners are left alone: words and emoji need them.
const SPECIAL = new RegExp(
  '[\\u0000-\\u001f\\u007f-\\u009f\\u061c\\u200b\\u200e\\u200f\\u2028-\\u202e\\u2060-\\u206f\\ufeff\\ufff9-\\ufffb]' +
  '|\\udb40[\\udc00-\\udc7f]');

const SGR = /\x1b\[([0-;]*)m/g; // eslint-disable-line no-control-regex
const OVER = /[\b\r]|\x1b\[[0-;]*K/; // eslint-disable-line no-control-regex

// ---- colours ----

const hex = (...rgb) => '#' + rgb.map((x) => x.toString(16).padStart(2, '0')).join('');
const step = (n) => (n ? 55 + n * 40 : 0);

// 0…15 are the reader's own, 16…231 a cube, the rest greys.
export function colour256(n) {
  if (n < 16) return n;
  if (n > 231) return hex(8 + (n - 232) * 10, 8 + (n - 232) * 10, 8 + (n - 232) * 10);
  const at = n - 16;
  return hex(step(Math.floor(at / 36)), step(Math.floor(at / 6) % 6), step(at % 6));
}

const isByte = (n) => Number.isInteger(n) && n >= 0 && n <= 255;

// Behind 38, 48 or 58: [colour or undefined, how many parameters it took]. By colons a colour space may come first.
function extended(list, at, colons) {
  if (list[at] === 5) return [isByte(list[at + 1]) ? colour256(list[at + 1]) : undefined, 2];
  if (list[at] !== 2) return [undefined, 1];
  const first = colons && list.length - at > 4 ? at + 2 : at + 1;
  const rgb = list.slice(first, first + 3);
  return [rgb.length === 3 && rgb.every(isByte) ? hex(...rgb) : undefined, first + 3 - at];
}

const SWITCHES = {
  1: { bold: true }, 2: { dim: true }, 3: { italic: true }, 7: { inverse: true }, 9: { strike: true },
  21: { underline: true }, 22: { bold: false, dim: false }, 23: { italic: false }, 24: { underline: false },
  27: { inverse: false }, 29: { strike: false }, 39: { fg: null }, 49: { bg: null },
};

function simple(style, n) {
  if (n === 0) return PLAIN;
  if (n >= 30 && n <= 37) return { ...style, fg: n - 30 };
  if (n >= 40 && n <= 47) return { ...style, bg: n - 40 };
  if (n >= 90 && n <= 97) return { ...style, fg: n - 82 };
  if (n >= 100 && n <= 107) return { ...style, bg: n - 92 };
  return SWITCHES[n] ? { ...style, ...SWITCHES[n] } : style;
}

const WHERE = { 38: 'fg', 48: 'bg' };

function withColour(style, n, colour) {
  return colour === undefined || !WHERE[n] ? style : { ...style, [WHERE[n]]: colour };
}

// One parameter that has parts of its own: "4:3", "38:2::1:2:3".
function withParts(style, parts) {
  const [n, first] = parts;
  if (n === 4) return { ...style, underline: first !== 0 };
  if (n !== 38 && n !== 48) return style;
  return withColour(style, n, extended(parts, 1, 'colons')[0]);
}

export function applySgr(style, params) {
  const list = params.split(';');
  const numbers = list.map((p) => (p === '' ? 0 : Number(p)));
  for (let i = 0; i < list.length; i++) {
    const n = numbers[i];
    if (list[i].includes(':')) {
      style = withParts(style, list[i].split(':').map((p) => (p === '' ? NaN : Number(p))));
    } else if (n === 38 || n === 48 || n === 58) {
      const [colour, took] = extended(numbers, i + 1);
      style = withColour(style, n, colour);
      i += took;
    } else {
      style = n === 4 ? { ...style, underline: true } : simple(style, n);
    }
  }
  return style;
}

// ---- escape sequences ----

const CSI = /^\x1b\[([0-?]*)([ -/]*)([@-~])/; // eslint-disable-line no-control-regex
const SHORT = /^\x1b[ -/]*[0-~]/;

function eraseLine(line, how) {
  if (how === '1' || how === '2') for (let i = 0; i < line.at && i < line.cells.length; i++) line.cells[i] = { ch: ' ' };
  if (how !== '1') line.cells.length = Math.min(line.cells.length, line.at);
}

// OSC, DCS and their like: their text goes too, be it a title, a link or an image.
function stringEnd(text, i) {
  if (!/[\]PX^_]/.test(text[i + 1] ?? '')) return 0;
  for (let at = i + 2; at < text.length; at++) {
    if (text[at] === '\x07') return at + 1 - i;
    if (text[at] === '\x1b') return at + (text[at + 1] === '\\' ? 2 : 0) - i;
  }
  return text.length - i;
}

// How many characters the sequence at `i` has. A lone ESC is shown.
function takeEscape(text, i, line) {
  const rest = text.slice(i, i + 256);
  const csi = CSI.exec(rest);
  if (csi) {
    const [all, params, between, end] = csi;
    if (end === 'm' && !between && !/[<-?]/.test(params)) line.style = applySgr(line.style, params);
    if (end === 'K' && !between) eraseLine(line, params);
    return all.length;
  }
  const string = stringEnd(text, i);
  if (string) return string;
  const short = rest[1] === '[' ? null : SHORT.exec(rest);
  if (short) return short[0].length;
  if (/^\x1b\[[0-?]*[ -/]*$/.test(rest)) return rest.length; // cut off
  put(line, visible(0x1b), 'mark');
  return 1;
}

// ---- cells ----

function put(line, ch, mark) {
  const cell = { ch, style: line.style, mark: mark === 'mark' };
  if (line.over) line.cells[line.at] = cell;
  else line.cells.push(cell);
  line.at++;
}

// ^A as terminals have it, which every font can show.
function visible(code) {
  if (code < 0x20 || code === 0x7f) return `^${String.fromCharCode(code ^ 0x40)}`;
  return `‹U+${code.toString(16).toUpperCase().padStart(4, '0')}›`;
}

function takeControl(text, i, line) {
  const ch = text[i];
  if (ch === '\x1b') return takeEscape(text, i, line);
  if (ch === '\r') line.at = i + 1 < text.length ? 0 : line.at;
  else if (ch === '\b') line.at = Math.max(0, line.at - 1);
  else if (ch === '\t') do put(line, ' '); while (line.at % TAB);
  else put(line, visible(text.codePointAt(i)), 'mark');
  return text.codePointAt(i) > 0xffff ? 2 : 1;
}

function spansOf(cells) {
  const spans = [];
  let last = null;
  for (const c of cells) {
    const { ch, style = PLAIN, mark = false } = c ?? { ch: ' ' };
    if (last && last.style === style && last.mark === mark) {
      last.text += ch;
    } else {
      last = { text: ch, style, mark };
      spans.push(last);
    }
  }
  return spans;
}

// Text without controls: whole where nothing can be written over it, else by character.
function putRun(line, run) {
  if (line.over) for (const ch of run) put(line, ch);
  else {
    line.cells.push({ ch: run, style: line.style });
    line.at += run.length;
  }
}

export function readLine(text, style = PLAIN) {
  if (!SPECIAL.test(text)) return { spans: text ? [{ text, style, mark: false }] : [], style };
  const line = { cells: [], at: 0, style, over: OVER.test(text) }, next = new RegExp(SPECIAL, 'g');
  for (let i = 0; i < text.length;) {
    next.lastIndex = i;
    const end = next.exec(text)?.index ?? text.length;
    if (end > i) putRun(line, text.slice(i, end));
    i = end < text.length ? end + takeControl(text, end, line) : end;
  }
  return { spans: spansOf(line.cells), style: line.style };
}

// As it is read: for the search, and for what is copied.
export function plainOf(text) {
  const left = text.includes('\x1b') ? text.replace(SGR, '') : text;
  return SPECIAL.test(left) ? readLine(text).spans.map((s) => s.text).join('') : left;
}

// The style that a line leaves behind, without looking at its text.
export function styleAfter(text, style) {
  const end = Math.max(text.lastIndexOf('\x1b[0m'), text.lastIndexOf('\x1b[m'));
  if (end >= 0) [style, text] = [PLAIN, text.slice(end + 3)];
  if (!text.includes('\x1b[')) return style;
  for (const [, params] of text.matchAll(SGR)) style = applySgr(style, params);
  return style;
}

// ---- how it looks ----

function channel(x) {
  const c = x / 255;
  return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
}

function luminance(colour) {
  const n = parseInt(colour.slice(1), 16);
  return 0.2126 * channel(n >> 16) + 0.7152 * channel((n >> 8) & 255) + 0.0722 * channel(n & 255);
}

// Logs stand on a dark ground: a colour that is too dark to be read there is mixed with white.
export function readable(colour, least = 0.26) {
  let [r, g, b] = [1, 3, 5].map((i) => parseInt(colour.slice(i, i + 2), 16));
  for (let i = 0; i < 12 && luminance(hex(r, g, b)) < least; i++)
    [r, g, b] = [r, g, b].map((x) => Math.round(x + (255 - x) * 0.15));
  return hex(r, g, b);
}

const groundsOf = (style) => (style.inverse ? [style.bg, style.fg] : [style.fg, style.bg]);

const FLAGS = ['bold', 'dim', 'italic', 'underline', 'strike', 'inverse'];

export function classesOf(style) {
  if (style === PLAIN) return '';
  const names = FLAGS.filter((f) => style[f]).map((f) => `a-${f}`);
  const [fg, bg] = groundsOf(style);
  if (typeof fg === 'number') names.push(`a-f${fg}`);
  if (typeof bg === 'number') names.push(`a-b${bg}`);
  return names.join(' ');
}

// Only of what has no class. On a ground of its own the text is black or white, whichever can be read.
export function coloursOf(style) {
  const ret = {};
  const [fg, bg] = groundsOf(style);
  if (typeof bg === 'string') Object.assign(ret, { backgroundColor: bg, color: luminance(bg) > 0.18 ? '#000000' : '#ffffff' });
  else if (typeof fg === 'string') ret.color = bg === null ? readable(fg) : fg;
  return ret.color ? ret : null;
}
