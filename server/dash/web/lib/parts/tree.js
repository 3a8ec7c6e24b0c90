// SPDX-License-Identifier: Apache-2.0
// JSON that can be folded: <Tree value=${parsed} />. What is closed is not made; long lists and texts come in parts.
import { brief, entriesOf, Exact, kindOf, sizeOf } from '../payload.js';
import { html, useState } from '../view.js';

const OPEN_MOST = 120, PART = 100, TEXT_MOST = 600, LEVELS_OPEN = 1;

function Long({ text }) {
  const [all, set] = useState(false);
  if (text.length <= TEXT_MOST || all) return html`<bdi>${JSON.stringify(text)}</bdi>`;
  return html`<bdi>${JSON.stringify(text.slice(0, TEXT_MOST))}</bdi>${' '}
    <button type="button" class="link" onClick=${() => set(true)}>all ${text.length.toLocaleString('en')} characters</button>`;
}

function Leaf({ value, kind }) {
  if (kind === 'string') return html`<span class="json-string"><${Long} text=${value} /></span>`;
  return html`<span class="json-${kind}">${value instanceof Exact ? value.source : String(value)}</span>`;
}

function Inside({ value, level }) {
  const [most, set] = useState(PART);
  const all = entriesOf(value);
  return html`<ul>${all.slice(0, most).map(([name, v]) => html`<li key=${name}><${Node} name=${name} value=${v} level=${level + 1} /></li>`)}
    ${all.length > most && html`<li><button type="button" class="link" onClick=${() => set(most + PART * 10)}>${(all.length - most).toLocaleString('en')} more</button></li>`}</ul>`;
}

function Node({ name, value, level }) {
  const kind = kindOf(value), folds = (kind === 'object' || kind === 'array') && entriesOf(value).length > 0;
  const [open, set] = useState(folds && (level === 0 || (level <= LEVELS_OPEN && sizeOf(value, OPEN_MOST) <= OPEN_MOST)));
  const label = name === undefined ? null : html`<bdi class="json-name">${name}</bdi>: `;
  if (!folds) return html`<span class="json-leaf">${label}${kind === 'object' || kind === 'array' ? html`<span class="dim">${brief(value)}</span>` : html`<${Leaf} value=${value} kind=${kind} />`}</span>`;
  return html`<details open=${open} onToggle=${(e) => set(e.currentTarget.open)}>
    <summary>${label}<span class="dim">${kind === 'array' ? '[ ' : '{ '}${open ? '' : brief(value)}${kind === 'array' ? (open ? '' : ' ]') : (open ? '' : ' }')}</span></summary>
    ${open && html`<${Inside} value=${value} level=${level} />`}</details>`;
}

export function Tree({ value }) {
  return html`<div class="json"><${Node} value=${value} level=${0} /></div>`;
}
