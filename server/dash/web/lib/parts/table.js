// SPDX-License-Identifier: Apache-2.0
// Lists: tables that become cards on a phone, filters and cursors in the address. See lib/parts.js.
import { html, useEffect, useRef, useState } from '../view.js';
import { go, here, setQuery } from '../nav.js';
import { address } from '../query.js';
import { Icon, stateWord } from './words.js';

const SETTLE_MS = 300;

function Cell({ column, row, href }) {
  const inside = column.cell(row);
  const kind = column.kind ?? '';
  return html`<td role="cell" class=${kind} data-head=${column.head}>
    ${kind === 'main' && href ? html`<a class="row-link" href=${href}>${inside}</a>` : inside}
  </td>`;
}

// What is wider than its place is moved by keys, too.
function useScrolls() {
  const box = useRef(null), [scrolls, set] = useState(false);
  useEffect(() => {
    const el = box.current, seen = new ResizeObserver(() => set(el.scrollWidth > el.clientWidth));
    seen.observe(el);
    return () => seen.disconnect();
  }, []);
  return [box, scrolls];
}

// The roles are said because a table that is laid out as cards loses its own.
export function Table({ name, rows, columns, id, href }) {
  const [box, scrolls] = useScrolls();
  return html`<div class="table-box" ref=${box} tabindex=${scrolls ? 0 : undefined} role=${scrolls ? 'region' : undefined}
    aria-label=${scrolls ? `${name}, scrolls` : undefined}><table role="table" class="table" aria-label=${name}>
    <thead role="rowgroup"><tr role="row">
      ${columns.map((c) => html`<th role="columnheader" scope="col" class=${c.kind ?? ''} key=${c.head}>${c.head}</th>`)}
    </tr></thead>
    <tbody role="rowgroup">${rows.map((row) => {
      const to = href?.(row);
      return html`<tr role="row" key=${id(row)} data-row class=${to ? 'leads' : ''}>
        ${columns.map((c) => html`<${Cell} key=${c.head} column=${c} row=${row} href=${to} />`)}</tr>`;
    })}</tbody>
  </table></div>`;
}

export function Pager({ next, name = 'cursor' }) {
  const { path, query } = here();
  const newest = query[name] ? address(path, { ...query, [name]: null }) : null;
  if (!next && !newest) return null;
  return html`<nav class="pager" aria-label="Older and newer">
    ${newest && html`<a class="button" href=${newest}><${Icon} name="left" />Newest</a>`}
    <span class="grow"></span>
    ${next && html`<a class="button" rel="next" href=${address(path, { ...query, [name]: next })}>
      Older<${Icon} name="right" /></a>`}
  </nav>`;
}

// What is typed goes into the address when it rests; what comes from the address is shown unless one is typing.
function Search({ field, value }) {
  const [text, set] = useState(value);
  const input = useRef(null), timer = useRef(null);
  useEffect(() => {
    if (document.activeElement !== input.current) set(value);
  }, [value]);
  useEffect(() => () => clearTimeout(timer.current), []);
  const put = (to) => {
    clearTimeout(timer.current);
    if (to.trim() !== value) setQuery({ [field.name]: to.trim(), cursor: null });
  };
  const type = (e) => {
    const to = e.target.value;
    set(to);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => put(to), SETTLE_MS);
  };
  return html`<label class="field"><span>${field.label}</span>
    <input ref=${input} type="search" name=${field.name} value=${text} list=${field.options && `list-${field.name}`} autocomplete="off"
      spellcheck=${false} dir="auto" placeholder=${field.hint} onInput=${type} onChange=${(e) => put(e.target.value)}
      data-search />${field.options && html`<datalist id=${`list-${field.name}`}>${field.options.map((o) => html`<option key=${o} value=${o} />`)}</datalist>`}</label>`;
}

function Words({ field, value }) {
  const all = field.words.includes(value) || !value ? field.words : [...field.words, value];
  return html`<label class="field"><span>${field.label}</span>
    <select name=${field.name} value=${value} onChange=${(e) => setQuery({ [field.name]: e.target.value, cursor: null }, go)}>
      <option value="">${field.any ?? 'any'}</option>
      ${all.map((w) => html`<option key=${w} value=${w}>${stateWord(w)}</option>`)}
    </select></label>`;
}

export function Filters({ fields, label = 'Filters' }) {
  const { path, query } = here();
  const set = fields.some((f) => query[f.name]);
  const [open, turn] = useState(set); // on a phone they would take the place of what they filter
  return html`<form class="filters ${open ? 'open' : ''}" role="search" aria-label=${label} onSubmit=${(e) => e.preventDefault()}>
    <button type="button" class="button opener" aria-expanded=${open} onClick=${() => turn(!open)}><${Icon} name="search" />${label}</button>
    ${fields.map((f) => html`<${f.kind === 'words' ? Words : Search} key=${f.name} field=${f} value=${query[f.name] ?? ''} />`)}
    ${set && html`<a class="button quiet" href=${path}><${Icon} name="cross" />Clear</a>`}
  </form>`;
}

export function Tabs({ name, label, all, fallback }) {
  const { path, query } = here();
  const chosen = all.some(([v]) => v === query[name]) ? query[name] : fallback;
  return html`<nav class="tabs" aria-label=${label}>${all.map(([value, text]) => html`
    <a key=${value} href=${address(path, { ...query, [name]: value === fallback ? null : value })}
      aria-current=${value === chosen ? 'true' : undefined}>${text}</a>`)}</nav>`;
}

export function Facts({ rows }) {
  return html`<dl class="facts">${rows.filter(Boolean).map(([name, value]) => html`
    <div key=${name}><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;
}
