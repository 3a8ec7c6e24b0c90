// SPDX-License-Identifier: Apache-2.0
// What was done about failures, the newest first; and tests that fail and pass on the same code. ?show=flaky
import { leaning, storyOf } from '../lib/recoveries.js';
import { count } from '../lib/format.js';
import { useGet } from '../lib/load.js';
import { Duration, Empty, Filters, Id, Loaded, Page, Pager, State, Table, Tabs, Text, When, stateWord } from '../lib/parts.js';
import { address, pick } from '../lib/query.js';
import { html } from '../lib/view.js';

const shown = [['done', 'What was done'], ['flaky', 'Flaky tests']];
const fields = [
  { name: 'state', label: 'Outcome', kind: 'words', words: ['open', 'recovered', 'failed', 'refused'] },
  { name: 'strategy', label: 'What was done', kind: 'words', words: ['retry', 'testfix', 'conflict', 'manual'] },
  { name: 'class', label: 'Class', kind: 'words', words: ['network', 'rate-limit', 'resource', 'lost', 'conflict', 'test', 'build', 'config', 'permission', 'timeout', 'unknown'] },
];

const columns = [
  { head: 'Outcome', cell: (r) => html`<${State} of=${r.outcome} text=${r.outcome === 'open' ? 'under way' : undefined} />` },
  { head: 'What was done', kind: 'main', cell: (r) => html`<${Text} of=${storyOf(r)} max=${200} />` },
  { head: 'About', cell: (r) => (r.fingerprint
    ? html`<a href=${address('/errors', { error: r.fingerprint, range: '30d' })}>${stateWord(r.class)}</a>` : stateWord(r.class)) },
  { head: 'Run', cell: (r) => html`<${Id} of=${r.run} href=${`/runs/${r.run}`} />` },
  { head: 'Took', kind: 'num', cell: (r) => html`<${Duration} from=${r.at} to=${r.ended_at} />` },
  { head: 'When', kind: 'num', cell: (r) => html`<${When} at=${r.at} />` },
];

const flakyColumns = [
  { head: 'Test', kind: 'main', cell: (t) => html`<${Text} of=${t.id} max=${160} />` },
  { head: 'Job', cell: (t) => html`<${Text} of=${t.job} max=${50} />` },
  { head: 'Repository', cell: (t) => html`<${Text} of=${t.repository} max=${60} />` },
  { head: 'Now', cell: (t) => html`<${State} of=${leaning(t).of} text=${leaning(t).text} />` },
  { head: 'Flipped', kind: 'num', cell: (t) => count(t.flips) },
  { head: 'Green since', kind: 'num', cell: (t) => count(t.greens) },
  { head: 'Last flip', kind: 'num', cell: (t) => html`<${When} at=${t.last_at} />` },
];

function NoneDone({ filtered }) {
  return filtered
    ? html`<${Empty} title="Nothing fits these filters" icon="search">Take one of them away, or look at <a href="/recoveries">all of it</a>.</${Empty}>`
    : html`<${Empty} title="Nothing had to be recovered" icon="heal">What is tried when a step fails is said by <code>retry:</code> and <code>recovery:</code>
      of its workflow. What fails is under <a href="/errors">errors</a>.</${Empty}>`;
}

function Done({ query }) {
  const names = fields.map((f) => f.name);
  const got = useGet(address('recoveries', { ...pick(query, [...names, 'cursor']), limit: 50 }), { live: (row) => row.kind === 'recovery' || row.kind === 'attempt', keep: true });
  return html`<${Filters} fields=${fields} />
    <${Loaded} from=${got} rows=${8} empty=${(d) => d.recoveries.length === 0 && !d.next && html`<${NoneDone} filtered=${names.some((n) => query[n])} />`}>
      ${(d) => html`<${Table} name="What was done" rows=${d.recoveries} columns=${columns} id=${(r) => r.id}
        href=${(r) => (r.step ? `/runs/${r.run}#step-${r.step}` : `/runs/${r.run}`)} /><${Pager} next=${d.next} />`}
    </${Loaded}>`;
}

function Flaky({ query }) {
  const got = useGet(address('flaky', { ...pick(query, ['cursor']), limit: 100 }), { live: (row) => row.kind === 'step', every: 5000, keep: true });
  return html`<${Loaded} from=${got} rows=${8} empty=${(d) => d.flaky.length === 0 && html`<${Empty} title="No test is known to be flaky" icon="ok">
      A test is, once it failed and then passed on the same code: <code>recovery: [{on: test, do: testfix, rerun: …}]</code> of a job tries that.</${Empty}>`}>
    ${(d) => html`<${Table} name="Flaky tests" rows=${d.flaky} columns=${flakyColumns} id=${(t) => `${t.repository}\n${t.job}\n${t.id}`} /><${Pager} next=${d.next} />`}
  </${Loaded}>`;
}

export default function Recoveries({ query }) {
  const flaky = query.show === 'flaky';
  return html`<${Page} title="Recoveries" actions=${html`<${Tabs} name="show" label="Shown" all=${shown} fallback="done" />`}>
    ${flaky ? html`<${Flaky} query=${query} />` : html`<${Done} query=${query} />`}
  </${Page}>`;
}
