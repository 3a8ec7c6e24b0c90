// SPDX-License-Identifier: Apache-2.0
// The repositories of the configuration: how the newest run of each workflow ended on the default branch, what depends
// on what, and the webhooks that bring nothing.
import { pathOf } from '../lib/geometry.js';
import { useGet } from '../lib/load.js';
import { cell, dependenciesOf, endOf, fit, workflowsOf, worst } from '../lib/matrix.js';
import { Empty, Filters, Icon, Loaded, Note, Page, Pager, Section, State, Tabs, Text, When, stateTone, stateWord } from '../lib/parts.js';
import { address, pick } from '../lib/query.js';
import { html } from '../lib/view.js';

const fields = [{ name: 'q', label: 'Find', kind: 'search', hint: 'name' }];
const shows = [['all', 'All'], ['bad', 'With failures']];
const SIGNS = { good: 'ok', bad: 'cross', busy: 'half', wait: 'clock', warn: 'warn', dull: 'dash' };
const toRuns = (r, more) => address('/runs', { repository: r.name, ...more });

// ---- the matrix ----

function Cell({ repository, workflow }) {
  const run = cell(repository, workflow);
  if (!run) return html`<span class="none" aria-label="no run">–</span>`;
  return html`<a class="cell" href=${`/runs/${run.run}`}><${State} of=${endOf(run)} /><span class="dim"><${When} at=${run.ended_at ?? run.created_at} /></span></a>`;
}

function Name({ of: r }) {
  return html`<a href=${toRuns(r)}><b><${Text} of=${r.name} max=${60} /></b></a>
    <span class="under"><${Text} of=${r.id} max=${80} />, <${Text} of=${r.default_branch} max=${40} /></span>`;
}

function Matrix({ rows }) {
  const workflows = workflowsOf(rows);
  return html`<div class="table-box matrix-box" tabindex="0" role="region" aria-label="Repositories and workflows"><table role="table" class="table matrix">
    <thead role="rowgroup"><tr role="row"><th role="columnheader" scope="col">Repository</th>
      ${workflows.map((w) => html`<th role="columnheader" scope="col" key=${w}><${Text} of=${w} max=${40} /></th>`)}</tr></thead>
    <tbody role="rowgroup">${rows.map((r) => html`<tr role="row" key=${r.id}>
      <th role="rowheader" scope="row"><${Name} of=${r} /></th>
      ${r.runs.length ? workflows.map((w) => html`<td role="cell" key=${w} class=${cell(r, w) ? '' : 'void'} data-head=${w}><${Cell} repository=${r} workflow=${w} /></td>`)
        : html`<td role="cell" class="dim" colspan=${workflows.length || 1}>no runs yet</td>`}
    </tr>`)}</tbody></table></div>`;
}

// ---- the graph ----

function Box({ box, repository, needs }) {
  const end = repository ? worst(repository) : null, tone = end ? stateTone(end) : 'dull';
  return html`<a class="repo-box tone-${tone}" href=${address('/runs', { repository: box.name })}>
    <rect x=${box.x} y=${box.y} width=${box.w} height=${box.h} rx="8" />
    <foreignObject x=${box.x} y=${box.y} width=${box.w} height=${box.h}><div class="repo-box-in"><b><bdi>${box.name}</bdi></b>
      <span class="repo-box-state"><${Icon} name=${SIGNS[tone]} />${end ? stateWord(end) : 'no runs'}</span>
      ${needs.length > 0 && html`<span class="unseen">, depends on ${needs.join(', ')}</span>`}</div></foreignObject></a>`;
}

