// SPDX-License-Identifier: Apache-2.0
// The frame of a page, and its four states: loading, empty, failed, content. See lib/parts.js.
import { html, useEffect, useState } from '../view.js';
import { Icon } from './words.js';

const SKELETON_MS = 150; // what is there sooner does not flicker

export function useTitle(title) {
  useEffect(() => {
    document.title = title ? `${title} · fettle` : 'fettle';
  }, [title]);
}

export function Page({ title, name, sub, actions, children }) {
  useTitle(name ?? (typeof title === 'string' ? title : ''));
  return html`<div class="page">
    <header class="page-head">
      <div class="page-title"><h1 tabindex="-1">${title}</h1>${sub && html`<p class="sub">${sub}</p>`}</div>
      ${actions && html`<div class="actions">${actions}</div>`}
    </header>
    ${children}
  </div>`;
}

export function Section({ title, actions, id, children }) {
  return html`<section class="section" id=${id} aria-label=${title}>
    <header class="section-head"><h2>${title}</h2>${actions && html`<div class="actions">${actions}</div>`}</header>
    ${children}
  </section>`;
}

export function Loading({ rows = 5 }) {
  const [late, set] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => set(true), SKELETON_MS);
    return () => clearTimeout(timer);
  }, []);
  return html`<div class="loading" role="status" aria-label="Loading">
    ${late && Array.from({ length: rows }, (_, i) => html`<div class="bone" key=${i}></div>`)}
  </div>`;
}

export function Empty({ title, children, icon = 'ok' }) {
  return html`<div class="empty"><${Icon} name=${icon} /><p class="empty-title">${title}</p>
    ${children && html`<p class="empty-next">${children}</p>`}</div>`;
}

export function Failed({ problem, retry }) {
  const { title, detail, status } = problem ?? {};
  return html`<div class="failed" role="alert">
    <${Icon} name="warn" />
    <div>
      <p class="failed-title">Not loaded: <bdi>${title || problem?.message || 'it is not known why'}</bdi></p>
      ${detail && html`<p><bdi>${detail}</bdi></p>`}
      ${status ? html`<p class="dim">HTTP ${status}</p>` : null}
    </div>
    ${retry && html`<button type="button" class="button" onClick=${retry}><${Icon} name="again" />Try again</button>`}
  </div>`;
}

// What was shown stays when a later try fails: the frame says that the server is away.
export function Loaded({ from, empty, rows, children }) {
  const { data, problem, busy, reload } = from;
  if (data === null || data === undefined) {
    return problem && !busy ? html`<${Failed} problem=${problem} retry=${reload} />` : html`<${Loading} rows=${rows} />`;
  }
  const nothing = empty?.(data);
  const away = problem && problem.status !== 0;
  return html`${away && html`<${Note} tone="warn">Not up to date: <bdi>${problem.title}</bdi></${Note}>`}
    ${nothing || children(data)}`;
}

export function Note({ tone = 'dull', icon, children }) {
  return html`<div class="note tone-${tone}"><${Icon} name=${icon ?? (tone === 'good' ? 'ok' : 'warn')} />
    <div>${children}</div></div>`;
}
