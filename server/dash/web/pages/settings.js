// SPDX-License-Identifier: Apache-2.0
// The configuration that is in force: every key, its value, and where that comes from; the files, the tokens, and what
// was wrong when it was loaded last.
import { Problem, post } from '../lib/api.js';
import { plural } from '../lib/format.js';
import { useGet } from '../lib/load.js';
import { Do, Empty, Facts, Filters, Icon, Loaded, Note, Page, Section, State, Table, Tabs, Text, When } from '../lib/parts.js';
import { baseName, groupsOf, remarksOf, sourceOf } from '../lib/settings.js';
import { html } from '../lib/view.js';

const shows = [['all', 'All'], ['said', 'Said'], ['restart', 'Wait for a restart']];
const fields = [{ name: 'q', label: 'Search', kind: 'search', hint: 'limits, token …' }];
const listed = (names) => (names.length > 6 ? `${names.slice(0, 6).join(', ')} and ${names.length - 6} more` : names.join(', '));

const remarks = {
  refused: () => html`The newest load was refused: what is shown is what was in force before. <a href="#problems">What was wrong</a>`,
  left: (r) => html`${plural(r.n, 'error')} in workflow files, which are left out; the rest is in force. <a href="#problems">Read ${r.n === 1 ? 'it' : 'them'}</a>`,
  problems: (r) => html`${plural(r.n, 'warning')} about the configuration that is in force. <a href="#problems">Read ${r.n === 1 ? 'it' : 'them'}</a>`,
  unreadable: (r) => html`A secret cannot be read any more: <bdi>${listed(r.names)}</bdi>. The next load will be refused.`,
  changed: (r) => html`Touched since it was loaded: <bdi>${listed(r.names)}</bdi>. Reload to bring it into force.`,
  pending: (r) => html`Only a restart brings into force: <bdi>${listed(r.names)}</bdi>`,
};

function Value({ of: s }) {
  if (s.secret === 'veiled') return html`<span class="dim"><${Icon} name="key" /> not shown</span>`;
  if (s.value === null) return html`<span class="none">not set</span>`;
  if (!s.secret) return html`<${Text} of=${s.value} class=${s.line === null ? 'value dim' : 'value'} max=${300} />`;
  return html`<span class="secret"><${Icon} name="key" /><${Text} of=${s.value} class="value" max=${200} />${
    s.secret === 'unreadable' && html` <${State} of="failure" text="cannot be read" />`}</span>`;
}

// What stands between backticks is code.
const Doc = ({ of }) => html`<span class="doc">${of.split('`').map((t, i) => (i % 2 ? html`<code key=${i}>${t}</code>` : t))}</span>`;

const columnsOf = (file) => [
  { head: 'Setting', kind: 'main', cell: (s) => html`<code class="setting">${s.name}</code><${Doc} of=${s.doc} />` },
  { head: 'Value', cell: (s) => html`<${Value} of=${s} />` },
  { head: 'From', cell: (s) => html`<span class=${s.line === null ? 'dim' : ''}><bdi>${sourceOf(s, file)}</bdi></span>` },
  { head: 'Change', cell: (s) => (s.pending ? html`<${State} of="warning" text="waits for a restart" />` : s.restart ? html`<span class="dim">with a restart</span>` : null) },
];