function Graph({ graph, repositories }) {
  const by = new Map(repositories.map((r) => [r.name, r]));
  return html`<div class="repo-graph-box" tabindex="0" role="region" aria-label="The graph">
    <svg class="repo-graph" width=${graph.width} height=${graph.height} viewBox=${`0 0 ${graph.width} ${graph.height}`} role="group" aria-label="Each repository stands behind what it depends on">
      ${graph.edges.map((e) => html`<path key=${`${e.from}\n${e.to}`} class="repo-line" d=${pathOf(e.points)} />`)}
      ${graph.boxes.map((b) => html`<${Box} key=${b.name} box=${b} repository=${by.get(b.name)} needs=${dependenciesOf(graph, b.name)} />`)}
    </svg></div>`;
}

// ---- webhooks ----

function Hook({ of: h }) {
  return html`<li class="told tone-warn"><span class="told-sign"><${Icon} name="warn" /></span><div class="told-body">
    <p class="told-head"><b><${Text} of=${h.repository ?? h.forge} max=${80} /></b>
      <span class="dim"><${Text} of=${[h.repository && h.forge, h.hook].filter(Boolean).join(' ')} max=${100} /></span>
      <span class="told-run"><${State} of="warning" text=${stateWord(h.state)} /></span></p>
    ${h.why && html`<p><bdi>${h.why}</bdi></p>`}
    ${h.refused && html`<p class="dim">The forge says: <bdi>${h.refused}</bdi></p>`}
    <p class="dim">${h.since && html`Since <${When} at=${h.since} />.`} ${h.until && html`Until <bdi>${h.until}</bdi>.`}</p>
    ${h.hint && html`<p>What mends it: <bdi class="mono">${h.hint}</bdi></p>`}</div></li>`;
}

function Hooks({ from }) {
  const all = from.data?.hooks ?? [];
  if (!all.length) return null;
  return html`<${Section} title="Webhooks that bring nothing"><ul class="tolds">${all.map((h, i) => html`<${Hook} key=${i} of=${h} />`)}</ul></${Section}>`;
}

function NoRepositories() {
  return html`<${Empty} title="No repositories are configured" icon="repo">Write them into <code>repositories.yaml</code>, then
    <code>fettle connect FORGE:OWNER/NAME</code> makes the webhook.</${Empty}>`;
}

function Rows({ data, query }) {
  const rows = fit(data.repositories, query);
  if (rows.length) return html`<${Matrix} rows=${rows} />`;
  return html`<${Empty} title="No repository fits" icon="search">${query.show === 'bad' && !query.q
    ? html`Nothing has failed on a default branch. <a href="/repositories">All repositories</a>` : html`<a href="/repositories">All repositories</a>`}</${Empty}>`;
}

export default function Repositories({ query }) {
  const matrix = useGet(address('matrix', { ...pick(query, ['cursor']), limit: 50 }), { live: (row) => row.kind === 'run' && row.from !== row.to, keep: true });
  const hooks = useGet('hooks', { live: (row) => row.kind === 'hook' });
  return html`<${Page} title="Repositories" sub="The newest run of each workflow on the default branch">
    <${Hooks} from=${hooks} />
    <${Loaded} from=${matrix} rows=${8} empty=${(d) => d.repositories.length === 0 && html`<${NoRepositories} />`}>${(d) => html`
      <div class="toolbar"><${Filters} fields=${fields} /><${Tabs} name="show" label="Which" all=${shows} fallback="all" /></div>
      <${Rows} data=${d} query=${query} />
      ${d.repositories.some((r) => r.more) && html`<p class="dim">Some repositories have more workflows than are shown.</p>`}
      <${Pager} next=${d.next} />
      ${d.graph?.boxes.length > 0 && html`<${Section} title="What depends on what"><p class="dim">A change of a repository concerns those to its right.</p>
        <${Graph} graph=${d.graph} repositories=${d.repositories} /></${Section}>`}
      ${d.graph && !d.graph.boxes.length && html`<${Note} tone="dull" icon="branch">No repository says what it depends on: <code>dependencies</code> in <code>repositories.yaml</code>.</${Note}>`}
    `}</${Loaded}>
  </${Page}>`;
}
