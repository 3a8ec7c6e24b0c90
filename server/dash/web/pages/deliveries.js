// SPDX-License-Identifier: Apache-2.0
// What came in: every call of a webhook, and what was made of it. The filters are in the address.
import { bytes, refName } from '../lib/format.js';
import { useGet } from '../lib/load.js';
import { Empty, Filters, Id, Loaded, Page, Pager, State, Table, Text, When } from '../lib/parts.js';
import { address, pick } from '../lib/query.js';
import { html } from '../lib/view.js';

const names = ['state', 'repository', 'forge', 'event', 'source'];
const events = ['push', 'pull_request', 'issues', 'issue_comment', 'Push Hook', 'Merge Request Hook', 'System Hook', 'workflow_dispatch', 'schedule'];
const fields = (repositories) => [
  { name: 'repository', label: 'Repository', kind: 'search', hint: 'alias or id', options: repositories.map((r) => r.name) },
  { name: 'event', label: 'Event', kind: 'search', hint: 'push', options: events },
  { name: 'forge', label: 'Forge', kind: 'search', hint: 'its name', options: [...new Set(repositories.map((r) => r.forge))] },
  { name: 'state', label: 'What came of it', kind: 'words', words: ['received', 'suspect', 'matched', 'ignored', 'invalid'] },
  { name: 'source', label: 'Came by', kind: 'words', words: ['hook', 'recovered', 'reconciled'] },
];

const columns = [
  { head: 'State', cell: (d) => html`<${State} of=${d.state} />` },
  { head: 'Event', kind: 'main', cell: (d) => html`<${What} of=${d} />` },
  { head: 'Repository', cell: (d) => (d.repository ? html`<${Text} of=${d.repository} max=${60} />` : html`<span class="dim"><${Text} of=${d.forge} max=${40} /></span>`) },
  { head: 'Branch', cell: (d) => (d.ref ? html`<${Text} of=${refName(d.ref)} max=${40} />` : null) },
  { head: 'Sender', kind: 'low', cell: (d) => (d.sender ? html`<${Text} of=${d.sender} max=${40} />` : null) },
  { head: 'Size', kind: 'num low', cell: (d) => bytes(d.size) },
  { head: 'When', kind: 'num', cell: (d) => html`<${When} at=${d.received_at} />` },
  { head: 'Id', kind: 'low', cell: (d) => html`<${Id} of=${d.id} />` },
];

function What({ of: d }) {
  return html`<${Text} of=${d.event} max=${60} />${d.action && html` <span class="dim"><${Text} of=${d.action} max=${40} /></span>`}
    ${d.title && html`<span class="under"><${Text} of=${d.title} max=${120} /></span>`}
    ${d.source !== 'hook' && html`<span class="under">${d.source}</span>`}
    ${d.reason && html`<span class="under tone-${d.state === 'invalid' ? 'bad' : 'dull'} went-wrong"><${Text} of=${d.reason} max=${200} /></span>`}`;
}

function Nothing({ filtered }) {
  return filtered
    ? html`<${Empty} title="No delivery fits these filters" icon="search">Take one of them away, or look at <a href="/deliveries">all deliveries</a>.</${Empty}>`
    : html`<${Empty} title="Nothing came in yet" icon="inbox">Connect a repository: <code>fettle connect FORGE:OWNER/NAME</code> makes the webhook and tries it.
      Whether one is there and brings nothing is under <a href="/repositories">repositories</a>.</${Empty}>`;
}

export default function Deliveries({ query }) {
  const wanted = pick(query, [...names, 'cursor']);
  const deliveries = useGet(address('deliveries', { ...wanted, limit: 50 }), { live: (row) => row.kind === 'delivery', keep: true });
  const repositories = useGet('repositories');
  const filtered = names.some((n) => query[n]);
  return html`<${Page} title="Deliveries">
    <${Filters} fields=${fields(repositories.data?.repositories ?? [])} />
    <${Loaded} from=${deliveries} rows=${10} empty=${(d) => d.deliveries.length === 0 && !d.next && html`<${Nothing} filtered=${filtered} />`}>
      ${(d) => html`<${Table} name="Deliveries" rows=${d.deliveries} columns=${columns} id=${(x) => x.id} href=${(x) => `/deliveries/${x.id}`} />
        <${Pager} next=${d.next} />`}
    </${Loaded}>
  </${Page}>`;
}