function Groups({ d, query }) {
  const file = baseName(d.files[0]?.file);
  const show = shows.some(([v]) => v === query.show) ? query.show : 'all';
  const groups = groupsOf(d.settings, { text: query.q, show });
  if (!groups.length) {
    return show === 'restart' && !query.q
      ? html`<${Empty} title="Nothing waits for a restart" />`
      : html`<${Empty} title="No setting fits" icon="search">Look at <a href="/settings">all of them</a>.</${Empty}>`;
  }
  const titleOf = (g) => (g.name === 'server' ? 'The server' : g.name);
  return html`<div class="settings">
    ${groups.length > 2 && html`<nav class="jumps" aria-label="Sections">${groups.map((g) => html`<a key=${g.name} href=${`#of-${g.name}`}>${titleOf(g)}</a>`)}
      <a href="#tokens">Tokens</a><a href="#files">Files</a></nav>`}
    ${groups.map((g) => html`<${Section} key=${g.name} title=${titleOf(g)} id=${`of-${g.name}`}>
      <${Table} name=${titleOf(g)} rows=${g.rows} columns=${columnsOf(file)} id=${(s) => s.path} /></${Section}>`)}
  </div>`;
}

const problemColumns = [
  { head: 'Level', cell: (p) => html`<${State} of=${p.level} />` },
  { head: 'What', kind: 'main', cell: (p) => html`<${Text} of=${p.text} max=${500} />` },
  { head: 'Where', cell: (p) => html`<${Text} of=${p.line ? `${baseName(p.file)}:${p.line}:${p.col}` : baseName(p.file)} />` },
  { head: 'Code', kind: 'low', cell: (p) => html`<code>${p.code}</code>` },
];

const fileColumns = [
  { head: 'File', kind: 'main', cell: (f) => html`<${Text} of=${f.file} max=${160} />` },
  { head: 'Kind', cell: (f) => f.kind },
  { head: 'State', cell: (f) => html`<${State} of=${f.changed ? 'warning' : 'ok'} text=${f.changed ? 'touched since' : 'as loaded'} />` },
  { head: 'SHA-256', kind: 'low', cell: (f) => (f.digest ? html`<code title=${f.digest}>${f.digest.slice(0, 12)}</code>` : html`<span class="none">–</span>`) },
];

const tokenColumns = [
  { head: 'Token', kind: 'main', cell: (t) => html`<${Text} of=${t.name} />` },
  { head: 'May', cell: (t) => html`<span class="scopes">${t.scopes.map((s) => html`<span class="chip tone-dull" key=${s}>${s}</span>`)}</span>` },
  { head: 'Used', kind: 'num', cell: (t) => (t.used_at ? html`<${When} at=${t.used_at} />` : html`<span class="dim">not since the start</span>`) },
];

function About({ d }) {
  return html`<${Facts} rows=${[
    ['Version', d.version], ['Built', html`<${Text} of=${d.built} />`], ['Started', html`<${When} at=${d.ready_at} />`],
    ['Loaded', html`<${When} at=${d.loaded_at} />`], ['File', html`<${Text} of=${d.files[0]?.file} />`],
  ]} />
  ${remarksOf(d).map((r) => html`<${Note} key=${r.kind} tone=${r.tone}>${remarks[r.kind](r)}</${Note}>`)}`;
}

function Whole({ d, query }) {
  return html`<${About} d=${d} />
    ${d.load?.problems.length > 0 && html`<${Section} title="What was said at the newest load" id="problems">
      <${Table} name="Problems" rows=${d.load.problems.map((p, at) => ({ ...p, at }))} columns=${problemColumns} id=${(p) => p.at} /></${Section}>`}
    <div class="settings-bar"><${Filters} fields=${fields} label="Search settings" /><${Tabs} name="show" label="Which" all=${shows} fallback="all" /></div>
    <${Groups} d=${d} query=${query} />
    <${Section} title="Tokens of the API" id="tokens">${d.tokens.length
      ? html`<${Table} name="Tokens" rows=${d.tokens} columns=${tokenColumns} id=${(t) => t.name} />`
      : html`<p class="dim">None: only this machine may use the API. <code>fettle token new NAME --scope read --write</code> makes one.</p>`}</${Section}>
    <${Section} title="Files" id="files"><${Table} name="Files" rows=${d.files} columns=${fileColumns} id=${(f) => f.file} /></${Section}>`;
}

export default function Settings({ query }) {
  const settings = useGet('settings', { live: (row) => row.kind === 'api' && row.to === 'reload', refresh: 30000, keep: true });
  const reload = () => post('reload').catch((e) => {
    throw e.status === 409 ? new Problem(409, 'refused; the old configuration stays in force') : e;
  }).finally(settings.reload);
  const actions = html`<${Do} label="Reload" icon="again" scope="admin" does=${reload}
    done=${(a) => (a?.remarks ? 'The configuration is in force, with remarks' : 'The configuration is in force')} />`;
  return html`<${Page} title="Settings" actions=${actions}>
    <${Loaded} from=${settings} rows=${10}>${(d) => html`<${Whole} d=${d} query=${query} />`}</${Loaded}>
  </${Page}>`;
}
