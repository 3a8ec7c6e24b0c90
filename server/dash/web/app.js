// SPDX-License-Identifier: Apache-2.0
// The way from an address to a page. A page is pages/NAME.js, which exports `default function Page({params, query})`
// and is loaded when it is first wanted; all pages there are stand in the table below.
import { Frame, Missing, Broken } from './lib/frame.js';
import { startKeys } from './lib/keys.js';
import { startLive, stopLive } from './lib/live.js';
import { go, here, onNavigate } from './lib/nav.js';
import { route } from './lib/query.js';
import { Loading } from './lib/parts.js';
import { html, render, useEffect, useErrorBoundary, useState } from './lib/view.js';

// nav: its place in the frame; key: g and this letter lead to it.
const pages = [
  { path: '/', name: 'overview', title: 'Overview', nav: 'see', icon: 'home', key: 'o' },
  { path: '/runs', name: 'runs', title: 'Runs', nav: 'see', icon: 'runs', key: 'r' },
  { path: '/runs/{id}', name: 'run', title: 'Run', of: 'runs' },
  { path: '/queue', name: 'queue', title: 'Queue', nav: 'see', icon: 'queue', key: 'q' },
  { path: '/repositories', name: 'repositories', title: 'Repositories', nav: 'see', icon: 'repo', key: 'p' },
  { path: '/deliveries', name: 'deliveries', title: 'Deliveries', nav: 'flow', icon: 'inbox', key: 'd' },
  { path: '/deliveries/{id}', name: 'delivery', title: 'Delivery', of: 'deliveries' },
  { path: '/effects', name: 'effects', title: 'Effects', nav: 'flow', icon: 'effect', key: 'e' },
  { path: '/errors', name: 'errors', title: 'Errors', nav: 'flow', icon: 'error', key: 'f' },
  { path: '/recoveries', name: 'recoveries', title: 'Recoveries', nav: 'flow', icon: 'heal', key: 'v' },
  { path: '/costs', name: 'costs', title: 'Costs', nav: 'own', icon: 'coin', key: 'c' },
  { path: '/settings', name: 'settings', title: 'Settings', nav: 'own', icon: 'gear', key: 's' },
  { path: '/login', name: 'login', title: 'Sign in', alone: true },
];

const DRAWN_MS = 60;
const modules = new Map(); // name -> {Page} | {problem}

async function load(name) {
  if (modules.get(name)?.Page) return;
  try {
    modules.set(name, { Page: (await import(`./pages/${name}.js`)).default });
  } catch (e) {
    modules.set(name, { problem: e });
  }
}

function Guarded({ at, found }) {
  const [error, retry] = useErrorBoundary((e) => console.error(e));
  const { Page, problem } = modules.get(found.page.name) ?? {};
  if (error) return html`<${Broken} error=${error} retry=${retry} />`;
  if (problem) return html`<${Missing} title=${found.page.title} />`;
  if (!Page) return html`<${Loading} />`;
  return html`<${Page} params=${found.params} query=${at.query} />`;
}

// Another page: readers of the screen hear its heading, and it begins at the top.
function arrive(why) {
  if (why === 'push') window.scrollTo(0, 0);
  document.querySelector('#main h1')?.focus({ preventScroll: true });
}

function App() {
  const [at, set] = useState(here);
  const [, drawn] = useState(0);
  const found = route(pages, at.path);
  const name = found?.page.name;
  useEffect(() => onNavigate((to, why) => {
    set((was) => {
      if (was.path !== to.path) setTimeout(() => arrive(why), DRAWN_MS);
      return to;
    });
  }), []);
  useEffect(() => {
    if (name) load(name).then(() => drawn((n) => n + 1));
  }, [name]);
  const alone = Boolean(found?.page.alone); // nobody is signed in: nothing is told
  useEffect(() => (alone ? stopLive() : startLive()), [alone]);
  return html`<${Frame} pages=${pages} page=${found?.page} at=${at}>
    ${found ? html`<${Guarded} key=${at.path} at=${at} found=${found} />` : html`<${Missing} title="There is no such page" />`}
  </${Frame}>`;
}

// Links of ours change the page without loading it again.
document.addEventListener('click', (e) => {
  const a = e.target.closest?.('a[href]');
  if (!a || e.defaultPrevented || e.button || e.metaKey || e.ctrlKey || e.shiftKey || e.altKey || a.target || a.download) return;
  const to = new URL(a.href);
  if (to.origin !== window.location.origin || !route(pages, to.pathname)) return;
  const stays = to.pathname === window.location.pathname && to.search === window.location.search;
  if (stays && to.hash) return;
  e.preventDefault();
  go(to.pathname + to.search + to.hash);
});

const start = route(pages, here().path);
const first = start ? load(start.page.name) : Promise.resolve();
startKeys(pages);
first.then(() => {
  const root = document.getElementById('app');
  root.replaceChildren();
  render(html`<${App} />`, root);
});
