// SPDX-License-Identifier: Apache-2.0
// Runs, the newest first; the filters are in the address.
import { NONE, refName } from '../lib/format.js';
import { useGet } from '../lib/load.js';
import { Duration, Empty, Filters, Id, Loaded, Page, Pager, State, Table, Text, When } from '../lib/parts.js';
import { address, pick } from '../lib/query.js';
import { html } from '../lib/view.js';

const names = ['state', 'workflow', 'repository', 'event', 'ref', 'sha'];
const states = ['running', 'waiting', 'ready', 'success', 'failure', 'error', 'timed_out', 'cancelled', 'skipped'];
const events = ['push', 'pull_request', 'issues', 'issue_comment', 'release', 'schedule', 'workflow_dispatch', 'repository_dispatch', 'system'];
const fields = (workflows, repositories) => [
  { name: 'workflow', label: 'Workflow', kind: 'search', hint: 'name', options: workflows },
  { name: 'repository', label: 'Repository', kind: 'search', hint: 'alias or id', options: repositories },
  { name: 'ref', label: 'Branch', kind: 'search', hint: 'main' },
  { name: 'sha', label: 'Commit', kind: 'search', hint: 'whole id' },
  { name: 'state', label: 'State', kind: 'words', words: states },
  { name: 'event', label: 'Event', kind: 'words', words: events },
];

const columns = [
  { head: 'State', cell: (r) => html`<${State} of=${r.conclusion ?? r.state} />` },
  { head: 'Run', kind: 'main', cell: (r) => html`<${Text} of=${r.name} max=${120} />${r.workflow !== r.name && html`
    <span class="under"><${Text} of=${r.workflow} max=${60} /></span>`}` },
  { head: 'Repository', cell: (r) => html`<${Text} of=${r.repository} max=${60} />` },
  { head: 'Branch', cell: (r) => html`<${Text} of=${refName(r.ref)} max=${40} />` },
  { head: 'Commit', kind: 'low', cell: (r) => html`<span class="mono dim">${r.sha ? r.sha.slice(0, 8) : NONE}</span>` },
  { head: 'Event', kind: 'low', cell: (r) => html`<${Text} of=${r.event} />` },
  { head: 'Took', kind: 'num', cell: (r) => html`<${Duration} from=${r.started_at} to=${r.ended_at} />` },
  { head: 'When', kind: 'num', cell: (r) => html`<${When} at=${r.created_at} />` },
  { head: 'Id', kind: 'low', cell: (r) => html`<${Id} of=${r.id} />` },
];

function Nothing({ filtered }) {
  return filtered
    ? html`<${Empty} title="No run fits these filters" icon="search">Take one of them away, or look at <a href="/runs">all runs</a>.</${Empty}>`
    : html`<${Empty} title="No runs yet" icon="runs">Push to a connected repository, or start one by hand: <code>fettle dispatch WORKFLOW</code>.
      What came in is under <a href="/deliveries">deliveries</a>.</${Empty}>`;
}

export default function Runs({ query }) {
  const wanted = pick(query, [...names, 'cursor']);
  const runs = useGet(address('runs', { ...wanted, limit: 50 }), { live: (row) => row.kind === 'run', keep: true });
  const workflows = useGet('workflows').data?.workflows.map((w) => w.name);
  const repositories = useGet('repositories').data?.repositories.map((r) => r.name);
  const filtered = names.some((n) => query[n]);
  return html`<${Page} title="Runs">
    <${Filters} fields=${fields(workflows, repositories)} />
    <${Loaded} from=${runs} rows=${10} empty=${(d) => d.runs.length === 0 && !d.next && html`<${Nothing} filtered=${filtered} />`}>
      ${(d) => html`<${Table} name="Runs" rows=${d.runs} columns=${columns} id=${(r) => r.id} href=${(r) => `/runs/${r.id}`} />
        <${Pager} next=${d.next} />`}
    </${Loaded}>
  </${Page}>`;
}
