// SPDX-License-Identifier: Apache-2.0
// The keyboard: / searches, j and k go through rows, g and a letter lead to a page, ? says all of it. Keys that a page
// has of its own are told here, so that the help knows them:
//   useKeys([{key: "l", does: "the log", fn}])     while the page is there
import { go } from './nav.js';
import { useEffect } from './view.js';

const AFTER_G_MS = 1200;
const own = new Set();
let pages = [], afterG = 0, help = () => {};

export const common = [
  ['/', 'search, filter'], ['j, k', 'next, previous row'], ['Enter', 'open the row'], ['g, then a letter', 'to a page'],
  ['Esc', 'leave a field, close'], ['?', 'this help'],
];

export function onHelp(fn) {
  help = fn;
}

export function pageKeys() {
  return [...own].flat();
}

export function leads() {
  return pages.filter((p) => p.key);
}

export function useKeys(keys) {
  useEffect(() => {
    own.add(keys);
    return () => own.delete(keys);
  });
}

const types = (el) => el?.closest?.('input, textarea, select, [contenteditable]');

// The focus moves over the links of rows: Enter is then the browser's own.
function move(by) {
  const rows = [...document.querySelectorAll('#main [data-row] a.row-link, #main a[data-row]')];
  if (!rows.length) return;
  const at = rows.indexOf(document.activeElement);
  const to = rows[at < 0 ? (by > 0 ? 0 : rows.length - 1) : Math.min(Math.max(at + by, 0), rows.length - 1)];
  to.focus();
  to.scrollIntoView({ block: 'nearest' });
}

function search() {
  const field = document.querySelector('#main [data-search]');
  field?.focus();
  field?.select?.();
  return Boolean(field);
}

function press(e) {
  if (e.metaKey || e.ctrlKey || e.altKey || e.defaultPrevented || document.querySelector('dialog[open]')) return false;
  if (types(e.target)) {
    if (e.key !== 'Escape') return false; // where browsers empty a field by it, what is in it stays
    e.target.blur();
    return true;
  }
  if (Date.now() - afterG < AFTER_G_MS) {
    afterG = 0;
    const page = pages.find((p) => p.key === e.key);
    if (page) go(page.path);
    return Boolean(page);
  }
  const mine = pageKeys().find((k) => k.key === e.key);
  if (mine) {
    mine.fn(e);
    return true;
  }
  switch (e.key) {
    case '/': return search();
    case 'j': move(1); return true;
    case 'k': move(-1); return true;
    case 'g': afterG = Date.now(); return true;
    case '?': help(); return true;
    default: return false;
  }
}

export function startKeys(all) {
  pages = all;
  document.addEventListener('keydown', (e) => press(e) && e.preventDefault());
}
