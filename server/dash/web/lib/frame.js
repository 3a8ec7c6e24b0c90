// SPDX-License-Identifier: Apache-2.0
// What stands around every page: places to go, whether the server answers, light or dark, help, questions.
import { remove } from './api.js';
import { html, useEffect, useRef, useState } from './view.js';
import { common, leads, onHelp, pageKeys } from './keys.js';
import { onState } from './live.js';
import { Asking, Icon, Page, Saying, say, useSession } from './parts.js';

const groups = [['see', 'Now'], ['flow', 'In and out'], ['own', 'This server']];
const words = {
  live: 'Live', polling: 'Every 5 s', waiting: 'Connecting', lost: 'Offline',
};
const LATE_MS = 1500; // a moment without the server is not worth a banner

function useLive() {
  const [state, set] = useState('waiting');
  useEffect(() => onState(set), []);
  return state;
}

function Links({ pages, page }) {
  return groups.map(([group, label]) => html`<div class="nav-group" key=${group}><p class="nav-head" id="nav-${group}">${label}</p>
    <ul aria-labelledby="nav-${group}">${pages.filter((p) => p.nav === group).map((p) => html`<li key=${p.name}>
      <a href=${p.path} aria-current=${page?.name === p.name ? 'page' : page?.of === p.name ? 'true' : undefined}>
        <${Icon} name=${p.icon} />${p.title}</a></li>`)}</ul></div>`);
}

function themeNow() {
  return document.documentElement.dataset.theme ?? (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light');
}

function Theme() {
  const [theme, set] = useState(themeNow);
  const turn = () => {
    const to = theme === 'dark' ? 'light' : 'dark';
    document.documentElement.dataset.theme = to;
    try {
      localStorage.setItem('fettle-theme', to);
    } catch {
      // for this visit only
    }
    set(to);
  };
  return html`<button type="button" class="button quiet" onClick=${turn} aria-label=${theme === 'dark' ? 'Light colours' : 'Dark colours'}>
    <${Icon} name=${theme === 'dark' ? 'sun' : 'moon'} /></button>`;
}

function Lost({ state }) {
  const [late, set] = useState(false);
  useEffect(() => {
    if (state !== 'lost') {
      set(false);
      return undefined;
    }
    const timer = setTimeout(() => set(true), LATE_MS);
    return () => clearTimeout(timer);
  }, [state]);
  return html`<div role="status" aria-live="polite">${state === 'lost' && late && html`<p class="lost">
    <${Icon} name="again" />Reconnecting to the server… What you see is from before; it comes back by itself.</p>`}</div>`;
}

function Keys({ rows }) {
  return html`<dl class="keys">${rows.map(([key, text]) => html`<div key=${key}><dt><kbd>${key}</kbd></dt><dd>${text}</dd></div>`)}</dl>`;
}

function Help() {
  const [open, set] = useState(false);
  const dialog = useRef(null);
  useEffect(() => onHelp(() => set(true)), []);
  useEffect(() => {
    if (open && !dialog.current.open) dialog.current.showModal();
  }, [open]);
  if (!open) return null;
  const mine = pageKeys();
  return html`<dialog class="dialog wide" ref=${dialog} aria-labelledby="help-title" onClose=${() => set(false)}>
    <h2 id="help-title">Keys</h2>
    <div class="columns"><${Keys} rows=${common} />
      <${Keys} rows=${leads().map((p) => [`g ${p.key}`, p.title])} />
      ${mine.length > 0 && html`<${Keys} rows=${mine.map((k) => [k.key, k.does])} />`}</div>
    <div class="dialog-foot"><button type="button" class="button" onClick=${() => dialog.current.close()}>Close</button></div>
  </dialog>`;
}

// A new page afterwards: nothing that was shown stays.
function Who({ who }) {
  const [way, name] = /^(?:(session|token):)?(.*)$/s.exec(who.by ?? '').slice(1);
  const out = () => remove('session').then(() => window.location.replace('/login'), (e) => say(`Not signed out: ${e.title}`, 'bad'));
  return html`<a class="who" href="/login" title="Signed in as ${name}"><bdi>${name}</bdi></a>
    ${way === 'session' && html`<button type="button" class="button quiet" aria-label="Sign out" title="Sign out" onClick=${out}><${Icon} name="leave" /></button>`}`;
}

// On a phone a button opens the places to go; an arrival closes them.
function Side({ pages, page, state, at }) {
  const [open, set] = useState(false);
  const who = useSession();
  useEffect(() => set(false), [at.path]);
  return html`<header class="side">
    <div class="side-top">
      <a class="brand" href="/"><${Mark} />fettle</a>
      <span class="live live-${state}" title="Updates of this page"><i></i>${words[state]}</span>
      <button type="button" class="button quiet menu" aria-expanded=${open} aria-controls="places" aria-label="Pages" onClick=${() => set(!open)}>
        <${Icon} name=${open ? 'cross' : 'menu'} /></button>
    </div>
    <div id="places" class="places ${open ? 'open' : ''}">
      <nav aria-label="Pages"><${Links} pages=${pages} page=${page} /></nav>
      <div class="side-foot"><${Theme} />
        <button type="button" class="button quiet" aria-label="Keys" onClick=${() => document.dispatchEvent(new KeyboardEvent('keydown', { key: '?' }))}><${Icon} name="ask" /></button>
        ${who?.signed_in && html`<${Who} who=${who} />`}</div>
    </div>
  </header>`;
}

export function Mark() {
  return html`<svg class="mark" viewBox="0 0 64 64" width="22" height="22" aria-hidden="true"><rect width="64" height="64" rx="14" />
    <path d="M17 33.5 27.5 44 47 21" /></svg>`;
}

export function Frame({ pages, page, at, children }) {
  const state = useLive();
  const bare = page?.alone;
  return html`<a class="skip" href="#main" onClick=${(e) => {
    e.preventDefault();
    document.getElementById('main').focus();
  }}>To the content</a>
    <div class="frame ${bare ? 'bare' : ''}">
      ${!bare && html`<${Side} pages=${pages} page=${page} state=${state} at=${at} />`}
      <div class="body">
        ${!bare && html`<${Lost} state=${state} />`}
        <main id="main" tabindex="-1">${children}</main>
      </div>
    </div>
    <${Asking} /><${Saying} /><${Help} />`;
}

// ---- when there is no page ----

export function Missing({ title }) {
  return html`<${Page} title=${title}><div class="empty"><${Icon} name="ask" />
    <p class="empty-title">This page could not be loaded.</p>
    <p class="empty-next">It may not be part of this server, or the server is of another version by now.</p>
    <p><button type="button" class="button" onClick=${() => window.location.reload()}><${Icon} name="again" />Load again</button>
      <a class="button" href="/">To the overview</a></p></div></${Page}>`;
}

export function Broken({ error, retry }) {
  return html`<${Page} title="Something went wrong"><div class="failed" role="alert"><${Icon} name="warn" />
    <div><p class="failed-title">This page made a mistake: <bdi>${String(error?.message ?? error)}</bdi></p>
      <p>The server is not concerned. Try again, and tell us when it stays.</p></div>
    <button type="button" class="button" onClick=${retry}><${Icon} name="again" />Try again</button></div></${Page}>`;
}
